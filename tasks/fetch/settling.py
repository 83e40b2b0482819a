"""Files that somebody is writing: found before they are read, or by what they are afterwards."""

import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from tasks.fetch.files import SourceFile
from tasks.fetch.folders import State, state_of
from tasks.fetch.reading import RawRecord
from tasks.store.files import digest

CHANGED: Final = "changed-while-read"
"""The reason of a file's last record, which may be torn."""

_NANOSECONDS: Final = 1_000_000_000


class Settled(NamedTuple):
    """Files to read now, and those whose size or time changed while we watched."""

    steady: tuple[SourceFile, ...]
    growing: tuple[SourceFile, ...]


def settle(files: Sequence[SourceFile], seconds: float) -> Settled:
    """Watch the files that were written in the last ``seconds`` until they are that old.

    A clock that is ahead of ours (a share of another machine) costs the same wait, no more.
    """
    now = time.time_ns()
    latest = now - int(seconds * _NANOSECONDS)
    fresh = [file for file in files if file.fault is None and file.state[1] > latest]
    if not fresh or not seconds:
        return Settled(tuple(files), ())
    youngest = min(max(file.state[1] for file in fresh), now)
    time.sleep((youngest - latest) / _NANOSECONDS)
    growing = {file.path for file in fresh if _now(file) not in {None, file.state}}
    return Settled(
        tuple(file for file in files if file.path not in growing),
        tuple(file for file in files if file.path in growing),
    )


def watched(file: SourceFile, records: Iterator[RawRecord]) -> Iterator[RawRecord]:
    """Yield the file's records; the last one is refused when the file changed meanwhile.

    One that was replaced by another, or removed, was still read as it had been.
    """
    held: RawRecord | None = None
    for record in records:
        if held is not None:
            yield held
        held = record
    if held is None:
        return
    now = _now(file)
    if file.fault is None and now is not None and now[2] == file.state[2] and now != file.state:
        problem = f"the file had {file.state[0]:,} bytes when it was found, now it has {now[0]:,}"
        if now[0] == file.state[0]:
            problem = "the file was written to while it was read"
        piece = held.piece._replace(refusal=CHANGED, detail=problem)
        held = held._replace(piece=piece)
    yield held


def digest_of(file: SourceFile) -> str | None:
    """Return the SHA-256 of the file as it was found; null when it is gone or no longer that."""
    try:
        found = digest(Path(file.path))
    except OSError:
        return None
    return found if _now(file) == file.state else None


def _now(file: SourceFile) -> State | None:
    try:
        return state_of(os.stat(file.path))  # noqa: PTH116 (a path object costs more than the call)
    except OSError:
        return None
