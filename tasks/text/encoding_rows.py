"""Columns of texts that are each in an encoding of their own, as UTF-8: in two passes of kernels.

What it decides is what :func:`tasks.text.encodings.detect` decides, which is asked about every row
that is not plainly in UTF-8 or in an encoding of one byte.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from numba import njit

from tasks.errors import RejectRecord
from tasks.text.buffers import Bytes, Places, Texts, column_of
from tasks.text.encoding_kernel import (
    AS_IT_IS,
    ISO,
    ISO_UNITS,
    NOT_ARABIC,
    NOT_UTF8,
    TO_LOOK_AT,
    WINDOWS,
    WINDOWS_UNITS,
    first_fault,
    tell_single_byte,
    transcode,
)
from tasks.text.encodings import ENCODINGS, WIDE_HEAD, read

_CODES: Final = {None: TO_LOOK_AT, "windows-1256": WINDOWS, "iso-8859-6": ISO}
_KINDS: Final = {AS_IT_IS: "utf-8", WINDOWS: "windows-1256", ISO: "iso-8859-6"}


class DecodedColumn(NamedTuple):
    """The texts that can be read, in the order of ``rows``, and the encodings that they were in.

    ``faults`` has the others, by row. ``encodings`` is null for UTF-8.
    """

    texts: pa.LargeStringArray
    rows: Places
    encodings: pa.StringArray
    faults: dict[int, RejectRecord]


def decode_column(data: Bytes, offsets: Places, told: str | None = None) -> DecodedColumn:
    """Decode each row ``data[offsets[i]:offsets[i + 1]]``; ``told`` is what a profile says."""
    data, offsets = _fixed(data), _fixed(offsets)
    kinds = np.empty(len(offsets) - 1, np.uint8)
    _tell_rows(data, offsets, _CODES.get(told, NOT_ARABIC), kinds)
    rows = np.arange(len(kinds))
    if not kinds.any():
        texts = column_of(Texts(data, offsets))
        return DecodedColumn(texts, rows, pa.nulls(len(rows), pa.string()), {})
    codes = kinds.copy()
    others: list[bytes] = []
    faults: dict[int, RejectRecord] = {}
    for row in np.flatnonzero(kinds == TO_LOOK_AT).tolist():
        try:
            text, encoding = read(data[offsets[row] : offsets[row + 1]].tobytes(), told)
        except RejectRecord as fault:
            faults[row] = fault
        else:
            others.append(text)
            codes[row] = TO_LOOK_AT + ENCODINGS.index(encoding)
    if faults:
        rows = np.delete(rows, list(faults))
    texts = _joined(data, offsets, kinds, rows, others)
    return DecodedColumn(texts, rows, _names(codes[rows]), faults)


def _names(codes: npt.NDArray[np.uint8]) -> pa.StringArray:
    names = [_KINDS.get(code) for code in range(TO_LOOK_AT)] + list(ENCODINGS)
    names = [None if name == "utf-8" else name for name in names]
    return pa.array(names, pa.string()).take(pa.array(codes))


def _joined(
    data: Bytes, offsets: Places, kinds: npt.NDArray[np.uint8], rows: Places, others: list[bytes]
) -> pa.LargeStringArray:
    """Return the rows as one column; those to be looked at are the next of ``others``."""
    ends = np.cumsum([0, *map(len, others)], dtype=np.int64)
    spare = _fixed(np.frombuffer(b"".join([*others, b"\0"]), np.uint8)), _fixed(ends)
    # A byte takes three at most, and the pages of what is not filled are never taken.
    room = 3 * int(np.diff(offsets)[rows].sum()) + int(ends[-1])
    out = np.empty(room, np.uint8)
    places = _join_rows((data, offsets), spare, _fixed(kinds), _fixed(rows), out)
    return column_of(Texts(out[: places[-1]], places))


def _fixed(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the array read-only, so that a kernel is compiled once."""
    view = array.view()
    view.flags.writeable = False
    return view


@njit(cache=True, nogil=True)
def _tell_rows(data, offsets, told, out):
    """Write what each row is, by itself and by the encoding told (``TO_LOOK_AT`` for none).

    ``AS_IT_IS``, ``WINDOWS`` and ``ISO`` are certain; all others are ``TO_LOOK_AT``.
    """
    for row in range(len(offsets) - 1):
        text = data[offsets[row] : offsets[row + 1]]
        out[row] = TO_LOOK_AT
        # Marks of byte order begin with one of these.
        if len(text) > 0 and (text[0] >= 0xFE or text[0] == 0xEF or text[0] == 0):
            continue
        few = 0
        size = min(len(text), WIDE_HEAD)
        for i in range(size):
            few += (text[i] == 0) | (text[i] == 6)
        if size >= 4 and 4 * few >= size:
            continue
        fault = first_fault(text)
        if fault < 0:
            out[row] = AS_IT_IS
            continue
        kind = tell_single_byte(text, fault)
        if kind != NOT_UTF8 and told != TO_LOOK_AT:
            kind = told
        if kind == WINDOWS or (kind == ISO and _is_iso(text)):
            out[row] = kind


@njit(cache=True, nogil=True)
def _is_iso(data):
    strange = 0
    for byte in data:
        strange += ISO_UNITS[byte] == 0
    return strange == 0


@njit(cache=True, nogil=True)
def _join_rows(texts, others, kinds, rows, out):
    """Write the rows as UTF-8, end to end; return where each begins, and the end."""
    data, offsets = texts
    other_data, other_offsets = others
    places = np.empty(len(rows) + 1, np.int64)
    at = 0
    other = 0
    for number in range(len(rows)):
        places[number] = at
        row = rows[number]
        text = data[offsets[row] : offsets[row + 1]]
        kind = kinds[row]
        if kind == WINDOWS:
            at += transcode(text, WINDOWS_UNITS, out[at:])
            continue
        if kind == ISO:
            at += transcode(text, ISO_UNITS, out[at:])
            continue
        if kind != AS_IT_IS:
            text = other_data[other_offsets[other] : other_offsets[other + 1]]
            other += 1
        for i in range(len(text)):
            out[at + i] = text[i]
        at += len(text)
    places[len(rows)] = at
    return places
