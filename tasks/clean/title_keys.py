"""Titles as numbers that lines can be compared with, whatever their spelling.

A title's key chains the hashes of its folded words, as :class:`tasks.clean.draft.Lines` has them of
lines: «قوّات الأمن فى القاهرة» and «قوات الأمن في القاهره» have one key. The titles that lines are
compared with are those of the batch and those of the lake, by its index.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from tasks.text.buffers import Texts, texts_of
from tasks.text.repair import repair
from tasks.text.words import Hashes, chain, hash_words

LEAST_WORDS: Final = 4
"""«الطقس», «الصين» and «كلمة اليوم» are titles and names of sections, and lines of many stories:
of 10 lines of real articles that were titles of one to three words, none was a link."""

MOST_WORDS: Final = 25
"""What is longer is the first sentence of a story that was saved as its title."""

KeySearch = Callable[[Hashes], npt.NDArray[np.bool_]]
"""Tells of keys which are known."""

_OPENING: Final = 1000
"""Characters in which the title of a text file ends."""


def title_keys(titles: pa.Array | pa.ChunkedArray, sources: pa.Array | pa.ChunkedArray) -> Hashes:
    """Return the sorted keys of the titles that are known again in texts of the same outlet.

    A page links to its own outlet's articles; a line that is another outlet's title is a subhead.
    """
    keys, known = _keys_of_titles(repair(titles, one_line=True).texts, sources)
    distinct: Hashes = np.unique(keys[known])
    return distinct


def title_column(titles: pa.Array, sources: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return the key of each repaired title as ``int64``; null where no line is known by it."""
    keys, known = _keys_of_titles(texts_of(titles), sources)
    return pa.array(keys.view(np.int64), mask=~known)


def among(known: Hashes) -> KeySearch:
    """Return the search that knows these sorted keys and no others."""

    def search(keys: Hashes) -> npt.NDArray[np.bool_]:
        places = np.searchsorted(known, keys)
        found: npt.NDArray[np.bool_] = np.append(known, np.uint64(0))[places] == keys
        found &= keys != 0
        return found

    return search


def _keys_of_titles(
    titles: Texts, sources: pa.Array | pa.ChunkedArray
) -> tuple[Hashes, npt.NDArray[np.bool_]]:
    """Return each title's key, and whether lines are known by it."""
    keys, words = phrase_keys(titles)
    known: npt.NDArray[np.bool_] = (words >= LEAST_WORDS) & (words <= MOST_WORDS)
    return with_outlet(keys, outlet_keys(sources)), known


def keys_of(records: pa.Table) -> Hashes:
    """Return the keys of the titles of ``RECORDS``, given or on the first line of a text file."""
    inside = records.filter(records["title_in_text"])
    openings = pc.utf8_ltrim_whitespace(pc.utf8_slice_codeunits(inside["text"], 0, _OPENING))
    lines = pc.replace_substring_regex(openings, r"(?s)\n.*", "")
    given = title_keys(records["title"], records["source"])
    return np.union1d(given, title_keys(lines, inside["source"]))


def outlet_keys(sources: pa.Array | pa.ChunkedArray) -> Hashes:
    """Return a key of each outlet's name."""
    return phrase_keys(texts_of(sources))[0]


@njit(cache=True, nogil=True)
def with_outlet(keys: Hashes, outlets: Hashes) -> Hashes:
    """Return the keys of phrases of outlets."""
    combined = np.empty(len(keys), np.uint64)
    for k in range(len(keys)):
        combined[k] = chain(keys[k], outlets[k])
    return combined


def phrase_keys(texts: Texts) -> tuple[Hashes, npt.NDArray[np.int64]]:
    """Return the key of each text's words, 0 for none, and how many they are."""
    words = hash_words(texts)
    return _chain_rows(words.hashes, words.offsets), np.diff(words.offsets)


@njit(cache=True, nogil=True)
def _chain_rows(hashes, offsets):
    keys = np.zeros(len(offsets) - 1, np.uint64)
    for row in range(len(keys)):
        for k in range(offsets[row], offsets[row + 1]):
            keys[row] = chain(keys[row], hashes[k])
    return keys
