"""The numba kernels of :mod:`tasks.text.encodings`, and how Arabic letters follow each other.

Type annotations stop at this border: numba infers the types of kernel arguments. What they read is
always read-only (``np.frombuffer`` of bytes), so that each is compiled once.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from typing import Final

import numpy as np
import numpy.typing as npt
from numba import njit

_LETTERS: Final = "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي"
_FOLLOWS: Final = (
    "a07b0a0db0b79999797988775b7b99bc99c0a"  # at the beginning of a word
    "f001000b1a900000000000000002057658414"  # ء
    "53101031b6aa84daaa6a6500014937dbd781b"  # آ
    "90003030a899aaa96a8b99996b8a9bacdac5b"  # أ
    "9000000a64ba70ab782cb30400029cba7ad7b"  # ؤ
    "200000109078a98aaa7c9aaa5b89a7dbd610b"  # إ
    "a000000bac92991b6ba667670939a8cb9a72e"  # ئ
    "ca004090a7b7997a6b8a78884a6998eab8809"  # ا
    "c239384d8aa67a7a7b6997792b77a9babaa3c"  # ب
    "f001000310100000000000000002002100301"  # ة
    "d039605aa698aba96b89aa897b8ab9ababb8b"  # ت
    "d005000c9b8610160c0000000557b5ccb8a5c"  # ث
    "c036107daaa6480b7ba830000a5503bcbcb3c"  # ج
    "c000000c9bb9920c8b9a7a978009babb88b6c"  # ح
    "b000000db8b2405b9c897b8b000a01da77a3b"  # خ
    "d608206c9b99558a0b485000093a889b9ac9c"  # د
    "c000004d988080602a00300006065bc69c96d"  # ذ
    "d368609cbba5a96927798897088a9b799ab9c"  # ر
    "d804007dab9077680a8410030a5778ab9ab4d"  # ز
    "c007905cbac097780b08000a0a197abbaab6c"  # س
    "b269807ca9a089aa3d2710083b9a9b9a9ba6c"  # ش
    "b000000dab700b5b0c000908098b65caa8c7c"  # ص
    "d013005d9a906b8a0b0000280b9803ab79b9c"  # ض
    "c307507dbb8037250c0740080a4ab1c8b9b7c"  # ط
    "c000000dbb8000000c000010030a04bc9ca8c"  # ظ
    "c000000cbba7700c5b888797700797dbb9a6b"  # ع
    "c000000daaa4200a9cb9659a000903caa7b6d"  # غ
    "c127386c6ba288677b7a67989a76a8a799a8e"  # ف
    "d000000dbbb0340c6b38799a4a0983b999b8c"  # ق
    "c028231dabba453a8ca98232163845bbb8c4c"  # ك
    "c07b1a3ca9b89a9a997a99785a8aaaacaaabb"  # ل
    "d025906c9aa8aa8a5b7b99775b7899b9c9b5b"  # م
    "e004204c9ab4887a868a9869987a98487ba7c"  # ن
    "e030600d8980900bba8450633004469ca6b6b"  # ه
    "b65a084da8a8a97a8baa89998a7abacbb988b"  # و
    "f400010300100000000000000000000100100"  # ى
    "d506607c9ca8988a7b8a87884979a9aacaa29"  # ي
)
"""How much likelier than by chance (1 in 37) a letter, or the word's end, follows: bits plus 10.

