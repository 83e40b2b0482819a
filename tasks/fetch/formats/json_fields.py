"""From a JSON object to the fields of a record, by the paths that a profile names."""

import json
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeGuard

import pyarrow as pa
import pyarrow.compute as pc

from tasks.fetch.formats.pieces import BETWEEN_NAMES, FIELD_OF
from tasks.fetch.wording import shorten
from tasks.sources import FieldNames

Path = tuple[str, ...]
Plan = dict[str, tuple[Path, ...]]

_APART: Final = tuple(column for column in FIELD_OF if column != "text")

_NESTED: Final = frozenset({list, dict})

_PLANS_KEPT: Final = 1024
"""Bounds what hostile input, with other keys in every record, makes us keep."""


_TYPE_MARKS: Final = frozenset(
    {"$date", "$oid", "$uuid", "$numberLong", "$numberInt", "$numberDouble", "$numberDecimal"}
)
"""Keys around a value of a type that JSON has not (MongoDB Extended JSON v2, as mongoexport)."""

_MARKED: Final = frozenset({"native_id", "published_raw", "modified_raw"})
"""Columns that such a value is read into: elsewhere, as in ``publisher``, it refers to another
document."""

_NAMES: Final = frozenset({"author", "section"})
"""Columns of which lists are read whole."""


class FieldReader:
    """Reads records by one profile; where the fields of a given set of keys stand is kept.

    Records of one file mostly have the same keys, so the paths are looked up once for all.
    """

    def __init__(self, names: FieldNames) -> None:
        self.names = names
        self._plans: dict[tuple[str, ...], Plan] = {}

    def columns(
        self, records: Sequence[dict[str, Any]], lines: Sequence[memoryview]
    ) -> dict[str, pa.Array]:
        """Return every column but ``text``; a value of a kind that does not fit is null.

        ``lines`` are the records as written, for numbers that Python cannot hold exactly.
        """
        plans = [self.plan(tuple(record)) for record in records]
        columns = {column: _column(column, records, lines, plans) for column in _APART}
        columns["published_raw"] = _or_as_written(columns["published_raw"], records, plans)
        return columns

    def text(self, record: dict[str, Any]) -> str | None:
        """Return the text, ``""`` when it is there and blank, null when no path leads to one."""
        blank = False
        for path in self.plan(tuple(record))["text"]:
            text = _text(_follow(record, path))
            if text and not text.isspace():
                return text
            blank |= text is not None
        return "" if blank else None

    def plan(self, keys: tuple[str, ...]) -> Plan:
        """Return the paths of each column in a record with these keys, the best first."""
        plan = self._plans.get(keys)
        if plan is None:
            if len(self._plans) >= _PLANS_KEPT:
                self._plans.clear()
            plan = self._plans[keys] = _make_plan(keys, self.names)
        return plan


def _make_plan(keys: tuple[str, ...], names: FieldNames) -> Plan:
    exact = set(keys)
    by_case = {key.lower(): key for key in reversed(keys)}
    plan: Plan = {}
    for column, name in FIELD_OF.items():
        paths: dict[Path, None] = {}
        for dotted in getattr(names, name):
            first, *rest = (dotted,) if dotted in exact else dotted.split(".")
            key = first if first in exact else by_case.get(first.lower())
            if key is not None:
                paths[key, *rest] = None
        plan[column] = tuple(paths)
    return plan


def _follow(record: dict[str, Any], path: Path) -> object:
    value: Any = record[path[0]]
    for step in path[1:]:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and int(step[:9]) < len(value):
            value = value[int(step[:9])]
        else:
            return None
    return value


def read_values(column: str, values: Sequence[object]) -> list[str | None]:
    """Return what each value says in a column, as :class:`FieldReader` reads it."""
    if column == "text":
        return list(map(_text, values))
    told: list[str | None] = _READERS[column](
        [_unwrap(each, column) for each in values]
    ).to_pylist()
    return told


def _unwrap(value: object, column: str) -> object:
    """Return the one value of a list that has one, and of an object that only marks its type.

    Scrapy's item loaders write every field as a list. Empty parts of a list are no values.
    """
    while column not in _NAMES:
        if isinstance(value, list):
            told = [part for part in value if not _is_empty(part)]
            if len(told) != 1:
                break
            (value,) = told
        elif column in _MARKED and is_marked(value):
            (value,) = value.values()
        else:
            break
    return value


