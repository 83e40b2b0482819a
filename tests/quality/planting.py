"""Copies planted beside their originals, through the real cleaning and deciding, and the score.

Every edit has batches of its own: with all copies of an article in one batch, one that is found
would bring the others into its cluster.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Final

import pyarrow as pa

from expectations.schema import RAW
from tasks.clean import clean
from tasks.deduplicate import decide, find_candidates
from tasks.fetch.decode import decode_raw
from tasks.settings import FetchSettings
from tasks.sources import DEFAULT_PROFILE, SourceProfile, load_profiles
from tasks.store import open_index, open_lake, transaction
from tests.quality.edits_of_words import Edit
from tests.quality.stories import Article

Rows = Sequence[Mapping[str, object]]

FIRST_DAY: Final = datetime(2026, 1, 5, 6, tzinfo=UTC)
FETCHED_AT: Final = datetime(2026, 11, 24, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Score:
    """How one edit's copies fared; those that an edit left as they were do not count.

    ``in_batch`` and ``in_history`` are the shares of copies that share their original's cluster,
    ``apart`` is the share of rows in whose cluster no article of another original is, in the worse
    of both ways; ``lost`` names the originals whose copy was not found in one of them.
    """

    copies: int
    in_batch: float
    in_history: float
    apart: float
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DigestScore:
    """How texts made of two stories fared; both are shares of the digests, the worse way.

    The third way is that they were published before both stories. ``merged`` are those that share
    a cluster with one of their stories, ``joined`` those that brought both stories into one.
    """

    digests: int
    merged: float
    joined: float


@dataclass(frozen=True, slots=True)
class Clusters:
    """The clusters of the originals and of the copies, each by the original's number."""

    originals: Mapping[int, str]
    copies: Mapping[int, str]

    def are_found(self) -> list[bool]:
        """Whether each copy is in its original's cluster."""
        return [cluster == self.originals[n] for n, cluster in self.copies.items()]

    def share_apart(self) -> float:
        """Return the share of rows in whose cluster no article of another original is."""
        rows = [*self.originals.items(), *self.copies.items()]
        stories: defaultdict[str, set[int]] = defaultdict(set)
        for story, cluster in rows:
            stories[cluster].add(story)
        return sum(len(stories[cluster]) == 1 for _, cluster in rows) / len(rows)


def edited(name: str, edit: Edit, article: Article, others: Sequence[Article]) -> Article:
    """Return the article as the edit prints it; the same on every machine and day."""
    return edit(article, Random(f"{name} {article.article_id}"), others)


Deciding = Callable[[pa.Table], tuple[list[str], list[str]]]
"""From candidates of a later batch to the clusters, after it, of those before and of its own."""


@contextmanager
def published(candidates: pa.Table, root: Path) -> Iterator[Deciding]:
    """Publish the candidates of one batch, and yield the way to decide a later one against them.

    The whole way to history is here. A later batch leaves nothing behind.
    """
    lake = open_lake(root, create=True)
    with open_index(lake) as nothing:
        first = decide(candidates, nothing)
    with transaction(lake, batch_id="first", run_id="run", wait_seconds=5) as changes:
        changes.index(first.index_step, [candidates])
        changes.commit({"records": 0, "dispositions": {}})
    clusters = dict(_named_clusters(first.records))

    with open_index(open_lake(root)) as history:

        def decide_later(later: pa.Table) -> tuple[list[str], list[str]]:
            decided = decide(later, history)
            moved = clusters | dict(_named_clusters(decided.index_step))
            after = [moved[name] for name in clusters]
            return after, decided.records["cluster_id"].to_pylist()

        yield decide_later


def _named_clusters(table: pa.Table) -> Iterator[tuple[str, str]]:
    return zip(table["article_id"].to_pylist(), table["cluster_id"].to_pylist(), strict=True)


@contextmanager
def planted(articles: Sequence[Article], root: Path) -> Iterator["Plantation"]:
    """Publish the articles in a lake under ``root``, to plant copies beside them."""
    rows = [_raw(article, n) for n, article in enumerate(articles)]
    with published(_candidates(rows), root / "lake") as decide_later:
        yield Plantation(articles, rows, root, decide_later)


