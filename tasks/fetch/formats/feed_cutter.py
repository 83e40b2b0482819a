"""Cuts the items out of a feed's bytes, however these come, and however broken the rest is."""

import re
from collections.abc import Iterator
from typing import Final

from tasks.errors import RejectRecord
from tasks.fetch.formats.pieces import Overflow, Piece, too_large

_NAME: Final = rb"(?:[\w.-]{1,20}:)?(?:item|entry)"
_MARK: Final = re.compile(
    rb"<!\[CDATA\[|<!--"
    rb"|<(?P<open>" + _NAME + rb")(?=[\s>/])"
    rb"|</(?P<close>" + _NAME + rb")\s{0,20}>"
)
_LONGEST_MARK: Final = 64
_ENDS: Final = {b"<![CDATA[": b"]]>", b"<!--": b"-->"}


class Cutter:
    """Cuts items of ``longest`` bytes at most; of longer ones only the first bytes are held."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._data = bytearray()
        self._before = 0
        """Bytes of the feed before ``_data``."""
        self._at = 0
        """Where to look for the next mark."""
        self._open = b""
        """The name of the item that is open, with its prefix; empty for none."""
        self._start = 0
        """Where what is held of the open item begins."""
        self._overflow: Overflow | None = None
        self._awaited: bytes | None = None
        """The end of the CDATA section or comment that is open."""

    def cut(self, data: bytes) -> Iterator[Piece]:
        """Take in the next bytes and yield the items that end in them."""
        self._data += data
        while self._skip_awaited():
            mark = _MARK.search(self._data, self._at)
            if mark is None:
                self._at = max(self._at, len(self._data) - _LONGEST_MARK)
                break
            self._at = mark.end()
            if mark["open"]:
                if mark["open"] == self._open:
                    # Items do not stand in items: the end tag of the first one is missing.
                    yield self._piece(mark.start())
                if mark["open"] == self._open or not self._open:
                    self._open, self._start = bytes(mark["open"]), mark.start()
            elif not mark["close"]:
                self._awaited = _ENDS[bytes(mark[0])]
            elif mark["close"] == self._open:
                yield self._piece(mark.end())
                self._open = b""
        self._forget()

    def finish(self, fault: RejectRecord | None) -> Iterator[Piece]:
        """Yield the item that the feed ends in, refused, or what the fault of its stream left."""
        if not self._open and fault is None:
            return
        if not self._open:
            self._start = self._at
        is_long = self._held() > self._longest
        piece = self._piece(len(self._data))
        if fault is not None:
            piece = piece._replace(refusal=fault.reason, detail=fault.problem)
        elif not is_long:
            piece = piece._replace(refusal="truncated", detail="the feed ends within an item")
        yield piece

    def _skip_awaited(self) -> bool:
        """Pass over a section or comment; whether it has ended."""
        if self._awaited is None:
            return True
        end = self._data.find(self._awaited, self._at)
        if end < 0:
            self._at = max(self._at, len(self._data) - len(self._awaited) + 1)
            return False
        self._at = end + len(self._awaited)
        self._awaited = None
        return True

    def _held(self) -> int:
        """Return the bytes of the open item so far."""
        before = 0 if self._overflow is None else self._overflow.size
        return before + len(self._data) - self._start

    def _piece(self, end: int) -> Piece:
        payload = bytes(self._data[self._start : end])
        overflow, self._overflow = self._overflow, None
        if overflow is None and len(payload) <= self._longest:
            return Piece(payload, self._before + self._start, self._before + end)
        overflow = overflow or Overflow(self._before + self._start)
        overflow.add(payload)
        return overflow.piece("too-large", too_large(overflow.size, self._longest))

    def _forget(self) -> None:
        """Let go what is cut, and what is not needed of an item that is too long."""
        keep = self._start if self._open else self._at
        if self._open and self._held() > self._longest:
            self._overflow = self._overflow or Overflow(self._before + self._start)
            self._overflow.add(bytes(self._data[self._start : self._at]))
            keep = self._at
        del self._data[:keep]
        self._before += keep
        self._at -= keep
        self._start = 0
