"""Seeking a byte in a buffer, for kernels: 64 bytes at a time, without a branch."""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

import numpy as np
from numba import njit

from tasks.text.kernels import borrowing


@borrowing
def next_of(data, i, end, one, other):
    """Return the place of the next byte that is one of the two, from ``i`` on; ``end`` without one.

    The compiler makes a few vector instructions of 64 bytes. Give the same byte twice for one, and
    bytes as ``np.uint8``: for each literal the kernel would be compiled anew.
    """
    while i + 64 <= end:
        block = data[i : i + 64]
        found = np.uint8(0)
        for k in range(64):
            found |= np.uint8((block[k] == one) | (block[k] == other))
        if found:
            break
        i += 64
    while i < end and data[i] != one and data[i] != other:
        i += 1
    return i


@njit(cache=True, nogil=True)
def hold(data, starts, ends, sought):
    """Tell which of the byte ranges hold the bytes, two or more.

    Two at their head and the last are looked for first, as above: of an Arabic letter the first
    byte says little.
    """
    length = len(sought)
    first, second, last = sought[0], sought[1], sought[length - 1]
    found = np.zeros(len(starts), np.bool_)
    for row in range(len(starts)):
        i = starts[row]
        end = ends[row] - length + 1
        while i < end and not found[row]:
            stop = min(i + 64, end)
            if stop == i + 64:
                block, behind = data[i:stop], data[i + 1 : stop + 1]
                ending = data[i + length - 1 : stop + length - 1]
                seen = np.uint8(0)
                for k in range(64):
                    begins = (block[k] == first) & (behind[k] == second)
                    seen |= np.uint8(begins & (ending[k] == last))
                if not seen:
                    i = stop
                    continue
            while i < stop and not found[row]:
                k = 0
                while k < length and data[i + k] == sought[k]:
                    k += 1
                found[row] = k == length
                i += 1
    return found
