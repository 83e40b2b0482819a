"""Small sound tables for each border, and single values changed in them."""

import hashlib
from datetime import UTC, datetime
from typing import Any, Final

import pyarrow as pa

from expectations import schema
from tasks.validate import Border

SCHEMAS: Final[dict[Border, pa.Schema]] = {
    "raw": schema.RECORDS,
    "article": schema.CLEANED,
    "corpus": schema.PUBLISHABLE,
}
BODY: Final = "قال الوزير إن العمل بدأ أمس.\nوأضاف أن المشروع يكتمل قريبا."
WHEN: Final = datetime(2025, 3, 1, 8, 30, tzinfo=UTC)


def article_id(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()[:24]


def _record(number: int) -> dict[str, Any]:
    return {
        "record_ref": f"news.jsonl#{number}",
        "source": "صحيفة الأفق",
        "profile": "default",
        "native_id": str(number),
        "url": f"https://ufuq.example/news/{number}",
        "title": "الوزير يعلن بدء العمل",
        "text": BODY,
        "title_in_text": False,
        "published_raw": "2025-03-01",
        "modified_raw": None,
        "author": None,
        "section": "محليات",
        "fetched_at": WHEN,
    }


def _cleaned(number: int) -> dict[str, Any]:
    record = _record(number)
    return {
        **{name: record.get(name) for name in schema.CLEANED.names},
        "article_id": article_id(number),
        "content_hash": hashlib.sha256(str(number).encode()).hexdigest(),
        "body": BODY,
        "authors": [],
        "published_at": WHEN,
        "date_precision": "second",
        "related": [],
        "removed": [
            {"kind": "byline", "text": "كتب سالم:", "start": 0, "end": 9},
            {"kind": "related", "text": "اقرأ أيضا", "start": 20, "end": 29},
        ],
    }


def _published(number: int) -> dict[str, Any]:
    cleaned = _cleaned(number)
    return {
        **{name: cleaned.get(name) for name in schema.PUBLISHABLE.names},
        "revision": 1,
        "language": "ar",
        "arabic_share": 0.98,
        "word_count": 11,
        "sentence_count": 2,
        "character_count": len(BODY),
        "reading_minutes": 0.1,
        "cluster_id": cleaned["article_id"],
        "copies": 1,
        "batch_id": "b" * 64,
        "run_id": "run-1",
        "pipeline_version": "0.1.0",
        "rules_digest": "d" * 64,
        "published_month": "2025-03",
    }


_ROWS: Final = {"raw": _record, "article": _cleaned, "corpus": _published}


def sound(border: Border, rows: int = 3) -> pa.Table:
    return pa.Table.from_pylist([_ROWS[border](n) for n in range(1, rows + 1)], SCHEMAS[border])


def changed(table: pa.Table, row: int, **values: object) -> pa.Table:
    """Return the table with other values in one row; ``record_ref=None`` and the like included."""
    rows = table.to_pylist()
    rows[row].update(values)
    loose = pa.schema([field.with_nullable(True) for field in table.schema])
    return pa.Table.from_pylist(rows, loose)


def joined(*tables: pa.Table) -> pa.Table:
    return pa.concat_tables(tables, promote_options="permissive")
