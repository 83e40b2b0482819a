"""A lake of many batches, made of real news where there is some, and kept for the next time.

Texts, titles and outlets are those of the corpus of real news (authored ones where it is missing);
ids and dates are made: a batch holds mostly articles of its own month, some of the month before,
some without a date and a few of the year before, and the months go by with the batches.
"""

import gzip
import hashlib
import os
import random
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson
import pyarrow as pa

from expectations.lake_schema import INDEX_STEP, LINE_COUNTS
from expectations.schema import ARTICLES, LEDGER, UNKNOWN_MONTH
from tasks.store import (
    Transaction,
    is_due,
    keep_up,
    merge_line_counts,
    open_lake,
    transaction,
)
from tests.pipeline.made_up import article as authored
from tests.shared_data import NEWS
from tests.store.lake_batches import filled

MONTHS: Final = 60
"""Months that the batches of the made lake go through, however many they are."""

_FIRST_YEAR: Final = 2019
_SPREAD: Final = ((0.80, 0), (0.92, 1), (0.97, None), (1.0, 12))
"""Shares of a batch, summed up: this month, the one before, no date, one of the last year."""

Pool = Sequence[Mapping[str, Any]]


def read_pool(limit: int = 20_000) -> Pool:
    """Return real news as records, or authored records where there is none."""
    if not NEWS.exists():
        chance = random.Random(0)
        return [authored(chance, number) for number in range(2_000)]
    with gzip.open(NEWS) as lines:
        return [orjson.loads(line) for line, _ in zip(lines, range(limit), strict=False)]


@dataclass(frozen=True, slots=True)
class Made:
    """What one batch commits."""

    batch_id: str
    articles: pa.Table
    ledger: pa.Table
    step: pa.Table
    counts: pa.Table

    @property
    def summary(self) -> dict[str, object]:
        """The counts that the ledger has to add up to."""
        dispositions = Counter(self.ledger["disposition"].to_pylist())
        return {"records": len(self.ledger), "dispositions": dict(dispositions)}


def make_batch(pool: Pool, number: int, size: int, month: int) -> Made:
    """Make a batch: new ids, texts of the pool, dates around the month (counted from 2019)."""
    chance = random.Random(number)
    first = number * 10_000
    texts = [pool[(number * size + row) % len(pool)] for row in range(size)]
    dates = [_date(chance, month) for _ in range(size)]
    ids = [hashlib.sha256(f"{first + row}".encode()).hexdigest() for row in range(size)]
    batch_id = f"made-{number}"
    shared: dict[str, Any] = {
        "article_id": ids,
        "content_hash": [hashlib.sha256(value.encode()).hexdigest() for value in ids],
        "cluster_id": ids,
        "copies": [1] * size,
        "revision": [1] * size,
        "published_at": dates,
        "published_month": [f"{date:%Y-%m}" if date else UNKNOWN_MONTH for date in dates],
    }
    refs = [f"news-{number}.jsonl#{row + 1}" for row in range(size)]
    lineage = {"record_ref": refs, "batch_id": [batch_id] * size, "run_id": [batch_id] * size}
    of_text = {
        "title": [text["title"] for text in texts],
        "body": [text["text"] or "" for text in texts],
        "url": [text.get("url") for text in texts],
        "section": [text.get("category") for text in texts],
        "published_raw": [text.get("published_at") for text in texts],
        "word_count": [len((text["text"] or "").split()) for text in texts],
        "character_count": [len(text["text"] or "") for text in texts],
        "source": [text["source"] for text in texts],
        "native_id": [text["id"] for text in texts],
    }
    return Made(
        batch_id,
        filled(ARTICLES, size, **shared, **lineage, **of_text),
        filled(LEDGER, size, disposition=["published"] * size, article_id=ids, **lineage),
        filled(
            INDEX_STEP,
            size,
            **shared,
            text_key=[hashlib.md5(value.encode()).digest() for value in ids],
            dataset=["articles"] * size,
            title_key=[chance.getrandbits(63) for _ in range(size)],
        ),
        _counts([text["source"] for text in texts], ids, chance),
    )


def _counts(sources: list[str], ids: list[str], chance: random.Random) -> pa.Table:
    """Return counts of lines: of each article its outlet's own line, and one that comes once."""
    own = [len(source) for source in sources]
    once = [chance.getrandbits(63) for _ in sources]
    every = len(sources)
    rows = filled(
        LINE_COUNTS,
        3 * every,
        source=sources * 3,
        line_key=[0] * every + own + once,
        articles=[1] * 3 * every,
        contexts=[1 << chance.randrange(63) for _ in range(3 * every)],
        days=[1 << chance.randrange(63) for _ in range(3 * every)],
        missed=[0] * 3 * every,
        example_id=[None] * every + ids + [None] * every,
    )
    return merge_line_counts([rows])


def _date(chance: random.Random, month: int) -> datetime | None:
    drawn = chance.random()
    back = next(months for share, months in _SPREAD if drawn <= share)
    if back is None:
        return None
    month = max(0, month - (chance.randint(2, 12) if back == 12 else back))
    year, of_year = divmod(month, 12)
    return datetime(
        *(_FIRST_YEAR + year, of_year + 1, chance.randint(1, 28), chance.randint(0, 23)), tzinfo=UTC
    )


def write_batch(changes: Transaction, made: Made) -> None:
    """Write what a batch brings."""
    changes.write("articles", made.articles)
    changes.write("ledger", made.ledger)
    changes.index(made.step)
    changes.count_lines(made.counts)


def commit_batch(root: Path, made: Made) -> None:
    """Commit what a batch brings."""
    lake = open_lake(root)
    with transaction(lake, run_id="made", batch_id=made.batch_id, wait_seconds=0) as changes:
        write_batch(changes, made)
        changes.commit(made.summary)


def make_due(root: Path, pool: Pool, numbers: Iterator[int], size: int) -> None:
    """Commit batches of the last month until upkeep is due: the state that costs most."""
    while not is_due(open_lake(root).state()):
        commit_batch(root, make_batch(pool, next(numbers), size, MONTHS - 1))


def keep_lake_up(root: Path, *, always: bool = False) -> int:
    """Merge and give up old versions when a run would; return the files that were merged."""
    lake = open_lake(root)
    if not (always or is_due(lake.state())):
        return 0
    with transaction(lake, run_id="upkeep", operation="maintain", wait_seconds=0) as changes:
        return keep_up(changes, keep_since=datetime.now(UTC)).merged


def made_lake(folder: Path, pool: Pool, *, batches: int, size: int) -> Path:
    """Return the lake of so many batches in the folder; make it, or what is missing of it.

    It is kept up as runs do it.
    """
    root = folder / f"lake-{batches}-of-{size}"
    lake = open_lake(root, create=True)
    for number in range(len(lake.state().batches), batches):
        commit_batch(root, make_batch(pool, number, size, number * MONTHS // batches))
        keep_lake_up(root)
        if number % 100 == 99:
            print(f"made {number + 1:,} of {batches:,} batches", flush=True)
    return root


def borrow(root: Path, target: Path) -> Path:
    """Copy the lake by hard links, which its immutable files allow; databases are copied."""

    def skip(folder: str, names: list[str]) -> set[str]:
        return {"index", "writer.lock"} & set(names) if Path(folder) == root else set()

    shutil.copytree(root, target, symlinks=True, copy_function=os.link, ignore=skip)
    shutil.copytree(root / "index", target / "index")
    return target
