"""Eight bytes at a time: what the kernels under the formats share (Warren, Hacker's Delight, 6-1).

Type annotations stop at this border: numba infers the types of kernel arguments.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

import numpy as np
from numba import njit

LOW_BITS = np.uint64(0x0101010101010101)
HIGH_BITS = np.uint64(0x8080808080808080)

SPACES = np.uint64(0x20) * LOW_BITS
QUOTES = np.uint64(0x22) * LOW_BITS
BACKSLASHES = np.uint64(0x5C) * LOW_BITS
LINE_FEEDS = np.uint64(0x0A) * LOW_BITS
RETURNS = np.uint64(0x0D) * LOW_BITS


@njit(cache=True, nogil=True, inline="always")
def has_zero(word):
    """Tell whether one of the eight bytes is 0."""
    return (word - LOW_BITS) & ~word & HIGH_BITS != 0
