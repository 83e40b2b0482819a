"""Words folded for comparison: one pass that folds, tokenises and hashes over Arrow buffers.

A word is a run of characters that are neither white space nor of the categories P and S, as in
camel-tools' ``simple_word_tokenize``; folding (:func:`tasks.text.letters.folds`) drops harakat,
tatweel and invisible characters and unites spellings. A word's hash is 64 bits: the folded code
points through FNV-1a, finished by the mixer of SplitMix64 (Steele, Lea and Flood, 2014).
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tasks.text import letters
from tasks.text.buffers import Places, Texts, column_of, texts_of
from tasks.text.kernels import borrowing
from tasks.text.letters import SEPARATOR
from tasks.text.repair import repair
from tasks.text.utf8 import decode, encode

Hashes = npt.NDArray[np.uint64]
Sieved = tuple[Hashes, npt.NDArray[np.bool_]]
Phrases = tuple[Sieved, Sieved]

START: Final = np.uint64(0xCBF29CE484222325)
_PRIME: Final = np.uint64(0x100000001B3)

SIEVE: Final = 1 << 14
"""Flags of a sieve: of a thousand phrases, one other word in sixteen passes it."""


@dataclass(frozen=True, slots=True)
class Words:
    """Hashes of folded words end to end: row ``i`` has ``hashes[offsets[i]:offsets[i + 1]]``."""

    hashes: Hashes
    offsets: Places


@borrowing
def mix(value):
    """Finish a hash so that each bit of the input moves every bit of the output."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@borrowing
def chain(value, word):
    """Add one word's hash to a phrase's hash."""
    turned = (value << np.uint64(7)) | (value >> np.uint64(57))
    return (turned ^ word) * np.uint64(0x9E3779B97F4A7C15)


@borrowing
def add_letter(value, folded):
    """Add one folded letter to a word's hash, which begins with ``START``."""
    return (value ^ np.uint64(folded)) * _PRIME


@borrowing
def end_word(value):
    """Return the hash of the word with these letters; never 0."""
    return mix(value) | np.uint64(1)


@borrowing
def fold_letter(data, i, table):
    """Return (folded code point, length in bytes) of a character; SEPARATOR ends a word."""
    first = data[i]
    if first < 0x80:
        return np.int32(table[first]), 1
    if first < 0xE0:
        return np.int32(table[(np.int32(first & 0x1F) << 6) | (data[i + 1] & 0x3F)]), 2
    code, length = decode(data, i)
    if code < 0x10000:
        return np.int32(table[code]), length
    # Beyond the first plane news has emoji only; other scripts there are words.
    return np.int32(SEPARATOR) if code in range(0x1F000, 0x1FB00) else code, length


@borrowing
def next_word(data, i, end, table):
    """Return (hash, first byte, byte after) of the next folded word; hash 0 when there is none.

    ``table`` is :func:`tasks.text.letters.word_letters`.
    """
    value = START
    start = i
    letters_seen = 0
    while i < end:
        folded, length = fold_letter(data, i, table)
        if folded == SEPARATOR:
            if letters_seen:
                break
            i += length
            start = i
            continue
        i += length
        if folded:
            value = add_letter(value, folded)
            letters_seen += 1
    if letters_seen == 0:
        return np.uint64(0), start, i
    return end_word(value), start, i


@borrowing
def _hash_words(data, offsets, hashes, places, table):
    """Hash as :func:`next_word` does, in one flat loop: twice as fast as a call a word."""
    at = 0
    for row in range(len(offsets) - 1):
        i = offsets[row]
        value = START
        in_word = False
        while i < offsets[row + 1]:
            folded, length = fold_letter(data, i, table)
            i += length
            if folded == SEPARATOR:
                if in_word:
                    hashes[at] = end_word(value)
                    at += 1
                    value = START
                    in_word = False
            elif folded:
                value = add_letter(value, folded)
                in_word = True
        if in_word:
            hashes[at] = end_word(value)
            at += 1
        places[row + 1] = at
    return at


@borrowing
def hash_line(data, i, end, table, most):
    """Return how many words there are, ``most`` of them at most, and their :func:`chain`.

    As :func:`next_word` tells them, in one flat loop.
    """
    count = 0
    key = np.uint64(0)
    value = START
    in_word = False
    while i < end:
        # Most letters are of U+0600-06FF, and so are those that follow.
        while i < end and data[i] >= 0xD8 and data[i] < 0xDC:
            folded = np.int32(table[(np.int32(data[i] & 0x1F) << 6) | (data[i + 1] & 0x3F)])
            if folded in (0, SEPARATOR):
                break
            value = add_letter(value, folded)
            in_word = True
            i += 2
        if i >= end:
            break
        folded, length = fold_letter(data, i, table)
        i += length
        if folded == SEPARATOR:
            if in_word:
                key = chain(key, end_word(value))
                count += 1
                if count == most:
                    return count, key
                value = START
                in_word = False
        elif folded:
            value = add_letter(value, folded)
            in_word = True
    if in_word:
        key = chain(key, end_word(value))
        count += 1
    return count, key


@borrowing
def are_many(data, start, end, most):
    """Tell whether ``most`` words and more stand there; if not it is not known.

    A space before a letter of U+0621-064A begins a word for certain. 64 bytes at a time, without a
    branch: the compiler makes a few vector instructions of it.
    """
    found = 0
    while start + 65 < end:
        window = data[start : start + 66]
        here: Any = np.uint8(0)
        for k in range(64):
            after, second = window[k + 1], window[k + 2]
            letter = (after == 0xD8) & (second >= 0xA1)
            letter |= (after == 0xD9) & (second >= 0x81) & (second <= 0x8A)
            here = np.uint8(here + np.uint8((window[k] == 0x20) & letter))
        found += here
        if found >= most:
            return True
        start += 64
    return False


