"""Put the body together from what the rules left, and write down what they cut."""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa
from numba import njit

from expectations.columns import LINK, REMOVED
from tasks.clean.draft import (
    KINDS,
    LEGAL,
    META,
    PROMO,
    SHARE,
    SIGNATURE,
    SOURCE,
    Draft,
    Found,
    Spans,
)
from tasks.text.buffers import Texts, column_of, gather
from tasks.text.kernels import borrowing
from tasks.text.repair import raw_places
from tasks.text.utf8 import decode

_BLOCK: Final = 256

_TAILS: Final = (SHARE, PROMO, LEGAL, SIGNATURE, SOURCE)
_RULE: Final = "-–—_=*ـ~. "
_GAP: Final = 2
"""Kinds of tails, what horizontal rules are made of, and the bytes between a rule and a tail."""


def all_cuts(found: Sequence[Found]) -> tuple[Spans, np.ndarray]:
    """Return every rule's cuts with their kinds, in the order of the text."""
    starts = np.concatenate([each.cuts.start for each in found])
    order = np.argsort(starts, kind="stable")
    cuts = Spans(
        np.concatenate([each.cuts.row for each in found])[order],
        starts[order],
        np.concatenate([each.cuts.end for each in found])[order],
    )
    return cuts, np.concatenate([each.kinds for each in found])[order]


def with_rules_of_tails(draft: Draft, cuts: Spans, kinds: np.ndarray) -> np.ndarray:
    """Return the kinds; a horizontal rule right above a tail that was cut is of the tail's kind."""
    if len(kinds) < 2:
        return kinds
    gap = cuts.start[1:] - cuts.end[:-1]
    beside = (gap <= _GAP) & (cuts.row[1:] == cuts.row[:-1]) & np.isin(kinds[1:], _TAILS)
    rules = np.flatnonzero(beside & (kinds[:-1] == META))
    of_tail = kinds.copy()
    for place in rules.tolist():
        letters = draft.text(int(cuts.start[place]), int(cuts.end[place]))
        if not letters.strip(_RULE):
            of_tail[place] = kinds[place + 1]
    return of_tail


def body_of(draft: Draft, cuts: Spans) -> Texts:
    """Return the texts without the cuts: one space or newline where something was taken out."""
    texts = draft.repaired.texts
    out = np.empty(len(texts.data), np.uint8)
    offsets = np.zeros(len(texts) + 1, np.int64)
    size = _copy_standing(texts.data, texts.offsets, (cuts.start, cuts.end), out, offsets)
    return Texts(out[:size], offsets)


@borrowing
def _copy(text, out):
    for i in range(len(text)):
        out[i] = text[i]


@borrowing
def _copy_standing(data, offsets, cuts, out, out_offsets):
    cut_starts, cut_ends = cuts
    at = 0
    cut = 0
    for row in range(len(offsets) - 1):
        if cut == len(cut_starts) or cut_starts[cut] >= offsets[row + 1]:
            size = offsets[row + 1] - offsets[row]  # nothing is cut: it is tidy as it is
            _copy(data[offsets[row] : offsets[row + 1]], out[at:])
            at += size
            out_offsets[row + 1] = at
            continue
        first = at
        owed = np.uint8(0)
        i = offsets[row]
        while i < offsets[row + 1]:
            stop = offsets[row + 1]
            if cut < len(cut_starts):
                stop = min(stop, max(i, cut_starts[cut]))
            last = stop
            while i < stop and data[i] in (0x0A, 0x20):
                owed = data[i] if owed != 0x0A else owed
                i += 1
            while last > i and data[last - 1] in (0x0A, 0x20):
                last -= 1
            if last > i:
                if owed and at > first:
                    out[at] = owed
                    at += 1
                _copy(data[i:last], out[at:])
                at += last - i
                owed = np.uint8(0)
            for k in range(last, stop):
                owed = data[k] if owed != 0x0A else owed
            i = stop
            if cut < len(cut_starts) and cut_starts[cut] <= i < offsets[row + 1]:
                owed = owed or np.uint8(0x20)
                i = max(i, cut_ends[cut])
                cut += 1
        out_offsets[row + 1] = at
    return at


def removed_column(draft: Draft, cuts: Spans, kinds: np.ndarray) -> pa.Array:
    """Return the ``removed`` column: kind, raw text and raw place of each cut, by row."""
    raw = draft.repaired.raw
    first, last = raw_places(draft.repaired, cuts.row, cuts.start, cuts.end)
    starts, ends = raw_bytes(raw.data, raw.offsets, cuts.row, first, last)
    entries = pa.StructArray.from_arrays(
        [
            pa.array(KINDS, pa.string()).take(pa.array(kinds)),
            column_of(gather(raw, starts, ends), pa.string()),
            pa.array(first, pa.int32()),
            pa.array(last, pa.int32()),
        ],
        fields=list(REMOVED),
    )
    return _by_row(entries, cuts.row, len(raw))


def links_column(draft: Draft, links: Spans) -> pa.Array:
    """Return the ``related`` column: the titles of the links in order, without addresses."""
    titles = column_of(gather(draft.repaired.texts, links.start, links.end), pa.string())
    entries = pa.StructArray.from_arrays(
        [titles, pa.nulls(len(titles), pa.string())], fields=list(LINK)
    )
    return _by_row(entries, links.row, len(draft.repaired.texts))


def _by_row(entries: pa.Array, rows: np.ndarray, size: int) -> pa.Array:
    offsets = np.searchsorted(rows, np.arange(size + 1)).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), entries)


@borrowing
def _after_points(data, at, end, points):
    """Return the byte behind so many characters from ``at`` on; 256 bytes at a time."""
    while points >= _BLOCK and at + _BLOCK < end:
        text = data[at : at + _BLOCK]
        for i in range(_BLOCK):
            points -= text[i] & 0xC0 != 0x80
        at += _BLOCK
    while at < end and data[at] & 0xC0 == 0x80:
        at += 1
    for _ in range(points):
        at += decode(data, at)[1]
    return at


@njit(cache=True, nogil=True)
def raw_bytes(data, offsets, rows, first, last):
    """Return byte ranges of code point ranges that are sorted within their rows."""
    starts = np.empty(len(rows), np.int64)
    ends = np.empty(len(rows), np.int64)
    row = -1
    at = np.int64(0)
    seen = 0
    for k in range(len(rows)):
        if rows[k] != row or first[k] < seen:
            row = rows[k]
            at = offsets[row]
            seen = 0
        at = _after_points(data, at, offsets[row + 1], first[k] - seen)
        seen = first[k]
        starts[k] = at
        at = _after_points(data, at, offsets[row + 1], last[k] - seen)
        seen = last[k]
        ends[k] = at
    return starts, ends
