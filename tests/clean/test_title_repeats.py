import pytest

from tests.clean.record_tables import cleaned

TITLE = 'وزير النقل يفتتح "جسر الضفتين" أمام السيارات'
STORY = "أعلن وزير النقل أمس أن الجسر الجديد فوق النهر فتح أمام السيارات بعد عامين من أعمال البناء."


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        pytest.param(f"{TITLE}\n{STORY}", ["title_repeat"], id="first-line"),
        pytest.param(
            f"وزير النقل يفتتح «جسر الضفتين» أمام السيّارات\n{STORY}", ["title_repeat"], id="folded"
        ),
        pytest.param(f"{TITLE} - صدى الضفتين\n{STORY}", ["title_repeat"], id="outlet-behind"),
        pytest.param(f"sada.example - {TITLE}\n{STORY}", ["meta"], id="outlet-ahead"),
        pytest.param(f"{TITLE}     {STORY}", ["title_repeat"], id="dump-of-one-line"),
        pytest.param(
            f"{STORY}\nرابط الخبر بصحيفة الضفتين: {TITLE}", ["meta", "title_repeat"], id="label"
        ),
        pytest.param(
            f"{STORY} رابط الخبر: وزير النقل يفتتح الجسر",
            ["meta", "title_repeat"],
            id="other",
        ),
    ],
)
def test_the_title_is_not_told_twice(text: str, kinds: list[str]) -> None:
    row = cleaned({"text": text, "title": TITLE})[0]
    assert (row["body"], row["title"]) == (STORY, TITLE)
    assert [cut["kind"] for cut in row["removed"]] == kinds


@pytest.mark.parametrize(
    ("text", "title"),
    [
        pytest.param("يا نهر هل من عودة\nلمن مضى\nوهل لنا في الليل\nمن سامر", "يا نهر هل من عودة",
                     id="first-verse"),
        pytest.param(f"الصين\n{STORY}", "الصين", id="one-word"),
        pytest.param(f"أفضل مدن العالم للعيش:\n- {STORY}", "أفضل مدن العالم للعيش", id="announces"),
        pytest.param(f"{STORY} وقال إن {TITLE} قريبا.", TITLE, id="within-a-sentence"),
        pytest.param(f"{TITLE}، وقال إن العمل استمر عامين كاملين.", TITLE, id="opens-a-sentence"),
    ],
)  # fmt: skip
def test_words_that_the_story_needs_stay(text: str, title: str) -> None:
    assert cleaned({"text": text, "title": title})[0]["body"] == text


def test_a_page_that_was_saved_as_its_title_is_not_lost() -> None:
    page = f"صدى - {STORY} {STORY} {STORY} {STORY}"
    assert cleaned({"text": page, "title": page.removeprefix("صدى - ")})[0]["body"] == page
