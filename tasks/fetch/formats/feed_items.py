"""One item of a feed: what its elements say, in RSS 0.9 to 2.0, RDF and Atom.

Items are parsed alone, without the feed around them: prefixes that it declares are not known here,
so elements are told by their names. Nothing is loaded and no entity is declared, so none expands.
"""

import html
import re
from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from tasks.errors import RejectRecord
from tasks.fetch.formats.content import BOM, not_utf8
from tasks.fetch.formats.headers import LONGEST_ADDRESS, is_web_address
from tasks.fetch.formats.pieces import BETWEEN_NAMES
from tasks.pages.fragments import read_fragment
from tasks.text.addresses import joined_address

MOST_TAGS: Final = 200_000
"""Tags of an item; a tree of them takes some 100 bytes for each."""

DEEPEST: Final = 200
"""Elements that may be open in an item; libxml2 itself reads 256."""

_PLAIN: Final = "content_text"
_TEXTS: Final = (
    *("encoded", "content", "body", "fulltext", "full-text", "content_html", _PLAIN),
    *("description", "summary"),
)
"""Where an item has its text, the whole one first; all but one may be markup."""

_PUBLISHED: Final = ("pubDate", "published", "date", "issued", "created")
_MODIFIED: Final = ("updated", "modified")

_OTHERS_PREFIXES: Final = frozenset(
    {"media", "itunes", "googleplay", "podcast", "spotify", "georss", "thr", "slash", "image"}
)
_OTHERS_SPACES: Final = re.compile(r"\{[^}]*(?:/mrss|itunes|googleplay|podcast|georss|/thread)")
"""Namespaces whose titles and descriptions are those of pictures, films and comments."""

_MAIL_OF: Final = re.compile(r"\A[^\s@()]{1,200}@[^\s@()]{1,200}(?:\s*\((?P<name>[^()]*)\))?\Z")

_REFERENCE: Final = re.compile(
    r"<!\[CDATA\[(?>.*?(?:\]\]>|\Z))"
    r"|<(?![^\W\d]|[/!?:])"
    r"|&(?:[a-zA-Z][a-zA-Z0-9]{1,31};|\#[0-9]{1,7};|\#[xX][0-9a-fA-F]{1,6};)?",
    re.DOTALL,
)
_NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_TAG: Final = re.compile(
    rb"<!\[CDATA\[(?>.*?(?:\]\]>|\Z))|<!--(?>.*?(?:-->|\Z))|<(?P<tag>/?[\w:][^<>]*)>?", re.DOTALL
)
_PREFIX: Final = re.compile(r"(</?)[\w.-]+:(?=\w)")

_PARSER: Final[dict[str, Any]] = {
    "recover": True,
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": True,  # texts of over 10 MB would be cut short; the depth is bounded here
    "remove_comments": True,
    "remove_pis": True,
    "encoding": "utf-8",
}


def read_item(payload: bytes, base: str | None = None) -> dict[str, str]:
    """Return the ``DECODED`` fields that an item has; ``base`` is where it came from.

    Raises :class:`RejectRecord` as :func:`parse_item` does, and for an item without a text.
    """
    return fields_of(parse_item(payload), base)


def fields_of(parts: dict[str, str], base: str | None = None) -> dict[str, str]:
    """Return the ``DECODED`` fields of an item's parts; raise :class:`RejectRecord` without a text.

    ``base`` is where the item came from.
    """
    text = text_of(parts)
    if not text:
        raise RejectRecord("the item has neither a text nor a summary", reason="no-text")
    published, modified = dates_of(parts)
    found = {
        "native_id": parts.get("native_id")
        or parts.get("guid")
        or parts.get("id")
        or parts.get("about"),
        "url": link_of(parts, base),
        "title": " ".join(read_fragment(parts.get("title", "")).split()),
        "text": text,
        "published_raw": published or modified,
        "modified_raw": modified,
        "author": parts.get("creator") or parts.get("author"),
        "section": parts.get("category"),
    }
    return {name: value for name, value in found.items() if value}


def parse_item(payload: bytes) -> dict[str, str]:
    """Return what the first element of each name holds, names without their prefix.

    An element without a prefix counts before one with it; all authors are one text. The address of
    Atom's link is ``href``, that of RDF's item ``about``. Raises :class:`RejectRecord` for what is
    no UTF-8, no element, or has more tags than are read.
    """
    root = _tree(payload)
    plain: dict[str, str] = {}
    prefixed: dict[str, str] = {}
    authors: dict[str, list[str]] = {"author": [], "creator": []}
    for name, is_plain, element in _elements(root):
        if name in authors:
            authors[name] += filter(None, _names(element))
        elif name == "link" and element.get("href"):
            if element.get("rel", "alternate") == "alternate":
                plain.setdefault("href", element.get("href").strip())
        elif value := _value(element).strip():
            (plain if is_plain else prefixed).setdefault(name, value)
    told = {name: BETWEEN_NAMES.join(dict.fromkeys(names)) for name, names in authors.items()}
    about = next((value for name, value in root.items() if name.endswith("about")), "")
    return {**prefixed, **plain, **told, "about": about.strip()}


