"""What each stage costs by itself: the pure functions on the corpus of real news, without Prefect.

Usage, from the project's folder::

    .venv/bin/python tests/benchmarks/stages.py
    .venv/bin/python tests/benchmarks/stages.py --runs 5 --limit 2000

The stages run one after the other in this process, shard by shard as in a flow. A first run on one
record loads kernels and Great Expectations and is not counted. CPU is user + system, Arrow's
threads included; megabytes are those of the raw texts in UTF-8, whatever the stage reads.
"""

import argparse
import resource
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import flows  # noqa: F401  # sets the memory pool, as for a run
from tasks.clean import clean
from tasks.deduplicate import Decisions, candidates_at, decide, find_candidates
from tasks.enrich import enrich
from tasks.fetch import Reading, fetch
from tasks.learn import count_lines
from tasks.publish import Edition, publish
from tasks.settings import FetchSettings
from tasks.sources import SourceProfile, load_profiles
from tasks.store import Lake, merge_line_counts, open_index, open_lake, transaction
from tasks.store.references import BatchRef, ShardRef, land, read
from tasks.text.buffers import texts_of
from tasks.text.counts import count
from tasks.text.repair import repair
from tasks.text.words import digest_words, hash_words
from tasks.validate import Border, Verdict, quarantine_rows, refused_rows, validate_all
from tests.benchmarks.measuring import median, news, print_table

LINEAGE: Final = dict.fromkeys(
    ("batch_id", "run_id", "pipeline_version", "rules_digest"), "benchmark"
)
_WORK_FILES: Final = "write work files"


@dataclass(slots=True)
class Costs:
    """CPU and wall seconds by what ran, in the order in which it first ran."""

    cpu: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    wall: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Add what runs inside to the name."""
        wall, cpu = time.perf_counter(), _cpu_seconds()
        yield
        self.cpu[name] += _cpu_seconds() - cpu
        self.wall[name] += time.perf_counter() - wall

    def land(self, table: pa.Table, path: Path) -> ShardRef:
        with self.of(_WORK_FILES):
            return land(table, path)


def main() -> int:
    options = _parser().parse_args()
    source = news()
    profiles = load_profiles(folder=None)
    run_all(source, profiles, limit=1)
    runs = [run_all(source, profiles, limit=options.limit) for _ in range(options.runs)]
    _print("Stages", runs[0], [each.stages for each in runs], total=True)
    _print("Kernels by themselves", runs[0], [each.kernels for each in runs])
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=3, help="runs that count (default: 3)")
    parser.add_argument("--limit", type=int, help="take only the first so many articles")
    return parser


@dataclass(frozen=True, slots=True)
class Run:
    """One batch through everything: its size, and what it took."""

    rows: int
    size: int
    stages: Costs
    kernels: Costs


def run_all(source: Path, profiles: dict[str, SourceProfile], *, limit: int | None) -> Run:
    """Take the source through every stage into a lake of its own, and its texts through kernels.

    Rows that fail at the raw border go on: on real news there are none.
    """
    stages, kernels = Costs(), Costs()
    with tempfile.TemporaryDirectory(prefix="warraq-stages-") as name:
        lake = open_lake(Path(name) / "lake", create=True)
        batch = _fetch(stages, source, lake, profiles, limit)
        _validate(stages, "raw", batch.records)
        cleaned = _clean(stages, batch, profiles)
        article = _validate(stages, "article", cleaned)
        decided = _deduplicate(stages, batch, cleaned, article, lake)
        rows = [
            _enrich(stages, ref, records, batch.work / "rows")
            for ref, records in zip(cleaned, decided.records, strict=True)
        ]
        _validate(stages, "corpus", rows)
        aside, refused = _put_aside(stages, "article", cleaned, article)
        _publish(
            stages,
            batch,
            lake,
            decided,
            cleaned=cleaned,
            rows=rows,
            entries=[*decided.records, *refused],
            quarantine=aside,
        )
        _run_kernels(kernels, batch, cleaned)
        size = sum(pc.sum(pc.binary_length(read(ref)["text"])).as_py() for ref in batch.records)
    count = sum(ref.rows for ref in (*batch.refused, *batch.records))
    return Run(count, size, stages, kernels)


def _fetch(
    costs: Costs,
    source: Path,
    lake: Lake,
    profiles: dict[str, SourceProfile],
    limit: int | None,
) -> BatchRef:
    bounds = FetchSettings()
    reading = Reading(
        profiles=profiles,
        max_record_bytes=bounds.max_record_bytes,
        max_json_depth=bounds.max_json_depth,
        max_archive_depth=bounds.max_archive_depth,
        max_unpacked_bytes=bounds.max_unpacked_bytes,
        max_unpacked_ratio=bounds.max_unpacked_ratio,
        shard_bytes=bounds.shard_bytes,
        limit=limit,
    )
    now = datetime.now(UTC)
    with costs.of("fetch"):
        intake = fetch([str(source)], lake=lake.root, reading=reading, fetched_at=now)
    if intake.fetched is None:
        sys.exit(f"Nothing was read: {source}")
    return intake.fetched.batch


def _validate(costs: Costs, border: Border, shards: Sequence[ShardRef]) -> list[Verdict]:
    with costs.of(f"validate {border}"):
        return list(validate_all(map(read, shards), border))


def _clean(costs: Costs, batch: BatchRef, profiles: dict[str, SourceProfile]) -> list[ShardRef]:
    cleaned = []
    for ref in batch.records:
        with costs.of("clean"):
            kept = clean(read(ref), profiles).kept
        cleaned.append(costs.land(kept, batch.work / "cleaned" / ref.path.name))
    return cleaned


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided: ``records`` and ``candidates`` by shard, and all of it whole."""

    decisions: Decisions
    records: list[ShardRef]
    candidates: list[ShardRef]


