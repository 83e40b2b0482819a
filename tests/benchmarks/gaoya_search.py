"""gaoya's search for duplicates alone, in its two ways, on articles that are in memory already.

Usage: ``python gaoya_search.py articles.jsonl found.json [--threads]``, by an interpreter that has
``gaoya==0.2.2`` and ``orjson``; :mod:`duplicates` calls it. The sizes are those of
:mod:`gaoya_peer`. One article after the other is asked for, and inserted when nothing is like it:
the fastest way. With ``--threads`` all are inserted and then asked for by its own threads.

Writes ``cpu``, the seconds (user and system) of the search, and ``pairs`` of numbers of articles
that it holds for copies.
"""

import resource
import sys
from pathlib import Path
from typing import Final

import orjson
from gaoya.minhash import MinHashStringIndex  # type: ignore[import-not-found]

BANDS: Final = 14
BAND_SIZE: Final = 8
WORDS: Final = (5, 5)
THRESHOLD: Final = 0.7


def main() -> None:
    source, target, *ways = sys.argv[1:]
    texts = [orjson.loads(line)["text"] for line in Path(source).read_bytes().splitlines()]
    index = MinHashStringIndex(32, THRESHOLD, BANDS, BAND_SIZE, None, "word", False, WORDS, "vec")
    began = _cpu_seconds()
    if "--threads" in ways:
        index.par_bulk_insert_docs(list(range(len(texts))), texts)
        hits = index.par_bulk_query(texts)
    else:
        hits = []
        for number, text in enumerate(texts):
            found = index.query(text)
            if not found:
                index.insert_document(number, text)
            hits.append(found)
    cpu = _cpu_seconds() - began
    pairs = [(number, other) for number, found in enumerate(hits) for other in found]
    Path(target).write_bytes(orjson.dumps({"cpu": {"search": cpu}, "pairs": pairs}))


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
