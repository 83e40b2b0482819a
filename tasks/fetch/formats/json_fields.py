"""From a JSON object to the fields of a record, by the paths that a profile names."""

from collections.abc import Callable
from typing import Any, Final

from tasks.sources import FieldNames

Path = tuple[str, ...]
Plan = dict[str, tuple[Path, ...]]

_FIELDS: Final = {
    "source": "source",
    "native_id": "id",
    "url": "url",
    "title": "title",
    "published_raw": "published",
    "modified_raw": "modified",
    "author": "author",
    "section": "section",
}
"""Our column, and the profile's key for it; ``text`` is read apart."""

_BETWEEN_NAMES: Final = "، "


class FieldReader:
    """Reads records by one profile; where the fields of a given set of keys stand is kept.

    Records of one file mostly have the same keys, so the paths are looked up once for all.
    """

    def __init__(self, names: FieldNames) -> None:
        self._names = names
        self._plans: dict[tuple[str, ...], Plan] = {}

    def columns(self, record: dict[str, Any]) -> dict[str, str | None]:
        """Return every column but ``text``; a value of a kind that does not fit is null."""
        plan = self._plan(record)
        return {
            column: _first(record, plan[column], _READERS[column]) if plan[column] else None
            for column in _FIELDS
        }

    def text(self, record: dict[str, Any]) -> str | None:
        """Return the text, ``""`` when it is there and blank, null when no path leads to one."""
        paths = self._plan(record)["text"]
        found = _first(record, paths, _prose)
        if found is None and any(_text(_follow(record, path)) is not None for path in paths):
            return ""
        return found

    def wanted_for_text(self) -> str:
        """Return the names under which a text is looked for."""
        return ", ".join(self._names.text)

    def _plan(self, record: dict[str, Any]) -> Plan:
        keys = tuple(record)
        plan = self._plans.get(keys)
        if plan is None:
            if len(self._plans) >= _PLANS_KEPT:
                self._plans.clear()
            plan = self._plans[keys] = _make_plan(keys, self._names)
        return plan


_PLANS_KEPT: Final = 1024
"""Bounds what hostile input, with other keys in every record, makes us keep."""


def _make_plan(keys: tuple[str, ...], names: FieldNames) -> Plan:
    exact = set(keys)
    by_case = {key.lower(): key for key in reversed(keys)}
    plan: Plan = {}
    for column, name in (*_FIELDS.items(), ("text", "text")):
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


def _first(
    record: dict[str, Any], paths: tuple[Path, ...], read: Callable[[object], str | None]
) -> str | None:
    for path in paths:
        value = read(record[path[0]] if len(path) == 1 else _follow(record, path))
        if value is not None:
            return value
    return None


def _text(value: object) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return "\n".join(value)
    return None


def _prose(value: object) -> str | None:
    text = _text(value)
    return None if text is None or not text or text.isspace() else text


def _plain(value: object) -> str | None:
    if isinstance(value, str):
        return value if value and not value.isspace() else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, dict):  # schema.org's Person and Organization
        name = value.get("name")
        return _plain(name) if isinstance(name, str) else None
    return None


def _word(value: object) -> str | None:
    plain = _plain(value)
    return None if plain is None else plain.strip()


def _listed(value: object) -> str | None:
    if not isinstance(value, list):
        return _plain(value)
    return _BETWEEN_NAMES.join(filter(None, map(_word, value))) or None


_READERS: Final[dict[str, Callable[[object], str | None]]] = {
    "source": _word,
    "native_id": _word,
    "url": _word,
    "title": _plain,
    "published_raw": _plain,
    "modified_raw": _plain,
    "author": _listed,
    "section": _listed,
}
