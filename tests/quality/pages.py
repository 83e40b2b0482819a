"""Scores of reading pages: on real pages with gold, and on real bodies set into made pages.

The gold was cut out by the pages' own element ids and read by nobody. What is known to be wrong in
it is left out here: five bylines are names of readers who commented, one body is missing though
the page has one, and titles of one template have the site's name before them.
"""

import gzip
import json
import random
import re
import tarfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from tasks.clean import clean
from tasks.pages import Page, read_page
from tasks.sources import DEFAULT_PROFILE, SourceProfile
from tests.clean.record_tables import records
from tests.fetch.reading_pages import read_fields
from tests.quality.page_templates import Story
from tests.shared_data import NEWS, PAGES

ZONE: Final = "Asia/Riyadh"
_EAST: Final = timedelta(hours=3)
LABELS: Final = Path(__file__).parent / "page_bylines.jsonl"
CREDITS: Final = Path(__file__).parent / "page_credits.jsonl"
_NO_BODY: Final = frozenset({"0240.html"})
_SITE_BEFORE: Final = re.compile(r"^جريدة الغد -\s*(?:الغد الأردني -)?\s*")
_BODIES_OF_OUTLET: Final = 4
_BODIES: Final = 80


@dataclass(frozen=True, slots=True)
class GoldPage:
    """A page's bytes and what is right for it."""

    payload: bytes
    gold: dict[str, Any]


def gold_pages() -> list[GoldPage]:
    """Return the 268 real pages."""
    with tarfile.open(PAGES) as archive:
        files = {name.rpartition("/")[2]: archive.extractfile(name) for name in archive.getnames()}
        data = {name: file.read() for name, file in files.items() if file is not None}
    rows = map(json.loads, data["gold.jsonl"].decode().splitlines())
    return [GoldPage(data[row["file"]], row) for row in rows]


def f1(text: str, gold: str) -> float:
    """Return the F1 of the words of two texts, as multisets."""
    own, right = (Counter(re.findall(r"\w+", each)) for each in (text, gold))
    whole = own.total() + right.total()
    return 2 * (own & right).total() / whole if whole else 1.0


def body_of(gold: dict[str, Any], *, captions: bool) -> str:
    """Return the gold's body; it has the captions of images within the text."""
    if captions:
        return str(gold["body"])
    under = {_line(caption) for caption in gold.get("captions") or ()}
    return "\n".join(line for line in gold["body"].split("\n") if _line(line) not in under)


def _line(text: str) -> str:
    return " ".join(text.split())


def whole_text(page: Page) -> str:
    """Return all text that is the article's, captions within it included."""
    return "\n".join(each.text for each in page.paragraphs if each.kind != "related")


def score_gold(pages: Iterable[GoldPage], *, without: str = "") -> dict[str, float]:
    """Return the share of each field that is right, and the mean F1 of the body.

    ``without``: attributes that are taken out of all pages first, as alternatives of a pattern.
    """
    attributes = re.compile(
        rf"\s(?:{without})\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>]+)".encode(), re.IGNORECASE
    )
    right: dict[str, list[float]] = defaultdict(list)
    labels = _labelled_bylines()
    for each in pages:
        payload = attributes.sub(b"", each.payload) if without else each.payload
        page, gold = read_page(payload, timezone=ZONE), each.gold
        right["read"].append(page.refusal is None)
        if gold["file"] not in _NO_BODY:
            scored = f1(whole_text(page), body_of(gold, captions=True))
            right["body"].append(scored)
            right[f"body_{gold['template']}"].append(scored)
            right["body_without_captions"].append(f1(page.body, body_of(gold, captions=False)))
        if gold.get("title"):
            right["title"].append(page.title == _SITE_BEFORE.sub("", _line(gold["title"])))
        if gold.get("subtitle"):
            right["subtitle"].append(_line(page.subtitle or "") == _line(gold["subtitle"]))
        if gold.get("date"):
            right["date"].append(_told_date(page, gold["date"]) == gold["date"])
        elif gold.get("date_raw"):
            right["date_raw"].append(page.published_raw == _line(gold["date_raw"]))
        if gold["file"] in labels:
            byline = _line(gold["byline"])
            right["byline_as_printed"].append(page.byline == byline)
            named = tuple(byline[start:end] for start, end in labels[gold["file"]])
            right["authors"].append(page.authors == named)
    return {name: sum(shares) / len(shares) for name, shares in right.items()}


