"""The edits themselves: each does what it says, on the sample's articles."""

import re
import unicodedata
from collections import Counter
from random import Random

import pytest

from tasks.text.letters import HARAKAT, INVISIBLE, TATWEEL
from tests.quality import edits_of_letters as letters
from tests.quality.planting import edited
from tests.quality.republication import DIGESTS, EDITS
from tests.quality.stories import Article, articles, split_parts

ARTICLES = articles(real=False)
LONG = Article(
    "a#1",
    "صدى الضفتين",
    "وزارة النقل: «عودة القطار» في 2026",
    "قال المسؤول إن الوزارة، التي تدير «الخط»، ستعيد القطار إلى العمل في مايو 2026.\n"
    "وأكد أن أحمد علي وفريقه انتهوا من المرحلة الأولى، وبدأوا الثانية في القاهرة.\n"
    "وأشار إلى أن الأسعار لن تزيد أبدا؛ وأضاف: هل يعقل أن تزيد 3.5 مرة؟ لا أظن ذلك.\n"
    "ويرى السكان أن العودة جاءت في وقتها، وقالت ليلى مراد إن الانتظار كان طويلا جدا.\n"
    "واختتم الوزير بأن اللجنة ستنعقد على الفور في مبنى المحافظة، وأن الدعوة عامة.",
)
OTHERS = ARTICLES[:12]
SPELT_ANEW = {"full-harakat", "hamza-seats", "presentation-forms", "egyptian-spelling"}


def printed(name: str, article: Article = LONG) -> Article:
    return edited(name, EDITS[name], article, OTHERS)


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def without(marks: str, text: str) -> str:
    return text.translate(dict.fromkeys(map(ord, marks)))


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_changes_the_text_and_always_alike(name: str) -> None:
    copy = printed(name)
    assert copy.text != LONG.text
    assert copy == printed(name)
    assert (copy.article_id, copy.outlet) == (LONG.article_id, LONG.outlet)
    assert copy.text == copy.text.strip()


@pytest.mark.parametrize("name", EDITS)
def test_many_articles_are_changed_and_stay_what_they_are(name: str) -> None:
    changed = 0
    for article in ARTICLES:
        copy = printed(name, article)
        changed += copy.text != article.text
        if name not in SPELT_ANEW:
            own, new = Counter(words(article.text)), Counter(words(copy.text))
            assert (own & new).total() > 0.55 * min(own.total(), new.total())
    assert changed > (10 if name == "arabic-indic-digits" else 0.8 * len(ARTICLES))


@pytest.mark.parametrize(
    ("name", "marks"),
    [
        ("full-harakat", HARAKAT),
        ("sparse-harakat", HARAKAT),
        ("tatweel", TATWEEL),
        ("direction-marks", INVISIBLE),
    ],
)
@pytest.mark.parametrize("article", [LONG, *ARTICLES[:5]], ids=lambda article: article.article_id)
def test_without_its_marks_it_is_the_original(name: str, marks: str, article: Article) -> None:
    copy = printed(name, article)
    assert copy.text != article.text
    assert without(marks, copy.text) == without(marks, article.text)
    assert without(marks, copy.title or "") == without(marks, article.title or "")


def test_presentation_forms_are_the_same_letters() -> None:
    copy = printed("presentation-forms")
    assert not re.search("[ء-ي]", copy.text)
    assert unicodedata.normalize("NFKC", copy.text) == LONG.text
    assert letters.shape_letters("بيت لا", Random(0)) == "ﺑﻴﺖ ﻻ"


def test_spaces_are_the_same_words() -> None:
    text = printed("spaces").text
    assert without(INVISIBLE, text).replace("\N{NO-BREAK SPACE}", " ") == LONG.text


