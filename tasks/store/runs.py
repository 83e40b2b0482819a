"""The runs: one small file per run, written outside the commit so that failed runs are seen too."""

import re
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from expectations.conformance import check
from expectations.schema import RUNS
from tasks.errors import StopRun
from tasks.store.files import explained, names, replacing

_FOLDER: Final = "runs"
_NO_ROWS: Final = "no-rows"
_LAST_LOOKED_AT: Final = 3
_RUN_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


def make_runs_folder(lake_root: Path) -> None:
    """Make the folder with one file without rows, so that reading it always gives the columns."""
    _replace(lake_root / _FOLDER / f"{_NO_ROWS}.parquet", RUNS.empty_table())


def write_runs(lake_root: Path, run_id: str, table: pa.Table) -> None:
    """Write the rows of one run (``RUNS``), in place of what it wrote before."""
    check(table, RUNS, f"the stages of run {run_id}")
    if not _RUN_ID.fullmatch(run_id) or run_id == _NO_ROWS:
        raise StopRun("A run's id may hold letters, digits, '.', '_' and '-' only", run_id=run_id)
    path = lake_root / _FOLDER / f"{run_id}.parquet"
    with explained("The run cannot be recorded", path):
        _replace(path, table)


def read_runs(lake_root: Path, *, last: int | None = None) -> pa.Table:
    """Read the rows of the ``last`` runs that began (all when None), by run and then by time."""
    folder = lake_root / _FOLDER
    tables = [
        pa.table(pq.read_table(folder / name, partitioning=None).columns, schema=RUNS)
        for name in names(folder)
        if name.endswith(".parquet") and not name.startswith(".")
    ]
    rows = pa.concat_tables([RUNS.empty_table(), *tables]).combine_chunks()
    began = rows.group_by("run_id").aggregate([("started_at", "min")])
    began = began.sort_by([("started_at_min", "ascending"), ("run_id", "ascending")])
    wanted = began["run_id"].combine_chunks()
    if last is not None:
        wanted = wanted[max(0, len(wanted) - last) :]
    rows = rows.filter(pc.is_in(rows["run_id"], value_set=wanted))
    order = rows.append_column("_run", pc.index_in(rows["run_id"], value_set=wanted))
    return rows.take(pc.sort_indices(order, [("_run", "ascending"), ("started_at", "ascending")]))


def fail_cut_off_runs(lake_root: Path) -> list[str]:
    """Mark what still says "running" as failed, and return the ids of those runs.

    Needs the writer lock: whoever holds it knows that no such run lives. A killed run is among the
    last that wrote; older ones were looked at when the next run began.
    """
    folder = lake_root / _FOLDER
    files = [path for path in folder.glob("[!.]*.parquet") if path.stem != _NO_ROWS]
    cut_off = []
    for path in sorted(files, key=lambda path: path.stat().st_mtime)[-_LAST_LOOKED_AT:]:
        rows = pq.read_table(path, partitioning=None)
        running = pc.equal(rows["status"], "running")
        if pc.any(running).as_py():
            status = pc.if_else(running, "failed", rows["status"])
            _replace(path, rows.set_column(rows.column_names.index("status"), "status", status))
            cut_off.append(path.stem)
    return cut_off


def _replace(path: Path, table: pa.Table) -> None:
    with replacing(path) as aside:
        pq.write_table(pa.table(table.columns, schema=RUNS), aside, compression="zstd")
