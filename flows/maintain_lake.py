"""The upkeep of a lake as a flow: ``maintain-lake``, by hand or on a schedule of your own."""

from pathlib import Path

from prefect import flow, get_run_logger
from prefect.runtime import flow_run
from pydantic import BaseModel, ConfigDict, Field

from tasks.maintain.task import maintain_lake as maintain_task
from tasks.maintain.task import make_index_anew
from tasks.settings import load_settings
from tasks.store import open_lake, writer_lock

FLOW_NAME = "maintain-lake"


class LakeUpkeep(BaseModel):
    """Which lake is kept up, and how; empty fields are those of ``warraq.toml``."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="Lake upkeep")

    lake: Path | None = Field(default=None, title="Lake", description="Folder of the corpus.")
    target_mib: int | None = Field(
        default=None, ge=1, le=2048, title="Target", description="Size of merged files, in MiB."
    )
    retention_days: float | None = Field(
        default=None,
        ge=0,
        title="Retention",
        description="Days for which a version can be read after a later one.",
    )
    rebuild_index: bool = Field(
        default=False,
        title="Rebuild index",
        description="Make the duplicate index anew from the corpus, with the sizes of the "
        "settings [deduplicate].",
    )


class UpkeepSummary(BaseModel):
    """What was done; ``version`` is the lake's, new when ``committed``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lake: Path
    version: int
    committed: bool
    merged: int = Field(description="Small files that were merged.")
    into: int = Field(description="Files that they became.")
    oldest: int = Field(description="The oldest version that can be read.")
    freed: int = Field(description="Bytes of files that no version shows any more.")
    indexed: int | None = Field(
        default=None, description="Texts in the duplicate index, when it was made anew."
    )


@flow(name=FLOW_NAME, persist_result=True, result_serializer="json")
def maintain_lake(run: LakeUpkeep = LakeUpkeep()) -> UpkeepSummary:  # noqa: B008 (frozen)
    """Merge the lake's small files and give up its old versions."""
    settings = load_settings()
    logger = get_run_logger()
    store = settings.store
    lake = open_lake((run.lake or settings.lake).absolute())
    run_id = str(flow_run.id)

    def tell(holder: str) -> None:
        logger.warning("Waiting for the lake: %s holds it", holder)

    with writer_lock(lake.root, run_id=run_id, wait_seconds=store.lock_wait_seconds, on_wait=tell):
        lake = open_lake(lake.root)
        done = maintain_task(
            lake,
            run_id,
            store.lock_wait_seconds,
            run.target_mib or store.target_mib,
            store.retention_days if run.retention_days is None else run.retention_days,
        )
        indexed = None
        if run.rebuild_index:
            indexed = make_index_anew(open_lake(lake.root), settings.deduplicate.sizes)
    return UpkeepSummary(
        lake=lake.root,
        version=done.version or lake.version,
        committed=done.version is not None,
        merged=done.merged,
        into=done.into,
        oldest=done.floor,
        freed=done.freed,
        indexed=indexed,
    )


if __name__ == "__main__":
    maintain_lake()
