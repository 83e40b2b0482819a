"""What stands where in a sample: the values of each column, or of each path into JSON.

Plain Python over rows: a sample has few of them, and their shapes differ.
"""

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice
from typing import Any, Final

import orjson
import pyarrow as pa

from tasks.draft.column_names import mend_names
from tasks.fetch.formats.content import BOM
from tasks.fetch.formats.json_fields import is_marked, read_values
from tasks.fetch.formats.pieces import FIELD_OF
from tasks.fetch.formats.table_fields import read_row
from tasks.fetch.reading import RawRecord
from tasks.text.mojibake import repair_mojibake

MOST_PATHS: Final = 400
"""Paths looked at in records of one shape: hostile input may have another in every record."""

DEEPEST: Final = 6
MOST_NODES: Final = 1_000
"""How deep, and at how many values, one record is looked."""

MOST_SHAPES: Final = 24
"""Shapes that are looked at, the most frequent ones."""

LONGEST_NAME: Final = 200
"""Characters of the longest key or column name that a person would write into a profile."""

JSON: Final = "json"
TEXT, LIST, NUMBER, NAMED = "text", "list", "number", "named"
"""How a value is written: a string, strings in a list, a number, another list or object."""

PROSE: Final = frozenset({"text", "title", "source", "section", "author"})
"""Fields in which a run repairs mojibake."""

_COLUMN_OF: Final = {name: column for column, name in FIELD_OF.items()}
_MARK: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"


@dataclass(slots=True)
class Column:
    """The values at one path, null where a record has none; ``kinds`` is how they are written.

    Where the path picks the first object of a list, ``objects`` is how many each record with a
    value has there, those of the longest list for lists in lists; else it is empty. ``others`` are
    the lists and objects by record, which every field reads in its way. ``mended`` is how many
    values were mojibake.
    """

    path: str
    values: list[str | None]
    kinds: set[str] = field(default_factory=set)
    objects: list[int] = field(default_factory=list)
    others: dict[int, object] = field(default_factory=dict)
    mended: int = 0
    misread: str = ""
    """What the path should be, when it is mojibake."""

    def read_as(self, name: str) -> "Column":
        """Return the column as a run reads it for a field, prose repaired; itself if it is so."""
        values = self.values
        if self.others:
            told = read_values(_COLUMN_OF[name], list(self.others.values()))
            others = dict(zip(self.others, told, strict=True))
            values = [others.get(row, value) for row, value in enumerate(values)]
        if name in PROSE:
            mended, kinds = repair_mojibake(pa.array(values, pa.large_string()))
            if count := len(kinds) - kinds.null_count:
                return replace(self, values=mended.to_pylist(), mended=count)
        return self if values is self.values else replace(self, values=values)

    @property
    def partial(self) -> bool:
        """Whether the path leaves others aside: it picks the first of several in a list."""
        return any(count > 1 for count in self.objects)


@dataclass(slots=True)
class Shape:
    """Records that are made up alike: rows of tables with one header, or all JSON objects."""

    name: str
    rows: int
    columns: dict[str, Column]
    cut: bool = False
    """Whether there were more paths than are looked at."""
    sole: bool = False
    """Whether they are rows of one cell, as those of a table cut by none of its delimiters are."""

    def find(self, path: str) -> Column | None:
        """Return the column of that name as a profile finds it: exactly, else in any case."""
        if path in self.columns:
            return self.columns[path]
        first, dot, rest = path.partition(".")
        for name, column in self.columns.items():
            own, own_dot, own_rest = name.partition(".")
            if (own.lower(), own_dot, own_rest) == (first.lower(), dot, rest):
                return column
        return None


def shapes_of(records: Sequence[RawRecord]) -> list[Shape]:
    """Return the shapes of the structured records, the most frequent first.

    Records that are no sound JSON or no row of their table are left out, as a run refuses them.
    """
    groups: dict[str, list[list[_Cell]]] = {}
    for record in records:
        cells = _cells(record)
        if cells is not None:
            groups.setdefault(record.piece.header or JSON, []).append(cells)
    ordered = sorted(groups.items(), key=lambda group: -len(group[1]))[:MOST_SHAPES]
    return [_gather(key, rows) for key, rows in ordered]


@dataclass(frozen=True, slots=True)
class _Cell:
    path: str
    value: str
    kind: str
    objects: int = 0
    """How many objects are in the list that the path picks the first of, 0 for no list."""
    other: object = None
    """The list or object that it is; then ``value`` is empty."""


