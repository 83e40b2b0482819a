"""Writing the data files of one commit: rows come in a stream and leave as one file a partition."""

from collections import Counter, OrderedDict, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow.fs import LocalFileSystem

from expectations.conformance import check
from expectations.schema import PARTITION_COLUMN, PARTITIONED
from tasks.store.files import digest, link_or_copy, make_folder, sync
from tasks.store.log import SCHEMAS, LiveFile, checked_month, file_name, stored_schema

BUFFER_BYTES: Final = 48 * 1024 * 1024
"""Rows held back before every partition gets a row group: some 7,000 articles of 7 kB.

128 MiB took 0.1 CPU s less for 20,000 articles, and 90 MiB more for 200,000.
"""

ROW_GROUP: Final = 2_000
"""Rows of a row group: some 1.1 MiB of articles.

Of 20,000 articles in one file, sorted by outlet and time, three columns of one outlet take 0.37 of
the CPU that they take from one row group, and of a tenth of its time 0.31; all rows take as much as
before, and the file is 1 % larger (``tests/benchmarks/lake_layout.py``).
"""

_DISK: Final = LocalFileSystem()

OPEN_FILES: Final = 160  # below the 256 handles that some systems give a process

OUTLETS: Final = 1_000
"""Outlets of one file that are counted by name: far more than there are, unless a column is wrong.

The log names them for every file, so what comes in must not decide how large it grows.
"""

OUTLET_LENGTH: Final = 200  # characters; what is longer is no name, but a text in the wrong column

# Few values, often repeated. On all other columns a dictionary costs time and saves nothing: ids
# and texts are unique, and zstd finds what repeats (20,000 articles: 0.46 CPU s, not 0.55).
_REPEATING: Final = (
    *("source", "outlet", "section", "language", "date_precision", "dateline_place"),
    *("batch_id", "run_id", "pipeline_version", "rules_digest", "removed.list.element.kind"),
    *("kind", "border", "disposition", "reason", "dataset", PARTITION_COLUMN),
)


def parquet_options(schema: pa.Schema) -> dict[str, object]:
    """Return the writer's options: zstd 3, and statistics where a filter can use them.

    A dictionary of a few values and its bits are not compressed once more: in small files that
    costs time and makes them larger. Minimum and maximum of a digest or a text exclude nothing;
    without them the files of 20,000 articles in 150 months are 5 % smaller.
    """
    leaves = [name for field in schema for name in _leaves(field.name, field.type)]
    packed = [name for name in leaves if name not in _REPEATING]
    ranged = [
        field.name
        for field in schema
        if field.name in _REPEATING
        or not (pa.types.is_nested(field.type) or _is_bytes_or_text(field.type))
    ]
    return {
        "compression": dict.fromkeys(leaves, "none") | dict.fromkeys(packed, "zstd"),
        "compression_level": dict.fromkeys(packed, 3),
        "use_dictionary": list(_REPEATING),
        "write_statistics": ranged,
    }


def _leaves(name: str, kind: pa.DataType) -> Iterator[str]:
    """Yield the names that Parquet has for the columns of a field: ``tags.list.element``."""
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        yield from _leaves(f"{name}.list.element", kind.value_type)
    elif pa.types.is_struct(kind):
        for each in kind:
            yield from _leaves(f"{name}.{each.name}", each.type)
    else:
        yield name


@cache
def _layout_of(dataset: str) -> tuple[pa.Schema, dict[str, object]]:
    """Return the schema and the options of a dataset's files: a batch may write hundreds."""
    schema = stored_schema(dataset)
    return schema, parquet_options(schema)


@dataclass(frozen=True, slots=True)
class _Place:
    dataset: str
    month: str | None


@dataclass(slots=True)
class _OpenPart:
    number: int
    path: Path
    writer: pq.ParquetWriter
    rows: int = 0
    sources: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _ClosedPart:
    place: _Place
    number: int
    path: Path
    rows: int
    sources: Counter[str]


