"""What a page's JSON-LD says of its article, broken JSON too: a witness among others.

Sites write it by templates that forget to escape quotes and line breaks. What does not parse is
mended once; of what still does not parse, the plain text fields are read by a pattern.
"""

import html
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import orjson

_BLOCKS: Final = 20
_BYTES: Final = 1 << 20
_NODES: Final = 200
_FIELDS: Final = 50
_LONGEST: Final = 3000
"""Fields that are read of JSON that cannot be mended, and bytes of each."""

_AUTHORS: Final = 100_000
_TAG: Final = 300
"""Bytes of a script's start tag in which its type is looked for."""

_ARTICLES: Final = re.compile(
    r"(?:\w*Article|BlogPosting|LiveBlogPosting|Report|Review|Interview)$"
)
_CONTROLS: Final = re.compile(rb"[\x00-\x1f]+")
_TRAILING_COMMA: Final = re.compile(rb",\s*([}\]])")
_BAD_ESCAPE: Final = re.compile(rb"\\(?![\"\\/bfnrtu])")
_FIELD: Final = re.compile(
    rb'"(headline|name|description|datePublished|dateModified|articleSection|inLanguage|articleBody)"'
    rb'[ \t\r\n]{0,20}:[ \t\r\n]{0,20}"'
)
_VALUE_END: Final = re.compile(rb'"[ \t\r\n]{0,20}(?:,[ \t\r\n]{0,20}"|[}\]]|$)')
_AUTHOR: Final = re.compile(
    rb'"author"[ \t\r\n]*:[ \t\r\n\[]*\{[^{}]{0,300}?"name"[ \t\r\n]*:[ \t\r\n]*"([^"\r\n]{1,200})"'
)
_STRING_END: Final = re.compile(rb"[ \t\r\n]*(?:[,}\]:]|$)")


@dataclass(frozen=True, slots=True)
class Linked:
    """What JSON-LD says: of the article, "" or empty where nothing."""

    kind: str = ""
    headline: str = ""
    description: str = ""
    body: str = ""
    published: str = ""
    modified: str = ""
    section: str = ""
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    image: str = ""
    image_caption: str = ""
    language: str = ""
    publisher: str = ""
    address: str = ""
    crumbs: tuple[str, ...] = ()
    free: bool | None = None
    types: frozenset[str] = frozenset()


def read_json_ld(markup: bytes) -> Linked:
    """Return what the JSON-LD of a page in UTF-8 says."""
    nodes: list[dict[str, Any]] = []
    fields: dict[str, str] = {}
    for block in _blocks(markup):
        loaded = _load(block)
        if loaded is None:
            for name, value in _scan(block).items():
                fields.setdefault(name, value)
        else:
            nodes += _nodes(loaded)
    return _linked(nodes[:_NODES], fields)


def _blocks(markup: bytes) -> Iterator[bytes]:
    at = 0
    for _ in range(_BLOCKS):
        at = markup.find(b"ld+json", at)
        if at < 0:
            return
        opened = markup.rfind(b"<", max(at - _TAG, 0), at)
        start = markup.find(b">", at, at + _TAG) + 1
        at += 1
        if opened < 0 or start <= 0 or markup[opened + 1 : opened + 7].lower() != b"script":
            continue
        end = markup.find(b"</", start)
        while end >= 0 and markup[end + 2 : end + 8].lower() != b"script":
            end = markup.find(b"</", end + 2)
        end = len(markup) if end < 0 else end
        at = end
        if end - start <= _BYTES:
            yield markup[start:end]


def _load(block: bytes) -> Any:
    """Return the parsed block, mended if it must be; None if it cannot be."""
    block = block.strip().removeprefix(b"<!--").removesuffix(b"-->").strip().rstrip(b";")
    block = (
        block.removeprefix(b"//<![CDATA[").removeprefix(b"<![CDATA[").removesuffix(b"]]>").strip()
    )
    for mend in (lambda each: each, _mend, _mend_quotes):
        block = mend(block)
        try:
            return orjson.loads(block)
        except orjson.JSONDecodeError:
            continue
    return None


def _mend(block: bytes) -> bytes:
    """Mend what a template forgets: line breaks in strings, last commas, escapes, entities."""
    if b'"' not in block and b"&quot;" in block:
        block = block.replace(b"&quot;", b'"')
    block = _CONTROLS.sub(b" ", block.removesuffix(b"//"))
    block = _BAD_ESCAPE.sub(rb"\\\\", block)
    block = _TRAILING_COMMA.sub(rb"\1", block)
    return block.decode(errors="replace").encode()


def _mend_quotes(block: bytes) -> bytes:
    """Escape quotes within strings: those behind which no string can end.

    «"headline": "قال "فلان" كذا",»: only a comma, a colon or a bracket follows the end of a string.
    """
    parts = block.split(b'"')
    out = [parts[0]]
    within = False
    for number, part in enumerate(parts[1:], start=1):
        if not within:
            out.append(b'"')
            within = True
        elif parts[number - 1].endswith(b"\\") and not parts[number - 1].endswith(b"\\\\"):
            out.append(b'"')
        elif _STRING_END.match(part):
            out.append(b'"')
            within = False
        else:
            out.append(b'\\"')
        out.append(part)
    return b"".join(out)


