"""An article's title that its text repeats: at the head, in a page dump, or behind a label.

«وزير النقل يفتتح الجسر⏎أعلن وزير النقل ...» where the record's title is the first line as well;
«السبت 3 مايو     وزير النقل يفتتح الجسر     أعلن ...» in a dump of one line; «وزير النقل يفتتح
الجسر - صحيفة الضفة»; «رابط الخبر بصحيفة الضفة: وزير النقل يفتتح الجسر», whose label is ``meta``.
A poem's first verse is its title as well, and stays: no paragraph follows it.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from functools import cache
from typing import Final

import numpy as np
import pyarrow.compute as pc
from numba import njit

from tasks.clean.draft import META, TITLE_REPEAT, Draft, Found, Spans
from tasks.clean.raw_gaps import WIDE, chosen, gaps_around, joined
from tasks.clean.signature import spelling_pattern
from tasks.clean.title_keys import phrase_keys
from tasks.text.buffers import Texts, column_of, gather
from tasks.text.lexicons import load_lexicon
from tasks.text.repair import repair
from tasks.text.seeking import hold
from tasks.text.utf8 import decode

LEAST_WORDS: Final = 3
"""Titles of one or two words («الصين») are subheads and words of the story, too."""

MOST_WORDS: Final = 40
"""What is longer is a page that was saved as its title."""

HEAD_LINES: Final = 3
PARAGRAPH_WORDS: Final = 12
"""No verse of the poems counted has so many words; one of two lines under a headline has."""

DUMP_BYTES: Final = 1_600
"""Page dumps repeat the headline behind some 600 letters of navigation."""

OUTLET_BYTES: Final = 60
_PIECE, _BEHIND, _AHEAD = range(3)
_TAIL_BYTES: Final = 600
_TITLE_BYTES: Final = 400
_FIRST_BYTES: Final = 4
_COLON: Final = np.frombuffer(b": ", np.uint8)


def find_title_repeats(draft: Draft) -> Found:
    """Cut the record's title where a line, a dump's piece or an address line repeats it."""
    titles = repair(draft.records["title"], one_line=True).texts
    keys, words = phrase_keys(titles)
    labels, labelled = _behind_labels(draft)
    lines = _whole_lines(draft, keys, words)
    able = (words >= LEAST_WORDS) & (words <= MOST_WORDS)
    pieces, heads = _pieces(draft, titles, able)
    groups = [(lines, TITLE_REPEAT), (pieces, TITLE_REPEAT), (heads, META)]
    if len(labelled.row):
        groups = [(_apart(spans, labels), kind) for spans, kind in groups]
    groups += [(labels, META), (labelled, TITLE_REPEAT)]
    cuts = joined([spans for spans, _ in groups])
    kinds = np.repeat([kind for _, kind in groups], [len(spans.row) for spans, _ in groups])
    return Found(cuts, kinds.astype(np.int8))


def _apart(spans: Spans, labels: Spans) -> Spans:
    """Leave out spans that end behind their row's label: what is there is cut with it."""
    at = np.minimum(np.searchsorted(labels.row, spans.row), len(labels.row) - 1)
    kept = (labels.row[at] != spans.row) | (spans.end <= labels.start[at])
    return chosen(spans, kept)


def _whole_lines(draft: Draft, keys: np.ndarray, words: np.ndarray) -> Spans:
    """Return the first lines that are the title, with a paragraph right below."""
    lines = draft.lines
    standing = np.flatnonzero(lines.stands)
    row = np.append(lines.row[standing], [-1, -1])
    long = np.append(lines.words[standing] >= PARAGRAPH_WORDS, [False, False])
    first = np.searchsorted(row[:-2], row[:-2])
    early = np.arange(len(standing)) - first < HEAD_LINES
    below = [long[n:][: len(standing)] & (row[n:][: len(standing)] == row[:-2]) for n in (1, 2)]
    same = (lines.key[standing] == keys[row[:-2]]) & (words[row[:-2]] >= LEAST_WORDS)
    at = standing[same & early & (below[0] | below[1])]
    return draft.cut_lines(at[~_announces(draft, at)])


def _announces(draft: Draft, lines: np.ndarray) -> np.ndarray:
    """Tell of lines whether they end with a colon: «أفضل المدن:» has a list below it."""
    marks: np.ndarray = draft.repaired.texts.data[draft.lines.tail[lines] - 1] == ord(":")
    return marks


