from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.errors import StopRun
from tasks.text.dates import read_dates
from tasks.text.printed_dates import LONGEST, PrintedDate, read_printed_date

SINCE, UNTIL = (datetime(year, 1, 1) for year in (1950, 2040))  # noqa: DTZ001
READ_AT = datetime(2024, 5, 10, 12, 34, 56, tzinfo=UTC)
"""A Friday; 15:34:56 in Riyadh."""


def told(text: str, zone: str = "UTC", reference: datetime | None = None) -> tuple[str, str] | None:
    read = read_printed_date(text, timezone=zone, reference=reference)
    return (read.at.isoformat()[:19].replace("T", " "), read.precision) if read else None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        # Egypt and the Gulf.
        ("12 يناير 2023", "2023-01-12"),
        ("الأحد 12 فبراير 2023", "2023-02-12"),
        ("الاحد، 12 مارس، 2023", "2023-03-12"),
        ("12 من أبريل 2023", "2023-04-12"),
        ("12 ابريل 2023م", "2023-04-12"),
        ("الجمعة 12 مايو 2023 م", "2023-05-12"),
        ("12 يونيه 2023", "2023-06-12"),
        ("12-يوليو-2023", "2023-07-12"),
        ("12/يوليه/2023", "2023-07-12"),
        ("١٢ أغسطس ٢٠٢٣", "2023-08-12"),
        ("۱۲ سبتمبر ۲۰۲۳", "2023-09-12"),
        ("12 أكتوبر عام 2023", "2023-10-12"),
        ("يوم 12 نوفمبر من عام 2023", "2023-11-12"),
        ("ديسمبر 12, 2023", "2023-12-12"),
        ("1يناير2023", "2023-01-01"),
        ("2023 يناير 12", "2023-01-12"),
        ("12 ينايـر 2023", "2023-01-12"),
        ("12 يَنايِر 2023", "2023-01-12"),
        # The Levant and Iraq.
        ("12 كانون الثاني 2023", "2023-01-12"),
        ("12 كانون ثاني 2023", "2023-01-12"),
        ("12 شباط 2023", "2023-02-12"),
        ("12 آذار 2023", "2023-03-12"),
        ("12 أذار 2023", "2023-03-12"),
        ("12 نيسان 2023", "2023-04-12"),
        ("12 أيار 2023", "2023-05-12"),
        ("12 حزيران 2023", "2023-06-12"),
        ("12 تموز 2023", "2023-07-12"),
        ("12 آب 2023", "2023-08-12"),
        ("12 أيلول 2023", "2023-09-12"),
        ("12 تشرين الأول 2023", "2023-10-12"),
        ("14 تشرين أول 2010م", "2010-10-14"),
        ("12 تشرين الثاني 2023", "2023-11-12"),
        ("12 كانون الأول 2023", "2023-12-12"),
        # Both names.
        ("12 آب/أغسطس 2023", "2023-08-12"),
        ("12 كانون الثاني (يناير) 2023", "2023-01-12"),
        ("12 أكتوبر / تشرين الأول 2023", "2023-10-12"),
        # Algeria, Tunisia, Morocco.
        ("12 جانفي 2023", "2023-01-12"),
        ("12 فيفري 2023", "2023-02-12"),
        ("12 أفريل 2023", "2023-04-12"),
        ("12 ماي 2023", "2023-05-12"),
        ("12 جوان 2023", "2023-06-12"),
        ("12 جويلية 2023", "2023-07-12"),
        ("12 أوت 2023", "2023-08-12"),
        ("12 يوليوز 2023", "2023-07-12"),
        ("12 غشت 2023", "2023-08-12"),
        ("12 شتنبر 2023", "2023-09-12"),
        ("12 نونبر 2023", "2023-11-12"),
        ("12 دجنبر 2023", "2023-12-12"),
        # The Hijra, by the calendar of Umm al-Qura.
        ("٣ رمضان ١٤٤٤ هـ", "2023-03-25"),
        ("1 محرم 1445هـ", "2023-07-19"),
        ("1 محرم 1445", "2023-07-19"),
        ("17 صفر 1433 ه", "2012-01-11"),
        ("4 جمادى الآخرة 1436هـ", "2015-03-24"),
        ("12 ذي الحجة 1444 هـ", "2023-06-30"),
        ("ذو القعدة، 12 ذو القعدة 1444", "2023-06-01"),
        ("17/9/1431هـ", "2010-08-27"),
        ("1431/9/17 هـ", "2010-08-27"),
        # Both calendars: the Gregorian counts.
        ("الاربعاء 17 صفر 1433 هـ - 11 يناير 2012م - العدد 15906", "2012-01-11"),
        ("الخميس 14 تشرين أول 2010م/06 ذو القعدة 1431 هـ", "2010-10-14"),
        ("20 شعبان 1444 الموافق 12 مارس 2023", "2023-03-12"),
        ("3/9/1444هـ الموافق 25/3/2023م", "2023-03-25"),
        # Numbers.
        ("12/03/2023", "2023-03-12"),
        ("2023/3/12", "2023-03-12"),
        ("12.3.2023", "2023-03-12"),
        ("12 / 3 / 2023", "2023-03-12"),
        ("04/25/2010", "2010-04-25"),
        ("نشر في: 12-03-2023", "2023-03-12"),
        # Other languages of the same papers.
        ("3 mars 2023", "2023-03-03"),
        ("le 1 août 2023", "2023-08-01"),
        ("March 12th, 2023", "2023-03-12"),
        ("12 Sept 2023", "2023-09-12"),
    ],
)
def test_days(text: str, day: str) -> None:
    assert told(text) == (f"{day} 00:00:00", "day")
    assert told(text, "Asia/Riyadh", READ_AT) == (f"{day} 00:00:00", "day")


