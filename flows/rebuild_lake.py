"""The corpus once more from the raw zone under today's rules, as a flow: ``rebuild-lake``."""

import hashlib
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from prefect import flow
from prefect.task_runners import ThreadPoolTaskRunner
from pydantic import BaseModel, ConfigDict, Field

from flows.build_corpus import publish, work_through
from flows.run_job import Job, open_lake_job
from flows.run_record import WHOLE_RUN, RunRecord
from tasks.errors import StopRun
from tasks.fetch import fetch_again
from tasks.maintain.task import maintain_lake
from tasks.rebuild import (
    Comparison,
    compare,
    keep_reasons,
    remember_retractions,
    retracted_records,
)
from tasks.store import Lake, State, open_lake, read_entry, transaction

FLOW_NAME = "rebuild-lake"

_PREFIX: Final = "rebuild-"


class LakeRebuild(BaseModel):
    """Which lake is rebuilt, and from when on."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="Lake rebuild")

    lake: Path | None = Field(
        default=None, title="Lake", description="Folder of the corpus; empty: that of warraq.toml."
    )
    since: date | None = Field(
        default=None,
        title="Since",
        description="Only batches that were committed on this day (UTC) or later; empty: all.",
    )


class OutletChange(BaseModel):
    """What became of the articles of one outlet."""

    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)

    source: str
    before: int
    after: int
    added: int
    gone: int
    changed: int = Field(description="Articles whose title or body is another.")


class RebuildSummary(BaseModel):
    """What the rebuilding changed; ``version`` is the lake's, new when ``committed``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lake: Path
    version: int
    committed: bool
    batches: int = Field(description="Batches that were made anew.")
    resumed: int = Field(description="Batches among them that an earlier run had finished.")
    outlets: tuple[OutletChange, ...]
    cuts: dict[str, tuple[int, int]] = Field(
        description="Spans that cleaning took out of articles, by kind: before and after."
    )


@flow(
    name=FLOW_NAME,
    task_runner=ThreadPoolTaskRunner(max_workers=2),  # type: ignore[arg-type]  # Prefect's types
    persist_result=True,
    result_serializer="json",
)
def rebuild_lake(run: LakeRebuild = LakeRebuild()) -> RebuildSummary:  # noqa: B008 (frozen)
    """Make the batches anew beside the lake, and show them all by one commit."""
    with _open_rebuild(run) as rebuild, rebuild.job.record.stage(WHOLE_RUN):
        for batch_id in rebuild.left():
            rebuild.make(batch_id)
        return rebuild.show()


@dataclass(slots=True)
class _Rebuild:
    """One rebuilding at work: ``job`` is of the lake, ``fresh`` the lake that is made beside it."""

    job: Job
    fresh: Lake
    batches: tuple[str, ...]
    retracted: pa.Table
    resumed: int

    def left(self) -> list[str]:
        """Return the batches that are not made yet, in the order of their commits."""
        done = self.fresh.state().batches
        return [batch_id for batch_id in self.batches if batch_id not in done]

    def make(self, batch_id: str) -> None:
        """Take one batch of the raw zone through every stage into the fresh lake."""
        root = self.fresh.root
        fetched = fetch_again(root, batch_id, self.job.reading(None))
        if fetched is None:
            raise StopRun(
                "The raw zone has not this batch any more: what is there cannot be rebuilt",
                batch_id=batch_id,
                lake=str(self.job.lake.root),
            )
        record = RunRecord(self.job.record.run_id, root, self.fresh.version, batch_id)
        job = replace(self.job, lake=self.fresh, root=root, record=record, committed_version=None)
        edition, borders = work_through(job, fetched.batch)
        folder = fetched.batch.work / f"kept-{self.fresh.version}"
        entries = keep_reasons(edition.entries, self.retracted, batch_id, folder)
        publish(job, fetched.batch, replace(edition, entries=entries), borders)
        self.fresh = open_lake(root)
        shutil.rmtree(fetched.batch.work, ignore_errors=True)
        number = self.batches.index(batch_id) + 1
        self.job.logger.info("rebuild batch %d of %d: %s", number, len(self.batches), batch_id[:12])

    def show(self) -> RebuildSummary:
        """Commit what was made in place of what was there; nothing when it is the same."""
        job, settings = self.job, self.job.settings.store
        run_id = job.record.run_id
        self.fresh = remember_retractions(job.lake, self.fresh, run_id=run_id, made=True)
        maintain_lake(self.fresh, run_id, 0.0, settings.target_mib, settings.retention_days)
        fresh = open_lake(self.fresh.root)
        compared = compare(job.lake, fresh)
        with transaction(job.lake, run_id=run_id, operation="rebuild", wait_seconds=0.0) as changes:
            changes.adopt(fresh, _counts(fresh.state(), fresh.root))
            version = changes.commit(_told(compared, len(self.batches)))
        shutil.rmtree(fresh.root, ignore_errors=True)
        return RebuildSummary(
            lake=job.lake.root,
            version=version,
            committed=True,
            batches=len(self.batches),
            resumed=self.resumed,
            outlets=tuple(OutletChange.model_validate(change) for change in compared.changes),
            cuts=compared.cuts,
        )


