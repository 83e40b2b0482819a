import gzip
import os
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.fetch.streams import CHUNK, HEAD, Stream, open_stream

LONG = os.urandom(3 * CHUNK + 17)
ZEROS = bytes(20 * CHUNK)


def drain(stream: Stream) -> bytes:
    return b"".join(iter(stream.read, b""))


def contents(path: Path) -> tuple[bytes, str | None]:
    with open_stream(path) as stream:
        stream.head()
        return drain(stream), stream.fault.reason if stream.fault else None


@pytest.mark.parametrize(
    ("stored", "told"),
    [
        pytest.param(b"", b"", id="empty"),
        pytest.param(b"\x1f", b"\x1f", id="one-byte"),
        pytest.param(LONG, LONG, id="longer-than-a-chunk"),
        pytest.param(gzip.compress(LONG), LONG, id="gzip"),
        pytest.param(gzip.compress(ZEROS), ZEROS, id="gzip-that-packs-well"),
        pytest.param(gzip.compress(b""), b"", id="gzip-of-nothing"),
        pytest.param(gzip.compress(b"a") + gzip.compress(b"b"), b"ab", id="two-members"),
        pytest.param(gzip.compress(b"a") + bytes(512), b"a", id="padded"),
        pytest.param(gzip.compress(b"a") + bytes(9) + gzip.compress(b"b"), b"ab", id="pad-between"),
    ],
)
def test_reads_the_whole(tmp_path: Path, stored: bytes, told: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(stored)
    assert contents(path) == (told, None)


def test_the_head_is_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(gzip.compress(LONG))
    with open_stream(path) as stream:
        assert stream.head() == stream.head() == LONG[:HEAD]
        assert drain(stream) == LONG
        assert stream.taken == path.stat().st_size


@pytest.mark.parametrize("lost", [1, 8, 9, 500])
def test_a_truncated_gzip_gives_what_is_there_and_says_so(tmp_path: Path, lost: int) -> None:
    path = tmp_path / "file.gz"
    path.write_bytes(gzip.compress(LONG, 1)[:-lost])
    data, reason = contents(path)
    assert reason == "truncated"
    assert LONG.startswith(data)
    assert len(data) > len(LONG) - 500 - CHUNK


@pytest.mark.parametrize(
    "stored",
    [
        pytest.param(gzip.compress(b"abc")[:-8] + bytes(8), id="wrong-checksum"),
        pytest.param(gzip.compress(b"abc") + b"garbage", id="garbage-behind"),
        pytest.param(b"\x1f\x8bnot gzip at all", id="only-looks-like-it"),
    ],
)
def test_damaged_gzip_says_so(tmp_path: Path, stored: bytes) -> None:
    path = tmp_path / "file.gz"
    path.write_bytes(stored)
    assert contents(path)[1] == "unreadable"


@given(st.binary(max_size=300), st.integers(0, 400))
def test_any_cut_of_a_gzip_ends(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, cut: int
) -> None:
    path = tmp_path_factory.mktemp("cut") / "file"
    path.write_bytes(gzip.compress(data)[:cut])
    told, reason = contents(path)
    whole = cut >= len(gzip.compress(data))
    assert (told == data and reason is None) if whole else (reason is not None or cut < 2)


def test_a_bomb_comes_in_pieces(tmp_path: Path) -> None:
    packer = zlib.compressobj(9, wbits=31)
    path = tmp_path / "bomb.gz"
    path.write_bytes(packer.compress(bytes(1 << 26)) + packer.flush())
    with open_stream(path) as stream:
        sizes = [len(piece) for piece in iter(stream.read, b"")]
    assert sum(sizes) == 1 << 26
    assert max(sizes) <= CHUNK


@pytest.mark.parametrize("kind", ["missing", "folder", "fifo", "device", "nul-in-name"])
def test_what_cannot_be_read_is_a_fault(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "thing"
    if kind == "folder":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "device":
        path = Path("/dev/zero")
    elif kind == "nul-in-name":
        path = tmp_path / "a\0b"
    assert contents(path) == (b"", "unreadable")


class Failing:
    """A file on a disk that fails after its first bytes."""

    def __init__(self) -> None:
        self.reads = 0

    def read(self, size: int) -> bytes:
        self.reads += 1
        if self.reads > 2:
            raise OSError(5, "Input/output error")
        return b"x" * min(size, 4)


def test_a_read_error_keeps_what_came_before() -> None:
    stream = Stream(Failing())  # type: ignore[arg-type]
    assert drain(stream) == b"x" * 6
    assert stream.fault is not None
    assert stream.fault.reason == "unreadable"
    assert "Input/output error" in stream.fault.problem
