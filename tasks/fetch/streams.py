"""Files as bounded streams of bytes, unpacked when their first bytes say that they are gzip.

ISA-L unpacks in two fifths of the time of the standard library's zlib, whose interface it has.
"""

import io
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from isal import isal_zlib
from isal.igzip_lib import IsalError

from tasks.errors import RejectRecord
from tasks.fetch.wording import shorten

CHUNK: Final = 512 * 1024
"""Bytes handed on at once, at most."""

PACKED_CHUNK: Final = 128 * 1024
"""Packed bytes read at once: Arabic JSON unpacks to about four times its size."""

HEAD: Final = 64 * 1024
"""Bytes by which a format is recognised, and that are kept of what is too large to keep."""

GZIP: Final = b"\x1f\x8b"
_MEMBER: Final = GZIP + b"\x08"
"""How a gzip member begins: its mark, and the one method there is."""

_DAMAGED: Final = "the gzip data is damaged"
_GZIP_WINDOW: Final = 31
"""zlib's code for a gzip header with the largest window."""


class Stream:
    """The bytes of one file, read once.

    ``read`` returns ``b""`` at the end, also at an early one: then ``fault`` says why, with reason
    ``unreadable`` or ``truncated``. ``taken`` counts the bytes that came from the disk.
    """

    def __init__(self, file: io.FileIO | None, *, fault: RejectRecord | None = None) -> None:
        self.fault = fault
        self.taken = 0
        self.packed = False
        self._file = file
        self._ahead = b""
        self._chunks: Iterator[bytes] = iter(())
        if file is not None:
            self._ahead = self._attempt(lambda: self._take(len(GZIP)))
            self.packed = self._ahead == GZIP
            if self.packed:
                self._chunks = _gunzip(self._ahead, lambda: self._take(PACKED_CHUNK))
                self._ahead = b""
            else:
                self._chunks = iter(lambda: self._take(CHUNK), b"")

    def head(self) -> bytes:
        """Return the first bytes, up to ``HEAD``, and leave them in the stream."""
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

    def _next(self) -> bytes:
        return self._attempt(lambda: next(self._chunks, b"")) if self.fault is None else b""

    def _take(self, size: int) -> bytes:
        data = self._file.read(size) if self._file is not None else b""
        self.taken += len(data)
        return data

    def _attempt(self, read: Callable[[], bytes]) -> bytes:
        try:
            return read()
        except OSError as error:
            self.fault = unreadable(error)
        except EOFError as error:
            self.fault = RejectRecord(str(error), reason="truncated")
        except RejectRecord as fault:
            self.fault = fault
        except IsalError as error:  # type: ignore[misc]  # its stubs take it for an instance
            self.fault = RejectRecord(f"{_DAMAGED}: {error}", reason="unreadable")
        return b""


@contextmanager
def open_stream(path: str | Path) -> Iterator[Stream]:
    """Open the file; one that cannot be opened gives an empty stream with its ``fault``.

    Only regular files are read: opening never waits for a writer, as it would on a fifo.
    """
    try:
        number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        yield Stream(None, fault=unreadable(error))
        return
    try:
        kind = os.fstat(number).st_mode
        if stat.S_ISREG(kind):
            yield Stream(io.FileIO(number, closefd=False))
        else:
            yield Stream(None, fault=irregular(kind))
    finally:
        os.close(number)


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


def _gunzip(first: bytes, take: Callable[[], bytes]) -> Iterator[bytes]:
    """Unpack members one after the other, in pieces of ``CHUNK`` at most.

    Raises ``EOFError`` when the data ends inside a member and ``IsalError`` or
    :class:`RejectRecord` when it is damaged.
    """
    data = first
    while data:
        while len(data) < len(_MEMBER) and (more := take()):
            data += more
        if not _MEMBER.startswith(data[: len(_MEMBER)]):  # ISA-L would wait for a whole header
            raise RejectRecord(f"{_DAMAGED}: there is no header", reason="unreadable")
        member = isal_zlib.decompressobj(_GZIP_WINDOW)
        while not member.eof:
            data = data or take()
            unpacked = member.decompress(data, CHUNK)
            if unpacked:
                yield unpacked
            elif not data:
                raise EOFError("the gzip data ends before its end mark")
            data = member.unconsumed_tail
        data = member.unused_data.lstrip(b"\0")
        while not data and (more := take()):
            data = more.lstrip(b"\0")