@contextmanager
def _open_rebuild(run: LakeRebuild) -> Iterator[_Rebuild]:
    with open_lake_job(run.lake) as job:
        state = job.lake.state()
        first = _first_version(job.lake, state, run.since)
        place = job.lake.root / "work" / f"{_PREFIX}{_key(job, first)}"
        for left in (job.lake.root / "work").glob(f"{_PREFIX}*"):
            if left != place:
                shutil.rmtree(left)  # of other rules, or of a lake that has gone on since
        fresh = _open_fresh(job, place, first)
        ordered = sorted(state.batches, key=state.batches.__getitem__)
        batches = tuple(name for name in ordered if state.batches[name] >= first)
        done = len(fresh.state().batches.keys() & set(batches))
        yield _Rebuild(job, fresh, batches, retracted_records(job.lake), done)


def _first_version(lake: Lake, state: State, since: date | None) -> int:
    """Return the version of the first batch that is made anew."""
    if since is None:
        return 0
    midnight = datetime(since.year, since.month, since.day, tzinfo=UTC)
    versions = sorted(set(state.batches.values()))
    for version in versions:
        if read_entry(lake.root, version).committed_at >= midnight:
            return version
    raise StopRun("No batch was committed on that day or later", since=since.isoformat())


def _open_fresh(job: Job, place: Path, first: int) -> Lake:
    """Return the lake beside: new, as the lake was before that version, or as a run left it."""
    fresh = open_lake(place, create=True)
    raw = place / "raw"
    if not raw.is_symlink():
        raw.symlink_to(job.lake.root / "raw")
    run_id = job.record.run_id
    if first > 0 and fresh.version == 0:
        before = open_lake(job.lake.root, version=first - 1)
        with transaction(fresh, run_id=run_id, operation="rebuild", wait_seconds=0) as changes:
            changes.adopt(before, _counts(before.state(), before.root))
            changes.commit({"from": first - 1})
        fresh = open_lake(place)
    return remember_retractions(job.lake, fresh, run_id=run_id)


def _counts(state: State, root: Path) -> Mapping[str, Mapping[str, object]]:
    return {
        batch_id: read_entry(root, version).counts_of(batch_id)
        for batch_id, version in state.batches.items()
    }


def _key(job: Job, first: int) -> str:
    told = f"{job.lake.version} {job.lake.entry().group} {first} {job.rules} {job.parameters}"
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def _told(compared: Comparison, batches: int) -> dict[str, Any]:
    totals = {
        name: sum(getattr(change, name) for change in compared.changes)
        for name in ("added", "gone", "changed")
    }
    return {"batches": batches, **totals}


if __name__ == "__main__":
    rebuild_lake()
