"""Pairs of real news: which Warraq puts together, and what they are.

The project has the names of texts only, which are read from beside it. ``pair_labels.tsv`` has 480
pairs of neighbours of all degrees of likeness; the rule was drawn from them. ``merged_pairs.tsv``
has pairs that were put together and share less than 0.6 of their word 5-grams. Of the ``first`` 210
six were wrong (0.971): three were joined by a chain of texts only, three were days apart. Chains
were cut and dates looked at; of 200 ``fresh`` ones, drawn and read after that, 196 were right, one
wrong and three in doubt (0.995). All were judged by people who had the texts alone.
"""

import csv
import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Final

import pyarrow as pa

from expectations.schema import RAW
from tasks.clean import clean
from tasks.deduplicate import decide, find_candidates
from tasks.fetch.decode import decode_raw
from tasks.settings import FetchSettings
from tasks.sources import DEFAULT_PROFILE, load_profiles
from tests.clean.record_tables import FETCHED_AT, records
from tests.deduplicate.no_history import NoHistory
from tests.shared_data import NEWS, SHARED

PAIR_LABELS: Final = Path(__file__).parent / "pair_labels.tsv"
MERGED_PAIRS: Final = Path(__file__).parent / "merged_pairs.tsv"

SERIES: Final = {
    "counts of the sick": "كورونا",
    "weather": "طقس|الأرصاد|أمطار|درجات الحرارة",
    "gold": "الذهب",
    "oil": "النفط|برنت",
    "daily market closes": "الأسهم|البورصة|مؤشر|تداول",
    "currencies": "الدولار|العملات|سعر صرف|الريال الإيراني",
    "cables": "تهنئ|يهنئ|هنأ|برقي|تعزي|يعزي",
    "fixtures and tables": "نتائج|ترتيب|الجولة|تعيينات|مباريات",
    "prayer times": "الصلاة|الإمساكية|رمضان",
    "counts of residents": "الجوازات|تصحيح أوضاع",
    "visits": "يستقبل|يلتقي|يزور",
    "jobs": "وظائف|وظيفة",
    "verdicts": "حكم|السجن|قصاص|القتل تعزيرا",
}
"""What is told of by a series of articles of one template, by words of its titles."""

_EDITIONS_APART: Final = timedelta(days=4)


@dataclass(frozen=True, slots=True)
class News:
    """One article of the corpus of real news, and the cluster that it is put into."""

    source: str
    published_at: datetime | None
    title: str
    text_key: bytes
    numbers: frozenset[str]
    cluster: str


@cache
def read_news() -> dict[str, News]:
    """Send the 20,000 articles through cleaning and deciding, as one batch; by their ids."""
    with gzip.open(NEWS, "rb") as file:
        lines = [line for line in file.read().split(b"\n") if line]
    ids = [json.loads(line)["id"] for line in lines]
    cleaned = _clean(lines)
    candidates = find_candidates(cleaned)
    decided = decide(candidates, NoHistory()).records.to_pylist()
    clusters = {row["article_id"]: row["cluster_id"] for row in decided if row["dataset"]}
    columns = ("record_ref", "article_id", "source", "published_at", "title", "body")
    rows = zip(
        *(cleaned[name].to_pylist() for name in columns),
        candidates["text_key"].to_pylist(),
        strict=True,
    )
    return {
        ids[int(ref.rsplit("#", 1)[1]) - 1]: News(
            source, at, title or body[:80], key, _numbers(body), clusters[article_id]
        )
        for ref, article_id, source, at, title, body, key in rows
    }


def _clean(lines: list[bytes]) -> pa.Table:
    raw = pa.Table.from_pylist(
        [
            {
                "record_ref": f"news.jsonl#{number}",
                "source": json.loads(line)["source"],
                "profile": DEFAULT_PROFILE,
                "format": "json",
                "byte_start": 0,
                "byte_end": len(line),
                "fetched_at": FETCHED_AT,
                "digest": hashlib.sha256(line).hexdigest(),
                "payload": line,
            }
            for number, line in enumerate(lines, start=1)
        ],
        schema=RAW,
    )
    profiles = load_profiles(folder=None)
    read = decode_raw(raw, profiles, max_json_depth=FetchSettings().max_json_depth)
    return clean(read.kept, profiles).kept


def _numbers(text: str) -> frozenset[str]:
    return frozenset(str(int(digits)) for digits in re.findall(r"\d+", text))


def read_natural_pairs() -> Iterator[tuple[float, str, str]]:
    """Yield (Jaccard similarity of word 5-grams, id, id) of pairs of the corpus, series left out.

    Two articles of one outlet and of other days that differ in four numbers and more are a series.
    """
    news = read_news()
    with (SHARED / "duplicate_pairs.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            one, other = news[row["id_a"]], news[row["id_b"]]
            days = {each.published_at and each.published_at.date() for each in (one, other)}
            another_day = len(days) > 1 or None in days
            differing = len(one.numbers ^ other.numbers)
            if one.source == other.source and another_day and differing >= 4:
                continue
            yield float(row["jaccard_word5"]), row["id_a"], row["id_b"]


def read_labels(path: Path) -> list[tuple[str, str, str]]:
    """Return (id, id, label) of pairs that were judged."""
    with path.open(encoding="utf-8") as file:
        return [
            (row["id_a"], row["id_b"], row["label"]) for row in csv.DictReader(file, delimiter="\t")
        ]


def series_pairs(words: str) -> Iterator[tuple[News, News]]:
    """Yield pairs of articles that tell of one thing four days and more apart, in other words."""
    told = [each for each in read_news().values() if each.published_at]
    told = [each for each in told if re.search(words, each.title)]
    for one, other in combinations(told, 2):
        assert one.published_at is not None
        assert other.published_at is not None
        if abs(one.published_at - other.published_at) < _EDITIONS_APART:
            continue
        if one.text_key != other.text_key:
            yield one, other


def variant_clusters() -> Iterator[tuple[str, str]]:
    """Yield the clusters of each two texts of one address that different people had scraped."""
    lines = (SHARED / "same_url_variants.jsonl").read_text(encoding="utf-8").split("\n")
    variants = [json.loads(line)["variants"] for line in lines if line]
    rows = [
        {"text": each["text"], "source": each["scraper"], "native_id": f"{n} {k}"}
        for n, some in enumerate(variants)
        for k, each in enumerate(some)
    ]
    cleaned = clean(records(*rows), load_profiles(folder=None)).kept
    decided = decide(find_candidates(cleaned), NoHistory()).records.to_pylist()
    clusters: dict[str, list[str]] = {}
    for row in decided:
        if row["dataset"]:
            clusters.setdefault(row["native_id"].split()[0], []).append(row["cluster_id"])
    for some in clusters.values():
        yield from combinations(some, 2)
