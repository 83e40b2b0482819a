"""What a feed says of itself: its title and its language, for who looks at a new source."""

import re
from typing import Any, Final, NamedTuple

import orjson

from tasks.errors import RejectRecord
from tasks.fetch.formats.feed_items import local_name, read_xml
from tasks.fetch.web_lists import is_json_feed
from tasks.text.encodings import decode

_LONGEST: Final = 65_536
"""Bytes before the first item that are read; real feeds have some 1,000 there."""

_FIRST_ITEM: Final = re.compile(rb"<(?:atom:|rss:)?(?:item|entry)[\s>/]")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")


class FeedHead(NamedTuple):
    """The title of a feed, and its language tag (``ar-dz``) in small letters; empty for neither."""

    title: str = ""
    language: str = ""


def read_feed_head(body: bytes) -> FeedHead:
    """Return what an RSS, Atom or JSON feed says of itself; nothing where it cannot be read."""
    told = _of_json(body) if is_json_feed(body[:4096]) else _of_xml(body)
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
    try:
        root = read_xml(head)
    except RejectRecord:
        return {}
    channel = next((each for each in root if local_name(each) == "channel"), root)
    told: dict[str, str] = {}
    for element in channel:
        told.setdefault(local_name(element), "".join(element.itertext()).strip())
    for name, value in root.attrib.items():
        if str(name).endswith("lang"):
            told.setdefault("language", str(value))
    return told
