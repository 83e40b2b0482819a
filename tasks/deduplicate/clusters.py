"""Clusters of copies: which article of each is the canonical one, and how the others copy it.

Texts that are linked, however far around, are one cluster (union-find). Its canonical article is
the first published, then the longest, then the one with the smallest id. Clusters of the lake stay
apart, whatever joins them now: they were judged apart, and what meets several joins the one whose
article was published first. The article of the lake keeps its place unless a new one was published
before it; then that one is crowned, under the cluster's old name.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from numba import njit

from tasks.deduplicate.links import Links
from tasks.deduplicate.revisions import Entry

_NEVER: Final = datetime.max.replace(tzinfo=UTC)
"""An undated article ranks behind every dated one."""


@dataclass(frozen=True, slots=True)
class Clusters:
    """Who copies whom.

    ``head_of`` names the canonical article of each candidate row that copies one; ``crowned`` tells
    for each article of the lake that loses its place which new one takes it; ``rows_of_heads`` are
    the rows of canonical articles that are candidates.
    """

    head_of: Mapping[int, str] = field(default_factory=dict)
    crowned: Mapping[str, str] = field(default_factory=dict)
    rows_of_heads: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Known:
    """What the lake has to do with a batch.

    ``exact`` are the index entries with one of its texts, ``alike`` those of texts that it meets,
    in the order of the links' numbers; ``canonical`` has the entries of what those copy;
    ``changing`` are articles of the lake whose text this batch replaces.
    """

    exact: Iterable[Entry]
    alike: list[Entry]
    canonical: Mapping[str, Entry]
    changing: frozenset[str] = frozenset()

    def head(self, entry: Entry) -> Entry:
        """Return the canonical article of an entry's cluster."""
        return self.canonical[entry["duplicate_of"]] if entry["duplicate_of"] else entry


def precedence_of(candidates: pa.Table, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the rows in the order in which they would be canonical."""
    columns = candidates.select(["published_at", "words", "article_id"]).take(pa.array(rows))
    order = pa.compute.sort_indices(
        columns.append_column("row", pa.array(rows)),
        [
            ("published_at", "ascending"),
            ("words", "descending"),
            ("article_id", "ascending"),
        ],
    )  # undated ones come last
    return np.asarray(rows[order.to_numpy()])


@njit(cache=True, nogil=True)
def _unite(pairs, parents):  # type: ignore[no-untyped-def]  # numba infers it
    """Join the sets of each pair; afterwards every parent is its set's least member."""
    for n in range(len(pairs)):
        one, other = pairs[n, 0], pairs[n, 1]
        while parents[one] != one:
            parents[one] = parents[parents[one]]
            one = parents[one]
        while parents[other] != other:
            parents[other] = parents[parents[other]]
            other = parents[other]
        parents[max(one, other)] = min(one, other)
    for i in range(len(parents)):
        parents[i] = parents[parents[i]]


def find_clusters(
    candidates: pa.Table,
    current: npt.NDArray[np.int64],
    staying: frozenset[str],
    links: Links,
    known: Known,
) -> Clusters:
    """Group the current texts by equal ``text_key`` and by links, and choose each one's article.

    ``current`` are the rows whose text stands, in the order of their precedence; ``staying`` the
    articles that are in the corpus and that a revision never demotes. Python sees only texts in
    company.
    """
    size = len(candidates)
    keys = candidates["text_key"].combine_chunks().dictionary_encode()
    groups = keys.indices.to_numpy().astype(np.int64) + size + len(known.alike)
    parents = np.arange(size + len(known.alike) + len(keys.dictionary))
    _unite(np.stack([current, groups[current]], axis=1), parents)
    _unite(links.pairs, parents)
    heads = _heads_of_lake(parents, known, keys.dictionary, size)
    in_company = np.bincount(parents[current], minlength=len(parents))
    in_company[list(heads)] += 1
    rows = current[in_company[parents[current]] > 1]
    texts = candidates.select(["article_id", "published_at", "words"]).take(pa.array(rows))
    members: defaultdict[int, list[tuple[int, Entry]]] = defaultdict(list)
    for row, root, text in zip(
        rows.tolist(), parents[rows].tolist(), texts.to_pylist(), strict=True
    ):
        members[root].append((row, text))
    head_of: dict[int, str] = {}
    crowned: dict[str, str] = {}
    rows_of_heads = set()
    for root, those in members.items():
        head = _choose(those, heads.get(root, []), staying, crowned)
        for row, text in those:
            if text["article_id"] == head:
                rows_of_heads.add(row)
            elif text["article_id"] not in staying:
                head_of[row] = head
    return Clusters(head_of, crowned, frozenset(rows_of_heads))


def _heads_of_lake(
    parents: npt.NDArray[np.int64], known: Known, keys: pa.Array, size: int
) -> dict[int, list[Entry]]:
    """Return the canonical articles of the lake that each set has to do with."""
    heads: defaultdict[int, list[Entry]] = defaultdict(list)
    for number, entry in enumerate(known.alike):
        heads[int(parents[size + number])].append(known.head(entry))
    places = {key: number for number, key in enumerate(keys.to_pylist())} if known.exact else {}
    for entry in known.exact:
        root = parents[size + len(known.alike) + places[entry["text_key"]]]
        heads[int(root)].append(known.head(entry))
    return heads


def _choose(
    members: list[tuple[int, Entry]],
    of_lake: list[Entry],
    staying: frozenset[str],
    crowned: dict[str, str],
) -> str:
    """Return one cluster's canonical article, and note whose place it takes."""
    free = [text for _, text in members if text["article_id"] not in staying]
    bound = [text for _, text in members if text["article_id"] in staying]
    head = min([*of_lake, *bound] or free, key=_precedence)
    if head in of_lake and free and head["article_id"] not in staying:
        first = min(free, key=_precedence)
        if _date(first) < _date(head):
            crowned[head["article_id"]] = first["article_id"]
            head = first
    return str(head["article_id"])


def _date(text: Entry) -> datetime:
    date: datetime | None = text["published_at"]
    return date or _NEVER


def _precedence(text: Mapping[str, Any]) -> tuple[Any, ...]:
    return (_date(text), -text.get("words", 0), text["article_id"])
