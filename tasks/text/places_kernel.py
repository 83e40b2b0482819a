"""The numba kernel that leads from a repaired text back to the raw one.

Type annotations stop at this border: numba infers the types of kernel arguments.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from tasks.text.repair_kernel import repair_one


class Cuts(NamedTuple):
    """Byte ranges of repaired rows, sorted by row, and room for their raw code points."""

    rows: npt.NDArray[np.int32]
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    first: npt.NDArray[np.int32]
    last: npt.NDArray[np.int32]


@njit(cache=True, nogil=True)
def _after_char(out, at, size):
    at += 1
    while at < size and out[at] & 0xC0 == 0x80:
        at += 1
    return at


@njit(cache=True, nogil=True)
def place_cuts(source, repaired_offsets, cuts, widest, tables):
    """Fill ``cuts.first`` and ``cuts.last``.

    Each row that has a cut is repaired once more, traced, as far as its last cut and the character
    after it.
    """
    out = np.empty(16 * widest + 64, np.uint8)
    origin = np.empty((2, 16 * widest + 64), np.int32)
    row = np.int64(-1)
    one_line = np.bool_(False)
    for i in range(len(cuts.rows)):
        if cuts.rows[i] != row:
            row = np.int64(cuts.rows[i])
            stop = np.int64(0)
            k = i
            while k < len(cuts.rows) and cuts.rows[k] == row:
                stop = max(stop, cuts.ends[k] - repaired_offsets[row] + 1)
                k += 1
            size = repair_one(source, row, out, np.int64(0), origin, stop, one_line, tables)
            at = written = np.int64(0)
        start = cuts.starts[i] - repaired_offsets[row]
        end = cuts.ends[i] - repaired_offsets[row]
        if start < at:
            at = written = np.int64(0)
        while at < start and at < size:
            at = _after_char(out, at, size)
            written += 1
        if at < size:
            cuts.first[i] = origin[0, written]
        else:
            cuts.first[i] = origin[1, written - 1] if written else 0
        while at < end and at < size:
            at = _after_char(out, at, size)
            written += 1
        cuts.last[i] = cuts.first[i] if end == start else origin[1, written - 1]
