"""Glued words that only the text itself tells: «مراسلالميادين» where both words stand in it, too.

Where one space has vanished with an editor's markup, others have as well: of 20,000 real articles
684 hold words whose spelling gives them away (:mod:`tasks.clean.glued_pairs`), and those hold five
hundred more that are spelt like one word. Only they are searched, so that the rest costs nothing:
a word that occurs once in the text, of which the text holds both parts as words of four letters or
more, or one of them beside a function word. It may be cut twice («مراسلالميادينفي»).
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# ruff: noqa: PLR0911, PLR0912, PLR0913, PLR0917, SIM102, SIM110 (kernels: arrays one by one, plain loops)

from typing import Any, Final

import numpy as np
from numba import njit

from tasks.clean.glued_pairs import (
    ALEF,
    ALEF_BELOW,
    ALEF_HAMZA,
    BASIC,
    ENDING,
    FIRST,
    FOREIGN,
    FUNCTION,
    HAMZA,
    LAM,
    MAQSURA,
    NO_LETTERS,
    OTHER,
    REACH,
    TEH,
    add_letter,
    hash_letters,
    kind_at,
    role_of,
    slot,
)
from tasks.text.kernels import borrowing
from tasks.text.utf8 import decode

LONGEST: Final = 1 << 20
"""Bytes of a text that is searched; no article that was seen has more than a third of it."""

_SHORTEST: Final = 6
"""Letters of a word that may be two."""

NEITHER, TEXT, WORD = range(3)


@njit(cache=True, nogil=True)
def find_evident(data, start, end, places, codes, known, found, count):
    """Note in ``found`` from ``count`` on where words of one text are glued; return the new count.

    ``places`` are those of this text that were found already. Without room it only counts.
    """
    if end - start > LONGEST:
        return count
    size = 16
    while 2 * size < end - start:  # a word of two letters and a space take five bytes
        size *= 2
    seen = (np.zeros(size, np.uint64), np.zeros(size, np.uint8))
    words = (np.empty(size, np.int64), np.empty(size, np.uint64))
    bytes_of = np.empty(REACH, np.int64)
    for word in range(_read_words(data, start, end, places, seen, words, known)):
        if _times(seen, words[1][word]) == 1:
            letters, after = _spell(data, words[0][word], end, places, codes, bytes_of, known)
            if _may_be_two(codes, letters) and _is_apart(
                data, start, words[0][word], after, end, places
            ):
                count = _cut(codes, letters, bytes_of, seen, known, found, count)
    return count


@borrowing
def _read_words(data, start, end, places, seen, words, known):
    """Count each word of Arabic letters in ``seen``, and list those that may be two."""
    kinds, _, _ = known
    firsts, values = words
    keys, times = seen
    listed = place = 0
    value = NO_LETTERS
    count = 0
    basic = True
    first = start
    i = start
    while i <= end:
        kind: Any = np.uint8(OTHER)
        code, length = np.int32(0), 1
        here = place < len(places) and places[place] == i
        if i < end:
            code, length = decode(data, i)
            kind = kinds[code] if code < 0x10000 else np.uint8(OTHER)
        if kind == OTHER or here:
            if basic and count > 1:
                at = slot(keys, value | np.uint64(1))
                keys[at] = value | np.uint64(1)
                times[at] = min(times[at] + 1, 2)
                if _SHORTEST <= count < REACH:
                    firsts[listed] = first
                    values[listed] = value | np.uint64(1)
                    listed += 1
            value = NO_LETTERS
            count = 0
            basic = True
            place += here
        if kind == BASIC:
            first = first if count else i
            value = add_letter(value, code)
            count += 1
        elif kind == FOREIGN:
            basic = False
        i += length
    return listed


@borrowing
def _spell(data, i, end, places, codes, bytes_of, known):
    """Read the letters of the word at byte ``i``: (how many they are, byte after the word)."""
    place = np.searchsorted(places, i + 1)
    stop = places[place] if place < len(places) else end
    count = 0
    while i < stop:
        kind, code, length = kind_at(data, i, known)
        if kind == OTHER:
            break
        if kind == BASIC:
            codes[count] = code
            bytes_of[count] = i
            count += 1
        i += length
    return count, i


@borrowing
def _is_apart(data, start, first, after, end, places):
    """Tell whether spaces or plain marks stand around a word: no figure, no sign of a name."""
    place = np.searchsorted(places, first)
    behind_place = place < len(places) and places[place] == first
    place += behind_place
    if first > start and not behind_place:
        byte = data[first - 1]
        if byte > 0x20 and byte not in (0x22, 0x28, 0xAB):  # " ( «
            return False
    if after >= end:
        return True
    byte = data[after]
    if byte >= 0x80:  # » ، ؛ ؟, or the next word behind a place
        return byte in (0xC2, 0xD8) or (place < len(places) and places[place] == after)
    return byte <= 0x20 or byte in (0x21, 0x22, 0x29, 0x2C, 0x2E, 0x3A)


@borrowing
def _times(seen, value):
    """Return how often the word stands in the text: 0, 1, or 2 for more."""
    keys, times = seen
    return times[slot(keys, value)]


@borrowing
def _may_be_two(codes, count):
    """Tell whether a word is free of letters between which spelling has judged already."""
    for k in range(1, count):
        if codes[k - 1] in (TEH, MAQSURA):
            return False
    return True


@borrowing
def _part(codes, start, stop, seen, least):
    """Tell whether the text holds these letters as a word."""
    if stop - start < least:
        return NEITHER
    return TEXT if _times(seen, hash_letters(codes, start, stop)) else NEITHER


@borrowing
def _may_end(codes, start, stop):
    """Tell whether a name that is written together ends there: «وعبدالعزيز»."""
    return not (
        stop - start >= 3
        and codes[stop - 3] == 0x639
        and codes[stop - 2] == 0x628
        and codes[stop - 1] == 0x62F
    )


@borrowing
def _two(codes, start, at, stop, seen, known):
    """Tell whether the words ``start:at`` and ``at:stop`` are glued for certain."""
    if codes[at] in (TEH, MAQSURA, HAMZA, 0x624, 0x626):
        return False
    before = role_of(codes, start, at, known)
    behind = role_of(codes, at, stop, known)
    if behind & ENDING or not _may_end(codes, start, at):
        return False
    article = codes[at] == ALEF and codes[at + 1] == LAM
    noun = article and stop - at > 4 and codes[at + 2] != ALEF
    if behind & FUNCTION and stop - at > 1 and _part(codes, start, at, seen, 5):
        return True
    if not _part(codes, at, stop, seen, 4):
        return False
    if before & FIRST:
        return True
    if before & FUNCTION and at - start == 2:
        return (
            noun or codes[at] == ALEF_BELOW or (codes[at] == ALEF_HAMZA and codes[at - 1] == 0x646)
        )
    if noun:
        return _part(codes, start, at, seen, 4) != NEITHER
    # «كيلو|مترا» and «واجب|اتهم» are one word each
    return stop - at > 4 and _part(codes, start, at, seen, 5) != NEITHER


@borrowing
def _cut(codes, count, bytes_of, seen, known, found, noted):
    """Cut one word in two or three where one way alone is certain."""
    ways = thrice = 0
    first = second = third = 0
    _, role_keys, roles = known
    value = add_letter(NO_LETTERS, codes[0])
    for at in range(2, count - 1):
        value = add_letter(value, codes[at - 1])
        # Few words begin as one that the text or the lexicons hold.
        may_be_first = at > 3 and _times(seen, value | np.uint64(1)) > 0
        if not may_be_first and at < 8:
            role = roles[slot(role_keys, value | np.uint64(1))]
            may_be_first = role & (FIRST | FUNCTION) != 0
        if not may_be_first:
            continue
        if _two(codes, np.int64(0), at, count, seen, known):
            ways += 1
            first = at
        inner = NO_LETTERS
        for stop in range(at + 1, count - 1 if not ways else 0):
            inner = add_letter(inner, codes[stop - 1])
            if stop < at + 4 or not _times(seen, inner | np.uint64(1)):
                continue
            if _two(codes, np.int64(0), at, stop, seen, known):
                if _two(codes, at, stop, count, seen, known):
                    thrice += 1
                    second, third = at, stop
    if ways > 1 or (ways == 0 and thrice != 1):
        return noted
    if ways:
        second, third = first, 0
    for at in (second, third):
        if at:
            if noted < len(found):
                found[noted] = bytes_of[at]
            noted += 1
    return noted
