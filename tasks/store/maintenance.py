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

from tasks.store.log import INDEX, LiveFile, read_entry
from tasks.store.merging import merged
from tasks.store.state import State
from tasks.store.transaction import Transaction

TARGET_BYTES: Final = 128 * 1024 * 1024
"""Size of a file that is merged no more, within a factor of two."""

MANY: Final = 64
"""Files that could be merged away from which on it is worth it: some 7 batches."""

ALWAYS_BYTES: Final = 8 * 1024 * 1024
"""Size up to which a file is merged with any other; what is larger must grow by enough.

Enough is an eighth: so a month is written some eight times over on its way to the target, not
once for each upkeep, and has some small files beside its large one meanwhile.
"""

_GROWTH: Final = 8


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
    spare = sum(len(run) - 1 for run in runs_to_merge(state.files.values(), target_bytes))
    return spare >= MANY


def keep_up(
    changes: Transaction, *, keep_since: datetime, target_bytes: int = TARGET_BYTES
) -> Upkeep:
    """Merge small files, give up old versions, and commit both, if there is anything to do.

    The small files of each dataset and month become files of up to ``target_bytes``, in the order
    of :func:`~tasks.store.merging.merged`. Versions that readers saw at ``keep_since`` or later
    stay. Raises :class:`StopRun` when a row would be lost.
    """
    runs = list(runs_to_merge(changes.base.files.values(), target_bytes))
    for run in runs:
        changes.replace(run, merged(changes.root, run))
    first = changes.base.entry.floor
    floor = _floor(changes.root, changes.base, keep_since)
    files = sum(map(len, runs))
    if not runs and floor == first:
        return Upkeep(None, 0, 0, floor, 0)
    freed = sum(map(_size, _given_up(changes.root, first, floor)))
    changes.raise_floor(floor)
    told = {"merged": files, "into": len(runs), "floor": floor, "freed": freed}
    return Upkeep(changes.commit(told), files, len(runs), floor, freed)


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


def runs_to_merge(files: Iterable[LiveFile], target_bytes: int) -> Iterator[list[LiveFile]]:
    """Yield the files to merge into one, of one dataset and month each, oldest first."""
    places = defaultdict(list)
    for file in files:
        places[file.dataset, file.month].append(file)
    for (dataset, _), found in places.items():
        if dataset == INDEX:
            # A later entry replaces an earlier one, so what is merged must be all that comes last.
            found.sort(key=_age, reverse=True)
            alike = [next(_alike(found, target_bytes), [])]
        else:
            found.sort(key=lambda file: file.size)
            alike = list(_alike(found, target_bytes))
        for files_alike in alike:
            if len(files_alike) > 1:
                cut = _cut(sorted(files_alike, key=_age), target_bytes)
                yield from (run for run in cut if dataset == INDEX or len(run) > 1)


def _age(file: LiveFile) -> tuple[int, int]:
    return file.version, file.part


def _alike(files: Iterable[LiveFile], target_bytes: int) -> Iterator[list[LiveFile]]:
    """Yield neighbours that are worth merging: none is much larger than those before it."""
    chosen: list[LiveFile] = []
    size = 0
    for file in files:
        if file.size >= target_bytes // 2:
            break
        if chosen and file.size >= max(ALWAYS_BYTES, _GROWTH * size):
            yield chosen
            chosen, size = [], 0
        chosen.append(file)
        size += file.size
    if chosen:
        yield chosen


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
