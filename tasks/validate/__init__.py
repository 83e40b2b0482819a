"""The borders: rows that fail an expectation go to quarantine with the names of their defects.

``expectations/`` says what rows look like, one suite per border; here they are measured
(``measure``), judged by Great Expectations (``suites``), put aside whole (``quarantine``) and
written up (``data_docs``). Nothing is dropped: passed + failed = rows.
"""

from typing import Final

import pyarrow as pa

from tasks.validate.data_docs import write_data_docs
from tasks.validate.measure import Border, measure
from tasks.validate.quarantine import quarantine_rows, refused_rows
from tasks.validate.suites import Checked, run_suite, suite_of
from tasks.validate.verdict import Finding, Report, Verdict

__all__ = [
    "Border",
    "Finding",
    "Report",
    "Verdict",
    "quarantine_rows",
    "refused_rows",
    "validate",
    "write_data_docs",
]

_EXAMPLES: Final = 5
_ID_SHOWN: Final = 200


def validate(table: pa.Table, border: Border) -> Verdict:
    """Judge every row of a table at its border.

    The table has the columns of RECORDS at the raw border, of CLEANED at the article border, of
    ARTICLES at the corpus border, where ``duplicate_of``, ``kind`` and ``similarity`` of DUPLICATES
    may be there too (null in articles). Ids are compared within the table. Raises
    :class:`tasks.errors.StopRun` when a column is missing or an expectation cannot be evaluated.
    """
    answers = run_suite(suite_of(border), measure(table, border).to_pandas())
    failed: dict[int, list[str]] = {}
    for answer in answers:
        for row in answer.rows:
            failed.setdefault(row, []).append(answer.defect)
    report = Report(
        border=border,
        rows=table.num_rows,
        failed=len(failed),
        findings=tuple(_finding(answer, table) for answer in answers),
    )
    defects = {row: tuple(failed[row]) for row in sorted(failed)}
    return Verdict(failed=defects, rows=table.num_rows, report=report)


def _finding(answer: Checked, table: pa.Table) -> Finding:
    ids = table.select(
        [name for name in ("record_ref", "article_id") if name in table.column_names]
    )
    examples = ids.take(pa.array(answer.rows[:_EXAMPLES], pa.int64())).to_pylist()
    return Finding(
        defect=answer.defect,
        description=answer.description,
        checked=answer.checked,
        unexpected=len(answer.rows),
        examples=tuple(
            {name: str(value)[:_ID_SHOWN] for name, value in row.items() if value is not None}
            for row in examples
        ),
    )
