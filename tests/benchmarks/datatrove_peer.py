"""datatrove's MinHash in its four stages, sized and tokenised as for FineWeb-2's Standard Arabic.

Usage: ``python datatrove_peer.py articles.jsonl found.json [--io]``, by an interpreter that has
``datatrove==0.10.1``, ``spacy``, ``xxhash`` and ``orjson``; :mod:`duplicates` calls it. Word
5-grams, 14 bands of 8 hashes of 64 bits, the tokenizer of ``arb_Arab``. All stages run in this one
process, so that it starts up once. With ``--io`` the stages that read articles read them, and the
last one writes them, but nothing is looked for: beside the whole it tells what I/O costs.

Writes ``pairs`` of numbers of articles that are in one cluster.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
from datatrove.executor import LocalPipelineExecutor  # type: ignore[import-not-found]
from datatrove.pipeline.dedup import (  # type: ignore[import-not-found]
    MinhashDedupBuckets,
    MinhashDedupCluster,
    MinhashDedupFilter,
    MinhashDedupSignature,
)
from datatrove.pipeline.dedup.minhash import MinhashConfig  # type: ignore[import-not-found]
from datatrove.pipeline.readers import JsonlReader  # type: ignore[import-not-found]
from datatrove.pipeline.writers import JsonlWriter  # type: ignore[import-not-found]
from datatrove.utils.hashing import HashConfig  # type: ignore[import-not-found]

LANGUAGE: Final = "arb_Arab"
SIZES: Final = MinhashConfig(
    n_grams=5,
    num_buckets=14,
    hashes_per_bucket=8,
    hash_config=HashConfig(hash_fc="xxhash", precision=64),
)


def main() -> None:
    source, target, *ways = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="datatrove-peer-") as name:
        folder = Path(name)
        if "--io" in ways:
            _read_and_write(Path(source), folder)
        else:
            _search(Path(source), folder)
        found = {"cpu": {}, "pairs": _pairs(folder / "removed" / "000000.clusters")}
    Path(target).write_bytes(orjson.dumps(found))


def _search(source: Path, folder: Path) -> None:
    signatures, buckets, removed = (str(folder / n) for n in ("signatures", "buckets", "removed"))
    _run(folder, _reader(source), MinhashDedupSignature(signatures, SIZES, language=LANGUAGE))
    steps = MinhashDedupBuckets(signatures, buckets, config=SIZES)
    _run(folder, steps, tasks=SIZES.num_buckets)
    _run(folder, MinhashDedupCluster(buckets, removed, SIZES, save_cluster_id=True))
    _run(folder, _reader(source), MinhashDedupFilter(removed), _writer(folder))


def _read_and_write(source: Path, folder: Path) -> None:
    _run(folder, _reader(source), lambda articles, *_: [None for _ in articles])
    _run(folder, _reader(source), _writer(folder))


def _run(folder: Path, *steps: Any, tasks: int = 1) -> None:
    logs = str(folder / "logs")
    LocalPipelineExecutor([*steps], tasks, 1, logs, skip_completed=False).run()


def _reader(source: Path) -> Any:
    return JsonlReader(str(source.parent), glob_pattern=source.name)


def _writer(folder: Path) -> Any:
    return JsonlWriter(str(folder / "kept"), compression=None)


def _pairs(clusters: Path) -> list[tuple[int, int]]:
    """Return each article of a cluster with the cluster's first one."""
    if not clusters.exists():
        return []
    firsts: dict[int, int] = {}
    rows = np.fromfile(clusters, np.uint32).reshape(-1, 2).tolist()
    return [(firsts.setdefault(cluster, number), number) for number, cluster in rows]


if __name__ == "__main__":
    main()
