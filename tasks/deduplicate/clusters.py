"""Clusters of copies: which article of each is the canonical one, and how the others copy it.

Texts that are linked, however far around, are one cluster (union-find). Its canonical article is
the first published, then the longest, then the one with the smallest id. Who has too little in
common with it, because links led from one text to the next and away, is taken out again and makes a
cluster with others of its kind.

Clusters of the lake stay apart, whatever joins them now: they were judged apart, and what meets
several joins the one whose article was published first. The article of the lake keeps its place
unless a new one was published before it; then that one is crowned, under the cluster's old name.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from tasks.deduplicate.history import Entry
from tasks.deduplicate.meetings import Pairs
from tasks.deduplicate.ways import Comparing, Node, Way

_NEVER: Final = datetime.max.replace(tzinfo=UTC)
"""An undated article ranks behind every dated one."""

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Clusters:
    """Who copies whom.

    ``head_of`` names the canonical article of each candidate row that copies one, ``ways`` tell how
    it does; ``crowned`` tells for each article of the lake that loses its place which new one takes
    it; ``rows_of_heads`` has the rows of canonical articles that are candidates, by article id.
    """

    head_of: dict[int, str] = field(default_factory=dict)
    ways: dict[int, Way] = field(default_factory=dict)
    crowned: dict[str, str] = field(default_factory=dict)
    rows_of_heads: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """What the lake has to do with a batch.

    ``exact`` are the index entries with one of its texts, ``alike`` those of texts that it meets,
    in the order of the links' numbers; ``canonical`` has the entries of what those copy;
    ``changing`` are articles of the lake whose text this batch replaces, ``staying`` those of them
    that are in the corpus: a revision never demotes them.
    """

    exact: Sequence[Entry]
    alike: Sequence[Entry]
    canonical: Mapping[str, Entry]
    changing: frozenset[str] = frozenset()
    staying: frozenset[str] = frozenset()

    def head(self, entry: Entry) -> Entry:
        """Return the canonical article of an entry's cluster."""
        return self.canonical[entry["duplicate_of"]] if entry["duplicate_of"] else entry


def precedence_of(candidates: pa.Table, rows: Rows) -> Rows:
    """Return the rows in the order in which they would be canonical."""
    columns = candidates.select(["published_at", "words", "article_id"]).take(pa.array(rows))
    order = pc.sort_indices(
        columns,
        [("published_at", "ascending"), ("words", "descending"), ("article_id", "ascending")],
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
    candidates: pa.Table, current: Rows, links: Pairs, known: Known, comparing: Comparing
) -> Clusters:
    """Group the current texts by equal ``text_key`` and by links, and choose each one's article.

    ``current`` are the rows whose text stands, in the order of their precedence. Of ``links`` texts
    of the lake count from the number of candidates. Python sees only texts in company.
    """
    grouping = _Grouping.of(candidates, links, known)
    found = Clusters()
    rows = current
    while len(rows):
        sets = grouping.sets_of(rows, known)
        choices = {row: choice for members in sets for row, choice in _choose(members, known)}
        far = _find_far(choices, sets, comparing, found)
        far = {row: head for row, head in far.items() if not grouping.has_text(row, head, known)}
        again = _note(found, choices, far)
        rows = np.array([row for row in rows.tolist() if row in far or row in again], np.int64)
        grouping = grouping.without(far, again, known)
    return found


@dataclass(frozen=True, slots=True)
class _Members:
    """One set of texts: rows with what chooses among them, and articles of the lake."""

    rows: list[tuple[int, Entry]]
    of_lake: list[Entry]


@dataclass(frozen=True, slots=True)
class _Choice:
    """The canonical text of a row's set, its article's id, and whose place that takes."""

    head: Node
    article_id: str
    deposed: str | None


