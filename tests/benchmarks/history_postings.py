"""The postings of a long history: what a query of 1,000 texts and adding them cost.

Usage, from the project's folder (4.3 GB of disk for 10 million texts)::

    .venv/bin/python tests/benchmarks/history_postings.py --texts 1000000 5000000 10000000

The bands of a made-up history (:mod:`tests.benchmarks.made_history`) in the runs that adding 1,000
texts at a time would have left. Each query runs in a process of its own, warm (the files in the
page cache) and cold (dropped). What a cold query reads are the pages that it touches, and all
keys of runs that have not far more pages than keys are sought.

For comparison, SQLite alone, a table ``(band, key, number)`` WITHOUT ROWID with a million of these
texts, set up as the duplicate index is, from Python: 947 bytes a text, 0.8 CPU s and 650 MiB
written for 1,000 texts more, 0.45 CPU s for a query of 1,000, all in memory.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import orjson

from tasks.store.postings import Run, find_candidates, merge_runs, write_run
from tasks.store.postings_file import Shape, write_run_file
from tests.benchmarks.made_history import BANDS, BATCH, all_keys_of, make_runs, pairs_of
from tests.benchmarks.measuring import (
    BAR_MISSED,
    MIB,
    Clock,
    bytes_of,
    drop,
    forget_peak,
    print_table,
    status,
)

MOST_PER_KEY: Final = 64
BAR_CPU: Final = 0.4
BAR_MIB: Final = 300

_MERGED_LEVELS: Final = 4
_ROUNDS: Final = 5


def main() -> int:
    options = _parser().parse_args()
    if options.query is not None:
        print(orjson.dumps(_query(options.query, options.texts[0])).decode())
        return 0
    with tempfile.TemporaryDirectory(prefix="warraq-postings-", dir=options.folder) as name:
        steps = _measure_adding(Path(name))
    answers = []
    for texts in options.texts:
        with tempfile.TemporaryDirectory(prefix="warraq-postings-", dir=options.folder) as name:
            answers.append(_measure_query(Path(name), texts))
    return report(steps, answers)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    sizes = [1_000_000, 5_000_000, 10_000_000]
    parser.add_argument("--texts", type=int, nargs="+", default=sizes, help="in the history")
    parser.add_argument("--folder", type=Path, help="where the files go (default: TMPDIR)")
    parser.add_argument("--query", type=Path, help=argparse.SUPPRESS)
    return parser


@dataclass(frozen=True, slots=True)
class Step:
    """Writing a run of ``texts``: CPU and wall in seconds, the growth of the memory's peak."""

    what: str
    texts: int
    cpu: float
    wall: float
    memory: int


