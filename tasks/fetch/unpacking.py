"""Compressed bytes unpacked in bounded pieces, told by their first bytes.

ISA-L unpacks gzip in two fifths of the time of the standard library's zlib, whose interface it has;
zstd is the module of Python 3.14's standard library.
"""

import bz2
import lzma
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from backports import zstd
from isal import isal_zlib
from isal.igzip_lib import IsalError

from tasks.errors import RejectRecord
from tasks.fetch.wording import shorten

CHUNK: Final = 512 * 1024
"""Bytes handed on at once, at most."""

MAGIC: Final = 10
"""Bytes by which a compression is told: bzip2 needs them all, as prose may begin with «BZh»."""

_WINDOW_LOG: Final = 27
"""Windows up to 128 MiB, as the zstd command's default; a larger one is a bomb, or wants a flag."""

_WINDOW_MIB: Final = 1 << (_WINDOW_LOG - 20)

_XZ_MEMORY: Final = (_WINDOW_MIB + 1) * 1024 * 1024
"""The window, and less than 1 MiB beside it; that of xz's best preset is of 64 MiB."""

_TOO_WIDE: Final = re.compile("Memory usage limit exceeded|Frame requires too much memory")
"""How liblzma and libzstd say that a window is over the bound; neither error has a code."""

_GZIP_MEMBER: Final = b"\x1f\x8b\x08"
"""How a gzip member begins: its mark, and the one method there is."""

_GZIP_WINDOW: Final = 31
"""zlib's code for a gzip header with the largest window."""

Take = Callable[[], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compression:
    """One kind: how it begins, the suffixes of its files, and what unpacks ``first`` and the rest.

    ``unpack`` yields pieces of ``CHUNK`` at most. It raises ``EOFError`` when the data ends early
    and :class:`RejectRecord` when it is damaged or wants too much memory.
    """

    name: str
    begins: re.Pattern[bytes]
    suffixes: tuple[str, ...]
    unpack: Callable[[bytes, Take], Iterator[bytes]]


class _Unpacker(Protocol):
    """The interface of ``bz2``, ``lzma`` and ``compression.zstd``."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


def _gunzip(first: bytes, take: Take) -> Iterator[bytes]:
    data = first
    while data:
        while len(data) < len(_GZIP_MEMBER) and (more := take()):
            data += more
        if not _GZIP_MEMBER.startswith(data[: len(_GZIP_MEMBER)]):
            # ISA-L would wait for a whole header.
            raise _damaged("gzip", "there is no header")
        member = isal_zlib.decompressobj(_GZIP_WINDOW)
        while not member.eof:
            data = data or take()
            try:
                unpacked = member.decompress(data, CHUNK)
            except IsalError as error:  # type: ignore[misc]  # its stubs take it for an instance
                raise _damaged("gzip", str(error)) from error
            if unpacked:
                yield unpacked
            elif not data:
                raise _cut("gzip")
            data = member.unconsumed_tail
        data = _behind_padding(member.unused_data, take)


def _unpack_with(
    name: str, make: Callable[[], _Unpacker], first: bytes, take: Take
) -> Iterator[bytes]:
    data = first
    while data:
        member = make()
        while not member.eof:
            if not data and member.needs_input:
                data = take()
                if not data:
                    raise _cut(name)
            try:
                unpacked = member.decompress(data, CHUNK)
            except (OSError, EOFError, lzma.LZMAError, zstd.ZstdError) as error:
                raise _damaged(name, str(error)) from error
            data = b""
            if unpacked:
                yield unpacked
        data = _behind_padding(member.unused_data, take)


def _behind_padding(data: bytes, take: Take) -> bytes:
    """Return what stands behind the NULs that tapes and xz put between members."""
    data = data.lstrip(b"\0")
    while not data and (more := take()):
        data = more.lstrip(b"\0")
    return data


def _cut(name: str) -> EOFError:
    return EOFError(f"the {name} data ends before its end mark")


def _damaged(name: str, why: str) -> RejectRecord:
    if _TOO_WIDE.search(why):
        return RejectRecord(
            f"the window of the {name} data is over {_WINDOW_MIB} MiB; "
            "pack it again with a smaller one",
            reason="unreadable",
        )
    return RejectRecord(f"the {name} data is damaged: {shorten(why)}", reason="unreadable")


def _unzstd(first: bytes, take: Take) -> Iterator[bytes]:
    bound = {int(zstd.DecompressionParameter.window_log_max): _WINDOW_LOG}
    return _unpack_with("zstd", lambda: zstd.ZstdDecompressor(options=bound), first, take)


def _bunzip2(first: bytes, take: Take) -> Iterator[bytes]:
    return _unpack_with("bzip2", bz2.BZ2Decompressor, first, take)


def _unxz(first: bytes, take: Take) -> Iterator[bytes]:
    return _unpack_with(
        "xz", lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY), first, take
    )


COMPRESSIONS: Final = (
    Compression(
        name="gzip", begins=re.compile(rb"\x1f\x8b"), suffixes=(".gz", ".tgz"), unpack=_gunzip
    ),
    Compression(
        name="zstd",
        # Or a frame to be skipped, by which pzstd begins.
        begins=re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18"),
        suffixes=(".zst", ".tzst"),
        unpack=_unzstd,
    ),
    Compression(
        name="bzip2",
        begins=re.compile(rb"BZh[1-9](?:1AY&SY|\x17\x72\x45\x38\x50\x90)"),
        suffixes=(".bz2", ".tbz2"),
        unpack=_bunzip2,
    ),
    Compression(
        name="xz", begins=re.compile(rb"\xfd7zXZ\x00"), suffixes=(".xz", ".txz"), unpack=_unxz
    ),
)
"""Every compression that is unpacked."""


_ANY: Final = re.compile(b"|".join(b"(?:%s)" % kind.begins.pattern for kind in COMPRESSIONS))


def find_compression(first: bytes) -> Compression | None:
    """Return the compression of data with these first ``MAGIC`` bytes, if it is compressed."""
    if not _ANY.match(first):
        return None
    return next(kind for kind in COMPRESSIONS if kind.begins.match(first))


def bare_name(name: str) -> str:
    """Return the file name without the suffix of a compression."""
    lower = name.lower()
    for kind in COMPRESSIONS:
        for suffix in kind.suffixes:
            if lower.endswith(suffix):
                return name[: -len(suffix)]
    return name
