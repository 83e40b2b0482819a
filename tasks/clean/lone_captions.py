"""The one short line above a story is the caption of its picture, a second headline, or its author.

«متحف سكة الحديد⏎فتح متحف الميناء أبوابه ...»: a page prints the picture between headline and story.
The line has no stop, the paragraph below takes up its words, or it says no more than what is seen
(«جانب من اللقاء»), and no other line of the text is short: heads of digests and of chapters come
more than once, and stay. Of 85 such lines in 20,000 real articles, all of them read, 68 were
captions, the others second headlines, names of columns and dates; none was the story's. A line that
markup says is a heading, an item of a list or a quotation stays.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

import re
from functools import cache
from typing import Final

import numpy as np
from numba import njit

from tasks.clean.captions import titled_rows
from tasks.clean.draft import BYLINE, CAPTION, TITLE, Draft, Found
from tasks.clean.lone_names import read_names
from tasks.text import letters
from tasks.text.kernels import borrowing
from tasks.text.lexicons import load_lexicon
from tasks.text.stems import count_seen, take_stems
from tasks.text.words import Phrases, known_phrases, opening_phrase

MOST_WORDS: Final = 12
PARAGRAPH_WORDS: Final = 20
SHORT_WORDS: Final = 9
"""A line of fewer words that ends no sentence is a head."""

HEADLINE_WORDS: Final = 7
"""«صنعاء تعلن اعتقال شبكة تجسس إيرانية في عدن» is a headline, whose title has the rubric or the
kicker; what is seen in a picture is said in fewer words."""

_SCANNED_BYTES: Final = 1_300
"""So much of the paragraph below is searched for the caption's words."""


def find_lone_captions(draft: Draft) -> Found:
    """Cut the only short line of a titled article where it is its first one."""
    lines = draft.lines
    first = draft.first_lines()
    able = (lines.words[first] > 1) & (lines.words[first] <= MOST_WORDS) & ~lines.stop[first]
    able &= ~lines.bullet[first] & (lines.heading_end[first] < 0) & (lines.hint[first] == 0)
    able &= titled_rows(draft)[lines.row[first]]
    first = first[able]
    kept = np.zeros(len(first), np.bool_)
    _mark(draft.repaired.texts.data, lines, first, (letters.word_letters(), _openings()), kept)
    at = first[kept]
    kinds = np.full(len(at), CAPTION, np.int8)
    captions: dict[int, tuple[str, ...]] = {}
    authors: dict[int, tuple[str, ...]] = {}
    for place, text in enumerate(draft.texts(at).to_pylist()):
        row = int(lines.row[at[place]])
        named = read_names(text)
        if named is not None and not named.titled:
            kinds[place] = BYLINE
            authors[row] = named.names
        elif lines.words[at[place]] < HEADLINE_WORDS or _of_a_picture().search(text):
            captions[row] = (text,)
        else:
            kinds[place] = TITLE
    return Found(draft.cut_lines(at), kinds, captions=captions, authors=authors)


@cache
def _of_a_picture() -> re.Pattern[str]:
    openings = "|".join(map(re.escape, load_lexicon("picture_openings")))
    return re.compile(rf"^(?:{openings})\b|\b(?:[أا]رشيف|صور[ةه]$)")


@cache
def _openings() -> Phrases:
    return known_phrases(load_lexicon("picture_openings"))


@njit(cache=True, nogil=True)
def _mark(data, lines, first, known, kept):
    table = known[0]
    words = np.empty(MOST_WORDS, np.uint64)
    for k in range(len(first)):
        line = first[k]
        row, head, tail = lines.row[line], lines.head[line], lines.tail[line]
        if _is_broken(data, head, tail):
            continue
        below = line + 1
        while below < len(lines.row) and lines.head[below] >= lines.tail[below]:
            below += 1
        if below >= len(lines.row) or lines.row[below] != row:
            continue
        if lines.words[below] < PARAGRAPH_WORDS or not lines.stop[below]:
            continue
        if not _is_only_head(lines, below + 1, row):
            continue
        if opening_phrase(data, head, tail, known[0], known[1])[1]:
            kept[k] = True
            continue
        count = take_stems(data, head, tail, table, words)
        end = min(lines.tail[below], lines.head[below] + _SCANNED_BYTES)
        seen = count_seen(data, lines.head[below], end, table, words[:count])
        kept[k] = count > 0 and 2 * seen >= count


@borrowing
def _is_broken(data, head, tail):
    """Tell whether a digit, bracket or quote opens the line, or a mark inside it parts it."""
    first = data[head]
    if first in (0x28, 0x22, 0xC2, 0x5B) or (first >= 0x30 and first <= 0x39):  # ( " « [ digits
        return True
    if first == 0xD9 and data[head + 1] >= 0xA0 and data[head + 1] <= 0xA9:
        return True
    for i in range(head, tail):
        if data[i] == 0x3A or data[i] == 0x7C:  # : |
            return True
    comma = data[tail - 2] == 0xD8 and (data[tail - 1] == 0x8C or data[tail - 1] == 0x9B)
    return comma or data[tail - 1] in (0x2C, 0x3B, 0x2D)


@borrowing
def _is_only_head(lines, line, row):
    while line < len(lines.row) and lines.row[line] == row:
        stands = lines.head[line] < lines.tail[line]
        if stands and lines.words[line] < SHORT_WORDS and not lines.stop[line]:
            return False
        line += 1
    return True
