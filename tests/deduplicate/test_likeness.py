"""Likeness against a plain model: sets of pairs of words and counts, as one would write them."""

import random
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.deduplicate.likeness import MEASURES, make_prints, measure
from tasks.text.word_codes import CONTENT, COUNTRY, FUNCTION, KIND, NUMBER, WEEKDAYS
from tests.text.coding import code_rows, lay_out

OPENING = 5

FIRST_NUMBER = int(WEEKDAYS) >> 2

CODES = st.one_of(
    st.builds(
        lambda name, kind: name << 2 | int(kind),
        st.integers(FIRST_NUMBER, FIRST_NUMBER + 7),
        st.sampled_from([CONTENT, CONTENT, CONTENT, FUNCTION, NUMBER, COUNTRY]),
    ),
    st.integers(1, 7).map(lambda day: day << 2 | int(NUMBER)),
)
TEXTS = st.lists(CODES, max_size=24)

Text = Sequence[int]


def measured(
    rows: Sequence[Text], pairs: Sequence[tuple[int, int]], *, whole: bool = False
) -> list[dict[str, Any]]:
    prints = make_prints(lay_out(rows), np.arange(len(rows)), OPENING, whole=whole)
    found = measure(prints, np.array(pairs, np.int64).reshape(-1, 2))
    return [dict(zip(MEASURES.names or (), row, strict=True)) for row in found.tolist()]


def compared(one: Text, other: Text, *, whole: bool = False) -> dict[str, Any]:
    return measured([one, other], [(0, 1)], whole=whole)[0]


def kind_of(code: int) -> int:
    return code & int(KIND)


def is_weekday(code: int) -> bool:
    return bool(kind_of(code) == NUMBER and code < WEEKDAYS)


def is_number(code: int) -> bool:
    return bool(kind_of(code) == NUMBER and code >= WEEKDAYS)


def shingles(text: Text) -> set[tuple[int, int]]:
    return {*pairwise(text)}


def own_words(text: Text, other: Text) -> tuple[int, float, bool]:
    """Model: different numbers, share of repeated words, whether a country, of its own."""
    times = {word: count for word, count in Counter(text).items() if word not in other}
    numbers = sum(map(is_number, times))
    repeated = sum(n for word, n in times.items() if n > 1 and kind_of(word) != NUMBER)
    country = any(
        kind_of(word) == COUNTRY and (n > 1 or word in text[:OPENING]) for word, n in times.items()
    )
    return numbers, repeated / max(len(text), 1), country


def model(one: Text, other: Text, *, whole: bool = False) -> dict[str, Any]:
    if not whole:
        one, other = ([c for c in text if kind_of(c) != FUNCTION] for text in (one, other))
    if len(other) < len(one):
        one, other = other, one
    mine, yours = shingles(one), shingles(other)
    common = len(mine & yours)
    openings = shingles(one[:OPENING]), shingles(other[:OPENING])
    own = own_words(one, other), own_words(other, one)
    days = [{*filter(is_weekday, text)} for text in (one, other)]
    return {
        "jaccard": common / max(len(mine | yours), 1),
        "containment": common / max(min(len(mine), len(yours)), 1),
        "opening_of_shorter": len(openings[0] & yours) / max(len(openings[0]), 1),
        "opening_of_longer": len(openings[1] & mine) / max(len(openings[1]), 1),
        "numbers_of_shorter": own[0][0],
        "numbers_of_longer": own[1][0],
        "common_numbers": sum(map(is_number, {*one} & {*other})),
        "subjects_of_shorter": own[0][1],
        "subjects_of_longer": own[1][1],
        "other_country": own[0][2] and own[1][2],
        "other_weekday": all(days) and not days[0] & days[1],
    }


@pytest.mark.parametrize("whole", [False, True], ids=["content-words", "all-words"])
@given(one=TEXTS, other=TEXTS)
def test_what_is_measured_is_what_sets_say(one: Text, other: Text, whole: bool) -> None:
    assert compared(one, other, whole=whole) == pytest.approx(model(one, other, whole=whole))