def _behind_labels(draft: Draft) -> tuple[Spans, Spans]:
    """Return the labels in last lines and what stands behind them: the title, however spelt."""
    at = draft.last_lines()
    lines = draft.lines
    data = draft.repaired.texts.data
    starts = np.maximum(lines.head[at], lines.tail[at] - _TAIL_BYTES)
    while len(inside := np.flatnonzero(data[starts] & 0xC0 == 0x80)):
        starts[inside] += 1
    marked = hold(data, starts, lines.tail[at], _COLON)  # in every label, and found faster
    at, starts = at[marked], starts[marked]
    tails = column_of(gather(draft.repaired.texts, starts, lines.tail[at]))
    found = pc.extract_regex(tails, _label_pattern())
    at = at[np.flatnonzero(found.is_valid())]
    label, title = (pc.binary_length(part).to_numpy() for part in found.drop_null().flatten())
    row, tail = lines.row[at], lines.tail[at]
    short = title <= _TITLE_BYTES
    labels = Spans(row, tail - title - label, tail - title - 1)
    both = (labels, Spans(row, tail - title, tail))
    return chosen(both[0], short), chosen(both[1], short)


@cache
def _label_pattern() -> str:
    labels = "|".join(map(spelling_pattern, load_lexicon("title_labels")))
    return rf"(?P<label>(?:{labels})(?: [^ :]+){{0,3}} ?: )(?P<title>[^ ].*)$"


def _pieces(draft: Draft, titles: Texts, able: np.ndarray) -> tuple[Spans, Spans]:
    """Return the title where it is set apart or has the outlet behind it, and with it ahead."""
    lines = draft.lines
    texts = draft.repaired.texts
    room = np.empty((3, 2 * len(titles)), np.int64)
    known = (titles.data, titles.offsets)
    count = _find_titles((texts.data, texts.offsets), known, able, lines, room)
    line, start, form = room[:, :count]
    end = start + np.diff(titles.offsets)[lines.row[line]]
    spans = Spans(lines.row[line], start, end)
    if not count:
        return spans, spans
    before, after = gaps_around(draft, spans)
    apart = (start == lines.head[line]) | (before >= WIDE)
    apart &= (end == lines.tail[line]) | (after >= WIDE)
    pieces = chosen(spans, apart & (form == _PIECE))
    behind, ahead = (draft.cut_lines(line[form == kind]) for kind in (_BEHIND, _AHEAD))
    return joined([pieces, behind]), ahead


@njit(cache=True, nogil=True)
def _find_titles(texts, titles, able, lines, found):
    """Note line, place and form of up to two occurrences of each row's title near its head."""
    data, offsets = texts
    title_data, title_offsets = titles
    count = 0
    seen = 0
    row = np.int32(-1)
    # Each array once, not for every line: that counts references.
    rows, heads, tails = lines.row, lines.head, lines.tail
    for line in range(len(rows)):
        head, tail = heads[line], tails[line]
        if rows[line] != row:
            row = rows[line]
            seen = 0
        size = title_offsets[row + 1] - title_offsets[row]
        last = min(tail, offsets[row] + DUMP_BYTES) - size
        if not able[row] or seen == 2 or last < head or tail - head == size:
            continue
        title = title_data[title_offsets[row] : title_offsets[row + 1]]
        i = _find(data, head, last, title)
        while i <= last and seen < 2:
            found[0, count] = line
            found[1, count] = i
            found[2, count] = _form(data, head, tail, i, i + len(title))
            count += 1
            seen += 1
            i = _find(data, i + len(title), last, title)
    return count


@njit(cache=True, nogil=True)
def _find(data, i, last, title):
    """Return where the title stands from byte ``i`` up to ``last``, ``last + 1`` when nowhere.

    First its four first bytes are looked for, at 64 places at a time and without a branch.
    """
    length = len(title)
    if length < _FIRST_BYTES:
        return last + 1  # no title of LEAST_WORDS words
    one, two, three, four = title[0], title[1], title[2], title[3]
    while i <= last:
        if i + 64 <= last:
            window = data[i : i + 64 + _FIRST_BYTES]
            found = np.uint8(0)
            for k in range(64):
                begins = (window[k + 1] == two) & (window[k + 3] == four)
                found |= np.uint8(begins & (window[k] == one) & (window[k + 2] == three))
            if not found:
                i += 64
                continue
        stop = min(i + 64, last + 1)
        while i < stop:
            if data[i + 1] == two and data[i + 3] == four:
                k = 0
                while k < length and data[i + k] == title[k]:
                    k += 1
                if k == length:
                    return i
            i += 1
    return i


@njit(cache=True, nogil=True)
def _form(data, head, tail, start, end):
    """Tell a title with an outlet's name behind or ahead of it on its line from a piece of one."""
    if start == head and tail - end <= OUTLET_BYTES and _is_dash(data, end, tail):
        return _BEHIND
    if end == tail and start - head <= OUTLET_BYTES:
        i = start - 2
        while i > head and data[i] & 0xC0 == 0x80:
            i -= 1
        if i > head and _is_dash(data, i - 1, start):
            return _AHEAD
    return _PIECE


@njit(cache=True, nogil=True)
def _is_dash(data, i, end):
    """Tell whether « - » or « | » stands at byte ``i``."""
    if i + 2 >= end or data[i] != 0x20:
        return False
    code, length = decode(data, i + 1)
    # - | – —
    return code in (0x2D, 0x7C, 0x2013, 0x2014) and data[i + 1 + length] == 0x20
