"""The one short line above a story."""

import pytest

from tests.clean.record_tables import cleaned

STORY = (
    "فتح متحف الميناء أبوابه للزوار أمس بعد أعمال ترميم دامت ثلاثة أعوام، وشملت القاعات الكبرى "
    "والمخازن والحديقة المطلة على البحر."
)
SECOND = "وقال مدير المتحف إن القاعات تعرض للمرة الأولى قوارب الصيادين القديمة وأدواتهم."
TITLE = "إعادة افتتاح المتحف بعد الترميم"


@pytest.mark.parametrize(
    "caption",
    [
        pytest.param("متحف الميناء", id="taken-up"),
        pytest.param("زوار في حديقة المتحف", id="half-taken-up"),
        pytest.param("جانب من الحفل", id="a-picture"),
    ],
)
def test_the_only_short_line_above_a_story_is_a_caption(caption: str) -> None:
    (row,) = cleaned({"text": f"{caption}\n{STORY}\n{SECOND}", "title": TITLE})
    assert row["body"] == f"{STORY}\n{SECOND}"
    assert row["captions"] == [caption]


def test_a_second_headline_is_no_caption() -> None:
    line = "متحف الميناء يفتح أبوابه للزوار بعد أعمال ترميم طويلة"
    (row,) = cleaned({"text": f"{line}\n{STORY}\n{SECOND}", "title": "شؤون المدينة"})
    assert row["body"] == f"{STORY}\n{SECOND}"
    assert (row["title"], row["captions"]) == ("شؤون المدينة", [])
    assert [cut["kind"] for cut in row["removed"]] == ["title"]


def test_a_long_line_of_a_picture_is_a_caption() -> None:
    line = "متحف الميناء وقاعاته الكبرى وحديقته المطلة على البحر - صورة أرشيفية"
    (row,) = cleaned({"text": f"{line}\n{STORY}\n{SECOND}", "title": TITLE})
    assert row["captions"] == [line]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"متحف الميناء.\n{STORY}", id="a-sentence"),
        pytest.param(f"متحف الميناء:\n{STORY}", id="announces"),
        pytest.param(f"- متحف الميناء\n{STORY}", id="an-item"),
        pytest.param(f"2024 متحف الميناء\n{STORY}", id="a-number"),
        pytest.param(f"أسعار القمح في الخريف\n{STORY}", id="of-something-else"),
        pytest.param(f"متحف الميناء\n{STORY}\nحديقة البحر\n{SECOND}", id="heads-of-parts"),
        pytest.param("متحف الميناء\nفتح أبوابه للزوار أمس", id="verses"),
    ],
)
def test_other_first_lines_stay(text: str) -> None:
    (row,) = cleaned({"text": text, "title": TITLE})
    assert row["body"] == text
    assert row["captions"] == []


def test_what_may_be_the_title_stays() -> None:
    (row,) = cleaned({"text": f"متحف الميناء\n{STORY}", "title": None})
    assert row["captions"] == []


def test_the_line_under_the_date_of_a_page_is_a_caption() -> None:
    head = "المتحف يستقبل زواره من جديد\nالأحد، 11 أبريل 2010 - 19:18"
    text = f"{head}\nمتحف الميناء\nكتب سالم حداد\n{STORY}"
    (row,) = cleaned({"text": text, "title": None})
    assert row["body"] == STORY
    assert row["captions"] == ["متحف الميناء"]
