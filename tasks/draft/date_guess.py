"""Which columns hold dates, and which strptime formats read those that nothing else reads."""

import re
from calendar import day_name, month_name
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import permutations
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import ValidationError

from tasks.draft.printed_dates import has_arabic_month, has_unread_half, tidy_date
from tasks.sources import SourceProfile
from tasks.text.dates import read_dates

EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)
"""What a newspaper can be of; no clock is asked, so that the same source gives the same draft."""

MOST_TRIED: Final = 300
LONGEST: Final = 60
"""Different texts that formats are guessed from, and the longest date in characters."""

MOST_MAKES: Final = 6
"""Makes of dates that are looked at, the most frequent ones."""

FEWEST: Final = 2
"""Texts that only one order of day and month reads, from which it is certain."""

_TOKEN: Final = re.compile(r"\d+|[^\W\d_]+|\s+|.", re.DOTALL)
_DIRECTIVE: Final = re.compile(r"%[A-Za-z]")
_YEAR_FIRST: Final = re.compile(r"[^%]*%y")
_ORDERS: Final = {("%d", "%m", "%y"), ("%m", "%d", "%y"), ("%y", "%m", "%d")}
"""Orders of three numbers that anybody writes."""

_MONTHS: Final = frozenset(map(str.lower, month_name[1:]))
_DAYS: Final = frozenset(map(str.lower, day_name))
_HALVES: Final = frozenset({"am", "pm"})
_OFFSET: Final = re.compile(r"(?<=:\d\d)(\s*)([+-]\d{2}:?\d{2}|Z)$")
_ZONE: Final = re.compile(r"(?:[+-]\d{2}:?\d{2}|[Zz]|GMT|UTC)$")
_TIME: Final = re.compile(r"\d{1,2}:\d{2}")
_NUMBERS_FIRST: Final = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.]\d{4}(?!\d)")


@dataclass(frozen=True, slots=True)
class DateReading:
    """How the dates of a column read: counts of records, and formats for the rest.

    ``read`` are those that built-in forms read, ``by_formats`` the certain formats beside them,
    ``by_any`` the possible ones too.

    ``certain`` formats are those that read what is left and have no rival; ``possible`` ones rival.
    ``day_first`` and ``month_first`` count numbers such as 25/12/2019 and 12/25/2019, ``either``
    those that can be both, which are read day first unless a certain format comes before: dates in
    words are read last. ``zoneless`` are read, have a time and no
    offset. Of dates that nothing reads, ``arabic_months`` name their month in Arabic and ``halves``
    the half of the day in words that strptime does not know.
    """

    told: int
    read: int
    by_formats: int
    by_any: int
    certain: tuple[str, ...]
    possible: tuple[str, ...]
    unread_example: str
    day_first: int
    month_first: int
    either: int
    timed: int
    zoneless: int
    arabic_months: int
    halves: int

    @property
    def unread(self) -> int:
        """Those that neither built-in forms nor any of the formats read."""
        return self.told - self.read - self.by_any

    @property
    def share(self) -> float:
        """The share of the values that are dates, with all the formats."""
        return (self.read + self.by_any) / max(self.told, 1)

    @property
    def order_is_wrong(self) -> bool:
        """Whether dates that can be read both ways are read day first and should not be."""
        return self.month_first >= FEWEST and not self.day_first and self.either > 0


def look_at_dates(values: Sequence[str]) -> DateReading:
    """Return how these texts read as dates; each different one is looked at once."""
    counts = Counter(tidy_date(value) for value in values if len(value) <= LONGEST)
    texts = list(counts)
    unread = _unread(texts)
    certain, possible = guess_formats(unread[:MOST_TRIED])
    left = _left_by(certain, unread)
    lost = _left_by(possible, left)
    readable = set(texts).difference(lost)
    in_words = _unread(texts, in_words=False)
    orders = _orders(counts, set(in_words).difference(_left_by(certain, in_words)))
    timed = [text for text in texts if _TIME.search(text)]
    zoneless = [text for text in timed if text in readable and not _ZONE.search(text)]
    return DateReading(
        told=len(values),
        read=sum(counts.values()) - sum(counts[text] for text in unread),
        by_formats=sum(counts[text] for text in unread) - sum(counts[text] for text in left),
        by_any=sum(counts[text] for text in unread) - sum(counts[text] for text in lost),
        certain=certain,
        possible=possible,
        unread_example=(left or unread or [""])[0],
        day_first=orders["day"],
        month_first=orders["month"],
        either=orders["either"],
        timed=sum(counts[text] for text in timed),
        zoneless=sum(counts[text] for text in zoneless),
        arabic_months=sum(counts[text] for text in lost if has_arabic_month(text)),
        halves=sum(counts[text] for text in lost if has_unread_half(text)),
    )


def _unread(texts: list[str], *, in_words: bool = True) -> list[str]:
    column = pa.array(texts, pa.string())
    read = read_dates(column, timezone="UTC", earliest=EARLIEST, latest=LATEST, in_words=in_words)
    rows = np.flatnonzero(np.asarray(pc.is_null(read.at)))
    return [texts[row] for row in rows.tolist()]


def _left_by(formats: Sequence[str], texts: list[str]) -> list[str]:
    return [text for text in texts if not any(_is_read(shape, text) for shape in formats)]


