"""One item of a feed: what is read of it, and what is refused."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.errors import RejectRecord
from tasks.fetch.formats.feed_items import MOST_TAGS, parse_item
from tasks.fetch.formats.feed_parts import Parts, link_of, read_item
from tasks.fetch.formats.feeds import sniff
from tests.fetch.feeding import TEXT, cut


def read(item: str, base: str | None = None) -> dict[str, str]:
    return dict(read_item(parse_item(item.encode()), base).fields)


def body(description: str) -> str:
    return read(f"<item><description>{description}</description></item>")["text"]


def test_rss_with_all_that_outlets_put_in_it() -> None:
    item = read(
        "<item><title><![CDATA[افتتاح &quot;الجسر&quot;\n اليوم]]></title>"
        "<link>\n https://example.org/?a=1&b=2&amp;c=3 </link>"
        "<guid isPermaLink='false'>77</guid>"
        "<dc:creator>سلمى</dc:creator><dc:creator>علي</dc:creator>"
        "<category>اقتصاد</category><category>محليات</category>"
        "<media:title>صورة</media:title><media:content url='a.jpg'>"
        "<media:description>تعليق</media:description></media:content>"
        "<pubDate>Wed, 01 May 2024 09:00:00 +0300</pubDate>"
        "<atom:updated>2024-05-02</atom:updated><description>موجز</description>"
        f"<content:encoded><![CDATA[<p>{TEXT}</p><p>ثان</p>]]></content:encoded></item>"
    )
    assert item == {
        "native_id": "77",
        "url": "https://example.org/?a=1&b=2&c=3",
        "title": 'افتتاح "الجسر" اليوم',
        "text": f"{TEXT}\nثان",
        "published_raw": "Wed, 01 May 2024 09:00:00 +0300",
        "modified_raw": "2024-05-02",
        "author": "سلمى، علي",
        "section": "اقتصاد",
    }  # fmt: skip


def test_atom_with_xhtml() -> None:
    item = read(
        "<entry xmlns='http://www.w3.org/2005/Atom'><id>tag:example.org,2024:1</id>"
        "<title type='html'>أ &amp;amp; ب</title>"
        "<link rel='enclosure' href='https://example.org/a.mp3'/><link href='https://example.org/1'/>"
        "<author><name>سلمى</name><email>s@example.org</email></author><author><name>علي</name></author>"
        "<category term='eco' label='اقتصاد'/><published>2024-05-01T09:00:00Z</published>"
        "<updated>2024-05-02T09:00:00Z</updated><summary>موجز</summary>"
        "<content type='xhtml'>3 &lt; 5 <div xmlns='http://www.w3.org/1999/xhtml'>"
        "<p>أول</p><p>ثان<br/>وثالث</p></div></content></entry>"
    )
    assert item["text"] == "3 < 5\nأول\nثان\nوثالث"
    assert item["url"] == "https://example.org/1"
    assert (item["author"], item["section"], item["title"]) == ("سلمى، علي", "اقتصاد", "أ & ب")
    assert item["published_raw"] == "2024-05-01T09:00:00Z"


def test_rdf_has_its_address_in_an_attribute() -> None:
    item = read(
        "<item rdf:about='https://example.org/7'><title>أ</title><dc:date>2024-05-01</dc:date>"
        f"<description>{TEXT}</description></item>"
    )
    assert item["url"] == item["native_id"] == "https://example.org/7"
    assert item["published_raw"] == "2024-05-01"


@pytest.mark.parametrize("prefix", ["atom", "a10", "ns0"])
def test_prefixes_that_nobody_declared(prefix: str) -> None:
    content = f"<content type='xhtml'><div><p>{TEXT}</p><p>ب</p></div></content>"
    bare = f"<entry><title>أ</title><id>7</id>{content}</entry>"
    item = bare.replace("</", "\0").replace("<", f"<{prefix}:").replace("\0", f"</{prefix}:")
    assert read(item) == read(bare) == {"native_id": "7", "title": "أ", "text": f"{TEXT}\nب"}


@pytest.mark.parametrize(
    ("told", "text"),
    [
        pytest.param("&lt;p&gt;أ&amp;nbsp;ب&lt;/p&gt;", "أ ب", id="escaped"),
        pytest.param("&amp;lt;p&amp;gt;أ&amp;lt;/p&amp;gt;ب", "أ\nب", id="escaped-twice"),
        pytest.param("<![CDATA[&lt;p&gt;أ&lt;/p&gt;ب]]>", "أ\nب", id="escaped-in-cdata"),
        pytest.param("<p>أ</p><p>ب</p>", "أ\nب", id="not-escaped"),
        pytest.param("أ<br>ب<br>ج", "أ\nب\nج", id="not-closed"),
        pytest.param("أ&nbsp;ب&hellip; &#1583; &#x62F;", "أ ب… د د", id="named"),
        pytest.param("AT&T و R&D; &unknown; &", "AT&T و R&D; &unknown; &", id="bare"),
        pytest.param("3 < 5 و <5 و 7>2", "3 < 5 و <5 و 7>2", id="bare-less-than"),
        pytest.param("أ&#0;ب&#xD800;ج&#11;د&#x110000;", "أ�ب�جد�", id="references-of-no-character"),
        pytest.param("أ\0ب\x0bج", "أبج", id="controls"),
        pytest.param("سطر\nوسطر", "سطر\nوسطر", id="lines-of-plain-text"),
        pytest.param("<![CDATA[<p>سطر\nملفوف</p>]]>", "سطر ملفوف", id="lines-of-source"),
        pytest.param("<![CDATA[أ<script>x()</script><figure>ص</figure>]]>", "أ", id="left-out"),
        pytest.param("<![CDATA[أ]]> ب <![CDATA[ج]]>", "أ ب ج", id="several-sections"),
        pytest.param("<![CDATA[أ &]]&gt;]]>", "أ &]]>", id="ends-of-sections"),
    ],
)  # fmt: skip
def test_markup_is_read_however_it_is_escaped(told: str, text: str) -> None:
    assert body(told) == text


@pytest.mark.parametrize(
    ("told", "author"),
    [
        ("s@example.org (سلمى حداد)", "سلمى حداد"),
        ("s@example.org", None),
        ("سلمى\n  حداد", "سلمى حداد"),
        ("@salma", "@salma"),
        ("", None),
    ],
)
def test_mails_are_no_authors(told: str, author: str | None) -> None:
    item = read(f"<item><author>{told}</author><description>أ</description></item>")
    assert item.get("author") == author


@pytest.mark.parametrize(
    ("parts", "base", "link"),
    [
        ({"link": "https://a.org/1", "guid": "https://a.org/?p=1"}, None, "https://a.org/1"),
        ({"guid": "https://a.org/1"}, None, "https://a.org/1"),
        ({"link": "file:///etc/passwd", "id": "HTTP://A.org/1"}, None, "HTTP://A.org/1"),
        ({"link": "https://a.org/خبر عاجل/1"}, None, "https://a.org/خبر%20عاجل/1"),
        ({"link": "https://a.org/\n  1"}, None, "https://a.org/%20%201"),
        ({"link": "/1?a=b"}, "https://a.org/rss/feed", "https://a.org/1?a=b"),
        ({"link": "//b.org/1"}, "https://a.org/rss/feed", "https://b.org/1"),
        ({"link": "/1"}, None, None),
        ({"link": "/1"}, "http://[::1", None),
        ({"link": "/1"}, "file:///x", None),
        ({"guid": "/1"}, "https://a.org/", None),
        ({"link": "1.html"}, "https://a.org/", "https://a.org/1.html"),
        ({"link": "news/خبر عاجل"}, "https://a.org/rss/all", "https://a.org/rss/news/خبر%20عاجل"),
        ({"href": "../1?a=b#c"}, "https://a.org/rss/all/", "https://a.org/rss/1?a=b#c"),
        ({"link": "?p=1"}, "https://a.org/rss", "https://a.org/rss?p=1"),
        ({"link": "1.html", "guid": "https://a.org/2"}, None, "https://a.org/2"),
        ({"link": "لا رابط", "guid": "https://a.org/2"}, "https://a.org/", "https://a.org/2"),
        ({"link": "#top"}, "https://a.org/", None),
        ({"link": "www.b.org/1"}, "https://a.org/", None),
        ({"link": "mailto:a@a.org"}, "https://a.org/", None),
        ({"link": "data:text/html,x"}, "https://a.org/", None),
        ({"guid": "1.html"}, "https://a.org/", None),
        ({"link": "javascript:alert(1)"}, "https://a.org/", None),
        ({"link": "https://a.org/" + "x" * 1_000_000}, None, None),
        ({"link": "https://a.org/\x01"}, None, None),
        ({}, "https://a.org/", None),
    ],
)
def test_links_lead_to_the_web(parts: dict[str, str], base: str | None, link: str | None) -> None:
    assert link_of(Parts(parts), base) == link


@pytest.mark.parametrize(
    ("item", "link"),
    [
        ("<item xml:base='https://b.org/x/'><link>1</link>", "https://b.org/x/1"),
        ("<item xml:base='x/'><link>1</link>", "https://a.org/rss/x/1"),
        ("<item xml:base='/x/'><link xml:base='y/'>1</link>", "https://a.org/x/y/1"),
        ("<entry xml:base='x/'><link href='1' xml:base='//b.org/'/>", "https://b.org/1"),
        ("<item xml:base='javascript:x'><link>1</link>", "https://a.org/rss/1"),
        ("<item xml:base='file:///etc/'><link>1</link>", "https://a.org/rss/1"),
        ("<item xml:base='http://['><link>1</link>", "https://a.org/rss/1"),
        ("<item base='https://b.org/'><link>1</link>", "https://a.org/rss/1"),
        ("<item xml:base='https://b.org/'><link>https://c.org/1</link>", "https://c.org/1"),
    ],
)
def test_links_start_from_the_base_of_their_item(item: str, link: str) -> None:
    assert link_of(parse_item(item.encode()), "https://a.org/rss/all") == link


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        pytest.param("<item/>", "no-text", id="empty"),
        pytest.param("<item><title>أ</title><guid>7</guid></item>", "no-text", id="title"),
        pytest.param("<item><summary><img src='a'/></summary></item>", "no-text", id="picture"),
        pytest.param("لا شيء", "no-text", id="no-element"),
        pytest.param("", "no-text", id="nothing"),
        pytest.param("<item>" + "<a>" * 100_000 + "أ", "too-deep", id="100,000-tags-open"),
        pytest.param("<item>" + "<a></a>" * MOST_TAGS + "</item>", "too-large", id="too-many-tags"),
    ],
)  # fmt: skip
def test_what_is_no_item_is_refused(item: str, reason: str) -> None:
    before = time.perf_counter()
    with pytest.raises(RejectRecord) as refused:
        read(item)
    assert refused.value.reason == reason
    assert time.perf_counter() - before < 5


def test_broken_utf8_is_refused_with_its_place() -> None:
    with pytest.raises(RejectRecord, match="byte 0xFF at offset 6") as refused:
        parse_item(b"<item>\xff</item>")
    assert refused.value.reason == "not-utf8"


def test_a_text_of_many_megabytes_is_whole() -> None:
    text = (TEXT + "\n") * 130_000
    assert len(text.encode()) > 10_000_000
    assert body(f"<![CDATA[{text}]]>") == text.strip()


@pytest.mark.parametrize(
    "markup",
    ["<p", "<a ", "<b>", "<b></i>", "<a href='", "&amp;lt;p", "<![CDATA[", "<!--", "&",
     "]]>", "<a b="],
)  # fmt: skip
def test_reading_takes_linear_time(markup: str) -> None:
    before = time.perf_counter()
    for told in (markup, markup.replace("<", "&lt;")):
        item = f"<item><description>أ {told * (60_000 // len(markup))}</description></item>"
        try:
            read(item)
        except RejectRecord as refused:
            assert refused.reason in {"no-text", "too-deep", "too-large"}  # noqa: PT017
    assert time.perf_counter() - before < 10


def test_no_entity_expands_and_nothing_is_loaded(tmp_path: object) -> None:
    secret = f"{tmp_path}/secret"
    laughs = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 12))
    feed = (
        f"<!DOCTYPE rss [<!ENTITY l0 'هه'>{laughs}<!ENTITY file SYSTEM 'file://{secret}'>"
        "<!ENTITY % more SYSTEM 'http://127.0.0.1:9/x.dtd'> %more;]>"
        f"<rss><item><description>{TEXT} &l11; &file;</description></item></rss>"
    )
    assert sniff("a", feed.encode())
    (piece,) = cut(feed)
    assert read_item(parse_item(piece.payload)).fields["text"] == f"{TEXT} &l11; &file;"


@given(st.binary(max_size=200))
def test_any_bytes_are_an_item_or_refused(data: bytes) -> None:
    for payload in (data, b"<item>" + data + b"</item>", b"<item><content>" + data):
        try:
            read_item(parse_item(payload), "https://example.org/")
        except RejectRecord as refused:
            assert refused.reason in {"no-text", "not-utf8"}  # noqa: PT017


@given(
    st.text(
        st.characters(exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp", "Cn", "Cf"))
        | st.sampled_from("&<>;#\"' ابجد"),
        max_size=60,
    )
)
def test_a_title_in_cdata_or_escaped_is_the_same(title: str) -> None:
    def parsed(told: str) -> str | None:
        return parse_item(f"<item><title>{told}</title></item>".encode()).told.get("title")

    escaped = title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    cdata = title.replace("]]>", "]]]]><![CDATA[>")
    assert parsed(escaped) == parsed(f"<![CDATA[{cdata}]]>") == (title.strip() or None)
