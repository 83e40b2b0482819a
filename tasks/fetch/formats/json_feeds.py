"""JSON Feed (jsonfeed.org, version 1 and 1.1): its items are cut out of the bytes, one by one.

As with feeds of XML, one that is broken in one place, or has a million items, is read all the same,
in the memory of one item. What stands in the feed beside its items is not read.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from tasks.fetch.formats.array_kernel import VALUE, Scanner
from tasks.fetch.formats.content import BOM
from tasks.fetch.formats.json_arrays import Cutter
from tasks.fetch.formats.pieces import Piece
from tasks.fetch.formats.wrapper_parts import Fate, name_before
from tasks.fetch.formats.wrappers import beginning_of, start_of
from tasks.fetch.streams import Stream

_MARK: Final = b"jsonfeed.org"
_VERSION: Final = re.compile(r"https?://(?:www\.)?jsonfeed\.org/version/", re.IGNORECASE)
_FEED: Final = b'{"version":"https://jsonfeed.org/version/1.1","items":['
_END: Final = b"]}"
_NAMES: Final = 128
"""Bytes before a list in which its name stands."""


def beginning_of_feed(head: bytes) -> dict[str, Any] | None:
    """Return what can be read of a feed that begins so, null for what is none.

    A feed is an object whose ``version`` is one of JSON Feed's: a text that speaks of JSON Feed
    does not make one.
    """
    if _MARK not in head:
        return None
    told = beginning_of(start_of(head))
    version = told.get("version") if isinstance(told, dict) else None
    is_feed = isinstance(version, str) and _VERSION.match(version) is not None
    return told if is_feed and isinstance(told, dict) else None


def split(stream: Stream, longest: int) -> Iterator[Piece]:
    """Yield what stands under ``items``; of an item over ``longest`` bytes, only its head."""
    skip = len(BOM) * stream.head().startswith(BOM)
    cutter = Cutter(longest, wrapped=True, skip=skip, opening=_Opening)
    for data in iter(stream.read, b""):
        yield from cutter.cut(data)
    yield from cutter.finish(stream.fault)


def alone(payload: bytes) -> bytes:
    """Return a feed of one item: by itself an item does not tell what it is."""
    return b"".join((_FEED, payload, _END))


class _Opening:
    """Opens for a cutter the feed and the list of its items, and nothing else."""

    def __init__(self, scanner: Scanner, _longest: int) -> None:
        self._scanner = scanner

    def begin_list(self, data: bytes) -> None:
        """Take the objects of the list that begins there as items, if it is that of the items."""
        if self._is_items(data, self._scanner.start):
            self._scanner.enter()

    def opens_early(self, data: bytes) -> bool:
        """Open the feed, or a list of items that begins with something else, without its end."""
        scanner = self._scanner
        if not scanner.may_open:
            return False
        is_items = scanner.mode == VALUE and self._is_items(data, scanner.start)
        opens = is_items or scanner.depth == 0
        if opens:
            scanner.open(scanner.start, as_list=is_items)
        return opens

    opens_cut_off = opens_early

    def note_name(self, data: bytes) -> None:
        """Pass over the name of a value that is too large to be held: it is dropped."""

    def fate(self, data: bytes, start: int, _end: int, mode: int, *, is_kept: bool) -> Fate:
        """Return what becomes of what ends there: only the feed and its items are opened."""
        if mode != VALUE:
            return "open" if is_kept else "take"
        return "enter" if is_kept and self._is_items(data, start) else "drop"

    def _is_items(self, data: bytes, start: int) -> bool:
        is_list = data[start : start + 1] == b"["
        before = data[max(start - _NAMES, 0) : start]
        return is_list and self._scanner.depth == 1 and name_before(before) == "items"
