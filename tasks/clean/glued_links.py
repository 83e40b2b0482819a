"""Links that share a line with the story: in page dumps, at the end of columns and of teasers.

«روابط ذات علاقة    عنوان أول    عنوان ثان     وأعلن الوزير ...»: wide gaps of the raw text part the
links from each other and from the story, which stays. «... بين الشعوب. مقالات أخرى للكاتبعنوان»,
«... أمام السيارات ...المزيد» and «(التفاصيل في الصفحة 3)» end a text.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from functools import cache
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from tasks.clean.draft import RELATED, Draft, Flags, Found, Spans
from tasks.clean.raw_gaps import WIDE, gaps_around, joined
from tasks.clean.signature import spelling_pattern
from tasks.text import letters
from tasks.text.buffers import Places, column_of, gather
from tasks.text.lexicons import load_lexicon
from tasks.text.related_lines import ITEM_WORDS
from tasks.text.seeking import hold
from tasks.text.words import next_word

WORDS_AT_MOST: Final = 120
"""Words behind a heading that are looked at: blocks of dumps have up to four links."""

PARAGRAPH_WORDS: Final = 8
_TAIL_BYTES: Final = 640

_ENDED: Final = r"(?:المزيد|\))[ .|]*$"
_TO_THE_AUTHOR: Final = np.frombuffer("للك".encode(), np.uint8)
"""Every tail ends so, or has this part of «للكاتب», which the lexicon's links have whatever the
spelling: both are told faster than the pattern is tried, RE2 reading the former from the end."""


def find_glued_links(draft: Draft) -> Found:
    """Cut headings with their links from the head of lines, and links from the end of texts."""
    blocks, items = _blocks(draft)
    tails, titles = _tails(draft)
    cuts = joined([blocks, tails])
    links = joined([items, titles]).in_order()
    return Found(cuts, np.full(len(cuts.row), RELATED, np.int8), links=links)


def _blocks(draft: Draft) -> tuple[Spans, Spans]:
    """Return headings with the links behind them, and the links."""
    lines = draft.lines
    data = draft.repaired.texts.data
    at = np.flatnonzero((lines.heading_words > 1) & (lines.words > lines.heading_words))
    size = len(at) * WORDS_AT_MOST
    bounds = lines.heading_end[at], lines.tail[at]
    count, number, start, end = _words_behind(data, *bounds, letters.word_letters(), size)
    number, start, end = number[:count], start[:count], end[:count]
    words = Spans(lines.row[at[number]], start, end)
    before, _ = gaps_around(draft, words) if count else (np.empty(0, np.int32), None)
    ends, items = _read_blocks(data, (number, start, end), before, lines.tail[at])
    cut = ends > 0
    owner, first, last = items
    row = lines.row[at]
    return (
        Spans(row[cut], lines.head[at][cut], ends[cut]),
        Spans(row[owner], first, last),
    )


@njit(cache=True, nogil=True)
def _words_behind(data, starts, ends, table, size):
    number = np.empty(size, np.int64)
    first = np.empty(size, np.int64)
    last = np.empty(size, np.int64)
    count = 0
    for k in range(len(starts)):
        i = starts[k]
        for _ in range(WORDS_AT_MOST):
            behind = i
            value, start, i = next_word(data, i, ends[k], table)
            if value == 0:
                break
            while start > behind and data[start - 1] != 0x20:
                start -= 1  # with the quotes before it
            number[count] = k
            first[count] = start
            last[count] = i
            count += 1
    return count, number, first, last


@njit(cache=True, nogil=True)
def _read_blocks(data, words, before, tails):
    """Return where each block ends, 0 without one, and (block, start, end) of its links."""
    number, first, last = words
    ends = np.zeros(len(tails), np.int64)
    owner = np.empty(len(number), np.int64)
    starts = np.empty(len(number), np.int64)
    stops = np.empty(len(number), np.int64)
    count = 0
    k = 0
    while k < len(number):
        block = number[k]
        gap = before[k]
        going = gap >= WIDE
        while k < len(number) and number[k] == block:
            piece = k
            k += 1
            while k < len(number) and number[k] == block and before[k] < gap:
                k += 1
            if not going:
                continue
            whole = k == len(number) or number[k] != block
            end = _trimmed(data, last[k - 1], tails[block] if whole else first[k])
            cut_short = whole and k - piece >= ITEM_WORDS
            if k - piece > ITEM_WORDS or cut_short or _is_stopped(data, end):
                going = False
                continue
            ends[block] = end
            owner[count] = block
            starts[count] = first[piece]
            stops[count] = end
            count += 1
    return ends, (owner[:count], starts[:count], stops[:count])


@njit(cache=True, nogil=True)
def _is_stopped(data, end):
    """Tell whether a full stop ends the piece, also before closing quotes: «... هذا الأسلوب."»."""
    while data[end - 1] in (0x20, 0x22, 0x29) or (data[end - 1] == 0xBB and data[end - 2] == 0xC2):
        end -= 1 + (data[end - 1] == 0xBB)
    return data[end - 1] == 0x2E


@njit(cache=True, nogil=True)
def _trimmed(data, start, end):
    while end > start and data[end - 1] == 0x20:
        end -= 1
    return end


def _tails(draft: Draft) -> tuple[Spans, Spans]:
    """Return what ends a text without being of it, and the titles in that."""
    lines = draft.lines
    ends = np.zeros(len(lines.row), np.bool_)
    ends[draft.last_lines()] = True
    ends[_last_paragraphs(draft)] = True
    at = np.flatnonzero(ends)
    starts = _rounded(draft, np.maximum(lines.head[at], lines.tail[at] - _TAIL_BYTES))
    tails = column_of(gather(draft.repaired.texts, starts, lines.tail[at]))
    asked = pc.match_substring_regex(tails, _ENDED).to_numpy(zero_copy_only=False)
    asked |= hold(draft.repaired.texts.data, starts, lines.tail[at], _TO_THE_AUTHOR)
    at, tails = at[asked], tails.filter(pa.array(asked))
    found = pc.extract_regex(tails, _tail_pattern())
    at = at[np.flatnonzero(found.is_valid())]
    cut, titles, rest = (pc.binary_length(part).to_numpy() for part in found.drop_null().flatten())
    row, end = lines.row[at], lines.tail[at] - rest
    listed = titles > 0
    links = Spans(row[listed], (end - titles)[listed], end[listed])
    return Spans(row, end - cut, end), links


def _last_paragraphs(draft: Draft) -> np.ndarray:
    """Return the last line of each row that is no scrap: pages print their menus below."""
    long = np.flatnonzero(draft.lines.stands & (draft.lines.words >= PARAGRAPH_WORDS))
    last: Flags = np.diff(draft.lines.row[long], append=-1) != 0
    return long[last]


def _rounded(draft: Draft, starts: Places) -> Places:
    """Move places forward to where a character begins."""
    data = draft.repaired.texts.data
    while len(inside := np.flatnonzero(data[starts] & 0xC0 == 0x80)):
        starts[inside] += 1
    return starts


@cache
def _tail_pattern() -> str:
    author, page = (
        "|".join(map(spelling_pattern, load_lexicon(name)))
        for name in ("author_links", "page_references")
    )
    listed = rf"(?:{author})[ :]*(?P<titles>.*)"
    ends = rf"{listed}|(?:\.\.+|…) ?المزيد|\((?:{page})[^()]{{0,60}}\)"
    return rf"(?:^|[ .!?؟»\")])(?P<cut>{ends})(?P<rest>[ .|]*)$"
