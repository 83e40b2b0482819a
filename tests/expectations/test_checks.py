"""The custom expectations answer by row, let missing values pass and never hide an error."""

import math

import great_expectations as gx
import pandas as pd
import pytest

from expectations.checks import ExpectColumnFlagToBeUnset, ExpectColumnNumbersToBeBetween
from tasks.errors import StopRun
from tasks.validate.suites import run_suite

META = {"defect": "a-defect"}


def rows_of(expectation: gx.expectations.Expectation, frame: pd.DataFrame) -> list[int]:
    suite = gx.ExpectationSuite(name="one", expectations=[expectation])
    rows: list[int] = run_suite(suite, frame)[0].rows.tolist()
    return rows


@pytest.mark.parametrize(
    ("values", "low", "high", "rows"),
    [
        pytest.param([1, 2, 3], 1, 3, [], id="both-ends-included"),
        pytest.param([0, 2, 4], 1, 3, [0, 2], id="below-and-above"),
        pytest.param([0, 2, 4], None, 3, [2], id="no-lower-bound"),
        pytest.param([0, -1, 4], 0, None, [1], id="zero-is-a-bound"),
        pytest.param([math.nan, 9.0], 1, 3, [1], id="missing-passes"),
        pytest.param([], 1, 3, [], id="no-rows"),
    ],
)
def test_numbers(
    values: list[float], low: float | None, high: float | None, rows: list[int]
) -> None:
    check = ExpectColumnNumbersToBeBetween(column="n", min_value=low, max_value=high, meta=META)
    assert rows_of(check, pd.DataFrame({"n": pd.Series(values, dtype=float)})) == rows


@pytest.mark.parametrize(
    ("flags", "rows"),
    [
        pytest.param([False, True, True], [1, 2], id="set"),
        pytest.param([False], [], id="unset"),
        pytest.param([], [], id="no-rows"),
    ],
)
def test_flags(flags: list[bool], rows: list[int]) -> None:
    frame = pd.DataFrame({"f": pd.Series(flags, dtype=bool)})
    assert rows_of(ExpectColumnFlagToBeUnset(column="f", meta=META), frame) == rows


def test_a_column_that_is_not_there_stops_the_run_with_the_defects_name() -> None:
    check = ExpectColumnFlagToBeUnset(column="gone", meta=META)
    with pytest.raises(StopRun, match="gone") as caught:
        rows_of(check, pd.DataFrame({"f": [False]}))
    assert caught.value.facts["defect"] == "a-defect"


def test_an_expectation_that_breaks_stops_the_run() -> None:
    check = ExpectColumnNumbersToBeBetween(column="n", min_value=1, meta=META)
    with pytest.raises(StopRun, match="could not be evaluated"):
        rows_of(check, pd.DataFrame({"n": ["text", "again"]}))
