"""The title on the first line of a text is the title, not the first paragraph.

«وزير النقل يفتتح الجسر⏎أعلن وزير النقل ...»: the first line goes to the ``title`` column. Of a text
file it always does, unless it is a line of the issue («عدد 16 نوفمبر 2010») above it. Of a record
without a title it does only in the shape of a headline: a date line stands below it, or a
paragraph that takes up its words. A text of one line only is the article, and has no title.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from functools import cache
from typing import Final

import numpy as np
import pyarrow.compute as pc
from numba import njit

from tasks.clean.draft import TITLE, Draft, Flags, Found
from tasks.clean.signature import spelling_pattern
from tasks.text import letters
from tasks.text.kernels import borrowing
from tasks.text.lexicons import load_lexicon
from tasks.text.words import next_word

LEAST_WORDS: Final = 4
MOST_WORDS: Final = 20

PARAGRAPH_WORDS: Final = 20

DATE_WORDS: Final = 8
"""«الأحد، 11 أبريل 2010 - 19:18» has seven."""

HEAD_LINES: Final = 4

_YEAR: Final = r"(?:^|[^\d])(?:19|20|14|١٩|٢٠|١٤)[\d٠-٩]{2}(?:[^\d]|$)"

_LONG_WORD: Final = 8
"""Bytes of a word of four letters: shorter ones are particles, and come again anywhere."""

_SCANNED_BYTES: Final = 1_500


def find_titles(draft: Draft) -> Found:
    """Cut the title line of text files, and of records without a title where it is certain."""
    lines = draft.lines
    first = draft.first_lines()
    rows = lines.row[first]
    in_text = draft.records["title_in_text"].to_numpy()
    untitled = draft.records["title"].is_null().to_numpy()[rows]
    first = first[in_text[rows] | untitled]
    heads = first[:, None] + np.arange(HEAD_LINES)
    inside = heads < len(lines.row)
    heads = np.minimum(heads, max(len(lines.row) - 1, 0))
    inside &= (lines.row[heads] == lines.row[first][:, None]) & lines.stands[heads]
    dates = inside & _are_dates(draft, heads, inside)
    at = np.where(dates[:, 0] & inside[:, 1] & ~dates[:, 1], 1, 0) if len(first) else first
    below = inside[np.arange(len(first)), at + 1]
    chosen = heads[np.arange(len(first)), at]
    dated = dates[np.arange(len(first)), at + 1]
    certain = in_text[lines.row[first]] | (_are_headlines(draft, chosen) & dated)
    asked = below & ~certain & _are_headlines(draft, chosen)
    certain[asked] = _are_taken_up(draft, chosen[asked])
    titles = chosen[below & certain]
    return Found(draft.cut_lines(titles), np.full(len(titles), TITLE, np.int8))


def _are_headlines(draft: Draft, at: np.ndarray) -> Flags:
    """Tell of lines whether they have the shape of a headline."""
    lines = draft.lines
    short = (lines.words[at] >= LEAST_WORDS) & (lines.words[at] <= MOST_WORDS)
    plain: Flags = short & ~lines.stop[at] & ~lines.bullet[at] & (lines.heading_end[at] < 0)
    return plain


def _are_dates(draft: Draft, heads: np.ndarray, inside: Flags) -> Flags:
    """Tell of lines whether they give a day: few words, a year and a month or a weekday."""
    short = inside & (draft.lines.words[heads] <= DATE_WORDS)
    found = np.zeros(heads.shape, np.bool_)
    if short.any():
        texts = draft.texts(heads[short])
        of_a_day = pc.and_(
            pc.match_substring_regex(texts, _YEAR),
            pc.match_substring_regex(texts, _calendar_pattern()),
        )
        found[short] = of_a_day.to_numpy(zero_copy_only=False)
    return found


@cache
def _calendar_pattern() -> str:
    words = "|".join(map(spelling_pattern, load_lexicon("calendar_words")))
    return rf"(?:^|[^\p{{L}}])(?:{words})(?:[^\p{{L}}]|$)"


def _are_taken_up(draft: Draft, at: np.ndarray) -> Flags:
    """Tell of lines whether a paragraph below takes up half of their longer words."""
    data = draft.repaired.texts.data
    taken: Flags = _take_up(data, draft.lines, at, letters.word_letters())
    return taken


@njit(cache=True, nogil=True)
def _take_up(data, lines, at, table):
    taken = np.zeros(len(at), np.bool_)
    for k in range(len(at)):
        line = at[k]
        title = np.empty(MOST_WORDS, np.uint64)
        count = _long_words(data, lines.head[line], lines.tail[line], table, title)
        row = lines.row[line]
        below = line + 1
        if lines.words[below] < PARAGRAPH_WORDS:
            below += 1  # a byline, a line of the page
        if below >= len(lines.row) or lines.row[below] != row:
            continue
        if lines.words[below] < PARAGRAPH_WORDS or count < 3:
            continue
        start = lines.head[below]
        end = min(lines.tail[below], start + _SCANNED_BYTES)
        seen = _count_seen(data, start, end, table, title[:count])
        taken[k] = 2 * seen >= count
    return taken


@borrowing
def _long_words(data, i, end, table, words):
    count = 0
    while count < len(words):
        value, start, i = next_word(data, i, end, table)
        if value == 0:
            break
        if i - start >= _LONG_WORD:
            words[count] = value
            count += 1
    return count


@njit(cache=True, nogil=True)
def _count_seen(data, i, end, table, words):
    seen = np.zeros(len(words), np.bool_)
    while True:
        value, _, i = next_word(data, i, end, table)
        if value == 0:
            return seen.sum()
        for k in range(len(words)):
            seen[k] |= words[k] == value
