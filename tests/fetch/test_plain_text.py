import io

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.fetch.formats import recognise
from tasks.fetch.formats.content import join
from tasks.fetch.formats.pieces import Piece
from tasks.fetch.formats.plain_text import decode, split
from tasks.fetch.streams import HEAD, Stream
from tasks.fetch.unpacking import CHUNK
from tasks.sources import SourceProfile

ARTICLE = "افتتاح المعرض\nافتتح الوزير المعرض.\n"
RECORD = b'{"title": "a", "text": "b"}'


def texts(*payloads: bytes) -> tuple[list[str], list[str]]:
    decoded = decode(join(list(payloads), pa.large_binary()), SourceProfile(name="x"), 64)
    return decoded.columns["text"].to_pylist(), decoded.details


def test_a_file_is_one_record() -> None:
    data = (ARTICLE * 20_000).encode()
    (piece,) = split(Stream(io.BytesIO(data)), len(data))
    assert piece == Piece(data, 0, len(data))


def test_a_file_over_the_limit_is_refused_with_its_head() -> None:
    data = b"x" * (2 * CHUNK)
    (piece,) = split(Stream(io.BytesIO(data)), CHUNK)
    assert (piece.payload, piece.end, piece.refusal) == (data[:HEAD], len(data), "too-large")


@pytest.mark.parametrize("data", [b" \r\n\t\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_a_file_of_blanks_holds_no_record(data: bytes) -> None:
    (piece,) = split(Stream(io.BytesIO(data)), 100)
    assert piece.refusal == "empty-file"


def test_the_text_is_decoded_whole_without_its_bom() -> None:
    assert texts(ARTICLE.encode(), b"\xef\xbb\xbf" + ARTICLE.encode(), b"a\x00b\r\n\x1a") == (
        [ARTICLE, ARTICLE, "a\x00b\r\n\x1a"],
        [],
    )


@pytest.mark.parametrize(
    ("payload", "detail"),
    [
        pytest.param(
            "خبر".encode() + b"\xff", "byte 0xFF at offset 6 is not UTF-8", id="one-bad-byte"
        ),
        pytest.param("خبر".encode()[:-1], "byte 0xD8 at offset 4 is not UTF-8", id="cut-character"),
    ],
)
def test_bytes_that_are_not_utf8_are_refused_with_their_place(payload: bytes, detail: str) -> None:
    assert texts(b"a", payload, b"b") == (["a", "b"], [detail])


@pytest.mark.parametrize("encoding", ["windows-1256", "iso-8859-6", "utf-16-le", "utf-16"])
def test_each_file_is_in_an_encoding_of_its_own(encoding: str) -> None:
    assert texts(ARTICLE.encode(), ARTICLE.encode(encoding)) == ([ARTICLE, ARTICLE], [])


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_any_bytes_are_kept_or_refused(payloads: list[bytes]) -> None:
    kept, refused = texts(*payloads)
    assert len(kept) + len(refused) == len(payloads)


@pytest.mark.parametrize(
    ("name", "head", "kind"),
    [
        pytest.param("a.txt", ARTICLE.encode(), "text", id="text"),
        pytest.param("a.TXT.GZ", ARTICLE.encode(), "text", id="packed-in-capitals"),
        pytest.param("a.txt", b"Latin", "text", id="named-text-of-any-language"),
        pytest.param("a.txt", ARTICLE.encode("windows-1256"), "text", id="named-text-not-utf8"),
        pytest.param("a.txt", ARTICLE.encode("utf-16"), "text", id="named-text-in-utf16"),
        pytest.param("a", ARTICLE.encode(), "text", id="no-suffix"),
        pytest.param("خبر رقم 1.5", ARTICLE.encode()[:25], "text", id="dot-in-name-and-cut-head"),
        pytest.param("a.dat", RECORD, "json", id="records-under-any-name"),
        pytest.param("a.txt", RECORD + b"\n\n" + RECORD, "json", id="records-named-text"),
        pytest.param("a.txt", RECORD + b"\n" + ARTICLE.encode(), "text", id="ambiguous"),
        pytest.param("a.txt", b'{"title": "'.ljust(HEAD, b"x"), "json", id="long-first-record"),
        pytest.param("a.txt", "{قوسان} في أول السطر".encode(), "text", id="text-in-braces"),
        pytest.param("a.jsonl", b"not json at all", "json", id="named-records"),
        pytest.param("a.ndjson", b'{"a": NaN}', "json", id="named-records-broken"),
        pytest.param("a.json", RECORD, "json", id="json-of-one-line"),
        pytest.param("a.json", b'[\n{"text": "a"}\n]', "json-array", id="json-array"),
        pytest.param("a.json", b'{\n"text": "a"\n}', "json-array", id="json-over-lines"),
        pytest.param("a.csv", "عنوان,نص\n".encode(), "csv", id="csv"),
        pytest.param("a.html", f"<p>{ARTICLE}".encode(), "html", id="html"),
        pytest.param("a", f"<p>{ARTICLE}".encode(), None, id="html-without-a-name"),
        pytest.param("a", b"Latin prose", None, id="latin-under-no-name"),
        pytest.param("a.txt", b"%PDF-1.7 ...", None, id="pdf-named-text"),
        pytest.param("a.jsonl", b"PK\x03\x04zip", None, id="zip-named-records"),
        pytest.param("a.txt", b"\x1f\x8bpacked twice", None, id="packed-twice"),
        pytest.param("a.txt", bytes(257) + b"ustar", None, id="tar-named-text"),
        pytest.param("a.bin", bytes(range(256)), None, id="binary"),
        pytest.param("a.txt", bytes(100), None, id="zeros"),
    ],
)  # fmt: skip
def test_a_format_is_told_by_content_and_name(name: str, head: bytes, kind: str | None) -> None:
    found = recognise(name, head)
    assert (found.name if found else None) == kind
