"""The numba kernel under tables: where rows end, and how many cells they have.

It reads as Arrow does: a quote opens only at the beginning of a cell, ``""`` inside is one quote,
what follows the closing quote belongs to the cell as it is, and a row ends at LF, CR LF or CR.

Type annotations stop at this border: numba infers the types of kernel arguments.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from typing import Final, NamedTuple

import numpy as np
from numba import njit

from tasks.fetch.formats.word_kernel import LINE_FEEDS, LOW_BITS, QUOTES, RETURNS, has_zero

ROWS_AT_ONCE: Final = 4096

_QUOTE = 0x22
_LINE_FEED = 0x0A
_RETURN = 0x0D
_LINE_ENDS = (_LINE_FEED, _RETURN)
_BLANK = (0x20, 0x09, 0x0B, 0x0C)

_CELL_BEGINS, _IN_CELL, _IN_QUOTES, _AFTER_QUOTE = range(4)
_PLACE, _ROW, _MODE, _CELLS, _QUOTE_AT = range(5)


class Rows(NamedTuple):
    """Rows that are not blank, one after the other: ``data[start:end]`` without its line end."""

    starts: list[int]
    ends: list[int]
    cells: list[int]


class RowFinder:
    """Finds rows of up to ``longest`` bytes in a buffer that is read piece by piece.

    All places are those of the buffer: ``row`` is where the row begins that has no end yet,
    ``quote`` where its last quoted cell does. What is found does not depend on how the bytes come.
    """

    def __init__(self, delimiter: bytes, longest: int) -> None:
        self._delimiter = np.uint8(delimiter[0])
        self._longest = longest
        self._state = np.zeros(5, np.int64)
        self._found = np.empty((3, ROWS_AT_ONCE), np.int64)
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
        return int(self._state[_QUOTE_AT]) if self._state[_MODE] == _IN_QUOTES else None

    @property
    def is_over(self) -> bool:
        """Whether the row that has no end yet is longer than ``longest``."""
        return bool(self._state[_PLACE] - self._state[_ROW] > self._longest)

    def restart(self, place: int) -> None:
        """Begin a row there."""
        self._state[:] = (place, place, _CELL_BEGINS, 1, 0)

    def move(self, by: int) -> None:
        """Take note that so many bytes were taken from the beginning of the buffer."""
        self._state[[_PLACE, _ROW, _QUOTE_AT]] -= by


@njit(cache=True, nogil=True)
def _find_quote(data, words, i, end):
    """Return the place of the next quote, ``end`` without one; eight bytes at a time."""
    while i < end and data[i] != _QUOTE:
        i += 1
        if i % 8 == 0:
            word = i // 8
            while word < end // 8 and not has_zero(words[word] ^ QUOTES):
                word += 1
            i = word * 8
    return min(i, end)


@njit(cache=True, nogil=True)
def _find_cell_end(data, words, delimiter, i, end):
    """Return the place of the next delimiter or line end, ``end`` without one."""
    delimiters = np.uint64(delimiter) * LOW_BITS
    while i < end and not (data[i] == delimiter or data[i] in _LINE_ENDS):
        i += 1
        if i % 8 == 0:
            word = i // 8
            while word < end // 8 and not (
                has_zero(words[word] ^ delimiters)
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
def _find_rows(data, delimiter, longest, state, found):
    """Fill ``found`` with starts, ends and cells; stop where the buffer or the row's room ends."""
    words = data[: len(data) // 8 * 8].view(np.uint64)
    place, row, mode, cells, quote = state
    count = 0
    while count < found.shape[1]:
        end = min(len(data), row + longest + 1)
        while place < end:
            if mode == _IN_QUOTES:
                place = _find_quote(data, words, place, end)
                if place < end:
                    mode = _AFTER_QUOTE
                    place += 1
                continue
            byte = data[place]
            if byte == _QUOTE and mode == _CELL_BEGINS:
                quote = place
                mode = _IN_QUOTES
            elif byte == _QUOTE and mode == _AFTER_QUOTE:
                mode = _IN_QUOTES
            elif byte == delimiter:
                cells += 1
                mode = _CELL_BEGINS
            elif byte in _LINE_ENDS:
                break
            else:
                mode = _IN_CELL
                place = _find_cell_end(data, words, delimiter, place, end)
                continue
            place += 1
        if place >= end:
            break
        if cells > 1 or not _is_blank(data, row, place):
            found[0, count] = row
            found[1, count] = place
            found[2, count] = cells
            count += 1
        place += 1
        row = place
        mode = _CELL_BEGINS
        cells = 1
    state[:] = np.array([place, row, mode, cells, quote])
    return count


@njit(cache=True, nogil=True)
def _skip_row(data, delimiter, patience, state):
    """Return the end of the row, -1 when it is not in the data."""
    place, _, mode, _, quote = state
    while place < len(data):
        byte = data[place]
        if mode == _IN_QUOTES:
            if byte == _QUOTE:
                mode = _AFTER_QUOTE
            elif byte in _LINE_ENDS and place - quote > patience:
                break
        elif byte in _LINE_ENDS:
            break
        elif byte == delimiter:
            mode = _CELL_BEGINS
        elif byte == _QUOTE and mode != _IN_CELL:
            quote = quote if mode == _AFTER_QUOTE else place
            mode = _IN_QUOTES
        else:
            mode = _IN_CELL
        place += 1
    state[_PLACE] = place
    state[_MODE] = mode
    state[_QUOTE_AT] = quote
    return place if place < len(data) else -1
