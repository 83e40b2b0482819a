"""Disks that are full or fail at each write of everything that writes; see ``full_disks``."""

import errno
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.forking import forks_of
from tests.store.disk_actions import ACTIONS
from tests.store.full_disks import Bytes, Calls, Disk, Room, Sweep, mounted, sweep

FULL = partial(Calls, errno.ENOSPC)
FAILING = partial(Calls, errno.EIO)
OVER_QUOTA = partial(Calls, errno.EDQUOT)

FEWEST = {"opening before the entry": 2, "opening before the sweep": 3}
"""Recovery that only removes takes no room but for its two locks, and its aside names."""


def swept(folder: Path, action: str, make_disk: Callable[[], Disk]) -> Sweep:
    ours, theirs = forks_of("store").Pipe(duplex=False)
    child = forks_of("store").Process(target=sweep, args=(folder, action, make_disk, theirs))
    child.start()
    theirs.close()
    with ours:
        seen: Sweep = ours.recv()
    child.join()
    return seen


@pytest.mark.parametrize("action", ACTIONS)
def test_a_full_disk_at_each_write_changes_nothing_or_all(action: str, tmp_path: Path) -> None:
    seen = swept(tmp_path, action, FULL)
    assert seen.faults == []
    assert seen.refused >= FEWEST.get(action, 40)


@pytest.mark.parametrize(
    ("action", "make_disk"),
    [
        pytest.param("maintenance", FAILING, id="maintenance-on-a-failing-disk"),
        pytest.param("opening before the entry", FAILING, id="rolling-back-on-a-failing-disk"),
        pytest.param("opening before the sweep", FAILING, id="sweeping-on-a-failing-disk"),
        pytest.param("genesis", OVER_QUOTA, id="genesis-over-the-quota"),
    ],
)
def test_an_error_that_passes_changes_nothing_or_all(
    action: str, make_disk: Callable[[], Disk], tmp_path: Path
) -> None:
    seen = swept(tmp_path, action, make_disk)
    assert seen.faults == []
    assert seen.refused >= 20


@pytest.mark.parametrize("action", ["batch", "purge", "genesis", "opening after the entry"])
def test_a_limit_of_file_sizes_changes_nothing_or_all(action: str, tmp_path: Path) -> None:
    """What pyarrow and SQLite write is seen by no hook: the limit is the kernel's."""
    seen = swept(tmp_path, action, Bytes)
    assert seen.faults == []
    assert seen.refused >= 16
    assert seen.committed >= 1


@pytest.mark.parametrize("action", ["batch", "maintenance"])
def test_a_real_disk_that_is_full_changes_nothing_or_all(action: str, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with mounted(disk, megabytes=32) as is_mounted:
        if not is_mounted:
            pytest.skip("a disk of 32 MB cannot be mounted: that takes root and mount(8)")
        seen = swept(disk, action, partial(Room, disk))
        shutil.rmtree(disk / "lake")
    assert seen.faults == []
    assert 0 < seen.committed < seen.refused
