"""Peak memory of a whole run, on the corpus of real news and on ten times as much.

Usage, from the project's folder::

    .venv/bin/python tests/benchmarks/memory.py
    .venv/bin/python tests/benchmarks/memory.py --times 3 --runs 3

The larger file repeats the corpus with other ids, addresses and texts, so that every copy holds as
many duplicates as the original and none of another copy. The exit code is 1 when a process of ours
takes more than the bar, or the larger file takes much more than the smaller one.
"""

import argparse
import gzip
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import orjson

from tasks.store import read_runs
from tests.benchmarks.measuring import (
    BAR_MISSED,
    MIB,
    Usage,
    clean_environment,
    measure,
    median,
    news,
    print_table,
    warraq_run,
)

BAR_MIB: Final = 1536
GROWTH_BAR: Final = 1.2

_TURNING: Final = bytes(range(0xAC, 0xBB))
"""Second bytes of the letters ج to غ (D8 AC to D8 BA): turned round, UTF-8 stays UTF-8."""


def main() -> int:
    options = _parser().parse_args()
    source = news()
    with tempfile.TemporaryDirectory(prefix="warraq-memory-") as name:
        folder = Path(name)
        larger = folder / "larger.jsonl.gz"
        articles = enlarge(source, larger, options.times)
        sizes = {source: articles // options.times, larger: articles}
        environment = clean_environment(folder)
        measured: dict[Path, list[Usage]] = {source: [], larger: []}
        stages: dict[Path, dict[str, int]] = {}
        # The first run compiles kernels, which takes memory too; it is not counted.
        for number in range(options.runs + 1):
            for file in (source, larger) if number else (source,):
                lake = folder / f"lake-{file.name}-{number}"
                usage = measure(warraq_run(file, lake), folder=folder, environment=environment)
                if number:
                    measured[file].append(usage)
                    stages[file] = _peak_by_stage(lake)
    return report(measured, stages, sizes)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--times", type=int, default=10, help="how much larger (default: 10)")
    parser.add_argument("--runs", type=int, default=2, help="runs of each file (default: 2)")
    return parser


def enlarge(source: Path, target: Path, times: int) -> int:
    """Write the corpus ``times`` over, each copy with other words; return the number of articles.

    Copy ``k`` turns fifteen letters ``k`` places round: nearly every sentence changes, while
    lengths, alphabet, dates and outlets stay as they are. Good for fifteen copies.
    """
    if times > len(_TURNING):
        sys.exit(f"At most {len(_TURNING)} times: there are no more ways to turn the letters")
    with gzip.open(source) as lines:
        records = [orjson.loads(line) for line in lines]
    with gzip.open(target, "wb", compresslevel=1) as output:
        for copy in range(times):
            letters = bytes.maketrans(_TURNING, _TURNING[copy:] + _TURNING[:copy])
            for record in records:
                output.write(orjson.dumps(_turned(record, copy, letters)) + b"\n")
    return len(records) * times


def _turned(record: Mapping[str, Any], copy: int, letters: bytes) -> dict[str, Any]:
    changed = dict(record, id=f"{record['id']}-{copy}")
    if record["url"]:
        changed["url"] = f"{record['url']}{'&' if '?' in record['url'] else '?'}copy={copy}"
    for name in ("title", "text"):
        if record[name]:
            changed[name] = record[name].encode().translate(letters).decode()
    return changed


def _peak_by_stage(lake: Path) -> dict[str, int]:
    """Return the highest memory of the process so far at each stage's end, in the stages' order."""
    return {row["stage"]: row["peak_memory"] for row in read_runs(lake).to_pylist()}


def report(
    measured: Mapping[Path, list[Usage]],
    stages: Mapping[Path, Mapping[str, int]],
    sizes: Mapping[Path, int],
) -> int:
    """Print the tables and return the exit code."""
    rows = []
    for file, usages in measured.items():
        wall = median(usage.wall for usage in usages)
        row = [sizes[file], median(usage.cpu for usage in usages), wall, round(sizes[file] / wall)]
        row += [
            round(median(getattr(usage, name) for usage in usages) / MIB)
            for name in ("largest", "private", "together")
        ]
        rows.append(row)
    heads = ("articles", "CPU s", "wall s", "articles/s", "largest process MiB")
    print_table(
        f"Peak memory, medians of {len(next(iter(measured.values())))} runs",
        (*heads, "of it private", "with the server MiB"),
        rows,
    )
    small, large = (peaks for peaks in stages.values())
    print_table(
        "Highest so far at the end of each stage, MiB",
        ("stage", *(f"{size:,}" for size in sizes.values())),
        [[name, *(round(peaks[name] / MIB) for peaks in (small, large))] for name in small],
    )
    largest = [median(usage.largest for usage in usages) for usages in measured.values()]
    growth = largest[1] / largest[0]
    print(
        f"\nLargest process: {max(largest) / MIB:,.0f} MiB, the bar is {BAR_MIB:,}; "
        f"growth: {growth:.2f}, the bar is {GROWTH_BAR}"
    )
    return 0 if max(largest) <= BAR_MIB * MIB and growth <= GROWTH_BAR else BAR_MISSED


if __name__ == "__main__":
    sys.exit(main())
