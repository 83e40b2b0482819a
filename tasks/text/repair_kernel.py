"""The numba kernels of :mod:`tasks.text.repair`; they read valid UTF-8.

Type annotations stop at this border: numba infers the types of kernel arguments.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# ruff: noqa: PLR0912, PLR0913, PLR0917 (kernels take their arrays one by one: read out of a named tuple
# for each character they are counted as references each time, thirty times slower)

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from tasks.text.kernels import borrowing
from tasks.text.letters import (
    ARABIC,
    BLANK,
    BREAK,
    DELETE,
    ENTITY,
    EXPAND,
    KEEP,
    LETTER,
    QUOTE,
    STRETCH,
    ZERO_WIDTH_JOINER,
)
from tasks.text.plain_runs import copy_run, room_for_marks
from tasks.text.utf8 import decode, encode


class Tables(NamedTuple):
    """What the kernels look up: see :mod:`tasks.text.letters` and :mod:`tasks.text.repair`."""

    actions: npt.NDArray[np.uint8]
    classes: npt.NDArray[np.uint8]
    form_starts: npt.NDArray[np.int32]
    form_letters: npt.NDArray[np.uint8]
    entity_names: npt.NDArray[np.uint64]
    entity_codes: npt.NDArray[np.int32]


EXPANDED_AT_MOST: Final = 48
"""Bytes of the longest expansion (U+FDFD, the basmala: 41) with room to spare."""

_NO_STOP: Final = 1 << 62
_FIRST_FORM: Final = 0xFB50
_ENTITY_LENGTH: Final = 10
_AMPERSAND: Final = 0x26
_COUNTED: Final = 1024
"""Bytes that are looked over at a time: most have nothing that grows."""

_WINDOWS_1252: Final = np.array(
    [0x20AC, 0, 0x201A, 0x192, 0x201E, 0x2026, 0x2020, 0x2021, 0x2C6, 0x2030, 0x160, 0x2039,
     0x152, 0, 0x17D, 0, 0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x2DC,
     0x2122, 0x161, 0x203A, 0x153, 0, 0x17E, 0x178], np.int32,
)  # fmt: skip
"""What browsers read in ``&#128;`` to ``&#159;`` (HTML standard, numeric character references)."""


@borrowing
def _may_grow(text):
    """Tell whether there is a lead byte of forms or a number sign; without a branch."""
    seen = np.uint8(0)
    for i in range(len(text)):
        seen |= np.uint8((text[i] == 0xEF) | (text[i] == 0x23))
    return seen != 0


@borrowing
def count_growing(data, offsets):
    """Return how many characters may grow, how many by whole words, and how many references.

    A numeric reference («&#65018;», also escaped again: «&amp;#65018;») may stand for either.
    """
    forms = 0
    long_forms = 0
    references = 0
    for first in range(offsets[0], offsets[-1], _COUNTED):
        last = min(first + _COUNTED, offsets[-1])
        if not _may_grow(data[first:last]):
            continue
        for i in range(first, last):
            if data[i] == 0x23:
                references += i > offsets[0] and data[i - 1] in (0x26, 0x3B)
            elif data[i] == 0xEF:
                forms += 1
                long_forms += data[i + 1] == 0xB7 and data[i + 2] >= 0xB0
    return forms, long_forms, references


@borrowing
def _read_entity(data, i, end, names, codes):
    """Return (code point, place after it) of the entity whose name begins at ``i``; 0 if none."""
    if i + 1 < end and data[i] == 0x23:
        i += 1
        base = 10
        if data[i] in (0x78, 0x58):
            base = 16
            i += 1
        value = np.int64(0)
        first = i
        while i < end and i - first < 8:
            byte = data[i]
            digit = -1
            if byte >= 0x30 and byte <= 0x39:
                digit = byte - 0x30
            elif base == 16 and (byte | 0x20) >= 0x61 and (byte | 0x20) <= 0x66:
                digit = (byte | 0x20) - 0x57
            if digit < 0:
                break
            value = value * base + digit
            i += 1
        if i == first or i >= end or data[i] != 0x3B or value > 0x10FFFF:
            return np.int32(0), i
        if value >= 0x80 and value < 0xA0:
            value = np.int64(_WINDOWS_1252[value - 0x80])
        if value >= 0xD800 and value < 0xE000:
            value = np.int64(0)
        return np.int32(value), i + 1
    value_hash = np.uint64(0xCBF29CE484222325)
    first = i
    while i < end and i - first < _ENTITY_LENGTH and data[i] != 0x3B:
        value_hash = (value_hash ^ np.uint64(data[i])) * np.uint64(0x100000001B3)
        i += 1
    if i == first or i >= end or data[i] != 0x3B:
        return np.int32(0), i
    place = np.searchsorted(names, value_hash)
    if place < len(names) and names[place] == value_hash:
        return codes[place], i + 1
    return np.int32(0), i


