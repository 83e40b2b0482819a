"""The Prefect task of this stage: one batch, all shards."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from prefect import get_run_logger, task
from pydantic import BaseModel, ConfigDict

from tasks.deduplicate import (
    CANDIDATES,
    Decisions,
    decide,
    find_candidates,
    find_gone,
    screen,
)
from tasks.retries import OF_A_STAGE
from tasks.store import Lake, open_index
from tasks.store.references import ShardRef, find, land, read


class DecisionsRef(BaseModel):
    """The landed decisions: ``records`` by shard, and what changes in the lake."""

    model_config = ConfigDict(frozen=True)

    records: tuple[ShardRef, ...]
    replaced: ShardRef
    amended: ShardRef
    index_step: ShardRef


@task(
    name="deduplicate",
    task_run_name="deduplicate",
    **OF_A_STAGE,
)
def deduplicate_batch(
    cleaned: Sequence[ShardRef], refused: Sequence[ShardRef], lake: Lake, folder: Path
) -> DecisionsRef:
    """Settle the batch against itself and the lake, leaving out what the borders refused.

    ``folder`` is the place of this very decision: of one lake version and one set of refusals.
    """
    names = ("replaced", "amended", "index_step")
    shards = [find(folder / ref.path.name) for ref in cleaned]
    changes = {name: find(folder / f"{name}.arrow") for name in names}
    if all(shards) and all(changes.values()):
        get_run_logger().info("deduplicate taken over from an earlier run")
        return DecisionsRef(records=shards, **changes)
    gone = pa.concat_tables([read(ref, ["record_ref"]) for ref in refused])["record_ref"]
    candidates = [CANDIDATES.empty_table()]
    for ref in cleaned:
        table = find_candidates(read(ref))
        out = pc.is_in(table["record_ref"], value_set=gone.combine_chunks())
        candidates.append(table.filter(pc.invert(out)))
    with open_index(lake) as history:
        decisions = decide(pa.concat_tables(candidates), history)
    counts = decisions.records["disposition"].value_counts().to_pylist()
    get_run_logger().info(
        "deduplicate records=%d %s",
        len(decisions.records),
        " ".join(f"{count['values']}={count['counts']}" for count in counts),
    )
    return _land(decisions, cleaned, [len(table) for table in candidates[1:]], folder)


class ScreenedRef(BaseModel):
    """What a border refused, screened: its ledger rows, and those of ``quarantine``."""

    model_config = ConfigDict(frozen=True)

    refused: ShardRef
    quarantine: ShardRef


@task(
    name="screen",
    task_run_name="screen",
    **OF_A_STAGE,
)
def screen_refused(
    cleaned: Sequence[ShardRef], refused: ShardRef, quarantine: ShardRef, lake: Lake, folder: Path
) -> ScreenedRef:
    """Name what a border refused, and reject what was purged; ``cleaned`` holds these records."""
    landed = [find(folder / f"{name}.arrow") for name in ("refused", "quarantine")]
    if landed[0] and landed[1]:
        return ScreenedRef(refused=landed[0], quarantine=landed[1])
    rows = read(refused)
    wanted = rows["record_ref"].combine_chunks()
    candidates = [CANDIDATES.empty_table()]
    for ref in cleaned:
        table = read(ref)
        table = table.filter(pc.is_in(table["record_ref"], value_set=wanted))
        candidates.append(find_candidates(table))
    found = pa.concat_tables(candidates).combine_chunks()
    with open_index(lake) as history:
        known = history.find_articles(found["article_id"]).to_pylist()
        texts = history.find_texts(found["text_key"]).to_pylist()
    screened = screen(rows, read(quarantine), found, find_gone(found, known, texts))
    return ScreenedRef(
        refused=land(screened.refused, folder / "refused.arrow"),
        quarantine=land(screened.quarantine, folder / "quarantine.arrow"),
    )


def _land(
    decisions: Decisions, cleaned: Sequence[ShardRef], sizes: Sequence[int], folder: Path
) -> DecisionsRef:
    shards = []
    start = 0
    for ref, size in zip(cleaned, sizes, strict=True):
        shards.append(land(decisions.records.slice(start, size), folder / ref.path.name))
        start += size
    return DecisionsRef(
        records=tuple(shards),
        replaced=land(decisions.replaced, folder / "replaced.arrow"),
        amended=land(decisions.amended, folder / "amended.arrow"),
        index_step=land(decisions.index_step, folder / "index_step.arrow"),
    )
