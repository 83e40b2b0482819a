import pytest

from tasks.clean.signature import spelling_pattern
from tasks.text.lexicons import load_lexicon
from tests.clean.record_tables import cleaned

BEFORE = "أعلنت البلدية بدء أعمال الصيانة في الشوارع الرئيسية اعتبارا من يوم غد."
AFTER = "وأضافت أن الأعمال تستمر أسبوعين وأن حركة السير لن تتأثر في ساعات الذروة."


@pytest.mark.parametrize(
    ("text", "links"),
    [
        pytest.param(
            f'{BEFORE}\n   روابط ذات علاقة    "متحف" الضفتين    عنوان ثان     {AFTER}',
            ['"متحف" الضفتين', "عنوان ثان"],
            id="dump",
        ),
        pytest.param(
            f"{BEFORE}\n{AFTER} مقالات أخرى للكاتبحديث الصباححديث المساء",
            ["حديث الصباححديث المساء"],
            id="writer",
        ),
        pytest.param(f"{BEFORE}\n{AFTER} ...المزيد", [], id="more"),
        pytest.param(f"{BEFORE}\n{AFTER}\n...المزيد", [], id="more-on-its-line"),
        pytest.param(f"{BEFORE}\n{AFTER} (التفاصيل في الصفحة 3)", [], id="page"),
        pytest.param(f"{BEFORE}\nاقرأ أيضا في الضفة: عنوان\n{AFTER}", ["عنوان"], id="outlet"),
        pytest.param(f"{BEFORE}\nشاهد.. عنوان أول\n{AFTER}", ["عنوان أول"], id="two-dots"),
        pytest.param(f"{BEFORE}\nقد يهمك/ عنوان أول\n{AFTER}", ["عنوان أول"], id="slash"),
        pytest.param(f'{BEFORE}\nللمزيد - "متحف" ليلا\n{AFTER}', ['"متحف" ليلا'], id="dash"),
        pytest.param(f"{BEFORE}\nإقرأ أيضا .عنوان أول\n{AFTER}", ["عنوان أول"], id="one-dot"),
    ],
)  # fmt: skip
def test_links_go_and_the_story_on_their_line_stays(text: str, links: list[str]) -> None:
    row = cleaned({"text": text})[0]
    assert row["body"] == f"{BEFORE}\n{AFTER}"
    assert [link["title"] for link in row["related"]] == links
    assert {cut["kind"] for cut in row["removed"]} == {"related"}


@pytest.mark.parametrize("told", ['وأردف: "هذا هو الطريق."', "وقال «هذا هو الطريق.»"])
def test_a_short_sentence_behind_links_stays_when_a_quotation_ends_it(told: str) -> None:
    row = cleaned({"text": f"{BEFORE}\nروابط ذات علاقة    عنوان أول    {told}\n{AFTER}"})[0]
    assert row["body"] == f"{BEFORE}\n{told}\n{AFTER}"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"{BEFORE}\nروابط ذات علاقة بالموضوع كثيرة.", id="no-gap"),
        pytest.param(f"{BEFORE}\nشاهد الوزير الأعمال.", id="a-verb"),
        pytest.param(f"{BEFORE}\nالمزيد\nمن العمل ينتظرنا\n{AFTER}", id="no-bullets-below"),
        pytest.param(f"{AFTER} (انظر المغني ج 3 ص 12)", id="a-book"),
        pytest.param(f"{BEFORE} وينتظرنا المزيد", id="more-of-it"),
    ],
)
def test_words_of_the_story_stay(text: str) -> None:
    body = cleaned({"text": text})[0]["body"]
    assert body == text.replace("\nالمزيد\n", "\n")


def test_a_link_in_the_middle_of_a_line_ends_at_a_wide_gap() -> None:
    story = " ".join([BEFORE, AFTER] * 3)
    row = cleaned({"text": f"{story} اقرأ أيضا: متحف الضفتين يفتح   {AFTER} {story}"})[0]
    assert row["body"] == f"{story} {AFTER} {story}"
    assert [link["title"] for link in row["related"]] == ["متحف الضفتين يفتح"]


def test_without_a_gap_the_link_and_the_story_stay() -> None:
    text = f"{BEFORE} اقرأ أيضا: متحف الضفتين يفتح {AFTER} {BEFORE} {AFTER} {BEFORE}"
    assert cleaned({"text": text})[0]["body"] == text


def test_links_to_the_author_have_the_letters_that_are_sought() -> None:
    assert all("للك" in spelling_pattern(phrase) for phrase in load_lexicon("author_links"))
