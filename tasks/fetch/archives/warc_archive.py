"""WARC archives (ISO 28500), what crawlers keep: each answer of a server is a member.

A member's name is the address that was asked. Answers are unpacked as HTTP says; requests,
metadata and answers without a page (redirects, errors) are passed over.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple, cast

import orjson

from tasks.errors import RejectRecord
from tasks.fetch.archives.members import Archive, Member, Names
from tasks.fetch.archives.warc_records import SHARED_ADDRESS
from tasks.fetch.formats.headers import is_web_address
from tasks.fetch.streams import Budget, Stream
from tasks.fetch.wording import shorten
from tasks.web.content_coding import Body
from tasks.web.troubles import Trouble

_MAGIC: Final = b"WARC/1."
_LARGEST: Final = 64 * 1024 * 1024
"""Bytes of one answer that are held; a larger one is refused."""

_LONGEST_HEAD: Final = 64 * 1024
_NAMELESS: Final = "record"
"""The name of a member whose address is not told."""

_LONGEST_NAME: Final = 4096
_BLANK_LINES: Final = re.compile(rb"[\r\n]*")
_HEAD_END: Final = re.compile(rb"\r?\n\r?\n")
_FIELD: Final = re.compile(rb"^([!-9;-~]+):[ \t]*([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)", re.MULTILINE)
_STATUS: Final = re.compile(rb"HTTP/\d(?:\.\d)? (\d{3})")
_CHARSET: Final = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_CHUNK: Final = re.compile(rb"([0-9A-Fa-f]{1,8})[^\r\n]{0,200}\r?\n")
_OK: Final = 200

_RATIO: Final = 200
"""Times its size that a body may unpack to, as when it is fetched."""


def sniff(head: bytes) -> bool:
    """Whether these are the first bytes of a WARC archive."""
    return head.startswith(_MAGIC)


def members(stream: Stream) -> Iterator[Member]:
    """Yield the answers; raise :class:`RejectRecord` where a record is none."""
    source = _Pieces(stream)
    names = Names()
    while (head := source.head()) is not None:
        fields = _fields(head)
        length = fields.get("content-length", "")
        if not head.startswith(_MAGIC) or not re.fullmatch(r"[0-9]{1,15}", length):
            raise RejectRecord("a record of the archive has no WARC head", reason="unreadable")
        kind = fields.get("warc-type", "").lower()
        if kind not in {"response", "resource"}:
            source.skip(int(length))
            continue
        address = fields.get("warc-target-uri", "").strip("<>")
        name = shorten(address, _LONGEST_NAME) or _NAMELESS
        if int(length) > _LARGEST:
            source.skip(int(length))
            problem = f"the answer has {int(length):,} bytes; the limit is {_LARGEST:,}"
            fault = RejectRecord(problem, reason="too-large")
            yield Member(names.add(name), Stream(None, fault=fault))
            continue
        block = source.take(int(length))
        try:
            answer = _answer(block) if kind == "response" else _Answer({}, block)
            if answer is None:
                continue
            held = _stream_of(answer, fields, stream.budget)
        except RejectRecord as fault:
            yield Member(names.add(name), Stream(None, fault=fault), _told(address, {}))
            continue
        told = answer.fields if kind == "response" else fields
        yield Member(names.add(name), held, _told(address, told))
    if stream.fault is not None:
        raise stream.fault


class _Answer(NamedTuple):
    """The fields of an HTTP message and its body as it came."""

    fields: dict[str, str]
    body: bytes


def _answer(block: bytes) -> _Answer | None:
    """Return the HTTP message; null when it brought no page, or is none (a look-up of a name)."""
    status = _STATUS.match(block)
    if status is None or int(status[1]) != _OK:
        return None
    end = _HEAD_END.search(block, 0, _LONGEST_HEAD)
    if end is None:
        raise RejectRecord("the head of the answer does not end", reason="unreadable")
    return _Answer(_fields(block[: end.start()]), block[end.end() :])


def _told(address: str, fields: dict[str, str]) -> str:
    """Return what is known of how to read the body, as a record's header."""
    told = {"url": address} if is_web_address(address) else {}
    if charset := _CHARSET.search(fields.get("content-type", "")):
        told["charset"] = charset[1]
    if is_web_address(base := fields.get("content-base", "")):
        told["base"] = base
    if SHARED_ADDRESS.lower() in fields:
        told["shares_address"] = "yes"
    return orjson.dumps(told, option=orjson.OPT_SORT_KEYS).decode()


