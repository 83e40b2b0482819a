"""``warraq status`` and ``verify``: reading a lake, without Prefect."""

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
from tasks.store import Lake, open_lake, read_runs, verify

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
    lake = open_named(options)
    findings = verify(lake)
    if options.json:
        print_json(
            {
                "lake": str(lake.root),
                "version": lake.version,
                "healthy": not findings,
                "findings": [_finding(found) for found in findings],
            }
        )
    elif findings:
        for found in findings:
            sys.stderr.write(f"{found}\n")
        faults = counted(len(findings), "fault")
        sys.stderr.write(f"{lake.root}: {faults} in version {lake.version}\n")
    else:
        files = lake.state().files.values()
        rows = sum(file.rows for file in files)
        sys.stdout.write(
            f"{lake.root}: version {lake.version} is healthy: {counted(len(files), 'file')} with "
            f"{counted(rows, 'row')}; sizes, checksums, schemas, the reader's view, the sums of "
            "the ledger and the ids were checked\n"
        )
    return 1 if findings else 0


def open_named(options: Namespace) -> Lake:
    """Return the lake that the command line or the settings name."""
    return open_lake(options.lake or load_settings().lake)


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


def _finding(found: "Finding") -> dict[str, str]:
    return {"problem": found.problem, "file": found.file, "advice": found.advice}
