"""The Prefect task of this stage."""

from collections.abc import Sequence
from pathlib import Path

from prefect import get_run_logger, task

from tasks.learn import count_lines
from tasks.retries import OF_A_STAGE
from tasks.store import merge_line_counts
from tasks.store.references import ShardRef, find, land, read


@task(
    name="count-lines",
    task_run_name="count-lines",
    **OF_A_STAGE,
)
def count_batch(cleaned: Sequence[ShardRef], decided: Sequence[ShardRef], folder: Path) -> ShardRef:
    """Land what a batch adds to the counts of its outlets' lines."""
    path = folder / "lines.arrow"
    landed = find(path)
    if landed is None:
        counts = [
            count_lines(read(rows), read(decisions))
            for rows, decisions in zip(cleaned, decided, strict=True)
        ]
        landed = land(merge_line_counts(counts), path)
        get_run_logger().info("learn lines=%d", landed.rows)
    return landed