@borrowing
def _unescape(data, i, end, names, codes):
    """Return (code point, place after it) of the ampersand at ``i``, escaped once or many times."""
    after = i + 1
    code = np.int32(_AMPERSAND)
    while True:
        value, place = _read_entity(data, after, end, names, codes)
        if value == 0:
            return code, after
        after = place
        if value != _AMPERSAND:
            return value, after


@borrowing
def _kind_after(data, i, end, actions, classes):
    """Return (class bits of the next character that will stand, its place); a space at the end."""
    while i < end:
        code, length = decode(data, i)
        if code >= 0x10000:
            return np.uint8(0), i
        if actions[code] == EXPAND:
            return np.uint8(LETTER | ARABIC), i
        if actions[code] in (BLANK, BREAK):
            return np.uint8(1), i
        marks = (code >= 0x64B and code <= 0x65F) or code == 0x670
        if not marks and actions[code] not in (DELETE, STRETCH, ZERO_WIDTH_JOINER):
            return classes[code], i
        i += length
    return np.uint8(1), end


@borrowing
def _letters_before(out, first, at, classes):
    """Return how many letters (five at most) stand unbroken before ``at``; -1 behind a tatweel."""
    count = 0
    while at > first and count < 5:
        at -= 1
        while at > first and out[at] & 0xC0 == 0x80:
            at -= 1
        code, _ = decode(out, at)
        if code == 0x640 and count == 0:
            return -1
        kind = classes[code] if code < 0x10000 else np.uint8(1)
        if kind & LETTER:
            count += 1
        elif kind != 0:  # a mark (class 0) belongs to its letter
            break
    return count


@borrowing
def _keeps_tatweel(out, first, at, following, classes):
    """Tell whether a tatweel stands: not inside a word, nor at the end of a long one.

    It stands after a prefix («لـ«عكاظ»», «الـ50», «وبالـ«..»») and in «هـ», and where it is no
    letter's; one of a run is enough after a letter.
    """
    count = _letters_before(out, first, at, classes)
    if count == 0:
        return True
    if count < 0 or following & LETTER:
        return count < 0 and not following & LETTER and _is_free(out, first, at)
    return count <= 2 or (count <= 4 and following & 1 == 0)


@borrowing
def _is_free(out, first, at):
    """Tell whether the run of tatweels before ``at`` begins the line or follows white space.

    A second one is written in such a run only, so that there is no need to walk it back.
    """
    if at >= first + 4 and out[at - 4] == 0xD9 and out[at - 3] == 0x80:
        return True
    return at == first + 2 or out[at - 3] in (0x20, 0x0A)


@borrowing
def _follows_emoji(out, first, at):
    """Tell whether the last character is one that a zero-width joiner may join."""
    if at < first + 3:
        return False
    while at > first and out[at - 1] & 0xC0 == 0x80:
        at -= 1
    code, _ = decode(out, at - 1)
    return code >= 0x10000 or code in range(0x2600, 0x27C0) or code == 0xFE0F


@borrowing
def _stands(action, owed, following, out, first, at, classes):
    """Tell whether a character that is sometimes left out is written."""
    if action == ZERO_WIDTH_JOINER:
        return _follows_emoji(out, first, at)
    if action == STRETCH:  # after white space it is a dash, not part of a word
        return owed != KEEP or _keeps_tatweel(out, first, at, following, classes)
    return action != DELETE


