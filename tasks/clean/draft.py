"""The shard as the cleaning rules see it: repaired texts, their lines, and what rules cut."""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"
# ruff: noqa: PLR0913, PLR0917 (kernels take their arrays one by one)

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tasks.sources import SourceProfile
from tasks.text import letters
from tasks.text.buffers import Places, column_of, gather
from tasks.text.kernels import borrowing
from tasks.text.related_lines import ends_sentence, is_bullet
from tasks.text.repair import Repaired, raw_places
from tasks.text.seeking import next_of
from tasks.text.utf8 import decode
from tasks.text.words import (
    Hashes,
    Phrases,
    are_many,
    chain,
    hash_line,
    known_phrases,
    mix,
    opening_phrase,
)

KINDS: Final = (
    *("title", "byline", "dateline", "related", "title_repeat", "lead_repeat", "agency", "caption"),
    *("share", "promo", "legal", "tags", "meta", "signature", "source"),
)
"""Kinds of removed text, as in the schema's ``removed``; rules name them by place in the tuple."""

TITLE, BYLINE, DATELINE, RELATED, TITLE_REPEAT, LEAD_REPEAT, AGENCY, CAPTION = range(8)
SHARE, PROMO, LEGAL, TAGS, META, SIGNATURE, SOURCE = range(8, len(KINDS))

HINTS: Final = ("heading", "list_item", "quote")
"""What markup says of lines; rules name them by their place in the tuple, from 1."""

HEADING, LIST_ITEM, QUOTE = range(1, len(HINTS) + 1)

SHORT_WORDS: Final = 40
"""Up to so many words a line's folded words are counted and hashed, beyond it its bytes."""

_NEWLINE: Final = np.uint8(0x0A)
_COUNTED: Final = 64

Rows = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]


class Lines(NamedTuple):
    """Every line (paragraph) of every text, in order, and what stands of it.

    ``start`` and ``end`` are byte ranges of the repaired buffer, ``head`` and ``tail`` what of them
    stands after the cuts of earlier rules, without white space around it; a line that is gone has
    ``head == tail``. A cut inside a line makes two of it, both ``split``.

    What stands is measured: ``words`` counts folded words, ``key`` hashes them in order (of lines
    of more than ``SHORT_WORDS``, ``words`` is one more, and ``key`` hashes their bytes), ``bullet``
    tells a list mark at the head, ``stop`` a sentence mark at the tail. ``heading_end`` is the byte
    after a related-links heading that opens it, -1 without one, ``heading_words`` its length.
    ``hint`` is what the markup says that the line is: one of ``HINTS``, 0 where it says nothing.
    """

    row: Rows
    start: Places
    end: Places
    head: Places
    tail: Places
    split: Flags
    words: Rows
    key: Hashes
    heading_end: Places
    heading_words: Rows
    bullet: Flags
    stop: Flags
    hint: npt.NDArray[np.int8]

    @property
    def stands(self) -> Flags:
        """Whether anything is left of each line."""
        left: Flags = self.head < self.tail
        return left

    @property
    def whole(self) -> Flags:
        """Whether each line stands as it was."""
        same: Flags = (self.head == self.start) & (self.tail == self.end) & ~self.split
        return same & self.stands


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

    def in_order(self) -> Self:
        """Return the spans in the order of the text."""
        order = np.argsort(self.start, kind="stable")
        return type(self)(self.row[order], self.start[order], self.end[order])


