"""Prompts to look or listen elsewhere."""

import pytest

from tasks.clean.media_prompts import BRACKETS, ENDINGS
from tests.clean.record_tables import cleaned

STORY = "وقال الوزير إن الجسر سيفتح غدا أمام السيارات."


def body(text: str) -> str:
    return cleaned({"text": text, "title": "الجسر"})[0]["body"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("shape", BRACKETS, ids=lambda shape: shape.example)
def test_a_prompt_in_brackets_goes_from_the_middle_of_a_line(shape: object) -> None:
    text = f"زار الوزير الجسر {shape.example} وشكر العمال. {STORY}"  # type: ignore[attr-defined]
    assert body(text) == f"زار الوزير الجسر وشكر العمال. {STORY}"


@pytest.mark.parametrize("shape", ENDINGS, ids=lambda shape: shape.example)
@pytest.mark.parametrize("gap", [" ", "\n"], ids=["behind", "below"])
def test_a_prompt_at_the_end_goes(shape: object, gap: str) -> None:
    assert body(f"{STORY}{gap}{shape.example}") == STORY  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "text",
    [
        f"روى الحديث (انظر فتح الباري ج 3) وشرحه. {STORY}",
        f"لعبت (شاهد رخت) دور البطلة. {STORY}",
        f"{STORY} ثم اضغط على أيقونة الإعدادات في الشاشة.",
        f"{STORY} وقال للسكان: تابعوا مع الوزارة فذلك خير.",
    ],
    ids=["reference", "name", "manual", "speech"],
)
def test_what_is_told_stays(text: str) -> None:
    assert body(text) == text
