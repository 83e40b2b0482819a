"""Printed dates as points in time: whole columns through RE2 and integer arithmetic."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from expectations.columns import TIMESTAMP
from expectations.schema import UNKNOWN_MONTH
from tasks.errors import StopRun
from tasks.text.printed_dates import read_printed_date

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_ZONE: Final = r"(?P<zone>[Zz]|UTC?|GMT|[ECMP][SD]T|[+-]\d{2}:?\d{2}|[+-]\d{2})"
_TIME: Final = (
    r"(?:(?:[Tt]|,? +(?:- +)?)(?P<hour>\d{1,2}):(?P<minute>\d{2})"
    rf"(?::(?P<second>\d{{2}})(?:[.,](?P<fraction>\d{{1,9}}))?)? *{_ZONE}?)?"
)
_SHAPES: Final = (
    # 2018-03-01T21:09:02+04:00, 2009-01-01, 2015/03/01 10:20, 2023-12-01T08:43:00.0000000
    rf"^(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}}){_TIME}$",
    # 05/01/2010 (5 January), 5-1-2010 10:20: the day stands first, as Arabic papers print it
    rf"^(?P<day>\d{{1,2}})[-/.](?P<month>\d{{1,2}})[-/.](?P<year>\d{{4}}){_TIME}$",
    # Thu, 01 Mar 2018 21:09:02 +0400 (RFC 2822)
    rf"^(?:[A-Za-z]{{3,9}},? +)?(?P<day>\d{{1,2}}) +(?P<name>[A-Za-z]+) +(?P<year>\d{{4}}){_TIME}$",
    # 20180301, 20180301T210902Z, 201803012109 (ISO 8601, basic)
    r"^(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"
    rf"(?:[Tt]?(?P<hour>\d{{2}})(?P<minute>\d{{2}})(?P<second>\d{{2}})? *{_ZONE}?)?$",
    # 1519927742, 1519927742000, 1519927742.5: seconds or milliseconds since 1970
    r"^(?P<epoch>\d{9,10})(?P<thousandths>\d{3})?(?:\.(?P<fraction>\d{1,9}))?$",
)
_MONTHS: Final = {
    name[:length]: number
    for number, name in enumerate(
        ("january", "february", "march", "april", "may", "june", "july", "august", "september",
         "october", "november", "december"), start=1,
    )
    for length in (3, 4, len(name))
    if length == len(name) or length == 3 or name == "september"
}  # fmt: skip
_ZONES: Final = {
    "EST": -300, "EDT": -240, "CST": -360, "CDT": -300,
    "MST": -420, "MDT": -360, "PST": -480, "PDT": -420,
}  # fmt: skip
"""Minutes east of UTC of the names that RFC 2822 knows."""

_EASTERN_DIGITS: Final = "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹"
_INVISIBLE: Final = (
    r"[\x{61c}\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2066}-\x{2069}\x{feff}]"  # bidi controls, BOM
)
_LONGEST: Final = 100
"""Bytes of the longest text that is tried: no date is printed longer."""

_LARGEST_OFFSET: Final = 18 * 60
_PRECISIONS: Final = pa.array(["day", "minute", "second"])
_DAY, _MINUTE, _SECOND, _UNREAD = 0, 1, 2, 3
_PRECISION_CODES: Final = {"day": _DAY, "minute": _MINUTE, "second": _SECOND}
_WORDED: Final = (
    r"^.{0,40}\d.{0,40}[ء-ي]|^.{0,40}[ء-ي].{0,60}\d"
    r"|\d{4}.*\d ?[:：∶h] ?\d\d|\d ?[:：∶h] ?\d\d.*\d{4}|\d{4}.*[^\d./-]\d{1,2}\.\d\d\b"
    r"|\d{4}.*\d ?[AaPp]\.? ?[Mm]\b|\d ?[AaPp]\.? ?[Mm]\b.*\d{4}"
)
"""A number and an Arabic letter, or a clock: months, eras and halves of the day are in words."""
_MONTH_FIRST: Final = r"\b(?:0?[1-9]|1[0-2])[-/.](?:1[3-9]|2\d|3[01])[-/.]\d{4}"
"""«12/25/2019 2:30 PM» is left to the profile's formats, since 04/05/2019 is read day first."""

_MICROSECONDS: Final = 1_000_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_QUARTER: Final = 15 * 60 * _MICROSECONDS
"""Clocks change at full quarters of an hour."""


class Dates(NamedTuple):
    """Columns of one length: the time, its precision, and what is wrong when there is none.

    ``at`` is UTC in microseconds; ``precision`` is ``day``, ``minute`` or ``second``; ``problem``
    is ``no-date``, ``unreadable-date`` or ``implausible-date``. Where one is null, so is the other.
    """

    at: pa.Array
    precision: pa.Array
    problem: pa.Array


