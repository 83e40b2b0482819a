"""The numba kernel that copies what repair leaves as it is: most of every text.

It asks of 64 bytes at a time whether all of them stand, without a branch, so that the compiler
makes vector instructions of it: a fifth of what the questions of :mod:`tasks.text.repair_kernel`
cost, asked of each character.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from typing import Final

import numpy as np
from numba import njit

BLOCK: Final = 64
_LOOKS_AHEAD: Final = 2


@njit(cache=True, nogil=True)
def _is_plain(text, one_line):
    """Tell whether the first 64 of 66 bytes stand as they are: nothing that repair changes.

    Left to it: white space but for one space or newline, controls, ``&``, and of the others the
    lead bytes, and after some the next, of what ``tasks.text.letters.repairs`` does not keep.
    """
    odd = np.uint8(0)
    for k in range(BLOCK):
        byte, after, third = text[k], text[k + 1], text[k + 2]
        white = (byte == 0x20) | (byte == 0x0A)
        odd |= np.uint8((byte < 0x20) & ((byte != 0x0A) | one_line))
        odd |= np.uint8((byte == 0x26) | (byte == 0x7F))
        odd |= np.uint8(white & ((after == 0x20) | (after == 0x0A)))
        # U+061C and tatweel; U+0080-00A0 and the soft hyphen; U+0340-037F.
        odd |= np.uint8(((byte == 0xD8) & (after == 0x9C)) | ((byte == 0xD9) & (after == 0x80)))
        odd |= np.uint8((byte == 0xC2) & ((after < 0xA1) | (after == 0xAD)))
        odd |= np.uint8((byte == 0xCD) | (byte == 0xE1) | (byte == 0xE3) | (byte == 0xEF))
        # Of U+2000-2FFF these are kept: – — ‘ ’ • … and their neighbours U+2010-2019, U+2020-2027.
        dash = ((third & 0xF8) == 0x90) | ((third & 0xFE) == 0x98) | ((third & 0xF8) == 0xA0)
        odd |= np.uint8((byte == 0xE2) & ((after != 0x80) | (dash == 0)))
    return odd == 0


@njit(cache=True, nogil=True)
def copy_blocks(data, i, end, out, at, stop, one_line):
    """Copy blocks that stand, until one does not or ``at`` is past ``stop``.

    Return both places, which are before a character, and not behind white space (what follows it
    tells whether it stands); and the place before which no other block need be tried.
    """
    first = i
    while i + BLOCK + _LOOKS_AHEAD <= end and at < stop:
        text = data[i : i + BLOCK + _LOOKS_AHEAD]
        if not _is_plain(text, one_line):
            break
        target = out[at : at + BLOCK]
        for k in range(BLOCK):
            target[k] = text[k]
        i += BLOCK
        at += BLOCK
    tried = i + BLOCK
    while i > first and (data[i] & 0xC0 == 0x80 or data[i - 1] in (0x20, 0x0A)):
        i -= 1
        at -= 1
    return i, at, tried
