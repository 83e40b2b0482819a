"""Retract: take an article out of the corpus by hand, and remember that it is not to come back."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from expectations.dispositions import BY_HAND, PROMOTED, PURGED, RETRACTED, SUPERSEDED
from expectations.lake_schema import INDEX_STEP
from expectations.schema import ARTICLES, LEDGER, PARTITION_COLUMN
from tasks.errors import StopRun
from tasks.store import (
    AMENDMENTS,
    DuplicateIndex,
    Lake,
    Operation,
    Transaction,
    find_rows,
    open_index,
    transaction,
)

_NEVER: Final = datetime.max.replace(tzinfo=UTC)
_NO_TEXT: Final = bytes(16)


class Way(Protocol):
    """How one text copies another."""

    @property
    def kind(self) -> str:
        """``exact``, ``near`` or ``reworded``."""

    @property
    def similarity(self) -> float:
        """How like they are."""


CompareWith = Callable[[pa.Table, str], Mapping[str, Way]]
"""From some ``KNOWN_TEXTS`` and the id of one to how each of the others copies that one, by id."""


@dataclass(frozen=True, slots=True)
class Retraction:
    """What was done: the new version (null when it was done before) and the articles that went.

    ``records`` are the batch and the place of each record that had become one of them, ``promoted``
    the copy that is the article now, ``copies`` the ids under which the text is still there, in the
    corpus or in the quarantine.
    """

    version: int | None
    article_ids: tuple[str, ...]
    records: tuple[tuple[str, str], ...]
    promoted: str | None
    copies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """What is to go and why; ``with_copies`` takes all articles of the cluster out.

    ``purge`` leaves nothing but the fact: it takes the article out of the quarantine too, gives up
    every earlier version of the lake, and keeps its text out under any other id once none in the
    corpus has it. ``quarantined`` are the text keys of what the quarantine holds, by
    ``article_id``: the index does not know them.
    """

    article_id: str
    reason: str
    purge: bool = False
    with_copies: bool = False
    quarantined: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def mark(self) -> str:
        """The reason in the ledger, and where the index says that the article stands."""
        return PURGED if self.purge else RETRACTED


def retract(
    lake: Lake, request: Request, *, run_id: str, wait_seconds: float, compare_with: CompareWith
) -> Retraction:
    """Take an article out by one commit; its records end as ``rejected`` with the reason.

    A record of it that comes later is rejected. Where it was the one that others copy, the first
    published copy takes its place, and how the others copy that one is measured: they stay one
    cluster, though they may be less like each other than they were like the article. The raw zone
    is for :func:`tasks.fetch.purge_raw`. Raises :class:`StopRun` for an id that nothing knows.
    """
    operation: Operation = "purge" if request.purge else "retract"
    with transaction(
        lake, run_id=run_id, operation=operation, wait_seconds=wait_seconds
    ) as changes:
        case = _open_case(changes, request, compare_with)
        version = None
        if not case.is_done:
            _take_out(changes, case)
            _settle_ledger(changes, case, request.reason)
            _settle_copies(changes, case)
            changes.index(_index_step(case))
            if request.purge:
                changes.raise_floor(changes.base.version + 1)
            told = {"article_ids": sorted(case.gone), "reason": request.reason}
            version = changes.commit(told)
    places = case.ledger.select(["batch_id", "record_ref"]).to_pylist()
    return Retraction(
        version=version,
        article_ids=tuple(sorted(case.gone)),
        records=tuple((place["batch_id"], place["record_ref"]) for place in places),
        promoted=case.promoted,
        copies=tuple(sorted({*case.remaining["article_id"].to_pylist(), *case.aside})),
    )


@dataclass(frozen=True, slots=True)
class _Case:
    """What is there: whole rows of each dataset that the retraction changes.

    ``gone`` are the ids that go, ``head`` the article of their cluster, ``remaining`` its copies
    that stay, ``copied`` the ledger rows of these, ``aside`` the ids that stay in the quarantine
    with the text, ``entries`` the index entries of them all. Where ``head`` goes, ``promoted``
    takes its place, and ``ways`` tell how the others that remain copy that one.
    """

    mark: str
    gone: frozenset[str]
    head: pa.Table
    copies: pa.Table
    remaining: pa.Table
    quarantine: pa.Table
    ledger: pa.Table
    copied: pa.Table
    aside: frozenset[str]
    entries: dict[str, dict[str, Any]]
    texts: Mapping[str, bytes]
    promoted: str | None
    ways: Mapping[str, Way]

    @property
    def is_done(self) -> bool:
        """Whether an earlier retraction did all this."""
        marks = {
            self.entries[name]["dataset"] if name in self.entries else "" for name in self.gone
        }
        return marks <= {self.mark, PURGED}

    @property
    def head_goes(self) -> bool:
        """Whether the article that the others copy is among those that go."""
        return bool(set(self.head["article_id"].to_pylist()) & self.gone)


def _open_case(changes: Transaction, request: Request, compare_with: CompareWith) -> _Case:
    lake = Lake(changes.root, changes.base.version)
    article_id = request.article_id
    with open_index(lake) as index:
        head_id = _find_head(lake, index, article_id)
        copies = find_rows(lake, "duplicates", "duplicate_of", [head_id])
        cluster = {article_id, head_id, *copies["article_id"].to_pylist()}
        known = index.find_articles(pa.array(sorted(cluster))).to_pylist()
    entries = {entry["article_id"]: entry for entry in known}
    keys = {entry["text_key"] for entry in known} | {request.quarantined.get(article_id)}
    aside = {name for name, key in request.quarantined.items() if key in keys}
    cluster |= aside
    gone = frozenset(cluster if request.with_copies else {article_id})
    stays = pc.invert(pc.is_in(copies["article_id"], pa.array(sorted(gone))))
    remaining = copies.filter(stays)
    promoted = _first(remaining) if head_id in gone else None
    ways = _find_ways(lake, remaining, promoted, compare_with) if promoted else {}
    case = _Case(
        mark=request.mark,
        gone=gone,
        head=find_rows(lake, "articles", "article_id", [head_id]),
        copies=copies,
        remaining=remaining,
        quarantine=find_rows(lake, "quarantine", "article_id", gone),
        ledger=find_rows(lake, "ledger", "article_id", gone),
        copied=find_rows(lake, "ledger", "article_id", set(remaining["article_id"].to_pylist())),
        aside=frozenset(aside - gone),
        entries=entries,
        texts=request.quarantined,
        promoted=promoted,
        ways=ways,
    )
    if not len(case.ledger):
        raise StopRun(
            "There is no article with this id; ids are in the column article_id",
            article_id=article_id,
            lake=str(changes.root),
        )
    return case


def _find_ways(
    lake: Lake, remaining: pa.Table, promoted: str, compare_with: CompareWith
) -> Mapping[str, Way]:
    """Tell how the copies that remain copy the one that takes the article's place."""
    with open_index(lake) as index:
        texts = index.read_texts(remaining["article_id"])
    if len(texts) < len(remaining):
        raise StopRun(
            "The duplicate index lacks texts; make it anew with `warraq maintain --rebuild-index`",
            articles=len(remaining) - len(texts),
        )
    return compare_with(texts, promoted)


