"""A profile's spelling habits change what is recognised, and no letter of what is published."""

import pytest

from tasks.clean.signature import read_signature
from tasks.sources import Spelling
from tests.clean.record_tables import cleaned

AHRAM = Spelling(alef_maqsura="ي")


@pytest.mark.parametrize(
    ("head", "outlets"),
    [
        pytest.param("كتب: سامح الدمنهوري نفي المتحدث ما تردد", (), id="behind-a-name"),
        pytest.param("كتبت: سلمى عودة التقي الوزير نظيره", (), id="behind-ta-marbuta"),
        pytest.param("الأهرامنفي المتحدث ما تردد", ("الأهرام",), id="glued-to-the-masthead"),
    ],
)
def test_a_verb_in_dotted_ya_opens_a_report_where_that_is_the_habit(
    head: str, outlets: tuple[str, ...]
) -> None:
    assert read_signature(head, whole=False, outlets=outlets) is None
    found = read_signature(head, whole=False, outlets=outlets, spelling=AHRAM)
    assert found is not None
    assert head[found.length :].split(maxsplit=1)[0] in {"نفي", "التقي"}


def test_inside_a_word_nothing_is_certain_still() -> None:
    head = "تحقيق: رائدة برهانفي 4 دقائق"
    assert read_signature(head, whole=True, spelling=AHRAM) is None


def test_the_published_text_keeps_its_letters() -> None:
    text = "كتب: سامح الدمنهوري نفي المتحدث ما تردد علي مواقع التواصل"
    row = cleaned({"text": text, "source": "الأهرام"}, spelling=AHRAM)[0]
    assert row["authors"] == ["سامح الدمنهوري"]
    assert row["body"] == "نفي المتحدث ما تردد علي مواقع التواصل"


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        pytest.param("عدسه: سمير نجم\nافتتح المعرض.", "عدسة", id="ha-for-ta-marbuta"),
        pytest.param("مصور صحفى: سمير نجم\nافتتح المعرض.", "مصور صحفي", id="egyptian-ya"),
        pytest.param("اعداد: سمير نجم\nافتتح المعرض.", "إعداد", id="no-hamza"),
    ],
)
def test_spellings_without_another_meaning_need_no_habit(text: str, phrase: str) -> None:
    row = cleaned({"text": text, "source": "x"}, byline_phrases=[phrase])[0]
    assert (row["authors"], row["body"]) == (["سمير نجم"], "افتتح المعرض.")
