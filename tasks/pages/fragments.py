"""A piece of HTML that is known to be an article's, as feeds carry it, read as a page is.

Its paragraphs are those that the page around it would have (:mod:`tasks.pages.paragraphs`), but
that no line at its head is set aside: bylines and dates stay in the text, where cleaning finds
them. Nothing of it is lost where that would leave no text.
"""

import html
import re
from typing import Final, NamedTuple

from tasks.errors import RejectRecord
from tasks.pages.body import weigh
from tasks.pages.outline import Outline, outline_of
from tasks.pages.page import LeadImage, body_of
from tasks.pages.paragraphs import Container, Headline, Paragraph, sift
from tasks.pages.taming import TOO_MANY, tame
from tasks.pages.timelines import timeline_of
from tasks.text.related_lines import heading_phrases
from tasks.text.words import Phrases

_TAG: Final = re.compile(r"<[a-zA-Z/!?]")
_ESCAPED: Final = re.compile(r"&(?:lt|#0{0,5}60|#x0{0,5}3c)\b", re.IGNORECASE)
_PLAIN_TAG: Final = re.compile(
    r"</?(?:a|b|br|div|em|h[1-6]|i|img|li|ol|p|span|strong|ul)(?:\s[^<>]*)?/?>", re.IGNORECASE
)
_BLANKS: Final = re.compile(r"[^\S\n ][^\S\n]*| [^\S\n]+")
"""Blanks that are not one already, which is nearly all that there are."""

_LINES: Final = re.compile(r" ?\n[\n ]*")
USUAL: Final = heading_phrases(())
"""What all sites write over related links."""


class Story(NamedTuple):
    """What a fragment says: its paragraphs, and what stands at its head."""

    paragraphs: tuple[Paragraph, ...] = ()
    subtitle: str | None = None
    image: LeadImage | None = None

    @property
    def body(self) -> str:
        """The text, a paragraph a line, without captions and related links."""
        return body_of(self.paragraphs)


def read_fragment(markup: str) -> str:
    """Return the text, a block a line; without tags it is the text itself, blanks made one."""
    return read_story(markup).body if "<" in markup or "&" in markup else _tidy(markup)


def read_story(markup: str, *, title: str = "", related: Phrases = USUAL) -> Story:
    """Return the paragraphs and the first image; without tags the text is one, of several lines.

    Feeds escape markup twice as often as not: what is markup still is read as such. ``title`` is
    the article's, ``related`` are headings over related links. Raises :class:`RejectRecord` for
    more tags than are read.
    """
    if "<" not in markup and "&" not in markup:
        return _of_text(markup)
    markup = _unescaped(markup)
    if _TAG.search(markup) is None:
        return _of_text(html.unescape(markup))
    tamed, tags = tame(markup.encode("utf-8", "replace"))
    if tags > TOO_MANY:
        problem = f"the text has more than {TOO_MANY:,} tags"
        raise RejectRecord(problem, reason="too-large")
    outline = outline_of(tamed)
    body = next((n for n, each in enumerate(outline.elements) if each.tag == "body"), None)
    return Story() if body is None or not outline.runs else _read(outline, body, title, related)


def _read(outline: Outline, body: int, title: str, related: Phrases) -> Story:
    headline = Headline(run=-1, text=title, is_alone=True)
    weights = weigh(outline, -1, "")
    container = Container(element=body, timeline=timeline_of(outline, body, weights.pruned))
    sifted = sift(outline, container, weights, headline, related)
    paragraphs = sifted.paragraphs
    if not body_of(paragraphs):
        paragraphs = [Paragraph(run.text, "paragraph") for run in outline.runs]
    image = LeadImage(sifted.image, sifted.caption or None) if sifted.image else None
    if sifted.caption and image is None:
        paragraphs = [Paragraph(sifted.caption, "caption"), *paragraphs]
    return Story(tuple(paragraphs), sifted.subtitle or None, image)


def _of_text(text: str) -> Story:
    tidy = _tidy(text)
    return Story((Paragraph(tidy, "paragraph"),) if tidy else ())


def _tidy(text: str) -> str:
    return _LINES.sub("\n", _BLANKS.sub(" ", text)).strip()


def _unescaped(markup: str) -> str:
    """Return markup that was escaped once more than the rest of it as what it was."""
    if _ESCAPED.search(markup) is None:
        return markup
    once = html.unescape(markup)
    is_more = sum(1 for _ in _PLAIN_TAG.finditer(once)) > sum(
        1 for _ in _PLAIN_TAG.finditer(markup)
    )
    return once if is_more else markup
