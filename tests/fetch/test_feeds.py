"""News feeds as outlets write them, and as nobody should."""

import io
import tarfile
import time
import tracemalloc
from collections.abc import Sequence

import orjson
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.errors import RejectRecord
from tasks.fetch.formats import recognise
from tasks.fetch.formats.content import join
from tasks.fetch.formats.feed_items import parse_item
from tasks.fetch.formats.feed_parts import read_item
from tasks.fetch.formats.feeds import decode, sniff, split
from tasks.fetch.formats.pieces import Decoded
from tasks.fetch.streams import HEAD, Stream
from tasks.sources import SourceProfile
from tests.fetch.feeding import ITEM, TEXT, Endless, cut
from tests.shared_data import FEEDS, needs_feeds

# Telling a feed


@pytest.mark.parametrize(
    "head",
    [
        '<rss version="2.0">',
        "\ufeff<?xml version='1.0' encoding='utf-8'?>\r\n<!-- made by hand --><rss>",
        "<!-- <html> --><?xml-stylesheet href='a.xsl'?><feed xmlns='http://www.w3.org/2005/Atom'>",
        '<rdf:RDF xmlns="http://purl.org/rss/1.0/">',
        "<atom:feed>",
        "<ns0:feed xmlns:ns0='http://www.w3.org/2005/Atom'>",
        "<atom:entry >",
        "<item>\n",
        '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://example.org/a.dtd">\n<rss >',
        "<!DOCTYPE rss [<!ENTITY a 'b'> <!-- > -->\n<!ENTITY nbsp '&#160;'>] ><!-- x --><rss>",
    ],
)
def test_feeds_are_told_by_their_root(head: str) -> None:
    assert sniff("a.html", head.encode())
    kind = recognise("a.txt", (head + TEXT).encode())
    assert kind is not None
    assert kind.name == "feed"


@pytest.mark.parametrize(
    "head", ["", "<", "<rssx>", "<html><rss>", "<items>", "<urlset>", "rss", "<!-- <rss> ", "{}"]
)
def test_what_is_no_feed_is_not_taken_for_one(head: str) -> None:
    assert not sniff("a.rss", head.encode())


@pytest.mark.parametrize(
    "part", ["<!---->", "<!--", "<!-- -->-->", "<?x?>", "<!DOCTYPE a[", "]>", " "]
)
def test_telling_takes_linear_time(part: str) -> None:
    head = (part.encode() * HEAD)[:HEAD]
    before = time.perf_counter()
    assert not sniff("a", head + b"x")
    assert time.perf_counter() - before < 2


# Cutting


@pytest.mark.parametrize(
    ("feed", "items"),
    [
        pytest.param("<rss>{}</rss>", 1, id="rss"),
        pytest.param("<rss><channel>{}{}{}", 3, id="no-end-of-the-feed"),
        pytest.param("{}", 1, id="item-alone"),
        pytest.param("<rss><!-- {} -->{}<!-- <item> -->{}</rss>", 2, id="in-comments"),
        pytest.param("<rss><![CDATA[{}]]>{}</rss>", 1, id="in-cdata"),
        pytest.param("<rss></item></item>{}</item></rss>", 1, id="ends-without-a-start"),
        pytest.param("<rss><items><li/></items>{}<itemized/></rss>", 1, id="longer-names"),
        pytest.param("<rss></rss>", 0, id="empty"),
        pytest.param("<rss><item", 0, id="no-tag-yet"),
    ],
)
def test_items_are_cut_out(feed: str, items: int) -> None:
    found = cut(feed.replace("{}", ITEM))
    assert [(piece.payload.decode(), piece.refusal) for piece in found] == [(ITEM, None)] * items


@pytest.mark.parametrize(
    "item",
    [
        "<item><description><![CDATA[<b></item><item>]]></description></item>",
        "<item><!-- </item> --><title>أ</title></item>",
        "<item rdf:about='http://example.org/?a>b'>أ</item  \n>",
        "<atom:entry xml:lang='ar'>أ<item></item></atom:entry>",
        "<ns0:entry>أ</ns0:entry>",
        "<entry/>أ</entry>",
    ],
)
def test_an_item_ends_where_its_own_tag_does(item: str) -> None:
    data = f"<feed>{item}{ITEM}</feed>".encode()
    pieces = cut(data)
    assert [piece.payload.decode() for piece in pieces] == [item, ITEM]
    assert [data[piece.start : piece.end] for piece in pieces] == [each.payload for each in pieces]


def test_an_item_without_an_end_costs_no_other() -> None:
    pieces = cut(f"<rss><item><title>أ</title>{ITEM}{ITEM}</rss>")
    assert [piece.payload.decode() for piece in pieces] == ["<item><title>أ</title>", ITEM, ITEM]
    assert [piece.refusal for piece in pieces] == [None, None, None]


@pytest.mark.parametrize(
    "left", ["<item>", "<item><title>أ", "<item><![CDATA[ </item>", "<item><!--"]
)
def test_an_item_that_the_feed_ends_in_is_refused(left: str) -> None:
    whole, last = cut(f"<rss>{ITEM}{left}")
    assert whole.refusal is None
    assert (last.payload.decode(), last.refusal) == (left, "truncated")


