"""Disks that refuse one write of an action, each write in its turn, and what must hold then.

Three kinds of disk refuse: :class:`Calls` answers an error to the N-th change that Python announces
(names, folders, openings for writing, syncs), :class:`Bytes` lets no file grow beyond N bytes, and
:class:`Room` is a real one with N KiB left. Whatever the action had done until then, a reader sees
the version before it or the one after it, opening the lake again mends it, and the same action goes
through. A sweep runs in one forked process of its own: an audit hook stays for good.
"""

import errno
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final, Protocol

from tasks.errors import StopRun
from tasks.store import open_index, open_lake, state, verify
from tasks.store.log import logged_versions, read_entry
from tasks.store.state import read_state
from tests.store.disk_actions import ACTIONS, Doing, Sight, sight

_TAKE_ROOM: Final = frozenset(f"os.{name}" for name in ("rename", "link", "symlink", "mkdir"))
_GIVE_ROOM: Final = frozenset(f"os.{name}" for name in ("remove", "rmdir", "truncate"))
_EVERY: Final = 2
_ADVICE: Final = {
    errno.ENOSPC: "free some space and run it again",
    errno.EDQUOT: "free some space and run it again",
    errno.EIO: "the disk fails; check it",
    errno.EFBIG: "raise it (ulimit -f)",
}


class Disk(Protocol):
    """A disk that refuses something while it is armed; ``error`` is what it then answers."""

    error: int

    def values(self, done: Path) -> Iterable[int]:
        """Return what to arm it with; ``done`` is a lake in which the action was done."""

    def arm(self, value: int) -> None:
        """Refuse from now on."""

    def disarm(self) -> bool:
        """Refuse nothing any more; tell whether the action may have met a refusal."""


class Calls:
    """Answers an error to the N-th change: ENOSPC to all that follow too, another one only once.

    Removing takes no room, so a full disk lets it pass. Syncs are counted, but not waited for.
    """

    def __init__(self, error: int) -> None:
        self.error = error
        self._first = 0
        self._seen = 0
        sys.addaudithook(self._hear)
        setattr(os, "fsync", lambda _: self._meet())  # noqa: B010 (it is no part of ours)

    def values(self, done: Path) -> Iterable[int]:
        """Count for ever: the sweep ends with the first action that met no refusal."""
        return count(1)

    def arm(self, value: int) -> None:
        self._first, self._seen = value, 0

    def disarm(self) -> bool:
        first, self._first = self._first, 0
        return self._seen >= first

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._first:
            return
        opens = event == "open" and isinstance(arguments[2], int) and arguments[2] & os.O_CREAT
        if opens or event in _TAKE_ROOM or (event in _GIVE_ROOM and self.error == errno.EIO):
            self._meet(*arguments[: 1 if event in {"open", "os.mkdir"} else 2])

    def _meet(self, path: object = None, target: object = None) -> None:
        if not self._first:
            return
        self._seen += 1
        lasts = self.error == errno.ENOSPC
        if self._seen == self._first or (lasts and self._seen > self._first):
            names = [str(name) if isinstance(name, str | Path) else None for name in (path, target)]
            raise OSError(self.error, os.strerror(self.error), names[0], None, names[1])


class Bytes:
    """Lets no file grow beyond so many bytes: one less than some file of the lake has, or few."""

    error = errno.EFBIG

    def values(self, done: Path) -> Iterable[int]:
        sizes = {path.stat().st_size for path in done.rglob("*") if path.is_file()}
        return sorted({0, *(size - 1 for size in sizes if size), *range(8_192, 160_000, 24_576)})

    def arm(self, value: int) -> None:
        _limit(value)

    def disarm(self) -> bool:
        _limit(resource.getrlimit(resource.RLIMIT_FSIZE)[1])
        return True


