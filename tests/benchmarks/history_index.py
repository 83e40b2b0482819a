"""A long history: what it costs a batch of 1,000 that millions of articles came before it.

Usage, from the project's folder (21 GB of disk and ten minutes for 10 million articles)::

    .venv/bin/python tests/benchmarks/history_index.py --texts 1000000 5000000 10000000

The whole index of a made-up history (:mod:`tests.benchmarks.made_history`) is asked as a run asks
it: for the titles that cleaning looks up, and for all that :func:`tasks.deduplicate.decide` wants,
which is the entries of ids and of exact texts, the texts that share a band, and the articles they
copy. From what that takes is subtracted what it takes beside an empty index. Each query runs in a
process of its own, warm (what it reads is in the page cache) and cold (nothing of the index is).
Then a batch is committed, and one more, which moves the recent entries to the large table: what is
measured is the index that follows, not the lake. What merging runs costs says
:mod:`tests.benchmarks.history_postings`.

The exit code is 1 when the warm query of the longest history takes more than the bar, or costs grow
faster than the logarithm of the history.
"""

import argparse
import math
import os
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson
import pyarrow as pa

import flows  # noqa: F401  # sets the memory pool, as for a run
from tasks.deduplicate import Decisions, decide
from tasks.store import Alike, DuplicateIndex, Lake, open_index, open_lake, transaction
from tasks.store.index import index_path
from tasks.text.signature_sizes import DEFAULT_SIZES
from tasks.text.signatures import Keys
from tests.benchmarks.made_history import BATCH, make_index, new_batch
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

BAR_CPU: Final = 1.0
"""Seconds of a warm query of the longest history beyond those beside an empty index."""

BAR_MIB: Final = 1024
_KNOWN: Final = 50
"""Of a batch, articles that are known by their ids."""

_WARM_ROUNDS: Final = 5
_COLD_ROUNDS: Final = 3
_NOISE: Final = 1.3
"""By how much costs may grow faster than the logarithm before the bar is missed."""

Told = Mapping[str, Any]