def _gather(key: str, rows: list[list[_Cell]]) -> Shape:
    count = 0 if key == JSON else _read_header(key).count
    name = f"rows of {count} columns" if count else "JSON objects"
    shape = Shape(name, len(rows), {}, sole=count == 1)
    for number, cells in enumerate(rows):
        for cell in cells:
            column = shape.columns.get(cell.path)
            if column is None:
                if len(shape.columns) >= MOST_PATHS:
                    shape.cut = True
                    continue
                column = shape.columns[cell.path] = Column(cell.path, [None] * len(rows))
            if column.values[number] is None and number not in column.others:
                if cell.other is None:
                    column.values[number] = cell.value
                else:
                    column.others[number] = cell.other
                column.kinds.add(cell.kind)
                column.objects += [cell.objects] * (cell.objects > 0)
    for path, better in mend_names(list(shape.columns)).items():
        shape.columns[path].misread = better
    return shape


def _cells(record: RawRecord) -> list[_Cell] | None:
    payload = record.piece.payload
    if record.piece.header is not None:
        return _row_cells(payload, record.piece.header)
    if record.format == "text":
        return None
    try:
        value = orjson.loads(payload.removeprefix(BOM))
    except orjson.JSONDecodeError:
        return None
    if not isinstance(value, dict):
        return None
    # A key at the top that is written with dots hides the path that reads the same.
    found = [cell for cell in _walk(value) if "." not in cell.path or cell.path not in value]
    dotted = islice(value.items(), MOST_NODES)
    named = (item for item in dotted if "." in item[0] and len(item[0]) <= LONGEST_NAME)
    return found + [cell for key, inner in named if (cell := _cell((key,), inner, 0))]


@dataclass(frozen=True, slots=True)
class _Header:
    count: int
    delimiter: str
    escapes: bool
    names: tuple[tuple[int, str], ...]
    """The places and names of columns that a profile can name: the first of each name."""


@lru_cache(maxsize=64)
def _read_header(header: str) -> _Header:
    told = orjson.loads(header)
    places: dict[str, int] = {}
    for place, column in enumerate(told["columns"]):
        name = column.strip().strip(_MARK).strip()
        if name and len(name) <= LONGEST_NAME:
            places.setdefault(name, place)
    names = tuple((place, name) for name, place in places.items())
    return _Header(len(told["columns"]), told["delimiter"], told.get("escapes", False), names)


def _row_cells(payload: bytes, header: str) -> list[_Cell] | None:
    told = _read_header(header)
    try:
        cells = read_row(payload.decode(), told.delimiter, escapes=told.escapes)
    except (csv.Error, ValueError):
        return None
    if len(cells) != told.count:
        return None
    return [_Cell(name, cells[place], TEXT) for place, name in told.names[: MOST_PATHS + 1]]


def _walk(record: dict[str, Any]) -> Iterator[_Cell]:
    """Yield what stands at each path, without recursion: keys deep down are as good as any."""
    waiting: deque[tuple[tuple[str, ...], Any, int]] = deque([((), record, 0)])
    nodes = 0
    while waiting and nodes < MOST_NODES:
        path, value, objects = waiting.popleft()
        nodes += 1
        cell = _cell(path, value, objects) if path else None
        if cell is not None:
            yield cell
        if len(path) >= DEEPEST or is_marked(value):
            continue
        if isinstance(value, dict):
            room = MOST_NODES - len(waiting)
            waiting += [
                ((*path, key), inner, objects)
                for key, inner in islice(value.items(), max(room, 0))
                if "." not in key and len(key) <= LONGEST_NAME and (path or key.strip())
            ]
        elif isinstance(value, list) and value and _is_object(value[0]):
            waiting.append(((*path, "0"), value[0], max(objects, len(value))))


def _cell(path: tuple[str, ...], value: object, objects: int) -> _Cell | None:
    dotted = ".".join(path)
    if isinstance(value, str):
        return _Cell(dotted, value, TEXT, objects)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _Cell(dotted, str(value), NUMBER, objects)
    if not _says_something(value):
        return None
    is_text = read_values("text", [value]) != [None]
    return _Cell(dotted, "", LIST if is_text else NAMED, objects, other=value)


def _is_object(value: object) -> bool:
    return isinstance(value, dict) and not is_marked(value)


def _says_something(value: object) -> bool:
    """Whether some field may read a list or an object."""
    if isinstance(value, list):
        return any(
            _says_something(part) if isinstance(part, dict) else part not in (None, [])
            for part in value[:MOST_NODES]
        )
    if not isinstance(value, dict):
        return False
    return is_marked(value) or any(isinstance(value.get(key), str) for key in ("name", "iso"))
