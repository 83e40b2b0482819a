"""A page as a flat outline: its runs of text in order, and the elements that they stand in.

The tree is walked once, without recursion. A run is text between two borders of blocks; elements
cover ranges of runs, so that whatever is asked of a subtree is a difference of running sums.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from tasks.pages.marks import BYLINE, COMMENTS, DATE, LONGEST, SECTION, TAGS, marks_of


def _tags(names: str) -> frozenset[str]:
    return frozenset(names.split())


_BLOCKS: Final = _tags(
    "address article aside blockquote body caption center dd details dialog dir div dl dt "
    "fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li "
    "main menu nav ol p pre section summary table tbody td tfoot th thead tr ul"
)
_SKIPPED: Final = _tags(
    "script style noscript template head iframe object embed select option button input "
    "textarea svg math canvas audio video map datalist dialog -comment -doctype"
)
_BREAK, _IMAGE, _SKIP, _TEXT, _INLINE, _BLOCK, _LINK, _STRONG = range(8)
"""Kinds of nodes; those behind ``_INLINE`` have an end that matters."""


class _Kinds(dict[str, int]):
    """The kind of each tag; one of a site's own («app-article») is a block."""

    def __missing__(self, tag: str) -> int:
        kind = _BLOCK if "-" in tag else _INLINE
        if len(self) < _TAGS:
            self[tag] = kind
        return kind


_TAGS: Final = 1000
_KINDS: Final = _Kinds(
    {
        **dict.fromkeys(_BLOCKS, _BLOCK),
        **dict.fromkeys(_SKIPPED, _SKIP),
        "-text": _TEXT,
        "br": _BREAK,
        "img": _IMAGE,
        "amp-img": _IMAGE,
        "a": _LINK,
        "b": _STRONG,
        "strong": _STRONG,
    }
)
_SPOTS: Final = BYLINE | DATE | SECTION | TAGS

_SOURCES: Final = ("data-src", "data-original", "data-lazy-src", "src")
_NAMING: Final = ("class", "id", "role", "itemprop", "rel", "property")

_THREAD: Final = 0.7
"""Share of a page's letters from which on a block is not taken for its comments by its name."""

_ASKED: Final = 40
"""Blocks of a page that are asked: each looks through all that is in it."""

_MOST: Final = 3000
"""Spots, pictures, metas and links of a page; what follows more of them is not looked at."""

_CONTENT: Final = 20_000

SPOT_CHARACTERS: Final = 400
"""A byline or a date is shorter; what is longer is something else under such a name."""


@dataclass(slots=True)
class Run:
    """Text between two borders of blocks; ``linked`` and ``bold`` count its characters in those."""

    text: str
    element: int
    linked: int
    bold: int
    hrefs: tuple[str, ...]


@dataclass(slots=True)
class Element:
    """A block; it covers the runs from ``first`` to before ``last``."""

    tag: str
    parent: int
    marks: int
    names: str
    itemprop: str
    first: int
    last: int = 0


@dataclass
class Spot:
    """A short text that an element says something of: its author, its date.

    ``value`` is what its attributes say for machines (``datetime``, ``content``).
    """

    marks: int
    run: int
    value: str
    rel: str
    itemprop: str
    node: LexborNode

    @cached_property
    def text(self) -> str:
        """The text, a line a block; "" where it is too long for what it is said to be."""
        return _short_text(self.node)


@dataclass(slots=True)
class Picture:
    """An image, and the run that it stands before."""

    source: str
    title: str
    element: int
    run: int


@dataclass(slots=True)
class Outline:
    """What is on a page, in its order."""

    runs: list[Run] = field(default_factory=list)
    elements: list[Element] = field(default_factory=list)
    spots: list[Spot] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    metas: list[tuple[str, str]] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    title: str = ""
    language: str = ""


def outline_of(markup: bytes) -> Outline:
    """Return the outline of tame markup (:mod:`tasks.pages.taming`)."""
    tree = LexborHTMLParser(markup)
    outline = Outline()
    if tree.root is None:
        return outline
    _read_head(tree, outline)
    _Walk(outline).over(tree.root)
    return outline


