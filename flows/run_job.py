"""What every step of a run shares: settings, profiles, the lake it holds, and its record."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any, Final

from prefect import get_run_logger
from prefect.runtime import flow_run

from flows.console_log import Logger
from flows.run_record import RunRecord
from flows.run_report import LedgerLine, RunSummary
from tasks import kernels_are_compiled
from tasks.deduplicate import Parameters
from tasks.errors import StopRun
from tasks.fetch import Intake, Reading, find_addresses, find_files
from tasks.publish import Edition, summarise
from tasks.rules import rules_digest
from tasks.settings import Settings, load_settings
from tasks.sources import SourceProfile, expand, load_profiles
from tasks.store import (
    Lake,
    fail_cut_off_runs,
    open_lake,
    sweep_work,
    writer_lock,
)
from tasks.store.references import BatchRef, ShardRef

SAMPLE: Final = Path(__file__).parent.parent / "data" / "sample"


@dataclass(slots=True)
class Job:
    """One run at work.

    ``named`` is the lake that was asked for, ``lake`` the one that is read, ``root`` holds raw and
    work files: all the same, but that a dry run works in a folder of its own. ``known`` is the lake
    by whose articles texts are cleaned: that which is read, or that which is rebuilt.
    """

    settings: Settings
    sources: tuple[str, ...]
    profiles: Mapping[str, SourceProfile]
    named: Path
    lake: Lake
    known: Lake
    root: Path
    dry_run: bool
    record: RunRecord
    started_at: datetime
    logger: Logger
    rules: str
    intake: Intake | None = None
    committed_version: int | None = None

    def reading(self, limit: int | None) -> Reading:
        """Return how the sources are read."""
        bounds = self.settings.fetch
        return Reading(
            profiles=self.profiles,
            max_record_bytes=bounds.max_record_bytes,
            max_json_depth=bounds.max_json_depth,
            max_archive_depth=bounds.max_archive_depth,
            max_unpacked_bytes=bounds.max_unpacked_bytes,
            max_unpacked_ratio=bounds.max_unpacked_ratio,
            shard_bytes=bounds.shard_bytes,
            settle_seconds=bounds.settle_seconds,
            limit=limit,
            web=bounds.web,
        )

    @property
    def parameters(self) -> Parameters:
        """What makes two texts one."""
        told = self.settings.deduplicate
        return Parameters(
            sizes=told.sizes,
            similarity=told.similarity,
            similarity_within_outlet=told.similarity_within_outlet,
        )

    def begin(self, intake: Intake) -> None:
        """Note what came in as soon as the batch has a name."""
        self.intake = intake
        self.record.batch_id = intake.batch_id

    def lineage(self, batch: BatchRef) -> dict[str, str]:
        """Return the columns that say which batch, run and rules made a row."""
        return {
            "batch_id": batch.batch_id,
            "run_id": self.record.run_id,
            "pipeline_version": installed_version("warraq"),
            "rules_digest": self.rules,
        }

    def place(self, batch: BatchRef, name: str, *refused: ShardRef) -> Path:
        """Return the folder of a step's files: of these rules, without these refused records.

        A later run of the batch finds them there; other rules, refusals or settings of what makes
        two texts one have another folder.
        """
        state = hashlib.sha256(f"{self.rules} {self.parameters}".encode())
        for ref in refused:
            state.update(ref.path.read_bytes())
        return batch.work / f"{name}-{state.hexdigest()[:12]}"

    def nothing_new(self) -> RunSummary:
        """Return the summary when the lake holds already what the sources have, if anything."""
        batch_id = self.intake.batch_id if self.intake else None
        entry = None if batch_id is None else self.lake.find_batch(batch_id)
        counted = {"records": 0, "reasons": []}
        if batch_id is not None and entry is not None:
            counted = entry.counts_of(batch_id)
        return self._summary(counted, already_in_version=entry.version if entry else None)

    def summarise(self, edition: Edition) -> RunSummary:
        """Return what became of the batch's records."""
        counted = summarise(edition.entries)
        return self._summary({"records": counted.records, "reasons": counted.reasons})

    def finished(self, summary: RunSummary) -> RunSummary:
        """Add the times of the stages, now that all have ended, and sweep the work files."""
        lines = self.record.lines()
        seconds = max(lines[-1].seconds, 1e-9)
        resumed = any(line.status == "resumed" for line in lines)
        return summary.model_copy(
            update={
                "stages": lines,
                "resumed": resumed,
                "articles_per_second": summary.records / seconds,
            }
        )

    def _summary(
        self, counted: Mapping[str, Any], *, already_in_version: int | None = None
    ) -> RunSummary:
        return RunSummary(
            run_id=self.record.run_id,
            batch_id=self.record.batch_id,
            lake=self.named,
            version=self.committed_version or self.lake.version,
            committed=self.committed_version is not None,
            already_in_version=already_in_version,
            files_seen=self.intake.seen if self.intake else 0,
            files_left=self.intake.growing if self.intake else (),
            sources_lost=self.intake.lost if self.intake else {},
            sources_doubted=self.intake.doubted if self.intake else {},
            dry_run=self.dry_run,
            records=counted["records"],
            ledger=tuple(LedgerLine(**line) for line in counted["reasons"]),
            stages=(),
            articles_per_second=0.0,
        )


