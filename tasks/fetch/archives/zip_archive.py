"""Zip archives, by the standard library; within bounds that it does not set itself."""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import BinaryIO, Final

from tasks.errors import RejectRecord
from tasks.fetch.archives.members import (
    Archive,
    Member,
    Names,
    Spending,
    is_hidden,
    path_fault,
    readable_name,
    unread,
)
from tasks.fetch.streams import Stream
from tasks.fetch.wording import shorten

_BEGINNINGS: Final = (b"PK\x03\x04", b"PK\x05\x06")
"""A first member, or the end of an empty archive."""

_LARGEST_READ: Final = 16 * 1024 * 1024
"""Of the table of contents, which takes 16 times its size in memory: some 160,000 members."""

_ENCRYPTED: Final = 0x1
_NAME_IS_UTF8: Final = 0x800

_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""The standard library unpacks the others (bzip2, LZMA) without a bound on what one read gives."""

_METHOD_NAMES: Final = {9: "deflate64", 12: "bzip2", 14: "LZMA", 93: "zstd", 95: "xz", 98: "PPMd"}

_DAMAGE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    ValueError,
    OverflowError,  # a place beyond what a file can have
)

_LONGEST_END: Final = 22 + 65_535
"""The last record with its comment, among whose bytes the standard library looks for it."""

_COUNT_ENDS: Final = 1 << 16
_IN_ZIP64: Final = _COUNT_ENDS - 1

_LOCAL_HEADER: Final = 30
"""Bytes before each member, less its name and its extra fields."""

_DOCUMENT_MARKS: Final = frozenset(
    {"[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF", "AndroidManifest.xml"}
)
"""Members by which Word, Excel, OpenDocument, EPUB, Java and Android files are told."""


class _BoundedFile:
    """A file none of whose reads is larger than ``_LARGEST_READ``."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1, /) -> bytes:
        data = self._file.read(min(size, _LARGEST_READ + 1) if size >= 0 else _LARGEST_READ + 1)
        if len(data) > _LARGEST_READ:
            problem = f"its table of contents is over {_LARGEST_READ:,} bytes; split the archive"
            raise RejectRecord(problem, reason="too-large")
        return data

    def close(self) -> None:
        """Leave the file to its owner."""


def sniff(head: bytes) -> bool:
    """Whether the first bytes are those of a zip."""
    return head.startswith(_BEGINNINGS)


def members(stream: Stream) -> Iterator[Member]:
    """Yield the files in the zip, in the order of its table of contents."""
    file = _BoundedFile(stream.whole())
    try:
        archive = zipfile.ZipFile(file)
        told = _told_members(file)
    except (*_DAMAGE, OSError) as error:
        raise _no_contents(error) from error
    with archive:
        listed = archive.infolist()
        if not _DOCUMENT_MARKS.isdisjoint(info.filename for info in listed):
            problem = "it is an office document or a program; save what it holds as text or CSV"
            raise RejectRecord(problem, reason="unknown-format")
        names = Names()
        overlapping = _overlapping(listed)
        for info in listed:
            name = _name_of(info)
            if name.endswith("/") or is_hidden(name):
                continue
            if stream.budget.exhausted:
                problem = "it unpacks to too much; from this member on it is not read"
                raise RejectRecord(problem, reason="expands-too-far", member=shorten(name))
            shown = names.add(name)
            if id(info) in overlapping:
                why = "it overlaps another member, as in archives made to fill disks"
                yield Member(shown, unread(why))
            else:
                yield from _member(archive, info, shown, stream)
        if told not in {len(listed) % _COUNT_ENDS, _IN_ZIP64}:
            problem = f"the zip is damaged: {len(listed):,} members are listed, it says {told:,}"
            raise RejectRecord(problem, reason="unreadable")


def _told_members(file: _BoundedFile) -> int:
    """Return how many members the last record tells, up to ``_COUNT_ENDS``."""
    file.seek(max(file.seek(0, io.SEEK_END) - _LONGEST_END, 0))
    tail = file.read()
    place = tail.rfind(b"PK\x05\x06")
    count: int = struct.unpack_from("<H", tail, place + 10)[0]
    return count


def _overlapping(listed: Sequence[zipfile.ZipInfo]) -> set[int]:
    """Return the ``id`` of the members that reach into the next one, as bombs are built.

    See Fifield, A better zip bomb (WOOT 2019). Of Python's releases some refuse them when they are
    opened, some only warn, and those up to 3.11.7 do neither.
    """
    placed = sorted(listed, key=lambda info: info.header_offset)
    return {
        id(info)
        for info, after in pairwise(placed)
        if info.header_offset + _LOCAL_HEADER + info.compress_size > after.header_offset
    }


def _no_contents(error: Exception) -> RejectRecord:
    why = shorten(str(error))
    problem = f"the zip is cut or damaged, it has no sound table of contents: {why}"
    return RejectRecord(problem, reason="truncated" if "not a zip" in why else "unreadable")


def _name_of(info: zipfile.ZipInfo) -> str:
    """Return the member's path; without the mark of UTF-8 it was read as code page 437."""
    if info.flag_bits & _NAME_IS_UTF8:
        name = info.orig_filename
    else:
        name = readable_name(info.orig_filename.encode("cp437"))
    return name.replace("\\", "/")


def _member(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, stream: Stream
) -> Iterator[Member]:
    fault = path_fault(name)
    if fault is not None:
        yield Member(name, Stream(None, fault=fault))
    elif stat.S_ISLNK(info.external_attr >> 16):
        yield Member(name, unread("it is a link"))
    elif info.flag_bits & _ENCRYPTED:
        yield Member(name, unread("it is encrypted; unpack it with its password"))
    elif info.compress_type not in _METHODS:
        method = _METHOD_NAMES.get(info.compress_type, f"method {info.compress_type}")
        yield Member(name, unread(f"it is packed by {method}; only deflate is read in a zip"))
    else:
        try:
            file = archive.open(info)
        except (*_DAMAGE, OSError) as error:
            yield Member(name, unread(f"the zip is damaged here: {shorten(str(error))}"))
            return
        with file:
            source = Spending(file, stream.budget)
            yield Member(name, Stream(source, budget=stream.budget, damage=_DAMAGE))


ZIP: Final = Archive(name="zip", sniff=sniff, members=members)
