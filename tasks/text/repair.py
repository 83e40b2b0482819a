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
from tasks.text.buffers import Bytes, Places, Texts, column_of, texts_of
from tasks.text.normal_form import Composed, compose, origins
from tasks.text.places_kernel import Cuts, place_cuts
from tasks.text.repair_kernel import EXPANDED_AT_MOST, Tables, count_growing, repair_rows

_SHORTEST_REFERENCE: Final = len("&#xFDFD;")
"""Of those that stand for more bytes than they take."""

Source = tuple[Bytes, Places, Places, Bytes, Places]

Origins = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Repaired:
    """Repaired texts, and what is needed to say where each of their characters came from.

    What the kernel read are the raw texts, and in place of a few of them the ``composed`` ones.
    """

    texts: Texts
    raw: Texts
    composed: Composed

    @property
    def source(self) -> Source:
        """The arrays that the kernels read."""
        return _source(self.raw, self.composed)


def repair(column: pa.Array | pa.ChunkedArray | Texts, *, one_line: bool = False) -> Repaired:
    """Repair a text column; ``one_line`` turns paragraph breaks into spaces (for titles)."""
    raw = column if isinstance(column, Texts) else texts_of(column)
    composed = compose(raw)
    out = np.empty(_bound(raw) + _bound(composed.texts), np.uint8)
    offsets = np.zeros(len(raw) + 1, np.int64)
    size = repair_rows(_source(raw, composed), out, offsets, one_line, _tables())
    return Repaired(Texts(out[:size], offsets), raw, composed)


def _source(raw: Texts, composed: Composed) -> Source:
    texts = composed.texts
    return raw.data, raw.offsets, composed.rows, texts.data, texts.offsets


def _bound(texts: Texts) -> int:
    """Return how many bytes the repaired texts have at most."""
    size = int(texts.offsets[-1] - texts.offsets[0])
    forms, long_forms, references = count_growing(texts.data, texts.offsets)
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
    widest = max(
        int(np.diff(texts.offsets).max(initial=0))
        for texts in (repaired.raw, repaired.composed.texts)
    )
    place_cuts(
        repaired.source,
        repaired.texts.offsets,
        Cuts(rows, starts, ends, first, last),
        widest,
        _tables(),
    )
    for i in np.flatnonzero(np.isin(rows, repaired.composed.rows)).tolist():
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