@contextmanager
def open_job(sources: tuple[str, ...], lake: Path | None, *, dry_run: bool) -> Iterator[Job]:
    """Make everything ready, hold the lake for writing, and clear up behind a run that ended well.

    Overlapping runs on one lake wait for each other here. A dry run changes nothing: its files
    live in a temporary folder, where there is no lake also its lake.
    """
    settings = load_settings()
    profiles = expand(load_profiles(folder=settings.profiles))
    root = (lake or settings.lake).absolute()
    sources = sources or (_sample(),)
    if not root.exists():
        # A wrong SOURCE leaves no new lake behind.
        find_files(sources, profiles)
        find_addresses(sources, profiles)
    with ExitStack() as stack:
        if dry_run:
            place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="warraq-")))
            absent = _is_vacant(root)
            opened = open_lake(place if absent else root, create=absent)
        else:
            open_lake(root, create=True)
            opened, place = stack.enter_context(_held(root, settings)), root
        job = _job(settings, profiles, opened)
        if dry_run:
            job.record.folder = None
        job = replace(job, sources=sources, named=root, root=place, dry_run=dry_run)
        yield job
        if job.intake is not None and job.intake.downloads is not None:
            shutil.rmtree(job.intake.downloads, ignore_errors=True)
        if job.record.batch_id is not None:
            shutil.rmtree(place / "work" / job.record.batch_id, ignore_errors=True)


@contextmanager
def open_lake_job(lake: Path | None) -> Iterator[Job]:
    """Hold a lake that is there for writing, without sources; raises :class:`StopRun` if not."""
    settings = load_settings()
    root = (lake or settings.lake).absolute()
    open_lake(root)
    with _held(root, settings) as opened:
        yield _job(settings, expand(load_profiles(folder=settings.profiles)), opened)


def _job(settings: Settings, profiles: Mapping[str, SourceProfile], lake: Lake) -> Job:
    logger = get_run_logger()
    if not kernels_are_compiled():
        logger.warning("The first run compiles the text kernels: a minute or so, once")
    return Job(
        settings=settings,
        sources=(),
        profiles=profiles,
        named=lake.root,
        lake=lake,
        known=lake,
        root=lake.root,
        dry_run=False,
        record=RunRecord(str(flow_run.id), lake.root, lake.version),
        started_at=datetime.now(UTC),
        logger=logger,
        rules=rules_digest(profiles),
    )


@contextmanager
def _held(root: Path, settings: Settings) -> Iterator[Lake]:
    """Hold the lake for writing, and give it as it is then."""
    logger = get_run_logger()
    run_id, wait_seconds = str(flow_run.id), settings.store.lock_wait_seconds

    def tell(holder: str) -> None:
        logger.warning("Waiting for the lake: %s holds it", holder)

    with writer_lock(root, run_id=run_id, wait_seconds=wait_seconds, on_wait=tell):
        for cut_off in fail_cut_off_runs(root):
            logger.info("run %s was cut off; its command takes over what it finished", cut_off)
        for left in sweep_work(root):
            logger.info("sweep %s: nobody resumed it", left.relative_to(root))
        yield open_lake(root)


def _is_vacant(root: Path) -> bool:
    """Whether nothing is where the lake shall be, or an empty folder."""
    if not root.is_dir():
        return not root.exists()
    return os.access(root, os.R_OK) and not any(root.iterdir())


def _sample() -> str:
    if not SAMPLE.is_dir():
        raise StopRun("The embedded sample is not installed; name a SOURCE", looked_for=str(SAMPLE))
    return str(SAMPLE)