def _measure_adding(folder: Path) -> list[Step]:
    steps = []
    written = []
    for number in range(8):
        numbers = np.arange(number * BATCH, (number + 1) * BATCH, dtype=np.uint64)
        keys = all_keys_of(numbers)
        with Clock() as clock:
            write_run(folder, numbers.astype(np.uint32), keys)
        written.append(clock)
    cpu, wall = (statistics.median(getattr(c, each) for c in written) for each in ("cpu", "wall"))
    steps.append(Step("a batch is written", BATCH, cpu, wall, 0))
    gone = np.arange(0, 10**6, 1000, dtype=np.uint32)
    for level in range(_MERGED_LEVELS):
        size = BATCH * 8**level
        runs = []
        for part in range(8):
            numbers = np.arange(part * size, (part + 1) * size, dtype=np.uint64)
            path = folder / f"{level}-{part}.postings"
            with path.open("wb") as sink:
                bands = ([pairs_of(numbers, band)] for band in range(BANDS))
                write_run_file(sink, Shape(BANDS, size, level), bands)
            runs.append(Run(path.name, level, size))
        for what, left_out in (("merged", None), ("merged, 1,000 gone", gone)):
            forget_peak()
            before = status("VmRSS")
            with Clock() as clock:
                made = merge_runs(folder, runs, bands=BANDS, gone=left_out)
            peak = status("VmHWM") - before
            steps.append(Step(f"level {level} {what}", size * 8, clock.cpu, clock.wall, peak))
            (folder / made.name).unlink()
        for run in runs:
            (folder / run.name).unlink()
    return steps


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query took; memory and reading in bytes."""

    texts: int
    runs: int
    disk: int
    hits: int
    cpu: float
    wall: float
    memory: int
    cold_cpu: float
    cold_wall: float
    cold_read: int


def _measure_query(folder: Path, texts: int) -> Answer:
    runs = list(make_runs(folder, texts))
    listed = folder / "runs.json"
    listed.write_bytes(orjson.dumps([[run.name, run.level, run.texts] for run in runs]))
    warm = [_ask(folder, texts) for _ in range(_ROUNDS + 1)][1:]  # the first warms the cache
    cold = []
    for _ in range(3):
        for path in folder.glob("*.postings"):
            drop(path)
        cold.append(_ask(folder, texts))
    disk = sum(path.stat().st_size for path in folder.glob("*.postings"))
    return Answer(
        texts,
        len(runs),
        disk,
        int(warm[0]["hits"]),
        statistics.median(each["cpu"] for each in warm),
        statistics.median(each["wall"] for each in warm),
        int(max(each["memory"] for each in warm)),
        statistics.median(each["cpu"] for each in cold),
        statistics.median(each["wall"] for each in cold),
        int(statistics.median(each["read"] for each in cold)),
    )


def _ask(folder: Path, texts: int) -> dict[str, float]:
    command = [sys.executable, "-P", __file__, "--texts", str(texts), "--query", str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    answer: dict[str, float] = orjson.loads(done.stdout)
    return answer


def _query(folder: Path, texts: int) -> dict[str, float]:
    runs = [Run(*row) for row in orjson.loads((folder / "runs.json").read_bytes())]
    keys = all_keys_of(np.arange(texts, texts + BATCH, dtype=np.uint64))
    with tempfile.TemporaryDirectory() as name:  # compiles, or loads, the kernel
        one = write_run(Path(name), np.arange(1, dtype=np.uint32), keys[:1])
        find_candidates(Path(name), [one], keys[:1], most_per_key=1)
    before, read = status("VmRSS"), bytes_of("read")
    forget_peak()
    with Clock() as clock:
        hits = find_candidates(folder, runs, keys, most_per_key=MOST_PER_KEY)
    return {
        "hits": len(hits.rows),
        "cpu": clock.cpu,
        "wall": clock.wall,
        "memory": status("VmHWM") - before,
        "read": bytes_of("read") - read,
    }


def report(steps: Sequence[Step], answers: Sequence[Answer]) -> int:
    """Print the tables; return the exit code, which says whether a bar was missed."""
    heads: tuple[str, ...] = ("what", "texts", "CPU ms", "wall ms", "CPU ms per 1,000", "MiB more")
    cells: list[list[object]] = [
        [s.what, s.texts, s.cpu * 1e3, s.wall * 1e3, s.cpu / s.texts * BATCH * 1e3, s.memory / MIB]
        for s in steps
    ]
    print_table(f"Adding {BATCH:,} texts at a time, {BANDS} bands", heads, cells)
    heads = ("texts", "runs", "B/text", "hits", "CPU s", "wall s", "MiB more")
    cells = [
        [f"{a.texts:,}", a.runs, a.disk / a.texts, a.hits, a.cpu, a.wall, a.memory / MIB]
        for a in answers
    ]
    print_table(f"A query of {BATCH:,} texts", heads, cells)
    heads = ("texts", "CPU s", "wall s", "MiB read")
    cells = [[f"{a.texts:,}", a.cold_cpu, a.cold_wall, a.cold_read / MIB] for a in answers]
    print_table("The same, nothing in the page cache", heads, cells)
    missed = [a for a in answers if a.cpu > BAR_CPU or a.memory > BAR_MIB * MIB]
    print(f"\nBars: {BAR_CPU} CPU s and {BAR_MIB} MiB: {'missed' if missed else 'kept'}")
    return BAR_MISSED if missed else 0


if __name__ == "__main__":
    sys.exit(main())
