"""Sources on the web: a whole cycle of an outlet, and what sites do that is no news."""

import json
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import orjson
import pytest
from aiohttp import web as server

from tasks.fetch import WrongSource, fetch
from tasks.fetch.revisits import MOST_FAILURES
from tasks.fetch.web_lists import MOST_ITEMS
from tasks.sources import SourceProfile
from tasks.store.references import ShardRef, read
from tests.fetch.fetching import WHEN, reading, reasons
from tests.fetch.outlet_site import FIRST, Outlet
from tests.fetch.web_runs import Runs, feed_of, kept_of, on_web, serve, titles
from tests.web.sites import QUICK, Site, redirect, status


@pytest.mark.parametrize("whole", [False, True], ids=["pages", "texts-in-the-feed"])
def test_a_cycle_of_runs_takes_only_what_is_new(runs: Runs, site: Site, whole: bool) -> None:
    outlet = Outlet(site, whole=whole).open(5)
    first = runs.run(outlet.feed)
    assert titles(first) == [outlet.stories[n].title for n in range(1, 6)]
    assert runs.run(outlet.feed).fetched is None
    for number in (6, 7, 8):
        outlet.add(number)
    site.asked.clear()
    assert titles(runs.run(outlet.feed)) == [outlet.stories[n].title for n in (6, 7, 8)]
    assert len(site.paths()) == (1 if whole else 4)
    outlet.correct(2, "وقالت البلدية في تصحيح إن الجسر افتتح الاثنين.")
    (corrected,) = kept_of(runs.run(outlet.feed))
    assert corrected["title"] == outlet.stories[2].title
    assert "في تصحيح" in str(corrected["text"])
    assert runs.run(outlet.feed).fetched is None


def test_answers_are_told_while_they_come(runs: Runs, site: Site) -> None:
    outlet = Outlet(site).open(3)
    told: list[tuple[int, int]] = []
    fetch(
        [outlet.feed],
        lake=runs.lake,
        reading=runs.how,
        fetched_at=WHEN,
        on_answer=lambda answered, asked: told.append((answered, asked)),
    )
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_what_came_is_one_record_with_the_address_it_came_from(runs: Runs, site: Site) -> None:
    outlet = Outlet(site).open(1)
    (row,) = kept_of(runs.run(outlet.feed))
    url = site.url(outlet.stories[1].path)
    assert row["record_ref"] == f"{url}#1"
    assert row["url"] == url
    assert row["source"] == "المرفأ"
    assert row["published_raw"] == FIRST.isoformat()
    assert row["text"] == "\n".join(outlet.stories[1].paragraphs)


def test_a_page_of_its_own_and_a_list_of_addresses_are_sources(
    runs: Runs, site: Site, tmp_path: Path
) -> None:
    outlet = Outlet(site).open(3)
    one, two, three = (site.url(story.path) for story in outlet.stories.values())
    listed = tmp_path / "mine.urls"
    listed.write_text(f"# أخبار الجسر\n{two}\n\n{three}\n{one}?utm_source=x\n", encoding="utf-8")
    assert len(kept_of(runs.run(one, str(listed)))) == 4
    assert runs.run(one, str(listed)).fetched is None


def test_a_profile_names_its_feeds_and_its_outlet(tmp_path: Path, site: Site) -> None:
    outlet = Outlet(site).open(2)
    profile = SourceProfile(
        name="marfa", outlet="جريدة المرفأ", addresses=(outlet.feed,), timezone="Asia/Beirut"
    )
    runs = Runs(tmp_path, on_web(profile))
    rows = kept_of(runs.run("marfa"))
    assert {(row["source"], row["profile"]) for row in rows} == {("جريدة المرفأ", "marfa")}


