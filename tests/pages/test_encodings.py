"""Pages in other encodings than they say, or in none that is said."""
# ruff: noqa: E501 - markup that is cut into lines is harder to read

import codecs

import pytest

from tasks.pages import read_page
from tasks.pages.decoding import decode_page
from tests.pages.pieces import BODY, PARAGRAPHS, TITLE

FRENCH = (
    "Le ministère des Transports a annoncé dimanche la réouverture de la ligne à l'été prochain. "
    * 3
)


def page(declared: str = "", text: str = BODY, xml: str = "") -> str:
    lines = "".join(f"<p>{line}</p>" for line in text.split("\n"))
    return f"{xml}<html><head>{declared}<title>{TITLE}</title></head><body><h1>{TITLE}</h1>{lines}</body></html>"


def meta(name: str) -> str:
    return f"<meta http-equiv='Content-Type' content='text/html; charset={name}'>"


@pytest.mark.parametrize(
    "header",
    [
        None,
        "utf-8",
        "windows-1256",
        "iso-8859-1",
        "ISO-8859-6",
        "nonsense",
        "utf-16",
        "zlib",
        "idna",
    ],
)
@pytest.mark.parametrize(
    "declared", ["", meta("utf-8"), meta("windows-1256"), meta("ISO-8859-1"), meta("x\0y")]
)
@pytest.mark.parametrize("written", ["utf-8", "windows-1256", "iso-8859-6"])
def test_what_is_said_does_not_mislead(written: str, declared: str, header: str | None) -> None:
    payload = page(declared).encode(written)
    found = read_page(payload, charset=header)
    assert found.title == TITLE
    assert found.body == BODY


@pytest.mark.parametrize(
    ("mark", "name"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ],
)
def test_a_byte_order_mark_wins(mark: bytes, name: str) -> None:
    payload = mark + page(meta("windows-1256")).encode(name)
    found = read_page(payload, charset="iso-8859-1")
    assert (found.body, found.encoding) == (BODY, name)


def test_utf_16_without_a_mark() -> None:
    assert read_page(page().encode("utf-16-le")).body == BODY


def test_a_letter_cut_in_two_spoils_only_itself() -> None:
    broken = page("<meta name='description' content='قالت وزارة").encode()[:-1]
    payload = broken[: broken.index("وزارة".encode()) + 3] + b"'>" + page().encode()
    found = read_page(payload)
    assert found.encoding == "utf-8"
    assert all(line in found.body for line in PARAGRAPHS)


@pytest.mark.parametrize("header", [None, "iso-8859-1", "windows-1252", "windows-1256"])
def test_french_is_not_arabic(header: str | None) -> None:
    payload = page(meta("iso-8859-1"), FRENCH).replace(TITLE, "Transports").encode("cp1252")
    assert "ministère" in decode_page(payload, header).text.decode()


def test_the_xml_declaration_counts() -> None:
    xml = "<?xml version='1.0' encoding='iso-8859-2'?>"
    payload = page("", "Zażółć gęślą jaźń. " * 9, xml).replace(TITLE, "x").encode("iso-8859-2")
    assert "gęślą" in decode_page(payload).text.decode()


@pytest.mark.parametrize("name", ["koi8-r", "shift_jis", "gb2312", "big5", "euc-kr"])
def test_other_encodings_are_read_where_they_are_said(name: str) -> None:
    text = {
        "koi8-r": "Новости дня",
        "shift_jis": "ニュース",
        "gb2312": "新闻",
        "big5": "新聞",
        "euc-kr": "뉴스",
    }[name]
    payload = f"<html><head>{meta(name)}</head><body><p>{text * 20}</p></body></html>".encode(name)
    assert text in decode_page(payload).text.decode()
