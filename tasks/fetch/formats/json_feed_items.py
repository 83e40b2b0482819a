"""One item of a JSON Feed (jsonfeed.org, version 1.1): its keys, as the elements of an XML item.

A value of another type than the specification's is no value; the rest of the item is read.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tasks.fetch.formats.feed_items import check_tags
from tasks.fetch.formats.feed_parts import Parts
from tasks.fetch.formats.pieces import BETWEEN_NAMES
from tasks.pages import LeadImage

_TEXTS: Final = {
    "link": "url",
    "href": "external_url",
    "title": "title",
    "content_html": "content_html",
    "content_text": "content_text",
    "summary": "summary",
    "published": "date_published",
    "modified": "date_modified",
}
"""The part, and the key that it stands under."""


def parts_of(item: Mapping[str, Any], payload: bytes) -> Parts:
    """Return what an item says by the names of an XML item's elements, its ``id`` as ``native_id``.

    ``payload`` is the item as written, for numbers that Python cannot hold exactly. Those of an
    ``author`` (version 1) count where there are no ``authors``; the category is the first tag.
    Raises :class:`RejectRecord` for more tags of HTML than are read.
    """
    found = {part: value for part, key in _TEXTS.items() if (value := _text(item.get(key)))}
    check_tags(found.get("content_html", "").count("<"))
    if native_id := _id(item.get("id"), payload):
        found["native_id"] = native_id
    names = list(_names(item.get("authors"))) or list(_names([item.get("author")]))
    if names:
        found["author"] = BETWEEN_NAMES.join(dict.fromkeys(names))
    tags = _tags(item.get("tags"))
    if tags:
        found["category"] = tags[0]
    return Parts(found, tags=tags, images=tuple(_images(item)))


def _tags(tags: object) -> tuple[str, ...]:
    told = [" ".join(_text(tag).split()) for tag in tags] if isinstance(tags, list) else []
    return tuple(dict.fromkeys(filter(None, told)))


def _images(item: Mapping[str, Any]) -> Iterator[LeadImage]:
    """Yield the images that an item names, the main one first."""
    for key in ("image", "banner_image"):
        if address := _text(item.get(key)):
            yield LeadImage(address.strip())
    attachments = item.get("attachments")
    for each in attachments if isinstance(attachments, list) else []:
        if isinstance(each, dict) and _text(each.get("mime_type")).lower().startswith("image/"):
            title = " ".join(_text(each.get("title")).split())
            yield LeadImage(_text(each.get("url")).strip(), title or None)


def _id(value: object, payload: bytes) -> str:
    """Return an id, which old feeds have as numbers: of 20 digits too, of which two are one float.

    Words that are no number (``true``) are no id.
    """
    if isinstance(value, float):
        value = json.loads(payload, parse_int=str, parse_float=str)["id"]
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _text(value)


def _names(authors: object) -> Iterator[str]:
    for author in authors if isinstance(authors, list) else []:
        name = " ".join(_text(author.get("name")).split()) if isinstance(author, dict) else ""
        if name:
            yield name


def _text(value: object) -> str:
    """Return a text, empty for a blank one and for what is none."""
    return value if isinstance(value, str) and not value.isspace() else ""
