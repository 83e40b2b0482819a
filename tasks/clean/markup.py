"""What a page's markup told, beside what rules find in its text: each caption, label, link once.

Few records have any: a loop over those that have.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from expectations.columns import IMAGE
from tasks.text.related_lines import without_bullet
from tasks.text.repair import repair_column
from tasks.text.words import fold_column

_IMAGES: Final = pa.list_(IMAGE)

Told = Mapping[int, tuple[str, ...]]


def told_texts(records: pa.Table, name: str) -> Told:
    """Return the texts of a list column by row, repaired; none of rows that have none."""
    return {
        row: tuple(filter(None, repaired))
        for row, repaired in _by_row(records[name], _repaired).items()
    }


def with_told_links(found: pa.Array, records: pa.Table) -> pa.Array:
    """Return the ``related`` column: the links of the markup, then those that rules ``found``.

    Each is there once, by its folded title and by its address: a card has a link around its title
    and another around its teaser. The first address that a title has is its address.
    """
    told = _by_row(records["related"], _repaired_links)
    links = {row: [*own, *found[row].as_py()] for row, own in told.items()}
    return _replaced(found, {row: _each_once(own) for row, own in links.items()})


def images_column(records: pa.Table) -> pa.Array:
    """Return the ``images`` column, captions repaired; empty lists where none is told."""
    nothing = pa.array([0] * (len(records) + 1), pa.int32())
    empty = pa.ListArray.from_arrays(nothing, pa.array([], IMAGE)).cast(_IMAGES)
    return _replaced(empty, _by_row(records["images"], _repaired_images))


def _by_row(lists: pa.ChunkedArray, read: Any) -> dict[int, list[Any]]:
    """Return what ``read`` makes of all values of the lists, by row."""
    if lists.null_count == len(lists):
        return {}
    column = lists.combine_chunks()
    rows = pc.list_parent_indices(column).to_pylist()
    by_row: dict[int, list[Any]] = {}
    for row, value in zip(rows, read(pc.list_flatten(column)), strict=True):
        by_row.setdefault(row, []).append(value)
    return by_row


def _repaired(texts: pa.Array) -> list[str | None]:
    repaired: list[str | None] = repair_column(texts, one_line=True).to_pylist()
    return repaired


def _repaired_links(links: pa.Array) -> list[dict[str, str | None]]:
    titles, urls = links.flatten()
    return [
        {"title": title and without_bullet(title), "url": url}
        for title, url in zip(_repaired(titles), urls.to_pylist(), strict=True)
    ]


def _repaired_images(images: pa.Array) -> list[dict[str, str | None]]:
    urls, captions = images.flatten()
    return [
        {"url": url, "caption": caption}
        for url, caption in zip(urls.to_pylist(), _repaired(captions), strict=True)
    ]


def _each_once(links: list[dict[str, str | None]]) -> list[dict[str, str | None]]:
    folded = fold_column(pa.array([link["title"] for link in links], pa.string())).to_pylist()
    addresses: set[str] = set()
    kept: dict[str, dict[str, str | None]] = {}
    for link, title in zip(links, folded, strict=True):
        url = link["url"]
        if not title or url in addresses:
            continue
        first = kept.setdefault(title, link)
        if url:
            addresses.add(url)
            kept[title] = first | {"url": first["url"] or url}
    return list(kept.values())


def _replaced(column: pa.Array, rows: Mapping[int, list[Any]]) -> pa.Array:
    """Return the list column with other lists in these rows."""
    if not rows:
        return column
    places = np.arange(len(column))
    places[list(rows)] = len(column) + np.arange(len(rows))
    others = pa.array(list(rows.values()), column.type)
    return pa.concat_arrays([column, others]).take(pa.array(places))
