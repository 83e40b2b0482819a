"""Broken variants of real records through whole runs: is every record in the ledger, once?

Usage, from the project's folder::

    .venv/bin/python tests/benchmarks/mutations.py
    .venv/bin/python tests/benchmarks/mutations.py --files 1000 --runs 1 --seed 7

Each run takes in a folder of files in every format, encoding, compression and archive, of which
nearly all are broken somewhere. The exit code is 1 when a run fails or says a traceback, when a
file left no record, when a record of the raw zone is not in the ledger exactly once, when bytes of
a text or of JSON Lines are in no record, or when a process takes more memory than its bar.
"""

import argparse
import codecs
import gzip
import random
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

import orjson
import pyarrow.parquet as pq

from tasks.fetch.unpacking import find_compression
from tests.benchmarks.measuring import (
    BAR_MISSED,
    MIB,
    Usage,
    clean_environment,
    measure,
    news,
    print_table,
    warraq_run,
)
from tests.fetch.broken_files import make_file

BAR_MIB: Final = 1536
SOME_ARTICLES: Final = 2000

_WHOLE: Final = frozenset({"text", "json"})
"""Formats whose records are all that is in a file, but for what is between them."""

_BETWEEN: Final = b" \t\r\n\v\f\x1a\0" + codecs.BOM_UTF8 + codecs.BOM_UTF16


def main() -> int:
    options = _parser().parse_args()
    with gzip.open(news()) as lines:
        articles = [orjson.loads(line) for line in islice(lines, SOME_ARTICLES)]
    chance = random.Random(options.seed)
    found: list[str] = []
    ends: Counter[str] = Counter()
    used: list[Usage] = []
    with tempfile.TemporaryDirectory(prefix="warraq-mutations-") as name:
        folder = Path(name)
        environment = clean_environment(folder)
        for number in range(options.runs):
            source, lake = folder / f"in-{number}", folder / f"lake-{number}"
            source.mkdir()
            for place in range(options.files // options.runs):
                suffix, data = make_file(chance, articles)
                (source / f"{place:05d}{suffix}").write_bytes(data)
            used.append(measure(warraq_run(source, lake), folder=folder, environment=environment))
            output = (folder / "output.txt").read_text(encoding="utf-8")
            found += [f"run {number}: {problem}" for problem in _problems(source, lake, output)]
            ledger = pq.read_table(lake / "ledger", columns=["disposition", "reason"])
            ends.update(f"{row['disposition']}/{row['reason']}" for row in ledger.to_pylist())
            print(f"run {number + 1} of {options.runs}: {ledger.num_rows:,} records", flush=True)
    return report(options.files, ends, used, found)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--files", type=int, default=10_000, help="in all (default: 10,000)")
    parser.add_argument("--runs", type=int, default=5, help="that take them in (default: 5)")
    parser.add_argument("--seed", type=int, default=1256, help="other files (default: 1256)")
    return parser


def _problems(source: Path, lake: Path, output: str) -> Iterator[str]:
    """Yield what a run did wrong."""
    if "Traceback" in output:
        yield "a traceback was printed"
    columns = ["record_ref", "format", "encoding", "byte_start", "byte_end"]
    raw = [
        row
        for path in sorted(lake.glob("raw/*/*.parquet"))
        for row in pq.read_table(path, columns=columns).to_pylist()
    ]
    landed = Counter(row["record_ref"] for row in raw)
    told = Counter(pq.read_table(lake / "ledger")["record_ref"].to_pylist())
    for reference in landed.keys() | told.keys():
        if (landed[reference], told[reference]) != (1, 1):
            times = f"{landed[reference]} times in the raw zone, {told[reference]} in the ledger"
            yield f"{reference} is {times}"
    by_file = defaultdict(list)
    for row in raw:
        by_file[row["record_ref"].rpartition("#")[0].partition("!")[0]].append(row)
    for path in sorted(source.iterdir()):
        rows = by_file[path.name]
        if not rows:
            yield f"{path.name} left no record"
        elif all(_is_plain(row) for row in rows):
            yield from _lost(path, [(row["byte_start"], row["byte_end"]) for row in rows])


def _is_plain(row: dict[str, Any]) -> bool:
    """Whether the places of a record are those of its bytes in its file, if that is not packed."""
    in_archive = "!" in row["record_ref"]
    return row["format"] in _WHOLE and row["encoding"] is None and not in_archive


def _lost(path: Path, spans: list[tuple[int, int]]) -> Iterator[str]:
    """Yield where bytes of a file that is not packed are in no record, or in two."""
    data = path.read_bytes()
    if find_compression(data) is not None:
        return
    at = 0
    for start, end in [*sorted(spans), (len(data), len(data))]:
        if data[at:start].strip(_BETWEEN) or start < at:
            yield f"{path.name}: bytes {at:,} to {start:,} are not in exactly one record"
        at = end


def report(files: int, ends: Counter[str], used: list[Usage], found: list[str]) -> int:
    """Print where the records ended and what was wrong; return the exit code."""
    rows = [[end, count] for end, count in sorted(ends.items(), key=lambda item: -item[1])]
    print_table(f"{files:,} broken files, {ends.total():,} records", ("end", "records"), rows)
    largest = max(usage.largest for usage in used)
    print(
        f"\n{sum(usage.cpu for usage in used):.1f} CPU s in all, "
        f"at most {largest / MIB:,.0f} MiB in a process (bar: {BAR_MIB:,})"
    )
    if largest > BAR_MIB * MIB:
        found.append("more memory than the bar")
    print("\n".join(found) or "every record in the ledger once, no traceback, no byte lost")
    return BAR_MISSED if found else 0


if __name__ == "__main__":
    sys.exit(main())
