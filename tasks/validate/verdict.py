"""What a border decides: which rows fail, by which defects, and a summary for the Data Docs."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, NonNegativeInt


class Finding(BaseModel):
    """What one expectation found in one table.

    ``checked`` counts the rows that had a value; ``examples`` are the ids of the first rows that
    failed (``record_ref``, and ``article_id`` where there is one), never their texts.
    """

    model_config = ConfigDict(frozen=True)

    defect: str
    description: str
    checked: NonNegativeInt
    unexpected: NonNegativeInt
    examples: tuple[dict[str, str], ...] = ()

    @property
    def success(self) -> bool:
        """True when no row failed."""
        return self.unexpected == 0


class Report(BaseModel):
    """One validation of one table, small and as JSON; ``findings`` in the order of the suite."""

    model_config = ConfigDict(frozen=True)

    border: str
    rows: NonNegativeInt
    failed: NonNegativeInt
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """``failed`` maps the number of each failed row to its defects, in the order of the suite."""

    failed: dict[int, tuple[str, ...]]
    rows: int
    report: Report

    @property
    def failed_rows(self) -> pa.Array:
        """The numbers of the failed rows, ascending."""
        return pa.array(sorted(self.failed), pa.int64())

    @property
    def passed_mask(self) -> pa.BooleanArray:
        """True for the rows that go on: ``table.filter(verdict.passed_mask)``."""
        passed = np.ones(self.rows, bool)
        passed[list(self.failed)] = False
        return pa.array(passed)