def score_cleaned(pages: Iterable[GoldPage]) -> dict[str, float]:
    """Return the mean F1 of the bodies that decoding and cleaning make, and of decoding alone.

    Both of the gold without the credits in it that go to columns: where they stand was set by
    reading all that cleaning cuts. Beside it the share of the gold's captions that are told.
    """
    labelled = {row["file"]: row["credits"] for row in _rows(CREDITS)}
    pages = [each for each in pages if each.gold["file"] not in _NO_BODY]
    profile = SourceProfile(name=DEFAULT_PROFILE, timezone=ZONE)
    read = [read_fields(each.payload, profile=profile) for each in pages]
    named = [
        row | {"record_ref": each.gold["file"], "source": each.gold["template"]}
        for row, each in zip(read, pages, strict=True)
    ]
    kept = clean(records(*named), {DEFAULT_PROFILE: profile}).kept.to_pylist()
    right: dict[str, list[float]] = defaultdict(list)
    for row, made, each in zip(read, kept, pages, strict=True):
        body = str(each.gold["body"])
        for start, end in reversed(labelled.get(each.gold["file"], [])):
            body = body[:start] + body[end:]
        gold = body_of(each.gold | {"body": body}, captions=False)
        right["decoded"].append(f1(row["text"], gold))
        right["cleaned"].append(f1(made["body"], gold))
        told = set(map(_line, made["captions"]))
        right["captions"] += [_line(text) in told for text in each.gold.get("captions") or ()]
    return {name: sum(shares) / len(shares) for name, shares in right.items()}


def _labelled_bylines() -> dict[str, list[list[int]]]:
    """Return where authors stand in the gold's bylines: set by reading all 233 of them."""
    return {row["file"]: row["authors"] for row in _rows(LABELS)}


def _rows(labels: Path) -> Iterator[dict[str, Any]]:
    return map(json.loads, labels.read_text(encoding="utf-8").splitlines())


def _told_date(page: Page, gold: str) -> str | None:
    if page.published is None:
        return None
    if page.published_precision == "day":
        return page.published.date().isoformat()
    return (page.published + _EAST).isoformat()[: len(gold)]


def _news() -> Iterator[dict[str, Any]]:
    with gzip.open(NEWS, "rt", encoding="utf-8", newline="\n") as lines:
        yield from map(json.loads, lines)


def stories() -> Iterator[Story]:
    """Yield real stories of all outlets of the corpus, to be set into pages."""
    rows: dict[str, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
    for row in _news():
        title, lines = row["title"], tuple(filter(None, map(_line, row["text"].split("\n"))))
        if (
            title
            and 5 <= len(lines) <= 30
            and 800 < len(row["text"]) < 7000
            and 20 < len(title) < 120
        ):
            rows[row["source"]].append((_line(title), lines))
    chosen = []
    for source in sorted(rows):
        random.Random(source).shuffle(rows[source])
        chosen += rows[source][:_BODIES_OF_OUTLET]
    chosen = chosen[:_BODIES]
    for number, (title, lines) in enumerate(chosen):
        others = (chosen[(number + step) % len(chosen)][0] for step in (11, 23, 37))
        yield Story(title, lines, tuple(others))


def score_made(
    templates: Mapping[str, Callable[[Story], str]],
) -> dict[str, dict[str, float]]:
    """Return per template: F1, share of related titles leaked, of the tail kept, titles, dates."""
    scores = {}
    told = list(stories())
    when = datetime(2024, 5, 12, 11, 5, tzinfo=UTC)
    for name, make in templates.items():
        right: dict[str, list[float]] = defaultdict(list)
        for story in told:
            page = read_page(make(story).encode(), timezone="Asia/Beirut")
            body = page.body
            right["f1"].append(f1(body, "\n".join(story.paragraphs)))
            right["leaked"] += [title in body for title in story.related]
            tail = Counter(re.findall(r"\w+", " ".join(story.paragraphs[story.middle :])))
            right["tail"].append((tail & Counter(re.findall(r"\w+", body))).total() / tail.total())
            right["title"].append(page.title == story.title)
            right["date"].append(page.published in {when, when.replace(hour=0, minute=0)})
        scores[name] = {key: sum(values) / len(values) for key, values in right.items()}
    return scores
