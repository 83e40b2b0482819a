"""Arabic letters as data: what each character is, how it is folded, and how it is repaired.

Tables cover the Basic Multilingual Plane, indexed by code point, so that kernels look a character
up in one load. They are made from Unicode's own data at import (a hundredth of a second) and from
the few decisions below; ``tests/text/test_letters.py`` holds them against camel-tools' charsets
and normalisers, whose import alone costs half a second.
"""

import unicodedata
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

PLANE: Final = 0x10000

SPACE: Final = np.uint8(1)
MARK_OR_SYMBOL: Final = np.uint8(2)
LETTER: Final = np.uint8(4)
ARABIC: Final = np.uint8(8)
JOINER: Final = np.uint8(16)
SENTENCE_END: Final = np.uint8(32)

SEPARATOR: Final = 0xFFFF  # no character in Unicode

TATWEEL: Final = "\N{ARABIC TATWEEL}"
HARAKAT: Final = "".join(
    map(chr, [*range(0x0610, 0x061B), *range(0x064B, 0x0660), 0x0670, *range(0x06D6, 0x06DD),
              *range(0x06DF, 0x06E5), 0x06E7, 0x06E8, *range(0x06EA, 0x06EE)])
)  # fmt: skip
"""Vowel and other marks that a reader may leave out."""

INVISIBLE: Final = "".join(
    map(chr, [0x00AD, 0x034F, 0x061C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F),
              *range(0x2060, 0x2065), *range(0x2066, 0x2070), 0xFEFF])
)  # fmt: skip
"""Controls of direction and joining, zero-width spaces, soft hyphen, byte order mark."""

FOLDED: Final = {
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ٲ": "ا", "ٳ": "ا",
    "ى": "ي", "ئ": "ي", "ی": "ي", "ے": "ي",
    "ؤ": "و", "ة": "ه", "ۃ": "ه", "ھ": "ه", "ہ": "ه", "ە": "ه", "ۀ": "ه",
    "ک": "ك", "گ": "ك", "چ": "ج", "پ": "ب", "ڤ": "ف", "ڨ": "ق", "ژ": "ز",
}  # fmt: skip
"""Spellings of one letter that writers exchange: «أحمد» and «احمد», «في» and Egyptian «فى»."""

_QUOTES: Final = "“”„‟"
_LINE_BREAKS: Final = "\n\r\v\f\N{NEXT LINE}\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}\x1c\x1d\x1e"
_PRESENTATION: Final = (*range(0xFB50, 0xFE00), *range(0xFE70, 0xFEFD))

KEEP: Final = np.uint8(0)
DELETE: Final = np.uint8(1)
BLANK: Final = np.uint8(2)
BREAK: Final = np.uint8(3)
EXPAND: Final = np.uint8(4)
STRETCH: Final = np.uint8(5)
QUOTE: Final = np.uint8(6)
ENTITY: Final = np.uint8(7)
ZERO_WIDTH_JOINER: Final = np.uint8(8)


@cache
def classes() -> npt.NDArray[np.uint8]:
    """Return the class bits of each code point, shape (65536,).

    Spaces are those of ``str.split``; marks and symbols are the categories P and S, at which
    camel-tools' ``simple_word_tokenize`` splits.
    """
    table = np.zeros(PLANE, np.uint8)
    for code in range(PLANE):
        char = chr(code)
        category = unicodedata.category(char)
        if char.isspace():
            table[code] = SPACE
        elif category[0] in "PS":
            table[code] = MARK_OR_SYMBOL
        elif category[0] == "L":
            table[code] = LETTER | (ARABIC if is_arabic(code) else 0)
    for char in "\N{VARIATION SELECTOR-16}\N{ZERO WIDTH JOINER}\N{COMBINING ENCLOSING KEYCAP}":
        table[ord(char)] = JOINER
    for char in ".!؟?…。۔":
        table[ord(char)] |= SENTENCE_END
    return _frozen(table)


def is_arabic(code: int) -> bool:
    """Tell whether the code point lies in one of the Arabic blocks."""
    return (
        0x0600 <= code < 0x0700
        or 0x0750 <= code < 0x0780
        or 0x08A0 <= code < 0x0900
        or 0xFB50 <= code < 0xFE00
        or 0xFE70 <= code < 0xFEFF
    )


_FOLD: Final = str.maketrans({**FOLDED, **dict.fromkeys(HARAKAT + "ـ")})