def test_a_fault_of_the_stream_is_told_after_the_items() -> None:
    fault = RejectRecord("the disk failed", reason="unreadable")
    stream = Stream.held(f"<rss>{ITEM}</channel>".encode())
    stream.fault = fault
    pieces = list(split(stream, 1 << 20))
    assert [piece.refusal for piece in pieces] == [None, "unreadable"]


PARTS = st.sampled_from(
    [
        *(ITEM, "<item>", "</item>", "</item \n >", "<entry>", "</entry>", "<atom:entry a='b'>"),
        *("<item/>", "</atom:entry>", "<![CDATA[", "]]>", "]]", "<!--", "-->", "--", "<", "<it"),
        *("em>", "أ", " " * 70),
    ]
)  # fmt: skip


@given(
    st.lists(PARTS, max_size=25), st.lists(st.integers(1, 40), min_size=1, max_size=5),
    st.sampled_from([10, 60, 1 << 20]),
)  # fmt: skip
def test_cutting_does_not_depend_on_how_the_bytes_come(
    parts: list[str], sizes: list[int], longest: int
) -> None:
    data = "".join(["<rss>", *parts]).encode()

    whole = cut(data, longest)
    assert cut(data, longest, sizes) == whole
    assert all(len(piece.payload) <= max(longest, HEAD) for piece in whole)
    for piece in whole:
        assert data[piece.start : piece.end].startswith(piece.payload)


def test_an_item_over_the_limit_is_refused_with_its_head() -> None:
    long = f"<item><title>{'أ' * HEAD}</title></item>"
    first, last = cut(f"<rss>{long}{ITEM}", longest=HEAD, sizes=(999,))
    assert (first.refusal, first.payload) == ("too-large", long.encode()[:HEAD])
    assert first.end - first.start == len(long.encode())
    assert last.payload.decode() == ITEM


@pytest.mark.parametrize("part", [b"x", b"<![CDATA[", b"<entry>", b"</item", b"<!--", b"</entry>"])
def test_memory_is_bounded_while_an_item_arrives(part: bytes) -> None:
    feed = Endless(6 << 20, part + b" " * 200, b"<rss><item>")
    tracemalloc.start()
    (piece,) = split(Stream(feed), 1 << 17)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (piece.refusal, len(piece.payload)) == ("too-large", HEAD)
    assert piece.end > 6 << 20
    assert peak < 3 << 20


def test_any_number_of_items_is_streamed() -> None:
    tracemalloc.start()
    count = sum(1 for _ in split(Stream(Endless(4 << 20, ITEM.encode())), 1 << 20))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count >= (4 << 20) // len(ITEM.encode())
    assert peak < 3 << 20


# Columns


def decoded(*items: str, headers: Sequence[str | None] = ()) -> Decoded:
    payloads = join([item.encode() for item in items], pa.large_binary())
    told = pa.array(headers or [None] * len(items), pa.string())
    return decode(payloads, SourceProfile(name="x"), 64, told)


def test_a_column_of_items_is_read() -> None:
    found = decoded(ITEM, "<item/>", ITEM)
    assert (found.rows, found.refused_rows, found.reasons) == ([0, 2], [1], ["no-text"])
    assert found.columns["text"].to_pylist() == [TEXT, TEXT]


@pytest.mark.parametrize(
    ("header", "url"),
    [
        (orjson.dumps({"url": "https://a.org/feed"}).decode(), "https://a.org/1"),
        ('{"self": "https://a.org/feed"}', "https://a.org/1"),
        ('{"self": "https://b.org/", "url": "https://a.org/feed"}', "https://a.org/1"),
        ('{"base": "https://b.org/x", "url": "https://a.org/feed"}', "https://b.org/1"),
        ('{"base": "/x", "url": "https://a.org/feed"}', "https://a.org/1"),
        ('{"base": "javascript:x", "self": "file:///x"}', None), ('{"base": 7, "self": []}', None),
        (None, None), ("", None), ("{", None), ("[1]", None), ('"x"', None), ('{"url": 7}', None),
    ],
)  # fmt: skip
def test_headers_of_another_version_are_no_trouble(header: str | None, url: str | None) -> None:
    item = f"<item><link>/1</link><description>{TEXT}</description></item>"
    assert decoded(item, headers=[header]).columns["url"].to_pylist() == [url]


# Real ones


@needs_feeds
def test_real_feeds_are_read_to_the_last_item() -> None:
    with tarfile.open(FEEDS) as archive:
        feeds = {
            name: archive.extractfile(name).read()  # type: ignore[union-attr]
            for name in archive.getnames()
            if name.endswith(".xml")
        }
    assert len(feeds) >= 8
    for name, data in feeds.items():
        assert sniff(name, data[:HEAD])
        items = [read_item(parse_item(piece.payload)).fields for piece in cut(data)]
        assert len(items) == data.count(b"</item>") + data.count(b"</entry>")
        for item in items:
            assert item.keys() >= {"url", "title", "text", "published_raw"}
            assert "<" not in item["text"]
        longer = list(split(Stream(io.BytesIO(data)), 1 << 20))
        assert [piece._replace(header=None) for piece in longer] == cut(data, sizes=(777,))
        (header,) = {piece.header for piece in longer}
        assert orjson.loads(header or "")["self"].startswith("https://www.a")
