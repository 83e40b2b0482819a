import bz2
import gzip
import io
import lzma
import random
import zlib
from collections.abc import Callable, Sequence
from functools import cache
from itertools import accumulate
from typing import Final

import pytest
from backports import zstd
from hypothesis import example, given
from hypothesis import strategies as st

from tasks.fetch.streams import Stream
from tasks.fetch.unpacking import CHUNK, MAGIC, bare_name, find_compression
from tests.fetch.archiving import Pieces

TEXT = "أعلنت وزارة الصحة تسجيل إصابات جديدة في المحافظات الشمالية.\n".encode()
LONG = random.Random(7).randbytes(CHUNK + 17) + TEXT * 5_000

PACK: Final[dict[str, Callable[[bytes], bytes]]] = {
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "zstd": lambda data: zstd.compress(
        data, options={int(zstd.CompressionParameter.checksum_flag): 1}
    ),
    "bzip2": bz2.compress,
    "xz": lzma.compress,
}
pack = cache(lambda kind, data: PACK[kind](data))
each_kind = pytest.mark.parametrize("kind", PACK)
SKIPPED_FRAME = b"\x50\x2a\x4d\x18\x04\0\0\0abcd"


def unpack(packed: bytes, sizes: Sequence[int] = (1 << 30,)) -> tuple[bytes, str | None]:
    stream = Stream(Pieces(packed, sizes))
    pieces = list(iter(stream.read, b""))
    assert max(map(len, pieces), default=0) <= CHUNK
    return b"".join(pieces), stream.fault.reason if stream.fault else None


@each_kind
@pytest.mark.parametrize("data", [b"", b"a", TEXT, LONG, bytes(9 * CHUNK)])
def test_unpacks(kind: str, data: bytes) -> None:
    packed = PACK[kind](data)
    stream = Stream(io.BytesIO(packed))
    assert stream.packed == kind
    assert unpack(packed) == (data, None)


@each_kind
@given(
    datas=st.lists(st.binary(max_size=200) | st.just(LONG), min_size=1, max_size=4),
    sizes=st.lists(st.integers(1, 5000), min_size=1, max_size=5),
    padding=st.sampled_from([0, 4, 512]),
)
@example(datas=[b"", b"", b"a"], sizes=[1], padding=0)
def test_members_in_any_pieces_come_out_the_same(
    kind: str, datas: list[bytes], sizes: list[int], padding: int
) -> None:
    packed = b"".join(pack(kind, data) + bytes(padding) for data in datas)
    assert unpack(packed, [size * max(1, len(packed) >> 16) for size in sizes]) == (
        b"".join(datas),
        None,
    )


@each_kind
@given(
    datas=st.lists(st.binary(max_size=300), min_size=1, max_size=3),
    size=st.integers(1, 100),
    draw=st.data(),
)
def test_no_cut_passes_in_silence(
    kind: str, datas: list[bytes], size: int, draw: st.DataObject
) -> None:
    members = [PACK[kind](data) for data in datas]
    packed, whole = b"".join(members), b"".join(datas)
    cut = draw.draw(st.integers(0, len(packed)))
    told, reason = unpack(packed[:cut], [size])
    if find_compression(packed[: min(cut, MAGIC)]) is None:
        assert (told, reason) == (packed[:cut], None)  # too short to be told from other bytes
    elif cut in accumulate(map(len, members)):
        ends = list(accumulate(map(len, members)))
        assert (told, reason) == (b"".join(datas[: ends.index(cut) + 1]), None)
    else:
        assert reason in {"truncated", "unreadable"}
        assert whole.startswith(told)


