import codecs
import gzip
import random
import tarfile
from functools import cache

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.errors import RejectRecord, StopRun
from tasks.text.encoding_kernel import iso_to_utf8, weigh_arabic, weigh_utf8, windows_to_utf8
from tasks.text.encodings import ENCODINGS, Decoded, decode, detect
from tests.shared_data import NEWS, SHARED, needs_news

HEADLINE = "افتتاح معرض الكتاب"
SENTENCE = "قال المدير إن المدرسة ستفتح أبوابها للطلاب يوم الأحد المقبل، وإن الكتب جاهزة."
SENTENCES = (
    HEADLINE,
    SENTENCE,
    "هطلت أمطار غزيرة على المدينة ليلة أمس وغمرت المياه عددا من الشوارع",
    "ارتفع سعر القمح في السوق المحلية إلى ثلاثين دينارا للكيس الواحد",
    "وصل الفريق إلى النهائي بعد فوزه بهدفين مقابل هدف؛ فهل يفوز بالكأس؟",
    "نظمت الجمعية رحلة إلى الجبل شارك فيها أطفال وعائلات من كل الأحياء",
)
ARABIC_ENCODINGS = ["utf-16-le", "utf-16-be", "windows-1256", "iso-8859-6"]
BOMS = {
    "utf-8": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
}


def refused(data: bytes, encoding: str | None = None) -> tuple[str, str]:
    with pytest.raises(RejectRecord) as caught:
        decode(data, encoding)
    return caught.value.reason, caught.value.problem


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("text", SENTENCES, ids=range(len(SENTENCES)))
def test_reads_arabic_in_each_encoding(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == Decoded(text.encode(), encoding)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        pytest.param("", "utf-8", id="nothing"),
        pytest.param("plain ASCII, 2024", "utf-8", id="ascii"),
        pytest.param("café à la carte", "utf-8", id="french-utf-8"),
        pytest.param("a\0b نص", "utf-8", id="a-stray-nul"),
        pytest.param("1", "utf-8", id="a-digit"),
        pytest.param("Hello, world", "utf-16-le", id="ascii-in-utf-16"),
        pytest.param("مصر", "utf-16-be", id="one-word-in-utf-16"),
        pytest.param("كأس العالم", "windows-1256", id="two-words"),
        pytest.param("كأس العالم", "iso-8859-6", id="two-words-iso"),
        pytest.param(
            "أعلنت شركة Microsoft Windows إصدارا جديدا من Office 365",
            "windows-1256",
            id="latin-words",
        ),
        pytest.param(
            "التقى الوزير بالسيدة Hélène في مقهى «Café de la Paix» بباريس",
            "windows-1256",
            id="french-words",
        ),
        pytest.param(
            "<html><head><title>خبر عاجل من العاصمة</title></head>", "windows-1256", id="a-page"
        ),
        pytest.param("السَّلَامُ عَلَيْكُمْ وَرَحْمَةُ اللهِ وَبَرَكَاتُهُ", "windows-1256", id="with-harakat"),
        pytest.param("السَّلَامُ عَلَيْكُمْ وَرَحْمَةُ اللهِ وَبَرَكَاتُهُ", "iso-8859-6", id="harakat-iso"),
        pytest.param("كان الجوّ بارداً جداً، وكان الناس قليلاً", "windows-1256", id="tanwin"),
        pytest.param("حضر الشـــاعر ومعــه الكتــاب", "windows-1256", id="tatweel"),
        pytest.param("قالوا “نعم” ثمّ ‘لا’ – ومضوا… إلى البيت", "windows-1256", id="curly-quotes"),
        pytest.param(
            # With the Arabic ya, as Persian had to be typed: windows-1256 has no «ی».
            "پدر گفت که هوا امروز خوب است و چاي را در باغ بنوشيم",
            "windows-1256",
            id="persian",
        ),
    ],
)
def test_reads(text: str, encoding: str) -> None:
    data = text.encode(encoding)
    assert decode(data) == Decoded(text.encode(), encoding)
    assert detect(data) == encoding


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("Élève dévoué, très âgé, où êtes-vous né ?".encode("latin-1"), id="french"),
        pytest.param("Größe über Straße, schöne Grüße aus Köln".encode("latin-1"), id="german"),
        pytest.param("El niño comió una piñata en la montaña".encode("latin-1"), id="spanish"),
        pytest.param(
            "Það er gott veður í Reykjavík í dag, sagði hún".encode("latin-1"), id="icelandic"
        ),
        pytest.param(
            "İstanbul'da güneşli bir gün, çok güzel şeyler".encode("cp1254"), id="turkish"
        ),
        pytest.param("Сегодня хорошая погода в городе".encode("koi8-r"), id="koi8-r"),
        pytest.param("Сегодня хорошая погода в городе".encode("cp1251"), id="cp1251"),
        pytest.param("Ο καιρός σήμερα είναι πολύ καλός".encode("iso-8859-7"), id="greek"),
        pytest.param("היום מזג האוויר טוב מאוד בעיר".encode("cp1255"), id="hebrew"),
        pytest.param("今天城市的天气非常好，我们去公园散步".encode("gbk"), id="chinese-gbk"),
        pytest.param("彼は昨日、東京で新しい本を買いました。".encode("shift_jis"), id="japanese"),
        pytest.param("오늘은 날씨가 매우 좋아서 공원에 갑니다".encode("euc-kr"), id="korean"),
        pytest.param(random.Random(1).randbytes(5000), id="random"),
        pytest.param(bytes(range(0x80, 0x100)), id="every-byte"),
        pytest.param(SENTENCE.encode("cp720", "ignore"), id="arabic-of-dos"),
        pytest.param(codecs.BOM_UTF32_LE + SENTENCE.encode("utf-32-le"), id="utf-32-le"),
        pytest.param(codecs.BOM_UTF32_BE + SENTENCE.encode("utf-32-be"), id="utf-32-be"),
    ],
)
def test_what_is_no_arabic_is_refused(data: bytes) -> None:
    assert refused(data)[0] == "unknown-encoding"


