"""Keys about dates: formats, and the time zone of times that state no offset."""

from collections import Counter
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from tasks.draft.arab_zones import ZONES
from tasks.draft.date_guess import DateReading, look_at_dates
from tasks.draft.field_guess import FieldGuess
from tasks.draft.printed_dates import is_epoch
from tasks.draft.toml_text import Entry, example

_USUAL: Final = "Africa/Cairo"


def date_entries(fields: dict[str, FieldGuess]) -> Iterator[Entry]:
    """Yield ``date_formats``: those that have no rival as a key, the others to choose from."""
    read = _readings(fields)
    certain = tuple(dict.fromkeys(shape for each in read.values() for shape in each.certain))
    possible = dict.fromkeys(shape for each in read.values() for shape in each.possible)
    left = tuple(shape for shape in possible if shape not in certain)
    some = {field: each for field, each in read.items() if each.certain or each.possible}
    why = tuple(line for field, each in some.items() for line in _told(field, each))
    if certain:
        yield Entry(key="date_formats", value=certain, certain=True, why=why)
    if left and certain:
        doubt = "To accept one, add it to the list above; day and month can be either way round."
        yield Entry(key="date_formats", value=left, certain=False, why=(doubt,))
    elif left:
        doubt = "Nothing in the sample tells which of these is meant; keep the right one."
        yield Entry(key="date_formats", value=left, certain=False, why=(*why, doubt))


def date_notes(fields: dict[str, FieldGuess]) -> Iterator[str]:
    """Yield what there is to say of dates where no format is to be told."""
    for field, read in _readings(fields).items():
        if not read.certain and not read.possible:
            yield from _told(field, read)
        if read.either and not read.day_first and not read.month_first:
            yield (
                f"{read.either:,} dates are read with the day first and could be read with the "
                "month first; none tells which is meant."
            )


def date_doubts(guess: FieldGuess) -> Iterator[str]:
    """Yield how numbers are read, and how many dates are not read as times at all."""
    read = look_at_dates(guess.values)
    if guess.values and sum(map(is_epoch, guess.values)) > len(guess.values) / 2:
        yield "Numbers are seconds or milliseconds since 1970, in UTC."
    if read.unread:
        yield (
            f"{read.unread:,} of {read.told:,} are not read as a time: see what is said of dates "
            f"of «{guess.field}»."
        )


def _readings(fields: dict[str, FieldGuess]) -> dict[str, DateReading]:
    names = (name for name in ("published", "modified") if name in fields)
    return {name: look_at_dates(fields[name].values) for name in names}


def _told(field: str, read: DateReading) -> Iterator[str]:
    unread = read.told - read.read
    if unread:
        yield (
            f"{unread:,} of {read.told:,} dates of «{field}» are read by no built-in form, such as "
            f"{example(read.unread_example)}; formats read {read.by_formats:,} of them."
        )
    if read.arabic_months:
        yield (
            f"{read.arabic_months:,} of them name the month in Arabic, which strptime does not "
            "know: no format reads those."
        )
    if read.halves:
        yield (
            f"{read.halves:,} of them say the half of the day as ص or م, in words or as p.m., "
            "which strptime does not know: a format with the letter as it stands would be wrong by "
            "12 hours."
        )
    if read.unread and field == "modified":
        yield f"{read.unread:,} records have no modified_at: what is not read gives none."
    if read.unread and field == "published":
        yield (
            f"What is not read is kept as it is printed, in published_raw, and {read.unread:,} "
            "records have no published_at."
        )
    if read.order_is_wrong:
        yield (
            f"WRONG as read: {read.month_first:,} dates have the month first, none the day, and "
            f"{read.either:,} more that could be either are read day first. Formats are "
            "tried last, so none mends those: turn the dates round before."
        )
    elif read.month_first and read.day_first:
        yield f"{read.day_first:,} dates have the day first and {read.month_first:,} the month."


def timezone_entry(fields: dict[str, FieldGuess]) -> Iterator[Entry]:
    """Yield ``timezone``, always for a person to accept: times do not say where they are from."""
    published = fields.get("published")
    if published is None or not published.values:
        return
    read = look_at_dates(published.values)
    if not read.zoneless:
        return
    url = fields.get("url")
    zone, ending = _zone_of(url.values if url else ())
    why = (
        f"{read.zoneless:,} of {read.told:,} times state no offset and are read as UTC without this"
    )
    why += f"; most addresses end in .{ending}." if ending else "; write the outlet's own."
    yield Entry(key="timezone", value=zone, certain=False, why=(why,))


def _zone_of(urls: tuple[str, ...]) -> tuple[str, str]:
    endings = Counter(filter(None, map(_ending, urls[:500])))
    for ending, count in endings.most_common(1):
        if count > len(urls[:500]) / 2:
            return ZONES[ending], ending
    return _USUAL, ""


def _ending(url: str) -> str:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    ending = host.rpartition(".")[2]
    return ending if ending in ZONES else ""
