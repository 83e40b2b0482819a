import pytest

from tests.clean.record_tables import cleaned

STORY = "أعلنت الحكومة أمس خطة جديدة لتطوير الموانئ في البلاد خلال خمس سنوات."
CAPTION = "متطوعون يوزعون المساعدات على سكان القرية"


@pytest.mark.parametrize(
    "dateline",
    ["لندن، بريطانيا (CNN) -- ", "القاهرة (أ.ش.أ) - ", "باريس (رويترز)- "],
)
def test_the_line_above_an_agencys_dateline_is_a_caption(dateline: str) -> None:
    (row,) = cleaned({"text": f"{CAPTION}\n{dateline}{STORY}", "title": "خطة جديدة للموانئ"})
    assert row["body"] == STORY
    assert row["captions"] == [CAPTION]
    assert [cut["kind"] for cut in row["removed"]] == ["caption", "dateline"]


@pytest.mark.parametrize(
    ("above", "dateline"),
    [
        pytest.param(f"{CAPTION}.", "لندن، بريطانيا (CNN) -- ", id="a-sentence"),
        pytest.param(CAPTION, "لندن - ", id="no-agency"),
        pytest.param(f"- {CAPTION}", "لندن، بريطانيا (CNN) -- ", id="an-item"),
        pytest.param(f"{CAPTION}\n{CAPTION} ثانية", "لندن، بريطانيا (CNN) -- ", id="two-lines"),
        pytest.param(
            f"{CAPTION} {STORY[:-1]} كما جاء في بيانها",
            "لندن، بريطانيا (CNN) -- ",
            id="a-paragraph",
        ),
    ],
)
def test_other_lines_above_a_dateline_stay(above: str, dateline: str) -> None:
    (row,) = cleaned({"text": f"{above}\n{dateline}{STORY}", "title": "خطة جديدة للموانئ"})
    assert row["body"].startswith(above)
    assert row["captions"] == []


def test_what_may_be_the_title_stays() -> None:
    (row,) = cleaned({"text": f"{CAPTION}\nلندن، بريطانيا (CNN) -- {STORY}", "title": None})
    assert CAPTION in (row["title"] or "") + row["body"]
    assert row["captions"] == []
