"""JSON that is not one record per line: arrays, objects over several lines, and wrappers.

A wrapper is an object with a list of articles under a key such as ``articles``, as web services
give it. The articles are the records; so is what other lists around them hold, unless they have a
name such as ``comments``, and each object around them that has a text. What else is around them
is not read.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

import orjson

from tasks.errors import RejectRecord
from tasks.fetch.formats.array_kernel import (
    AROUND,
    BARE,
    BEHIND,
    BETWEEN,
    LIST,
    MORE,
    VALUE,
    WHOLE,
    Scanner,
)
from tasks.fetch.formats.content import BOM, suffix_of
from tasks.fetch.formats.json_lines import decode
from tasks.fetch.formats.opening import Opening, Opens
from tasks.fetch.formats.pieces import Format, Overflow, Piece, too_large
from tasks.fetch.formats.wrappers import begins_list, begins_object, may_be_wrapper, start_of
from tasks.fetch.streams import Stream

_LIST: Final = re.compile(rb'\[\s*(?:[\[\]{"\d-]|true|false|null|\Z)')
"""How a list of anything begins: «[صورة]» in a text is none."""

_EMPTY: Final = re.compile(rb"\[\s*\]\s*")


def sniff(name: str, head: bytes) -> bool:
    """Whether the file begins as a list of objects or as an object; asked after JSON Lines."""
    body = start_of(head)
    if not body.startswith((b"{", b"[")):
        return False
    if suffix_of(name) == ".json":
        return body.startswith(b"{") or _LIST.match(body) is not None
    if begins_list(body) or _EMPTY.fullmatch(body):
        return True
    return begins_object(body) and not _has_garbage(body)


def _has_garbage(body: bytes) -> bool:
    scanner = Scanner(wrapped=False)
    scanner.scan(body)
    return scanner.mode == BARE or BARE in scanner.found[: scanner.count, 2]


def split(stream: Stream, longest: int) -> Iterator[Piece]:
    """Yield the elements of every array, the objects outside arrays, and what is neither, refused.

    Of an element over ``longest`` bytes only the head is kept.
    """
    head = stream.head()
    cutter = Cutter(longest, wrapped=may_be_wrapper(head), skip=len(BOM) * head.startswith(BOM))
    for data in iter(stream.read, b""):
        yield from cutter.cut(data)
    yield from cutter.finish(stream.fault)


class Cutter:
    """Cuts the chunks of a file into its elements.

    Holds the unfinished element up to ``longest`` bytes, from there on its ``Overflow``. ``skip``
    is the number of first bytes, all in the first chunk, that are not JSON. ``wrapped`` says that
    objects outside lists may be wrappers, ``opening`` decides which are.
    """

    def __init__(
        self,
        longest: int,
        *,
        wrapped: bool,
        skip: int = 0,
        opening: Callable[[Scanner, int], Opens] = Opening,
    ) -> None:
        self._longest = longest
        self._scanner = Scanner(wrapped=wrapped, at=skip)
        self._opening = opening(self._scanner, longest)
        self._rest = b""
        self._place = 0  # of the rest, in the file
        self._overflow: Overflow | None = None

    def cut(self, chunk: bytes) -> Iterator[Piece]:
        """Yield the elements that end in the next chunk."""
        data = self._rest + chunk
        yield from self._scan(data, final=False)
        self._keep(data)

    def finish(self, fault: RejectRecord | None) -> Iterator[Piece]:
        """Yield what is left at the end of the file, or at the place of its fault."""
        rest, scanner = self._rest, self._scanner
        yield from self._scan(rest, final=fault is None)
        while self._overflow is None and self._opening.opens_cut_off(rest):
            yield from self._scan(rest, final=fault is None)
        start, mode = scanner.start, scanner.mode
        end = self._place + len(rest)
        if fault is not None:
            if self._overflow is not None:
                yield self._piece(rest, start, len(rest), BARE)
                start = len(rest)
            elif mode in (BETWEEN, AROUND):
                start = scanner.at
            yield Piece(rest[start:], self._place + start, end, fault.reason, fault.problem)
            return
        if mode not in (BETWEEN, AROUND):
            piece = self._piece(rest, start, len(rest), mode)
            if mode != BARE and piece.refusal is None:
                detail = f"the JSON ends inside an element at byte {end:,}"
                piece = piece._replace(refusal="truncated", detail=detail)
            yield piece
        if scanner.is_open and mode in (BETWEEN, AROUND, BARE):
            detail = f"the JSON ends at byte {end:,} without the end of its list"
            yield Piece(b"", end, end, "truncated", detail)

    def _scan(self, data: bytes, *, final: bool) -> Iterator[Piece]:
        scanner, place, longest = self._scanner, self._place, self._longest
        why = None
        while why != MORE:
            why = scanner.scan(data, final=final)
            found = scanner.found[: scanner.count].tolist()
            last = found.pop() if why == WHOLE else None
            for start, end, mode in found:
                if mode == BARE or end - start > longest or self._overflow is not None:
                    yield self._piece(data, start, end, mode)
                else:
                    yield Piece(data[start:end], place + start, place + end)
            if last is not None:
                yield from self._end_whole(data, *last)
            elif why == LIST:
                self._opening.begin_list(data)
            elif why == MORE and self._overflow is None and self._opening.opens_early(data):
                why = None

    def _end_whole(self, data: bytes, start: int, end: int, mode: int) -> Iterator[Piece]:
        """Yield what ends there, when it is a record; or go back into it, when others are in it."""
        is_kept = self._overflow is None
        fate = self._opening.fate(data, start, end, mode, is_kept=is_kept)
        if fate in {"open", "enter"}:
            self._scanner.open(start, as_list=fate == "enter")
            return
        piece = self._piece(data, start, end, mode)
        if fate == "take" and mode == VALUE and piece.payload[:1] != b"{" and not piece.refusal:
            detail = "it stands in an object of which lists were read as articles"
            piece = piece._replace(refusal="not-json", detail=detail)
        if fate == "take":
            yield piece

    def _keep(self, data: bytes) -> None:
        """Keep of the bytes at hand what the next chunk needs before it."""
        scanner = self._scanner
        first = scanner.at
        if scanner.mode == AROUND:
            first = max(scanner.at - BEHIND, 0)  # for the name of the next value
        elif scanner.mode != BETWEEN:
            first = scanner.start
            if self._overflow is None and len(data) - first > self._longest:
                self._overflow = Overflow(self._place + first)
                self._opening.note_name(data)
            if self._overflow is not None:
                first = max(scanner.at - BEHIND, first)
                self._overflow.add(data[scanner.start : first])
            elif scanner.mode == VALUE:
                first = max(first - BEHIND, 0)
        self._rest = data[first:]
        self._place += first
        scanner.drop(first)

    def _piece(self, data: bytes, start: int, end: int, mode: int) -> Piece:
        overflow, self._overflow = self._overflow, None
        if overflow is None and end - start > self._longest:
            overflow = Overflow(self._place + start)
        if overflow is not None:
            overflow.add(data[start:end])
            return overflow.piece("too-large", too_large(overflow.size, self._longest))
        payload = data[start:end]
        if mode == BARE:
            payload = payload.rstrip(b" \t\r")
            return _bare(payload, self._place + start)
        return Piece(payload, self._place + start, self._place + end)


def _bare(payload: bytes, start: int) -> Piece:
    """Return a number or a word, which the decoder refuses, or refuse what is none."""
    end = start + len(payload)
    try:
        orjson.loads(payload)
    except orjson.JSONDecodeError:
        return Piece(payload, start, end, "not-json", f"no JSON stands at byte {start:,}")
    return Piece(payload, start, end)


JSON_ARRAYS: Final = Format(name="json-array", sniff=sniff, split=split, decode=decode)
