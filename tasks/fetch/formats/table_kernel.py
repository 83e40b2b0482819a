r"""The numba kernel under tables: where rows end, and how many cells they have.

It reads as Arrow does: a quote opens only at the beginning of a cell, ``""`` inside is one quote,
and a row ends at LF, CR LF or CR. Text behind a closing quote is a stray: the quote was none. Where
a backslash stands before such a quote, it and every one after it in the table is an escape, as
MySQL and Python's ``csv`` write them (``"قال \"نعم\" اليوم"``): it takes the next byte as it is.

Type annotations stop at this border: numba infers the types of kernel arguments.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from typing import Final, NamedTuple

import numpy as np
from numba import njit

from tasks.fetch.formats.word_kernel import LINE_FEEDS, LOW_BITS, QUOTES, RETURNS, has_zero

ROWS_AT_ONCE: Final = 4096

_QUOTE = 0x22
_BACKSLASH = 0x5C
_LINE_FEED = 0x0A
_RETURN = 0x0D
_LINE_ENDS = (_LINE_FEED, _RETURN)
_BLANK = (0x20, 0x09, 0x0B, 0x0C)

_CELL_BEGINS, _IN_CELL, _AFTER_QUOTE, _BEHIND_QUOTE = range(4)
_IN_QUOTES, _ESCAPED_IN_CELL, _ESCAPED_IN_QUOTES = range(4, 7)
# From the first of the second line on, a line end does not end the row.
_PLACE, _ROW, _MODE, _CELLS, _OPEN, _CLOSED, _STRAY, _ESCAPES = range(8)


class Rows(NamedTuple):
    """Rows that are not blank, one after the other: ``data[start:end]`` without its line end.

    ``strays`` are the places of the first text behind a closing quote, -1 where there is none.
    """

    starts: list[int]
    ends: list[int]
    cells: list[int]
    strays: list[int]


class RowFinder:
    """Finds rows of up to ``longest`` bytes in a buffer that is read piece by piece.

    All places are those of the buffer: ``row`` is where the row begins that has no end yet,
    ``quote`` where its last quoted cell does. ``escapes`` says how the
    rows found last were read. What is found does not depend on how the bytes come.
    """

    def __init__(self, delimiter: bytes, longest: int, *, escapes: bool = False) -> None:
        self._delimiter = np.uint8(delimiter[0])
        self._longest = longest
        self._state = np.zeros(8, np.int64)
        self._found = np.empty((4, ROWS_AT_ONCE), np.int64)
        self._state[_ESCAPES] = escapes
        self.restart(0)

    def find(self, data: bytes) -> Rows | None:
        """Return the next rows, ``ROWS_AT_ONCE`` at most; null when no more ends in the buffer."""
        letters = np.frombuffer(data, np.uint8)
        count = _find_rows(letters, self._delimiter, self._longest, self._state, self._found)
        return Rows(*self._found[:, :count].tolist()) if count else None

    def skip(self, data: bytes) -> int | None:
        """Return where the row ends that is too long, null when not in this buffer.

        After ``longest`` bytes inside quotes a line end is the row's.
        """
        end = _skip_row(np.frombuffer(data, np.uint8), self._delimiter, self._longest, self._state)
        return None if end < 0 else int(end)

    @property
    def place(self) -> int:
        """Up to where the buffer is read."""
        return int(self._state[_PLACE])

    @property
    def row(self) -> int:
        """Where the row begins that has no end yet."""
        return int(self._state[_ROW])

    @property
    def quote(self) -> int | None:
        """Where the quotes open that are not closed yet."""
        is_open = self._state[_MODE] in (_IN_QUOTES, _ESCAPED_IN_QUOTES)
        return int(self._state[_OPEN]) if is_open else None

    @property
    def escapes(self) -> bool:
        """Whether a backslash takes the next byte as it is."""
        return bool(self._state[_ESCAPES])

    @property
    def is_over(self) -> bool:
        """Whether the row that has no end yet is longer than ``longest``."""
        return bool(self._state[_PLACE] - self._state[_ROW] > self._longest)

    def restart(self, place: int) -> None:
        """Begin a row there."""
        self._state[:_ESCAPES] = (place, place, _CELL_BEGINS, 1, 0, 0, -1)

    def move(self, by: int) -> None:
        """Take note that so many bytes were taken from the beginning of the buffer."""
        self._state[[_PLACE, _ROW, _OPEN, _CLOSED]] -= by
        if self._state[_STRAY] >= 0:
            self._state[_STRAY] -= by


@njit(cache=True, nogil=True)
def _find_quote(data, words, other, i, end):
    """Return the place of the next quote or other byte, else ``end``; eight bytes at a time."""
    others = np.uint64(other) * LOW_BITS
    while i < end and not (data[i] == _QUOTE or data[i] == other):
        i += 1
        if i % 8 == 0:
            word = i // 8
            while word < end // 8 and not (
                has_zero(words[word] ^ QUOTES) or has_zero(words[word] ^ others)
            ):
                word += 1
            i = word * 8
    return min(i, end)


@njit(cache=True, nogil=True)
def _find_cell_end(data, words, stops, i, end):
    """Return the place of the next of two bytes or a line end, ``end`` without one."""
    delimiter, other = stops
    delimiters, others = np.uint64(delimiter) * LOW_BITS, np.uint64(other) * LOW_BITS
    while i < end and not (data[i] == delimiter or data[i] == other or data[i] in _LINE_ENDS):
        i += 1
        if i % 8 == 0:
            word = i // 8
            while word < end // 8 and not (
                has_zero(words[word] ^ delimiters)
                or has_zero(words[word] ^ others)
                or has_zero(words[word] ^ LINE_FEEDS)
                or has_zero(words[word] ^ RETURNS)
            ):
                word += 1
            i = word * 8
    return min(i, end)


@njit(cache=True, nogil=True)
def _is_blank(data, start, end):
    while start < end and data[start] in _BLANK:
        start += 1
    return start == end


@njit(cache=True, nogil=True)
def _is_escaped(data, row, place):
    """Tell whether an odd number of backslashes stands before the place."""
    first = place
    while first > row and data[first - 1] == _BACKSLASH:
        first -= 1
    return (place - first) % 2 == 1


@njit(cache=True, nogil=True)
def _next_mode(byte, mode, delimiter, escapes):
    """Return how what follows the byte is read, where the byte ends no row."""
    if mode >= _ESCAPED_IN_CELL:
        return _IN_CELL if mode == _ESCAPED_IN_CELL else _IN_QUOTES
    if escapes and byte == _BACKSLASH:
        return _ESCAPED_IN_QUOTES if mode == _IN_QUOTES else _ESCAPED_IN_CELL
    if mode == _IN_QUOTES:
        return _AFTER_QUOTE if byte == _QUOTE else _IN_QUOTES
    if byte == _QUOTE and mode in (_CELL_BEGINS, _AFTER_QUOTE):
        return _IN_QUOTES
    if byte == delimiter:
        return _CELL_BEGINS
    is_behind = mode in (_AFTER_QUOTE, _BEHIND_QUOTE) and byte in _BLANK
    return _BEHIND_QUOTE if is_behind else _IN_CELL


@njit(cache=True, nogil=True)
def _is_stray(was, mode):
    """Tell whether text stands behind a closing quote."""
    return was in (_AFTER_QUOTE, _BEHIND_QUOTE) and mode in (_IN_CELL, _ESCAPED_IN_CELL)


@njit(cache=True, nogil=True)
def _find_rows(data, delimiter, longest, state, found):  # noqa: PLR0912  # calls would cost
    """Fill ``found`` with starts, ends, cells and strays.

    Stops where the buffer or the row's room ends, and before the first row with an escape.
    """
    words = data[: len(data) // 8 * 8].view(np.uint64)
    place, row, mode, cells, opened, closed, stray, escapes = state
    count = 0
    while count < found.shape[1]:
        end = min(len(data), row + longest + 1)
        is_first_escape = False
        while True:
            if mode == _IN_QUOTES:
                place = _find_quote(data, words, _BACKSLASH if escapes else _QUOTE, place, end)
            elif mode == _IN_CELL:
                other = np.int64(_BACKSLASH if escapes else delimiter)
                place = _find_cell_end(data, words, (np.int64(delimiter), other), place, end)
            if place >= end or (data[place] in _LINE_ENDS and mode < _IN_QUOTES):
                break
            was, mode = mode, _next_mode(data[place], mode, delimiter, escapes)
            if mode == _CELL_BEGINS:
                cells += 1
            elif mode == _AFTER_QUOTE:
                closed = place
            elif mode == _IN_QUOTES and was == _CELL_BEGINS:
                opened = place
            elif stray < 0 and _is_stray(was, mode):
                stray = place
                is_first_escape = not escapes and _is_escaped(data, row, closed)
                if is_first_escape:
                    break
            place += 1
        if is_first_escape:
            place, mode, cells, stray = row, _CELL_BEGINS, 1, -1
            escapes = np.int64(count == 0)
            if escapes:
                continue
            break
        if place >= end:
            break
        if cells > 1 or not _is_blank(data, row, place):
            found[0, count] = row
            found[1, count] = place
            found[2, count] = cells
            found[3, count] = stray
            count += 1
        place += 1
        row, mode, cells, stray = place, _CELL_BEGINS, 1, -1
    state[:] = np.array([place, row, mode, cells, opened, closed, stray, escapes])
    return count


@njit(cache=True, nogil=True)
def _skip_row(data, delimiter, patience, state):
    """Return the end of the row, -1 when it is not in the data.

    Of the state only what says how the next byte is read is kept.
    """
    place, mode, opened = state[_PLACE], state[_MODE], state[_OPEN]
    while place < len(data):
        if data[place] in _LINE_ENDS and (
            mode < _IN_QUOTES or (mode == _IN_QUOTES and place - opened > patience)
        ):
            break
        was, mode = mode, _next_mode(data[place], mode, delimiter, state[_ESCAPES])
        if mode == _IN_QUOTES and was == _CELL_BEGINS:
            opened = place
        place += 1
    state[_PLACE], state[_MODE], state[_OPEN] = place, mode, opened
    return place if place < len(data) else -1
