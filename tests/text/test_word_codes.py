import random
from collections import defaultdict

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.text.buffers import texts_of
from tasks.text.letters import FOLDED, HARAKAT, INVISIBLE, TATWEEL
from tasks.text.lexicons import load_lexicon
from tasks.text.word_codes import code_words
from tasks.text.words import hash_words
from tests.text.coding import code_rows, codes_of, kinds_of

SPELLINGS_OF_COUNTRIES = """
    سوريا سورية
    أمريكا أميركا
    أوروغواي أوروجواي
    باراغواي باراجواي
    غواتيمالا جواتيمالا
    هايتي هاييتي
    إنجلترا إنكلترا
    الدنمارك الدانمارك الدنمرك
    كوسوفو كوسوفا
    مولدوفا مولدافيا
    بيلاروس بيلاروسيا
    بنغلاديش بنجلاديش
    كازاخستان كازخستان
    قرغيزستان قيرغيزستان
    تايلاند تايلند
    الفلبين الفيليبين
    نيوزيلندا نيوزيلاندا
    الجابون الغابون
    غامبيا جامبيا
    أنغولا انجولا
"""

FOLDED_WORDS = st.text(alphabet="ابتجدرسعفكلمنهوي35x", min_size=1, max_size=9)
WORDS = st.text(alphabet="ابتجدرسعفكلمنهوىيةأإآؤئء٣5x", min_size=1, max_size=9)
TEXTS = st.lists(st.text(max_size=60), min_size=1, max_size=5)


def code(word: str) -> int:
    (only,) = codes_of(word)
    return only


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        pytest.param("متحف والمتحف بمتاحف", "content", id="nouns"),
        pytest.param("افتتح يفتتحون", "content", id="verbs"),
        pytest.param("محمد الرياض", "content", id="names"),
        pytest.param("BBC ニュース 中国", "content", id="other-scripts"),
        pytest.param("من إلى فى والتي حتى", "function", id="particles"),
        pytest.param("وفى ومن وقد فهو و في", "function", id="particles-of-two-letters-joined"),
        pytest.param("قال وقالت أعلن أكد مشيرا", "function", id="verbs-of-reporting"),
        pytest.param("كما وحيث لكن ولكن", "function", id="connectives"),
        pytest.param("15 ٣٠٠ ۱۲ 2026", "number", id="digits-of-any-script"),
        pytest.param("ب300 ال24 1436هـ 2013م", "number", id="digits-with-what-is-joined-to-them"),
        pytest.param("كوفيد19 مضغوط12", "content", id="digits-among-letters"),
        pytest.param("العراق للعراق وبالعراق عراق", "country", id="prefixes"),
        pytest.param("لبنان ولبنان بلبنان لليابان", "country", id="letters-that-are-no-prefixes"),
        pytest.param("البوسنة بنما بولندا كندا", "country", id="names-that-begin-like-prefixes"),
        pytest.param("قطر مصر", "content", id="countries-of-three-letters"),
        pytest.param("سنة السنة لسنة فنان نما ندا", "content", id="ends-of-countries"),
        pytest.param("المالي البنين", "content", id="countries-that-are-other-words"),
    ],
)
def test_kinds(text: str, kind: str) -> None:
    assert set(kinds_of(text)) == {kind}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("متحف", "والمتحف", id="conjunction-and-article"),
        pytest.param("متحف", "للمتحف", id="preposition-and-article"),
        pytest.param("أحمد", "احمد", id="hamza"),
        pytest.param("ب300", "٣٠٠", id="number-with-a-preposition"),
        pytest.param("300م", "300", id="number-with-a-unit"),
        pytest.param("سوريا", "سورية", id="syria"),
        pytest.param("أميركا", "وأمريكا", id="america"),
        pytest.param("إنجلترا", "بإنكلترا", id="england"),
        pytest.param("العراق", "للعراق", id="country-with-a-preposition"),
    ],
)
def test_what_means_one_word_has_one_code(one: str, other: str) -> None:
    assert code(one) == code(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("متحف", "متاحف", id="plural"),
        pytest.param("وفد", "فد", id="three-letters-stay"),
        pytest.param("300", "301", id="numbers"),
        pytest.param("3", "300", id="length-of-a-number"),
        pytest.param("اليمن", "ألمانيا", id="yemen-germany"),
        pytest.param("اليابان", "ألبانيا", id="japan-albania"),
        pytest.param("النيجر", "نيجيريا", id="niger-nigeria"),
        pytest.param("بولندا", "كندا", id="poland-canada"),
    ],
)
def test_two_words_have_two_codes(one: str, other: str) -> None:
    assert code(one) != code(other)


