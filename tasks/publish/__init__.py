"""Publish: write what a batch made into the lake, by one transaction.

The rows are written shard by shard; corrections (revised articles, changed numbers of copies), the
quarantine, the ledger, the index's step and the counts of lines become visible with them, or not at
all.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from expectations.conformance import check
from expectations.schema import ARTICLES, DUPLICATES, LEDGER, PUBLISHABLE, QUARANTINE, REFUSED
from tasks.errors import StopRun
from tasks.publish.crowning import crown
from tasks.store import Transaction
from tasks.store.references import ShardRef, read

_NAMED = 20


@dataclass(frozen=True, slots=True)
class Edition:
    """What one batch brings to the lake, as references to landed tables.

    ``rows`` are ``PUBLISHABLE``, articles before copies; ``quarantine`` is ``QUARANTINE``;
    ``entries`` have the columns of ``REFUSED`` (decided and refused records alike), ``replaced``
    has ``dataset, article_id, published_month``, ``amended`` those of ``AMENDMENTS``, ``moved``
    those of ``MOVED``, ``index_step`` those of ``INDEX_STEP``, ``candidates`` the words of its
    articles, ``lines`` has the columns of ``LINE_COUNTS``. ``licences`` are the outlets' as their
    profiles state them, null where they do not: the lake's card tells them.
    """

    batch_id: str
    run_id: str
    rows: tuple[ShardRef, ...]
    quarantine: tuple[ShardRef, ...]
    entries: tuple[ShardRef, ...]
    replaced: ShardRef
    amended: ShardRef
    moved: ShardRef
    index_step: ShardRef
    candidates: tuple[ShardRef, ...]
    lines: ShardRef
    licences: Mapping[str, str | None]


def publish(edition: Edition, changes: Transaction) -> int:
    """Write the edition and commit it; return the lake's new version."""
    lineage = {"batch_id": edition.batch_id, "run_id": edition.run_id}
    for ref in edition.rows:
        rows = check(read(ref), PUBLISHABLE, "publish takes")
        articles = rows["duplicate_of"].null_count
        if rows["duplicate_of"].slice(articles).null_count:
            raise StopRun("An article stands among the copies", shard=ref.name)
        changes.write("articles", _signed(rows.slice(0, articles), ARTICLES, lineage))
        changes.write("duplicates", _signed(rows.slice(articles), DUPLICATES, lineage))
    for ref in edition.quarantine:
        changes.write("quarantine", _signed(read(ref), QUARANTINE, lineage))
    for ref in edition.entries:
        changes.write("ledger", _signed(read(ref), LEDGER, lineage))
    _correct(edition, changes)
    moved = read(edition.moved)
    crown(changes, moved)
    changes.index(read(edition.index_step), map(read, edition.candidates))
    changes.count_lines(read(edition.lines))
    changes.state_licences(edition.licences)
    summary = summarise(edition.entries)
    return changes.commit(
        {
            "records": summary.records,
            "dispositions": summary.dispositions,
            "reasons": summary.reasons,
            **_crowned(moved),
        }
    )


def _crowned(moved: pa.Table) -> dict[str, object]:
    """Return what the log says of articles that lost their place: how many, and the first few."""
    deposed = moved.filter(pc.equal(moved["deposed"], moved["article_id"]))
    if not len(deposed):
        return {}
    few = deposed.slice(0, _NAMED).select(["article_id", "duplicate_of"]).to_pylist()
    named = [{"of": row["article_id"], "by": row["duplicate_of"]} for row in few]
    return {"crowned": len(deposed), "first_crowned": named}


def _signed(rows: pa.Table, schema: pa.Schema, lineage: Mapping[str, str]) -> pa.Table:
    """Return the rows in the dataset's columns, signed by the batch and run that publish them."""
    signed = {name: pa.repeat(pa.scalar(value), len(rows)) for name, value in lineage.items()}
    return pa.table(
        [signed[name] if name in signed else rows[name] for name in schema.names], schema=schema
    )


def _correct(edition: Edition, changes: Transaction) -> None:
    replaced = read(edition.replaced)
    for dataset in pc.unique(replaced["dataset"]).to_pylist():
        rows = replaced.filter(pc.equal(replaced["dataset"], dataset))
        months = rows["published_month"].combine_chunks()
        changes.remove(dataset, rows["article_id"].combine_chunks(), months)
    amended = read(edition.amended)
    if len(amended):
        changes.amend("articles", amended)


def records_of(entries: Iterable[ShardRef], reason: str) -> list[str]:
    """Return the ``record_ref`` of each ledger row of a batch that has this reason."""
    names: list[str] = []
    for ref in entries:
        table = read(ref, ["record_ref", "reason"])
        names += table["record_ref"].filter(pc.equal(table["reason"], reason)).to_pylist()
    return names


@dataclass(frozen=True, slots=True)
class Summary:
    """How many records there were, where they went (``dispositions``) and why (``reasons``)."""

    records: int
    dispositions: dict[str, int]
    reasons: list[dict[str, str | int]]


def summarise(entries: Iterable[ShardRef]) -> Summary:
    """Count the ledger rows of a batch by disposition, and by disposition and reason."""
    counts: Counter[tuple[str, str]] = Counter()
    for ref in entries:
        table = read(ref, REFUSED.names)
        grouped = table.group_by(["disposition", "reason"]).aggregate([([], "count_all")])
        for row in grouped.to_pylist():
            counts[row["disposition"], row["reason"]] += row["count_all"]
    dispositions: Counter[str] = Counter()
    for (disposition, _), count in counts.items():
        dispositions[disposition] += count
    return Summary(
        counts.total(),
        dict(sorted(dispositions.items())),
        [
            {"disposition": disposition, "reason": reason, "count": count}
            for (disposition, reason), count in sorted(counts.items())
        ],
    )