UTF_8 = SENTENCE.encode()
WINDOWS = SENTENCE.encode("windows-1256")


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        pytest.param(b"plain \xff text", "byte 0xFF at offset 6 is not UTF-8", id="stray-in-ascii"),
        pytest.param(UTF_8[:7] + b"\xff" + UTF_8[7:], "byte 0xFF at offset 7", id="stray"),
        pytest.param(UTF_8[:7] + UTF_8[8:], "byte 0xA7 at offset 7", id="half-a-letter"),
        pytest.param(UTF_8[:-2], f"byte 0xD8 at offset {len(UTF_8) - 3}", id="cut-at-the-end"),
        pytest.param("ثمّ é".encode() + b"\xe9\xc7", "byte 0xE9", id="two-strays"),
        pytest.param(UTF_8 + b"\n" + WINDOWS, f"offset {len(UTF_8) + 1} is", id="windows-after"),
        pytest.param(WINDOWS + b"\n" + UTF_8, "byte 0xDE at offset 0 is", id="windows-before"),
        pytest.param(WINDOWS * 300 + "خبر".encode(), "byte 0xDE at offset 0", id="a-word-far-off"),
        pytest.param(codecs.BOM_UTF8 + WINDOWS, "byte 0xDE at offset 3 is", id="after-a-bom"),
        pytest.param("天气很好".encode() + b"\xc7\xe1\xe3", "byte 0xC7 at offset 12", id="chinese"),
        pytest.param(
            # Shift JIS writes hiragana as 82 C6 82 C4: C6 82 and C4 82 are UTF-8.
            "今日は天気がとても良いので公園に行きます".encode("shift_jis"),
            "byte 0x8D at offset 0",
            id="hiragana-looks-like-it",
        ),
    ],
)
def test_broken_utf8_is_never_read_as_something_else(data: bytes, problem: str) -> None:
    reason, said = refused(data)
    assert reason == "not-utf8"
    assert problem in said


