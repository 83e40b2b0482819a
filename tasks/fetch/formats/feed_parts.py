"""What an item of a feed says, whichever kind of feed it stands in: its parts, and its address."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from tasks.errors import RejectRecord
from tasks.fetch.formats.headers import LONGEST_ADDRESS, address_in_full, is_web_address
from tasks.pages.fragments import read_fragment

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

_NO_PATH: Final = re.compile(r"#|www\.|[^/]*\s", re.IGNORECASE)
"""How what is no path begins: a place on the page, a host without its scheme, words («لا رابط»)."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the first element of each name holds.

    ``bases`` are the ``xml:base`` of these elements by name, and that of the item under ``""``.
    """

    told: Mapping[str, str]
    bases: Mapping[str, str] = field(default_factory=dict)

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


def link_of(parts: Parts, base: str | None = None) -> str | None:
    """Return the web address of an item, null for any other: ``file:`` and ``javascript:`` too.

    Blanks in it are escaped. Links that are not in full are completed from the item's ``xml:base``
    and ``base``, where the feed came from.
    """
    for name in (*_LINKS, "guid", "id", "about"):
        told = re.sub(r"[\t\r\n]", "", parts.get(name)[: LONGEST_ADDRESS + 1]).strip()
        whole: str | None = told.replace(" ", "%20")
        if name in _LINKS and not is_web_address(whole or "") and not _NO_PATH.match(told):
            whole = address_in_full(told, parts.base_of(name, base))
        if whole and is_web_address(whole):
            return whole
    return None


def dates_of(parts: Parts) -> tuple[str | None, str | None]:
    """Return (when the item was published, when it was changed) as printed, null where untold."""
    published, modified = (
        next(filter(None, map(parts.get, names)), None) for names in (_PUBLISHED, _MODIFIED)
    )
    return published, modified


def text_of(parts: Parts) -> str:
    """Return the text of an item, whole if it has it, else the summary; empty for neither."""
    texts = (
        told if name == _PLAIN else read_fragment(told)
        for name in _TEXTS
        if (told := parts.get(name))
    )
    return next(filter(None, texts), "")


def fields_of(parts: Parts, base: str | None = None) -> dict[str, str]:
    """Return the ``DECODED`` fields of an item's parts; raise :class:`RejectRecord` without a text.

    ``base`` is where its links start from.
    """
    text = text_of(parts)
    if not text:
        raise RejectRecord("the item has neither a text nor a summary", reason="no-text")
    published, modified = dates_of(parts)
    found = {
        "native_id": next(filter(None, map(parts.get, _IDS)), None),
        "url": link_of(parts, base),
        "title": " ".join(read_fragment(parts.get("title")).split()),
        "text": text,
        "published_raw": published or modified,
        "modified_raw": modified,
        "author": parts.get("creator") or parts.get("author"),
        "section": parts.get("category"),
    }
    return {name: value for name, value in found.items() if value}
