import unicodedata

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.text.repair import raw_places, repair, repair_column

ARABIC = "ابتثجحخدذرزسشصضطظعغفقكلمنهويءآأؤإئةى"
MARKS = "".join(map(chr, range(0x064B, 0x0656)))
NOISE = (
    "\N{ARABIC TATWEEL}\N{RIGHT-TO-LEFT MARK}\N{ZERO WIDTH SPACE}\N{NO-BREAK SPACE}\ufeff"
    "\x1a\0\n\r\t "
    '”“"«».،:-aZ1٣'
)
letter = st.tuples(st.sampled_from(ARABIC), st.text(alphabet=MARKS, max_size=2)).map("".join)
news = st.lists(letter | st.sampled_from(NOISE), max_size=60).map("".join)
"""Marks follow letters, as in any text that was typed."""


def repaired(text: str, *, one_line: bool = False) -> str:
    return repair_column(pa.array([text]), one_line=one_line)[0].as_py() or ""


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        pytest.param("ضد ”داعش”: يعلن", 'ضد "داعش": يعلن', id="quotes-both-closing"),
        pytest.param("قال “نعم„ و”لا“", 'قال "نعم" و"لا"', id="quotes-reversed"),
        pytest.param("قال «نعم»", "قال «نعم»", id="guillemets-stay"),
        pytest.param("ﻗﻮﺍﺕ ﻷمن", "قوات لأمن", id="presentation-forms"),
        pytest.param("النبي ﷺ", "النبي صلى الله عليه وسلم", id="ligature-of-words"),
        pytest.param("100 ﷼", "100 ريال", id="rial-without-farsi-ya"),
        pytest.param("10 م² ½ … ™", "10 م² ½ … ™", id="never-nfkc"),
        pytest.param("تلفـــريك", "تلفريك", id="tatweel-stretches"),
        pytest.param("أَنـْـفُ", "أَنْفُ", id="tatweel-under-a-mark"),
        pytest.param(
            "لـ«عكاظ» وبـ20 الـ50 1447هـ", "لـ«عكاظ» وبـ20 الـ50 1447هـ", id="tatweel-stays"
        ),
        pytest.param("كتابـــ جديد", "كتاب جديد", id="tatweel-at-the-end"),
        pytest.param("أولا ـ ثانيا", "أولا ـ ثانيا", id="tatweel-as-dash"),
        pytest.param("\u200fمصر\u200e اليوم\u202c", "مصر اليوم", id="bidi"),
        pytest.param("الشـ\u00adـرق\u200bالأوسط", "الشرقالأوسط", id="soft-hyphen-and-zero-width"),
        pytest.param("\x1a ما\0 كان\x85ثم", "ما كان\nثم", id="controls"),
        pytest.param("أ\u00a0ب\u202fج\u3000د", "أ ب ج د", id="no-break-spaces"),
        pytest.param("&quot;نعم&amp;quot;&nbsp;&#1575;&#x628;", '"نعم" اب', id="entities"),
        pytest.param("AT&T; R&D &foo; &", "AT&T; R&D &foo; &", id="ampersands-stay"),
        pytest.param("&#147;نعم&#148; &#0; &#xD800;", '"نعم" &#0; &#xD800;', id="windows-entities"),
        pytest.param("ا\u0653ل شد\u0651\u064eة", "آل شد\u064e\u0651ة", id="nfc"),
        pytest.param("  سطر \r\n\r\n  آخر \u2028 ثالث ", "سطر\nآخر\nثالث", id="paragraphs"),
        pytest.param(
            "أحمد إلى على في فى الذى وكما وحيث", "أحمد إلى على في فى الذى وكما وحيث", id="author"
        ),
        pytest.param("مُحَمَّد ١٢٣", "مُحَمَّد ١٢٣", id="harakat-and-digits-stay"),
        pytest.param(
            "👨\u200d👩\u200d👧 مع\u200dا", "👨\u200d👩\u200d👧 معا", id="emoji-joiner-stays"
        ),
    ],
)
def test_repairs(raw: str, clean: str) -> None:
    assert repaired(raw) == clean