def test_countries_share_a_code_when_they_are_spellings_of_one() -> None:
    spellings = defaultdict(list)
    for name in load_lexicon("countries"):
        if " " not in name and kinds_of(name) == ["country"]:
            spellings[code(name)].append(name)
    shared = [names for names in spellings.values() if len(names) > 1]
    assert shared == [line.split() for line in SPELLINGS_OF_COUNTRIES.strip().splitlines()]
    assert len(spellings) > 120


@given(FOLDED_WORDS, st.randoms(use_true_random=False))
def test_the_code_does_not_depend_on_spelling(word: str, chance: random.Random) -> None:
    """Harakat, tatweel and invisible characters come and go, hamza, ya and ta marbuta waver."""
    alike = {letter: [letter] for letter in word}
    for letter, folded in FOLDED.items():
        alike.setdefault(folded, [folded]).append(letter)
    written = "".join(
        chance.choice(alike[letter]) + chance.choice(["", *HARAKAT, TATWEEL, *INVISIBLE])
        for letter in word
    )
    assert codes_of(written) == codes_of(word)


@given(st.lists(WORDS, min_size=1, max_size=30), st.randoms(use_true_random=False))
def test_the_code_does_not_depend_on_what_came_before(
    words: list[str], chance: random.Random
) -> None:
    """Words are remembered from text to text: none may leave a trace in another."""
    alone = {word: codes_of(word) for word in words}
    shuffled = words * 2
    chance.shuffle(shuffled)
    assert code_rows(shuffled) == [alone[word] for word in shuffled]
    assert codes_of(" ".join(shuffled)) == [code for word in shuffled for code in alone[word]]


def test_more_words_than_are_remembered() -> None:
    numbers = [f"كلمة{n} {n}" for n in range(100_000)]
    twice = code_rows(numbers + numbers[::-1])
    assert twice[:100_000] == twice[:99_999:-1]
    assert twice[77_777] == codes_of(numbers[77_777])


@given(TEXTS)
def test_hashes_are_those_of_hash_words(texts: list[str]) -> None:
    column = texts_of(pa.array(texts, pa.large_string()))
    words, coded = code_words(column)
    plain = hash_words(column)
    assert words.hashes.tolist() == plain.hashes.tolist()
    assert words.offsets.tolist() == coded.offsets.tolist() == plain.offsets.tolist()
    assert len(coded.codes) == len(plain.hashes)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param(" \n\t", id="white-space"),
        pytest.param("... !؟ «»", id="punctuation"),
        pytest.param("😀🇪🇬", id="emoji"),
        pytest.param(HARAKAT + TATWEEL + INVISIBLE, id="what-is-left-out"),
    ],
)
def test_texts_without_words(text: str) -> None:
    assert code_rows([text, "متحف", text]) == [[], codes_of("متحف"), []]


def test_no_texts() -> None:
    words, coded = code_words(texts_of(pa.array([], pa.large_string())))
    assert len(words.hashes) == len(coded.codes) == 0
    assert coded.offsets.tolist() == [0]


def test_emoji_between_words_part_them() -> None:
    assert codes_of("متحف😀جديد") == codes_of("متحف جديد")


@pytest.mark.parametrize("letters", [47, 48, 49, 5000])
def test_very_long_words(letters: int) -> None:
    """What is longer than any word is one content word still, whole: its end tells it."""
    word, other = "ه" * letters, "ه" * (letters - 1) + "ا"
    assert kinds_of(word) == ["content"]
    assert code(word) != code(other)
    assert codes_of(f"قبل {word} بعد") == [code("قبل"), code(word), code("بعد")]
