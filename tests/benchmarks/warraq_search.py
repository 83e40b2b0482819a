"""Our stage that finds duplicates alone, on cleaned articles, against an empty lake.

Usage: ``python -m tests.benchmarks.warraq_search cleaned.arrow found.json``; :mod:`duplicates`
calls it. Kernels are loaded before, with the first articles.

Writes ``cpu``, the seconds (user and system) of the ``search`` and of its parts by themselves, and
``pairs`` of numbers of articles that are in one cluster.
"""

import resource
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import numpy as np
import orjson
import pyarrow as pa

import flows  # noqa: F401  # sets the memory pool, as for a run
from expectations.lake_schema import KNOWN_TEXTS
from tasks.deduplicate import DEFAULTS, decide, find_candidates
from tasks.deduplicate.clusters import precedence_of
from tasks.deduplicate.links import find_links, keys_of
from tasks.deduplicate.meetings import find_meetings
from tasks.store import Alike
from tasks.text.buffers import Places, texts_of
from tasks.text.signatures import sign
from tasks.text.word_codes import code_words
from tasks.text.words import digest_words, hash_words
from tests.deduplicate.no_history import NoHistory

_WARMING: Final = 200
"""Articles by which kernels are loaded."""


def main() -> None:
    source, target = map(Path, sys.argv[1:])
    articles = pa.ipc.open_file(pa.memory_map(str(source))).read_all()
    digest_words(hash_words(texts_of(articles["body"])))  # pages come into memory
    _measure(articles.slice(0, _WARMING))
    cpu, records = _measure(articles)
    Path(target).write_bytes(orjson.dumps({"cpu": cpu, "pairs": _pairs(records)}))


def _measure(articles: pa.Table) -> tuple[dict[str, float], pa.Table]:
    """Return the seconds of the search and of its parts, and the records."""
    cpu: defaultdict[str, float] = defaultdict(float)
    with _added(cpu, "search"):
        candidates = find_candidates(articles)
        records = decide(candidates, NoHistory()).records
    with _added(cpu, "code and hash words"):
        words, coded = code_words(texts_of(articles["body"]))
    with _added(cpu, "digest"):
        digest_words(words)
    with _added(cpu, "sign"):
        sign(coded, DEFAULTS.sizes)
    rows = _different_texts(candidates)
    with _added(cpu, "meet"):
        find_meetings(keys_of(candidates), rows)
    nobody = Alike(np.empty((0, 2), np.int64), KNOWN_TEXTS.empty_table())
    with _added(cpu, "meet and compare"):
        find_links(candidates, rows, nobody, DEFAULTS)
    cpu["compare"] = cpu.pop("meet and compare") - cpu["meet"]
    told = sum(seconds for name, seconds in cpu.items() if name != "search")
    cpu["facts, revisions, clusters, records"] = cpu["search"] - told
    return cpu, records


@contextmanager
def _added(cpu: defaultdict[str, float], name: str) -> Iterator[None]:
    began = _cpu_seconds()
    yield
    cpu[name] += _cpu_seconds() - began


def _different_texts(candidates: pa.Table) -> Places:
    keys = candidates["text_key"].combine_chunks().dictionary_encode().indices.to_numpy()
    return precedence_of(candidates, np.unique(keys, return_index=True)[1])


def _pairs(records: pa.Table) -> list[tuple[int, int]]:
    """Return each record with the first one of its cluster, or of its article when it repeats."""
    articles, clusters = (records[name].to_pylist() for name in ("article_id", "cluster_id"))
    cluster_of = {a: cluster for a, cluster in zip(articles, clusters, strict=True) if cluster}
    firsts: dict[str, int] = {}
    return [
        (firsts.setdefault(cluster_of[article], number), number)
        for number, article in enumerate(articles)
    ]


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
