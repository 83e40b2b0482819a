"""What cleaning costs, rule by rule, beside one regular expression over the same column.

Usage, from the project's folder::

    .venv/bin/python tests/benchmarks/cleaning.py
    .venv/bin/python tests/benchmarks/cleaning.py --runs 5

The corpus of real news is cleaned shard by shard, as in a flow, with the titles of the whole batch.
CPU is user + system of this process. Beside it one ``pyarrow.compute.replace_substring_regex`` pass
(vowel marks to nothing) over the same texts: megabytes per second hold on one machine, the ratio
anywhere. The last line digests all columns: the same before and after a change that only makes
cleaning faster.
"""

import argparse
import hashlib
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import flows  # noqa: F401  # sets the memory pool, as for a run
import tasks.clean as stage
from tasks.clean.draft import Draft
from tasks.clean.title_keys import KeySearch, among, keys_of
from tasks.fetch import Reading, fetch
from tasks.settings import FetchSettings
from tasks.sources import load_profiles
from tasks.store import open_lake
from tasks.store.references import read
from tests.benchmarks.measuring import median, news, print_table

_PARTS: Final = (
    *("repair", "open_draft", "line_keys_column", "body_of", "split_glued", "removed_column"),
    *("_identity", "_editorial", "read_times"),
)
"""What ``clean`` calls beside its rules."""

_FETCHED_AT: Final = datetime(2026, 3, 1, tzinfo=UTC)
"""Not now: it is in the digest."""

_BOUNDS: Final = (
    *("max_record_bytes", "max_json_depth", "max_archive_depth", "max_unpacked_bytes"),
    *("max_unpacked_ratio", "shard_bytes"),
)


def main() -> int:
    options = _parser().parse_args()
    shards = read_news(news())
    profiles = load_profiles(folder=None)
    titles = batch_titles(shards)
    stage.clean(shards[0].slice(0, 200), profiles, titles=titles)
    whole, passes = [], []
    for _ in range(options.runs):
        whole.append(_cpu_of(lambda: [stage.clean(t, profiles, titles=titles) for t in shards]))
        passes.append(_cpu_of(lambda: [_regex_pass(t["text"]) for t in shards]))
    size = sum(pc.sum(pc.binary_length(table["text"])).as_py() for table in shards) / 1e6
    rows = sum(map(len, shards))
    spent, plain = median(whole), median(passes)
    print(f"{rows:,} articles, {size:.1f} MB; medians of {options.runs} runs")
    print(f"clean: {spent:.2f} CPU s, {size / spent:.1f} MB/s, {rows / spent:,.0f} articles/s")
    print(f"one regular expression: {plain:.3f} CPU s; clean costs {spent / plain:.1f} of it")
    costs = _parts(lambda: [stage.clean(t, profiles, titles=titles) for t in shards])
    ranked = sorted(costs.items(), key=lambda item: -item[1])
    print_table("Parts, one run", ["part", "CPU s"], [[name, f"{s:.3f}"] for name, s in ranked])
    print("digest", _digest([stage.clean(t, profiles, titles=titles).kept for t in shards]))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=3, help="runs that count (default: 3)")
    return parser


def read_news(source: Path) -> list[pa.Table]:
    """Return the shards of the corpus of real news as a run reads them (``RECORDS``)."""
    bounds = FetchSettings()
    taken = {name: getattr(bounds, name) for name in _BOUNDS}
    reading = Reading(profiles=load_profiles(folder=None), **taken)
    with tempfile.TemporaryDirectory(prefix="warraq-cleaning-") as name:
        lake = open_lake(Path(name) / "lake", create=True)
        intake = fetch([str(source)], lake=lake.root, reading=reading, fetched_at=_FETCHED_AT)
        assert intake.fetched is not None
        return [_own(read(ref)) for ref in intake.fetched.batch.records]


def _own(table: pa.Table) -> pa.Table:
    """Return a copy in memory: the file under it is about to be removed."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return pa.ipc.open_stream(sink.getvalue()).read_all()


def batch_titles(shards: Sequence[pa.Table]) -> KeySearch:
    """Return the search that knows the titles of all shards."""
    return among(np.unique(np.concatenate([keys_of(table) for table in shards])))


def _regex_pass(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.replace_substring_regex(texts, "[\u064b-\u0652\u0670]", "")


def _cpu_of(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _parts(work: Callable[[], object]) -> dict[str, float]:
    """Run the work with each rule and part of ``clean`` timed; what they share is in none."""
    costs: dict[str, float] = defaultdict(float)

    def timed(name: str, part: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(part)
        def run(*args: Any, **kwargs: Any) -> Any:
            began = time.process_time()
            try:
                return part(*args, **kwargs)
            finally:
                costs[name] += time.process_time() - began

        return run

    with ExitStack() as patches:
        for name in _PARTS:
            patches.enter_context(patch.object(stage, name, timed(name, getattr(stage, name))))
        patches.enter_context(patch.object(Draft, "without", timed("without", Draft.without)))
        rules = tuple(timed(rule.__name__, rule) for rule in stage.RULES)
        patches.enter_context(patch.object(stage, "RULES", rules))
        for rule in rules:
            patches.enter_context(patch.object(stage, rule.__name__, rule))
        work()
    return dict(costs)


def _digest(tables: Iterable[pa.Table]) -> str:
    digest = hashlib.sha256()
    for table in tables:
        for row in table.to_pylist():
            digest.update(repr(row).encode())
    return digest.hexdigest()[:16]


if __name__ == "__main__":
    sys.exit(main())
