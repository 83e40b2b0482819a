"""Dates of other stories in piles."""

import pytest

from tests.clean.record_tables import cleaned

STORY = "وقال الوزير إن الجسر سيفتح غدا أمام السيارات بعد عامين من العمل فيه"
COLOPHON = "شبكة الأفق قناة إخبارية مستقلة اتخذت من العاصمة بغداد مقرا لها."


@pytest.mark.parametrize(
    "pile",
    [
        " 2 أيلول 2 أيلول 10:20 1 أيلول تصفح المزيد",
        f" اليوم 2 أيلول 1 أيلول {COLOPHON}",
        f" 5 أيلول 1 تموز {COLOPHON}",
        "\nاليوم 06:42\n20 آب\n19 آب",
    ],
    ids=["in-the-line", "colophon", "two-and-a-colophon", "a-line-each"],
)
def test_a_pile_goes(pile: str) -> None:
    (row,) = cleaned({"text": STORY + pile, "title": "الجسر"})
    assert row["body"] == STORY
    assert {cut["kind"] for cut in row["removed"]} <= {"meta", "promo"}


@pytest.mark.parametrize(
    "text",
    [
        f"{STORY} في 2 أيلول و10 أيلول و1 تشرين الأول",
        f"{STORY}\n20 آب\nوصل الوفد إلى المدينة في الصباح.\n21 آب\nغادر الوفد المدينة في المساء.",
    ],
    ids=["told", "a-diary"],
)
def test_dates_of_the_story_stay(text: str) -> None:
    assert cleaned({"text": text, "title": "الجسر"})[0]["body"] == text