def _deduplicate(
    costs: Costs,
    batch: BatchRef,
    cleaned: Sequence[ShardRef],
    verdicts: Sequence[Verdict],
    lake: Lake,
) -> Decided:
    """Decide over the rows that passed the border."""
    candidates = []
    for ref, verdict in zip(cleaned, verdicts, strict=True):
        with costs.of("find_candidates"):
            found = find_candidates(read(ref))
            if verdict.failed:
                found = candidates_at(found, np.flatnonzero(verdict.passed_mask))
        candidates.append(costs.land(found, batch.work / "candidates" / ref.path.name))
    with costs.of("decide"), open_index(lake) as history:
        decisions = decide(pa.concat_tables(map(read, candidates)), history)
    records, start = [], 0
    for ref in candidates:
        rows = decisions.records.slice(start, ref.rows)
        records.append(costs.land(rows, batch.work / "decided" / ref.path.name))
        start += ref.rows
    return Decided(decisions, records, candidates)


def _enrich(costs: Costs, cleaned: ShardRef, decided: ShardRef, folder: Path) -> ShardRef:
    with costs.of("enrich"):
        rows = enrich(read(cleaned), read(decided), LINEAGE)
    return costs.land(rows, folder / cleaned.path.name)


def _publish(
    costs: Costs,
    batch: BatchRef,
    lake: Lake,
    decided: "Decided",
    *,
    cleaned: Sequence[ShardRef],
    rows: Sequence[ShardRef],
    entries: Sequence[ShardRef],
    quarantine: Sequence[ShardRef],
) -> None:
    """Publish all that was enriched, also what fails at the last border (a flow settles anew)."""
    changes_of_lake = {
        name: costs.land(getattr(decided.decisions, name), batch.work / f"{name}.arrow")
        for name in ("replaced", "amended", "moved", "index_step")
    }
    with costs.of("learn"):
        counted = [
            count_lines(read(ref), read(made))
            for ref, made in zip(cleaned, decided.records, strict=True)
        ]
    edition = Edition(
        lines=costs.land(merge_line_counts(counted), batch.work / "lines.arrow"),
        batch_id=batch.batch_id,
        run_id="benchmark",
        rows=tuple(rows),
        quarantine=tuple(quarantine),
        entries=(*batch.refused, *entries),
        licences={},
        candidates=tuple(decided.candidates),
        **changes_of_lake,
    )
    with (
        costs.of("publish"),
        transaction(lake, batch_id=batch.batch_id, run_id="benchmark", wait_seconds=1) as changes,
    ):
        publish(edition, changes)


def _put_aside(
    costs: Costs, border: Border, shards: Sequence[ShardRef], verdicts: Sequence[Verdict]
) -> tuple[list[ShardRef], list[ShardRef]]:
    """Return the quarantine and the ledger rows of what failed at a border."""
    quarantine, refused = [], []
    for ref, verdict in zip(shards, verdicts, strict=True):
        table, place = read(ref), ref.path.parent / border
        with costs.of("quarantine"):
            whole = quarantine_rows(table, verdict, border, lineage=LINEAGE)
            entries = refused_rows(table, verdict, border)
        quarantine.append(costs.land(whole, place / "quarantine" / ref.path.name))
        refused.append(costs.land(entries, place / "refused" / ref.path.name))
    return quarantine, refused


def _run_kernels(costs: Costs, batch: BatchRef, cleaned: Sequence[ShardRef]) -> None:
    for ref in batch.records:
        with costs.of("repair characters"):
            repair(read(ref)["text"])
    for ref in cleaned:
        with costs.of("fold, tokenise, hash"):
            words = hash_words(texts_of(read(ref)["body"]))
        with costs.of("digest words"):
            digest_words(words)
        with costs.of("count words, sentences, letters"):
            count(texts_of(read(ref)["body"]))


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _print(title: str, run: Run, costs: Sequence[Costs], *, total: bool = False) -> None:
    size = run.size / 1e6
    rows: list[list[object]] = []
    for name in costs[0].cpu:
        cpu, wall = (median(times[name] for times in each) for each in _times(costs))
        rows.append([name, cpu, wall, round(size / cpu), round(run.rows / cpu)])
    if total:
        cpu, wall = (median(sum(times.values()) for times in each) for each in _times(costs))
        rows.append(["all", cpu, wall, round(size / cpu), round(run.rows / cpu)])
    heads = ("", "CPU s", "wall s", "MB/CPU s", "articles/CPU s")
    about = f"{run.rows:,} articles, {size:.0f} MB, medians of {len(costs)} runs"
    print_table(f"{title}: {about}", heads, rows)


def _times(costs: Sequence[Costs]) -> tuple[list[dict[str, float]], list[dict[str, float]]]:
    return [each.cpu for each in costs], [each.wall for each in costs]


if __name__ == "__main__":
    sys.exit(main())
