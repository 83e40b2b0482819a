"""Dates as papers print them for people, in words: one text at a time.

«الأحد 12 مارس 2023 - 05:23 م», «14 تشرين أول 2010م/06 ذو القعدة 1431 هـ», «٣ رمضان ١٤٤٤»,
«5 غشت 2023», «منذ ساعتين». Months by their names of Egypt and the Gulf, the Levant and Iraq,
Tunisia and Algeria, Morocco, Sudan (as in the Levant or Egypt), English and French; the Hijra by
the calendar of Umm al-Qura. Where a day is printed in both calendars, the Gregorian counts. What is
not sure is not read: there is no date without a day, and none without a year unless the time of
reading is told.
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hijridate import Hijri

from tasks.errors import StopRun
from tasks.text.date_words import (
    AGO,
    BACK,
    BY_CLOCK_OF,
    COUNTS,
    EVENING,
    FILLER,
    FOLD,
    HIJRI_NAMED,
    HIJRI_NUMBERS,
    HOUR,
    ISO,
    LONG_NUMBER,
    MONTH_NUMBERS,
    MORNING,
    NAME_FIRST,
    NAMED,
    NAMED_DAY,
    NIGHT,
    NOON,
    NOW,
    NUMBERS,
    OFFSET,
    RELATIVE,
    TIME,
    TWOS,
    UNITS,
    UNIVERSAL,
    YEAR_FIRST_NAMED,
    ZONES,
)

Precision = Literal["day", "minute", "second"]

LONGEST: Final = 300
"""Characters of the longest text that is tried."""

EARLIEST_YEAR: Final = 1900
LATEST_YEAR: Final = 2100
_HIJRI_YEARS: Final = range(1343, 1501)
"""The years of hijridate's table, 1924 to 2077."""

AHEAD: Final = timedelta(days=2)
"""How far behind the time of reading a date may lie: clocks and time zones differ."""


class PrintedDate(NamedTuple):
    """A point in time in UTC and how exact it was printed; a day is its 00:00 UTC."""

    at: datetime
    precision: Precision


class _Day(NamedTuple):
    year: int
    month: int
    day: int
    spans: tuple[tuple[int, int], ...]


def read_printed_date(
    text: str,
    *,
    timezone: str = "UTC",
    reference: datetime | None = None,
    whole: bool = False,
) -> PrintedDate | None:
    """Return the first date that a text prints, None when there is none that is sure.

    A time without a zone is in ``timezone`` (IANA). ``reference`` is when the text was read, an
    aware time: «منذ ساعتين», «أمس» and a day without its year are told from it, and what lies more
    than two days behind it is no date. ``whole``: the text is nothing but a date, with words such
    as «نشر في». A page that tells hours is read to the minute, though it was rounded.
    Raises :class:`StopRun` when the system does not know the time zone.
    """
    told = _tidy(text)
    if told is None:
        return None
    zone = zone_of(timezone)
    found = _absolute(told, zone, reference) or _relative(told, zone, reference)
    if found is None:
        return None
    read, spans = found
    if reference is not None and read.at > reference + AHEAD:
        return None
    if whole and _is_more_than_date(told, spans):
        return None
    return read


def _tidy(text: str) -> str | None:
    if len(text) > LONGEST:
        return None
    told = " ".join(text.translate(FOLD).split())
    return told if any(map(str.isdigit, told)) or RELATIVE.search(told) else None


@lru_cache(64)
def zone_of(timezone: str) -> ZoneInfo:
    """Return a time zone by its IANA name; raise :class:`StopRun` for one that is not known."""
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise StopRun("There is no such time zone", timezone=timezone) from error


_Found = tuple[PrintedDate, tuple[tuple[int, int], ...]]


def _absolute(told: str, zone: ZoneInfo, reference: datetime | None) -> _Found | None:
    told = ISO.sub(r"\1-\2-\3 ", told)
    day = _gregorian(told, reference) or _hijri(told)
    if day is None:
        return None
    spans = list(day.spans)
    hijri = HIJRI_NAMED.search(told) or _hijri_numbers(told)
    if hijri is not None:
        spans.append(hijri.span())
    when = datetime(day.year, day.month, day.day, tzinfo=UTC)
    read, clock_spans = _at_clock(told, PrintedDate(when, "day"), zone, spans)
    return read, (*spans, *clock_spans)


def _gregorian(told: str, reference: datetime | None) -> _Day | None:
    readers: tuple[Callable[[str], _Day | None], ...] = (_named, _numbers)
    for reader in readers:
        found = reader(told)
        if found is not None:
            return found
    return _without_year(told, reference) if reference is not None else None


