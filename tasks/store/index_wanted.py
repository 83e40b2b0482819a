"""Keys by which rows of the duplicate index are looked for: a table of its connection alone."""

import sqlite3
from collections.abc import Iterable
from typing import Any

Connection = sqlite3.Connection


def make_wanted(connection: Connection) -> None:
    """Make the table, which is gone with the connection."""
    connection.execute("CREATE TEMP TABLE wanted (key PRIMARY KEY) WITHOUT ROWID")


def want(connection: Connection, keys: Iterable[Any]) -> None:
    """Fill the table ``wanted`` with these keys, nulls left out."""
    connection.execute("DELETE FROM wanted")
    connection.executemany(
        "INSERT OR IGNORE INTO wanted VALUES (?)", ((key,) for key in keys if key is not None)
    )
