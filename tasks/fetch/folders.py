"""Folders and globs as lists of files: hidden ones skipped, links never followed to elsewhere."""

import fnmatch
import os
import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from tasks.errors import RejectRecord
from tasks.fetch.streams import irregular, unreadable

State = tuple[int, int, int]
Pattern = tuple[str, ...]

_WILD: Final = re.compile(r"[*?\[]")
_ANY_DEPTH: Final = "**"


@dataclass(frozen=True, slots=True)
class Found:
    """A file, or something in its place that cannot be read for its ``fault``.

    ``path`` is absolute and as it was named, ``real`` the same without links, ``below`` the part of
    ``path`` under the folder that SOURCE names; ``state`` is (size, mtime in ns, inode).
    """

    path: str
    real: str
    below: str
    state: State = (0, 0, 0)
    fault: RejectRecord | None = None


_LAKE: Final = frozenset({"groups", "log", "versions", "writer.lock"})
"""What every lake holds, and no folder of articles."""


def is_glob(text: str) -> bool:
    """Whether the text holds a wildcard."""
    return _WILD.search(text) is not None


def absolute(path: str) -> str:
    """Return the path from the root on; links stay as they were named unless ``..`` follows one."""
    return os.path.realpath(path) if ".." in Path(path).parts else str(Path(path).absolute())


def look_at(path: str, below: str) -> Found | None:
    """Return what stands at an absolute path, links followed; null when it is a folder."""
    real = os.path.realpath(path)
    try:
        status = Path(real).stat()
    except OSError as error:
        return Found(path, real, below, fault=unreadable(error))
    if stat.S_ISDIR(status.st_mode):
        return None
    fault = None if stat.S_ISREG(status.st_mode) else irregular(status.st_mode)
    return Found(path, real, below, state_of(status), fault)


def walk(folder: str, pattern: Pattern = ()) -> list[Found]:
    """Return the files under an absolute folder at any depth, sorted by the bytes of their path.

    Only those that the pattern matches, or that stand in a folder that it matches. Links to files
    inside the folder are files; links to folders are not followed, so there are no loops. What
    leads out of the folder, or is no regular file, is returned with its fault. A lake below the
    folder is passed over: it would be taken in again at every run.
    """
    root = os.path.realpath(folder)
    found: list[Found] = []
    waiting = [(folder, root, "")]
    while waiting:
        path, real, place = waiting.pop()
        try:
            with os.scandir(real) as listing:
                entries = [entry for entry in listing if not entry.name.startswith(".")]
        except OSError as error:
            below = place or Path(path).name
            found.append(Found(path, real, below, fault=unreadable(error)))
            continue
        if {entry.name for entry in entries} >= _LAKE:
            continue
        for entry in entries:
            named = f"{path.rstrip('/')}/{entry.name}"
            below = f"{place}/{entry.name}" if place else entry.name
            if entry.is_dir(follow_symlinks=False):
                if _may_lead_on(below, pattern):
                    waiting.append((named, entry.path, below))
            elif _matches(below.split("/"), pattern):
                read = _link if entry.is_symlink() else _plain
                found += read(named, entry, below, root)
    return sorted(found, key=lambda file: os.fsencode(file.below))


def split_glob(text: str) -> tuple[str, Pattern]:
    """Return the absolute folder before the first wildcard, and the parts from there on."""
    parts = Path(text).parts
    fixed = next(number for number, part in enumerate(parts) if is_glob(part))
    return absolute(str(Path(*parts[:fixed]))), parts[fixed:]


def _matches(parts: Sequence[str], pattern: Pattern) -> bool:
    if not pattern:
        return True
    if pattern[0] == _ANY_DEPTH:
        return _matches(parts, pattern[1:]) or (bool(parts) and _matches(parts[1:], pattern))
    return (
        bool(parts)
        and fnmatch.fnmatchcase(parts[0], pattern[0])
        and _matches(parts[1:], pattern[1:])
    )


def _may_lead_on(below: str, pattern: Pattern) -> bool:
    """Whether files that match may stand in the folder."""
    for part, wanted in zip(below.split("/"), pattern, strict=False):
        if wanted == _ANY_DEPTH:
            return True
        if not fnmatch.fnmatchcase(part, wanted):
            return False
    return True


def _plain(named: str, entry: os.DirEntry[str], below: str, _root: str) -> list[Found]:
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError as error:
        return [Found(named, entry.path, below, fault=unreadable(error))]
    fault = None if stat.S_ISREG(status.st_mode) else irregular(status.st_mode)
    return [Found(named, entry.path, below, state_of(status), fault)]


def _link(named: str, entry: os.DirEntry[str], below: str, root: str) -> list[Found]:
    target = os.path.realpath(entry.path)
    if target != root and not target.startswith(f"{root.rstrip('/')}/"):
        fault = RejectRecord("it is a link that leads out of the folder", reason="unreadable")
        return [Found(named, entry.path, below, fault=fault)]
    seen = look_at(entry.path, below)
    return [] if seen is None else [replace(seen, path=named)]


def state_of(status: os.stat_result) -> State:
    """Return (size, mtime in ns, inode)."""
    return status.st_size, status.st_mtime_ns, status.st_ino
