"""What JSON objects are: an article each, or a wrapper around a list of articles."""

import json
import re
from contextlib import suppress
from typing import Any, Final

import orjson

from tasks.fetch.formats.array_kernel import LIST, Scanner
from tasks.fetch.formats.content import BOM
from tasks.fetch.streams import HEAD
from tasks.fetch.wording import describe_no_text, shorten
from tasks.sources import FieldNames

_BEGINNING: Final = re.compile(rb'\{\s*(?:"[^"\\]{1,100}"\s*:|\})')
_ARRAY: Final = re.compile(rb"\[\s*" + _BEGINNING.pattern)
SPREAD: Final = re.compile(rb"[\[{][ \t]*\r?\n")
"""How an object begins, a list of objects, and one of both that goes over several lines."""

_OWN: Final = frozenset(map(str.lower, FieldNames().text + FieldNames().title))
"""Keys, in small letters, of an object that is an article itself."""

_HOLDERS: Final = frozenset(
    {
        "articles",
        "items",
        "records",
        "results",
        "data",
        "docs",
        "documents",
        "news",
        "posts",
        "entries",
        "rows",
        "hits",
    }
)
"""Keys, in small letters, of the list of articles in a wrapper."""

_OTHER_LISTS: Final = frozenset(
    {
        *("comments", "replies", "reviews", "ads", "advertisements", "banners", "widgets"),
        *("related", "links", "navigation", "menu", "menus", "breadcrumbs", "tags", "keywords"),
        *("categories", "sections", "topics", "authors", "users", "sources", "outlets"),
        *("images", "photos", "videos", "media", "attachments", "errors", "warnings"),
    }
)
"""Names, in small letters, of lists behind a wrapper's articles that are none."""

_NAMED_LIST: Final = re.compile(rb'"([^"\\]{1,64})"\s*:\s*\[\s*\Z')
_KEY: Final = re.compile(r'[\s,]*("(?:[^"\\]|\\.){1,200}")\s*:\s*')
_DECODER: Final = json.JSONDecoder(strict=False)
_LOOKED_DEEP: Final = 3
_LOOKED_AT: Final = 100
"""How deep, and at how many keys, an object without a text is looked at for a list."""


def start_of(head: bytes) -> bytes:
    """Return the head without what may stand before JSON."""
    return head.removeprefix(BOM).lstrip()


def begins_object(body: bytes) -> bool:
    """Whether these bytes are the beginning of an object: ``{`` alone may be prose."""
    return _BEGINNING.match(body) is not None


def begins_list(body: bytes) -> bool:
    """Whether these bytes are the beginning of a list of objects."""
    return _ARRAY.match(body) is not None


def first_object(body: bytes) -> bytes | None:
    """Return the object that these bytes begin with, when they hold its end."""
    scanner = Scanner(wrapped=False)
    scanner.scan(body)
    return body[: scanner.found[0, 1]] if scanner.count else None


def is_wrapper(head: bytes) -> bool:
    """Whether the first object of a file is no article, but holds a list of them."""
    body = start_of(head)
    scanner = Scanner(wrapped=True)
    while body.startswith(b"{") and scanner.scan(body) == LIST and scanner.count == 0:
        path = path_to_list(body[: scanner.at])
        if path:
            whole = first_object(body)
            if whole is None:
                return body[scanner.at :].startswith(b"{") and not _shows_own(body, path)
            return not _has_own(whole, path)
    return False


def may_hold(opening: bytes) -> bool:
    """Whether a list that opens at the end of these bytes, behind one of articles, may be another.

    As a newspaper's sections are: what stands there is not passed over in silence.
    """
    found = _NAMED_LIST.search(opening)
    return found is None or found[1].decode(errors="replace").lower() not in _OTHER_LISTS


def path_to_list(opening: bytes) -> list[str]:
    """Return the keys to a wrapper's list of articles; none when it is not what begins so.

    ``opening`` is the object up to the list's bracket. The list may be one object deeper.
    """
    for closing in (b"]}", b"]}}") if len(opening) <= HEAD else ():
        path = []
        try:
            value = orjson.loads(opening + closing)
        except orjson.JSONDecodeError:
            continue
        while isinstance(value, dict) and value and _OWN.isdisjoint(map(str.lower, value)):
            name, value = list(value.items())[-1]
            path.append(name)
        return path if value == [] and path[-1].lower() in _HOLDERS else []
    return []


def _has_own(element: bytes, path: list[str]) -> bool:
    """Whether an object on the path to the list has keys of an article, or is no sound JSON."""
    try:
        value = orjson.loads(element)
        for name in path:
            if not _OWN.isdisjoint(map(str.lower, value)):
                return True
            value = value[name]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return True
    return False


def _shows_own(body: bytes, path: list[str]) -> bool:
    """Whether an object on the path to the list shows keys of an article; its end is not there.

    An article may begin with a list of related ones: ``{"id": 7, "items": [{…}], "text": "…``.
    """
    text = body.decode(errors="ignore")
    at = 0
    for name in path:
        keys, at = _keys_at(text, at)
        if not _OWN.isdisjoint(map(str.lower, keys)):
            return True
        if at < 0 or keys[-1] != name:
            break
    return False


def _keys_at(text: str, at: int) -> tuple[list[str], int]:
    """Return the keys of the object that begins there, and the place of its last value.

    The last value is the one that has no end, or that is no JSON; -1 when all of them have.
    """
    keys: list[str] = []
    at += 1
    with suppress(ValueError, RecursionError):
        while found := _KEY.match(text, at):
            keys.append(json.loads(found[1]))
            at = found.end()
            _, at = _DECODER.raw_decode(text, at)
        return keys, -1
    return keys, at


def describe_without_text(record: dict[str, Any], wanted: tuple[str, ...]) -> str:
    """Return why an object has no text under those keys, as far as that can be told."""
    for name in wanted:
        if name in record and not isinstance(record[name], str):
            return f"what stands under {shorten(name)} is {kind_of(record[name])}, not a text"
    found = _find_list(record) if _OWN.isdisjoint(map(str.lower, record)) else None
    if found is not None:
        path, count = found
        return (
            f"it holds a list of {count:,} object{'s'[: count > 1]} under {shorten(path)}: "
            "save that list alone, as an array or one object per line"
        )
    return describe_no_text(wanted, tuple(record))


def kind_of(value: object) -> str:
    """Return what a JSON value is, in words."""
    kinds = {list: "a list", dict: "an object", str: "a string", type(None): "null"}
    if isinstance(value, bool):
        return "true or false"
    return kinds.get(type(value), "a number")


def _find_list(record: dict[str, Any]) -> tuple[str, int] | None:
    """Return where an object holds a list of objects, or an object of objects: path and number."""
    waiting: list[tuple[str, object, int]] = [("", record, 0)]
    for path, value, depth in waiting:  # which grows
        inner = value if isinstance(value, list) else []
        if isinstance(value, dict):
            inner = list(value.values()) if all(map(str.isdecimal, value)) else []
            if depth < _LOOKED_DEEP and len(waiting) < _LOOKED_AT:
                waiting += [
                    (f"{path}.{key}" if path else key, part, depth + 1)
                    for key, part in list(value.items())[:_LOOKED_AT]
                    if isinstance(part, dict | list)
                ]
        if inner and all(isinstance(part, dict) for part in inner):
            return path or "its keys", len(inner)
    return None
