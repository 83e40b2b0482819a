"""``warraq status``, ``verify`` and ``explain``: reading a lake, without Prefect."""

import json
import re
import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow.compute as pc
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table
from rich.text import Text

from expectations.schema import DATASETS
from flows.run_record import WHOLE_RUN
from tasks.errors import StopRun
from tasks.settings import load_settings
from tasks.store import Lake, find_article, find_ledger, open_lake, read_runs, verify

if TYPE_CHECKING:
    from tasks.store import Finding

WIDTH: Final = 100
"""Columns of a table that does not go to a terminal."""

_BATCH_ID: Final = re.compile(r"[0-9a-f]{8,128}")


def status(options: Namespace) -> int:
    """Tell what is in the lake and how the last runs went."""
    lake = _open(options)
    entry = lake.entry()
    rows = {name: sum(file.rows for file in lake.files(name)) for name in DATASETS}
    runs = read_runs(lake.root, last=options.last).to_pylist()
    if options.json:
        _print_json(
            {
                "lake": str(lake.root),
                "version": lake.version,
                "committed_at": entry.committed_at,
                "batches": len(entry.batches),
                "rows": rows,
                "runs": runs,
            }
        )
        return 0
    console = _console()
    console.print(
        Text(
            f"{lake.root}: version {lake.version} of {entry.committed_at:%Y-%m-%d %H:%M:%S} UTC, "
            f"{counted(len(entry.batches), 'batch', 'batches')}"
        )
    )
    console.print(_table("What is in it", ("dataset", "rows"), [*rows.items()]))
    console.print(_table("The last runs", _RUN_COLUMNS, _run_lines(runs)))
    return 0


def verify_lake(options: Namespace) -> int:
    """Check the lake; exit code 1 when something is wrong."""
    lake = _open(options)
    findings = verify(lake)
    if options.json:
        _print_json(
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
        files = lake.entry().files
        rows = sum(file.rows for file in files)
        sys.stdout.write(
            f"{lake.root}: version {lake.version} is healthy: {counted(len(files), 'file')} with "
            f"{counted(rows, 'row')}; sizes, checksums, schemas, the reader's view, the sums of "
            "the ledger and the ids were checked\n"
        )
    return 1 if findings else 0


def explain(options: Namespace) -> int:
    """Show one article as it came, what was cut out of it, and as it is published."""
    lake = _open(options)
    article = find_article(lake, options.article_id)
    if article is None:
        raise StopRun(
            "There is no article with this id; ids are in the column article_id",
            article_id=options.article_id,
            lake=str(lake.root),
        )
    ledger = find_ledger(lake, options.article_id)
    raw = read_raw(lake.root, str(article.get("batch_id")), str(article.get("record_ref")))
    if options.json:
        _print_json({"lake": str(lake.root), "article": article, "raw": raw, "ledger": ledger})
        return 0
    _print_article(article, raw, ledger)
    return 0


def read_raw(root: Path, batch_id: str, record_ref: str) -> str | None:
    """Return the record as it was received, from the raw zone; None when it is not there."""
    if not _BATCH_ID.fullmatch(batch_id):
        return None
    for path in sorted((root / "raw" / batch_id).glob("*.parquet")):
        with pq.ParquetFile(path, memory_map=True) as shard:
            for group in range(shard.num_row_groups):
                refs = shard.read_row_group(group, columns=["record_ref"])["record_ref"]
                place = pc.index(refs, record_ref).as_py()
                if place >= 0:
                    payload = shard.read_row_group(group, columns=["payload"])["payload"][place]
                    return bytes(payload.as_py() or b"").decode("utf-8", "replace")
    return None


def _open(options: Namespace) -> Lake:
    return open_lake(options.lake or load_settings().lake)


def counted(count: int, one: str, many: str | None = None) -> str:
    """Return «1 batch» or «3,200 batches»; ``many`` is ``one`` with an s when not given."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def _console() -> Console:
    return Console(width=None if sys.stdout.isatty() else WIDTH)


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


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Table:
    numeric = {"rows", "records", "seconds"}
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, justify="right" if column in numeric else "left")
    for row in rows:
        table.add_row(*(Text(_cell(value)) for value in row))
    return table


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else str(value)


def _print_article(
    article: Mapping[str, object], raw: str | None, ledger: Sequence[Mapping[str, object]]
) -> None:
    console = _console()
    long = {"body", "removed", "related", "payload"}
    facts = [(name, value) for name, value in article.items() if name not in long]
    console.print(_table("The article", ("column", "value"), facts))
    removed = article.get("removed")
    cuts = [
        (cut["kind"], cut["start"], cut["end"], cut["text"])
        for cut in (removed if isinstance(removed, list) else [])
    ]
    console.print(_table("What was cut out of the raw text", ("kind", "from", "to", "text"), cuts))
    sides = Table(title="Raw and clean", title_justify="left")
    sides.add_column("as received", ratio=1)
    sides.add_column("as published", ratio=1)
    clean = "\n".join(str(article[name]) for name in ("title", "body") if article.get(name))
    sides.add_row(Text(raw if raw is not None else "(not in the raw zone)"), Text(clean))
    console.print(sides)
    places = [[row[name] for name in _LEDGER_COLUMNS] for row in ledger]
    console.print(_table("The records that led to it", _LEDGER_COLUMNS, places))


_LEDGER_COLUMNS: Final = ("record_ref", "source", "disposition", "reason", "batch_id", "run_id")


def _finding(found: "Finding") -> dict[str, str]:
    return {"problem": found.problem, "file": found.file, "advice": found.advice}


def _print_json(told: Mapping[str, object]) -> None:
    sys.stdout.write(json.dumps(told, ensure_ascii=False, default=_plain) + "\n")


def _plain(value: object) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