def fold_letters(text: str) -> str:
    """Return a text without harakat and tatweel, and with one form of each letter."""
    return text.translate(_FOLD)


@cache
def folds() -> npt.NDArray[np.uint16]:
    """Return the folded code point of each code point, 0 where it is left out, shape (65536,).

    Left out: harakat, tatweel, invisible characters. Exchanged: the spellings of ``FOLDED``,
    Arabic-Indic digits to 0-9, capitals to small letters. For comparison and search only.
    """
    table = np.arange(PLANE, dtype=np.uint16)
    for code in range(PLANE):
        char = chr(code)
        if unicodedata.category(char) == "Nd":
            table[code] = ord("0") + unicodedata.decimal(char)
        elif len(lower := char.lower()) == 1 and not (code < 0x800 <= ord(lower)):
            table[code] = ord(lower)  # but for «Ⱥ» and «Ⱦ», which alone would take more bytes
    for char, folded in FOLDED.items():
        table[ord(char)] = ord(folded)
    for char in HARAKAT + TATWEEL + INVISIBLE:
        table[ord(char)] = 0
    return _frozen(table)


@cache
def word_letters() -> npt.NDArray[np.uint16]:
    """Return ``folds()`` with ``SEPARATOR`` for spaces, marks and symbols, shape (65536,).

    One load a character tells a word's letters, what is left out of it, and where it ends.
    """
    table = folds().copy()
    table[(classes() & (SPACE | MARK_OR_SYMBOL)) != 0] = SEPARATOR
    return _frozen(table)


@cache
def repairs() -> npt.NDArray[np.uint8]:
    """Return what the repair kernel does with each code point, shape (65536,).

    Deleted: bidi and zero-width controls («\u200fمصر»), soft hyphen, byte order mark, NUL; a space
    in their stead would cut words. Blank: other C0 and C1 controls, the U+00A0 family. Broken: line
    and paragraph separators. Expanded: presentation forms («ﻗﻮﺍﺕ» to «قوات»).
    """
    table = np.zeros(PLANE, np.uint8)
    for code in (*range(0x20), *range(0x7F, 0xA0)):
        table[code] = BLANK
    for code in range(PLANE):
        if unicodedata.category(chr(code)) == "Zs":
            table[code] = BLANK
    for char in _LINE_BREAKS:
        table[ord(char)] = BREAK
    for char in INVISIBLE + "\0":
        table[ord(char)] = DELETE
    table[ord("\N{ZERO WIDTH JOINER}")] = ZERO_WIDTH_JOINER
    for code in _PRESENTATION:
        if _letters_of(code) is not None:
            table[code] = EXPAND
    table[ord(TATWEEL)] = STRETCH
    for char in _QUOTES:
        table[ord(char)] = QUOTE
    table[ord("&")] = ENTITY
    return _frozen(table)


@cache
def expansions() -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    """Return (starts, letters): UTF-8 of what each presentation form stands for.

    The bytes of the form ``code`` are ``letters[starts[code - 0xFB50]:starts[code - 0xFB50 + 1]]``.
    """
    starts = [0]
    letters = bytearray()
    for code in range(0xFB50, 0xFEFD):
        letters += (_letters_of(code) or "").encode()
        starts.append(len(letters))
    return _frozen(np.array(starts, np.int32)), _frozen(np.frombuffer(bytes(letters), np.uint8))


@cache
def loose_forms() -> dict[int, str]:
    """Return what repair deletes or expands, as a table for ``str.translate``."""
    gone = dict.fromkeys(np.flatnonzero(repairs() == DELETE).tolist(), "")
    return gone | {code: text for code in _PRESENTATION if (text := _letters_of(code)) is not None}


def _letters_of(code: int) -> str | None:
    """Return the letters of one presentation form; None for what is no letter.

    One character at a time: NFKC of a whole text also turns «م²» to «م2» and «…» to «...».
    Its answers are corrected where they are wrong for Arabic: ``﷼`` gives a Farsi ya, the
    isolated harakat give a space.
    """
    special = {0xFDFC: "ريال", 0xFDFD: "بسم الله الرحمن الرحيم"}
    if code in special:
        return special[code]
    char = chr(code)
    if unicodedata.category(char)[0] != "L":
        return None
    letters = unicodedata.normalize("NFKC", char)
    return letters.replace(" ", "") if code < 0xFDF0 or code >= 0xFE70 else letters


def _frozen(table: npt.NDArray[np.generic]) -> npt.NDArray:  # type: ignore[type-arg]
    table.setflags(write=False)
    return table
