"""Requests in, responses out: what comes, what is asked again, what is left when it is stopped."""

import asyncio
import gc
import threading
import time
import tracemalloc
import warnings
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web

from tasks.web import Outcome, Request, Visit, Web, WebSettings, brought_news, download, next_visit
from tasks.web.session import WINDOW
from tests.web.sites import HTML, QUICK, RawSite, Site, ask, ask_one, page, redirect, say, status


def test_a_page_comes_as_the_site_gave_it() -> None:
    with Site({"/a": page(ETag='"1"', X_Twice="a")}) as site:
        response = ask_one(site.url("/a"))
    assert (response.outcome, response.status, response.reason) == (Outcome.FETCHED, 200, "")
    assert response.body.decode() == HTML
    assert response.wire_bytes == len(HTML.encode())
    assert response.etag == '"1"'
    assert response.header("x-TWICE") == "a"
    assert response.url == response.final_url == site.url("/a")
    assert response.attempts == 1
    assert 0 < response.seconds < 5
    assert abs((datetime.now(UTC) - response.fetched_at).total_seconds()) < 60


def test_headers_are_kept_as_received() -> None:
    head = b"HTTP/1.1 200 OK\r\nX-A: 1\r\nx-a: 2\r\nX-B: \xe6\xd5\r\nContent-Length: 0\r\n\r\n"
    with RawSite(say(head)) as site:
        response = ask_one(site.url())
    assert response.headers == (
        ("X-A", "1"), ("x-a", "2"), ("X-B", "\xe6\xd5"), ("Content-Length", "0"),
    )  # fmt: skip


def test_we_say_who_asks_and_nothing_else_of_us() -> None:
    with Site({"/a": page()}) as site:
        ask_one(site.url("/a"), contact="https://example.com/bot")
        list(download([Request(url=site.url("/a"), purpose="feed")], settings=QUICK))
    as_page, as_feed = (each.headers for each in site.asked if each.path == "/a")
    assert as_page["User-Agent"].startswith("Warraq/")
    assert as_page["User-Agent"].endswith("(+https://example.com/bot)")
    assert as_page["Accept"].startswith("text/html")
    assert as_feed["Accept"].startswith("application/rss+xml")
    assert as_page["Accept-Encoding"] == "gzip, deflate, br, zstd"
    assert as_page.keys() == {"Host", "User-Agent", "Accept", "Accept-Language", "Accept-Encoding"}


