"""Cut the signature from the head of an article: who wrote it, for which outlet, from where.

«كتبت ليلى الشوملي» has a line for itself, «محرر سياسى مصر وناسهاأعلن التحالف» runs into the report,
«عمان - الغد -» opens it. A kernel cannot read names, so signatures are read in Python
(:mod:`tasks.clean.signature`, :mod:`tasks.clean.openers`), but only in the lines that a search over
the heads of all articles finds suspicious.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from tasks.clean.draft import (
    AGENCY,
    BYLINE,
    CAPTION,
    DATELINE,
    HEADING,
    LIST_ITEM,
    Draft,
    Flags,
    Found,
    Spans,
)
from tasks.clean.names import NAME_WORDS, is_place, masthead_key
from tasks.clean.opener_parts import LABELS
from tasks.clean.openers import read_opener
from tasks.clean.signature import Signature, opening_pattern, read_signature, spelling_pattern
from tasks.text.buffers import column_of, gather
from tasks.text.seeking import next_of

HEAD_BYTES: Final = 320
"""A signature longer than some 160 letters was not seen."""

HEAD_LINES: Final = 6
"""A signature stands under a title, a subtitle, a date and a caption at most."""

SIGNATURES: Final = 4
"""Lines of signatures that the others of a head are counted without; more were not seen."""

SIGNATURE_WORDS: Final = 12
"""No line that is a signature was longer; most have four words."""

REPORT_WORDS_AT_LEAST: Final = 8
"""Words of a report's first paragraph; lines of poems and lists have fewer."""

PARAGRAPH_WORDS_AT_LEAST: Final = 16
"""Words of a paragraph below a column's title."""

DEEP_BYTES: Final = 128
"""Enough for an opener like no other."""

DEEP_LINES: Final = 8
"""Lines of a page that may stand above an opener like no other («لندن، بريطانيا (CNN) --»)."""

TITLE_WORDS: Final = 20
"""No title that was counted has more words: under a longer line there is no head any more."""

_PART: Final = (
    r"^[-–—|*\s]*(?:[\[(«\"][^()«»\"\[\]]{2,30}[\])»\"]|[^-–—:/|()«»\"؟!؛،]{1,36}?)"
    r"\s*[-–—:/|،(«\"ـ]"
)
"""Heads whose first part is as short as a name; the reader of openers tells names from prose."""

_CERTAIN: Final = (
    r"^[^()«».:؟!]{0,60}\([^()]{2,12}\)\s*[-–—]|^[^()«».:؟!]{2,40}[-–—][^()«».:؟!]{2,30}:$"
)


_BRACKET, _COLON = np.uint8(0x28), np.uint8(0x3A)


@dataclass(slots=True)
class _Notes:
    """What is found, row by row."""

    spans: list[tuple[int, int, int]] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)
    authors: dict[int, tuple[str, ...]] = field(default_factory=dict)
    outlets: dict[int, str] = field(default_factory=dict)
    places: dict[int, str] = field(default_factory=dict)
    agencies: dict[int, str] = field(default_factory=dict)
    captions: dict[int, tuple[str, ...]] = field(default_factory=dict)
    counts: Counter[int] = field(default_factory=Counter)

    def add(
        self, row: int, start: int, end: int, signature: Signature, *, caption: bool = False
    ) -> None:
        self.spans.append((row, start, end))
        self.counts[row] += 1
        if caption:
            self.kinds.append(CAPTION)
            self.captions[row] = (*self.captions.get(row, ()), *signature.authors)
            return
        only_agency = signature.agency and not signature.place
        kind = AGENCY if only_agency else DATELINE
        self.kinds.append(BYLINE if signature.authors else kind)
        if signature.authors:
            self.authors[row] = (*self.authors.get(row, ()), *signature.authors)
        for column, value in (
            (self.outlets, signature.outlet),
            (self.places, signature.place),
            (self.agencies, signature.agency),
        ):
            if value:
                column.setdefault(row, value)

    def found(self) -> Found:
        kinds = np.array(self.kinds, np.int8)
        columns = self.authors, self.outlets, self.places, self.agencies
        return Found(Spans.of(self.spans), kinds, *columns, captions=self.captions)


@dataclass(frozen=True, slots=True)
class _HeadLines:
    """Lines with their rank among those that stand, and which have only short ones above."""

    lines: np.ndarray
    early: Flags
    ranks: np.ndarray

    def of(self, asked: Flags) -> "_HeadLines":
        """Return some of them."""
        return _HeadLines(self.lines[asked], self.early[asked], self.ranks[asked])


def find_bylines(draft: Draft) -> Found:
    """Cut signatures from the first lines that stand of each article."""
    return _cut_signatures(draft, _head_lines(draft, np.ones(len(draft.records), np.bool_)))


