"""What one page says: the result of reading it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from tasks.pages.paragraphs import Paragraph

_BESIDE: Final = frozenset({"caption", "related"})
"""Kinds of what stands beside an article's text."""


def body_of(paragraphs: Iterable[Paragraph]) -> str:
    """Return the text of an article, a paragraph a line, without captions and related links."""
    return "\n".join(each.text for each in paragraphs if each.kind not in _BESIDE)


@dataclass(frozen=True, slots=True)
class LeadImage:
    """The image at the head of an article: its address as printed, and what stands under it."""

    url: str
    caption: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """What one page says; a field that it does not say is None or empty.

    ``refusal`` is why it is no article page (:data:`tasks.pages.refusals.REASONS`), None if it is
    one. ``published`` and ``modified`` are in UTC, None where ``*_raw`` cannot be read surely;
    their precisions are ``day``, ``minute`` or ``second``. ``byline`` is what is printed,
    ``authors`` are the persons it names, ``dateline`` the place, ``agency`` the usual name of the
    agency. ``origins`` says of each field that is filled where it came from: ``json-ld``,
    ``opengraph``, ``twitter``, ``microdata``, ``meta``, ``link``, ``html`` (the element says what
    it is), ``text`` (its words do), ``url``.
    """

    title: str | None = None
    subtitle: str | None = None
    paragraphs: tuple[Paragraph, ...] = ()
    byline: str | None = None
    authors: tuple[str, ...] = ()
    dateline: str | None = None
    agency: str | None = None
    published_raw: str | None = None
    published: datetime | None = None
    published_precision: str | None = None
    modified_raw: str | None = None
    modified: datetime | None = None
    modified_precision: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    lead_image: LeadImage | None = None
    canonical_url: str | None = None
    amp_url: str | None = None
    language: str | None = None
    site_name: str | None = None
    encoding: str | None = None
    origins: dict[str, str] = field(default_factory=dict)
    refusal: str | None = None

    @property
    def body_paragraphs(self) -> tuple[Paragraph, ...]:
        """The paragraphs of the article's text: those that are no captions and no related links."""
        return tuple(each for each in self.paragraphs if each.kind not in _BESIDE)

    @property
    def body(self) -> str:
        """The article's text, a paragraph a line, without captions and related links."""
        return body_of(self.paragraphs)
