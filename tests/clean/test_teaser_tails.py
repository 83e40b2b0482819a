"""Teasers of other stories below a story."""

import pytest

from tests.clean.record_tables import cleaned

STORY = [
    "أعلن مجلس مدينة الضفة، الثلاثاء، افتتاح الجسر الجديد فوق النهر بعد عامين من العمل.",
    "وقال رئيس المجلس إن الجسر سيخدم عشرة آلاف سيارة في اليوم، وإن العمل فيه لم يتوقف.",
    "وأضاف أن المجلس سيبدأ في الربيع توسعة الطريق المؤدية إليه من جهة الشرق والغرب.",
]
TEASERS = [
    "كشف باحثون في جامعة الساحل، الأحد، عن سفينة غارقة عمرها ألف عام قبالة الميناء القديم.",
    "قررت شركة النقل البحري زيادة رحلاتها إلى الجزر في فصل الصيف، وفقا لبيان نشرته الإثنين.",
    "هل تنسى مفاتيحك كل صباح؟ إليك ما يقوله الأطباء عن ذاكرة العاملين في ساعات الليل.",
    "فاز فريق الأفق بكأس المدينة بعد مباراة طويلة أمام فريق الميناء انتهت بركلات الترجيح.",
    "وصل وفد من تجار الحبوب إلى العاصمة، الأربعاء، لبحث أسعار الموسم المقبل مع الوزارة",
]


def body(*lines: str) -> str:
    return cleaned({"text": "\n".join(lines), "title": "افتتاح الجسر"})[0]["body"]  # type: ignore[no-any-return]


def test_five_leads_below_a_story_go_and_are_its_links() -> None:
    row = cleaned({"text": "\n".join([*STORY, *TEASERS]), "title": "افتتاح الجسر"})[0]
    assert row["body"] == "\n".join(STORY)
    assert {each["kind"] for each in row["removed"]} == {"related"}
    assert [each["title"] for each in row["related"]] == TEASERS


@pytest.mark.parametrize(
    ("number", "line"),
    [
        pytest.param(0, "وكشف باحثون عن سفينة غارقة عمرها ألف عام قبالة الميناء القديم.", id="waw"),
        pytest.param(
            4, "يذكر أن وفدا من التجار وصل إلى العاصمة لبحث أسعار الموسم المقبل.", id="goes-on"
        ),
        pytest.param(
            2, "3- فاز فريق الأفق بكأس المدينة بعد مباراة طويلة أمام فريق الميناء.", id="list"
        ),
        pytest.param(
            2, "ثالثا: فاز فريق الأفق بكأس المدينة بعد مباراة طويلة أمام الميناء.", id="label"
        ),
        pytest.param(1, "قررت شركة النقل البحري زيادة رحلاتها إلى الجزر. " * 6, id="long"),
        pytest.param(3, "فاز فريق الأفق بكأس المدينة.", id="short"),
    ],
)
def test_one_line_of_another_shape_keeps_all(number: int, line: str) -> None:
    lines = [*STORY, *TEASERS]
    lines[len(STORY) + number] = line
    assert TEASERS[1 if number != 1 else 0] in body(*lines)


def test_a_digest_without_a_story_stays() -> None:
    assert TEASERS[0] in body(*TEASERS, *TEASERS[::-1])


def test_nouns_and_verbs_of_the_present_open_no_reports() -> None:
    lines = [f"المدينة رقم {n} تعلن أسماء الفائزين بجائزة الحدائق لهذا العام" for n in range(5)]
    assert lines[0] in body(*STORY, *lines)
