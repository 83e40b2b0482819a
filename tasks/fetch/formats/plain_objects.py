"""Flat JSON objects, which most records are, read without an object of Python for any of them.

What is not plain, or not sound, is left to :mod:`tasks.fetch.formats.json_lines`, and read or
refused there: both give the same fields (``tests/fetch/test_plain_objects.py``).
"""

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tasks.fetch.formats.content import buffers
from tasks.fetch.formats.json_fields import FieldReader
from tasks.fetch.formats.json_kernel import are_utf8
from tasks.fetch.formats.pieces import DECODED
from tasks.fetch.formats.plain_kernel import (
    NOT_PLAIN,
    SLOT,
    choose_values,
    copy_values,
    group_by_keys,
    measure_values,
    scan_objects,
)
from tasks.text.buffers import Bytes

Rows = npt.NDArray[np.int64]
Slots = npt.NDArray[np.int64]
Source = tuple[Bytes, npt.NDArray[np.uint64]]

_MOST_PAIRS: Final = 32
_MOST_SHAPES: Final = 64
"""Bounds of what is looked at here; an object with more keys is read one by one."""

_TRIMMED: Final = frozenset({"source", "native_id", "url"})
_TEXT: Final = DECODED.index("text")


class PlainObjects(NamedTuple):
    """The rows that could be read, and their ``DECODED`` columns."""

    rows: Rows
    columns: dict[str, pa.Array]


def read_plain_objects(payloads: pa.LargeBinaryArray, reader: FieldReader) -> PlainObjects:
    """Read the fields of every payload that is a flat JSON object with a text, in order.

    Flat: the values are strings, whole numbers, null, true or false, and no key stands twice.
    """
    data, offsets = buffers(payloads)
    if not len(payloads) or not are_utf8(data, offsets):
        return PlainObjects(np.empty(0, np.int64), {})
    source = (data, data[: len(data) // 8 * 8].view(np.uint64))
    slots = np.empty((len(payloads), _MOST_PAIRS, SLOT), np.int64)  # untouched rooms cost nothing
    counts = np.empty(len(payloads), np.int64)
    scan_objects(source, offsets, slots, counts)
    shapes = np.empty(len(payloads), np.int64)
    leaders = np.empty(_MOST_SHAPES, np.int64)
    found = group_by_keys(data, slots, counts, shapes, leaders)
    ranks = np.full((found, len(DECODED), _MOST_PAIRS), -1, np.int64)
    for shape, row in enumerate(leaders[:found].tolist()):
        keys = _keys(data, slots[row, : counts[row]])
        if len(set(keys)) < len(keys):
            shapes[shapes == shape] = NOT_PLAIN
        else:
            _rank(ranks[shape], keys, reader)
    chosen = np.empty((len(payloads), len(DECODED)), np.int64)
    choose_values(slots, shapes, ranks, _TEXT, chosen)
    rows = np.flatnonzero(shapes != NOT_PLAIN)
    columns = {
        name: _column(name, source, slots, np.stack([rows, chosen[rows, place]], axis=1))
        for place, name in enumerate(DECODED)
    }
    return PlainObjects(rows, columns)


def _keys(data: Bytes, pairs: npt.NDArray[np.int64]) -> tuple[str, ...]:
    return tuple(bytes(data[start:end]).decode() for start, end in pairs[:, :2].tolist())


def _rank(ranks: npt.NDArray[np.int64], keys: tuple[str, ...], reader: FieldReader) -> None:
    """Fill in the places of the keys that each column is read from, the best first."""
    plan = reader.plan(keys)
    for place, name in enumerate(DECODED):
        # A path of several steps leads nowhere in a value that has no parts.
        pairs = [keys.index(path[0]) for path in plan[name] if len(path) == 1]
        ranks[place, : len(pairs)] = pairs


def _column(name: str, source: Source, slots: Slots, chosen: Rows) -> pa.Array:
    """Return the values at the chosen pairs, shape (rows, 2); null for pair -1."""
    out = np.empty(measure_values(slots, chosen), np.uint8)
    places = np.empty(len(chosen) + 1, np.int64)
    copy_values(source, slots, chosen, out, places)
    filled = pa.py_buffer(np.packbits(chosen[:, 1] >= 0, bitorder="little"))
    held: list[Any] = [filled, pa.py_buffer(places), pa.py_buffer(out)]
    column = pa.Array.from_buffers(pa.large_string(), len(chosen), held)
    if name == "text":
        return column
    column = column.cast(pa.string())
    return pc.utf8_trim_whitespace(column) if name in _TRIMMED else column
