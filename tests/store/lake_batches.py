"""Batches made up for the store's tests: small, whole, and balanced."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from expectations.lake_schema import INDEX_STEP
from expectations.schema import ARTICLES, DUPLICATES, LEDGER, QUARANTINE
from tasks.store import Lake, open_lake, transaction
from tasks.store.log import entry_path, logged_versions

MONTHS = ("2023-12", "2024-01", "2024-02", "unknown")


def article_id(number: int) -> str:
    """The id of the made-up article."""
    return hashlib.sha256(f"article {number}".encode()).hexdigest()


def text_key(number: int) -> bytes:
    """The text key of the made-up article."""
    return hashlib.md5(f"text {number}".encode()).digest()


def month_of(number: int) -> str:
    """The month that the made-up article is filed under."""
    return MONTHS[number % len(MONTHS)]


def filled(schema: pa.Schema, rows: int, **columns: Sequence[object]) -> pa.Table:
    """A table of the schema: the given columns, else nulls, else something of the type."""
    arrays = []
    for field in schema:
        if field.name in columns:
            arrays.append(pa.array(list(columns[field.name]), field.type))
        elif field.nullable:
            arrays.append(pa.nulls(rows, field.type))
        else:
            arrays.append(pa.array([_something(field.type)] * rows, field.type))
    return pa.table(arrays, schema=schema)


def _something(kind: pa.DataType) -> object:
    if pa.types.is_list(kind):
        return []
    if pa.types.is_timestamp(kind):
        return datetime(2024, 1, 1, tzinfo=UTC)
    if pa.types.is_floating(kind) or pa.types.is_integer(kind):
        return 1
    return "نص"


@dataclass(frozen=True)
class Batch:
    """What one commit writes."""

    batch_id: str
    tables: dict[str, pa.Table]
    step: pa.Table

    @property
    def summary(self) -> dict[str, object]:
        """The counts that the ledger has to add up to."""
        counts = Counter(self.tables["ledger"]["disposition"].to_pylist())
        return {"records": self.tables["ledger"].num_rows, "dispositions": dict(counts)}


def batch(
    batch_id: str, numbers: Sequence[int], *, copies_of: Sequence[int] = (), refused: int = 0
) -> Batch:
    """New articles, then a copy of each in ``copies_of`` (numbered from 100,000), then refusals."""
    copied = [100_000 + number for number in copies_of]
    articles = _articles(ARTICLES, batch_id, numbers)
    duplicates = _articles(
        DUPLICATES, batch_id, copied, duplicate_of=[article_id(n) for n in copies_of]
    )
    quarantine = filled(QUARANTINE, refused, failed=[["no-body"]] * refused)
    became = [*(article_id(n) for n in (*numbers, *copied)), *[None] * refused]
    ledger = filled(
        LEDGER,
        len(became),
        record_ref=[f"news.jsonl#{line}" for line in range(1, len(became) + 1)],
        disposition=["published"] * len(numbers)
        + ["duplicate"] * len(copied)
        + ["quarantined"] * refused,
        article_id=became,
        batch_id=[batch_id] * len(became),
    )
    tables = {
        "articles": articles,
        "duplicates": duplicates,
        "quarantine": quarantine,
        "ledger": ledger,
    }
    return Batch(batch_id, tables, step_of(numbers, copied=copied))


def _articles(
    schema: pa.Schema, batch_id: str, numbers: Sequence[int], **columns: Sequence[object]
) -> pa.Table:
    return filled(
        schema,
        len(numbers),
        article_id=[article_id(n) for n in numbers],
        title=[f"عنوان {n}" for n in numbers],
        body=[f"متن الخبر رقم {n}\nفقرة ثانية" for n in numbers],
        published_month=[month_of(n) for n in numbers],
        batch_id=[batch_id] * len(numbers),
        **columns,
    )


def step_of(numbers: Sequence[int], *, copied: Sequence[int] = (), copies: int = 1) -> pa.Table:
    """The index entries of these articles and copies."""
    every = [*numbers, *copied]
    return filled(
        INDEX_STEP,
        len(every),
        article_id=[article_id(n) for n in every],
        text_key=[text_key(n % 100_000) for n in every],
        dataset=["articles"] * len(numbers) + ["duplicates"] * len(copied),
        copies=[copies] * len(every),
        published_at=[datetime(2024, 1, 1 + n % 28, tzinfo=UTC) for n in every],
        published_month=[month_of(n) for n in every],
    )


def commit(
    lake: Lake | Path, wanted: Batch, *, checkpoint: Callable[[str], None] | None = None
) -> Lake:
    """Commit the batch and open the lake again."""
    lake = lake if isinstance(lake, Lake) else open_lake(lake)
    with transaction(
        lake, batch_id=wanted.batch_id, run_id="run", wait_seconds=60, checkpoint=checkpoint
    ) as changes:
        for dataset, table in wanted.tables.items():
            changes.write(dataset, table)
        changes.index(wanted.step)
        changes.commit(wanted.summary)
    return open_lake(lake.root)


def amendments(numbers: Sequence[int], copies: int) -> pa.Table:
    """A new ``copies`` for these articles."""
    return pa.table(
        {
            "article_id": [article_id(n) for n in numbers],
            "published_month": [month_of(n) for n in numbers],
            "copies": pa.array([copies] * len(numbers), pa.int32()),
        }
    )


def rewrite_log(root: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change every log entry, and write it as the first lakes had it: without checksums."""
    for version in logged_versions(root):
        path = entry_path(root, version)
        entry = json.loads(path.read_text())
        del entry["sha256"], entry["parent_sha256"]
        change(entry)
        path.write_text(json.dumps(entry))
