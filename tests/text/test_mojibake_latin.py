"""Mojibake in Latin letters beside something else, and mojibake that lost bytes."""

import gzip
from collections.abc import Callable
from itertools import islice
from operator import eq

import orjson
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.text.mojibake import UTF_8, WINDOWS_1256, repair_beside, repair_mojibake
from tasks.text.mojibake_words import BLANKS, CUT, UTF_8_AS_1256
from tests.shared_data import NEWS, needs_news

SENTENCES = (
    "شهدت مدينة تونس أمس احتجاجات واسعة",
    "وصل الوزير إلى العاصمة صباح اليوم",
    "هطلت أمطار غزيرة على المدينة ليلة أمس",
)
LOST = "\N{REPLACEMENT CHARACTER}"


def as_latin_1(text: str) -> str:
    return text.encode("windows-1256").decode("latin-1")


def as_windows_1252(text: str) -> str:
    return "".join(
        bytes([octet]).decode("windows-1252", "ignore") or chr(octet) for octet in text.encode()
    )


def twice(text: str) -> str:
    return as_windows_1252(as_windows_1252(text))


def latin_1_as_windows_1252(text: str) -> str:
    return as_windows_1252(as_latin_1(text))


def as_windows_1256(text: str) -> str:
    return text.encode().decode("windows-1256")


READ: dict[str, Callable[[str], str]] = {
    "1256": as_latin_1,
    "utf-8": as_windows_1252,
    "utf-8-twice": twice,
    "1256-then-utf-8": latin_1_as_windows_1252,
}
KINDS = {
    "1256": WINDOWS_1256,
    "utf-8": UTF_8,
    "utf-8-twice": UTF_8,
    "1256-then-utf-8": f"{UTF_8}, {WINDOWS_1256}",
}


def mend(text: str) -> tuple[str | None, str | None]:
    mended = repair_mojibake(pa.array([text], pa.large_string()))
    return mended.column[0].as_py(), mended.kinds[0].as_py()


@pytest.mark.parametrize("name", READ)
@pytest.mark.parametrize(
    "around",
    [
        pytest.param("تابعونا على فيسبوك {}", id="sound-words-before"),
        pytest.param("{} على فيسبوك", id="sound-words-behind"),
        pytest.param("قال «{}»، ثم مضى", id="sound-guillemets"),
        pytest.param("السعر → {} ← اليوم", id="arrows"),
        pytest.param("→ {}", id="an-arrow-alone"),
        pytest.param("★★★ {} 😀", id="stars"),
        pytest.param("đ {}", id="foreign-word"),
        pytest.param("مقابلة مع Đặng Müller: {}", id="foreign-names"),
        pytest.param("صحيفة Le Monde à l'été {}", id="french"),
        pytest.param("AHDATH INFO: A REPORT FROM CAIRO, BEIRUT AND TUNIS - {} →", id="latin"),
        pytest.param("{}\nخبر سليم\n¡El niño comió piñas!\n«و»", id="other-lines"),
    ],
)  # fmt: skip
def test_broken_parts_are_repaired_and_the_rest_stays(name: str, around: str) -> None:
    broken = around.format(READ[name](SENTENCES[0]))
    assert mend(broken) == (around.format(SENTENCES[0]), KINDS[name])


def test_words_beside_a_proven_line_are_repaired_among_sound_ones() -> None:
    text = "{}\nقال {}، ثم {} Facebook {}Twitter {}FBI{}\n¡Été à Orléans, niño, Læsø, Größe"
    words = (SENTENCES[0], "نعم", "هل", "و", "والـ", "؟")
    assert mend(text.format(*map(as_latin_1, words))) == (text.format(*words), WINDOWS_1256)


LOSSES = {
    "1256-u+fffd": (as_latin_1, "ÉÇ", f"É{LOST}"),
    "1256-u+fffd-alone": (as_latin_1, " ", f" {LOST} "),
    "1256-foreign-letter": (as_latin_1, "ÏíäÉ", "Ïíđ"),
    "utf-8-u+fffd": (as_windows_1252, "ÙˆØ", f"Ù{LOST}Ø"),
    "utf-8-first-half": (as_windows_1252, "Ø§Ø", f"{LOST}§Ø"),
    "utf-8-first-half-gone": (as_windows_1252, "Ø§Ø", "§Ø"),
    "utf-8-second-half-gone": (as_windows_1252, "Ø§Ø", "ØØ"),
    "utf-8-letter-exchanged": (as_windows_1252, "Ø§Ø", "đ§Ø"),
    "utf-8-twice-u+fffd": (twice, "Ã˜Â§", f"Ã˜Â{LOST}"),
    "utf-8-as-1256-u+fffd": (as_windows_1256, "ط§ط", f"ط{LOST}ط"),
}


def torn(name: str) -> str:
    read, whole, broken = LOSSES[name]
    line = read("شهدت مدينة تونس أمس احتجاجات واسعة جدا") + " " + read("المدينةالجديدة واحد")
    lost = line.replace(whole, broken, 1)
    assert lost != line
    return "\n".join([*map(read, SENTENCES), lost, *map(read, SENTENCES)])


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("beside", ["", f"{SENTENCES[0]}\n"], ids=["alone", "sound-line-before"])
def test_a_text_that_lost_bytes_stays_whole(name: str, beside: str) -> None:
    """Half a repair would pass for sound: it is for a check to keep such a text back."""
    text = beside + torn(name)
    assert mend(text) == (text, None)


def test_every_line_stays_where_a_replaced_byte_was_in_one_or_two() -> None:
    lines = [*SENTENCES, "وصف المدير ما حدث", *SENTENCES[:2]]
    text = "\n".join(line.encode().decode("cp1252", "replace") for line in lines)
    assert LOST in text
    assert mend(text) == (text, None)


