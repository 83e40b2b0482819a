"""The space that is missing behind a punctuation mark: «الأمر.وعلى», «اليوم،أفادت», «دبي:محمد».

Reflowed print pages and lost line breaks leave two sentences glued; of 20,000 real articles one in
five had such a place. A space is put in where it is certain:

- ، ؛ ؟ ! before an Arabic letter: nothing else is ever meant by it;
- a colon between two Arabic letters («البقرة:23» and «10:30» stay);
- a full stop with three letters or more on both sides: «إن.بي.كيه», «د.محمد» and «أ.ف.ب» stay, and
  so do the names of sites, «سوق.كوم».

Each place is kept in ``glued_words_split``. Whether two whole words were glued without a mark
between them takes a vocabulary to tell; those stay as they are.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from typing import Final

import numpy as np
import pyarrow as pa
from numba import njit

from tasks.text import letters
from tasks.text.buffers import Texts
from tasks.text.letters import ARABIC, LETTER
from tasks.text.utf8 import decode

_LETTERS: Final = 3
_SELDOM: Final = 1024  # bytes to a place at least, as a rule: else they are sought twice
_SITES: Final = np.array([0x643, 0x648, 0x645, 0x646, 0x62A])
"""The letters of «كوم» and «نت», whole words behind a full stop that belong to a name."""


def split_glued(texts: Texts) -> tuple[Texts, pa.Array]:
    """Return the texts with the spaces that are missing for certain, and where they were put.

    The places are lists of code points in the texts returned, one list a row.
    """
    classes = letters.classes()
    places = np.empty(len(texts.data) // _SELDOM + 1, np.int64)
    found = _find(texts.data, texts.offsets, classes, places)
    if not found:
        nowhere = np.zeros(len(texts) + 1, np.int32)
        return texts, pa.ListArray.from_arrays(pa.array(nowhere), pa.array([], pa.int32()))
    if found > len(places):
        places = np.empty(found, np.int64)
        _find(texts.data, texts.offsets, classes, places)
    places = places[:found]
    out = np.empty(len(texts.data) + found, np.uint8)
    offsets = np.zeros(len(texts) + 1, np.int64)
    points = np.empty(found, np.int32)
    counts = np.zeros(len(texts) + 1, np.int32)
    size = _copy(texts.data, texts.offsets, places, (out, offsets, points, counts))
    lists = pa.ListArray.from_arrays(pa.array(counts), pa.array(points))
    return Texts(out[:size], offsets), lists


@njit(cache=True, nogil=True)
def _is_letter(data, i, end, classes):
    """Tell whether an Arabic letter stands at the byte, and its length."""
    if i >= end or data[i] < 0xD8 or data[i] > 0xDB:
        return False, 1
    code, length = decode(data, i)
    return classes[code] & (ARABIC | LETTER) == ARABIC | LETTER, length


@njit(cache=True, nogil=True)
def _run_after(data, i, end, classes):
    """Return how many letters follow, three at most, and whether they are the name of a domain."""
    count = 0
    first = i
    while i < end and count <= _LETTERS:
        is_letter, length = _is_letter(data, i, end, classes)
        if not is_letter:
            break
        count += 1
        i += length
    at = first
    site = count in (2, 3)
    want = 0 if count == 3 else 3
    for k in range(count if site else 0):
        code, length = decode(data, at)
        site = site and code == _SITES[want + k]
        at += length
    return count, site


@njit(cache=True, nogil=True)
def _run_before(data, i, start, classes):
    """Return how many letters stand before the byte, and whether nothing binds them backwards."""
    count = 0
    while i > start:
        before = i - 1
        while before > start and data[before] & 0xC0 == 0x80:
            before -= 1
        is_letter, _ = _is_letter(data, before, i, classes)
        if data[before] == 0xD9 and data[before + 1] >= 0x8B and data[before + 1] <= 0x92:
            i = before  # a haraka
            continue
        if not is_letter:
            # . / @ _ - and figures bind a word to what stands before it.
            return count, data[before] not in (0x2E, 0x2F, 0x40, 0x5F, 0x2D) and not (
                data[before] >= 0x30 and data[before] <= 0x39
            )
        count += 1
        i = before
    return count, True


@njit(cache=True, nogil=True)
def _is_glued(data, i, start, end, classes):
    """Tell whether a space is missing behind the mark whose last byte this is."""
    byte = data[i]
    if not _is_letter(data, i + 1, end, classes)[0]:
        return False
    if byte == 0x21:
        return True
    if byte >= 0x80:
        return i > start and data[i - 1] == 0xD8
    before, alone = _run_before(data, i, start, classes)
    if byte == 0x3A:
        return before > 0
    after, site = _run_after(data, i + 1, end, classes)
    return before >= _LETTERS and alone and after >= _LETTERS and not site


@njit(cache=True, nogil=True)
def _next_mark(data, i, end):
    """Return the next byte that ends a mark and stands before an Arabic letter, ``end`` without.

    64 bytes at a time, without a branch: the compiler makes a few vector instructions of it.
    """
    while i + 65 <= end:
        found = False
        for k in range(i, i + 64):
            byte = data[k]
            mark = (byte == 0x21) | (byte == 0x2E) | (byte == 0x3A)
            mark |= (byte == 0x8C) | (byte == 0x9B) | (byte == 0x9F)  # the ends of ، ؛ ؟
            found |= mark & (data[k + 1] >= 0xD8)
        if found:
            break
        i += 64
    while i < end:
        if i + 1 < end and data[i + 1] >= 0xD8 and data[i] in (0x21, 0x2E, 0x3A, 0x8C, 0x9B, 0x9F):
            return i
        i += 1
    return end


@njit(cache=True, nogil=True)
def _find(data, offsets, classes, places):
    """Count the places where a space is missing; note them where there is room."""
    found = 0
    for row in range(len(offsets) - 1):
        start, end = offsets[row], offsets[row + 1]
        i = _next_mark(data, start, end)
        while i < end:
            if _is_glued(data, i, start, end, classes):
                if found < len(places):
                    places[found] = i + 1
                found += 1
            i = _next_mark(data, i + 1, end)
    return found


@njit(cache=True, nogil=True)
def _copy(data, offsets, places, made):
    out, out_offsets, points, counts = made
    at = 0
    place = 0
    for row in range(len(offsets) - 1):
        point = 0
        if place == len(places) or places[place] >= offsets[row + 1]:
            size = offsets[row + 1] - offsets[row]
            out[at : at + size] = data[offsets[row] : offsets[row + 1]]
            at += size
            out_offsets[row + 1] = at
            counts[row + 1] = place
            continue
        start = offsets[row]
        while place < len(places) and places[place] < offsets[row + 1]:
            stop = places[place]
            out[at : at + stop - start] = data[start:stop]
            for i in range(start, stop):
                point += data[i] & 0xC0 != 0x80
            at += stop - start
            out[at] = 0x20
            points[place] = point
            at += 1
            point += 1
            place += 1
            start = stop
        size = offsets[row + 1] - start
        out[at : at + size] = data[start : start + size]
        at += size
        out_offsets[row + 1] = at
        counts[row + 1] = place
    return at
