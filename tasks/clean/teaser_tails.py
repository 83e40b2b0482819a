"""Teasers of other stories below a story that no heading announces.

«وأضاف الوزير ...⏎أعلن المجلس، الأحد، ...⏎كشف باحثون ...» (five such lines end the text): a page
shows the leads of its newest reports below each report, cut to one length. Every line opens as a
report does, with a verb and not with «و» or «من جهته»; a story's own paragraphs seldom do, and five
in a row at its end do not. Of 20,000 real articles 127 end so, all of one outlet in the autumn of
2018; the 40 that were read were all teasers. Lists, digests and league tables open with numbers,
nouns or verbs of the present, and stay.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from functools import cache
from typing import Any, Final

import numpy as np
from numba import njit

from tasks.clean.draft import RELATED, Draft, Found
from tasks.text import letters
from tasks.text.kernels import borrowing
from tasks.text.lexicons import load_lexicon
from tasks.text.words import (
    chain,
    hash_phrases,
    is_among,
    known_phrases,
    next_word,
    opening_phrase,
    sieved,
)

TEASERS: Final = 5
"""So many were below every story that had any; runs of three or four were other things."""

LEAST_LETTERS: Final = 45
MOST_LETTERS: Final = 245
"""Pages cut a teaser at 240 characters."""

VERBS: Final = 2
"""Lines that must open with a verb that is known; in 127 tails 122 had three or more."""

_LABEL_BYTES: Final = 80
"""A colon in the first words makes a line an item of a list («ثالثا: ...») or a quotation."""


def find_teaser_tails(draft: Draft) -> Found:
    """Cut the last lines of texts when all of them open reports, and the story above does not."""
    marked = np.zeros(len(draft.lines.row), np.bool_)
    _mark_tails(draft.repaired.texts.data, draft.lines, letters.word_letters(), _lexicons(), marked)
    gone = np.flatnonzero(marked)
    spans = draft.cut_lines(gone)
    return Found(spans, np.full(len(gone), RELATED, np.int8), links=spans)


@cache
def _lexicons() -> tuple[Any, ...]:
    """Return verbs, words whose own first letter is «و», and connectives."""
    verbs = [*load_lexicon("opening_verbs"), *load_lexicon("teaser_verbs")]
    return (
        sieved(hash_phrases(verbs)),
        sieved(hash_phrases(load_lexicon("waw_words"))),
        known_phrases(load_lexicon("story_connectives")),
    )


@borrowing
def _letters(data, start, end):
    count = 0
    for i in range(start, end):
        count += data[i] & 0xC0 != 0x80
    return count


@borrowing
def _goes_on(data, start, end, table, known):
    """Tell whether a line begins with a connective, or with «و» before any word."""
    verbs, own, connectives = known
    value, first, _ = next_word(data, start, end, table)
    if value != 0 and data[first] == 0xD9 and data[first + 1] == 0x88:  # و
        word = chain(np.uint64(0), value)
        return not (is_among(own, word) or is_among(verbs, word))
    return opening_phrase(data, start, end, table, connectives)[1] > 0


@borrowing
def _is_labelled(data, start, end):
    """Tell whether a digit, bracket or label with a colon opens the line, or a colon ends it."""
    first = data[start]
    if first == 0x28 or (first >= 0x30 and first <= 0x39) or data[end - 1] == 0x3A:
        return True
    if first == 0xD9 and data[start + 1] >= 0xA0 and data[start + 1] <= 0xA9:
        return True
    label = False
    for i in range(start, min(start + _LABEL_BYTES, end)):
        label |= data[i] == 0x3A
    return label


@borrowing
def _opens_a_report(data, lines, line, table, known):
    head, tail = lines.head[line], lines.tail[line]
    if lines.bullet[line] or lines.heading_end[line] >= 0 or tail - head < LEAST_LETTERS:
        return False
    if tail - head > 4 * MOST_LETTERS or _is_labelled(data, head, tail):
        return False
    size = _letters(data, head, tail)
    if size < LEAST_LETTERS or size > MOST_LETTERS:
        return False
    return not _goes_on(data, head, tail, table, known)


@borrowing
def _opens_with_verb(data, start, end, table, verbs):
    value, _, _ = next_word(data, start, end, table)
    return is_among(verbs, chain(np.uint64(0), value))


@borrowing
def _has_story(data, lines, place, table, known):
    """Tell whether a line of the row, from there up, goes on or is longer than a teaser."""
    row, line = place
    while line >= 0 and lines.row[line] == row:
        head, tail = lines.head[line], lines.tail[line]
        if tail > head:
            if _letters(data, head, min(tail, head + 4 * MOST_LETTERS)) > MOST_LETTERS:
                return True
            if _goes_on(data, head, tail, table, known):
                return True
        line -= 1
    return False


@njit(cache=True, nogil=True)
def _mark_tails(data, lines, table, known, marked):
    tail = np.empty(TEASERS, np.int64)
    line = len(lines.row) - 1
    while line >= 0:
        row = lines.row[line]
        seen = verbs = 0
        while line >= 0 and lines.row[line] == row and seen < TEASERS:
            if lines.head[line] < lines.tail[line]:
                if not _opens_a_report(data, lines, line, table, known):
                    break
                tail[seen] = line
                seen += 1
                head, end = lines.head[line], lines.tail[line]
                verbs += _opens_with_verb(data, head, end, table, known[0])
            line -= 1
        if (
            seen == TEASERS
            and verbs >= VERBS
            and _has_story(data, lines, (row, line), table, known)
        ):
            marked[tail] = True
        while line >= 0 and lines.row[line] == row:
            line -= 1
