"""Words as 32-bit codes by which texts are compared: their kind, and what stands without prefixes.

A code's two lowest bits are the word's kind, the others a hash: of a content word's stem («والمتحف»
and «متحف» are one), of a number's digits («ب300», «٣٠٠»), of a country's consonants («سوريا» and
«سورية», «أميركا» and «أمريكا»). Function words are particles, connectives and the verbs of
reporting, which rewording swaps (``lexicons/function_words.txt``).

Kind and stem are decided once for a word, not each time it comes: the last 65,536 words are
remembered by their hashes, and of news five words in six are among these.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Final

import numpy as np
import numpy.typing as npt

from tasks.text import letters
from tasks.text.buffers import Places, Texts
from tasks.text.kernels import borrowing
from tasks.text.letters import SEPARATOR
from tasks.text.lexicons import load_lexicon
from tasks.text.words import (
    START,
    Hashes,
    Words,
    add_letter,
    end_word,
    fold_letter,
    is_among,
    sieved,
)

Codes = npt.NDArray[np.uint32]

CONTENT: Final = np.uint32(0)
FUNCTION: Final = np.uint32(1)
NUMBER: Final = np.uint32(2)
COUNTRY: Final = np.uint32(3)
KIND: Final = np.uint32(3)
"""The bits of a code that tell the kind."""

WEEKDAYS: Final = np.uint32(64)
"""Numbers below are the days of the week: «الأحد» tells of which day a daily notice is."""

_DAYS: Final = (
    *(("الأحد",), ("الاثنين",), ("الثلاثاء", "الثلثاء"), ("الأربعاء", "الاربعا")),
    *(("الخميس",), ("الجمعة",), ("السبت",)),
)

_REMEMBERED: Final = 1 << 16
_LEAST_COUNTRY_LETTERS: Final = 4
_OTHER_WORDS: Final = frozenset({"مالي", "بنين"})
"""Countries whose names mostly mean something else («النظام المالي», «مدرسة للبنين»)."""

_LEAST_LETTERS: Final = 3
_MOST_PREFIXES: Final = 3
_MOST_UNITS: Final = 2
_LONGEST: Final = 48
"""Letters of a word that are looked at; no Arabic word has as many."""

_JOINED: Final = tuple(map(ord, "وفبكل"))
_NINE: Final = ord("9")
_ALEF: Final = ord("ا")
_LAM: Final = ord("ل")

_WEAK: Final = dict.fromkeys(map(ord, "اويهء"), None)
_ALIKE: Final = str.maketrans("غجقطث", "كككتت")
"""Letters between which writers of a foreign name waver («إنجلترا», «إنكلترا»)."""


@dataclass(frozen=True, slots=True)
class CodedTexts:
    """Codes of words end to end: row ``i`` has ``codes[offsets[i]:offsets[i + 1]]``."""

    codes: Codes
    offsets: Places


@borrowing
def _fold_word(data, i, end, table, room):
    """Write the word's folded letters to ``room`` until it is full; return (number, least)."""
    count = 0
    least = _ALEF
    while i < end and count < len(room):
        folded, length = fold_letter(data, i, table)
        i += length
        if folded != 0:
            room[count] = folded
            count += 1
            least = min(least, folded)
    return count, least


@borrowing
def _prefix(word, start, size):
    """Return how long «و», «ف», «ب», «ك», «ل» or «ال» is that a folded word begins with there.

    As in :mod:`tasks.text.stems`: three letters stay.
    """
    if size - start > _LEAST_LETTERS and word[start] in _JOINED:
        return 1
    if size - start < _LEAST_LETTERS + 2 or word[start] != _ALEF or word[start + 1] != _LAM:
        return 0
    return 2


@borrowing
def _hash_letters(word, start, size):
    value = START
    for i in range(start, size):
        value = add_letter(value, word[i])
    return end_word(value)


@borrowing
def _hash_digits(word, size):
    """Return the hash of the word's digits, 0 when it has none, or more than two other letters.

    «ال24», «ب300» and «1436هـ» are numbers, «كوفيد19» is none.
    """
    value = START
    seen = 0
    for i in range(size):
        if 0x30 <= word[i] <= 0x39:
            value = add_letter(value, word[i])
            seen += 1
    return end_word(value) if seen and size - seen <= _MOST_UNITS else np.uint64(0)


@borrowing
def _code(word, least, value, known):
    """Decide the code of the folded word whose hash is ``value`` and whose least letter this is."""
    hashes, flags, codes = known
    size = len(word)
    if size == _LONGEST:
        return np.uint32(value >> np.uint64(32)) & ~KIND  # no word, whatever it is
    digits = _hash_digits(word, size) if least <= _NINE else np.uint64(0)
    if digits != 0:
        return np.uint32(digits >> np.uint64(32)) & ~KIND | NUMBER
    start = 0
    for taken in range(_MOST_PREFIXES + 1):
        if is_among((hashes, flags), value):
            return codes[np.searchsorted(hashes, value)]
        length = _prefix(word, start, size)
        if length == 0 or taken == _MOST_PREFIXES:
            break
        start += length
        value = _hash_letters(word, start, size)
    return np.uint32(value >> np.uint64(32)) & ~KIND