@pytest.mark.parametrize("encoding", BOMS)
def test_a_byte_order_mark_wins(encoding: str) -> None:
    data = BOMS[encoding] + SENTENCE.encode(encoding)
    for given_encoding in (None, *ENCODINGS):
        assert decode(data, given_encoding) == Decoded(SENTENCE.encode(), encoding)
    assert detect(data) == encoding


@pytest.mark.parametrize(
    ("data", "encoding", "reason", "offset"),
    [
        pytest.param(WINDOWS, "utf-8", "not-utf8", 0, id="utf-8"),
        pytest.param(b"\xc7\xe1\xa1", "iso-8859-6", "unknown-encoding", 2, id="iso-has-no-a1"),
        pytest.param(b"\x27\x06\x44", "utf-16-le", "unknown-encoding", 2, id="odd-length"),
        pytest.param(b"\x06\x27\xdc\x00", "utf-16-be", "unknown-encoding", 2, id="surrogate"),
        pytest.param(
            codecs.BOM_UTF16_LE + b"\x27\x06\x44", None, "unknown-encoding", 4, id="odd-after-bom"
        ),
        pytest.param(
            HEADLINE.encode("utf-16-le")[:-1],
            None,
            "unknown-encoding",
            2 * len(HEADLINE) - 2,
            id="odd-detected",
        ),
    ],
)
def test_what_the_encoding_has_not_is_refused_with_its_place(
    data: bytes, encoding: str | None, reason: str, offset: int
) -> None:
    found, problem = refused(data, encoding)
    assert found == reason
    assert f"byte 0x{data[offset]:02X} at offset {offset} is not " in problem


def test_an_encoding_given_is_not_doubted() -> None:
    assert decode(b"caf\xe9 \x8d\x85", "windows-1256").text == "café چ…".encode()
    assert decode(b"\x85\xc7", "iso-8859-6").text == "\x85ا".encode()
    assert decode(b"", "windows-1256") == Decoded(b"", "windows-1256")


def test_an_encoding_that_nobody_knows_stops_the_run() -> None:
    with pytest.raises(StopRun, match="klingon"):
        decode(b"", "klingon")


@pytest.mark.parametrize("end", range(1, len(UTF_8), 7))
def test_a_head_may_end_inside_a_character(end: int) -> None:
    assert detect(UTF_8[:end], final=False) == "utf-8"


def test_a_long_head_of_markup_does_not_hide_the_text() -> None:
    assert detect(b"<script>var x = 1;</script>\n" * 10_000 + WINDOWS) == "windows-1256"


@given(
    st.binary() | st.lists(st.sampled_from(SENTENCES).map(str.encode) | st.binary()).map(b"".join)
)
def test_any_bytes_are_valid_utf8_or_refused(data: bytes) -> None:
    for encoding in (None, *ENCODINGS):
        try:
            text, name = decode(data, encoding)
        except RejectRecord as refusal:
            text, name = b"", refusal.reason
        assert name in {*ENCODINGS, "not-utf8", "unknown-encoding"}
        assert is_utf8(text)


@given(st.lists(st.sampled_from(SENTENCES), min_size=1), st.sampled_from(ENCODINGS))
def test_sentences_come_back_from_any_encoding(sentences: list[str], encoding: str) -> None:
    text = "\r\n".join(sentences)
    assert decode(text.encode(encoding)) == Decoded(text.encode(), encoding)


