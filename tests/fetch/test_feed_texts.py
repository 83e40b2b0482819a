"""Feeds that have whole texts, from a server to the records: what their items say and who they are.

Pages of such feeds are not asked for.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from tasks.fetch import read_raw
from tasks.fetch.decode import decode_raw
from tasks.sources import SourceProfile
from tests.fetch.fetching import is_accounted, kept, raw, reasons
from tests.fetch.outlet_site import SENTENCES, Outlet
from tests.fetch.web_runs import Runs, kept_of, on_web, serve, titles
from tests.web.sites import Site, redirect

LINES = (*SENTENCES, "وتبدأ المرحلة الثانية في الخريف وتمتد على طول الكورنيش حتى الميناء القديم.")
HTML = "".join(f"<p>{line}</p>" for line in LINES)
TEXT = "\n".join(LINES)


def json_feed(*items: object) -> bytes:
    return orjson.dumps({"version": "https://jsonfeed.org/version/1.1", "items": list(items)})


def story(number: int, **more: object) -> dict[str, Any]:
    return {
        "id": f"n{number}",
        "url": f"https://example.org/{number}",
        "title": f"افتتاح الجسر رقم {number}",
        "date_published": "2024-05-01T09:00:00Z",
        "content_html": f"{HTML}<p>الحلقة {number}.</p>",
        **more,
    }


def test_a_json_feed_of_whole_texts_is_read_and_its_pages_are_not_asked_for(
    runs: Runs, site: Site
) -> None:
    plain = story(2, content_text=f"{TEXT}\nالحلقة 2", content_html=None)
    address = serve(site, "/feed.json", json_feed(story(1), plain), "application/feed+json")
    one, two = kept_of(runs.run(address))
    assert (one["url"], one["native_id"]) == ("https://example.org/1", "n1")
    assert (one["title"], one["published_raw"]) == ("افتتاح الجسر رقم 1", "2024-05-01T09:00:00Z")
    assert (one["text"], two["text"]) == (f"{TEXT}\nالحلقة 1.", f"{TEXT}\nالحلقة 2")
    assert one["record_ref"] == "https://example.org/1#1"
    assert site.paths() == ["/feed.json"]
    assert runs.run(address).fetched is None
    changed = story(1, title="افتتاح الجسر في تصحيح")
    serve(site, "/feed.json", json_feed(story(3), changed, plain))
    assert titles(runs.run(address)) == ["افتتاح الجسر رقم 3", "افتتاح الجسر في تصحيح"]


def test_summaries_are_the_texts_where_the_profile_says_so(tmp_path: Path, site: Site) -> None:
    items = [
        {"id": n, "url": site.url(f"/{n}"), "title": "خبر", "summary": SENTENCES[n]} for n in (1, 2)
    ]
    address = serve(site, "/feed.json", json_feed(*items))
    profile = SourceProfile(name="marfa", addresses=(address,), follow=False)
    runs = Runs(tmp_path, on_web(profile))
    assert [row["text"] for row in kept_of(runs.run("marfa"))] == [SENTENCES[1], SENTENCES[2]]
    assert site.paths() == ["/feed.json"]
    other = Runs(tmp_path / "other", on_web())  # without the profile its pages are the articles
    assert other.run(address).asked["gone"] == 2


def test_items_of_a_json_feed_that_are_none_are_in_the_ledger(runs: Runs, site: Site) -> None:
    odd = {"id": "x", "url": "javascript:alert(1)", "content_text": TEXT + "\nبلا رابط"}
    body = json_feed(*map(story, range(5)), 7, {"id": "y"}, odd)[:-2] + b',{"content_text":"\\ud800'
    intake = runs.run(serve(site, "/feed.json", body))
    assert intake.fetched is not None
    assert is_accounted(intake.fetched)
    assert sorted(reasons(intake.fetched).values()) == ["no-text", "not-json", "truncated"]
    rows = kept_of(intake)
    assert len(rows) == 6
    assert [row["native_id"] for row in rows if row["url"] is None] == ["x"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_json_feed_in_any_encoding_is_read(runs: Runs, site: Site, encoding: str) -> None:
    body = json_feed(story(1), story(2)).decode().encode(encoding)
    assert len(kept_of(runs.run(serve(site, "/feed.json", body)))) == 2


def test_an_item_longer_than_a_record_may_be_is_told(runs: Runs, site: Site) -> None:
    runs.how = replace(runs.how, max_record_bytes=4_000)
    long = story(1, content_text="أ" * 4_000)
    intake = runs.run(serve(site, "/feed.json", json_feed(long, story(2), story(3))))
    assert intake.fetched is not None
    assert list(reasons(intake.fetched).values()) == ["too-large"]
    assert len(kept(intake.fetched)) == 2


# Links that are not in full

RELATIVE = {
    "rss": "<rss><channel><item><title>أ</title><link>news/1</link><guid>77</guid>"
    "<description><![CDATA[TEXT]]></description></item></channel></rss>",
    "atom": "<feed><entry><title>أ</title><id>77</id><link href='news/1'/>"
    "<content type='html'><![CDATA[TEXT]]></content></entry></feed>",
    "json": '{"version": "https://jsonfeed.org/version/1", "items": [{"id": 77, "title": "أ", '
    '"url": "news/1", "content_html": "TEXT"}]}',
}


@pytest.mark.parametrize("kind", RELATIVE)
def test_a_relative_link_of_a_whole_text_starts_from_the_feed(
    runs: Runs, site: Site, kind: str
) -> None:
    feed = serve(site, "/rss/all", RELATIVE[kind].replace("TEXT", HTML))
    (row,) = kept_of(runs.run(feed))
    assert (row["url"], row["native_id"]) == (site.url("/rss/news/1"), "77")
    assert row["record_ref"] == f"{site.url('/rss/news/1')}#1"
    serve(site, "/rss/all", RELATIVE[kind].replace("TEXT", HTML).replace("أ", "ب"))
    (row,) = kept_of(runs.run(feed))
    assert (row["title"], row["url"]) == ("ب", site.url("/rss/news/1"))
    whole = RELATIVE[kind].replace("news/1", site.url("/rss/news/1")).replace("TEXT", HTML)
    serve(site, "/rss/all", whole)
    assert [row["url"] for row in kept_of(runs.run(feed))] == [row["url"]]


@pytest.mark.parametrize("kind", RELATIVE)
def test_a_relative_link_to_a_page_is_followed(runs: Runs, site: Site, kind: str) -> None:
    outlet = Outlet(site).open(1)
    site.pages["/rss/news/1"] = site.pages[outlet.stories[1].path]
    feed = serve(site, "/rss/all", RELATIVE[kind].replace("TEXT", "موجز"))
    (row,) = kept_of(runs.run(feed))
    assert (row["title"], row["url"]) == (outlet.stories[1].title, site.url("/rss/news/1"))
    assert runs.run(feed).fetched is None


@pytest.mark.parametrize("whole", [False, True], ids=["pages", "texts-in-the-feed"])
def test_the_base_that_a_feed_states_leads_its_links(runs: Runs, site: Site, whole: bool) -> None:
    outlet = Outlet(site).open(1)
    site.pages["/x/y/1"] = site.pages[outlet.stories[1].path]
    site.pages["/go"] = redirect("/elsewhere/feed")
    text = HTML if whole else "موجز"
    serve(
        site, "/elsewhere/feed",
        "<feed xml:base='../x/'><link rel='self' href='https://a.org/'/><entry xml:base='y/'>"
        f"<title>أ</title><link href='1'/><content><![CDATA[{text}]]></content></entry></feed>",
    )  # fmt: skip
    (row,) = kept_of(runs.run(site.url("/go")))
    assert row["url"] == site.url("/x/y/1")
    assert row["text"].startswith(SENTENCES[0])


def test_what_the_raw_zone_holds_is_enough_to_read_a_relative_link(runs: Runs, site: Site) -> None:
    feed = serve(site, "/rss/all", RELATIVE["rss"].replace("TEXT", HTML))
    fetched = runs.run(feed).fetched
    assert fetched is not None
    (record,) = raw(fetched)
    assert record["payload"].startswith(b"<item><title>")
    table = read_raw(next((runs.lake / "raw" / fetched.batch.batch_id).glob("*.parquet")))
    again = decode_raw(table, runs.how.profiles, max_json_depth=64)
    assert again.kept["url"].to_pylist() == [site.url("/rss/news/1")]


# Items under one address


def live(number: int, **more: object) -> dict[str, Any]:
    return story(number, url="https://example.org/live", **more)


def test_items_of_a_ticker_are_kept_each_under_its_one_address(runs: Runs, site: Site) -> None:
    feed = serve(site, "/live", json_feed(*map(live, (3, 2, 1))))
    intake = runs.run(feed)
    rows = kept_of(intake)
    assert [row["native_id"] for row in rows] == ["n3", "n2", "n1"]
    assert {row["url"] for row in rows} == {"https://example.org/live"}
    assert {row["source"] for row in rows} == {"example.org"}
    assert [row["address_is_shared"] for row in rows] == [True] * 3
    assert len({row["record_ref"] for row in rows}) == 3
    assert runs.run(feed).fetched is None
    changed = live(2, title="افتتاح الجسر في تصحيح")
    serve(site, "/live", json_feed(live(4), live(3), changed))
    later = runs.run(feed)
    assert sorted(row["native_id"] for row in kept_of(later)) == ["n2", "n4"]
    assert later.doubted == {}
    serve(site, "/live", json_feed(live(4)))  # alone, it stays what it was
    again = runs.run(feed)
    assert (again.fetched, again.asked["seen"]) == (None, 1)


def test_an_item_that_was_alone_under_its_address_is_not_taken_again(
    runs: Runs, site: Site
) -> None:
    feed = serve(site, "/live", json_feed(live(1)))
    assert [row["address_is_shared"] for row in kept_of(runs.run(feed))] == [False]
    serve(site, "/live", json_feed(live(2), live(1)))
    later = runs.run(feed)
    assert [row["native_id"] for row in kept_of(later)] == ["n2"]
    assert later.asked["seen"] == 1


def test_the_same_item_twice_is_one_and_another_text_of_it_is_told(runs: Runs, site: Site) -> None:
    other = live(1, content_html=f"{HTML}<p>نص آخر.</p>")
    feed = serve(site, "/live", json_feed(live(1), live(1), story(2), other))
    intake = runs.run(feed)
    assert [row["native_id"] for row in kept_of(intake)] == ["n1", "n2"]
    assert (intake.asked["seen"], intake.asked["same-id"]) == (1, 1)
    assert intake.doubted[feed].startswith("of 1 items the address and the id are those of one")