def test_what_is_torn_in_the_second_pass_stays_as_it_came() -> None:
    text = as_windows_1252(torn("utf-8-as-1256-u+fffd"))
    assert mend(text) == (text, None)


@pytest.mark.parametrize("half", ["Ø", "Ù", "â", "â€"])
@pytest.mark.parametrize("end", ["", "...", " ...", " [...]"])
def test_a_text_cut_inside_a_character_loses_the_half(half: str, end: str) -> None:
    first, last = map(as_windows_1252, SENTENCES[:2])
    mended = f"{SENTENCES[0]}\n{SENTENCES[1]}{end}"
    assert mend(f"{first}\n{last}{half}{end}") == (mended, f"{CUT}, {UTF_8}")


def test_half_a_digit_is_not_dropped() -> None:
    text = as_windows_1252(f"{SENTENCES[0]} ١٢")[:-1]
    assert mend(text) == (text, None)


def test_no_break_spaces_that_became_spaces_are_put_back() -> None:
    blank = "\N{NO-BREAK SPACE}"
    text = f"{SENTENCES[0]}{blank}{SENTENCES[1]}{blank}"
    broken = as_windows_1252(text).replace(blank, " ")
    assert mend(broken) == (text, f"{BLANKS}, {UTF_8}")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("فيلم «Ørsted» للمخرج Jørgen Åkerlund", id="danish"),
        pytest.param("كتاب «Þýðingar» من آيسلندا: Þýðing á íslensku, Ísöld", id="icelandic"),
        pytest.param("ÀÉÈ ÇÁÊ", id="capitals"),
        pytest.param("جاء في Le Monde: «créée à Orléans», ÉCOLE D'ÉTÉ", id="french"),
        pytest.param("شركة Øæå في الدنمارك", id="three-letters"),
        pytest.param(f"خبر {LOST} سليم é", id="replacement-character"),
        pytest.param("RÉÉÉÉ! ÀÀÀÀÀÀÀÀ", id="shouting"),
    ],
)
def test_sound_text_stays(text: str) -> None:
    assert mend(text) == (text, None)


@pytest.mark.parametrize(
    ("text", "kinds", "mended"),
    [
        pytest.param("ÇáÃÝÞ", WINDOWS_1256, "الأفق", id="1256"),
        pytest.param("Ø§Ù„Ø£Ù", UTF_8, None, id="utf-8-cut-short-of-a-letter"),
        pytest.param(as_windows_1252("الأفق"), UTF_8, "الأفق", id="utf-8"),
        pytest.param(twice("الأفق"), UTF_8, "الأفق", id="utf-8-twice"),
        pytest.param(as_windows_1256("الأفق"), UTF_8_AS_1256, "الأفق", id="utf-8-as-1256"),
        pytest.param(latin_1_as_windows_1252("الأفق"), f"{UTF_8}, {WINDOWS_1256}", "الأفق",
                     id="two-kinds"),
        pytest.param("ÇáÃÝÞ", UTF_8, None, id="another-kind"),
        pytest.param("ÇáÃÝÞ", None, None, id="no-evidence"),
        pytest.param("José Ñandú", WINDOWS_1256, None, id="spanish"),
        pytest.param("Müller", WINDOWS_1256, None, id="german"),
        pytest.param("الأفق", WINDOWS_1256, None, id="sound"),
        pytest.param("Reuters", UTF_8, None, id="ascii"),
        pytest.param("", UTF_8, None, id="empty"),
        pytest.param(None, UTF_8, None, id="null"),
    ],
)  # fmt: skip
def test_short_fields_are_read_as_what_is_beside_them(
    text: str | None, kinds: str | None, mended: str | None
) -> None:
    column = pa.array([None, text], pa.string())
    told = pa.array([UTF_8, kinds], pa.string())
    result = repair_beside(column, told)
    assert result.column.to_pylist() == [None, mended or text]
    assert result.kinds.is_valid().to_pylist() == [False, mended is not None]
    assert (result.column is column) == (mended is None)


READERS: list[Callable[[str], str]] = [*READ.values(), as_windows_1256, str]
PARTS = [read(text) for read in READERS for text in (SENTENCES[0], "الـ", "و", "قال:")]
PIECES = st.sampled_from(PARTS) | st.text(f"ÇáÓæÃØÙÂâ„§€…«» éB{LOST}đس→\n¡،طظ", max_size=8)


@given(st.lists(st.lists(PIECES, max_size=8).map("".join), max_size=3))
def test_a_second_repair_changes_nothing(texts: list[str]) -> None:
    once = repair_mojibake(pa.array(texts, pa.string())).column
    assert repair_mojibake(once).column.equals(once)


@needs_news
@pytest.mark.parametrize("name", READ)
def test_five_broken_words_in_a_real_article_are_restored_and_nothing_else(name: str) -> None:
    with gzip.open(NEWS) as lines:
        texts = [orjson.loads(line)["text"] for line in islice(lines, 0, 20_000, 20)]
    texts = [text.encode("windows-1256", "ignore").decode("windows-1256") for text in texts]
    mixed, wanted = [], []
    for number, text in enumerate(texts):
        parts = text.split(" ")
        if len(parts) < 20:
            continue
        at = number % (len(parts) - 6)
        broken = map(READ[name], parts[at : at + 5])
        mixed.append(" ".join([*parts[:at], *broken, *parts[at + 5 :]]))
        wanted.append(text)
    restored = repair_mojibake(pa.array(mixed, pa.large_string())).column.to_pylist()
    assert all(new in (old, text) for new, old, text in zip(restored, mixed, wanted, strict=True))
    assert sum(map(eq, restored, wanted)) >= 0.97 * len(wanted)
