"""A title in front of the dateline on one line."""

import pytest

from tests.clean.record_tables import cleaned

TITLE = "الميناء الكبير يستقبل أول سفينة محملة بالقمح"
STORY = (
    "وصلت إلى الميناء الكبير أول سفينة محملة بالقمح بعد رحلة دامت أسبوعين، وقال مديره إن تفريغها "
    "سيستغرق ثلاثة أيام، وإن سفينتين أخريين في الطريق."
)


@pytest.mark.parametrize("dateline", ["عمان -", "عمان -الغد -", "كارتاخينا –"])
def test_what_stands_before_the_dateline_is_the_title(dateline: str) -> None:
    (row,) = cleaned({"text": f"{TITLE} {dateline} {STORY}", "title": None})
    assert row["title"] == TITLE
    assert row["body"] == STORY
    assert [cut["kind"] for cut in row["removed"]] == ["title", "dateline"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"استقبل {TITLE} عمان - {STORY}", id="a-verb-opens-it"),
        pytest.param(f"{TITLE} - القادمة من الجنوب - {STORY}", id="an-aside"),
        pytest.param(
            f"أسعار الخضار في أسواق المدينة القديمة عمان - {STORY}", id="of-something-else"
        ),
        pytest.param(f"{TITLE}. عمان - {STORY}", id="a-sentence"),
    ],
)
def test_a_sentence_with_a_dash_stays(text: str) -> None:
    (row,) = cleaned({"text": text, "title": None})
    assert row["body"] == text
    assert row["title"] is None


def test_a_record_with_a_title_keeps_its_line() -> None:
    text = f"{TITLE} عمان - {STORY}"
    (row,) = cleaned({"text": text, "title": "سفينة القمح"})
    assert row["body"] == text
