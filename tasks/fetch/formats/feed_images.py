"""Images that an item of an XML feed names beside its text, the likeliest lead image first.

Media RSS (``media:content``, then ``media:thumbnail``) and enclosures (RSS 2.0, RFC 4287, 4.2.7.2).
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from tasks.pages import LeadImage
from tasks.pages.fragments import read_fragment

MOST_IMAGES: Final = 20
"""Images of an item that are looked at for one that is no icon: captions are markup, and cost."""

_NAMED: Final = re.compile(r"\.(?:jpe?g|png|webp|gif|avif)(?:[?#].*)?\Z", re.IGNORECASE | re.DOTALL)


def images_of(media: list[Any], enclosures: list[Any]) -> tuple[LeadImage, ...]:
    """Return the images of an item's elements of Media RSS, and of those that are enclosures.

    What ``media:description`` says in an element of an image is its caption. Of what tells no type
    an image is told by its name.
    """
    if not media and not enclosures:
        return ()
    told = [each for element in media for each in (element, *element.iterdescendants())]
    contents = [each for each in told if _name_of(each) == "content"]
    thumbnails = [each for each in told if _name_of(each) == "thumbnail"]
    shown = [each for each in (*contents, *enclosures) if _is_image(each)] + thumbnails
    return tuple(islice(_read(shown), MOST_IMAGES))


def _read(elements: list[Any]) -> Iterator[LeadImage]:
    for element in elements:
        address = (element.get("url") or element.get("href") or "").strip()
        if address:
            captions = (each.text for each in element if _name_of(each) == "description")
            caption = " ".join(read_fragment(next(filter(None, captions), "")).split())
            yield LeadImage(address, caption or None)


def _name_of(element: Any) -> str:
    tag = element.tag
    return re.split("[}:]", tag)[-1] if isinstance(tag, str) else ""


def _is_image(element: Any) -> bool:
    kind = element.get("type") or element.get("medium") or ""
    if kind:
        return kind.strip().lower().startswith("image")
    return _NAMED.search(element.get("url") or element.get("href") or "") is not None
