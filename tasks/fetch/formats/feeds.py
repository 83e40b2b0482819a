"""News feeds: RSS 0.9 to 2.0 and Atom, one record for each item.

Items are cut out of the bytes and parsed one by one: a feed that is broken in one place, or of a
million items, is read all the same, in the memory of one item. No entity but those of XML itself is
known, so none can expand, and nothing is loaded from anywhere (a document type is not looked at).
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import pyarrow as pa
from lxml import etree

from tasks.errors import RejectRecord
from tasks.fetch.formats.content import BOM, join, views
from tasks.fetch.formats.pieces import DECODED, Decoded, Format, Overflow, Piece, too_large
from tasks.fetch.streams import Stream
from tasks.pages.fragments import read_fragment
from tasks.sources import SourceProfile

ROOT: Final = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?[^>]{0,500}>\s*|<!--.{0,2000}?-->\s*|<!DOCTYPE[^>]{0,500}>\s*)*"
    rb"<(?:rss|rdf:RDF|(?:\w{1,20}:)?feed|(?:atom:|rss:)?(?:item|entry))[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_MARK: Final = re.compile(
    rb"<!\[CDATA\[|<!--|<(?P<open>(?:atom:|rss:)?(?:item|entry))(?=[\s>/])"
    rb"|</(?P<close>(?:atom:|rss:)?(?:item|entry))\s*>"
)
_ENDS: Final = {b"<![CDATA[": b"]]>", b"<!--": b"-->"}
_LONGEST_MARK: Final = 64

_TEXTS: Final = ("encoded", "content", "fulltext", "description", "summary")
"""Where an item has its text, the whole one first."""

_WEB: Final = re.compile(r"https?://\S+\Z", re.IGNORECASE)
_PARSER: Final[dict[str, Any]] = {
    "recover": True,
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
    "encoding": "utf-8",
}


def sniff(_name: str, head: bytes) -> bool:
    """Whether the root of the document is that of a feed, or of one item, whatever its name."""
    return ROOT.match(head) is not None


def split(stream: Stream, longest: int) -> Iterator[Piece]:
    """Yield the items; of one over ``longest`` bytes, only its head."""
    cutter = _Cutter(longest)
    while data := stream.read():
        yield from cutter.cut(data)
    yield from cutter.finish(stream.fault)


class _Cutter:
    """Cuts items out of pieces of any size; ``_start`` is where an open one begins, else null."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._data = b""
        self._before = 0
        self._at = 0
        self._start: int | None = None
        self._awaited: bytes | None = None

    def cut(self, data: bytes) -> Iterator[Piece]:
        """Take in the next bytes and yield what ends in them."""
        self._data += data
        while True:
            if self._awaited is not None:
                end = self._data.find(self._awaited, self._at)
                if end < 0:
                    self._at = max(self._at, len(self._data) - len(self._awaited) + 1)
                    break
                self._at = end + len(self._awaited)
                self._awaited = None
            mark = _MARK.search(self._data, self._at)
            if mark is None:
                self._at = max(self._at, len(self._data) - _LONGEST_MARK)
                break
            self._at = mark.end()
            if mark["open"] and self._start is None:
                self._start = mark.start()
            elif mark["close"] and self._start is not None:
                yield self._piece(mark.end())
                self._start = None
            elif mark[0] in _ENDS:
                self._awaited = _ENDS[mark[0]]
        self._drop()

    def finish(self, fault: RejectRecord | None) -> Iterator[Piece]:
        """Yield an item that the document ends in."""
        if self._start is not None or fault is not None:
            start = self._at if self._start is None else self._start
            end = len(self._data)
            reason = fault or RejectRecord("the feed ends within an item", reason="truncated")
            yield self._piece(end, start)._replace(refusal=reason.reason, detail=reason.problem)

    def _piece(self, end: int, start: int | None = None) -> Piece:
        start = start if self._start is None else self._start
        begin = start or 0
        payload = self._data[begin:end]
        if len(payload) > self._longest:
            overflow = Overflow(self._before + begin)
            overflow.add(payload)
            return overflow.piece("too-large", too_large(len(payload), self._longest))
        return Piece(payload, self._before + begin, self._before + end)

    def _drop(self) -> None:
        """Forget what is cut; of an item that is too long, what is not needed to say so."""
        keep = self._at if self._start is None else self._start
        self._data = self._data[keep:]
        self._before += keep
        self._at -= keep
        if self._start is not None:
            self._start = 0