def _named(told: str) -> _Day | None:
    for shape in (NAMED, NAME_FIRST, YEAR_FIRST_NAMED):
        for found in shape.finditer(told):
            if found["year"] is None or _is_hijri_year(int(found["year"])):
                continue
            day = _valid(
                int(found["year"]), _month_of(found["month"]), int(found["day"]), found.span()
            )
            if day is not None:
                return day
    return None


def _month_of(name: str) -> int:
    name = name.lower().rstrip(".")
    return MONTH_NUMBERS.get(name) or MONTH_NUMBERS[_spaced(name)]


@lru_cache(64)
def _spaced(name: str) -> str:
    """Return a name of two words as the table has it: «كانونالثاني» is one too."""
    return next(each for each in MONTH_NUMBERS if each.replace(" ", "") == name.replace(" ", ""))


def _is_hijri_year(year: int) -> bool:
    return year in _HIJRI_YEARS


def _valid(year: int, month: int, day: int, span: tuple[int, int]) -> _Day | None:
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        return None
    try:
        date(year, month, day)
    except ValueError:
        return None
    return _Day(year, month, day, (span,))


def _numbers(told: str) -> _Day | None:
    """Return a day in three numbers: the year first or last; of the others the day stands first.

    Unless only the other order is a date: «04/25/2010». A year of two digits is not sure.
    """
    for found in NUMBERS.finditer(told):
        first, second, third = (int(found[name]) for name in "abc")
        if found["era"] and found["era"].startswith("ه"):
            continue
        if len(found["a"]) == 4:
            day = _valid(first, second, third, found.span())
        elif len(found["a"]) <= 2 and len(found["c"]) == 4:
            day = _valid(third, second, first, found.span()) or _valid(
                third, first, second, found.span()
            )
        else:
            continue
        if day is not None:
            return day
    return None


def _without_year(told: str, reference: datetime) -> _Day | None:
    """Return the last day of that name before the time of reading."""
    found = NAMED.search(told)
    if found is None or found["year"] is not None or LONG_NUMBER.match(told, found.end()):
        return None
    latest = (reference + AHEAD).date()
    for year in (latest.year, latest.year - 1):
        day = _valid(year, _month_of(found["month"]), int(found["day"]), found.span())
        if day is not None and date(day.year, day.month, day.day) <= latest:
            return day
    return None


def _hijri_numbers(told: str) -> re.Match[str] | None:
    for found in NUMBERS.finditer(told):
        year = found["c"] if len(found["c"]) == 4 else found["a"]
        if len(year) == 4 and _is_hijri_year(int(year)):
            return found
    return None


def _hijri(told: str) -> _Day | None:
    named = HIJRI_NAMED.search(told)
    if named is not None and named["year"] is not None:
        name = named["month"]
        month = HIJRI_NUMBERS.get(name) or next(
            number
            for each, number in HIJRI_NUMBERS.items()
            if each.replace(" ", "") == name.replace(" ", "")
        )
        return _from_hijri(int(named["year"]), month, int(named["day"]), named.span())
    found = _hijri_numbers(told)
    if found is None:
        return None
    first, second, third = (int(found[name]) for name in "abc")
    if first > 31:
        return _from_hijri(first, second, third, found.span())
    return _from_hijri(third, second, first, found.span())


def _from_hijri(year: int, month: int, day: int, span: tuple[int, int]) -> _Day | None:
    if not _is_hijri_year(year):
        return None
    try:
        gregorian = Hijri(year, month, day).to_gregorian()
    except (ValueError, OverflowError):
        return None
    return _Day(gregorian.year, gregorian.month, gregorian.day, (span,))


class _Clock(NamedTuple):
    """A time of day and its place; ``at`` is None where its half is not sure.

    «14:30 صباحا» contradicts itself, and the م of «2023 م 09:30» may be the era's.
    """

    at: time | None
    precision: Precision
    span: tuple[int, int]


def _at_clock(
    told: str, day: PrintedDate, zone: ZoneInfo, taken: Sequence[tuple[int, int]]
) -> _Found:
    """Return a day with the time beside it, and where the text says that time."""
    clock = _clock(told, taken)
    if clock is None or clock.at is None:
        return day, () if clock is None else (clock.span,)
    local = datetime.combine(day.at, clock.at, UTC)
    offset, its_span = _offset_of(told, clock.span, local, zone)
    spans = (clock.span,) if its_span is None else (clock.span, its_span)
    return PrintedDate(local - offset, clock.precision), spans


