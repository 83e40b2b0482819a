"""Characters in and out of UTF-8 inside kernels; what is read is valid UTF-8."""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

import numpy as np
from numba import njit

from tasks.text.kernels import borrowing


@njit(cache=True, nogil=True, inline="always")
def decode(data, i):
    """Return (code point, length in bytes) of the character at byte ``i``."""
    first = data[i]
    if first < 0x80:
        return np.int32(first), 1
    if first < 0xE0:
        return (np.int32(first & 0x1F) << 6) | (data[i + 1] & 0x3F), 2
    if first < 0xF0:
        return (
            (np.int32(first & 0x0F) << 12)
            | (np.int32(data[i + 1] & 0x3F) << 6)
            | (data[i + 2] & 0x3F)
        ), 3
    return (
        (np.int32(first & 0x07) << 18)
        | (np.int32(data[i + 1] & 0x3F) << 12)
        | (np.int32(data[i + 2] & 0x3F) << 6)
        | (data[i + 3] & 0x3F)
    ), 4


@njit(cache=True, nogil=True, inline="always")
def end_of_run(data, i, end, table, kind):
    """Return where the run of characters of U+0600-06FF ends that ``table`` has as ``kind``.

    Most letters are of that block, and so are those that follow: a word is one run. Places without
    a sign are not looked at for counting from the end.
    """
    while i < end:
        first = data[np.uint64(i)]
        if first < 0xD8 or first >= 0xDC:
            break
        code = (np.int32(first & 0x1F) << 6) | (data[np.uint64(i + 1)] & 0x3F)
        if table[np.uint64(code)] != kind:
            break
        i += 2
    return i


@borrowing
def encode(code, out, at):
    """Write the code point at byte ``at`` and return the place after it."""
    if code < 0x80:
        out[at] = code
        return at + 1
    if code < 0x800:
        out[at] = 0xC0 | (code >> 6)
        out[at + 1] = 0x80 | (code & 0x3F)
        return at + 2
    if code < 0x10000:
        out[at] = 0xE0 | (code >> 12)
        out[at + 1] = 0x80 | ((code >> 6) & 0x3F)
        out[at + 2] = 0x80 | (code & 0x3F)
        return at + 3
    out[at] = 0xF0 | (code >> 18)
    out[at + 1] = 0x80 | ((code >> 12) & 0x3F)
    out[at + 2] = 0x80 | ((code >> 6) & 0x3F)
    out[at + 3] = 0x80 | (code & 0x3F)
    return at + 4
