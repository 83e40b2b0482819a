"""Take out of a page what makes parsers slow: one pass over its bytes, before any tree is built.

A tree of HTML can cost the square of its page: each start tag looks through all that are open, a
formatting tag that was never closed is opened anew in every block, each attribute is compared with
those before it. Browsers bound the depth of a tree; here depth, open formatting and attributes are
bounded, far above what pages have, so that any page costs time in proportion to its bytes. What
holds no text of the page goes as well: scripts, styles, comments, drawings, NULs.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from typing import Final

import numpy as np
import numpy.typing as npt
from numba import njit

from tasks.text.kernels import borrowing

DEEPEST: Final = 256
"""Open elements; deeper start tags are left out, their text stays. Browsers allow 512."""

FORMATTING: Final = 4
"""Open formatting elements (``<b>``, ``<font>``), which parsers open again in each new block."""

ATTRIBUTES: Final = 100
TAG_BYTES: Final = 1 << 16
"""A tag with more attributes, or longer, keeps its name alone."""

TOO_MANY: Final = 200_000
"""Tags of a page that is not read: a live blog of a day has some 30,000."""

BODIES: Final = 4
"""Start tags of ``html`` and ``body``: their attributes are gathered, and compared each time."""


def _codes(names: str) -> npt.NDArray[np.uint64]:
    codes = [int.from_bytes(name.encode()[:8].ljust(8, b"\0"), "big") for name in names.split()]
    return np.array(codes, np.uint64)


_VOID: Final = _codes("area base br col embed hr img input keygen link meta param source track wbr")
_CLOSED_BY_OTHERS: Final = _codes(
    "p li dt dd option optgroup tr td th thead tbody tfoot caption rp rt"
)
"""Their end tags may be left out, and often are: they say nothing of the depth."""

_FORMATTING: Final = _codes("b big code em font i nobr s small strike strong tt u")
_DROPPED: Final = _codes("script style iframe noembed noframes xmp svg math object")
"""Dropped with all that is in them, which is no text of the page."""

_FOREIGN: Final = _codes("svg math")
"""Of another language, in which «/>» ends an element."""

_RAW: Final = _codes("title textarea")
_BODY: Final = _codes("html body frameset")
_TEXT: Final = _codes("plaintext")

_BLOCKS: Final = _codes(
    "address article aside blockquote body center dd div dl dt figcaption figure footer form "
    "h1 h2 h3 "
    "h4 h5 h6 head header hr html li link main meta nav ol option p script section style "
    "table tbody td "
    "tfoot th thead title tr ul"
)
"""White space before their tags is no text: half of a tree's nodes are such, if they are left."""

_LT, _GT, _SLASH, _BANG, _QUESTION, _DASH, _EQUALS = (np.uint8(ord(c)) for c in "<>/!?-=")
_DOUBLE, _SINGLE = np.uint8(0x22), np.uint8(0x27)


def tame(data: bytes) -> tuple[bytes, int]:
    """Return UTF-8 markup that any parser reads in linear time, and the tags in it.

    Its text is that of ``data``. Where there are more than ``TOO_MANY`` tags the page is cut short.
    """
    if not data:
        return b"", 0
    out = np.empty(len(data), np.uint8)
    size, tags = _tame(np.frombuffer(data, np.uint8), out)
    return out[:size].tobytes(), tags


@borrowing
def _is_space(byte):
    return byte == 0x20 or 0x09 <= byte <= 0x0D


@borrowing
def _name_at(data, i):
    """Return (code of the name's first eight letters, in small letters; the place behind it)."""
    code = np.uint64(0)
    letters = 0
    while i < len(data):
        byte = data[i]
        if _is_space(byte) or byte in (_SLASH, _GT):
            break
        if letters < 8:
            small = byte | 0x20 if 0x41 <= byte <= 0x5A else byte
            code = (code << np.uint64(8)) | np.uint64(small)
        letters += 1
        i += 1
    if letters < 8:
        code = code << np.uint64(8 * (8 - letters))
    return code, i


@borrowing
def _is_one(code, names):
    found = False
    for name in names:
        found |= name == code
    return found


@borrowing
def _tag_end(data, i):
    """Return (the place behind the tag's «>», its attributes), as the standard tokenises."""
    attributes = 0
    within = False
    while i < len(data):
        byte = data[i]
        if byte == _GT:
            return i + 1, attributes
        if byte == _EQUALS and within:
            i += 1
            while i < len(data) and _is_space(data[i]):
                i += 1
            if i < len(data) and (data[i] == _DOUBLE or data[i] == _SINGLE):
                quote = data[i]
                i += 1
                while i < len(data) and data[i] != quote:
                    i += 1
                i += 1
            else:
                while i < len(data) and not _is_space(data[i]) and data[i] != _GT:
                    i += 1
            within = False
            continue
        if _is_space(byte) or byte == _SLASH:
            within = False
        elif not within:
            within = True
            attributes += 1
        i += 1
    return len(data), attributes


@borrowing
def _behind(data, i, byte):
    """Return the place behind the next such byte, the end if there is none."""
    while i < len(data) and data[i] != byte:
        i += 1
    return min(i + 1, len(data))