def _read_head(tree: LexborHTMLParser, outline: Outline) -> None:
    for node in tree.css("meta")[:_MOST]:
        attributes = node.attributes
        name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop")
        name = name or attributes.get("http-equiv")
        content = attributes.get("content")
        if name and content:
            outline.metas.append((name.strip().lower(), content[:_CONTENT].strip()))
    for node in tree.css("link[rel]")[:_MOST]:
        href = node.attributes.get("href")
        if href:
            rel = (node.attributes.get("rel") or "").lower()
            outline.links.append((rel, href[:_CONTENT].strip()))
    title = tree.css_first("title")
    outline.title = " ".join(title.text()[:_CONTENT].split()) if title is not None else ""
    html = tree.css_first("html")
    if html is not None:
        outline.language = (
            html.attributes.get("lang") or html.attributes.get("xml:lang") or ""
        ).strip()


class _Walk:
    """The state of walking one tree."""

    def __init__(self, outline: Outline) -> None:
        self._outline = outline
        self._open = [-1]
        self._buffer: list[str] = []
        self._broken = False
        self._links = 0
        self._linked = 0
        self._bolds = 0
        self._bold = 0
        self._hrefs: list[str] = []
        self._asked = 0
        self._size = 0

    def over(self, root: LexborNode) -> None:
        """Walk from first to last node; ``above`` holds what is to be closed on the way up."""
        node: LexborNode | None = root
        above: list[tuple[LexborNode, int]] = []
        while node is not None:
            kind = _KINDS[node.tag or ""]
            if kind == _TEXT:
                self._add(node.text_content)
            elif kind != _SKIP and self._enter(node, kind):
                child = node.first_child
                if child is not None:
                    above.append((node, kind))
                    node = child
                    continue
                if kind > _INLINE:
                    self._leave(kind)
            following = node.next
            while following is None and above:
                node, kind = above.pop()
                if kind > _INLINE:
                    self._leave(kind)
                following = node.next
            node = following
        self._flush()

    def _add(self, text: str | None) -> None:
        if not text or text.isspace():
            if self._buffer:
                self._buffer.append(" ")
            return
        self._buffer.append(text)
        if self._links:
            self._linked += len(text.strip())
        if self._bolds:
            self._bold += len(text.strip())

    def _enter(self, node: LexborNode, kind: int) -> bool:
        """Open an element; return False for one that is hidden."""
        if kind == _BREAK:
            self._break()
            return False
        attributes = node.attributes
        if attributes and _is_hidden(attributes):
            return False
        if kind == _BLOCK:
            if self._buffer:
                self._flush()
            return self._block(node, attributes)
        if kind == _LINK:
            self._links += 1
            if not self._buffer:
                self._hrefs.clear()
            self._hrefs.append(attributes.get("href") or "")
            self._inline(node, attributes, 0)
        elif kind == _IMAGE:
            self._picture(attributes)
            return False
        elif kind == _STRONG:
            self._bolds += 1
        elif attributes:
            self._inline(node, attributes, DATE if node.tag == "time" else 0)
        return True

    def _leave(self, kind: int) -> None:
        if kind == _BLOCK:
            if self._buffer:
                self._flush()
            self._outline.elements[self._open.pop()].last = len(self._outline.runs)
        elif kind == _LINK:
            self._links -= 1
        else:
            self._bolds -= 1

    def _break(self) -> None:
        """End the run at the second break in a row."""
        for text in reversed(self._buffer):
            if text == "\n":
                self._flush()
                return
            if text != " ":
                self._buffer.append("\n")
                self._broken = True
                return

    def _flush(self) -> None:
        buffer = self._buffer
        text = _lines_of(buffer) if self._broken else " ".join("".join(buffer).split())
        if text:
            self._outline.runs.append(
                Run(text, self._open[-1], self._linked, self._bold, tuple(self._hrefs))
            )
        buffer.clear()
        self._broken = False
        self._linked = self._bold = 0
        if not self._links:
            self._hrefs.clear()

    def _block(self, node: LexborNode, attributes: dict[str, str | None]) -> bool:
        """Open a block; return False for a thread of comments, which is passed over."""
        names, itemprop, marks = "", "", 0
        outline, tag = self._outline, node.tag or ""
        if attributes:
            names = _names(attributes)
            itemprop = attributes.get("itemprop") or ""
            if names and tag not in {"body", "html"}:
                marks = marks_of(names)
                if marks & COMMENTS and self._is_thread(node):
                    return False
                if marks & _SPOTS or itemprop:
                    self._spot(node, attributes, marks)
        outline.elements.append(
            Element(tag, self._open[-1], marks, names, itemprop, len(outline.runs))
        )
        self._open.append(len(outline.elements) - 1)
        return True

    def _is_thread(self, node: LexborNode) -> bool:
        """Tell whether a block named for comments is no more than that: most of a page is not.

        Threads are half of what many pages hold; to walk them costs as much as the article.
        """
        self._asked += 1
        if self._asked > _ASKED or node.css_first("h1") is not None:
            return False
        if not self._size:
            root = node.parser.root
            self._size = len(root.text()) if root is not None else 0
        return len(node.text()) < _THREAD * self._size

    def _inline(self, node: LexborNode, attributes: dict[str, str | None], marks: int) -> None:
        names = _names(attributes)
        if names:
            marks |= marks_of(names)
        if marks & _SPOTS or "itemprop" in attributes:
            self._spot(node, attributes, marks)

    def _spot(self, node: LexborNode, attributes: dict[str, str | None], marks: int) -> None:
        if len(self._outline.spots) >= _MOST:
            return
        get = attributes.get
        self._outline.spots.append(
            Spot(
                marks=marks,
                run=len(self._outline.runs),
                value=(get("datetime") or get("content") or get("title") or "").strip(),
                rel=get("rel") or "",
                itemprop=get("itemprop") or "",
                node=node,
            )
        )

    def _picture(self, attributes: dict[str, str | None]) -> None:
        if len(self._outline.pictures) >= _MOST:
            return
        source = next(filter(None, map(attributes.get, _SOURCES)), None) or ""
        title = (attributes.get("title") or attributes.get("alt") or "")[:LONGEST]
        run, element = len(self._outline.runs), self._open[-1]
        picture = Picture(source.strip(), " ".join(title.split()), element, run)
        self._outline.pictures.append(picture)


