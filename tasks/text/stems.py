"""Words without what is written together with them, so that «والمتحف» and «متحف» are one.

«و», «ف», «ب», «ك», «ل» and «ال» before a word go while three letters stay; what they leave of a
word that begins with such a letter itself («وزير») is the same in all its forms, which is all that
a comparison needs (the light stemming of Larkey, Ballesteros and Connell, 2002, without suffixes).
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from typing import Final

import numpy as np
from numba import njit

from tasks.text.kernels import borrowing
from tasks.text.words import next_word

_LEAST_BYTES: Final = 6
"""Three letters; shorter words are particles, and come again anywhere."""


@borrowing
def stem(data, start, end, table):
    """Return the hash of the word at these bytes without its first letters, 0 for a short one."""
    for _ in range(3):
        if end - start < _LEAST_BYTES + 2:
            break
        first, second = data[start], data[start + 1]
        joined = first == 0xD8 and second == 0xA8  # ب
        joined |= first == 0xD9 and second in (0x88, 0x81, 0x83, 0x84)  # و ف ك ل
        if joined:
            start += 2
            continue
        article = first == 0xD8 and second == 0xA7 and data[start + 3] == 0x84  # ال
        if not article or end - start < _LEAST_BYTES + 4:
            break
        start += 4
    if end - start < _LEAST_BYTES:
        return np.uint64(0)
    return next_word(data, start, end, table)[0]


@borrowing
def take_stems(data, i, end, table, room):
    """Write the stems of a text to ``room`` until it is full; return how many they are."""
    count = 0
    while count < len(room):
        value, start, i = next_word(data, i, end, table)
        if value == 0:
            break
        found = stem(data, start, i, table)
        if found != 0:
            room[count] = found
            count += 1
    return count


@njit(cache=True, nogil=True)
def count_seen(data, i, end, table, stems):
    """Return how many of the stems a text has."""
    seen = np.zeros(len(stems), np.bool_)
    while True:
        value, start, i = next_word(data, i, end, table)
        if value == 0:
            return seen.sum()
        found = stem(data, start, i, table)
        for k in range(len(stems)):
            seen[k] |= stems[k] == found
