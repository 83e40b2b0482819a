"""Failed rows, kept whole: as quarantine rows that can be replayed, and as rows of the ledger."""

from collections.abc import Mapping
from datetime import datetime

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from expectations.schema import QUARANTINE, REFUSED
from tasks.validate.measure import Border
from tasks.validate.verdict import Verdict


def quarantine_rows(
    table: pa.Table,
    verdict: Verdict,
    border: Border,
    *,
    lineage: Mapping[str, str],
    records: pa.Table | None = None,
) -> pa.Table:
    """Return the failed rows of a RECORDS, CLEANED, ARTICLES or DUPLICATES table as QUARANTINE.

    Columns that the table's stage does not know are null. ``lineage`` fills columns such as
    ``batch_id`` and ``run_id`` where the table lacks them. ``payload`` is the raw record as JSON:
    of the row itself at the raw border, else of the row of ``records`` (RECORDS) with its
    ``record_ref``; where there is none, of the row as it is. Works row by row in Python, over the
    failed rows only.
    """
    failed = table.take(verdict.failed_rows)
    columns = {
        "border": pa.array([border] * len(failed), pa.string()),
        "failed": pa.array(
            [list(verdict.failed[row]) for row in sorted(verdict.failed)], pa.list_(pa.string())
        ),
        "payload": pa.array(_payloads(failed, records), pa.large_string()),
    }
    for field in QUARANTINE:
        if field.name in columns:
            continue
        if field.name in failed.column_names:
            columns[field.name] = failed[field.name].cast(field.type)
        else:
            value = pa.scalar(lineage.get(field.name), field.type)
            columns[field.name] = pa.repeat(value, len(failed))
    return pa.table([columns[field.name] for field in QUARANTINE], schema=QUARANTINE)


def refused_rows(table: pa.Table, verdict: Verdict, border: Border) -> pa.Table:
    """Return the failed rows as REFUSED: ledger rows with the defects in ``detail``."""
    failed = table.take(verdict.failed_rows)
    columns = {
        "disposition": pa.repeat(pa.scalar("quarantined"), len(failed)),
        "reason": pa.repeat(pa.scalar(border, pa.string()), len(failed)),
        "detail": pa.array(
            [", ".join(verdict.failed[row]) for row in sorted(verdict.failed)], pa.string()
        ),
    }
    for name in ("record_ref", "native_id", "source", "article_id"):
        known = name in failed.column_names
        columns[name] = failed[name] if known else pa.nulls(len(failed), pa.string())
    return pa.table([columns[field.name] for field in REFUSED], schema=REFUSED)


def _payloads(failed: pa.Table, records: pa.Table | None) -> list[str]:
    known: dict[str, str] = {}
    if records is not None and len(failed):
        wanted = pc.is_in(records["record_ref"], failed["record_ref"].combine_chunks())
        known = {row["record_ref"]: _as_json(row) for row in records.filter(wanted).to_pylist()}
    return [known.get(row["record_ref"]) or _as_json(row) for row in failed.to_pylist()]


def _as_json(row: Mapping[str, object]) -> str:
    return orjson.dumps(row, default=_plain).decode()


def _plain(value: object) -> str:
    """Write what JSON has no type for: points in time whose zone orjson does not know."""
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value).__name__}")
