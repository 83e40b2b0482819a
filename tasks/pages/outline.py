"""A page as a flat outline: its runs of text in order, and the elements that they stand in.

The tree is walked once, without recursion. A run is text between two borders of blocks; elements
cover ranges of runs, so that whatever is asked of a subtree is a difference of running sums.
"""

from dataclasses import dataclass, field
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from tasks.pages.marks import BYLINE, DATE, SECTION, TAGS, marks_of

_BLOCKS: Final = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset "
    "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav "
    "ol p pre section summary table tbody td tfoot th thead tr ul".split()
)
_SKIPPED: Final = frozenset(
    "script style noscript template head iframe object embed select option button input textarea "
    "svg math canvas audio video map datalist dialog -comment -doctype".split()
)
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BOLD: Final = frozenset({"b", "strong"})
_SPOTS: Final = BYLINE | DATE | SECTION | TAGS

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
    own: bool
    """Whether a border of blocks stands before it, not ``<br><br>``."""


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


@dataclass(slots=True)
class Spot:
    """A short text that an element says something of: its author, its date."""

    marks: int
    text: str
    run: int
    value: str = ""
    """What its attributes say for machines: ``datetime``, ``content``."""
    rel: str = ""
    itemprop: str = ""


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
    for node in tree.css("meta"):
        attributes = node.attributes
        name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop")
        name = name or attributes.get("http-equiv")
        content = attributes.get("content")
        if name and content:
            outline.metas.append((name.strip().lower(), content.strip()))
    for node in tree.css("link[rel]"):
        href = node.attributes.get("href")
        if href:
            outline.links.append(((node.attributes.get("rel") or "").lower(), href.strip()))
    title = tree.css_first("title")
    outline.title = " ".join(title.text().split()) if title is not None else ""
    html = tree.css_first("html")
    if html is not None:
        outline.language = (html.attributes.get("lang") or html.attributes.get("xml:lang") or "").strip()


class _Walk:
    """The state of walking one tree."""

    def __init__(self, outline: Outline) -> None:
        self._outline = outline
        self._open = [-1]
        self._buffer: list[str] = []
        self._links = 0
        self._linked = 0
        self._bolds = 0
        self._bold = 0
        self._hrefs: list[str] = []
        self._own = True

    def over(self, root: LexborNode) -> None:
        """Walk from first to last node; ``above`` holds what is to be closed on the way up."""
        node: LexborNode | None = root
        above: list[tuple[LexborNode, str]] = []
        while node is not None:
            tag = node.tag or ""
            if tag == "-text":
                self._add(node.text_content or "")
            elif tag not in _SKIPPED:
                entered = self._enter(node, tag)
                child = node.first_child if entered else None
                if child is not None:
                    above.append((node, tag))
                    node = child
                    continue
                if entered:
                    self._leave(tag)
            following = node.next
            while following is None and above:
                node, tag = above.pop()
                self._leave(tag)
                following = node.next
            node = following
        self._flush()

    def _add(self, text: str) -> None:
        self._buffer.append(text)
        if self._links:
            self._linked += len(text.strip())
        if self._bolds:
            self._bold += len(text.strip())

    def _enter(self, node: LexborNode, tag: str) -> bool:
        """Open an element; return False for one that is hidden."""
        if tag == "br":
            self._break()
            return True
        attributes = node.attributes
        if attributes and _is_hidden(attributes):
            return False
        if tag in _BLOCKS or "-" in tag:
            self._flush()
            self._own = True
            names = " ".join(filter(None, map(attributes.get, ("class", "id", "role", "itemprop", "property"))))
            marks = marks_of(names) if names and tag not in {"body", "html"} else 0
            outline = self._outline
            itemprop = attributes.get("itemprop") or ""
            outline.elements.append(
                Element(tag, self._open[-1], marks, names, itemprop, len(outline.runs))
            )
            self._open.append(len(outline.elements) - 1)
            if marks & _SPOTS or itemprop:
                self._spot(node, attributes, marks)
        elif tag == "a":
            self._links += 1
            self._hrefs.append(attributes.get("href") or "")
            if attributes:
                self._maybe_spot(node, attributes)
        elif tag == "img":
            self._picture(attributes)
        elif tag in _BOLD:
            self._bolds += 1
        elif attributes:
            self._maybe_spot(node, attributes, timed=tag == "time")
        return True

    def _leave(self, tag: str) -> None:
        if tag in _BLOCKS or "-" in tag:
            self._flush()
            self._own = True
            element = self._outline.elements[self._open.pop()]
            element.last = len(self._outline.runs)
        elif tag == "a":
            self._links -= 1
        elif tag in _BOLD:
            self._bolds -= 1

    def _break(self) -> None:
        """A second break in a row ends the run."""
        for text in reversed(self._buffer):
            if text == "\n":
                self._flush()
                self._own = False
                return
            if not text.isspace():
                break
        self._buffer.append("\n")

    def _flush(self) -> None:
        buffer = self._buffer
        if not buffer:
            return
        parts = "".join(text if text == "\n" else text.replace("\n", " ") for text in buffer)
        lines = (" ".join(line.split()) for line in parts.split("\n"))
        text = "\n".join(line for line in lines if line)
        if text:
            self._outline.runs.append(
                Run(text, self._open[-1], self._linked, self._bold, tuple(self._hrefs), self._own)
            )
            self._own = False
        buffer.clear()
        self._linked = self._bold = 0
        if self._hrefs and not self._links:
            self._hrefs.clear()

    def _maybe_spot(self, node: LexborNode, attributes: dict[str, str | None], *, timed: bool = False) -> None:
        names = " ".join(filter(None, map(attributes.get, ("class", "id", "itemprop", "rel", "property"))))
        if names or timed:
            marks = (marks_of(names) if names else 0) | (DATE if timed else 0)
            if marks & _SPOTS or attributes.get("itemprop"):
                self._spot(node, attributes, marks)

    def _spot(self, node: LexborNode, attributes: dict[str, str | None], marks: int) -> None:
        value = attributes.get("datetime") or attributes.get("content") or attributes.get("title") or ""
        text = ""
        if len(self._outline.spots) < 400:
            text = _short_text(node)
        run = len(self._outline.runs)
        self._outline.spots.append(
            Spot(marks, text, run, value.strip(), attributes.get("rel") or "", attributes.get("itemprop") or "")
        )

    def _picture(self, attributes: dict[str, str | None]) -> None:
        source = attributes.get("data-src") or attributes.get("src") or ""
        title = attributes.get("title") or attributes.get("alt") or ""
        outline = self._outline
        outline.pictures.append(
            Picture(source.strip(), " ".join(title.split()), self._open[-1], len(outline.runs))
        )


def _is_hidden(attributes: dict[str, str | None]) -> bool:
    if "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return True
    style = attributes.get("style")
    if not style or "none" not in style and "hidden" not in style:
        return False
    style = style.replace(" ", "").lower()
    return "display:none" in style or "visibility:hidden" in style


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
        elif each.tag == "br":
            parts.append("\n")
        elif each.tag in _BLOCKS:
            parts.append("\n")
    lines = (" ".join(line.split()) for line in "".join(parts).split("\n"))
    return "\n".join(filter(None, lines))
