"""Articles that share a text: which one is the canonical article, which are its copies."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tasks.deduplicate.revisions import Entry

_NEVER: Final = datetime.max.replace(tzinfo=UTC)
"""An undated article ranks behind every dated one."""


@dataclass(frozen=True, slots=True)
class Copies:
    """Who copies whom.

    ``duplicate_of`` names the canonical article of each candidate row that copies one;
    ``canonical`` has the index entries of canonical articles that were there before.
    """

    duplicate_of: Mapping[int, str] = field(default_factory=dict)
    canonical: Mapping[str, Entry] = field(default_factory=dict)


def find_copies(
    candidates: pa.Table,
    current: npt.NDArray[np.int64],
    staying: frozenset[str],
    published: Iterable[Entry],
    canonical: Mapping[str, Entry],
) -> Copies:
    """Group the current texts by ``text_key`` and choose each group's canonical article.

    ``current`` are the rows whose text stands, ``staying`` the articles that are in the corpus and
    are never demoted by a revision, ``published`` the index entries with one of these text keys
    (without articles whose text changes now), ``canonical`` the entries of what those copy. An
    article of the lake goes before any new one; else the first published, then the longest, then
    the smallest id. Python sees only texts that occur twice or were published before.
    """
    rows = _rows_in_company(candidates, current, {entry["text_key"] for entry in published})
    texts = candidates.select(["article_id", "text_key", "published_at", "words"]).take(
        pa.array(rows)
    )
    of_text: dict[bytes, list[tuple[int, Entry]]] = {}
    for row, text in zip(rows.tolist(), texts.to_pylist(), strict=True):
        of_text.setdefault(text["text_key"], []).append((row, text))
    before: dict[bytes, list[Entry]] = {}
    for entry in published:
        head = canonical[entry["duplicate_of"]] if entry["duplicate_of"] else entry
        before.setdefault(entry["text_key"], []).append(head)
    duplicate_of: dict[int, str] = {}
    for key, members in of_text.items():
        heads = before.get(key, []) + [text for _, text in members if text["article_id"] in staying]
        head = min(heads or [text for _, text in members], key=_precedence)["article_id"]
        for row, text in members:
            if text["article_id"] not in staying and text["article_id"] != head:
                duplicate_of[row] = head
    return Copies(duplicate_of, {e["article_id"]: e for heads in before.values() for e in heads})


def _rows_in_company(
    candidates: pa.Table, current: npt.NDArray[np.int64], published: set[bytes]
) -> npt.NDArray[np.int64]:
    """Return the current rows whose text occurs more than once, or is published already."""
    encoded = candidates["text_key"].take(pa.array(current)).combine_chunks().dictionary_encode()
    groups = encoded.indices.to_numpy()
    several = np.bincount(groups, minlength=len(encoded.dictionary)) > 1
    if published:
        several |= np.array([key in published for key in encoded.dictionary.to_pylist()], np.bool_)
    company: npt.NDArray[np.int64] = current[several[groups]]
    return company


def _precedence(text: Mapping[str, Any]) -> tuple[Any, ...]:
    return (text["published_at"] or _NEVER, -text.get("words", 0), text["article_id"])
