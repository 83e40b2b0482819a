"""Writers of a lake that are killed a thousand times, and whole runs that are killed at random.

Usage, from the project's folder::

    .venv/bin/python tests/benchmarks/lake_kills.py
    .venv/bin/python tests/benchmarks/lake_kills.py --kills 3000 --runs 0 --seed 7

The writers commit batches, corrections and maintenance that gives up every earlier version. They
die at each point of the commit, before each change to the file system, at random moments, and so do
the openings that mend what they leave (``tests/store/killing.py``). After each kill a plain reader
looks first, then the lake is opened, verified and compared row by row with what was committed.

The runs are ``warraq run`` on new sources, each killed (``kill -9``) at a random moment and then
given the same command again; a control lake takes the same sources undisturbed, and both must hold
the same rows in the end. The exit code is 1 when a row was lost or doubled, a read torn, or
anything else was found.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq

from tasks.store import open_lake, verify
from tasks.store.transaction import POINTS
from tests.benchmarks.measuring import BAR_MISSED, clean_environment, print_table, warraq_run
from tests.pipeline.made_up import records
from tests.pipeline.running import CHANGES_WITH_THE_RUN, corpus, write_lines
from tests.store.killing import KINDS, POINT, WAYS, Killing, Tally

RECORDS: Final = 80
"""Records of a source that a whole run takes in."""

ENOUGH: Final = 20
"""Faults after which nothing more is learnt."""

_STAGES: Final = ("fetch", "clean", "deduplicate", "enrich", "validate", "publish", "maintain")


@dataclass(slots=True)
class Runs:
    """What the killed runs did: in which stage each died, and what was wrong afterwards."""

    died_in: Counter[str] = field(default_factory=Counter)
    survived: int = 0
    lost: int = 0
    doubled: int = 0
    torn: int = 0
    faults: list[str] = field(default_factory=list)


def main() -> int:
    options = _parser().parse_args()
    with tempfile.TemporaryDirectory(prefix="warraq-kills-") as name:
        folder = Path(name)
        began = time.monotonic()
        tally = kill_writers(folder / "writers", options.kills, options.seed)
        print_writers(tally, time.monotonic() - began)
        runs = kill_runs(folder, options.runs, random.Random(options.seed))
    if options.runs:
        print_runs(runs)
    found = [*tally.faults, *runs.faults]
    for fault in found[:ENOUGH]:
        print(fault)
    wrong = (runs.lost, runs.doubled, runs.torn, len(found))
    return BAR_MISSED if any(wrong) or not tally.clean else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=1000, help="writers to kill (default: 1000)")
    parser.add_argument("--runs", type=int, default=30, help="whole runs to kill (default: 30)")
    parser.add_argument("--seed", type=int, default=0, help="of everything random (default: 0)")
    return parser


def kill_writers(root: Path, kills: int, seed: int) -> Tally:
    """Kill so many writers: each kind in turn, in each way, at each point."""
    killing = Killing(root, seed=seed)
    points = {kind: cycle(POINTS) for kind in KINDS}
    for way in cycle(WAYS):
        for kind in KINDS:
            tally = killing.tally
            if tally.kills.total() >= kills or len(tally.faults) >= ENOUGH:
                return tally
            killing.kill(kind, way, next(points[kind]) if way == POINT else "")
    raise AssertionError("a cycle ends")


def print_writers(tally: Tally, seconds: float) -> None:
    kills = tally.kills.total()
    heads = ("kills", *WAYS)
    rows = [[kind, *(tally.kills[kind, way] for way in WAYS)] for kind in KINDS]
    print_table(f"{kills:,} writers killed, {seconds / max(kills, 1):.2f} s each", heads, rows)
    print(
        f"lost rows {tally.lost}, doubled rows {tally.doubled}, torn reads {tally.torn}, "
        f"part of a version given up {tally.half}, "
        f"other faults {len(tally.faults)}; {tally.survived} were done before they were killed"
    )


def kill_runs(folder: Path, count: int, chance: random.Random) -> Runs:
    """Kill so many whole runs, give each command again, and compare with a lake left in peace."""
    runs = Runs()
    stages = 0.0
    for number in range(2 if count else 0):  # the first compiles kernels and makes Prefect's state
        stages = _whole(folder, _source(folder, number), "warm").stages
    for number in range(count):
        source = _source(folder, number)
        _kill_one(folder, source, chance.uniform(-0.2, 1) * stages, runs)
        if code := _whole(folder, source, "lake").code:
            runs.faults.append(f"run {number}: the same command ended with {code}")
        _check(folder / "lake", (number + 1) * RECORDS, f"run {number}", runs)
        stages += 0.2 * (_whole(folder, source, "control").stages - stages)
    if count and corpus(folder / "lake", CHANGES_WITH_THE_RUN) != corpus(
        folder / "control", CHANGES_WITH_THE_RUN
    ):
        runs.faults.append("the lake holds other rows than the one that was left in peace")
    return runs


def _source(folder: Path, number: int) -> Path:
    return write_lines(folder / "sources" / f"{number}.jsonl", records(RECORDS, seed=number))


@dataclass(frozen=True, slots=True)
class _Ran:
    """How a run ended, and for how long it was in its stages."""

    code: int
    stages: float


def _whole(folder: Path, source: Path, lake: str) -> _Ran:
    """Run the command to its end."""
    process, log = _begin(folder, source, lake)
    _wait_for_stages(process, log)
    began = time.monotonic()
    return _Ran(process.wait(), time.monotonic() - began)


def _begin(folder: Path, source: Path, lake: str) -> tuple[subprocess.Popen[bytes], Path]:
    log = folder / "log.txt"
    with log.open("wb") as sink:
        process = subprocess.Popen(
            list(map(str, warraq_run(source, folder / lake))),
            cwd=folder,
            env=clean_environment(folder),
            stdout=sink,
            stderr=sink,
        )
    return process, log


def _wait_for_stages(process: subprocess.Popen[bytes], log: Path) -> None:
    while process.poll() is None and "begins" not in log.read_text(errors="replace"):
        time.sleep(0.02)


def _kill_one(folder: Path, source: Path, seconds: float, runs: Runs) -> None:
    """Kill a run so long after its first stage began; at any moment before that when negative."""
    before = _ledger(folder / "lake")
    process, log = _begin(folder, source, "lake")
    if seconds >= 0:
        _wait_for_stages(process, log)
    try:
        process.wait(abs(seconds) * (1 if seconds >= 0 else 5))
        runs.survived += 1
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        runs.died_in[_stage(log.read_text(errors="replace"))] += 1
    after = _ledger(folder / "lake")
    if after not in {before, before + RECORDS}:
        runs.torn += 1
        runs.faults.append(f"{source.name}: a reader saw {after} records, of {before} + {RECORDS}")


def _ledger(lake: Path) -> int:
    return pq.read_table(lake / "ledger").num_rows if (lake / "ledger").is_dir() else 0


def _stage(log: str) -> str:
    """Return the last stage that the log says has begun."""
    places = {log.rfind(f"{stage} begins"): stage for stage in _STAGES}
    last = max(places)
    return places[last] if last >= 0 else "before the first stage"


def _check(root: Path, records_in: int, when: str, runs: Runs) -> None:
    lake = open_lake(root)
    runs.faults.extend(f"{when}: {finding}" for finding in verify(lake))
    places = Counter(_places(root))
    runs.lost += max(0, records_in - len(places))
    runs.doubled += places.total() - len(places)
    if left := [path for path in root.rglob(".*") if "sqlite" not in path.name]:
        runs.faults.append(f"{when}: left behind {left[:3]}")


def _places(root: Path) -> Iterator[tuple[str, str]]:
    rows = pq.read_table(root / "ledger", columns=["batch_id", "record_ref"])
    yield from zip(rows["batch_id"].to_pylist(), rows["record_ref"].to_pylist(), strict=True)


def print_runs(runs: Runs) -> None:
    rows = sorted(runs.died_in.items(), key=lambda item: -item[1])
    print_table(f"{runs.died_in.total()} whole runs killed", ("died in", "runs"), rows)
    print(
        f"lost records {runs.lost}, doubled records {runs.doubled}, torn reads {runs.torn}, other "
        f"faults {len(runs.faults)}; {runs.survived} were done before they were killed"
    )


if __name__ == "__main__":
    sys.exit(main())
