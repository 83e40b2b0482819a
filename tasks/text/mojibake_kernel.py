"""The numba kernel of :mod:`tasks.text.mojibake`; it reads valid UTF-8.

Type annotations stop at this border: numba infers the types of kernel arguments.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from typing import Final

from numba import njit

_FEWEST: Final = 3
"""Letters from À to ÿ that a line has at least: «café Müller» has two, «Ø» one."""


@njit(cache=True, nogil=True)
def _has_suspicious_line(text):
    """Whether a line without Arabic letters has as many letters À to ÿ as ASCII letters.

    Both kinds of mojibake have one of these for each Arabic letter at least; prose in any language
    has far fewer (one in five letters of Icelandic).
    """
    accented = 0
    ascii_letters = 0
    arabic = 0
    for i in range(len(text)):
        byte = text[i]
        accented += byte == 0xC3
        arabic += (byte & 0xFC) == 0xD8
        ascii_letters += 0x61 <= (byte | 0x20) <= 0x7A
        if byte == 0x0A:
            if arabic == 0 and accented >= _FEWEST and accented >= ascii_letters:
                return True
            accented = 0
            ascii_letters = 0
            arabic = 0
    return arabic == 0 and accented >= _FEWEST and accented >= ascii_letters


@njit(cache=True, nogil=True)
def find_suspicious(data, offsets, found):
    """Write the rows that may hold mojibake into ``found`` and return how many they are."""
    at = 0
    for row in range(len(offsets) - 1):
        text = data[offsets[row] : offsets[row + 1]]
        # C3 is the first byte of À to ÿ. This loop has no branches and runs on many bytes at once:
        # nearly all texts end here.
        accented = 0
        for i in range(len(text)):
            accented += text[i] == 0xC3
        if accented >= _FEWEST and _has_suspicious_line(text):
            found[at] = row
            at += 1
    return at
