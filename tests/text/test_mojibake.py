import gzip
from collections.abc import Callable
from itertools import islice
from operator import eq

import orjson
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.text.mojibake import UTF_8, WINDOWS_1256, repair_mojibake
from tests.shared_data import NEWS, needs_news

SENTENCES = (
    "قال المدير إن المدرسة ستفتح أبوابها للطلاب يوم الأحد المقبل، وإن الكتب جاهزة.",
    "هطلت أمطار غزيرة على المدينة ليلة أمس وغمرت المياه عددا من الشوارع",
    "وصل الفريق إلى النهائي بعد فوزه بهدفين مقابل هدف؛ فهل يفوز بالكأس؟",
)


def as_latin_1(text: str) -> str:
    return text.encode("windows-1256").decode("latin-1")


def as_windows_1252(text: str) -> str:
    octets = text.encode()
    return "".join(
        bytes([octet]).decode("windows-1252", "ignore") or chr(octet) for octet in octets
    )


@pytest.mark.parametrize(
    ("read", "kind"), [(as_latin_1, WINDOWS_1256), (as_windows_1252, UTF_8)], ids=["1256", "utf-8"]
)
@given(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=4))
def test_what_was_read_wrongly_is_restored(read, kind, sentences) -> None:  # type: ignore[no-untyped-def]
    text = "\n".join(sentences)
    mended = repair_mojibake(pa.array([read(text), None, text], pa.large_string()))
    assert mended.column.to_pylist() == [text, None, text]
    assert mended.kinds.to_pylist() == [kind, None, None]


def test_twice_wrong_is_restored_too() -> None:
    wrong = as_windows_1252(as_windows_1252(SENTENCES[0]))
    assert repair_mojibake(pa.array([wrong])).column.to_pylist() == [SENTENCES[0]]


def test_a_sound_line_beside_a_broken_one_stays() -> None:
    text = f"{SENTENCES[0]}\n{as_latin_1(SENTENCES[1])}\nCafé à Genève"
    (mended,) = repair_mojibake(pa.array([text])).column.to_pylist()
    assert mended == f"{SENTENCES[0]}\n{SENTENCES[1]}\nCafé à Genève"


@pytest.mark.parametrize(
    "text",
    [
        *SENTENCES,
        "",
        "plain ASCII",
        "À l'été, l'élève était à Orléans",
        "Über Größe und Füße",
        "¡El niño comió piñas!",
        "Þetta er íslenskur texti með öllum stöfum",
        "ÇA",
    ],
)
def test_sound_texts_stay_the_very_same_column(text: str) -> None:
    column = pa.chunked_array([[text, None], [text]], pa.string())
    mended = repair_mojibake(column)
    assert mended.column is column
    assert mended.kinds.to_pylist() == [None, None, None]


@given(st.lists(st.text() | st.none(), max_size=5))
def test_a_second_repair_changes_nothing(texts: list[str | None]) -> None:
    texts = [text and text.encode(errors="replace").decode() for text in texts]
    once = repair_mojibake(pa.array(texts, pa.string())).column
    assert repair_mojibake(once).column.equals(once)


@needs_news
@pytest.mark.parametrize("read", [as_latin_1, as_windows_1252], ids=["1256", "utf-8"])
def test_real_articles_are_restored_and_sound_ones_left_alone(read: Callable[[str], str]) -> None:
    """All but a line or two that is Latin for the most part: «AHDATH INFO- ÅßÑÇã ÒÇíÏ»."""
    with gzip.open(NEWS) as lines:
        texts = [orjson.loads(line)["text"] for line in islice(lines, 0, 20_000, 10)]
    # windows-1256 has not every letter: what it lacks was lost before it was read wrongly.
    texts = [text.encode("windows-1256", "ignore").decode("windows-1256") for text in texts]
    sound = pa.array(texts, pa.large_string())
    assert repair_mojibake(sound).kinds.null_count == len(texts)
    wrong = pa.array(list(map(read, texts)), pa.large_string())
    restored = repair_mojibake(wrong).column.to_pylist()
    assert sum(map(eq, restored, texts)) >= 0.999 * len(texts)
