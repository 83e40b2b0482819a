"""The counts of lines at the edges of an outlet's texts: how they add up, and how they stay small.

Each batch brings its own counts; merging its file with others adds them up and keeps at most
``LINES_KEPT`` of an outlet. What is kept then is a mergeable summary (Agarwal, Cormode, Huang,
Phillips, Wei, Yi: Mergeable Summaries, PODS 2012, after Misra and Gries): the count behind the last
that is kept is taken off all, so that no count is ever too large, and none is too small by more
than a ``LINES_KEPT``-th of all lines that were counted. ``missed`` says by how much at most.
"""

from collections.abc import Iterable
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from expectations.lake_schema import LINE_COUNTS
from tasks.store.lake import Lake
from tasks.store.log import LINES

LINES_KEPT: Final = 4096
"""Lines of one outlet: a text has some two that are counted, so that of 100,000 articles a count
misses 50 at most, where the least that is learned are 1,000."""

OUTLETS_KEPT: Final = 2000
"""Outlets with the most articles: more there are only where a column is wrong."""

WHOLE: Final = 0
"""``line_key`` of the row that counts an outlet's articles."""

Numbers = npt.NDArray[np.int64]


def read_line_counts(lake: Lake, source: str | None = None) -> pa.Table:
    """Return what the lake has counted (``LINE_COUNTS``), of one outlet or of all, added up."""
    wanted = None if source is None else [("source", "=", source)]
    files = lake.state().of_dataset(LINES)
    tables = [pq.read_table(lake.root / file.name, filters=wanted) for file in files]
    return merge_line_counts(tables)


def merge_line_counts(tables: Iterable[pa.Table]) -> pa.Table:
    """Return the counts of all tables added up, by outlet and line, cut down to what is kept."""
    rows = pa.concat_tables([LINE_COUNTS.empty_table(), *(t.cast(LINE_COUNTS) for t in tables)])
    if not len(rows):
        return rows
    by = [(name, "ascending") for name in ("source", "line_key", "example_id")]
    rows = rows.sort_by(by).combine_chunks()
    outlets = pc.rank(rows["source"], tiebreaker="dense").to_numpy()
    keys = rows["line_key"].to_numpy()
    starts = np.flatnonzero(np.append(True, (np.diff(outlets) != 0) | (np.diff(keys) != 0)))
    columns = {name: rows[name].to_numpy() for name in ("articles", "contexts", "days", "missed")}
    summed = {name: np.add.reduceat(columns[name], starts) for name in ("articles", "missed")}
    masks = {name: np.bitwise_or.reduceat(columns[name], starts) for name in ("contexts", "days")}
    first = rows.take(pa.array(starts))
    left, told = _kept(outlets[starts], keys[starts], summed)
    merged = {
        **{name: first[name] for name in ("source", "line_key", "example_id")},
        **{name: pa.array(values) for name, values in (told | masks).items()},
    }
    table = pa.table([merged[name] for name in LINE_COUNTS.names], names=LINE_COUNTS.names)
    return table.filter(pa.array(left)).cast(LINE_COUNTS)


def _kept(
    outlets: Numbers, keys: Numbers, summed: dict[str, Numbers]
) -> tuple[npt.NDArray[np.bool_], dict[str, Numbers]]:
    """Return which rows stay, and their counts with what is taken off."""
    articles, missed = summed["articles"].copy(), summed["missed"].copy()
    left = np.ones(len(keys), np.bool_)
    edges = np.append(np.flatnonzero(np.diff(outlets, prepend=0)), len(outlets))
    for start, end in pairwise(edges):
        if end - start <= LINES_KEPT + 1:
            continue
        lines = np.flatnonzero(keys[start:end] != WHOLE) + start
        off = np.sort(articles[lines])[-LINES_KEPT - 1]
        articles[lines] -= off
        left[lines] = articles[lines] > 0
        missed[start:end][keys[start:end] == WHOLE] += off
    if len(edges) - 1 > OUTLETS_KEPT:
        totals = np.where(keys == WHOLE, articles, 0)
        sizes = np.add.reduceat(totals, edges[:-1])
        largest = np.argsort(-sizes, kind="stable")[:OUTLETS_KEPT]
        left &= np.isin(np.searchsorted(edges, np.arange(len(keys)), side="right") - 1, largest)
    return left, {"articles": articles, "missed": missed}
