"""When a JSON object that is being cut is opened, so that what stands in it is cut instead."""

from typing import Final, Protocol

import orjson

from tasks.fetch.formats.array_kernel import BEHIND, VALUE, Scanner
from tasks.fetch.formats.wrapper_parts import (
    Fate,
    fate_of,
    is_never,
    is_side,
    is_wrapper_object,
    name_before,
)
from tasks.fetch.formats.wrappers import read_beginning
from tasks.fetch.streams import HEAD

_HELD: Final = 1024 * 1024
"""Bytes of an object that are waited for before its beginning decides whether it is a wrapper."""

_DEEPEST: Final = 6
"""Objects and lists that are opened around an element: each is read once more than the one before.

What is deeper stays in one piece, which the decoder refuses with the list that is in it.
"""


class Opens(Protocol):
    """What decides for a cutter which objects and lists are opened."""

    def begin_list(self, data: bytes) -> None:
        """Tell the scanner whether the objects of the list that begins there are records."""

    def opens_early(self, data: bytes) -> bool:
        """Open the unfinished element when what is there of it tells enough."""

    def opens_cut_off(self, data: bytes) -> bool:
        """Open the element that the file ends in, if what stands in it is read."""

    def note_name(self, data: bytes) -> None:
        """Keep the name of the unfinished element, which is too large for it to stay before it."""

    def fate(self, data: bytes, start: int, end: int, mode: int, *, is_kept: bool) -> Fate:
        """Return what becomes of what ends there; of what is not kept, only its end is at hand."""


class Opening:
    """Decides for a cutter which objects and lists are opened.

    An object is opened when all of it has been seen to be no article, or when it is longer than a
    record can be. What is broken, cut off or longer than ``_HELD`` is judged by its beginning:
    should it have a text behind that, the text is refused by its place.
    """

    def __init__(self, scanner: Scanner, longest: int) -> None:
        self._scanner = scanner
        self._longest = longest
        self._held = min(_HELD, longest)
        self._weighed = False
        self._name = ""
        self._sides: list[bool] = []  # whether each that is open is mostly no articles

    def begin_list(self, data: bytes) -> None:
        """Take the objects of the list that begins there as records, unless by its name."""
        scanner = self._scanner
        self._weighed = False
        name = self._name_at(data, scanner.start)
        if scanner.at - scanner.start > self._longest:
            # So many blanks: in smaller chunks it would have been opened before its first object.
            if self._can_open(name):
                self._open(scanner.start, name)
        elif not is_never(name) and not self._is_side(name):
            scanner.enter()

    def opens_early(self, data: bytes) -> bool:
        """Open the unfinished element when what is there of it tells enough."""
        scanner = self._scanner
        if not scanner.may_open:
            return False
        start, size = scanner.start, len(data) - scanner.start
        name = self._name_at(data, start)
        opens = False
        if size > self._held and not self._weighed:
            self._weighed = True
            opens = self._can_open(name) and self._shows_list(data[start:])
        if size > self._longest and scanner.mode == VALUE:
            opens = opens or (data[start] != ord(b'"') and self._can_open(name))
        if opens:
            self._open(start, name)
        return opens

    def opens_cut_off(self, data: bytes) -> bool:
        """Open the element that the file ends in when it shows a list of articles."""
        scanner = self._scanner
        if not scanner.may_open:
            return False
        name = self._name_at(data, scanner.start)
        opens = self._can_open(name) and self._shows_list(data[scanner.start :])
        if opens:
            self._open(scanner.start, name)
        return opens

    def note_name(self, data: bytes) -> None:
        """Keep the name of the unfinished element, which is too large for it to stay before it."""
        self._name = self._name_at(data, self._scanner.start)

    def fate(self, data: bytes, start: int, end: int, mode: int, *, is_kept: bool) -> Fate:
        """Return what becomes of what ends there, and count it as opened when it is opened.

        Of what is not kept, only its end is at hand.
        """
        self._weighed = False
        name = self._name_at(data, start) if is_kept else self._name
        if is_never(name) and mode == VALUE:
            return "drop"
        if not is_kept:
            return "take"
        fate = self._judge(data[start:end], name, mode)
        if fate == "open" and not self._can_open(name):
            return "take"
        if fate == "open":
            self._note_side(name)
        return fate

    def _judge(self, value: bytes, name: str, mode: int) -> Fate:
        if len(value) > self._held and self._shows_list(value):
            return "open"
        if len(value) > self._longest:
            return "open" if mode == VALUE and value[:1] != b'"' else "take"
        try:
            parsed = orjson.loads(value)
        except orjson.JSONDecodeError:
            return "open" if self._shows_list(value) else "take"
        if mode == VALUE:
            return fate_of(parsed, name, side=self._is_side(name))
        return "open" if is_wrapper_object(parsed) else "take"

    def _shows_list(self, value: bytes) -> bool:
        return is_wrapper_object(read_beginning(value[: min(HEAD, self._held)]))

    def _can_open(self, name: str) -> bool:
        return self._scanner.depth < _DEEPEST and not is_never(name)

    def _open(self, start: int, name: str) -> None:
        self._note_side(name)
        self._scanner.open(start)

    def _note_side(self, name: str) -> None:
        self._weighed = False
        depth = self._scanner.depth
        self._sides[depth:] = [self._is_side(name)]

    def _is_side(self, name: str) -> bool:
        depth = self._scanner.depth
        return is_side(name, around=depth > 0 and self._sides[depth - 1])

    def _name_at(self, data: bytes, start: int) -> str:
        """Return the key before what begins there; what stands outside of everything has none."""
        return name_before(data[max(start - BEHIND, 0) : start]) if self._scanner.depth else ""
