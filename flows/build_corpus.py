"""The main job: fetch → clean → deduplicate → enrich → validate → publish, one batch a run."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from prefect import flow, unmapped
from prefect.artifacts import create_markdown_artifact
from prefect.runtime import flow_run
from prefect.task_runners import ThreadPoolTaskRunner
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from expectations.dispositions import WAS_PURGED
from flows.console_log import announce
from flows.run_job import Job, open_job
from flows.run_record import WHOLE_RUN
from flows.run_report import ARTIFACT_KEY, RunSummary, to_markdown
from tasks.clean.task import clean_shard, gather_known, identify_refused
from tasks.deduplicate.task import DecisionsRef, deduplicate_batch, screen_refused
from tasks.enrich.task import enrich_shard
from tasks.errors import StopRun
from tasks.fetch import purge_raw
from tasks.fetch.task import fetch_batch
from tasks.learn.task import count_batch
from tasks.maintain import MIB
from tasks.maintain.task import maintain_lake
from tasks.publish import Edition, records_of
from tasks.publish.task import publish_batch
from tasks.sources import licences_by_outlet
from tasks.store import is_due, open_lake
from tasks.store.references import BatchRef, ShardRef
from tasks.validate import Border
from tasks.validate.task import BorderRef, validate_border, write_docs

FLOW_NAME = "build-corpus"


def _not_blank(source: str) -> str:
    if not source.strip():
        raise ValueError(
            "a source is a file, a folder, a glob, a web address or the name of a source profile"
        )
    return source


class CorpusRun(BaseModel):
    """What one run of ``build-corpus`` takes in, and where the corpus is kept."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="Corpus run")

    sources: tuple[Annotated[str, AfterValidator(_not_blank)], ...] = Field(
        default=(),
        title="Sources",
        description=(
            "Files, folders, globs, web addresses (feeds, articles; *.urls lists them) or names "
            "of source profiles. Empty: the embedded sample."
        ),
    )
    lake: Path | None = Field(
        default=None,
        title="Lake",
        description="Folder that holds the corpus. Empty: the lake of warraq.toml.",
    )
    limit: int | None = Field(
        default=None, ge=1, title="Limit", description="Take only the first so many records."
    )
    dry_run: bool = Field(
        default=False, title="Dry run", description="Do everything but the commit."
    )


def name_run() -> str:
    """Name a flow run after its first source, for the lists in Prefect's UI."""
    run = CorpusRun.model_validate(flow_run.get_parameters()["run"])
    if not run.sources:
        return "default sources"
    first, *others = (Path(source).name or source for source in run.sources)
    return f"{first} and {len(others)} more" if others else first


@flow(
    name=FLOW_NAME,
    flow_run_name=name_run,
    task_runner=ThreadPoolTaskRunner(max_workers=2),  # type: ignore[arg-type]  # Prefect's types
    persist_result=True,
    result_serializer="json",
)
def build_corpus(run: CorpusRun = CorpusRun()) -> RunSummary:  # noqa: B008 (frozen)
    """Build one batch into the lake and return what became of every record."""
    with open_job(run.sources, run.lake, dry_run=run.dry_run) as job, job.record.stage(WHOLE_RUN):
        batch = fetch(job, run.limit)
        if batch is None:
            summary = job.nothing_new()
        else:
            summary = publish(job, batch, *work_through(job, batch))
            maintain(job)
    summary = job.finished(summary)
    create_markdown_artifact(to_markdown(summary), key=ARTIFACT_KEY)
    return summary


def work_through(job: Job, batch: BatchRef) -> tuple[Edition, list[BorderRef]]:
    """Take a fetched batch through every stage up to the lake."""
    raw = validate(job, batch, "raw", batch.records, [])
    cleaned = clean(job, batch, raw)
    article = validate(job, batch, "article", cleaned, [raw])
    return settle(job, batch, cleaned, [raw, article])


def fetch(job: Job, limit: int | None) -> BatchRef | None:
    """Land the raw records and their decoded fields, or return null when nothing is new."""
    with job.record.stage("fetch") as stage:
        announce(job.logger, "fetch")
        intake = fetch_batch(job.sources, job.reading(limit), job.root, job.lake, job.started_at)
        job.begin(intake)
        if intake.fetched is None:
            if intake.is_cut_off and not intake.seen:
                source, why = next(iter(intake.lost.items()))
                raise StopRun("No site answered", source=source, why=why, lost=len(intake.lost))
            stage.gave(0, 0)
            return None
        batch = intake.fetched.batch
        read = sum(ref.rows for ref in batch.records)
        refused = sum(ref.rows for ref in batch.refused)
        stage.gave(read + refused, read, [ref.path for ref in batch.records])
    return batch


def validate(
    job: Job,
    batch: BatchRef,
    border: Border,
    shards: Sequence[ShardRef],
    before: Sequence[BorderRef],
) -> BorderRef:
    """Judge every row at a border; what fails is put aside whole, the rest goes on."""
    name = f"validate-{border}"
    with job.record.stage(name) as stage:
        announce(job.logger, name)
        task = validate_border.with_options(name=name)
        # With the version, because what the corpus border judges was decided against it.
        place = f"{name}-{job.lake.version}"
        folder = job.place(batch, place, *(ref.refused for ref in before))
        found = task(border, shards, batch.records, job.lineage(batch), folder)
        if found.refused.rows and border != "corpus":  # that one sees what was screened
            found = screen(job, batch, found, shards)
        rows = sum(ref.rows for ref in shards)
        stage.gave(rows, rows - found.refused.rows, [found.quarantine.path])
    return found