@borrowing
def _write(code, action, out, at, form_starts, form_letters):
    """Write a character, or what it stands for, at ``at``; return the place after it."""
    if action == EXPAND:
        form = code - _FIRST_FORM
        for k in range(form_starts[form], form_starts[form + 1]):
            out[at] = form_letters[k]
            at += 1
        return at
    if action == QUOTE:
        out[at] = 0x22
        return at + 1
    return encode(code, out, at)


@borrowing
def _note(trail, pieces, before, raw_start, raw_end, copied):
    """Note that what is written from ``before`` stands for these raw bytes; return the count."""
    trail[0, pieces] = before
    trail[1, pieces] = raw_start
    trail[2, pieces] = raw_end
    trail[3, pieces] = copied
    return pieces + 1


@borrowing
def _repair_row(data, start, end, out, at, trail, stop, one_line, tables, room):
    """Repair one text into ``out`` from ``at``; return the place after it, or one behind ``stop``.

    Where ``trail`` has room, each column is a piece: what is written from ``trail[0]`` on stands
    for the raw bytes from ``trail[1]`` to ``trail[2]``, which it copies if ``trail[3]``. Their
    count is returned, too: two at most for each byte that was read.
    """
    actions, classes, form_starts, form_letters, names, codes = tables
    traced = trail.shape[1] > 0
    first, i, owed, marked = at, start, KEEP, (start, start)
    pieces = np.int64(0)
    following, looked = np.uint8(1), start
    while i < end and at < stop:
        if owed == KEEP and at > first:
            before, copied_from = at, i
            i, at, marked = copy_run(data, i, end, out, at, stop, one_line, room, marked)
            if traced and at > before:
                pieces = _note(trail, pieces, before, copied_from - start, i - start, True)
            if i == end or at >= stop:
                break
        raw_start = i
        code, length = decode(data, i)
        action = actions[code] if code < 0x10000 else KEEP
        if action == ENTITY:
            code, after = _unescape(data, i, end, names, codes)
            length = after - i
            action = actions[code] if code < 0x10000 and code != _AMPERSAND else KEEP
        i += length
        if action != KEEP:
            if action == BREAK and not one_line:
                owed = BREAK
                continue
            if action in (BLANK, BREAK):
                if owed == KEEP:
                    owed = BLANK
                continue
            if action == STRETCH and i > looked:  # once for a run of them
                following, looked = _kind_after(data, i, end, actions, classes)
            if not _stands(action, owed, following, out, first, at, classes):
                continue
        if owed != KEEP and at > first:
            if traced:
                pieces = _note(trail, pieces, at, raw_start - start, raw_start - start, False)
            out[at] = 0x0A if owed == BREAK else 0x20
            at += 1
        owed = KEEP
        if traced:
            pieces = _note(trail, pieces, at, raw_start - start, i - start, False)
        at = _write(code, action, out, at, form_starts, form_letters)
    return at, pieces


@njit(cache=True, nogil=True)
def text_of(source, row):
    """Return data, start and end of one row of ``source``: the raw text, or the composed one."""
    data, offsets, rows, composed, composed_offsets = source
    k = np.searchsorted(rows, row)
    if k < len(rows) and rows[k] == row:
        return composed, composed_offsets[k], composed_offsets[k + 1]
    return data, offsets[row], offsets[row + 1]


@njit(cache=True, nogil=True)
def repair_one(source, row, out, at, trail, stop, one_line, tables, room):
    """Repair one row of ``source``; return what :func:`_repair_row` does."""
    data, start, end = text_of(source, row)
    return _repair_row(data, start, end, out, at, trail, stop, one_line, tables, room)


@njit(cache=True, nogil=True)
def repair_rows(source, out, out_offsets, one_line, tables):
    """Repair every row into ``out``, fill ``out_offsets`` and return the bytes written."""
    untraced = np.empty((4, 0), np.int32)
    room = room_for_marks()
    stop = np.int64(_NO_STOP)
    at = np.int64(0)
    for row in range(len(out_offsets) - 1):
        at, _ = repair_one(source, row, out, at, untraced, stop, one_line, tables, room)
        out_offsets[row + 1] = at
    return at