def _scan(block: bytes) -> dict[str, str]:
    """Return the plain fields of JSON that cannot be mended."""
    found: dict[str, str] = {}
    for field in itertools.islice(_FIELD.finditer(block), _FIELDS):
        end = _VALUE_END.search(block, field.end(), field.end() + _LONGEST)
        if end is not None:
            text = block[field.end() : end.start()].decode(errors="replace")
            found.setdefault(field[1].decode(), text.replace('\\"', '"').replace("\\/", "/"))
    author = _AUTHOR.search(block[:_AUTHORS])
    if author:
        found["author"] = author[1].decode(errors="replace")
    return found


def _nodes(loaded: Any) -> list[dict[str, Any]]:
    """Return the nodes on the upper floors: of lists, of ``@graph``, main entities."""
    found: list[dict[str, Any]] = []
    floor = [loaded]
    for _ in range(4):
        below: list[Any] = []
        for each in floor:
            if isinstance(each, list):
                below += each[:_NODES]
            elif isinstance(each, dict):
                found.append(each)
                below += [each[name] for name in ("@graph", "mainEntity") if name in each]
        floor = below
    return found[:_NODES]


def _kinds(node: dict[str, Any]) -> list[str]:
    kind = node.get("@type")
    return [each for each in (kind if isinstance(kind, list) else [kind]) if isinstance(each, str)]


def _linked(nodes: list[dict[str, Any]], fields: dict[str, str]) -> Linked:
    types = frozenset(kind for node in nodes for kind in _kinds(node))
    articles = [node for node in nodes if any(map(_ARTICLES.fullmatch, _kinds(node)))]
    article = max(articles, key=len) if articles else {}
    known = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str)}
    crumbs = next((node for node in nodes if "BreadcrumbList" in _kinds(node)), {})
    name = _text(article.get("headline")) or (_text(article.get("name")) if article else "")
    image, caption = _image(article.get("image") or article.get("thumbnailUrl"), known)
    authors = _names(article.get("author") or article.get("creator"), known)
    if not authors and fields.get("author"):
        authors = (_clean(fields["author"]),)
    return Linked(
        kind=next(iter(_kinds(article)), ""),
        headline=name or _clean(fields.get("headline", "")),
        description=_text(article.get("description")) or _clean(fields.get("description", "")),
        body=_text(article.get("articleBody")) or _clean(fields.get("articleBody", "")),
        published=_text(article.get("datePublished")) or _clean(fields.get("datePublished", "")),
        modified=_text(article.get("dateModified")) or _clean(fields.get("dateModified", "")),
        section=next(iter(_texts(article.get("articleSection"))), ""),
        authors=authors,
        tags=_tags(article.get("keywords")),
        image=image,
        image_caption=caption,
        language=_text(article.get("inLanguage")),
        publisher=next(iter(_names(article.get("publisher"), known)), "") or _site(nodes),
        address=_address(article),
        crumbs=_crumbs(crumbs),
        free=_free(article.get("isAccessibleForFree")),
        types=types,
    )


def _clean(text: str) -> str:
    return " ".join(html.unescape(text).split())


def _text(value: Any) -> str:
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("@value") or value.get("name")
    return _clean(value) if isinstance(value, str) else ""


def _texts(value: Any) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(filter(None, map(_text, values[:50])))


def _names(value: Any, known: dict[str, dict[str, Any]]) -> tuple[str, ...]:
    """Return the names of persons or organisations, also of those that are only referred to."""
    values = value if isinstance(value, list) else [value]
    names: list[str] = []
    for each in values[:20]:
        if isinstance(each, dict) and "name" not in each:
            each = known.get(str(each.get("@id")), {})  # noqa: PLW2901
        name = each.get("name") if isinstance(each, dict) else each
        names += _texts(name)
    return tuple(dict.fromkeys(names))


def _site(nodes: list[dict[str, Any]]) -> str:
    sites = ("WebSite", "NewsMediaOrganization", "Organization")
    return next(
        (_text(node.get("name")) for kind in sites for node in nodes if kind in _kinds(node)), ""
    )


def _tags(value: Any) -> tuple[str, ...]:
    texts = _texts(value)
    if len(texts) == 1:
        texts = tuple(filter(None, (part.strip() for part in re.split("[,،]", texts[0]))))
    return tuple(dict.fromkeys(texts))[:50]


def _image(value: Any, known: dict[str, dict[str, Any]]) -> tuple[str, str]:
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict) and "url" not in value and "contentUrl" not in value:
        value = known.get(str(value.get("@id")), value)
    if isinstance(value, dict):
        address = value.get("url") or value.get("contentUrl") or value.get("@id")
        return (address if isinstance(address, str) else ""), _text(value.get("caption"))
    return (value.strip(), "") if isinstance(value, str) else ("", "")


def _address(article: dict[str, Any]) -> str:
    page = article.get("mainEntityOfPage")
    address = page.get("@id") if isinstance(page, dict) else page
    return (address if isinstance(address, str) else "") or _text(article.get("url"))


def _crumbs(node: dict[str, Any]) -> tuple[str, ...]:
    items = node.get("itemListElement")
    names = []
    for item in items[:10] if isinstance(items, list) else ():
        inner = item.get("item") if isinstance(item, dict) else None
        named = _text(item.get("name")) if isinstance(item, dict) else ""
        names.append(named or (_text(inner.get("name")) if isinstance(inner, dict) else ""))
    return tuple(filter(None, names))


def _free(value: Any) -> bool | None:
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower())
    return value if isinstance(value, bool) else None