@borrowing
def _decide(value, word, table, known, room):
    """Decide the code of a word, (data, start, end), whose hash is ``value``."""
    data, start, end = word
    size, least = _fold_word(data, start, end, table, room)
    return _code(room[:size], least, value, known)


@borrowing
def _code_words(texts, out, table, known, memory):
    """Hash and code every word; return how many there are. ``out`` is (hashes, codes, offsets)."""
    data, offsets = texts
    hashes, codes, places = out
    remembered, their_codes, room = memory
    at = 0
    for row in range(len(offsets) - 1):
        i = offsets[row]
        end = offsets[row + 1]
        while i < end:
            folded, length = fold_letter(data, i, table)
            if folded in (0, SEPARATOR):
                i += length
                continue
            start = i
            value = add_letter(START, folded)
            i += length
            length = 0
            while True:
                # Most letters are of U+0600-06FF, and so are those that follow. Places without a
                # sign are not looked at for counting from the end.
                while i < end:
                    first = data[np.uint64(i)]
                    if first < 0xD8 or first >= 0xDC:
                        break
                    letter = (np.int32(first & 0x1F) << 6) | (data[np.uint64(i + 1)] & 0x3F)
                    folded = np.int32(table[np.uint64(letter)])
                    if folded in (0, SEPARATOR):
                        break
                    value = add_letter(value, folded)
                    i += 2
                if i >= end:
                    break
                folded, length = fold_letter(data, i, table)
                if folded == SEPARATOR:
                    break
                if folded != 0:
                    value = add_letter(value, folded)
                i += length
            value = end_word(value)
            slot = value >> np.uint64(1) & np.uint64(_REMEMBERED - 1)
            if remembered[slot] != value:
                remembered[slot] = value
                their_codes[slot] = _decide(value, (data, start, i), table, known, room)
            hashes[at] = value
            codes[at] = their_codes[slot]
            at += 1
            i += length  # what ended the word
        places[row + 1] = at
    return at


def code_words(texts: Texts) -> tuple[Words, CodedTexts]:
    """Hash every folded word, as :func:`tasks.text.words.hash_words` does, and code it."""
    bound = int(texts.offsets[-1] - texts.offsets[0]) // 2 + len(texts)
    hashes, codes = np.empty(bound, np.uint64), np.empty(bound, np.uint32)
    places = np.zeros(len(texts) + 1, np.int64)
    memory = (
        np.zeros(_REMEMBERED, np.uint64),
        np.zeros(_REMEMBERED, np.uint32),
        np.empty(_LONGEST, np.int32),
    )
    size = _code_words(
        (texts.data, texts.offsets),
        (hashes, codes, places),
        letters.word_letters(),
        _known_words(),
        memory,
    )
    return Words(hashes[:size], places), CodedTexts(codes[:size], places)


@cache
def _known_words() -> tuple[Hashes, npt.NDArray[np.bool_], Codes]:
    """Return hashes of function words, countries and weekdays, ``sieved``, and their codes.

    Function words are known without their prefixes too. Countries are not: «سنة» is no «البوسنة»,
    «نما» no «بنما»; only the article may be lacking. A country that is spelt like a function word
    or another common one, or has fewer than four letters, counts as any other word.
    """
    coded = {}
    for word in load_lexicon("function_words"):
        for form in _forms(word):
            coded[form] = form >> 32 & ~int(KIND) | int(FUNCTION)
    names = [
        name for name in load_lexicon("countries") if " " not in name and name not in _OTHER_WORDS
    ]
    for _, spellings in groupby(names, fold_name):
        country = 0
        for name in spellings:
            folded = _fold(name)
            country = country or _hash(folded) >> 32 & ~int(KIND) | int(COUNTRY)
            if len(folded) >= _LEAST_COUNTRY_LETTERS:
                for form in {_hash(folded), _hash(folded.removeprefix("ال"))}:
                    coded.setdefault(form, country)
    for number, days in enumerate(_DAYS, start=1):
        coded |= {_hash(_fold(name)): number << 2 | int(NUMBER) for name in days}
    hashes, flags = sieved(np.array(sorted(coded), np.uint64))
    return hashes, flags, np.array([coded[form] for form in hashes.tolist()], np.uint32)


def fold_name(name: str) -> str:
    """Return the consonants of a foreign name, in which its spellings agree («سوريا», «سورية»)."""
    folded = _fold(name).removeprefix("ال")
    return folded.translate(_ALIKE).translate(_WEAK) or folded


def _fold(word: str) -> str:
    return "".join(chr(letters.folds()[ord(char)]) for char in word).replace("\0", "")


def _forms(word: str) -> tuple[int, ...]:
    """Return the hash of a word as it is, and without prefixes."""
    folded = _fold(word)
    points = np.array([*map(ord, folded)], np.int32)
    start = 0
    for _ in range(_MOST_PREFIXES):
        start += _prefix(points, start, len(folded))
    return _hash(folded), _hash(folded[start:])


def _hash(folded: str) -> int:
    return int(_hash_letters(np.array([*map(ord, folded)], np.int32), 0, len(folded)))
