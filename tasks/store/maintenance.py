"""Upkeep: small files become large ones, and versions that nobody reads any more give way.

A batch brings some small files for each month that it touches. Reading and committing take time for
every file, so they are merged when there are many, by a commit like any other.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from expectations.schema import PARTITIONED
from tasks.errors import StopRun
from tasks.store.log import INDEX, LiveFile, read_entry
from tasks.store.parts import restored
from tasks.store.state import State
from tasks.store.transaction import Transaction

TARGET_BYTES: Final = 128 * 1024 * 1024
"""Size of a file that is merged no more, within a factor of two."""

MANY: Final = 256
"""Files that could be merged away from which on it is worth it: some 30 batches."""

_ORDER: Final = [("source", "ascending"), ("published_at", "ascending")]


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What was done: the new version (null when nothing was to do) and what it changed.

    ``merged`` files became ``into`` others; versions before ``floor`` cannot be read any more, with
    which ``freed`` bytes went.
    """

    version: int | None
    merged: int
    into: int
    floor: int
    freed: int


def is_due(state: State, target_bytes: int = TARGET_BYTES) -> bool:
    """Whether there are so many small files that merging them pays."""
    spare = sum(len(run) - 1 for run in _runs(state.files.values(), target_bytes))
    return spare >= MANY


def keep_up(
    changes: Transaction, *, keep_since: datetime, target_bytes: int = TARGET_BYTES
) -> Upkeep:
    """Merge small files, give up old versions, and commit both, if there is anything to do.

    The small files of each dataset and month become files of about ``target_bytes``; articles and
    copies are sorted by outlet and time, so that a filter on either skips most row groups. One
    such file's rows are in memory at a time. Versions that readers saw at ``keep_since`` or later
    stay. Raises :class:`StopRun` when a row would be lost.
    """
    runs = list(_runs(changes.base.files.values(), target_bytes))
    for run in runs:
        changes.replace(run, _merged(changes.root, run))
    first = changes.base.entry.floor
    floor = _floor(changes.root, changes.base, keep_since)
    merged = sum(map(len, runs))
    if not runs and floor == first:
        return Upkeep(None, 0, 0, floor, 0)
    freed = sum(map(_size, _given_up(changes.root, first, floor)))
    changes.raise_floor(floor)
    told = {"merged": merged, "into": len(runs), "floor": floor, "freed": freed}
    return Upkeep(changes.commit(told), merged, len(runs), floor, freed)


def _floor(root: Path, state: State, keep_since: datetime) -> int:
    """Return the oldest version that readers saw at that time or later."""
    floor = state.entry.floor
    while floor < state.version and read_entry(root, floor + 1).committed_at <= keep_since:
        floor += 1
    return floor


def _given_up(root: Path, first: int, floor: int) -> Iterator[Path]:
    for version in range(first + 1, floor + 1):
        for name in read_entry(root, version).dropped:
            yield root / name


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _runs(files: Iterable[LiveFile], target_bytes: int) -> Iterator[list[LiveFile]]:
    """Yield the files to merge into one, of one dataset and month each, oldest first."""
    places = defaultdict(list)
    for file in files:
        places[file.dataset, file.month].append(file)
    for (dataset, _), found in places.items():
        found.sort(key=lambda file: (file.version, file.part))
        if dataset == INDEX:
            # A later entry replaces an earlier one, so what is merged must be all that comes last.
            large = [n for n, file in enumerate(found) if _is_large(file, target_bytes)]
            last = found[large[-1] + 1 if large else 0 :]
            if len(last) > 1:
                yield from _cut(last, target_bytes)
        else:
            small = [file for file in found if not _is_large(file, target_bytes)]
            yield from (run for run in _cut(small, target_bytes) if len(run) > 1)


def _is_large(file: LiveFile, target_bytes: int) -> bool:
    return file.size >= target_bytes // 2


def _cut(files: Iterable[LiveFile], target_bytes: int) -> Iterator[list[LiveFile]]:
    run: list[LiveFile] = []
    size = 0
    for file in files:
        if run and size + file.size > target_bytes:
            yield run
            run, size = [], 0
        run.append(file)
        size += file.size
    if run:
        yield run


def _merged(root: Path, run: list[LiveFile]) -> pa.Table:
    dataset = run[0].dataset
    tables = []
    for file in run:
        with pq.ParquetFile(root / file.name) as source:
            tables.append(restored(source.read(), file))
    rows = pa.concat_tables(tables)
    if len(rows) != sum(file.rows for file in run):
        raise StopRun(
            "Files hold other numbers of rows than the log says; run `warraq verify`",
            dataset=dataset,
            files=", ".join(file.name for file in run),
        )
    if dataset == INDEX:
        return _latest(rows)
    return rows.sort_by(_ORDER) if dataset in PARTITIONED else rows


def _latest(steps: pa.Table) -> pa.Table:
    """Return the last entry of each article, by ``article_id``."""
    numbered = steps.select(["article_id"]).append_column("row", pa.array(np.arange(len(steps))))
    last = numbered.group_by("article_id").aggregate([("row", "max")]).sort_by("article_id")
    return steps.take(last["row_max"])