@pytest.mark.parametrize(
    ("text", "at", "precision"),
    [
        ("الأحد 12 مارس 2023 - 05:23 م", "2023-03-12 14:23:00", "minute"),
        ("12 مارس 2023، 05:23 ص", "2023-03-12 02:23:00", "minute"),
        ("12 مارس 2023 12:10 ص", "2023-03-11 21:10:00", "minute"),
        ("12 مارس 2023 12:10 م", "2023-03-12 09:10:00", "minute"),
        ("12 مارس 2023 الساعة 5:23 مساءً", "2023-03-12 14:23:00", "minute"),
        ("12 مارس 2023 الساعة 5 مساء", "2023-03-12 14:00:00", "minute"),
        ("12:58 مساءً 2012/01/11", "2012-01-11 09:58:00", "minute"),
        ("12 مارس 2023 1:15 ظهرا", "2023-03-12 10:15:00", "minute"),
        ("12 مارس 2023 11:30 ليلا", "2023-03-12 20:30:00", "minute"),
        ("12 مارس 2023 4:30 فجراً", "2023-03-12 01:30:00", "minute"),
        ("12 مارس 2023 17.30", "2023-03-12 14:30:00", "minute"),
        (
            "٥:٢٣ م ١٢\N{RIGHT-TO-LEFT MARK}/٣\N{RIGHT-TO-LEFT MARK}/٢٠٢٣",
            "2023-03-12 14:23:00",
            "minute",
        ),
        ("2012-01-11 12:35:41", "2012-01-11 09:35:41", "second"),
        ("2023-03-12T05:23:00Z", "2023-03-12 05:23:00", "second"),
        ("2023-03-12T05:23+01:00", "2023-03-12 04:23:00", "minute"),
        ("12 مارس 2023 05:23 بتوقيت القاهرة", "2023-03-12 03:23:00", "minute"),
        ("آخر تحديث: 14:22 بتوقيت مكة المكرمة، 5 آب 2021", "2021-08-05 11:22:00", "minute"),
        ("12 مارس 2023 05:23 بتوقيت غرينتش", "2023-03-12 05:23:00", "minute"),
        ("12 مارس 2023 05:23 GMT", "2023-03-12 05:23:00", "minute"),
        ("نشر : 05/06/2012 الساعة pm 11:05(GMT +2)", "2012-06-05 21:05:00", "minute"),
        ("نشر: 25/4/2010 الساعة .GMT+2 ) 01:12 a.m )", "2010-04-24 23:12:00", "minute"),
        ("Mar 12, 2023 10:15 PM", "2023-03-12 19:15:00", "minute"),
    ],
)
def test_times_in_riyadh(text: str, at: str, precision: str) -> None:
    assert told(text, "Asia/Riyadh") == (at, precision)


@pytest.mark.parametrize(
    ("text", "at", "precision"),
    [
        ("منذ ساعتين", "2024-05-10 10:34:00", "minute"),
        ("منذ 5 دقائق", "2024-05-10 12:29:00", "minute"),
        ("قبل ثلاث ساعات", "2024-05-10 09:34:00", "minute"),
        ("2 hours ago", "2024-05-10 10:34:00", "minute"),
        ("منذ قليل", "2024-05-10 12:34:00", "minute"),
        ("منذ يوم", "2024-05-09 00:00:00", "day"),
        ("منذ يومين", "2024-05-08 00:00:00", "day"),
        ("قبل 3 أيام", "2024-05-07 00:00:00", "day"),
        ("أمس", "2024-05-09 00:00:00", "day"),
        ("أول أمس", "2024-05-08 00:00:00", "day"),
        ("أمس 10:20 ص", "2024-05-09 07:20:00", "minute"),
        ("اليوم 05:23 م", "2024-05-10 14:23:00", "minute"),
        ("12 مارس", "2024-03-12 00:00:00", "day"),
        ("25 كانون الأول", "2023-12-25 00:00:00", "day"),
        ("12 أيار 2024", "2024-05-12 00:00:00", "day"),
    ],
)
def test_told_from_the_time_of_reading(text: str, at: str, precision: str) -> None:
    assert told(text, "Asia/Riyadh", READ_AT) == (at, precision)
    if not any(year in text for year in ("2023", "2024")):
        assert told(text, "Asia/Riyadh") is None