def _limit(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


class Room:
    """A real disk, mounted at ``place``, of which so many KiB are left."""

    error = errno.ENOSPC

    def __init__(self, place: Path) -> None:
        self._place = place

    def values(self, done: Path) -> Iterable[int]:
        return range(0, 640, 40)

    def arm(self, value: int) -> None:
        room = shutil.disk_usage(self._place).free - 1024 * value
        with (self._place / "ballast").open("wb") as ballast:
            os.posix_fallocate(ballast.fileno(), 0, room)

    def disarm(self) -> bool:
        (self._place / "ballast").unlink()
        return True


@dataclass(slots=True)
class Sweep:
    """What was seen: writes that were refused, actions that were committed all the same, faults."""

    refused: int
    committed: int
    faults: list[str]


def sweep(folder: Path, action: str, make_disk: Callable[[], Disk], told: Connection) -> None:
    """Do the action once for each write that the disk can refuse; send the :class:`Sweep`."""
    setattr(state, "EVERY", _EVERY)  # noqa: B010 (final to all others; states are rare otherwise)
    told.send(_Sweeping(folder, ACTIONS[action], make_disk()).run())


class _Sweeping:
    def __init__(self, folder: Path, doing: Doing, disk: Disk) -> None:
        self._base, self._lake = folder / "base", folder / "lake"
        self._doing = doing
        self._disk = disk
        self._seen = Sweep(0, 0, [])
        self._now = 0
        doing.prepare(self._base)
        self._before = sight(self._base)
        self._trees = [_tree(self._base)]
        self._begin()
        self._check(self._before)
        self._begin()
        doing.act(self._lake)
        self._after = sight(self._lake)
        self._trees.append(_tree(self._lake))
        self._check(self._after)
        self._last = max(logged_versions(self._lake))

    def run(self) -> Sweep:
        for value in self._disk.values(self._lake):
            self._now = value
            self._begin()
            error = None
            self._disk.arm(self._now)
            try:
                self._doing.act(self._lake)
            except BaseException as raised:  # noqa: BLE001 (whatever it is, it is looked at)
                error = raised
            if not self._disk.disarm():
                break
            self._seen.refused += 1
            self._judge(error)
            self._look()
        return self._seen

    def _begin(self) -> None:
        if self._base.exists() and _tree(self._lake) != self._trees[0]:
            shutil.rmtree(self._lake, ignore_errors=True)
            subprocess.run(["cp", "-a", self._base, self._lake], check=True)
        elif not self._base.exists():
            shutil.rmtree(self._lake, ignore_errors=True)

    def _judge(self, error: BaseException | None) -> None:
        """Check that an error is ours, and that it names the place and the way out."""
        if error is None:
            return
        told = str(error)
        if not isinstance(error, StopRun):
            self._blame(f"raised {error!r}")
        elif str(self._lake) not in told or _ADVICE[self._disk.error] not in told:
            self._blame(f"said only: {told}")

    def _look(self) -> None:
        """Look as a reader does, let the next opening mend it, and do the action again."""
        committed = max(logged_versions(self._lake), default=-1) == self._last
        self._seen.committed += committed
        seen = sight(self._lake)
        if seen != self._before and not (committed and seen == self._after):
            self._blame(f"a reader saw {seen}")
        if self._before is not None or committed:
            open_lake(self._lake)
            if _tree(self._lake) in self._trees:
                return  # all that follows was looked at when it was done to this lake first
            self._check(self._after if committed else self._before)
        self._doing.act(self._lake)
        self._check(self._after)

    def _check(self, wanted: Sight | None) -> None:
        if wanted is None:
            return
        if (seen := sight(self._lake)) != wanted:
            self._blame(f"the mended lake shows {seen}, not {wanted}")
        lake = open_lake(self._lake)
        for finding in verify(lake):
            self._blame(str(finding))
        for path in _unowned(self._lake, lake.version):
            self._blame(f"left behind: {path}")
        with open_index(lake) as index:
            known = index.find_places(["articles", "duplicates"])["article_id"].to_pylist()
        shown = sight(self._lake)
        if shown is not None and known != shown.article_ids:
            self._blame("the duplicate index knows other articles")

    def _blame(self, why: str) -> None:
        self._seen.faults.append(f"{self._now}: {why}")


def _tree(root: Path) -> dict[str, object]:
    """Return all names of a lake with their bytes and links: what is the same needs no new look."""
    found: dict[str, object] = {}
    for path in root.rglob("*"):
        if path.is_symlink():
            content: object = path.readlink()
        else:
            content = (path.stat().st_nlink, path.is_file() and path.read_bytes())
        found[str(path.relative_to(root))] = content
    return found


def _unowned(root: Path, version: int) -> Iterator[str]:
    """Yield what stands in the lake and no version that can be read owns."""
    kept = range(read_entry(root, version).floor, version + 1)
    owned = {name for number in kept for name in read_state(root, number).files}
    for path in (root / "groups").rglob("*"):
        name = str(path.relative_to(root))
        if not any(file == name or file.startswith(f"{name}/") for file in owned):
            yield name
    views = {f"v{number:08d}" for number in kept}
    yield from {path.name for path in (root / "versions").iterdir()} ^ views
    entries = {f"{number:08d}.json" for number in range(version + 1)}
    for path in (root / "log").iterdir():
        if path.name not in entries and not path.name.endswith(".state.json"):
            yield path.name
    yield from (str(path) for path in root.rglob(".*"))


@contextmanager
def mounted(place: Path, megabytes: int) -> Iterator[bool]:
    """Mount a disk of memory there; false where this user may not mount."""
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(place)]
    try:
        made = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        made = False
    try:
        yield made
    finally:
        if made:
            subprocess.run(["umount", "-l", str(place)], check=True)


def remount_read_only(place: Path) -> None:
    """Let nobody write on the disk any more."""
    subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
