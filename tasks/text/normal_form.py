"""Letters and their marks are composed, as in Unicode's normal form C, where a text needs it.

That is rare, and Python's own. The order of vowel and shadda on a letter stays as it was typed,
though four texts of a hundred have it otherwise than the normal form: nobody sees it, what is
compared is folded without either, and the text that is shown is the author's to the letter.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from numba import njit

from tasks.text.buffers import Texts, texts_of
from tasks.text.letters import loose_forms

_MARKS_AT_MOST: Final = 64
_ENDLESS: Final = re.compile(
    rf"[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed]{{{_MARKS_AT_MOST},}}"
)
"""A run of marks that no text has, and that ``unicodedata`` sorts in the square of its length."""

_NEEDLESS_JOINER: Final = re.compile("(?<=[\u0600-\u06ff])\N{ZERO WIDTH JOINER}+")
"""Repair keeps a joiner behind an emoji only."""


@dataclass(frozen=True, slots=True)
class Composed:
    """The few texts that NFC changes: ``texts`` has them in the order of their ``rows``."""

    rows: npt.NDArray[np.int64]
    texts: Texts


def compose(raw: Texts) -> Composed:
    """Compose (NFC) the rows that a scan finds suspicious, a few of a thousand, in Python.

    «ا» + U+0653 becomes «آ», so that equal words are equal bytes, also where an invisible character
    stands between or the letter is a presentation form; repair takes both away, but later. A text
    with an endless run of marks is left as it is.
    """
    replaced: dict[int, str] = {}
    for row in np.flatnonzero(_find_uncomposed(raw.data, raw.offsets)).tolist():
        text = _text(raw, row)
        composed = _composed(text)
        if composed != text:
            replaced[row] = composed
    texts = texts_of(pa.array(list(replaced.values()), pa.large_string()))
    return Composed(np.fromiter(replaced, np.int64), texts)


def origins(texts: Texts, row: int, *, upto: int) -> tuple[list[int], list[int]]:
    """Return where each character of a row in NFC (and its end) begins and stops in the row.

    The first ``upto`` characters and the next are enough: cuts are mostly at the head.
    Composition happens within a character and the marks (or Hangul jamo) that follow it.
    """
    text = _text(texts, row)
    begins: list[int] = []
    stops: list[int] = []
    start = 0
    for place in range(1, len(text) + 1):
        if place < len(text) and _joins(text[place]):
            continue
        size = len(_composed(text[start:place]))
        begins += [start] * size
        stops += [place] * size
        start = place
        if len(begins) > upto:
            return begins, stops
    return [*begins, len(text)], stops


def _composed(text: str) -> str:
    loose = _NEEDLESS_JOINER.sub("", text.translate(loose_forms()))
    return loose if _ENDLESS.search(loose) else unicodedata.normalize("NFC", loose)


def _joins(char: str) -> bool:
    """Whether the character may become one with what stands before it."""
    mark = unicodedata.category(char)[0] == "M" or "\u1160" <= char <= "\u11ff"
    return mark or char == "\N{ZERO WIDTH JOINER}" or loose_forms().get(ord(char)) == ""


def _text(texts: Texts, row: int) -> str:
    return texts.data[texts.offsets[row] : texts.offsets[row + 1]].tobytes().decode()


@njit(cache=True, nogil=True)
def _find_uncomposed(data, offsets):
    """Return, per row, 1 where the text may have to be composed for NFC, else 0.

    Without a branch and in bytes to the end, as in the next kernel, so that the compiler makes
    narrow vector instructions of it: six times as fast as with wider numbers.
    """
    found = np.zeros(len(offsets) - 1, np.uint8)
    for row in range(len(offsets) - 1):
        start = offsets[row]
        size = offsets[row + 1] - start
        text = data[start : start + size]
        suspect = np.uint8(0)
        for i in range(size):
            byte = text[i]
            # Combining marks U+0300-036F, and scripts that compose; not punctuation nor forms.
            wide = (byte >= 0xE0) & (byte != 0xE2) & (byte != 0xEF)
            suspect |= np.uint8(wide | (byte == 0xCC) | (byte == 0xCD))
        for i in range(size - 1):
            # U+0653-0655 compose with a letter; the marks around them and of the Koran sort.
            byte, after = text[i], text[i + 1]
            high = (byte == 0xD9) & (after >= 0x93) & (after <= 0x9F)
            sign = (byte == 0xD8) & (after >= 0x90) & (after <= 0x9A)
            pause = (byte == 0xDB) & (after >= 0x96) & (after <= 0xAD)
            suspect |= np.uint8(high | sign | pause)
        found[row] = suspect
    return found