def find_uncovered_bylines(draft: Draft, *, read: Found, later: Spans) -> Found:
    """Cut signatures from heads that later rules have taken something out of.

    Of «( شاهد التقرير ) القدس (CNN)-- مع تطور» the prompt goes after heads are read, and below
    related links a signature stands too deep to be one. ``read`` is what reading heads found, and
    ``later`` what was cut since. Where a line goes on behind its signature, there is no other.
    """
    lines = draft.lines
    at = np.searchsorted(lines.start, read.cuts.start, side="right") - 1
    changed = np.zeros(len(draft.records), np.bool_)
    changed[later.row] = True
    changed[read.cuts.row[lines.head[at] < lines.tail[at]]] = False
    head = _head_lines(draft, changed)
    rows = lines.row[head.lines]
    reach = np.zeros(len(changed), np.int64)
    reach[rows[head.early]] = lines.head[head.lines[head.early]]
    changed[:] = False
    changed[later.row[later.start < reach[later.row]]] = True
    found = _cut_signatures(draft, head.of(changed[rows]))
    authors = {row: (*read.authors.get(row, ()), *names) for row, names in found.authors.items()}
    return replace(
        found,
        authors=authors,
        outlets={row: read.outlets.get(row, name) for row, name in found.outlets.items()},
        places={row: read.places.get(row, name) for row, name in found.places.items()},
        agencies={row: read.agencies.get(row, name) for row, name in found.agencies.items()},
    )


def _cut_signatures(draft: Draft, first: _HeadLines) -> Found:
    lines, early = first.lines, first.early
    starts, ends = draft.lines.head[lines], draft.lines.tail[lines]
    texts = draft.repaired.texts
    stops, able = _end_heads(texts.data, starts, ends, early)
    kept = np.flatnonzero(early | able)
    lines, early, able, ranks = lines[kept], early[kept], able[kept], first.ranks[kept]
    starts, ends, stops = starts[kept], ends[kept], stops[kept]
    heads = column_of(gather(texts, starts, stops))
    signed = early & _signed(draft, lines, heads)
    # A heading that names somebody heads what is said of him, unless it says that he wrote it.
    hint = draft.lines.hint[lines]
    plain = (hint != HEADING) & (hint != LIST_ITEM)
    opened = early & _opened(draft, lines, heads) | _certain(heads, able)
    at = np.flatnonzero(signed | plain & opened)
    notes = _Notes()
    signs = _Signs.of(draft)
    done = -1
    columns = (
        each[at].tolist()
        for each in (draft.lines.row[lines], starts, ends, stops == ends, early, signed, ranks)
    )
    for head, row, start, end, whole, is_early, is_signed, rank in zip(
        heads.take(pa.array(at)).to_pylist(), *columns, strict=True
    ):
        in_head = is_early and rank < HEAD_LINES + notes.counts[row]
        if row == done or not (in_head or rank < DEEP_LINES):
            continue
        if whole and in_head and row in notes.outlets and head in LABELS:
            notes.add(row, start, end, Signature(len(head)))
            continue
        signature = signs.read(row, head, whole=whole, signed=is_signed)
        if signature is None or not (in_head or _is_certain(signature, head)):
            continue
        told_by_place = whole and bool(signature.authors) and not is_signed
        asked = signature.name_only or told_by_place
        named_below = asked and _is_named_below(draft, row, end, signature)
        if named_below is None:
            continue
        cut = start + len(head[: signature.length].rstrip().encode())
        notes.add(row, start, cut, signature, caption=signature.name_only and bool(named_below))
        if cut < end:
            done = row
    return notes.found()


def _is_named_below(draft: Draft, row: int, end: int, signature: Signature) -> bool | None:
    """Tell whether the text below a name names the person; None where it is no article.

    A lone name is of a picture, and its text tells of the person; who signs is not told of. Below
    a line of a poem or a list there are other short ones; below a columnist, one title at most.
    """
    lines = draft.lines
    # Of another type than the column's, places to search would have it copied.
    first, last = np.searchsorted(lines.row, np.array([row, row + 1], lines.row.dtype))
    heads, tails = lines.head[first:last], lines.tail[first:last]
    left = first + np.flatnonzero((heads < tails) & (heads > end))
    if not len(left):
        return None
    words = lines.words[left[:2]]
    if words[0] < REPORT_WORDS_AT_LEAST and words[-1] < PARAGRAPH_WORDS_AT_LEAST:
        return None
    below = draft.text(int(lines.head[left[0]]), int(draft.repaired.texts.offsets[row + 1]))
    return signature.authors[0].split()[-1] in below


def _is_certain(signature: Signature, head: str) -> bool:
    """Tell whether no sentence opens like this, wherever it stands: «لندن، بريطانيا (CNN) --».

    So is a line that ends with an outlet and a colon: «صحف عربية-الأفق:».
    """
    if signature.outlet and head.endswith(":") and signature.length == len(head):
        return True
    named = signature.place and (signature.agency or signature.outlet)
    return bool(named) and is_place(signature.place or "") and not signature.authors


