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
