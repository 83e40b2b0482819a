"""Learn: which lines an outlet prints with text after text, from what the lake has counted.

A batch counts the lines at the edges of its articles (:func:`count_lines`), the lake adds the
counts up (``LINE_COUNTS``), and :func:`judge_lines` tells which of them are boilerplate: those that
stand in one place in many articles, of many stories, on many days. A quotation is in many articles
of one story, or on one day.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from expectations.lake_schema import LINE_COUNTS
from tasks.store import WHOLE, merge_line_counts
from tasks.text.buffers import texts_of
from tasks.text.words import hash_words

LEAST_ARTICLES: Final = 8
LEAST_SHARE: Final = 0.01
"""Articles, and their share of the outlet's, in which a line stands."""

LEAST_CONTEXTS: Final = 6
LEAST_DAYS: Final = 3
"""Bits of 64 that its stories and days have set: 8 stories set 7.6 on average, hardly ever 5."""

_COUNTED: Final = ["source", "article_id", "published_at", "line_keys"]
"""All of a cleaned record that counting needs: a ninetieth of its bytes."""

_MICROSECONDS_A_DAY: Final = 86_400_000_000

JUDGED: Final = pa.schema(
    [
        *LINE_COUNTS,
        pa.field("share", pa.float64(), nullable=False),
        pa.field("doubt", pa.string()),
    ]
)
"""A line with its share of the outlet's articles; ``doubt`` says why it is none, null if it is."""


def count_lines(cleaned: pa.Table, decided: pa.Table) -> pa.Table:
    """Return the ``LINE_COUNTS`` of one shard: ``CLEANED`` and what was decided of its records.

    Records that become a row of the lake count: what was there already does not again.
    """
    decided = decided.filter(decided["dataset"].is_valid())
    at = pc.index_in(decided["record_ref"], value_set=cleaned["record_ref"].combine_chunks())
    rows = cleaned.select(_COUNTED).take(at)
    clusters = hash_words(texts_of(decided["cluster_id"])).hashes
    contexts = _bits(clusters >> np.uint64(1))  # the lowest bit of a word's hash is always set
    dated = rows["published_at"].is_valid().to_numpy()
    moments = pc.fill_null(rows["published_at"].cast(pa.int64()), 0).to_numpy()
    days = np.where(dated, _bits(moments // _MICROSECONDS_A_DAY), contexts)
    keys = rows["line_keys"].combine_chunks()
    place = np.concatenate([np.arange(len(rows)), pc.list_parent_indices(keys).to_numpy()])
    lines = np.concatenate([np.full(len(rows), WHOLE), pc.list_flatten(keys).to_numpy()])
    named = rows.select(["source", "article_id"]).take(pa.array(place))
    counts = merge_line_counts([_rows(named, lines, contexts, days, place)])
    alone = pc.equal(counts["articles"], 1)
    examples = pc.if_else(alone, pa.scalar(None, pa.string()), counts["example_id"])
    return counts.set_column(len(LINE_COUNTS) - 1, LINE_COUNTS.field("example_id"), examples)


def _rows(
    rows: pa.Table,
    lines: npt.NDArray[np.int64],
    contexts: npt.NDArray[np.int64],
    days: npt.NDArray[np.int64],
    place: npt.NDArray[np.int64],
) -> pa.Table:
    columns = {
        "source": rows["source"],
        "line_key": pa.array(lines),
        "articles": pa.array(np.ones(len(lines), np.int32)),
        "contexts": pa.array(contexts[place]),
        "days": pa.array(days[place]),
        "missed": pa.array(np.zeros(len(lines), np.int32)),
        "example_id": pc.if_else(
            pa.array(lines == WHOLE), pa.scalar(None, pa.string()), rows["article_id"]
        ),
    }
    return pa.table([columns[name] for name in LINE_COUNTS.names], schema=LINE_COUNTS)


def _bits(numbers: npt.NDArray[np.uint64] | npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return a word with one of its 64 bits set for each number."""
    places = (numbers % 64).astype(np.uint64)
    return np.left_shift(np.uint64(1), places).view(np.int64)


def articles_by_outlet(counts: pa.Table) -> dict[str, int]:
    """Return how many articles of each outlet were counted, those of most first."""
    whole = counts.filter(pc.equal(counts["line_key"], WHOLE))
    whole = whole.sort_by([("articles", "descending"), ("source", "ascending")])
    return dict(zip(whole["source"].to_pylist(), whole["articles"].to_pylist(), strict=True))


def judge_lines(counts: pa.Table) -> pa.Table:
    """Return the lines of ``LINE_COUNTS`` (added up) as ``JUDGED``, those of most articles first.

    Rows that count an outlet's articles are left out.
    """
    is_whole = pc.equal(counts["line_key"], WHOLE)
    whole, lines = counts.filter(is_whole), counts.filter(pc.invert(is_whole))
    at = pc.index_in(lines["source"], value_set=whole["source"].combine_chunks())
    totals = whole["articles"].take(at).to_numpy()
    articles = lines["articles"].to_numpy()
    share = articles / np.maximum(totals, articles)
    contexts, days = (_set_bits(lines[name]) for name in ("contexts", "days"))
    doubts = [
        (articles < LEAST_ARTICLES, "few articles"),
        (share < LEAST_SHARE, "a small share"),
        (contexts < LEAST_CONTEXTS, "few stories"),
        (days < LEAST_DAYS, "few days"),
    ]
    doubt = np.full(len(lines), None, object)
    for applies, words in reversed(doubts):
        doubt[applies] = words
    judged = pa.table(
        [*lines.columns, pa.array(share), pa.array(doubt, pa.string())], schema=JUDGED
    )
    order = [("articles", "descending"), ("source", "ascending"), ("line_key", "ascending")]
    return judged.sort_by(order)


def _set_bits(words: pa.ChunkedArray) -> npt.NDArray[np.uint8]:
    counted: npt.NDArray[np.uint8] = np.bitwise_count(words.to_numpy().view(np.uint64))
    return counted
