"""The Prefect task of this stage."""

from collections.abc import Mapping
from pathlib import Path

from prefect import get_run_logger, task

from tasks.enrich import enrich
from tasks.retries import OF_A_STAGE
from tasks.store.references import ShardRef, find, land, read


@task(
    name="enrich",
    task_run_name="enrich-{cleaned.name}",
    **OF_A_STAGE,
)
def enrich_shard(
    cleaned: ShardRef, decisions: ShardRef, lineage: Mapping[str, str], folder: Path
) -> ShardRef:
    """Make the rows that one shard publishes; a rerun finds its file."""
    path = folder / cleaned.path.name
    landed = find(path)
    if landed is None:
        landed = land(enrich(read(cleaned), read(decisions), lineage), path)
        get_run_logger().info("enrich shard=%s rows=%d", cleaned.name, landed.rows)
    else:
        get_run_logger().info("enrich shard=%s taken over from an earlier run", cleaned.name)
    return landed
