"""What markup says of a line, against what a rule would take it for without that."""

from typing import Any, Final

import pytest

from tests.clean.record_tables import cleaned

TITLE: Final = "إعادة افتتاح المتحف بعد الترميم"
STORY: Final = (
    "فتح متحف الميناء أبوابه للزوار أمس بعد أعمال ترميم دامت ثلاثة أعوام، وشملت القاعات الكبرى "
    "والمخازن والحديقة المطلة على البحر."
)
SECOND: Final = "وقال مدير المتحف إن القاعات تعرض للمرة الأولى قوارب الصيادين القديمة وأدواتهم."
LINK: Final = "سوق القرية يعود كل خميس"
BELOW: Final = (
    "متحف الميناء يستقبل زواره\nالقاعات الكبرى بعد الترميم\nقوارب الصيادين القديمة في المتحف"
)


def made(text: str, kind: str | None, *lines: int, **record: Any) -> dict[str, Any]:
    """Clean a text whose lines are what markup says of them, beside an article of that title."""
    hints = [{"kind": kind, "line": line} for line in lines] if kind else None
    told = {"text": text, "title": TITLE, "hints": hints} | record
    return cleaned(told, {"text": STORY, "title": LINK})[0]


@pytest.mark.parametrize(
    ("text", "line", "kinds"),
    [
        pytest.param(f"متحف الميناء\n{STORY}\n{SECOND}", 0, ("heading", "list_item", "quote"),
                     id="lone-caption"),
        pytest.param(f"زوار أمام القاعة\nلندن، بريطانيا (CNN) -- {STORY}", 0,
                     ("heading", "list_item", "quote"), id="caption-above-a-dateline"),
        pytest.param(f"{STORY}\n{LINK}\n{SECOND}", 1, ("heading", "list_item", "quote"),
                     id="linked-title"),
        pytest.param(f"سالم حداد\n{STORY}\n{SECOND}", 0, ("heading", "list_item"), id="byline"),
        pytest.param(f"زوار المتحف:\n(أ ف ب)\n{STORY}\n{SECOND}", 1, ("heading",), id="agency"),
        pytest.param(f"{STORY}\nوقال {SECOND}\nوالفائز بالجائزة الأولى هو:\nسالم حداد", 3,
                     ("list_item",), id="signature"),
        pytest.param(f"{SECOND}\nاقرأ أيضاً\nخبر آخر من المدينة\nمواعيد الزيارة\n{STORY}", 3,
                     ("heading", "quote"), id="item-of-a-related-block"),
    ],
)  # fmt: skip
def test_a_rule_leaves_what_markup_says_is_of_the_story(
    text: str, line: int, kinds: tuple[str, ...]
) -> None:
    told = text.split("\n")[line]
    assert told not in made(text, None)["body"].split("\n")
    for kind in kinds:
        assert told in made(text, kind, line)["body"].split("\n"), kind


def test_headings_below_a_story_are_no_bare_links() -> None:
    text = f"{SECOND}\n{STORY}\n{BELOW}"
    assert made(text, None)["body"] == f"{SECOND}\n{STORY}"
    assert made(text, "list_item", 2, 3, 4)["body"] == text


def test_items_of_a_list_are_bullets_under_a_heading_over_links() -> None:
    items = "كيف يعيش صيادو الجزر البعيدة في الشتاء؟\nمتى يعود القطار؟"
    text = f"{STORY}\nاقرأ أيضاً\n{items}\n{SECOND}"
    assert made(text, None)["related"] == []
    row = made(text, "list_item", 2, 3)
    assert [link["title"] for link in row["related"]] == items.split("\n")
    assert row["body"] == f"{STORY}\n{SECOND}"


def test_a_list_alone_is_no_related_block() -> None:
    text = f"{STORY}\nوشملت الأعمال:\nالقاعة الكبرى\nالحديقة\n{SECOND}"
    row = made(text, "list_item", 2, 3)
    assert (row["body"], row["related"]) == (text, [])


def test_a_heading_that_says_who_wrote_is_a_byline() -> None:
    row = made(f"بقلم: سالم حداد\n{STORY}\n{SECOND}", "heading", 0)
    assert (row["authors"], row["body"]) == (["سالم حداد"], f"{STORY}\n{SECOND}")


def test_lines_are_those_of_the_raw_text() -> None:
    """Repair takes out blank lines, joins what a letter of two is, and splits no line."""
    raw = f"\n\u200f \n{STORY[:60]}ﷺ &amp; \r\n\n  متحف   الميناء\n\n{STORY}\n{SECOND}"
    number = raw.split("\n").index("  متحف   الميناء")
    assert "متحف الميناء" in made(raw, "heading", number)["body"].split("\n")
    above = f"\n\n  متحف   الميناء\n\n{STORY}\n{SECOND}"
    assert made(above, "heading", 0, 1, 3)["captions"] == ["متحف الميناء"]
    assert made(above, "heading", 2)["captions"] == []
