"""What JSON objects are: an article each, or a wrapper around a list of articles."""

import json
import re
from contextlib import suppress
from typing import Any, Final

import orjson

from tasks.fetch.formats.array_kernel import Scanner
from tasks.fetch.formats.content import BOM
from tasks.fetch.formats.wrapper_parts import (
    has_story,
    has_text,
    has_title,
    is_wrapper_object,
    looks_like_article,
)
from tasks.fetch.wording import describe_no_text, shorten

_BEGINNING: Final = re.compile(rb'\{\s*(?:"[^"\\]{1,100}"\s*:|\})')
_ARRAY: Final = re.compile(rb"\[\s*" + _BEGINNING.pattern)
SPREAD: Final = re.compile(rb"[\[{][ \t]*\r?\n")
"""How an object begins, a list of objects, and one of both that goes over several lines."""

_KEY: Final = re.compile(r'[\s,]*("(?:[^"\\]|\\.){1,200}")\s*:\s*')
_DECODER: Final = json.JSONDecoder(strict=False)
_BETWEEN: Final = re.compile(r"[\s,]*")
_READ_DEEP: Final = 6
"""How deep what has no end is read: the list that tells a wrapper is at most three objects deep."""

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
    """Whether the first object of a file, as far as it is there, is a wrapper."""
    body = start_of(head)
    return body.startswith(b"{") and is_wrapper_object(beginning_of(body))


def may_be_wrapper(head: bytes) -> bool:
    """Whether the first object of a file shows no text, so that it may be a wrapper."""
    body = start_of(head)
    if not body.startswith(b"{"):
        return False
    value = beginning_of(body)
    return not (isinstance(value, dict) and has_text(value))


def beginning_of(body: bytes) -> object:
    """Return the value that these bytes begin with, or what can be read of it."""
    whole = first_object(body)
    if whole is not None:
        with suppress(orjson.JSONDecodeError):
            return orjson.loads(whole)
    return read_beginning(body)


def read_beginning(body: bytes) -> object:
    """Return of an object or a list that is broken, or has no end, what stands before that."""
    return _read_beginning(body.decode(errors="ignore"), 0, _READ_DEEP)


def _read_beginning(text: str, at: int, deepest: int) -> object:
    opener = text[at : at + 1]
    if opener == '"':
        return text[at + 1 :]
    if deepest == 0:
        return None
    if opener == "{":
        return _read_object(text, at + 1, deepest - 1)
    return _read_list(text, at + 1, deepest - 1) if opener == "[" else None


def _read_object(text: str, at: int, deepest: int) -> dict[str, object]:
    value: dict[str, object] = {}
    while found := _KEY.match(text, at):
        at = found.end()
        try:
            key = json.loads(found[1], strict=False)
            value[key], at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            value[found[1].strip('"')] = _read_beginning(text, at, deepest)
            break
    return value


def _read_list(text: str, at: int, deepest: int) -> list[object]:
    values: list[object] = []
    while True:
        at = _BETWEEN.match(text, at).end()  # type: ignore[union-attr]  # it matches anything
        try:
            value, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            if text[at : at + 1] in ("{", "["):
                values.append(_read_beginning(text, at, deepest))
            return values
        values.append(value)


def describe_without_text(record: dict[str, Any], wanted: tuple[str, ...]) -> str:
    """Return why an object has no text under those keys, as far as that can be told."""
    for name in wanted:
        if name in record and not isinstance(record[name], str):
            return f"what stands under {shorten(name)} is {kind_of(record[name])}, not a text"
    found = _find_list(record, titled=has_title(record))
    if found is not None and not has_story(record):
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


def _find_list(record: dict[str, Any], *, titled: bool) -> tuple[str, int] | None:
    """Return where an object holds a list of objects, or an object of objects: path and number.

    Beside a title that is only one with a text or a title in its objects: not an article's images.
    """
    waiting: list[tuple[str, object, int]] = [("", record, 0)]
    for path, value, depth in waiting:  # which grows
        inner = value if isinstance(value, list) else []
        if isinstance(value, dict):
            inner = _objects_by_key(value)
            if depth < _LOOKED_DEEP and len(waiting) < _LOOKED_AT:
                waiting += [
                    (f"{path}.{key}" if path else key, part, depth + 1)
                    for key, part in list(value.items())[:_LOOKED_AT]
                    if isinstance(part, dict | list)
                ]
        if (
            inner
            and all(isinstance(part, dict) for part in inner)
            and (not titled or any(map(looks_like_article, inner)))
        ):
            return path or "its keys", len(inner)
    return None


def _objects_by_key(value: dict[str, Any]) -> list[Any]:
    """Return the values of an object that is a list by its kind: articles by number, by address."""
    parts = list(value.values())
    is_list = all(map(str.isdecimal, value)) or (len(parts) > 1 and all(map(_has_text, parts)))
    return parts if is_list else []


def _has_text(value: object) -> bool:
    return isinstance(value, dict) and has_text(value)
