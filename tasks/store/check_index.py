"""Checking the duplicate index: a sound database that belongs to this lake, without changing it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from tasks.store.databases import is_busy
from tasks.store.finding import Finding
from tasks.store.index import index_path
from tasks.store.index_tables import applied_version

_DELETE: Final = "delete it: it is made again from the lake"


def check_index(root: Path) -> Iterator[Finding]:
    """Check the index's pages and rows, and whose it is; one that is not there is made when needed.

    An index that is behind, or empty because its making was cut off, is sound: the next opening
    makes up what it does not know yet.
    """
    path = index_path(root)
    if not path.exists():
        return
    if problem := _problem(path, root):
        yield Finding(problem, str(path.relative_to(root)), _DELETE)


def _problem(path: Path, root: Path) -> str | None:
    wal = path.with_name(f"{path.name}-wal")
    try:
        # A database that nobody uses may stand where one may only read: then it cannot change.
        fixed = "" if wal.exists() else "&immutable=1"
        problem = _read(path, fixed, root)
        return _read(path, "", root) if problem and wal.exists() else problem
    except sqlite3.DatabaseError as error:
        return None if is_busy(error) else f"it cannot be read ({error})"


def _read(path: Path, fixed: str, root: Path) -> str | None:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro{fixed}", uri=True)) as connection:
        (told,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        if told != "ok":
            return f"it is damaged ({told})"
        (made,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if made and applied_version(connection, root) is None:
            return "it is not the index of this lake"
    return None