@dataclass(frozen=True, slots=True)
class Found:
    """What one rule found: cuts with their kinds, and what they say, by row."""

    cuts: Spans
    kinds: npt.NDArray[np.int8]
    authors: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    outlets: Mapping[int, str] = field(default_factory=dict)
    places: Mapping[int, str] = field(default_factory=dict)
    agencies: Mapping[int, str] = field(default_factory=dict)
    sources: Mapping[int, str] = field(default_factory=dict)
    captions: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    tags: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    links: Spans | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """One shard under the editor's pen; rules read it and never change it."""

    records: pa.Table
    profiles: Mapping[str, SourceProfile]
    repaired: Repaired
    lines: Lines
    headings: Phrases

    def text(self, start: int, end: int) -> str:
        """Return the repaired text of a byte range."""
        return self.repaired.texts.data[start:end].tobytes().decode()

    def texts(self, lines: npt.NDArray[np.int64]) -> pa.Array:
        """Return what stands of these lines, as a column."""
        spans = self.lines.head[lines], self.lines.tail[lines]
        return column_of(gather(self.repaired.texts, *spans))

    def first_lines(self) -> npt.NDArray[np.int64]:
        """Return the number of the first line that stands of each row that has one."""
        left = np.flatnonzero(self.lines.stands)
        return left[first_of_runs(self.lines.row[left])]

    def last_lines(self) -> npt.NDArray[np.int64]:
        """Return the number of the last line that stands of each row that has one."""
        left = np.flatnonzero(self.lines.stands)
        first = first_of_runs(self.lines.row[left])
        return left[np.append(first[1:], len(left)) - 1] if len(left) else left

    def cut_lines(self, lines: npt.NDArray[np.int64]) -> Spans:
        """Return the spans that take what stands of these lines."""
        return Spans(self.lines.row[lines], self.lines.head[lines], self.lines.tail[lines])

    def without(self, cuts: Spans) -> "Draft":
        """Return the draft after cuts, each of a part of what stands of one line.

        Raises :class:`ValueError` for a cut of anything else, and for cuts that overlap: later
        rules would see other text than is published.
        """
        if not len(cuts.row):
            return self
        cuts = cuts.in_order()
        lines = self.lines
        at = np.searchsorted(lines.start, cuts.start, side="right") - 1
        outside = (cuts.start < lines.head[at]) | (cuts.end > lines.tail[at])
        if outside.any() or (cuts.start[1:] < cuts.end[:-1]).any():
            raise ValueError("a cut must take a part of one line that stands, and no other's")
        inside = (cuts.start > lines.head[at]) & (cuts.end < lines.tail[at])
        lines = _split(lines, at[inside], cuts.start[inside])
        at = np.searchsorted(lines.start, cuts.start, side="right") - 1
        head, tail = lines.head.copy(), lines.tail.copy()
        data = self.repaired.texts.data
        _shorten(data, cuts.start, cuts.end, at, head, tail)
        measures = {name: getattr(lines, name).copy() for name in _MEASURES}
        changed = Lines(**{**lines._asdict(), **measures, "head": head, "tail": tail})
        measured = np.unique(np.append(at, at[at > 0] - 1))
        _measure(data, *_tables(), self.headings, changed, measured)
        return Draft(self.records, self.profiles, self.repaired, changed, self.headings)


_TYPES: Final[Mapping[str, Any]] = {
    "row": np.int32,
    **dict.fromkeys(("start", "end", "head", "tail"), np.int64),
    "split": np.bool_,
    "words": np.int32,
    "key": np.uint64,
    "heading_end": np.int64,
    "heading_words": np.int32,
    **dict.fromkeys(("bullet", "stop"), np.bool_),
    "hint": np.int8,
}
_MEASURES: Final = ("words", "key", "heading_end", "heading_words", "bullet", "stop")


def open_draft(
    records: pa.Table,
    profiles: Mapping[str, SourceProfile],
    repaired: Repaired,
    headings: Sequence[str],
) -> Draft:
    """Find the lines of the repaired texts, and which of them open with one of the headings."""
    data, offsets = repaired.texts.data, repaired.texts.offsets
    count = _count_lines(data, offsets)
    lines = Lines(**{name: np.zeros(count, kind) for name, kind in _TYPES.items()})
    known = known_phrases(headings)
    _scan_lines(data, offsets, lines)
    _measure(data, *_tables(), known, lines, np.arange(count))
    _take_hints(records["hints"], repaired, lines)
    return Draft(records, profiles, repaired, lines, known)


def _take_hints(hints: pa.ChunkedArray, repaired: Repaired, lines: Lines) -> None:
    """Set what markup says of lines: it counts those of the raw text, some of which are empty."""
    told = pc.greater(pc.list_value_length(hints), 0).fill_null(fill_value=False)
    rows = np.flatnonzero(told)
    if not len(rows):
        return
    at = np.flatnonzero(np.isin(lines.row, rows))
    first, _ = raw_places(repaired, lines.row[at], lines.start[at], lines.end[at])
    bounds = np.searchsorted(lines.row[at], np.append(rows, len(told)))
    texts = repaired.raw
    for row, start, end in zip(rows.tolist(), bounds[:-1], bounds[1:], strict=True):
        raw = texts.data[texts.offsets[row] : texts.offsets[row + 1]].tobytes().decode()
        breaks = np.flatnonzero(np.frombuffer(raw.encode("utf-32-le"), np.uint32) == _NEWLINE)
        number = np.searchsorted(breaks, first[start:end])
        kinds = {hint["line"]: HINTS.index(hint["kind"]) + 1 for hint in hints[row].as_py()}
        lines.hint[at[start:end]] = [kinds.get(line, 0) for line in number.tolist()]


