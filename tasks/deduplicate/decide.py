"""Settle a batch: the disposition of every record, and what changes in the lake by it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from expectations.schema import DUPLICATES, INDEX_STEP, LEDGER, PARTITION_COLUMN
from tasks.deduplicate.candidates import CANDIDATES
from tasks.deduplicate.copies import Copies, find_copies
from tasks.deduplicate.revisions import CURRENT, REPEAT, Entry, Revisions, order_revisions

DECISIONS: Final = pa.schema(
    [
        *(LEDGER.field(name) for name in ("record_ref", "native_id", "source", "disposition", "reason",
                                          "detail", "article_id")),
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
    """What a batch does to the lake; tables of ``DECISIONS, REPLACED, AMENDED`` and ``INDEX_STEP``."""

    records: pa.Table
    replaced: pa.Table
    amended: pa.Table
    index_step: pa.Table


def decide(candidates: pa.Table, history: History) -> Decisions:
    """Settle the candidates of a whole batch against themselves and against ``history``.

    A changed text of a published article is a revision and stays in the corpus, whatever it equals;
    a changed text of a copy is judged anew. Refused records take no part: leave their rows out.
    """
    known = _by_id(history.find_articles(candidates["article_id"].combine_chunks()))
    revisions = order_revisions(candidates, known)
    current = np.flatnonzero(revisions.standing == CURRENT)
    keys = candidates["text_key"].take(pa.array(current)).combine_chunks()
    changing = set(candidates["article_id"].take(pa.array(current)).to_pylist()) & known.keys()
    published = [
        entry
        for entry in history.find_texts(keys).to_pylist()
        if entry["article_id"] not in changing
    ]
    heads = {entry["duplicate_of"] for entry in published if entry["duplicate_of"]}
    heads |= {known[name]["duplicate_of"] for name in changing if known[name]["duplicate_of"]}
    canonical = _by_id(history.find_articles(pa.array(sorted(heads), pa.string())))
    staying = frozenset(name for name in changing if known[name]["dataset"] == "articles")
    copies = find_copies(candidates, current, staying, published, canonical)
    return _Settlement(candidates, revisions, copies, {**canonical, **copies.canonical}).decisions()


def _by_id(entries: pa.Table) -> dict[str, Entry]:
    return {entry["article_id"]: entry for entry in entries.to_pylist()}


class _Settlement:
    """The columns of the decisions, filled in bulk and corrected where something is not plain."""

    def __init__(
        self, candidates: pa.Table, revisions: Revisions, copies: Copies, heads: Mapping[str, Entry]
    ) -> None:
        self.candidates = candidates
        self.revisions = revisions
        self.copies = copies
        self.heads = heads
        self.known = revisions.known
        self.ids = candidates["article_id"].to_pylist()
        self.cluster = self.candidates["article_id"].to_numpy(zero_copy_only=False).astype(object)
        self.grown = self._growth()

    def _growth(self) -> Counter[str]:
        """Count, for each canonical article, the copies that join it less those that leave it."""
        grown: Counter[str] = Counter()
        joined = {self.ids[row]: head for row, head in self.copies.duplicate_of.items()}
        for name, head in joined.items():
            if not (name in self.known and self.known[name]["duplicate_of"] == head):
                grown[head] += 1
        for row in np.flatnonzero(self.revisions.standing == CURRENT).tolist():
            entry = self.known.get(self.ids[row])
            left = entry and entry["duplicate_of"]
            if left and joined.get(self.ids[row]) != left:
                grown[left] -= 1
        return grown

    def decisions(self) -> Decisions:
        records = self._records()
        return Decisions(records, self._replaced(), self._amended(), self._index_step(records))

    def _records(self) -> pa.Table:
        size = len(self.candidates)
        standing = self.revisions.standing
        disposition = np.full(size, "published", object)
        reason = pc.fill_null(self.candidates["date_problem"], "new").to_numpy(zero_copy_only=False)
        reason = reason.astype(object)
        past = np.array([name in self.known for name in self.ids], np.bool_) & (standing == CURRENT)
        for where, (fate, why) in (
            (standing == REPEAT, ("unchanged", "same-text")),
            ((standing != REPEAT) & (standing != CURRENT), ("revised", "older-text")),
            (past, ("revised", "newer-text")),
        ):
            disposition[where], reason[where] = fate, why
        dataset = np.where(standing == CURRENT, "articles", None)
        copies = np.where(standing == CURRENT, 1, 0).astype(np.int32)
        duplicate_of = np.full(size, None, object)
        for row, head in self.copies.duplicate_of.items():
            dataset[row], duplicate_of[row] = "duplicates", head
            self.cluster[row] = self.heads[head]["cluster_id"] if head in self.heads else head
            copies[row] = self._copies(head)
            if not past[row]:
                disposition[row], reason[row] = "duplicate", "exact"
        for row in self._rows_of(past | np.isin(self.cluster, list(self.grown))):
            if dataset[row] == "articles":
                entry = self.known.get(self.ids[row])
                copies[row] = self._copies(self.ids[row])
                if entry and entry["dataset"] == "articles":
                    self.cluster[row] = entry["cluster_id"]
        copied = pa.array(duplicate_of, pa.string())
        detail = pc.binary_join_element_wise("copy of ", copied, "")
        columns: dict[str, Any] = {
            "disposition": disposition, "reason": reason, "detail": detail, "dataset": dataset,
            "revision": self.revisions.revision, "duplicate_of": copied,
            "cluster_id": np.where(standing == CURRENT, self.cluster, None), "copies": copies,
            "kind": pc.if_else(pc.is_valid(copied), "exact", pa.scalar(None, pa.string())),
            "similarity": pc.if_else(pc.is_valid(copied), pa.scalar(1.0, pa.float32()), None),
        }  # fmt: skip
        return pa.table(
            [
                pa.array(columns[name], DECISIONS.field(name).type) if isinstance(columns.get(name), np.ndarray)
                else columns.get(name, self.candidates[name] if name in CANDIDATES.names else None)
                for name in DECISIONS.names
            ],
            schema=DECISIONS,
        )  # fmt: skip

    @staticmethod
    def _rows_of(mask: Any) -> list[int]:
        return [int(row) for row in np.flatnonzero(mask)]

    def _copies(self, head: str) -> int:
        entry = self.known.get(head) or self.heads.get(head)
        base = entry["copies"] if entry and entry["dataset"] == "articles" else 1
        return int(base + self.grown[head])

    def _replaced(self) -> pa.Table:
        current = np.flatnonzero(self.revisions.standing == CURRENT)
        entries = [self.known[self.ids[row]] for row in current if self.ids[row] in self.known]
        return pa.table(
            {name: [entry[name] for entry in entries] for name in REPLACED.names}, schema=REPLACED
        )

    def _amended(self) -> pa.Table:
        rewritten = {self.ids[row] for row in self._rows_of(self.revisions.standing == CURRENT)}
        changed = sorted(
            head
            for head, by in self.grown.items()
            if by and head in self.heads and head not in rewritten
        )
        entries = [{**self.heads[head], "copies": self._copies(head)} for head in changed]
        return pa.table(
            {name: [entry[name] for entry in entries] for name in AMENDED.names}, schema=AMENDED
        )

    def _index_step(self, records: pa.Table) -> pa.Table:
        rows = pa.array(np.flatnonzero(self.revisions.standing == CURRENT))
        mine, decided = self.candidates.take(rows), records.take(rows)
        fresh = pa.table(
            [decided[name] if name in DECISIONS.names else mine[name] for name in INDEX_STEP.names],
            schema=INDEX_STEP,
        )
        amended = self._amended().to_pylist()
        entries = [{**self.heads[each["article_id"]], "copies": each["copies"]} for each in amended]
        return pa.concat_tables([fresh, pa.Table.from_pylist(entries, schema=INDEX_STEP)])
