"""Several texts of one article: which repeats, which is the current one, which came before."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tasks.deduplicate.history import Entry

CURRENT: Final = 0
OLDER: Final = 1
REPEAT: Final = 2

_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
"""An undated text ranks before every dated one."""


@dataclass(frozen=True, slots=True)
class Revisions:
    """How the texts of each article stand to each other.

    Per candidate: whether its text is the ``CURRENT`` one of its article, an ``OLDER`` one or a
    ``REPEAT``, and the number of its revision. ``known`` are the index entries of the articles.
    """

    standing: npt.NDArray[np.int8]
    revision: npt.NDArray[np.int32]
    known: Mapping[str, Entry] = field(default_factory=dict)


def order_revisions(candidates: pa.Table, known: Mapping[str, Entry]) -> Revisions:
    """Settle which of the texts of each article stands.

    Texts of one batch are ordered by ``modified_at``, ``published_at`` and digest; the last one
    stands. Against the lake, a text that is dated before the published one, or that ranks before
    it in the batch, is an older text; any other arrives later and is newer. Python sees only
    articles with several texts or a past.
    """
    encoded = candidates["article_id"].combine_chunks().dictionary_encode()
    groups = encoded.indices.to_numpy()
    standing = np.full(len(candidates), CURRENT, np.int8)
    revision = np.ones(len(candidates), np.int32)
    several = np.bincount(groups, minlength=len(encoded.dictionary)) > 1
    if known:
        # Not numpy's isin: over objects it compares each with each.
        several |= pc.is_in(encoded.dictionary, pa.array(list(known), pa.string())).to_numpy(False)
    rows = np.flatnonzero(several[groups])
    texts = candidates.select(
        ["article_id", "content_hash", "modified_at", "published_at", "facts", "record_ref"]
    ).take(pa.array(rows))
    of_article: dict[str, list[tuple[int, Entry]]] = {}
    for row, text in zip(rows.tolist(), texts.to_pylist(), strict=True):
        of_article.setdefault(text["article_id"], []).append((row, text))
    for article_id, members in of_article.items():
        _order(members, known.get(article_id), standing, revision)
    return Revisions(standing, revision, known)


def _order(
    members: list[tuple[int, Entry]],
    published: Entry | None,
    standing: npt.NDArray[np.int8],
    revision: npt.NDArray[np.int32],
) -> None:
    """Fill the places of one article's candidates."""
    ordered = sorted(members, key=lambda member: _rank(member[1]))
    seen = {published["content_hash"]} if published else set()
    newer: list[int] = []
    for row, text in ordered:
        if text["content_hash"] in seen:
            standing[row] = REPEAT
            if published and text["content_hash"] == published["content_hash"]:
                newer.clear()  # the batch itself ranks them before the published text
            continue
        seen.add(text["content_hash"])
        standing[row] = OLDER
        if published is None or not _precedes(text, published):
            newer.append(row)
    if newer:
        standing[newer[-1]] = CURRENT
        revision[newer[-1]] = len(newer) + (published["revision"] if published else 0)


def _rank(text: Entry) -> tuple[object, ...]:
    return (
        text["modified_at"] or _LONG_AGO,
        text["published_at"] or _LONG_AGO,
        text["content_hash"],
        text["facts"],
        text["record_ref"],
    )


def _precedes(text: Entry, published: Entry) -> bool:
    """Tell whether dates prove that a text is older than the published one."""
    if text["modified_at"] and published["modified_at"]:
        if text["modified_at"] != published["modified_at"]:
            return bool(text["modified_at"] < published["modified_at"])
    elif text["modified_at"] or published["modified_at"]:
        return False
    if text["published_at"] and published["published_at"]:
        return bool(text["published_at"] < published["published_at"])
    return False
