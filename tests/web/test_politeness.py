"""Hosts are asked as often as they bear: turns, delays, Retry-After, backing off, giving up."""

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from tasks.web import Outcome, Request, Web, WebSettings, next_visit
from tasks.web.politeness import Gate, Gates, Slots, backoff, read_retry_after
from tasks.web.troubles import NotAsked
from tests.web.sites import QUICK, RawSite, Site, ask, ask_one, in_turn, page, robots, say, status

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def starts(site: Site) -> list[float]:
    return [each.at for each in site.asked]


# Servers see a request a little after it started, and a shared machine makes that any little: gaps
# may be that much smaller or larger, the whole is not.


def test_a_delay_lies_between_two_starts() -> None:
    with Site({f"/{n}": page() for n in range(4)}) as site:
        ask(*(site.url(f"/{n}") for n in range(4)), host_delay_seconds=0.2)
    gaps = [after - before for before, after in pairwise(starts(site))]
    assert len(gaps) == 4
    assert min(gaps) > 0.05
    assert sum(gaps) > 0.65


def test_hosts_do_not_wait_for_each_other() -> None:
    pages = {f"/{n}": page() for n in range(5)}
    with Site(dict(pages)) as one, Site(dict(pages)) as two, Site(dict(pages)) as three:
        began = time.monotonic()
        urls = [site.url(f"/{n}") for n in range(5) for site in (one, two, three)]
        assert {each.status for each in ask(*urls, host_delay_seconds=0.3)} == {200}
        assert time.monotonic() - began < 15 * 0.3


def test_so_many_run_at_once_at_one_host() -> None:
    running = most = 0

    async def slow(request: object) -> object:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.03)
        running -= 1
        return page()(request)  # type: ignore[arg-type]

    with Site({f"/{n}": slow for n in range(12)}) as site:
        urls = [site.url(f"/{n}") for n in range(12)]
        ask(*urls, host_connections=3)
        assert most == 3
        most = 0
        ask(*urls, host_connections=8, connections=2)
        assert most == 2


def test_the_larger_priority_goes_first_then_the_earlier_one() -> None:
    async def slow(request: object) -> object:
        await asyncio.sleep(0.3)
        return page()(request)  # type: ignore[arg-type]

    with Site({"/slow": slow, **{f"/{n}": page() for n in range(6)}}) as site:
        requests = [Request(url=site.url(f"/{n}"), priority=n % 2) for n in range(6)]
        with Web(replace(QUICK, host_connections=1)) as web:
            list(web.download([Request(url=site.url("/slow"), priority=9), *requests]))
    assert site.paths() == ["/slow", "/1", "/3", "/5", "/0", "/2", "/4"]


def test_a_crawl_delay_is_kept_and_capped() -> None:
    text = "User-agent: *\nCrawl-delay: 0.4"
    with Site({"/robots.txt": robots(text), "/a": page(), "/b": page()}) as site:
        ask(site.url("/a"), site.url("/b"))
    *_, first, second = starts(site)
    assert second - first > 0.2
    text = "User-agent: *\nCrawl-delay: 86400"
    with Site({"/robots.txt": robots(text), "/a": page(), "/b": page()}) as site:
        assert len(ask(site.url("/a"), site.url("/b"), max_crawl_delay_seconds=0.05)) == 2


@pytest.mark.parametrize("code", [429, 503])
def test_a_site_is_left_alone_as_long_as_it_asks(code: int) -> None:
    pages = {"/a": in_turn(status(code, Retry_After="1"), page()), "/b": page()}
    with Site(pages) as site:
        [*_, last] = ask(site.url("/a"), site.url("/b"), host_connections=1)
    assert site.paths() == ["/a", "/b", "/a"]
    _, first, *others = starts(site)
    assert min(others) - first > 0.7
    assert last.outcome is Outcome.FETCHED


