"""The space that is missing: «الأمر.وعلى», «اليوم،أفادت», «الحكومةالمصرية», «12جولة».

Reflowed print pages, lost line breaks and vanished markup leave words and sentences glued; of
20,000 real articles one in five had such a place. A space is put in where it is certain:

- ، ؛ ؟ ! and the comma of ASCII before an Arabic letter: nothing else is ever meant by it;
- a colon between two Arabic letters («البقرة:23» stays), behind a space too («قال مرسي :إن»);
- a full stop with three letters or more on both sides: «إن.بي.كيه», «د.محمد» and «أ.ف.ب» stay, and
  so do the names of sites, «سوق.كوم»; behind a space two letters after it do («الأمر .في»), but
  not behind the name of a letter («إتش .تي»); two letters do behind a closing quote, a bracket or
  a figure, too («نعم".وأضاف», «في 2012.وكان»);
- where spelling tells two words, or a figure and a word (:mod:`tasks.clean.glued_pairs`);
- where the text itself tells two words (:mod:`tasks.clean.glued_evidence`).

Each place is kept in ``glued_words_split``. No vocabulary is shipped: what these do not tell stays.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# ruff: noqa: PLR0913, PLR0917 (kernels take their arrays one by one)

from typing import Final

import numpy as np
import pyarrow as pa
from numba import njit

from tasks.clean.glued_evidence import find_evident
from tasks.clean.glued_figures import find_figure
from tasks.clean.glued_pairs import REACH, find_pair, tables
from tasks.text import letters
from tasks.text.buffers import Places, Texts
from tasks.text.kernels import borrowing
from tasks.text.letters import ARABIC, LETTER
from tasks.text.plain_runs import MARKED, next_mark
from tasks.text.utf8 import decode

_LETTERS: Final = 3
_SELDOM: Final = 1024  # bytes to a place at least, as a rule: else they are sought twice
_ROOM: Final = 4  # such places in a text
_SITES: Final = np.array([0x643, 0x648, 0x645, 0x646, 0x62A])
"""The letters of «كوم» and «نت», whole words behind a full stop that belong to a name."""


def split_glued(texts: Texts) -> tuple[Texts, pa.Array]:
    """Return the texts with the spaces that are missing for certain, and where they were put.

    The places are lists of code points in the texts returned, one list a row.
    """
    places = _places(texts)
    if not len(places):
        nowhere = np.zeros(len(texts) + 1, np.int32)
        return texts, pa.ListArray.from_arrays(pa.array(nowhere), pa.array([], pa.int32()))
    out = np.empty(len(texts.data) + len(places), np.uint8)
    offsets = np.zeros(len(texts) + 1, np.int64)
    points = np.empty(len(places), np.int32)
    counts = np.zeros(len(texts) + 1, np.int32)
    size = _copy(texts.data, texts.offsets, places, (out, offsets, points, counts))
    lists = pa.ListArray.from_arrays(pa.array(counts), pa.array(points))
    return Texts(out[:size], offsets), lists


def _places(texts: Texts) -> Places:
    """Return the bytes before which a space is missing, in order."""
    known = tables()
    both = letters.classes(), known
    places = np.empty(len(texts.data) // _SELDOM + 1, np.int64)
    suspect = np.zeros(len(texts), np.bool_)
    found = _find(texts.data, texts.offsets, both, places, suspect)
    if found > len(places):
        places = np.empty(found, np.int64)
        _find(texts.data, texts.offsets, both, places, suspect)
    places = places[:found]
    rows = np.flatnonzero(suspect)
    more = np.empty(_ROOM * len(rows), np.int64)
    found = _find_evident(texts.data, texts.offsets, rows, places, known, more)
    if found > len(more):
        more = np.empty(found, np.int64)
        _find_evident(texts.data, texts.offsets, rows, places, known, more)
    places = np.sort(np.concatenate([places, more[:found]]))
    asked = np.arange(len(places))  # then only those beside which a word became shorter
    while len(asked):
        more = np.empty(len(asked) + _ROOM, np.int64)
        found = _find_between(texts.data, texts.offsets, places, asked, both, more)
        if found > len(more):
            more = np.empty(found, np.int64)
            _find_between(texts.data, texts.offsets, places, asked, both, more)
        new = np.unique(more[:found])
        places = np.unique(np.concatenate([places, new]))
        at = np.searchsorted(places, new)
        asked = np.unique(np.clip([at - 1, at, at + 1], 0, len(places) - 1))
    return places


@borrowing
def _is_letter(data, i, end, classes):
    """Tell whether an Arabic letter stands at the byte, and its length."""
    if i >= end or data[i] < 0xD8 or data[i] > 0xDB:
        return False, 1
    code, length = decode(data, i)
    return classes[code] & (ARABIC | LETTER) == ARABIC | LETTER, length


@borrowing
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


@borrowing
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


@borrowing
def _is_closed(data, i, start):
    """Tell whether a closing quote or bracket, or a figure, stands before the byte."""
    if i <= start:
        return False
    byte = data[i - 1]
    if byte in (0x22, 0x29, 0x5D) or (byte >= 0x30 and byte <= 0x39):
        return True
    if i - 2 < start:
        return False
    last = data[i - 2]
    figure = last == 0xD9 and byte >= 0xA0 and byte <= 0xA9
    return figure or (last == 0xC2 and byte == 0xBB) or (last == 0x80 and byte == 0x9D)  # » ”


@borrowing
def _is_glued(data, i, start, end, classes):
    """Tell whether a space is missing behind the mark whose last byte this is."""
    byte = data[i]
    if not _is_letter(data, i + 1, end, classes)[0]:
        return False
    if byte >= 0x80 or byte in (0x21, 0x2C):
        return byte < 0x80 or (i > start and data[i - 1] == 0xD8)
    spaced = i > start and data[i - 1] == 0x20
    before, alone = _run_before(data, i - spaced, start, classes)
    if byte == 0x3A:
        return before > 0
    after, site = _run_after(data, i + 1, end, classes)
    if _is_closed(data, i - spaced, start):
        return after > 1 and not site
    if spaced and after == 2:
        return before > 4 and alone and not site  # «إتش .تي .سي»
    return before >= _LETTERS and alone and after >= _LETTERS and not site


@njit(cache=True, nogil=True, inline="always")
def _is_hit(last, byte, after, second):
    """Tell whether a space may be missing behind ``byte``, the last of its character.

    ``last`` is the byte before it, ``after`` and ``second`` are those behind it. No branches.
    """
    # Not ، ؛ ؟, of which the second byte is less.
    letter = (after >= 0xD9) & (after <= 0xDB) | (after == 0xD8) & (second >= 0xA0)
    behind_letter = (byte >= 0x80) & (last >= 0xD8)
    mark = (byte == 0x21) | (byte == 0x2C)  # ! ,
    mark |= ((last >= 0x80) | (last == 0x20)) & ((byte == 0x2E) | (byte == 0x3A))  # . :
    closed = (last == 0x22) | (last == 0x29) | (last == 0x5D) | ((last >= 0x30) & (last <= 0x39))
    mark |= closed & (byte == 0x2E)
    mark |= (last == 0xD8) & ((byte == 0x8C) | (byte == 0x9B) | (byte == 0x9F))  # ، ؛ ؟
    ended = (last == 0xD8) & ((byte == 0xA9) | (byte == 0xA1) & (second != 0xA9))  # ة ء, not «ءة»
    ended |= (last == 0xD9) & (byte == 0x89)  # ى
    below = behind_letter & (after == 0xD8) & (second == 0xA5)  # إ, not «لإ», «وإ», «فإ»
    below &= (last != 0xD9) | (byte != 0x84) & (byte != 0x88) & (byte != 0x81)
    hamza = (last == 0xD8) & (byte == 0xA7)  # أ behind ا, or behind a vowel mark or tatweel
    hamza |= (last == 0xD9) & ((byte >= 0x8B) & (byte <= 0x92) | (byte == 0x80) | (byte == 0xB0))
    hamza &= (after == 0xD8) & (second == 0xA3)
    figure = (byte >= 0x30) & (byte <= 0x39)
    figure |= (last == 0xD9) & (byte >= 0xA0) & (byte <= 0xA9)
    digit = (after >= 0x30) & (after <= 0x39)
    digit |= (after == 0xD9) & (second >= 0xA0) & (second <= 0xA9)
    return ((mark | ended | figure) & letter) | below | hamza | (behind_letter & digit)


@borrowing
def _mark(data, first, size, marks):
    """Mark, of ``size`` bytes from ``first`` on, those behind which a space may be missing.

    Without a branch but at the ends of the buffer: the compiler makes vector instructions of it.
    """
    last = min(first + size, len(data) - 2)
    begin = max(first, 1)
    window = data[begin - 1 : last + 2]
    inner = marks[begin - first :]
    for k in range(last - begin):
        inner[k] = _is_hit(window[k], window[k + 1], window[k + 2], window[k + 3])
    for i in range(first, begin):
        marks[i - first] = _hits(data, i)
    for i in range(max(last, first), first + size):
        marks[i - first] = _hits(data, i)


@borrowing
def _hits(data, i):
    """Tell whether a space may be missing behind byte ``i``, which may be at an end."""
    if i + 1 >= len(data):
        return False
    last = data[i - 1] if i else np.uint8(0)
    second = data[i + 2] if i + 2 < len(data) else np.uint8(0)
    return _is_hit(last, data[i], data[i + 1], second)


@borrowing
def _judge(data, i, start, end, codes, told):
    """Return the place behind byte ``i`` if a space is missing there, else -1, and if of a pair.

    The text is taken to begin at ``start`` and to end at ``end``.
    """
    classes, known = told
    mark = data[i] in (0x21, 0x2C, 0x2E, 0x3A, 0x8C, 0x9B, 0x9F)
    if mark and _is_glued(data, i, start, end, classes):
        return i + 1, False
    place = find_figure(data, i + 1, start, end, codes, known)
    if place >= 0:
        return place, False
    place = find_pair(data, i + 1, start, end, codes, known)
    return place, place >= 0


@njit(cache=True, nogil=True)
def _find(data, offsets, told, places, suspect):
    """Count the places where a space is missing; note them where there is room.

    ``suspect`` are the rows in which two words were glued without a mark or figure between them.
    """
    found = row = 0
    codes = np.empty(REACH, np.int32)
    marks = np.empty(MARKED, np.uint8)
    words = marks.view(np.uint64)
    suspect[:] = False
    start, end = offsets[0], offsets[1]
    for first in range(offsets[0], offsets[-1], MARKED):
        size = min(MARKED, offsets[-1] - first)
        _mark(data, first, size, marks)
        k = next_mark(marks, words, 0, size)
        while k < size:
            i = first + k
            while i >= end:
                row += 1
                start, end = offsets[row], offsets[row + 1]
            if i + 1 < end:
                place, paired = _judge(data, i, start, end, codes, told)
                if place >= 0:
                    if found < len(places):
                        places[found] = place
                    found += 1
                    suspect[row] |= paired
                    start = place
            k = next_mark(marks, words, k + 1, size)
    return found


@borrowing
def _search(data, i, until, start, end, codes, told, places, found):
    """Note the places behind the bytes from ``i`` to ``until`` and return their count."""
    while i < until and i + 1 < end:
        if _hits(data, i):
            place, _ = _judge(data, i, start, end, codes, told)
            if place >= 0:
                if found < len(places):
                    places[found] = place
                found += 1
                start = place
        i += 1
    return found


@njit(cache=True, nogil=True)
def _find_between(data, offsets, places, asked, told, more):
    """Find the places that stand out once the words beside those of ``places`` are shorter."""
    found = row = np.int64(0)
    codes = np.empty(REACH, np.int32)
    for n in asked:
        place = places[n]
        while offsets[row + 1] <= place:
            row += 1
        byte = data[place - 1]
        if byte < 0x30 or byte in (0x3A, 0x8C, 0x9B, 0x9F):
            continue  # a mark ends the word before it anyhow
        start, end = offsets[row], offsets[row + 1]
        if n and places[n - 1] > start:
            start = places[n - 1]
        if n + 1 < len(places) and places[n + 1] < end:
            end = places[n + 1]
        first = max(start, place - 4 * REACH)
        found = _search(data, first, place, start, place, codes, told, more, found)
        last = min(end, place + 4 * REACH)
        found = _search(data, place, last, place, end, codes, told, more, found)
    return found


@njit(cache=True, nogil=True)
def _find_evident(data, offsets, rows, places, known, more):
    found = np.int64(0)  # a kernel is compiled anew for a literal
    codes = np.empty(REACH, np.int32)
    for row in rows:
        start, end = offsets[row], offsets[row + 1]
        own = places[np.searchsorted(places, start) : np.searchsorted(places, end)]
        found = find_evident(data, start, end, own, codes, known, more, found)
    return found


@borrowing
def _copy(data, offsets, places, made):
    """Copy the texts from place to place, which may be rows apart."""
    out, out_offsets, points, counts = made
    begun = offsets[0]
    at = np.int64(0)
    for place in range(len(places) + 1):
        stop = places[place] if place < len(places) else offsets[-1]
        source, target = data[begun:stop], out[at : at + stop - begun]
        for k in range(len(source)):
            target[k] = source[k]
        at += stop - begun
        if place < len(places):
            out[at] = 0x20
            at += 1
        begun = stop
    place = 0
    for row in range(len(offsets) - 1):
        start, point = offsets[row], 0
        while place < len(places) and places[place] < offsets[row + 1]:
            piece = data[start : places[place]]
            for k in range(len(piece)):
                point += piece[k] & 0xC0 != 0x80
            points[place] = point
            start = places[place]
            point += 1
            place += 1
        out_offsets[row + 1] = offsets[row + 1] - offsets[0] + place
        counts[row + 1] = place
    return at
