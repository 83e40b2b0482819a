"""Headlines of other reports that stand between or below paragraphs, and no heading announces.

«وقال الوزير ... .⏎الميناء يستقبل أول سفينة⏎كيف يعيش صيادو الجزر؟⏎وأضاف ...»: pages of some outlets
print two to four links in a row (``bare_link_outlets``): of 118 such lines, all of them read, 117
were links. In other outlets such lines are second headlines, verses or broken paragraphs, and stay,
but for three and more that end a text and take up its words: these are links or captions.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from functools import cache
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numba import njit

from tasks.clean.draft import RELATED, Draft, Found
from tasks.clean.title_keys import outlet_keys, phrase_keys
from tasks.text import letters
from tasks.text.buffers import texts_of
from tasks.text.kernels import borrowing
from tasks.text.lexicons import load_lexicon
from tasks.text.stems import count_seen, take_stems
from tasks.text.words import Phrases, known_phrases, opening_phrase

LEAST_WORDS: Final = 4
MOST_WORDS: Final = 18
SUBHEAD_WORDS: Final = 4
"""The last line of a run, above a paragraph, may be that one's subhead."""

PARAGRAPH_WORDS: Final = 20
BETWEEN: Final = (2, 4)
"""Links in a row between two paragraphs."""

BELOW: Final = (3, 8)
"""Links below the last paragraph."""

_QUESTION: Final = 0x9F
_SCANNED_BYTES: Final = 4_000
"""So much of a text is searched for the words of its links."""


def find_bare_links(draft: Draft) -> Found:
    """Cut runs of headlines between paragraphs of outlets that print links so, and below all."""
    marked = np.zeros(len(draft.lines.row), np.bool_)
    printed = np.isin(outlet_keys(draft.records["source"]), _outlets())
    known = letters.word_letters(), _connectives()
    _mark_runs(draft.repaired.texts.data, draft.lines, _above(draft), (printed, known), marked)
    gone = np.flatnonzero(marked)
    spans = draft.cut_lines(gone)
    return Found(spans, np.full(len(gone), RELATED, np.int8), links=spans)


def _above(draft: Draft) -> np.ndarray:
    """Return the paragraphs with a line of a headline's size below them."""
    lines = draft.lines
    left = np.flatnonzero(lines.stands)
    words, row = lines.words[left], lines.row[left]
    long = (words[:-1] >= PARAGRAPH_WORDS) & lines.stop[left[:-1]] & (row[1:] == row[:-1])
    able = (words[1:] >= LEAST_WORDS) & (words[1:] <= MOST_WORDS)
    above: np.ndarray = left[:-1][long & able]
    return above


@cache
def _outlets() -> Any:
    return phrase_keys(texts_of(pa.array(load_lexicon("bare_link_outlets"))))[0]


@cache
def _connectives() -> Phrases:
    return known_phrases(load_lexicon("story_connectives"))


@borrowing
def _is_headline(data, lines, line, known):
    """Tell whether a line has the shape of a headline: a few words without a stop but «؟»."""
    head, tail = lines.head[line], lines.tail[line]
    if lines.words[line] < LEAST_WORDS or lines.words[line] > MOST_WORDS:
        return False
    if lines.bullet[line] or lines.heading_end[line] >= 0 or lines.hint[line] != 0:
        return False
    question = tail - head > 2 and data[tail - 2] == 0xD8 and data[tail - 1] == _QUESTION
    if lines.stop[line] and not question:
        return False
    if data[tail - 1] in (0x2C, 0x2D, 0x29) or data[head] in (0x28, 0x22, 0xC2):  # , - ) ( " «
        return False
    if data[tail - 2] == 0xD8 and data[tail - 1] in (0x8C, 0x9B):  # ، ؛
        return False
    return opening_phrase(data, head, tail, known[0], known[1])[1] == 0


@borrowing
def _next(lines, line, row):
    """Return the next line that stands in the row, the number of lines when there is none."""
    line += 1
    while line < len(lines.row) and lines.row[line] == row:
        if lines.head[line] < lines.tail[line]:
            return line
        line += 1
    return len(lines.row)


@borrowing
def _is_paragraph(lines, line):
    return lines.words[line] >= PARAGRAPH_WORDS and lines.stop[line]


@njit(cache=True, nogil=True)
def _mark_runs(data, lines, above, told, marked):
    printed, known = told
    run = np.empty(max(BETWEEN[1], BELOW[1]) + 1, np.int64)
    for line in above:
        row = lines.row[line]
        count = 0
        following = _next(lines, line, row)
        while following < len(lines.row) and count < len(run):
            if not _is_headline(data, lines, following, known):
                break
            run[count] = following
            count += 1
            following = _next(lines, following, row)
        if following < len(lines.row):
            count -= count > 0 and lines.words[run[count - 1]] <= SUBHEAD_WORDS
            if printed[row] and count >= BETWEEN[0] and count <= BETWEEN[1]:
                leads_on = _leads_on(lines, following, row)
                marked[run[:count]] = leads_on and not _only_asks(lines, run[:count])
        elif count >= BELOW[0] and count <= BELOW[1]:
            marked[run[:count]] = _take_up(data, lines, run[:count], known[0])


@borrowing
def _only_asks(lines, run):
    """Tell whether all lines are questions: a story may ask two in a row."""
    asked = True
    for line in run:
        asked &= lines.stop[line]
    return asked


@borrowing
def _leads_on(lines, line, row):
    """Tell whether a paragraph follows, or a subhead with one below it."""
    below = _next(lines, line, row)
    return _is_paragraph(lines, line) or (below < len(lines.row) and _is_paragraph(lines, below))


@njit(cache=True, nogil=True)
def _take_up(data, lines, run, table):
    """Tell whether half of the lines take a third of their words from the text above them."""
    row = lines.row[run[0]]
    first = run[0]
    while first > 0 and lines.row[first - 1] == row:
        first -= 1
    room = np.empty(MOST_WORDS, np.uint64)
    start = lines.start[first]
    taken = 0
    for line in run:
        count = take_stems(data, lines.head[line], lines.tail[line], table, room)
        end = min(lines.start[run[0]], start + _SCANNED_BYTES)
        taken += 3 * count_seen(data, start, end, table, room[:count]) >= count
    return 2 * taken >= len(run)
