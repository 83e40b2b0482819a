"""The Prefect task of this stage."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from prefect import get_run_logger, task
from pydantic import BaseModel, ConfigDict

from expectations.schema import CLEANED
from tasks.clean import clean, clean_refused
from tasks.clean.learned_lines import learned_keys
from tasks.clean.title_keys import KeySearch, among, keys_of
from tasks.learn import judge_lines
from tasks.retries import OF_A_STAGE
from tasks.sources import SourceProfile
from tasks.store import DuplicateIndex, Lake, open_index, read_line_counts
from tasks.store.references import ShardRef, find, land, read
from tasks.text.words import Hashes

_TITLES: Final = pa.schema([pa.field("title_key", pa.uint64(), nullable=False)])
_LEARNED: Final = pa.schema([pa.field("line_key", pa.uint64(), nullable=False)])


class KnownRef(BaseModel):
    """What the texts of a batch are compared with: its titles, a lake and what that has learned."""

    model_config = ConfigDict(frozen=True)

    titles: ShardRef
    lines: ShardRef
    lake: Lake


@task(
    name="gather-known",
    task_run_name="gather-known",
    **OF_A_STAGE,
)
def gather_known(records: Sequence[ShardRef], lake: Lake, folder: Path) -> KnownRef:
    """Land what every shard's lines are compared with: the batch's titles, the outlets' lines.

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
    lines = find(folder / "learned.arrow")
    if lines is None:
        keys = pa.table([learned_keys(judge_lines(read_line_counts(lake)))], schema=_LEARNED)
        lines = land(keys, folder / "learned.arrow")
    with open_index(lake):
        pass  # healed once, before the shards read it side by side
    return KnownRef(titles=landed, lines=lines, lake=lake)


def _known_titles(batch: Hashes, published: DuplicateIndex) -> KeySearch:
    """Return the search that knows the titles of the batch and of everything published."""
    in_batch = among(batch)

    def search(keys: Hashes) -> npt.NDArray[np.bool_]:
        found = in_batch(keys)
        others = np.unique(keys[~found]).view(np.int64)
        in_lake = published.find_titles(pa.array(others)).to_numpy().view(np.uint64)
        return found | among(np.sort(in_lake))(keys)

    return search


@task(
    name="clean",
    task_run_name="clean-{records.name}",
    **OF_A_STAGE,
)
def clean_shard(
    records: ShardRef,
    refused: ShardRef,
    known: KnownRef,
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
        with open_index(known.lake) as published:
            titles = _known_titles(read(known.titles)["title_key"].to_numpy(), published)
            learned = among(read(known.lines)["line_key"].to_numpy())
            outcome = clean(table, profiles, titles=titles, learned=learned)
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
