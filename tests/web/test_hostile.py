"""Servers that mean ill, or are broken: bounded in size, in time, and told from each other."""

import gzip
import itertools
import resource
import socket
import time
import tracemalloc
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import brotli
import pytest
from backports import zstd

from tasks.web import Outcome, Request, download
from tests.web.sites import QUICK, RawSite, Site, ask, ask_one, page, redirect, say

MIB: Final = 1024 * 1024
OK: Final = b"HTTP/1.1 200 OK\r\n"
CLOSE: Final = b"Connection: close\r\n\r\n"


def zeros_in_gzip(size: int) -> bytes:
    """Return a gzip of so many zeros: one block that stands for 1 MiB, again and again."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    total, check = 0, 0
    while total < size:
        total, check = total + MIB, zlib.crc32(bytes(MIB), check)
    end = packer.flush() + check.to_bytes(4, "little") + total.to_bytes(4, "little")
    return gzip.compress(b"")[:10] + block * (total // MIB) + end


BOMB: Final = zeros_in_gzip(500 * MIB)
"""500 MB in 500 kB."""


def bomb(coding: str, body: bytes) -> Callable[[socket.socket], None]:
    head = OK + f"Content-Encoding: {coding}\r\nContent-Length: {len(body)}\r\n".encode() + CLOSE
    return say(head, body)


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        pytest.param("gzip", BOMB, id="gzip"),
        pytest.param("deflate", zlib.compress(bytes(60 * MIB), 9), id="deflate"),
        pytest.param("br", brotli.compress(bytes(60 * MIB), quality=4), id="br"),
        pytest.param("zstd", zstd.compress(bytes(60 * MIB)), id="zstd"),
    ],
)
def test_bombs_are_told_before_they_are_large(coding: str, body: bytes) -> None:
    with RawSite(bomb(coding, body)) as site:
        tracemalloc.start()
        response = ask_one(site.url())
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert response.outcome is Outcome.FAILED
    assert response.reason in {"expands-too-far", "too-large"}
    assert response.body == b""
    assert peak < 24 * MIB
    assert response.attempts == 1


def test_a_body_that_unpacks_to_much_within_the_ratio_is_too_large() -> None:
    packed = gzip.compress(bytes(range(256)) * 4 * 1024 * 3)
    with RawSite(bomb("gzip", packed)) as site:
        response = ask_one(site.url(), max_body_bytes=2 * MIB, max_unpacked_ratio=10_000)
    assert (response.outcome, response.reason) == (Outcome.FAILED, "too-large")


def test_an_endless_body_ends() -> None:
    sent = 0

    def endless(connection: socket.socket) -> None:
        nonlocal sent
        connection.sendall(OK + CLOSE)
        for _ in itertools.repeat(None, 2_000):
            sent += connection.send(bytes(64 * 1024))

    with RawSite(endless) as site:
        response = ask_one(site.url(), max_body_bytes=MIB)
    assert response.reason == "too-large"
    assert sent < 20 * MIB


def test_an_endless_body_of_nothing_ends_too() -> None:
    """What follows a gzip's end unpacks to nothing, and would never fill a bound on that."""

    def endless(connection: socket.socket) -> None:
        connection.sendall(OK + b"Content-Encoding: gzip\r\n" + CLOSE)
        for _ in itertools.repeat(None, 2_000):
            connection.sendall(gzip.compress(b"") + b"x" * 60_000)

    with RawSite(endless) as site:
        response = ask_one(site.url(), max_body_bytes=MIB)
    assert response.reason == "too-large"


def test_endless_chunks_end() -> None:
    def endless(connection: socket.socket) -> None:
        connection.sendall(OK + b"Transfer-Encoding: chunked\r\n" + CLOSE)
        for _ in itertools.repeat(None, 100_000):
            connection.sendall(b"1\r\nx\r\n" * 1_000)

    with RawSite(endless) as site:
        response = ask_one(site.url(), max_body_bytes=100_000)
    assert response.reason == "too-large"


def dribble(before: bytes, part: bytes, seconds: float) -> Callable[[socket.socket], None]:
    def talk(connection: socket.socket) -> None:
        connection.sendall(before)
        for _ in range(200):
            time.sleep(seconds)
            connection.sendall(part)

    return talk


