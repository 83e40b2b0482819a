"""The borders: rows that fail an expectation go to quarantine with the names of their defects.

``expectations/`` says what rows look like, one suite per border; here they are measured
(``measure``), judged by Great Expectations (``suites``), put aside whole (``quarantine``) and
written up (``data_docs``). Nothing is dropped: passed + failed = rows.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
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
    "validate_all",
    "write_data_docs",
]

_EXAMPLES: Final = 5
_ID_SHOWN: Final = 200

ROWS_AT_ONCE: Final = 100_000
"""Rows that are judged in one run of a suite, which costs 20 ms however few they are; the measures
of so many take 20 MB."""


def validate(table: pa.Table, border: Border) -> Verdict:
    """Judge every row of one table at its border; see :func:`validate_all`."""
    (verdict,) = validate_all([table], border)
    return verdict


def validate_all(tables: Iterable[pa.Table], border: Border) -> Iterator[Verdict]:
    """Judge every row of the tables at their border, and yield a verdict for each, in order.

    A table has the columns of RECORDS at the raw border, of CLEANED at the article border, of
    ARTICLES at the corpus border, where ``duplicate_of``, ``kind`` and ``similarity`` of DUPLICATES
    may be there too (null in articles). Ids are compared over all tables, in runs of
    ``ROWS_AT_ONCE`` rows; no table is held longer than it takes to measure it. Raises
    :class:`tasks.errors.StopRun` when a column is missing or an expectation cannot be evaluated.
    """
    measured: list[_Measured] = []
    for table in tables:
        measured.append(_Measured(_own(measure(table, border)), _own(_ids(table))))
        del table  # else it would be held while the next one is read
        if sum(len(each.ids) for each in measured) >= ROWS_AT_ONCE:
            yield from _judge(measured, border)
            measured = []
    if measured:
        yield from _judge(measured, border)


class _Measured(NamedTuple):
    """What is kept of a table: its measures, and the ids by which its rows are named."""

    measures: pa.Table
    ids: pa.Table


def _own(table: pa.Table) -> pa.Table:
    """Copy the columns: views would keep whole shards in memory."""
    return table.take(pa.array(np.arange(len(table))))


def _ids(table: pa.Table) -> pa.Table:
    return table.select(
        [name for name in ("record_ref", "article_id") if name in table.column_names]
    )


def _judge(measured: Sequence[_Measured], border: Border) -> Iterator[Verdict]:
    frame = pa.concat_tables(each.measures for each in measured).to_pandas()
    answers = run_suite(suite_of(border), frame)
    start = 0
    for _, ids in measured:
        yield _verdict([answer.part(start, start + len(ids)) for answer in answers], ids, border)
        start += len(ids)


def _verdict(answers: Sequence[Checked], ids: pa.Table, border: Border) -> Verdict:
    failed: dict[int, list[str]] = {}
    for answer in answers:
        for row in answer.rows.tolist():
            failed.setdefault(row, []).append(answer.defect)
    report = Report(
        border=border,
        rows=len(ids),
        failed=len(failed),
        findings=tuple(_finding(answer, ids) for answer in answers),
    )
    defects = {row: tuple(failed[row]) for row in sorted(failed)}
    return Verdict(failed=defects, rows=len(ids), report=report)


def _finding(answer: Checked, ids: pa.Table) -> Finding:
    examples = ids.take(pa.array(answer.rows[:_EXAMPLES])).to_pylist()
    return Finding(
        defect=answer.defect,
        description=answer.description,
        checked=int(answer.given.sum()),
        unexpected=len(answer.rows),
        examples=tuple(
            {name: str(value)[:_ID_SHOWN] for name, value in row.items() if value is not None}
            for row in examples
        ),
    )
