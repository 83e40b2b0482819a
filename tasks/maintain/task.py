"""The Prefect task of this stage."""

from prefect import get_run_logger, task

from tasks.maintain import MIB, maintain, rebuild_index
from tasks.retries import RETRIES, RETRY_SECONDS, may_pass
from tasks.store import Lake, Upkeep
from tasks.text.signature_sizes import Sizes


@task(
    name="maintain",
    task_run_name="maintain",
    tags={"warraq"},
    retries=RETRIES,
    retry_delay_seconds=list(RETRY_SECONDS),
    retry_condition_fn=may_pass,
)
def maintain_lake(
    lake: Lake, run_id: str, wait_seconds: float, target_mib: int, retention_days: float
) -> Upkeep:
    """Merge small files and give up old versions; nothing changes when there are none."""
    done = maintain(
        lake,
        run_id=run_id,
        wait_seconds=wait_seconds,
        target_mib=target_mib,
        retention_days=retention_days,
    )
    get_run_logger().info(
        "maintain merged=%d into=%d oldest=%d freed=%d MiB",
        done.merged, done.into, done.floor, done.freed // MIB,
    )  # fmt: skip
    return done


@task(
    name="rebuild-index",
    task_run_name="rebuild-index",
    tags={"warraq"},
    retries=RETRIES,
    retry_delay_seconds=list(RETRY_SECONDS),
    retry_condition_fn=may_pass,
)
def make_index_anew(lake: Lake, sizes: Sizes) -> int:
    """Make the duplicate index anew; return how many texts it knows."""
    rows = sum(file.rows for name in ("articles", "duplicates") for file in lake.files(name))
    get_run_logger().info("rebuild-index begins, texts=%d", rows)
    count = rebuild_index(lake, sizes)
    get_run_logger().info("rebuild-index texts=%d", count)
    return count
