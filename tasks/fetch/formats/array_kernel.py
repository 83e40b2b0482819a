"""The numba kernel under JSON arrays: it finds the elements, chunk by chunk.

It follows strings and brackets only; whether an element is sound JSON is for its decoder to say.
Depth is counted, never recursed into. Where an element is certainly broken, it ends early, so that
the next one is read. Type annotations stop at this border: numba infers the types of arguments.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from typing import Final

import numpy as np
from numba import njit

from tasks.fetch.formats.json_kernel import find_quote

BETWEEN: Final = 0
ELEMENT: Final = 1
STRING: Final = 2
BARE: Final = 3
AROUND: Final = 4
"""Where it stands: between elements; in an element that is an object or a list, or a string, or
something else; in the part of a wrapper that is around its list of elements."""

MORE: Final = 0
FULL: Final = 1
LIST: Final = 2
"""Why it stopped: for more bytes; for room; behind the ``[`` of what may be a wrapper's list."""

BEHIND: Final = 128
"""Bytes of an element before ``at`` that are looked at; those before them may be left out."""

_LOOK_ASIDE = 60
"""Blanks that are looked over at a time; twice and a comma is less than ``BEHIND``."""

_FOUND = 4096
_DEEPEST = 1024
"""Levels whose kind (list or object) is remembered; what is beyond is counted."""

_TRIES = 16
"""Lists of one object that are told as perhaps a wrapper's."""

_QUOTE = 0x22
_BACKSLASH = 0x5C
_COMMA = 0x2C
_NEWLINE = 0x0A
_OPEN_LIST = 0x5B
_CLOSE_LIST = 0x5D
_OPEN_OBJECT = 0x7B
_CLOSE_OBJECT = 0x7D
_OPEN = (_OPEN_LIST, _OPEN_OBJECT)
_CLOSE = (_CLOSE_LIST, _CLOSE_OBJECT)
_BLANK = (0x20, 0x0A, 0x0D, 0x09)

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
        ("wrapped", np.int64),  # LIST is told
        ("tries", np.int64),
        ("opened", np.int64),  # the last byte opened what may be a wrapper's list
        ("level", np.int64),  # depth of the wrapper's list that was entered
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
                if data[i] in _BLANK:
                    i += 1
                    continue
                state.opened = 0
                if _may_enter(state, data[i]):
                    why = LIST
                    break
            i = _go_inside(data, i, state, kinds, found)
        if state.count == len(found):
            why = FULL
            break
    state.escaped = _is_escaped(data, i, state) if state.in_string else 0
    state.at = i
    return why


@njit(cache=True, nogil=True)
def _go_between(data, i, state, kinds):
    """Step over one byte between elements, or begin one."""
    byte = data[i]
    if byte in _BLANK or byte == _COMMA:
        return i + 1
    if byte == _CLOSE_LIST and state.base > 0:
        state.base -= 1
        if state.base > 0:
            state.mode = AROUND
            state.objects = state.base
            state.base = 0
        return i + 1
    if byte == _OPEN_LIST and state.base == 0:
        state.base = 1
        return i + 1
    state.start = i
    state.last = byte
    if byte in _OPEN:
        state.mode = ELEMENT
        state.tries = _TRIES
        _open(byte, state, kinds)
    elif byte == _QUOTE and state.base > 0:
        state.mode = STRING
        state.in_string = 1
    else:
        state.mode = BARE
    return i + 1


@njit(cache=True, nogil=True)
def _go_bare(data, i, state, found):
    """Step over one byte of a number, a word or garbage, or end it before what can be no part."""
    byte = data[i]
    if (
        byte == _NEWLINE
        or byte in _OPEN
        or (state.base > 0 and (byte in (_COMMA, _QUOTE, _CLOSE_LIST)))
    ):
        _end_element(i, state, found)
        return i
    return i + 1


@njit(cache=True, nogil=True)
def _go_inside(data, i, state, kinds, found):
    """Step over one byte outside strings of an object or a list, or end it."""
    byte = data[i]
    while byte != _QUOTE and byte not in _OPEN and byte not in _CLOSE:
        if byte not in _BLANK:
            state.last = byte
        i += 1
        if i == len(data):
            return i
        byte = data[i]
    if byte == _QUOTE:
        state.in_string = 1
        return i + 1
    if byte in _OPEN:
        if state.mode == ELEMENT and byte == _OPEN_OBJECT and _lacks_brace(state, kinds):
            _end_element(i, state, found)
            return i
        _open(byte, state, kinds)
        if byte == _OPEN_LIST and state.wrapped and state.lists == 1 and state.base == 0:
            state.opened = 0 < state.objects <= 2
    elif byte in _CLOSE:
        closed = _close(_OPEN_LIST if byte == _CLOSE_LIST else _OPEN_OBJECT, state, kinds)
        if not closed and byte == _CLOSE_LIST and state.base > 0:
            _end_element(i, state, found)  # It is the end of the list around it.
            return i
        if state.lists + state.objects == 0:
            if state.mode == AROUND:
                state.mode = BETWEEN
            else:
                _end_element(i + 1, state, found)
    state.last = byte
    return i + 1


@njit(cache=True, nogil=True)
def _lacks_brace(state, kinds):
    """Tell whether a ``{`` here stands behind a comma in an object, where only a key can."""
    depth = state.base + state.lists + state.objects
    return state.last == _COMMA and state.beyond == 0 and kinds[depth - 1] == _OPEN_OBJECT


@njit(cache=True, nogil=True)
def _open(byte, state, kinds):
    depth = state.base + state.lists + state.objects
    if depth == _DEEPEST:
        state.beyond += 1
        return
    kinds[depth] = byte
    if byte == _OPEN_LIST:
        state.lists += 1
    else:
        state.objects += 1


@njit(cache=True, nogil=True)
def _close(opener, state, kinds):
    """Close the innermost of that kind with all that is left open in it; tell whether there is."""
    if state.beyond > 0:
        state.beyond -= 1
        return True
    if (state.lists if opener == _OPEN_LIST else state.objects) == 0:
        return False
    while True:
        kind = kinds[state.base + state.lists + state.objects - 1]
        if kind == _OPEN_LIST:
            state.lists -= 1
        else:
            state.objects -= 1
        if kind == opener:
            return True


@njit(cache=True, nogil=True)
def _may_enter(state, byte):
    """Tell whether the list that begins so may be a wrapper's."""
    if state.mode == AROUND:
        return byte == _OPEN_OBJECT and state.objects + 1 == state.level
    state.tries -= 1
    return state.tries >= 0 and byte in (_OPEN_OBJECT, _CLOSE_LIST)


@njit(cache=True, nogil=True)
def _enter_list(states):
    state = states[0]
    state.mode = BETWEEN
    state.level = state.base = state.lists + state.objects
    state.lists = state.objects = 0


@njit(cache=True, nogil=True)
def _end_element(end, state, found):
    found[state.count, 0] = state.start
    found[state.count, 1] = end
    found[state.count, 2] = state.mode
    state.count += 1
    state.mode = BETWEEN
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
    if data[i] == _QUOTE:
        if _is_escaped(data, i, state):
            return i + 1
        state.in_string = 0
        state.last = _QUOTE
        if state.mode == STRING:
            _end_element(i + 1, state, found)
        return i + 1
    if state.mode == STRING:
        state.mode = BARE
        state.in_string = 0
        return i
    if state.mode == ELEMENT and _ends_object(data, i):
        ahead = _skip_blank(data, i, 1)
        if ahead == len(data) and not state.final:
            return ~i
        if ahead < len(data) and data[ahead] == _OPEN_OBJECT:
            _end_element(i, state, found)
    return i + 1


@njit(cache=True, nogil=True)
def _is_escaped(data, i, state):
    """Tell whether an odd number of backslashes stands before ``i``."""
    at = i - 1
    while at >= state.first and data[at] == _BACKSLASH:
        at -= 1
    count = i - 1 - at
    return (count + state.escaped if at < state.first else count) % 2


@njit(cache=True, nogil=True)
def _ends_object(data, i):
    at = _skip_blank(data, i, -1)
    if at >= 0 and data[at] == _COMMA:
        at = _skip_blank(data, at, -1)
    return at >= 0 and data[at] == _CLOSE_OBJECT


@njit(cache=True, nogil=True)
def _skip_blank(data, i, step):
    """Return the next place from ``i`` that is not blank, ``_LOOK_ASIDE`` away at most."""
    at = i + step
    while 0 <= at < len(data) and abs(at - i) < _LOOK_ASIDE and data[at] in _BLANK:
        at += step
    return at
