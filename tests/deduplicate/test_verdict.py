"""The rule, clause by clause: each example says what real pairs look like that."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.deduplicate.likeness import MEASURES
from tasks.deduplicate.parameters import DEFAULTS, Parameters
from tasks.deduplicate.verdict import NO_TIME, Circumstances, are_copies

DAY: Final = 86_400_000_000  # microseconds

CIRCUMSTANCES: Final = {"same_outlet": False, "days": 0.1, "timed": True}
"""Two outlets, within hours; ``days`` is None when a date is unknown."""

OPENING_ALIKE: Final = {"opening_of_shorter": 0.8, "opening_of_longer": 0.7}
OWN: Final = {"same_outlet": True}


def is_copy(*parts: Mapping[str, Any], parameters: Parameters = DEFAULTS, **more: Any) -> bool:
    told: dict[str, Any] = dict(CIRCUMSTANCES)
    for part in (*parts, more):
        told |= part
    row = np.zeros(1, MEASURES)
    for name in told.keys() - CIRCUMSTANCES.keys():
        row[name] = told[name]
    apart = NO_TIME if told["days"] is None else round(told["days"] * DAY)
    circumstances = Circumstances(
        same_outlet=np.array([told["same_outlet"]]),
        apart=np.array([apart], np.int64),
        timed=np.array([told["timed"]]),
    )
    (verdict,) = are_copies(row, circumstances, parameters).tolist()
    return bool(verdict)


def numbers(shorter: int, longer: int, common: int) -> dict[str, int]:
    return {
        "numbers_of_shorter": shorter,
        "numbers_of_longer": longer,
        "common_numbers": common,
    }


def subjects(shorter: float, longer: float) -> dict[str, float]:
    return {"subjects_of_shorter": shorter, "subjects_of_longer": longer}


@pytest.mark.parametrize(
    ("told", "copy"),
    [
        pytest.param({"jaccard": 0.41}, True, id="an-agency-report-that-two-outlets-edited"),
        pytest.param({"jaccard": 0.39}, False, id="two-reports-of-one-event"),
        pytest.param({"jaccard": 0.41, "days": 2.9}, True, id="edited-within-days"),
        pytest.param({"jaccard": 0.41, "days": -2.9}, True, id="edited-days-before"),
        pytest.param({"jaccard": 0.41, "days": None}, True, id="an-edited-report-without-a-date"),
        pytest.param({"jaccard": 0.0}, False, id="nothing-in-common"),
    ],
)
def test_two_outlets(told: dict[str, Any], copy: bool) -> None:
    assert is_copy(told) is copy


LATER: Final = {"jaccard": 0.41, "days": 3.1}


@pytest.mark.parametrize(
    ("told", "copy"),
    [
        pytest.param({}, False, id="what-was-said-before-is-told-again"),
        pytest.param(OPENING_ALIKE, True, id="an-old-report-warmed-up"),
        pytest.param({"days": 400, **OPENING_ALIKE}, True, id="warmed-up-a-year-later"),
        pytest.param({"opening_of_longer": 0.8}, False, id="the-shorter-has-a-new-head"),
        pytest.param({"opening_of_shorter": 0.8}, False, id="the-longer-has-a-new-head"),
        pytest.param({"jaccard": 0.59}, False, id="more-than-half-was-said-before"),
        pytest.param({"jaccard": 0.61}, True, id="a-new-head-alone"),
        pytest.param({"jaccard": 0.39, **OPENING_ALIKE}, False, id="two-reports-of-one-event"),
    ],
)
def test_reports_of_two_outlets_some_days_apart(told: dict[str, Any], copy: bool) -> None:
    """They share what was said before; a copy shares its opening too."""
    assert is_copy(LATER, told) is copy


@pytest.mark.parametrize(
    ("told", "copy"),
    [
        pytest.param({}, False, id="monthly-figures"),
        pytest.param({"days": -8}, False, id="figures-of-the-month-before"),
        pytest.param({"days": 6.9}, True, id="within-a-week"),
        pytest.param({"days": None}, True, id="without-a-date"),
        pytest.param({"jaccard": 0.71}, True, id="printed-again-with-a-figure-of-its-own"),
        pytest.param(numbers(0, 3, 2), True, id="figures-were-added"),
    ],
)
def test_figures_of_two_outlets_more_than_a_week_apart(told: dict[str, Any], copy: bool) -> None:
    told = {"jaccard": 0.65, "days": 8, **numbers(1, 1, 2), **told}
    assert is_copy(told) is copy


CUT: Final = {"jaccard": 0.3, "containment": 0.55, **OPENING_ALIKE}


@pytest.mark.parametrize(
    ("told", "copy"),
    [
        pytest.param({}, True, id="shortened-and-edited"),
        pytest.param({"days": -2.9}, True, id="shortened-before-the-whole-was-printed"),
        pytest.param({"days": 3.1}, False, id="a-later-report-that-quotes-the-first"),
        pytest.param({"days": None}, True, id="shortened-without-a-date"),
        pytest.param({"opening_of_longer": 0.1}, False, id="an-item-of-a-round-up"),
        pytest.param({"opening_of_shorter": 0.1}, False, id="background-at-the-end-of-a-report"),
        pytest.param({"containment": 0.45}, False, id="half-of-it-is-new"),
        pytest.param({"jaccard": 0.2}, False, id="some-paragraphs-in-a-long-report"),
        pytest.param({"jaccard": 0.1, "containment": 0.9}, True, id="the-first-paragraph-alone"),
    ],
)
def test_a_copy_that_was_cut_short(told: dict[str, Any], copy: bool) -> None:
    assert is_copy(CUT, told) is copy


@pytest.mark.parametrize(
    ("told", "copy"),
    [
        pytest.param({"jaccard": 0.71}, True, id="published-again"),
        pytest.param({"jaccard": 0.71, "days": 4.1}, False, id="a-story-that-goes-on-for-days"),
        pytest.param({"jaccard": 0.81, "days": 30}, True, id="published-again-a-month-later"),
        pytest.param({"jaccard": 0.71, "days": None}, True, id="published-again-without-a-date"),
        pytest.param({"jaccard": 0.69}, False, id="a-story-that-goes-on-under-a-new-head"),
        pytest.param(CUT, False, id="the-short-report-before-the-long-one"),
        pytest.param({"jaccard": 0.61, **OPENING_ALIKE, "days": 3.9}, True, id="updated"),
        pytest.param({"jaccard": 0.61, **OPENING_ALIKE, "days": 4.1}, False, id="a-weekly-column"),
        pytest.param({"jaccard": 0.61, "opening_of_longer": 0.8}, False, id="under-a-new-head"),
        pytest.param({"jaccard": 0.59, **OPENING_ALIKE}, False, id="two-fifths-are-yesterdays"),
    ],
)
def test_one_outlet(told: dict[str, Any], copy: bool) -> None:
    assert is_copy(OWN, told) is copy


RESENT: Final = {"jaccard": 0.51, "containment": 0.86, "days": 0, "timed": True}


@pytest.mark.parametrize(
    ("told", "copy"),
    [
        pytest.param({}, True, id="sent-in-place-of-the-other"),
        pytest.param({"jaccard": 0.49}, False, id="half-of-it-was-added"),
        pytest.param({"containment": 0.84}, False, id="filed-at-the-same-second"),
        pytest.param({"timed": False}, False, id="of-a-day-without-a-time"),
        pytest.param({"days": 1 / 86_400}, False, id="a-second-later"),
        pytest.param({"days": None}, False, id="one-without-a-date"),
        pytest.param(numbers(2, 2, 1), False, id="results-of-two-matches"),
    ],
)
def test_resent_by_one_outlet_at_the_same_second(told: dict[str, Any], copy: bool) -> None:
    """The opening is another: no other clause joins them."""
    assert is_copy(OWN, RESENT, told) is copy


@pytest.mark.parametrize(
    ("told", "copy"),
    [
        pytest.param(numbers(5, 6, 2), False, id="weather-of-another-day"),
        pytest.param(numbers(2, 2, 1), False, id="results-of-two-matches"),
        pytest.param(numbers(6, 6, 6), False, id="times-of-prayer-whose-hours-stay"),
        pytest.param(numbers(2, 2, 9), True, id="two-figures-were-corrected"),
        pytest.param(numbers(0, 7, 1), True, id="figures-were-added"),
        pytest.param(numbers(1, 7, 0), True, id="one-number-is-no-series"),
        pytest.param(numbers(9, 9, 0) | {"jaccard": 0.995}, True, id="a-digit-in-a-long-text"),
        pytest.param({"other_country": True}, False, id="cables-to-two-presidents"),
        pytest.param(
            {"other_country": True, "jaccard": 0.96}, True, id="a-country-spelt-in-a-new-way"
        ),
    ],
)
@pytest.mark.parametrize("same_outlet", [False, True], ids=["two-outlets", "one-outlet"])
def test_series_of_any_outlet(told: dict[str, Any], copy: bool, same_outlet: bool) -> None:
    assert is_copy({"jaccard": 0.9, "same_outlet": same_outlet}, told) is copy


OTHER_WEEKDAY: Final = {"other_weekday": True}


@pytest.mark.parametrize(
    ("told", "of_one", "of_two"),
    [
        pytest.param(
            numbers(2, 2, 9) | {"days": 1}, False, True, id="prices-with-as-many-that-stay"
        ),
        pytest.param(numbers(2, 2, 9) | {"days": None}, False, True, id="prices-without-a-date"),
        pytest.param(numbers(2, 2, 9) | {"days": 0.4}, True, True, id="updated-on-the-same-day"),
        pytest.param(numbers(1, 2, 9) | {"days": 1}, True, True, id="fewer-than-four-numbers"),
        pytest.param(
            numbers(1, 1, 0) | {"jaccard": 0.65, **OPENING_ALIKE},
            False,
            True,
            id="the-next-round-of-a-league",
        ),
        pytest.param(
            numbers(1, 1, 1) | {"jaccard": 0.65, **OPENING_ALIKE},
            True,
            True,
            id="a-number-changed-and-a-number-stayed",
        ),
        pytest.param(numbers(1, 1, 1) | {"jaccard": 0.75}, True, True, id="the-toll-rises"),
        pytest.param(numbers(1, 1, 0), False, True, id="one-number-and-that-another"),
        pytest.param(numbers(3, 3, 0), False, False, id="all-numbers-others"),
        pytest.param(numbers(1, 2, 0), True, True, id="a-number-was-added-one-changed"),
        pytest.param(
            subjects(0.04, 0.05) | {"jaccard": 0.8, "days": 1},
            False,
            True,
            id="visits-of-two-ministers",
        ),
        pytest.param(
            subjects(0.04, 0.05) | {"jaccard": 0.8, "days": 0.2},
            True,
            True,
            id="a-name-was-put-right-within-hours",
        ),
        pytest.param(
            subjects(0.04, 0.0) | {"jaccard": 0.8, "days": 1}, True, True, id="a-part-was-added"
        ),
        pytest.param(
            subjects(0.04, 0.05) | {"jaccard": 0.91, "days": 1}, True, True, id="all-but-equal"
        ),
        pytest.param(OTHER_WEEKDAY | {"days": 1}, False, True, id="daily-notices"),
        pytest.param(OTHER_WEEKDAY | {"days": 0.4}, True, True, id="the-day-was-put-right"),
        pytest.param(OTHER_WEEKDAY | {"days": None}, False, True, id="notices-without-a-date"),
        pytest.param(
            OTHER_WEEKDAY | {"days": 1, "jaccard": 0.98}, False, True, id="notices-of-a-long-text"
        ),
        pytest.param(
            OTHER_WEEKDAY | {"days": 1, "jaccard": 0.995}, True, True, id="a-day-in-a-long-text"
        ),
    ],
)
def test_series_of_one_outlet(told: dict[str, Any], of_one: bool, of_two: bool) -> None:
    told = {"jaccard": 0.9, **told}
    assert is_copy(told, OWN) is of_one
    assert is_copy(told) is of_two


@pytest.mark.parametrize(
    ("told", "asked"),
    [
        pytest.param({"jaccard": 0.45}, Parameters(similarity=0.5), id="similarity"),
        pytest.param(
            {"jaccard": 0.75, **OWN},
            Parameters(similarity_within_outlet=0.8),
            id="within-outlet",
        ),
        pytest.param(CUT, Parameters(similarity_when_cut=0.35), id="similarity-when-cut"),
        pytest.param(CUT, Parameters(containment=0.6), id="containment"),
        pytest.param(CUT, Parameters(opening=0.75), id="opening"),
        pytest.param(CUT | {"days": 2}, Parameters(days_when_cut=1.0), id="days-when-cut"),
        pytest.param(
            {"jaccard": 0.45, "days": 2}, Parameters(days_when_cut=1.0), id="days-when-not-cut"
        ),
        pytest.param(LATER | OPENING_ALIKE, Parameters(opening=0.75), id="opening-some-days-apart"),
    ],
)
def test_each_parameter_is_asked(told: dict[str, Any], asked: Parameters) -> None:
    assert is_copy(told)
    assert not is_copy(told, parameters=asked)


SHARES = st.floats(0, 1, width=32)
COUNTS = st.integers(0, 9)
EITHER = st.fixed_dictionaries({"opening": SHARES, "numbers": COUNTS, "subjects": SHARES})
BOTH = st.fixed_dictionaries(
    {
        "jaccard": SHARES,
        "containment": SHARES,
        "common_numbers": COUNTS,
        "other_country": st.booleans(),
        "other_weekday": st.booleans(),
        "same_outlet": st.booleans(),
    }
)


@given(BOTH, EITHER, EITHER, st.none() | st.floats(-9, 9))
def test_neither_text_of_a_pair_is_the_first(
    both: dict[str, Any], one: dict[str, Any], other: dict[str, Any], days: float | None
) -> None:
    def verdict(shorter: dict[str, Any], longer: dict[str, Any], days: float | None) -> bool:
        told = {f"{name}_of_shorter": value for name, value in shorter.items()}
        told |= {f"{name}_of_longer": value for name, value in longer.items()}
        return is_copy(both, told, days=days)

    turned = None if days is None else -days
    assert verdict(one, other, days) == verdict(other, one, turned)
