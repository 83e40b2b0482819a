"""One article out of one page of HTML: its text, and who wrote it when, each with where it stood.

>>> page = read_page(payload, url="https://example.org/2024/5/1/news", timezone="Asia/Amman")
>>> page.refusal, page.title, [each.text for each in page.paragraphs if each.kind == "paragraph"]

Evidence of JSON-LD, OpenGraph, microdata and the page's make-up is weighed
(:mod:`tasks.pages.titles`, :mod:`tasks.pages.dating`); the text is always the page's own
(:mod:`tasks.pages.body`). No outlet is known by name. Any bytes are read in time proportional to
their number.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from tasks.errors import RejectRecord
from tasks.pages.assembling import Evidence, assemble
from tasks.pages.dating import Reading
from tasks.pages.decoding import decode_page
from tasks.pages.json_ld import read_json_ld
from tasks.pages.outline import outline_of
from tasks.pages.page import LeadImage, Page
from tasks.pages.paragraphs import Paragraph
from tasks.pages.taming import TOO_MANY, tame
from tasks.text.printed_dates import zone_of
from tasks.text.related_lines import heading_phrases

__all__ = ["LARGEST", "LeadImage", "Page", "Paragraph", "read_page"]

LARGEST: Final = 8 * 1024 * 1024
"""Bytes of the largest page that is read. Of 268 real pages the largest has 0.1 MB."""

_SNIFFED: Final = 2048


def read_page(  # noqa: PLR0913
    payload: bytes,
    *,
    url: str | None = None,
    charset: str | None = None,
    timezone: str = "UTC",
    fetched_at: datetime | None = None,
    related_headings: Iterable[str] = (),
) -> Page:
    """Read one article page; what is none has a ``refusal``, and what could be read all the same.

    ``url`` is where the page was fetched (relative links are told by it), ``charset`` the one of
    the HTTP header, ``timezone`` (IANA) that of clocks without a zone, ``fetched_at`` the aware
    time that «منذ ساعتين» is told from and that no date lies two days behind, ``related_headings``
    what the site writes over related links besides what all do. Raises
    :class:`StopRun` for a time zone that does not exist, and nothing else.
    """
    zone_of(timezone)
    if not payload.strip(b"\0\t\n\r\f \xef\xbb\xbf"):
        return Page(refusal="empty-page")
    if len(payload) > LARGEST:
        return Page(refusal="page-too-large")
    try:
        decoded = decode_page(payload, charset)
    except RejectRecord:
        return Page(refusal="unknown-encoding")
    if not _is_markup(decoded.text):
        return Page(encoding=decoded.encoding, refusal="not-html")
    markup, tags = tame(decoded.text)
    if tags > TOO_MANY:
        return Page(encoding=decoded.encoding, refusal="page-too-large")
    evidence = Evidence(
        outline=outline_of(markup),
        linked=read_json_ld(decoded.text),
        url=url,
        reading=Reading(timezone, fetched_at),
        related_headings=heading_phrases(related_headings),
        markup=decoded.text,
    )
    return replace(assemble(evidence), encoding=decoded.encoding)


def _is_markup(text: bytes) -> bool:
    """Tell whether it is HTML: a tag that is one of pages', and no feed, XML or binary."""
    head = text[:_SNIFFED].lstrip().lower()
    if (
        head.startswith((b"%pdf", b"{", b"[", b"<rss", b"<feed", b"<urlset"))
        or b"<rss" in head[:400]
    ):
        return False
    if head.count(b"\0") > len(head) // 8:
        return False
    small = text[:200_000].lower()
    return any(
        tag in small
        for tag in (
            b"<html",
            b"<body",
            b"<head",
            b"<div",
            b"<p>",
            b"<p ",
            b"<article",
            b"<table",
            b"<h1",
        )
    )
