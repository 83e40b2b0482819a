"""Finding duplicates beside the peers: CPU, memory and recall, on the same cleaned articles.

Usage, from the project's folder::

    .venv/bin/python tests/benchmarks/duplicates.py --make-peers /tmp/peers
    .venv/bin/python tests/benchmarks/duplicates.py --peers /tmp/peers --runs 5 --datatrove-runs 2

gaoya 0.2.2 and datatrove 0.10.1 live in environments of their own, ``gaoya`` and ``datatrove`` in
the folder; ``--make-peers`` makes them. The corpus of real news is cleaned first, and all search
the same bodies. Every round runs ours and gaoya in turn, each in a process of its own, and the
first ones datatrove, which takes minutes. The search is the CPU (user and system) without start-up
and I/O: ours and gaoya take the time themselves; from datatrove's four stages is taken what one
article costs, and what it costs to read and write all that nothing is looked for in.

Recall is the share of the natural pairs, by Jaccard similarity of word 5-grams, that a system puts
together. Left out are pairs of one outlet and different days that differ in four numbers or more:
a series, not copies. The exit code is 1 when the median of the rounds' ratios is below the bar, or
a peer finds more.
"""

import argparse
import csv
import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson
import pyarrow as pa

from tasks.clean import clean
from tasks.sources import load_profiles
from tests.benchmarks.cleaning import batch_titles, read_news
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
)
from tests.shared_data import SHARED

GAOYA_BAR: Final = 3.0
DATATROVE_BAR: Final = 150.0
"""CPU of the peer's search by that of ours."""

LIKENESS: Final = (0.8, 0.5)

OURS: Final = "warraq"
GAOYA: Final = "gaoya 0.2.2"
GAOYA_THREADS: Final = "gaoya, its threads"
DATATROVE: Final = "datatrove 0.10.1"

NEEDS: Final = {
    "gaoya": ("gaoya==0.2.2", "orjson"),
    # xxhash 4 takes no str any more, which datatrove gives it.
    "datatrove": ("datatrove==0.10.1", "spacy", "regex", "tokenizers", "xxhash<4", "orjson"),
}

_HERE: Final = Path(__file__).parent
_SERIES_NUMBERS: Final = 4
_NOTHING: Final = "-"
"""Stands for an empty text: datatrove's reader leaves those out, and its numbers would shift."""

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Search:
    """What one run took, ``search`` without start-up and I/O; ``parts`` of ours; what it found."""

    usage: Usage
    search: float
    parts: Mapping[str, float]
    pairs: Sequence[Pair]


def main() -> int:
    options = _parser().parse_args()
    source = news()
    peers = options.make_peers or options.peers
    pythons = {name: _interpreter(peers / name, options) for name in NEEDS} if peers else {}
    if missing := [python for python in pythons.values() if not python.exists()]:
        sys.stderr.write(f"No interpreter at {missing[0]}; --make-peers FOLDER makes one\n")
        return NO_DATA
    with tempfile.TemporaryDirectory(prefix="warraq-duplicates-") as name:
        folder = Path(name)
        articles = write_articles(source, folder, options.limit)
        run = _Runner(folder, pythons)
        run.ours()  # compiles the kernels; not counted
        rounds = [run.round(slow=n < options.datatrove_runs) for n in range(options.runs)]
    natural = natural_pairs(SHARED / "duplicate_pairs.tsv", articles)
    return report(rounds, len(articles), natural)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=3, help="rounds that count (default: 3)")
    parser.add_argument(
        "--datatrove-runs", type=int, default=1, help="rounds with datatrove (default: 1)"
    )
    parser.add_argument("--limit", type=int, help="take only the first so many articles")
    parser.add_argument("--peers", type=Path, help="folder of the peers' environments")
    parser.add_argument("--make-peers", type=Path, help="make them in this folder, and use them")
    return parser


def _interpreter(folder: Path, options: argparse.Namespace) -> Path:
    if options.make_peers:
        return make_peer(folder, NEEDS[folder.name])
    return folder.absolute() / "bin" / "python"


def write_articles(source: Path, folder: Path, limit: int | None) -> pa.Table:
    """Clean the articles; write them whole for our stage, and ids and bodies for the peers."""
    shards = read_news(source)
    profiles, titles = load_profiles(folder=None), batch_titles(shards)
    cleaned = [clean(shard, profiles, titles=titles).kept for shard in shards]
    articles = pa.concat_tables(cleaned).slice(0, limit).combine_chunks()
    with pa.ipc.new_file(folder / "cleaned.arrow", articles.schema) as writer:
        writer.write_table(articles)
    with (folder / "articles.jsonl").open("wb") as lines:
        for name, text in _columns(articles, "native_id", "body"):
            lines.write(orjson.dumps({"id": name, "text": text or _NOTHING}) + b"\n")
    first, _, _ = (folder / "articles.jsonl").read_bytes().partition(b"\n")
    (folder / "one.jsonl").write_bytes(first)
    return articles


