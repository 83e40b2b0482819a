from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.columns import TIMESTAMP
from tasks.errors import StopRun
from tasks.text.dates import Dates, read_dates

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LATEST = datetime(2030, 1, 1, tzinfo=UTC)


def read(*texts: str | None, zone: str = "UTC", formats: tuple[str, ...] = ()) -> Dates:
    return read_dates(
        pa.array(texts, pa.string()),
        timezone=zone,
        earliest=EARLIEST,
        latest=LATEST,
        formats=formats,
    )


def one(
    text: str | None, zone: str = "UTC", formats: tuple[str, ...] = ()
) -> tuple[str | None, str | None, str | None]:
    dates = read(text, zone=zone, formats=formats)
    at, precision, problem = (column[0].as_py() for column in dates)
    return at.isoformat() if at else None, precision, problem


@pytest.mark.parametrize(
    ("text", "at", "precision"),
    [
        # The first six stand in the corpus of real news.
        pytest.param("2021-04-30T15:49:07+00:00", "2021-04-30T15:49:07", "second", id="iso-offset"),
        pytest.param("2018-03-01T21:09:02+04:00", "2018-03-01T17:09:02", "second", id="iso-east"),
        pytest.param("2015-08-11T18:51:08", "2015-08-11T18:51:08", "second", id="iso-naive"),
        pytest.param("21/03/2017", "2017-03-21T00:00:00", "day", id="day-first"),
        pytest.param("2010-03-31", "2010-03-31T00:00:00", "day", id="iso-day"),
        pytest.param("2023-12-01T08:43:00.0000000", "2023-12-01T08:43:00", "second", id="seven"),
        pytest.param("05/01/2010", "2010-01-05T00:00:00", "day", id="day-first-always"),
        pytest.param("5-1-2010", "2010-01-05T00:00:00", "day", id="short-with-dashes"),
        pytest.param("05.01.2010 9:30", "2010-01-05T09:30:00", "minute", id="dots-and-minutes"),
        pytest.param("05/01/2010, 09:30:15", "2010-01-05T09:30:15", "second", id="comma"),
        pytest.param("05/01/2010 - 09:30", "2010-01-05T09:30:00", "minute", id="dash-between"),
        pytest.param("٠٥/٠١/٢٠١٠ ٠٩:٣٠", "2010-01-05T09:30:00", "minute", id="arabic-digits"),
        pytest.param("۲۰۱۰-۰۱-۰۵", "2010-01-05T00:00:00", "day", id="persian-digits"),
        pytest.param("2010/1/5 09:30", "2010-01-05T09:30:00", "minute", id="year-first-slashes"),
        pytest.param(
            "2010-01-05 09:30:15.5", "2010-01-05T09:30:15.500000", "second", id="fraction"
        ),
        pytest.param("2010-01-05T09:30Z", "2010-01-05T09:30:00", "minute", id="zulu-no-seconds"),
        pytest.param("2010-01-05T09:30:15-0330", "2010-01-05T13:00:15", "second", id="west"),
        pytest.param("2010-01-05T09:30:15 +03", "2010-01-05T06:30:15", "second", id="hours-only"),
        pytest.param("20100105", "2010-01-05T00:00:00", "day", id="basic-day"),
        pytest.param("20100105T093015Z", "2010-01-05T09:30:15", "second", id="basic"),
        pytest.param("201001050930", "2010-01-05T09:30:00", "minute", id="basic-minutes"),
        pytest.param(
            "Tue, 05 Jan 2010 09:30:15 +0200", "2010-01-05T07:30:15", "second", id="rfc2822"
        ),
        pytest.param("5 Jan 2010 09:30 GMT", "2010-01-05T09:30:00", "minute", id="rfc2822-short"),
        pytest.param("Tue, 5 January 2010", "2010-01-05T00:00:00", "day", id="whole-month"),
        pytest.param("Tue, 05 Jan 2010 09:30:15 EST", "2010-01-05T14:30:15", "second", id="est"),
        pytest.param("1262683815", "2010-01-05T09:30:15", "second", id="epoch"),
        pytest.param("1262683815123", "2010-01-05T09:30:15.123000", "second", id="epoch-ms"),
        pytest.param("1262683815.25", "2010-01-05T09:30:15.250000", "second", id="epoch-float"),
        pytest.param(" \u200f2010-01-05\u00a0 ", "2010-01-05T00:00:00", "day", id="invisible"),
        pytest.param("2012-02-29", "2012-02-29T00:00:00", "day", id="leap-day"),
        pytest.param("1990-01-01", "1990-01-01T00:00:00", "day", id="earliest"),
    ],
)
def test_reads(text: str, at: str, precision: str) -> None:
    assert one(text) == (f"{at}+00:00", precision, None)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param(None, "no-date", id="null"),
        pytest.param("", "no-date", id="empty"),
        pytest.param(" \u200f\u00a0", "no-date", id="blank"),
        pytest.param("31/02/2015", "unreadable-date", id="31-february"),
        pytest.param("2015-02-29", "unreadable-date", id="no-leap-year"),
        pytest.param("2015-13-01", "unreadable-date", id="month-13"),
        pytest.param("2015-01-01T24:00:00", "unreadable-date", id="hour-24"),
        pytest.param("2015-01-01T10:60", "unreadable-date", id="minute-60"),
        pytest.param("2015-01-01T10:00:00+99:00", "unreadable-date", id="offset-99"),
        pytest.param("2015-01-01T10:00:00+03:75", "unreadable-date", id="offset-75-minutes"),
        pytest.param("1 Foo 2015", "unreadable-date", id="no-month"),
        pytest.param("0000-00-00 00:00:00", "unreadable-date", id="zeros"),
        pytest.param("أمس", "unreadable-date", id="yesterday"),
        pytest.param("الأحد 5 يناير", "unreadable-date", id="no-year"),
        pytest.param("12345", "unreadable-date", id="short-number"),
        pytest.param("2015-01-01 extra", "unreadable-date", id="more-behind"),
        pytest.param("2015-01-01" + " " * 10_000 + "x", "unreadable-date", id="long"),
        pytest.param("9" * 100_000, "unreadable-date", id="very-long"),
        pytest.param("1803-05-05", "implausible-date", id="1803"),
        pytest.param("2999-01-01", "implausible-date", id="2999"),
        pytest.param("0001-01-01T00:00:00", "implausible-date", id="year-1"),
        pytest.param("9999-12-31T23:59:59", "implausible-date", id="year-9999"),
        pytest.param("9999999999999", "implausible-date", id="epoch-2286"),
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "Africa/Cairo"])
def test_refuses(text: str | None, problem: str, zone: str) -> None:
    assert one(text, zone) == (None, None, problem)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        pytest.param("2015-01-05T09:30:15", "2015-01-05T07:30:15", id="winter"),
        pytest.param("2010-07-05T09:30:15", "2010-07-05T06:30:15", id="summer"),
        pytest.param("2015-01-05T09:30:15Z", "2015-01-05T09:30:15", id="stated-offset-wins"),
        pytest.param("05/01/2015", "2015-01-05T00:00:00", id="a-day-never-shifts"),
        pytest.param("1420443015", "2015-01-05T07:30:15", id="an-epoch-is-utc"),
        pytest.param(
            "2010-09-30T23:30:00", "2010-09-30T20:30:00", id="first-of-an-hour-that-comes-twice"
        ),
    ],
)
def test_a_naive_time_is_in_the_profiles_zone(text: str, at: str) -> None:
    assert one(text, "Africa/Cairo")[0] == f"{at}+00:00"


