"""SQLite files that are derived from the lake: removed when they are damaged, and made again."""

import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Final

from tasks.store.files import delete

_DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_NO_ROOM: Final = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR})
_NOT_OURS: Final = frozenset(
    {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}
)
_BUSY: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


def is_damage(error: sqlite3.DatabaseError) -> bool:
    """Whether the file is no sound database."""
    return _code(error) in _DAMAGED


def is_busy(error: sqlite3.DatabaseError) -> bool:
    """Whether another process kept the database locked for too long."""
    return _code(error) in _BUSY


def way_out(error: sqlite3.DatabaseError) -> str:
    """Return what a person can do about an error that is no damage."""
    if _code(error) in _NO_ROOM:
        return (
            "the disk is full or fails, or the size limit of this process is reached; free some "
            "space and run it again, or raise it (ulimit -f)"
        )
    if _code(error) in _NOT_OURS:
        return "it may not be written by this user; check its owner and mode"
    return "it may be deleted, it is made again"


def remove_database(path: Path) -> None:
    """Remove the database and what stands beside it."""
    with suppress(FileNotFoundError):
        for suffix in ("-wal", "-shm", "-journal", ""):
            delete(path.with_name(path.name + suffix))


def _code(error: sqlite3.DatabaseError) -> int:
    return error.sqlite_errorcode & 0xFF  # without the extension bits
