"""The postings of a long history: what a query of 1,000 texts and adding them cost.

Usage, from the project's folder (4.3 GB of disk for 10 million texts)::

    .venv/bin/python tests/benchmarks/history_index.py --texts 1000000 5000000 10000000

Made-up keys in the runs that adding 1,000 texts at a time would have left: one text in twenty
repeats an earlier one in four bands of five, one in a hundred belongs to a series of three thousand
that share four bands. Each query runs in a process of its own, warm (the files in the page cache)
and cold (dropped from it). What a cold query reads are the pages that it touches, and all keys of
runs that have fewer pages than keys are sought.

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
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import numpy as np
import numpy.typing as npt
import orjson

from tasks.store.postings import Run, due_merge, find_candidates, merge_runs, write_run
from tasks.store.postings_file import Pairs, Shape, write_run_file
from tests.benchmarks.measuring import BAR_MISSED, MIB, print_table

BANDS: Final = 52
BATCH: Final = 1000
MOST_PER_KEY: Final = 64
BAR_CPU: Final = 0.4
BAR_MIB: Final = 300

_COPIES: Final = 20
_OF_SERIES: Final = 100
_SERIES_TEXTS: Final = 3000
_SERIES_BANDS: Final = 4
_MERGED_LEVELS: Final = 4
_ROUNDS: Final = 5

Longs = npt.NDArray[np.uint64]


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


def keys_of(numbers: Longs, band: int) -> Longs:
    """Return the made-up keys of these texts in one band: hashes of 32 bits."""
    seed = _mixed(numbers)
    source = numbers.copy()
    copies = seed % _COPIES == 0
    shares = _mixed(numbers * np.uint64(BANDS) + np.uint64(band)) % 5 < 4
    earlier = (seed >> np.uint64(20)) % np.maximum(numbers, 1).astype(np.uint64)
    source = np.where(copies & shares, earlier, source)
    of_series = (seed >> np.uint64(8)) % _OF_SERIES == 0
    series = numbers // np.uint64(_SERIES_TEXTS * _OF_SERIES)
    in_series = of_series & ((np.uint64(band) + series) % (BANDS // _SERIES_BANDS) == 0)
    source = np.where(in_series, series + np.uint64(1 << 40), source)
    return _mixed(source * np.uint64(BANDS) + np.uint64(band) + np.uint64(1 << 50)) >> np.uint64(32)


def _mixed(value: Longs) -> Longs:
    """Return the finished hashes of SplitMix64."""
    value = value + np.uint64(0x9E3779B97F4A7C15)
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


def all_keys_of(numbers: Longs) -> npt.NDArray[np.uint32]:
    """Return the keys as a row of bands for each text."""
    return np.stack([keys_of(numbers, band) for band in range(BANDS)], axis=1).astype(np.uint32)


def tiers(texts: int) -> list[Run]:
    """Return the runs, oldest first, that adding so many texts leaves behind."""
    runs: list[Run] = []
    for number in range(texts // BATCH):
        runs.append(Run(f"{number}", 0, BATCH))
        while due := due_merge(runs):
            made = Run(due[0].name, max(run.level for run in due) + 1, sum(r.texts for r in due))
            runs = sorted([*set(runs) - set(due), made], key=lambda run: int(run.name))
    return runs


def make_runs(folder: Path, texts: int) -> Iterator[Run]:
    """Write these runs, a band at a time."""
    first = 0
    for run in tiers(texts):
        numbers = np.arange(first, first + run.texts, dtype=np.uint64)
        shape = Shape(BANDS, run.texts, run.level)
        name = f"{first}.postings"
        with (folder / name).open("wb") as sink:
            write_run_file(sink, shape, ([_pairs(numbers, band)] for band in range(BANDS)))
        yield Run(name, run.level, run.texts)
        first += run.texts


def _pairs(numbers: Longs, band: int) -> Pairs:
    pairs = keys_of(numbers, band) << np.uint64(32) | numbers
    pairs.sort()
    return pairs


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
        with _Clock() as clock:
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
                bands = ([_pairs(numbers, band)] for band in range(BANDS))
                write_run_file(sink, Shape(BANDS, size, level), bands)
            runs.append(Run(path.name, level, size))
        for what, left_out in (("merged", None), ("merged, 1,000 gone", gone)):
            _forget_peak()
            before = _status("VmRSS")
            with _Clock() as clock:
                made = merge_runs(folder, runs, bands=BANDS, gone=left_out)
            peak = _status("VmHWM") - before
            steps.append(Step(f"level {level} {what}", size * 8, clock.cpu, clock.wall, peak))
            (folder / made.name).unlink()
        for run in runs:
            (folder / run.name).unlink()
    return steps


@dataclass(slots=True)
class _Clock:
    cpu: float = 0.0
    wall: float = 0.0

    def __enter__(self) -> Self:
        self.cpu, self.wall = time.process_time(), time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        self.cpu, self.wall = time.process_time() - self.cpu, time.monotonic() - self.wall


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
            _drop(path)
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
    before, read = _status("VmRSS"), _bytes_read()
    _forget_peak()
    with _Clock() as clock:
        hits = find_candidates(folder, runs, keys, most_per_key=MOST_PER_KEY)
    return {
        "hits": len(hits.rows),
        "cpu": clock.cpu,
        "wall": clock.wall,
        "memory": _status("VmHWM") - before,
        "read": _bytes_read() - read,
    }


def _status(field: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024
    return 0


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def _bytes_read() -> int:
    lines = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(lines["read_bytes"])


def _drop(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)  # pages that are not on the disk yet stay
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(handle)


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
