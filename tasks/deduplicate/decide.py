"""Settle a batch: the disposition of every record, and what changes in the lake by it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from expectations.dispositions import BY_HAND
from expectations.lake_schema import INDEX_STEP
from expectations.schema import DUPLICATES, LEDGER, PARTITION_COLUMN, without
from tasks.deduplicate.copies import Copies, find_copies
from tasks.deduplicate.gone import find_gone, reject_gone
from tasks.deduplicate.revisions import CURRENT, OLDER, REPEAT, Entry, Revisions, order_revisions

Objects = npt.NDArray[np.object_]

DECISIONS: Final = pa.schema(
    [
        *without(LEDGER, ["batch_id", "run_id"]),
        pa.field("dataset", pa.string()),
        pa.field("revision", pa.int32(), nullable=False),
        pa.field("cluster_id", pa.string()),
        pa.field("copies", pa.int32()),
        pa.field("duplicate_of", pa.string()),
        pa.field("kind", pa.string()),
        pa.field("similarity", DUPLICATES.field("similarity").type),
    ]
)  # fmt: skip
"""One row per candidate, in their order; ``dataset`` is null for a record that adds no row."""

REPLACED: Final = pa.schema(
    [pa.field(name, pa.string()) for name in ("dataset", "article_id", PARTITION_COLUMN)]
)
"""Rows of the lake whose place a new text takes."""

AMENDED: Final = pa.schema(
    [INDEX_STEP.field(name) for name in ("article_id", PARTITION_COLUMN, "copies")]
)
"""Rows of ``articles`` of which only the number of copies changes."""


class History(Protocol):
    """Everything published so far, as of one version of the lake."""

    def find_articles(self, article_ids: pa.Array) -> pa.Table:
        """Return the index entries of those ids that are known."""

    def find_texts(self, text_keys: pa.Array) -> pa.Table:
        """Return the index entries whose text is among these."""


@dataclass(frozen=True, slots=True)
class Decisions:
    """What a batch does: tables of ``DECISIONS, REPLACED, AMENDED`` and ``INDEX_STEP``."""

    records: pa.Table
    replaced: pa.Table
    amended: pa.Table
    index_step: pa.Table


def decide(candidates: pa.Table, history: History) -> Decisions:
    """Settle the candidates of a whole batch against themselves and against ``history``.

    A changed text of a published article is a revision and stays in the corpus, whatever it equals;
    a changed text of a copy is judged anew. What was taken out by hand does not come back. Refused
    records take no part: leave their rows out.
    """
    known = _by_id(history.find_articles(candidates["article_id"].combine_chunks()))
    texts = history.find_texts(candidates["text_key"].combine_chunks().unique()).to_pylist()
    reasons = find_gone(candidates, known.values(), texts)
    if reasons.null_count == len(reasons):
        return _decide(candidates, known, texts, history)
    gone = reasons.is_valid().to_numpy(zero_copy_only=False)
    rest = _decide(
        candidates.filter(pa.array(~gone)),
        {name: entry for name, entry in known.items() if entry["dataset"] not in BY_HAND},
        [entry for entry in texts if entry["dataset"] not in BY_HAND],
        history,
    )
    rejected = reject_gone(candidates.filter(pa.array(gone)), reasons.drop_null(), DECISIONS)
    rows = np.argsort(np.concatenate([np.flatnonzero(~gone), np.flatnonzero(gone)]))
    records = pa.concat_tables([rest.records, rejected]).take(pa.array(rows))
    return replace(rest, records=records)


def _decide(
    candidates: pa.Table,
    known: Mapping[str, Entry],
    texts: Iterable[Entry],
    history: History,
) -> Decisions:
    revisions = order_revisions(candidates, known)
    current = np.flatnonzero(revisions.standing == CURRENT)
    changing = set(candidates["article_id"].take(pa.array(current)).to_pylist()) & known.keys()
    published = [entry for entry in texts if entry["article_id"] not in changing]
    heads = {entry["duplicate_of"] for entry in published if entry["duplicate_of"]}
    heads |= {known[name]["duplicate_of"] for name in changing if known[name]["duplicate_of"]}
    canonical = _by_id(history.find_articles(pa.array(sorted(heads), pa.string())))
    staying = frozenset(name for name in changing if known[name]["dataset"] == "articles")
    copies = find_copies(candidates, current, staying, published, canonical)
    case = _open_case(candidates, revisions, copies, {**canonical, **copies.canonical})
    records = _records(case)
    amended = _amended(case)
    return Decisions(records, _replaced(case), amended, _index_step(case, records, amended))


def _by_id(entries: pa.Table) -> dict[str, Entry]:
    return {entry["article_id"]: entry for entry in entries.to_pylist()}


@dataclass(frozen=True, slots=True)
class _Case:
    """What is known when the columns are filled.

    ``current`` are the rows whose text stands, ``heads`` the index entries of canonical articles
    that were there before, ``grown`` the copies that join each canonical article less those that
    leave it.
    """

    candidates: pa.Table
    ids: list[str]
    standing: npt.NDArray[np.int8]
    revision: npt.NDArray[np.int32]
    current: list[int]
    known: Mapping[str, Entry]
    duplicate_of: Mapping[int, str]
    heads: Mapping[str, Entry]
    grown: Counter[str]

    def copies_of(self, head: str) -> int:
        """Return how many articles the canonical article's cluster has after this batch."""
        entry = self.known.get(head) or self.heads.get(head)
        before = entry["copies"] if entry and entry["dataset"] == "articles" else 1
        return int(before + self.grown[head])


