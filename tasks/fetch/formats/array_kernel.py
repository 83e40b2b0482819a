"""The numba kernel under JSON arrays: it finds the elements, chunk by chunk.

It follows strings and brackets only; whether an element is sound JSON is for its decoder to say.
Depth is counted, never recursed into. Where an element is certainly broken, it ends early, so that
the next one is read. Type annotations stop at this border: numba infers the types of arguments.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from typing import Final

import numpy as np
from numba import njit

from tasks.fetch.formats.json_bytes import (
    BLANK,
    CLOSE,
    CLOSE_LIST,
    COLON,
    COMMA,
    NEWLINE,
    OPEN,
    OPEN_LIST,
    OPEN_OBJECT,
    QUOTE,
    ends_object,
    is_escaped,
    skip_blank,
)
from tasks.fetch.formats.json_kernel import find_quote

BETWEEN: Final = 0
ELEMENT: Final = 1
STRING: Final = 2
BARE: Final = 3
AROUND: Final = 4
VALUE: Final = 5
"""Where it stands: between elements; in an element that is an object or a list, or a string, or
something else; in a wrapper that was opened, around its lists of elements; there in a value that
is a string, a list or an object."""

MORE: Final = 0
FULL: Final = 1
LIST: Final = 2
WHOLE: Final = 3
"""Why it stopped: for more bytes; for room; before the first object in a list that is a VALUE; at
the end of what can be opened, the last of those found: an object that may be a wrapper, a VALUE."""

BEHIND: Final = 128
"""Bytes before ``at``, and before a VALUE, that are looked at; those before may be left out."""

_FOUND = 4096
_DEEPEST = 1024
"""Levels whose kind (list or object) is remembered; what is beyond is counted."""

_STATE = np.dtype(
    [
        ("mode", np.int64),
        ("at", np.int64),
        ("first", np.int64),  # where ``at`` was in the beginning
        ("final", np.int64),
        ("start", np.int64),  # of the element, in the bytes at hand
        ("count", np.int64),  # elements found
        ("base", np.int64),  # lists and objects that are open around the elements
        ("lists", np.int64),  # and in the element
        ("objects", np.int64),
        ("beyond", np.int64),  # and deeper than _DEEPEST
        ("in_string", np.int64),
        ("escaped", np.int64),  # a backslash at the end of the bytes takes the next one's meaning
        ("last", np.int64),  # byte outside strings that is not blank
        ("wrapped", np.int64),  # objects that stand in no list may be wrappers
        ("opened", np.int64),  # the last byte opened a list that may be one of elements
        ("whole", np.int64),  # WHOLE is due
    ]
)


class Scanner:
    """Goes through JSON; ``found[:count]`` are (start, end, mode) of the elements it came by."""

    def __init__(self, *, wrapped: bool, at: int = 0) -> None:
        self.found = np.zeros((_FOUND, 3), np.int64)
        self._state = np.zeros(1, _STATE)
        self._state["wrapped"] = wrapped
        self._state["at"] = at
        self._kinds = np.zeros(_DEEPEST, np.uint8)

    def scan(self, data: bytes, *, final: bool = False) -> int:
        """Go on in ``data`` and return why it stopped; ``final``: nothing comes behind it.

        Places count from the beginning of ``data``. The next one goes on with the bytes from
        ``at``, and has before them those of the unfinished element, or the last ``BEHIND``.
        """
        view = np.frombuffer(data, np.uint8)
        words = view[: len(view) // 8 * 8].view(np.uint64)
        self._state["final"] = final
        return int(_scan(view, words, self._state, self._kinds, self.found))

    def drop(self, count: int) -> None:
        """Take the next ``data`` to be without so many of the first bytes of this one."""
        self._state["at"] -= count
        self._state["start"] = max(self.start - count, 0)

    def enter(self) -> None:
        """Take what stands in the list of ``LIST`` as the elements."""
        _enter_list(self._state)

    def open(self, start: int, *, as_list: bool = False) -> None:
        """Go back into what begins there, the last that was ``WHOLE`` or the unfinished one.

        What stands in it is a ``VALUE`` each, or an element ``as_list``. ``data`` must still hold
        all of it.
        """
        _open_wrapper(self._state, self._kinds, start)
        if as_list:
            self._state["mode"] = BETWEEN

    @property
    def depth(self) -> int:
        """The lists and objects that are open around the elements."""
        return int(self._state["base"][0])

    @property
    def may_open(self) -> bool:
        """Whether it stands in what can be opened before it ends."""
        return self.mode == VALUE or bool(
            self.mode == ELEMENT and self._state["wrapped"][0] and self.depth == 0
        )

    @property
    def mode(self) -> int:
        """Where it stands: ``BETWEEN`` and so on."""
        return int(self._state["mode"][0])

    @property
    def at(self) -> int:
        """The place where it stopped."""
        return int(self._state["at"][0])

    @property
    def start(self) -> int:
        """The place where the unfinished element begins."""
        return int(self._state["start"][0])

    @property
    def count(self) -> int:
        """The elements of the last ``scan``."""
        return int(self._state["count"][0])

    @property
    def is_open(self) -> bool:
        """Whether a list or a wrapper is not closed yet."""
        return bool(self._state["base"][0]) or self.mode == AROUND


@njit(cache=True, nogil=True)
def _scan(data, words, states, kinds, found):
    state = states[0]
    state.count = 0
    state.first = i = state.at
    why = MORE
    while i < len(data):
        if state.mode == BETWEEN:
            i = _go_between(data, i, state, kinds)
        elif state.mode == BARE:
            i = _go_bare(data, i, state, found)
        elif state.in_string:
            i = _go_in_string(data, words, i, state, found)
            if i < 0:
                i = ~i
                break
        else:
            if state.opened:
                if data[i] in BLANK:
                    i += 1
                    continue
                state.opened = 0
                if data[i] == OPEN_OBJECT:
                    why = LIST
                    break
            i = _go_inside(data, i, state, kinds, found)
        if state.whole:
            state.whole = 0
            why = WHOLE
            break
        if state.count == len(found):
            why = FULL
            break
    state.escaped = is_escaped(data, i, state.first, state.escaped) if state.in_string else 0
    state.at = i
    return why


@njit(cache=True, nogil=True)
def _go_between(data, i, state, kinds):
    """Step over one byte between elements, or begin one."""
    byte = data[i]
    if byte in BLANK or byte == COMMA:
        return i + 1
    if byte == CLOSE_LIST and state.base > 0:
        state.base -= 1
        if state.base > 0:
            state.mode = AROUND
            state.last = byte
        return i + 1
    if byte == OPEN_LIST and state.base == 0:
        state.base = 1
        return i + 1
    state.start = i
    state.last = byte
    if byte in OPEN:
        state.mode = ELEMENT
        _open(byte, state, kinds)
    elif byte == QUOTE and state.base > 0:
        state.mode = STRING
        state.in_string = 1
    else:
        state.mode = BARE
    return i + 1


@njit(cache=True, nogil=True)
def _go_bare(data, i, state, found):
    """Step over one byte of a number, a word or garbage, or end it before what can be no part."""
    byte = data[i]
    if byte == NEWLINE or byte in OPEN or (state.base > 0 and (byte in (COMMA, QUOTE, CLOSE_LIST))):
        _end_element(i, state, found)
        return i
    return i + 1


@njit(cache=True, nogil=True)
def _go_inside(data, i, state, kinds, found):
    """Step over one byte outside strings of an object or a list, or end it."""
    if state.mode == AROUND:
        return _go_around(data, i, state, kinds)
    byte = data[i]
    while byte != QUOTE and byte not in OPEN and byte not in CLOSE:
        if byte not in BLANK:
            state.last = byte
        i += 1
        if i == len(data):
            return i
        byte = data[i]
    if byte == QUOTE:
        state.in_string = 1
        return i + 1
    if byte in OPEN:
        if state.mode == ELEMENT and byte == OPEN_OBJECT and _lacks_brace(state, kinds):
            _end_element(i, state, found)
            return i
        _open(byte, state, kinds)
    elif byte in CLOSE:
        closed = _close(OPEN_LIST if byte == CLOSE_LIST else OPEN_OBJECT, state, kinds)
        if not closed and byte == CLOSE_LIST and state.base > 0:
            _end_element(i, state, found)  # It is the end of the list around it.
            return i
        if state.lists + state.objects == 0:
            _end_element(i + 1, state, found)
    state.last = byte
    return i + 1


@njit(cache=True, nogil=True)
def _lacks_brace(state, kinds):
    """Tell whether a ``{`` here stands behind a comma in an object, where only a key can."""
    depth = state.base + state.lists + state.objects
    return state.last == COMMA and state.beyond == 0 and kinds[depth - 1] == OPEN_OBJECT


@njit(cache=True, nogil=True)
def _open(byte, state, kinds):
    depth = state.base + state.lists + state.objects
    if depth == _DEEPEST:
        state.beyond += 1
        return
    kinds[depth] = byte
    if byte == OPEN_LIST:
        state.lists += 1
    else:
        state.objects += 1


@njit(cache=True, nogil=True)
def _close(opener, state, kinds):
    """Close the innermost of that kind with all that is left open in it; tell whether there is."""
    if state.beyond > 0:
        state.beyond -= 1
        return True
    if (state.lists if opener == OPEN_LIST else state.objects) == 0:
        return False
    while True:
        kind = kinds[state.base + state.lists + state.objects - 1]
        if kind == OPEN_LIST:
            state.lists -= 1
        else:
            state.objects -= 1
        if kind == opener:
            return True


@njit(cache=True, nogil=True)
def _go_around(data, i, state, kinds):
    """Step over one byte outside strings around the elements, or begin a value."""
    byte = data[i]
    if byte in OPEN or (byte == QUOTE and state.last == COLON):
        state.mode = VALUE
        state.start = i
        if byte == QUOTE:
            state.in_string = 1
        else:
            _open(byte, state, kinds)
            state.opened = byte == OPEN_LIST and kinds[state.base - 1] == OPEN_OBJECT
    elif byte == QUOTE:
        state.in_string = 1
    elif byte in CLOSE:
        _leave(OPEN_LIST if byte == CLOSE_LIST else OPEN_OBJECT, state, kinds)
    if byte not in BLANK:
        state.last = byte
    return i + 1


@njit(cache=True, nogil=True)
def _leave(opener, state, kinds):
    """Close the innermost of that kind around the elements, with all that is left open in it."""
    depth = state.base
    while depth > 0 and kinds[depth - 1] != opener:
        depth -= 1
    if depth > 0:
        state.base = depth - 1
    if state.base == 0:
        state.mode = BETWEEN


@njit(cache=True, nogil=True)
def _enter_list(states):
    state = states[0]
    state.mode = BETWEEN
    state.base += 1
    state.lists = state.objects = 0


@njit(cache=True, nogil=True)
def _open_wrapper(states, kinds, start):
    state = states[0]
    state.mode = AROUND
    state.at = start + 1
    state.last = kinds[state.base]
    state.base += 1
    state.lists = state.objects = state.beyond = 0
    state.in_string = state.escaped = state.opened = 0


@njit(cache=True, nogil=True)
def _end_element(end, state, found):
    found[state.count, 0] = state.start
    found[state.count, 1] = end
    found[state.count, 2] = state.mode
    state.count += 1
    state.whole = state.mode == VALUE or (
        state.mode == ELEMENT and state.wrapped > 0 and state.base == 0
    )
    state.mode = AROUND if state.mode == VALUE else BETWEEN
    state.in_string = state.opened = 0
    state.lists = state.objects = state.beyond = 0


@njit(cache=True, nogil=True)
def _go_in_string(data, words, i, state, found):
    """Go on to the end of the string, of the element or of ``data``.

    Returns the complement of a place that cannot be passed without more bytes.

    A line feed is no part of a string in JSON. One between ``}`` and ``{`` shows that the quotes
    are the wrong way round: one is missing before.
    """
    i = find_quote(data, words, i)
    if i >= len(data):
        return len(data)
    if data[i] == QUOTE:
        if is_escaped(data, i, state.first, state.escaped):
            return i + 1
        state.in_string = 0
        state.last = QUOTE
        if state.mode == STRING or (state.mode == VALUE and state.lists + state.objects == 0):
            _end_element(i + 1, state, found)
        return i + 1
    if state.mode == STRING:
        state.mode = BARE
        state.in_string = 0
        return i
    if state.mode == ELEMENT and ends_object(data, i):
        ahead = skip_blank(data, i, 1)
        if ahead == len(data) and not state.final:
            return ~i
        if ahead < len(data) and data[ahead] == OPEN_OBJECT:
            _end_element(i, state, found)
    return i + 1
