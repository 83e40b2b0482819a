"""Tar archives, read once from the first byte to the last.

The standard library reads the fields of a header, no more: ``TarFile`` takes the memory that a
header claims, calls itself for each header before another, ends in silence at a bad one, and up to
Python 3.11.9 takes the square of a header's length in time (CVE-2024-6232).
"""

import tarfile
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from tasks.errors import RejectRecord
from tasks.fetch.archives.members import (
    Archive,
    Member,
    Names,
    is_hidden,
    path_fault,
    readable_name,
    unread,
)
from tasks.fetch.streams import HEAD, Stream
from tasks.fetch.wording import shorten

_BLOCK: Final = tarfile.BLOCKSIZE
_EMPTY: Final = bytes(_BLOCK)
_NAME: Final = slice(0, 100)
_SIZE: Final = slice(124, 136)
_CHECKSUM: Final = slice(148, 156)
_KIND: Final = slice(156, 157)
_MARK: Final = slice(257, 262)
_PREFIX: Final = slice(345, 500)
_MORE_HOLES: Final = 482
_MORE_HOLES_FOLLOW: Final = 504
"""Where GNU's old files with holes say that a block of holes follows: in the header, in a block."""

_HEADERS_AT_MOST: Final = 1024 * 1024
"""Bytes of one member's headers; with extended attributes some have 64 KiB."""

_FILES: Final = frozenset({tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE})
_FOLDERS: Final = frozenset({tarfile.DIRTYPE, b"D", b"V"})
"""GNU tar has two more: a folder with the list of what was in it, and the label of the tape."""

_PAX: Final = frozenset({tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE})
_GNU_LONG: Final = frozenset({tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK})
_BEFORE_A_MEMBER: Final = _PAX | _GNU_LONG | {tarfile.XGLTYPE}

_HOLES: Final = "it is a file with holes; pack it without --sparse"

_KINDS: Final = {
    tarfile.LNKTYPE: "it is a link",
    tarfile.SYMTYPE: "it is a link",
    tarfile.CHRTYPE: "it is a character device",
    tarfile.BLKTYPE: "it is a block device",
    tarfile.FIFOTYPE: "it is a named pipe",
    tarfile.GNUTYPE_SPARSE: _HOLES,
}

_WITHOUT_CONTENT: Final = frozenset(tarfile.SUPPORTED_TYPES) - _FILES - {tarfile.GNUTYPE_SPARSE}
"""Links, devices and folders, whatever size their headers tell."""


_USUAL: Final = frozenset({tarfile.REGTYPE, tarfile.XHDTYPE})
"""Kinds of header that are read here, in a tenth of the time of the standard library."""


class _Fields(NamedTuple):
    """One block of headers."""

    name: bytes
    kind: bytes
    size: int


class _Header(NamedTuple):
    """What stands before one member's bytes."""

    name: str
    kind: bytes
    size: int
    has_holes: bool


class _Forward:
    """The bytes of the tar, in pieces of any size; it only ever goes forward."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.place = 0
        self._data = b""
        self._next = 0
        self._has_end = False

    def take(self, size: int) -> bytes:
        """Return up to so many bytes; ``b""`` at the end."""
        if self._next >= len(self._data):
            self._data, self._next = self.stream.read(), 0
        data = self._data[self._next : self._next + size]
        self._next += len(data)
        self.place += len(data)
        return data

    def skip_to(self, place: int) -> None:
        """Pass over what is left of a member."""
        while self.place < place:
            if not self.take(place - self.place):
                raise self.cut("inside a member")

    def at_hand(self, size: int) -> bytes | None:
        """Return so many bytes when they have been read already."""
        end = self._next + size
        if end > len(self._data):
            return None
        data = self._data[self._next : end]
        self._next = end
        self.place += size
        return data

    def exactly(self, size: int) -> bytes:
        """Return so many bytes of a member's headers."""
        data = self._up_to(size)
        if len(data) < size:
            raise self.cut("inside a header")
        return data

    def next_header(self) -> bytes:
        """Return the next block that is not empty; ``b""`` at the end of the archive.

        Empty blocks end a tar; where tars were put behind one another more follows.
        """
        while (block := self._up_to(_BLOCK)) == _EMPTY:
            self._has_end = True
        if len(block) == _BLOCK:
            self._has_end = False
            return block
        if block.strip(b"\0"):
            raise self.cut("inside a header")
        if not self._has_end or self.stream.fault is not None:
            raise self.cut("before the empty blocks that end a tar")
        return b""

    def cut(self, where: str) -> RejectRecord:
        """Return the refusal of what follows the end, or what the stream says of it."""
        problem = f"the tar is cut at byte {self.place:,}: it ends {where}"
        return self.stream.fault or RejectRecord(problem, reason="truncated")

    def damaged(self, why: str) -> RejectRecord:
        """Return the refusal of what follows this place."""
        problem = f"the tar is damaged before byte {self.place:,}: {shorten(why)}"
        return RejectRecord(problem, reason="unreadable")

    def _up_to(self, size: int) -> bytes:
        data = self.at_hand(size)
        if data is not None:
            return data
        data = self.take(size)
        while len(data) < size and (more := self.take(size - len(data))):
            data += more
        return data


