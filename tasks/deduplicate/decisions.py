"""Decisions as tables: what becomes of each record, and of the lake's rows that it touches."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from expectations.lake_schema import INDEX_STEP, MOVED
from expectations.schema import DUPLICATES, LEDGER, PARTITION_COLUMN, without
from tasks.deduplicate.clusters import Clusters
from tasks.deduplicate.history import Entry
from tasks.deduplicate.revisions import CURRENT, OLDER, REPEAT, Revisions
from tasks.deduplicate.ways import Way

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


@dataclass(frozen=True, slots=True)
class Decisions:
    """What a batch does: tables of ``DECISIONS, REPLACED, AMENDED, MOVED`` and ``INDEX_STEP``."""

    records: pa.Table
    replaced: pa.Table
    amended: pa.Table
    moved: pa.Table
    index_step: pa.Table


@dataclass(frozen=True)
class Case:
    """What is known when the tables are filled.

    ``current`` are the rows whose text stands; ``heads`` the index entries of the canonical
    articles of the lake that have to do with the batch; ``moving`` those of what stands in the lake
    and copies a crowned article from now on, with the way it does.
    """

    candidates: pa.Table
    ids: list[str]
    revisions: Revisions
    current: list[int]
    clusters: Clusters
    heads: Mapping[str, Entry]
    moving: list[tuple[Entry, Way]]

    @property
    def known(self) -> Mapping[str, Entry]:
        """The index entries of the batch's articles."""
        return self.revisions.known

    @cached_property
    def deposed(self) -> Mapping[str, str]:
        """The canonical article whose place a new one takes, by the new one's id."""
        return {new: old for old, new in self.successors.items()}

    @property
    def successors(self) -> Mapping[str, str]:
        """The new canonical article of those that lose their place."""
        return self.clusters.crowned

    @cached_property
    def grown(self) -> Counter[str]:
        """The copies that join each canonical article less those that leave it."""
        grown: Counter[str] = Counter(self.clusters.head_of.values())
        for row in self.current if self.known else ():
            entry = self.known.get(self.ids[row])
            if entry and entry["duplicate_of"]:
                head = entry["duplicate_of"]
                grown[self.successors.get(head, head)] -= 1
        return grown

    def copies_of(self, head: str) -> int:
        """Return how many articles the canonical article's cluster has after this batch."""
        entry = self.known.get(head) or self.heads.get(head)
        before = entry["copies"] if entry and entry["dataset"] == "articles" else 1
        if head in self.deposed:
            before += self.heads[self.deposed[head]]["copies"]
        return int(before + self.grown[head])

    def cluster_of(self, head: str) -> str:
        """Return the name of the canonical article's cluster, which it keeps for good."""
        entry = self.heads.get(self.deposed.get(head, head))
        return str(entry["cluster_id"]) if entry else head


def make_decisions(case: Case) -> Decisions:
    """Fill the tables."""
    records, amended, moved = _records(case), _amended(case), _moved(case)
    return Decisions(
        records, _replaced(case), amended, moved, _index_step(case, records, amended, moved)
    )


def _records(case: Case) -> pa.Table:
    size = len(case.candidates)
    stands = case.revisions.standing == CURRENT
    fate = _fates(case)
    dataset = np.full(size, None, object)
    dataset[stands] = "articles"
    cluster = np.full(size, None, object)
    cluster[stands] = np.array(case.ids, object)[stands]
    copies = stands.astype(np.int32)
    duplicate_of, kind = np.full(size, None, object), np.full(size, None, object)
    similarity = np.full(size, np.nan, np.float32)
    for row, head in case.clusters.head_of.items():
        dataset[row], duplicate_of[row] = "duplicates", head
        cluster[row], copies[row] = case.cluster_of(head), case.copies_of(head)
        kind[row], similarity[row] = (
            case.clusters.ways[row].kind,
            case.clusters.ways[row].similarity,
        )
    known = (row for row in case.current if case.ids[row] in case.known) if case.known else ()
    for row in {*case.clusters.rows_of_heads.values(), *known} - case.clusters.head_of.keys():
        entry = case.known.get(case.ids[row])
        copies[row] = case.copies_of(case.ids[row])
        if entry and entry["dataset"] == "articles":
            cluster[row] = entry["cluster_id"]
        elif case.ids[row] in case.deposed:
            cluster[row] = case.cluster_of(case.ids[row])
    copied = pa.array(duplicate_of, pa.string())
    columns = {
        **{name: case.candidates[name] for name in ("record_ref", "native_id", "source")},
        "disposition": pa.array(fate[0], pa.string()),
        "reason": pa.array(fate[1], pa.string()),
        "detail": _details(case, copied),
        "article_id": case.candidates["article_id"],
        "dataset": pa.array(dataset, pa.string()),
        "revision": pa.array(case.revisions.revision),
        "cluster_id": pa.array(cluster, pa.string()),
        "copies": pa.array(copies),
        "duplicate_of": copied,
        "kind": pa.array(kind, pa.string()),
        "similarity": pa.array(similarity, pa.float32(), from_pandas=True),
    }
    return pa.table([columns[name] for name in DECISIONS.names], schema=DECISIONS)