def _stream_of(answer: _Answer, record: dict[str, str], budget: Budget) -> Stream:
    if "warc-truncated" in record:
        why = shorten(record["warc-truncated"])
        raise RejectRecord(f"who kept the answer cut it off ({why})", reason="truncated")
    body = _unpacked(answer.body, answer.fields)
    budget.spend(max(0, len(body) - len(answer.body)))
    return Stream.held(body, budget)


def _unpacked(body: bytes, fields: dict[str, str]) -> bytes:
    """Return the body without its transfer and content codings."""
    if "chunked" in fields.get("transfer-encoding", "").lower():
        body = _joined(body)
    try:
        whole = Body(fields.get("content-encoding", ""), longest=_LARGEST, ratio=_RATIO)
        for _ in whole.add(body):
            pass
        return whole.whole()
    except Trouble as trouble:
        raise RejectRecord(trouble.detail, reason=trouble.reason) from trouble


def _joined(body: bytes) -> bytes:
    """Join the chunks (RFC 9112, 7.1); a body that has none, whatever is said, stays as it is."""
    parts: list[bytes] = []
    at = 0
    while size := _CHUNK.match(body, at):
        length = int(size[1], 16)
        if not length:
            return b"".join(parts)
        part = body[size.end() : size.end() + length]
        parts.append(part)
        at = size.end() + length + 2
        if len(part) < length:
            break
    if not parts:
        return body
    if at >= len(body):
        raise RejectRecord("the chunks of the answer end early", reason="truncated")
    raise RejectRecord(f"no chunk begins at byte {at:,} of the answer", reason="unreadable")


def _fields(head: bytes) -> dict[str, str]:
    """Return the fields of a head by their names in lower case, the first of each name."""
    found: dict[str, str] = {}
    for name, value in _FIELD.findall(head):
        found.setdefault(name.decode("latin-1").lower(), value.decode("utf-8", "replace").strip())
    return found


class _Pieces:
    """The bytes of a stream, so many at a time."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._data = b""
        self._at = 0

    def head(self) -> bytes | None:
        """Return the next head, blank lines before it left out; null at the end."""
        while True:
            self._at = cast("re.Match[bytes]", _BLANK_LINES.match(self._data, self._at)).end()
            end = _HEAD_END.search(self._data, self._at, self._at + _LONGEST_HEAD)
            if end is not None:
                head = self._data[self._at : end.start()]
                self._at = end.end()
                return head
            rest = self._data[self._at :]
            if len(rest) > _LONGEST_HEAD:
                raise RejectRecord("the head of a record does not end", reason="unreadable")
            data = self._stream.read()
            if not data:
                if rest:
                    raise self._early("the archive ends within a head")
                return None
            self._data, self._at = rest + data, 0

    def take(self, size: int) -> bytes:
        """Return the next bytes; raise :class:`RejectRecord` when there are fewer."""
        parts = [self._data[self._at : self._at + size]]
        self._at += len(parts[0])
        left = size - len(parts[0])
        while left:
            data = self._stream.read()
            if not data:
                raise self._early("the archive ends within a record")
            parts.append(data[:left])
            self._data, self._at = data, min(left, len(data))
            left -= len(parts[-1])
        return b"".join(parts)

    def skip(self, size: int) -> None:
        """Pass over the next bytes."""
        while size:
            there = min(len(self._data) - self._at, size)
            self._at += there
            size -= there
            if size:
                self._data, self._at = self._stream.read(), 0
                if not self._data:
                    raise self._early("the archive ends within a record")

    def _early(self, problem: str) -> RejectRecord:
        """Return why there is no more: what ails the stream, or that it was cut off."""
        return self._stream.fault or RejectRecord(problem, reason="truncated")


WARC: Final = Archive(name="warc", sniff=sniff, members=members)
