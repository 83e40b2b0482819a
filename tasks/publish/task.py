"""The Prefect task of this stage: the one that changes the lake."""

from prefect import get_run_logger, task

from tasks.publish import Edition, publish
from tasks.retries import OF_A_STAGE
from tasks.store import Lake, transaction


@task(
    name="publish",
    task_run_name="publish-{edition.batch_id}",
    **OF_A_STAGE,
)
def publish_batch(edition: Edition, lake: Lake, wait_seconds: float) -> int:
    """Commit the edition and return the lake's version; a second time nothing changes."""
    with transaction(
        lake, batch_id=edition.batch_id, run_id=edition.run_id, wait_seconds=wait_seconds
    ) as changes:
        version = publish(edition, changes)
    get_run_logger().info("publish batch=%s version=%d", edition.batch_id, version)
    return version
