"""The Prefect task of this stage: one batch, all shards."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from prefect import get_run_logger, task
from pydantic import BaseModel, ConfigDict

from tasks.deduplicate import (
    CANDIDATES,
    DEFAULTS,
    Decisions,
    Parameters,
    candidates_at,
    decide,
    find_candidates,
    find_gone,
    screen,
)
from tasks.retries import OF_A_STAGE
from tasks.store import Lake, open_index
from tasks.store.references import ShardRef, find, land, read

_CHANGES: Final = ("replaced", "amended", "moved", "index_step")
_CANDIDATES: Final = "candidates"


class DecisionsRef(BaseModel):
    """The landed decisions: ``records`` and ``candidates`` by shard, what changes in the lake."""

    model_config = ConfigDict(frozen=True)

    records: tuple[ShardRef, ...]
    replaced: ShardRef
    amended: ShardRef
    moved: ShardRef
    index_step: ShardRef
    candidates: tuple[ShardRef, ...]


@task(
    name="deduplicate",
    task_run_name="deduplicate",
    **OF_A_STAGE,
)
def deduplicate_batch(
    cleaned: Sequence[ShardRef],
    refused: Sequence[ShardRef],
    lake: Lake,
    folder: Path,
    parameters: Parameters = DEFAULTS,
) -> DecisionsRef:
    """Settle the batch against itself and the lake, leaving out what the borders refused.

    ``folder`` is the place of this very decision: of one lake version and one set of refusals.
    """
    shards = [find(folder / ref.path.name) for ref in cleaned]
    found = [find(folder / _CANDIDATES / ref.path.name) for ref in cleaned]
    changes = {name: find(folder / f"{name}.arrow") for name in _CHANGES}
    if all(shards) and all(found) and all(changes.values()):
        get_run_logger().info("deduplicate taken over from an earlier run")
        return DecisionsRef(records=shards, candidates=found, **changes)
    gone = pa.concat_tables([read(ref, ["record_ref"]) for ref in refused])["record_ref"]
    landed = []
    for ref in cleaned:
        table = find_candidates(read(ref), parameters.sizes)
        out = pc.is_in(table["record_ref"], value_set=gone.combine_chunks())
        if pc.any(out).as_py():
            table = candidates_at(table, np.flatnonzero(~out.to_numpy()))
        landed.append(land(table, folder / _CANDIDATES / ref.path.name))
    candidates = pa.concat_tables([CANDIDATES.empty_table(), *map(read, landed)])
    with open_index(lake, sizes=parameters.sizes) as history:
        decisions = decide(candidates, history, parameters)
    counts = decisions.records["disposition"].value_counts().to_pylist()
    get_run_logger().info(
        "deduplicate records=%d %s",
        len(decisions.records),
        " ".join(f"{count['values']}={count['counts']}" for count in counts),
    )
    return _land(decisions, landed, folder)


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


def _land(decisions: Decisions, candidates: Sequence[ShardRef], folder: Path) -> DecisionsRef:
    shards = []
    start = 0
    for ref in candidates:
        rows = decisions.records.slice(start, ref.rows)
        shards.append(land(rows, folder / ref.path.name))
        start += ref.rows
    changes = {name: land(getattr(decisions, name), folder / f"{name}.arrow") for name in _CHANGES}
    return DecisionsRef(records=tuple(shards), candidates=tuple(candidates), **changes)
