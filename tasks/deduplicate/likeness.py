"""How like two texts are: measured on whole texts, not estimated from signatures.

Sets are told by tables that are filled once for a text and asked by all it is compared with; a
mark that counts up empties them, so that nothing is sorted or cleared.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from numba import njit

from tasks.text.buffers import Places
from tasks.text.kernels import borrowing
from tasks.text.signatures import shingle, take_words
from tasks.text.word_codes import (
    COUNTRY,
    FUNCTION,
    KIND,
    NUMBER,
    WEEKDAYS,
    CodedTexts,
    Codes,
)

MEASURES: Final = np.dtype(
    [
        ("jaccard", np.float32),
        ("containment", np.float32),
        ("opening_of_shorter", np.float32),
        ("opening_of_longer", np.float32),
        ("numbers_of_shorter", np.int32),
        ("numbers_of_longer", np.int32),
        ("common_numbers", np.int32),
        ("subjects_of_shorter", np.float32),
        ("subjects_of_longer", np.float32),
        ("other_country", np.bool_),
        ("other_weekday", np.bool_),
    ]
)
"""What is measured of a pair, over shingles: different pairs of neighbouring content words.

``jaccard``, and ``containment`` of the shorter in the longer; which share of the shingles of
either's opening stands anywhere in the other; how many different numbers each has for itself and
both have; which share of either is words that it repeats and the other has not at all
(``subjects``); ``other_country``: each speaks, in its opening or more than once, of a country that
the other does not name; ``other_weekday``: each names days of the week, and both none.
"""

_LEAST_SLOTS: Final = 1 << 10
_NO_KIND: Final = np.uint32(KIND + 1)


@dataclass(frozen=True, slots=True)
class Prints:
    """Texts laid out for comparison, each once however often it is compared.

    Row ``i`` begins at ``starts[i]`` in all three: ``shingles`` are those of its content words in
    order, the first of equal ones only; ``words`` its different content words, ``times`` how often
    each stands there and, with the sign, that it stands in the opening. ``sizes`` has the numbers
    of shingles, of shingles of the opening, of different words and of all content words, each
    (rows,).
    """

    shingles: Codes
    words: Codes
    times: npt.NDArray[np.int32]
    starts: Places
    sizes: npt.NDArray[np.int32]


@borrowing
def _slot(value, keys, marks, mark):
    """Return the slot that holds the value under this mark, or the free one where it belongs."""
    mask = np.uint32(len(keys) - 1)
    slot = (value * np.uint32(0x9E3779B1)) >> np.uint32(7) & mask
    while marks[slot] == mark and keys[slot] != value:
        slot = (slot + np.uint32(1)) & mask
    return slot


@borrowing
def _print_row(content, opening_words, out, table, mark):
    """Lay out one text at the beginning of ``out``: (shingles, words, times); fill its sizes."""
    shingles, words, times, sizes = out
    keys, marks, places = table
    size = len(content)
    count = 0
    for i in range(size - 1):
        value = np.uint32(shingle(content[i], content[i + 1]) >> np.uint64(32))
        slot = _slot(value, keys, marks, mark)
        if marks[slot] != mark:
            keys[slot], marks[slot] = value, mark
            shingles[count] = value
            count += 1
        if i == opening_words - 2:
            sizes[1] = count
    if size < opening_words:
        sizes[1] = count
    sizes[0] = count
    mark += 1
    count = 0
    for i in range(size):
        slot = _slot(content[i], keys, marks, mark)
        if marks[slot] != mark:
            keys[slot], marks[slot], places[slot] = content[i], mark, count
            words[count] = content[i]
            times[count] = 0
            count += 1
        times[places[slot]] += 1
    for i in range(min(size, opening_words)):
        place = places[_slot(content[i], keys, marks, mark)]
        times[place] = -abs(times[place])
    sizes[2] = count
    sizes[3] = size


@njit(cache=True, nogil=True)
def _print(codes, places, rows, opening_words, left_out):
    longest, bound = 1, 0
    for row in rows:
        longest = max(longest, places[row + 1] - places[row])
        bound += places[row + 1] - places[row]
    content = np.empty(longest, np.uint32)
    slots = _LEAST_SLOTS
    while slots < 2 * longest:
        slots *= 2
    table = np.empty(slots, np.uint32), np.zeros(slots, np.int64), np.empty(slots, np.int32)
    shingles, words = np.empty(bound, np.uint32), np.empty(bound, np.uint32)
    times = np.empty(bound, np.int32)
    starts, sizes = np.zeros(len(rows) + 1, np.int64), np.zeros((len(rows), 4), np.int32)
    at = 0
    for k in range(len(rows)):
        size = take_words(codes, places[rows[k]], places[rows[k] + 1], left_out, content)
        out = shingles[at:], words[at:], times[at:], sizes[k]
        _print_row(content[:size], opening_words, out, table, np.int64(2 * k + 1))
        at += size
        starts[k + 1] = at
    return shingles[:at], words[:at], times[:at], starts, sizes


def make_prints(
    texts: CodedTexts, rows: Places, opening_words: int, *, whole: bool = False
) -> Prints:
    """Lay out these rows of the texts; row ``k`` of the prints is ``rows[k]``.

    By all their words when ``whole``, else by their content words.
    """
    left_out = _NO_KIND if whole else FUNCTION
    return Prints(*_print(texts.codes, texts.offsets, rows, np.int64(opening_words), left_out))


@borrowing
def _fill(values, table, mark):
    """Enter the values under this mark; the table's places are theirs."""
    keys, marks, places = table
    for i in range(len(values)):
        slot = _slot(values[i], keys, marks, mark)
        keys[slot], marks[slot], places[slot] = values[i], mark, i


