"""A whole run from JSON Lines to committed corpus against the fastest peer, beyond start-up.

Usage, from the project's folder::

    .venv/bin/python tests/benchmarks/throughput.py --make-peer /tmp/gaoya
    taskset -c 1 .venv/bin/python tests/benchmarks/throughput.py \\
        --peer-python /tmp/gaoya/bin/python --runs 7

The peer, gaoya 0.2.2, lives in an environment of its own. ``--make-peer`` makes one; by hand it is
``python3 -m venv /tmp/gaoya && /tmp/gaoya/bin/pip install gaoya==0.2.2 pyarrow orjson`` or
``uv venv /tmp/gaoya && uv pip install -p /tmp/gaoya/bin/python gaoya==0.2.2 pyarrow orjson``.

Every round runs ours and the peer on the whole file and on its first record, in turn. Beyond
start-up is the CPU of the one less that of the other, for each system; of ours from the moment on
when it begins to fetch. Until then both do the same, and ten seconds of imports and of starting
Prefect's server scatter by half of what the peer takes in all. A first round, which is not counted,
makes Prefect's database and compiles the kernels.

On one CPU, because two of a small virtual machine may be one core: ours uses both, with its server
and two threads, and pays for that with 5 to 30 percent more seconds, depending on the neighbours;
the peer uses one. The exit code is 1 when the median of the rounds' ratios is above the bar.
"""

import argparse
import gzip
import itertools
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tasks.store import read_runs
from tests.benchmarks.measuring import (
    BAR_MISSED,
    MIB,
    NO_DATA,
    Usage,
    clean_environment,
    make_peer,
    measure,
    median,
    news,
    print_table,
    warraq_run,
)

BAR: Final = 1.5
"""CPU of ours by that of the peer, both beyond start-up."""

PEER: Final = Path(__file__).with_name("gaoya_peer.py")
PEER_NEEDS: Final = ("gaoya==0.2.2", "pyarrow", "orjson")

BEGINS: Final = b"fetch begins"
"""What a run tells when it starts to work."""

Stages = dict[str, float]


@dataclass(frozen=True, slots=True)
class Round:
    """One round: each system on the whole file and on one record; CPU seconds of our stages."""

    ours: Usage
    ours_one: Usage
    peer: Usage | None
    peer_one: Usage | None
    stages: Stages
    stages_one: Stages

    @property
    def ours_beyond(self) -> float:
        return _working(self.ours) - _working(self.ours_one)

    @property
    def peer_beyond(self) -> float | None:
        return self.peer.cpu - self.peer_one.cpu if self.peer and self.peer_one else None


def main() -> int:
    options = _parser().parse_args()
    source = news()
    peer = make_peer(options.make_peer, PEER_NEEDS) if options.make_peer else options.peer_python
    if peer is not None and not peer.exists():
        sys.stderr.write(f"There is no interpreter at {peer}; --make-peer FOLDER makes one\n")
        return NO_DATA
    with tempfile.TemporaryDirectory(prefix="warraq-throughput-") as name:
        folder = Path(name)
        one, articles = _first_record(source, folder)
        run = _Runner(folder, source, one, peer)
        run.round()
        rounds = [run.round() for _ in range(options.runs)]
    return report(rounds, articles)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=3, help="rounds that count (default: 3)")
    parser.add_argument("--peer-python", type=Path, help="interpreter with gaoya, pyarrow, orjson")
    parser.add_argument("--make-peer", type=Path, help="make such an environment here, and use it")
    return parser


def _first_record(source: Path, folder: Path) -> tuple[Path, int]:
    """Write the first record to a file of its own; return that and the number of all records."""
    with gzip.open(source) as lines:
        first = next(lines)
        articles = 1 + sum(1 for _ in lines)
    one = folder / "one.jsonl.gz"
    one.write_bytes(gzip.compress(first))
    return one, articles