@pytest.mark.parametrize("run", ["ـ", "ـ\u200f", "بـ"], ids=["plain", "bidi", "stretched"])
@pytest.mark.timeout(20)
def test_long_runs_of_tatweel_take_no_time(run: str) -> None:
    assert len(repaired(run * 500_000)) <= 500_000


def test_a_title_has_one_line() -> None:
    assert repaired("عنوان\nمن سطرين", one_line=True) == "عنوان من سطرين"


def test_nothing_left_is_null() -> None:
    assert repair_column(pa.array(["\u200f \ufeff", None, "نص"])).to_pylist() == [None, None, "نص"]


@given(news)
def test_a_second_pass_changes_nothing(text: str) -> None:
    once = repaired(text)
    assert repaired(once) == once


MARKED = "اويبلة ى\u0610\u064b\u064c\u064e\u0650\u0651\u0652\u0653\u0654\u0670\u06d6"


HIDDEN = "\0\u200d\u200b\u200f\u061c\ufeff"
FORMS = "\ufeed\ufefb\ufefc\ufed7\ufdf2"


@given(st.text(alphabet=MARKED + HIDDEN + FORMS))
def test_nothing_that_is_taken_away_keeps_marks_from_their_letter(text: str) -> None:
    once = repaired(text)
    assert len(once) == len(unicodedata.normalize("NFC", once)), "a mark stands beside its letter"
    assert repaired(once) == once


@pytest.mark.parametrize(
    "reference", ["&#65018;", "&#xFDFD;", "&amp;#xFDFA;", "&#64336;", "\ufdfd"]
)
@pytest.mark.parametrize("count", [1, 7, 5_000])
def test_references_to_long_forms_have_room(reference: str, count: int) -> None:
    """A basmala of 41 bytes stands for 8: the buffer is made for it."""
    (alone,) = {repaired(reference)}
    texts = ["نص", reference * count, "آخر", reference]
    column = repair_column(pa.array(texts, pa.large_string()))
    assert column.to_pylist() == ["نص", alone * count, "آخر", alone]


@given(st.text(alphabet="اويبلة ى\u064b\u064c\u064e\u0650\u0651\u0652\u0670"))
def test_vowels_and_shadda_stand_as_they_were_typed(text: str) -> None:
    assert repaired(text) == " ".join(text.split())


def test_a_crafted_run_of_marks_takes_no_longer_than_its_length() -> None:
    marks = "\u0652\u0651\u064b" * 300_000
    assert repaired("ا" + marks) == "ا" + marks
    hamza = "\u0654" + marks
    assert repaired("ا" + hamza) == "ا" + hamza


def arabic_letters(text: str) -> list[str]:
    composed = unicodedata.normalize("NFC", text)
    return [c for c in composed if "\u0621" <= c <= "\u063a" or "\u0641" <= c <= "\u064a"]


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="&"), max_size=60))
def test_no_letter_is_lost(text: str) -> None:
    forms = {chr(code) for code in range(0xFB50, 0xFEFF)}
    plain = "".join(c for c in text if c not in forms)
    assert arabic_letters(repaired(plain)) == arabic_letters(plain)


@given(st.lists(news, max_size=5))
def test_rows_do_not_touch_each_other(texts: list[str]) -> None:
    column = repair_column(pa.array(texts, pa.large_string()))
    assert [value or "" for value in column.to_pylist()] == [repaired(text) for text in texts]


@given(news, st.data())
def test_places_lead_back_to_the_raw_text(text: str, data: st.DataObject) -> None:
    """The raw text at the place of a repaired piece repairs to that piece, in whole letters."""
    work = repair(pa.array([text], pa.large_string()))
    whole = work.texts.data.tobytes().decode()
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    offsets = [len(whole[:place].encode()) for place in (start, end)]
    first, last = raw_places(
        work, np.zeros(1, np.int32), np.array(offsets[:1]), np.array(offsets[1:])
    )
    piece = whole[start:end].strip()
    raw = text[first[0] : last[0]]
    bare = str.maketrans("", "", MARKS + "\N{ARABIC TATWEEL}")
    assert repaired(piece).translate(bare) in repaired(raw).translate(bare)
    if not len(work.composed.rows):
        assert len(repaired(raw).translate(bare)) == len(repaired(piece).translate(bare))