def _find_head(lake: Lake, index: DuplicateIndex, article_id: str) -> str:
    """Return the article that the others of its cluster copy.

    Of an article that was taken out before, that which has its text now, or else its place.
    """
    found = index.find_articles(pa.array([article_id])).to_pylist()
    entry: dict[str, Any] = found[0] if found else {}
    if entry.get("dataset") in BY_HAND:
        same = index.find_texts(pa.array([entry["text_key"]], pa.binary(16))).to_pylist()
        heirs = find_rows(lake, "articles", "cluster_id", [entry["cluster_id"]]).to_pylist()
        standing = [other for other in same if other["dataset"] not in BY_HAND]
        entry = next(iter([*standing, *heirs]), entry)
    return str(entry.get("duplicate_of") or entry.get("article_id") or article_id)


def _first(copies: pa.Table) -> str | None:
    """Return the copy that takes the article's place: published first, then longest, by id."""
    ranked = copies.select(["published_at", "word_count", "article_id"]).to_pylist()
    best = min(
        ranked,
        key=lambda row: (row["published_at"] or _NEVER, -row["word_count"], row["article_id"]),
        default=None,
    )
    return None if best is None else str(best["article_id"])


def _take_out(changes: Transaction, case: _Case) -> None:
    leaving = _rows_of(case.copies, case.gone)
    if case.head_goes:
        _remove(changes, "articles", case.head)
        _remove(changes, "duplicates", case.copies)
        rows = case.remaining
        for name, value in (("copies", len(rows)), ("duplicate_of", case.promoted)):
            rows = _with_value(rows, name, value)
        rows = _with_ways(rows, case)
        first = pc.equal(rows["article_id"], pa.scalar(case.promoted, pa.string()))
        promoted = rows.filter(first).select(ARTICLES.names)
        changes.write("articles", pa.table(promoted.columns, schema=ARTICLES))
        changes.write("duplicates", rows.filter(pc.invert(first)))
    elif len(leaving):
        _remove(changes, "duplicates", leaving)
        left = pc.subtract(case.head["copies"], pa.scalar(len(leaving), pa.int32()))
        place = AMENDMENTS.get_field_index("copies")
        amended = case.head.select(AMENDMENTS.names).set_column(
            place, AMENDMENTS.field(place), left
        )
        changes.amend("articles", amended)
    if case.mark == PURGED:
        _remove(changes, "quarantine", case.quarantine)