def decode(
    payloads: pa.LargeBinaryArray,
    _profile: SourceProfile,
    _deepest: int,
    _header: str | None = None,
) -> Decoded:
    """Read each payload as one item; one without text or summary is refused (``no-text``)."""
    decoded = Decoded()
    rows = []
    for row, payload in enumerate(views(payloads)):
        try:
            item = read_item(bytes(payload))
        except RejectRecord as fault:
            decoded.refuse(row, fault.reason, fault.problem)
            continue
        decoded.rows.append(row)
        rows.append(item)
    decoded.columns = {
        name: pa.array([row.get(name) for row in rows], pa.string())
        for name in DECODED
        if name != "text"
    }
    decoded.columns["text"] = join([row["text"].encode() for row in rows], pa.large_string())
    return decoded


def read_item(payload: bytes) -> dict[str, str]:
    """Return the ``DECODED`` fields that an item has; raises :class:`RejectRecord`."""
    parts = parse_item(payload)
    text = text_of(parts)
    if not text:
        raise RejectRecord("the item has neither a text nor a summary", reason="no-text")
    found = {
        "native_id": parts.get("guid") or parts.get("id"),
        "url": link_of(parts),
        "title": read_fragment(parts.get("title", "")),
        "text": text,
        "published_raw": parts.get("pubDate") or parts.get("published") or parts.get("date"),
        "modified_raw": parts.get("updated") or parts.get("modified"),
        "author": parts.get("creator") or parts.get("author"),
        "section": parts.get("category"),
    }
    if found["published_raw"] is None:
        found["published_raw"] = found["modified_raw"]
    return {name: value for name, value in found.items() if value}


def parse_item(payload: bytes) -> dict[str, str]:
    """Return what the first element of each name holds, names without their prefix.

    Raises :class:`RejectRecord` for what is no element.
    """
    root = read_xml(payload)
    parts: dict[str, str] = {}
    for element in root:
        name = local_name(element)
        if name == "link" and element.get("href"):
            if element.get("rel", "alternate") == "alternate":
                parts.setdefault("href", element.get("href", ""))
        elif name == "author" and len(element):
            names = (child.text for child in element if str(child.tag).endswith("name"))
            parts.setdefault(name, next(filter(None, names), "").strip())
        elif value := (_inner(element) or element.get("term") or "").strip():
            parts.setdefault(name, value)
    return parts


def read_xml(payload: bytes) -> Any:
    """Return the root of a piece of XML, as well as it can be read, no entity expanded.

    Raises :class:`RejectRecord` (``no-text``) for what is no element.
    """
    try:
        root = etree.fromstring(payload.removeprefix(BOM), etree.XMLParser(**_PARSER))
    except etree.XMLSyntaxError as error:
        raise RejectRecord(f"the item is no XML: {error.msg}", reason="no-text") from error
    if root is None:
        raise RejectRecord("the item is no XML", reason="no-text")
    return root


def local_name(element: Any) -> str:
    """Return the name of an element without its prefix or namespace."""
    return re.split("[:}]", str(element.tag))[-1]


def text_of(parts: dict[str, str]) -> str:
    """Return the text of an item, whole if it has it, else the summary; empty for neither."""
    return next(filter(None, (read_fragment(parts.get(name, "")) for name in _TEXTS)), "")


def link_of(parts: dict[str, str]) -> str | None:
    """Return the web address of an item, null for any other: ``file:`` and ``javascript:`` too."""
    told = (parts.get("link"), parts.get("href"), parts.get("guid"), parts.get("id"))
    return next((each for each in told if each and _WEB.match(each)), None)


def _inner(element: Any) -> str:
    """Return the text, or the markup of an element that has parts (Atom's ``xhtml``)."""
    if not len(element):
        return element.text or ""
    parts = [element.text or ""]
    parts += [etree.tostring(child, encoding="unicode") for child in element]
    return "".join(parts)


FEEDS: Final = Format(name="feed", sniff=sniff, split=split, decode=decode)
