"""Bodies unpacked while they arrive, within bounds: gzip, deflate, br and zstd."""

from collections.abc import Callable, Iterator
from typing import Final, Protocol

import brotli
from backports import zstd
from isal import isal_zlib
from isal.igzip_lib import IsalError

from tasks.web.troubles import Trouble

ACCEPTED: Final = "gzip, deflate, br, zstd"

_PIECE: Final = 256 * 1024
"""Bytes unpacked at once, about; bombs are told between two pieces."""

_MOST_MEMBERS: Final = 1_000
"""Members of gzip and frames of zstd in one body; each costs, however little is in it."""

_FREE: Final = 1024 * 1024
"""Bytes that a body may unpack to whatever its ratio; a page of blanks is no bomb."""

_ZSTD: Final = {int(zstd.DecompressionParameter.window_log_max): 23}
"""Windows of 8 MiB, the most that RFC 9659 lets zstd have in HTTP."""

_GZIP_MAGIC: Final = b"\x1f\x8b"
_GZIP, _ZLIB, _RAW = 31, 15, -15
"""zlib's codes for the three wrappings with the largest window."""


class Unpacker(Protocol):
    """One compression of a body."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what the data unpacks to, in pieces; raise :class:`Trouble` when it is damaged."""
        ...

    def is_whole(self) -> bool:
        """Whether the data may end here."""
        ...


class _Member(Protocol):
    """The interface of ``isal_zlib.decompressobj``, which is zlib's."""

    @property
    def eof(self) -> bool: ...
    @property
    def unconsumed_tail(self) -> bytes: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = 0) -> bytes: ...


class _Inflate:
    """gzip of any number of members, and both things that servers mean by deflate.

    What stands behind the end mark and is no other member is left out, as browsers do; a body that
    is not compressed, whatever its header says, stays as it is.
    """

    def __init__(self, *, gzip: bool) -> None:
        self._gzip = gzip
        self._head = b""
        self._member: _Member | None = None
        self._members = 0
        self._plain = False
        self._done = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data and not self._done:
            if self._member is None and not self._plain:
                data = self._head + data
                self._head = data if len(data) < 2 else b""
                if self._head:
                    return
                self._begin(data)
            elif self._member is None:
                yield data
                return
            else:
                try:
                    unpacked = self._member.decompress(data, _PIECE)
                except IsalError as error:  # type: ignore[misc]  # its stubs take it for an instance
                    raise _damaged(str(error)) from error
                if unpacked:
                    yield unpacked
                data = self._member.unconsumed_tail
                if self._member.eof:
                    data, self._member = self._member.unused_data, None

    def _begin(self, data: bytes) -> None:
        """Tell from its first two bytes what follows."""
        is_first = not self._members
        self._members = _count(self._members)
        if self._gzip and data.startswith(_GZIP_MAGIC):
            self._member = isal_zlib.decompressobj(_GZIP)
        elif self._gzip or not is_first:
            self._plain, self._done = is_first, not is_first
        else:
            has_header = data[0] & 15 == 8 and (data[0] * 256 + data[1]) % 31 == 0
            self._member = isal_zlib.decompressobj(_ZLIB if has_header else _RAW)

    def is_whole(self) -> bool:
        return self._member is None and (self._members > 0 or not self._head)


class _Brotli:
    def __init__(self) -> None:
        self._decoder = brotli.Decompressor()

    def feed(self, data: bytes) -> Iterator[bytes]:
        if self._decoder.is_finished():
            return
        try:
            unpacked = self._decoder.process(data, output_buffer_limit=_PIECE)
            while unpacked:
                yield unpacked
                if self._decoder.can_accept_more_data():
                    return
                unpacked = self._decoder.process(b"", output_buffer_limit=_PIECE)
        except brotli.error as error:
            raise _damaged("br") from error

    def is_whole(self) -> bool:
        return bool(self._decoder.is_finished())


class _Zstd:
    def __init__(self) -> None:
        self._frame: zstd.ZstdDecompressor | None = None
        self._frames = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data or (self._frame is not None and not self._frame.needs_input):
            if self._frame is None:
                self._frames = _count(self._frames)
                self._frame = zstd.ZstdDecompressor(options=_ZSTD)
            frame = self._frame
            try:
                unpacked = frame.decompress(data, _PIECE)
            except zstd.ZstdError as error:
                raise _damaged(str(error)) from error
            data = b""
            if unpacked:
                yield unpacked
            if frame.eof:
                data, self._frame = frame.unused_data, None

    def is_whole(self) -> bool:
        return self._frame is None


def _count(members: int) -> int:
    if members == _MOST_MEMBERS:
        raise Trouble("expands-too-far", f"the body has over {_MOST_MEMBERS:,} compressed parts")
    return members + 1


def _damaged(why: str) -> Trouble:
    return Trouble("unreadable", f"the compressed body is damaged: {why[:200]}")


_UNPACKERS: Final[dict[str, Callable[[], Unpacker]]] = {
    "gzip": lambda: _Inflate(gzip=True),
    "x-gzip": lambda: _Inflate(gzip=True),
    "deflate": lambda: _Inflate(gzip=False),
    "br": _Brotli,
    "zstd": _Zstd,
}


class Body:
    """One body while it arrives: unpacked, and within ``longest`` bytes on the wire and unpacked.

    With ``cut`` a longer one ends there instead of being refused. ``coding`` is the value of
    Content-Encoding: names that are not known leave the body as it is, as browsers do, one that
    stands there twice counts once, and a body that is compressed in two ways is refused.
    """

    def __init__(self, coding: str, *, longest: int, ratio: int, cut: bool = False) -> None:
        names = {name.strip().lower() for name in coding.split(",")} & _UNPACKERS.keys()
        if len(names) > 1:
            raise Trouble("unreadable", f"the body is compressed {len(names)} times over")
        self._unpacker = next((_UNPACKERS[name]() for name in names), None)
        self._longest = longest
        self._ratio = ratio
        self._cut = cut
        self._parts: list[bytes] = []
        self.size = 0
        self.wire_bytes = 0
        self.is_full = False

    def add(self, data: bytes) -> Iterator[int]:
        """Take the next bytes of the wire and yield the body's size after each piece of them.

        Raises :class:`Trouble` when a bound is passed.
        """
        self.wire_bytes += len(data)
        for piece in self._unpacker.feed(data) if self._unpacker is not None else (data,):
            room = self._longest - self.size
            if len(piece) > room and self._cut:
                self._parts.append(piece[:room])
                self.size, self.is_full = self._longest, True
                return
            self.size += len(piece)
            if self.size > max(_FREE, self.wire_bytes * self._ratio):
                problem = f"the body unpacks to over {self._ratio} times its size"
                raise Trouble("expands-too-far", problem)
            if self.size > self._longest:
                raise Trouble("too-large", f"the body has over {self._longest:,} bytes")
            self._parts.append(piece)
            yield self.size
        if self.wire_bytes > self._longest:
            # Reached by what unpacks to nothing: empty members, or bytes behind the end mark.
            raise Trouble("too-large", f"the body has over {self._longest:,} bytes on the wire")

    def whole(self) -> bytes:
        """Return the body at its end; raise :class:`Trouble` when a compression has not ended."""
        is_whole = self.is_full or self._unpacker is None or self._unpacker.is_whole()
        if self.wire_bytes and not is_whole:
            raise Trouble("truncated", "the compressed body ends early", may_pass=True)
        return b"".join(self._parts)
