"""Count words, sentences, characters and letters of texts in one pass over Arrow buffers."""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from tasks.text import letters
from tasks.text.buffers import Texts
from tasks.text.kernels import borrowing
from tasks.text.letters import ARABIC, JOINER, LETTER, MARK_OR_SYMBOL, SENTENCE_END, SPACE
from tasks.text.utf8 import decode

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


@borrowing
def _count_rows(data, offsets, counts, classes):
    for row in range(len(offsets) - 1):
        words = 0
        sentences = 0
        characters = 0
        letters_seen = 0
        arabic = 0
        in_word = False
        open_sentence = False  # a word stands since the last end
        ends = 0  # sentence marks in a row: "..", unlike "…", is a pause
        i = offsets[row]
        end = offsets[row + 1]
        while i < end:
            # Most letters are of U+0600-06FF, and so are those that follow: a word is one run.
            # Places without a sign are not looked at for counting from the end.
            start = i
            while i < end:
                first = data[np.uint64(i)]
                if first < 0xD8 or first >= 0xDC:
                    break
                code = (np.int32(first & 0x1F) << 6) | (data[np.uint64(i + 1)] & 0x3F)
                if classes[np.uint64(code)] != _PLAIN:
                    break
                i += 2
            if i > start:
                run = (i - start) >> 1
                characters += run
                letters_seen += run
                arabic += run
                ends = 0
                if not in_word:
                    words += 1
                    in_word = True
                    open_sentence = True
                if i >= end:
                    break
            code, length = decode(data, i)
            i += length
            characters += 1
            if code == 0x20 and ends == 0:
                in_word = False
                continue
            if code < 0x10000:
                kind = classes[code]
            else:
                kind = MARK_OR_SYMBOL if code in range(0x1F000, 0x1FB00) else LETTER
            if kind & (SPACE | MARK_OR_SYMBOL):
                in_word = False
                if kind & SENTENCE_END:
                    ends = ends + 1 if code == 0x2E else 1
                    continue
                if open_sentence and (code == 0x0A or (ends == 1 and kind & SPACE)):
                    sentences += 1
                    open_sentence = False
                if kind & SPACE or code not in (0x22, 0x29, 0xBB, 0x5D):
                    ends = 0
                continue
            if kind & JOINER and not in_word:
                continue
            ends = 0
            if not in_word:
                words += 1
                in_word = True
                open_sentence = True
            if kind & LETTER:
                letters_seen += 1
                if kind & ARABIC:
                    arabic += 1
        counts[0, row] = words
        counts[1, row] = sentences + (1 if open_sentence else 0)
        counts[2, row] = characters
        counts[3, row] = letters_seen
        counts[4, row] = arabic


def count(texts: Texts) -> TextCounts:
    """Count every text; a sentence ends at ``. ! ؟ ? …`` before white space, or with its line."""
    counts = np.zeros((5, len(texts)), np.int32)
    _count_rows(texts.data, texts.offsets, counts, letters.classes())
    return TextCounts(*counts)
