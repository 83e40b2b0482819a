"""Shapes of page furniture: patterns of RE2 with an example each, and where they match a column.

A shape says by its named groups what is cut and what that says: a group is named after a kind
(``meta``, ``share``), or ``author``, ``credit``, ``told`` or ``labels`` for the part that goes to a
column.
«المصدر: وكالات» is ``source`` with a ``credit``. RE2 takes linear time whatever the text is, and
shapes are only tried on heads, tails and short lines.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tasks.clean.draft import KINDS, Draft, Found, Spans
from tasks.clean.signature import spelling_pattern
from tasks.text.buffers import column_of, gather
from tasks.text.lexicons import load_lexicon

WORD: Final = r"[\x{0621}-\x{064A}][\x{0621}-\x{0652}]*"
"""An Arabic word with its harakat."""

SAYINGS: Final = ("author", "credit", "told", "labels")

_GROUP: Final = re.compile(r"\?P<[a-z_]+>")

_MANY: Final = 64
"""Of more texts it is asked first whether they match: RE2 tells that faster than where."""

_MUCH: Final = 100_000
"""In texts of more bytes no shape is left out for its word."""

Numbers = npt.NDArray[np.int64]


class Shape(NamedTuple):
    """One pattern, and an example that it matches from end to end.

    ``sign`` is a pattern that is found, quickly, in every text that the shape matches. ``end``,
    where there is one, tells what the pattern does by plain searches: where its only group ends
    that begins with the text, -1 without a match. RE2 makes a thousand states of ``.{0,800}``.
    ``word`` is a part of every text that the shape matches, as it stands.
    """

    pattern: str
    example: str
    sign: str = ""
    end: Callable[[str], int] | None = None
    word: str = ""


class Match(NamedTuple):
    """The group ``name`` of a shape in the texts ``where``, as byte ranges within them."""

    name: str
    where: Numbers
    start: Numbers
    end: Numbers


@dataclass(slots=True)
class Cuts:
    """Cuts of several rounds, and what they say, by row."""

    spans: list[Spans] = field(default_factory=list)
    kinds: list[npt.NDArray[np.int8]] = field(default_factory=list)
    said: dict[str, dict[int, tuple[str, ...]]] = field(
        default_factory=lambda: {name: {} for name in SAYINGS}
    )

    def add(self, spans: Spans, kind: int) -> None:
        """Add cuts of one kind."""
        self.spans.append(spans)
        self.kinds.append(np.full(len(spans.row), kind, np.int8))

    def found(self) -> Found:
        """Return what was found."""
        said = self.said
        return Found(
            joined(self.spans),
            np.concatenate([np.zeros(0, np.int8), *self.kinds]),
            authors=said["author"],
            sources={row: names[0] for row, names in said["credit"].items()},
            captions=said["told"],
            tags=said["labels"],
        )


def any_of(lexicon: str) -> str:
    """Return the pattern of any entry of a lexicon, spelt any way, the longest first."""
    patterns = filter(None, map(spelling_pattern, load_lexicon(lexicon)))
    return "(?:" + "|".join(sorted(patterns, key=len, reverse=True)) + ")"


def joined(spans: Sequence[Spans]) -> Spans:
    """Return all these spans."""
    empty = Spans.of([])
    return Spans(
        np.concatenate([empty.row, *(each.row for each in spans)]),
        np.concatenate([empty.start, *(each.start for each in spans)]),
        np.concatenate([empty.end, *(each.end for each in spans)]),
    )


def matches(texts: pa.Array, shapes: Sequence[Shape], frame: str, signs: str) -> list[Match]:
    """Return the groups of the first shape that matches each text, for all texts.

    ``frame`` is the pattern around every shape, with ``{}`` for it. Only texts in which the pattern
    ``signs`` is found are tried: a few words that no shape does without, searched at a gigabyte a
    second, put most texts aside.
    """
    left, tried = likely(texts, shapes, frame, signs)
    return extracted(tried, left, shapes, frame)


def likely(
    texts: pa.Array, shapes: Sequence[Shape], frame: str, signs: str
) -> tuple[Numbers, pa.Array]:
    """Return the number of each text that a shape matches, and few others, with the texts."""
    left = np.flatnonzero(pc.match_substring_regex(texts, signs))
    tried = texts.take(pa.array(left))
    if len(left) > _MANY:
        found = pc.match_substring_regex(tried, framed(tuple(shapes), frame))
        left, tried = left[found.to_numpy(zero_copy_only=False)], tried.filter(found)
    return left, tried


def extracted(texts: pa.Array, where: Numbers, shapes: Sequence[Shape], frame: str) -> list[Match]:
    """Return the groups of the first shape that matches each of these texts, numbered ``where``."""
    if not len(texts):
        return []
    groups = pc.extract_regex_span(texts, framed(worded(texts, shapes), frame))
    hit = np.flatnonzero(groups.is_valid().to_numpy(zero_copy_only=False))
    if not len(hit):
        return []
    return list(_groups(groups.take(pa.array(hit)), where[hit]))


def worded(texts: pa.Array, shapes: Sequence[Shape]) -> tuple[Shape, ...]:
    """Return the shapes whose word is in these texts: no other can match.

    RE2 compiles a pattern anew, and twice where it tells groups: that takes longer than a search
    in a few texts. In many most words are.
    """
    letters = texts.buffers()[2]
    if letters is not None and letters.size > _MUCH:
        return tuple(shapes)
    data = b"" if letters is None else letters.to_pybytes()
    return tuple(shape for shape in shapes if shape.word.encode() in data)


def matches_in_turn(texts: pa.Array, shapes: Sequence[Shape], frame: str) -> list[Match]:
    """Return what :func:`matches` does, shape by shape: each is compiled for texts with its sign.

    RE2 finds the groups of one small pattern many times faster than those of all in one. The frame
    must fix where a shape begins: only then the first that matches is the same.
    """
    groups = []
    left = np.arange(len(texts))
    for place, shape in enumerate(worded(texts, shapes)):
        signed, tried = left, texts if len(left) == len(texts) else texts.take(pa.array(left))
        if shape.sign:
            found = pc.match_substring_regex(tried, shape.sign)
            signed, tried = left[found.to_numpy(zero_copy_only=False)], tried.filter(found)
        if not len(signed):
            continue
        if shape.end is not None:
            name = f"{next(iter(re.compile(shape.pattern).groupindex))}{place}"
            group = _heads_ended(tried, signed, name, shape.end)
            groups.append(group)
            left = np.setdiff1d(left, group.where, assume_unique=True)
            continue
        spans = pc.extract_regex_span(tried, framed((shape,), frame))
        hit = np.flatnonzero(spans.is_valid().to_numpy(zero_copy_only=False))
        if len(hit):
            for group in _groups(spans.take(pa.array(hit)), signed[hit]):
                groups.append(group._replace(name=f"{group.name.rstrip('0123456789')}{place}"))
            left = np.setdiff1d(left, signed[hit], assume_unique=True)
    return groups


def _heads_ended(texts: pa.Array, where: Numbers, name: str, end_of: Callable[[str], int]) -> Match:
    """Return the matches of a shape that tells where its group ends: few texts have its sign."""
    ends = np.full(len(texts), -1, np.int64)
    for k, text in enumerate(texts.to_pylist()):
        end = end_of(text)
        ends[k] = len(text[:end].encode()) if end >= 0 else -1
    hit = ends >= 0
    return Match(name, where[hit], np.zeros(int(hit.sum()), np.int64), ends[hit])


@cache
def framed(shapes: tuple[Shape, ...], frame: str) -> str:
    """Return one pattern of all shapes; their groups are numbered, for RE2 wants each name once."""
    number = count()
    patterns = (_GROUP.sub(lambda _: f"{_[0][:-1]}{next(number)}>", s.pattern) for s in shapes)
    return frame.format("|".join(patterns))


def _groups(groups: pa.Array, where: Numbers) -> Iterator[Match]:
    """Yield the groups that took part in any match."""
    for name, child in zip(groups.type.names, groups.flatten(), strict=True):
        took_part = child.is_valid().to_numpy(zero_copy_only=False)
        if took_part.any():
            spans = child.drop_null().flatten().to_numpy().reshape(-1, 2).astype(np.int64)
            yield Match(name, where[took_part], spans[:, 0], spans[:, 0] + spans[:, 1])


def note(
    cuts: Cuts, draft: Draft, groups: Sequence[Match], rows: npt.NDArray[np.int32], at: Numbers
) -> list[Spans]:
    """Note the groups of texts that stand at ``at`` in rows; return the new cuts."""
    new = []
    for group in groups:
        where = group.where
        spans = Spans(rows[where], at[where] + group.start, at[where] + group.end)
        name = group.name.rstrip("0123456789")
        if name in SAYINGS:
            for row, start, end in zip(spans.row.tolist(), spans.start, spans.end, strict=True):
                say(cuts.said[name], row, _values(name, draft.text(start, end)))
        else:
            cuts.add(spans, KINDS.index(name))
            new.append(spans)
    return new


def say(said: dict[int, tuple[str, ...]], row: int, values: tuple[str, ...]) -> None:
    """Add values to those of a row, each once."""
    said[row] = tuple(dict.fromkeys((*said.get(row, ()), *values)))


def _values(name: str, text: str) -> tuple[str, ...]:
    """Return the values that a part names: labels and authors may be several."""
    several: Mapping[str, str] = {"labels": r"[،,|#]", "author": r"[،,/]|\s-\s"}
    parts = re.split(several[name], text) if name in several else [text]
    return tuple(filter(None, (part.strip(' "«»“”*-_.') for part in parts)))


def windows(draft: Draft, starts: Numbers, ends: Numbers) -> pa.Array:
    """Return these byte ranges, which end between characters, as a column."""
    return column_of(gather(draft.repaired.texts, starts, ends))


def settled(draft: Draft, places: Numbers, within: tuple[Numbers, Numbers], step: int) -> Any:
    """Move places that stand inside a character, by ``step``, to where one begins."""
    data = draft.repaired.texts.data
    places = np.clip(places, *within)
    if not len(data):
        return places
    for _ in range(3):
        inside = (data[np.minimum(places, len(data) - 1)] & 0xC0) == 0x80
        places = np.clip(np.where(inside, places + step, places), *within)
    return places
