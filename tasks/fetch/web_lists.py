"""Lists of articles on the web: what a feed names, and whether it has the texts themselves."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from statistics import median
from typing import Final, NamedTuple

import pyarrow as pa

from tasks.errors import RejectRecord
from tasks.fetch.formats import feeds, json_feeds
from tasks.fetch.formats.content import join
from tasks.fetch.formats.feed_parts import NOTHING, Parts, dates_of, link_of, native_id_of, text_of
from tasks.fetch.formats.headers import base_of, told_of
from tasks.fetch.formats.pieces import Piece
from tasks.fetch.streams import Stream
from tasks.text.dates import read_dates
from tasks.text.encodings import decode, detect

MOST_ITEMS: Final = 10_000
"""Items of one feed that are looked at; a real one has 10 to 200."""

_HEAD: Final = 64 * 1024
_DEEPEST: Final = 64
"""Nesting of a JSON item that is looked at; a real one has 3."""

WHOLE: Final = 400
"""Characters of a whole text; what feeds have in place of it is a sentence or two."""

_CUT_OFF: Final = re.compile(r"(?:…|\.\.\.|\[…\]|\[\.\.\.\]|المزيد|read more)\W*\Z", re.IGNORECASE)


_EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)


class Item(NamedTuple):
    """One article of a list: its address, when it was changed (as printed), and its bytes.

    The address is empty where it has none, or cannot be read; so are the id that the feed gave it
    and its title. ``base`` is where its links start from, null where nothing tells.
    """

    url: str
    changed: str | None
    payload: bytes
    text: str
    base: str | None = None
    native_id: str = ""
    title: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 of the item as it stands in the feed."""
        return hashlib.sha256(self.payload).hexdigest()

    @property
    def document(self) -> bytes:
        """The item as a document of its own, which tells by its beginning what it is."""
        return self.payload if self.payload.startswith(b"<") else json_feeds.alone(self.payload)


class Listing(NamedTuple):
    """Items with an address, those without one, and how many were not looked at.

    ``again`` are further items with an address that one of ``items`` has.
    """

    items: list[Item]
    again: list[Item]
    nameless: list[Item]
    beyond: int


def is_list(body: bytes) -> bool:
    """Whether the body is a feed: RSS, Atom or JSON Feed."""
    head = body[:_HEAD]
    with suppress(RejectRecord):
        if detect(head, final=False).startswith("utf-16"):
            head = decode(head[: len(head) & ~1]).text
    return feeds.sniff("", head)


def read_list(body: bytes, base: str | None = None) -> list[Item]:
    """Return the items of a list that have a web address (:func:`read_listing`)."""
    return read_listing(body, base).items


def read_listing(body: bytes, base: str | None = None) -> Listing:
    """Return what a list has, in its order, each address once; ``MOST_ITEMS`` are looked at.

    Links that are not in full start from ``base``, where the list came from, as it says of them.
    """
    pieces = _pieces(body)
    first = list(islice(pieces, MOST_ITEMS))
    payloads = join([piece.payload for piece in first], pa.large_binary())
    items: dict[str, Item] = {}
    again, nameless = [], []
    for piece, parts in zip(first, feeds.parse_items(payloads, _DEEPEST), strict=True):
        item = _item(base, piece, parts)
        if not item.url:
            nameless.append(item)
        elif items.setdefault(item.url, item) is not item:
            again.append(item)
    return Listing(list(items.values()), again, nameless, sum(1 for _ in pieces))


def has_texts(items: Sequence[Item]) -> bool:
    """Whether the items have whole texts, so that no page need be fetched for them."""
    if not items or sum(map(is_cut_off, items)) * 4 > len(items):
        return False
    return median(len(item.text) for item in items) >= WHOLE


def is_cut_off(item: Item) -> bool:
    """Whether the text of an item ends as a teaser does: «…», «المزيد»."""
    return _CUT_OFF.search(item.text) is not None


def changes_of(items: Sequence[Item]) -> list[datetime | None]:
    """Return when each item was changed, in UTC; null where that cannot be read."""
    told = pa.array([item.changed for item in items], pa.string())
    read = read_dates(told, timezone="UTC", earliest=_EARLIEST, latest=_LATEST)
    times: list[datetime | None] = read.at.to_pylist()
    return times


def _pieces(body: bytes) -> Iterator[Piece]:
    """Cut out the items; of a JSON Feed that ends too early, none stands for its end."""
    try:
        text = decode(body).text
    except RejectRecord:
        text = body
    pieces = feeds.split(Stream.held(text), len(text) + 1)
    return (piece for piece in pieces if piece.payload)


def _item(came_from: str | None, piece: Piece, parts: Parts | RejectRecord) -> Item:
    if piece.refusal is not None or isinstance(parts, RejectRecord):
        parts = NOTHING
    told = told_of(piece.header) | ({"url": came_from} if came_from else {})
    base = base_of(told)
    published, modified = dates_of(parts)
    url = link_of(parts, base) or ""
    return Item(
        url,
        modified or published,
        piece.payload,
        text_of(parts),
        base,
        native_id_of(parts),
        parts.get("title"),
    )