def dates_of(parts: dict[str, str]) -> tuple[str | None, str | None]:
    """Return (when the item was published, when it was changed) as printed, null where untold."""
    published, modified = (
        next(filter(None, map(parts.get, names)), None) for names in (_PUBLISHED, _MODIFIED)
    )
    return published, modified


def text_of(parts: dict[str, str]) -> str:
    """Return the text of an item, whole if it has it, else the summary; empty for neither."""
    texts = (
        told if name == _PLAIN else read_fragment(told)
        for name in _TEXTS
        if (told := parts.get(name, ""))
    )
    return next(filter(None, texts), "")


def link_of(parts: dict[str, str], base: str | None = None) -> str | None:
    """Return the web address of an item, null for any other: ``file:`` and ``javascript:`` too.

    Blanks in it are escaped. Of links without a host those from the root of ``base`` are completed:
    whether the address of the feed or of the item is known does not matter for them.
    """
    for name in ("link", "href", "guid", "id", "about"):
        told = re.sub(r"[\t\r\n]", "", parts.get(name, "")[: LONGEST_ADDRESS + 1]).strip()
        told = told.replace(" ", "%20")
        if name in {"link", "href"} and told.startswith("/") and base is not None:
            told = joined_address(base, told)
        if is_web_address(told):
            return told
    return None


def check_tags(count: int) -> None:
    """Raise :class:`RejectRecord` for an item that has so many tags that it is not read."""
    if count > MOST_TAGS:
        problem = f"the item has {count:,} tags; the limit is {MOST_TAGS:,}"
        raise RejectRecord(problem, reason="too-large")


def _tree(payload: bytes) -> Any:
    """Return the root of a piece of XML, as well as it can be read, no entity expanded.

    Raises :class:`RejectRecord` for what is no element, or one that is too large to be an item's.
    """
    payload = payload.removeprefix(BOM)
    tags = payload.count(b"<")
    check_tags(tags)
    if tags > DEEPEST and _depth(payload) > DEEPEST:
        problem = f"the item's elements are nested over {DEEPEST} deep"
        raise RejectRecord(problem, reason="too-deep")
    try:
        text = payload.decode()
    except UnicodeDecodeError as error:
        raise RejectRecord(not_utf8(error), reason="not-utf8") from error
    text = _REFERENCE.sub(_as_xml, _NOT_XML.sub("", text))
    try:
        root = etree.fromstring(text.encode(), etree.XMLParser(**_PARSER))
    except etree.XMLSyntaxError as error:
        raise RejectRecord(f"the item is no XML: {error.msg}", reason="no-text") from error
    if root is None:
        raise RejectRecord("the item is no XML", reason="no-text")
    return root


def _depth(payload: bytes) -> int:
    """Return how many elements are open at most."""
    depth = deepest = 0
    for tag in _TAG.finditer(payload):
        told = tag["tag"]
        if told is None or told.endswith(b"/"):
            continue
        depth = max(depth + (-1 if told.startswith(b"/") else 1), 0)
        deepest = max(deepest, depth)
    return deepest


def _as_xml(match: re.Match[str]) -> str:
    """Return a reference as XML knows it: HTML's are those of characters, a bare «&» is text.

    A parser that goes on after errors would leave them out, and with them parts of addresses.
    """
    told = match[0]
    if told.startswith("<!"):
        return told
    meant = html.unescape(told)
    return html.escape(_NOT_XML.sub("", meant))


def _elements(root: Any) -> Iterator[tuple[str, bool, Any]]:
    """Yield the elements of an item: the name, whether it has no prefix, the element."""
    for element in root:
        tag = element.tag
        if not isinstance(tag, str) or _OTHERS_SPACES.match(tag):
            continue
        prefix, _, name = tag.rpartition("}")[2].rpartition(":")
        prefix = element.prefix or prefix
        if prefix not in _OTHERS_PREFIXES:
            yield name, not prefix, element


def _names(element: Any) -> Iterator[str]:
    """Yield the names that an author has; «a@b.org (اسم)» is RSS's form, a mail alone is none."""
    told = [child.text or "" for child in element if str(child.tag).endswith("name")]
    for name in told or [element.text or ""]:
        mail = _MAIL_OF.match(name.strip())
        yield " ".join(((mail["name"] or "") if mail else name).split())


def _value(element: Any) -> str:
    """Return the text, or the markup of an element that has parts (Atom's ``xhtml``)."""
    if not len(element):
        return element.text or element.get("label") or element.get("term") or ""
    parts = [html.escape(element.text or "", quote=False)]
    parts += [etree.tostring(child, encoding="unicode") for child in element]
    return _PREFIX.sub(r"\1", "".join(parts))
