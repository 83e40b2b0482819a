"""Repair the characters of a text for display, in one pass over Arrow buffers.

What is repaired is listed, with the harm it does, in :func:`tasks.text.letters.repairs`; besides,
HTML entities left in the text («&quot;»), tatweel that only stretches a word («تلفـريك», not
«لـ«عكاظ»» nor «1447هـ»), curly quotes, whose direction Arabic editing systems get wrong («”داعش“»),
and white space: one space between words, one newline between paragraphs. Final ى, hamza, harakat,
digits and guillemets stay as the author wrote them.
"""

import unicodedata
from dataclasses import dataclass
from functools import cache
from html.entities import html5

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tasks.text import letters
from tasks.text.buffers import Places, Texts, column_of, texts_of
from tasks.text.repair_kernel import (
    EXPANDED_AT_MOST,
    Cuts,
    Tables,
    count_presentation_forms,
    find_disordered,
    find_uncomposed,
    order_marks,
    place_cuts,
    repair_rows,
)

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
    source, composed = _compose(raw)
    forms, long_forms = count_presentation_forms(source.data, source.offsets)
    bound = int(source.offsets[-1] - source.offsets[0]) + 4 * forms + EXPANDED_AT_MOST * long_forms
    out = np.empty(bound, np.uint8)
    offsets = np.zeros(len(source) + 1, np.int64)
    size = repair_rows(source.data, source.offsets, out, offsets, one_line, _tables())
    # In place: what is ordered has the same bytes, and as many characters, as before.
    order_marks(out, offsets, np.flatnonzero(find_disordered(out, offsets)))
    return Repaired(Texts(out[:size], offsets), source, raw, composed)


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
        begins, stops = _origins(_text(repaired.raw, int(rows[i])), upto=int(last[i]))
        empty = first[i] == last[i]
        first[i] = begins[first[i]]
        last[i] = first[i] if empty else stops[last[i] - 1]
    return first, last


def _text(texts: Texts, row: int) -> str:
    return texts.data[texts.offsets[row] : texts.offsets[row + 1]].tobytes().decode()


def _compose(raw: Texts) -> tuple[Texts, frozenset[int]]:
    """Compose (NFC) the rows that a scan finds suspicious, a few of a thousand, in Python.

    «ا» + U+0653 becomes «آ», so that equal words are equal bytes.
    """
    replaced: dict[int, bytes] = {}
    for row in np.flatnonzero(find_uncomposed(raw.data, raw.offsets)).tolist():
        text = _text(raw, row)
        composed = unicodedata.normalize("NFC", text)
        if composed != text:
            replaced[row] = composed.encode()
    if not replaced:
        return raw, frozenset()
    pieces: list[bytes | memoryview] = []
    lengths = np.diff(raw.offsets)
    done = int(raw.offsets[0])
    view = raw.data.data
    for row, new in replaced.items():
        pieces += [view[done : int(raw.offsets[row])], new]
        lengths[row] = len(new)
        done = int(raw.offsets[row + 1])
    pieces.append(view[done : int(raw.offsets[-1])])
    offsets = np.zeros(len(raw) + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return Texts(np.frombuffer(b"".join(pieces), np.uint8), offsets), frozenset(replaced)


def _origins(text: str, *, upto: int) -> tuple[list[int], list[int]]:
    """Return where each character of the text in NFC (and its end) begins and stops in the text.

    The first ``upto`` characters and the next are enough: cuts are mostly at the head.
    Composition happens within a character and the marks (or Hangul jamo) that follow it.
    """
    begins: list[int] = []
    stops: list[int] = []
    start = 0
    for place in range(1, len(text) + 1):
        if place < len(text) and (
            unicodedata.category(text[place])[0] == "M" or "\u1160" <= text[place] <= "\u11ff"
        ):
            continue
        size = len(unicodedata.normalize("NFC", text[start:place]))
        begins += [start] * size
        stops += [place] * size
        start = place
        if len(begins) > upto:
            return begins, stops
    return [*begins, len(text)], stops


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
