"""Signatures: what of a text is the same in its copies, as the keys of bands by which they meet.

A text's shingles are the pairs of content words that stand next to each other, function words left
out: inserted connectives, swapped particles and verbs of reporting, «و» split off or joined change
none of them. A MinHash over them agrees in each place with the probability of the texts' Jaccard
similarity; it is made by Fast Similarity Sketching (Dahlgaard, Knudsen and Thorup, 2017), which
hashes a shingle some three times and not once for every place. Bands of it are the keys (LSH; Indyk
and Motwani, 1998). The opening words have some bands of their own: a copy that was cut short begins
as the whole does, however little of it was left.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from typing import Final

import numpy as np
import numpy.typing as npt
from numba import njit

from tasks.text.kernels import borrowing
from tasks.text.signature_sizes import Sizes
from tasks.text.word_codes import FUNCTION, KIND, CodedTexts
from tasks.text.words import mix

Keys = npt.NDArray[np.uint32]

NO_KEY: Final = np.uint32(0)
"""The key of every band of a text with too few words: it meets no other."""

_TURN: Final = np.uint64(0x9E3779B97F4A7C15)
_EMPTY: Final = np.uint64(0xFFFFFFFFFFFFFFFF)


@borrowing
def take_words(codes, start, end, left_out, room):
    """Write the codes of the words that are not of this kind to ``room``; return their number.

    Those that find no room any more are left out too.
    """
    count = 0
    for i in range(start, end):
        if codes[i] & KIND == left_out:
            continue
        if count == len(room):
            break
        room[count] = codes[i]
        count += 1
    return count


@borrowing
def shingle(first, second):
    """Return the hash of two content words in this order."""
    return mix((np.uint64(first) << np.uint64(32)) | np.uint64(second))


@borrowing
def _sketch(shingles, bins, room):
    """Fill the bins with the least hash of a shingle in each, by rounds until none is empty.

    ``room`` has place for one value of each shingle.
    """
    bins[:] = _EMPTY
    size = np.uint64(len(bins))
    empty = len(bins)
    for turn in range(2 * len(bins)):
        fixed = turn - len(bins)  # in the second half every shingle goes to the one bin
        label = np.uint64(turn) << np.uint64(32)
        seed = np.uint64(turn) * _TURN
        for i in range(len(shingles)):  # by themselves: the compiler makes vectors of it
            room[i] = mix(shingles[i] + seed)
        for i in range(len(shingles)):
            value = room[i]
            place = (value >> np.uint64(32)) * size >> np.uint64(32)
            if fixed >= 0:
                place = np.uint64(fixed)
            told = label | (value & np.uint64(0xFFFFFFFF))
            if told < bins[place]:
                empty -= bins[place] == _EMPTY
                bins[place] = told
        if empty == 0:
            break


@borrowing
def _band_keys(bins, rows, first, keys):
    """Write the key of each ``rows`` bins, never ``NO_KEY``; bands count from ``first``."""
    for band in range(len(bins) // rows):
        value = np.uint64(first + band) * _TURN
        for k in range(rows):
            value = mix(value ^ bins[band * rows + k])
        keys[first + band] = max(np.uint32(value >> np.uint64(32)), np.uint32(1))


@njit(cache=True, nogil=True)
def _sign(texts, keys, bands, opening_bands, least):
    """Fill ``keys`` row by row; ``bands`` and ``opening_bands`` are (bands, rows, words)."""
    codes, offsets = texts
    content = np.empty(1024, np.uint32)
    shingles, room = np.empty(1024, np.uint64), np.empty(1024, np.uint64)
    bins = np.empty(bands[0] * bands[1], np.uint64)
    opening = np.empty(opening_bands[0] * opening_bands[1], np.uint64)
    for row in range(len(offsets) - 1):
        start, end = offsets[row], offsets[row + 1]
        if end - start > len(content):
            content = np.empty(2 * (end - start), np.uint32)
            shingles, room = np.empty(len(content), np.uint64), np.empty(len(content), np.uint64)
        count = take_words(codes, start, end, FUNCTION, content)
        if count <= least:
            keys[row] = NO_KEY
            continue
        for i in range(count - 1):
            shingles[i] = shingle(content[i], content[i + 1])
        _sketch(shingles[: count - 1], bins, room)
        _band_keys(bins, bands[1], 0, keys[row])
        _sketch(shingles[: min(count, opening_bands[2]) - 1], opening, room)
        _band_keys(opening, opening_bands[1], bands[0], keys[row])


def sign(texts: CodedTexts, sizes: Sizes) -> Keys:
    """Return the keys of each text's bands, shape (texts, bands); the opening's stand last.

    Texts that agree in a band are candidates. A text of fewer than ``least_shingles`` has
    ``NO_KEY`` in all.
    """
    keys = np.empty((len(texts.offsets) - 1, sizes.all_bands), np.uint32)
    _sign(
        (texts.codes, texts.offsets),
        keys,
        (sizes.bands, sizes.rows, 0),
        (sizes.opening_bands, sizes.opening_rows, sizes.opening_words),
        sizes.least_shingles,
    )
    return keys