def main() -> int:
    options = _parser().parse_args()
    if options.query is not None:
        print(orjson.dumps(_query(open_lake(options.query), options.texts[0])).decode())
        return 0
    if options.add is not None:
        print(orjson.dumps(_add(open_lake(options.add), options.texts[0])).decode())
        return 0
    measured = []
    for texts in [0, *sorted(options.texts)]:
        with tempfile.TemporaryDirectory(prefix="warraq-history-", dir=options.folder) as name:
            measured.append(_measure(Path(name), texts))
            print(f"measured beside {texts:,} articles", file=sys.stderr, flush=True)
    return report(measured)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    sizes = [1_000_000, 5_000_000, 10_000_000]
    parser.add_argument("--texts", type=int, nargs="+", default=sizes, help="in the history")
    parser.add_argument("--folder", type=Path, help="where the files go (default: TMPDIR)")
    parser.add_argument("--query", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--add", type=Path, help=argparse.SUPPRESS)
    return parser


@dataclass(frozen=True, slots=True)
class Measured:
    """Beside so many articles: ``warm`` and ``cold`` queries, batches ``added``, bytes on disk."""

    texts: int
    database: int
    postings: int
    warm: Sequence[Told]
    cold: Sequence[Told]
    added: Sequence[Told]

    def take(self, rounds: str, what: str) -> float:
        """Return the median."""
        told: Sequence[Told] = getattr(self, rounds)
        return float(statistics.median(each[what] for each in told))


def _measure(root: Path, texts: int) -> Measured:
    made = make_index(root, texts)
    _ask("--query", root, texts)  # compiles the kernels, and warms the cache
    warm = [_ask("--query", root, texts) for _ in range(_WARM_ROUNDS)]
    cold = []
    for _ in range(_COLD_ROUNDS):
        for path in index_path(root).parent.iterdir():
            drop(path)
        cold.append(_ask("--query", root, texts))
    added = _ask("--add", root, texts)["added"]
    return Measured(texts, made.database, made.postings, warm, cold, added)


def _ask(what: str, root: Path, texts: int) -> dict[str, Any]:
    command = [sys.executable, "-P", __file__, "--texts", str(texts), what, str(root)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    answer: dict[str, Any] = orjson.loads(done.stdout)
    return answer


class _Watched:
    """A history that notes the CPU of each question, and what was read."""

    def __init__(self, index: DuplicateIndex) -> None:
        self._index = index
        self.clocks: defaultdict[str, Clock] = defaultdict(Clock)
        self.pairs = self.texts = 0

    def find_articles(self, article_ids: pa.Array) -> pa.Table:
        return self._timed("entries", self._index.find_articles, article_ids)

    def find_texts(self, text_keys: pa.Array) -> pa.Table:
        return self._timed("entries", self._index.find_texts, text_keys)

    def find_copies(self, article_ids: pa.Array) -> pa.Table:
        return self._timed("entries", self._index.find_copies, article_ids)

    def read_texts(self, article_ids: pa.Array) -> pa.Table:
        return self._timed("entries", self._index.read_texts, article_ids)

    def find_titles(self, title_keys: pa.Array) -> pa.Array:
        return self._timed("entries", self._index.find_titles, title_keys)

    def find_alike(self, keys: Keys) -> Alike:
        found: Alike = self._timed("alike", self._index.find_alike, keys)
        self.pairs, self.texts = len(found.pairs), len(found.texts)
        return found

    def _timed(self, name: str, find: Callable[[Any], Any], sought: Any) -> Any:
        with self.clocks[name]:
            return find(sought)


def _decided(lake: Lake, batch: pa.Table) -> tuple[_Watched, Decisions]:
    with open_index(lake, sizes=DEFAULT_SIZES) as index:
        history = _Watched(index)
        history.find_titles(batch["title_key"].combine_chunks())
        return history, decide(batch, history)


def _load_kernels() -> None:
    with tempfile.TemporaryDirectory() as name:
        made = make_index(Path(name), 2 * BATCH)
        _decided(made.lake, new_batch(made.texts, known=_KNOWN))


def _query(lake: Lake, texts: int) -> dict[str, float]:
    _load_kernels()
    batch = new_batch(texts, known=min(texts, _KNOWN))
    resident, read = status("VmRSS"), bytes_of("read")
    forget_peak()
    with Clock() as clock:
        history, decisions = _decided(lake, batch)
    taken = {
        "cpu": clock.cpu,
        "wall": clock.wall,
        "memory": status("VmHWM") - resident,
        "read": bytes_of("read") - read,
        "pairs": history.pairs,
        "texts": history.texts,
        "copies": decisions.records["disposition"].to_pylist().count("duplicate"),
    }
    asked = {name: history.clocks[name].cpu for name in ("entries", "alike")}
    return taken | asked | {"deciding": clock.cpu - sum(asked.values())}


def _add(lake: Lake, texts: int) -> dict[str, list[dict[str, float]]]:
    """Commit two batches; measure the index from when the lake has committed them."""
    _load_kernels()
    added = []
    for first in (texts, texts + BATCH):
        batch = new_batch(first, known=min(texts, _KNOWN))
        _, decisions = _decided(lake, batch)
        points: dict[str, tuple[Clock, int]] = {}

        def note(point: str, points: dict[str, tuple[Clock, int]] = points) -> None:
            clock = Clock().__enter__()
            points[point] = clock, bytes_of("write")

        forget_peak()
        resident = status("VmRSS")
        with transaction(
            lake, run_id="made", batch_id=f"{first}", wait_seconds=0, checkpoint=note
        ) as changes:
            changes.index(decisions.index_step, [batch])
            changes.commit({})
        (clock, written), (_, after) = points["swept"], points["indexed"]
        clock.__exit__()
        peak = status("VmHWM") - resident
        added.append(
            {"cpu": clock.cpu, "wall": clock.wall, "written": after - written, "memory": peak}
        )
        lake = open_lake(lake.root)
    return {"added": added}


def report(measured: Sequence[Measured]) -> int:
    """Print the tables; return the exit code, which says whether a bar was missed."""
    base, *long = measured
    for rounds, title in (("warm", "in the page cache"), ("cold", "nothing in the page cache")):
        _print_queries(base, long, rounds, title)
    heads: tuple[str, ...] = ("articles", "database B", "bands B", "both B", "GiB in all")
    cells: list[list[object]] = [
        [
            f"{each.texts:,}",
            *(part / each.texts for part in (each.database, each.postings)),
            (each.database + each.postings) / each.texts,
            (each.database + each.postings) / MIB / 1024,
        ]
        for each in long
    ]
    print_table("On disk, bytes an article", heads, cells)
    heads = ("articles", "batch", "CPU s", "wall s", "articles/s", "MiB written", "MiB more")
    cells = [
        [
            f"{each.texts:,}",
            what,
            *(told["cpu"], told["wall"], round(BATCH / told["wall"])),
            *(told["written"] / MIB, told["memory"] / MIB),
        ]
        for each in measured
        for what, told in zip(("the first", "one that moves the recent"), each.added, strict=True)
    ]
    print_table(f"{BATCH:,} articles are added to the index", heads, cells)
    return _judge(base, long)


def _print_queries(base: Measured, long: Sequence[Measured], rounds: str, title: str) -> None:
    heads = [*("articles", "CPU s", "beyond empty", "entries", "alike", "deciding", "wall s")]
    parts = ("entries", "alike", "deciding", "wall")
    cells: list[list[object]] = [
        [
            f"{each.texts:,}",
            *(each.take(rounds, "cpu"), each.take(rounds, "cpu") - base.take(rounds, "cpu")),
            *(each.take(rounds, part) for part in parts),
            *(each.take(rounds, what) / MIB for what in ("memory", "read")),
            *(int(each.take(rounds, what)) for what in ("pairs", "texts", "copies")),
        ]
        for each in (base, *long)
    ]
    heads += ["MiB more", "MiB read", "pairs", "texts read", "copies"]
    print_table(f"A batch of {BATCH:,}, {title}", heads, cells)


def _judge(base: Measured, long: Sequence[Measured]) -> int:
    beyond = [each.take("warm", "cpu") - base.take("warm", "cpu") for each in long]
    memory = max(each.take("warm", "memory") for each in long)
    growth = beyond[-1] / beyond[0]
    allowed = _NOISE * math.log(long[-1].texts) / math.log(long[0].texts)
    missed = beyond[-1] > BAR_CPU or memory > BAR_MIB * MIB
    missed |= len(long) > 1 and growth > allowed
    print(
        f"\nBars: {BAR_CPU} CPU s beyond empty, {BAR_MIB} MiB: {beyond[-1]:.2f}, {memory / MIB:.0f}"
    )
    print(f"Growth {growth:.2f} times; {allowed:.2f} are logarithmic, and noise")
    return BAR_MISSED if missed else 0


if __name__ == "__main__":
    sys.exit(main())