def hash_words(texts: Texts) -> Words:
    """Hash every folded word of every text."""
    # A word takes a letter and a separator: two bytes at least, but for the last of a row.
    bound = int(texts.offsets[-1] - texts.offsets[0]) // 2 + len(texts)
    hashes = np.empty(bound, np.uint64)
    places = np.zeros(len(texts) + 1, np.int64)
    size = _hash_words(texts.data, texts.offsets, hashes, places, letters.word_letters())
    return Words(hashes[:size], places)


def digest_words(*columns: Words) -> pa.Array:
    """Return a 128-bit BLAKE2b digest of each row's words over the columns, as ``binary(16)``.

    One hashlib call a row and column: a digest must withstand crafted texts, and hashlib runs at
    memory speed.
    """
    rows = len(columns[0].offsets) - 1
    parts = [
        (column.hashes.view(np.uint8).data, (column.offsets * 8).tolist()) for column in columns
    ]
    digests = bytearray()
    for row in range(rows):
        state = hashlib.blake2b(digest_size=16)
        for data, places in parts:
            state.update(data[places[row] : places[row + 1]])
        digests += state.digest()
    return pa.Array.from_buffers(pa.binary(16), rows, [None, pa.py_buffer(bytes(digests))])


def hash_phrases(phrases: Iterable[str]) -> Hashes:
    """Return the sorted hashes of whole phrases, as ``chain`` makes them of a line's words."""
    return _distinct(phrase_hash(words) for words in _words_of(phrases))


def hash_openings(phrases: Iterable[str]) -> Hashes:
    """Return the sorted hashes of how the phrases begin, by whole words, themselves left out."""
    return _distinct(
        phrase_hash(words[:size]) for words in _words_of(phrases) for size in range(1, len(words))
    )


def sieved(hashes: Hashes) -> Sieved:
    """Return what :func:`is_among` searches: sorted hashes, and flags by their lowest bits."""
    flags = np.zeros(SIEVE, np.bool_)
    flags[hashes & np.uint64(SIEVE - 1)] = True
    return hashes, flags


@borrowing
def is_among(known, value):
    """Tell whether a phrase's hash is among the ``sieved`` ones; most are told by one load."""
    hashes, flags = known
    if not flags[value & np.uint64(SIEVE - 1)]:
        return False
    place = np.searchsorted(hashes, value)
    return place < len(hashes) and hashes[place] == value


def known_phrases(phrases: Iterable[str]) -> Phrases:
    """Return what :func:`opening_phrase` knows phrases by: their hashes, and how they begin."""
    told = list(phrases)
    return sieved(hash_phrases(told)), sieved(hash_openings(told))


@borrowing
def opening_phrase(data, i, end, table, known):
    """Return where the longest of ``known_phrases`` ends that opens a text, and its words.

    -1 and 0 when none does: most texts are told by their first word.
    """
    phrases, openings = known
    found, words = np.int64(-1), 0
    key = np.uint64(0)
    seen = 0
    while True:
        value, _, i = next_word(data, i, end, table)
        if value == 0:
            break
        seen += 1
        key = chain(key, value)
        if is_among(phrases, key):
            found, words = i, seen
        if not is_among(openings, key):
            break
    return found, words


def _words_of(phrases: Iterable[str]) -> list[Hashes]:
    words = hash_words(texts_of(pa.array(list(phrases), pa.large_string())))
    return np.split(words.hashes, words.offsets[1:-1])


def _distinct(hashes: Iterable[int]) -> Hashes:
    return np.array(sorted(set(hashes) - {0}), np.uint64)


def phrase_hash(hashes: Hashes) -> int:
    """Combine the hashes of a phrase's words, in order; 0 for no word."""
    value = 0
    for word in hashes.tolist():
        value = _chain(value, word)
    return value


def _chain(value: int, word: int) -> int:
    mask = 0xFFFFFFFFFFFFFFFF
    return ((((value << 7) | (value >> 57)) & mask) ^ word) * 0x9E3779B97F4A7C15 & mask


@borrowing
def _fold_rows(data, offsets, out, places, table):
    at = 0
    for row in range(len(offsets) - 1):
        first = at
        owed = False
        i = offsets[row]
        while i < offsets[row + 1]:
            code, length = fold_letter(data, i, table)
            i += length
            if code == SEPARATOR:
                owed = True
            if code in (0, SEPARATOR):
                continue
            if owed and at > first:
                out[at] = 0x20
                at += 1
            owed = False
            at = encode(code, out, at)
        places[row + 1] = at
    return at


def fold_column(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Fold a text column for comparison and search: folded words with single spaces between.

    «قوّات الأمن، فى القاهرة!» becomes «قوات الامن في القاهره». Nulls become empty.
    """
    texts = repair(column, one_line=True).texts
    out = np.empty(len(texts.data) + len(texts), np.uint8)
    places = np.zeros(len(texts) + 1, np.int64)
    size = _fold_rows(texts.data, texts.offsets, out, places, letters.word_letters())
    return column_of(Texts(out[:size], places))


def fold(texts: Any) -> Any:
    """Fold a string, or a pandas Series of strings, as the corpus is folded for comparison.

    ``articles[fold(articles.body).str.contains(fold("الأمن"))]`` finds every spelling of the word.
    """
    if isinstance(texts, str):
        return fold_column(pa.array([texts], pa.large_string()))[0].as_py()
    import pandas as pd  # noqa: PLC0415  # half a second that the pipeline need not pay

    series = pd.Series(texts)
    folded = fold_column(pa.array(series.astype(object), pa.large_string(), from_pandas=True))
    return pd.Series(folded.to_pandas().array, index=series.index, name=series.name)
