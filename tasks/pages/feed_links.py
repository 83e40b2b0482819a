"""Feeds that a page announces to browsers, as ``<link rel="alternate">`` (HTML, 4.6.7.1)."""

from typing import Final, NamedTuple

from selectolax.lexbor import LexborHTMLParser

from tasks.errors import RejectRecord
from tasks.pages.decoding import decode_page
from tasks.pages.taming import TOO_MANY, tame
from tasks.text.addresses import joined_address

_TYPES: Final = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/feed+json",
        "application/rdf+xml",
    }
)
_COMMENTS: Final = ("comment", "تعليق")
MOST: Final = 50
"""Feeds of one page that are told of; a page of al-Ghad announces some twenty."""


class FeedLink(NamedTuple):
    """A feed's address, and what the page calls it."""

    url: str
    title: str


def announced_feeds(
    payload: bytes, *, url: str, charset: str | None = None
) -> tuple[FeedLink, ...]:
    """Return the feeds that a page fetched from ``url`` announces, those of comments last.

    Only addresses of http and https are told, each once. What is no page announces none.
    """
    try:
        markup, tags = tame(decode_page(payload, charset).text)
    except RejectRecord:
        return ()
    if tags > TOO_MANY:
        return ()
    tree = LexborHTMLParser(markup)
    based = tree.css_first("base[href]")
    base = _joined(url, (based.attributes.get("href") if based else None) or "") or url
    found: dict[str, FeedLink] = {}
    for node in tree.css("link[rel][href]"):
        told = {name: value or "" for name, value in node.attributes.items()}
        kind = told.get("type", "").partition(";")[0].strip().lower()
        if kind in _TYPES and "alternate" in told["rel"].lower().split():
            address = _joined(base, told["href"])
            if address is not None:
                title = " ".join(told.get("title", "").split())
                found.setdefault(address, FeedLink(address, title))
    return tuple(sorted(found.values(), key=_is_of_comments)[:MOST])


def _joined(base: str, place: str) -> str | None:
    address = joined_address(base, place)
    return address if address.lower().startswith(("http://", "https://")) else None


def _is_of_comments(link: FeedLink) -> bool:
    return any(word in f"{link.url} {link.title}".lower() for word in _COMMENTS)