def _head_lines(draft: Draft, asked: Flags) -> _HeadLines:
    """Return the first lines that stand of the rows."""
    stands = np.flatnonzero(draft.lines.stands & asked[draft.lines.row])
    rows = draft.lines.row[stands]
    first = np.searchsorted(rows, rows, side="left")
    ranks = np.arange(len(stands)) - first
    words, stop = draft.lines.words[stands], draft.lines.stop[stands]
    report = (words > TITLE_WORDS) | (stop & (words > NAME_WORDS))
    above: np.ndarray = np.cumsum(report) - report
    early = (ranks < HEAD_LINES + SIGNATURES) & (above == above[first])
    return _HeadLines(stands, early, ranks).of(early | (ranks < DEEP_LINES))


@dataclass(frozen=True, slots=True)
class _Signs:
    """Who signs how, by source and profile."""

    draft: Draft
    sources: list[str]
    profiles: list[str]
    own: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, draft: Draft) -> "_Signs":
        sources, profiles = draft.records["source"], draft.records["profile"]
        return cls(draft, sources.to_pylist(), profiles.to_pylist())

    def read(self, row: int, head: str, *, whole: bool, signed: bool) -> Signature | None:
        """Read the signature at the head of a line of this row.

        ``signed`` tells that it opens with a byline phrase or names its outlet.
        """
        source, name = self.sources[row], self.profiles[row]
        own = self.own.get((source, name))
        if own is None:
            outlets = self.draft.profiles[name].outlets
            own = frozenset(masthead_key(outlet) for outlet in (source, *outlets))
            self.own[source, name] = own
        opener = read_opener(head, whole=whole, own=own)
        if opener or not signed:
            return opener
        profile = self.draft.profiles[name]
        return read_signature(
            head,
            whole=whole,
            outlets=[name for name in (source, *profile.outlets) if not name.isascii()],
            phrases=profile.byline_phrases,
            spelling=profile.spelling,
        )


@njit(cache=True, nogil=True)
def _end_heads(data, starts, ends, early):  # type: ignore[no-untyped-def]
    """Return where the heads of lines end, between characters, and which can match ``_CERTAIN``.

    That needs a bracket, or a colon at the end: without them the head of a deep line is not read.
    """
    stops, able = np.empty(len(starts), np.int64), np.empty(len(starts), np.bool_)
    for i in range(len(starts)):
        stop = min(starts[i] + (HEAD_BYTES if early[i] else DEEP_BYTES), ends[i])
        while stop < ends[i] and data[stop] & 0xC0 == 0x80:
            stop -= 1
        stops[i] = stop
        colon = data[stop - 1] == _COLON  # no line that stands is empty
        able[i] = colon or next_of(data, starts[i], stop, _BRACKET, _BRACKET) < stop
    return stops, able


def _certain(heads: pa.Array, able: Flags) -> Flags:
    """Tell which heads, of those able to, open with what no sentence does, wherever they stand."""
    certain = able.copy()
    certain[able] = _matches(heads.filter(pa.array(able)), _CERTAIN)
    return certain


def _opened(draft: Draft, lines: np.ndarray, heads: pa.Array) -> Flags:
    """Tell which lines may open with a dateline: short ones, and those with a part like a name."""
    short: Flags = draft.lines.words[lines] <= SIGNATURE_WORDS
    return short | _matches(heads, _PART)


def _signed(draft: Draft, lines: np.ndarray, heads: pa.Array) -> Flags:
    """Tell which heads open with a byline phrase or hold the name of their outlet."""
    everywhere = {
        phrase for profile in draft.profiles.values() for phrase in profile.byline_phrases
    }
    mask = _matches(heads, opening_pattern(tuple(sorted(everywhere))).pattern)
    (sources, of_source), (profiles, of_profile) = (
        _encoded(draft.records[name]) for name in ("source", "profile")
    )
    pairs = (of_source * len(profiles) + of_profile)[draft.lines.row[lines]]
    for pair in np.unique(pairs).tolist():
        source, profile = sources[pair // len(profiles)], profiles[pair % len(profiles)]
        where = np.flatnonzero(pairs == pair)
        names = map(spelling_pattern, (source, *draft.profiles[profile].outlets))
        pattern = "|".join(filter(None, names))
        if pattern:
            mask[where] |= _matches(heads.take(pa.array(where)), pattern)
    return mask


def _encoded(column: pa.ChunkedArray) -> tuple[list[str], np.ndarray]:
    """Return the distinct values of a column, and the number of each row's."""
    encoded = column.combine_chunks().dictionary_encode()
    return encoded.dictionary.to_pylist(), encoded.indices.to_numpy().astype(np.int64)


def _matches(texts: pa.Array, pattern: str) -> Flags:
    found = pc.match_substring_regex(texts, pattern)
    return found.to_numpy(zero_copy_only=False).copy()  # type: ignore[no-any-return]