class _Runner:
    def __init__(self, folder: Path, pythons: Mapping[str, Path]) -> None:
        self._folder = folder
        self._pythons = pythons
        project = {"PYTHONPATH": str(_HERE.parents[1])}
        self._environments = {
            True: clean_environment(folder) | project,
            False: clean_environment(folder),
        }

    def round(self, *, slow: bool) -> dict[str, Search]:
        found = {OURS: self.ours()}
        if self._pythons:
            found[GAOYA] = self._gaoya()
            found[GAOYA_THREADS] = self._gaoya("--threads")
            if slow:
                found[DATATROVE] = self._datatrove()
        return found

    def ours(self) -> Search:
        command = [sys.executable, "-m", "tests.benchmarks.warraq_search", "cleaned.arrow"]
        return self._search(command, ours=True)

    def _gaoya(self, *ways: str) -> Search:
        return self._peer("gaoya", "gaoya_search.py", "articles.jsonl", *ways)

    def _datatrove(self) -> Search:
        def run(articles: str, *ways: str) -> Search:
            return self._peer("datatrove", "datatrove_peer.py", articles, *ways)

        one, one_read = run("one.jsonl"), run("one.jsonl", "--io")
        whole, whole_read = run("articles.jsonl"), run("articles.jsonl", "--io")
        start_up = one.usage.cpu + whole_read.usage.cpu - one_read.usage.cpu
        return Search(whole.usage, whole.usage.cpu - start_up, {}, whole.pairs)

    def _peer(self, name: str, script: str, articles: str, *ways: str) -> Search:
        return self._search([self._pythons[name], _HERE / script, articles], *ways, ours=False)

    def _search(self, command: Sequence[str | Path], *ways: str, ours: bool) -> Search:
        target = self._folder / "found.json"
        usage = measure(
            [*command, target, *ways], folder=self._folder, environment=self._environments[ours]
        )
        told = orjson.loads(target.read_bytes())
        cpu = told["cpu"]
        return Search(usage, cpu.pop("search", 0.0), cpu, [(a, b) for a, b in told["pairs"]])


def natural_pairs(source: Path, articles: pa.Table) -> dict[Pair, float]:
    """Return the similarity of pairs of rows that are no series."""
    rows = {name: row for row, (name,) in enumerate(_columns(articles, "native_id"))}
    with source.open(encoding="utf-8") as lines:
        found = {
            (rows[row["id_a"]], rows[row["id_b"]]): float(row["jaccard_word5"])
            for row in csv.DictReader(lines, delimiter="\t")
            if row["id_a"] in rows and row["id_b"] in rows
        }
    texts = [
        (outlet, date and date.date(), frozenset(re.findall(r"\d+", body or "")))
        for outlet, date, body in _columns(articles, "source", "published_at", "body")
    ]
    return {(a, b): like for (a, b), like in found.items() if not _is_series(texts[a], texts[b])}


def _is_series(one: Sequence[object], other: Sequence[object]) -> bool:
    (outlet, day, numbers), (its_outlet, its_day, its_numbers) = one, other
    assert isinstance(numbers, frozenset)
    assert isinstance(its_numbers, frozenset)
    another_day = day is not None and its_day is not None and day != its_day
    return outlet == its_outlet and another_day and len(numbers ^ its_numbers) >= _SERIES_NUMBERS


def _columns(articles: pa.Table, *names: str) -> Iterator[tuple[Any, ...]]:
    return zip(*(articles[name].to_pylist() for name in names), strict=True)


def recall(found: Iterable[Pair], natural: Mapping[Pair, float], least: float) -> float:
    """Return the share of the natural pairs of this similarity that are joined, however far."""
    parents: dict[int, int] = {}

    def root(row: int) -> int:
        while parents.setdefault(row, row) != row:
            row = parents[row]
        return row

    for one, other in found:
        parents[root(one)] = root(other)
    wanted = [pair for pair, likeness in natural.items() if likeness >= least]
    return sum(root(one) == root(other) for one, other in wanted) / max(len(wanted), 1)


def report(
    rounds: Sequence[Mapping[str, Search]], articles: int, natural: Mapping[Pair, float]
) -> int:
    """Print the tables and return the exit code."""
    runs: defaultdict[str, list[Search]] = defaultdict(list)
    for each in rounds:
        for name, search in each.items():
            runs[name].append(search)
    recalls = {
        name: [recall(searches[-1].pairs, natural, least) for least in LIKENESS]
        for name, searches in runs.items()
    }
    ratios = {
        name: [each[name].search / each[OURS].search for each in rounds if name in each]
        for name in runs
    }
    heads = ("system", "runs", "CPU s", "search", "x ours", "articles/CPU s", "private MiB")
    rows = [
        [
            *(name, len(searches), median(each.usage.cpu for each in searches)),
            *((spent := median(each.search for each in searches)), median(ratios[name])),
            *(
                round(articles / spent),
                round(median(each.usage.private for each in searches) / MIB),
            ),
            *recalls[name],
        ]
        for name, searches in runs.items()
    ]
    counts = [sum(likeness >= least for likeness in natural.values()) for least in LIKENESS]
    asked = [f"recall J>={least} ({n})" for least, n in zip(LIKENESS, counts, strict=True)]
    print_table(f"{articles:,} articles, medians", [*heads, *asked], rows)
    parts = {part: median(e.parts[part] for e in runs[OURS]) for part in runs[OURS][0].parts}
    print_table("Where our search goes", ("part", "CPU s"), [[*row] for row in parts.items()])
    return _judge(ratios, recalls)


def _judge(ratios: Mapping[str, Sequence[float]], recalls: Mapping[str, Sequence[float]]) -> int:
    missed = False
    for name, bar in ((GAOYA, GAOYA_BAR), (DATATROVE, DATATROVE_BAR)):
        if name in ratios:
            ratio, told = median(ratios[name]), ", ".join(f"{each:.2f}" for each in ratios[name])
            print(f"\n{name} / {OURS}: {ratio:.2f} (rounds: {told}); the bar is {bar:.0f}")
            missed |= ratio < bar
            missed |= any(a <= b for a, b in zip(recalls[OURS], recalls[name], strict=True))
    if len(ratios) == 1:
        print("\nNo peer was measured: give --peers or --make-peers.")
    return BAR_MISSED if missed else 0


if __name__ == "__main__":
    sys.exit(main())
