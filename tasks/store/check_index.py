"""Checking the duplicate index: a sound database that belongs to this lake, without changing it."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tasks.store.databases import is_busy
from tasks.store.finding import Finding
from tasks.store.index import index_path
from tasks.store.index_tables import applied_version, band_count

if TYPE_CHECKING:
    from tasks.store.postings import Run

_DELETE: Final = "delete it: it is made again from the lake"
_ANEW: Final = "make the index anew with `warraq maintain --rebuild-index`"


def check_index(root: Path) -> Iterator[Finding]:
    """Check the index's pages and rows, whose it is, and the runs that it lists.

    One that is not there is made when needed. An index that is behind, or empty because its making
    was cut off, is sound: the next opening makes up what it does not know yet. A run that it does
    not list is no part of it.
    """
    path = index_path(root)
    if not path.exists():
        return
    if problem := _problem(path, root):
        yield Finding(problem, str(path.relative_to(root)), _DELETE)
        return
    for name, problem in _faulty_runs(path).items():
        yield Finding(problem, str(path.with_name(name).relative_to(root)), _ANEW)


def _problem(path: Path, root: Path) -> str | None:
    try:
        problem = _read(path, root)
        return _read(path, root) if problem and _wal(path).exists() else problem
    except sqlite3.DatabaseError as error:
        return None if is_busy(error) else f"it cannot be read ({error})"


def _wal(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _connect(path: Path) -> "closing[sqlite3.Connection]":
    # A database that nobody uses may stand where one may only read: then it cannot change.
    fixed = "" if _wal(path).exists() else "&immutable=1"
    return closing(sqlite3.connect(f"{path.as_uri()}?mode=ro{fixed}", uri=True))


def _read(path: Path, root: Path) -> str | None:
    with _connect(path) as connection:
        (told,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        if told != "ok":
            return f"it is damaged ({told})"
        (made,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if made and applied_version(connection, root) is None:
            return "it is not the index of this lake"
    return None


def _faulty_runs(path: Path) -> Mapping[str, str]:
    """Return what is wrong with runs, by name, unless a writer merged them meanwhile."""
    try:
        runs, bands = _list_runs(path)
        if not runs:
            return {}
        from tasks.store.postings import check_run  # noqa: PLC0415  # numba, not always needed

        problems = {run.name: check_run(path.parent, run, bands=bands) for run in runs}
        faulty = {name: told for name, told in problems.items() if told is not None}
        left = {run.name for run in _list_runs(path)[0]} if faulty else set()
    except sqlite3.DatabaseError as error:
        if is_busy(error):
            return {}
        raise
    return {name: told for name, told in faulty.items() if name in left}


def _list_runs(path: Path) -> "tuple[list[Run], int]":
    """Return the runs of the index, and how many bands each of them has."""
    with _connect(path) as connection:
        bands = band_count(connection)
        if bands is None:
            return [], 0
        from tasks.store.index_texts import list_runs  # noqa: PLC0415  # numba, not always needed

        return list_runs(connection), bands
