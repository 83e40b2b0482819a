"""robots.txt as RFC 9309 reads it, also from sites that mean ill."""

import asyncio
import socket
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from tasks.web import Outcome
from tasks.web.robots import MAX_BYTES, Robots, read_rules
from tasks.web.troubles import Answer, NotAsked
from tests.web.sites import RawSite, Site, ask, ask_one, in_turn, page, redirect, robots, status


def allows(text: str, path: str) -> bool:
    try:
        read_rules(text, "Warraq").check(URL(f"https://a.com{path}"))
    except NotAsked:
        return False
    return True


ALL = "User-agent: *\n"


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        pytest.param("", "/a", True, id="empty"),
        pytest.param(ALL + "Disallow: /", "/a", False, id="everything"),
        pytest.param(ALL + "Disallow:", "/a", True, id="nothing"),
        pytest.param(ALL + "Disallow: /a", "/ab", False, id="prefix"),
        pytest.param(ALL + "Disallow: /a$", "/ab", True, id="end-mark"),
        pytest.param(ALL + "Disallow: /*.pdf$", "/x/y.pdf", False, id="wildcard"),
        pytest.param(ALL + "Disallow: /*.pdf$", "/x/y.pdf?a=1", True, id="wildcard-and-end"),
        pytest.param(ALL + "Disallow: /a\nAllow: /a/b", "/a/b/c", True, id="longest-wins"),
        pytest.param(ALL + "Disallow: /a\nAllow: /a", "/a", True, id="allow-wins-a-tie"),
        pytest.param(ALL + "Disallow: /خبر", "/خبر/1", False, id="arabic"),
        pytest.param(ALL + "Disallow: /%D8%AE%d8%a8%D8%B1", "/خبر/1", False, id="escaped-arabic"),
        pytest.param(ALL + "Disallow: /a?b=", "/a?b=1", False, id="query"),
        pytest.param(ALL + "Disallow: /robots.txt", "/robots.txt", True, id="itself"),
        pytest.param(ALL + "Disallow: /\nUser-agent: warraq\nAllow: /", "/a", True, id="our-group"),
        pytest.param("User-agent: WARRAQ\nDisallow: /", "/a", False, id="case"),
        pytest.param("User-agent: Warraq/2.0\nDisallow: /", "/a", False, id="version"),
        pytest.param("User-agent: warraq*\nDisallow: /", "/a", False, id="star-behind"),
        pytest.param("User-agent: war\nDisallow: /", "/a", True, id="part-of-our-name"),
        pytest.param("User-agent: warraqbot\nDisallow: /", "/a", True, id="longer-name"),
        pytest.param("User-agent: others\nDisallow: /", "/a", True, id="others"),
        pytest.param("User-agent: x\nUser-agent: *\nDisallow: /", "/a", False, id="group-of-two"),
        pytest.param("User-agent: *\nUser-agent: x\nDisallow: /", "/a", False, id="group-turned"),
        pytest.param(ALL + "Disallow: /b\n\nUser-agent: x\nDisallow: /", "/a", True, id="next"),
        pytest.param("\ufeffUser-agent: *\r\nDisallow: /\r\n", "/a", False, id="bom-and-crlf"),
        pytest.param("# User-agent: x\n" + ALL + "Disallow: / # all", "/a", False, id="comments"),
        pytest.param("user agent *\ndisallow /", "/a", False, id="no-colons"),
        pytest.param("Disallow: /", "/a", True, id="no-agent"),
        pytest.param("<html>Disallow: /</html>", "/a", True, id="a-page"),
        pytest.param("\x00\xff" * 100, "/a", True, id="bytes"),
    ],
)  # fmt: skip
def test_rules(text: str, path: str, allowed: bool) -> None:
    assert allows(text, path) == allowed


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        pytest.param(ALL + "Crawl-delay: 2.5", 2.5, id="seconds"),
        pytest.param("User-agent: x\nCrawl-delay: 9", 0.0, id="of-another"),
        pytest.param(ALL + "Crawl-delay: inf", 0.0, id="infinite"),
        pytest.param(ALL + "Crawl-delay: nan", 0.0, id="no-number"),
        pytest.param(ALL + "Crawl-delay: -5", 0.0, id="negative"),
        pytest.param(ALL + "Crawl-delay: soon", 0.0, id="words"),
        pytest.param(ALL + "Disallow: /", 0.0, id="none"),
    ],
)
def test_crawl_delay(text: str, seconds: float) -> None:
    assert read_rules(text, "Warraq").crawl_delay == seconds


@given(st.text(max_size=200), st.text("ابجد/*$%?ab", max_size=20))
def test_any_file_is_read(text: str, path: str) -> None:
    read_rules(text, "Warraq").check(URL("https://a.com/robots.txt"))
    allows(text, "/" + path)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("".join(f"User-agent: a{n}\n" for n in range(30_000)), id="agents"),
        pytest.param(
            "".join(f"User-agent: a{n}\n" for n in range(12_000))
            + "".join(f"Disallow: /{n}\n" for n in range(18_000)),
            id="agents-by-rules",
        ),
        pytest.param(
            "".join(f"User-agent: {'*' * n}\n" for n in range(1, 900)) + "Disallow: /\n" * 5_000,
            id="stars-as-agents",
        ),
        pytest.param(ALL + f"Disallow: /{'*a' * 200_000}$", id="wildcards"),
        pytest.param(ALL + f"Disallow: /{'*a' * 50}$\n" * 4_000, id="many-wildcards"),
        pytest.param("user agent a\u2028" * 30_000, id="line-separators"),
        pytest.param("".join(f"user\xa0agent a{n}\n" for n in range(25_000)), id="blanks"),
        pytest.param("\n" * MAX_BYTES, id="empty-lines"),
        pytest.param(":" * MAX_BYTES, id="colons"),
    ],
)  # fmt: skip
def test_hostile_files_cost_little(text: str) -> None:
    began = time.process_time()
    for path in ("/" + "a" * 8_000, "/b"):
        allows(text[:MAX_BYTES], path)
    assert time.process_time() - began < 5.0


