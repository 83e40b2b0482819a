"""WARC archives: what crawlers and we keep, whole, cut off and hostile."""

import gzip
import time
from collections.abc import Sequence
from datetime import UTC, datetime

import brotli
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.errors import RejectRecord
from tasks.fetch.archives import find_archive
from tasks.fetch.archives.warc_archive import members
from tasks.fetch.archives.warc_records import answer_record, item_record
from tasks.fetch.streams import Budget, Stream
from tasks.web import Outcome, Response
from tests.fetch.archiving import Found, Pieces, look_into, stream

URL = "https://example.org/1"
PAGE = "<html><p>افتتح الوزير المعرض.</p></html>".encode()
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"


def record(
    block: bytes = OK + PAGE,
    *,
    kind: str = "response",
    url: str = URL,
    length: str | None = None,
    more: str = "",
) -> bytes:
    told = str(len(block)) if length is None else length
    head = f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\n{more}"
    return f"{head}Content-Length: {told}\r\n\r\n".encode() + block + b"\r\n\r\n"


def answer(body: bytes, **headers: str) -> bytes:
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 200 OK\r\n{lines}\r\n".encode() + body


def found(data: bytes, sizes: Sequence[int] = (1 << 20,)) -> Found:
    return look_into(Stream(Pieces(data, sizes)), depth=0)


def headers(data: bytes) -> list[dict[str, str]]:
    return [orjson.loads(told or "{}") for _, _, told in members(stream(data))]


def test_an_archive_is_told_by_its_first_bytes() -> None:
    for head in (b"WARC/1.0\r\n", b"WARC/1.1\r\n"):
        kind = find_archive(head)
        assert kind is not None
        assert kind.name == "warc"
    assert find_archive(b"WARCRAFT/1.") is None


@pytest.mark.parametrize(
    "block",
    [
        answer(PAGE),
        answer(PAGE, Content_Encoding="identity", Content_Length="7"),
        answer(gzip.compress(PAGE), Content_Encoding="gzip"),
        answer(brotli.compress(PAGE), CONTENT_ENCODING="br"),
        answer(b"%x\r\n%b\r\n0\r\n\r\n" % (len(PAGE), PAGE), Transfer_Encoding="chunked"),
        answer(b"3;a=b\r\n" + PAGE[:3] + b"\r\n%X\n" % (len(PAGE) - 3) + PAGE[3:] + b"\r\n0\r\n"
               b"X: y\r\n\r\n", Transfer_Encoding="Chunked"),
        answer(PAGE, Transfer_Encoding="chunked"),
        b"HTTP/2 200\r\n\r\n" + PAGE,
        b"HTTP/1.0 200 OK\n\n" + PAGE,
    ],
)  # fmt: skip
def test_answers_are_unpacked(block: bytes) -> None:
    assert found(record(block)) == {URL: PAGE}


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        (answer(b"20\r\nabc", Transfer_Encoding="chunked"), "truncated"),
        (answer(b"3\r\nabc\r\n", Transfer_Encoding="chunked"), "truncated"),
        (answer(b"3\r\nabc\r\n<p>", Transfer_Encoding="chunked"), "unreadable"),
        (answer(gzip.compress(PAGE)[:-9], Content_Encoding="gzip"), "truncated"),
        (answer(PAGE, Content_Encoding="br"), "unreadable"),
        (answer(PAGE, Content_Encoding="gzip, br"), "unreadable"),
        (answer(gzip.compress(bytes(1 << 24)), Content_Encoding="gzip"), "expands-too-far"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n", "unreadable"),
        (b"HTTP/1.1 200 OK\r\nX: y", "unreadable"),
    ],
)
def test_an_answer_that_is_damaged_is_refused_alone(block: bytes, reason: str) -> None:
    after = record(url="https://example.org/2")
    assert found(record(block) + after) == {URL: reason, "https://example.org/2": PAGE}


@pytest.mark.parametrize(
    "data",
    [
        record(b"HTTP/1.1 301 Moved\r\nLocation: /2\r\n\r\n"),
        record(b"HTTP/1.1 404 None\r\n\r\n" + PAGE),
        record(b"20240501\nexample.org. 60 IN A 192.0.2.1", more="Content-Type: text/dns\r\n"),
        *(record(kind=kind) for kind in ("revisit", "metadata", "request", "warcinfo", "")),
        b"\r\n\r\n\n",
    ],
)
def test_what_brought_no_page_is_passed_over(data: bytes) -> None:
    assert found(record() + data + record(url="urn:2")) == {URL: PAGE, "urn:2": PAGE}


def test_heads_of_other_writers() -> None:
    data = record(kind="RESPONSE", url=f"<{URL}>", more="X: folded\r\n over\r\n\tlines\r\n")
    assert found(data.replace(b"\r\nWARC-Type", b"\r\nwarc-type")) == {URL: PAGE}
    one = b"WARC/1.0\nWARC-Type: resource\nContent-Length: 4\n\ntext"
    assert found(one + b"\n\n" + one) == {"record": b"text", "record~2": b"text"}


def test_records_that_are_compressed_alone() -> None:
    urls = [f"https://example.org/{n}" for n in range(30)]
    data = b"".join(gzip.compress(record(url=url)) for url in urls)
    assert found(data, sizes=(7, 1000)) == dict.fromkeys(urls, PAGE)


def test_an_answer_that_was_cut_off_by_its_crawler_is_refused() -> None:
    assert found(record(more="WARC-Truncated: length\r\n")) == {URL: "truncated"}