@pytest.mark.parametrize(
    ("edit", "text", "copy"),
    [
        (letters.dot_final_alef, "على ليلى، إلى", "علي ليلي، إلي"),
        (letters.undot_ta_marbuta, "الحكومة، لجنة", "الحكومه، لجنه"),
        (letters.write_as_in_egypt, "في شؤون أحمد وأمي", "فى شئون احمد وامى"),
        (letters.swap_punctuation, "«نعم»، قال؛ لم؟", '"نعم", قال; لم?'),
        (letters.drop_punctuation, "«نعم»، قال: 3.5 - لم؟", "نعم قال 3.5 لم"),
        (letters.drop_punctuation, "في 2017.\nوقال", "في 2017\nوقال"),
        (letters.swap_digits, "عام 2026", "عام ٢٠٢٦"),
        (letters.swap_digits, "عام ٢٠٢٦", "عام 2026"),
        (letters.break_lines, "نعم.\nلا", "نعم. لا"),
    ],
)
def test_a_spelling(edit: letters.Respelling, text: str, copy: str) -> None:
    assert edit(text, Random(0)) == copy


def test_a_conjunction_is_split_off_and_no_root_letter() -> None:
    text = letters.split_off_waw("وقالت وزارة النقل " * 20, Random(0))
    assert "و قالت" in text
    assert "و زارة" not in text


def test_a_byline_stands_before_the_whole_text() -> None:
    line, _, text = printed("byline").text.partition("\n")
    assert len(line.split()) < 8
    assert text == LONG.text


def test_a_related_block_stands_within_the_text() -> None:
    copy = printed("related-block").text.split("\n")
    block = [line for line in copy if line not in LONG.text]
    start = copy.index(block[0])
    assert 0 < start < len(copy) - len(block)
    assert copy[start : start + len(block)] == block
    titles = {other.title for other in OTHERS}
    assert 2 <= len(titles & set(block)) == len(block) - 1 <= 4


def test_an_agency_is_credited_at_one_end() -> None:
    text = printed("agency-credit").text
    assert text.startswith(LONG.text) or text.endswith(LONG.text)


@pytest.mark.parametrize(("name", "share"), [("cut-to-60", 0.6), ("cut-to-80", 0.8)])
@pytest.mark.parametrize("article", ARTICLES[:5], ids=lambda article: article.article_id)
def test_a_cut_text_is_the_beginning(name: str, share: float, article: Article) -> None:
    text = printed(name, article).text.rstrip(" .")
    assert article.text.startswith(text)
    assert len(text.split()) / len(article.text.split()) == pytest.approx(share, abs=0.02)


def test_a_tenth_of_the_words_is_changed() -> None:
    kept = whole = 0
    for article in ARTICLES:
        own = Counter(article.text.split())
        kept += (own & Counter(printed("tenth-of-words", article).text.split())).total()
        whole += own.total()
    assert 0.88 < kept / whole < 0.95


def test_a_new_lead_stands_over_the_whole_text() -> None:
    lead, _, text = printed("new-lead").text.partition("\n")
    assert text == LONG.text
    own = set(LONG.text.split())
    assert 0.2 < sum(word in own for word in lead.split()) / len(lead.split()) < 0.8


@pytest.mark.parametrize("name", ["spun-connectives", "heavy-spin", "function-words"])
def test_rewording_keeps_the_order_of_most_words(name: str) -> None:
    own, new = Counter(words(LONG.text)), Counter(words(printed(name).text))
    assert (own & new).total() > 0.6 * own.total()
    assert len(new - own) > 2


def test_sentences_in_another_order_are_the_same() -> None:
    text = printed("sentences-reordered").text
    assert Counter(text.split()) == Counter(LONG.text.split())
    assert split_parts(text)[0] == split_parts(LONG.text)[0]


@pytest.mark.parametrize("article", [LONG, *ARTICLES[:8]], ids=lambda article: article.article_id)
def test_a_passage_is_cut_out(article: Article) -> None:
    left = Counter(printed("passage-cut-out", article).text.split())
    own = Counter(article.text.split())
    assert left <= own
    assert 0.6 < left.total() / own.total() < 1


@pytest.mark.parametrize("article", [LONG, *ARTICLES], ids=lambda article: article.article_id)
def test_the_parts_of_a_text_are_the_text(article: Article) -> None:
    assert "".join(split_parts(article.text)) == article.text


@pytest.mark.parametrize("name", DIGESTS)
def test_a_digest_has_of_both_stories(name: str) -> None:
    one, other = ARTICLES[:2]
    text = DIGESTS[name](one, Random(0), [other]).text
    for story in (one, other):
        own = Counter(words(story.text))
        assert (own & Counter(words(text))).total() > 0.3 * own.total()