A line for the letter before, a hexadecimal digit for what follows: the word's end, then
``_LETTERS``. From 37,454,572 pairs counted in 20,000 articles of about 30 outlets
(``news.jsonl.gz`` of the shared corpora), harakat and tatweel left out. Real Arabic has 1.47 on
average.
"""

_EDGE: Final = 0
_OTHER_LETTER: Final = 37
_LATIN: Final = 38
_ACCENTED: Final = 39
_NOTHING: Final = 40
_TANWIN: Final = 41
_MARK: Final = 42
_KINDS: Final = 43

_PAIR_BITS: Final = 24
_HALF_PAIR: Final = 1 << 23
_ENOUGH_PAIRS: Final = 1000
_BLOCK: Final = 256

_UNLIKELY: Final = -10
_PERSIAN: Final = "پٹچژڈگکںڑھہے"


def _pairs() -> npt.NDArray[np.int8]:
    """Return the score of each pair of kinds of characters, shape (43, 43).

    Only what ``_FOLLOWS`` does not tell is set here by hand: a Persian letter may stand anywhere, a
    Latin one beside an Arabic one is rare («الـFBI»), a Latin one with an accent rarer still.
    Tanwin ends a word («شكراً», «شكرًا»): without that, Russian is Arabic with many vowel signs.
    """
    table = np.full((_KINDS, _KINDS), _UNLIKELY, np.int8)
    counted = [int(digit, 16) - 10 for digit in _FOLLOWS]
    table[:_OTHER_LETTER, :_OTHER_LETTER] = np.array(counted, np.int8).reshape(37, 37)
    table[_OTHER_LETTER, : _OTHER_LETTER + 1] = 0
    table[: _OTHER_LETTER + 1, _OTHER_LETTER] = -2
    table[_LATIN, : _OTHER_LETTER + 1] = -4
    table[: _OTHER_LETTER + 1, _LATIN] = -4
    table[_ACCENTED, [_EDGE, _LATIN]] = -2
    table[[_EDGE, _LATIN], _ACCENTED] = -2
    table[_ACCENTED, _ACCENTED] = -4
    table[_EDGE, [_EDGE, _LATIN]] = 0
    table[[_EDGE, _LATIN], _EDGE] = 0
    table[_LATIN, _LATIN] = 0
    table[1:_LATIN, _TANWIN] = -1
    table[_TANWIN, [_EDGE, 1 + _LETTERS.index("ا"), 1 + _LETTERS.index("ى")]] = [1, 0, 0]
    table[1:_LATIN, _MARK] = 0
    table[_TANWIN, _MARK] = -1
    return table


def _scores() -> npt.NDArray[np.int32]:
    """Return what each pair adds to a sum: its score, and 1 << 24 if it counts; 64 for a row.

    Pairs of ASCII, quotes and spaces do not count, nor do harakat and tatweel after a letter.
    """
    counted = np.ones((_KINDS, _KINDS), np.int32)
    counted[np.ix_([_EDGE, _LATIN], [_EDGE, _LATIN])] = 0
    counted[1:_LATIN, _MARK] = 0
    table = np.zeros((_KINDS, 64), np.int32)
    table[:, :_KINDS] = (counted << _PAIR_BITS) + _pairs()
    return table.reshape(-1)


def _kind(char: str) -> int:
    if char in _LETTERS:
        return 1 + _LETTERS.index(char)
    if char in _PERSIAN:
        return _OTHER_LETTER
    if char and char in "\N{ARABIC FATHATAN}\N{ARABIC DAMMATAN}\N{ARABIC KASRATAN}":
        return _TANWIN
    if char == "\N{ARABIC TATWEEL}" or "\N{ARABIC FATHATAN}" <= char <= "\N{ARABIC SUKUN}":
        return _MARK
    if char.isalpha():
        return _LATIN if char.isascii() else _ACCENTED
    return _EDGE if char.isprintable() or char.isspace() or char in _INVISIBLE else _NOTHING


_INVISIBLE: Final = (
    "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}\N{SOFT HYPHEN}\0\x1a\x1b"
    "\N{LEFT-TO-RIGHT MARK}\N{RIGHT-TO-LEFT MARK}\N{NO-BREAK SPACE}"
)


def _characters(encoding: str) -> list[str]:
    """Return the character of each byte, "" for a byte that stands for none."""
    return [bytes([byte]).decode(encoding, "ignore") for byte in range(256)]


def _kinds(encoding: str) -> npt.NDArray[np.uint8]:
    characters = _characters(encoding)
    return np.array([_kind(char) if char else _NOTHING for char in characters], np.uint8)


def _units(encoding: str) -> npt.NDArray[np.uint32]:
    """Return UTF-8 of each byte, the first lowest, and its length in the highest 8 bits."""
    encoded = [char.encode() for char in _characters(encoding)]
    units = [len(unit) << 24 | int.from_bytes(unit, "little") for unit in encoded]
    return np.array(units, np.uint32)


# Kernels see these as constants; what they are made of may only change with this file, which is
# what numba's cache looks at.
_SCORES: Final = _scores()
_WINDOWS_KINDS: Final = _kinds("windows-1256")
_ISO_KINDS: Final = _kinds("iso-8859-6")
WINDOWS_UNITS: Final = _units("windows-1256")
ISO_UNITS: Final = _units("iso-8859-6")


AS_IT_IS: Final = 0
WINDOWS: Final = 1
ISO: Final = 2
NOT_UTF8: Final = 3
NOT_ARABIC: Final = 4
TO_LOOK_AT: Final = 5
"""What bytes are: UTF-8, one of two encodings, broken UTF-8, no Arabic that we read; and what takes
a closer look."""

_STRAY: Final = 2
_UTF8_SHARE: Final = 0.55
"""Share of the bytes beyond ASCII that stand in characters of UTF-8, from which it is broken UTF-8.