@pytest.mark.parametrize(
    ("talk", "words"),
    [
        pytest.param(dribble(OK, b"X-A: b\r\n", 0.1), "headers took over", id="headers"),
        pytest.param(dribble(b"H", b"T", 0.3), "headers took over|not HTTP", id="status-line"),
        pytest.param(
            dribble(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", 0.1), "headers took over", id="hints"
        ),
        pytest.param(dribble(OK + CLOSE, b"x", 0.1), "whole answer took over", id="body"),
        pytest.param(
            dribble(OK + b"Transfer-Encoding: chunked\r\n" + CLOSE, b"1\r\nx\r\n", 0.1),
            "whole answer took over",
            id="chunks",
        ),
        pytest.param(dribble(OK + CLOSE, b"x", 2.0), "nothing came for", id="silent-body"),
        pytest.param(dribble(b"", b"x", 9.0), "nothing came for|headers took", id="silent"),
    ],
)
def test_slow_servers_are_left(talk: Callable[[socket.socket], None], words: str) -> None:
    with RawSite(talk) as site:
        began = time.monotonic()
        response = ask_one(
            site.url(),
            attempts=1,
            connect_seconds=0.2,
            headers_seconds=0.6,
            read_seconds=0.5,
            answer_seconds=0.9,
        )
        assert time.monotonic() - began < 15
    assert response.reason in {"timeout", "bad-http"}
    assert any(word in response.detail for word in words.split("|")), response.detail


def test_a_server_that_never_accepts_is_left() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        port = server.getsockname()[1]
        crowd = [socket.socket() for _ in range(4)]
        for each in crowd:
            each.setblocking(False)
            each.connect_ex(("127.0.0.1", port))
        response = ask_one(
            f"http://127.0.0.1:{port}/", attempts=1, connect_seconds=0.2, headers_seconds=0.2
        )
        for each in crowd:
            each.close()
    assert response.reason == "robots-unreachable"
    assert "within" in response.detail or "took over" in response.detail


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        pytest.param(OK + b"Content-Length: 100\r\n" + CLOSE, "truncated", id="length-too-large"),
        pytest.param(OK + b"Content-Length: -5\r\n" + CLOSE, "bad-http", id="negative-length"),
        pytest.param(OK + b"Content-Length: 9x\r\n" + CLOSE, "bad-http", id="length-of-letters"),
        pytest.param(
            OK + b"Content-Length: 5\r\nContent-Length: 6\r\n" + CLOSE, "bad-http", id="two-lengths"
        ),
        pytest.param(
            OK + b"Transfer-Encoding: chunked\r\n" + CLOSE + b"zz\r\n",
            "truncated|bad-http",
            id="bad-chunk",
        ),
        pytest.param(
            OK + b"Transfer-Encoding: chunked\r\n" + CLOSE + b"5\r\nab", "truncated", id="cut-chunk"
        ),
        pytest.param(OK + b"X-A: " + b"b" * 70_000 + b"\r\n" + CLOSE, "bad-http", id="long-header"),
        pytest.param(OK + b"X-A: b\r\n" * 5_000 + CLOSE, "bad-http", id="many-headers"),
        pytest.param(OK + b"X\x00Y: b\r\n" + CLOSE, "bad-http", id="nul-in-a-name"),
        pytest.param(b"HTTP/1.1 999999 OK\r\n" + CLOSE, "bad-http", id="status-of-six-digits"),
        pytest.param(b"SSH-2.0-OpenSSH_9.6\r\n", "bad-http|unreachable", id="ssh"),
        pytest.param(b"\x16\x03\x01" * 50, "bad-http|unreachable", id="bytes"),
        pytest.param(b"<html>no head</html>", "bad-http|unreachable", id="http-0.9"),
        pytest.param(b"", "unreachable", id="nothing"),
        pytest.param(
            b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
            "status",
            id="upgrade",
        ),
        pytest.param(b"HTTP/1.1 206 Part\r\nContent-Length: 0\r\n" + CLOSE, "status", id="a-part"),
        pytest.param(b"HTTP/1.1 304 Same\r\n" + CLOSE, "status", id="not-asked-whether-modified"),
    ],
)  # fmt: skip
def test_broken_answers_are_told_apart(head: bytes, reason: str) -> None:
    with RawSite(say(head)) as site:
        response = ask_one(site.url())
    assert response.outcome is Outcome.FAILED
    assert response.reason in reason.split("|"), response


def test_a_length_that_is_too_small_cuts_the_body_and_the_rest_is_no_answer() -> None:
    """What follows is never taken for the next request's answer (response splitting)."""
    forged = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"
    with RawSite(say(OK + b"Content-Length: 2\r\n\r\nok" + forged)) as site:
        came = ask(site.url("/1"), site.url("/2"), host_connections=1)
    assert [each.body for each in came if each.body] in ([], [b"ok"], [b"ok", b"ok"])
    assert b"forged" not in b"".join(each.body for each in came)


