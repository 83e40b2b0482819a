"""Weigh what the parts of a page say, field by field, into one :class:`Page`."""

import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final
from urllib.parse import urlsplit

from tasks.pages.body import Weights, choose_container, is_named
from tasks.pages.bylines import read_byline
from tasks.pages.dating import Place, Reading, find_dates
from tasks.pages.json_ld import Linked
from tasks.pages.keywords import find_keywords
from tasks.pages.marks import BYLINE, CAPTION, COMMENTS, PICTURE, SECTION
from tasks.pages.outline import Outline, Spot
from tasks.pages.page import LeadImage, Page
from tasks.pages.paragraphs import Container, Headline, Paragraph, Sifted, is_icon, sift
from tasks.pages.refusals import Told, refusal_of
from tasks.pages.timelines import timeline_of
from tasks.pages.titles import Title, find_title
from tasks.pages.words import is_furniture, letters_of
from tasks.text.addresses import joined_address
from tasks.text.letters import fold_letters
from tasks.text.words import Phrases

_SITE_METAS: Final = (
    "og:site_name",
    "application-name",
    "apple-mobile-web-app-title",
    "al:android:app_name",
)
_AUTHOR_METAS: Final = (
    "article:author",
    "author",
    "dc.creator",
    "parsely-author",
    "sailthru.author",
    "byl",
    "twitter:creator",
)
_SECTION_METAS: Final = (
    "article:section",
    "og:article:section",
    "section",
    "parsely-section",
    "category",
    "dc.subject",
)
_QUOTED: Final = 6000
_JUDGED: Final = 300
_BYLINE: Final = 160
_NAMES: Final = 60
_ABOVE_HEADLINE: Final = 3
_BELOW_HEADLINE: Final = 8
_LEAD: Final = re.compile(
    r"^(?:كتب|كتبت|بقلم|تقرير|اعداد|تحرير|متابعه|حوار|تحقيق|تغطيه|by)\b\s*[:\-–]?\s*\S",
    re.IGNORECASE,
)
_ARABIC: Final = re.compile("[\u0621-\u064a]")
_LETTER: Final = re.compile(r"[^\W\d_]")


@dataclass
class Evidence:
    """All that a page says, before it is weighed."""

    outline: Outline
    linked: Linked
    url: str | None
    reading: Reading
    related_headings: Phrases
    markup: bytes
    metas: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, content in self.outline.metas:
            self.metas.setdefault(name, content)

    @cached_property
    def site_name(self) -> tuple[str, str]:
        """What the site calls itself, and where it says so."""
        for name in _SITE_METAS:
            if self.metas.get(name):
                return self.metas[name], "opengraph" if name.startswith("og:") else "meta"
        return (self.linked.publisher, "json-ld") if self.linked.publisher else ("", "")

    @cached_property
    def sites(self) -> set[str]:
        """The letters of all names that the site gives itself, and of its address."""
        names = [
            self.metas.get(name, "")
            for name in (*_SITE_METAS, "author", "copyright", "publisher", "dc.publisher")
        ]
        names += [self.linked.publisher]
        host = _host(self.url or self.metas.get("og:url", ""))
        names += host.removeprefix("www.").split(".")[:1] if len(host) > 6 else []
        return {letters_of(name) for name in names if 1 < len(name) < 60} - {""}

    @cached_property
    def names(self) -> frozenset[str]:
        """The names that the site gives itself, folded: they are no authors."""
        told = [self.metas.get(name, "") for name in _SITE_METAS] + [self.linked.publisher]
        return frozenset(" ".join(fold_letters(name).split()) for name in told if name)

    @cached_property
    def quoted(self) -> str:
        """The letters of what metadata quote of the text."""
        quotes = [
            self.metas.get(name, "")
            for name in ("og:description", "description", "twitter:description")
        ]
        quotes += [self.linked.description, self.linked.body]
        return " ".join(letters_of(quote[:_QUOTED]) for quote in quotes if len(quote) > 30)


def assemble(evidence: Evidence) -> Page:
    """Return the page that the evidence makes."""
    outline, linked, metas = evidence.outline, evidence.linked, evidence.metas
    told = [("json-ld", linked.headline), ("opengraph", metas.get("og:title", ""))]
    told += [("twitter", metas.get("twitter:title", "")), ("html", outline.title)]
    title = find_title(outline, told, evidence.sites)
    headline = Headline(run=title.run, text=title.text)
    container, weights = choose_container(outline, title.run, evidence.quoted)
    timeline = timeline_of(outline, container, weights.pruned)
    held = Container(element=container, timeline=timeline)
    sifted = (
        sift(outline, held, weights, headline, evidence.related_headings)
        if container >= 0
        else Sifted([], [], "", title.run, "")
    )
    page = _Fields()
    page.set("title", title.text, title.origin)
    _image(page, evidence, sifted)
    if sifted.caption and "lead_image" not in page.values:
        sifted.paragraphs.insert(0, Paragraph(sifted.caption, "caption"))
    page.set("paragraphs", tuple(sifted.paragraphs), "html")
    _subtitle(page, evidence, title, sifted)
    _byline(page, evidence, title, sifted, weights)
    _dates(page, evidence, title, sifted, timeline)
    _labels(page, evidence)
    _addresses(page, evidence)
    named = container >= 0 and is_named(outline.elements[container])
    dated = page.origins.get("published", "url") != "url"
    told_by = Told(title.text, sifted.paragraphs, weights.pruned, named or dated, evidence.markup)
    refusal = refusal_of(outline, linked, metas, told_by)
    return replace(Page(origins=page.origins, refusal=refusal), **page.values)


