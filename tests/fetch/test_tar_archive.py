import gzip

import pytest

from tests.fetch.archiving import (
    END,
    LONG,
    SHORT,
    TEXT,
    Found,
    block,
    look_into,
    pax,
    stream,
    tarred,
)


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        pytest.param(block("l", kind=b"1") + block("s", kind=b"2"), {"l", "s"}, id="links"),
        pytest.param(block("l", kind=b"1", size=b"00000007777"), {"l"}, id="link-with-a-size"),
        pytest.param(block("c", kind=b"3") + block("b", kind=b"4"), {"c", "b"}, id="devices"),
        pytest.param(block("f", kind=b"6"), {"f"}, id="fifo"),
        pytest.param(block("m", LONG, kind=b"M"), {"m"}, id="continued-elsewhere"),
        pytest.param(block("h", LONG, kind=b"S"), {"h"}, id="holes"),
        pytest.param(pax("GNU.sparse.major", "1") + block("h", LONG), {"h"}, id="holes-in-pax"),
    ],
)
def test_what_is_no_file_in_a_tar_is_refused(headers: bytes, found: set[str]) -> None:
    told = look_into(stream(headers + block("ن.txt", TEXT) + END))
    assert told == dict.fromkeys(found, "unreadable") | {"ن.txt": TEXT}


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        pytest.param(pax("path", "أ" * 200) + block("x", TEXT), {"أ" * 200: TEXT}, id="pax-name"),
        pytest.param(pax("size", "0") + block("x"), {"x": b""}, id="pax-size"),
        pytest.param(pax("comment", "ا" * 50_000) + block("x", TEXT), {"x": TEXT}, id="pax-long"),
        pytest.param(
            pax("comment", "تعليق", b"g") + block("x", TEXT), {"x": TEXT}, id="pax-for-all"
        ),
        pytest.param(
            block("L", "ب".encode() * 150 + b"\0", kind=b"L") + block("x", TEXT),
            {"ب" * 150: TEXT},
            id="gnu-name",
        ),
        pytest.param(
            block("x", TEXT, size=b"\x80" + len(TEXT).to_bytes(11)), {"x": TEXT}, id="size-in-bytes"
        ),
        pytest.param(bytes(512) + block("x", TEXT), {"x": TEXT}, id="empty-block-before"),
    ],
)
def test_headers_of_a_tar(headers: bytes, found: Found) -> None:
    assert look_into(stream(block("first", SHORT) + headers + END)) == {"first": SHORT, **found}


@pytest.mark.parametrize(
    ("rest", "reason"),
    [
        pytest.param(b"x" * 512 + END, "unreadable", id="no-header"),
        pytest.param(block("b", size=b"-0000000512") + END, "unreadable", id="below-zero"),
        pytest.param(block("b", size=b"\xff" * 12) + END, "unreadable", id="below-zero-in-bytes"),
        pytest.param(pax("size", "-1") + block("b") + END, "unreadable", id="below-zero-in-pax"),
        pytest.param(pax("size", "9" * 5000) + block("b") + END, "unreadable", id="endless-pax"),
        pytest.param(
            block("b", b"1" * 60_000, kind=b"x") + block() + END, "unreadable", id="digits"
        ),
        pytest.param(block("b", bytes(2 << 20), kind=b"L") + END, "unreadable", id="long-header"),
        pytest.param(
            pax("comment", "a") * 2000 + block("b") + END, "unreadable", id="many-headers"
        ),
        pytest.param(
            block("b", kind=b"L", size=b"\x80" + b"\xff" * 11), "unreadable", id="all-memory"
        ),
        pytest.param(pax("comment", "a"), "truncated", id="cut-behind-a-header"),
        pytest.param(block("._b", TEXT)[:-1], "truncated", id="cut-in-a-hidden-member"),
        pytest.param(block("b")[:300], "truncated", id="cut-in-a-header"),
        pytest.param(b"", "truncated", id="no-end"),
        pytest.param(END + b"more", "truncated", id="more-behind-the-end"),
    ],
)
def test_a_damaged_tar_gives_what_comes_before_and_says_so(rest: bytes, reason: str) -> None:
    assert look_into(stream(block("a", TEXT) + rest)) == {"a": TEXT, "": reason}


@pytest.mark.parametrize("size", [b"\x80" + b"\xff" * 11, b"77777777777"])
def test_a_size_beyond_the_end_takes_no_memory(size: bytes) -> None:
    found = look_into(stream(block("a", size=size) + TEXT))
    assert found == {"a": "truncated", "": "truncated"}


def test_damage_of_the_compression_is_told_by_the_member_and_the_archive() -> None:
    packed = gzip.compress(tarred({"a": SHORT, "b": LONG, "c": TEXT}), 0)
    cut = look_into(stream(packed[:500_000]))
    assert cut == {"a": SHORT, "b": "truncated", "": "truncated"}
    wrong_checksum = look_into(stream(packed[:-8] + bytes(8)))
    assert wrong_checksum == {"a": SHORT, "b": "unreadable", "": "unreadable"}
    only_behind_the_end = gzip.compress(tarred({"a": SHORT})) + b"more"
    assert look_into(stream(only_behind_the_end)) == {"a": SHORT, "": "unreadable"}
