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
from tasks.fetch.formats.feed_images import images_of
from tasks.fetch.formats.feed_parts import Parts
from tasks.fetch.formats.pieces import BETWEEN_NAMES

MOST_TAGS: Final = 200_000
"""Tags of an item; a tree of them takes some 100 bytes for each."""

DEEPEST: Final = 200
"""Elements that may be open in an item; libxml2 itself reads 256."""

_OTHERS_PREFIXES: Final = frozenset(
    {"itunes", "googleplay", "podcast", "spotify", "georss", "thr", "slash", "image"}
)
_OTHERS_SPACES: Final = re.compile(r"\{[^}]*(?:itunes|googleplay|podcast|georss|/thread)")
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

_BASE: Final = "{http://www.w3.org/XML/1998/namespace}base"

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


def parse_item(payload: bytes) -> Parts:
    """Return what the first element of each name holds, names without their prefix.

    An element without a prefix counts before one with it; all authors are one text. The address of
    Atom's link is ``href``, that of RDF's item ``about``. Raises :class:`RejectRecord` for what is
    no UTF-8, no element, or has more tags than are read.
    """
    root = _tree(payload)
    plain: dict[str, str] = {}
    prefixed: dict[str, str] = {}
    has_bases = b":base" in payload
    bases = {"": root.get(_BASE, "")} if has_bases else {}
    lists: dict[str, list[str]] = {"author": [], "creator": [], "category": []}
    enclosures: list[Any] = []
    media: list[Any] = []
    for name, is_plain, element in _elements(root):
        if name in {"author", "creator"}:
            lists[name] += filter(None, _names(element))
        elif name == "enclosure":
            enclosures.append(element)
        elif name == "media:":
            media.append(element)
        elif name == "link" and element.get("href"):
            rel = element.get("rel", "alternate")
            if rel == "enclosure":
                enclosures.append(element)
            elif rel == "alternate" and "href" not in plain:
                plain["href"] = element.get("href").strip()
                bases["href"] = element.get(_BASE, "")
        elif value := _value(element).strip():
            if name == "category":
                lists[name].append(" ".join(value.split()))
            found = plain if is_plain else prefixed
            if name not in found:
                found[name] = value
                if has_bases and (is_plain or name not in plain):
                    bases[name] = element.get(_BASE, "")
    told = {name: BETWEEN_NAMES.join(dict.fromkeys(lists[name])) for name in ("author", "creator")}
    about = next((value for name, value in root.items() if name.endswith("about")), "")
    return Parts(
        {**prefixed, **plain, **told, "about": about.strip()},
        bases,
        tuple(dict.fromkeys(lists["category"])),
        images_of(media, enclosures),
    )


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
    """Yield the elements of an item: the name, whether it has no prefix, the element.

    Those of Media RSS are all named ``media:``.
    """
    for element in root:
        tag = element.tag
        if not isinstance(tag, str):
            continue
        prefix, _, name = tag.rpartition("}")[2].rpartition(":")
        prefix = element.prefix or prefix
        if prefix == "media" or "/mrss" in tag:
            yield "media:", False, element
        elif prefix not in _OTHERS_PREFIXES and not _OTHERS_SPACES.match(tag):
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