class _Fields:
    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.origins: dict[str, str] = {}

    def set(self, name: str, value: object, origin: str) -> None:
        """Set a field that is not empty and was not set before."""
        if value and name not in self.values:
            self.values[name] = value
            self.origins[name] = origin


def _subtitle(page: _Fields, evidence: Evidence, title: Title, sifted: Sifted) -> None:
    page.set("subtitle", sifted.subtitle, "html")
    outline = evidence.outline
    if title.run < 0:
        return
    for number in (title.run - 1, title.run + 1):
        if not 0 <= number < len(outline.runs) or number >= sifted.start > title.run:
            continue
        run = outline.runs[number]
        element = outline.elements[run.element]
        own = outline.elements[outline.runs[title.run].element]
        if (
            element.tag in {"h2", "h3", "h4"}
            and element.parent == own.parent
            and not run.linked
            and 8 <= len(run.text) < 300
            and not is_furniture(run.text)
        ):
            page.set("subtitle", run.text, "html")


def _byline(
    page: _Fields, evidence: Evidence, title: Title, sifted: Sifted, weights: Weights
) -> None:
    """Set authors: of the byline that says it is one, else of metadata, else of lines like one."""
    sites = evidence.names
    _printed(page, _named_bylines(evidence, title, sifted, weights), "html", sites)
    _told(page, evidence, sites)
    _printed(page, _lines_like_one(evidence, title, sifted), "text", sites)


def _printed(page: _Fields, lines: list[str], origin: str, sites: frozenset[str]) -> None:
    if "byline" in page.values:
        return
    for text in lines:
        read = read_byline(text, sites=sites)
        if read.authors or read.place or read.agency:
            page.set("byline", text, origin)
            page.set("authors", read.authors, origin)
            page.set("dateline", read.place, origin)
            page.set("agency", read.agency, origin)
            if read.authors:
                return


def _told(page: _Fields, evidence: Evidence, sites: frozenset[str]) -> None:
    """Set the authors that metadata name; names of the site and addresses are none."""
    told = [("json-ld", name) for name in evidence.linked.authors]
    told += [
        (_origin(name), evidence.metas[name]) for name in _AUTHOR_METAS if name in evidence.metas
    ]
    told += [
        ("microdata", spot.text) for spot in evidence.outline.spots if "author" in spot.itemprop
    ][:2]
    authors: dict[str, list[str]] = {}
    for origin, text in told:
        if not text.startswith(("http", "@")) and " ".join(fold_letters(text).split()) not in sites:
            named = read_byline(text, sites=sites).authors
            authors.setdefault(origin, []).extend(named)
    for origin, names in authors.items():
        if names:
            page.set("byline", "، ".join(names), origin)
            page.set("authors", tuple(dict.fromkeys(names)), origin)


def _origin(name: str) -> str:
    return "opengraph" if name.startswith(("article:", "og:")) else "meta"


def _named_bylines(evidence: Evidence, title: Title, sifted: Sifted, weights: Weights) -> list[str]:
    """Return the bylines around the headline that are named so, the nearest first."""
    start = max(title.run, 0)
    stop = max(sifted.start, start) + 1
    found: list[tuple[int, str]] = []
    for spot in evidence.outline.spots:
        if (
            not spot.marks & BYLINE
            or not start - _ABOVE_HEADLINE <= spot.run <= stop + _BELOW_HEADLINE
        ):
            continue
        if spot.run < len(weights.pruned) and weights.pruned[spot.run] & COMMENTS:
            continue
        found += [(abs(spot.run - start), line) for line in _lines(spot)]
    found.sort(key=lambda each: each[0])
    return [line for _, line in found]


def _lines_like_one(evidence: Evidence, title: Title, sifted: Sifted) -> list[str]:
    """Return lines beside the headline that open like a byline, or stand with a date."""
    lines = list(sifted.head)
    runs = evidence.outline.runs
    for number in range(max(title.run, 0) + 1, min(sifted.start + 2, len(runs))):
        element = evidence.outline.elements[runs[number].element]
        if element.marks & (CAPTION | PICTURE) or element.tag == "figcaption":
            continue
        for line in runs[number].text.split("\n"):
            if len(line) >= _BYLINE or line.endswith("."):
                continue
            signed = number < sifted.start and len(line) < _NAMES and read_byline(line).whole
            if signed or _LEAD.match(fold_letters(line)):
                lines.append(line)
    return lines