def screen(job: Job, batch: BatchRef, found: BorderRef, shards: Sequence[ShardRef]) -> BorderRef:
    """Name what a border refused, and keep what was purged from the lake out of quarantine."""
    folder = found.refused.path.parent / "screened"
    if found.border == "raw":
        shards = [identify_refused(batch.records, found.refused, job.profiles, folder)]
    screened = screen_refused(shards, found.refused, found.quarantine, job.lake, folder)
    return found.model_copy(update={"refused": screened.refused, "quarantine": screened.quarantine})


def clean(job: Job, batch: BatchRef, raw: BorderRef) -> list[ShardRef]:
    """Take the article out of each scraped text, shard by shard."""
    with job.record.stage("clean") as stage:
        announce(job.logger, "clean", len(batch.records))
        # With the version, because titles and lines of the lake are cut out of the texts.
        folder = job.place(batch, f"cleaned-{job.known.version}", raw.refused)
        known = gather_known(batch.records, job.known, folder)
        cleaned = clean_shard.map(
            batch.records,
            unmapped(raw.refused),
            unmapped(known),
            unmapped(job.profiles),
            unmapped(folder),
        ).result()
        rows = sum(ref.rows for ref in cleaned)
        stage.gave(rows, rows, [ref.path for ref in cleaned])
    return cleaned


def deduplicate(
    job: Job, batch: BatchRef, cleaned: list[ShardRef], borders: list[BorderRef]
) -> DecisionsRef:
    """Decide of every article whether it is new, a revision, a repeat or a copy."""
    with job.record.stage("deduplicate") as stage:
        announce(job.logger, "deduplicate")
        refused = [ref.refused for ref in borders]
        folder = job.place(batch, f"decided-{job.lake.version}", *refused)
        decided = deduplicate_batch(cleaned, refused, job.lake, folder, job.parameters)
        judged = sum(ref.rows for ref in decided.records)
        stage.gave(judged, judged, [decided.index_step.path])
    return decided


def enrich(
    job: Job, batch: BatchRef, cleaned: list[ShardRef], decided: DecisionsRef
) -> list[ShardRef]:
    """Make the rows that are published, shard by shard."""
    with job.record.stage("enrich") as stage:
        announce(job.logger, "enrich", len(cleaned))
        folder = decided.replaced.path.parent / "rows"
        rows = enrich_shard.map(
            cleaned, decided.records, unmapped(job.lineage(batch)), unmapped(folder)
        ).result()
        taken, given = (sum(ref.rows for ref in refs) for refs in (decided.records, rows))
        stage.gave(taken, given, [ref.path for ref in rows])
    return rows


def settle(
    job: Job, batch: BatchRef, cleaned: list[ShardRef], borders: list[BorderRef]
) -> tuple[Edition, list[BorderRef]]:
    """Deduplicate, enrich and judge; where the corpus border refuses rows, settle without them.

    A refused article may have been the one that others copy: its place is decided anew.
    """
    decided = deduplicate(job, batch, cleaned, borders)
    rows = enrich(job, batch, cleaned, decided)
    corpus = validate(job, batch, "corpus", rows, borders)
    borders = [*borders, corpus]
    if corpus.refused.rows:
        return settle(job, batch, cleaned, borders)
    edition = Edition(
        batch_id=batch.batch_id,
        run_id=job.record.run_id,
        rows=tuple(rows),
        quarantine=tuple(ref.quarantine for ref in borders),
        entries=(*batch.refused, *(ref.refused for ref in borders), *decided.records),
        replaced=decided.replaced,
        amended=decided.amended,
        moved=decided.moved,
        index_step=decided.index_step,
        candidates=decided.candidates,
        lines=count_batch(cleaned, decided.records, decided.index_step.path.parent),
        licences=licences_by_outlet(job.profiles),
    )
    return edition, borders


def publish(job: Job, batch: BatchRef, edition: Edition, borders: list[BorderRef]) -> RunSummary:
    """Commit everything at once, unless it is a dry run."""
    with job.record.stage("publish") as stage:
        announce(job.logger, "publish")
        rows = sum(ref.rows for ref in edition.rows)
        if not job.dry_run:
            forget_purged(job, edition)
            write_docs(borders, job.lake.root / "docs", job.lineage(batch), job.started_at)
            job.committed_version = publish_batch(
                edition, job.lake, job.settings.store.lock_wait_seconds
            )
        stage.gave(rows, rows)
    return job.summarise(edition)


def forget_purged(job: Job, edition: Edition) -> None:
    """Empty the payloads of records that were purged before, ahead of the commit that says so.

    What was purged never comes back, so a run that is cut off here has lost nothing: the next one
    finds such a record refused for the same reason.
    """
    records = [(edition.batch_id, name) for name in records_of(edition.entries, WAS_PURGED)]
    if records:
        count = purge_raw(job.root, records, refusal=WAS_PURGED)
        job.logger.info("publish: %d records that were purged before are emptied in raw/", count)


def maintain(job: Job) -> None:
    """Merge the lake's small files where this batch has made them many."""
    settings = job.settings.store
    if job.committed_version is None or not settings.maintain:
        return
    lake = open_lake(job.lake.root)
    if not is_due(lake.state(), settings.target_mib * MIB):
        return
    with job.record.stage("maintain") as stage:
        announce(job.logger, "maintain")
        done = maintain_lake(
            lake,
            job.record.run_id,
            settings.lock_wait_seconds,
            settings.target_mib,
            settings.retention_days,
        )
        stage.gave(done.merged, done.into)


if __name__ == "__main__":
    build_corpus()
