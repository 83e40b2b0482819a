"""Times of day beside dates, of numbers and in words, as a column of printed dates reads them."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from tasks.text.dates import Dates, read_dates


def in_column(*texts: str, formats: tuple[str, ...] = ()) -> Dates:
    return read_dates(
        pa.array(texts),
        timezone="Asia/Riyadh",
        earliest=datetime(1990, 1, 1, tzinfo=UTC),
        latest=datetime(2030, 1, 1, tzinfo=UTC),
        formats=formats,
        in_words=True,
    )


def beside(clock: str) -> list[str]:
    return [date.format(clock) for date in BESIDE]


def riyadh(clock: str) -> datetime:
    return datetime.fromisoformat(f"2024-05-03T{clock}+03:00")


DAY = datetime(2024, 5, 3, tzinfo=UTC)
BESIDE = (
    "2024/05/03 {}", "2024-05-03 - {}", "3-5-2024 | {}", "٣/٥/٢٠٢٤، {}", "03.05.2024 في {}",
    "{} - 2024/05/03", "{} 3/5/2024", "الجمعة 3 مايو 2024 – {}", "{} | الجمعة، 3 أيار 2024م",
    "24 شوال 1445هـ - 3 مايو 2024م {}", "نشر في: 3 ماي 2024 على {}", "May 3, 2024, {}",
)  # fmt: skip


@pytest.mark.parametrize(
    ("printed", "clock"),
    [
        ("19:05", "19:05"), ("19:05:09", "19:05:09"), ("الساعة 12:10", "12:10"),
        ("2:30 p.m.", "14:30"), ("02:30PM", "14:30"), ("2:30 P. M.", "14:30"),
        ("2:30:15 pm", "14:30:15"), ("PM 2:30", "14:30"), ("7pm", "19:00"), ("0:30 AM", "00:30"),
        ("12:10 AM", "00:10"), ("12:10 PM", "12:10"), ("14:30 PM", "14:30"),
        ("12:10 بعد الظهر", "12:10"), ("2:10 بعد الظهر", "14:10"), ("10:10 قبل الظهر", "10:10"),
        ("9:05 صباحا", "09:05"), ("9:05 صباحًا", "09:05"), ("12:05 صباحاً", "00:05"),
        ("9:05 مساءً", "21:05"), ("مساءً 9:05", "21:05"), ("12:05 مساءا", "12:05"),
        ("12:10 ظهرا", "12:10"), ("1:05 ظهرًا", "13:05"), ("11:50 ظهرا", "11:50"),
        ("3:50 عصرًا", "15:50"), ("6:10 مغربا", "18:10"), ("1:15 فجرا", "01:15"),
        ("12:15 فجرا", "00:15"), ("10:05 ضحى", "10:05"), ("12:30 بعد منتصف الليل", "00:30"),
        ("1:30 بعد منتصف الليل", "01:30"), ("11:30 قبل منتصف الليل", "23:30"),
        ("12:00 منتصف الليل", "00:00"), ("12:30 ليلا", "00:30"), ("10:30 ليلاً", "22:30"),
        ("20:30 ليلا", "20:30"), ("7:05ص", "07:05"), ("7:05 م.", "19:05"), ("14:30 م", "14:30"),
        ("الساعة 7 م", "19:00"), ("7 مساء", "19:00"), ("12 ظهرا", "12:00"),
        ("٧:٠٥:٠٩ م", "19:05:09"), ("۷:۰۵ م", "19:05"), ("7.05 م", "19:05"), ("7٫05 م", "19:05"),
        ("7：05 م", "19:05"), ("7∶05 م", "19:05"), ("19h05", "19:05"), ("الوقت: 7:05 م", "19:05"),
        ("7:05 م بتوقيت مكة المكرمة", "19:05"), ("7:05 بعد الظهر (بتوقيت القدس)", "19:05"),
        ("7:05 م بتوقيت غرينيتش", "22:05"), ("19:05 توقيت جرينتش", "22:05"),
        ("7:05 م GMT", "22:05"), ("7:05 PM GMT", "22:05"), ("7:05 PM +03:00", "19:05"),
        ("2:05 PM UTC-02:00", "19:05"), ("19:05 (GMT+3)", "19:05"),
    ],
)  # fmt: skip
def test_a_time_is_read_to_what_is_printed(printed: str, clock: str) -> None:
    read = in_column(*beside(printed))
    precision = "second" if clock.count(":") == 2 else "minute"
    assert read.at.to_pylist() == [riyadh(clock)] * len(BESIDE)
    assert read.precision.to_pylist() == [precision] * len(BESIDE)


@pytest.mark.parametrize("clock", ["14:30 صباحا", "14:30 AM", "15:30 ليلا", "20:30 ظهرا"])
def test_a_half_that_contradicts_its_hour_leaves_the_day(clock: str) -> None:
    read = in_column(*beside(clock))
    assert read.at.to_pylist() == [DAY] * len(BESIDE)
    assert read.precision.to_pylist() == ["day"] * len(BESIDE)


def test_a_letter_that_may_be_the_eras_leaves_the_day() -> None:
    eras = ("3 مايو 2024م 09:30", "3/5/2024م 09:30", "3 مايو 2024 م 14:30", "3 مايو 2024م م 09:30")
    read = in_column(*eras, "3 مايو 2024 م 09:30", "3/5/2024 م 09:30")
    clocks = [riyadh(clock) for clock in ("09:30", "09:30", "14:30", "21:30")]
    assert read.at.to_pylist() == [*clocks, DAY, DAY]
    assert read.precision.to_pylist() == ["minute"] * 4 + ["day"] * 2


@pytest.mark.parametrize(
    "clock", ["25:10", "10:75 م", "الساعة 25 مساء", "7 م", "2:30p", "7:05 م 8:05 م", "7:05 تقريبا"]
)
def test_what_no_clock_shows_is_not_read(clock: str) -> None:
    problems = in_column(*beside(clock)).problem.to_pylist()
    assert problems == ["unreadable-date"] * len(BESIDE)


def test_where_the_month_stands_first_the_profile_says_so() -> None:
    """Read by words, one of these would be day first and the other month first."""
    texts = ("12/25/2019 2:30 PM", "04/05/2019 2:30 PM")
    assert in_column(*texts).problem[0].as_py() == "unreadable-date"
    read = in_column(*texts, formats=("%m/%d/%Y %I:%M %p",))
    assert [f"{at:%m-%d %H:%M}" for at in read.at.to_pylist()] == ["12-25 11:30", "04-05 11:30"]