def _lines(spot: Spot) -> list[str]:
    return [line for line in spot.text.split("\n") if 3 <= len(line) <= _BYLINE]


def _dates(
    page: _Fields, evidence: Evidence, title: Title, sifted: Sifted, timeline: frozenset[int]
) -> None:
    own = (evidence.url or "", _canonical(evidence)[0], evidence.linked.address)
    pictures = (each.source for each in evidence.outline.pictures[:60])
    addresses = tuple(address for address in (*own, *pictures) if address)
    place = Place(title.run, sifted.start, addresses, timeline)
    published, modified = find_dates(
        evidence.outline, evidence.linked, evidence.metas, place, evidence.reading
    )
    for name, dated in (("published", published), ("modified", modified)):
        page.set(f"{name}_raw", dated.raw, dated.origin)
        if dated.at is not None:
            page.set(name, dated.at, dated.origin)
            page.set(f"{name}_precision", dated.precision, dated.origin)


def _image(page: _Fields, evidence: Evidence, sifted: Sifted) -> None:
    told = [("json-ld", evidence.linked.image), ("opengraph", evidence.metas.get("og:image", ""))]
    told += [("twitter", evidence.metas.get("twitter:image", "")), ("html", sifted.image)]
    for origin, printed in told:
        address = _absolute(evidence, printed)
        if address and not is_icon(urlsplit(address).path):
            caption = sifted.caption or evidence.linked.image_caption or None
            page.set("lead_image", LeadImage(address, caption), origin)
            return


def _labels(page: _Fields, evidence: Evidence) -> None:
    """Set section, tags, language and the site's name."""
    metas, linked, outline = evidence.metas, evidence.linked, evidence.outline
    page.set("section", linked.section, "json-ld")
    for name in _SECTION_METAS:
        page.set("section", metas.get(name, ""), _origin(name))
    crumbs = [
        name
        for name in linked.crumbs
        if letters_of(name) != letters_of(str(page.values.get("title")))
    ]
    page.set("section", crumbs[-1] if len(crumbs) > 1 else "", "json-ld")
    spots = (spot.text for spot in outline.spots if spot.marks & SECTION)
    named = (text for text in spots if 2 < len(text) < 40 and "\n" not in text)
    page.set("section", next((text for text in named if not is_furniture(text)), ""), "html")
    tags = [content for name, content in outline.metas if name == "article:tag"]
    page.set("tags", tuple(dict.fromkeys(tags)), "opengraph")
    page.set("tags", linked.tags, "json-ld")
    told = [str(page.values.get("title", ""))]
    told += [each.text for each in page.values.get("paragraphs", ())]
    if "tags" not in page.values:
        page.set("tags", find_keywords(metas, evidence.quoted, told), "meta")
    links = [
        spot.text for spot in outline.spots if "tag" in spot.rel.split() and 1 < len(spot.text) < 60
    ]
    page.set("tags", tuple(dict.fromkeys(links)), "html")
    page.set("site_name", *evidence.site_name)
    _language(page, evidence)


def _language(page: _Fields, evidence: Evidence) -> None:
    """Set the language: what is said, unless the text is in other letters."""
    paragraphs = page.values.get("paragraphs", ())
    text = " ".join(each.text[:_JUDGED] for each in paragraphs[:3])
    letters = len(_LETTER.findall(text))
    arabic = len(_ARABIC.findall(text))
    said = [(evidence.outline.language, "html"), (evidence.metas.get("og:locale", ""), "opengraph")]
    said += [
        (evidence.linked.language, "json-ld"),
        (evidence.metas.get("content-language", ""), "meta"),
    ]
    for told, origin in said:
        code = re.split("[-_]", told.strip().lower())[0]
        if 2 <= len(code) <= 3 and (
            not letters or (code in {"ar", "fa", "ur", "ckb"}) == (arabic > letters / 2)
        ):
            page.set("language", code, origin)
    page.set("language", "ar" if arabic > letters / 2 else "", "text")


def _canonical(evidence: Evidence) -> tuple[str, str]:
    for rel, href in evidence.outline.links:
        if "canonical" in rel.split():
            return href, "link"
    address = evidence.metas.get("og:url", "")
    return (address, "opengraph") if address else ("", "")


def _addresses(page: _Fields, evidence: Evidence) -> None:
    address, origin = _canonical(evidence)
    page.set("canonical_url", _absolute(evidence, address), origin)
    for rel, href in evidence.outline.links:
        if "amphtml" in rel.split():
            page.set("amp_url", _absolute(evidence, href), "link")


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _absolute(evidence: Evidence, address: str) -> str:
    """Return an address in full; "" for one that is no web address."""
    whole = joined_address(evidence.url, address) if address else ""
    try:
        scheme = urlsplit(whole).scheme
    except ValueError:
        return ""
    return whole if scheme in {"http", "https", ""} else ""
