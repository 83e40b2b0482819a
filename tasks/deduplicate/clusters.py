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
    of the lake count from the number of candidates. Python sees only texts in company. It ends:
    who leaves an article of the lake has no link to its cluster any more, and of a set without one
    the canonical article is settled.
    """
    grouping = _Grouping.of(candidates, links, known)
    found = Clusters()
    rows = current
    while len(rows):
        sets = grouping.sets_of(rows, known)
        strangers = _find_strangers(sets, known, comparing)
        choices = {
            row: choice for members in sets for row, choice in _choose(members, strangers, known)
        }
        ways = _compare(choices, sets, comparing)
        far = {
            row: choices[row]
            for row, way in ways.items()
            if (way.is_far or row in strangers) and not grouping.has_text(row, choices[row])
        }
        _note(found, choices, ways, far)
        rows = np.array([row for row in rows.tolist() if row in far], np.int64)
        grouping = grouping.without(far)
    return found


@dataclass(frozen=True, slots=True)
class _Members:
    """One set of texts: rows with what chooses among them, and articles of the lake.

    ``bound`` are rows of articles that stay in the corpus, ``free`` all others.
    """

    free: list[tuple[int, Entry]]
    bound: list[tuple[int, Entry]]
    of_lake: list[Entry]

    @property
    def standing(self) -> Entry | None:
        """The first of the articles that are in the corpus."""
        standing = [*self.of_lake, *(text for _, text in self.bound)]
        return min(standing, key=_precedence, default=None)

    def pretenders(self, known: Known) -> list[tuple[int, Entry]]:
        """Return the rows that were published before the lake's article and could depose it."""
        standing = self.standing
        if standing not in self.of_lake or standing["article_id"] in known.staying:
            return []
        return [(row, text) for row, text in self.free if _date(text) < _date(standing)]


@dataclass(frozen=True, slots=True)
class _Choice:
    """The canonical text of a row's set, its article's id, and whose place that takes."""

    head: Node
    article_id: str
    deposed: str | None

    @property
    def known_as(self) -> str:
        """The article that the lake knows the cluster by, where it knows it."""
        return self.deposed or self.article_id


@dataclass(frozen=True, slots=True)
class _Grouping:
    """Links between texts of the batch (from 0), and from them to articles of the lake (``heads``).

    ``text_of`` tells the text of each row, ``places`` the number of each article of the lake: all
    that copies it there stands for it. ``exact`` are the links by which a text of the batch is one
    of the lake.
    """

    candidates: pa.Table
    texts: int
    text_of: Rows
    heads: Sequence[Entry]
    places: Mapping[str, int]
    links: Pairs
    exact: frozenset[tuple[int, int]]

    @classmethod
    def of(cls, candidates: pa.Table, links: Pairs, known: Known) -> "_Grouping":
        keys = candidates["text_key"].combine_chunks().dictionary_encode()
        text_of = keys.indices.to_numpy().astype(np.int64)
        heads = {head["article_id"]: head for head in map(known.head, [*known.alike, *known.exact])}
        places = {name: number for number, name in enumerate(heads, start=len(keys.dictionary))}
        alike, exact = (
            [places[known.head(entry)["article_id"]] for entry in entries]
            for entries in (known.alike, known.exact)
        )
        told = pa.array([entry["text_key"] for entry in known.exact], keys.dictionary.type)
        texts = pc.index_in(told, value_set=keys.dictionary).to_pylist()
        same = {(text, head) for text, head in zip(texts, exact, strict=True) if text is not None}
        numbers = np.concatenate([text_of, np.array(alike, np.int64)])
        pairs = np.concatenate([numbers[links], np.array(sorted(same), np.int64).reshape(-1, 2)])
        return cls(
            candidates=candidates,
            texts=len(keys.dictionary),
            text_of=text_of,
            heads=[*heads.values()],
            places=places,
            links=pairs,
            exact=frozenset(same),
        )

    def sets_of(self, rows: Rows, known: Known) -> list[_Members]:
        """Return the sets that these rows are in, those of one row alone left out."""
        parents = np.arange(self.texts + len(self.heads))
        _unite(self.links, parents)
        of_lake: defaultdict[int, list[Entry]] = defaultdict(list)
        for root, head in zip(parents[self.texts :].tolist(), self.heads, strict=True):
            of_lake[root].append(head)
        roots = parents[self.text_of[rows]]
        company = np.bincount(roots, minlength=len(parents))
        company[[*of_lake]] += 1
        together = company[roots] > 1
        rows, roots = rows[together], roots[together]
        columns = ["article_id", "published_at", "words"]
        told = self.candidates.select(columns).take(pa.array(rows)).to_pylist()
        sets: dict[int, _Members] = {}
        for row, root, text in zip(rows.tolist(), roots.tolist(), told, strict=True):
            members = sets.setdefault(root, _Members([], [], of_lake.get(root, [])))
            stays = text["article_id"] in known.staying
            (members.bound if stays else members.free).append((row, text))
        return list(sets.values())

    def has_text(self, row: int, choice: _Choice) -> bool:
        """Tell whether the row's very text is in the cluster as the lake has it."""
        place = self.places.get(choice.known_as, -1)
        return (int(self.text_of[row]), place) in self.exact

    def without(self, far: Mapping[int, _Choice]) -> "_Grouping":
        """Return what is left when these rows leave the articles that they are far from.

        Links among them, and to other articles of the lake.
        """
        left = {
            int(self.text_of[row]): self.places.get(choice.known_as, -1)
            for row, choice in far.items()
        }
        kept = [
            (one, other)
            for one, other in self.links.tolist()
            if one in left and (other in left if other < self.texts else other != left[one])
        ]
        return replace(self, links=np.array(kept, np.int64).reshape(-1, 2))


