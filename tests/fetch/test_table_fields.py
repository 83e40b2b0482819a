"""What the cells of a table are to a record."""

import tarfile
from typing import Any

import orjson
import pyarrow as pa
import pytest

from tasks.errors import StopRun
from tasks.fetch.formats.content import join
from tasks.fetch.formats.tables import decode, sniff
from tasks.fetch.streams import HEAD
from tasks.sources import SourceProfile
from tests.fetch.table_rows import HEADER, RLM, pieces, rows
from tests.shared_data import SHARED, needs_news


@pytest.mark.parametrize(
    ("data", "told"),
    [
        pytest.param("title,text\na,b", {"title": "a", "text": "b"}, id="usual-names"),
        pytest.param("\ufeff TITLE ,Body\na,b", {"title": "a", "text": "b"}, id="other-case"),
        pytest.param("Text,text\na,b", {"text": "b"}, id="exact-case-first"),
        pytest.param("text,text\na,b", {"text": "a"}, id="the-first-of-two"),
        pytest.param("text,body\n,b", {"text": "b"}, id="null-text-first"),
        pytest.param('text,body\n" ",b', {"text": "b"}, id="blank-text-first"),
        pytest.param('text,body\n,""', {"text": ""}, id="blank-text-is-a-record"),
        pytest.param('text,body\n"\u3000",', {"text": ""}, id="blank-text-and-null"),
        pytest.param("text,title,headline\na,NULL,b", {"text": "a", "title": "b"}, id="null"),
        pytest.param('text,title\na,"NULL"', {"text": "a", "title": "NULL"}, id="quoted-null"),
        pytest.param('title,text\n\ufeff"a",b', {"title": '\ufeff"a"', "text": "b"}, id="mark"),
        pytest.param("text,title\n a , b ", {"text": " a ", "title": " b "}, id="kept-as-is"),
        pytest.param("text,id,url\na, 007 , http://a ",
                     {"text": "a", "native_id": "007", "url": "http://a"}, id="trimmed"),
        pytest.param("text;source;date;updated_at;authors;category\na;\u00a0b;1519927742;x;c، d;s",
                     {"text": "a", "source": "b", "published_raw": "1519927742",
                      "modified_raw": "x", "author": "c، d", "section": "s"}, id="the-others"),
        pytest.param("العنوان;النص;تاريخ النشر;الرابط;المصدر;الكاتب;القسم\na;b;c;http://d;e;f;g",
                     {"title": "a", "text": "b", "published_raw": "c", "url": "http://d",
                      "source": "e", "author": "f", "section": "g"}, id="arabic-names"),
        pytest.param("العنوان الرئيسي;نص المقالة;تاريخ الخبر\na;b;c",
                     {"title": "a", "text": "b", "published_raw": "c"}, id="other-arabic-names"),
        pytest.param("Headline,Text,Published Date\na,b,c",
                     {"title": "a", "text": "b", "published_raw": "c"}, id="spaced-names"),
    ],
)  # fmt: skip
def test_usual_names_are_recognised(data: str, told: dict[str, Any]) -> None:
    assert rows(pieces(data.encode())) == [told]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("الخبر", id="as-written"),
        pytest.param(f"{RLM}الخبَر{RLM}", id="marks-and-harakat"),
        pytest.param("الخبر".encode().decode("cp1256"), id="decoded-wrongly"),
    ],
)
def test_a_name_of_the_profile_is_found(name: str) -> None:
    found = pieces(f"القسم,{name}\na,b".encode())
    assert rows(found, text="الخبر") == [{"section": "a", "text": "b"}]
    assert rows(found)[0]["reason"] == "no-text"


@pytest.mark.parametrize("path", ["meta.text", "META.Text", ["meta", "meta.none", "Meta.text"]])
def test_a_name_may_have_dots(path: str | list[str]) -> None:
    (row,) = rows(pieces(b"meta.text,text\na,b"), text=path)
    assert row == {"text": "a"}


def test_a_row_without_text_is_refused_with_its_id_and_outlet() -> None:
    found = pieces("id,source,text\n1,a,b\n 7 ,الميناء,null\n3,c,d".encode())
    payloads = join([piece.payload for piece in found], pa.large_binary())
    decoded = decode(payloads, SourceProfile(name="x"), 64, found[0].header)
    assert (decoded.rows, decoded.columns["text"].to_pylist()) == ([0, 2], ["b", "d"])
    assert (decoded.refused_rows, decoded.reasons) == ([1], ["no-text"])
    assert decoded.details == ["nothing stands under text"]
    assert (decoded.native_ids, decoded.sources) == (["7"], ["الميناء"])


def test_a_row_without_a_column_of_text_tells_what_columns_there_are() -> None:
    (row,) = rows(pieces("الرقم,الخبر\n1,a".encode()))
    assert row["reason"] == "no-text"
    assert row["detail"] == (
        "no text under text, body, content, …; the names there are الرقم, الخبر: "
        "a profile's [fields] can name another"
    )


def test_rows_that_are_not_utf8_are_refused_alone() -> None:
    found = pieces(HEADER + b"1,a\n2,\xc7\xe1\n3,\xd8\n\xa7,d\n5,e\n")
    reasons = [row.get("reason") for row in rows(found)]
    assert reasons == [None, "not-utf8", "not-utf8", "not-utf8", None]
    assert rows(found)[1]["detail"] == "byte 0xC7 at offset 2 is not UTF-8"


@pytest.mark.parametrize("odd", [b"1,2,3", b"1", b"1,a\n2,b", b'1,"a', b" ", b"", b'"\n,"'])
def test_payloads_that_are_no_row_are_refused_alone(odd: bytes) -> None:
    """As another version's raw zone may hold."""
    header = orjson.dumps({"columns": ["id", "text"], "delimiter": ","}).decode()
    column = join([b"1,a", odd, b"3,c"], pa.large_binary())
    decoded = decode(column, SourceProfile(name="x"), 64, header)
    assert (decoded.rows, decoded.refused_rows) == ([0, 2], [1])
    assert decoded.reasons == ["not-csv"]


def test_without_a_header_nothing_can_be_read() -> None:
    with pytest.raises(StopRun):
        decode(join([b"1,a"], pa.large_binary()), SourceProfile(name="x"), 64)


def test_many_rows_are_read_in_order() -> None:
    data = HEADER + b"".join(b'%d,"%d %s"\n' % (n, n, b"x" * 200) for n in range(40_000))
    told = rows(pieces(data))
    assert [int(row["title"]) for row in told] == list(range(40_000))
    assert [int(row["text"].split()[0]) for row in told] == list(range(40_000))


@needs_news
def test_a_table_of_a_feed_reader_is_read_whole() -> None:
    with tarfile.open(SHARED / "feeds.tar.gz") as archive:
        (name,) = [name for name in archive.getnames() if name.endswith("olc_arabic_news.csv")]
        member = archive.extractfile(name)
        data = member.read() if member else b""
    assert sniff("a.csv", data[:HEAD])
    assert sniff("a", data[:HEAD])
    told = rows(pieces(data), text="description", published="pub_date")
    assert len(told) == 380
    assert [row["reason"] for row in told if "reason" in row] == ["no-text"] * 300  # «N/A»
    whole = {"text", "title", "url", "published_raw"}
    assert sum(whole <= row.keys() for row in told) == 80
