"""Where the links of a feed start from, as the feed says itself."""

import time
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.fetch.archives.warc_records import item_record
from tasks.fetch.formats.feed_base import said_by_json, said_by_xml
from tests.fetch.feeding import TEXT
from tests.fetch.fetching import kept, land, make
from tests.fetch.test_warc_archive import answer, record

ITEM = f"<item><link>news/1</link><description>{TEXT}</description></item>"
ENTRY = f"<entry><link href='news/1'/><content>{TEXT}</content></entry>"


def said(head: str) -> dict[str, str]:
    told = said_by_xml(head.encode())
    return orjson.loads(told) if told else {}


@pytest.mark.parametrize(
    ("head", "base"),
    [
        ("<rss><channel><item>", None),
        ("<rss xml:base='https://a.org/x/'><channel><item>", "https://a.org/x/"),
        ("<rss xml:base='https://a.org/x/'><channel xml:base='y/'><item>", "https://a.org/x/y/"),
        ("<rss><channel xml:base='y/'><item>", "y/"),
        ("<feed xml:base = \"https://a.org/?a=1&amp;b=2\"><entry>", "https://a.org/?a=1&b=2"),
        ("<a:feed xml:base='https://a.org/'><a:logo xml:base='b/'>l</a:logo><a:entry>",
         "https://a.org/"),
        ("<rss><channel><image xml:base='https://b.org/'/><item>", None),
        ("<rdf:RDF xml:base='https://a.org/'><channel xml:base='b/'></channel><item>",
         "https://a.org/"),
        ("<rss><!-- <channel xml:base='https://a.org/'> --><item>", None),
        ("<rss><![CDATA[ <channel xml:base='https://a.org/'> ]]><item>", None),
        ("<rss><channel><item xml:base='https://a.org/'>", None),
        ("<rss><channel></channel></x><item>", None),
        ("<rss a='>' xml:base='https://a.org/' b=\"<\"><item>", None),
        ("<rss a='>' xml:base='https://a.org/'><item>", "https://a.org/"),
        ("<rss xml:base='http://['><channel xml:base='https://a.org/'><item>", "https://a.org/"),
        ("<rss not:xml:base='https://a.org/'><item>", None),
    ],
)  # fmt: skip
def test_the_base_is_that_of_what_is_open_around_the_items(head: str, base: str | None) -> None:
    assert said(head).get("base") == base


@pytest.mark.parametrize(
    ("told", "own"),
    [
        ("<atom:link href='https://a.org/rss' rel='self'/><link>https://b.org/</link>",
         "https://a.org/rss"),
        ("<link>\n <![CDATA[ https://b.org/?a=1&b=2 ]]></link>", "https://b.org/?a=1&b=2"),
        ("<link>https://b.org/?a=1&amp;b=2</link>", "https://b.org/?a=1&b=2"),
        ("<link rel='alternate' href='https://b.org/'/>", "https://b.org/"),
        ("<link rel='self' href='/rss'/><link href='https://b.org/'/>", "https://b.org/"),
        ("<image><link>https://c.org/</link></image>", None),
        ("<link rel='hub' href='https://hub.example/'/>", None),
        ("<link>javascript:alert(1)</link>", None),
        ("<link>/</link>", None),
        ("<link/>", None),
    ],
)  # fmt: skip
def test_what_a_feed_calls_its_own_address(told: str, own: str | None) -> None:
    for root in ("<rss><channel>{}<item>", "<feed>{}<entry>"):
        assert said(root.replace("{}", told)).get("self") == own


@pytest.mark.parametrize(
    ("feed", "header"),
    [
        ({"feed_url": "https://a.org/f", "home_page_url": "https://a.org/"}, "https://a.org/f"),
        ({"feed_url": "f.json", "home_page_url": "https://a.org/"}, "https://a.org/"),
        ({"feed_url": 7, "home_page_url": ["https://a.org/"]}, None),
        ({}, None),
    ],
)
def test_what_a_json_feed_calls_its_own_address(
    feed: dict[str, object], header: str | None
) -> None:
    assert said_by_json(feed) == (header and orjson.dumps({"self": header}).decode())


@pytest.mark.parametrize("part", ["<a", "<a ", "<a b='", "<a/", "<!--", "<![CDATA[", "<a b='c'>"])
def test_it_takes_linear_time(part: str) -> None:
    before = time.perf_counter()
    said((part * 65_536)[:65_536])
    assert time.perf_counter() - before < 2


@given(st.text(st.sampled_from("<>/='\" axmlbse:rht.-![]CDATA&;#"), max_size=80))
def test_any_head_says_something_or_nothing(head: str) -> None:
    said(head)
    said(f"<rss xml:base='{head}'><link>{head}")


# Saved


@pytest.mark.parametrize(
    ("feed", "url"),
    [
        pytest.param(f"<rss><channel>{ITEM}</channel></rss>", None, id="untold"),
        pytest.param(f"<rss><channel><link>https://a.org/</link>{ITEM}", "https://a.org/news/1",
                     id="site"),
        pytest.param(f"<feed xml:base='https://a.org/x/'>{ENTRY}</feed>",
                     "https://a.org/x/news/1", id="base"),
        pytest.param(f"<feed xml:base='x/'><link rel='self' href='https://a.org/f'/>{ENTRY}",
                     "https://a.org/x/news/1", id="base-of-self"),
        pytest.param(
            '{"version":"https://jsonfeed.org/version/1","feed_url":"https://a.org/x/f","items":'
            f'[{{"url":"news/1","content_text":"{TEXT}"}}]}}', "https://a.org/x/news/1", id="json"),
    ],
)  # fmt: skip
def test_links_of_a_saved_feed(tmp_path: Path, feed: str, url: str | None) -> None:
    folder = make(tmp_path / "in", {"feed": feed})
    (row,) = kept(land(tmp_path / "lake", folder))
    assert (row["url"], row["text"]) == (url, TEXT)


def test_a_feed_of_an_archive_of_the_web_came_from_its_address(tmp_path: Path) -> None:
    own = "<link>https://other.example/</link>"
    body = f"<rss><channel xml:base='x/'>{own}{ITEM}</channel></rss>".encode()
    archive = record(answer(body), url="https://a.org/rss/all")
    archive += item_record("https://a.org/1", ITEM.encode(), "https://b.org/rss/")
    archive += item_record("https://a.org/2", ITEM.encode())
    folder = make(tmp_path / "in", {"a.warc": archive})
    urls = [row["url"] for row in kept(land(tmp_path / "lake", folder))]
    assert urls == [
        "https://a.org/rss/x/news/1", "https://b.org/rss/news/1", "https://a.org/news/1"
    ]  # fmt: skip