@each_kind
def test_a_cut_keeps_what_came_before(kind: str) -> None:
    packed = pack(kind, random.Random(3).randbytes(4 * CHUNK))
    told, reason = unpack(packed[: len(packed) * 3 // 4])
    assert reason == "truncated"
    assert len(told) >= CHUNK


@each_kind
@pytest.mark.parametrize("seed", range(25))
def test_damage_is_a_fault_or_has_no_effect(kind: str, seed: int) -> None:
    rng = random.Random(seed)
    packed = bytearray(PACK[kind](TEXT * 50) * 2)
    for _ in range(rng.choice([1, 3, 20])):
        packed[rng.randrange(MAGIC, len(packed))] ^= 1 << rng.randrange(8)
    told, reason = unpack(bytes(packed), [rng.randrange(1, 300)])
    assert reason in {None, "unreadable", "truncated"}
    assert reason or told == TEXT * 100  # a bit of a header may say nothing


@each_kind
def test_garbage_behind_is_a_fault(kind: str) -> None:
    told, reason = unpack(PACK[kind](TEXT) + b"<html>not found</html>")
    assert (told, reason) == (TEXT, "unreadable")


@pytest.mark.parametrize(
    ("packed", "told"),
    [
        pytest.param(SKIPPED_FRAME + zstd.compress(TEXT), TEXT, id="pzstd-begins-with-it"),
        pytest.param(zstd.compress(TEXT) + SKIPPED_FRAME, TEXT, id="at-the-end"),
        pytest.param(SKIPPED_FRAME, b"", id="alone"),
    ],
)
def test_zstd_frames_to_be_skipped_are_skipped(packed: bytes, told: bytes) -> None:
    assert unpack(packed) == (told, None)


def test_a_gzip_header_may_be_of_any_length() -> None:
    body = gzip.compress(TEXT)[10:]
    name = b"\x1f\x8b\x08\x08" + bytes(6) + b"a" * 1_000_000
    assert unpack(name + b"\0" + body) == (TEXT, None)
    assert unpack(name) == (b"", "truncated")
    assert unpack(b"\x1f\x8b\x08\x04" + bytes(6) + b"\xff\xff" + bytes(65535) + body) == (
        TEXT,
        None,
    )


@pytest.mark.parametrize(
    "packed",
    [
        pytest.param(b"\x1f\x8bnot gzip at all", id="gzip-by-chance"),
        pytest.param(gzip.compress(TEXT)[:-8] + bytes(8), id="gzip-checksum"),
        pytest.param(gzip.compress(TEXT)[:-4] + bytes(4), id="gzip-length"),
        pytest.param(b"\x28\xb5\x2f\xfd" + b"\xff" * 20, id="zstd-by-chance"),
    ],
)
def test_what_is_unsound_is_a_fault(packed: bytes) -> None:
    stream = Stream(io.BytesIO(packed))
    list(iter(stream.read, b""))
    assert stream.fault is not None
    assert stream.fault.reason == "unreadable"
    assert "data is damaged" in stream.fault.problem


def xz_with_window(mib: int) -> bytes:
    return lzma.compress(TEXT, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": mib << 20}])


def zstd_with_window(log: int) -> bytes:
    """Write one frame of one block that is not packed: a packer would take the window at once."""
    block = (len(TEXT) << 3 | 1).to_bytes(3, "little")
    return b"\x28\xb5\x2f\xfd\x00" + bytes([(log - 10) << 3]) + block + TEXT


@pytest.mark.parametrize(
    ("pack", "size", "kind"),
    [
        pytest.param(xz_with_window, 192, "xz", id="xz-192-mib"),
        pytest.param(xz_with_window, 512, "xz", id="xz-512-mib"),
        pytest.param(zstd_with_window, 28, "zstd", id="zstd-long-28"),
        pytest.param(zstd_with_window, 30, "zstd", id="zstd-long-30"),
        pytest.param(zstd_with_window, 31, "zstd", id="zstd-long-31"),
    ],
)
def test_a_window_over_the_bound_is_told_from_damage(
    pack: Callable[[int], bytes], size: int, kind: str
) -> None:
    stream = Stream(io.BytesIO(pack(size)))
    assert stream.read() == b""
    assert stream.fault is not None
    assert stream.fault.reason == "unreadable"
    assert stream.fault.problem == (
        f"the window of the {kind} data is over 128 MiB; pack it again with a smaller one"
    )


@pytest.mark.parametrize(
    ("pack", "size"),
    [
        pytest.param(xz_with_window, 64, id="xz-9"),
        pytest.param(xz_with_window, 128, id="xz-128-mib"),
        pytest.param(zstd_with_window, 27, id="zstd-long-27"),
    ],
)
def test_a_window_within_the_bound_is_unpacked(pack: Callable[[int], bytes], size: int) -> None:
    assert unpack(pack(size)) == (TEXT, None)


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(b"", id="empty"),
        pytest.param("BZh9 أخبار".encode(), id="prose"),
        pytest.param(zlib.compress(TEXT), id="bare-zlib"),
        pytest.param(b'{"title": 1}', id="json"),
    ],
)
def test_other_bytes_are_left_alone(first: bytes) -> None:
    assert find_compression(first[:MAGIC]) is None
    assert unpack(first) == (first, None)


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("أخبار.jsonl.gz", "أخبار.jsonl"),
        ("NEWS.JSON.ZST", "NEWS.JSON"),
        ("page.html.bz2", "page.html"),
        ("dump.tgz", "dump"),
        ("dump.tar.xz", "dump.tar"),
        ("news.json", "news.json"),
        ("gz", "gz"),
    ],
)
def test_the_name_without_the_compression(name: str, bare: str) -> None:
    assert bare_name(name) == bare
