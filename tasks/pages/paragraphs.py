"""The paragraphs of an article, each with what it is: the container's runs, sifted.

A block of related links in the middle of a story is taken out as such, with its links, and the
story goes on behind it. What is a site's own (labels, share buttons, notices) is left out.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

from tasks.pages.body import Weights, prose_of
from tasks.pages.bylines import read_byline
from tasks.pages.marks import (
    BYLINE,
    CAPTION,
    COMMENTS,
    DATE,
    FURNITURE,
    PICTURE,
    RELATED,
    SUBTITLE,
    TAGS,
    TITLE,
    WALL,
)
from tasks.pages.outline import Element, Outline, Picture, Run
from tasks.pages.words import is_furniture, letters_of
from tasks.text.printed_dates import read_printed_date
from tasks.text.related_lines import (
    ITEMS_AT_MOST,
    RelatedBlock,
    is_item,
    opens_with_bullet,
    read_related_block,
    without_bullet,
    without_heading,
)
from tasks.text.words import Phrases

Kind = Literal["paragraph", "heading", "list_item", "quote", "caption", "related"]

_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_LINKED: Final = 0.75
"""Share of a run's letters in links from which on it is a link and no prose."""

_BOLD: Final = 0.9
_CAPTION: Final = 250
_HEADING: Final = 120
_LINK: Final = 12
_DATED: Final = 100
_BYLINE: Final = 80
_SUBTITLE: Final = 500
_LABEL: Final = 40
_HEAD_RUNS: Final = 20
_YEAR: Final = re.compile(r"(?<!\d)\d{4}(?!\d)")
_LETTER: Final = re.compile(r"[^\W\d_a-zA-Z]")
_ICON: Final = re.compile(
    r"(?:^|[/_.-])(?:icons?|logos?|spacer|blank|pixel|print|avatar|loading|loader|placeholder|"
    r"default|share|mail|email|facebook|twitter|whatsapp)(?=[/_.-])|^data:",
    re.IGNORECASE,
)
"""Addresses of images that a site shows on all its pages: «images/icon-print.jpg»."""

_STOPS: Final = (".", "؟", "!", "…", "؛", "،", ":")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of an article; ``href`` is where a related one leads to, as it is printed."""

    text: str
    kind: Kind
    href: str | None = None


@dataclass(slots=True)
class Sifted:
    """The paragraphs, and what of the container's head is no body: for bylines and dates."""

    paragraphs: list[Paragraph]
    head: list[str]
    subtitle: str
    start: int
    """The run of the first paragraph."""
    caption: str
    """What stands under the image above the text."""
    image: str = ""


@dataclass(slots=True)
class _Block:
    """An open block of related links: its heading, and what was found of it below."""

    heading_words: int
    items: int = 0
    bulleted: bool = False
    linked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The title of the page and the run that shows it, -1 where none does.

    ``is_alone`` says that nothing but the article is there, as in a feed: no line above its first
    paragraph is set aside, and none is left out for want of letters.
    """

    run: int
    text: str
    is_alone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """The element that holds the article, and the runs in it that head what was on a day."""

    element: int
    timeline: frozenset[int]


def sift(
    outline: Outline, container: Container, weights: Weights, headline: Headline, related: Phrases
) -> Sifted:
    """Return the paragraphs of the container's runs; ``related`` are headings over links."""
    sifter = _Sifter(outline, container, weights, headline, related)
    element = outline.elements[container.element]
    for number in range(element.first, element.last):
        sifter.take(number)
    return sifter.done()