At most 0.10 in 20,000 articles in windows-1256 or ISO 8859-6, 0.44 in their titles («ع،» looks like
a character of UTF-8); at least 0.91 in the same articles in UTF-8 with a byte 0xFF, 0.67 in titles.
"""

_UTF8_ROWS: Final = 2
"""Arabic characters of UTF-8 right after another that show UTF-8 beside something else: one word.
None in the same 20,000 articles in either encoding."""

_WINDOW: Final = 1 << 16
_SCORE: Final = 8
_SCORE_PER_PAIR: Final = 0.1
"""Bits by which a text is likelier Arabic than chance: 8 and 0.1 for each pair of characters.

Articles have 1.0 to 1.7 a pair, Urdu 0.4 to 0.6; Russian, Greek, Hebrew, Chinese, Japanese, Korean,
Thai and Latin prose in their own 8-bit encodings -5.4 to 0.04 (3,000 bytes of Django's
translations each), of which titles of two or three letters are not always told apart: thus the 8.
"""


@njit(cache=True, nogil=True)
def first_fault(data):
    """Return the place of the first character that is not UTF-8, -1 when there is none."""
    end = len(data)
    i = 0
    while i < end:
        lead = data[i]
        if lead < 0x80:
            i += 1
            continue
        if lead < 0xE0:
            if lead < 0xC2 or i + 1 >= end or data[i + 1] & 0xC0 != 0x80:
                return i
            i += 2
            continue
        size = 3 if lead < 0xF0 else 4
        if lead > 0xF4 or i + size > end:
            return i
        # No overlong forms, no surrogates, nothing beyond U+10FFFF: the second byte tells.
        second = data[i + 1]
        least = 0xA0 if lead == 0xE0 else (0x90 if lead == 0xF0 else 0x80)
        most = 0x9F if lead == 0xED else (0x8F if lead == 0xF4 else 0xBF)
        if second < least or second > most:
            return i
        for k in range(i + 2, i + size):
            if data[k] & 0xC0 != 0x80:
                return i
        i += size
    return -1


@njit(cache=True, nogil=True)
def weigh_utf8(data):
    """Return (bytes that are not ASCII, those of them in UTF-8, Arabic characters in rows).

    The last are characters of two bytes with the lead bytes of Arabic, D8 to DB, each right after
    another: «ع،» in windows-1256 looks like one such character, but nothing looks like two. A loop
    of its own for each sum, without branches, so that it runs on many bytes at once: 0.9 ns a byte,
    6 ns in one loop that reads character by character. Overlong forms and surrogates pass, and the
    fourth byte of an emoji does not: this is asked only about texts that are known to be invalid.
    """
    end = len(data)
    high = 0
    for i in range(end):
        high += data[i] >= 0x80
    leads = 0
    for i in range(end - 1):
        leads += (data[i] >= 0xC2) & ((data[i + 1] ^ 0x80) < 0x40)
    thirds = 0
    if 8 * leads > high:  # they cannot make much of the text otherwise
        for i in range(end - 2):
            both = ((data[i + 1] ^ 0x80) | (data[i + 2] ^ 0x80)) < 0x40
            thirds += (data[i] >= 0xE0) & both
    rows = 0
    for i in range(end - 3):
        both = ((data[i + 1] ^ 0x80) | (data[i + 3] ^ 0x80)) < 0x40
        rows += both & (((data[i] ^ 0xD8) | (data[i + 2] ^ 0xD8)) < 4)
    return high, 2 * leads + thirds, rows


@njit(cache=True, nogil=True)
def weigh_arabic(data):
    """Return (score, pairs, score, pairs) of the bytes as windows-1256 and as iso-8859-6.

    A pair of characters counts if one of them is more than ASCII, a quote or a space; harakat and
    tatweel are passed over. A thousand pairs are enough, wherever they stand.
    """
    windows = np.int64(0)
    windows_before = np.int64(_EDGE)
    iso = np.int64(0)
    iso_before = np.int64(_EDGE)
    for start in range(0, len(data), _BLOCK):
        for i in range(start, min(start + _BLOCK, len(data))):
            kind = np.int64(_WINDOWS_KINDS[data[i]])
            windows += _SCORES[(windows_before << 6) | kind]
            windows_before = windows_before if kind == _MARK else kind
            kind = np.int64(_ISO_KINDS[data[i]])
            iso += _SCORES[(iso_before << 6) | kind]
            iso_before = iso_before if kind == _MARK else kind
        if windows >> _PAIR_BITS >= _ENOUGH_PAIRS:
            break
    windows += _SCORES[windows_before << 6]
    iso += _SCORES[iso_before << 6]
    # Both sums stand in one number; the score may be negative and borrow from the pairs.
    windows_pairs = (windows + _HALF_PAIR) >> _PAIR_BITS
    iso_pairs = (iso + _HALF_PAIR) >> _PAIR_BITS
    return (
        windows - (windows_pairs << _PAIR_BITS),
        windows_pairs,
        iso - (iso_pairs << _PAIR_BITS),
        iso_pairs,
    )


@njit(cache=True, nogil=True)
def tell_single_byte(data, fault):
    """Return what bytes are that are no UTF-8 from ``fault`` on."""
    high, valid, rows = weigh_utf8(data)
    if high - valid <= _STRAY or valid >= _UTF8_SHARE * high or rows >= _UTF8_ROWS:
        return NOT_UTF8
    # From the first byte that is not UTF-8, since a page may begin with much that is ASCII.
    windows, windows_pairs, iso, iso_pairs = weigh_arabic(data[fault : fault + _WINDOW])
    # Equal where all letters are alike in both (ا to ض, but for ط); windows-1256 has more.
    if windows >= iso:
        return WINDOWS if windows >= _SCORE + _SCORE_PER_PAIR * windows_pairs else NOT_ARABIC
    return ISO if iso >= _SCORE + _SCORE_PER_PAIR * iso_pairs else NOT_ARABIC


@njit(cache=True, nogil=True)
def transcode(data, units, out):
    """Write the bytes as UTF-8 by the units; return its length, or -1 - i for a wrong byte i."""
    at = np.uint64(0)
    for i in range(len(data)):
        unit = np.uint64(units[data[i]])
        length = unit >> np.uint64(24)
        if length == 0:
            return -1 - i
        # Two bytes are written, whatever the length; few characters have three, and that branch
        # is foreseen by the processor. ``out`` has three bytes for each of ``data``.
        out[at] = unit
        out[at + np.uint64(1)] = unit >> np.uint64(8)
        if length == 3:
            out[at + np.uint64(2)] = unit >> np.uint64(16)
        at += length
    return np.int64(at)


@njit(cache=True, nogil=True)
def windows_to_utf8(data, out):
    """Write the bytes of windows-1256 as UTF-8 and return its length."""
    return transcode(data, WINDOWS_UNITS, out)


@njit(cache=True, nogil=True)
def iso_to_utf8(data, out):
    """Write the bytes of iso-8859-6 as UTF-8; return its length, or -1 - i for a wrong byte i."""
    return transcode(data, ISO_UNITS, out)