def first_of_runs(rows: Rows) -> npt.NDArray[np.int64]:
    """Return where each run of equal rows begins."""
    if not len(rows):
        return np.zeros(0, np.int64)
    return np.append(0, np.flatnonzero(rows[1:] != rows[:-1]) + 1)


def _tables() -> tuple[Any, Any]:
    return letters.word_letters(), letters.classes()


def _split(lines: Lines, at: Any, places: Places) -> Lines:
    """Make two lines of each at its place; a line may be named more than once, in order."""
    if not len(at):
        return lines
    columns = {
        name: np.insert(column, at + 1, column[at]) for name, column in lines._asdict().items()
    }
    second = at + 1 + np.arange(len(at))
    for first, last in (("start", "end"), ("head", "tail")):
        columns[first][second] = places
        columns[last][second - 1] = places
    columns["split"][second] = True
    columns["split"][second - 1] = True
    return Lines(**columns)


@borrowing
def _shorten(data, starts, ends, at, head, tail):
    """Take each cut off the head or the tail of its line, and trim what is left."""
    for k in range(len(starts)):
        line = at[k]
        if starts[k] <= head[line]:
            head[line] = ends[k]
        else:
            tail[line] = starts[k]
        _trim(data, line, head, tail)
        if line > 0:
            _trim(data, line - 1, head, tail)  # the first half of a line that was split


@borrowing
def _trim(data, line, head, tail):
    while head[line] < tail[line] and data[head[line]] == 0x20:
        head[line] += 1
    while head[line] < tail[line] and data[tail[line] - 1] == 0x20:
        tail[line] -= 1
    head[line] = min(head[line], tail[line])


@borrowing
def _count_lines(data, offsets):
    lines = 0
    for row in range(len(offsets) - 1):
        lines += offsets[row + 1] > offsets[row]
    i = offsets[0]
    while i + _COUNTED <= offsets[-1]:  # in bytes, of which the compiler makes vectors
        block = data[i : i + _COUNTED]
        breaks: Any = np.uint8(0)
        for k in range(_COUNTED):
            breaks = np.uint8(breaks + np.uint8(block[k] == _NEWLINE))
        lines += breaks
        i += _COUNTED
    while i < offsets[-1]:
        lines += data[i] == _NEWLINE
        i += 1
    return lines


@borrowing
def _eight(data, i):
    """Return eight bytes as one number, which the compiler reads with one instruction."""
    block = np.uint64(data[i])
    for k in range(1, 8):
        block |= np.uint64(data[i + k]) << np.uint64(8 * k)
    return block


@borrowing
def _hash_bytes(data, start, end):
    """Hash a long line in four chains, none of which waits for another: four times as fast."""
    first = np.uint64(end - start)
    second, third, fourth = mix(first), mix(first + np.uint64(1)), mix(first + np.uint64(2))
    while start + 32 <= end:
        block = data[start : start + 32]
        first = chain(first, _eight(block, 0))
        second = chain(second, _eight(block, 8))
        third = chain(third, _eight(block, 16))
        fourth = chain(fourth, _eight(block, 24))
        start += 32
    value = chain(chain(chain(first, second), third), fourth)
    for k in range(start, end):
        value = chain(value, np.uint64(data[k]))
    return value


@borrowing
def _measure(data, table, classes, known, lines, at):
    head, tail, words, key = lines.head, lines.tail, lines.words, lines.key
    heading_end, heading_words = lines.heading_end, lines.heading_words
    bullet, stop = lines.bullet, lines.stop
    for line in at:
        start, end = head[line], tail[line]
        heading_end[line], heading_words[line] = opening_phrase(data, start, end, table, known)
        count, value = SHORT_WORDS + 1, np.uint64(0)
        if not are_many(data, start, end, count):
            count, value = hash_line(data, start, end, table, count)
        if count > SHORT_WORDS:
            value = _hash_bytes(data, start, end)
        words[line] = count
        key[line] = value
        bullet[line] = start < end and is_bullet(decode(data, start)[0])
        stop[line] = ends_sentence(data, start, end, classes)


@borrowing
def _scan_lines(data, offsets, lines):
    line = np.int64(0)
    for row in range(len(offsets) - 1):
        start = offsets[row]
        while start < offsets[row + 1]:
            end = next_of(data, start, offsets[row + 1], _NEWLINE, _NEWLINE)
            lines.row[line] = row
            lines.start[line] = start
            lines.end[line] = end
            lines.head[line] = start
            lines.tail[line] = end
            line += 1
            start = end + 1
