"""Files and members of archives as bounded streams of bytes, unpacked where they are compressed."""

import codecs
import io
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final, Protocol, Self, cast

from tasks.errors import RejectRecord
from tasks.fetch.unpacking import CHUNK, MAGIC, find_compression
from tasks.fetch.wording import shorten

PACKED_CHUNK: Final = 128 * 1024
"""Packed bytes read at once: Arabic JSON unpacks to about four times its size."""

HEAD: Final = 64 * 1024
"""Bytes by which a format is recognised, and that are kept of what is too large to keep."""

IN_MEMORY: Final = 64 * 1024 * 1024
"""What must be read here and there (zip, Parquet) inside something else is held up to this size."""

RATIO_FROM: Final = 64 * 1024 * 1024
"""Unpacked bytes from which the ratio counts: a small file of blanks is no bomb."""


@dataclass(slots=True)
class Budget:
    """What one file may unpack to, all that is nested in it taken together.

    ``spend`` raises :class:`RejectRecord` when the bytes unpacked so far are more than
    ``max_bytes``, or than ``max_ratio`` times the file's ``size`` and more than ``RATIO_FROM``.
    """

    size: int
    max_bytes: int
    max_ratio: int
    spent: int = 0

    def spend(self, count: int) -> None:
        """Count bytes that came out of a decompressor; none, to ask whether any more may come."""
        self.spent += count
        if not self.exhausted:
            return
        limit = f"{self.max_bytes:,} bytes"
        if self.spent <= self.max_bytes:
            limit = f"{self.max_ratio} times its {self.size:,} bytes"
        problem = f"it unpacks to more than {limit}; the rest is not read"
        raise RejectRecord(problem, reason="expands-too-far")

    @property
    def exhausted(self) -> bool:
        """Whether no more is unpacked."""
        by_ratio = max(RATIO_FROM, self.max_ratio * self.size)
        return self.spent > min(self.max_bytes, by_ratio)


_NO_END: Final = 1 << 62


_STRAYS: Final = {
    "iso-8859-6": "surrogateescape",
    "windows-1256": "surrogateescape",
    "utf-16-le": "surrogatepass",
    "utf-16-be": "surrogatepass",
}
"""What is done with strays, by encoding: of one byte, they are kept; of two, as halves of pairs."""


class Source(Protocol):
    """Where a stream takes its bytes from: a file, or a member of an archive."""

    def read(self, size: int, /) -> bytes | None:
        """Return up to so many bytes, ``b""`` at the end."""


