"""A heading with one link in the middle of a line, where a text lost its line breaks.

«... أمام السيارات. اقرأ أيضاً: متحف الضفتين يفتح أبوابه     وأضاف الوزير ...»: a heading of several
words behind the end of a sentence, with a colon. The link ends at a wide gap of the raw text or
with the line; where neither is near, nothing tells link and story apart, and both stay.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from typing import Final

import numpy as np
from numba import njit

from tasks.clean.draft import RELATED, SHORT_WORDS, Draft, Found, Spans
from tasks.clean.raw_gaps import WIDE, gaps_around
from tasks.text import letters
from tasks.text.kernels import borrowing
from tasks.text.related_lines import HEADING_WORDS, INLINE_WORDS
from tasks.text.seeking import next_of
from tasks.text.words import chain, is_among, next_word

_BEFORE: Final = 80
"""Bytes before a colon in which a heading lies."""

_COLON, _BAR = np.uint8(0x3A), np.uint8(0x7C)
_ROOM: Final = 1 << 12


def find_inline_links(draft: Draft) -> Found:
    """Cut headings with their links from the middle of long lines."""
    data, lines = draft.repaired.texts.data, draft.lines
    table = letters.word_letters()
    found = _find_headings(data, lines, draft.headings[0], table)
    if not len(found):
        return Found(Spans.of([]), np.zeros(0, np.int8))
    line, start, colon = found.T
    words = _words_behind(data, colon, lines.tail[line], table)
    number, first, last = words.T
    before, _ = gaps_around(draft, Spans(lines.row[line[number]], first, last))
    end = _ends(data, words, before, lines.tail[line])
    kept = end > 0
    kept[1:] &= start[1:] >= np.maximum.accumulate(end)[:-1]
    spans = Spans(lines.row[line][kept], start[kept], end[kept])
    item = np.array([first[np.searchsorted(number, k)] for k in np.flatnonzero(kept)], np.int64)
    links = Spans(spans.row, item, spans.end)
    return Found(spans, np.full(len(item), RELATED, np.int8), links=links)


@njit(cache=True, nogil=True)
def _find_headings(data, lines, headings, table):
    """Return (line, start, place behind the colon) of headings behind a sentence's end."""
    found = np.empty((_ROOM, 3), np.int64)
    count = 0
    # Each array once, not for every line: that counts references.
    heads, tails, words = lines.head, lines.tail, lines.words
    for line in range(len(words)):
        if words[line] <= SHORT_WORDS:
            continue
        head, tail = heads[line], tails[line]
        i = next_of(data, head, tail, _COLON, _BAR)
        while i < tail:
            start = _heading_before(data, max(head, i - _BEFORE), i, headings, table)
            if start > head and count < _ROOM:
                found[count] = line, start, i + 1
                count += 1
            i = next_of(data, i + 1, tail, _COLON, _BAR)
    return found[:count]


@borrowing
def _heading_before(data, i, colon, headings, table):
    """Return where a heading begins that ends at the colon, -1 without one."""
    while i < colon:
        i += 1
        if data[i - 1] != 0x20:
            continue
        mark = data[i - 2]
        # . ! " ) or the last byte of ؟ and »
        if mark not in (0x2E, 0x21, 0x22, 0x29, 0x9F, 0xBB):
            continue
        key = np.uint64(0)
        at = i
        for seen in range(HEADING_WORDS):
            value, _, at = next_word(data, at, colon, table)
            if value == 0:
                if seen > 1 and is_among(headings, key):
                    return i
                break
            key = chain(key, value)
    return -1


@njit(cache=True, nogil=True)
def _words_behind(data, starts, ends, table):
    words = np.empty((len(starts) * (INLINE_WORDS + 1), 3), np.int64)
    count = 0
    for k in range(len(starts)):
        i = starts[k]
        for _ in range(INLINE_WORDS + 1):
            behind = i
            value, start, i = next_word(data, i, ends[k], table)
            if value == 0:
                break
            while start > behind and data[start - 1] != 0x20:
                start -= 1
            words[count] = k, start, i
            count += 1
    return words[:count]


@njit(cache=True, nogil=True)
def _ends(data, words, before, tails):
    """Return where each link ends: before a wide gap, or with its line; 0 for nowhere near."""
    ends = np.zeros(len(tails), np.int64)
    k = 0
    while k < len(words):
        block = words[k, 0]
        first = k
        k += 1
        while k < len(words) and words[k, 0] == block:
            if before[k] >= WIDE and ends[block] == 0:
                ends[block] = words[k, 1]
            k += 1
        if ends[block] == 0 and k - first <= INLINE_WORDS:
            ends[block] = tails[block]
        while ends[block] > 0 and data[ends[block] - 1] == 0x20:
            ends[block] -= 1
    return ends