def _orders(counts: Counter[str], by_formats: set[str]) -> Counter[str]:
    orders = Counter[str]()
    for text, count in counts.items():
        found = _NUMBERS_FIRST.match(text)
        if found:
            first, second = int(found[1]), int(found[2])
            if first <= 12 and second <= 12:
                orders["either"] += count * (first != second and text not in by_formats)
            elif first <= 31 and second <= 31:
                orders["day" if first > 12 else "month"] += count
    return orders


def guess_formats(texts: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return (formats that read these texts and have no rival, formats that rival).

    Texts of one make are judged together. A format is certain when it reads all of them that any
    reads, at least ``FEWEST`` of which no other order of day, month and year reads.
    """
    makes: dict[tuple[str, ...], list[str]] = {}
    for text in texts:
        makes.setdefault(tuple(map(_kind, _tokens(text))), []).append(text)
    certain: dict[str, None] = {}
    possible: dict[str, None] = {}
    for some in sorted(makes.values(), key=len, reverse=True)[:MOST_MAKES]:
        read = {shape: reads for shape in _shapes(some[0]) if (reads := _reads(shape, some))}
        usual = {shape: reads for shape, reads in read.items() if not _YEAR_FIRST.match(shape)}
        if any(len(reads) == len(some) for reads in usual.values()):
            read = usual  # «25/12/19» could be of 2025, and nobody writes so beside «31/12/19»
        every = set[str]().union(*read.values())
        whole = [shape for shape, reads in read.items() if reads == every]
        alone = read[whole[0]].difference(*_others(read, whole[0])) if len(whole) == 1 else ()
        if len(alone) >= min(FEWEST, len(some)):
            certain[whole[0]] = None
        else:
            possible |= dict.fromkeys(whole or read)
    return tuple(certain), tuple(shape for shape in possible if shape not in certain)


def _others(read: dict[str, set[str]], own: str) -> list[set[str]]:
    return [reads for shape, reads in read.items() if shape != own]


def _tokens(text: str) -> list[str]:
    offset = _OFFSET.search(text)
    if offset is None:
        return _TOKEN.findall(text)
    return _TOKEN.findall(text[: offset.start()]) + [part for part in offset.groups() if part]


def _kind(token: str) -> str:
    """Return what a part of a date is, so that dates of one make have the same parts."""
    if token.isdigit():
        return "9" * min(len(token), 5) if len(token) > 2 else "9"
    if len(token) > 1 and token[0] in "+-":
        return "%z"
    word = token.lower()
    if word in _MONTHS or (len(word) == 3 and any(name.startswith(word) for name in _MONTHS)):
        return "%b" if len(word) == 3 else "%B"
    if word in _DAYS or (len(word) == 3 and any(name.startswith(word) for name in _DAYS)):
        return "%a" if len(word) == 3 else "%A"
    if word in _HALVES:
        return "%p"
    return " " if token.isspace() else token


def _shapes(text: str) -> list[str]:
    """Return the formats that a text may be in: every order of its day, month and year.

    None where «م» would stand beside the hour as a letter: «02:30 م» would be read as 02:30.
    """
    if has_unread_half(text):
        return []
    tokens = _tokens(text)
    kinds = [_kind(token) for token in tokens]
    parts: list[str] = []
    dates: list[int] = []
    clock = ["%I" if "%p" in kinds else "%H", "%M", "%S"]
    for place, (token, kind) in enumerate(zip(tokens, kinds, strict=True)):
        before = tokens[place - 1] if place else ""
        after = tokens[place + 1] if place + 1 < len(tokens) else ""
        if not token.isdigit():
            parts.append(kind if kind.startswith("%") and len(kind) == 2 else _literal(token))
        elif ":" in {before, after} and clock:
            parts.append(clock.pop(0))
        elif len(token) == 4:
            parts.append("%Y")
        elif len(token) <= 2:
            dates.append(len(parts))
            parts.append("")
        else:
            return []
    wanted = [part for part in ("%d", "%m", "%y") if not _is_told(part, kinds, parts)]
    if len(wanted) != len(dates) or len(tokens) > 24:
        return []
    found = []
    for order in permutations(wanted):
        if len(order) == 3 and order not in _ORDERS:
            continue
        filled = list(parts)
        for place, part in zip(dates, order, strict=True):
            filled[place] = part
        found.append("".join(filled))
    return list(filter(_is_format, found))


def _is_format(shape: str) -> bool:
    """Whether a profile may name it; not one with the same part twice, on which strptime breaks."""
    parts = _DIRECTIVE.findall(shape)
    if len(set(parts)) < len(parts):
        return False
    try:
        SourceProfile(name="any", date_formats=(shape,))
    except ValidationError:
        return False
    return True


def _literal(token: str) -> str:
    return " " if token.isspace() else token.replace("%", "%%")


def _is_told(part: str, kinds: list[str], parts: list[str]) -> bool:
    if part == "%m":
        return "%b" in kinds or "%B" in kinds
    return part == "%y" and "%Y" in parts


def _reads(shape: str, texts: list[str]) -> set[str]:
    return {text for text in texts if _is_read(shape, text)}


def _is_read(shape: str, text: str) -> bool:
    try:
        read = datetime.strptime(text, shape)  # noqa: DTZ007 (its zone is the profile's)
    except ValueError:
        return False
    return EARLIEST.year <= read.year < LATEST.year
