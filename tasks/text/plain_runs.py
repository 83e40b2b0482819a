"""The numba kernel that copies what repair leaves as it is: most of every text.

It marks what may have to be repaired without a branch, some thousand bytes at a time, so that the
compiler makes vector instructions of it, and copies from mark to mark.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# ruff: noqa: PLR0913, PLR0917 (kernels take their arrays one by one)

from typing import Final

import numpy as np
from numba import njit

from tasks.text.kernels import borrowing

MARKED: Final = 4096
"""Bytes that are marked at a time: they stay in the nearest cache."""

_LOOKS_AHEAD: Final = 2


@njit(cache=True, nogil=True)
def room_for_marks():
    """Return what :func:`copy_run` marks in: a mark for each byte, and the same eight at a time."""
    marks = np.empty(MARKED, np.uint8)
    return marks, marks.view(np.uint64)


@borrowing
def _mark(text, marks, size, one_line):
    """Mark, among the first ``size`` bytes, those with which something begins that may not stand.

    That is white space but for one space or newline, controls, ``&``, and of other characters what
    ``tasks.text.letters.repairs`` does not keep, told by one byte or two.
    """
    line_break = np.uint8(0x20 if one_line else 0x0A)
    for k in range(size):
        byte, after, third = text[k], text[k + 1], text[k + 2]
        white = (byte == 0x20) | (byte == 0x0A)
        odd = (byte < 0x20) & (byte != line_break)
        odd |= (byte == 0x26) | (byte == 0x7F)
        odd |= white & ((after == 0x20) | (after == 0x0A))
        # U+061C and tatweel; U+0080-00A0 and the soft hyphen; U+0340-037F.
        odd |= ((byte == 0xD8) & (after == 0x9C)) | ((byte == 0xD9) & (after == 0x80))
        odd |= (byte == 0xC2) & ((after < 0xA1) | (after == 0xAD))
        odd |= (byte == 0xCD) | (byte == 0xE1) | (byte == 0xE3) | (byte == 0xEF)
        # Of U+2000-2FFF these are kept: – — ‘ ’ • … and their neighbours U+2010-2019, U+2020-2027.
        dash = ((third >= 0x90) & (third <= 0x99)) | ((third >= 0xA0) & (third <= 0xA7))
        odd |= (byte == 0xE2) & ((after != 0x80) | (dash == 0))
        marks[k] = odd


@borrowing
def next_mark(marks, words, k, size):
    """Return the place of the next mark, ``size`` without one; ``words`` are eight marks each."""
    while k < size and k & 7:
        if marks[k]:
            return k
        k += 1
    while k + 8 <= size and words[k >> 3] == 0:
        k += 8
    while k < size and not marks[k]:
        k += 1
    return k


@borrowing
def copy_run(data, i, end, out, at, stop, one_line, room, marked):
    """Copy what stands from ``i`` on, until something may not or ``at`` is past ``stop``.

    ``marked`` are the first raw byte that the marks tell of and the one behind the last. Return
    both places and the new ``marked``. The places are before a character, and not behind white
    space: what follows that tells whether it stands.
    """
    start = i
    first, last = marked
    marks, words = room
    while i < end and at < stop:
        if i >= last:
            first, last = i, min(i + len(marks), end, len(data) - _LOOKS_AHEAD)
            if first >= last:
                break
            _mark(data[first:], marks, last - first, one_line)
        place = first + next_mark(marks, words, i - first, last - first)
        source, target = data[i:place], out[at : at + place - i]
        for k in range(len(source)):
            target[k] = source[k]
        at += place - i
        i = place
        if place < last:
            break
    while i > start and ((i < end and data[i] & 0xC0 == 0x80) or data[i - 1] in (0x20, 0x0A)):
        i -= 1
        at -= 1
    return i, at, (first, last)
