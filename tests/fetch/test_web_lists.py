"""Lists of articles on the web: what they name, and whether it is all there."""

import tarfile
from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.fetch.web_lists import MOST_ITEMS, changes_of, has_texts, is_list, read_list
from tests.shared_data import FEEDS, needs_feeds

SENTENCE = "افتتح رئيس البلدية أمس جسرا جديدا يربط ضفتي النهر. "


def rss(*items: str, title: str = "المرفأ") -> str:
    return (
        f'<?xml version="1.0"?><rss><channel><title>{title}</title>{"".join(items)}</channel></rss>'
    )


def item(number: int, text: str = SENTENCE, more: str = "") -> str:
    link = f"https://example.org/{number}"
    return (
        f"<item><title>خبر</title><link>{link}</link>{more}<description>{text}</description></item>"
    )


def json_feed(*items: object) -> bytes:
    return orjson.dumps({"version": "https://jsonfeed.org/version/1.1", "items": list(items)})


def urls(body: bytes | str, base: str | None = None) -> list[str]:
    return [each.url for each in read_list(body.encode() if isinstance(body, str) else body, base)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "windows-1256"])
def test_feeds_are_lists_in_any_encoding(encoding: str) -> None:
    body = rss(item(1), item(2), title="المرفأ " * 20).encode(encoding)
    assert is_list(body)
    first, second = read_list(body)
    assert (first.url, second.url) == ("https://example.org/1", "https://example.org/2")
    assert first.text == SENTENCE.strip()


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"{}", b'{"version": 1}', "<!doctype html><rss>".encode("utf-16"),
     b"\xff\xfe", b"\xff\xfea", b"\0" * 99],
)  # fmt: skip
def test_what_is_no_list(body: bytes) -> None:
    assert not is_list(body)


def test_json_feeds_are_lists() -> None:
    body = json_feed(
        {"url": "https://example.org/1", "date_modified": "2024-05-02",
         "date_published": "2024-05-01"},
        {"url": "https://example.org/2", "date_published": "2024-05-01T00:00:00Z"},
        {"url": "file:///etc/passwd"}, {"url": 7}, {"id": "https://example.org/3"}, 7, None,
        {"url": "https://example.org/4", "date_modified": 7},
    )  # fmt: skip
    assert is_list(body)
    assert is_list(b"\xef\xbb\xbf \n" + body.replace(b"jsonfeed.org/", rb"jsonfeed.org\/"))
    items = read_list(body)
    assert [each.url[-1] for each in items] == ["1", "2", "4"]
    days = [None if at is None else at.day for at in changes_of(items)]
    assert days == [2, 1, None]


@pytest.mark.parametrize(
    "body",
    [b"{", b'{"items": {}}', b'{"items": null}', b"[" * 99_999, b'{"a":' * 99_999,
     b'{"items": [[]]}'],
)  # fmt: skip
def test_a_broken_json_feed_has_no_items(body: bytes) -> None:
    whole = b'{"version": "https://jsonfeed.org/version/1", ' + body[1:]
    assert read_list(whole) == []


def test_of_endless_lists_the_first_items_are_looked_at() -> None:
    found = urls(rss(*map(item, range(MOST_ITEMS + 1))))
    assert (len(found), found[-1]) == (MOST_ITEMS, f"https://example.org/{MOST_ITEMS - 1}")


def test_an_address_counts_once_and_items_without_one_are_left_out() -> None:
    body = rss(
        item(1), "<item><title>بلا رابط</title></item>", item(1), "<item><link>ftp://a", item(2)
    )
    assert urls(body) == ["https://example.org/1", "https://example.org/2"]


def test_links_without_a_host_are_those_of_the_list() -> None:
    body = rss("<item><link>/خبر/1</link></item>")
    assert urls(body, "https://example.org/rss/all.xml") == ["https://example.org/خبر/1"]
    assert urls(body) == []


def test_one_broken_item_costs_no_other() -> None:
    body = rss(item(1), item(2)).encode()
    assert urls(body.replace("خبر".encode(), b"\xd8\xff", 1)) == ["https://example.org/2"]
    assert urls(body[:-40]) == ["https://example.org/1"]


@pytest.mark.parametrize(
    ("told", "at"),
    [
        ("<pubDate>Wed, 01 May 2024 09:00:00 +0300</pubDate>", datetime(2024, 5, 1, 6, tzinfo=UTC)),
        ("<updated>2024-05-01T09:00:00+03:00</updated>", datetime(2024, 5, 1, 6, tzinfo=UTC)),
        ("<dc:date>2024-05-01T06:00:00Z</dc:date>", datetime(2024, 5, 1, 6, tzinfo=UTC)),
        ("<pubDate>غدا</pubDate>", None),
        ("", None),
    ],
)  # fmt: skip
def test_when_an_item_was_changed(told: str, at: datetime | None) -> None:
    assert changes_of(read_list(rss(item(1, more=told)).encode())) == [at]


@pytest.mark.parametrize(
    ("texts", "whole"),
    [
        ([], False),
        ([SENTENCE], False),
        ([SENTENCE * 20] * 3, True),
        ([SENTENCE * 20] * 3 + [""], True),
        ([SENTENCE * 20, SENTENCE, SENTENCE], False),
        ([SENTENCE * 20 + "…"] * 3, False),
        ([SENTENCE * 20 + "[...]"] * 3, False),
        ([SENTENCE * 20 + "إقرأ المزيد"] * 3, False),
    ],
)
def test_whole_texts_are_told_from_excerpts(texts: list[str], whole: bool) -> None:
    items = read_list(rss(*(item(n, text) for n, text in enumerate(texts))).encode())
    assert has_texts(items) is whole


def test_a_text_of_too_many_tags_is_none_and_costs_no_other() -> None:
    many = "&amp;lt;b&amp;gt;" * 210_000
    items = read_list(rss(item(1, many), item(2)).encode())
    assert [each.text for each in items] == ["", SENTENCE.strip()]


@given(st.binary(max_size=120))
def test_any_bytes_are_a_list_or_none(body: bytes) -> None:
    is_list(body)
    read_list(body)
    read_list(b"<rss><item><link>https://a.org/" + body, "https://a.org")


@needs_feeds
def test_real_feeds_with_whole_texts_are_told_from_the_others() -> None:
    with tarfile.open(FEEDS) as archive:
        for name in archive.getnames():
            if not name.endswith(".xml"):
                continue
            body = archive.extractfile(name).read()  # type: ignore[union-attr]
            assert is_list(body)
            items = read_list(body)
            assert len(items) >= 5
            assert None not in changes_of(items)
            lengths = sorted(len(each.text) for each in items)
            assert has_texts(items) == (lengths[len(lengths) // 2] >= 400)