def test_an_hour_that_never_was_is_read() -> None:
    assert one("2010-04-30T00:30:00", "Africa/Cairo")[2] is None


@pytest.mark.parametrize(
    ("text", "shape", "at", "precision"),
    [
        pytest.param("Jan/05/2010", "%b/%d/%Y", "2010-01-05T00:00:00", "day", id="day"),
        pytest.param(
            "05|01|10 09h30", "%d|%m|%y %Hh%M", "2010-01-05T07:30:00", "minute", id="minute"
        ),
        pytest.param(
            "2010 005 09:30:15", "%Y %j %H:%M:%S", "2010-01-05T07:30:15", "second", id="second"
        ),
        pytest.param(
            "5.1.2010 at 09:30 +0100",
            "%d.%m.%Y at %H:%M %z",
            "2010-01-05T08:30:00",
            "minute",
            id="offset",
        ),
    ],
)
def test_the_profiles_formats_read_the_rest(text: str, shape: str, at: str, precision: str) -> None:
    assert one(text, "Africa/Cairo")[2] == "unreadable-date"
    read_by_format = one(text, "Africa/Cairo", ("%H", shape))
    assert read_by_format == (f"{at}+00:00", precision, None)
    assert one("gibberish", "Africa/Cairo", (shape,))[2] == "unreadable-date"