def _rows_of(rows: pa.Table, article_ids: Collection[str]) -> pa.Table:
    return rows.filter(pc.is_in(rows["article_id"], pa.array(sorted(article_ids), pa.string())))


def _remove(changes: Transaction, dataset: str, rows: pa.Table) -> None:
    months = rows[PARTITION_COLUMN].combine_chunks() if dataset != "quarantine" else None
    changes.remove(dataset, rows["article_id"].combine_chunks().unique(), months)


def _settle_ledger(changes: Transaction, case: _Case, reason: str) -> None:
    """Say of each record that had become such an article what became of it now."""
    changes.remove("ledger", case.ledger["article_id"].combine_chunks().unique())
    told = {"disposition": "rejected", "reason": case.mark, "detail": reason}
    rows = case.ledger
    for name, value in told.items():
        rows = _with_value(rows, name, value)
    changes.write("ledger", rows)


def _settle_copies(changes: Transaction, case: _Case) -> None:
    """Say of the records of copies whose they are now, and which of them is the article."""
    rows = case.copied
    if not case.head_goes or not len(rows):
        return
    (head,) = case.head["article_id"].to_pylist()
    is_promoted = pc.equal(rows["article_id"], pa.scalar(case.promoted, pa.string()))
    came_as_copy = pc.and_(is_promoted, pc.equal(rows["disposition"], "duplicate"))
    place, copy = (
        pc.replace_substring(rows["detail"], f"copy of {head}", told)
        for told in (f"in place of {head}", f"copy of {case.promoted}")
    )
    told = {
        "disposition": pc.if_else(came_as_copy, "published", rows["disposition"]),
        "reason": pc.if_else(came_as_copy, PROMOTED, _reasons(rows, case)),
        "detail": pc.if_else(is_promoted, place, copy),
    }
    changes.remove("ledger", rows["article_id"].combine_chunks().unique())
    changes.write("ledger", pa.table([told.get(n, rows[n]) for n in LEDGER.names], schema=LEDGER))


def _reasons(rows: pa.Table, case: _Case) -> pa.ChunkedArray:
    """Return the reasons of ledger rows; of those that came as copies, how they copy now."""
    kinds = pa.array(
        [
            case.ways[name].kind if name in case.ways else None
            for name in rows["article_id"].to_pylist()
        ],
        pa.string(),
    )
    came_as_copy = pc.and_(
        pc.equal(rows["disposition"], "duplicate"), pc.not_equal(rows["reason"], SUPERSEDED)
    )
    return pc.if_else(came_as_copy, pc.coalesce(kinds, rows["reason"]), rows["reason"])


def _with_ways(rows: pa.Table, case: _Case) -> pa.Table:
    """Return rows of copies with how they copy the promoted one, whose own row stays."""
    ids = rows["article_id"].to_pylist()
    for name in ("kind", "similarity"):
        place = rows.schema.get_field_index(name)
        before = rows[name].to_pylist()
        told = [
            getattr(case.ways[each], name) if each in case.ways else old
            for each, old in zip(ids, before, strict=True)
        ]
        field = rows.schema.field(place)
        rows = rows.set_column(place, field, pa.array(told, field.type))
    return rows


def _with_value(rows: pa.Table, name: str, value: object) -> pa.Table:
    place = rows.schema.get_field_index(name)
    field = rows.schema.field(place)
    return rows.set_column(place, field, pa.repeat(pa.scalar(value, field.type), len(rows)))


def _index_step(case: _Case) -> pa.Table:
    """Return the entries of what went, so that it does not come back, and of what moved."""
    step = []
    for name in sorted(case.gone):
        entry = case.entries.get(name) or _unpublished(name, case.texts.get(name, _NO_TEXT))
        gone = {"dataset": case.mark, "duplicate_of": None, "copies": 0, "title_key": None}
        step.append(entry | gone)
    count = len(case.remaining)
    if case.head_goes:
        for name in case.remaining["article_id"].to_pylist():
            moved = {"copies": count, "duplicate_of": case.promoted}
            if name == case.promoted:
                moved |= {"dataset": "articles", "duplicate_of": None}
            step.append(case.entries[name] | moved)
    elif len(case.head):
        (head,) = case.head["article_id"].to_pylist()
        leaving = len(_rows_of(case.copies, case.gone))
        if leaving:
            entry = case.entries[head]
            step.append(entry | {"copies": entry["copies"] - leaving})
    return pa.Table.from_pylist(step, schema=INDEX_STEP)


def _unpublished(article_id: str, text_key: bytes) -> dict[str, Any]:
    """Return the entry of an article that was quarantined only."""
    return {
        "article_id": article_id,
        "content_hash": "",
        "text_key": text_key,
        "cluster_id": article_id,
        "revision": 0,
        PARTITION_COLUMN: "unknown",
    }
