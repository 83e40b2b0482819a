"""``warraq status``, ``verify`` and ``log``: reading a lake, without Prefect."""

import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from rich.text import Text

from expectations.schema import DATASETS
from flows.command_output import counted, make_console, make_table, print_json
from flows.run_record import WHOLE_RUN
from tasks.settings import load_settings
from tasks.store import Lake, LogEntry, examine, open_lake, read_entry, read_runs, view_path

if TYPE_CHECKING:
    from tasks.store import Finding


def status(options: Namespace) -> int:
    """Tell what is in the lake and how the last runs went."""
    lake = open_named(options)
    state = lake.state()
    entry = state.entry
    rows = {name: sum(file.rows for file in state.of_dataset(name)) for name in DATASETS}
    runs = read_runs(lake.root, last=options.last).to_pylist()
    if options.json:
        print_json(
            {
                "lake": str(lake.root),
                "version": lake.version,
                "committed_at": entry.committed_at,
                "batches": len(state.batches),
                "rows": rows,
                "runs": runs,
            }
        )
        return 0
    console = make_console()
    console.print(
        Text(
            f"{lake.root}: version {lake.version} of {entry.committed_at:%Y-%m-%d %H:%M:%S} UTC, "
            f"{counted(len(state.batches), 'batch', 'batches')}"
        )
    )
    console.print(make_table("What is in it", ("dataset", "rows"), [*rows.items()]))
    console.print(make_table("The last runs", _RUN_COLUMNS, _run_lines(runs)))
    return 0


def verify_lake(options: Namespace) -> int:
    """Check the lake; exit code 1 when something is wrong."""
    root = (options.lake or load_settings().lake).absolute()
    examined = examine(root)
    lake, findings = examined.lake, examined.findings
    if options.json:
        print_json(
            {
                "lake": str(root),
                "version": None if lake is None else lake.version,
                "healthy": not findings,
                "findings": [_finding(found) for found in findings],
            }
        )
    elif lake is None or findings:
        for found in findings:
            sys.stderr.write(f"{found}\n")
        faults = counted(len(findings), "fault")
        where = (
            "its log, so that it cannot be opened" if lake is None else f"version {lake.version}"
        )
        sys.stderr.write(f"{root}: {faults} in {where}\n")
    else:
        files = lake.state().files.values()
        rows = sum(file.rows for file in files)
        sys.stdout.write(
            f"{root}: version {lake.version} is healthy: {counted(len(files), 'file')} with "
            f"{counted(rows, 'row')}; sizes, checksums, schemas, the reader's view, the sums of "
            "the ledger and the ids were checked\n"
        )
    return 1 if findings else 0


def log(options: Namespace) -> int:
    """Tell what each version changed, the newest first."""
    lake = open_named(options, any_schema=True)
    oldest = lake.entry().floor
    first = max(0, lake.version - options.last + 1)
    entries = [read_entry(lake.root, number) for number in range(lake.version, first - 1, -1)]
    if options.json:
        print_json(
            {
                "lake": str(lake.root),
                "version": lake.version,
                "oldest": oldest,
                "entries": [_entry(lake, entry) for entry in entries],
            }
        )
        return 0
    console = make_console()
    console.print(make_table("What each version changed", _LOG_COLUMNS, map(_log_line, entries)))
    console.print(
        Text(
            f"Versions {oldest} to {lake.version} can be read, each at its path: "
            f"pd.read_parquet({str(lake.view('articles'))!r})"
        ),
        soft_wrap=True,
    )
    return 0


def open_named(options: Namespace, *, any_schema: bool = False) -> Lake:
    """Return the lake that the command line or the settings name."""
    return open_lake(options.lake or load_settings().lake, any_schema=any_schema)


_RUN_COLUMNS: Final = ("began (UTC)", "run", "batch", "status", "records", "seconds")


def _run_lines(rows: Sequence[Mapping[str, Any]]) -> list[list[object]]:
    """Make one line of each run out of the rows of its stages, which stand together."""
    lines = []
    for run_id, stages in groupby(rows, key=itemgetter("run_id")):
        by_stage = {row["stage"]: row for row in stages}
        whole = by_stage.get(WHOLE_RUN) or next(iter(by_stage.values()))
        failed = [name for name, row in by_stage.items() if row["status"] == "failed"]
        stage = next((name for name in failed if name != WHOLE_RUN), None)
        lines.append(
            [
                f"{whole['started_at']:%Y-%m-%d %H:%M:%S}",
                run_id[:8],
                (whole["batch_id"] or "")[:12],
                f"failed in {stage}" if stage else whole["status"],
                by_stage.get("fetch", {}).get("rows_in"),
                "" if whole["seconds"] is None else f"{whole['seconds']:.2f}",
            ]
        )
    return lines


_LOG_COLUMNS: Final = ("version", "committed (UTC)", "what", "files", "changed")


def _log_line(entry: LogEntry) -> list[object]:
    return [
        str(entry.version),
        f"{entry.committed_at:%Y-%m-%d %H:%M:%S}",
        f"batch {entry.batch_id[:12]}" if entry.batch_id else entry.operation,
        f"+{len(entry.added)} −{len(entry.dropped)}",
        _changed(entry),
    ]


def _changed(entry: LogEntry) -> str:
    counts = entry.summary.get("dispositions", entry.summary)
    told = dict(counts) if isinstance(counts, Mapping) else {}
    if "crowned" in entry.summary:
        told["crowned"] = entry.summary["crowned"]  # among the published: they took a place
    named = ((name.replace("_", " "), value) for name, value in told.items() if value)
    return ", ".join(f"{name} {_short(value)}" for name, value in named)


def _short(value: object) -> str:
    if isinstance(value, list):
        more = f" and {len(value) - 1:,} more" if len(value) > 1 else ""
        return f"{value[0]}{more}"
    return f"{value:,}" if isinstance(value, int) else f"«{value}»"


def _entry(lake: Lake, entry: LogEntry) -> dict[str, object]:
    readable = entry.version >= lake.entry().floor
    return {
        "version": entry.version,
        "operation": entry.operation,
        "committed_at": entry.committed_at,
        "batch_id": entry.batch_id,
        "run_id": entry.run_id,
        "pipeline_version": entry.pipeline_version,
        "summary": entry.summary,
        "added": len(entry.added),
        "dropped": len(entry.dropped),
        "path": str(view_path(lake.root, entry.version)) if readable else None,
    }


def _finding(found: "Finding") -> dict[str, str]:
    return {"problem": found.problem, "file": found.file, "advice": found.advice}