def _choose(
    members: _Members, strangers: Collection[int], known: Known
) -> list[tuple[int, _Choice]]:
    """Choose one set's article; a staying article of the corpus is never a copy."""
    standing = members.standing
    pretenders = [text for row, text in members.pretenders(known) if row not in strangers]
    deposed = None
    if standing is None:
        head = min((text for _, text in members.free), key=_precedence)
    elif pretenders:
        head, deposed = min(pretenders, key=_precedence), str(standing["article_id"])
    else:
        head = standing
    name = str(head["article_id"])
    mine = {text["article_id"]: row for row, text in [*members.free, *members.bound]}
    choice = _Choice(mine.get(name, name), name, deposed)
    return [(row, choice) for row, _ in members.free] + [
        (row, choice) for row, text in members.bound if text["article_id"] == name
    ]


def _find_strangers(sets: Sequence[_Members], known: Known, comparing: Comparing) -> frozenset[int]:
    """Return the rows that are far from the article of the lake which they could depose."""
    pairs: list[tuple[Node, Node]] = [
        (row, str(members.standing["article_id"]))
        for members in sets
        if members.standing
        for row, _ in members.pretenders(known)
    ]
    ways = comparing.ways(pairs, _entries(sets))
    return frozenset(int(row) for (row, _), way in zip(pairs, ways, strict=True) if way.is_far)


def _compare(
    choices: Mapping[int, _Choice], sets: Sequence[_Members], comparing: Comparing
) -> dict[int, Way]:
    """Tell of each row but the canonical ones how it copies what was chosen for it."""
    pairs: list[tuple[Node, Node]] = [
        (row, choice.head) for row, choice in choices.items() if row != choice.head
    ]
    ways = comparing.ways(pairs, _entries(sets))
    return {int(row): way for (row, _), way in zip(pairs, ways, strict=True)}


def _entries(sets: Sequence[_Members]) -> dict[str, Entry]:
    return {entry["article_id"]: entry for members in sets for entry in members.of_lake}


def _note(
    found: Clusters,
    choices: Mapping[int, _Choice],
    ways: Mapping[int, Way],
    far: Collection[int],
) -> None:
    """Add what was chosen, but for rows that are far."""
    for row, choice in choices.items():
        if row in far:
            continue
        if row != choice.head:
            found.head_of[row], found.ways[row] = choice.article_id, ways[row]
            continue
        found.rows_of_heads[choice.article_id] = row
        if choice.deposed:
            found.crowned[choice.deposed] = choice.article_id


def _date(text: Entry) -> datetime:
    date: datetime | None = text["published_at"]
    return date or _NEVER


def _precedence(text: Mapping[str, Any]) -> tuple[Any, ...]:
    return (_date(text), -text.get("words", 0), text["article_id"])
