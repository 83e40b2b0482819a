"""Repair the characters of a text for display, in one pass over Arrow buffers.

What is repaired is listed, with the harm it does, in :func:`tasks.text.letters.repairs`; besides,
HTML entities left in the text («&quot;»), tatweel that only stretches a word («تلفـريك», not
«لـ«عكاظ»» nor «1447هـ»), curly quotes, whose direction Arabic editing systems get wrong («”داعش“»),
and white space: one space between words, one newline between paragraphs. Final ى, hamza, harakat,
digits and guillemets stay as the author wrote them.
"""

from dataclasses import dataclass
from functools import cache
from html.entities import html5
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tasks.text import letters
from tasks.text.buffers import Places, Texts, column_of, texts_of
from tasks.text.normal_form import compose, order_marks, origins
from tasks.text.repair_kernel import (
    EXPANDED_AT_MOST,
    Cuts,
    Tables,
    count_growing,
    place_cuts,
    repair_rows,
)

_SHORTEST_REFERENCE: Final = len("&#xFDFD;")
"""Of those that stand for more bytes than they take."""

Origins = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Repaired:
    """Repaired texts, and what is needed to say where each of their characters came from.

    ``source`` is what the kernel read: the raw texts, but in NFC in the few rows of ``composed``.
    """

    texts: Texts
    source: Texts
    raw: Texts
    composed: frozenset[int] = frozenset()


def repair(column: pa.Array | pa.ChunkedArray | Texts, *, one_line: bool = False) -> Repaired:
    """Repair a text column; ``one_line`` turns paragraph breaks into spaces (for titles)."""
    raw = column if isinstance(column, Texts) else texts_of(column)
    source, composed = compose(raw)
    out = np.empty(_bound(source), np.uint8)
    offsets = np.zeros(len(source) + 1, np.int64)
    size = repair_rows(source.data, source.offsets, out, offsets, one_line, _tables())
    order_marks(Texts(out[:size], offsets))
    return Repaired(Texts(out[:size], offsets), source, raw, composed)


def _bound(source: Texts) -> int:
    """Return how many bytes the repaired texts have at most."""
    size = int(source.offsets[-1] - source.offsets[0])
    forms, long_forms, references = count_growing(source.data, source.offsets)
    long_forms += min(references, size // _SHORTEST_REFERENCE)
    bound: int = size + 4 * forms + EXPANDED_AT_MOST * long_forms
    return bound


def repair_column(column: pa.Array | pa.ChunkedArray, *, one_line: bool = False) -> pa.Array:
    """Repair a text column; nulls and texts of which nothing is left are null."""
    texts = repair(column, one_line=one_line).texts
    empty = texts.offsets[1:] == texts.offsets[:-1]
    values = column_of(texts, pa.string())
    return pa.array(values.to_numpy(zero_copy_only=False), pa.string(), mask=empty)


def raw_places(
    repaired: Repaired, rows: npt.NDArray[np.int32], starts: Places, ends: Places
) -> tuple[Origins, Origins]:
    """Return (start, end) in code points of the raw text for byte ranges of the repaired text.

    ``rows`` must be sorted. A range that is empty after repair is empty in the raw text.
    """
    first = np.zeros(len(rows), np.int32)
    last = np.zeros(len(rows), np.int32)
    widest = int((repaired.source.offsets[1:] - repaired.source.offsets[:-1]).max(initial=0))
    place_cuts(
        repaired.source.data,
        repaired.source.offsets,
        repaired.texts.offsets,
        Cuts(rows, starts, ends, first, last),
        widest,
        _tables(),
    )
    for i in np.flatnonzero(np.isin(rows, np.fromiter(repaired.composed, np.int32))).tolist():
        begins, stops = origins(repaired.raw, int(rows[i]), upto=int(last[i]))
        empty = first[i] == last[i]
        first[i] = begins[first[i]]
        last[i] = first[i] if empty else stops[last[i] - 1]
    return first, last


def _tables() -> Tables:
    return Tables(letters.repairs(), letters.classes(), *letters.expansions(), *_entity_names())


@cache
def _entity_names() -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int32]]:
    """Return (hashes, code points) of the named entities of HTML, sorted by hash (FNV-1a)."""
    names = {
        name[:-1]: ord(value)
        for name, value in html5.items()
        if name.endswith(";") and len(value) == 1 and len(name) <= 9
    }
    hashes = np.array([_fnv(name.encode()) for name in names], np.uint64)
    codes = np.array(list(names.values()), np.int32)
    order = np.argsort(hashes)
    return hashes[order], codes[order]


def _fnv(name: bytes) -> int:
    value = 0xCBF29CE484222325
    for byte in name:
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return value
