import pytest

from tests.clean.record_tables import cleaned

BEFORE = "أعلنت البلدية بدء أعمال الصيانة في الشوارع الرئيسية اعتبارا من يوم غد."
AFTER = "وأضافت أن الأعمال تستمر أسبوعين وأن حركة السير لن تتأثر في ساعات الذروة."


@pytest.mark.parametrize(
    ("block", "links"),
    [
        pytest.param("اقرأ أيضاً\n- الأول\n- الثاني\n- الأول", ["الأول", "الثاني"], id="repeats"),
        pytest.param("إقرأ أيضا:\n• الأول\n• الثاني", ["الأول", "الثاني"], id="bullets"),
        pytest.param(
            "قد يهمك\nالخبر الأول\nالخبر الثاني", ["الخبر الأول", "الخبر الثاني"], id="bare"
        ),
        pytest.param("اقرأ أيضا: خبر عن المدينة", ["خبر عن المدينة"], id="inline-colon"),
        pytest.param("قد يهمك| خبر عن المدينة", ["خبر عن المدينة"], id="inline-bar"),
        pytest.param("مواضيع ذات صلة", [], id="heading-alone"),
        pytest.param("- اقرأ المزيد:\n- الأول", ["الأول"], id="heading-with-a-bullet"),
    ],
)
def test_a_block_in_the_middle_goes_and_the_story_stays(block: str, links: list[str]) -> None:
    row = cleaned({"text": f"{BEFORE}\n{block}\n{AFTER}"})[0]
    assert row["body"] == f"{BEFORE}\n{AFTER}"
    assert [link["title"] for link in row["related"]] == links
    assert "\n".join(cut["text"] for cut in row["removed"]) == block
    assert {cut["kind"] for cut in row["removed"]} == {"related"}


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("للمزيد من المعلومات يمكن الاتصال بالبلدية مباشرة.", id="prose"),
        pytest.param("اقرأ أيضا في هذا السياق ما كتبه المؤرخون عن المدينة القديمة.", id="no-colon"),
        pytest.param(
            "شملت الأعمال:\n- شارع النيل\n- شارع الجيش\n- ميدان المحطة", id="genuine-list"
        ),
        pytest.param("قال إن قراءة المزيد عن المدينة أمر ممتع.", id="words-inside"),
    ],
)
def test_what_only_looks_like_a_block_stays(line: str) -> None:
    text = f"{BEFORE}\n{line}\n{AFTER}"
    row = cleaned({"text": text})[0]
    assert (row["body"], row["related"], row["removed"]) == (text, [], [])


def test_a_long_line_after_bare_links_is_the_story() -> None:
    end = "وختم البيان بالقول إن المرحلة الثانية تبدأ مطلع العام المقبل في الأحياء الجنوبية."
    row = cleaned({"text": f"{BEFORE}\nاقرأ أيضا\nخبر قصير عن المدينة\n{AFTER}\n{end}"})[0]
    assert row["body"] == f"{BEFORE}\n{AFTER}\n{end}"


def test_a_short_line_that_announces_something_is_the_story() -> None:
    story = "ومن أعماله:\nشارع النيل وميدان المحطة"
    row = cleaned({"text": f"{BEFORE}\nاقرأ أيضا\nخبر قصير عن المدينة\n{story}\n{AFTER}"})[0]
    assert row["body"] == f"{BEFORE}\n{story}\n{AFTER}"


def test_guillemets_are_bullets_too() -> None:
    text = f"{BEFORE}\nاقرأ أيضا\n» خبر أول\n» خبر ثان\nوأضاف الوزير بعد ذلك"
    row = cleaned({"text": text})[0]
    assert row["body"] == f"{BEFORE}\nوأضاف الوزير بعد ذلك"
    assert [link["title"] for link in row["related"]] == ["خبر أول", "خبر ثان"]


def test_a_profile_adds_headings() -> None:
    row = cleaned({"text": f"{BEFORE}\nمن أرشيفنا:\n- قديم"}, related_headings=["من أرشيفنا"])[0]
    assert (row["body"], [link["title"] for link in row["related"]]) == (BEFORE, ["قديم"])


def test_nothing_but_links_leaves_an_empty_body() -> None:
    row = cleaned({"text": "اقرأ أيضا:\n- الأول\n- الثاني"})[0]
    assert row["body"] == ""
