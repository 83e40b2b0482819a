"""What a page's markup tells beside the text, as columns: which lines are headings, links, images.

Captions and related links are not in the text, so that its digest stays when a site sets others
beside it.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import pyarrow as pa

from expectations.schema import RECORDS
from tasks.fetch.formats.headers import address_in_full
from tasks.fetch.formats.pieces import MARKUP
from tasks.pages import Page

_HINTED: Final = frozenset({"heading", "list_item", "quote"})


def markup_columns(pages: Sequence[Page], addresses: Sequence[str | None]) -> dict[str, pa.Array]:
    """Return the columns of ``MARKUP``, a row a page; links lead from where the page came from.

    A saved page came from the address that it calls its own. Links to anything but web pages
    (``javascript:``, a place on the page) have no address; images without one are left out.
    """
    rows = [
        _markup_of(page, address or page.canonical_url)
        for page, address in zip(pages, addresses, strict=True)
    ]
    return {
        name: pa.array([row[name] for row in rows], RECORDS.field(name).type) for name in MARKUP
    }


def _markup_of(page: Page, base: str | None) -> dict[str, Any]:
    lead = page.lead_image
    captions = [lead.caption] if lead and lead.caption else []
    captions += [each.text for each in page.paragraphs if each.kind == "caption"]
    image = address_in_full(lead.url, base) if lead else None
    return {
        "hints": list(_hints(page)),
        "subtitle": page.subtitle,
        "dateline_place": page.dateline,
        "agency": page.agency,
        "tags": list(page.tags),
        "captions": list(dict.fromkeys(captions)),
        "related": [
            {"title": each.text, "url": address_in_full(each.href or "", base)}
            for each in page.paragraphs
            if each.kind == "related"
        ],
        "images": [{"url": image, "caption": lead.caption}] if lead and image else [],
    }


def _hints(page: Page) -> Iterator[dict[str, Any]]:
    """Yield the lines of ``Page.body`` that are more than paragraphs; breaks part one in lines."""
    line = 0
    for each in page.body_paragraphs:
        for _ in each.text.split("\n"):
            if each.kind in _HINTED:
                yield {"kind": each.kind, "line": line}
            line += 1
