"""What a version of the lake holds: the log's entries up to it, summed up.

A state is written beside the log every ``EVERY`` versions, so that reading one never takes more
entries than that, however long the log is. States are derived: one that is gone or damaged is
passed over, and the entries before it are read instead.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from tasks.errors import StopRun
from tasks.store.files import names, put
from tasks.store.log import FORMAT_VERSION, Count, LiveFile, LogEntry, entry_path, read_entry

EVERY: Final = 64
"""Versions between two states in the log: some 600 small files to add up at most."""


_STATE_NAME: Final = re.compile(r"([0-9]{8})\.state\.json")


@dataclass(frozen=True, slots=True)
class State:
    """The live files of one version by name, the version of every batch, and the last entry."""

    entry: LogEntry
    files: Mapping[str, LiveFile]
    batches: Mapping[str, int]

    @property
    def version(self) -> int:
        """The version that this is the state of."""
        return self.entry.version

    def after(self, root: Path, entry: LogEntry) -> "State":
        """Return the state of the next version; raise :class:`StopRun` when it does not follow."""
        files, batches = dict(self.files), dict(self.batches)
        _add(root, entry, files, batches)
        return State(entry, files, batches)

    def of_dataset(self, dataset: str) -> tuple[LiveFile, ...]:
        """Return the live files of a dataset, or of ``index``."""
        return tuple(file for file in self.files.values() if file.dataset == dataset)


class Written(BaseModel):
    """A state as it stands in the log."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = FORMAT_VERSION
    version: Count
    group: str
    batches: dict[str, Count]
    files: tuple[LiveFile, ...]


def has_state(version: int) -> bool:
    """Whether the state of this version is to stand beside the log."""
    return version > 0 and version % EVERY == 0


def state_path(root: Path, version: int) -> Path:
    """Return the path of a version's state."""
    return root / "log" / f"{version:08d}.state.json"


def read_state(root: Path, version: int) -> State:
    """Return what the version holds; raise :class:`StopRun` like :func:`read_entry`."""
    last = read_entry(root, version)  # refuses a newer lake before anything else is read
    after, files, batches = _nearest(root, version)
    for number in range(after + 1, version + 1):
        entry = last if number == version else read_entry(root, number)
        _add(root, entry, files, batches)
    return State(last, files, batches)


def write_state(root: Path, state: State) -> None:
    """Write the state beside the log, in place of what stands there."""
    written = Written(
        version=state.version,
        group=state.entry.group,
        batches=dict(state.batches),
        files=tuple(state.files.values()),
    )
    put(state_path(root, state.version), written.model_dump_json().encode())


def _nearest(root: Path, version: int) -> tuple[int, dict[str, LiveFile], dict[str, int]]:
    """Return the version of the last state that can be used, and what there was; -1 for none."""
    for number in range(version - version % EVERY, 0, -EVERY):
        found = read_written(root, number)
        if found is not None:
            files = {file.name: file for file in found.files}
            return number, files, dict(found.batches)
    return -1, {}, {}


def written_versions(root: Path) -> set[int]:
    """Return the versions that have a state beside the log."""
    found = map(_STATE_NAME.fullmatch, names(root / "log"))
    return {int(match[1]) for match in found if match}


def read_written(root: Path, version: int) -> Written | None:
    """Return the state as written; null when it is not there, damaged or of another history."""
    try:
        found = Written.model_validate(orjson.loads(state_path(root, version).read_bytes()))
    except (OSError, orjson.JSONDecodeError, ValidationError):
        return None
    told = (found.format, found.version, found.group)
    ours = (FORMAT_VERSION, version, read_entry(root, version).group)
    return found if told == ours else None


def _add(root: Path, entry: LogEntry, files: dict[str, LiveFile], batches: dict[str, int]) -> None:
    for name in entry.dropped:
        if files.pop(name, None) is None:
            raise StopRun(
                "The lake's log does not add up: it drops a file that is not there; restore the "
                "log from a backup",
                path=str(entry_path(root, entry.version)),
                file=name,
            )
    files.update((file.name, file) for file in entry.added)
    if entry.batch_id is not None:
        batches[entry.batch_id] = entry.version
    batches.update(dict.fromkeys(entry.rebuilt, entry.version))
