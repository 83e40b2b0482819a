"""The Prefect task of this stage: one border for one batch."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import pyarrow as pa
from prefect import get_run_logger, task
from pydantic import BaseModel, ConfigDict, TypeAdapter

from expectations.schema import QUARANTINE, REFUSED
from tasks.retries import RETRIES, RETRY_SECONDS, may_pass, own_key
from tasks.store.files import aside_of
from tasks.store.references import ShardRef, find, land, read
from tasks.validate import Border, Report, quarantine_rows, refused_rows, validate_all
from tasks.validate.data_docs import write_data_docs

_REPORTS: Final = TypeAdapter(list[Report])


class BorderRef(BaseModel):
    """What one border found: the rows that failed whole, their ledger rows, and the reports."""

    model_config = ConfigDict(frozen=True)

    border: Border
    quarantine: ShardRef
    refused: ShardRef
    reports: Path


@task(
    name="validate",
    task_run_name="validate-{border}",
    tags={"warraq", "validate"},
    persist_result=True,
    result_serializer="json",
    cache_key_fn=own_key,
    retries=RETRIES,
    retry_delay_seconds=list(RETRY_SECONDS),
    retry_condition_fn=may_pass,
)
def validate_border(
    border: Border,
    shards: Sequence[ShardRef],
    records: Sequence[ShardRef],
    lineage: Mapping[str, str],
    folder: Path,
) -> BorderRef:
    """Judge every shard at the border; ``records`` are the decoded shards of the same names."""
    paths = [folder / f"{name}.arrow" for name in ("quarantine", "refused")]
    reports_path = folder / "reports.json"
    landed = [find(path) for path in paths] if reports_path.exists() else [None, None]
    if landed[0] and landed[1]:
        get_run_logger().info("validate border=%s taken over from an earlier run", border)
        return BorderRef(
            border=border, quarantine=landed[0], refused=landed[1], reports=reports_path
        )
    quarantine = [QUARANTINE.empty_table()]
    refused = [REFUSED.empty_table()]
    reports: list[Report] = []
    raw = {ref.name: ref for ref in records}
    for ref, verdict in zip(shards, validate_all(map(read, shards), border), strict=True):
        reports.append(verdict.report)
        if verdict.failed:
            table = read(ref)
            decoded = read(raw[ref.name]) if ref.name in raw else None
            quarantine.append(
                quarantine_rows(table, verdict, border, lineage=lineage, records=decoded)
            )
            refused.append(refused_rows(table, verdict, border))
    found = BorderRef(
        border=border,
        quarantine=land(pa.concat_tables(quarantine), paths[0]),
        refused=land(pa.concat_tables(refused), paths[1]),
        reports=reports_path,
    )
    aside = aside_of(reports_path)
    aside.write_bytes(_REPORTS.dump_json(reports))
    aside.replace(reports_path)
    get_run_logger().info(
        "validate border=%s kept=%d refused=%d",
        border, sum(ref.rows for ref in shards) - found.refused.rows, found.refused.rows,
    )  # fmt: skip
    return found


def write_docs(
    borders: Sequence[BorderRef], folder: Path, lineage: Mapping[str, str], made_at: datetime
) -> Path:
    """Write the run's page of the Data Docs from what the borders found; return its path."""
    reports: list[Report] = []
    for ref in borders:
        reports += _REPORTS.validate_json(ref.reports.read_bytes())
    return write_data_docs(
        reports,
        folder,
        run_id=lineage["run_id"],
        batch_id=lineage["batch_id"],
        made_at=made_at,
    )