@pytest.mark.parametrize(
    ("length", "reason"),
    [
        ("", "unreadable"), ("-1", "unreadable"), ("x", "unreadable"), ("٧", "unreadable"),
        ("9" * 16, "unreadable"), ("3", "unreadable"), ("1000000000", "truncated"),
        ("1000000", "truncated"),
    ],
)  # fmt: skip
def test_lengths_that_lie(length: str, reason: str) -> None:
    data = record(url="urn:1") + record(length=length) + record(url="urn:3")
    kept = found(data)
    assert (kept["urn:1"], kept[""]) == (PAGE, reason)


def test_an_answer_over_the_limit_is_passed_over_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.fetch.archives.warc_archive._LARGEST", 1000)
    data = record(OK + b"x" * 200_000) + record(url="urn:2")
    assert found(data, sizes=(999,)) == {URL: "too-large", "urn:2": PAGE}


@pytest.mark.parametrize(
    "url",
    ["../../etc/passwd", "\x00\x1b[0m", "https://example.org/a!b#c", "file:///etc/passwd",
     "javascript:x()",
     "https://example.org/" + "x" * 10_000, "http://[::1", "خبر"],
)  # fmt: skip
def test_hostile_addresses_are_names_and_no_more(url: str) -> None:
    data = record(url=url)
    (name,) = found(data)
    assert len(name) <= 4097
    assert name.isprintable()
    is_web = url.startswith("https") and len(url) < 8000
    assert headers(data) == [{"charset": "utf-8"} | ({"url": url} if is_web else {})]


def test_a_head_without_an_end_is_told() -> None:
    assert found(record() + b"WARC/1.1\r\nX: " + b"y" * 1_000_000) == {URL: PAGE, "": "unreadable"}


def test_what_answers_unpack_to_is_counted() -> None:
    packed = answer(gzip.compress(PAGE * 50), Content_Encoding="gzip")
    data = b"".join(record(packed, url=f"urn:{n}") for n in range(9))
    told = list(found_within(data, len(PAGE) * 120).values())
    assert told.count("expands-too-far") >= 1
    assert told.count(PAGE * 50) == 2


def found_within(data: bytes, most: int) -> Found:
    return look_into(stream(data, Budget(size=0, max_bytes=most, max_ratio=1 << 40)), depth=0)


WHOLE = b"".join(
    record(answer(gzip.compress(PAGE), Content_Encoding="gzip"), url=f"urn:{n}") for n in range(4)
)


@given(st.integers(0, len(WHOLE)), st.booleans(), st.integers(1, 300))
def test_cut_off_anywhere_what_came_before_is_kept(end: int, packed: bool, size: int) -> None:
    whole = gzip.compress(WHOLE) if packed else WHOLE
    data = whole[: end * len(whole) // len(WHOLE)]
    archive = Stream(Pieces(data, (size,)))
    kept = {}
    try:
        for name, member, _ in members(archive):
            kept[name] = b"".join(iter(member.read, b""))
    except RejectRecord as refused:
        assert refused.reason in {"truncated", "unreadable"}  # noqa: PT017  # or none is raised
    if not packed:
        whole_records = len(data) // (len(WHOLE) // 4)
        assert len(kept) >= whole_records
    assert set(kept.values()) <= {PAGE}


@given(st.binary(max_size=300), st.integers(0, len(WHOLE)))
def test_any_damage_is_refused(data: bytes, place: int) -> None:
    for damaged in (
        data,
        b"WARC/1.0\r\n" + data,
        WHOLE[:place] + data + WHOLE[place + len(data) :],
    ):
        try:
            for _, member, _ in members(stream(damaged)):
                while member.read():
                    pass
        except RejectRecord as refused:
            assert refused.reason  # noqa: PT017  # or none is raised


def response(url: str, body: bytes, told: Sequence[tuple[str, str]]) -> Response:
    return Response(
        url=url, outcome=Outcome.FETCHED, fetched_at=datetime(2024, 5, 1, tzinfo=UTC), status=200,
        headers=tuple(told), body=body,
    )  # fmt: skip


NAMES = st.sampled_from(
    ["Content-Type", "Content-Encoding", "transfer-encoding", "Content-Length", "X"]
)
VALUES = st.text(max_size=20) | st.sampled_from(
    ["gzip", "chunked", "a\r\n\r\nb", "text/html; charset=x"]
)
BODIES = st.binary(max_size=80) | st.sampled_from([b"WARC/1.1\r\n\r\n", b"3\r\nabc\r\n0\r\n\r\n"])


@given(
    st.lists(
        st.tuples(BODIES, st.lists(st.tuples(NAMES, VALUES), max_size=3), st.booleans()), max_size=4
    )
)
def test_what_is_spooled_is_read_back_as_it_was(
    kept: list[tuple[bytes, list[tuple[str, str]], bool]],
) -> None:
    archive = b""
    for number, (body, told, is_page) in enumerate(kept):
        url = f"https://example.org/خبر/{number}"
        archive += answer_record(response(url, body, told)) if is_page else item_record(url, body)
    read = []
    for name, member, header in members(Stream.held(archive)):
        assert orjson.loads(header or "")["url"] == name
        packed = member.packed is not None
        read.append(None if packed else b"".join(iter(member.read, b"")))
    assert [each for each in read if each is not None] == [body for body, _, _ in kept]


def test_many_small_records_take_linear_time() -> None:
    data = b"".join(record(url=f"urn:{n}") for n in range(20_000))
    before = time.perf_counter()
    assert len(list(members(Stream.held(data)))) == 20_000
    assert time.perf_counter() - before < 20
