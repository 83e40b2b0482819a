"""Lines at the edges of texts, by which an outlet's boilerplate is learned.

A masthead stands among the first lines of a text, a disclaimer or the advertisement of an app among
the last. Each text tells the keys of such lines; the lake counts them (:mod:`tasks.learn`), and
what many texts of one outlet have in one place is cut from those that come later
(:mod:`tasks.clean.learned_lines`). Figures do not count: «عدد القراءات: 12» and «عدد القراءات: 345»
are one line.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# ruff: noqa: PLR0913, PLR0917 (kernels take their arrays one by one)

from collections.abc import Iterable
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from numba import njit

from tasks.clean.draft import Draft
from tasks.text import letters
from tasks.text.buffers import texts_of
from tasks.text.kernels import borrowing
from tasks.text.lexicons import load_lexicon
from tasks.text.utf8 import decode
from tasks.text.words import Hashes, chain, hash_phrases, next_word

HEAD_LINES: Final = 3
TAIL_LINES: Final = 6
"""Lines of a text that stand at its edges: five lines of how to write to the author were counted
under the articles of two outlets."""

WORDS_AT_MOST: Final = 14
STOPPED_WORDS_AT_MOST: Final = 25
"""Longer lines without an end are captions, leads and paragraphs; longer sentences are told to the
reader of the story (the longest of an outlet about itself had 20 words)."""

CUES: Final = 2
"""Words of ``boilerplate_words`` that tell a sentence to be the outlet's own: of the closing
sentences that came again in 20,000 articles, those without were background of the stories."""

FIRST_CUE: Final = 4
"""The word by which the first has come: «يمكنكم استلام إشعارات بأهم الأخبار بعد تحميل التطبيق»."""

_BYTES_AT_MOST: Final = 1000
_FIGURE: Final = np.uint64(0x1F6)
_TAIL = np.uint64(1)

Numbers = npt.NDArray[np.int64]


def line_keys_column(draft: Draft) -> pa.Array:
    """Return the keys of the lines at each text's edges, each once, as a column of lists.

    The lowest bit of a key tells the edge: 0 the head, 1 the tail. ``draft`` is the one before any
    rule has cut: what is learned must not depend on what was learned before.
    """
    rows = len(draft.records)
    keys = np.empty(rows * (HEAD_LINES + TAIL_LINES), np.uint64)
    offsets = np.zeros(rows + 1, np.int32)
    count = _edge_keys(draft.repaired.texts.data, *_tables(), draft.lines, keys, offsets)
    return pa.ListArray.from_arrays(offsets, pa.array(keys[:count].view(np.int64)))


def edge_keys(draft: Draft) -> tuple[Numbers, Hashes, Hashes]:
    """Return the lines that stand whole at an edge, and their keys as line of the head and tail.

    A key is 0 where the line does not stand at that edge, or is none that is learned.
    """
    lines = draft.lines
    head, tail = _sides(lines.row, lines.split)
    at = np.flatnonzero((head | tail) & lines.whole)
    keys = _keys_of(draft.repaired.texts.data, *_tables(), lines, at)
    return at, np.where(head[at], keys, 0), np.where(tail[at] & (keys != 0), keys | _TAIL, 0)


def line_keys(draft: Draft, at: Numbers) -> Hashes:
    """Return the keys of these lines wherever they stand: the lowest bit is 0."""
    keys: Hashes = _any_keys(draft.repaired.texts.data, letters.word_letters(), draft.lines, at)
    return keys


def text_keys(lines: Iterable[str]) -> Hashes:
    """Return the keys, sorted, that lines with these texts have wherever they stand."""
    texts = texts_of(pa.array(list(lines), pa.string()))
    keys: Hashes = _keys_of_texts(texts.data, texts.offsets, letters.word_letters())
    return np.unique(keys)


@cache
def _cues() -> Hashes:
    return hash_phrases(load_lexicon("boilerplate_words"))


def _tables() -> tuple[Any, Hashes]:
    return letters.word_letters(), _cues()


@njit(cache=True, nogil=True)
def _sides(row, split):
    """Tell of each line whether it stands among the first and among the last of its text.

    The parts into which a rule has split a line count as one.
    """
    count = len(row)
    head = np.zeros(count, np.bool_)
    tail = np.zeros(count, np.bool_)
    place = 0
    for i in range(count):
        if i == 0 or row[i] != row[i - 1]:
            place = 0
        elif not (split[i] and split[i - 1]):
            place += 1
        head[i] = place < HEAD_LINES
    for i in range(count - 1, -1, -1):
        if i == count - 1 or row[i] != row[i + 1]:
            place = 0
        elif not (split[i] and split[i + 1]):
            place += 1
        tail[i] = place < TAIL_LINES
    return head, tail


@borrowing
def _line_key(data, start, end, table, cues):
    """Return (key, words that are no figures, those of them that are among ``cues``).

    A line without any of them among its first words is not read to its end.
    """
    key = np.uint64(0)
    told = found = 0
    i = start
    while True:
        value, first, i = next_word(data, i, end, table)
        if value == 0:
            break
        if _is_figure(data, first):
            value = _FIGURE
        else:
            told += 1
            if len(cues):
                cue = chain(np.uint64(0), value)  # as a phrase of one word is hashed
                place = np.searchsorted(cues, cue)
                found += place < len(cues) and cues[place] == cue
                if found == 0 and told == FIRST_CUE:
                    break
        key = chain(key, value)
    return (key | np.uint64(2)) & ~_TAIL, told, found


@borrowing
def _is_figure(data, start):
    """Tell whether the word begins with a digit, ASCII or Arabic-Indic."""
    code, _ = decode(data, start)
    return (code >= 0x30 and code <= 0x39) or (code >= 0x660 and code <= 0x669)


@borrowing
def _learnable_key(data, lines, line, table, cues):
    """Return the key of a line that may be learned, 0 of any other."""
    start, end, words = lines.head[line], lines.tail[line], lines.words[line]
    longest = STOPPED_WORDS_AT_MOST if lines.stop[line] else WORDS_AT_MOST
    if words == 0 or words > longest or end - start > _BYTES_AT_MOST:
        return np.uint64(0)
    key, told, found = _line_key(data, start, end, table, cues if lines.stop[line] else cues[:0])
    if told == 0 or (lines.stop[line] and found < CUES):
        return np.uint64(0)
    return key


@njit(cache=True, nogil=True)
def _keys_of(data, table, cues, lines, at):
    keys = np.empty(len(at), np.uint64)
    for k in range(len(at)):
        keys[k] = _learnable_key(data, lines, at[k], table, cues)
    return keys


@njit(cache=True, nogil=True)
def _any_keys(data, table, lines, at):
    keys = np.empty(len(at), np.uint64)
    none = np.empty(0, np.uint64)
    for k in range(len(at)):
        keys[k], _, _ = _line_key(data, lines.head[at[k]], lines.tail[at[k]], table, none)
    return keys


@njit(cache=True, nogil=True)
def _keys_of_texts(data, offsets, table):
    keys = np.empty(len(offsets) - 1, np.uint64)
    none = np.empty(0, np.uint64)
    for row in range(len(keys)):
        keys[row], _, _ = _line_key(data, offsets[row], offsets[row + 1], table, none)
    return keys


@njit(cache=True, nogil=True)
def _edge_keys(data, table, cues, lines, keys, offsets):
    head, tail = _sides(lines.row, lines.split)
    count = line = 0
    for row in range(len(offsets) - 1):
        first = count
        while line < len(lines.row) and lines.row[line] == row:
            key = np.uint64(0)
            if head[line] or tail[line]:
                key = _learnable_key(data, lines, line, table, cues)
            if key != 0 and head[line]:
                count = _put(keys, first, count, key)
            if key != 0 and tail[line]:
                count = _put(keys, first, count, key | _TAIL)
            line += 1
        offsets[row + 1] = count
    return count


@borrowing
def _put(keys, first, count, key):
    for k in range(first, count):
        if keys[k] == key:
            return count
    keys[count] = key
    return count + 1