@pytest.mark.parametrize("kind", ["json", "atom"])
def test_other_feeds_are_followed(runs: Runs, site: Site, kind: str) -> None:
    outlet = Outlet(site).open(2)
    urls = [site.url(story.path) for story in outlet.stories.values()]
    entries = "".join(f'<entry><title>س</title><link href="{url}"/></entry>' for url in urls)
    atom = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>م</title>{entries}</feed>'
    told = {"version": "https://jsonfeed.org/version/1.1", "items": [{"url": url} for url in urls]}
    body = json.dumps(told) if kind == "json" else atom
    site.pages["/other"] = lambda _: server.Response(text=body, content_type="text/plain")
    assert titles(runs.run(site.url("/other"))) == [outlet.stories[n].title for n in (1, 2)]


def test_a_page_that_two_feeds_name_comes_once(runs: Runs, site: Site) -> None:
    outlet = Outlet(site).open(3)
    site.pages["/feed2"] = site.pages["/feed"]
    assert len(kept_of(runs.run(outlet.feed, site.url("/feed2")))) == 3
    assert len(site.paths()) == 5


@pytest.mark.parametrize(("code", "times"), [(404, 1), (403, MOST_FAILURES)])
def test_a_page_that_does_not_come_is_given_up(
    runs: Runs, site: Site, code: int, times: int
) -> None:
    outlet = Outlet(site).open(2)
    path = outlet.stories[1].path
    site.pages[path] = status(code)
    for number in range(times + 2):
        runs.run(outlet.feed)
        outlet.add(number + 3)
        runs.wait(days=2)
    assert site.paths().count(quote(path)) == times


def test_a_page_that_is_gone_and_one_that_is_none_stop_nothing(runs: Runs, site: Site) -> None:
    outlet = Outlet(site).open(3)
    del site.pages[outlet.stories[1].path]
    site.pages[outlet.stories[2].path] = lambda _: server.Response(
        text="<!doctype html><html><head><title>404</title></head><body><h1>الصفحة غير موجودة</h1>"
        "<p>الصفحة المطلوبة غير موجودة، عد إلى الرئيسية.</p></body></html>",
        content_type="text/html",
    )
    intake = runs.run(outlet.feed)
    assert [row["title"] for row in kept_of(intake)] == [outlet.stories[3].title]
    assert intake.asked["gone"] == 1
    assert intake.fetched is not None
    assert reasons(intake.fetched) == {f"{site.url(outlet.stories[2].path)}#1": "soft-404"}


@pytest.mark.parametrize("broken", ["", "<rss><channel>", "<html><body>خطأ</body></html>"])
def test_a_broken_feed_is_noticed_and_loses_nothing(runs: Runs, site: Site, broken: str) -> None:
    outlet = Outlet(site).open(3)
    runs.run(outlet.feed)
    outlet.broken = broken or " "
    runs.run(outlet.feed)
    outlet.broken = None
    outlet.add(4)
    assert titles(runs.run(outlet.feed)) == [outlet.stories[4].title]


def test_a_host_that_is_down_is_told_and_the_others_go_on(runs: Runs, site: Site) -> None:
    outlet = Outlet(site).open(2)
    down = "http://127.0.0.1:9/feed"
    intake = runs.run(down, outlet.feed)
    assert len(kept_of(intake)) == 2
    assert list(intake.lost) == [down]


def test_a_feed_cannot_lead_elsewhere_than_to_the_web(runs: Runs, site: Site) -> None:
    links = ("file:///etc/passwd", "javascript:alert(1)", "ftp://127.0.0.1/x", "http://[::1")
    items = "".join(f"<item><title>س</title><link>{link}</link></item>" for link in links)
    site.pages["/feed"] = lambda _: server.Response(
        text=f"<rss><channel>{items}</channel></rss>", content_type="text/xml"
    )
    intake = runs.run(site.url("/feed"))
    assert intake.fetched is None
    assert site.paths() == ["/feed"]


