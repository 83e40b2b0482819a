"""Headlines of other reports without a heading over them."""

import pytest

from tests.clean.record_tables import cleaned

FIRST = (
    "وقال مدير الميناء إن السفينة الأولى وصلت صباح أمس بعد رحلة دامت أسبوعين من موانئ الجنوب، وإن "
    "تفريغ حمولتها من القمح والأخشاب سيستغرق ثلاثة أيام."
)
SECOND = (
    "وأضاف أن الميناء سيستقبل في الشهر المقبل ثلاث سفن أخرى تحمل معدات لمحطة الكهرباء الجديدة التي "
    "تبنيها الحكومة قرب المدينة القديمة."
)
LINKS = "الميناء القديم يتحول إلى متحف للسفن\nكيف يعيش صيادو الجزر البعيدة في الشتاء؟"
BELOW = (
    "وصول السفينة الأولى إلى ميناء المدينة\nوصول السفينة الأولى إلى ميناء المدينة\n"
    "تفريغ حمولة القمح والأخشاب في الميناء"
)


def row(text: str, source: str = "BBC Arabic") -> dict[str, object]:
    (cleaned_row,) = cleaned({"text": text, "title": "سفينة في الميناء", "source": source})
    return cleaned_row


@pytest.mark.parametrize("subhead", ["", "\nموسم الصيد"], ids=["paragraph", "subhead"])
def test_links_between_paragraphs_of_an_outlet_that_prints_them_so(subhead: str) -> None:
    cut = row(f"{FIRST}\n{LINKS}{subhead}\n{SECOND}")
    assert cut["body"] == f"{FIRST}{subhead}\n{SECOND}"
    assert [each["title"] for each in cut["related"]] == LINKS.split("\n")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "source"),
    [
        pytest.param(f"{FIRST}\n{LINKS}\n{SECOND}", "صدى الضفتين", id="another-outlet"),
        pytest.param(f"{FIRST}\nالميناء القديم يتحول إلى متحف\n{SECOND}", "BBC", id="a-subhead"),
        pytest.param(
            f"{FIRST}\nفكيف يعيش صيادو الجزر في الشتاء؟\nوهل تكفيهم مراكبهم القديمة؟\n{SECOND}",
            "BBC",
            id="a-story-asks",
        ),
        pytest.param(f"{FIRST}\n{LINKS}", "BBC", id="two-at-the-end"),
        pytest.param(
            f"{FIRST}\nيا بحر هل عادت إليك سفائني\nأم ضل في الليل ملاحي\nوالريح تعصف بالقلوع",
            "صدى الضفتين",
            id="verses",
        ),
    ],
)
def test_other_lines_stay(text: str, source: str) -> None:
    assert row(text, source)["body"] == text


def test_headlines_that_end_a_text_and_take_up_its_words_go_everywhere() -> None:
    assert row(f"{FIRST}\n{SECOND}\n{BELOW}", "صدى الضفتين")["body"] == f"{FIRST}\n{SECOND}"