def test_the_environment_has_no_say(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    with Site({"/a": page()}) as site:
        assert ask_one(site.url("/a")).outcome is Outcome.FETCHED
    assert all("Authorization" not in each.headers for each in site.asked)


def test_each_request_has_one_response_in_the_order_of_arrival() -> None:
    async def slow(request: web.BaseRequest) -> web.Response:
        await asyncio.sleep(0.2)
        return web.Response(text="slow")

    with Site({"/slow": slow, "/quick": page()}) as site:
        came = ask(site.url("/slow"), site.url("/quick"), site.url("/quick"), "nonsense")
    assert [each.url for each in came][-1] == site.url("/slow")
    assert sorted(each.outcome for each in came) == ["fetched"] * 3 + ["refused"]


@pytest.mark.parametrize("code", [404, 410])
def test_what_is_gone_is_told(code: int) -> None:
    with Site({"/a": status(code)}) as site:
        response = ask_one(site.url("/a"))
    assert (response.outcome, response.reason, response.status) == (Outcome.GONE, "gone", code)


# Conditional requests


def conditional(etag: str, text: str = HTML) -> Any:
    def answer(request: web.BaseRequest) -> web.Response:
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        return web.Response(text=text, headers={"ETag": etag, "Last-Modified": "yesterday"})

    return answer


def test_a_page_that_did_not_change_is_not_sent_again() -> None:
    with Site({"/a": conditional('"1"')}) as site:
        first = ask_one(site.url("/a"))
        visit = next_visit(first)
        second = ask_one(site.url("/a"), known={visit.url: visit})
        assert (second.outcome, second.body, second.status) == (Outcome.NOT_MODIFIED, b"", 304)
        assert site.asked[-1].headers["If-None-Match"] == '"1"'
        assert site.asked[-1].headers["If-Modified-Since"] == "yesterday"
        assert not brought_news(second, visit)
        visit = next_visit(second, visit)
        assert (visit.etag, visit.digest, visit.fetched_at) == (
            '"1"',
            first.digest,
            first.fetched_at,
        )
        site.pages["/a"] = conditional('"2"', "new")
        third = ask_one(site.url("/a"), known={visit.url: visit})
    assert (third.outcome, third.body) == (Outcome.FETCHED, b"new")
    assert brought_news(third, visit)


def test_a_site_without_validators_is_told_from_the_digest() -> None:
    with Site({"/a": page()}) as site:
        visit = next_visit(ask_one(site.url("/a")))
        again = ask_one(site.url("/a"), known={visit.url: visit})
    assert again.outcome is Outcome.FETCHED
    assert not brought_news(again, visit)


def test_validators_go_only_where_they_came_from() -> None:
    other = Site({"/b": conditional('"1"')})
    with other, Site({"/a": redirect(other.url("/b"))}) as site:
        site.pages["/a"] = redirect(other.url("/b"))
        visit = next_visit(ask_one(site.url("/a")))
        assert ask_one(site.url("/a"), known={visit.url: visit}).outcome is Outcome.NOT_MODIFIED
        assert "If-None-Match" not in site.asked[-1].headers
        assert other.asked[-1].headers["If-None-Match"] == '"1"'
        site.pages["/a"] = page()
        ask_one(site.url("/a"), known={visit.url: visit})
        assert "If-None-Match" not in site.asked[-1].headers


@pytest.mark.parametrize("value", ["é", "x" * 2_000, "\x80\x81"])
def test_odd_validators_are_not_sent_back(value: str) -> None:
    head = (
        b"HTTP/1.1 200 OK\r\nETag: " + value.encode("latin-1") + b"\r\nContent-Length: 2\r\n\r\nok"
    )
    with RawSite(say(head)) as site:
        visit = next_visit(ask_one(site.url()))
        assert visit.etag is None
        ask_one(site.url(), known={visit.url: visit})
    assert b"If-None-Match" not in site.heads[-1]


def test_a_visit_cannot_add_headers() -> None:
    with Site({"/a": page()}) as site:
        visit = replace(next_visit(ask_one(site.url("/a"))), etag='"1"\r\nX-Evil: 1')
        response = ask_one(site.url("/a"), known={visit.url: visit})
    assert all("X-Evil" not in each.headers for each in site.asked)
    assert response.outcome is Outcome.FETCHED


# Redirects


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_redirects_are_followed_and_told(code: int) -> None:
    pages = {"/a": redirect("b", code), "/b": redirect("/c?x=1#y", code), "/c": page()}
    with Site(pages) as site:
        response = ask_one(site.url("/a"))
    assert response.outcome is Outcome.FETCHED
    assert response.redirects == (site.url("/a"), site.url("/b"))
    assert response.final_url == site.url("/c?x=1")
    assert response.url == site.url("/a")


@pytest.mark.parametrize(
    ("place", "path"),
    [
        pytest.param("/خبر".encode(), "/%D8%AE%D8%A8%D8%B1", id="utf-8"),
        pytest.param("/خبر".encode("windows-1256"), "/%CE%C8%D1", id="windows-1256"),
        pytest.param(b"/%D8%AE", "/%D8%AE", id="escaped"),
        pytest.param(b"/a b", "/a%20b", id="blank"),
        pytest.param(b"?x=1", "/page?x=1", id="query-alone"),
    ],
)
def test_redirects_to_arabic_addresses_are_followed(place: bytes, path: str) -> None:
    with RawSite(say(b"HTTP/1.1 302 Found\r\nLocation: " + place + b"\r\n\r\n")) as site:
        ask_one(site.url(), max_redirects=1)
    assert site.heads[-1].split()[1].decode() == path


@pytest.mark.parametrize(
    ("pages", "words"),
    [
        pytest.param({"/a": redirect("/b"), "/b": redirect("/a")}, "lead back", id="circle"),
        pytest.param({"/a": redirect("/a#x")}, "lead back", id="to-itself"),
        pytest.param(
            {"/a": redirect("/1"), **{f"/{n}": redirect(f"/{n + 1}") for n in range(9)}},
            "over 5 redirects",
            id="too-many",
        ),
        pytest.param({"/a": status(302)}, "does not say where to", id="nowhere"),
        pytest.param({"/a": redirect("http://[::1")}, "no address", id="no-address"),
    ],
)
def test_redirects_that_lead_nowhere(pages: Any, words: str) -> None:
    with Site(pages) as site:
        response = ask_one(site.url("/a"))
    assert (response.outcome, response.reason) == (Outcome.FAILED, "redirects")
    assert words in response.detail
    assert len(site.paths()) <= 6


# Rounds, stopping, memory


def test_requests_that_follow_from_responses_are_added() -> None:
    with (
        Site({"/feed": page("1 2 3"), **{f"/{n}": page() for n in (1, 2, 3)}}) as site,
        Web(QUICK) as web,
    ):
        downloads = web.download([Request(url=site.url("/feed"), purpose="feed")])
        came = []
        for response in downloads:
            came.append(response.url)
            if response.url.endswith("/feed"):
                links = response.body.decode().split()
                downloads.add(Request(url=site.url(f"/{link}")) for link in links)
        assert came[0] == site.url("/feed")
        assert sorted(came[1:]) == [site.url(f"/{n}") for n in (1, 2, 3)]
        # Another round at the same hosts knows their robots.txt.
        assert len(list(web.download([Request(url=site.url("/1"))]))) == 1
    assert [each.path for each in site.asked].count("/robots.txt") == 1


def test_one_download_is_open_at_a_time() -> None:
    with Site({"/a": page()}) as site, Web(QUICK) as web:
        first = web.download([Request(url=site.url("/a"))])
        with pytest.raises(RuntimeError, match="not over"):
            web.download()
        first.close()
        assert list(first) == []
        assert list(web.download()) == []


def hanging(seconds: float = 30.0) -> Any:
    async def answer(request: web.BaseRequest) -> web.Response:
        await asyncio.sleep(seconds)
        return web.Response()

    return answer


PATIENT = replace(QUICK, headers_seconds=30.0, read_seconds=30.0, answer_seconds=30.0)


def test_closing_leaves_nothing_behind() -> None:
    threads = set(threading.enumerate())
    with Site({"/a": page(), "/b": hanging()}) as site:
        urls = [site.url("/a"), *[site.url(f"/b?{n}") for n in range(50)]]
        began = time.monotonic()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            responses = download([Request(url=url) for url in urls], settings=PATIENT)
            with closing(responses):
                assert next(responses).url == site.url("/a")
                assert site.connections() > 1
            gc.collect()
        assert time.monotonic() - began < 20
        assert list(responses) == []
        left = {each for each in threading.enumerate() if each.name == "web"}
        assert left - threads == set()
        patience = time.monotonic() + 20
        while site.connections() and time.monotonic() < patience:
            time.sleep(0.01)
        assert site.connections() == 0


def test_an_error_of_the_caller_stops_it_too() -> None:
    with Site({"/a": page(), "/b": hanging()}) as site:
        requests = [Request(url=site.url(path)) for path in ("/a", "/b")]
        with pytest.raises(ZeroDivisionError), Web(PATIENT) as web:
            next(1 // len(each.reason) for each in web.download(requests))
        assert not any(each.name == "web" for each in threading.enumerate())


def test_another_thread_can_end_it() -> None:
    with Site({"/b": hanging()}) as site, Web(PATIENT) as web:
        downloads = web.download([Request(url=site.url("/b"))])
        threading.Timer(0.2, downloads.close).start()
        began = time.monotonic()
        assert list(downloads) == []
        assert time.monotonic() - began < 20


def test_a_source_that_breaks_breaks_the_loop_and_nothing_hangs() -> None:
    def source() -> Iterator[Request]:
        yield Request(url="http://127.0.0.1:1/")
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        list(download(source(), settings=QUICK))
    assert not any(each.name == "web" for each in threading.enumerate())


def test_sources_are_read_a_bounded_number_ahead() -> None:
    taken = 0

    def source() -> Iterator[Request]:
        nonlocal taken
        for taken in range(1, 100_000):
            yield Request(url=f"ftp://a.com/{taken}")

    with closing(download(source(), settings=QUICK)) as responses:
        for _ in range(100):
            next(responses)
        assert taken <= WINDOW + 1_100


def test_memory_is_bounded_when_the_caller_is_slow() -> None:
    text = "x" * 400_000
    with Site({f"/{n}": page(text) for n in range(200)}) as site:
        requests = [Request(url=site.url(f"/{n}")) for n in range(200)]
        settings = replace(PATIENT, buffer_bytes=4_000_000, connections=4)
        responses = download(requests, settings=settings)
        next(responses)
        patience = time.monotonic() + 20
        while len(site.paths()) < 10 and time.monotonic() < patience:
            time.sleep(0.01)
        time.sleep(0.3)
        assert 10 <= len(site.paths()) <= 20
        assert sum(len(each.body) for each in responses) == 199 * len(text)


def test_what_has_arrived_and_is_not_wanted_makes_room() -> None:
    text = "x" * 400_000
    with Site({f"/{n}": page(text) for n in range(40)}) as site:
        requests = [Request(url=site.url(f"/{n}")) for n in range(40)]
        with Web(replace(PATIENT, buffer_bytes=1_000_000, connections=2)) as web:
            for _ in range(3):
                downloads = web.download(requests)
                next(downloads)
                time.sleep(0.05)
                downloads.close()
            assert len(list(web.download(requests))) == 40


def test_a_long_list_of_wrong_addresses_takes_little_memory() -> None:
    tracemalloc.start()
    count = sum(
        1 for _ in download((Request(url=f"file:///{n}") for n in range(5_000)), settings=QUICK)
    )
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 5_000
    assert peak < 30_000_000


def test_visits_are_looked_up_when_it_is_their_turn() -> None:
    known: dict[str, Visit] = {}
    with Site({"/a": conditional('"1"')}) as site, Web(QUICK) as web:
        downloads = web.download([Request(url=site.url("/a"))], known)
        outcomes = []
        for response in downloads:
            known[response.url] = next_visit(response, known.get(response.url))
            outcomes.append(response.outcome)
            if len(outcomes) < 3:
                downloads.add([Request(url=site.url("/a"))])
    assert outcomes == [Outcome.FETCHED, Outcome.NOT_MODIFIED, Outcome.NOT_MODIFIED]


def test_the_settings_have_defaults_that_a_site_can_bear() -> None:
    assert WebSettings().host_delay_seconds >= 1.0
    assert WebSettings().host_connections == 1
    assert not WebSettings().allow_private_hosts
