import pytest

from tasks.draft.printed_dates import has_arabic_month, is_epoch, is_relative, looks_like_date


@pytest.mark.parametrize(
    "text",
    [
        "12 مارس 2023، 05:23 ص",
        "الثلاثاء 3 كانون الثاني 2023",
        "٣ رمضان ١٤٤٤ هـ",
        "5 غشت",
        "الأحد 12/03/2023 - 05:23 م",
        "١٢\N{RIGHT-TO-LEFT MARK}/٣\N{RIGHT-TO-LEFT MARK}/٢٠٢٣، ٥:٢٣ م",
        "March 12th, 2023 at 5pm",
        "3 mars 2023",
        "2023-03-12T05:23:00Z",
    ],
)
def test_looks_like_a_date(text: str) -> None:
    assert looks_like_date(text)


@pytest.mark.parametrize(
    "text", ["yes", "عاجل", "مارس", "الثلاثاء", "2023", "05:23 ص", "12 آباء", "1678600000000", ""]
)
def test_looks_like_no_date(text: str) -> None:
    assert not looks_like_date(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [("12 آب 2023", True), ("٣ جمادى الآخرة", True), ("12 مارسيليا", False), ("12 Mar", False)],
)
def test_months_are_whole_words(text: str, told: bool) -> None:
    assert has_arabic_month(text) is told


@pytest.mark.parametrize("text", ["منذ ساعتين", "قبل 3 أيام", "أمس 10:20", "2 hours ago"])
def test_how_long_ago_is_relative(text: str) -> None:
    assert is_relative(text)
    assert not looks_like_date(text)


@pytest.mark.parametrize(
    ("text", "seconds", "thousandths"),
    [
        pytest.param("1678600000", True, False, id="seconds"),
        pytest.param("631152000", True, False, id="1990"),
        pytest.param("631151999", False, False, id="1989"),
        pytest.param("1678600000000", True, True, id="milliseconds"),
        pytest.param("1678600000000.0", True, True, id="of-pandas"),
        pytest.param("١٦٧٨٦٠٠٠٠٠٠٠٠", True, True, id="arabic-digits"),
        pytest.param("9000000000000", False, False, id="2255"),
        pytest.param("16786000000", False, False, id="eleven-digits"),
        pytest.param("1678600000x", False, False, id="letter"),
    ],
)
def test_a_number_is_a_time_by_its_size(text: str, seconds: bool, thousandths: bool) -> None:
    assert (is_epoch(text), is_epoch(text, thousandths=True)) == (seconds, thousandths)
