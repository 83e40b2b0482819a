"""When a page was published and modified: what machines are told, then what is printed..

A date in the head of a page is mostly today's. It counts only when the page says that it is an
issue's («العدد 15906»), or when addresses on the page have the same day.
"""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, NamedTuple

from tasks.pages.json_ld import Linked
from tasks.pages.marks import BYLINE, DATE
from tasks.pages.outline import Outline
from tasks.text.date_words import RELATIVE
from tasks.text.letters import fold_letters
from tasks.text.printed_dates import AHEAD, Precision, PrintedDate, read_printed_date, zone_of

_PUBLISHED: Final = (
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished",
    "article:published", "published_time", "publish_date", "publishdate", "publish-date", "pubdate",
    "publication_date", "dc.date.issued", "dcterms.created", "dc.date", "dcterms.date",
    "sailthru.date", "parsely-pub-date", "cxenseparse:recs:publishtime", "article.published",
    "datecreated", "date", "dcterms.issued", "rnews:datepublished",
    "shareaholic:article_published_time",
)  # fmt: skip
_MODIFIED: Final = (
    "article:modified_time", "og:updated_time", "article:updated_time", "datemodified",
    "dcterms.modified",
    "last-modified", "lastmod", "article.updated", "og:modified_time", "modified_time",
)  # fmt: skip
_PRINTED: Final = re.compile(
    "(?:تاريخ )?(?:ال)?نشر|كتب في|اضيف|بتاريخ|published|posted|publie", re.IGNORECASE
)
_CHANGED: Final = re.compile("تحديث|تعديل|حدث|عدل|updated|modified", re.IGNORECASE)
_ISSUE: Final = re.compile(r"(?:ال)?عدد\W{0,3}\d")
_ADDRESS_DAY: Final = re.compile(r"(?<!\d)((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?!\d)")
_EARLIEST: Final = datetime(1950, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)
_EPOCH: Final = re.compile(r"1\d{9}(?:\d{3})?")
_SECONDS: Final = re.compile(r"\d\d:\d\d:\d\d")
_DIGIT: Final = re.compile(r"\d")
_YEAR: Final = re.compile(r"\d{4}")
_LONGEST: Final = 160
_BELOW: Final = 12
"""Runs below the headline among which its date is printed."""


class Dated(NamedTuple):
    """A date as printed, as a time in UTC (None if it cannot be read), and where it was found."""

    raw: str = ""
    at: datetime | None = None
    precision: str | None = None
    origin: str = ""


class Place(NamedTuple):
    """Where dates are looked for: the runs of the headline and of the body's start, addresses.

    Runs of ``timeline`` have dates of the story.
    """

    headline: int
    body: int
    addresses: tuple[str, ...]
    timeline: frozenset[int]


class Reading(NamedTuple):
    """How dates are read: the zone of clocks without one, and when the page was fetched."""

    timezone: str
    fetched_at: datetime | None


def find_dates(
    outline: Outline,
    linked: Linked,
    metas: dict[str, str],
    place: Place,
    reading: Reading,
) -> tuple[Dated, Dated]:
    """Return (published, modified)."""
    told = [("json-ld", linked.published)]
    told += [(_origin(name), metas[name]) for name in _PUBLISHED if name in metas]
    told += _microdata(outline, "datePublished")
    modified = [("json-ld", linked.modified)]
    modified += [(_origin(name), metas[name]) for name in _MODIFIED if name in metas]
    modified += _microdata(outline, "dateModified")
    printed, changed = _printed(outline, place)
    published = _first([*told, *printed], reading)
    if published.at is None:
        published = _first(_of_issue(outline, place), reading) or published
    if published.at is None:
        published = _first(
            [("url", day) for day in map(_day_in, place.addresses[:2]) if day], reading
        )
    raw = next(((origin, text) for origin, text in [*told, *printed] if text.strip()), None)
    if published.at is None and raw is not None:
        published = Dated(raw[1].strip(), None, None, raw[0])
    return published, _first([*modified, *changed], reading)


def _origin(name: str) -> str:
    return "opengraph" if name.startswith(("article:", "og:")) else "meta"


def _microdata(outline: Outline, name: str) -> list[tuple[str, str]]:
    spots = [spot for spot in outline.spots if name in spot.itemprop.split()]
    return [("microdata", spot.value or spot.text) for spot in spots[:3]]


