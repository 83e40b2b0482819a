"""Feeds that have whole texts, from a server to the records: what their items say and who they are.

Pages of such feeds are not asked for.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from tasks.sources import SourceProfile
from tests.fetch.fetching import is_accounted, kept, reasons
from tests.fetch.outlet_site import SENTENCES
from tests.fetch.web_runs import Runs, kept_of, on_web, serve, titles
from tests.web.sites import Site

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
