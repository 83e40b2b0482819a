"""What each stage costs by itself: the pure functions on the corpus of real news, without Prefect.

Usage, from the project's folder::

    .venv/bin/python tests/benchmarks/stages.py
    .venv/bin/python tests/benchmarks/stages.py --runs 5 --limit 2000

The stages run one after the other in this process, shard by shard as in a flow; rows that are set
in are parts of the row above. A first run on one record loads kernels and Great Expectations and is
not counted. CPU is user + system with Arrow's threads; megabytes are those of the raw texts.
"""

import argparse
import resource
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from expectations.schema import QUARANTINE
from tasks.clean import clean
from tasks.deduplicate import Decisions, decide, find_candidates
from tasks.enrich import enrich
from tasks.fetch import Reading, fetch
from tasks.publish import Edition, publish
from tasks.settings import FetchSettings
from tasks.sources import load_profiles
from tasks.store import Lake, open_index, open_lake, transaction
from tasks.store.references import BatchRef, ShardRef, land, read
from tasks.text.buffers import texts_of
from tasks.text.counts import count
from tasks.text.repair import repair
from tasks.text.words import hash_words
from tasks.validate import Border, Verdict, quarantine_rows, refused_rows, validate
from tests.benchmarks.measuring import median, news, print_table

RUN_ID: Final = "benchmark"


class Clock:
    """CPU and wall seconds by the name of what ran; a name may run many times."""

    def __init__(self) -> None:
        self.cpu: defaultdict[str, float] = defaultdict(float)
        self.wall: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def on(self, name: str) -> Iterator[None]:
        """Add what runs inside to the name."""
        wall, cpu = time.perf_counter(), _cpu_seconds()
        yield
        self.cpu[name] += _cpu_seconds() - cpu
        self.wall[name] += time.perf_counter() - wall


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


class Pipeline:
    """One batch through all stages, each timed; work files lie in ``folder`` as in a lake."""

    def __init__(self, folder: Path, reading: Reading, clock: Clock) -> None:
        self.lake = open_lake(folder, create=True)
        self.reading = reading
        self.clock = clock
        self.lineage: dict[str, str] = {}
        self.rows = 0
        self.bytes = 0

    def run(self, source: Path) -> None:
        """Take the source through every stage."""
        batch = self.fetch(source)
        raw = self.validate("raw", batch.records)
        cleaned = self.clean(batch)
        article = self.validate("article", cleaned)
        decisions, records = self.deduplicate(cleaned, article)
        rows = self.enrich(cleaned, records)
        corpus = self.validate("corpus", rows)
        aside = self.put_aside(batch, zip((batch.records, cleaned, rows), (raw, article, corpus)))
        self.publish(batch, decisions, records, rows, aside)

    def fetch(self, source: Path) -> BatchRef:
        with self.clock.on("fetch"):
            batch = fetch(
                [str(source)],
                lake=self.lake.root,
                reading=self.reading,
                fetched_at=datetime.now(UTC),
            ).batch
        self.rows = batch.refused.rows + sum(ref.rows for ref in batch.records)
        self.bytes = sum(
            pc.sum(pc.binary_length(read(ref)["text"])).as_py() for ref in batch.records
        )
        self.lineage = {
            "batch_id": batch.batch_id,
            "run_id": RUN_ID,
            "pipeline_version": RUN_ID,
            "rules_digest": RUN_ID,
        }
        return batch

    def validate(self, border: Border, shards: Sequence[ShardRef]) -> list[Verdict]:
        verdicts = []
        for ref in shards:
            table = read(ref)
            with self.clock.on(f"validate-{border}"):
                verdicts.append(validate(table, border))
        return verdicts

    def clean(self, batch: BatchRef) -> list[ShardRef]:
        return [self._mapped("clean", self._clean, ref, batch) for ref in batch.records]

    def _clean(self, records: pa.Table) -> pa.Table:
        texts = records["text"].combine_chunks()
        with self.clock.on("  repair"):
            repaired = repair(texts)
        with self.clock.on("  count"):
            count(repaired.texts)
        return None
