"""Articles of which copies are made: real ones of many outlets, or else those of the sample."""

import gzip
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from typing import Final

from tasks.text.letters import FOLDED, HARAKAT, INVISIBLE, TATWEEL
from tests.pipeline.sample_files import TEXT_KEYS, read_member, records
from tests.shared_data import NEWS

SAMPLE_FILES: Final = (
    "agencies.jsonl",
    "archive.jsonl.gz",
    "bareed-updates.jsonl.bz2",
    "shurfa.jsonl.zst",
    "sanabil-api.json",
    "madar.json.xz",
)
"""Files of ``data/sample`` whose records name an outlet and hold a title and a text."""

MOST_ARTICLES: Final = 80
WORDS: Final = range(60, 2000)
"""Shorter ones are briefs that one edit changes wholly; longer ones cost more than they tell."""
_PAGE_DUMPS: Final = "osac:"
"""Whole pages, menus and all: what another outlet takes over is the article."""
_LENGTHS: Final = (60, 120, 200, 350)
_FEWEST_PARTS: Final = 4
_RELATED: Final = 0.2
"""Word 5-grams in common (Jaccard) from which two articles are of one story, or of one form."""

_FOLDS: Final = str.maketrans({**FOLDED, **dict.fromkeys(HARAKAT + INVISIBLE + TATWEEL, "")})
_GAP: Final = r"(?:\s*\n\s*|[ \t]+)"
_STOP: Final = r"[.!؟?…]+[\"»”)]*"
_SENTENCES: Final = re.compile(rf"[^\n]+?(?:{_STOP}{_GAP}|\s*\n\s*|\Z)")
_CLAUSES: Final = re.compile(rf"[^\n]+?(?:(?:{_STOP}|[،؛]){_GAP}|\s*\n\s*|\Z)")
_FEWEST_WORDS: Final = 4


@dataclass(frozen=True, slots=True)
class Article:
    """One outlet's article, as it stands in the outlet's own record."""

    article_id: str
    outlet: str
    title: str | None
    text: str


def split_parts(text: str) -> list[str]:
    """Return the sentences, each with the space behind it: joined, they are the text.

    A text without stops, as many dailies print, is split into clauses. What has fewer than four
    words («د. أحمد») stays with what follows it, but for a line of its own.
    """
    parts = _split(text, _SENTENCES)
    return parts if len(parts) >= _FEWEST_PARTS else _split(text, _CLAUSES)


def _split(text: str, pattern: re.Pattern[str]) -> list[str]:
    parts: list[str] = []
    for part in pattern.findall(text):
        if parts and len(parts[-1].split()) < _FEWEST_WORDS and "\n" not in parts[-1]:
            parts[-1] += part
        else:
            parts.append(part)
    return parts


@cache
def articles(*, real: bool = NEWS.exists()) -> tuple[Article, ...]:
    """Return some 80 articles that share no text, spread over outlets and lengths.

    They are real news when that lies beside the project, else those of the sample, of which fewer
    are long enough. The choice hangs on nothing but the articles' ids and texts.
    """
    chosen: dict[Article, frozenset[str]] = {}
    for article in _by_turns(filter(_is_fit, _read_news() if real else _read_sample())):
        grams = _grams(article.text)
        if all(_share(grams, others) <= _RELATED for others in chosen.values()):
            chosen[article] = grams
        if len(chosen) == MOST_ARTICLES:
            break
    return tuple(chosen)


def _read_news() -> Iterator[Article]:
    with gzip.open(NEWS, "rt", encoding="utf-8", newline="\n") as lines:
        for row in map(json.loads, lines):
            if not row["id"].startswith(_PAGE_DUMPS):
                yield Article(row["id"], row["source"], row["title"], row["text"].strip())


def _read_sample() -> Iterator[Article]:
    for place in SAMPLE_FILES:
        for number, row in enumerate(records(*read_member(place)), start=1):
            text = next((row[key] for key in TEXT_KEYS if row.get(key)), None)
            title = row.get("title") or row.get("headline")
            if isinstance(text, str):
                outlet = str(row.get("source") or place.partition(".")[0])
                yield Article(f"{place}#{number}", outlet, title, text.strip())


def _is_fit(article: Article) -> bool:
    letters = sum("ء" <= char <= "ي" for char in article.text)
    return (
        len(article.text.split()) in WORDS
        and letters > len(article.text) / 2
        and len(split_parts(article.text)) >= _FEWEST_PARTS
    )


def _by_turns(found: Iterable[Article]) -> Iterator[Article]:
    """Yield one article of each outlet, then another, each time of another length."""
    outlets: defaultdict[str, list[list[Article]]] = defaultdict(lambda: [[] for _ in _LENGTHS])
    for article in sorted(found, key=lambda article: _digest(article.article_id)):
        words = len(article.text.split())
        outlets[article.outlet][sum(words >= least for least in _LENGTHS) - 1].append(article)
    queues = []
    for number, (_, lengths) in enumerate(sorted(outlets.items())):
        start = number % len(_LENGTHS)
        rounds = zip_longest(*lengths[start:], *lengths[:start])
        queues.append([article for each in rounds for article in each if article])
    for turn in zip_longest(*queues):
        yield from filter(None, turn)


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def _grams(text: str) -> frozenset[str]:
    words = re.findall(r"\w+", text.translate(_FOLDS))
    return frozenset(" ".join(words[n : n + 5]) for n in range(len(words) - 4))


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(len(one | other), 1)