def _open_case(
    candidates: pa.Table, revisions: Revisions, copies: Copies, heads: Mapping[str, Entry]
) -> _Case:
    ids: list[str] = candidates["article_id"].to_pylist()
    current: list[int] = np.flatnonzero(revisions.standing == CURRENT).tolist()
    grown: Counter[str] = Counter(copies.duplicate_of.values())
    for row in current if revisions.known else ():
        entry = revisions.known.get(ids[row])
        if entry and entry["duplicate_of"]:
            grown[entry["duplicate_of"]] -= 1
    return _Case(
        candidates,
        ids,
        revisions.standing,
        revisions.revision,
        current,
        revisions.known,
        copies.duplicate_of,
        heads,
        grown,
    )


def _records(case: _Case) -> pa.Table:
    size = len(case.candidates)
    stands = case.standing == CURRENT
    fate = _fates(case)
    dataset = np.full(size, None, object)
    dataset[stands] = "articles"
    cluster = np.full(size, None, object)
    cluster[stands] = np.array(case.ids, object)[stands]
    copies = stands.astype(np.int32)
    duplicate_of = np.full(size, None, object)
    for row, head in case.duplicate_of.items():
        dataset[row], duplicate_of[row] = "duplicates", head
        cluster[row] = case.heads[head]["cluster_id"] if head in case.heads else head
        copies[row] = case.copies_of(head)
    for row in case.current if case.known or case.grown else ():
        if row in case.duplicate_of:
            continue
        entry = case.known.get(case.ids[row])
        copies[row] = case.copies_of(case.ids[row])
        if entry and entry["dataset"] == "articles":
            cluster[row] = entry["cluster_id"]
    copied = pa.array(duplicate_of, pa.string())
    columns = {
        **{name: case.candidates[name] for name in ("record_ref", "native_id", "source")},
        "disposition": pa.array(fate[0], pa.string()),
        "reason": pa.array(fate[1], pa.string()),
        "detail": _details(copied, case.candidates["read_as"].combine_chunks()),
        "article_id": case.candidates["article_id"],
        "dataset": pa.array(dataset, pa.string()),
        "revision": pa.array(case.revision),
        "cluster_id": pa.array(cluster, pa.string()),
        "copies": pa.array(copies),
        "duplicate_of": copied,
        "kind": pc.if_else(pc.is_valid(copied), "exact", pa.scalar(None, pa.string())),
        "similarity": pc.if_else(pc.is_valid(copied), pa.scalar(1.0, pa.float32()), None),
    }
    return pa.table([columns[name] for name in DECISIONS.names], schema=DECISIONS)


def _details(copied: pa.Array, read_as: pa.Array) -> pa.Array:
    """Return what the ledger tells beside the reason: whose copy it is, and how it was read."""
    copies = pc.binary_join_element_wise("copy of ", copied, "")
    notes = pc.binary_join_element_wise("read as ", read_as, "")
    return pc.coalesce(pc.binary_join_element_wise(copies, notes, "; "), copies, notes)


def _fates(case: _Case) -> tuple[Objects, Objects]:
    """Return the disposition and the reason of each candidate."""
    new = pc.fill_null(case.candidates["date_problem"], "new")
    disposition = np.full(len(new), "published", object)
    reason = new.to_numpy(zero_copy_only=False).astype(object)
    copied = np.zeros(len(new), np.bool_)
    copied[list(case.duplicate_of)] = True
    stands = case.standing == CURRENT
    before = np.array([name in case.known for name in case.ids], np.bool_)
    for where, (fate, why) in (
        (copied, ("duplicate", "exact")),
        (stands & before, ("revised", "newer-text")),
        (case.standing == OLDER, ("revised", "older-text")),
        (case.standing == REPEAT, ("unchanged", "same-text")),
    ):
        disposition[where], reason[where] = fate, why
    return disposition, reason


def _replaced(case: _Case) -> pa.Table:
    entries = [case.known[case.ids[row]] for row in case.current if case.ids[row] in case.known]
    return pa.Table.from_pylist(
        [{name: entry[name] for name in REPLACED.names} for entry in entries], schema=REPLACED
    )


def _amended(case: _Case) -> pa.Table:
    """Return the canonical articles of which only the number of copies changes."""
    written = {case.ids[row] for row in case.current} if case.grown else set()
    heads = sorted(head for head, by in case.grown.items() if by and head not in written)
    return pa.Table.from_pylist(
        [
            {
                "article_id": head,
                PARTITION_COLUMN: case.heads[head][PARTITION_COLUMN],
                "copies": case.copies_of(head),
            }
            for head in heads
        ],
        schema=AMENDED,
    )


def _index_step(case: _Case, records: pa.Table, amended: pa.Table) -> pa.Table:
    rows = pa.array(case.current, pa.int64())
    mine, decided = case.candidates.take(rows), records.take(rows)
    fresh = pa.table(
        [decided[name] if name in DECISIONS.names else mine[name] for name in INDEX_STEP.names],
        schema=INDEX_STEP,
    )
    counted = [
        {**case.heads[entry["article_id"]], "copies": entry["copies"]}
        for entry in amended.to_pylist()
    ]
    return pa.concat_tables([fresh, pa.Table.from_pylist(counted, schema=INDEX_STEP)])
