"""Pages that did not come: asked for again whatever their list says, and given up in the end."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from aiohttp import web as server

from tasks.fetch.revisits import MOST_FAILURES
from tasks.fetch.seen import VISITS_OF_BATCH
from tasks.sources import SourceProfile
from tasks.store.references import find, land, read
from tests.fetch.outlet_site import Outlet
from tests.fetch.web_runs import Runs, kept_of, on_web, serve, titles, with_etag
from tests.web.sites import Handler, Site, status


@pytest.fixture
def outlet(site: Site) -> Outlet:
    """An outlet of three stories, whose feed says when it has not changed; the first is broken."""
    outlet = Outlet(site).open(3)
    site.pages["/feed"] = with_etag(outlet._feed)
    outlet.site.pages[outlet.stories[1].path] = status(403)
    return outlet


def mend(outlet: Outlet, number: int = 1) -> Handler:
    """Let a page be there again; return what it was."""
    path = outlet.stories[number].path
    broken = outlet.site.pages[path]
    outlet.site.pages[path] = outlet._page_of(outlet.stories[number])
    return broken


def times_asked(outlet: Outlet, number: int = 1) -> int:
    return outlet.site.paths().count(quote(outlet.stories[number].path))


@pytest.mark.parametrize("feed", ["not-modified", "does-not-name-it", "down"])
def test_a_page_that_failed_comes_with_the_next_run(runs: Runs, outlet: Outlet, feed: str) -> None:
    story = outlet.stories[1]
    assert len(titles(runs.run(outlet.feed))) == 2
    mend(outlet)
    if feed == "does-not-name-it":
        del outlet.stories[1]
    elif feed == "down":
        outlet.site.pages["/feed"] = status(500)
    intake = runs.run(outlet.feed)
    assert titles(intake) == [story.title]
    assert intake.asked["not_modified"] == 1 if feed == "not-modified" else True
    assert runs.run(outlet.feed).fetched is None


def test_a_correction_that_did_not_come_is_asked_for_again(runs: Runs, outlet: Outlet) -> None:
    runs.run(outlet.feed)
    outlet.correct(2, "وقالت البلدية في تصحيح إن الجسر افتتح الاثنين.")
    outlet.site.pages[outlet.stories[2].path] = status(500)
    assert runs.run(outlet.feed).fetched is None
    mend(outlet, 2)
    (corrected,) = kept_of(runs.run(outlet.feed))
    assert "في تصحيح" in corrected["text"]


def test_pauses_grow_and_in_the_end_a_page_is_given_up(runs: Runs, outlet: Outlet) -> None:
    runs.run(outlet.feed)
    start = runs.now
    # Minutes from now: when a page was asked is told by the clock, when a run is by ``now``.
    for minutes, times in [(0, 2), (55, 2), (65, 3), (355, 3), (365, 4), (1435, 4), (1445, 5)]:
        runs.now = start + timedelta(minutes=minutes)
        runs.run(outlet.feed)
        runs.run(outlet.feed)
        assert times_asked(outlet) == times, minutes
    assert times_asked(outlet) == MOST_FAILURES
    mend(outlet)
    for _ in range(3):
        runs.wait(days=9)
        outlet.add(len(outlet.stories) + 1)
        runs.run(outlet.feed)
    assert times_asked(outlet) == MOST_FAILURES


def test_a_site_that_wants_to_be_asked_later_is_asked_later(runs: Runs, outlet: Outlet) -> None:
    path = outlet.stories[1].path
    outlet.site.pages[path] = status(503, Retry_After="7200")
    runs.run(outlet.feed)
    assert times_asked(outlet) == 1
    mend(outlet)
    outlet.site.asked.clear()
    intake = runs.run(outlet.feed)
    assert times_asked(outlet) == 0
    # Others of the host may have waited for the same; they come now.
    assert "not-before" not in intake.asked


def test_only_pages_of_the_sources_that_are_named_are_asked_again(
    runs: Runs, outlet: Outlet, site: Site
) -> None:
    other = serve(site, "/other", f"<rss><item><link>{site.url('/خبر/9')}</link></item></rss>")
    outlet.add(9)
    runs.run(outlet.feed)
    mend(outlet)
    runs.run(other)
    assert times_asked(outlet) == 1
    assert len(titles(runs.run(outlet.feed))) == 1


def test_a_page_is_read_by_the_profile_of_its_list(tmp_path: Path, outlet: Outlet) -> None:
    profile = SourceProfile(name="marfa", outlet="جريدة المرفأ", addresses=(outlet.feed,))
    runs = Runs(tmp_path, on_web(profile))
    runs.run("marfa")
    mend(outlet)
    (row,) = kept_of(runs.run("marfa"))
    assert (row["source"], row["profile"]) == ("جريدة المرفأ", "marfa")


def test_visits_of_an_earlier_edition_are_read(runs: Runs, outlet: Outlet) -> None:
    intake = runs.run(outlet.feed)
    assert intake.fetched is not None
    path = runs.lake / "raw" / intake.fetched.batch.batch_id / VISITS_OF_BATCH
    visits = find(path)
    assert visits is not None
    land(read(visits).drop_columns(["source"]), path)
    (runs.lake / "raw" / "files.sqlite").unlink(missing_ok=True)
    mend(outlet)
    assert runs.run(outlet.feed).asked == {"not_modified": 1}
    outlet.add(4)
    assert len(titles(runs.run(outlet.feed))) == 2


def test_what_robots_txt_forbids_is_not_asked_for_each_time(runs: Runs, site: Site) -> None:
    outlet = Outlet(site).open(2)
    site.pages["/feed"] = with_etag(outlet._feed)
    site.pages["/robots.txt"] = lambda _: server.Response(
        text=f"User-agent: *\nDisallow: {quote(outlet.stories[1].path)}\n"
    )
    assert runs.run(outlet.feed).asked["robots"] == 1
    assert runs.run(outlet.feed).asked == {"not_modified": 1}
