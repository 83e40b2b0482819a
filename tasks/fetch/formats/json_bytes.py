"""The bytes by which JSON is cut, and what stands around one of them, for the kernel of arrays."""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from numba import njit

QUOTE = 0x22
BACKSLASH = 0x5C
COMMA = 0x2C
COLON = 0x3A
NEWLINE = 0x0A
OPEN_LIST = 0x5B
CLOSE_LIST = 0x5D
OPEN_OBJECT = 0x7B
CLOSE_OBJECT = 0x7D
OPEN = (OPEN_LIST, OPEN_OBJECT)
CLOSE = (CLOSE_LIST, CLOSE_OBJECT)
BLANK = (0x20, 0x0A, 0x0D, 0x09)

_LOOK_ASIDE = 60
"""Blanks that are looked over at a time; twice and a comma is less than the kernel's ``BEHIND``."""


@njit(cache=True, nogil=True)
def is_escaped(data, i, first, escaped):
    """Tell whether an odd number of backslashes stands before ``i``.

    From ``first`` on; ``escaped`` is whether so many stand before that.
    """
    at = i - 1
    while at >= first and data[at] == BACKSLASH:
        at -= 1
    count = i - 1 - at
    return (count + escaped if at < first else count) % 2


@njit(cache=True, nogil=True)
def ends_object(data, i):
    """Tell whether a ``}`` stands before ``i``, with a comma or without."""
    at = skip_blank(data, i, -1)
    if at >= 0 and data[at] == COMMA:
        at = skip_blank(data, at, -1)
    return at >= 0 and data[at] == CLOSE_OBJECT


@njit(cache=True, nogil=True)
def skip_blank(data, i, step):
    """Return the next place from ``i`` that is not blank, ``_LOOK_ASIDE`` away at most."""
    at = i + step
    while 0 <= at < len(data) and abs(at - i) < _LOOK_ASIDE and data[at] in BLANK:
        at += step
    return at
