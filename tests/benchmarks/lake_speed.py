"""What a large lake costs: commits beside an empty lake, reads beside a folder written by hand.

Usage, from the project's folder::

    .venv/bin/python tests/benchmarks/lake_speed.py --lake /tmp/made
    .venv/bin/python tests/benchmarks/lake_speed.py --lake /tmp/made --rounds 9 --only delta

The lake holds 200,000 articles of real news in 1,000 batches over 60 months, and was kept up as a
run does (``made_lake.py``); it is made in the folder of ``--lake`` and used again from there. It is
measured when upkeep is due (some 7 batches after the last) and just after it.

``commit``: 1,000 articles with their ledger and index entries, into it and into an empty lake; CPU,
and the split by the points of the commit. ``read``: one month, and a year, of three columns with
``pd.read_parquet``, beside the same rows in a folder of one file a month, with the same codec and
row groups. ``delta``: append and upsert of 1,000 rows (of one month, and of articles of all months)
and a filtered read beside the ``deltalake`` package, which is none of ours (``uv pip install
deltalake``); its table is written whole with our codec, so it starts as one that was just
compacted, as ours does. It neither syncs what it writes nor notes checksums.

Everything runs in this process, in alternating rounds of which the first is not counted; medians of
CPU, wall beside them. The exit code is 1 when a ratio is above its bar.
"""

import argparse
import itertools
import os
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from tasks.store import open_lake, transaction
from tasks.store.log import stored_schema
from tasks.store.parts import ROW_GROUP, parquet_options, restored
from tests.benchmarks.delta_peer import Peer, open_peer
from tests.benchmarks.made_lake import (
    MONTHS,
    Made,
    Pool,
    borrow,
    keep_lake_up,
    made_lake,
    make_batch,
    make_due,
    read_pool,
    write_batch,
)
from tests.benchmarks.measuring import BAR_MISSED, NO_DATA, median, print_table

COMMIT_BAR: Final = 1.3
READ_BAR: Final = 1.1
DELTA_BAR: Final = 1.0
"""CPU of ours by that of what stands beside it."""

COLUMNS: Final = ["source", "title", "body"]
ASKED: Final[Mapping[str, list[Any]]] = {
    "a month": [("published_month", "==", "2021-03")],
    "the last month": [("published_month", "==", "2023-12")],
    "a year": [("published_month", ">=", "2021"), ("published_month", "<", "2022")],
}
"""What is read: filters as pandas, pyarrow and deltalake take them."""

_NEW: Final = 1_000
_STEPS: Final = {
    "locked": "open",
    "files-written": "parts written",
    "view-built": "view",
    "logged": "log",
    "view-named": "switch",
    "switched": "switch",
    "state-written": "state",
    "swept": "sweep",
    "indexed": "index",
}


@dataclass(slots=True)
class Costs:
    """CPU and wall seconds by what was done, a value a round."""

    cpu: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wall: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def add(self, name: str, since: tuple[float, float]) -> tuple[float, float]:
        """Note what was taken since then, and return now."""
        now = _now()
        self.cpu[name].append(now[0] - since[0])
        self.wall[name].append(now[1] - since[1])
        return now

    def of(self, name: str, does: Callable[[], object]) -> None:
        """Note what it takes."""
        since = _now()
        does()
        self.add(name, since)

    def ratio(self, one: str, other: str) -> float:
        """Return the median of the rounds' ratios of CPU."""
        pairs = zip(self.cpu[one][1:], self.cpu[other][1:], strict=True)
        return median(mine / theirs for mine, theirs in pairs)

    def row(self, name: str) -> list[object]:
        """Return the medians, in milliseconds."""
        return [1000 * median(self.cpu[name][1:]), 1000 * median(self.wall[name][1:])]


def _now() -> tuple[float, float]:
    return time.process_time(), time.perf_counter()


@dataclass(frozen=True, slots=True)
class Lakes:
    """The made lake just before upkeep and just after it, both to be written to."""

    due: Path
    kept: Path
    folder: Path
    pool: Pool
    numbers: "itertools.count[int]"

    def batch(self) -> Made:
        """Make the next batch of 1,000 articles, of the last month."""
        return make_batch(self.pool, next(self.numbers), _NEW, MONTHS - 1)

    def everywhere(self) -> pa.Table:
        """Return 1,000 articles that are in the lake, of all its months."""
        lake = open_lake(self.kept)
        tables = []
        for file in lake.files("articles"):
            if file.rows:
                with pq.ParquetFile(lake.root / file.name) as source:
                    tables.append(restored(source.read(), file))
        rows = pa.concat_tables(tables)
        chosen = random.Random(next(self.numbers)).sample(range(len(rows)), _NEW)
        return rows.take(pa.array(sorted(chosen)))


