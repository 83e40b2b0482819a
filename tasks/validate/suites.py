"""Run a border's suite in Great Expectations.

Importing Great Expectations costs two seconds of CPU, so everything here imports it late.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from tasks.errors import StopRun
from tasks.validate.measure import Border

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.core.batch_definition import BatchDefinition

_ROW_NUMBERS: Final = {
    "result_format": "COMPLETE",
    "return_unexpected_index_query": False,
    "include_unexpected_rows": False,
}

_ONE_AT_A_TIME: Final = Lock()
"""Great Expectations keeps the frame that it works on by the name of its asset, so that two threads
would read each other's; it never lets go of the interpreter, so that waiting costs nothing."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What one expectation answered: which rows had a value, and the numbers of those that failed.

    ``given`` has a flag for every row of the frame; ``rows`` ascend.
    """

    defect: str
    description: str
    given: npt.NDArray[np.bool_]
    rows: npt.NDArray[np.int64]

    def part(self, start: int, stop: int) -> Self:
        """Return the answer for some of the rows, which are counted from ``start``."""
        first, last = np.searchsorted(self.rows, (start, stop))
        return replace(self, given=self.given[start:stop], rows=self.rows[first:last] - start)


def suite_of(border: Border) -> "ExpectationSuite":
    """Build the suite of a border."""
    from expectations.article import article_suite  # noqa: PLC0415 see above
    from expectations.corpus import corpus_suite  # noqa: PLC0415
    from expectations.raw import raw_suite  # noqa: PLC0415

    return {"raw": raw_suite, "article": article_suite, "corpus": corpus_suite}[border]()


def run_suite(suite: "ExpectationSuite", frame: pd.DataFrame) -> list[Checked]:
    """Check the frame (a RangeIndex, one row per record) and answer in the order of the suite.

    Raises :class:`StopRun` naming the defect when an expectation could not be evaluated: Great
    Expectations itself reports that as a failure like any other.
    """
    with _ONE_AT_A_TIME:
        batch = _whole_frames().get_batch(batch_parameters={"dataframe": frame})
        results = batch.validate(suite, result_format=_ROW_NUMBERS).results
    answers = {_meta(result)["defect"]: result for result in results}
    return [
        _checked(answers[expectation.meta["defect"]], frame, suite.name)
        for expectation in suite.expectations
        if expectation.meta
    ]


@cache
def _whole_frames() -> "BatchDefinition[Any]":
    """Return the one batch definition: a context in memory, no progress bars.

    Making it costs 8 ms, a whole suite 20.
    """
    import great_expectations as gx  # noqa: PLC0415 see above
    from great_expectations.data_context.types.base import (  # noqa: PLC0415
        ProgressBarsConfig,
    )

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("measures").add_dataframe_asset("shard")
    return asset.add_batch_definition_whole_dataframe("whole")


def _meta(result: "ExpectationValidationResult") -> Mapping[str, Any]:
    config = result.expectation_config
    return config.meta or {} if config else {}


def _checked(result: "ExpectationValidationResult", frame: pd.DataFrame, suite: str) -> Checked:
    config = result.expectation_config
    defect = str(_meta(result)["defect"])
    problem = next(_problems(result.exception_info), None)
    if config is None or problem is not None:
        raise StopRun(
            f"An expectation could not be evaluated: {problem}", border=suite, defect=defect
        )
    return Checked(
        defect=defect,
        description=config.description or "",
        given=frame[config.kwargs["column"]].notna().to_numpy(),
        rows=np.sort(np.array(result.result.get("unexpected_index_list") or (), np.int64)),
    )


def _problems(info: object) -> Iterator[str]:
    """Yield the messages in an ``exception_info``: one record, or one per metric that failed."""
    if not isinstance(info, Mapping):
        return
    if info.get("raised_exception"):
        yield str(info.get("exception_message"))
    for nested in info.values():
        yield from _problems(nested)
