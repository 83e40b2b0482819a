"""Folders that appear whole or not at all: written aside, then renamed."""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from tasks.store.files import sync_folder

_ASIDE: Final = ".landing-"


@contextmanager
def folder_aside(parent: Path) -> Iterator[Path]:
    """Make an empty folder beside where its content will stand; what is left of it goes at the end.

    The folder is locked while its process lives. Those of killed processes are removed here.
    """
    parent.mkdir(parents=True, exist_ok=True)
    remove_left(parent)
    aside, lock = _make_locked(parent)
    try:
        yield aside
    finally:
        os.close(lock)
        shutil.rmtree(aside, ignore_errors=True)


def remove_left(parent: Path) -> None:
    """Remove the folders of killed processes; those that are being filled stay."""
    for left in parent.glob(f"{_ASIDE}*"):
        _remove_if_left(left)


def _make_locked(parent: Path) -> tuple[Path, int]:
    """Return a new folder and its lock.

    Between the two another process may take the folder for one that was left, and remove it.
    """
    while True:
        aside = parent / f"{_ASIDE}{secrets.token_hex(6)}"
        aside.mkdir()
        with suppress(FileNotFoundError):
            lock = os.open(aside, os.O_RDONLY | os.O_CLOEXEC)
            fcntl.flock(lock, fcntl.LOCK_EX)
            if aside.exists():
                return aside, lock
            os.close(lock)


def put(aside: Path, place: Path) -> bool:
    """Rename the folder to its place; ``False`` when a folder stands there already."""
    place.parent.mkdir(parents=True, exist_ok=True)
    sync_folder(aside)
    try:
        aside.rename(place)
    except OSError:
        if place.is_dir():
            return False
        raise
    sync_folder(place.parent)
    return True


def _remove_if_left(folder: Path) -> None:
    with suppress(OSError):
        lock = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(lock)
