"""The scan finds what cleaning must have taken out, and counts as Python does."""

import unicodedata

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.validate import scan as scanning
from tasks.validate.scan import has_markup, scan

FLAWS = {
    "control": scanning.CONTROL,
    "invisible": scanning.INVISIBLE,
    "quote": scanning.CURLY_QUOTE,
    "form": scanning.PRESENTATION_FORM,
    "space": scanning.UNTIDY_WHITESPACE,
}


def flaws_of(text: str, *, one_line: bool = False) -> set[str]:
    scanned = scan(pa.array([text]), one_line=one_line)
    return {name for name, flaw in FLAWS.items() if scanned.has(flaw)[0]}


@pytest.mark.parametrize(
    ("text", "flaws"),
    [
        pytest.param("نص سليم\nفي فقرتين", set(), id="sound"),
        pytest.param("ا\x00ب", {"control"}, id="nul"),
        pytest.param("ا\tب", {"control"}, id="tab"),
        pytest.param("ا\x85ب", {"control"}, id="c1"),
        pytest.param("\N{RIGHT-TO-LEFT MARK}مصر", {"invisible"}, id="rlm"),
        pytest.param("م\N{ARABIC LETTER MARK}صر", {"invisible"}, id="alm"),
        pytest.param("م\N{SOFT HYPHEN}صر", {"invisible"}, id="soft-hyphen"),
        pytest.param("م\N{ZERO WIDTH NO-BREAK SPACE}صر", {"invisible"}, id="bom"),
        pytest.param("\N{ZERO WIDTH NON-JOINER}", {"invisible"}, id="zwnj-alone"),
        pytest.param("👨\N{ZERO WIDTH JOINER}👩", set(), id="zwj-in-emoji"),
        pytest.param("\N{ARABIC END OF AYAH}٣", set(), id="printed-format-sign"),
        pytest.param("„نعم‟", {"quote"}, id="low-quotes"),
        pytest.param("«نعم» \"لا\" 'ربما'", set(), id="guillemets-and-straight"),
        pytest.param("ﻻ", {"form"}, id="lam-alef"),
        pytest.param("ﷺ", {"form"}, id="salla"),
        pytest.param("﴾آية﴿", set(), id="ornate-parentheses"),
        pytest.param("ا  ب", {"space"}, id="double-space"),
        pytest.param("ا \nب", {"space"}, id="space-before-newline"),
        pytest.param("ا\n\nب", {"space"}, id="empty-line"),
        pytest.param(" ا", {"space"}, id="leading"),
        pytest.param("ا\n", {"space"}, id="trailing"),
        pytest.param("ا\N{NO-BREAK SPACE}ب", {"space"}, id="no-break-space"),
        pytest.param("ا\N{IDEOGRAPHIC SPACE}ب", {"space"}, id="ideographic-space"),
        pytest.param("", set(), id="empty"),
    ],
)
def test_flaws(text: str, flaws: set[str]) -> None:
    assert flaws_of(text) == flaws


def test_a_title_has_one_line() -> None:
    assert flaws_of("سطر\nسطر", one_line=True) == {"space"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param('<p class="x">نص', True, id="tag"),
        pytest.param("نص<BR/>نص", True, id="closed-tag"),
        pytest.param("نص</div>", True, id="end-tag"),
        pytest.param("<!-- سر -->", True, id="comment"),
        pytest.param("قال &quot;نعم&quot;", True, id="named-entity"),
        pytest.param("قال &#8220;نعم", True, id="number-entity"),
        pytest.param("قال &#xA;", True, id="hexadecimal-entity"),
        pytest.param("5 < 6 و 7 > 3", False, id="less-than"),
        pytest.param("شركة AT&T; أعلنت", False, id="company"),
        pytest.param("https://x.example/?a=1&b=2;", False, id="query"),
        pytest.param("<وزير>", False, id="arabic-in-brackets"),
        pytest.param("نص", False, id="none"),
    ],
)
def test_markup(text: str, found: bool) -> None:
    column = pa.chunked_array([pa.array(["سليم"]), pa.array([text, None])])
    assert has_markup(column, scan(column)).tolist() == [False, found, False]


@given(st.lists(st.none() | st.text(st.characters(codec="utf-8"), max_size=30), max_size=10))
def test_counts_are_pythons(texts: list[str | None]) -> None:
    for kind in (pa.string(), pa.large_string()):
        scanned = scan(pa.array(texts, kind))
        plain = [text or "" for text in texts]
        assert scanned.length.tolist() == [len(text) for text in plain]
        assert scanned.words.tolist() == [
            len([word for word in text.replace("\n", " ").split(" ") if word]) for text in plain
        ]


@pytest.mark.parametrize(
    ("text", "letters", "arabic"),
    [
        pytest.param("هاتف iPhone 15، ٣ ألوان", 15, 9, id="two-scripts"),
        pytest.param("مُحَمَّد", 4, 4, id="marks-are-no-letters"),
        pytest.param("گل 汉 𐤀 😀 2", 4, 2, id="other-scripts"),
        pytest.param("", 0, 0, id="empty"),
    ],
)
def test_letters(text: str, letters: int, arabic: int) -> None:
    scanned = scan(pa.array([text]))
    assert (scanned.letters[0], scanned.arabic[0]) == (letters, arabic)


@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_controls_are_unicodes(text: str) -> None:
    categories = {unicodedata.category(char) for char in text if char != "\n"}
    assert ("control" in flaws_of(text)) == ("Cc" in categories)