def test_answers_are_kept_with_their_headers_beside_the_records(runs: Runs, site: Site) -> None:
    outlet = Outlet(site).open(1)
    intake = runs.run(outlet.feed)
    assert intake.fetched is not None
    folder = runs.lake / "raw" / intake.fetched.batch.batch_id
    answers = read(ShardRef(path=folder / "answers.arrow", rows=0)).to_pylist()
    feed, page = sorted(answers, key=lambda row: row["body"] is None)
    assert feed["url"] == outlet.feed
    assert b"<rss" in feed["body"]
    assert page["status"] == 200
    assert ("Content-Type", "text/html; charset=utf-8") in [
        (each["name"], each["value"]) for each in page["headers"]
    ]


def test_private_hosts_are_not_asked_unless_that_is_allowed(tmp_path: Path, site: Site) -> None:
    outlet = Outlet(site).open(1)
    how = replace(reading(), web=replace(QUICK, allow_private_hosts=False))
    intake = Runs(tmp_path, how).run(outlet.feed)
    assert intake.fetched is None
    assert list(intake.lost) == [outlet.feed]
    assert site.asked == []


def test_a_line_of_a_list_that_is_no_address_is_told(runs: Runs, tmp_path: Path) -> None:
    listed = tmp_path / "mine.urls"
    listed.write_text("https://example.org/1\nexample.org/2\n", encoding="utf-8")
    with pytest.raises(WrongSource, match="no web address"):
        runs.run(str(listed))


def test_a_feed_that_has_moved_on_too_far_is_noticed(runs: Runs, site: Site) -> None:
    outlet = Outlet(site).open(3)
    assert runs.run(outlet.feed).doubted == {}
    outlet.stories.clear()
    outlet.add(9)
    assert "may have been missed" in runs.run(outlet.feed).doubted[outlet.feed]
    outlet.stories.clear()
    assert runs.run(outlet.feed).doubted == {outlet.feed: "the feed has no item"}


def test_that_no_site_answers_is_told_apart_from_no_news(runs: Runs, site: Site) -> None:
    outlet = Outlet(site).open(1)
    down = "http://127.0.0.1:9/feed"
    assert runs.run(down).is_cut_off
    assert not runs.run(down, outlet.feed).is_cut_off
    assert not runs.run(down, outlet.feed).is_cut_off


@pytest.mark.parametrize("whole", [False, True], ids=["pages", "texts-in-the-feed"])
def test_a_page_under_two_spellings_comes_once(runs: Runs, site: Site, whole: bool) -> None:
    outlet = Outlet(site, whole=whole).open(1)
    item = outlet._item(outlet.stories[1])
    again = item.replace("</link>", "?utm_source=rss</link>")
    feed = serve(site, "/two", feed_of(item, again))
    intake = runs.run(feed)
    assert len(kept_of(intake)) == 1
    assert intake.asked["seen"] == 1
    serve(site, "/two", feed_of(again.replace("utm_source=rss", "utm_source=x")))
    if not whole:  # of a text in the feed every change is news
        assert runs.run(feed).fetched is None


def test_a_page_that_redirects_is_known_by_the_address_of_the_list(runs: Runs, site: Site) -> None:
    outlet = Outlet(site).open(1)
    site.pages["/go"] = redirect(outlet.stories[1].path)
    feed = serve(site, "/feed2", feed_of(f"<item><link>{site.url('/go')}</link></item>"))
    (row,) = kept_of(runs.run(feed))
    assert row["record_ref"] == f"{site.url('/go')}#1"
    assert row["title"] == outlet.stories[1].title
    assert runs.run(feed).fetched is None


@pytest.mark.parametrize("whole", [False, True], ids=["pages", "texts-in-the-feed"])
def test_links_without_a_host_are_followed_and_kept_whole(
    runs: Runs, site: Site, whole: bool
) -> None:
    outlet = Outlet(site, whole=whole).open(1)
    path = outlet.stories[1].path
    item = outlet._item(outlet.stories[1]).replace(site.url(path), path)
    (row,) = kept_of(runs.run(serve(site, "/rss/all", feed_of(item))))
    assert row["url"] == site.url(path)