def main() -> int:
    options = _parser().parse_args()
    pool = read_pool()
    with tempfile.TemporaryDirectory(prefix="warraq-speed-", dir=options.lake) as name:
        folder = Path(name)
        made = made_lake(options.lake or folder, pool, batches=options.batches, size=options.size)
        due, kept = borrow(made, folder / "due"), borrow(made, folder / "kept")
        numbers = itertools.count(options.batches)
        keep_lake_up(kept, always=True)
        make_due(due, pool, numbers, options.size)
        lakes = Lakes(due, kept, folder, pool, numbers)
        measures = {"read": measure_reads, "commit": measure_commits, "delta": measure_delta}
        results = [measures[each](lakes, 1 + options.rounds) for each in options.only or measures]
    return max(results)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lake", type=_folder, help="make the lake here, or use what is there")
    parser.add_argument("--batches", type=int, default=1_000, help="default: 1,000")
    parser.add_argument("--size", type=int, default=200, help="articles of a batch (default: 200)")
    parser.add_argument("--rounds", type=int, default=7, help="rounds that count (default: 7)")
    parser.add_argument("--only", nargs="+", choices=("commit", "read", "delta"))
    return parser


def _folder(text: str) -> Path:
    folder = Path(text).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def measure_commits(lakes: Lakes, rounds: int) -> int:
    """Commit 1,000 articles into the large lake and into an empty one."""
    all_costs = {name: Costs() for name in ("empty", "upkeep due", "kept up")}
    for number in range(rounds):
        empty = open_lake(lakes.folder / f"empty-{number}", create=True).root
        for name, root in (("empty", empty), ("upkeep due", lakes.due), ("kept up", lakes.kept)):
            _commit(root, lakes.batch(), all_costs[name])
    names = [*dict.fromkeys(_STEPS.values()), "whole"]
    rows = [[n, *(v for costs in all_costs.values() for v in costs.row(n))] for n in names]
    heads = [f"{name} {unit}" for name in all_costs for unit in ("CPU ms", "wall")]
    print_table(f"A commit of 1,000 articles, {rounds - 1} rounds", ("step", *heads), rows)
    due, kept = (len(open_lake(root).state().files) for root in (lakes.due, lakes.kept))
    print(f"live files: {due} in the lake whose upkeep is due, {kept} in the one kept up")
    whole = Costs()
    for name, costs in all_costs.items():
        whole.cpu[name] = costs.cpu["whole"]
    return max(_judge(whole, name, "empty", COMMIT_BAR) for name in ("upkeep due", "kept up"))


def _commit(root: Path, made: Made, costs: Costs, *, bare: bool = False) -> None:
    """Commit a batch; ``bare`` leaves out the ledger and the index, which no other lake has."""
    began = since = _now()
    steps: defaultdict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])

    def mark(point: str) -> None:
        nonlocal since
        now = _now()
        for place in (0, 1):
            steps[_STEPS[point]][place] += now[place] - since[place]
        since = now

    with transaction(
        open_lake(root), run_id="r", batch_id=made.batch_id, wait_seconds=0, checkpoint=mark
    ) as changes:
        if bare:
            changes.write("articles", made.articles)
            changes.commit({})
        else:
            write_batch(changes, made)
            changes.commit(made.summary)
    costs.add("whole", began)
    for name, (cpu, wall) in steps.items():
        costs.cpu[name].append(cpu)
        costs.wall[name].append(wall)


def measure_reads(lakes: Lakes, rounds: int) -> int:
    """Read a month and a year from either large lake, and the same rows from a folder by hand."""
    costs = Costs()
    for name, root in (("upkeep due", lakes.due), ("kept up", lakes.kept)):
        by_hand = lakes.folder / f"by-hand-{root.name}"
        _write_by_hand(root, by_hand)
        for what, filters in [*ASKED.items()] * rounds:
            since = _now()
            ours = pd.read_parquet(root / "articles", columns=COLUMNS, filters=filters)
            since = costs.add(f"{what}, {name}", since)
            theirs = pd.read_parquet(by_hand, columns=COLUMNS, filters=filters)
            costs.add(f"{what}, {name}, by hand", since)
            if len(ours) != len(theirs):
                sys.exit(f"{len(ours)} rows of the lake, {len(theirs)} by hand")
    cells = [[name, *costs.row(name)] for name in costs.cpu]
    print_table(f"pd.read_parquet, {rounds - 1} rounds", ("rows of", "CPU ms", "wall ms"), cells)
    names = [name for name in costs.cpu if not name.endswith("by hand")]
    return max(_judge(costs, name, f"{name}, by hand", READ_BAR) for name in names)


