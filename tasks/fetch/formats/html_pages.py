"""Pages of HTML, saved or fetched: one article each, read by :mod:`tasks.pages`."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from expectations.dispositions import REASONS
from tasks.fetch.formats.content import join, suffix_of, views
from tasks.fetch.formats.headers import address_of, told_of
from tasks.fetch.formats.page_columns import markup_columns
from tasks.fetch.formats.pieces import BETWEEN_NAMES, DECODED, Decoded, Format, Piece
from tasks.fetch.formats.prologs import BEFORE_ROOT
from tasks.fetch.formats.whole_file import read_whole
from tasks.fetch.streams import Stream
from tasks.pages import Page, read_page
from tasks.sources import SourceProfile
from tasks.text.dates import read_dates

SUFFIXES: Final = frozenset({".html", ".htm", ".xhtml", ".shtml"})

_OPENING: Final = re.compile(BEFORE_ROOT + rb"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_TAG: Final = re.compile(rb"<[a-z!]", re.IGNORECASE)
_EVER: Final = datetime(1900, 1, 1, tzinfo=UTC)
_NEVER: Final = datetime(2200, 1, 1, tzinfo=UTC)

_REASONS: Final = {
    "empty-page": "empty-file",
    "not-html": "unknown-format",
    "page-too-large": "too-large",
}
"""What the ledger calls what is no page."""


def sniff(name: str, head: bytes) -> bool:
    """Whether it begins as a page does, or has a page's name and a tag."""
    if _OPENING.match(head):
        return True
    return suffix_of(name) in SUFFIXES and _TAG.search(head) is not None


def split(stream: Stream, longest: int) -> Iterator[Piece]:
    """Yield the whole page as one record."""
    yield read_whole(stream, longest)


def decode(
    payloads: pa.LargeBinaryArray, profile: SourceProfile, _deepest: int, headers: pa.Array
) -> Decoded:
    """Read each payload as the page of one article.

    ``headers`` tell of each, as JSON, the ``url`` that it came from and the ``charset`` that its
    server said, null for a saved page. What is no article page is refused with the reason.
    """
    decoded = Decoded()
    pages, addresses = [], []
    for row, (payload, header) in enumerate(zip(views(payloads), headers.to_pylist(), strict=True)):
        told = told_of(header)
        page = read_page(
            bytes(payload),
            url=address_of(told),
            charset=told.get("charset"),
            timezone=profile.timezone,
            related_headings=profile.related_headings,
        )
        if page.refusal is not None:
            reason = _REASONS.get(page.refusal, page.refusal)
            detail = REASONS["rejected"][reason]
            decoded.refuse(row, reason, detail, source=_outlet(page, profile))
            continue
        decoded.rows.append(row)
        pages.append(page)
        addresses.append(address_of(told))
    rows = [_fields(*each, profile) for each in zip(pages, addresses, strict=True)]
    decoded.columns = markup_columns(pages, addresses) | {
        name: pa.array([row[name] for row in rows], pa.string())
        for name in (*DECODED, "read_as")
        if name != "text"
    }
    decoded.columns["text"] = join([row["text"].encode() for row in rows], pa.large_string())
    for name in ("published", "modified"):
        read = pa.array([row[name] for row in rows], pa.string())
        printed = decoded.columns[f"{name}_raw"]
        decoded.columns[f"{name}_raw"] = _readable(printed, read, profile.timezone)
    return decoded


def _readable(printed: pa.Array, read: pa.Array, timezone: str) -> pa.Array:
    """Return the dates as they are printed, and as they were read where only the page shows how.

    «الرياض - محمد الأحمد: 2012-05-01» is such a line: beside the page it is no date.
    """
    told = read_dates(printed, timezone=timezone, earliest=_EVER, latest=_NEVER, in_words=True)
    return pc.if_else(pc.and_(pc.is_null(told.at), pc.is_valid(read)), read, printed)


def _iso(at: datetime | None, precision: str | None) -> str | None:
    if at is None:
        return None
    return at.date().isoformat() if precision == "day" else at.isoformat()


def _fields(page: Page, url: str | None, profile: SourceProfile) -> dict[str, Any]:
    return {
        "source": _outlet(page, profile),
        "native_id": None,
        "url": page.canonical_url or url,
        "title": page.title,
        "text": page.body,
        "published_raw": page.published_raw,
        "modified_raw": page.modified_raw,
        "published": _iso(page.published, page.published_precision),
        "modified": _iso(page.modified, page.modified_precision),
        "author": BETWEEN_NAMES.join(page.authors) or None,
        "section": page.section,
        "read_as": None if page.encoding in {None, "utf-8"} else page.encoding,
    }


def _outlet(page: Page, profile: SourceProfile) -> str | None:
    """Return the outlet that the page names; who has a profile for it knows better."""
    return None if profile.outlet else page.site_name


HTML: Final = Format(
    name="html", sniff=sniff, split=split, decode=decode, recoded=False, reads_headers=True
)
