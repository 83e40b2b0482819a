"""Labels behind a report that ends without a stop."""

import pytest

from tests.clean.record_tables import cleaned

TITLE = "البلدية تفتتح الجسر الجديد فوق النهر"
STORY = "افتتحت البلدية أمس جسرا يصل بين ضفتي النهر وقال رئيسها إن العمل استغرق عامين"


@pytest.mark.parametrize(
    "labels",
    [
        pytest.param("البلدية الجسر النهر", id="words-of-the-title"),
        pytest.param("بلدية المدينة جسر النهر الجديد", id="others-among-them"),
    ],
)
def test_labels_that_take_up_the_title_go(labels: str) -> None:
    (row,) = cleaned({"text": f"{STORY} سمات {labels}", "title": TITLE})
    assert row["body"] == STORY
    assert row["tags"] == [labels]
    assert [(cut["kind"], cut["text"]) for cut in row["removed"]] == [("tags", f"سمات {labels}")]


@pytest.mark.parametrize(
    ("ending", "title"),
    [
        pytest.param("وهذه من سمات الجسر الجديد", TITLE, id="features-of-something"),
        pytest.param("سمات الشخصية في الرواية", TITLE, id="nothing-of-the-title"),
        pytest.param("سمات الجسر الجديد.", TITLE, id="a-sentence"),
        pytest.param("سمات البلدية، الجسر الجديد", TITLE, id="with-a-mark"),
        pytest.param("سمات الجسر الجديد", None, id="no-title"),
    ],
)
def test_features_stay(ending: str, title: str | None) -> None:
    (row,) = cleaned({"text": f"{STORY} {ending}", "title": title})
    assert row["body"].endswith(ending)