def _write_by_hand(root: Path, folder: Path) -> None:
    """Write the lake's articles as a careful person would: one file a month."""
    schema = stored_schema("articles")
    months = defaultdict(list)
    for file in open_lake(root).files("articles"):
        if file.rows:
            months[file.month].append(pq.read_table(root / file.name, partitioning=None))
    for month, tables in months.items():
        path = folder / f"published_month={month}" / "part-0.parquet"
        path.parent.mkdir(parents=True)
        rows = pa.table(pa.concat_tables(tables).columns, schema=schema)
        pq.write_table(rows, path, row_group_size=ROW_GROUP, **parquet_options(schema))


def measure_delta(lakes: Lakes, rounds: int) -> int:
    """Append, upsert and read beside ``deltalake``."""
    peer = open_peer(
        lakes.folder / "delta", ds.dataset(lakes.kept / "articles", partitioning="hive")
    )
    if peer is None:
        sys.stderr.write("deltalake is not installed: uv pip install deltalake\n")
        return NO_DATA
    costs = Costs()
    for _ in range(rounds):
        _round(lakes, peer, costs)
        keep_lake_up(lakes.kept)
    rows = [[name, *costs.row(name)] for name in costs.cpu]
    print_table(f"Beside deltalake {peer.version}", ("1,000 rows", "CPU ms", "wall ms"), rows)
    kinds = ("append", "upsert", "upsert everywhere", *(f"read {what}" for what in ASKED))
    return max(_judge(costs, f"{kind}, ours", f"{kind}, delta", DELTA_BAR) for kind in kinds)


def _round(lakes: Lakes, peer: Peer, costs: Costs) -> None:
    made, other = lakes.batch(), lakes.batch()
    whole = Costs()
    costs.of("append, ours", lambda: _commit(lakes.kept, made, whole, bare=True))
    costs.of("append, delta", lambda: peer.append(made.articles))
    costs.of("append with ledger and index, ours", lambda: _commit(lakes.kept, other, whole))
    costs.of("append with snappy, delta", lambda: peer.append(other.articles, zstd=False))
    for kind, rows in (("upsert", made.articles), ("upsert everywhere", lakes.everywhere())):
        changed = _revised(rows)
        costs.of(f"{kind}, ours", partial(_upsert, lakes.kept, changed))
        costs.of(f"{kind}, delta", partial(peer.upsert, changed))
    path = lakes.kept / "articles"
    for what, filters in ASKED.items():
        since = _now()
        ours = pd.read_parquet(path, columns=COLUMNS, filters=filters)
        since = costs.add(f"read {what}, ours", since)
        theirs = peer.read(COLUMNS, filters)
        costs.add(f"read {what}, delta", since)
        if len(ours) != len(theirs):
            sys.exit(f"{len(ours)} rows of ours, {len(theirs)} of deltalake")


def _revised(rows: pa.Table) -> pa.Table:
    place = rows.schema.get_field_index("revision")
    return rows.set_column(place, rows.schema.field(place), pa.array([2] * len(rows), pa.int32()))


def _upsert(root: Path, rows: pa.Table) -> None:
    with transaction(
        open_lake(root), run_id="r", batch_id=f"up-{os.urandom(4).hex()}", wait_seconds=0
    ) as changes:
        ids, months = (rows[n].combine_chunks() for n in ("article_id", "published_month"))
        changes.remove("articles", ids, months)
        changes.write("articles", rows)
        changes.commit({})


def _judge(costs: Costs, one: str, other: str, bar: float) -> int:
    ratio = costs.ratio(one, other)
    met = ratio <= bar
    print(f"CPU, {one} / {other}: {ratio:.2f}, the bar is {bar}{'' if met else ': MISSED'}")
    return 0 if met else BAR_MISSED


if __name__ == "__main__":
    sys.exit(main())
