"""What an item of a feed says, whichever kind of feed it stands in: its parts, and its address."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from tasks.errors import RejectRecord
from tasks.fetch.formats.headers import LONGEST_ADDRESS, address_in_full, is_web_address
from tasks.pages import LeadImage, Page, Paragraph
from tasks.pages.fragments import USUAL, Story, read_fragment, read_story
from tasks.pages.paragraphs import is_icon
from tasks.text.words import Phrases

_LINKS: Final = ("link", "href")
"""Parts that lead to the page; the others are an address only where they are one in full."""

_IDS: Final = ("native_id", "guid", "id", "about")

_PLAIN: Final = "content_text"
_TEXTS: Final = (
    *("encoded", "content", "body", "fulltext", "full-text", "content_html", _PLAIN),
    *("description", "summary"),
)
"""Where an item has its text, the whole one first; all but one may be markup."""

_PUBLISHED: Final = ("pubDate", "published", "date", "issued", "created")
_MODIFIED: Final = ("updated", "modified")

_BREAKS: Final = re.compile(r"[\t\r\n]")
_NO_PATH: Final = re.compile(r"#|www\.|[^/]*\s", re.IGNORECASE)
"""How what is no path begins: a place on the page, a host without its scheme, words («لا رابط»)."""


class Parts(NamedTuple):
    """What the first element of each name holds.

    ``bases`` are the ``xml:base`` of these elements by name, and that of the item under ``""``;
    ``tags`` are all categories, ``images`` those beside the text, the likeliest lead image first.
    """

    told: Mapping[str, str]
    bases: Mapping[str, str] = MappingProxyType({})
    tags: tuple[str, ...] = ()
    images: tuple[LeadImage, ...] = ()

    def get(self, name: str) -> str:
        """Return what a part holds, empty for none."""
        return self.told.get(name, "")

    def base_of(self, name: str, base: str | None) -> str | None:
        """Return where the links in a part start from, ``base`` where the item does not say.

        One that is no web address is passed over.
        """
        for told in (self.bases.get(""), self.bases.get(name)):
            if told:
                base = address_in_full(told, base) or base
        return base


NOTHING: Final = Parts({})


class Read(NamedTuple):
    """An item as it was read: its ``DECODED`` fields, and what its markup tells beside them.

    ``base`` is where the links in its text start from.
    """

    fields: Mapping[str, str]
    page: Page
    base: str | None


def link_of(parts: Parts, base: str | None = None) -> str | None:
    """Return the web address of an item, null for any other: ``file:`` and ``javascript:`` too.

    Blanks in it are escaped. Links that are not in full are completed from the item's ``xml:base``
    and ``base``, where the feed came from.
    """
    for name in (*_LINKS, "guid", "id", "about"):
        told = _BREAKS.sub("", parts.get(name)[: LONGEST_ADDRESS + 1]).strip()
        whole = told.replace(" ", "%20")
        if is_web_address(whole):
            return whole
        if told and name in _LINKS and not _NO_PATH.match(told):
            joined = address_in_full(told, parts.base_of(name, base))
            if joined:
                return joined
    return None


def native_id_of(parts: Parts) -> str:
    """Return the id that the feed gave an item, empty for none."""
    return next(filter(None, map(parts.get, _IDS)), "")


def dates_of(parts: Parts) -> tuple[str | None, str | None]:
    """Return (when the item was published, when it was changed) as printed, null where untold."""
    published, modified = (
        next(filter(None, map(parts.get, names)), None) for names in (_PUBLISHED, _MODIFIED)
    )
    return published, modified


def text_of(parts: Parts) -> str:
    """Return the text of an item, whole if it has it, else the summary; empty for none to read."""
    try:
        return _story(parts, "", USUAL).text
    except RejectRecord:
        return ""


def read_item(parts: Parts, base: str | None = None, related: Phrases = USUAL) -> Read:
    """Read an item whose links start from ``base``; ``related`` are headings over related links.

    Links in its text start from its ``xml:base``, where it states one, else from its own address:
    its markup is that of its page. Raises :class:`RejectRecord` for one without a text.
    """
    title = " ".join(read_fragment(parts.get("title")).split())
    name, text, story = _story(parts, title, related)
    if not text:
        raise RejectRecord("the item has neither a text nor a summary", reason="no-text")
    published, modified = dates_of(parts)
    url = link_of(parts, base)
    found = {
        "native_id": native_id_of(parts),
        "url": url,
        "title": title,
        "text": text,
        "published_raw": published or modified,
        "modified_raw": modified,
        "author": parts.get("creator") or parts.get("author"),
        "section": parts.get("category"),
    }
    fields = {column: value for column, value in found.items() if value}
    is_stated = parts.bases.get("") or parts.bases.get(name)
    own = parts.base_of(name, base) if is_stated else url or base
    page = Page(
        subtitle=story.subtitle,
        paragraphs=story.paragraphs,
        tags=parts.tags,
        lead_image=_lead_image(parts, story.image, base, own),
    )
    return Read(fields, page, own)


class _Text(NamedTuple):
    part: str
    text: str
    story: Story


def _story(parts: Parts, title: str, related: Phrases) -> _Text:
    """Return the part that has the text, and what it says; an empty story for none."""
    for name in _TEXTS:
        if told := parts.get(name):
            if name == _PLAIN:
                return _Text(name, told, Story((Paragraph(told, "paragraph"),)))
            story = read_story(told, title=title, related=related)
            if text := story.body:
                return _Text(name, text, story)
    return _Text("", "", Story())


def _lead_image(
    parts: Parts, shown: LeadImage | None, base: str | None, own: str | None
) -> LeadImage | None:
    """Return the first image that is no icon of the site: of those beside the text, else in it."""
    told = [(image, parts.base_of("", base)) for image in parts.images]
    told += [(shown, own)] if shown else []
    for image, start in told:
        address = address_in_full(image.url, start)
        if address and not is_icon(urlsplit(address).path):
            return LeadImage(address, (shown and shown.caption) or image.caption)
    return shown
