"""Texts of one batch that meet in a band: the candidates, before they are compared."""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from typing import Final

import numpy as np
import numpy.typing as npt
from numba import njit

from tasks.text.signatures import NO_KEY, Keys

Pairs = npt.NDArray[np.int64]

MOST_BEFORE: Final = 32
"""With how many texts before it one is compared that have the same key: of a series of thousands
each meets its neighbours, and the work stays linear."""

_ROOM: Final = 1 << 16
_MOST_UNSORTED: Final = 1 << 22


@njit(cache=True, nogil=True)
def _meet(keys, order, size, most):
    """Return ``first * size + second`` of rows with one key; ``keys`` are those of ``order``."""
    slots = 1
    while slots < 2 * len(order):
        slots *= 2
    heads, before = np.full(slots, -1, np.int32), np.empty(len(order), np.int32)
    found = np.empty(_ROOM, np.int64)
    count = 0
    mask = np.uint32(len(heads) - 1)
    for i in range(len(keys)):
        if keys[i] == NO_KEY:
            continue
        slot = keys[i] & mask
        other = heads[slot]
        seen = 0
        while other >= 0 and seen < most:
            if keys[other] == keys[i]:
                if count == len(found):
                    grown = np.empty(2 * count, np.int64)
                    grown[:count] = found
                    found = grown
                one, two = min(order[other], order[i]), max(order[other], order[i])
                found[count] = one * size + two
                count += 1
                seen += 1
            other = before[other]
        before[i] = heads[slot]
        heads[slot] = i
    return found[:count]


def find_meetings(keys: Keys, order: npt.NDArray[np.int64]) -> Pairs:
    """Return the pairs of rows that agree in a band, each once, shape (pairs, 2), sorted.

    ``keys`` has shape (texts, bands); ``order`` holds the rows that take part, the first published
    first, whatever their places are: of a key that more than ``MOST_BEFORE`` texts share, each
    meets so many before it. One band at a time is in memory.
    """
    found = [np.empty(0, np.int64)]
    for band in range(keys.shape[1]):
        column = np.ascontiguousarray(keys[order, band])
        found.append(_meet(column, order, np.int64(len(keys)), np.int64(MOST_BEFORE)))
        if sum(map(len, found)) > _MOST_UNSORTED:
            found = [np.unique(np.concatenate(found))]
    pairs = np.unique(np.concatenate(found))
    return np.stack([pairs // len(keys), pairs % len(keys)], axis=1)