class _Content:
    """The bytes of one member."""

    def __init__(self, file: _Forward, size: int) -> None:
        self._file = file
        self._left = size

    def read(self, size: int, /) -> bytes:
        """Return up to so many bytes, ``b""`` at the end."""
        data = self._file.take(min(size, self._left))
        if not data and self._left:
            raise self._file.cut("inside this member")
        self._left -= len(data)
        return data

    def close(self) -> None:
        """Give no more: what follows belongs to the next member."""
        self._left = 0


def sniff(head: bytes) -> bool:
    """Whether the first bytes are a tar header: its mark, or in the oldest kind its checksum."""
    block = head[:_BLOCK]
    if b"\0" not in block:  # a text
        return False
    return block[_MARK] == b"ustar" or (len(block) == _BLOCK and _has_checksum(block))


def _has_checksum(block: bytes) -> bool:
    told = block[_CHECKSUM].strip(b" \0")
    if not told or told.translate(None, b"01234567"):
        return False
    blanked = block[: _CHECKSUM.start] + b" " * 8 + block[_CHECKSUM.stop :]
    return int(told, 8) == sum(blanked)


def members(stream: Stream) -> Iterator[Member]:
    """Yield the files in the tar, in their order."""
    file = _Forward(stream)
    names = Names()
    while (header := _next_member(file)) is not None:
        end = file.place + _padded(header.size)
        if header.kind not in _FOLDERS and not is_hidden(header.name):
            yield from _member(names.add(header.name), header, file)
        file.skip_to(end)


def _next_member(file: _Forward) -> _Header | None:
    block = file.next_header()
    if not block:
        return None
    pax: dict[bytes, bytes] = {}
    long_name = b""
    room = _HEADERS_AT_MOST
    info = _fields(file, block)
    while info.kind in _BEFORE_A_MEMBER:
        room -= _BLOCK + info.size
        if room < 0:
            raise file.damaged(f"the headers of one member are over {_HEADERS_AT_MOST:,} bytes")
        told = file.exactly(_padded(info.size))[: info.size]
        if info.kind == tarfile.GNUTYPE_LONGNAME:
            long_name = told.partition(b"\0")[0]
        elif info.kind in _PAX:
            pax.update(_records(file, told))
        block = file.exactly(_BLOCK)
        info = _fields(file, block)
    has_holes = info.kind == tarfile.GNUTYPE_SPARSE or any(b"GNU.sparse." in key for key in pax)
    name = pax.get(b"GNU.sparse.name") or pax.get(b"path") or long_name or info.name
    size = 0 if info.kind in _WITHOUT_CONTENT else _size(file, info, pax)
    more_holes = info.kind == tarfile.GNUTYPE_SPARSE and block[_MORE_HOLES]
    while more_holes:
        more_holes = file.exactly(_BLOCK)[_MORE_HOLES_FOLLOW]
    return _Header(readable_name(name).removeprefix("./"), info.kind, size, has_holes)


def _fields(file: _Forward, block: bytes) -> _Fields:
    kind, size, checksum = block[_KIND], _octal(block[_SIZE]), _octal(block[_CHECKSUM])
    blanked = sum(block) - sum(block[_CHECKSUM]) + 8 * ord(" ")
    if kind in _USUAL and size is not None and checksum == blanked:
        name, prefix = (block[place].partition(b"\0")[0] for place in (_NAME, _PREFIX))
        return _Fields(prefix + b"/" + name if prefix else name, kind, size)
    try:
        info = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except (tarfile.TarError, ValueError) as error:
        raise file.damaged(str(error)) from error
    if info.size < 0:
        raise file.damaged("a size is below zero")
    return _Fields(info.name.encode("utf-8", "surrogateescape"), info.type, info.size)


def _octal(field: bytes) -> int | None:
    """Return the number, null when it is not plainly one."""
    digits = field.partition(b"\0")[0].strip()
    return int(digits, 8) if digits and not digits.translate(None, b"01234567") else None


def _size(file: _Forward, info: _Fields, pax: Mapping[bytes, bytes]) -> int:
    told = pax.get(b"size")
    if told is None:
        return info.size
    if not told.isdigit() or len(told) > 20:
        raise file.damaged("a size is not a number")
    return int(told)


def _records(file: _Forward, data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the keys and values of «27 path=أخبار.json» lines, whose length the number tells."""
    start = 0
    while start < len(data) and data[start]:
        digits = data[start : start + 20].partition(b" ")[0]
        length = int(digits) if digits.isdigit() else 0
        key, equals, value = data[start + len(digits) + 1 : start + length].partition(b"=")
        if not equals or not value.endswith(b"\n") or start + length > len(data):
            raise file.damaged("an extended header is not a list of keys and values")
        yield key, value[:-1]
        start += length


def _padded(size: int) -> int:
    return -(-size // _BLOCK) * _BLOCK


def _member(name: str, header: _Header, file: _Forward) -> Iterator[Member]:
    fault = path_fault(header.name)
    if fault is not None:
        yield Member(name, Stream(None, fault=fault))
    elif header.has_holes:
        yield Member(name, unread(_HOLES))
    elif header.kind not in _FILES:
        yield Member(name, unread(_KINDS.get(header.kind, "it is a special file")))
    elif header.size < HEAD and (data := file.at_hand(header.size)) is not None:
        yield Member(name, Stream.held(data, file.stream.budget))
    else:
        content = _Content(file, header.size)
        yield Member(name, Stream(content, budget=file.stream.budget))
        content.close()


TAR: Final = Archive(name="tar", sniff=sniff, members=members)
