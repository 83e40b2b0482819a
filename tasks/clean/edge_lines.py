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

from tasks.clean.draft import SHORT_WORDS, Draft, Sieved
from tasks.text import letters
from tasks.text.buffers import texts_of
from tasks.text.letters import SEPARATOR
from tasks.text.lexicons import load_lexicon
from tasks.text.words import (
    SIEVE,
    START,
    Hashes,
    add_letter,
    chain,
    end_word,
    fold_letter,
    hash_phrases,
    is_among,
    sieved,
)

HEAD_LINES: Final = 3
TAIL_LINES: Final = 6
"""Lines of a text that stand at its edges: five lines of how to write to the author were counted
under the articles of two outlets."""

WORDS_AT_MOST: Final = 14
"""Longer lines without an end are captions, leads and paragraphs."""

CUES: Final = 2
"""Words of ``boilerplate_words`` that tell a sentence to be the outlet's own: of the closing
sentences that came again in 20,000 articles, those without were background of the stories."""

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
def _cues() -> Sieved:
    return sieved(hash_phrases(load_lexicon("boilerplate_words")))


def _tables() -> tuple[Any, Sieved]:
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


@njit(cache=True, nogil=True)
def _line_key(data, i, end, table, cues):
    """Return (key, words that are no figures, those of them that are among ``cues``).

    A word with a digit in it, ASCII or Arabic-Indic, is a figure. Words are told as
    :func:`tasks.text.words.next_word` tells them, in one flat loop.
    """
    key = np.uint64(0)
    told = found = 0
    value = START
    in_word = has_digit = False
    while i < end or in_word:
        # Most letters are of U+0600-06FF, and so are those that follow; of the digits there none.
        while i < end and data[i] >= 0xD8 and data[i] < 0xDC:
            folded = np.int32(table[(np.int32(data[i] & 0x1F) << 6) | (data[i + 1] & 0x3F)])
            if folded < 0x600 or folded == SEPARATOR:
                break
            value = add_letter(value, folded)
            in_word = True
            i += 2
        folded = np.int32(SEPARATOR)
        first = np.uint8(0x20)
        if i < end:
            first = data[i]
            folded, length = fold_letter(data, i, table)
            i += length
        if folded != SEPARATOR:
            if folded:
                value = add_letter(value, folded)
                in_word = True
                # Few letters fold to digits, and of those only these two kinds are figures.
                if folded <= 0x39 and folded >= 0x30:
                    has_digit |= first == folded or (first == 0xD9 and data[i - 1] < 0xAA)
            continue
        if in_word:
            value = end_word(value)
            if has_digit:
                value = _FIGURE
            else:
                told += 1
                found += is_among(cues, chain(np.uint64(0), value))  # as a phrase of one word
            key = chain(key, value)
        value = START
        in_word = has_digit = False
    return (key | np.uint64(2)) & ~_TAIL, told, found


@njit(cache=True, nogil=True)
def _learnable_key(data, start, end, words, stop, table, cues):
    """Return the key of a line that may be learned, 0 of any other."""
    longest = SHORT_WORDS if stop else WORDS_AT_MOST
    if words == 0 or words > longest or end - start > _BYTES_AT_MOST:
        return np.uint64(0)
    key, told, found = _line_key(data, start, end, table, cues)
    if told == 0 or (stop and found < CUES):
        return np.uint64(0)
    return key


@njit(cache=True, nogil=True)
def _keys_of(data, table, cues, lines, at):
    keys = np.empty(len(at), np.uint64)
    heads, tails, words, stop = lines.head, lines.tail, lines.words, lines.stop
    for k in range(len(at)):
        i = at[k]
        keys[k] = _learnable_key(data, heads[i], tails[i], words[i], stop[i], table, cues)
    return keys


@njit(cache=True, nogil=True)
def _any_keys(data, table, lines, at):
    keys = np.empty(len(at), np.uint64)
    none = (np.empty(0, np.uint64), np.zeros(SIEVE, np.bool_))
    for k in range(len(at)):
        keys[k], _, _ = _line_key(data, lines.head[at[k]], lines.tail[at[k]], table, none)
    return keys


@njit(cache=True, nogil=True)
def _keys_of_texts(data, offsets, table):
    keys = np.empty(len(offsets) - 1, np.uint64)
    none = (np.empty(0, np.uint64), np.zeros(SIEVE, np.bool_))
    for row in range(len(keys)):
        keys[row], _, _ = _line_key(data, offsets[row], offsets[row + 1], table, none)
    return keys


@njit(cache=True, nogil=True)
def _edge_keys(data, table, cues, lines, keys, offsets):
    head, tail = _sides(lines.row, lines.split)
    # Each array once, not for every line: that counts references, which costs as much again.
    rows, heads, tails, words, stop = lines.row, lines.head, lines.tail, lines.words, lines.stop
    count = i = 0
    for row in range(len(offsets) - 1):
        first = count
        while i < len(rows) and rows[i] == row:
            key = np.uint64(0)
            if head[i] or tail[i]:
                key = _learnable_key(data, heads[i], tails[i], words[i], stop[i], table, cues)
            if key != 0 and head[i]:
                count = _put(keys, first, count, key)
            if key != 0 and tail[i]:
                count = _put(keys, first, count, key | _TAIL)
            i += 1
        offsets[row + 1] = count
    return count


@njit(cache=True, nogil=True)
def _put(keys, first, count, key):
    for k in range(first, count):
        if keys[k] == key:
            return count
    keys[count] = key
    return count + 1
