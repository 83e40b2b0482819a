"""Letters in rows that no word has: what Arabic looks like that somebody decoded wrongly.

It shares nothing with the repair at intake (:mod:`tasks.text.mojibake`): a check that shares its
signs with what it checks finds nothing.
"""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from numba import njit

from tasks.text.buffers import texts_of
from tasks.text.utf8 import decode

_ROW: Final = 3
"""So many are no word's: «créée» and «Größe» have two accented letters, «فقط، طبعا» two ط."""

_TAH: Final = 0x0637
_ZAH: Final = 0x0638
_NONE: Final = np.uint8(0xFF)
_BUT_LAST_BIT: Final = np.uint8(0xFE)
_B7: Final = np.uint8(0xB7)
_C3: Final = np.uint8(0xC3)
_D8: Final = np.uint8(0xD8)


class LetterRows(NamedTuple):
    """How many letters stand in rows of three or more, a value per text.

    ``accented`` are letters from À to ÿ with or without signs between them («ÇáÓ», «Ø§Ù„Ø³»);
    ``emphatic`` are ط and ظ with one sign between them («ط§ظ„ط³»).
    """

    accented: npt.NDArray[np.int32]
    emphatic: npt.NDArray[np.int32]


@njit(cache=True, nogil=True)
def _may_have_rows(text):  # type: ignore[no-untyped-def]  # numba infers it
    """Whether there is a letter from À to ÿ, or ط or ظ and a sign before another of them.

    Signs of ASCII and of Arabic («فقط طبعا», «خطوط») are not asked for: a row has others too.
    Without branches and numbers wider than a byte, so that it runs on 64 bytes at once: 0 is where
    C3 begins a letter, or where the last byte of ط or ظ stands two or three bytes before another.
    """
    least = _NONE
    for i in range(len(text) - 5):
        arabic = np.uint8((text[i + 1] & _BUT_LAST_BIT) == _D8)
        short = np.uint8(text[i + 3] ^ _D8) | np.uint8(np.uint8(text[i + 4] - _B7) & _BUT_LAST_BIT)
        long = np.uint8(text[i + 4] ^ _D8) | np.uint8(np.uint8(text[i + 5] - _B7) & _BUT_LAST_BIT)
        stem = np.uint8(np.uint8(text[i] - _B7) & _BUT_LAST_BIT)
        pair = np.uint8(np.uint8(stem | arabic) | min(short, long))
        least = min(least, min(np.uint8(text[i] ^ _C3), pair))  # noqa: PLW3301  # 64 at once
    return least == 0


@njit(cache=True, nogil=True, inline="always")
def _is_plain(code):  # type: ignore[no-untyped-def]
    """Whether it is ASCII and no sign. Cleaning makes straight quotes of some signs of mojibake."""
    return code <= 0x20 or 0x30 <= code <= 0x39 or 0x61 <= (code | 0x20) <= 0x7A


@njit(cache=True, nogil=True, inline="always")
def _in_row(length):  # type: ignore[no-untyped-def]
    """Return by how many the last of a row of that length makes more."""
    return _ROW if length == _ROW else length > _ROW


@njit(cache=True, nogil=True)
def _count(text):  # type: ignore[no-untyped-def]
    accented = 0
    accented_row = 0
    emphatic = 0
    emphatic_row = 0
    since = 0
    sign = False
    i = 0
    while i < len(text):
        code, size = decode(text, i)
        i += size
        since += 1
        letter = 0x621 <= code <= 0x64A
        if code in (_TAH, _ZAH):
            emphatic_row = emphatic_row + 1 if sign and since == 2 else 1
            emphatic += _in_row(emphatic_row)
            since = 0
        if 0xC0 <= code <= 0xFF and code not in (0xD7, 0xF7):
            accented_row += 1
            accented += _in_row(accented_row)
        elif letter or _is_plain(code):
            accented_row = 0
        sign = not (letter or _is_plain(code))
    return accented, emphatic


@njit(cache=True, nogil=True)
def _count_all(data, offsets, out):  # type: ignore[no-untyped-def]
    for row in range(len(offsets) - 1):
        text = data[offsets[row] : offsets[row + 1]]
        if _may_have_rows(text):
            out[0, row], out[1, row] = _count(text)


def count_letter_rows(column: pa.Array | pa.ChunkedArray) -> LetterRows:
    """Count the letters in rows of a string column; nulls count as empty."""
    texts = texts_of(column)
    out = np.zeros((2, len(texts)), np.int32)
    _count_all(texts.data, texts.offsets, out)
    return LetterRows(*out)