@dataclass(frozen=True, slots=True)
class Plantation:
    """Originals, raw and published, with copies to come."""

    articles: Sequence[Article]
    rows: Rows
    root: Path
    decide_later: Deciding

    def score(self, name: str, edit: Edit) -> Score:
        """Plant one edit's copy of every article that it changes."""
        copies: dict[int, Article] = {}
        for n, article in enumerate(self.articles):
            others = [*self.articles[:n], *self.articles[n + 1 :]]
            copy = edited(name, edit, article, others)
            if copy != article:
                copies[n] = copy
        rows = self._copies(name, copies)
        ways = self._in_batch(copies, rows), self._in_history(copies, rows)
        found = [way.are_found() for way in ways]
        in_batch, in_history = (sum(each) / len(copies) for each in found)
        both = dict(zip(copies, map(all, zip(*found, strict=True)), strict=True))
        lost = tuple(self.articles[n].article_id for n in copies if not both[n])
        apart = min(way.share_apart() for way in ways)
        return Score(len(copies), in_batch, in_history, apart, lost)

    def score_digests(self, name: str, merge: Edit) -> DigestScore:
        """Plant texts that are each made of two stories of like length, each story in one."""
        order = sorted(range(len(self.articles)), key=lambda n: len(self.articles[n].text))
        pairs = dict(zip(order[::2], order[1::2], strict=False))
        digests = {
            n: edited(name, merge, self.articles[n], [self.articles[other]])
            for n, other in pairs.items()
        }
        rows = self._copies(name, digests)
        merged = joined = 0
        for way in (
            self._in_batch(digests, rows),
            self._in_history(digests, rows),
            self._before(name, digests, rows),
        ):
            both = [(way.originals[n], way.originals[pairs[n]], way.copies[n]) for n in pairs]
            merged = max(merged, sum(digest in (one, other) for one, other, digest in both))
            joined = max(joined, sum(one == other for one, other, _ in both))
        return DigestScore(len(pairs), merged / len(pairs), joined / len(pairs))

    def _copies(self, name: str, copies: Mapping[int, Article]) -> Rows:
        return [_raw(copy, n, self._outlet_beside(n), name) for n, copy in copies.items()]

    def _outlet_beside(self, n: int) -> str:
        own = self.articles[n].outlet
        outlets = (each.outlet for each in [*self.articles[n:], *self.articles])
        return next(outlet for outlet in outlets if outlet != own)

    def _in_batch(self, copies: Iterable[int], rows: Rows) -> Clusters:
        """Decide originals and copies in one batch, with nothing before it."""
        candidates = _candidates([*self.rows, *rows])
        with open_index(open_lake(self.root / "empty", create=True)) as nothing:
            clusters = decide(candidates, nothing).records["cluster_id"].to_pylist()
        size = len(self.rows)
        return _numbered(clusters[:size], copies, clusters[size:])

    def _in_history(self, copies: Iterable[int], rows: Rows) -> Clusters:
        """Decide the copies in a batch after that of the originals."""
        originals, later = self.decide_later(_candidates(rows))
        return _numbered(originals, copies, later)

    def _before(self, name: str, copies: Iterable[int], rows: Rows) -> Clusters:
        """Decide the originals in a batch after that of the copies."""
        with published(_candidates(rows), self.root / name) as decide_later:
            before, originals = decide_later(_candidates(self.rows))
        return _numbered(originals, copies, before)


def _numbered(originals: Sequence[str], copies: Iterable[int], clusters: Iterable[str]) -> Clusters:
    return Clusters(dict(enumerate(originals)), dict(zip(copies, clusters, strict=True)))


def _raw(
    article: Article, n: int, outlet: str | None = None, edit: str | None = None
) -> dict[str, object]:
    """Return the record of RAW: an original's, or else that of a copy hours later elsewhere."""
    label = edit or "original"
    hours = 7 * n + (1 + n % 36 if edit else 0)
    record = {
        "id": f"{label}-{n}",
        "source": outlet or article.outlet,
        "url": f"https://{'copy' if edit else 'original'}.example/{label}/{n}",
        "published_at": (FIRST_DAY + timedelta(hours=hours)).isoformat(),
        "title": article.title,
        "text": article.text,
    }
    payload = json.dumps(record, ensure_ascii=False).encode()
    return {
        "record_ref": f"{label}.jsonl#{n + 1}",
        "source": record["source"],
        "profile": DEFAULT_PROFILE,
        "format": "json",
        "byte_start": 0,
        "byte_end": len(payload),
        "fetched_at": FETCHED_AT,
        "digest": hashlib.sha256(payload).hexdigest(),
        "payload": payload,
    }


@cache
def _profiles() -> Mapping[str, SourceProfile]:
    return load_profiles(folder=None)


def _candidates(rows: Rows) -> pa.Table:
    """Decode, clean and fold the records, one table at once."""
    raw = pa.Table.from_pylist(list(rows), schema=RAW)
    read = decode_raw(raw, _profiles(), max_json_depth=FetchSettings().max_json_depth)
    assert read.refused.num_rows == 0
    return find_candidates(clean(read.kept, _profiles()).kept)
