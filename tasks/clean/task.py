"""The Prefect task of this stage."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from prefect import get_run_logger, task

from expectations.schema import CLEANED
from tasks.clean import clean, clean_refused
from tasks.clean.title_keys import keys_of
from tasks.retries import OF_A_STAGE
from tasks.sources import SourceProfile
from tasks.store.references import ShardRef, find, land, read

_TITLES: Final = pa.schema([pa.field("title_key", pa.uint64(), nullable=False)])


@task(
    name="gather-titles",
    task_run_name="gather-titles",
    **OF_A_STAGE,
)
def gather_titles(records: Sequence[ShardRef], folder: Path) -> ShardRef:
    """Land the keys of the titles of a whole batch, which every shard's lines are compared with.

    Titles of records that the raw border refused are among them: a link to an article is a link
    though the article was refused.
    """
    path = folder / "titles.arrow"
    landed = find(path)
    if landed is None:
        columns = ["title", "title_in_text", "text", "source"]
        keys = [keys_of(read(ref, columns)) for ref in records]
        distinct = np.unique(np.concatenate([np.empty(0, np.uint64), *keys]))
        landed = land(pa.table([distinct], schema=_TITLES), path)
    return landed


@task(
    name="clean",
    task_run_name="clean-{records.name}",
    **OF_A_STAGE,
)
def clean_shard(
    records: ShardRef,
    refused: ShardRef,
    titles: ShardRef,
    profiles: Mapping[str, SourceProfile],
    folder: Path,
) -> ShardRef:
    """Clean the records of one shard that passed the raw border; a rerun finds its file."""
    path = folder / records.path.name
    landed = find(path)
    if landed is None:
        table = read(records)
        if refused.rows:
            out = pc.is_in(table["record_ref"], read(refused)["record_ref"].combine_chunks())
            table = table.filter(pc.invert(out))
        known = read(titles)["title_key"].to_numpy()
        outcome = clean(table, profiles, titles=known)
        landed = land(outcome.kept, path)
        get_run_logger().info(
            "clean shard=%s kept=%d cut=%d", records.name, landed.rows, outcome.changed
        )
    else:
        get_run_logger().info("clean shard=%s taken over from an earlier run", records.name)
    return landed


@task(
    name="identify-refused",
    task_run_name="identify-refused",
    **OF_A_STAGE,
)
def identify_refused(
    records: Sequence[ShardRef],
    refused: ShardRef,
    profiles: Mapping[str, SourceProfile],
    folder: Path,
) -> ShardRef:
    """Clean the records that the raw border refused: by that only it is told which they are."""
    path = folder / "cleaned.arrow"
    landed = find(path)
    if landed is None:
        wanted = read(refused)["record_ref"].combine_chunks()
        cleaned = [CLEANED.empty_table()]
        for ref in records:
            table = read(ref)
            table = table.filter(pc.is_in(table["record_ref"], value_set=wanted))
            if len(table):
                cleaned.append(clean_refused(table, profiles))
        landed = land(pa.concat_tables(cleaned), path)
    return landed
