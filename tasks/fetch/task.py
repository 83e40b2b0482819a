"""The Prefect task of this stage: one batch from its sources."""

from collections.abc import Sequence
from datetime import datetime
from logging import Logger, LoggerAdapter
from pathlib import Path
from typing import Final

from prefect import get_run_logger, task

from tasks.fetch import History, Intake, Progress, Reading, fetch
from tasks.retries import RETRIES, RETRY_SECONDS, may_pass, own_key
from tasks.store import Lake

TELL_SECONDS: Final = 5.0
"""Between two lines of progress while a long batch is read."""


@task(
    name="fetch",
    task_run_name="fetch",
    tags={"warraq", "fetch"},
    persist_result=True,
    result_serializer="json",
    cache_key_fn=own_key,
    retries=RETRIES,
    retry_delay_seconds=list(RETRY_SECONDS),
    retry_condition_fn=may_pass,
)
def fetch_batch(
    sources: Sequence[str], reading: Reading, root: Path, lake: Lake, fetched_at: datetime
) -> Intake:
    """Land under ``root`` the raw records that ``lake`` does not hold; a rerun finds them there."""
    logger = get_run_logger()
    last = fetched_at.timestamp()

    def is_due() -> bool:
        nonlocal last
        now = datetime.now(fetched_at.tzinfo).timestamp()
        due = now - last >= TELL_SECONDS
        last = now if due else last
        return due

    def tell_answers(answered: int, asked: int) -> None:
        if is_due():
            logger.info("fetch answers=%d of=%d", answered, asked)

    def tell(progress: Progress) -> None:
        if is_due():
            logger.info(
                "fetch records=%d share=%.0f%%",
                progress.records, 100 * progress.bytes_read / max(progress.bytes_in_all, 1),
            )  # fmt: skip

    history = History(raw=lake.root / "raw", batches=lake.state().batches)
    intake = fetch(
        sources,
        lake=root,
        reading=reading,
        fetched_at=fetched_at,
        history=history,
        on_progress=tell,
        on_answer=tell_answers,
    )
    _tell_outcome(logger, intake, has_contact=bool(reading.web.contact))
    return intake


def _tell_outcome(
    logger: Logger | LoggerAdapter[Logger], intake: Intake, *, has_contact: bool
) -> None:
    for label in intake.growing:
        logger.warning("fetch: %s is being written; it is left for the next run", label)
    for source, problem in intake.lost.items():
        logger.warning("fetch: %s gave nothing: %s", source, problem)
    for source, problem in intake.doubted.items():
        logger.warning("fetch: %s: %s", source, problem)
    if intake.asked:
        told = " ".join(f"{name}={count}" for name, count in sorted(intake.asked.items()))
        logger.info("fetch asked: %s", told)
        if not has_contact:
            logger.warning("fetch: sites do not know whom to write to; set WARRAQ_FETCH__CONTACT")
    fetched = intake.fetched
    logger.info(
        "fetch files=%d records=%d refused=%d seen=%d growing=%d%s",
        fetched.files if fetched else 0,
        fetched.records if fetched else 0,
        sum(fetched.refused.values()) if fetched else 0,
        intake.seen,
        len(intake.growing),
        " known=yes" if fetched and fetched.known else "",
    )
