"""Row checks of a measured column that need one metric each.

A core map expectation (``ExpectColumnValuesToBeBetween``, ``…ToBeInSet``) resolves a dozen metrics
and costs 5 to 6 ms whatever the number of rows; these cost 1.2 ms. A border has a dozen checks, so
that the difference is most of what a small batch costs there. Missing values (nulls)
pass; row numbers are positions in the frame.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from great_expectations.execution_engine import ExecutionEngine, PandasExecutionEngine
from great_expectations.expectations.expectation import BatchExpectation
from great_expectations.expectations.metrics import ColumnAggregateMetricProvider
from great_expectations.expectations.metrics.column_aggregate_metric_provider import (
    column_aggregate_value,
)

# Great Expectations sets up its classes itself and passes the class as the first argument.
# ruff: noqa: N805


class ColumnRowsFlagged(ColumnAggregateMetricProvider):
    """The rows where a boolean column is true."""

    metric_name = "column.rows_flagged"
    value_keys = ()

    @column_aggregate_value(engine=PandasExecutionEngine)
    def _pandas(cls, column: "pd.Series[bool]", **_: object) -> npt.NDArray[np.intp]:
        return np.flatnonzero(column.to_numpy(dtype=bool))


class ColumnRowsOutside(ColumnAggregateMetricProvider):
    """The rows where a number is below ``min_value`` or above ``max_value``."""

    metric_name = "column.rows_outside"
    value_keys = ("min_value", "max_value")

    @column_aggregate_value(engine=PandasExecutionEngine)
    def _pandas(
        cls,
        column: "pd.Series[float]",
        min_value: float | None,
        max_value: float | None,
        **_: object,
    ) -> npt.NDArray[np.intp]:
        numbers = column.to_numpy()
        outside = np.zeros(len(numbers), bool)
        if min_value is not None:
            outside |= numbers < min_value
        if max_value is not None:
            outside |= numbers > max_value
        return np.flatnonzero(outside)


class ExpectColumnFlagToBeUnset(BatchExpectation):
    """Expect a boolean column to be false in every row."""

    column: str
    metric_dependencies = ("column.rows_flagged",)
    domain_keys = ("batch_id", "column")

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: ExecutionEngine[Any] | None = None,
    ) -> dict[str, Any]:
        return _answer(metrics["column.rows_flagged"])


class ExpectColumnNumbersToBeBetween(BatchExpectation):
    """Expect every number of a column to lie from ``min_value`` to ``max_value``, both included."""

    column: str
    min_value: float | None = None
    max_value: float | None = None
    metric_dependencies = ("column.rows_outside",)
    domain_keys = ("batch_id", "column")
    success_keys = ("min_value", "max_value")

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: ExecutionEngine[Any] | None = None,
    ) -> dict[str, Any]:
        return _answer(metrics["column.rows_outside"])


def _answer(rows: npt.NDArray[np.intp]) -> dict[str, Any]:
    return {
        "success": len(rows) == 0,
        "result": {"unexpected_count": len(rows), "unexpected_index_list": rows.tolist()},
    }