def _first(candidates: list[tuple[str, str]], reading: Reading) -> Dated:
    """Return the first candidate that can be read."""
    for origin, raw in candidates:
        text = raw[: 2 * _LONGEST].strip()
        read = read_time(text, reading.timezone, reading.fetched_at) if text else None
        if read is not None:
            return Dated(text, read.at, read.precision, origin)
    return Dated()


@lru_cache(1 << 12)
def read_time(text: str, timezone: str, fetched_at: datetime | None) -> PrintedDate | None:
    """Return a date told to machines or to people; None if it is not sure or not plausible."""
    read = _for_machines(text, timezone)
    if read is None:
        read = read_printed_date(text, timezone=timezone, reference=fetched_at)
    if read is None or not _EARLIEST <= read.at <= _LATEST:
        return None
    return None if fetched_at is not None and read.at > fetched_at + AHEAD else read


def _for_machines(text: str, timezone: str) -> PrintedDate | None:
    """Return a time in ISO 8601, or in seconds or milliseconds since 1970."""
    if _EPOCH.fullmatch(text):
        return PrintedDate(datetime.fromtimestamp(int(text[:10]), UTC), "second")
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is None and len(text) <= len("2024-05-12"):
            return PrintedDate(at.replace(tzinfo=UTC), "day")
        local = at if at.tzinfo else at.replace(tzinfo=zone_of(timezone))
        at = local.astimezone(UTC)
    except (
        ValueError,
        OverflowError,
    ):  # the latter at the ends of time: the year 1, with an offset
        return None
    precision: Precision = "second" if _SECONDS.search(text) else "minute"
    return PrintedDate(at, precision)


def _printed(outline: Outline, place: Place) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return (dates around the headline, those that tell of a change), the nearest first."""
    headline, body = place.headline, place.body
    near: list[tuple[int, str, str]] = []
    for spot in outline.spots:
        if (
            not spot.marks & (DATE | BYLINE)
            or spot.run in place.timeline
            or not headline - 4 <= spot.run <= max(headline, body) + _BELOW
        ):
            continue
        texts = [spot.value, spot.text] if spot.marks & DATE else [spot.text]
        distance = _distance(spot.run, headline) + (0 if spot.marks & DATE else 3)
        near += [
            (distance, "html", text)
            for text in texts
            if _may_be_date(text) or (len(text) < _LONGEST and RELATIVE.search(fold_letters(text)))
        ]
    for number in range(max(headline - 3, 0), min(max(headline, body) + _BELOW, len(outline.runs))):
        text = outline.runs[number].text
        if number in place.timeline or not _may_be_date(text):
            continue
        if number < body or read_printed_date(text, whole=True):
            named = 0 if _PRINTED.search(fold_letters(text)) else 6
            near.append((_distance(number, headline) + named, "text", text))
    near.sort(key=lambda each: each[0])
    changed = [(origin, text) for _, origin, text in near if _CHANGED.search(fold_letters(text))]
    first = [
        (origin, text)
        for _, origin, text in near
        if not _CHANGED.search(fold_letters(text)) or _PRINTED.search(fold_letters(text))
    ]
    return [*first, *changed], changed


def _distance(run: int, headline: int) -> int:
    """Return how far a run is from the headline; what stands above it is further."""
    return run - headline if run >= headline else 8 + headline - run


def _may_be_date(text: str) -> bool:
    return 6 <= len(text) <= _LONGEST and _DIGIT.search(text) is not None


def _of_issue(outline: Outline, place: Place) -> list[tuple[str, str]]:
    """Return dates in the page's head, or below its body, that are not just today's."""
    days = {_day_in(address) for address in place.addresses} - {""}
    found = []
    for number, run in enumerate(outline.runs[:400]):
        text = run.text
        if not _may_be_date(text) or place.headline <= number <= place.body + _BELOW:
            continue
        if not _YEAR.search(text):
            continue
        marks = outline.elements[run.element].marks
        issue = "عدد" in text and _ISSUE.search(fold_letters(text)) is not None
        dated = marks & DATE and number < place.headline
        if not issue and not dated and not _PRINTED.search(fold_letters(text)):
            continue
        read = read_printed_date(text)
        if read is None:
            continue
        if issue or f"{read.at:%Y-%m-%d}" in days or _PRINTED.search(fold_letters(text)):
            found.append(("text", text))
    return found


def _day_in(address: str) -> str:
    found = _ADDRESS_DAY.search(address[:300])
    return f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}" if found else ""