@pytest.mark.parametrize(
    ("coding", "body", "reason"),
    [
        pytest.param("gzip", gzip.compress(b"x" * 5_000)[:-12], "truncated", id="cut-gzip"),
        pytest.param("br", brotli.compress(bytes(range(256)) * 9)[:-9], "truncated", id="cut-br"),
        pytest.param("zstd", zstd.compress(b"x" * 5_000)[:-3], "truncated", id="cut-zstd"),
        pytest.param("gzip", gzip.compress(b"x")[:10] + b"\xff" * 50, "unreadable", id="bad-gzip"),
        pytest.param("br", b"\xff" * 50, "unreadable", id="bad-br"),
        pytest.param("zstd", b"\xff" * 50, "unreadable", id="bad-zstd"),
        pytest.param("deflate", b"\xff" * 50, "unreadable", id="bad-deflate"),
        pytest.param("gzip, br", b"x", "unreadable", id="two-ways"),
    ],
)
def test_damaged_compression_is_told(coding: str, body: bytes, reason: str) -> None:
    with RawSite(bomb(coding, body)) as site:
        response = ask_one(site.url())
    assert (response.outcome, response.reason) == (Outcome.FAILED, reason)


@pytest.mark.parametrize("body", [BOMB, b"\xff" * 100, b"no gzip", gzip.compress(b"x" * MIB)])
def test_the_body_of_an_error_is_bounded_and_changes_nothing(body: bytes) -> None:
    head = b"HTTP/1.1 404 None\r\nContent-Encoding: gzip\r\n" + CLOSE
    with RawSite(say(head, body)) as site:
        response = ask_one(site.url())
    assert (response.outcome, response.reason) == (Outcome.GONE, "gone")
    assert len(response.body) <= 64 * 1024


def test_large_bodies_of_many_sites_wait_for_each_other() -> None:
    """Only four bodies over 1 MiB are read at once; all of them come in the end."""
    text = "x" * (3 * MIB)
    with Site({f"/{n}": page(text) for n in range(12)}) as site:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        came = ask(*(site.url(f"/{n}") for n in range(12)), host_connections=12)
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert {len(each.body) for each in came} == {3 * MIB}
    assert after - before < 300 * 1024


def test_cookies_are_neither_kept_nor_sent() -> None:
    with Site() as site:
        site.pages["/a"] = page(Set_Cookie="id=1; Path=/")
        site.pages["/b"] = page()
        ask(site.url("/a"), host_connections=1)
        site.pages["/c"] = redirect("/b")
        ask(site.url("/a"), site.url("/b"), site.url("/c"), host_connections=1)
    assert {key.lower() for each in site.asked for key in each.headers} & {"cookie"} == set()


def test_a_wall_of_cookies_is_a_circle() -> None:
    """Consent walls set a cookie and lead back to the same address."""
    with Site({"/a": redirect("/a")}) as site:
        response = ask_one(site.url("/a"))
    assert (response.outcome, response.reason) == (Outcome.FAILED, "redirects")
    assert site.paths() == ["/a"]


def test_large_bodies_wait_for_a_slow_caller() -> None:
    """What is on its way when the buffer is full stops at 1 MiB, but for the four that go on."""
    body = bytes(8 * MIB)
    head = OK + f"Content-Length: {len(body)}\r\n".encode() + CLOSE
    with RawSite(say(head, body)) as site:
        requests = [Request(url=site.url(f"/{n}")) for n in range(16)]
        settings = replace(QUICK, host_connections=16, buffer_bytes=MIB)
        tracemalloc.start()
        responses = download(requests, settings=settings)
        next(responses)
        time.sleep(1.0)
        held = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        assert [len(each.body) for each in responses] == [len(body)] * 15
    assert held < (1 + 4) * 8 * MIB + 12 * 2 * MIB


def test_large_headers_count_as_what_waits_for_the_caller() -> None:
    head = OK + b"".join(b"X-%d: %s\r\n" % (n, b"y" * 30_000) for n in range(50))
    with RawSite(say(head + b"Content-Length: 2\r\n" + CLOSE, b"ok")) as site:
        requests = [Request(url=site.url(f"/{n}")) for n in range(60)]
        settings = replace(QUICK, connections=4, buffer_bytes=6 * MIB)
        responses = download(requests, settings=settings)
        assert len(next(responses).headers) == 52
        time.sleep(0.5)
        assert len(site.heads) < 15
        assert len(list(responses)) == 59
