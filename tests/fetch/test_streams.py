import gzip
import io
import os
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from tasks.errors import RejectRecord
from tasks.fetch.streams import HEAD, IN_MEMORY, RATIO_FROM, Budget, Stream, open_stream
from tasks.fetch.unpacking import CHUNK
from tests.fetch.archiving import Pieces

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


@pytest.mark.parametrize("pack", [gzip.compress, zstd.compress])
def test_many_small_members_come_in_few_pieces(pack: Callable[[bytes], bytes]) -> None:
    """A reader copies what is unfinished at each piece: one byte at a time took the square."""
    stream = Stream(io.BytesIO(pack(b"a") * 200_000))
    pieces = list(iter(stream.read, b""))
    assert b"".join(pieces) == b"a" * 200_000
    assert len(pieces) <= 2


def test_what_came_before_a_fault_is_given(tmp_path: Path) -> None:
    stream = Stream(io.BytesIO(gzip.compress(b"a") + gzip.compress(b"b" * 1000)[:-9]))
    assert drain(stream).startswith(b"abb")
    assert stream.fault is not None


def test_a_link_that_stands_where_a_file_was_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "a.txt").symlink_to(tmp_path / "secret")
    assert contents(tmp_path / "a.txt") == (b"", "unreadable")


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

    def read(self, size: int, /) -> bytes:
        self.reads += 1
        if self.reads > 4:
            raise OSError(5, "Input/output error")
        return b"x" * min(size, 4)


def test_a_read_error_keeps_what_came_before() -> None:
    stream = Stream(Failing())
    assert drain(stream) == b"x" * (4 + 4 + 2 + 4)
    assert stream.fault is not None
    assert stream.fault.reason == "unreadable"
    assert "Input/output error" in stream.fault.problem


@pytest.mark.parametrize(
    "damage", [zlib.error("invalid block"), ValueError("bad\nvalue"), EOFError()]
)
def test_errors_of_the_source_are_faults(damage: Exception) -> None:
    class Damaged:
        def read(self, size: int, /) -> bytes:
            raise damage

    stream = Stream(Damaged(), damage=(zlib.error, ValueError))
    assert (stream.head(), stream.read(), stream.read()) == (b"", b"", b"")
    assert stream.fault is not None
    assert stream.fault.reason == ("truncated" if isinstance(damage, EOFError) else "unreadable")
    assert "\n" not in stream.fault.problem


def budget(*, size: int = 1 << 30, most: int = 1 << 30, ratio: int = 100) -> Budget:
    return Budget(size=size, max_bytes=most, max_ratio=ratio)


def test_a_budget_ends_what_unpacks_too_far() -> None:
    stream = Stream(io.BytesIO(gzip.compress(ZEROS)), budget=budget(most=3 * CHUNK))
    assert drain(stream) == bytes(3 * CHUNK)
    assert stream.fault is not None
    assert stream.fault.reason == "expands-too-far"
    assert f"{3 * CHUNK:,} bytes" in stream.fault.problem


def test_a_budget_is_shared_and_counts_what_is_unpacked_once() -> None:
    shared = budget(most=5)
    assert drain(Stream(io.BytesIO(b"not packed"), budget=shared)) == b"not packed"
    assert drain(Stream(io.BytesIO(gzip.compress(b"abc")), budget=shared)) == b"abc"
    assert shared.spent == 3
    second = Stream(io.BytesIO(gzip.compress(b"abc")), budget=shared)
    assert drain(second) == b""
    assert second.fault is not None
    assert shared.exhausted


def test_the_ratio_counts_only_for_much() -> None:
    small = budget(size=1, ratio=2)
    small.spend(RATIO_FROM)
    with pytest.raises(RejectRecord, match="2 times its 1 bytes"):
        small.spend(1)
    large = budget(size=RATIO_FROM, ratio=2)
    large.spend(2 * RATIO_FROM)
    assert not large.exhausted


@pytest.mark.parametrize(
    "first", [b"PK\x03\x04abc", b"", gzip.compress(LONG)], ids=["plain", "empty", "gzip"]
)
def test_the_whole_can_be_read_here_and_there(tmp_path: Path, first: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(first)
    with open_stream(path) as stream:
        stream.head()
        whole = stream.whole()
        told = LONG if stream.packed else first
        assert whole.read() == told
        assert whole.seek(-1 if told else 0, io.SEEK_END) == max(len(told) - 1, 0)
        assert whole.read() == told[-1:]
        assert stream.read() == b""
        assert stream.fault is None


def test_the_whole_of_a_file_in_a_file_is_bounded() -> None:
    stream = Stream(io.BytesIO(gzip.compress(bytes(IN_MEMORY + 1), 1)))
    with pytest.raises(RejectRecord, match="unpack it first") as refused:
        stream.whole()
    assert refused.value.reason == "too-large"


def test_the_whole_of_a_cut_file_is_refused() -> None:
    with pytest.raises(RejectRecord, match="end mark") as refused:
        Stream(io.BytesIO(gzip.compress(LONG)[:-1])).whole()
    assert refused.value.reason == "truncated"


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        pytest.param("windows-1256", "أعلن الوزير، أمس", id="windows-1256"),
        pytest.param("utf-16", "أعلن 😀 الوزير", id="utf-16-with-mark"),
        pytest.param("utf-16-be", "\N{ZERO WIDTH NO-BREAK SPACE}أعلن", id="mark-of-its-own"),
        pytest.param("utf-16-le", "", id="empty"),
    ],
)
@pytest.mark.parametrize("looked", [True, False], ids=["head-first", "at-once"])
def test_recodes(encoding: str, text: str, looked: bool) -> None:
    stream = Stream(Pieces(text.encode(encoding), [1, 3, 2]))
    if looked:
        stream.head()
    stream.recode(encoding)
    assert drain(stream).decode() == text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
    assert stream.fault is None


@pytest.mark.parametrize(
    ("encoding", "stored"),
    [
        pytest.param("utf-16-le", "أعلن".encode("utf-16-le")[:-1], id="half-a-letter"),
        pytest.param("utf-8", "أعلن".encode() + b"\xff", id="no-letter"),
    ],
)
def test_what_is_not_of_the_encoding_is_a_fault(encoding: str, stored: bytes) -> None:
    stream = Stream(io.BytesIO(stored))
    stream.recode(encoding)
    told = drain(stream).decode()
    assert "أعلن".startswith(told)
    assert stream.fault is not None
    assert stream.fault.reason == "unknown-encoding"


@pytest.mark.parametrize(
    ("encoding", "stray"),
    [
        pytest.param("iso-8859-6", b"\xa1", id="no-letter-of-iso"),
        pytest.param("utf-16-le", b"\x00\xd8", id="half-a-pair"),
        pytest.param("utf-16-be", b"\xdc\x00", id="the-other-half"),
    ],
)
def test_a_stray_of_the_encoding_stays_where_it_is(encoding: str, stray: bytes) -> None:
    line = "أعلن الوزير\n".encode(encoding)
    stream = Stream(Pieces(line + stray + line + line, [1, 3, 2]))
    stream.recode(encoding)
    lines = drain(stream).split(b"\n")
    assert stream.fault is None
    assert [line for line in lines if line.decode("utf-8", "ignore") == "أعلن الوزير"] == lines[:3]
    with pytest.raises(UnicodeDecodeError):
        lines[1].decode()
    assert lines[2].decode() == "أعلن الوزير"