def test_yesterday_is_the_zones() -> None:
    night = datetime(2024, 5, 10, 22, 30, tzinfo=UTC)
    assert told("أمس", "Asia/Riyadh", night) == ("2024-05-10 00:00:00", "day")
    assert told("أمس", "UTC", night) == ("2024-05-09 00:00:00", "day")


@pytest.mark.parametrize(
    "text",
    [
        "", "عاجل", "مارس 2023", "2023", "12/03/23", "31/02/2015", "30 شباط 2023", "12 آباء 2023",
        "31 صفر 1433 هـ", "12 مارسيليا 2023", "الأحد", "05:23 م", "العدد 15906", "99/99/2023",
        "12 مارس 20233", "192.168.2.2010", "12 مارس 1803", "منذ أسبوع", "منذ سنوات",
        "أبلغ من العمر",
        "١٢٣٤٥٦", "12 رمضان 1600 هـ", "12 مارس 2023 " + "x" * LONGEST,
    ],
)  # fmt: skip
@pytest.mark.parametrize("reference", [None, READ_AT])
def test_what_is_no_sure_date(text: str, reference: datetime | None) -> None:
    assert told(text, "Asia/Riyadh", reference) is None


def test_the_future_is_no_date_beyond_two_days() -> None:
    assert told("12 أيار 2024", reference=READ_AT) is not None
    assert told("14 أيار 2024", reference=READ_AT) is None
    assert told("14 أيار 2030") is not None


def test_an_unknown_zone_is_an_error() -> None:
    with pytest.raises(StopRun):
        read_printed_date("12 مارس 2023", timezone="Mars/Olympus")


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("نشر في: الأحد 12 مارس 2023 - 05:23 م", True),
        ("تاريخ النشر 12 آب/أغسطس 2023", True),
        ("الاربعاء 17 صفر 1433 هـ - 11 يناير 2012م - العدد 15906", True),
        ("وقع الحادث في 12 مارس 2023", False),
        ("2015-01-01 extra", False),
        ("12 مارس 2023 و13 مارس 2023", False),
    ],
)
def test_nothing_but_a_date(text: str, whole: bool) -> None:
    assert read_printed_date(text) is not None
    assert (read_printed_date(text, whole=True) is not None) is whole


def test_columns_fall_back_to_words() -> None:
    texts = ["12 مارس 2023 - 05:23 م", "2023-03-12", None, "12 مارس 2023 كذا", "17 صفر 1433 هـ"]
    reading = {
        "timezone": "Asia/Riyadh",
        "earliest": datetime(1990, 1, 1, tzinfo=UTC),
        "latest": datetime(2030, 1, 1, tzinfo=UTC),
    }
    column = pa.array(texts * 2)
    read = read_dates(column, in_words=True, **reading)  # type: ignore[arg-type]
    assert read.precision.to_pylist() == ["minute", "day", None, None, "day"] * 2
    assert read.problem.to_pylist() == [None, None, "no-date", "unreadable-date", None] * 2
    assert read.at[0].as_py() == datetime(2023, 3, 12, 14, 23, tzinfo=UTC)
    assert read.at[4].as_py() == datetime(2012, 1, 11, tzinfo=UTC)
    strict = read_dates(column, **reading)  # type: ignore[arg-type]
    assert strict.precision.to_pylist() == [None, "day", None, None, None] * 2


@given(st.datetimes(SINCE, UNTIL), st.sampled_from(["م", "ص", ""]))
def test_what_is_printed_is_read(day: datetime, half: str) -> None:
    months = [
        "يناير",
        "فبراير",
        "مارس",
        "أبريل",
        "مايو",
        "يونيو",
        "يوليو",
        "أغسطس",
        "سبتمبر",
        "أكتوبر",
        "نوفمبر",
        "ديسمبر",
    ]
    hour = (day.hour % 12 or 12) if half else day.hour
    text = f"{day.day} {months[day.month - 1]} {day.year} {hour}:{day.minute:02} {half}"
    shown = day.hour % 12 + 12 * (half == "م") if half else day.hour
    at = day.replace(hour=shown, second=0, microsecond=0, tzinfo=UTC)
    assert read_printed_date(text) == PrintedDate(at, "minute")


@given(st.text(max_size=80), st.text(alphabet="0123456789/-: مارسمحرم١٢٣هـمصمنذ", max_size=60))
def test_any_text_is_read_or_not(text: str, like: str) -> None:
    for each in (text, like):
        read = read_printed_date(each, timezone="Africa/Cairo", reference=READ_AT)
        assert read is None or read.at <= READ_AT + timedelta(days=2)
