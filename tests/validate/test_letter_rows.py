"""Rows of letters that are no word's are counted, and sound words have none."""

import gzip
from itertools import islice

import orjson
import pyarrow as pa
import pytest

from tasks.validate.letter_rows import count_letter_rows
from tests.shared_data import NEWS, needs_news

LOST = "\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    ("text", "accented", "emphatic"),
    [
        pytest.param("ÇáÓ ÇáÓáÇã", 9, 0, id="windows-1256"),
        pytest.param("Ø§Ù„Ø³", 3, 0, id="utf-8"),
        pytest.param('Ø§Ù"Ø³', 3, 0, id="utf-8-quotes-straightened"),
        pytest.param(f"Ø§Ù{LOST}Ø³", 3, 0, id="utf-8-bytes-lost"),
        pytest.param("خبر: ÇáÓ", 3, 0, id="at-the-end"),
        pytest.param("ط§ظ„ط³ظ„ط§ظ…", 0, 6, id="utf-8-as-1256"),
        pytest.param('ط§ظ"ط³', 0, 3, id="utf-8-as-1256-quotes-straightened"),
        pytest.param(f"ط§ظ{LOST}ط³", 0, 3, id="utf-8-as-1256-bytes-lost"),
        pytest.param("ط،ظ…ط\N{REPLACEMENT CHARACTER}", 0, 3, id="three-and-no-more"),
        pytest.param("Çá Çá\nÇá", 0, 0, id="words-of-two"),
        pytest.param("ظٹط¯ ظپظ… ط£ط¨", 0, 0, id="words-of-two-as-1256"),
        pytest.param("créée à l'été, Größe", 0, 0, id="french-and-german"),
        pytest.param("éèaéè ÀلÀÉ É1ÉÉ", 0, 0, id="letters-and-digits-between"),
        pytest.param("××÷×", 0, 0, id="no-letters"),
        pytest.param("ط طط ططط طاطاطا ط1ط2ط", 0, 0, id="sound-letters-between"),
        pytest.param("فقط، طبعا، قط؛ ظن", 0, 0, id="sound-pairs"),
        pytest.param("ط ظ ط ظ", 0, 0, id="alphabet"),
        pytest.param(None, 0, 0, id="null"),
    ],
)
def test_letters_in_rows(text: str | None, accented: int, emphatic: int) -> None:
    for kind in (pa.string(), pa.large_string()):
        rows = count_letter_rows(pa.array(["نعم", text, ""], kind))
        assert rows.accented.tolist() == [0, accented, 0]
        assert rows.emphatic.tolist() == [0, emphatic, 0]


@needs_news
@pytest.mark.parametrize("field", ["title", "text"])
def test_real_articles_have_none(field: str) -> None:
    with gzip.open(NEWS) as lines:
        texts = [orjson.loads(line)[field] for line in islice(lines, 20_000)]
    rows = count_letter_rows(pa.array(texts, pa.large_string()))
    assert (rows.accented.max(), rows.emphatic.max()) == (0, 0)
