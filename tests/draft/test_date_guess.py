import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.draft.date_guess import guess_formats, look_at_dates
from tasks.sources import SourceProfile


@pytest.mark.parametrize(
    ("texts", "certain"),
    [
        (["12/25/2019", "01/02/2019", "03/31/2019"], "%m/%d/%Y"),
        (["13/02/19", "25/12/19", "01/01/19"], "%d/%m/%y"),
        (["02/13/19", "12/25/19", "01/01/19"], "%m/%d/%y"),
        (["14.3.20", "17.3.20"], "%d.%m.%y"),
        (["Mar 1, 2018 10:20 AM", "Apr 12, 2018 1:20 PM"], "%b %d, %Y %I:%M %p"),
        (["1-Mar-2018 10:20:11 +0300"], "%d-%b-%Y %H:%M:%S %z"),
        (["10:20 25-12-2018", "10:21 26-12-2018"], "%H:%M %d-%m-%Y"),
        (["Friday, March 6, 2020"], "%A, %B %d, %Y"),
    ],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_a_format_without_a_rival_is_certain(texts: list[str], certain: str) -> None:
    assert guess_formats(texts) == ((certain,), ())
    assert look_at_dates(texts).share == 1


def test_numbers_that_can_be_either_way_round_are_left_to_a_person() -> None:
    assert guess_formats(["01/02/19", "03/04/19"]) == ((), ("%d/%m/%y", "%m/%d/%y"))


@pytest.mark.parametrize(
    "text",
    ["12 يناير 2019", "خبر", "99/99/99", "2019 2020 3 4", "%d %d %d", "1" * 60, "3/4", ""],
)
def test_what_no_format_reads_has_none(text: str) -> None:
    assert guess_formats([text]) == ((), ())


def test_built_in_forms_need_no_format() -> None:
    read = look_at_dates(["2018-03-01T21:09:02+04:00", "2019/01/05", "25/12/2019", "١٣-٢-٢٠٢٠"])
    assert (read.read, read.told, read.certain, read.possible) == (4, 4, (), ())
    assert (read.day_first, read.month_first, read.timed, read.zoneless) == (2, 0, 1, 0)


def test_dates_in_words_are_read_as_a_run_reads_them() -> None:
    read = look_at_dates(
        ["12 مارس 2023، 05:23 ص", "3 كانون الثاني 2023", "2023-03-12 10:20", "عاجل"]
    )
    assert (read.told, read.read, read.unread, read.arabic_months) == (4, 3, 1, 0)
    assert read.zoneless == 2


def test_arabic_months_are_counted_and_promise_no_time() -> None:
    read = look_at_dates(["12 مارس، 05:23 ص", "3 كانون الثاني", "2023-03-12 10:20", "عاجل"])
    assert (read.told, read.read, read.unread, read.arabic_months) == (4, 1, 3, 2)
    assert read.zoneless == 1


def test_dates_with_the_month_first_are_told_to_be_read_wrongly() -> None:
    read = look_at_dates(["12/25/2019", "03/31/2019", "04/05/2019", "06/06/2019"])
    assert read.order_is_wrong
    assert (read.month_first, read.either) == (2, 1)


def test_formats_come_before_words_where_the_month_stands_first() -> None:
    """A run tries the format first, so 04/05 is read as 12/25 is, and nothing is read wrongly."""
    read = look_at_dates(["12/25/2019 2:30 PM", "03/31/2019 1:10 AM", "04/05/2019 3:00 PM"])
    assert (read.certain, read.unread) == (("%m/%d/%Y %I:%M %p",), 0)
    assert (read.month_first, read.either, read.order_is_wrong) == (2, 0, False)


IN_WORDS = (
    *("02:30 م", "02:30م", "م 02:30", "02:30 ص", "٠٢:٣٠ م", "02:30:11 مساء", "02:30 مساءً"),
    *("02:30 صباحا", "02:30 صباحًا", "02:30 ظهراً", "04:30 فجرا", "02:30 PM م"),
    *("12:10 بعد الظهر", "2:30 p.m.", "2:30 P. M.", "12:30 بعد منتصف الليل"),
)
UNREAD = ("2:30p", "2:30 a", "25:10 م")


@pytest.mark.parametrize(
    ("time", "unread"), [*((time, 0) for time in IN_WORDS), *((time, 3) for time in UNREAD)]
)
def test_a_letter_for_the_half_of_the_day_is_part_of_no_format(time: str, unread: int) -> None:
    texts = [f"{day}/03/2021 {time}" for day in (13, 14, 15)]
    read = look_at_dates(texts)
    assert (read.certain, read.possible) == ((), ())
    assert (read.unread, read.halves) == (unread, unread)


@pytest.mark.parametrize("text", ["13/03/21 م", "م 13-03-21"])
def test_the_sign_of_the_era_is_no_half_of_the_day(text: str) -> None:
    read = look_at_dates([text, text.replace("13", "14")])
    assert (len(read.certain), read.halves) == (1, 0)


DATE_LIKE = st.text(st.sampled_from("0123456789/-.: ,+ZAPMaprMay%d٣ي"), max_size=24)


@given(st.lists(DATE_LIKE | st.text(max_size=30), max_size=8))
def test_whatever_is_guessed_a_profile_takes(texts: list[str]) -> None:
    certain, possible = guess_formats(texts)
    SourceProfile(name="any", date_formats=(*certain, *possible))
    read = look_at_dates(texts)
    assert 0 <= read.read + read.by_formats <= read.read + read.by_any <= read.told == len(texts)