def _details(case: Case, copied: pa.Array) -> pa.Array:
    """Return what the ledger tells beside the reason: whose copy it is, and how it was read."""
    copies = pc.binary_join_element_wise("copy of ", copied, "")
    if case.deposed:
        places = [case.deposed.get(name) for name in case.ids]
        crowned = pc.binary_join_element_wise("in place of ", pa.array(places, pa.string()), "")
        copies = pc.coalesce(copies, crowned)
    read_as = case.candidates["read_as"].combine_chunks()
    notes = pc.binary_join_element_wise("read as ", read_as, "")
    return pc.coalesce(pc.binary_join_element_wise(copies, notes, "; "), copies, notes)


def _fates(case: Case) -> tuple[Objects, Objects]:
    """Return the disposition and the reason of each candidate."""
    new = pc.fill_null(case.candidates["date_problem"], "new")
    disposition = np.full(len(new), "published", object)
    reason = new.to_numpy(zero_copy_only=False).astype(object)
    for row in case.clusters.head_of:
        disposition[row], reason[row] = "duplicate", case.clusters.ways[row].kind
    standing = case.revisions.standing
    known = case.known
    before = np.array([name in known for name in case.ids], np.bool_)
    for where, (fate, why) in (
        ((standing == CURRENT) & before, ("revised", "newer-text")),
        (standing == OLDER, ("revised", "older-text")),
        (standing == REPEAT, ("unchanged", "same-text")),
    ):
        disposition[where], reason[where] = fate, why
    return disposition, reason


def _replaced(case: Case) -> pa.Table:
    known = case.known
    names = [case.ids[row] for row in case.current] if known else []
    entries = [known[name] for name in names if name in known]
    return pa.Table.from_pylist(
        [{name: entry[name] for name in REPLACED.names} for entry in entries], schema=REPLACED
    )


def _amended(case: Case) -> pa.Table:
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


def _moved(case: Case) -> pa.Table:
    rows = []
    for entry, way in case.moving:
        old = entry["duplicate_of"] or entry["article_id"]
        new = case.successors[old]
        rows.append(
            {name: entry[name] for name in ("article_id", PARTITION_COLUMN, "dataset")}
            | {"deposed": old, "duplicate_of": new, "copies": case.copies_of(new)}
            | {"kind": way.kind, "similarity": way.similarity}
        )
    rows.sort(key=lambda row: row["article_id"])
    return pa.Table.from_pylist(rows, schema=MOVED)


def _index_step(case: Case, records: pa.Table, amended: pa.Table, moved: pa.Table) -> pa.Table:
    rows = pa.array(case.current, pa.int64())
    names = [name for name in INDEX_STEP.names if name not in DECISIONS.names]
    mine, decided = case.candidates.select(names).take(rows), records.take(rows)
    fresh = pa.table(
        [decided[name] if name in DECISIONS.names else mine[name] for name in INDEX_STEP.names],
        schema=INDEX_STEP,
    )
    entries: dict[str, Any] = {entry["article_id"]: entry for entry, _ in case.moving}
    changed = [
        {**case.heads[entry["article_id"]], "copies": entry["copies"]}
        for entry in amended.to_pylist()
    ]
    for row in moved.to_pylist():
        told = {name: row[name] for name in ("duplicate_of", "copies")}
        changed.append({**entries[row["article_id"]], **told, "dataset": "duplicates"})
    return pa.concat_tables([fresh, pa.Table.from_pylist(changed, schema=INDEX_STEP)])
