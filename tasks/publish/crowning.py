"""Crowning: articles of the lake whose place one takes that was published before them.

They become copies of it, and so does what copied them; their records say so in the ledger.
"""

import pyarrow as pa
import pyarrow.compute as pc

from expectations.dispositions import SUPERSEDED
from expectations.schema import DUPLICATES, LEDGER, PARTITION_COLUMN
from tasks.errors import StopRun
from tasks.store import Lake, Transaction, find_rows

_TOLD = ("duplicate_of", "kind", "similarity", "copies")


def crown(changes: Transaction, moved: pa.Table) -> None:
    """Move the lake's rows as ``MOVED`` tells, and restate their records."""
    if not len(moved):
        return
    lake = Lake(changes.root, changes.base.version)
    for dataset in pc.unique(moved["dataset"]).to_pylist():
        those = moved.filter(pc.equal(moved["dataset"], dataset))
        ids, months = (those[name].combine_chunks() for name in ("article_id", PARTITION_COLUMN))
        rows = find_rows(
            lake, dataset, "article_id", ids.to_pylist(), months=set(months.to_pylist())
        )
        if len(rows) != len(those):
            raise StopRun(
                "Articles to move are not in the lake; run `warraq verify`", dataset=dataset
            )
        changes.remove(dataset, ids, months)
        at = pc.index_in(rows["article_id"].combine_chunks(), value_set=ids)
        columns = [
            those[name].take(at) if name in _TOLD else rows[name] for name in DUPLICATES.names
        ]
        changes.write("duplicates", pa.table(columns, schema=DUPLICATES))
    _restate(changes, lake, moved)


def _restate(changes: Transaction, lake: Lake, moved: pa.Table) -> None:
    """Say of the records of what moved whose copies they are now."""
    news = {row["article_id"]: row for row in moved.to_pylist()}
    rows = find_rows(lake, "ledger", "article_id", news.keys()).to_pylist()
    for row in rows:
        told = news[row["article_id"]]
        copy = f"copy of {told['duplicate_of']}"
        if row["disposition"] == "published" and told["deposed"] == row["article_id"]:
            notes = _without_places(row["detail"])
            row |= {"disposition": "duplicate", "reason": SUPERSEDED}
            row["detail"] = "; ".join([copy, *notes])
        elif row["detail"]:
            row["detail"] = row["detail"].replace(f"copy of {told['deposed']}", copy)
            if row["disposition"] == "duplicate" and row["reason"] != SUPERSEDED:
                row["reason"] = told["kind"]
    changes.remove("ledger", pa.array(news, pa.string()))
    changes.restate("ledger", pa.Table.from_pylist(rows, schema=LEDGER))


def _without_places(detail: str | None) -> list[str]:
    """Return the notes of a record but whose place its article took."""
    notes = detail.split("; ") if detail else []
    return [note for note in notes if not note.startswith("in place of ")]