def test_columns_keep_their_order_and_type() -> None:
    texts = ["2010-01-05", None, "x", "2010-01-05", "2010-01-06T10:00"] * 3
    dates = read(*texts)
    assert dates.at.type == TIMESTAMP
    assert dates.precision.to_pylist() == ["day", None, None, "day", "minute"] * 3
    assert dates.problem.to_pylist() == [None, "no-date", "unreadable-date", None, None] * 3
    chunks = pa.chunked_array([pa.array(texts[:4]), pa.array(texts[4:])])
    again = read_dates(chunks, timezone="UTC", earliest=EARLIEST, latest=LATEST)
    assert [column.to_pylist() for column in again] == [column.to_pylist() for column in dates]


def test_no_rows() -> None:
    assert [len(column) for column in read()] == [0, 0, 0]


def test_an_unknown_zone_stops_the_run() -> None:
    with pytest.raises(StopRun, match="time zone"):
        read("2010-01-05T10:00", zone="Mars/Olympus")


TIMES = st.integers(86_400, (LATEST - EARLIEST) // timedelta(seconds=1) - 2 * 86_400).map(
    lambda seconds: (EARLIEST + timedelta(seconds=seconds)).replace(tzinfo=None)
)
ZONES = st.integers(-14 * 4, 14 * 4).map(
    lambda quarters: timezone(timedelta(minutes=15 * quarters))
)


@given(TIMES, ZONES)
def test_what_was_written_is_read(time: datetime, zone: timezone) -> None:
    aware = time.replace(tzinfo=zone)
    texts = [
        aware.isoformat(),
        aware.isoformat(" "),
        aware.strftime("%d/%m/%Y %H:%M:%S%z"),
        aware.strftime("%Y%m%dT%H%M%S%z"),
        format_datetime(aware),
        str(int(aware.timestamp())) if aware.timestamp() >= 1e8 else aware.isoformat(),
    ]
    dates = read(*texts)
    assert dates.at.to_pylist() == [aware.astimezone(UTC)] * len(texts)
    days = read(time.strftime("%d/%m/%Y"), time.strftime("%Y-%m-%d"), zone="Pacific/Kiritimati")
    assert {day.date() for day in days.at.to_pylist()} == {time.date()}


@given(TIMES, st.sampled_from(["Africa/Cairo", "Asia/Amman", "Africa/Casablanca", "UTC"]))
def test_clocks_agree_with_zoneinfo(time: datetime, zone: str) -> None:
    there = time.replace(tzinfo=ZoneInfo(zone))
    if there.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == time:
        assert read(time.isoformat(), zone=zone).at[0].as_py() == there.astimezone(UTC)


@given(st.lists(st.none() | st.text(max_size=30), max_size=6))
def test_any_text_has_a_date_or_a_problem(texts: list[str | None]) -> None:
    dates = read(*texts)
    for at, precision, problem in zip(*(column.to_pylist() for column in dates), strict=True):
        assert (at is None) == (precision is None) == (problem is not None)