class PartWriter:
    """Collects rows by dataset and month, and writes them below ``groups/GROUP``.

    Memory is bounded by ``buffer_bytes`` and one incoming table, open files by ``open_files``:
    a partition whose file had to be closed goes on in a further part.
    """

    def __init__(
        self,
        root: Path,
        group: str,
        *,
        buffer_bytes: int = BUFFER_BYTES,
        open_files: int = OPEN_FILES,
    ) -> None:
        self._root = root
        self._group = group
        self._buffer_bytes = buffer_bytes
        self._open_files = open_files
        self._waiting: defaultdict[_Place, list[pa.Table]] = defaultdict(list)
        self._waiting_bytes = 0
        self._open: OrderedDict[_Place, _OpenPart] = OrderedDict()
        self._closed: list[_ClosedPart] = []
        self._parts: defaultdict[_Place, int] = defaultdict(int)

    def add(self, dataset: str, table: pa.Table) -> None:
        """Take in rows; raise :class:`SchemaMismatch` unless they keep the dataset's schema."""
        check(table, SCHEMAS[dataset], dataset)
        if table.num_rows == 0:
            return
        for place, rows in _by_place(dataset, table):
            self._waiting[place].append(rows)
        self._waiting_bytes += table.nbytes
        if self._waiting_bytes >= self._buffer_bytes:
            for place in sorted(self._waiting, key=_order):
                self._write(place)
            self._waiting_bytes = 0

    def add_empty(self, dataset: str, month: str | None) -> None:
        """Write a file without rows: it gives readers of an empty dataset its columns."""
        self._open_part(_Place(dataset, month))

    def write_one(self, dataset: str, month: str | None, tables: Iterable[pa.Table]) -> None:
        """Write rows of one month into a file of their own, each table at once."""
        place = _Place(dataset, month)
        if place in self._waiting:
            self._write(place)
        if place in self._open:
            self._close(place)
        self._open_part(place)
        for rows in tables:
            check(rows, SCHEMAS[dataset], dataset)
            stored = rows.drop_columns([PARTITION_COLUMN]) if dataset in PARTITIONED else rows
            self._waiting[place].append(_as_stored(stored, stored_schema(dataset)))
            self._write(place)
        self._close(place)

    def adopt(self, root: Path, file: LiveFile) -> None:
        """Take over a file of another lake, at ``root``, as it is."""
        place = _Place(file.dataset, file.month)
        number = self._parts[place]
        self._parts[place] += 1
        path = self._root / file_name(self._group, place.dataset, place.month, number)
        link_or_copy(root / file.name, path)
        self._closed.append(_ClosedPart(place, number, path, file.rows, Counter(file.sources)))

    def finish(self) -> list[LiveFile]:
        """Write what waits, close every file, sync them, and return what the log says of them."""
        for place in sorted(self._waiting, key=_order):
            self._write(place)
            self._close(place)
        for place in list(self._open):
            self._close(place)
        folders = {part.path.parent for part in self._closed}
        groups = {folder.parent for folder in folders} | {folder.parents[1] for folder in folders}
        sync([*(part.path for part in self._closed), *folders, *groups])
        closed = sorted(self._closed, key=lambda part: (_order(part.place), part.number))
        return [self._described(part) for part in closed]

    def abandon(self) -> None:
        """Close every file, whatever is in it."""
        for part in self._open.values():
            with suppress(OSError):  # the disk may be full, which is why it is abandoned
                part.writer.close()
        self._open.clear()
        self._waiting.clear()

    def _write(self, place: _Place) -> None:
        tables = self._waiting.pop(place)
        part = self._open.get(place) or self._open_part(place)
        self._open.move_to_end(place)
        table = pa.concat_tables(tables)
        part.writer.write_table(table, row_group_size=ROW_GROUP)
        part.rows += table.num_rows
        if place.dataset in PARTITIONED:
            _count_outlets(table, part.sources)

    def _open_part(self, place: _Place) -> _OpenPart:
        if len(self._open) >= self._open_files:
            self._close(next(iter(self._open)))
        number = self._parts[place]
        self._parts[place] += 1
        path = self._root / file_name(self._group, place.dataset, place.month, number)
        make_folder(path.parent)
        schema, options = _layout_of(place.dataset)
        writer = pq.ParquetWriter(str(path), schema, filesystem=_DISK, **options)
        part = _OpenPart(number, path, writer)
        self._open[place] = part
        return part

    def _close(self, place: _Place) -> None:
        part = self._open[place]
        part.writer.close()
        del self._open[place]
        self._closed.append(_ClosedPart(place, part.number, part.path, part.rows, part.sources))

    def _described(self, part: _ClosedPart) -> LiveFile:
        return LiveFile(
            dataset=part.place.dataset,
            group=self._group,
            month=part.place.month,
            part=part.number,
            rows=part.rows,
            size=part.path.stat().st_size,
            sha256=digest(part.path),
            sources=part.sources,
        )


def restored(table: pa.Table, file: LiveFile) -> pa.Table:
    """Give rows of a file back the dataset's schema: no Parquet marks, the month as a column."""
    table = pa.table(table.columns, schema=stored_schema(file.dataset))
    if file.dataset not in PARTITIONED:
        return table
    month = pa.repeat(pa.scalar(file.month, pa.string()), table.num_rows)
    return pa.table([*table.columns, month], schema=SCHEMAS[file.dataset])


def _by_place(dataset: str, table: pa.Table) -> Iterator[tuple[_Place, pa.Table]]:
    """Split the rows by month, order kept; a dataset without partitions stays whole."""
    schema = stored_schema(dataset)
    if dataset not in PARTITIONED:
        yield _Place(dataset, None), _as_stored(table, schema)
        return
    months = table[PARTITION_COLUMN]
    if pc.any(pc.greater(months[:-1], months[1:])).as_py():
        table = table.take(pc.sort_indices(table, [(PARTITION_COLUMN, "ascending")]))
        months = table[PARTITION_COLUMN]
    runs = pc.run_end_encode(months.combine_chunks())
    rows = _as_stored(table.drop_columns([PARTITION_COLUMN]), schema)
    start = 0
    for month, end in zip(runs.values.to_pylist(), runs.run_ends.to_pylist(), strict=True):
        yield _Place(dataset, checked_month(month, dataset)), rows.slice(start, end - start)
        start = end


def _count_outlets(table: pa.Table, counts: Counter[str]) -> None:
    """Add the rows of each outlet, commonest first, as long as there is room for its name."""
    found = count_outlets(table)
    for outlet, rows in sorted(found.items(), key=lambda counted: (-counted[1], counted[0])):
        if outlet in counts or len(counts) < OUTLETS:
            counts[outlet] += rows


def count_outlets(table: pa.Table) -> dict[str, int]:
    """Return how many rows each outlet has; those whose name is too long are left out."""
    # A month of a batch has some hundred rows: six calls of Arrow take ten times as long.
    counts = Counter(table["source"].to_pylist())
    return {name: rows for name, rows in counts.items() if len(name) <= OUTLET_LENGTH}


def _as_stored(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Give the columns exactly the dataset's fields: all files of it carry one schema."""
    return pa.table(table.columns, schema=schema)


def _order(place: _Place) -> tuple[str, str]:
    return place.dataset, place.month or ""


def _is_bytes_or_text(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_fixed_size_binary(kind)
    )
