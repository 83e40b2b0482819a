"""The work folder: what stages hand on, and what is left of it when nobody resumes a run."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Final

from tasks.store.files import delete

KEPT: Final = timedelta(days=30)
"""How long a run that was cut off can be resumed, and a source is known by its files' times."""

_MARKERS: Final = "fetch"


def sweep_work(lake_root: Path) -> list[Path]:
    """Remove what has not been touched for ``KEPT``; needs the writer lock. Return what went.

    Nothing is lost: a batch is made again from its sources, or from the raw zone.
    """
    work = lake_root / "work"
    folders = [path for path in _entries(work) if path.name != _MARKERS and path.name[0] != "."]
    oldest = time.time() - KEPT.total_seconds()
    left = [path for path in (*folders, *_entries(work / _MARKERS)) if _touched(path) < oldest]
    for path in left:
        delete(path)
    return left


def clear_work(lake_root: Path) -> None:
    """Remove all that holds texts, also what a cut-off run set aside; needs the writer lock."""
    for path in _entries(lake_root / "work"):
        if path.name != _MARKERS:
            delete(path)


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _touched(path: Path) -> float:
    """Return when the file, or the folder or something right in it, was last changed."""
    return max(each.stat().st_mtime for each in (path, *(_entries(path))))