class Stream:
    """The bytes of one file, read once.

    ``read`` returns ``b""`` at the end, also at an early one: then ``fault`` says why, with reason
    ``unreadable``, ``truncated``, ``expands-too-far`` or ``unknown-encoding``. ``taken`` counts the
    bytes that came from ``source``, ``packed`` is the name of the compression. ``damage`` are the
    errors by which the source says that it is damaged.
    """

    def __init__(
        self,
        source: Source | None,
        *,
        budget: Budget | None = None,
        fault: RejectRecord | None = None,
        damage: tuple[type[Exception], ...] = (),
    ) -> None:
        self.fault = fault
        self.budget = budget or Budget(size=_NO_END, max_bytes=_NO_END, max_ratio=1)
        self.taken = 0
        self.packed: str | None = None
        self._source = source
        self._damage = damage
        self._ahead = b""
        self._chunks: Iterator[bytes] = iter(())
        self._is_held = False
        if source is not None:
            self._open()

    @classmethod
    def held(cls, data: bytes, budget: Budget | None = None) -> Self:
        """Return the stream of a whole file that is in memory: a small one, with no more to come.

        What makes a stream able to read anything costs more than most articles are long.
        """
        if find_compression(data[:MAGIC]) is not None:
            return cls(io.BytesIO(data), budget=budget)
        stream = cls(None, budget=budget)
        stream.taken = len(data)
        stream._ahead = data
        stream._is_held = True
        return stream

    def _open(self) -> None:
        first = b""
        while len(first) < MAGIC and (
            more := self._attempt(partial(self._take, MAGIC - len(first)))
        ):
            first += more  # a member of a tar comes in pieces of any size
        kind = find_compression(first)
        if kind is None:
            self._ahead = first
            self._chunks = _joined(iter(lambda: self._take(CHUNK), b""))
        else:
            self.packed = kind.name
            unpacked = kind.unpack(first, lambda: self._take(PACKED_CHUNK))
            self._chunks = _joined(self._spend(unpacked))

    def head(self) -> bytes:
        """Return the first bytes, up to ``HEAD``, and leave them in the stream."""
        if self._is_held:
            return self._ahead[:HEAD]
        parts, size = [self._ahead], len(self._ahead)
        while size < HEAD and (more := self._next()):
            parts.append(more)
            size += len(more)
        self._ahead = b"".join(parts)
        return self._ahead[:HEAD]

    def read(self) -> bytes:
        """Return the next bytes; ``b""`` at the end."""
        if self._ahead:
            ahead, self._ahead = self._ahead, b""
            return ahead
        return self._next()

    def recode(self, encoding: str) -> None:
        """Give UTF-8 from here on, of bytes in that encoding.

        A byte or half a pair that the encoding does not have stays what it is, which no UTF-8 has:
        the record that it stands in is refused, no other. Where the rest cannot be told from it the
        stream ends with a fault.
        """
        errors = _STRAYS.get(encoding, "strict")
        decoder = codecs.getincrementaldecoder(encoding)(errors)
        before = self._ahead, self._chunks
        self._is_held = False
        self._ahead, self._chunks = b"", _recoded(before[0], before[1], decoder, encoding)

    def whole(self) -> BinaryIO:
        """Return all of it as a file that can be read here and there.

        Nothing is left in the stream. Raises :class:`RejectRecord` for what is no file of its own
        and larger than ``IN_MEMORY``, and the fault of the stream.
        """
        if self.fault is None and self.packed is None and isinstance(self._source, io.FileIO):
            self._ahead, self._chunks = b"", iter(())
            self._source.seek(0)
            return cast("BinaryIO", io.BufferedReader(self._source))
        held = io.BytesIO()
        while data := self.read():
            held.write(data)
            if held.tell() > IN_MEMORY:
                raise RejectRecord(
                    f"inside another file only {IN_MEMORY:,} bytes of this kind are read; "
                    "unpack it first",
                    reason="too-large",
                )
        if self.fault is not None:
            raise self.fault
        held.seek(0)
        return held

    def _next(self) -> bytes:
        return self._attempt(partial(next, self._chunks, b"")) if self.fault is None else b""

    def _take(self, size: int) -> bytes:
        data = self._source.read(size) if self._source is not None else b""
        self.taken += len(data or b"")
        return data or b""

    def _spend(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        self.budget.spend(0)
        for chunk in chunks:
            self.budget.spend(len(chunk))
            yield chunk

    def _attempt(self, read: Callable[[], bytes]) -> bytes:
        try:
            return read()
        except EOFError as error:
            self.fault = RejectRecord(str(error) or "it ends early", reason="truncated")
        except RejectRecord as fault:
            self.fault = fault
        except self._damage as error:
            self.fault = RejectRecord(f"it is damaged: {shorten(str(error))}", reason="unreadable")
        except OSError as error:
            self.fault = unreadable(error)
        return b""


def _joined(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the same bytes, small pieces together: a reader copies what is unfinished at each.

    A million gzip members of one byte would cost it the square of that.
    """
    parts: list[bytes] = []
    size = 0
    fault = None
    try:
        for chunk in chunks:
            if parts and size + len(chunk) > CHUNK:
                yield b"".join(parts)
                parts, size = [], 0
            parts.append(chunk)
            size += len(chunk)
            if size * 2 >= CHUNK:
                yield b"".join(parts)
                parts, size = [], 0
    except Exception as error:  # noqa: BLE001  # whatever it is, what came before it comes first
        fault = error
    if parts:
        yield b"".join(parts)
    if fault is not None:
        raise fault


def _recoded(
    ahead: bytes, chunks: Iterator[bytes], decoder: codecs.IncrementalDecoder, encoding: str
) -> Iterator[bytes]:
    mark = "\N{ZERO WIDTH NO-BREAK SPACE}"
    at = 0
    data, final = ahead, False
    while not final:
        data = data or next(chunks, b"")
        final = not data
        try:
            text = decoder.decode(data, final)
        except UnicodeDecodeError as error:
            problem = f"it is not {encoding} from about byte {at + error.start:,} on"
            raise RejectRecord(problem, reason="unknown-encoding") from error
        at += len(data)
        data = b""
        if text:
            yield text.removeprefix(mark).encode("utf-8", decoder.errors)
            mark = ""


@contextmanager
def open_stream(path: str | Path, budget: Budget | None = None) -> Iterator[Stream]:
    """Open the file; one that cannot be opened gives an empty stream with its ``fault``.

    Only regular files are read: opening never waits for a writer, as it would on a fifo. A link is
    not followed: where it may be, the path of its target was found before.
    """
    try:
        number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        yield Stream(None, fault=unreadable(error))
        return
    try:
        status = os.fstat(number)
        if not stat.S_ISREG(status.st_mode):
            yield Stream(None, fault=irregular(status.st_mode))
        elif (data := _small(number, status.st_size)) is not None:
            yield Stream.held(data, budget)
        else:
            yield Stream(io.FileIO(number, closefd=False), budget=budget)
    finally:
        os.close(number)


def _small(number: int, size: int) -> bytes | None:
    """Return what a small file holds; null when it may be more, or when it cannot be read."""
    if size >= HEAD:
        return None
    with suppress(OSError):
        data = os.pread(number, HEAD, 0)
        if len(data) == size:
            return data
    return None


def unreadable(error: OSError | ValueError) -> RejectRecord:
    """Return the refusal of a file that the system does not let us read."""
    why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return RejectRecord(f"the file cannot be read: {shorten(why)}", reason="unreadable")


def irregular(mode: int) -> RejectRecord:
    """Return the refusal of something that is not a regular file, by its ``st_mode``."""
    names = {
        stat.S_IFIFO: "a named pipe",
        stat.S_IFSOCK: "a socket",
        stat.S_IFBLK: "a block device",
        stat.S_IFCHR: "a character device",
        stat.S_IFDIR: "a folder",
    }
    name = names.get(stat.S_IFMT(mode), "a special file")
    return RejectRecord(f"it is {name}, not a regular file", reason="unreadable")