@borrowing
def _compare_shingles(mine, yours, openings, table, mark):
    """Return (common shingles, of my opening, of yours); ``table`` holds mine."""
    keys, marks, places = table
    common, of_mine, of_yours = 0, 0, 0
    for i in range(len(yours)):
        slot = _slot(yours[i], keys, marks, mark)
        if marks[slot] == mark:
            common += 1
            of_yours += i < openings[1]
            of_mine += places[slot] < openings[0]
    return common, of_mine, of_yours


@borrowing
def _note_own(code, times, told):
    """Count a word that the other text has not: (numbers, repeated, countries, weekdays)."""
    kind = code & KIND
    if kind == NUMBER:
        told[3 if code < WEEKDAYS else 0] += 1
        return
    if abs(times) > 1:
        told[1] += abs(times)
    if kind == COUNTRY and (times < 0 or times > 1):
        told[2] += 1


@borrowing
def _compare_words(mine, yours, marked, noted, told):
    """Fill ``told`` with what is mine, what is yours; return common (numbers, weekdays).

    ``mine`` and ``yours`` are (words, times); ``marked`` is the table that has mine, and its mark;
    ``noted`` is stamped where a word of mine is common.
    """
    (keys, marks, places), mark = marked
    seen, stamp = noted
    told[:] = 0
    common, days = 0, 0
    for i in range(len(yours[0])):
        code = yours[0][i]
        slot = _slot(code, keys, marks, mark)
        if marks[slot] == mark:
            seen[places[slot]] = stamp
            common += code & KIND == NUMBER and code >= WEEKDAYS
            days += code & KIND == NUMBER and code < WEEKDAYS
        else:
            _note_own(code, yours[1][i], told[1])
    for i in range(len(mine[0])):
        if seen[i] != stamp:
            _note_own(mine[0][i], mine[1][i], told[0])
    return common, days


@njit(cache=True, nogil=True)
def _measure(prints, pairs, measures):
    shingles, words, times, starts, sizes = prints
    longest = 1
    for row in range(len(sizes)):
        longest = max(longest, sizes[row, 3])
    slots = _LEAST_SLOTS
    while slots < 2 * longest:
        slots *= 2
    first = np.empty(slots, np.uint32), np.zeros(slots, np.int64), np.empty(slots, np.int32)
    second = np.empty(slots, np.uint32), np.zeros(slots, np.int64), np.empty(slots, np.int32)
    seen, told = np.zeros(longest, np.int64), np.empty((2, 4), np.int64)
    for n in range(len(pairs)):
        one, other = pairs[n, 0], pairs[n, 1]
        here, there = starts[one], starts[other]
        mark = np.int64(one + 1)
        if n == 0 or pairs[n - 1, 0] != one:
            _fill(shingles[here : here + sizes[one, 0]], first, mark)
            _fill(words[here : here + sizes[one, 2]], second, mark)
        mine = shingles[here : here + sizes[one, 0]]
        yours = shingles[there : there + sizes[other, 0]]
        openings = sizes[one, 1], sizes[other, 1]
        common, of_mine, of_yours = _compare_shingles(mine, yours, openings, first, mark)
        share = of_mine / max(openings[0], 1), of_yours / max(openings[1], 1)
        result = measures[n]
        result.jaccard = common / max(len(mine) + len(yours) - common, 1)
        result.containment = common / max(min(len(mine), len(yours)), 1)
        result.common_numbers, days = _compare_words(
            (words[here : here + sizes[one, 2]], times[here:]),
            (words[there : there + sizes[other, 2]], times[there:]),
            (second, mark),
            (seen, np.int64(n + 1)),
            told,
        )
        repeated = told[0, 1] / max(sizes[one, 3], 1), told[1, 1] / max(sizes[other, 3], 1)
        k = 0 if sizes[one, 3] <= sizes[other, 3] else 1
        result.opening_of_shorter, result.opening_of_longer = share[k], share[1 - k]
        result.numbers_of_shorter, result.numbers_of_longer = told[k, 0], told[1 - k, 0]
        result.subjects_of_shorter, result.subjects_of_longer = repeated[k], repeated[1 - k]
        result.other_country = told[0, 2] > 0 and told[1, 2] > 0
        result.other_weekday = days == 0 and told[0, 3] > 0 and told[1, 3] > 0


def measure(prints: Prints, pairs: npt.NDArray[np.int64]) -> npt.NDArray[np.void]:
    """Return the ``MEASURES`` of pairs of prints, shape (pairs,); quick when they are sorted."""
    measures = np.zeros(len(pairs), MEASURES)
    laid = prints.shingles, prints.words, prints.times, prints.starts, prints.sizes
    _measure(laid, pairs, measures)
    return measures