@given(st.lists(TEXTS, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_a_pair_s_measures_depend_on_the_pair_alone(
    rows: list[Text], chance: random.Random
) -> None:
    """Tables are not cleared between pairs, in whatever order these come."""
    pairs = [(one, other) for one in range(len(rows)) for other in range(len(rows))] * 2
    chance.shuffle(pairs)
    together = measured(rows, pairs)
    for (one, other), found in zip(pairs, together, strict=True):
        assert found == pytest.approx(model(rows[one], rows[other]))


@given(TEXTS, TEXTS)
def test_it_does_not_matter_which_text_is_the_first(one: Text, other: Text) -> None:
    """Of two of one length either may be called the shorter."""
    here, there = compared(one, other), compared(other, one)
    for name in ("jaccard", "containment", "common_numbers", "other_country", "other_weekday"):
        assert here[name] == there[name]
    for name in ("opening", "numbers", "subjects"):
        ends = f"{name}_of_shorter", f"{name}_of_longer"
        assert sorted(here[end] for end in ends) == sorted(there[end] for end in ends)


@given(TEXTS)
def test_a_text_is_wholly_like_itself(text: Text) -> None:
    found = compared(text, text)
    content = [code for code in text if kind_of(code) != FUNCTION]
    assert found["jaccard"] == found["containment"] == float(len(content) > 1)
    assert found["numbers_of_shorter"] == found["subjects_of_longer"] == 0
    assert not found["other_country"]
    assert not found["other_weekday"]


def words(names: str, kind: Any = CONTENT) -> list[int]:
    """Return a content word, number, or country for each letter."""
    return [ord(name) << 2 | int(kind) for name in names]


def test_inserted_function_words_count_in_the_whole_text_only() -> None:
    plain = words("abcdefgh")
    spun = [code for word in plain for code in (*words("x", FUNCTION), word)]
    assert compared(plain, spun)["jaccard"] == 1.0
    assert compared(plain, spun, whole=True)["jaccard"] == 0.0


def test_a_text_that_was_cut_short_is_contained_and_begins_alike() -> None:
    found = compared(words("abcdefghijklmnop"), words("abcdef"))
    assert found["containment"] == found["opening_of_shorter"] == found["opening_of_longer"] == 1.0
    assert found["jaccard"] == pytest.approx(5 / 15)


def test_an_item_of_a_round_up_is_contained_but_does_not_begin_alike() -> None:
    found = compared(words("abcdefghijklmnop"), words("klmnop"))
    assert found["containment"] == found["opening_of_shorter"] == 1.0
    assert found["opening_of_longer"] == 0.0


def test_a_country_told_once_behind_the_opening_is_no_subject() -> None:
    lead = words("abcdef")
    mine, yours = words("J", COUNTRY), words("K", COUNTRY)
    assert not compared(lead + mine, lead + yours)["other_country"]
    assert compared(mine + lead, lead + yours + yours)["other_country"]
    assert not compared(mine + lead, lead + yours)["other_country"]
    assert not compared(mine + lead, lead + yours + yours + mine)["other_country"]


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        pytest.param("في القاهرة يوم الأحد", "في القاهرة يوم الاثنين", True, id="daily"),
        pytest.param("في القاهرة يوم الأحد", "في القاهرة والأحد", False, id="the-same-day"),
        pytest.param("من الأحد إلى الخميس", "الخميس في القاهرة", False, id="a-day-in-common"),
        pytest.param("من الأحد إلى الخميس", "من السبت إلى الجمعة", True, id="days-and-days"),
        pytest.param("يوم الأحد في القاهرة", "في القاهرة", False, id="one-names-none"),
        pytest.param("يوم الثلاثاء", "يوم الثلثاء", False, id="one-day-in-two-spellings"),
    ],
)
@pytest.mark.parametrize("whole", [False, True], ids=["content-words", "all-words"])
def test_days_of_the_week(one: str, other: str, differ: bool, whole: bool) -> None:
    found = compared(*code_rows([one, other]), whole=whole)
    assert found["other_weekday"] is differ


def test_days_of_the_week_are_no_numbers() -> None:
    found = compared(*code_rows(["الأحد 4 300", "الاثنين 5 300"]))
    assert (found["numbers_of_shorter"], found["numbers_of_longer"]) == (1, 1)
    assert found["common_numbers"] == 1
    together = compared(*code_rows(["الأحد الجمعة 4", "الأحد الجمعة 4"]))
    assert together["common_numbers"] == 1


@pytest.mark.parametrize("length", [OPENING - 1, OPENING, OPENING + 1, 900, 5000])
def test_texts_of_any_length(length: int) -> None:
    """Tables are as large as the longest text asks for."""
    one = [n << 2 for n in range(length)]
    other = [n << 2 for n in range(length // 2, length // 2 + length)]
    assert compared(one, other) == pytest.approx(model(one, other))


def test_rows_are_laid_out_as_they_are_asked_for() -> None:
    rows = [words("abc"), words("xyzw"), []]
    prints = make_prints(lay_out(rows), np.array([1, 2, 0, 1]), OPENING)
    assert prints.sizes[:, 3].tolist() == [4, 0, 3, 4]
    pairs = np.array([[0, 3], [0, 2], [1, 1]])
    assert measure(prints, pairs)["jaccard"].tolist() == [1.0, 0.0, 0.0]


def test_no_pairs() -> None:
    assert measured([words("abc")], []) == []
