"""Bodies are unpacked as they come, in whatever pieces."""

import gzip
import zlib

import brotli
import pytest
from backports import zstd
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.web.content_coding import Body
from tasks.web.troubles import Trouble

TEXT = "افتتح الوزير المعرض.\n".encode() * 50


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


PACK = {
    "": bytes,
    "identity": bytes,
    "utf-8": bytes,
    "gzip": gzip.compress,
    "GZIP": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "Deflate": raw_deflate,
    "br": brotli.compress,
    "zstd": zstd.compress,
    "gzip, gzip": gzip.compress,
    "identity,gzip": gzip.compress,
}


def unpack(coding: str, parts: list[bytes], *, longest: int = 100_000, cut: bool = False) -> Body:
    body = Body(coding, longest=longest, ratio=200, cut=cut)
    for part in parts:
        for _ in body.add(part):
            pass
    return body


@pytest.mark.parametrize("coding", PACK)
@settings(max_examples=40)
@given(data=st.binary(max_size=300) | st.just(TEXT), step=st.integers(1, 400))
def test_what_was_packed_comes_out(coding: str, data: bytes, step: int) -> None:
    packed = PACK[coding](data)
    body = unpack(coding, [packed[at : at + step] for at in range(0, len(packed), step)])
    assert body.whole() == data
    assert (body.size, body.wire_bytes) == (len(data), len(packed))


@pytest.mark.parametrize("coding", PACK)
@settings(max_examples=40)
@given(data=st.binary(max_size=300), step=st.integers(1, 50))
def test_any_bytes_are_a_body_or_a_trouble(coding: str, data: bytes, step: int) -> None:
    try:
        body = unpack(coding, [data[at : at + step] for at in range(0, len(data), step)])
        body.whole()
    except Trouble:
        return


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_what_is_cut_is_not_whole(coding: str) -> None:
    packed = PACK[coding](TEXT)
    for end in range(3, len(packed) - 1, 7):
        with pytest.raises(Trouble, match="truncated"):
            unpack(coding, [packed[:end]]).whole()


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_what_stands_behind_the_end_is_left_out(coding: str) -> None:
    assert unpack(coding, [PACK[coding](TEXT) + b"\r\n", b"more"]).whole() == TEXT


def test_members_follow_each_other() -> None:
    assert unpack("gzip", [gzip.compress(TEXT) + gzip.compress(TEXT)]).whole() == TEXT * 2
    members = gzip.compress(TEXT) + gzip.compress(b"") + gzip.compress(TEXT)
    for step in range(1, 60):
        parts = [members[at : at + step] for at in range(0, len(members), step)]
        assert unpack("gzip", parts).whole() == TEXT * 2
    assert unpack("zstd", [zstd.compress(TEXT) + zstd.compress(TEXT)]).whole() == TEXT * 2


@pytest.mark.parametrize("coding", ["gzip", "x-gzip"])
def test_a_body_that_is_not_compressed_stays_as_it_is(coding: str) -> None:
    assert unpack(coding, [b"<", b"html>"]).whole() == b"<html>"


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_there_may_not_be_very_many_members(coding: str) -> None:
    """Each costs a state of its own, and what it holds may be nothing."""
    member = PACK[coding](b"")
    assert unpack(coding, [member * 900]).whole() == b""
    with pytest.raises(Trouble, match="expands-too-far"):
        unpack(coding, [member * 1_100])


def test_an_empty_body_is_whole() -> None:
    assert unpack("gzip", []).whole() == b""


@given(st.integers(0, 3_000))
def test_a_body_is_cut_where_that_is_asked_for(longest: int) -> None:
    body = unpack("gzip", [gzip.compress(TEXT)], longest=max(longest, 200), cut=True)
    assert body.whole() == TEXT[: max(longest, 200)]


def test_a_wide_window_of_zstd_is_refused() -> None:
    options: dict[int, int] = {
        zstd.CompressionParameter.window_log: 27,
        zstd.CompressionParameter.content_size_flag: 0,
    }
    packer = zstd.ZstdCompressor(options=options)
    packed = packer.compress(bytes(300)) + packer.flush()
    with pytest.raises(Trouble, match="unreadable"):
        unpack("zstd", [packed])
