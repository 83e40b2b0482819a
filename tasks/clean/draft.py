"""The shard as the cleaning rules see it: repaired texts, their lines, and what rules cut."""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# ruff: noqa: PLR0913, PLR0917 (kernels take their arrays one by one)

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from numba import njit

from tasks.sources import SourceProfile
from tasks.text import letters
from tasks.text.buffers import Places
from tasks.text.letters import SENTENCE_END
from tasks.text.repair import Repaired
from tasks.text.utf8 import decode
from tasks.text.words import Hashes, chain, hash_openings, hash_phrases, next_word

KINDS: Final = ("title", "byline", "dateline", "related")
"""Kinds of removed text, as in the schema's ``removed``; rules name them by place in the tuple."""

TITLE, BYLINE, DATELINE, RELATED = range(len(KINDS))

HEADING_WORDS: Final = 5
"""No heading over related links that was counted has more words."""

Rows = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]


class Lines(NamedTuple):
    """Every line (paragraph) of every text, in order; byte ranges of the repaired buffer.

    ``heading_end`` is the byte after a related-links heading that opens the line, -1 without one,
    and ``heading_words`` its length. The rest is measured in texts that have a heading only, and
    zero elsewhere: ``words`` counts folded words, ``key`` hashes them in order, ``bullet`` tells a
    list mark at the head, ``stop`` a sentence mark at the tail.
    """

    row: Rows
    start: Places
    end: Places
    words: Rows
    key: Hashes
    heading_end: Places
    heading_words: Rows
    bullet: Flags
    stop: Flags


@dataclass(frozen=True, slots=True)
class Spans:
    """Byte ranges of the repaired buffer with their rows."""

    row: Rows
    start: Places
    end: Places

    @classmethod
    def of(cls, spans: Sequence[tuple[int, int, int]]) -> Self:
        """Make spans of (row, start, end) triples."""
        table = np.array(spans, np.int64).reshape(-1, 3)
        return cls(table[:, 0].astype(np.int32), table[:, 1], table[:, 2])


@dataclass(frozen=True, slots=True)
class Found:
    """What one rule found: cuts with their kinds, and what they say, by row."""

    cuts: Spans
    kinds: npt.NDArray[np.int8]
    authors: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    outlets: Mapping[int, str] = field(default_factory=dict)
    places: Mapping[int, str] = field(default_factory=dict)
    links: Spans | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """One shard under the editor's pen; rules read it and never change it.

    ``standing`` is where each line begins after the cuts of earlier rules; a line that is gone has
    ``standing == end``.
    """

    records: pa.Table
    profiles: Mapping[str, SourceProfile]
    repaired: Repaired
    lines: Lines
    standing: Places

    def text(self, start: int, end: int) -> str:
        """Return the repaired text of a byte range."""
        return self.repaired.texts.data[start:end].tobytes().decode()

    def first_lines(self) -> npt.NDArray[np.int64]:
        """Return the line numbers of the first line that stands of each row that has one."""
        left = np.flatnonzero(self.standing < self.lines.end)
        _, first = np.unique(self.lines.row[left], return_index=True)
        return left[first]

    def without(self, cuts: Spans) -> "Draft":
        """Return the draft after cuts, each of which takes the head of one line, or all of it.

        Raises :class:`ValueError` for a cut that begins or ends elsewhere: later rules would see
        other text than is published.
        """
        line = np.searchsorted(self.lines.start, cuts.start, side="right") - 1
        if (cuts.start != self.standing[line]).any() or (cuts.end > self.lines.end[line]).any():
            raise ValueError("a cut must take a line from where it stands, and no other line")
        standing = self.standing.copy()
        standing[line] = np.maximum(standing[line], np.minimum(cuts.end, self.lines.end[line]))
        return Draft(self.records, self.profiles, self.repaired, self.lines, standing)


