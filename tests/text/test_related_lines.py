"""One line, as extraction and as cleaning read it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.text.related_lines import (
    RelatedBlock,
    heading_phrases,
    is_item,
    read_related_block,
    without_bullet,
    without_heading,
)
from tests.clean.record_tables import cleaned

BEFORE = "أعلنت البلدية بدء أعمال الصيانة في الشوارع الرئيسية اعتبارا من يوم غد."
AFTER = "وأضافت أن الأعمال تستمر أسبوعين وأن حركة السير لن تتأثر في ساعات الذروة."
KNOWN = heading_phrases()

HEADINGS = st.sampled_from(["اقرأ أيضاً", "قد يهمك", "المزيد", "شاهد", "- للمزيد من الأخبار"])
SEPARATORS = st.sampled_from(
    [":", " | ", " - ", " – ", "/", "..", ".", " ", "» ", "…", "： ", " في صحيفة الأفق: ", "\n"]
)
WORDS = st.lists(
    st.sampled_from(["متحف", "الضفتين", "يفتح", "أبوابه", "ليلاً", "للزوار", "بعد", "الترميم"]),
    min_size=1,
    max_size=30,
)


@pytest.mark.parametrize(
    ("text", "block"),
    [
        pytest.param("اقرأ أيضاً", RelatedBlock(2, ()), id="heading"),
        pytest.param("- المزيد:", RelatedBlock(1, ()), id="one-word"),
        pytest.param("قد يهمك| متحف الضفتين", RelatedBlock(2, ("متحف الضفتين",)), id="inline"),
        pytest.param("قد يهمك\n- الأول\n• ثان", RelatedBlock(2, ("الأول", "ثان")), id="below"),
        pytest.param("المزيد\n- الأول", RelatedBlock(1, ("الأول",)), id="one-word-over-bullets"),
        pytest.param("المزيد\nالأول", None, id="one-word-over-a-line"),
        pytest.param(f"اقرأ أيضاً\nالأول\n{AFTER}", None, id="story-below"),
        pytest.param("اقرأ أيضاً ما كتبه المؤرخون", None, id="prose"),
        pytest.param("المزيد. متحف الضفتين", None, id="one-word-and-a-stop"),
        pytest.param("متحف الضفتين", None, id="no-heading"),
        pytest.param("", None, id="nothing"),
    ],
)  # fmt: skip
def test_blocks(text: str, block: RelatedBlock | None) -> None:
    assert read_related_block(text, KNOWN) == block


@pytest.mark.parametrize(
    ("line", "bulleted", "item"),
    [
        ("متحف الضفتين يفتح أبوابه", False, True),
        ("هل يفتح متحف الضفتين أبوابه؟", False, False),
        ("هل يفتح متحف الضفتين أبوابه؟", True, True),
        ("ومن أعماله:", False, False),
        ("كلمة " * 18, False, True),
        ("كلمة " * 19, False, False),
        ("كلمة " * 40, True, True),
        ("كلمة " * 41, True, False),
    ],
)
def test_items(line: str, bulleted: bool, item: bool) -> None:
    assert is_item(line, bulleted=bulleted) == item


def test_what_stands_before_a_title() -> None:
    assert without_bullet(" -• متحف الضفتين") == "متحف الضفتين"
    assert without_heading("اقرأ أيضاً متحف الضفتين", KNOWN) == "متحف الضفتين"
    assert without_heading("شاهد متحف الضفتين", KNOWN) == "شاهد متحف الضفتين"
    assert without_heading("اقرأ أيضاً", KNOWN) == "اقرأ أيضاً"


def test_a_profile_has_headings_of_its_own() -> None:
    assert read_related_block("من أرشيفنا: قديم", KNOWN) is None
    mine = heading_phrases(["من أرشيفنا"])
    assert read_related_block("من أرشيفنا: قديم", mine) == RelatedBlock(2, ("قديم",))
    assert read_related_block("اقرأ أيضاً: قديم", mine) == RelatedBlock(2, ("قديم",))


@settings(max_examples=60)
@given(heading=HEADINGS, separator=SEPARATORS, words=WORDS)
def test_cleaning_reads_a_line_as_extraction_does(
    heading: str, separator: str, words: list[str]
) -> None:
    text = f"{heading}{separator}{' '.join(words)}"
    block = read_related_block(text, KNOWN)
    (row,) = cleaned({"text": f"{BEFORE}\n{text}\n{AFTER}"})
    told = [link["title"] for link in row["related"]]
    assert told == list(block.items if block else ())


@given(st.text(st.sampled_from("اقرأيضاً :|-.\n•»؟\N{RIGHT-TO-LEFT MARK}ab"), max_size=60))
def test_any_text_is_read(text: str) -> None:
    block = read_related_block(text, KNOWN)
    assert block is None or all(item in text for item in block.items)
