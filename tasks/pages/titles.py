"""The headline of a page: the heading that its metadata repeat, without the name of the site."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

from tasks.pages.marks import COMMENTS, RELATED, TITLE
from tasks.pages.outline import Outline
from tasks.pages.words import is_comment_heading, is_furniture, is_related_heading, letters_of
from tasks.text.lexicons import load_lexicon

_SEPARATOR: Final = re.compile(r"\s*(?:[|•·]|::)\s*|\s[»«]\s|\s+[-–—]+\s+|\s*:\s+")
_HEADINGS: Final = {"h1": 4, "h2": 2, "h3": 1}
_LONGEST: Final = 400
_LEAST: Final = 6
"""Letters of the shortest headline that is told from a label."""

_WORDS: Final = 3
"""Words of a title in the metadata that may be the site's name alone."""

_RUNS: Final = 3
"""Runs of a heading: a kicker or a date may stand in it."""

_COVERED: Final = 0.45
"""Share of the letters of a title that a heading must repeat: the rest names the site."""


class Title(NamedTuple):
    """The headline, where it was found, and its run in the outline (-1 for none)."""

    text: str
    origin: str
    run: int


def find_title(outline: Outline, told: list[tuple[str, str]], sites: set[str]) -> Title:
    """Return the headline; ``told`` are titles of metadata as (origin, text), the best first.

    ``sites`` are keys (:func:`letters_of`) by which the site calls itself.
    """
    headings = _headings(outline, sites)
    stripped = [(origin, strip_site(text, sites, outline)) for origin, text in told if text]
    best = _repeated(headings, [text for _, text in told], [text for _, text in stripped])
    if best is not None:
        return best
    first = next(((run, text) for rank, run, text in headings if rank >= 4), None)
    for origin, text in stripped:
        if letters_of(text) and letters_of(text) not in sites:
            if first is not None and (_is_like(first[1], text) or len(text.split()) < _WORDS):
                return Title(first[1], "html", first[0])
            return Title(text, origin, first[0] if first else _run_of(outline, text))
    if first is not None:
        return Title(first[1], "html", first[0])
    return Title("", "", -1)


def _headings(outline: Outline, sites: set[str]) -> list[tuple[int, int, str]]:
    """Return (rank, run, text) of what may be the headline, in order."""
    ranks: dict[int, int] = {}
    for element in outline.elements:
        if not (element.marks & TITLE or element.tag in _HEADINGS):
            continue
        rank = max(_HEADINGS.get(element.tag, 0), 3 if element.marks & TITLE else 0)
        if not element.marks & (RELATED | COMMENTS):
            for number in range(element.first, min(element.last, element.first + _RUNS)):
                ranks[number] = max(rank, ranks.get(number, 0))
    found = []
    for number, rank in sorted(ranks.items()):
        text = outline.runs[number].text.replace("\n", " ")
        if len(text) > _LONGEST:
            continue
        key = letters_of(text)
        if len(key) < (_LEAST if rank < 4 else 2) or key in sites:
            continue
        if is_furniture(text) or is_related_heading(text) or is_comment_heading(text):
            continue
        found.append((rank, number, text))
    return found


def _repeated(
    headings: list[tuple[int, int, str]], told: list[str], stripped: list[str]
) -> Title | None:
    """Return the heading that covers most of a title that metadata tell."""
    keys = [letters_of(text[:_LONGEST]) for text in (*stripped, *told)]
    best: tuple[float, Title] | None = None
    for rank, run, text in headings:
        key = letters_of(text)
        covers = [len(key) / len(whole) for whole in keys if whole and key in whole]
        if not covers or max(covers) < _COVERED:
            continue
        value = max(covers) + rank / 100
        if best is None or value > best[0]:
            best = value, Title(text, "html", run)
    return best[1] if best else None


def _is_like(heading: str, title: str) -> bool:
    """Whether a heading is the title in other words: search engines are told another one."""
    own, other = set(heading.split()), set(title.split())
    return len(own & other) >= 0.4 * min(len(own), len(other))


def _run_of(outline: Outline, text: str) -> int:
    key = letters_of(text)
    for number, run in enumerate(outline.runs):
        if len(run.text) < _LONGEST and key == letters_of(run.text):
            return number
    return -1


def strip_site(title: str, sites: set[str], outline: Outline) -> str:
    """Return a title without the site's name before or behind it, told by evidence only.

    A part goes if the site calls itself so, or if the page prints it elsewhere as a line or as the
    name of a picture (its logo), and if more remains than goes.
    """
    title = " ".join(title.split())[:_LONGEST]
    for _ in range(3):
        ends = [(found.start(), found.end()) for found in _SEPARATOR.finditer(title)]
        if not ends:
            break
        head, tail = title[: ends[0][0]], title[ends[-1][1] :]
        rest_of_head, rest_of_tail = title[ends[0][1] :], title[: ends[-1][0]]
        if _names_site(tail, rest_of_tail, sites, outline):
            title = rest_of_tail.strip()
        elif _names_site(head, rest_of_head, sites, outline):
            title = rest_of_head.strip()
        else:
            break
    return title.strip(" |-–—:•·")


def _names_site(part: str, rest: str, sites: set[str], outline: Outline) -> bool:
    key = letters_of(part)
    if not key or key in _sections():
        return True
    if len(letters_of(rest)) < _LEAST:
        return False
    if key in sites or any(
        key in site or site in key for site in sites if len(site) > 4 and len(key) < 3 * len(site)
    ):
        return True
    if len(part.split()) > 5 or len(key) > len(letters_of(rest)):
        return False
    return any(
        letters_of(text) == key for text in _labels(outline) if len(text) < 3 * len(part) + 9
    )


@cache
def _sections() -> frozenset[str]:
    return frozenset(map(letters_of, load_lexicon("navigation_words")))


def _labels(outline: Outline) -> Iterator[str]:
    """Yield short lines of the page and the names of its pictures."""
    yield from (each.title for each in outline.pictures if each.title)
    yield from (run.text for run in outline.runs)