def open_draft(
    records: pa.Table,
    profiles: Mapping[str, SourceProfile],
    repaired: Repaired,
    headings: Sequence[str],
) -> Draft:
    """Find the lines of the repaired texts, and which of them open with one of the headings."""
    data, offsets = repaired.texts.data, repaired.texts.offsets
    count = _count_lines(data, offsets)
    lines = Lines(
        np.zeros(count, np.int32), np.zeros(count, np.int64), np.zeros(count, np.int64),
        np.zeros(count, np.int32), np.zeros(count, np.uint64), np.zeros(count, np.int64),
        np.zeros(count, np.int32), np.zeros(count, np.bool_), np.zeros(count, np.bool_),
    )  # fmt: skip
    known = (hash_phrases(headings), hash_openings(headings))
    _scan_lines(data, offsets, letters.word_letters(), letters.classes(), known, lines)
    return Draft(records, profiles, repaired, lines, lines.start)


@njit(cache=True, nogil=True)
def _count_lines(data, offsets):
    lines = 0
    for row in range(len(offsets) - 1):
        text = data[offsets[row] : offsets[row + 1]]
        lines += len(text) > 0
        for i in range(len(text)):
            lines += text[i] == 0x0A
    return lines


@njit(cache=True, nogil=True)
def is_bullet(code):
    """Tell whether the character is one that lists are marked with."""
    # - * • – — ▪ ■ ● ◄ ► ◆ » › · >
    return (
        code in (0x2D, 0x2A, 0x2022, 0x2013, 0x2014, 0xBB, 0xB7, 0x203A, 0x3E)
        or (code >= 0x25A0 and code < 0x2600)
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _ends_sentence(data, start, end, classes):
    """Tell whether the last character but for closing quotes and brackets is a sentence mark."""
    while end > start:
        end -= 1
        while end > start and data[end] & 0xC0 == 0x80:
            end -= 1
        code, _ = decode(data, end)
        if code >= 0x10000:
            return False
        if code in (0x22, 0x29, 0xBB, 0x5D, 0x20):
            continue
        # A colon announces what follows: «ومن أعماله:» is a story's line and no link.
        return code == 0x3A or classes[code] & SENTENCE_END != 0
    return False


@njit(cache=True, nogil=True)
def _is_among(sorted_hashes, value):
    place = np.searchsorted(sorted_hashes, value)
    return place < len(sorted_hashes) and sorted_hashes[place] == value


@njit(cache=True, nogil=True)
def _find_heading(data, table, known, lines, line):
    """Note the longest heading that opens the line; tell whether there is one.

    ``known`` are the hashes of the headings and of their openings: most lines end it at a word.
    """
    headings, openings = known
    lines.heading_end[line] = -1
    lines.heading_words[line] = 0
    key = np.uint64(0)
    i = lines.start[line]
    for seen in range(1, HEADING_WORDS + 1):
        value, _, i = next_word(data, i, lines.end[line], table)
        if value == 0:
            break
        key = chain(key, value)
        if _is_among(headings, key):
            lines.heading_end[line] = i
            lines.heading_words[line] = seen
        if not _is_among(openings, key):
            break
    return lines.heading_end[line] >= 0


@njit(cache=True, nogil=True)
def _find_newline(data, i, end):
    """Return the place of the next newline, ``end`` without one.

    64 bytes at a time, without a branch: the compiler makes a few vector instructions of it.
    """
    while i + 64 <= end:
        block = data[i : i + 64]
        found = np.uint8(0)
        for k in range(64):
            found |= np.uint8(block[k] == 0x0A)
        if found:
            break
        i += 64
    while i < end and data[i] != 0x0A:
        i += 1
    return i


@njit(cache=True, nogil=True)
def _measure_line(data, table, classes, lines, line):
    start, end = lines.start[line], lines.end[line]
    i = start
    while True:
        value, _, i = next_word(data, i, end, table)
        if value == 0:
            break
        lines.words[line] += 1
        lines.key[line] = chain(lines.key[line], value)
    lines.bullet[line] = is_bullet(decode(data, start)[0])
    lines.stop[line] = _ends_sentence(data, start, end, classes)


@njit(cache=True, nogil=True)
def _scan_lines(data, offsets, table, classes, known, lines):
    line = np.int64(0)
    for row in range(len(offsets) - 1):
        start = offsets[row]
        first = line
        headed = False
        while start < offsets[row + 1]:
            end = _find_newline(data, start, offsets[row + 1])
            lines.row[line] = row
            lines.start[line] = start
            lines.end[line] = end
            headed |= _find_heading(data, table, known, lines, line)
            line += 1
            start = end + 1
        for each in range(first, line if headed else first):
            _measure_line(data, table, classes, lines, each)
