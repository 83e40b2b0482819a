"""Looking one article up, for people: `warraq explain`."""

from collections.abc import Collection, Iterator
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from expectations.schema import PARTITION_COLUMN
from tasks.errors import StopRun
from tasks.store.index import open_index
from tasks.store.lake import Lake
from tasks.store.log import SCHEMAS, LiveFile
from tasks.store.parts import restored

CLUSTER_COLUMNS: Final = (
    *("article_id", "source", "published_at", "title", "kind", "similarity"),
    *("cluster_id", "copies", "batch_id"),
)


def find_article(lake: Lake, article_id: str) -> dict[str, object] | None:
    """Return the article's row, with ``dataset`` telling where it stands; None when unknown.

    It is looked for in ``articles`` and ``duplicates``, and only then in ``quarantine``, where the
    last of several rows counts.
    """
    place = _indexed_place(lake, article_id)
    for dataset in ("articles", "duplicates"):
        files = lake.files(dataset)
        for file in (f for f in files if place in {None, (dataset, f.month)}):
            for row in _rows(lake, file, article_id):
                return {"dataset": dataset, PARTITION_COLUMN: file.month} | row
    found = None
    for file in lake.files("quarantine"):
        for row in _rows(lake, file, article_id):
            found = {"dataset": "quarantine"} | row
    return found


def find_ledger(lake: Lake, article_id: str) -> list[dict[str, object]]:
    """Return the ledger rows of every record that became, copied or repeated the article."""
    return [row for file in lake.files("ledger") for row in _rows(lake, file, article_id)]


def find_cluster(lake: Lake, article_id: str) -> list[dict[str, object]]:
    """Return who shares a text with an article of the corpus: its canonical article, its copies.

    Each as a row of ``dataset`` and ``CLUSTER_COLUMNS``; none when it is alone. The first published
    come first among the copies.
    """
    head, ids, months = _indexed_cluster(lake, article_id)
    if not ids:
        return []
    heads = find_rows(lake, "articles", "article_id", [head], months=months)
    rows = find_rows(lake, "duplicates", "article_id", ids, months=months)
    order = [("published_at", "ascending"), ("article_id", "ascending")]
    return [
        {"dataset": dataset} | {name: row.get(name) for name in CLUSTER_COLUMNS}
        for dataset, found in (("articles", heads), ("duplicates", rows.sort_by(order)))
        for row in found.to_pylist()
    ]


def _indexed_cluster(lake: Lake, article_id: str) -> tuple[str, list[str], set[str] | None]:
    """Return the canonical article's id, those of its copies, and the months that hold them."""
    try:
        with open_index(lake) as index:
            known = index.find_articles(pa.array([article_id])).to_pylist()
            head = (known[0]["duplicate_of"] if known else None) or article_id
            copies = index.find_copies(pa.array([head]))
            first = index.find_articles(pa.array([head]))
    except StopRun:  # a lake that one may only read: look everywhere
        mine = find_rows(lake, "duplicates", "article_id", [article_id])["duplicate_of"].to_pylist()
        head = mine[0] if mine else article_id
        copies = find_rows(lake, "duplicates", "duplicate_of", [head])
        return head, copies["article_id"].to_pylist(), None
    months = {*first[PARTITION_COLUMN].to_pylist(), *copies[PARTITION_COLUMN].to_pylist()}
    return head, copies["article_id"].to_pylist(), months


def find_rows(
    lake: Lake,
    dataset: str,
    column: str,
    values: Collection[str],
    *,
    months: Collection[str] | None = None,
) -> pa.Table:
    """Return the rows of a dataset, in its schema, that have one of these values.

    Of these months' files only, if ``months`` are given.
    """
    wanted = pa.array(sorted(values), pa.string())
    found = [SCHEMAS[dataset].empty_table()]
    for file in lake.files(dataset):
        if months is not None and file.month not in months:
            continue
        with pq.ParquetFile(lake.root / file.name, memory_map=True) as source:
            for number in range(source.num_row_groups):
                told = source.read_row_group(number, columns=[column])[column]
                hits = pc.indices_nonzero(pc.is_in(told.cast(pa.string()), wanted))
                if len(hits):
                    rows = source.read_row_group(number).take(hits)
                    found.append(restored(rows, file))
    return pa.concat_tables(found).combine_chunks()


def _indexed_place(lake: Lake, article_id: str) -> tuple[str, str | None] | None:
    try:
        with open_index(lake) as index:
            known = index.find_articles(pa.array([article_id])).to_pylist()
            if known and index.version == lake.version:
                return known[0]["dataset"], known[0][PARTITION_COLUMN]
    except StopRun:
        return None  # a lake that one may only read: look everywhere
    return None


def _rows(lake: Lake, file: LiveFile, article_id: str) -> Iterator[dict[str, object]]:
    with pq.ParquetFile(lake.root / file.name, memory_map=True) as source:
        for number in range(source.num_row_groups):
            ids = source.read_row_group(number, columns=["article_id"])["article_id"]
            hits = pc.indices_nonzero(pc.fill_null(pc.equal(ids, article_id), fill_value=False))
            if len(hits):
                yield from source.read_row_group(number).take(hits).to_pylist()