def is_marked(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether it is an object that only marks the type of its one value."""
    return isinstance(value, dict) and len(value) == 1 and not _TYPE_MARKS.isdisjoint(value)


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, str) and (not value or value.isspace()))


def _column(
    column: str,
    records: Sequence[dict[str, Any]],
    lines: Sequence[memoryview],
    plans: Sequence[Plan],
) -> pa.Array:
    """Return the first value that fits of each record's paths."""
    found = pa.nulls(len(records), pa.string())
    for rank in range(max((len(plan[column]) for plan in plans), default=0)):
        values = _values(column, rank, records, plans)
        if float in set(map(type, values)):
            values = [
                _unwrap(_follow(_as_written(lines[row]), plans[row][column][rank]), column)
                if isinstance(value, float)
                else value
                for row, value in enumerate(values)
            ]
        found = pc.coalesce(found, _READERS[column](values))
    return found


def _values(
    column: str, rank: int, records: Sequence[dict[str, Any]], plans: Sequence[Plan]
) -> list[object]:
    """Return what stands at each record's path of this rank, null where it has none."""
    values = [
        _follow(record, plan[column][rank]) if rank < len(plan[column]) else None
        for record, plan in zip(records, plans, strict=True)
    ]
    if _NESTED.isdisjoint(map(type, values)):
        return values
    return [_unwrap(value, column) for value in values]


def _or_as_written(
    found: pa.Array, records: Sequence[dict[str, Any]], plans: Sequence[Plan]
) -> pa.Array:
    """Fill null dates with the JSON of a list or object that stands there and is not read.

    Else such a record would be said to have no date. Not so true and false, which say whether it
    was published, and come after all paths: another may lead to a date that is read.
    """
    for rank in range(max((len(plan["published_raw"]) for plan in plans), default=0)):
        if not found.null_count:
            break
        values = _values("published_raw", rank, records, plans)
        if not _NESTED.isdisjoint(map(type, values)):
            told = [_json_of(value) if isinstance(value, list | dict) else None for value in values]
            found = pc.coalesce(found, pa.array(told, pa.string()))
    return found


def _json_of(value: list[Any] | dict[str, Any]) -> str | None:
    parts = value if isinstance(value, list) else value.values()
    if all(map(_is_empty, parts)):
        return None
    return shorten(json.dumps(value, ensure_ascii=False))


def _as_written(line: memoryview) -> dict[str, Any]:
    """Parse a record anew with its numbers as text: two ids of 20 digits are one float."""
    record: dict[str, Any] = json.loads(bytes(line), parse_int=str, parse_float=str)
    return record


def _text(value: object) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return "\n".join(value)
    return None


def _plain(value: object) -> str | None:
    if isinstance(value, str):
        return value if value and not value.isspace() else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, dict):  # schema.org's Person and Organization
        name = value.get("name")
        return _plain(name) if isinstance(name, str) else None
    return None  # of several titles or ids, none is known to be the one, and joined they are none


def _first(value: object) -> str | None:
    """Read the first of several: addresses and dates are written with the article's own first."""
    if not isinstance(value, list):
        return _plain(value)
    return next(filter(None, map(_plain, value)), None)


def _moments_of(value: object) -> str | None:
    if not isinstance(value, list):
        return _moment(value)
    parts = (_moment(_unwrap(part, "published_raw")) for part in value)
    return next(filter(None, parts), None)


def _moment(value: object) -> str | None:
    if isinstance(value, dict) and isinstance(value.get("iso"), str):  # Parse's Date
        return _plain(value["iso"])
    return _plain(value)


def _word(value: object) -> str | None:
    plain = _plain(value)
    return None if plain is None else plain.strip()


def _listed(value: object) -> str | None:
    if not isinstance(value, list):
        return _plain(value)
    return BETWEEN_NAMES.join(filter(None, map(_word, value))) or None


def _plains(values: list[object]) -> pa.Array:
    return _read(values, _plain)


def _words(values: list[object]) -> pa.Array:
    return pc.utf8_trim_whitespace(_read(values, _plain))


def _addresses(values: list[object]) -> pa.Array:
    return pc.utf8_trim_whitespace(_read(values, _first))


def _moments(values: list[object]) -> pa.Array:
    return _read(values, _moments_of)


def _lists(values: list[object]) -> pa.Array:
    return _read(values, _listed)


def _read(values: list[object], read: Callable[[object], str | None]) -> pa.Array:
    """Read all values at once when they are strings or null, which most fields are; else each."""
    try:
        texts = pa.array(values, pa.string())
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array(map(read, values), pa.string(), size=len(values))
    blank = pc.equal(pc.utf8_trim_whitespace(texts), "")
    return pc.if_else(blank, None, texts)


_READERS: Final[dict[str, Callable[[list[object]], pa.Array]]] = {
    "source": _words,
    "native_id": _words,
    "url": _addresses,
    "title": _plains,
    "published_raw": _moments,
    "modified_raw": _moments,
    "author": _lists,
    "section": _lists,
}
