import gzip
import json
import unicodedata

import pyarrow as pa
import pytest
from camel_tools.tokenizers.word import simple_word_tokenize
from hypothesis import given
from hypothesis import strategies as st

from tasks.text.buffers import texts_of
from tasks.text.counts import count
from tests.shared_data import NEWS, needs_news


def camel_words(text: str) -> int:
    """Tokens of camel-tools that are no punctuation, symbol or emoji."""
    return sum(
        unicodedata.category(token[0])[0] not in "PS" for token in simple_word_tokenize(text)
    )


def words(text: str) -> int:
    return int(count(texts_of(pa.array([text]))).words[0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("قال: «نعم»، ثم ذهب.", 4, id="punctuation"),
        pytest.param("في 12/3 بلغ 3.5%", 6, id="numbers"),
        pytest.param("#مجلس_الأمن", 2, id="hashtag"),
        pytest.param("مبروك 👏👏 للفريق", 2, id="emoji"),
        pytest.param("", 0, id="empty"),
    ],
)
def test_words(text: str, expected: int) -> None:
    assert words(text) == expected == camel_words(text)


@given(st.text(alphabet='ابتةىy1٣ \n\t،.؟!«»"()_-#%\u064b\u0640', max_size=80))
def test_words_are_those_of_camel_tools(text: str) -> None:
    assert words(text) == camel_words(text)


@needs_news
def test_words_are_those_of_camel_tools_on_real_news() -> None:
    with gzip.open(NEWS, "rt", encoding="utf-8", newline="\n") as lines:
        texts = [json.loads(line)["text"] for number, line in enumerate(lines) if number % 100 == 0]
    counted = count(texts_of(pa.array(texts))).words.tolist()
    assert counted == [camel_words(text) for text in texts]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("ذهب. ثم عاد! أين؟ هنا", 4, id="marks"),
        pytest.param("بلغ 3.5 في المئة.", 1, id="decimal"),
        pytest.param("عنوان بلا نقطة\nثم نص.", 2, id="paragraph"),
        pytest.param("صمت.. ثم قال.", 1, id="two-dots-pause"),
        pytest.param('قال "نعم." ثم ذهب.', 2, id="closing-quote"),
        pytest.param("...", 0, id="no-word"),
    ],
)
def test_sentences(text: str, expected: int) -> None:
    assert count(texts_of(pa.array([text]))).sentences[0] == expected


def test_letters_and_characters() -> None:
    counts = count(texts_of(pa.array(["abc مصر ١"])))
    assert (counts.characters[0], counts.letters[0], counts.arabic[0]) == (9, 6, 3)