def test_a_site_that_wants_a_long_rest_is_left_for_the_next_run() -> None:
    pages = {"/a": status(429, Retry_After="3600"), "/b": page()}
    with Site(pages) as site:
        asked, left = ask(site.url("/a"), site.url("/b"), host_connections=1)
        assert (asked.outcome, asked.reason, asked.status) == (Outcome.FAILED, "status", 429)
        assert (left.outcome, left.reason) == (Outcome.REFUSED, "not-before")
        for response in (asked, left):
            assert response.not_before is not None
            until = response.not_before - datetime.now(UTC)
            assert timedelta(minutes=59) < until <= timedelta(hours=1)
        assert site.paths() == ["/a"]
        known = {each.url: next_visit(each) for each in (asked, left)}
        again = ask(site.url("/a"), site.url("/b"), known=known)
        assert {each.reason for each in again} == {"not-before"}
        assert [next_visit(each, known[each.url]).not_before for each in again] == [
            known[each.url].not_before for each in again
        ]
        assert site.paths() == ["/a"]


def test_without_a_word_of_when_it_rests_a_little() -> None:
    with Site({"/a": in_turn(status(429), status(503), page())}) as site:
        response = ask_one(site.url("/a"), attempts=3)
    assert (response.outcome, response.attempts) == (Outcome.FETCHED, 3)


@pytest.mark.parametrize("code", [408, 500, 502, 504])
def test_what_may_pass_is_tried_again(code: int) -> None:
    with Site({"/a": in_turn(status(code), page())}) as site:
        response = ask_one(site.url("/a"))
    assert (response.outcome, response.attempts) == (Outcome.FETCHED, 2)


def test_attempts_are_bounded() -> None:
    with Site({"/a": status(500)}) as site:
        response = ask_one(site.url("/a"), attempts=4)
    assert (response.outcome, response.reason, response.status) == (Outcome.FAILED, "status", 500)
    assert site.paths() == ["/a"] * 4


@pytest.mark.parametrize("code", [400, 401, 403, 404, 410, 451, 501])
def test_what_does_not_pass_is_asked_once(code: int) -> None:
    with Site({"/a": status(code)}) as site:
        assert ask_one(site.url("/a")).status == code
    assert site.paths() == ["/a"]


def test_a_host_that_fails_again_and_again_is_given_up() -> None:
    with RawSite(say(b"")) as site:
        urls = [site.url(f"/{n}") for n in range(30)]
        began = time.monotonic()
        came = ask(*urls, host_failures=4, host_connections=1)
        assert time.monotonic() - began < 20
        assert len(site.heads) == 4
    assert {each.outcome for each in came} == {Outcome.FAILED, Outcome.REFUSED}
    down = [each for each in came if each.reason == "host-down"]
    assert len(down) >= 26
    assert "failed 4 times in a row, at last: the connection failed" in down[0].detail


def test_a_success_in_between_counts_anew() -> None:
    pages = {f"/{n}": (status(500) if n % 2 else page()) for n in range(20)}
    with Site(pages) as site:
        urls = [site.url(f"/{n}") for n in range(20)]
        came = ask(*urls, host_failures=2, attempts=1, host_connections=1)
    assert "host-down" not in {each.reason for each in came}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        pytest.param("120", 120.0, id="seconds"),
        pytest.param(" 0 ", 0.0, id="now"),
        pytest.param("Sun, 01 Mar 2026 12:01:00 GMT", 60.0, id="date"),
        pytest.param(format_datetime(NOW + timedelta(hours=1)), 3600.0, id="date-with-zone"),
        pytest.param("Sun, 01 Mar 2026 11:00:00 GMT", 0.0, id="past"),
        pytest.param("Sunday, 01-Mar-26 12:01:00 GMT", 60.0, id="rfc-850"),
        pytest.param("Sun Mar  1 12:01:00 2026", 60.0, id="asctime"),
        pytest.param("-5", None, id="negative"),
        pytest.param("1e9", None, id="exponent"),
        pytest.param("9" * 5000, None, id="too-many-digits"),
        pytest.param("soon", None, id="words"),
        pytest.param("", None, id="empty"),
        pytest.param(None, None, id="none"),
    ],
)
def test_retry_after(text: str | None, seconds: float | None) -> None:
    assert read_retry_after(text, NOW) == seconds


