import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.text import fold
from tasks.text.buffers import texts_of
from tasks.text.letters import folds
from tasks.text.words import digest_words, hash_openings, hash_phrases, hash_words, phrase_hash


def key(text: str) -> bytes:
    return digest_words(hash_words(texts_of(pa.array([text]))))[0].as_py()  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("أعلن الرئيس إلى آخره", "اعلن الرئيس الى اخره", id="hamza"),
        pytest.param("فى التى السياسى", "في التي السياسي", id="final-ya"),
        pytest.param("مدرسة جديدة", "مدرسه جديده", id="ta-marbuta"),
        pytest.param("مُحَمَّدٌ", "محمد", id="harakat"),
        pytest.param("تلفـــريك", "تلفريك", id="tatweel"),
        pytest.param("عام ٢٠٢٦", "عام 2026", id="digits"),
        pytest.param("نعم، لا! (ربما)", "نعم لا ربما", id="punctuation"),
        pytest.param("مسؤول شئون", "مسوول شيون", id="hamza-seats"),
        pytest.param("\u200fمصر\u200b", "مصر", id="invisible"),
    ],
)
def test_spellings_have_one_key(one: str, other: str) -> None:
    assert key(one) == key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("ارتفع 1.5", "ارتفع 15", id="decimal-point"),
        pytest.param("علم نافع", "علمنافع", id="word-border"),
        pytest.param("أ ب", "ب أ", id="order"),
        pytest.param("", "ا", id="empty"),
    ],
)
def test_texts_that_differ_have_two_keys(one: str, other: str) -> None:
    assert key(one) != key(other)


@given(st.lists(st.text(alphabet="ابتيىةه ،.1٣\u064b", max_size=30), min_size=1, max_size=6))
def test_a_key_depends_on_its_row_alone(texts: list[str]) -> None:
    keys = digest_words(hash_words(texts_of(pa.array(texts)))).to_pylist()
    assert keys == [key(text) for text in texts]


@given(st.text(alphabet="ابتيىةهأإآؤئ ،.1٣\u064bـ", max_size=40))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_fold_keeps_a_series_in_place() -> None:
    articles = pd.Series(["أحمد", None, "مـصـر"], index=[5, 6, 7], name="body")
    folded = fold(articles)
    assert folded.to_dict() == {5: "احمد", 6: "", 7: "مصر"}
    assert folded.name == "body"


def test_a_phrase_is_found_in_any_spelling() -> None:
    words = hash_words(texts_of(pa.array(["إقرأ أيضاً"])))
    assert phrase_hash(words.hashes) in hash_phrases(["اقرأ أيضا", "قد يهمك"])


def test_no_letter_grows_when_it_is_folded() -> None:
    """A folded text must fit where the text stood."""
    for code, folded in enumerate(folds().tolist()):
        if not 0xD800 <= code < 0xE000:
            assert len(chr(folded).encode()) <= len(chr(code).encode()) or folded == 0
    assert fold("Ⱥ" * 1000) == "Ⱥ" * 1000


def test_openings_are_the_beginnings_by_whole_words() -> None:
    openings = hash_openings(["شاهد-أيضا على القناة", "قد يهمك", "إعلان", ""])
    begun = ["شاهد", "شاهد أيضا", "شاهد ايضا على", "قد"]
    assert sorted(openings) == sorted(hash_phrases(begun))
