"""The numba kernels under JSON: what one pass over the bytes tells, and strings as JSON.

Type annotations stop at this border: numba infers the types of kernel arguments.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

import numpy as np
from numba import njit

from tasks.fetch.formats.word_kernel import (
    BACKSLASHES,
    HIGH_BITS,
    LINE_FEEDS,
    LOW_BITS,
    QUOTES,
    SPACES,
    has_zero,
)
from tasks.text.buffers import Bytes, Places

_QUOTE = 0x22
_BACKSLASH = 0x5C
_COLON = 0x3A
_COMMA = 0x2C
_NEWLINE = 0x0A
_OPEN = (0x5B, 0x7B)
_CLOSE = (0x5D, 0x7D)

_ALL_BITS = np.uint64(0xFFFFFFFFFFFFFFFF)
_FIRST_HIGH = np.uint64(0x80)
_SHIFT = np.arange(64, dtype=np.uint64)
"""Numbers as numba shifts words by: with signed ones it makes floats."""

_SPACE = 0x20
_HEX = np.frombuffer(b"0123456789abcdef", np.uint8)
_LETTERS = np.frombuffer(b"btn fr", np.uint8)
"""The short escapes of the characters 8 to 13; there is none of 11."""

_LONGEST_ESCAPE = 6


def measure_lines(data: Bytes, offsets: Places) -> tuple[Places, Places]:
    """Return (pairs, depth) of each line, int64 arrays, without checking that it is JSON.

    ``pairs`` counts colons outside strings, which in valid JSON is the number of key-value pairs
    as written, repeated keys included; ``depth`` is the deepest nesting of brackets and braces.
    """
    words = data[: len(data) // 8 * 8].view(np.uint64)
    pairs, depth = _measure_lines(data, words, offsets)
    return pairs, depth


def are_utf8(data: Bytes, offsets: Places) -> bool:
    """Tell whether each text is UTF-8, in a fifth of Arrow's time for Arabic."""
    words = data[: len(data) // 8 * 8].view(np.uint64)
    return bool(_are_utf8(data, words, offsets))


def quote_strings(data: Bytes, offsets: Places, prefix: bytes) -> tuple[Bytes, Places]:
    """Return (data, offsets) of the texts as JSON strings, each between the prefix and a comma.

    Bytes that are not UTF-8 stay as they are.
    """
    before = np.frombuffer(prefix, np.uint8)
    rows = len(offsets) - 1
    size = int(offsets[-1] - offsets[0])
    # Untouched memory costs nothing.
    out = np.empty(size * _LONGEST_ESCAPE + rows * (len(before) + 3), np.uint8)
    places = np.zeros(rows + 1, np.int64)
    _quote_strings(data, offsets, before, out, places)
    return out[: places[-1]], places


@njit(cache=True, nogil=True)
def _are_utf8(data, words, offsets):
    i = offsets[0]
    end = offsets[-1]
    for start in offsets[:-1]:
        if start < end and data[start] & 0xC0 == 0x80:
            return False
    while i < end:
        if i & 7 == 0:
            i = _pass_pairs(words, i >> 3, end >> 3, np.uint64(0))
        elif i & 7 == 7 and 0xC2 <= data[i] <= 0xDF:
            i = _pass_pairs(words, (i + 1) >> 3, end >> 3, _FIRST_HIGH)
        if i < end:
            length = _length(data, i, end)
            if length == 0:
                return False
            i += length
    return True


@njit(cache=True, nogil=True)
def _pass_pairs(words, word, last, open_before):
    """Pass words of ASCII and characters of two bytes; return where a character begins.

    ``open_before``: the last byte before them begins a character.
    """
    while word < last:
        bits = words[word]
        high = bits & HIGH_BITS
        begins = high & (bits << _SHIFT[1])
        follows = high & ~(bits << _SHIFT[1])
        small = ~(
            (bits << _SHIFT[3]) | (bits << _SHIFT[4]) | (bits << _SHIFT[5]) | (bits << _SHIFT[6])
        )
        if follows != (begins << _SHIFT[8]) | open_before or begins & ((bits << _SHIFT[2]) | small):
            break
        open_before = begins >> _SHIFT[56]
        word += 1
    return 8 * word - (open_before != 0)


@njit(cache=True, nogil=True)
def _length(data, i, end):
    """Return the length of the character that begins at ``i``; 0 when it is not UTF-8."""
    byte = data[i]
    if byte < 0x80:
        return 1
    length = 2 + (byte >= 0xE0) + (byte >= 0xF0)
    if byte < 0xC2 or byte > 0xF4 or i + length > end:
        return 0
    for k in range(i + 1, i + length):
        if data[k] & 0xC0 != 0x80:
            return 0
    second = data[i + 1]
    if (byte == 0xE0 and second < 0xA0) or (byte == 0xED and second > 0x9F):
        return 0
    if (byte == 0xF0 and second < 0x90) or (byte == 0xF4 and second > 0x8F):
        return 0
    return length


@njit(cache=True, nogil=True)
def _quote_strings(data, offsets, before, out, places):
    words = data[: len(data) // 8 * 8].view(np.uint64)
    at = 0
    for row in range(len(offsets) - 1):
        for byte in before:
            out[at] = byte
            at += 1
        out[at] = _QUOTE
        at += 1
        i = offsets[row]
        end = offsets[row + 1]
        while i < end:
            start = i
            i = find_special(data, words, i, end)
            out[at : at + i - start] = data[start:i]
            at += i - start
            if i < end:
                at = _escape(data[i], out, at)
                i += 1
        out[at] = _QUOTE
        out[at + 1] = _COMMA
        at += 2
        places[row + 1] = at


@njit(cache=True, nogil=True)
def find_special(data, words, i, end):
    """Return the place of the next byte that a JSON string escapes, ``end`` without one."""
    while i < end:
        if i & 7 == 0:
            word = i >> 3
            while word < end >> 3 and not (
                has_zero(words[word] ^ QUOTES)
                or has_zero(words[word] ^ BACKSLASHES)
                or (words[word] - SPACES) & ~words[word] & HIGH_BITS != 0
            ):
                word += 1
            i = word << 3
            if i >= end:
                break
        if data[i] < _SPACE or data[i] == _QUOTE or data[i] == _BACKSLASH:
            break
        i += 1
    return i


@njit(cache=True, nogil=True)
def _escape(byte, out, at):
    out[at] = _BACKSLASH
    if byte >= _SPACE:
        out[at + 1] = byte
        return at + 2
    if 8 <= byte <= 13 and byte != 11:
        out[at + 1] = _LETTERS[byte - 8]
        return at + 2
    out[at + 1] = 0x75
    out[at + 2] = out[at + 3] = _HEX[0]
    out[at + 4] = _HEX[byte >> 4]
    out[at + 5] = _HEX[byte & 15]
    return at + 6


@njit(cache=True, nogil=True)
def find_quote(data, words, i):
    """Return the place of the next quote or line feed, eight bytes at a time.

    The lowest byte of a word is taken to be the first: little-endian, as all that Arrow runs on.
    """
    word = i >> 3
    if word < len(words):
        hit = _hits(words[word] | ~(_ALL_BITS << _SHIFT[8 * (i & 7)]))
        while hit == 0:
            word += 1
            if word == len(words):
                break
            hit = _hits(words[word])
        if hit != 0:
            below = ((hit & (~hit + _SHIFT[1])) >> _SHIFT[7]) - _SHIFT[1]
            return 8 * word + np.int64(((below & LOW_BITS) * LOW_BITS) >> _SHIFT[56])
        i = 8 * word
    while i < len(data) and data[i] != _QUOTE and data[i] != _NEWLINE:
        i += 1
    return i


@njit(cache=True, nogil=True, inline="always")
def _hits(word):
    """Return the high bit of the first quote or line feed, and higher ones (Warren, 6-1)."""
    quotes = word ^ QUOTES
    newlines = word ^ LINE_FEEDS
    return (((quotes - LOW_BITS) & ~quotes) | ((newlines - LOW_BITS) & ~newlines)) & HIGH_BITS


@njit(cache=True, nogil=True)
def _find_string_end(data, words, i, end):
    """Return the place of the quote that closes the string, ``end`` or more without one.

    Eight bytes at a time: an eighth of the time of one by one, and most bytes are in strings.
    """
    while i < end:
        if i % 8 == 0:
            word = i // 8
            while word < min(end // 8, len(words)) and not (
                has_zero(words[word] ^ QUOTES) or has_zero(words[word] ^ BACKSLASHES)
            ):
                word += 1
            i = word * 8
            if i >= end:
                break
        if data[i] == _QUOTE:
            break
        i += 2 if data[i] == _BACKSLASH else 1
    return i


@njit(cache=True, nogil=True)
def _measure_lines(data, words, offsets):
    rows = len(offsets) - 1
    pairs = np.zeros(rows, np.int64)
    depth = np.zeros(rows, np.int64)
    for row in range(rows):
        i = offsets[row]
        end = offsets[row + 1]
        level = 0
        while i < end:
            byte = data[i]
            i += 1
            if byte == _QUOTE:
                i = _find_string_end(data, words, i, end) + 1
            elif byte == _COLON:
                pairs[row] += 1
            elif byte in _OPEN:
                level += 1
                depth[row] = max(depth[row], level)
            elif byte in _CLOSE:
                level -= 1
    return pairs, depth
