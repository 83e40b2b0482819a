"""Arrow text columns as the two arrays that kernels work on, and back, without copying."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Texts:
    """UTF-8 texts end to end: row ``i`` is ``data[offsets[i]:offsets[i + 1]]``; nulls are empty."""

    data: Bytes
    offsets: Places

    def __len__(self) -> int:
        return len(self.offsets) - 1


def texts_of(column: pa.Array | pa.ChunkedArray) -> Texts:
    """View a string column of either width as :class:`Texts`; several chunks are joined."""
    if isinstance(column, pa.ChunkedArray):
        chunks = column.chunks or [pa.array([], column.type)]
        # Not combine_chunks, which copies even a single chunk.
        column = chunks[0] if len(chunks) == 1 else pa.concat_arrays(chunks)
    if column.null_count:
        column = pc.fill_null(column, "")
    column = column.cast(pa.large_string())
    if len(column) == 0:
        return Texts(_frozen(np.empty(0, np.uint8)), _frozen(np.zeros(1, np.int64)))
    _, offsets, data = column.buffers()
    places = np.frombuffer(offsets, np.int64, len(column) + 1, column.offset * 8)
    letters = np.frombuffer(data, np.uint8) if data is not None else np.empty(0, np.uint8)
    return Texts(_frozen(letters), _frozen(places))


def _frozen(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Make the view read-only, as most buffers of Arrow are: for others kernels compile anew."""
    array.flags.writeable = False
    return array


def column_of(texts: Texts, kind: pa.DataType | None = None) -> pa.Array:
    """View :class:`Texts` as an Arrow column, ``large_string`` unless another type is asked for."""
    column = pa.LargeStringArray.from_buffers(
        len(texts), pa.py_buffer(texts.offsets), pa.py_buffer(texts.data)
    )
    return column if kind is None else column.cast(kind)


@njit(cache=True, nogil=True)
def _gather(data, starts, ends, out, offsets):  # type: ignore[no-untyped-def]  # numba infers it
    at = 0
    for i in range(len(starts)):
        size = ends[i] - starts[i]
        source, target = data[starts[i] : ends[i]], out[at:]
        for k in range(size):  # of slices the compiler makes one copy, byte by byte it is slower
            target[k] = source[k]
        at += size
        offsets[i + 1] = at


def gather(texts: Texts, starts: Places, ends: Places) -> Texts:
    """Copy the byte ranges ``data[starts[i]:ends[i]]`` into a column of their own."""
    lengths = ends - starts
    out = np.empty(int(lengths.sum()), np.uint8)
    offsets = np.zeros(len(starts) + 1, np.int64)
    _gather(texts.data, starts, ends, out, offsets)
    return Texts(out, offsets)