def test_a_disallowed_page_is_not_asked() -> None:
    with Site({"/robots.txt": robots(ALL + "Disallow: /private"), "/a": page()}) as site:
        kept, refused = sorted(
            ask(site.url("/a"), site.url("/private/b")), key=lambda each: each.url
        )
    assert kept.outcome is Outcome.FETCHED
    assert (refused.outcome, refused.reason) == (Outcome.REFUSED, "robots")
    assert "robots.txt disallows it" in refused.detail
    assert site.paths() == ["/a"]


def test_it_is_asked_once_and_before_all_others() -> None:
    with Site({f"/{n}": page() for n in range(20)}) as site:
        ask(*(site.url(f"/{n}") for n in range(20)))
    paths = [each.path for each in site.asked]
    assert paths[0] == "/robots.txt"
    assert paths.count("/robots.txt") == 1


@pytest.mark.parametrize("code", [400, 401, 403, 404, 410, 451, 204, 304])
def test_where_there_is_none_all_is_allowed(code: int) -> None:
    with Site({"/robots.txt": status(code), "/a": page()}) as site:
        assert ask_one(site.url("/a")).outcome is Outcome.FETCHED


@pytest.mark.parametrize("code", [500, 502, 503, 504, 429, 501, 599])
def test_a_broken_one_disallows_all_for_now(code: int) -> None:
    with Site({"/robots.txt": status(code), "/a": page()}) as site:
        response = ask_one(site.url("/a"))
    assert (response.outcome, response.reason) == (Outcome.REFUSED, "robots-unreachable")
    assert str(code) in response.detail
    assert site.paths() == []


def test_a_broken_one_gets_a_second_attempt() -> None:
    pages = {"/robots.txt": in_turn(status(500), robots("")), "/a": page()}
    with Site(pages) as site:
        assert ask_one(site.url("/a")).outcome is Outcome.FETCHED


def test_a_host_that_is_not_there_is_told_so() -> None:
    with Site() as site:
        url = site.url("/a")
    response = ask_one(url)
    assert (response.outcome, response.reason) == (Outcome.REFUSED, "robots-unreachable")
    assert "connection failed" in response.detail


def test_its_redirects_are_followed() -> None:
    pages = {
        "/robots.txt": redirect("/r1"),
        **{f"/r{n}": redirect(f"/r{n + 1}") for n in range(1, 5)},
        "/r5": robots(ALL + "Disallow: /"),
        "/a": page(),
    }
    with Site(pages) as site:
        assert ask_one(site.url("/a"), max_redirects=0).reason == "robots"


def test_of_too_many_redirects_there_is_none() -> None:
    pages = {f"/r{n}": redirect(f"/r{n + 1}") for n in range(20)}
    pages |= {"/robots.txt": redirect("/r0"), "/a": page()}
    with Site(pages) as site:
        assert ask_one(site.url("/a")).outcome is Outcome.FETCHED
    assert len([path for path in site.paths() if path.startswith("/r")]) == 5


def test_the_origin_behind_a_redirect_has_rules_of_its_own() -> None:
    other = Site({"/robots.txt": robots(ALL + "Disallow: /"), "/b": page()})
    with other, Site({"/a": redirect(other.url("/b"))}) as site:
        response = ask_one(site.url("/a"))
    assert (response.reason, response.final_url) == ("robots", other.url("/b"))
    assert other.paths() == []


def test_50_mb_are_not_read() -> None:
    sent = 0

    def talk(connection: socket.socket) -> None:
        nonlocal sent
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
        block = (ALL + "Disallow: /private\n").encode() + b"# filling\n" * 6_000
        while sent < 50_000_000:
            connection.sendall(block)
            sent += len(block)

    with RawSite(talk, robots_too=True) as site:
        response = ask_one(site.url("/private/a"))
    assert response.reason == "robots"
    assert sent < 10_000_000


def test_the_line_at_the_cut_does_not_count() -> None:
    text = ALL + "#" * (MAX_BYTES - len(ALL) - len("\nDisallow: /")) + "\nDisallow: /news"
    answers = [Answer(url="", status=200, headers=(), body=text[:MAX_BYTES].encode(), wire_bytes=0)]

    async def rules() -> None:
        async def fetch(url: URL) -> Answer:
            return answers[0]

        (await Robots(fetch, "Warraq").rules_of(URL("https://a.com/x"))).check(
            URL("https://a.com/x")
        )

    asyncio.run(rules())


def test_rules_are_kept_for_a_while_within_bounds() -> None:
    asked: list[URL] = []

    async def fetch(url: URL) -> Answer:
        asked.append(url)
        body = (ALL + "#" * 400_000).encode()
        return Answer(url=str(url), status=200, headers=(), body=body, wire_bytes=len(body))

    async def many() -> None:
        kept = Robots(fetch, "Warraq")
        for n in range(30):
            await kept.rules_of(URL(f"https://a{n}.com/x"))
            await kept.rules_of(URL("https://a0.com/y"))
        assert len(kept._kept) <= 5
        await kept.close()

    asyncio.run(many())
    assert len([url for url in asked if url.host == "a0.com"]) == 1
