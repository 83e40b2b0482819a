"""What a feed says of itself: its title and its language, for who looks at a new source."""

import re
from typing import Any, Final, NamedTuple

import orjson

from tasks.errors import RejectRecord
from tasks.fetch.formats.feed_items import parse_item
from tasks.fetch.formats.json_feeds import beginning_of_feed
from tasks.text.encodings import decode

_LONGEST: Final = 65_536
"""Bytes before the first item that are read; real feeds have some 1,000 there."""

_FIRST_ITEM: Final = re.compile(rb"<(?:atom:|rss:)?(?:item|entry)[\s>/]")
_CHANNEL: Final = re.compile(rb"<(?:\w{1,20}:)?(?:channel|feed)\b[^>]{0,4000}>", re.IGNORECASE)
_LANG: Final = re.compile(rb"\bxml:lang\s*=\s*[\"']([A-Za-z0-9_-]{2,30})")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")


class FeedHead(NamedTuple):
    """The title of a feed, and its language tag (``ar-dz``) in small letters; empty for neither."""

    title: str = ""
    language: str = ""


def read_feed_head(body: bytes) -> FeedHead:
    """Return what an RSS, Atom or JSON feed says of itself; nothing where it cannot be read."""
    is_json = beginning_of_feed(body[:_LONGEST]) is not None
    told = _of_json(body) if is_json else _of_xml(body)
    language = told.get("language", "").strip().replace("_", "-").lower()
    return FeedHead(
        title=" ".join(told.get("title", "").split()),
        language=language if _LANGUAGE.fullmatch(language) else "",
    )


def _of_json(body: bytes) -> dict[str, str]:
    try:
        told: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    told = told if isinstance(told, dict) else {}
    return {name: value for name, value in told.items() if isinstance(value, str)}


def _of_xml(body: bytes) -> dict[str, str]:
    try:
        text = decode(body).text
    except RejectRecord:
        text = body
    first = _FIRST_ITEM.search(text)
    head = text[: min(first.start() if first else len(text), _LONGEST)]
    opening = _CHANNEL.search(head)
    if opening is None:
        return {}
    language = _LANG.search(opening[0])
    told = {"language": language[1].decode("ascii")} if language else {}
    try:
        return {**told, **parse_item(head[opening.start() :]).told}
    except RejectRecord:
        return told