@dataclass(frozen=True, slots=True)
class _Grouping:
    """Links between rows (from 0), texts of the lake (from ``size``), and texts (from ``first``).

    ``text_of`` tells the text of each row; rows of one text are linked by it. ``exact`` has the
    texts of the lake's ``known.exact``.
    """

    candidates: pa.Table
    links: Pairs
    text_of: Rows
    exact: Rows
    texts: int

    @classmethod
    def of(cls, candidates: pa.Table, links: Pairs, known: Known) -> "_Grouping":
        keys = candidates["text_key"].combine_chunks().dictionary_encode()
        first = len(candidates) + len(known.alike)
        exact = pa.array([entry["text_key"] for entry in known.exact], keys.dictionary.type)
        places = pc.index_in(exact, value_set=keys.dictionary).to_numpy(zero_copy_only=False)
        text_of = keys.indices.to_numpy().astype(np.int64) + first
        return cls(
            candidates, links, text_of, places.astype(np.int64) + first, len(keys.dictionary)
        )

    def sets_of(self, rows: Rows, known: Known) -> list[_Members]:
        """Return the sets that these rows are in, those of one row alone left out."""
        size = len(self.candidates)
        parents = np.arange(size + len(known.alike) + self.texts)
        _unite(np.stack([rows, self.text_of[rows]], axis=1), parents)
        _unite(self.links, parents)
        of_lake: defaultdict[int, list[Entry]] = defaultdict(list)
        alike = parents[size : size + len(known.alike)].tolist()
        exact = [parents[node] if node >= 0 else -1 for node in self.exact.tolist()]
        for root, entry in zip([*alike, *exact], [*known.alike, *known.exact], strict=True):
            of_lake[int(root)].append(known.head(entry))
        of_lake.pop(-1, None)
        company = np.bincount(parents[rows], minlength=len(parents))
        company[[*of_lake]] += 1
        rows = rows[company[parents[rows]] > 1]
        columns = ["article_id", "published_at", "words"]
        told = self.candidates.select(columns).take(pa.array(rows)).to_pylist()
        sets: dict[int, _Members] = {}
        for row, root, text in zip(rows.tolist(), parents[rows].tolist(), told, strict=True):
            members = sets.setdefault(root, _Members([], of_lake.get(root, [])))
            members.rows.append((row, text))
        return list(sets.values())

    def has_text(self, row: int, head: Node, known: Known) -> bool:
        """Tell whether the row's very text is in the cluster of this article of the lake."""
        entries = zip(self.exact.tolist(), known.exact, strict=True)
        return any(
            node == self.text_of[row] and known.head(entry)["article_id"] == head
            for node, entry in entries
        )

    def without(self, far: Mapping[int, Node], again: Collection[int], known: Known) -> "_Grouping":
        """Return what is left when rows leave the article that they are ``far`` from.

        Links among these, to other articles of the lake, and of the rows that are grouped again.
        """
        size = len(self.candidates)
        left: dict[int, Node] = {int(self.text_of[row]): head for row, head in far.items()}
        others = {int(self.text_of[row]) for row in again}
        kept = []
        for one, other in self.links.tolist():
            text, end = int(self.text_of[one]), int(self.text_of[other]) if other < size else None
            if end is not None:
                stays = (text in left and end in left) or (text in others and end in others)
            else:
                head = known.head(known.alike[other - size])["article_id"]
                stays = text in others or (text in left and left[text] != head)
            if stays:
                kept.append((one, other))
        links = np.array(kept, np.int64).reshape(-1, 2)
        exact = [
            node if node not in left or known.head(entry)["article_id"] != left[node] else -1
            for node, entry in zip(self.exact.tolist(), known.exact, strict=True)
        ]
        return replace(self, links=links, exact=np.array(exact, np.int64))


def _choose(members: _Members, known: Known) -> list[tuple[int, _Choice]]:
    """Choose one set's article; a staying article of the corpus is never a copy."""
    free = [(row, text) for row, text in members.rows if text["article_id"] not in known.staying]
    bound = [text for _, text in members.rows if text["article_id"] in known.staying]
    mine = {text["article_id"]: row for row, text in members.rows}
    head = min([*members.of_lake, *bound] or [text for _, text in free], key=_precedence)
    deposed = None
    if head in members.of_lake and free and head["article_id"] not in known.staying:
        first = min((text for _, text in free), key=_precedence)
        if _date(first) < _date(head):
            head, deposed = first, str(head["article_id"])
    name = str(head["article_id"])
    choice = _Choice(mine.get(name, name), name, deposed)
    return [(row, choice) for row, _ in free] + [
        (row, choice) for row, text in members.rows if text["article_id"] == name
    ]


def _find_far(
    choices: Mapping[int, _Choice],
    sets: Sequence[_Members],
    comparing: Comparing,
    found: Clusters,
) -> dict[int, Node]:
    """Compare what was chosen; tell which rows are far from which article, note how others copy.

    A new article that is far from the one whose place it would take is far itself.
    """
    entries = {entry["article_id"]: entry for members in sets for entry in members.of_lake}
    pairs: list[tuple[Node, Node]] = [
        (row, choice.head) for row, choice in choices.items() if row != choice.head
    ]
    crowns = [
        (row, choice.deposed)
        for row, choice in choices.items()
        if row == choice.head and choice.deposed
    ]
    ways = comparing.ways([*pairs, *crowns], entries)
    far: dict[int, Node] = {}
    for (row, head), way in zip([*pairs, *crowns], ways, strict=True):
        if way.is_far:
            far[int(row)] = head
        if choices[int(row)].head != row:
            found.ways[int(row)] = way
    return far


def _note(
    found: Clusters, choices: Mapping[int, _Choice], far: Mapping[int, Node]
) -> frozenset[int]:
    """Add what was chosen, but for rows that are far; return those that are to be grouped again."""
    again = set()
    for row, choice in choices.items():
        if row in far:
            continue
        if choice.head in far:
            again.add(row)
        elif row != choice.head:
            found.head_of[row] = choice.article_id
        else:
            found.rows_of_heads[choice.article_id] = row
            if choice.deposed:
                found.crowned[choice.deposed] = choice.article_id
    return frozenset(again)


def _date(text: Entry) -> datetime:
    date: datetime | None = text["published_at"]
    return date or _NEVER


def _precedence(text: Mapping[str, Any]) -> tuple[Any, ...]:
    return (_date(text), -text.get("words", 0), text["article_id"])
