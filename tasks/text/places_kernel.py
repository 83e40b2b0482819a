"""The numba kernel that leads from a repaired text back to the raw one.

Type annotations stop at this border: numba infers the types of kernel arguments.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from tasks.text.kernels import borrowing
from tasks.text.plain_runs import room_for_marks
from tasks.text.repair_kernel import repair_one, text_of


class Cuts(NamedTuple):
    """Byte ranges of repaired rows, sorted by row, and room for their raw code points."""

    rows: npt.NDArray[np.int32]
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    first: npt.NDArray[np.int32]
    last: npt.NDArray[np.int32]


@borrowing
def _raw_start(trail, pieces, piece, out, at):
    """Return the raw byte at which the character begins that is written at ``at``, in ``piece``.

    A space stands for none: where the next character begins, which alone is written for certain.
    """
    if piece == pieces:
        return np.int64(trail[2, piece - 1]) if piece else np.int64(0)
    if not trail[3, piece]:
        return np.int64(trail[1, piece])
    return trail[1, piece] + at - trail[0, piece] + (out[at] in (0x20, 0x0A))


@borrowing
def _raw_end(trail, piece, at):
    """Return the raw byte behind the character that ends before ``at``, in ``piece``."""
    if not trail[3, piece]:
        return np.int64(trail[2, piece])
    return np.int64(trail[1, piece]) + at - trail[0, piece]


@borrowing
def _piece_of(trail, pieces, piece, at):
    """Return the piece in which the byte ``at`` was written, from ``piece`` on or before it."""
    if piece < pieces and trail[0, piece] > at:
        piece = 0
    while piece + 1 < pieces and trail[0, piece + 1] <= at:
        piece += 1
    return piece


@borrowing
def _count_points(text):
    """Return how many characters begin in these bytes."""
    points = 0
    for i in range(len(text)):
        points += text[i] & 0xC0 != 0x80
    return points


@njit(cache=True, nogil=True)
def place_cuts(source, repaired_offsets, cuts, widest, tables):
    """Fill ``cuts.first`` and ``cuts.last``.

    Each row that has a cut is repaired once more, traced, as far as its last cut and the character
    after it.
    """
    out = np.empty(16 * widest + 64, np.uint8)
    trail = np.empty((4, 2 * widest + 64), np.int32)
    room = room_for_marks()
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
            size, pieces = repair_one(
                source, row, out, np.int64(0), trail, stop, one_line, tables, room
            )
            data, first, last = text_of(source, row)
            text = data[first:last]
            piece = counted = points = np.int64(0)
        for side in range(2):
            at = (cuts.ends if side else cuts.starts)[i] - repaired_offsets[row]
            if side and at == cuts.starts[i] - repaired_offsets[row]:
                cuts.last[i] = cuts.first[i]
                continue
            at = min(at, size)
            if at == size and not side:
                piece = pieces
            else:
                piece = _piece_of(trail, pieces, piece, at - side)
            raw = _raw_end(trail, piece, at) if side else _raw_start(trail, pieces, piece, out, at)
            if raw < counted:
                counted = points = np.int64(0)
            points += _count_points(text[counted:raw])
            counted = raw
            if side:
                cuts.last[i] = points
            else:
                cuts.first[i] = points