def read_dates(  # noqa: PLR0913
    raw: pa.Array | pa.ChunkedArray,
    *,
    timezone: str,
    earliest: datetime,
    latest: datetime,
    formats: Sequence[str] = (),
    in_words: bool = False,
) -> Dates:
    """Read a column of printed dates; each distinct text is read once.

    ISO 8601 and its common variants, RFC 2822, day first with ``/``, ``-`` or ``.``, seconds and
    milliseconds since 1970, in European or Arabic digits; then ``formats`` (strptime, one text at a
    time); with ``in_words``, then dates with Arabic months, halves of the day («2:30 p.m.», «12:10
    بعد الظهر») and clocks anywhere beside the day, one distinct text at a time
    (:mod:`tasks.text.printed_dates`), but none that is told from today. A time without an offset is
    in ``timezone``; a day without a time is 00:00 UTC of that day. Raises :class:`StopRun` when the
    system does not know the time zone.
    """
    if isinstance(raw, pa.ChunkedArray):
        raw = raw.combine_chunks()
    coded = raw.cast(pa.string()).dictionary_encode()
    texts = _tidy(coded.dictionary)
    read = _read_distinct(texts, timezone, formats)
    if in_words:
        _read_words(texts, read, timezone)
    blank = np.asarray(pc.equal(texts, ""))
    unread = read.precision == _UNREAD
    outside = (read.at < _micros(earliest)) | (read.at > _micros(latest))
    good = ~blank & ~unread & ~outside
    problems = np.select([blank, unread, outside], [0, 1, 2], -1)
    names = pa.array(["no-date", "unreadable-date", "implausible-date"])
    columns = (
        pa.array(read.at, mask=~good).cast(TIMESTAMP),
        _PRECISIONS.take(pa.array(read.precision, mask=~good)),
        names.take(pa.array(problems, mask=good)),
    )
    at, precision, problem = (column.take(coded.indices) for column in columns)
    return Dates(at, precision, pc.if_else(pc.is_valid(raw), problem, "no-date"))


class _Read(NamedTuple):
    at: Numbers
    precision: Numbers


def _tidy(texts: pa.Array) -> pa.Array:
    """Return the texts with European digits and without what cannot be seen."""
    texts = pc.replace_substring(texts, "\N{NO-BREAK SPACE}", " ")
    texts = pc.utf8_trim_whitespace(pc.replace_substring_regex(texts, _INVISIBLE, ""))
    for digits in _EASTERN_DIGITS:
        if pc.any(pc.match_substring_regex(texts, f"[{digits}]")).as_py():
            for value, digit in enumerate(digits):
                texts = pc.replace_substring(texts, digit, str(value))
    return texts


def _read_distinct(texts: pa.Array, timezone: str, formats: Sequence[str]) -> _Read:
    read = _Read(np.zeros(len(texts), np.int64), np.full(len(texts), _UNREAD))
    local = np.zeros(len(texts), np.bool_)
    rest = np.flatnonzero(np.asarray(pc.less_equal(pc.binary_length(texts), _LONGEST)))
    for shape in _SHAPES:
        fields = pc.extract_regex(texts.take(pa.array(rest)), shape)
        matched = np.asarray(pc.is_valid(fields))
        found = _times(fields.filter(pa.array(matched)))
        rows = rest[matched][found.good]
        read.at[rows], read.precision[rows] = found.at, found.precision
        local[rows] = found.local
        rest = np.setdiff1d(rest, rows, assume_unique=True)
    for row in rest.tolist() if formats else ():
        found_one = _by_format(texts[row].as_py(), formats)
        if found_one is not None:
            read.at[row], read.precision[row], local[row] = found_one
    read.at[local] = _to_utc(read.at[local], timezone)
    return read


def _read_words(texts: pa.Array, read: _Read, timezone: str) -> None:
    """Read what is left and has Arabic letters as dates in words; each distinct text once."""
    left = np.flatnonzero(read.precision == _UNREAD)
    if not len(left):
        return
    told = texts.take(pa.array(left))
    worded = pc.match_substring_regex(told, _WORDED)
    foreign = pc.invert(pc.match_substring_regex(told, "[ء-ي]"))
    turned = pc.and_(foreign, pc.match_substring_regex(told, _MONTH_FIRST))
    for row in left[np.asarray(pc.and_not(worded, turned))].tolist():
        printed = read_printed_date(texts[row].as_py(), timezone=timezone, whole=True)
        if printed is not None:
            read.at[row] = _micros(printed.at)
            read.precision[row] = _PRECISION_CODES[printed.precision]


class _Times(NamedTuple):
    """What the fields of one shape say; ``good`` marks the rows that the others are of."""

    good: Flags
    at: Numbers
    precision: Numbers
    local: Flags


