"""Lakes of which a folder may only be read: readers go on, writers hear which folder it is."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tasks.store import open_lake, verify
from tests.forking import forks_of
from tests.store.closed_lake import Told, closed, use
from tests.store.disk_actions import ACTIONS, sight
from tests.store.full_disks import mounted, remount_read_only
from tests.store.known_lake import Action, perform


@pytest.fixture
def root() -> Iterator[Path]:
    """A lake where any user comes to it: pytest's own folders admit no other."""
    with tempfile.TemporaryDirectory() as folder:
        ACTIONS["batch"].prepare(Path(folder) / "lake")
        yield Path(folder) / "lake"


def told_by_user(root: Path) -> Told:
    ours, theirs = forks_of("store").Pipe(duplex=False)
    child = forks_of("store").Process(target=use, args=(root, theirs))
    child.start()
    theirs.close()
    with ours:
        told: Told = ours.recv()
    child.join()
    return told


FOLDERS = ["", "groups", "log", "versions", "index", "runs", ".."]
HARMLESS = {"runs", ".."}
"""Nothing that a commit makes stands there: runs are written beside it."""


@pytest.mark.parametrize("name", FOLDERS, ids=lambda name: name or "root")
def test_readers_go_on_and_writers_hear_which_folder(root: Path, name: str) -> None:
    before = sight(root)
    with closed(root / name, root):
        told = told_by_user(root)
    assert (told.reading, told.findings) == (None, [])
    if name in {*HARMLESS, "index"}:
        assert told.writing is None  # the index is derived: what it lacks is made up later
    else:
        assert told.seen == before
        assert told.writing is not None
        assert told.writing.startswith("StopRun: ")
        assert "may not be written by this user; check its owner and mode" in told.writing
        assert str(root / name) in told.writing
    perform(open_lake(root), Action("last", 5, 1))
    assert verify(open_lake(root)) == []


@pytest.mark.parametrize("name", FOLDERS[:4], ids=lambda name: name or "root")
@pytest.mark.parametrize("left", ["opening before the entry", "opening after the entry"])
def test_readers_go_on_beside_what_they_may_not_mend(root: Path, name: str, left: str) -> None:
    shutil.rmtree(root)
    ACTIONS[left].prepare(root)
    before = sight(root)
    with closed(root / name, root):
        told = told_by_user(root)
    assert told.reading is None
    assert told.writing is not None or told.seen != before
    assert verify(open_lake(root)) == []


def test_a_file_system_that_is_read_only(root: Path) -> None:
    disk = root.with_name("disk")
    with mounted(disk, megabytes=8) as is_mounted:
        if not is_mounted:
            pytest.skip("a disk cannot be mounted: that takes root and mount(8)")
        ACTIONS["batch"].prepare(disk / "lake")
        before = sight(disk / "lake")
        with closed(disk / "lake", disk / "lake"):
            root.parent.chmod(0o755)
        remount_read_only(disk)
        told = told_by_user(disk / "lake")
    assert (told.seen, told.reading, told.findings) == (before, None, [])
    assert told.writing is not None
    assert "the file system is read-only; choose another lake" in told.writing
