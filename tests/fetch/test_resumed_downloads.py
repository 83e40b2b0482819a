"""A run that was cut off while it downloaded: the next one asks for the rest only."""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event
from urllib.parse import quote

import pytest
from aiohttp import web as server

from tests.fetch.outlet_site import Outlet
from tests.fetch.web_runs import Runs, kept_of, on_web, titles, with_etag
from tests.forking import forks_of
from tests.web.sites import Handler, Site, status

STORIES = 6


@pytest.fixture
def outlet(site: Site) -> Outlet:
    outlet = Outlet(site).open(STORIES)
    site.pages["/feed"] = with_etag(outlet._feed)
    return outlet


def download_all(lake: str, feed: str) -> None:
    """What a child does that is killed."""
    Runs(Path(lake), on_web()).run(feed)


def cut_off(runs: Runs, outlet: Outlet, stop_with: signal.Signals) -> None:
    """Run in a child that gets a signal when the last story but none other is awaited."""
    reached = Event()
    path = outlet.stories[STORIES].path
    page = outlet.site.pages[path]
    outlet.site.pages[path] = never(reached)
    child = forks_of("store").Process(target=download_all, args=(str(runs.lake), outlet.feed))
    child.start()
    assert reached.wait(60)
    until(lambda: len(outlet.site.paths()) == STORIES + 1)
    (journal,) = runs.lake.glob("work/download-*/answers.log")
    until(lambda: journal.read_bytes().count(b'"outcome":"fetched"') >= 2 * STORIES)
    assert child.pid is not None
    os.kill(child.pid, stop_with)
    child.join(60)
    assert child.exitcode not in {None, 0}
    outlet.site.pages[path] = page
    outlet.site.asked.clear()


def never(reached: Event) -> Handler:
    async def answer(_: server.BaseRequest) -> server.Response:
        reached.set()
        await asyncio.sleep(600)
        return server.Response()

    return answer


def until(is_so: Callable[[], bool]) -> None:
    for _ in range(600):
        if is_so():
            return
        time.sleep(0.1)
    raise AssertionError("it never came so far")


@pytest.mark.parametrize("stop_with", [signal.SIGKILL, signal.SIGINT])
@pytest.mark.parametrize("whole", [True, False], ids=["whole", "torn"])
def test_what_was_there_is_not_asked_for_again(
    runs: Runs, outlet: Outlet, stop_with: signal.Signals, whole: bool
) -> None:
    expected = [story.title for story in outlet.stories.values()]
    cut_off(runs, outlet, stop_with)
    (archive,) = runs.lake.glob("work/download-*/pages.warc")
    if not whole:
        with archive.open("r+b") as file:
            file.truncate(archive.stat().st_size - 9)
    intake = runs.run(outlet.feed)
    assert titles(intake) == expected
    again = [quote(outlet.stories[STORIES].path), "/feed"]
    assert len(outlet.site.paths()) == len(again) + (not whole)
    assert set(again) <= set(outlet.site.paths())
    assert intake.asked["resumed"] == STORIES - (not whole)
    assert runs.run(outlet.feed).fetched is None
    assert list(runs.lake.glob("work/download-*")) == []


def test_what_left_the_feed_meanwhile_comes_all_the_same(runs: Runs, outlet: Outlet) -> None:
    expected = [story.title for story in outlet.stories.values()]
    cut_off(runs, outlet, signal.SIGKILL)
    outlet.stories.clear()
    outlet.add(9)
    assert titles(runs.run(outlet.feed)) == sorted([*expected, outlet.stories[9].title])


def test_another_source_does_not_take_it_up(runs: Runs, outlet: Outlet, site: Site) -> None:
    other = Outlet(site).open(0)
    site.pages["/feed"] = with_etag(outlet._feed)
    site.pages["/feed2"] = other._feed
    cut_off(runs, outlet, signal.SIGKILL)
    assert runs.run(site.url("/feed2")).fetched is None
    assert len(titles(runs.run(outlet.feed))) == STORIES


def test_a_batch_that_landed_and_was_not_committed_is_gone_on_with(
    runs: Runs, outlet: Outlet
) -> None:
    first = runs.run(outlet.feed)
    runs.batches.clear()
    outlet.site.asked.clear()
    again = runs.run(outlet.feed)
    assert again.fetched is not None
    assert again.fetched.known
    assert again.batch_id == first.batch_id
    assert outlet.site.paths() == ["/feed"]
    # Committed now: what was downloaded is nobody's any more.
    outlet.add(STORIES + 1)
    assert len(titles(runs.run(outlet.feed))) == 1


def test_sources_that_are_pages_are_not_asked_for_again(runs: Runs, outlet: Outlet) -> None:
    pages = [outlet.site.url(story.path) for story in outlet.stories.values()]
    runs.run(*pages)
    runs.batches.clear()
    outlet.site.asked.clear()
    assert len(kept_of(runs.run(*pages))) == STORIES
    assert outlet.site.paths() == []


@pytest.mark.parametrize("limit", [1, 3, STORIES + 5])
def test_a_limit_bounds_what_is_asked(runs: Runs, outlet: Outlet, limit: int) -> None:
    outlet.site.pages[outlet.stories[1].path] = status(403)
    runs.how = replace(runs.how, limit=limit)
    intake = runs.run(outlet.feed)
    there = min(limit, STORIES - 1)
    assert len(titles(intake)) == there
    # The page that failed is made up for by one more, and no page is asked for that is not wanted.
    assert len(outlet.site.paths()) == 1 + there + 1
    assert intake.asked.get("beyond-limit", 0) == STORIES - 1 - there


def test_a_limit_asks_no_source_behind_the_one_that_has_enough(runs: Runs, site: Site) -> None:
    outlet = Outlet(site).open(3)
    runs.how = replace(runs.how, limit=1)
    assert len(titles(runs.run(outlet.feed, site.url("/feed2"), site.url("/feed3")))) == 1
    assert len(site.paths()) == 2
