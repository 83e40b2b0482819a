"""Where the links of a feed's items start from, as the feed says before its first item.

That is ``xml:base`` of the elements around the items (XML Base, W3C 2009), from the address that
the feed came from. A saved feed came from the address that it calls its own (``rel="self"``,
``feed_url``), else its links are those of the site that it calls its own (RSS's ``link``,
``home_page_url``); one that says neither has no addresses but those in full.
"""

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from tasks.fetch.formats.headers import address_in_full, is_web_address
from tasks.text.addresses import joined_address

_TAG: Final = re.compile(
    rb"<!--(?>.*?(?:-->|\Z))|<!\[CDATA\[(?>.*?(?:\]\]>|\Z))"
    rb"|<(?P<end>/?)(?:[\w.-]{1,40}:)?(?P<name>[\w.-]{1,40})(?=[\s/>])"
    rb"""(?P<told>(?:[^<>"'/]|"[^"<]*"|'[^'<]*'|/(?!>))*+)(?P<empty>/?)>""",
    re.DOTALL,
)
_ATTRIBUTE: Final = re.compile(rb"""(?<![\w:.-])([\w:.-]{1,40})\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_TEXT: Final = re.compile(rb"\s*(?:<!\[CDATA\[\s*)?([^<\]\s]{1,8192})")
_ITEMS: Final = frozenset({b"item", b"entry"})
_FEEDS: Final = frozenset({b"channel", b"feed"})
_ANYWHERE: Final = "https://example.org/"


def said_by_xml(head: bytes) -> str | None:
    """Return what the beginning of a feed says as the JSON of its items' header, null for nothing.

    ``base`` are the ``xml:base`` in force at the first item, ``self`` is the feed's own address.
    """
    bases: list[tuple[bytes, str]] = []
    own: dict[str, str] = {}
    for tag in _TAG.finditer(head):
        name = tag["name"] and tag["name"].lower()
        if name in _ITEMS:
            break
        if not name:
            continue
        if tag["end"]:
            while bases and bases.pop()[0] != name:
                pass
            continue
        told = dict(_attributes(tag["told"]))
        if name == b"link" and bases and bases[-1][0] in _FEEDS:
            rel = told.get("rel", "alternate")
            own.setdefault(rel, told.get("href") or _text_at(head, tag.end()))
        if not tag["empty"]:
            bases.append((name, told.get("xml:base", "")))
    base = ""
    for _, told_base in bases:
        if address_in_full(told_base, _ANYWHERE):  # one that is broken, or no web's, is passed over
            base = joined_address(base, told_base)
    return _header(base, (own.get("self"), own.get("alternate")))


def said_by_json(feed: Mapping[str, Any]) -> str | None:
    """Return what a JSON Feed says of itself, as :func:`said_by_xml` does."""
    return _header("", (feed.get("feed_url"), feed.get("home_page_url")))


def _header(base: str, own: tuple[object, ...]) -> str | None:
    addresses = (each for each in own if isinstance(each, str) and is_web_address(each))
    said = {"base": base, "self": next(addresses, "")}
    said = {name: value for name, value in said.items() if value}
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS).decode() if said else None


def _attributes(told: bytes) -> Iterator[tuple[str, str]]:
    for name, *values in _ATTRIBUTE.findall(told):
        text = b"".join(values).decode("utf-8", "replace")
        yield name.decode("ascii", "replace").lower(), html.unescape(text).strip()


def _text_at(head: bytes, place: int) -> str:
    found = _TEXT.match(head, place)
    return html.unescape(found[1].decode("utf-8", "replace")) if found else ""