def _clock(told: str, taken: Sequence[tuple[int, int]]) -> _Clock | None:
    """Return the first time beside the date; one that no clock shows (25:10) is none."""
    for found in TIME.finditer(told):
        if _is_taken(found.start("hour"), found.end("minute"), taken):
            continue
        shown, minute, second = (int(found[name] or 0) for name in ("hour", "minute", "second"))
        if shown < 24 and minute < 60 and second < 60:
            hour = _hour(shown, found["after"] or found["before"] or "")
            of_era = found["before"] and _is_taken(*found.span("before"), taken)
            if of_era and not found["after"] and shown <= 12:
                hour = None
            at = None if hour is None else time(hour, minute, second)
            return _Clock(at, "second" if found["second"] else "minute", found.span())
    for found in HOUR.finditer(told):
        shown = int(found["hour"] or found["bare"])
        if shown < 24 and not _is_taken(*found.span(), taken):
            hour = _hour(shown, found["after"] or found["part"])
            return _Clock(None if hour is None else time(hour), "minute", found.span())
    return None


def _is_taken(first: int, last: int, taken: Sequence[tuple[int, int]]) -> bool:
    return any(first < end and start < last for start, end in taken)


def _hour(hour: int, half: str) -> int | None:
    """Return the hour of 24, None where the half of the day contradicts it: «14 صباحا».

    «12 ص» is midnight, «12 ظهرا» noon, «10 ليلا» 22, «2 ليلا» 2, «14 م» 14.
    """
    if MORNING.fullmatch(half):
        return hour % 12 if hour <= 12 else None
    if NIGHT.fullmatch(half):
        return None if 12 < hour < 18 else hour % 12 + (12 if hour % 12 >= 6 else 0)
    if NOON.fullmatch(half):
        return (hour if hour >= 10 else hour + 12) if hour < 18 else None
    return hour + 12 if EVENING.fullmatch(half) and hour < 12 else hour


def _offset_of(
    told: str, clock: tuple[int, int], local: datetime, zone: ZoneInfo
) -> tuple[timedelta, tuple[int, int] | None]:
    """Return how far east of UTC the clock stands, and where the text says so."""
    for found in OFFSET.finditer(told):
        named = found[0][0] not in "+-( "
        behind = found.start() >= clock[1] and told[clock[1] : found.start()].strip() in {"", "("}
        if named or behind:
            hours, minutes = int(found["hours"]), int(found["minutes"] or 0)
            if hours <= 14 and minutes < 60:
                east = timedelta(hours=hours, minutes=minutes)
                return (-east if found["sign"] == "-" else east), found.span()
    if universal := UNIVERSAL.search(told):
        return timedelta(), universal.span()
    by_place = BY_CLOCK_OF.search(told)
    if by_place is not None:
        zone = ZoneInfo(ZONES[by_place["place"] or by_place["near"]])
        return _east(local, zone), by_place.span()
    return _east(local, zone), None


def _east(local: datetime, zone: ZoneInfo) -> timedelta:
    return local.replace(tzinfo=zone).utcoffset() or timedelta()


def _relative(told: str, zone: ZoneInfo, reference: datetime | None) -> _Found | None:
    """Return what is told from the time of reading, to the minute or to the day as it is told."""
    if reference is None:
        return None
    if found := NOW.search(told):
        at = reference.astimezone(UTC).replace(second=0, microsecond=0)
        return PrintedDate(at, "minute"), (found.span(),)
    return _ago(told, zone, reference) or _named_day(told, zone, reference)


def _ago(told: str, zone: ZoneInfo, reference: datetime) -> _Found | None:
    ago = AGO.search(told)
    if ago is None:
        return None
    unit = (ago["unit"] or ago["unit_en"]).lower()
    count = ago["count"] or ago["count_en"] or ("2" if unit in TWOS else "1")
    number = 1 if unit in TWOS else COUNTS.get(count) or (int(count) if count.isdigit() else 1)
    back = timedelta(seconds=UNITS[unit] * number)
    if UNITS[unit] >= UNITS["يوم"]:
        return _day_of(reference.astimezone(zone) - back), (ago.span(),)
    at = (reference - back).astimezone(UTC).replace(second=0, microsecond=0)
    return PrintedDate(at, "minute"), (ago.span(),)


def _named_day(told: str, zone: ZoneInfo, reference: datetime) -> _Found | None:
    day = NAMED_DAY.search(told)
    if day is None:
        return None
    spans = [day.span()]
    read = _day_of(reference.astimezone(zone) - timedelta(days=BACK[day["day"].lower()]))
    timed, clock_spans = _at_clock(told, read, zone, spans)
    return timed, (*spans, *clock_spans)


def _day_of(local: datetime) -> PrintedDate:
    return PrintedDate(datetime(local.year, local.month, local.day, tzinfo=UTC), "day")


def _is_more_than_date(told: str, spans: tuple[tuple[int, int], ...]) -> bool:
    """Tell whether letters or digits are left beside the date, its time and the usual words."""
    left = list(ISO.sub(r"\1-\2-\3 ", told))
    for start, end in spans:
        left[start:end] = " " * (end - start)
    rest = FILLER.sub(" ", BY_CLOCK_OF.sub(" ", "".join(left)))
    return any(map(str.isalnum, rest))
