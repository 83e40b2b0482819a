import pytest

from tests.clean.record_tables import cleaned

STORY = "أعلن وزير النقل أمس افتتاح الجسر أمام السيارات."


@pytest.mark.parametrize(
    ("text", "in_text", "title", "body"),
    [
        pytest.param(f"افتتاح الجسر\n{STORY}", True, "افتتاح الجسر", STORY, id="first-line"),
        pytest.param(f"\n\nافتتاح الجسر\n\n{STORY}", True, "افتتاح الجسر", STORY, id="blanks"),
        pytest.param(STORY, True, None, STORY, id="one-line-is-the-article"),
        pytest.param(f"{STORY}\n \n", True, None, STORY, id="one-line-and-blanks"),
        pytest.param(f"سطر أول\n{STORY}", False, None, f"سطر أول\n{STORY}", id="no-text-file"),
    ],
)
def test_the_first_line_of_a_text_file_is_the_title(
    text: str, in_text: bool, title: str | None, body: str
) -> None:
    neighbours = [{"text": line, "title_in_text": True} for line in ("أول", "ثان\nثالث")]
    row = cleaned(neighbours[0], {"text": text, "title_in_text": in_text}, neighbours[1])[1]
    assert (row["title"], row["body"]) == (title, body)


LONG = (
    "افتتح وزير النقل أمس الجسر الجديد فوق النهر أمام السيارات بعد عامين من أعمال البناء، وقال إن "
    "الوزارة تعمل على جسر ثان في شمال المدينة."
)
HEADLINE = "وزير النقل يفتتح الجسر الجديد أمام السيارات"


@pytest.mark.parametrize(
    ("text", "title", "body"),
    [
        pytest.param(f"{HEADLINE}\n{LONG}", HEADLINE, LONG, id="taken-up-below"),
        pytest.param(
            f"متحف الضفتين يغلق أبوابه\nالأحد، 11 أبريل 2010 - 19:18\n{LONG}",
            "متحف الضفتين يغلق أبوابه",
            LONG,
            id="date-line-below",
        ),
        pytest.param(
            f"عدد 16 نوفمبر 2010\n{HEADLINE}\n{LONG}",
            HEADLINE,
            LONG,
            id="below-the-issue",
        ),
        pytest.param(f"متحف الضفتين يغلق أبوابه\n{LONG}", None, None, id="another-matter"),
        pytest.param(f"{HEADLINE}.\n{LONG}", None, None, id="a-sentence"),
        pytest.param(f"متابعة\n{LONG}", None, None, id="one-word"),
        pytest.param(f"{HEADLINE}\nيا نهر هل من عودة\nلمن مضى", None, None, id="verses"),
    ],
)
def test_a_record_without_a_title_has_it_on_its_first_line(
    text: str, title: str | None, body: str | None
) -> None:
    row = cleaned({"text": text})[0]
    assert (row["title"], row["body"]) == (title, text if body is None else body)


def test_the_issue_above_the_title_of_a_text_file_is_not_the_title() -> None:
    row = cleaned({"text": f"عدد 16 نوفمبر 2010\n{HEADLINE}\n{STORY}", "title_in_text": True})[0]
    assert row["title"] == HEADLINE