class _Sifter:
    def __init__(
        self,
        outline: Outline,
        container: Container,
        weights: Weights,
        headline: Headline,
        related: Phrases,
    ) -> None:
        self._outline = outline
        self._container = container.element
        self._timeline = container.timeline
        self._weights = weights
        self._headline = headline.run
        self._title = letters_of(headline.text)
        self._is_alone = headline.is_alone
        self._related = related
        self._out = Sifted([], [], "", outline.elements[container.element].last, "")
        self._begun = False
        self._block: _Block | None = None
        self._last_is_element = False
        self._last_is_label = False
        self._spotted: dict[int, list[str]] = {}
        first = outline.elements[self._container].first
        for spot in outline.spots:
            if spot.marks & (BYLINE | DATE) and first <= spot.run <= first + _HEAD_RUNS:
                self._spotted.setdefault(spot.run, []).append(spot.text)
        self._pictured = {(each.element, each.run): each.title for each in outline.pictures}

    def take(self, number: int) -> None:
        run = self._outline.runs[number]
        pruned = self._weights.pruned[number]
        if pruned:
            if pruned & RELATED and not pruned & (COMMENTS | FURNITURE | WALL) and self._begun:
                self._relate(run)
            return
        chain = self._chain(run.element)
        if not self._begun and self._is_head(number, run, chain):
            return
        furniture = number not in self._timeline and is_furniture(run.text)
        if furniture and (not self._is_alone or any(map(str.isalpha, run.text))):
            return
        if self._is_related(number, run, chain):
            return
        kind = self._kind(number, run, chain)
        if kind == "paragraph" and self._repeats_title(run):
            return
        if not self._begun:
            if kind == "caption":
                self._take_caption(run)
                return
            self._begun = True
            self._out.start = number
        self._last_is_element = kind == "heading" and not _is_bold_line(run)
        labels = len(chain) > 1 and len(run.text) < _LABEL and not run.text.endswith(_STOPS)
        self._last_is_label = labels and kind in {"paragraph", "heading"}
        self._out.paragraphs.append(Paragraph(run.text, kind))

    def _take_caption(self, run: Run) -> None:
        """Take what stands under images above the text; the first is the lead image's."""
        if self._out.caption:
            self._out.paragraphs.append(Paragraph(run.text, "caption"))
        else:
            self._out.caption = run.text

    def done(self) -> Sifted:
        """Return what was sifted; headings at the end head nothing.

        Captions alone are the text of a story that is named wrongly; under a picture each they are
        the captions of a page of pictures.
        """
        paragraphs = self._out.paragraphs
        if paragraphs and not self._begun:
            if not self._has_pictures(len(paragraphs) + 1):
                paragraphs[:] = [Paragraph(each.text, "paragraph") for each in paragraphs]
            self._out.start = self._outline.elements[self._container].first
        while len(paragraphs) > 1 and paragraphs[-1].kind == "heading" and self._last_is_element:
            paragraphs.pop()
            self._last_is_element = False
        first, last = self._headline, self._out.start + 1
        shown = [
            each
            for each in self._outline.pictures
            if first <= each.run <= last and each.source and not is_icon(each.source)
        ]
        self._out.image = shown[0].source if shown else ""
        if shown and not self._out.caption and self._is_told_of(shown[0]):
            self._out.caption = shown[0].title
        return self._out

    def _has_pictures(self, count: int) -> bool:
        """Tell whether so many images of stories stand in the container."""
        element = self._outline.elements[self._container]
        within = (
            each
            for each in self._outline.pictures
            if element.first <= each.run <= element.last and not is_icon(each.source)
        )
        return len({each.source for each in within} - {""}) >= count

    def _is_told_of(self, picture: Picture) -> bool:
        """Tell whether an image's title is a caption: some words, or what is printed under it."""
        told = letters_of(picture.title)
        if told in {"", self._title}:
            return False
        under = self._outline.runs[picture.run :][:1]
        return len(picture.title) > _LINK or told in {letters_of(run.text) for run in under}

    def _chain(self, number: int) -> list[Element]:
        """Return the element and those above it, up to the container, without it."""
        chain: list[Element] = []
        while number >= 0 and number != self._container and len(chain) < 12:
            chain.append(self._outline.elements[number])
            number = self._outline.elements[number].parent
        return chain

    def _is_head(self, number: int, run: Run, chain: list[Element]) -> bool:
        """Tell whether a run before the first paragraph is the title, a byline or a date."""
        marks = 0
        for element in chain:
            marks |= element.marks
        if number <= self._headline or self._is_title(run):
            return True
        if number in self._timeline:
            return False
        told = marks & SUBTITLE and not run.text.endswith(
            _STOPS[:3]
        )  # whole sentences are the story
        if told and not self._out.subtitle and len(run.text) < _SUBTITLE:
            self._out.subtitle = run.text
            return True
        if self._is_alone or marks & CAPTION or any(each.tag == "figcaption" for each in chain):
            return False
        named = marks & (BYLINE | DATE | TITLE | TAGS) and len(run.text) < 2 * _DATED
        if named or (not marks & PICTURE and self._is_signed(number, run.text)):
            self._out.head.append(run.text)
            return True
        return False

    def _is_signed(self, number: int, text: str) -> bool:
        """Tell whether a short line says no more than who wrote, where and when."""
        if len(text) >= _DATED:
            return False
        spots = self._spotted.get(number, ())
        if sum(map(len, dict.fromkeys(spots))) > 0.6 * len(text):
            return True
        if text.endswith(_STOPS[:3]):
            return False
        if len(text) < _BYLINE and read_byline(text).whole:
            return True
        dated = not text.endswith(_STOPS) and _YEAR.search(text) is not None
        return dated and read_printed_date(text) is not None

    def _repeats_title(self, run: Run) -> bool:
        return not self._begun and len(run.text) < 400 and self._is_title(run)

    def _is_title(self, run: Run) -> bool:
        is_told = bool(self._title) or not self._is_alone
        return is_told and letters_of(run.text) == self._title

    def _is_related(self, number: int, run: Run, chain: list[Element]) -> bool:
        """Take a heading over related links, and the links themselves, out of the story."""
        text = run.text
        share = run.linked / len(text)
        told = read_related_block(text, self._related)
        if told is not None:
            self._block = None if told.items else _Block(told.words)
            self._relate(run, told)
            return True
        linked = share >= _LINKED and len(text) >= _LINK and "@" not in text and self._begun
        if linked or (self._block and share > 0.3 and prose_of(run) < 40):
            self._relate(run)
            if self._block:
                self._block.linked = True
            return True
        if self._block and self._is_bare_item(self._block, self._kind(number, run, chain), text):
            self._out.paragraphs.append(Paragraph(without_bullet(text), "related"))
            return True
        self._block = None
        return False

    @staticmethod
    def _is_bare_item(block: _Block, kind: Kind, text: str) -> bool:
        """Tell whether a run without a link is an item under a heading, as of a text without any.

        Where items were links, what is none is the story; so is a heading, wherever it stands.
        """
        bulleted = kind == "list_item" or opens_with_bullet(text)
        if not block.items:
            block.bulleted = bulleted
        if block.linked or kind in {"heading", "quote", "caption"}:
            return False
        if block.items >= ITEMS_AT_MOST or (block.heading_words == 1 and not block.bulleted):
            return False
        block.items += 1
        return bulleted >= block.bulleted and is_item(text, bulleted=block.bulleted)

    def _relate(self, run: Run, told: RelatedBlock | None = None) -> None:
        """Take each line of a block of links with the address that belongs to it.

        What is no link in a part that the page names for related links is a date or a teaser; by
        its words alone a line is one where a heading tells it.
        """
        if told is None:
            told = read_related_block(run.text, self._related)
            if not run.linked:
                return
        if told is None:
            lines = [without_heading(line, self._related) for line in run.text.split("\n")]
            lines = [line for line in lines if len(line) >= _LINK]
        else:
            lines = list(told.items)
        if lines and self._last_is_label:
            self._out.paragraphs.pop()  # «تغطية خاصة» stood over the links, in a block with them
            self._last_is_label = False
        for number, line in enumerate(lines):
            href = run.hrefs[number] if number < len(run.hrefs) else None
            self._out.paragraphs.append(Paragraph(line, "related", href or None))

    def _kind(self, number: int, run: Run, chain: list[Element]) -> Kind:
        own = self._outline.elements[run.element].tag
        tags = {own, *(element.tag for element in chain)}
        if own == "figure" or "figcaption" in tags or self._is_caption(number, run, chain):
            return "caption"
        if tags & _HEADINGS:
            return "heading"
        if "li" in tags or "dd" in tags:
            return "list_item"
        if "blockquote" in tags:
            return "quote"
        if number in self._timeline and run.bold >= _BOLD * len(run.text):
            return "heading"
        return "heading" if self._begun and _is_bold_line(run) else "paragraph"

    def _is_caption(self, number: int, run: Run, chain: list[Element]) -> bool:
        if len(run.text) > _CAPTION:
            return False
        for element in chain[:3]:
            if element.marks & CAPTION or (
                element.marks & PICTURE and element.last - element.first <= 2
            ):
                return True
        shown = self._pictured.get((run.element, number))
        if shown is None and chain and chain[0].last - chain[0].first == 1:
            shown = self._pictured.get((chain[0].parent, number))
        if shown is None:
            return False
        return letters_of(shown) == letters_of(run.text) != "" or (
            len(run.text) < 120 and not run.text.endswith(".")
        )


def is_icon(source: str) -> bool:
    """Whether the address of an image tells that it is the site's, and no picture of a story."""
    return _ICON.search(source) is not None


def _is_bold_line(run: Run) -> bool:
    """Tell whether a short bold line stands for a heading."""
    text = run.text
    return (
        run.bold >= _BOLD * len(text)
        and len(text) < _HEADING
        and not text.endswith((*_STOPS, ")"))
        and _LETTER.search(text) is not None
    )
