import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.draft.recurring import find_recurring
from tests.draft.writing import Writer


def texts_with(
    *, before: str = "", inside: str = "", behind: str = "", count: int = 30
) -> list[str]:
    writer = Writer()
    made = []
    for _ in range(count):
        lines = [before, f"{writer.words(40)}.", inside, writer.words(5), writer.words(6)]
        lines += [f"{writer.words(30)}.", behind]
        made.append("\n".join(line for line in lines if line))
    return made


def test_a_masthead_that_has_the_outlets_name_is_certain() -> None:
    (found,) = find_recurring(texts_with(before="صحيفة الأفق اليومية"), ["الأفق"]).outlets
    assert (found.text, found.texts, found.certain) == ("صحيفة الأفق اليومية", 30, True)


def test_a_line_that_opens_texts_without_the_outlets_name_is_a_guess() -> None:
    (found,) = find_recurring(texts_with(before="ملحق السبت"), ["الأفق"]).outlets
    assert (found.text, found.certain) == ("ملحق السبت", False)


def test_an_opening_before_a_sign_is_a_guess_unless_it_is_a_place() -> None:
    writer = Writer()
    papers = [f"وكالة سنابل: {writer.words(40)}." for _ in range(30)]
    places = [f"القاهرة - {writer.words(40)}." for _ in range(30)]
    assert [each.text for each in find_recurring(papers, []).outlets] == ["وكالة سنابل"]
    assert find_recurring(places, []).outlets == ()


def test_a_masthead_before_a_sign_stands_for_the_lines_that_hold_it() -> None:
    writer = Writer()
    desks = ["متابعات", "ثقافة", "رياضة"]
    texts = [f"عين المدينة – {desk}\n{writer.words(40)}." for desk in desks * 10]
    found = find_recurring(texts, [])
    assert [(each.text, each.texts) for each in found.outlets] == [("عين المدينة", 30)]
    assert found.others == ()


@pytest.mark.parametrize(
    ("heading", "told", "certain"),
    [
        pytest.param("من أرشيف الأفق:", "من أرشيف الأفق", True, id="sounds-like-one"),
        pytest.param("صندوق الأفق:", "صندوق الأفق", False, id="a-colon-alone"),
    ],
)
def test_a_heading_has_ever_other_links_under_it(heading: str, told: str, certain: bool) -> None:
    (found,) = find_recurring(texts_with(inside=heading), []).headings
    assert (found.text, found.texts, found.certain) == (told, 30, certain)


@pytest.mark.parametrize("heading", ["اقرأ أيضاً:", "إقرأ أيضا", "مواضيع ذات صلة"])
def test_a_heading_that_is_built_in_is_not_suggested(heading: str) -> None:
    found = find_recurring(texts_with(inside=heading), [])
    assert found.headings == ()
    assert [each.text for each in found.built_in] == [heading]


def test_a_line_over_prose_is_no_heading() -> None:
    writer = Writer()
    texts = [f"{writer.words(30)}.\nوأضاف الوزير:\n{writer.words(30)}." for _ in range(30)]
    found = find_recurring(texts, [])
    assert found.headings == ()
    assert [each.text for each in found.others] == ["وأضاف الوزير:"]


def test_a_line_at_the_end_is_told_and_no_key() -> None:
    found = find_recurring(texts_with(behind="جميع الحقوق محفوظة"), [])
    assert found.outlets == ()
    assert [(each.text, each.place) for each in found.others] == [
        ("جميع الحقوق محفوظة", "last lines")
    ]


def test_words_before_ever_other_names_are_a_phrase_unless_built_in() -> None:
    writer = Writer()
    names = ["سعاد حمدي", "كريم نصر", "ليلى فاضل", "هند صبري", "نبيل عمار"]
    for phrase, expected in (("أعدّها للنشر", ["أعدّها للنشر"]), ("بقلم", [])):
        texts = [f"{phrase}: {name}\n{writer.words(40)}." for name in names * 6]
        assert [each.text for each in find_recurring(texts, []).phrases] == expected


def test_what_stands_in_few_texts_does_not_recur() -> None:
    texts = [*texts_with(before="ملحق السبت", count=3), *texts_with(count=97)]
    found = find_recurring(texts, [])
    assert (found.outlets, found.headings, found.others) == ((), (), ())


@given(st.lists(st.text(max_size=80), max_size=12), st.lists(st.text(max_size=10), max_size=2))
def test_any_text_is_looked_at(texts: list[str], names: list[str]) -> None:
    found = find_recurring(texts * 3, names)
    for each in (*found.outlets, *found.headings, *found.phrases, *found.others):
        assert 1 <= each.texts <= 3 * len(texts)
        assert each.text.strip()