def test_a_json_feed_is_a_list(runs: Runs, site: Site) -> None:
    outlet = Outlet(site).open(2)
    items = [{"id": "1", "url": site.url(story.path)} for story in outlet.stories.values()]
    told = {"version": "https://jsonfeed.org/version/1.1", "items": items}
    feed = serve(site, "/feed.json", orjson.dumps(told), "application/feed+json")
    assert titles(runs.run(feed)) == [story.title for story in outlet.stories.values()]
    assert runs.run(feed).fetched is None


def test_a_feed_in_utf16_is_a_list(runs: Runs, site: Site) -> None:
    outlet = Outlet(site).open(1)
    text = feed_of("<title>أخبار المرفأ</title>", outlet._item(outlet.stories[1]))
    assert len(kept_of(runs.run(serve(site, "/wide", text.encode("utf-16"))))) == 1


@pytest.mark.parametrize("whole", [False, True], ids=["pages", "texts-in-the-feed"])
def test_what_no_commit_names_is_asked_for_again(runs: Runs, site: Site, whole: bool) -> None:
    outlet = Outlet(site, whole=whole).open(2)
    first = titles(runs.run(outlet.feed))
    runs.batches.clear()
    assert titles(runs.run(outlet.feed)) == first


def test_items_of_whole_texts_without_an_address_come_once_each(runs: Runs, site: Site) -> None:
    outlet = Outlet(site, whole=True).open(4)
    items = [outlet._item(story) for story in outlet.stories.values()]
    items[1:3] = [re.sub("<link>.*</link>", "", item) for item in items[1:3]]
    feed = serve(site, "/some", feed_of(*items, "<item><title>\x00 <b>"))
    intake = runs.run(feed)
    assert titles(intake) == [story.title for story in outlet.stories.values()]
    assert intake.fetched is not None
    assert list(reasons(intake.fetched).values()) == ["truncated"]
    assert [row["url"] for row in kept_of(intake)].count(None) == 2
    assert len({row["record_ref"] for row in kept_of(intake)}) == 4
    serve(site, "/some", feed_of("<title>المرفأ</title>", *items, "<item><title>\x00 <b>"))
    assert runs.run(feed).asked["seen"] == 5
    serve(site, "/some", feed_of(*items[1:3], items[1].replace("الجسر رقم", "السوق رقم")))
    assert titles(runs.run(feed)) == ["افتتاح السوق رقم 2 في مدينة المرفأ"]


def test_items_whose_pages_cannot_be_asked_for_are_told(runs: Runs, site: Site) -> None:
    outlet = Outlet(site).open(1)
    nameless = "<item><title>بلا رابط</title></item>"
    feed = serve(site, "/some", feed_of(nameless, outlet._item(outlet.stories[1]), nameless))
    intake = runs.run(feed)
    assert len(titles(intake)) == 1
    assert intake.asked["no-address"] == 2
    assert intake.doubted == {feed: "of 2 items no address of a page can be read"}


def test_items_behind_the_bound_are_told(runs: Runs, site: Site) -> None:
    outlet = Outlet(site).open(1)
    same = outlet._item(outlet.stories[1])
    feed = serve(site, "/long", feed_of(*[same] * (MOST_ITEMS + 7)))
    intake = runs.run(feed)
    assert len(titles(intake)) == 1
    assert intake.asked["too-many-items"] == 7
    assert intake.doubted == {feed: "7 items behind the first 10,000 were not looked at"}


@pytest.mark.parametrize("whole", [False, True], ids=["pages", "texts-in-the-feed"])
def test_what_came_behind_a_limit_is_not_seen(runs: Runs, site: Site, whole: bool) -> None:
    outlet = Outlet(site, whole=whole).open(5)
    every = runs.how
    runs.how = replace(every, limit=2)
    assert len(titles(runs.run(outlet.feed))) == 2
    runs.how = every
    assert len(titles(runs.run(outlet.feed))) == 5