@given(st.text(max_size=60))
def test_any_retry_after_is_read(text: str) -> None:
    seconds = read_retry_after(text, NOW)
    assert seconds is None or seconds >= 0


@given(st.integers(1, 1000))
def test_backing_off_doubles_at_random_within_bounds(attempt: int) -> None:
    settings = WebSettings(backoff_seconds=1.0, max_wait_seconds=60.0)
    seconds = backoff(attempt, settings)
    assert (
        0.5 * min(2.0 ** (attempt - 1), 60) <= seconds <= min(1.5 * 2.0 ** min(attempt - 1, 9), 60)
    )


def test_who_is_cancelled_gives_the_turn_back() -> None:
    async def scene() -> int:
        gate, slots = Gate("a.com", replace(QUICK, host_connections=1)), Slots(1)
        held = asyncio.Event()

        async def hold() -> None:
            async with gate.turn(slots, 0):
                await held.wait()

        first, *others = (asyncio.create_task(hold()) for _ in range(5))
        await asyncio.sleep(0.01)
        for task in others[:2]:
            task.cancel()
        first.cancel()
        await asyncio.sleep(0.01)
        assert not gate.is_idle
        held.set()
        results = await asyncio.gather(first, *others, return_exceptions=True)
        assert gate.is_idle
        return sum(each is None for each in results)

    assert asyncio.run(scene()) == 2


def test_who_waits_when_a_host_is_shut_is_refused() -> None:
    async def scene() -> list[object]:
        gate, slots = Gate("a.com", replace(QUICK, host_connections=1)), Slots(1)

        async def hold() -> None:
            async with gate.turn(slots, 0):
                gate.shut("host-down", "down")

        return list(await asyncio.gather(*(hold() for _ in range(3)), return_exceptions=True))

    first, *others = asyncio.run(scene())
    assert first is None
    assert all(isinstance(each, NotAsked) for each in others)


def test_one_gate_for_both_schemes_of_a_host_and_one_for_each_other_port() -> None:
    async def scene() -> None:
        gates = Gates(QUICK)
        usual = gates.of(URL("http://a.com/x"))
        assert usual is gates.of(URL("https://A.com./y"))
        assert usual is not gates.of(URL("http://a.com:8080/"))
        assert usual is not gates.of(URL("http://b.com/"))

    asyncio.run(scene())


def test_gates_of_very_many_hosts_are_forgotten() -> None:
    async def scene() -> int:
        gates = Gates(QUICK)
        for n in range(10_500):
            gates.of(URL.build(scheme="http", host=f"a{n}.com"))
        return len(gates._gates)

    assert asyncio.run(scene()) == 10_000


def test_who_starts_late_for_want_of_a_slot_lets_nobody_pass_meanwhile() -> None:
    """The delay lies between real starts, also where several may run at once."""

    async def scene() -> list[float]:
        settings = replace(QUICK, host_connections=3, host_delay_seconds=0.2)
        gate, slots = Gate("a.com", settings), Slots(1)
        starts: list[float] = []

        async def work() -> None:
            async with gate.turn(slots, 0):
                starts.append(time.monotonic())
                await asyncio.sleep(0.01)

        await slots.take()
        tasks = [asyncio.create_task(work()) for _ in range(4)]
        await asyncio.sleep(0.2)
        assert starts == []
        slots.give()
        await asyncio.gather(*tasks)
        return starts

    gaps = [after - before for before, after in pairwise(asyncio.run(scene()))]
    assert min(gaps) > 0.1


def test_a_delay_that_is_learned_counts_from_the_last_start() -> None:
    text = "User-agent: *\nCrawl-delay: 0.4"
    with Site({"/robots.txt": robots(text), "/a": page()}) as site:
        ask_one(site.url("/a"))
    first, second = starts(site)
    assert second - first > 0.2


def test_a_robots_txt_that_is_not_to_be_asked_for_long_leaves_the_site() -> None:
    with Site({"/robots.txt": status(503, Retry_After="7200"), "/a": page()}) as site:
        response = ask_one(site.url("/a"))
    assert (response.outcome, response.reason) == (Outcome.REFUSED, "not-before")
    assert response.not_before is not None
