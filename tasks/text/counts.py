"""Count words, sentences, characters and letters of texts in one pass over Arrow buffers."""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from numba import njit

from tasks.text import letters
from tasks.text.buffers import Texts
from tasks.text.kernels import borrowing
from tasks.text.letters import ARABIC, JOINER, LETTER, MARK_OR_SYMBOL, SENTENCE_END, SPACE
from tasks.text.utf8 import decode, end_of_run

Counts = npt.NDArray[np.int32]

_PLAIN: Final = LETTER | ARABIC
"""What most characters are, and no more than that."""


@dataclass(frozen=True, slots=True)
class TextCounts:
    """Counts per text.

    ``words`` as camel-tools tokenises, punctuation not counted; ``characters`` are code points;
    ``arabic`` are those of the ``letters`` (of any script) that are Arabic.
    """

    words: Counts
    sentences: Counts
    characters: Counts
    letters: Counts
    arabic: Counts


@njit(cache=True, nogil=True, inline="always")
def _kind_of(code, classes):
    if code < 0x10000:
        return classes[code]
    return MARK_OR_SYMBOL if code in range(0x1F000, 0x1FB00) else LETTER


@njit(cache=True, nogil=True, inline="always")
def _pass_mark(code, kind, ends, is_open):
    """Return how many marks that end a sentence stand in a row, and whether an open one ends here.

    Two dots in a row, unlike «…», are a pause.
    """
    if kind & SENTENCE_END:
        return (ends + 1 if code == 0x2E else 1), False
    ended = is_open and (code == 0x0A or (ends == 1 and kind & SPACE != 0))
    return (0 if kind & SPACE or code not in (0x22, 0x29, 0xBB, 0x5D) else ends), ended


@borrowing
def _count_rows(data, offsets, counts, classes):
    for row in range(len(offsets) - 1):
        words = sentences = characters = letters_seen = arabic = ends = 0
        in_word = is_open = False  # a word stands since the last end of a sentence
        i = offsets[row]
        end = offsets[row + 1]
        while i < end:
            start = i
            i = end_of_run(data, i, end, classes, _PLAIN)
            run = (i - start) >> 1
            if run:
                kind = _PLAIN
            else:
                code, length = decode(data, i)
                i += length
                run = 1
                if code == 0x20 and ends == 0:
                    characters += 1
                    in_word = False
                    continue
                kind = _kind_of(code, classes)
            characters += run
            if kind & (SPACE | MARK_OR_SYMBOL):
                in_word = False
                ends, ended = _pass_mark(code, kind, ends, is_open)
                sentences += ended
                is_open &= not ended
                continue
            if kind & JOINER and not in_word:
                continue
            ends = 0
            words += not in_word
            is_open |= not in_word
            in_word = True
            letters_seen += run if kind & LETTER else 0
            arabic += run if kind & ARABIC else 0
        counts[0, row] = words
        counts[1, row] = sentences + is_open
        counts[2, row] = characters
        counts[3, row] = letters_seen
        counts[4, row] = arabic


def count(texts: Texts) -> TextCounts:
    """Count every text; a sentence ends at ``. ! ؟ ? …`` before white space, or with its line."""
    counts = np.zeros((5, len(texts)), np.int32)
    _count_rows(texts.data, texts.offsets, counts, letters.classes())
    return TextCounts(*counts)