def _times(fields: pa.StructArray) -> _Times:
    parts = {field.name: fields.field(number) for number, field in enumerate(fields.type)}
    fraction = (
        _number(pc.utf8_slice_codeunits(pc.utf8_rpad(parts["fraction"], 6, "0"), 0, 6))
        if "fraction" in parts
        else np.zeros(len(fields), np.int64)
    )
    if "epoch" in parts:
        seconds = _number(parts["epoch"])
        at = seconds * _MICROSECONDS + _number(parts["thousandths"]) * 1000 + fraction
        always = np.ones(len(at), np.bool_)
        return _Times(always, at, np.full(len(at), _SECOND), ~always)
    year, day = _number(parts["year"]), _number(parts["day"])
    month = _looked_up(parts["name"], _month) if "name" in parts else _number(parts["month"])
    hour, minute, second = (_number(parts[name]) for name in ("hour", "minute", "second"))
    offset = _looked_up(parts["zone"], _offset)
    has_time = _given(parts["hour"])
    months = (year - 1970).astype("M8[Y]").astype("M8[M]") + np.clip(month - 1, 0, 11)
    days = months.astype("M8[D]").astype(np.int64)
    lengths = (months + np.timedelta64(1, "M")).astype("M8[D]").astype(np.int64) - days
    good = (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= lengths)
    good &= (hour < 24) & (minute < 60) & (second < 60) & (np.abs(offset) <= _LARGEST_OFFSET)
    minutes = ((days + day - 1) * 24 + hour) * 60 + minute - np.where(has_time, offset, 0)
    at = (minutes * 60 + second) * _MICROSECONDS + fraction
    precision = np.where(has_time, np.where(_given(parts["second"]), _SECOND, _MINUTE), _DAY)
    local = has_time & ~_given(parts["zone"])
    return _Times(good, at[good], precision[good], local[good])


def _given(texts: pa.Array) -> Flags:
    return np.asarray(pc.not_equal(texts, ""))


def _number(texts: pa.Array) -> Numbers:
    return np.asarray(pc.if_else(pc.equal(texts, ""), "0", texts).cast(pa.int64()))


def _looked_up(texts: pa.Array, read: Callable[[str], int]) -> Numbers:
    """Return a number for each text, worked out once for each distinct one."""
    coded = texts.dictionary_encode()
    values = np.array([read(text) for text in coded.dictionary.to_pylist()], np.int64)
    return values.take(np.asarray(coded.indices))


def _month(name: str) -> int:
    return _MONTHS.get(name.lower(), 0)


def _offset(zone: str) -> int:
    """Return the minutes east of UTC; none for a missing zone."""
    if zone[:1] not in {"+", "-"}:
        return _ZONES.get(zone, 0)
    hours, minutes = int(zone[1:3]), int(zone[3:].removeprefix(":") or 0)
    east = hours * 60 + minutes if minutes < 60 else _LARGEST_OFFSET + 1
    return -east if zone[0] == "-" else east


def _by_format(text: str, formats: Sequence[str]) -> tuple[int, int, bool] | None:
    for shape in formats:
        try:
            read = datetime.strptime(text, shape)  # noqa: DTZ007
        except ValueError:
            continue
        precision = _MINUTE if any(part in shape for part in ("%M", "%H", "%I", "%R")) else _DAY
        if any(part in shape for part in ("%S", "%T", "%X", "%c")):
            precision = _SECOND
        local = read.tzinfo is None and precision != _DAY
        return _micros(read if read.tzinfo else read.replace(tzinfo=UTC)), precision, local
    return None


def _micros(time: datetime) -> int:
    return (time - _EPOCH) // timedelta(microseconds=1)


def _to_utc(local: Numbers, timezone: str) -> Numbers:
    """Return the times of clocks in the zone; of an hour that comes twice, the first is meant.

    Offsets are asked of :mod:`zoneinfo` once for each quarter of an hour that occurs. Arrow's own
    conversion needs the system's zone database, which small machines lack; zoneinfo has tzdata's.
    """
    try:
        zone = ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise StopRun("There is no such time zone", timezone=timezone) from error
    quarters, place = np.unique(local // _QUARTER, return_inverse=True)
    offsets = [_offset_at(quarter * _QUARTER, zone) for quarter in quarters.tolist()]
    return local - np.array(offsets, np.int64)[place]


def _offset_at(local: int, zone: ZoneInfo) -> int:
    """Return the zone's offset in microseconds when its clocks show that time since 1970."""
    clock = _EPOCH + timedelta(microseconds=local)
    offset = clock.replace(tzinfo=zone).utcoffset() or timedelta()
    return offset // timedelta(microseconds=1)


def months_of(times: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return the month (``YYYY-MM``, UTC) of each time, ``unknown`` where there is none."""
    if isinstance(times, pa.ChunkedArray):
        times = times.combine_chunks()
    # As plain numbers and by numpy: Arrow looks UTC up in a database that may not be there.
    months = times.cast(pa.int64()).to_numpy(zero_copy_only=False).astype("datetime64[us]")
    encoded = pa.array(months.astype("datetime64[M]").astype(np.int64)).dictionary_encode()
    names = encoded.dictionary.to_numpy().astype("datetime64[M]").astype(str)
    known = pa.array(names, pa.string()).take(encoded.indices)
    return pc.if_else(pc.is_valid(times), known, UNKNOWN_MONTH)
