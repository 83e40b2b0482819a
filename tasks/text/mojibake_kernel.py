"""The numba kernel of :mod:`tasks.text.mojibake`; it reads valid UTF-8.

Type annotations stop at this border: numba infers the types of kernel arguments.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from typing import Final

import numpy as np
from numba import njit

_FEWEST: Final = 3
"""Letters from À to ÿ that a line has at least: «café Müller» has two, «Ø» one."""

_NEAR: Final = 12
"""Bytes from one such pair to the next one of a word that was read wrongly once or twice."""

_NONE: Final = np.uint8(0xFF)
_BUT_LAST_BIT: Final = np.uint8(0xFE)
_B7: Final = np.uint8(0xB7)
_C2: Final = np.uint8(0xC2)
_C3: Final = np.uint8(0xC3)
_D8: Final = np.uint8(0xD8)
_E2: Final = np.uint8(0xE2)


@njit(cache=True, nogil=True)
def _has_suspicious_line(text):
    """Whether letters À to ÿ are as many as ASCII letters, or three stand without ASCII between.

    The former in a line without Arabic letters: both kinds of mojibake have one of these for each
    Arabic letter at least; prose in any language has far fewer (one in five letters of Icelandic).
    The latter are found beside sound words too.
    """
    accented = 0
    ascii_letters = 0
    arabic = 0
    row = 0
    for i in range(len(text)):
        byte = text[i]
        accented += byte == _C3
        arabic += (byte & 0xFC) == 0xD8
        ascii_letters += 0x61 <= (byte | 0x20) <= 0x7A
        row = 0 if byte < 0x80 else row + (byte == _C3)
        if row == _FEWEST:
            return True
        if byte == 0x0A:
            if arabic == 0 and accented >= _FEWEST and accented >= ascii_letters:
                return True
            accented = 0
            ascii_letters = 0
            arabic = 0
    return arabic == 0 and accented >= _FEWEST and accented >= ascii_letters


@njit(cache=True, nogil=True, inline="always")
def _is_sign(text, i):
    """Whether neither ASCII nor an Arabic letter begins at ``i``, but for پ and ٹ."""
    other = (text[i] >= 0xC2) & ((text[i] & 0xFE) != 0xD8)
    return other | (text[i] == 0xD9) & ((text[i + 1] == 0xBE) | (text[i + 1] == 0xB9))


@njit(cache=True, nogil=True)
def _has_broken_word(text):
    """Whether ط or ظ with a sign behind it stands near another such pair.

    «فقط،» is common: 91 of 20,000 real articles have two of these somewhere, but none nearby.
    """
    before = -_NEAR - 1
    for i in range(1, len(text) - 2):
        # The second byte first: it is one in a hundred, D8 one in four.
        if 0xB7 <= text[i] <= 0xB8 and text[i - 1] == 0xD8 and _is_sign(text, i + 1):
            if i - before <= _NEAR:
                return True
            before = i
    return False


@njit(cache=True, nogil=True)
def _is_suspicious(text):
    accented = 0
    for i in range(len(text)):
        accented += text[i] == 0xC3
    return (accented >= _FEWEST and _has_suspicious_line(text)) or _has_broken_word(text)


@njit(cache=True, nogil=True)
def find_suspicious(data, offsets, found):
    """Write the rows that may hold mojibake into ``found`` and return how many they are."""
    at = 0
    for row in range(len(offsets) - 1):
        text = data[offsets[row] : offsets[row + 1]]
        # Nearly all texts end here. This loop has no branches and no number wider than a byte, so
        # that it runs on 64 bytes at once: 26 GB/s. It is 0 where À to ÿ begins (C3), or where ط or
        # ظ ends (B7, B8) before a sign of two bytes (C2, C6, CB, DA: their common bits) or of three
        # (E2), and the next letter (D8). Only signs that are Persian letters in D9 are not seen.
        least = _NONE
        for i in range(len(text) - 4):
            sign = np.uint8(np.uint8(text[i + 1] & _C2) ^ _C2)
            short = np.uint8(sign | np.uint8(text[i + 3] ^ _D8))
            long = np.uint8(np.uint8(text[i + 1] ^ _E2) | np.uint8(text[i + 4] ^ _D8))
            stem = np.uint8(np.uint8(text[i] - _B7) & _BUT_LAST_BIT)
            pair = np.uint8(stem | min(short, long))
            least = min(least, min(np.uint8(text[i] ^ _C3), pair))  # noqa: PLW3301  # 64 at once
        if least == 0 and _is_suspicious(text):
            found[at] = row
            at += 1
    return at
