"""The numba kernel under JSON Lines: what one pass over the bytes tells about each line.

Type annotations stop at this border: numba infers the types of kernel arguments.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

import numpy as np
from numba import njit

_QUOTE = 0x22
_BACKSLASH = 0x5C
_COLON = 0x3A
_OPEN = (0x5B, 0x7B)
_CLOSE = (0x5D, 0x7D)


@njit(cache=True, nogil=True)
def measure_lines(data, offsets):
    """Return (pairs, depth) of each line, int64 arrays, without checking that it is JSON.

    ``pairs`` counts colons outside strings, which in valid JSON is the number of key-value pairs
    as written, repeated keys included; ``depth`` is the deepest nesting of brackets and braces.
    """
    rows = len(offsets) - 1
    pairs = np.zeros(rows, np.int64)
    depth = np.zeros(rows, np.int64)
    for row in range(rows):
        i = offsets[row]
        end = offsets[row + 1]
        level = 0
        while i < end:
            byte = data[i]
            i += 1
            if byte == _QUOTE:
                # Only leads of UTF-8 are looked at: twice as fast on Arabic, and what is not UTF-8
                # is refused whatever is counted here.
                while i < end:
                    byte = data[i]
                    if byte >= 0xC0:
                        i += 2 if byte < 0xE0 else 3
                    elif byte == _QUOTE:
                        break
                    else:
                        i += 2 if byte == _BACKSLASH else 1
                i += 1
            elif byte == _COLON:
                pairs[row] += 1
            elif byte in _OPEN:
                level += 1
                depth[row] = max(depth[row], level)
            elif byte in _CLOSE:
                level -= 1
    return pairs, depth
