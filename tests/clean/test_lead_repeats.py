import pytest

from tests.clean.record_tables import cleaned

LEAD = "أقرّ مجلس بلدية الضفتين موازنة العام المقبل بعد نقاش طويل امتد حتى ساعات الفجر"
STORY = "وقال رئيس المجلس إن الموازنة تشمل توسعة المدارس وتجديد شبكة المياه في الأحياء القديمة."
OTHER = "نقابة المعلمين تطالب بصرف الرواتب المتأخرة قبل بداية العام الدراسي وتهدد بالإضراب العام"


@pytest.mark.parametrize(
    ("text", "body"),
    [
        pytest.param(f"{LEAD}\n{STORY}\n{LEAD}", f"{LEAD}\n{STORY}", id="last-line"),
        pytest.param(
            f"{LEAD}\n{OTHER}\n{LEAD}\n{OTHER}", f"{LEAD}\n{OTHER}", id="summary-of-two-lines"
        ),
        pytest.param(f"{LEAD}\n{STORY}\n{LEAD}\n{LEAD}", f"{LEAD}\n{STORY}", id="three-times"),
        pytest.param(
            f"{LEAD}\n{STORY}\nأقر مجلس بلديّة الضفتين موازنة العام المقبل، بعد نقاش طويل امتد "
            "حتى ساعات الفجر",
            f"{LEAD}\n{STORY}",
            id="spelt-otherwise",
        ),
    ],
)
def test_the_later_copy_goes_and_the_first_stays(text: str, body: str) -> None:
    row = cleaned({"text": text})[0]
    assert row["body"] == body
    assert {cut["kind"] for cut in row["removed"]} == {"lead_repeat"}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"{LEAD}\n{LEAD}\n{STORY}", id="the-copy-is-a-paragraph"),
        pytest.param(f"{LEAD}\n{STORY}\n{LEAD}\n{OTHER}", id="the-story-goes-on"),
        pytest.param("يا دار\nكنا هنا نسهر\nيا دار", id="refrain"),
        pytest.param(f"{STORY}\n{LEAD}\n{OTHER}\n{LEAD}", id="not-the-first-line"),
    ],
)
def test_what_comes_again_for_its_own_sake_stays(text: str) -> None:
    assert cleaned({"text": text})[0]["body"] == text
