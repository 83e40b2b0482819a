"""Migrations: what makes a lake of an older schema one of today's, by one commit.

A step takes the rows of one file of a dataset, as they stand in it, and returns them as the next
version of the schema wants them: with a new column, a renamed one, another type. Adding one is a
function here, its line in ``MIGRATIONS`` and a higher ``SCHEMA_VERSION``.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from expectations.columns import IMAGE
from expectations.schema import SCHEMA_VERSION
from tasks.errors import StopRun
from tasks.store.log import INDEX, LiveFile, stored_schema
from tasks.store.parts import restored
from tasks.store.transaction import Transaction

Step = Callable[[str, pa.Table], pa.Table]


def _with_cleaning(dataset: str, rows: pa.Table) -> pa.Table:
    """From 1 to 2: columns for what cleaning takes out and splits, empty for older articles."""
    if dataset not in {"articles", "duplicates", "quarantine"}:
        return rows
    text, texts = pa.string(), pa.list_(pa.string())
    named = {"agency": text, "credited_source": text, "captions": texts, "tags": texts}
    behind = dict.fromkeys(named, "dateline_place") | {"glued_words_split": "removed"}
    for name, kind in reversed((named | {"glued_words_split": pa.list_(pa.int32())}).items()):
        rows = _behind(rows, behind[name], name, _nothing(dataset, kind, len(rows)))
    return rows


def _with_title_keys(dataset: str, rows: pa.Table) -> pa.Table:
    """From 2 to 3: the index knows titles; those of older articles when they are rebuilt."""
    if dataset != INDEX:
        return rows
    return rows.append_column("title_key", pa.nulls(len(rows), pa.int64()))


def _with_markup(dataset: str, rows: pa.Table) -> pa.Table:
    """From 3 to 4: what a page's markup tells; older articles have it when they are rebuilt."""
    if dataset not in {"articles", "duplicates", "quarantine"}:
        return rows
    rows = _behind(rows, "title", "subtitle", _nothing(dataset, pa.string(), len(rows)))
    return _behind(rows, "tags", "images", _nothing(dataset, pa.list_(IMAGE), len(rows)))


def _behind(rows: pa.Table, column: str, name: str, values: pa.Array) -> pa.Table:
    return rows.add_column(rows.column_names.index(column) + 1, name, values)


def _nothing(dataset: str, kind: pa.DataType, size: int) -> pa.Array:
    """Return a column that says nothing: empty lists, but null in the quarantine."""
    if not pa.types.is_list(kind) or dataset == "quarantine":
        return pa.nulls(size, kind)
    nowhere = pa.array([0] * (size + 1), pa.int32())
    return pa.ListArray.from_arrays(nowhere, pa.array([], kind.value_type))


MIGRATIONS: Final[dict[int, Step]] = {1: _with_cleaning, 2: _with_title_keys, 3: _with_markup}
"""The step from each version of the schema to the next."""


def migrate(changes: Transaction) -> int | None:
    """Write every file of the lake in today's schema; return the new version, null if it has it.

    One row group is in memory at a time. Raises :class:`StopRun` when there is no step from the
    lake's version, or when a step does not make what the schema wants; nothing has changed then.
    """
    old = changes.base.entry.schema_version
    if old == SCHEMA_VERSION:
        return None
    missing = [version for version in range(old, SCHEMA_VERSION) if version not in MIGRATIONS]
    if missing:
        raise StopRun(
            "This lake is too old to be migrated; rebuild it from its raw zone into a new one",
            lake=str(changes.root),
            schema_version=old,
            known=SCHEMA_VERSION,
        )
    for file in changes.base.files.values():
        changes.replace([file], _migrated(changes.root, file, old))
    return changes.commit({"from": old, "to": SCHEMA_VERSION, "files": len(changes.base.files)})


def _migrated(root: Path, file: LiveFile, old: int) -> Iterator[pa.Table]:
    """Yield the file's rows in today's schema, a row group at a time."""
    wanted = stored_schema(file.dataset)
    with pq.ParquetFile(root / file.name) as source:
        for number in range(source.num_row_groups):
            before = rows = source.read_row_group(number)
            for version in range(old, SCHEMA_VERSION):
                rows = MIGRATIONS[version](file.dataset, rows)
            if rows.column_names != wanted.names or len(rows) != len(before):
                raise StopRun(
                    "A migration does not make what the schema wants; report this",
                    file=file.name,
                    columns=", ".join(sorted(set(rows.column_names) ^ set(wanted.names))),
                )
            yield restored(rows.cast(wanted), file)
