"""What was cut is known to the letter: the raw text is there again when the cuts are put back."""

import gzip
import json
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.text.repair import repair_column
from tests.clean.record_tables import cleaned
from tests.shared_data import NEWS, needs_news

STORY = (
    "أعلنت البلدية بدء أعمال الصيانة في الشوارع الرئيسية اعتبارا من يوم غد.",
    "وأضافت أن الأعمال تستمر أسبوعين، وأن حركة السير لن تتأثر في ساعات الذروة.",
    'وقال المتحدث باسمها: "نعتذر للسكان عن أي إزعاج".',
    "شملت الأعمال:\n- شارع النيل\n- شارع الجيش",
    "مـــدة العمل   أسبوعان\u200f .",
)
FURNITURE = (
    "اقرأ أيضاً:",
    "اقرأ أيضاً\n- خبر أول\n- خبر ثان",
    "قد يهمك| خبر عن المدينة القديمة",
    "كتبت ليلى الشوملي",
    "كتب: عمار الحلبيتناغمت أوتار العود مع الناي.",
    "// انتهى //",
    "18:10 ت م",
    "المصدر: وكالة الميناء",
    "(صورة أرشيفية)",
    "جميع الحقوق محفوظة",
    "https://news.example/embed/1",
    "\ufeff",
    "",
)
PIECES = st.sampled_from(STORY + FURNITURE)


def letters(text: str) -> str:
    """The text without white space: cuts leave one space or newline behind."""
    return "".join(text.split())


def repaired(text: str) -> str:
    return str(repair_column(pa.array([text], pa.large_string()))[0].as_py() or "")


def check(raw: str, row: dict[str, Any]) -> None:
    """Check that each cut stands in the raw text, and that the body is all the rest, repaired."""
    at = 0
    rest = []
    for cut in row["removed"]:
        assert cut["start"] >= at, "cuts overlap, or are out of order"
        assert raw[cut["start"] : cut["end"]] == cut["text"]
        rest.append(raw[at : cut["start"]])
        at = cut["end"]
    rest.append(raw[at:])
    body = row["body"]
    if any(cut["kind"] == "title" for cut in row["removed"]):
        assert row["title"]
    assert letters(repaired("\n".join(rest))) == letters(body)
    assert body == body.strip()
    assert "\n\n" not in body


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(PIECES, max_size=9).map("\n".join), min_size=1, max_size=4))
def test_cuts_and_body_make_up_the_raw_text(texts: Sequence[str]) -> None:
    for raw, row in zip(texts, cleaned(*({"text": text} for text in texts)), strict=True):
        check(raw, row)


@settings(deadline=None, max_examples=40)
@given(st.lists(PIECES, max_size=9).map("\n".join))
def test_a_clean_text_is_left_alone(text: str) -> None:
    (once,) = cleaned({"text": text, "title": "أعمال الصيانة"})
    (twice,) = cleaned({"text": once["body"], "title": "أعمال الصيانة"})
    assert twice["body"] == once["body"]


def some_news() -> Iterable[dict[str, Any]]:
    with gzip.open(NEWS, "rt", encoding="utf-8", newline="\n") as lines:
        yield from (json.loads(line) for line in islice(lines, 0, None, 40))


@needs_news
def test_real_articles_are_accounted_for_to_the_letter() -> None:
    news = [row for row in some_news() if row["text"]]
    given = [{name: row[name] for name in ("text", "title", "source")} for row in news]
    rows = cleaned(*given)
    for row, record in zip(rows, news, strict=True):
        check(record["text"], row)
    again = cleaned(*(old | {"text": row["body"]} for old, row in zip(given, rows, strict=True)))
    changed = [
        row["record_ref"]
        for row, other in zip(rows, again, strict=True)
        if row["body"] != other["body"] and row["body"]
    ]
    assert len(changed) <= len(rows) // 200, f"a second cleaning changes {len(changed)}"


@pytest.mark.parametrize("text", ["", "   \n ", "اقرأ أيضاً\n- خبر أول\n- خبر ثان"])
def test_nothing_but_noise_leaves_an_empty_body(text: str) -> None:
    """Which the article border then refuses by name."""
    (row,) = cleaned({"text": text})
    assert row["body"] == ""
