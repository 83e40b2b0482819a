"""Seeking keys among the sorted keys of a run: a search of its fences, and one of a single page."""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

import numpy as np
from numba import njit

from tasks.store.postings_file import PAGE
from tasks.text.kernels import borrowing


@borrowing
def _place_after(values, start, end, key):
    """Return the place of the first of these sorted values that is greater than the key."""
    while start < end:
        middle = (start + end) >> 1
        if values[middle] <= key:
            start = middle + 1
        else:
            end = middle
    return start


@njit(cache=True, nogil=True)
def find_pairs(band, sought, rows, most):
    """Return ``row << 32 | number`` for the numbers of each key; of more than ``most`` the last.

    ``band`` are the first keys of its pages, its keys, and its numbers in the order of the keys.
    ``sought`` is sorted, so that pages are come to in their order, and ``rows`` (int64) says whose
    each key is. All others are uint32.
    """
    fences, keys, numbers = band
    found = np.empty(len(sought) + 16, np.uint64)
    count = 0
    pages = np.int64(len(fences))
    page = at = np.int64(0)
    for i in range(len(sought)):
        key = sought[i]
        step = np.int64(1)
        while page + step <= pages and fences[page + step - 1] <= key:
            page += step
            step += step
        page = _place_after(fences, page, min(page + step - 1, pages), key)
        if page == 0:
            continue  # less than every key
        end = min(page * PAGE, np.int64(len(keys)))
        at = _place_after(keys, max((page - 1) * PAGE, at), end, key)
        first = max(at - most, 0)
        place = at
        while place > first and keys[place - 1] == key:
            place -= 1
            if count == len(found):
                larger = np.empty(2 * count, np.uint64)
                larger[:count] = found
                found = larger
            found[count] = np.uint64(rows[i]) << np.uint64(32) | np.uint64(numbers[place])
            count += 1
    return found[:count]