class _Runner:
    def __init__(self, folder: Path, source: Path, one: Path, peer: Path | None) -> None:
        self._folder = folder
        self._source = source
        self._one = one
        self._peer = peer
        self._numbers = itertools.count()
        self._environment = clean_environment(folder)

    def round(self) -> Round:
        ours_one, stages_one = self._run_ours(self._one)
        peer_one = self._run_peer(self._one)
        ours, stages = self._run_ours(self._source)
        peer = self._run_peer(self._source)
        return Round(ours, ours_one, peer, peer_one, stages, stages_one)

    def _run_ours(self, source: Path) -> tuple[Usage, Stages]:
        lake = self._folder / f"lake-{next(self._numbers)}"
        usage = self._measure(warraq_run(source, lake), mark=BEGINS)
        stages: defaultdict[str, float] = defaultdict(float)
        for row in read_runs(lake).to_pylist():
            stages[row["stage"]] += row["cpu_seconds"]
        return usage, stages

    def _run_peer(self, source: Path) -> Usage | None:
        if self._peer is None:
            return None
        return self._measure([self._peer, PEER, source, self._folder / "peer.parquet"])

    def _measure(self, command: list[str | Path], mark: bytes | None = None) -> Usage:
        return measure(command, folder=self._folder, environment=self._environment, mark=mark)


def _working(usage: Usage) -> float:
    """Return the CPU that was used since the start, where that was told."""
    return usage.cpu - usage.begun


def report(rounds: list[Round], articles: int) -> int:
    """Print the tables and return the exit code."""
    heads = ("system", "CPU s", "start-up", "beyond", "wall s", "articles/s", "beyond/CPU s", "MiB")
    rows = [_row("warraq run", articles, [(each.ours, each.ours_one) for each in rounds])]
    pairs = [(each.peer, each.peer_one) for each in rounds if each.peer and each.peer_one]
    if pairs:
        rows.append(_row("gaoya 0.2.2", articles, pairs))
    print_table(f"{articles:,} articles, medians of {len(rounds)} rounds", heads, rows)
    _print_stages(rounds)
    ratios = [
        each.ours_beyond / each.peer_beyond for each in rounds if each.peer_beyond is not None
    ]
    if not ratios:
        print("\nNo peer was measured: give --peer-python or --make-peer.")
        return 0
    ratio = median(ratios)
    print(
        f"\nCPU beyond start-up, warraq / gaoya: {ratio:.2f} "
        f"(rounds: {', '.join(f'{each:.2f}' for each in ratios)}); the bar is {BAR}"
    )
    return 0 if ratio <= BAR else BAR_MISSED


def _row(name: str, articles: int, pairs: list[tuple[Usage, Usage]]) -> list[object]:
    beyond = median(_working(whole) - _working(one) for whole, one in pairs)
    wall = median(whole.wall for whole, _ in pairs)
    return [
        name,
        median(whole.cpu for whole, _ in pairs),
        median(one.cpu for _, one in pairs),
        beyond,
        wall,
        round(articles / wall),
        round(articles / beyond),
        round(median(whole.largest for whole, _ in pairs) / MIB),
    ]


def _print_stages(rounds: list[Round]) -> None:
    """Print CPU by stage as the runs table has it; the rest is in the server, and at the end."""
    whole, *stages = sorted(rounds[0].stages, key=lambda name: name != "run")
    rows: list[list[object]] = []
    for name in stages:
        full = median(each.stages[name] for each in rounds)
        start = median(each.stages_one[name] for each in rounds)
        rows.append([name, full, start, full - start])
    sums = [sum(float(str(row[column])) for row in rows) for column in (1, 2, 3)]
    rows.append(["all stages", *sums])
    rows.append(["between stages", *_differences(rounds, whole, sums)])
    beyond = median(each.ours_beyond for each in rounds)
    rows.append(["server, end", "", "", beyond - sums[2] - float(str(rows[-1][3]))])
    print_table("Where ours goes", ("stage", "CPU s", "one record", "beyond"), rows)


def _differences(rounds: list[Round], whole: str, sums: list[float]) -> list[float]:
    full = median(each.stages[whole] for each in rounds) - sums[0]
    start = median(each.stages_one[whole] for each in rounds) - sums[1]
    return [full, start, full - start]


if __name__ == "__main__":
    sys.exit(main())
