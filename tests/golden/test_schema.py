"""The data's shape, pinned: a change of it is seen in review.

When a change is meant, ``WARRAQ_REWRITE_GOLDENS=1 pytest tests/golden`` writes the file anew.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from expectations import lake_schema, schema
from expectations.dispositions import REASONS
from tasks.store.log import INDEX, LINES, SCHEMAS, stored_schema

GOLDEN = Path(__file__).parent / "schema.txt"
REWRITE = bool(os.environ.get("WARRAQ_REWRITE_GOLDENS"))
"""Read here, because tests do not see the variables of this name."""

ZONES = {
    "raw": schema.RAW,
    "files": lake_schema.FILES,
    "records": schema.RECORDS,
    "cleaned": schema.CLEANED,
    "publishable": schema.PUBLISHABLE,
    **schema.DATASETS,
    "refused": schema.REFUSED,
    "runs": schema.RUNS,
    INDEX: lake_schema.INDEX_STEP,
    LINES: lake_schema.LINE_COUNTS,
    "moved": lake_schema.MOVED,
    "known texts": lake_schema.KNOWN_TEXTS,
    "met texts": lake_schema.MET_TEXTS,
    "visits": lake_schema.VISITS,
    "responses": lake_schema.RESPONSES,
}


def written_schema() -> str:
    """Write everything that readers and other rooms rely on."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield f"schema version {schema.SCHEMA_VERSION}"
    for zone, columns in ZONES.items():
        partitioned = " by published_month" if zone in schema.PARTITIONED else ""
        yield f"\n[{zone}]{partitioned}"
        for field in columns:
            unit = (field.metadata or {}).get(b"unit", b"").decode()
            required = "" if field.nullable else " required"
            yield f"{field.name}: {field.type}{required}{f' ({unit})' if unit else ''}"
    for disposition, reasons in REASONS.items():
        yield f"\n[ledger: {disposition}]"
        yield from reasons


def test_schema_is_the_golden_one() -> None:
    if REWRITE:
        GOLDEN.write_text(written_schema(), encoding="utf-8")
    assert GOLDEN.read_text(encoding="utf-8") == written_schema(), (
        "The shape of the data changed. If that is meant, "
        "WARRAQ_REWRITE_GOLDENS=1 pytest tests/golden writes the file anew"
    )


def test_every_schema_there_is_stands_in_the_golden() -> None:
    both = vars(schema) | vars(lake_schema)
    named = {name for name, value in both.items() if isinstance(value, pa.Schema)}
    pinned = [id(columns) for columns in ZONES.values()]
    assert {name for name in named if id(both[name]) not in pinned} == set()


def test_every_column_says_what_it_is() -> None:
    for zone, columns in ZONES.items():
        silent = [field.name for field in columns if b"description" not in (field.metadata or {})]
        assert silent == [], zone


def test_partition_columns_live_in_paths_only() -> None:
    inside = {name for name in SCHEMAS if schema.PARTITION_COLUMN in stored_schema(name).names}
    assert inside == SCHEMAS.keys() - schema.PARTITIONED - {"ledger", LINES}
