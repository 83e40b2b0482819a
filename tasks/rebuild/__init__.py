"""Rebuild: what today's rules make of a lake's raw zone, beside what is there."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from expectations.dispositions import BY_HAND, PURGED, WAS_PURGED
from expectations.schema import REFUSED
from tasks.store import Lake, find_rows, open_index, open_lake, transaction
from tasks.store.references import ShardRef, land, read

_NO_TEXT: Final = bytes(16)


def remember_retractions(old: Lake, fresh: Lake, *, run_id: str, made: bool = False) -> Lake:
    """Tell a fresh lake what was taken out of the old one by hand, so that it stays out.

    Where an article was left that has a purged text, the text is told only when all batches are
    ``made``: before that, the fresh lake does not know that article, and would reject it.
    """
    with open_index(old) as index:
        gone = index.find_places(BY_HAND)
        same = index.find_texts(gone["text_key"])
    if not made:
        gone = _without_texts(gone, same)
    if not len(gone):
        return fresh
    with transaction(fresh, run_id=run_id, operation="retract", wait_seconds=0) as changes:
        changes.index(gone)
        changes.commit({"article_ids": gone["article_id"].to_pylist()})
    return open_lake(fresh.root)


def _without_texts(gone: pa.Table, same: pa.Table) -> pa.Table:
    """Return the entries, without the texts of purged ones that an article in the corpus has."""
    stands = pc.invert(pc.is_in(same["dataset"], value_set=pa.array(BY_HAND)))
    standing = same["text_key"].filter(stands).combine_chunks()
    left = pc.and_(
        pc.equal(gone["dataset"], PURGED), pc.is_in(gone["text_key"], value_set=standing)
    )
    place = gone.schema.get_field_index("text_key")
    column = gone.schema.field(place)
    keys = pc.if_else(left, pa.scalar(_NO_TEXT, column.type), gone["text_key"])
    return gone.set_column(place, column, keys)


def retracted_records(old: Lake) -> pa.Table:
    """Return the ledger rows of all records whose articles were taken out by hand.

    Those that came after that are among them where the raw zone was emptied of what they held.
    """
    return find_rows(old, "ledger", "reason", {*BY_HAND, WAS_PURGED})


def keep_reasons(
    entries: Sequence[ShardRef], retracted: pa.Table, batch_id: str, folder: Path
) -> tuple[ShardRef, ...]:
    """Return a batch's ledger entries, those of records taken out by hand as they were.

    ``retracted`` is what :func:`retracted_records` returns. Entries that change are landed anew.
    """
    mine = retracted.filter(pc.equal(retracted["batch_id"], batch_id))
    if not len(mine):
        return tuple(entries)
    kept = []
    for number, ref in enumerate(entries):
        rows = read(ref)
        at = pc.index_in(rows["record_ref"], value_set=mine["record_ref"].combine_chunks())
        if at.null_count == len(at):
            kept.append(ref)
            continue
        for name in REFUSED.names[1:]:
            place = rows.schema.get_field_index(name)
            told = pc.if_else(pc.is_valid(at), mine[name].take(at), rows[name])
            rows = rows.set_column(place, rows.schema.field(place), told)
        kept.append(land(rows.select(REFUSED.names), folder / f"{number:05d}.arrow"))
    return tuple(kept)


@dataclass(frozen=True, slots=True)
class Change:
    """What became of the articles of one outlet: how many are new, gone, or have another text."""

    source: str
    before: int
    after: int
    added: int
    gone: int
    changed: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two versions differ: by outlet, and the spans that cleaning took out, by kind."""

    changes: tuple[Change, ...]
    cuts: dict[str, tuple[int, int]]


@dataclass(slots=True)
class _Corpus:
    """The articles of a version: outlet and digest of title and body by id, and its cuts."""

    articles: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    cuts: Counter[str] = field(default_factory=Counter)


def compare(old: Lake, new: Lake) -> Comparison:
    """Compare the articles of two versions; some 200 bytes an article are in memory."""
    before, after = _read(old), _read(new)
    rows: dict[str, Counter[str]] = {}
    for name, (source, _) in before.articles.items():
        rows.setdefault(source, Counter())["before"] += 1
        if name not in after.articles:
            rows[source]["gone"] += 1
    for name, (source, text) in after.articles.items():
        counts = rows.setdefault(source, Counter())
        counts["after"] += 1
        known = before.articles.get(name)
        counts["added"] += known is None
        counts["changed"] += known is not None and known[1] != text
    kinds = sorted(before.cuts.keys() | after.cuts.keys())
    return Comparison(
        changes=tuple(
            Change(source, *(counts[n] for n in ("before", "after", "added", "gone", "changed")))
            for source, counts in sorted(rows.items())
        ),
        cuts={kind: (before.cuts[kind], after.cuts[kind]) for kind in kinds},
    )


def _read(lake: Lake) -> _Corpus:
    corpus = _Corpus()
    for file in lake.files("articles"):
        with pq.ParquetFile(lake.root / file.name, memory_map=True) as source:
            for number in range(source.num_row_groups):
                rows = source.read_row_group(
                    number, columns=["article_id", "source", "title", "body", "removed"]
                )
                _add(corpus, rows)
    return corpus


def _add(corpus: _Corpus, rows: pa.Table) -> None:
    names, sources, titles, bodies = (
        rows[name].cast(pa.large_string()).to_pylist()
        for name in ("article_id", "source", "title", "body")
    )
    for name, source, title, body in zip(names, sources, titles, bodies, strict=True):
        text = f"{title or ''}\n{body}".encode()
        corpus.articles[name] = source, blake2b(text, digest_size=8).digest()
    kinds = pc.struct_field(pc.list_flatten(rows["removed"]), "kind")
    for count in pc.value_counts(kinds.cast(pa.string())).to_pylist():
        corpus.cuts[count["values"]] += count["counts"]