@borrowing
def _comment_end(data, i):
    """Return the place behind the comment whose dashes end at ``i``."""
    if i < len(data) and data[i] == _GT:
        return i + 1
    if i + 1 < len(data) and data[i] == _DASH and data[i + 1] == _GT:
        return i + 2
    while i + 2 < len(data):
        if data[i] == _DASH and data[i + 1] == _DASH:
            if data[i + 2] == _GT:
                return i + 3
            if data[i + 2] == _BANG and i + 3 < len(data) and data[i + 3] == _GT:
                return i + 4
        i += 1
    return len(data)


@borrowing
def _end_tag_of(data, i, code):
    """Return the place of the next end tag of that name, the end if there is none."""
    while i + 1 < len(data):
        if data[i] == _LT and data[i + 1] == _SLASH:
            name, _ = _name_at(data, i + 2)
            if name == code:
                return i
        i += 1
    return len(data)


@borrowing
def _copy(data, start, end, out, at):
    for i in range(start, end):
        if data[i] != 0:
            out[at] = data[i]
            at += 1
    return at


@borrowing
def _open(code, state):
    """Count a start tag in; return whether it is to be kept. ``state``: see :func:`_tame`."""
    if _is_one(code, _BODY):
        state[2] += 1
        return state[2] <= BODIES
    if _is_one(code, _VOID) or _is_one(code, _CLOSED_BY_OTHERS):
        return True
    if _is_one(code, _FORMATTING):
        state[1] += 1
        return state[1] <= FORMATTING
    state[0] += 1
    return state[0] <= DEEPEST


@borrowing
def _close(code, state):
    """Count an end tag out; return whether it is to be kept."""
    if _is_one(code, _BODY):
        return False  # what follows is taken for the body's anyway
    if _is_one(code, _VOID) or _is_one(code, _CLOSED_BY_OTHERS):
        return True
    kind = 1 if _is_one(code, _FORMATTING) else 0
    kept = state[kind] <= (FORMATTING if kind else DEEPEST)
    state[kind] = max(state[kind] - 1, 0)
    return kept


@borrowing
def _mark_end(data, i):
    """Return (the place behind a comment or a declaration at ``i``, whether it is to be kept)."""
    if data[i + 1] == _BANG:
        if i + 3 < len(data) and data[i + 2] == _DASH and data[i + 3] == _DASH:
            return _comment_end(data, i + 4), False
        doctype = i + 2 < len(data) and (data[i + 2] | 0x20) == 0x64  # d
        return _behind(data, i, _GT), doctype
    return _behind(data, i, _GT), False


@borrowing
def _start_tag(data, i, out, at, state):
    """Copy what is to be kept of the start tag at ``i``; return (place behind, place in out)."""
    code, behind_name = _name_at(data, i + 1)
    end, attributes = _tag_end(data, behind_name)
    if _is_one(code, _DROPPED):
        if data[end - 2] == _SLASH and _is_one(code, _FOREIGN):
            return end, at
        stop = _end_tag_of(data, end, code)
        return _behind(data, stop, _GT), at
    if _is_one(code, _TEXT) or not _open(code, state):
        return end, at
    if attributes > ATTRIBUTES or end - i > TAG_BYTES:
        at = _copy(data, i, behind_name, out, at)
        out[at] = _GT
        at += 1
    else:
        at = _copy(data, i, end, out, at)
    if _is_one(code, _RAW):
        stop = _end_tag_of(data, end, code)
        return stop, _copy(data, end, stop, out, at)
    return end, at


@borrowing
def _behind_blanks(data, i):
    while i < len(data) and _is_space(data[i]):
        i += 1
    return i


@borrowing
def _is_block_at(data, i):
    """Tell whether the tag of a block, or the end, is next."""
    if i >= len(data):
        return True
    if data[i] != _LT or i + 1 == len(data):
        return False
    code, _ = _name_at(data, i + 2 if data[i + 1] == _SLASH else i + 1)
    return _is_one(code, _BLOCKS)


@njit(cache=True, nogil=True)
def _tame(data, out):
    """Write the tame page; return (its length, its tags).

    ``state`` counts open elements, open formatting, start tags of bodies.
    """
    state = np.zeros(3, np.int64)
    at = 0
    i = 0
    tags = 0
    while i < len(data) and tags <= TOO_MANY:
        byte = data[i]
        if byte != _LT or i + 1 == len(data):
            if _is_space(byte) and at and out[at - 1] == _GT:
                i = _behind_blanks(data, i)
                if not _is_block_at(data, i):
                    out[at] = 0x20
                    at += 1
                continue
            if byte != 0:
                out[at] = byte
                at += 1
            i += 1
            continue
        after = data[i + 1]
        if after in (_BANG, _QUESTION):
            end, kept = _mark_end(data, i)
            if kept:
                at = _copy(data, i, end, out, at)
            i = end
        elif 0x61 <= (after | 0x20) <= 0x7A:
            i, at = _start_tag(data, i, out, at, state)
            tags += 1
        elif after == _SLASH:
            code, behind_name = _name_at(data, i + 2)
            end, _ = _tag_end(data, behind_name)
            if behind_name > i + 2 and _close(code, state):
                at = _copy(data, i, behind_name, out, at)
                out[at] = _GT
                at += 1
            i = end
        else:
            out[at] = byte
            at += 1
            i += 1
    return at, tags
