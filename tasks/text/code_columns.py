"""Columns of word codes as arrays and back: a list of codes for each text."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from expectations.lake_schema import CODES
from tasks.text.buffers import Texts, gather
from tasks.text.word_codes import CodedTexts


def coded(column: pa.Array) -> CodedTexts:
    """View a column of lists of codes as :class:`CodedTexts`."""
    if not len(column):
        return CodedTexts(np.empty(0, np.uint32), np.zeros(1, np.int64))
    offsets = column.offsets.to_numpy()
    return CodedTexts(column.flatten().to_numpy(), offsets - offsets[0])


def codes_at(column: pa.ChunkedArray, rows: npt.NDArray[np.int64]) -> CodedTexts:
    """Copy the codes of these rows, which ascend, byte for byte.

    Arrow's ``take`` and ``filter`` go through lists code by code, in five times as long.
    """
    edges = np.cumsum([0, *map(len, column.chunks)])
    cuts = np.searchsorted(rows, edges)
    pieces = [
        _copied(coded(chunk), rows[start:end] - first)
        for chunk, first, (start, end) in zip(column.chunks, edges, pairwise(cuts), strict=False)
    ]
    return join_codes(pieces)


def join_codes(pieces: list[CodedTexts]) -> CodedTexts:
    """Return the texts of all pieces, one after the other."""
    if len(pieces) == 1:
        return pieces[0]
    codes = [np.empty(0, np.uint32), *(piece.codes for piece in pieces)]
    sizes = [np.zeros(1, np.int64), *(np.diff(piece.offsets) for piece in pieces)]
    return CodedTexts(np.concatenate(codes), np.cumsum(np.concatenate(sizes)))


def code_column(texts: CodedTexts) -> pa.Array:
    """Return a column of lists of codes."""
    return pa.LargeListArray.from_arrays(
        pa.array(texts.offsets), pa.array(texts.codes), type=CODES.type
    )


def _copied(texts: CodedTexts, rows: npt.NDArray[np.int64]) -> CodedTexts:
    size = texts.codes.itemsize
    places = texts.offsets * size
    found = gather(Texts(texts.codes.view(np.uint8), places), places[rows], places[rows + 1])
    return CodedTexts(found.data.view(np.uint32), found.offsets // size)
