"""Gaps of the raw text: page dumps set apart by runs of spaces what was apart on their pages.

Repair makes one space of them. «GMT            عنوان            ذكرت مصادر»: here a headline stood.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from collections.abc import Sequence
from typing import Final

import numpy as np
from numba import njit

from tasks.clean.assemble import raw_bytes
from tasks.clean.draft import Draft, Flags, Rows, Spans
from tasks.text import letters
from tasks.text.kernels import borrowing
from tasks.text.letters import SPACE
from tasks.text.repair import raw_places
from tasks.text.utf8 import decode

WIDE: Final = 2
"""White space within a line that is no gap between words any more."""

_EDGE: Final = 1 << 20


def gaps_around(draft: Draft, spans: Spans) -> tuple[Rows, Rows]:
    """Return how many characters of white space stand before and behind spans in the raw text.

    The spans are in the order of the text. At its edges and at line breaks the gap is wide.
    """
    raw = draft.repaired.raw
    first, last = raw_places(draft.repaired, spans.row, spans.start, spans.end)
    starts, ends = raw_bytes(raw.data, raw.offsets, spans.row, first, last)
    edges = raw.offsets[spans.row], raw.offsets[spans.row + 1]
    gaps: tuple[Rows, Rows] = _measure_gaps(raw.data, edges, (starts, ends), letters.classes())
    return gaps


def chosen(spans: Spans, those: Flags) -> Spans:
    """Return those of the spans."""
    return Spans(spans.row[those], spans.start[those], spans.end[those])


def joined(parts: Sequence[Spans]) -> Spans:
    """Return the spans of all parts, part by part."""
    columns = ([getattr(part, name) for part in parts] for name in ("row", "start", "end"))
    return Spans(*map(np.concatenate, columns))


@njit(cache=True, nogil=True)
def _measure_gaps(data, edges, places, classes):
    firsts, lasts = edges
    starts, ends = places
    before = np.empty(len(starts), np.int32)
    after = np.empty(len(starts), np.int32)
    for k in range(len(starts)):
        before[k] = _gap_before(data, starts[k], firsts[k], classes)
        after[k] = _gap_after(data, ends[k], lasts[k], classes)
    return before, after


@borrowing
def _gap_before(data, i, first, classes):
    for width in range(_EDGE):
        if i == first:
            return _EDGE
        i -= 1
        while i > first and data[i] & 0xC0 == 0x80:
            i -= 1
        if data[i] == 0x0A:
            return _EDGE
        if not _is_space(data, i, classes):
            return width
    return _EDGE


@borrowing
def _gap_after(data, i, last, classes):
    for width in range(_EDGE):
        if i >= last or data[i] == 0x0A:
            return _EDGE
        if not _is_space(data, i, classes):
            return width
        i += decode(data, i)[1]
    return _EDGE


@borrowing
def _is_space(data, i, classes):
    code, _ = decode(data, i)
    return code < 0x10000 and classes[code] & SPACE != 0
