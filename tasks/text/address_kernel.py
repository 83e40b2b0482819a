"""The numba kernel of :mod:`tasks.text.addresses`; it reads valid UTF-8 and never allocates.

Type annotations stop at this border: numba infers the types of kernel arguments.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from typing import Final

import numpy as np
from numba import njit

from tasks.text.utf8 import decode

GROWS_AT_MOST: Final = 3
"""Times that a text may grow: a byte that may not stand in an address becomes ``%XX``."""

_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_UNRESERVED: Final = frozenset(f"{_LETTERS}-._~".encode())
_RESERVED: Final = frozenset(b":/?#[]@!$&'()*+,;=")
"""Both sets are RFC 3986's, sections 2.2 and 2.3."""

_UNRESERVED_TABLE: Final = np.array([code in _UNRESERVED for code in range(128)])
_PLAIN_TABLE: Final = np.array([code in _UNRESERVED | _RESERVED for code in range(128)])
_DIGITS: Final = np.frombuffer(b"0123456789ABCDEF", np.uint8)


@njit(cache=True, nogil=True)
def _hex(byte):
    if 0x30 <= byte <= 0x39:
        return byte - 0x30
    lower = byte | 0x20
    return lower - 0x57 if 0x61 <= lower <= 0x66 else -1


@njit(cache=True, nogil=True)
def _escaped(data, i, end):
    """Return the byte that ``%XX`` at ``i`` stands for, -1 when there is none."""
    if i + 2 >= end or data[i] != 0x25:
        return -1
    high = _hex(np.int64(data[i + 1]))
    low = _hex(np.int64(data[i + 2]))
    return -1 if high < 0 or low < 0 else high * 16 + low


@njit(cache=True, nogil=True)
def _escape(byte, out, at):
    out[at] = 0x25
    out[at + 1] = _DIGITS[byte >> 4]
    out[at + 2] = _DIGITS[byte & 15]
    return at + 3


@njit(cache=True, nogil=True)
def _is_shown(code):
    """Whether the character stands as itself: not a control, a space or invisible (RFC 3987)."""
    if code < 0xA1 or code in (0xAD, 0x61C, 0x1680, 0x3000, 0xFEFF):
        return False
    if 0x2000 <= code <= 0x200F or 0x2028 <= code <= 0x202F or 0x205F <= code <= 0x206F:
        return False
    return not (0xE000 <= code <= 0xF8FF or 0xFFF0 <= code <= 0xFFFF)


@njit(cache=True, nogil=True)
def _escaped_length(data, i, end, first):
    """Return the length in UTF-8 of the character whose ``%XX`` begin at ``i``; 0 for none."""
    length = 2 if first < 0xE0 else (3 if first < 0xF0 else 4)
    if first < 0xC2 or first > 0xF4:
        return 0
    second = _escaped(data, i + 3, end)
    if (
        (first == 0xE0 and second < 0xA0)
        or (first == 0xED and second > 0x9F)
        or (first == 0xF0 and second < 0x90)
        or (first == 0xF4 and second > 0x8F)
    ):
        return 0
    for k in range(1, length):
        following = _escaped(data, i + 3 * k, end)
        if following < 0x80 or following > 0xBF:
            return 0
    return length


@njit(cache=True, nogil=True)
def _settle_escape(data, i, end, out, at):
    """Settle the ``%`` at ``i``; return (place in data, place in out) after it."""
    first = _escaped(data, i, end)
    if first < 0:
        return i + 1, _escape(np.int64(0x25), out, at)
    if first < 0x80:
        if _UNRESERVED_TABLE[first]:
            out[at] = first
            return i + 3, at + 1
        return i + 3, _escape(first, out, at)
    length = _escaped_length(data, i, end, first)
    for k in range(length):
        out[at + k] = _escaped(data, i + 3 * k, end)
    if length == 0 or not _is_shown(decode(out, at)[0]):
        return i + 3, _escape(first, out, at)
    return i + 3 * length, at + length


@njit(cache=True, nogil=True)
def settle_escapes(data, offsets, out, out_offsets):
    """Write each address with one spelling for every character.

    Letters of any script, digits and ``-._~`` stand as themselves; what has a meaning in addresses
    stays as it was written, escaped or not; everything else is escaped, in upper case.
    """
    at = np.int64(0)
    for row in range(len(offsets) - 1):
        i = offsets[row]
        end = offsets[row + 1]
        while i < end:
            byte = data[i]
            if byte == 0x25:
                i, at = _settle_escape(data, i, end, out, at)
            elif byte < 0x80:
                if _PLAIN_TABLE[byte]:
                    out[at] = byte
                    at += 1
                else:
                    at = _escape(np.int64(byte), out, at)
                i += 1
            else:
                code, length = decode(data, i)
                shown = _is_shown(code)
                for k in range(length):
                    if shown:
                        out[at] = data[i + k]
                        at += 1
                    else:
                        at = _escape(np.int64(data[i + k]), out, at)
                i += length
        out_offsets[row + 1] = at