@given(st.binary(min_size=1))
def test_kernels_transcode_as_codecs_do(data: bytes) -> None:
    octets = np.frombuffer(data, np.uint8)
    out = np.empty(3 * len(data), np.uint8)
    size = windows_to_utf8(octets, out)
    assert out[:size].tobytes() == str(data, "windows-1256").encode()
    size = iso_to_utf8(octets, out)
    if size >= 0:
        assert out[:size].tobytes() == str(data, "iso-8859-6").encode()
        return
    with pytest.raises(UnicodeDecodeError) as caught:
        str(data, "iso-8859-6")
    assert size == -1 - caught.value.start


@given(st.text(alphabet=st.characters(codec="utf-8", max_codepoint=0xFFFF)))
def test_valid_utf8_is_seen_as_such(text: str) -> None:
    data = text.encode()
    high, valid, _ = weigh_utf8(np.frombuffer(data, np.uint8) if data else np.empty(0, np.uint8))
    assert high == sum(byte >= 0x80 for byte in data)
    assert valid <= high
    if 6 * len(text.encode("ascii", "ignore")) < len(data):
        assert valid == high


def test_a_long_text_has_room_in_the_sums() -> None:
    for worst in (b"\xe1\x81", b"\xc7\xe1", b"\xe8\xd1"):
        score, pairs, *_ = weigh_arabic(np.frombuffer(worst * 32768, np.uint8))
        assert abs(score) <= 10 * pairs
        assert pairs <= 65537


@cache
def articles() -> list[dict[str, str]]:
    with gzip.open(NEWS) as file:
        return [orjson.loads(line) for line in file]


@cache
def bodies() -> list[str]:
    return [row["text"] for row in random.Random(0).sample(articles(), 2000)]


def is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


@needs_news
def test_every_real_article_in_windows_1256_is_found() -> None:
    with tarfile.open(SHARED / "windows1256.tar.gz") as archive:
        files = [archive.extractfile(member) for member in archive if member.isfile()]
        found = [detect(file.read()) for file in files if file]
    assert found == ["windows-1256"] * 150


@needs_news
@pytest.mark.parametrize("encoding", ARABIC_ENCODINGS)
def test_real_articles_are_found_in_any_encoding(encoding: str) -> None:
    for body in bodies():
        data = body.encode(encoding, "ignore")
        if encoding.startswith("utf") or not is_utf8(data):
            assert detect(data) == encoding


@needs_news
@pytest.mark.parametrize("encoding", ARABIC_ENCODINGS)
def test_real_titles_are_found_in_any_encoding(encoding: str) -> None:
    """At least 99.5 % of 14,400; of the rest nearly all are refused, a word or a few «?»."""
    titles = [row["title"] for row in articles() if row["title"] and len(row["title"]) > 1]
    counts = {"right": 0, "refused": 0, "wrong": 0}
    for title in titles:
        data = title.encode(encoding, "ignore")
        if is_utf8(data) and not encoding.startswith("utf"):
            continue
        try:
            counts["right" if decode(data)[0] == data.decode(encoding).encode() else "wrong"] += 1
        except RejectRecord:
            counts["refused"] += 1
    assert counts["right"] >= 0.995 * sum(counts.values()), counts
    assert counts["wrong"] <= 4, counts


@needs_news
@pytest.mark.parametrize("key", ["text", "title"])
def test_real_broken_utf8_is_refused(key: str) -> None:
    dice = random.Random(0)
    for row in dice.sample(articles(), 2000):
        data = (row[key] or "").encode()
        leads = [place for place, byte in enumerate(data) if byte >= 0xC2]
        if len(leads) < 3:
            continue
        stray = bytearray(data)
        stray[dice.randrange(len(data))] = 0xFF
        lead = dice.choice(leads)
        for broken in (bytes(stray), data[: lead + 1], data[: lead + 1] + data[lead + 2 :]):
            assert refused(broken)[0] == "not-utf8"
        if key == "text":
            half = len(row[key]) // 2
            mixed = row[key][:half].encode("cp1256", "ignore") + row[key][half:].encode()
            assert refused(mixed)[0] == "not-utf8"