def _names(attributes: dict[str, str | None]) -> str:
    """Return all that an element is named by."""
    names = ""
    for name in _NAMING:
        if name in attributes:
            names = f"{names} {attributes[name] or ''}"
    return names[:LONGEST]


def _lines_of(buffer: list[str]) -> str:
    """Return the text of a run that has line breaks of its own."""
    joined = "".join(text if text == "\n" else text.replace("\n", " ") for text in buffer)
    lines = (" ".join(line.split()) for line in joined.split("\n"))
    return "\n".join(line for line in lines if line)


def _is_hidden(attributes: dict[str, str | None]) -> bool:
    style = attributes.get("style")
    if style:
        style = style.replace(" ", "").lower()
        if "display:none" in style or "visibility:hidden" in style:
            return True
    return "hidden" in attributes or attributes.get("aria-hidden") == "true"


def _short_text(node: LexborNode) -> str:
    """Return the text of a small subtree, "" of a large one; its first nodes are looked at."""
    parts: list[str] = []
    size = 0
    for count, each in enumerate(node.traverse(include_text=True)):
        if count > 60:
            return ""
        if each.tag == "-text":
            text = each.text_content or ""
            size += len(text.strip())
            if size > SPOT_CHARACTERS:
                return ""
            parts.append(text)
        elif each.tag == "br" or each.tag in _BLOCKS:
            parts.append("\n")
    lines = (" ".join(line.split()) for line in "".join(parts).split("\n"))
    return "\n".join(filter(None, lines))
