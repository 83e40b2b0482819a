"""Addresses that an embedded post or film left between two sentences.

«... قال الوزير. https://www.youtube.com/watch?v=1 وأضاف ...»: the address goes, the story stays.
An address in a sentence is the story's own («عبر الموقع http://jobs.example.com»), and so is one
that follows a colon; only those of hosts of posts and films go, and only behind a sentence mark.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# ruff: noqa: PLR0913, PLR0917 (kernels take their arrays one by one)

from typing import Final

import numpy as np
import pyarrow.compute as pc
from numba import njit

from tasks.clean.draft import META, Draft, Found, Spans
from tasks.clean.furniture import EMBED
from tasks.clean.shapes import settled, windows
from tasks.text.kernels import borrowing
from tasks.text.seeking import next_of

_COLON: Final = np.uint8(0x3A)
_BYTES: Final = 240
"""So much of an address is compared with the hosts."""


def find_embeds(draft: Draft) -> Found:
    """Cut addresses of embedded posts behind sentences, wherever they stand."""
    data = draft.repaired.texts.data
    marks = _marks(data)
    lines = draft.lines
    at = np.searchsorted(lines.start, marks, side="right") - 1
    standing = (marks > lines.head[at]) & (marks < lines.tail[at])
    marks, at = marks[standing], at[standing]
    starts, ends = np.empty_like(marks), np.empty_like(marks)
    _addresses(data, marks, lines.head[at], lines.tail[at], starts, ends)
    texts = windows(draft, starts, settled(draft, starts + _BYTES, (starts, ends), -1))
    known = pc.match_substring_regex(texts, f"^{EMBED}").to_numpy(zero_copy_only=False)
    free = np.zeros(len(marks), np.bool_)
    _mark_free(data, lines.head[at], starts, ends, known, free)
    row = lines.row[at[free]]
    return Found(Spans(row, starts[free], ends[free]), np.full(len(row), META, np.int8))


@njit(cache=True, nogil=True)
def _marks(data):
    """Return the places of «://»."""
    places = []
    i = next_of(data, np.int64(0), len(data), _COLON, _COLON)
    while i + 2 < len(data):
        if data[i + 1] == 0x2F and data[i + 2] == 0x2F:
            places.append(i)
        i = next_of(data, i + 1, len(data), _COLON, _COLON)
    out = np.empty(len(places), np.int64)
    for k in range(len(places)):
        out[k] = places[k]
    return out


@borrowing
def _addresses(data, marks, heads, tails, starts, ends):
    """Find where each address starts, at the letters of its scheme, and ends, at white space."""
    reached = np.int64(0)
    for k in range(len(marks)):
        i = marks[k]
        while i > max(heads[k], marks[k] - 8) and 0x61 <= (data[i - 1] | 0x20) <= 0x7A:
            i -= 1
        starts[k] = i
        i = max(marks[k], min(reached, tails[k]))
        while i < tails[k] and data[i] > 0x20:
            i += 1
        ends[k] = i
        reached = i


@borrowing
def _ends_a_sentence(data, head, i):
    """Tell whether a sentence mark, or nothing, stands before the spaces before ``i``."""
    while i > head and data[i - 1] == 0x20:
        i -= 1
    if i == head:
        return True
    last = data[i - 1]
    if last in (0x2E, 0x21, 0x22, 0x29):  # . ! " )
        return True
    if i - 2 < head:
        return False
    pair = (data[i - 2], last)
    return pair in ((0xD8, 0x9F), (0xC2, 0xBB), (0x80, 0x9D), (0x80, 0xA6))  # ؟ » ” …


@borrowing
def _mark_free(data, heads, starts, ends, known, free):
    """Mark known addresses behind a sentence, or behind an address that is marked."""
    for k in range(len(starts)):
        if not known[k] or (k > 0 and starts[k] < ends[k - 1]):
            continue
        behind = _ends_a_sentence(data, heads[k], starts[k])
        if not behind and k > 0 and free[k - 1]:
            i = starts[k]
            while i > ends[k - 1] and data[i - 1] == 0x20:
                i -= 1
            behind = i == ends[k - 1]
        free[k] = behind
