"""News feeds: RSS 0.9 to 2.0, Atom and JSON Feed, one record for each item.

Items are cut out of the bytes and parsed one by one: a feed that is broken in one place, or of a
million items, is read all the same, in the memory of one item. No entity but those of characters is
known, so none can expand, and nothing is loaded from anywhere (a document type is not looked at).
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import pyarrow as pa

from tasks.errors import RejectRecord
from tasks.fetch.formats import json_feed_items, json_feeds
from tasks.fetch.formats.content import join, views
from tasks.fetch.formats.feed_base import said_by_json, said_by_xml
from tasks.fetch.formats.feed_cutter import Cutter
from tasks.fetch.formats.feed_items import parse_item
from tasks.fetch.formats.feed_parts import Parts, Read, read_item
from tasks.fetch.formats.headers import base_of, told_of
from tasks.fetch.formats.json_lines import parse_objects
from tasks.fetch.formats.page_columns import markup_columns
from tasks.fetch.formats.pieces import DECODED, SHARED, Decoded, Format, Piece
from tasks.fetch.formats.prologs import BEFORE_ROOT, DOCUMENT_TYPE
from tasks.fetch.streams import Stream
from tasks.sources import SourceProfile
from tasks.text.related_lines import heading_phrases

_ROOT: Final = re.compile(
    BEFORE_ROOT
    + rb"(?:"
    + DOCUMENT_TYPE
    + BEFORE_ROOT.removeprefix(rb"\A")
    + rb")?<(?:rss|rdf:RDF|(?:[\w.-]{1,20}:)?feed|(?:[\w.-]{1,20}:)?(?:item|entry))[\s>]",
    re.IGNORECASE,
)


def sniff(_name: str, head: bytes) -> bool:
    """Whether the root of the document is that of a feed, or of one item, whatever its name."""
    return _ROOT.match(head) is not None or json_feeds.beginning_of_feed(head) is not None


def split(stream: Stream, longest: int) -> Iterator[Piece]:
    """Yield the items; of one over ``longest`` bytes, only its head.

    Their header is what the feed says of where its links start from.
    """
    head = stream.head()
    feed = json_feeds.beginning_of_feed(head)
    header = said_by_xml(head) if feed is None else said_by_json(feed)
    pieces = _split(stream, longest) if feed is None else json_feeds.split(stream, longest)
    return (piece._replace(header=header) for piece in pieces) if header else pieces


def _split(stream: Stream, longest: int) -> Iterator[Piece]:
    cutter = Cutter(longest)
    while data := stream.read():
        yield from cutter.cut(data)
    yield from cutter.finish(stream.fault)


def decode(
    payloads: pa.LargeBinaryArray, profile: SourceProfile, deepest: int, headers: pa.Array
) -> Decoded:
    """Read each payload as one item; one without text or summary is refused (``no-text``).

    ``headers`` tell of each, as JSON, the ``url`` that it came from, null for a saved feed, and
    where its links start from (:mod:`tasks.fetch.formats.feed_base`).
    """
    decoded = Decoded()
    related = heading_phrases(profile.related_headings)
    coded = headers.dictionary_encode()
    told_by = list(map(told_of, coded.dictionary.to_pylist()))
    starts = list(map(base_of, told_by))
    items: list[Read] = []
    told = zip(parse_items(payloads, deepest), coded.indices.to_pylist(), strict=True)
    for row, (parts, place) in enumerate(told):
        try:
            if isinstance(parts, RejectRecord):
                raise parts
            base = None if place is None else starts[place]
            items.append(read_item(parts, base, related))
            decoded.rows.append(row)
        except RejectRecord as fault:
            decoded.refuse(row, fault.reason, fault.problem)
    decoded.columns = markup_columns([item.page for item in items], [item.base for item in items])
    decoded.columns |= {
        name: pa.array([item.fields.get(name) for item in items], pa.string())
        for name in DECODED
        if name != "text"
    }
    shared = pa.array([told.get("shares_address") == "yes" for told in told_by], pa.bool_())
    decoded.columns[SHARED] = shared.take(coded.indices.take(pa.array(decoded.rows, pa.int64())))
    texts = [item.fields["text"].encode() for item in items]
    decoded.columns["text"] = join(texts, pa.large_string())
    return decoded


def parse_items(payloads: pa.LargeBinaryArray, deepest: int) -> Iterator[Parts | RejectRecord]:
    """Yield what each item says, or why it cannot be read; ``deepest`` bounds JSON's nesting.

    What begins as an element is one (:func:`parse_item`), whatever else stands in a JSON Feed.
    """
    are_xml = [bytes(item[:1]) == b"<" for item in views(payloads)]
    others = [row for row, is_xml in enumerate(are_xml) if not is_xml]
    objects: Iterator[dict[str, Any] | RejectRecord] = iter(())
    if others:
        objects = parse_objects(payloads.take(pa.array(others)), deepest)
    for item, is_xml in zip(map(bytes, views(payloads)), are_xml, strict=True):
        told = None if is_xml else next(objects)
        try:
            if isinstance(told, RejectRecord):
                raise told
            yield parse_item(item) if told is None else json_feed_items.parts_of(told, item)
        except RejectRecord as fault:
            yield fault


FEEDS: Final = Format(name="feed", sniff=sniff, split=split, decode=decode, reads_headers=True)
