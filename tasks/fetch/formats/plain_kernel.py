"""The numba kernels under flat JSON objects: where keys and values stand, and strings unescaped.

Type annotations stop at this border: numba infers the types of kernel arguments.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from typing import Final

import numpy as np
from numba import njit

from tasks.fetch.formats.json_kernel import find_special
from tasks.text.kernels import borrowing
from tasks.text.utf8 import encode

NOTHING: Final = 0
STRING: Final = 1
ESCAPED: Final = 2
EMPTY: Final = 3
WHOLE: Final = 4
UNSURE: Final = 5
"""What a value is: null, true or false; a string that is not blank; one with escapes; ``""``; a
whole number of 15 digits at most; a string that may be blank."""

SLOT: Final = 5
"""What is known of a pair: first and last place of the key, of the value, and what that is."""

NOT_PLAIN: Final = -1

_OPEN = 0x7B
_CLOSE = 0x7D
_COLON = 0x3A
_COMMA = 0x2C
_QUOTE = 0x22
_BACKSLASH = 0x5C
_SPACE = 0x20
_DELETE = 0x7F
_U = 0x75
_ZERO = 0x30
_NINE = 0x39
_ARABIC_BLOCK = 0x06
_FIRST_ARABIC = 0xD8
_LAST_ARABIC = 0xDB
_MINUS = 0x2D
_DIGITS = 15
_SHORT_ESCAPES = (0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74)
_MEANT = (0x22, 0x5C, 0x2F, 0x08, 0x0C, 0x0A, 0x0D, 0x09)
_HIGH_SURROGATES = 0xD800
_LOW_SURROGATES = 0xDC00
_AFTER_SURROGATES = 0xE000
_LITERALS = np.frombuffer(b"null\0true\0false", np.uint8).reshape(3, 5)
_LENGTHS = np.array([4, 4, 5])
_IS_BLANK = np.isin(np.arange(256), np.frombuffer(b" \n\r\t", np.uint8))
_HEX = np.full(256, -1)
for _digit in range(16):
    _HEX[[ord(f"{_digit:x}"), ord(f"{_digit:X}")]] = _digit


@njit(cache=True, nogil=True)
def scan_objects(source, offsets, slots, counts):
    """Fill in ``slots`` (rows, most pairs, ``SLOT``) and the pairs of each row, or ``NOT_PLAIN``.

    ``source`` is the data as bytes and as words. Plain is a JSON object (RFC 8259) whose values are
    strings, whole numbers, null, true or false and whose keys have no escapes. Any other row, sound
    or not, is somebody else's to read.
    """
    data, _ = source
    for row in range(len(counts)):
        i = _skip_blank(data, offsets[row], offsets[row + 1])
        counts[row] = NOT_PLAIN
        if i < offsets[row + 1] and data[i] == _OPEN:
            counts[row] = _scan_pairs(source, i, offsets[row + 1], slots[row])


@borrowing
def _scan_pairs(source, i, end, slots):
    """Return how many pairs the object that opens at ``i`` has, if nothing stands behind it."""
    data, _ = source
    for pair in range(len(slots)):
        i = _scan_key(source, _skip_blank(data, i + 1, end), end, slots[pair])
        if i != NOT_PLAIN:
            i = _scan_value(source, i, end, slots[pair])
        if i != NOT_PLAIN:
            i = _skip_blank(data, i, end)
        if i == NOT_PLAIN or i >= end:
            return NOT_PLAIN
        if data[i] == _CLOSE:
            return pair + 1 if _skip_blank(data, i + 1, end) == end else NOT_PLAIN
        if data[i] != _COMMA:
            return NOT_PLAIN
    return NOT_PLAIN


@borrowing
def _scan_key(source, i, end, slot):
    """Return where the value of the key that begins at ``i`` begins."""
    data, words = source
    if i >= end or data[i] != _QUOTE:
        return NOT_PLAIN
    slot[0] = i + 1
    i = find_special(data, words, i + 1, end)
    slot[1] = i
    if i >= end or data[i] != _QUOTE:
        return NOT_PLAIN
    i = _skip_blank(data, i + 1, end)
    if i >= end or data[i] != _COLON:
        return NOT_PLAIN
    i = _skip_blank(data, i + 1, end)
    return i if i < end else NOT_PLAIN


@borrowing
def _skip_blank(data, i, end):
    while i < end and _IS_BLANK[data[i]]:
        i += 1
    return i


@borrowing
def _scan_value(source, i, end, slot):
    """Return where the value that begins at ``i`` ends."""
    data, _ = source
    if data[i] == _QUOTE:
        return _scan_string(source, i + 1, end, slot)
    slot[2] = i
    if data[i] == _MINUS or _ZERO <= data[i] <= _NINE:
        slot[4] = WHOLE
        i = _scan_whole(data, i, end)
    else:
        slot[4] = NOTHING
        i = _scan_literal(data, i, end)
    slot[3] = i
    return i


@borrowing
def _scan_string(source, i, end, slot):
    """Return the place behind the quote that closes the string."""
    data, words = source
    slot[2] = i
    slot[4] = STRING
    while i != NOT_PLAIN:
        i = find_special(data, words, i, end)
        if i >= end or data[i] < _SPACE:
            return NOT_PLAIN
        if data[i] == _QUOTE:
            break
        slot[4] = ESCAPED
        i = _skip_escape(data, i, end)
    if i == NOT_PLAIN:
        return NOT_PLAIN
    slot[3] = i
    if i == slot[2]:
        slot[4] = EMPTY
    elif not _is_filled(data, slot[2], i):
        slot[4] = UNSURE
    return i + 1


@borrowing
def _skip_escape(data, i, end):
    """Return where the escape at ``i`` ends; both halves of a surrogate pair are one escape."""
    if i + 1 < end and data[i + 1] != _U:
        for k in range(len(_SHORT_ESCAPES)):
            if data[i + 1] == _SHORT_ESCAPES[k]:
                return i + 2
        return NOT_PLAIN
    code = _hex(data, i + 2, end)
    if _HIGH_SURROGATES <= code < _LOW_SURROGATES:
        if i + 7 < end and data[i + 6] == _BACKSLASH and data[i + 7] == _U:
            low = _hex(data, i + 8, end)
            if _LOW_SURROGATES <= low < _AFTER_SURROGATES:
                return i + 12
        return NOT_PLAIN
    return i + 6 if code >= 0 and not _LOW_SURROGATES <= code < _AFTER_SURROGATES else NOT_PLAIN


@borrowing
def _hex(data, i, end):
    """Return the number of four hexadecimal digits, ``NOT_PLAIN`` when they are not there."""
    if i + 4 > end:
        return NOT_PLAIN
    code = 0
    for k in range(i, i + 4):
        digit = _HEX[data[k]]
        if digit < 0:
            return NOT_PLAIN
        code = code * 16 + digit
    return code


@borrowing
def _is_filled(data, i, end):
    """Tell whether an ASCII sign or a character of the Arabic block stands in the string.

    Of others it is not told: some are spaces.
    """
    while i < end:
        byte = data[i]
        if byte == _BACKSLASH:
            code = _hex(data, i + 2, end) if data[i + 1] == _U else NOT_PLAIN
            if _SPACE < code < _DELETE or code >> 8 == _ARABIC_BLOCK:
                return True
            i += 6 if data[i + 1] == _U else 2
        elif _SPACE < byte < _DELETE or _FIRST_ARABIC <= byte <= _LAST_ARABIC:
            return True
        else:
            i += 1
    return False


@borrowing
def _scan_whole(data, i, end):
    """Return where the whole number ends; as it is written is how Python writes it."""
    negative = data[i] == _MINUS
    i += negative
    first = i
    while i < end and _ZERO <= data[i] <= _NINE:
        i += 1
    if not 0 < i - first <= _DIGITS or (data[first] == _ZERO and (i - first > 1 or negative)):
        return NOT_PLAIN
    # What may follow is judged by the caller: a fraction or an exponent is neither.
    return i


@borrowing
def _scan_literal(data, i, end):
    for word in range(len(_LITERALS)):
        length = _LENGTHS[word]
        k = 0
        while k < length and i + k < end and data[i + k] == _LITERALS[word, k]:
            k += 1
        if k == length:
            return i + length
    return NOT_PLAIN


@njit(cache=True, nogil=True)
def group_by_keys(data, slots, counts, shapes, leaders):
    """Fill in the shape of each row and the first row of each shape; return how many there are.

    Rows with the same keys in the same order have one shape; ``NOT_PLAIN`` are those beyond the
    room in ``leaders``, and those that were so.
    """
    found = 0
    last = 0
    for row in range(len(counts)):
        shapes[row] = NOT_PLAIN
        if counts[row] == NOT_PLAIN:
            continue
        if found and _has_keys_of(data, slots, counts, row, leaders[last]):
            shapes[row] = last
            continue
        for shape in range(found):
            if _has_keys_of(data, slots, counts, row, leaders[shape]):
                shapes[row] = last = shape
                break
        else:
            if found < len(leaders):
                leaders[found] = row
                shapes[row] = last = found
                found += 1
    return found


@borrowing
def _has_keys_of(data, slots, counts, row, other):
    if counts[row] != counts[other]:
        return False
    for pair in range(counts[row]):
        start = slots[row, pair, 0]
        begins = slots[other, pair, 0]
        length = slots[row, pair, 1] - start
        if slots[other, pair, 1] - begins != length:
            return False
        for k in range(length):
            if data[start + k] != data[begins + k]:
                return False
    return True


@njit(cache=True, nogil=True)
def choose_values(slots, shapes, ranks, text, chosen):
    """Fill in the pair that each column of a row is read from, ``chosen`` (rows, columns).

    -1 for none. ``ranks`` (shapes, columns, most) has the pairs of a column, the best first. A row
    of which it cannot be told, or without a text (column ``text``), becomes ``NOT_PLAIN``.
    """
    for row in range(len(shapes)):
        if shapes[row] == NOT_PLAIN:
            continue
        for column in range(ranks.shape[1]):
            pair = _first_that_fits(slots, row, ranks[shapes[row], column], column == text)
            chosen[row, column] = pair
            if pair < -1 or (column == text and pair < 0):
                shapes[row] = NOT_PLAIN
                break


@njit(cache=True, nogil=True)
def _first_that_fits(slots, row, pairs, is_text):
    for pair in pairs:
        if pair < 0:
            break
        kind = slots[row, pair, 4]
        if kind == UNSURE:
            return -2
        if kind in (STRING, ESCAPED) or (kind == WHOLE and not is_text):
            return pair
    return -1


@njit(cache=True, nogil=True)
def measure_values(slots, chosen):
    """Return the bytes of the values as written: at least what they have unescaped.

    ``chosen`` (values, 2) has the row and the pair of each, pair -1 for none.
    """
    size = 0
    for row, pair in chosen:
        if pair >= 0:
            size += slots[row, pair, 3] - slots[row, pair, 2]
    return size


@njit(cache=True, nogil=True)
def copy_values(source, slots, chosen, out, places):
    """Write the values of the chosen pairs end to end; ``places`` has one more than there are."""
    data, words = source
    at = 0
    places[0] = 0
    for k in range(len(chosen)):
        row, pair = chosen[k]
        if pair >= 0:
            start = slots[row, pair, 2]
            end = slots[row, pair, 3]
            while start < end:
                escape = end
                if slots[row, pair, 4] == ESCAPED:
                    escape = find_special(data, words, start, end)
                out[at : at + escape - start] = data[start:escape]
                at += escape - start
                start = escape
                while start < end and data[start] == _BACKSLASH:
                    start, at = _unescape(data, start, out, at)
        places[k + 1] = at


@borrowing
def _unescape(data, i, out, at):
    """Write what the escape at ``i`` means; return the places behind both."""
    if data[i + 1] != _U:
        for k in range(len(_SHORT_ESCAPES)):
            if data[i + 1] == _SHORT_ESCAPES[k]:
                out[at] = _MEANT[k]
        return i + 2, at + 1
    code = _hex(data, i + 2, i + 6)
    i += 6
    if _HIGH_SURROGATES <= code < _LOW_SURROGATES:
        low = _hex(data, i + 2, i + 6)
        code = 0x10000 + ((code - _HIGH_SURROGATES) << 10) + (low - _LOW_SURROGATES)
        i += 6
    return i, encode(code, out, at)
