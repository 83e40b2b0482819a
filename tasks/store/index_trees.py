"""The tables of entries in the duplicate index, and the trees by which they are looked up."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from expectations.lake_schema import INDEX_STEP
from tasks.store.index_wanted import Connection

COLUMNS: Final = (*INDEX_STEP.names, "text")
"""An entry, and the number of its text (:mod:`tasks.store.index_texts`), null where it has none."""

TABLES: Final = ("articles", "recent")

_SORTED: Final = 500_000
"""Keys that are sorted in memory: some 50 bytes each, and no more with the size of a lake."""

_TREES: Final = {
    "text": "(text_key)",
    "title": "(title_key) WHERE title_key IS NOT NULL",
    "head": "(duplicate_of) WHERE duplicate_of IS NOT NULL",
    # When a text of those that share a band was published: its row need not be looked for.
    "number": "(text, published_at)",
}


def make_tables(connection: Connection) -> None:
    """Make the tables anew, empty.

    Rows are appended and only the small key trees are touched at random: half the time and a third
    of the pages of a table that is kept in the order of its ids (200,000 articles).
    """
    for table in TABLES:
        connection.execute(f"DROP TABLE IF EXISTS {table}")
        connection.execute(f"CREATE TABLE {table} ({', '.join(COLUMNS)})")
        connection.execute(f"CREATE UNIQUE INDEX {table}_by_id ON {table} (article_id)")
        _make_trees(connection, table)


@contextmanager
def rows_before_trees(connection: Connection, table: str, rows: int) -> Iterator[None]:
    """Fill a table with so many rows in the block; an empty one gets its trees behind them.

    Each, but that of ids, is made in one go then, of keys that are sorted in memory: of 20,000
    entries in four fifths of the time.
    """
    (some,) = connection.execute(f"SELECT EXISTS (SELECT 1 FROM {table})").fetchone()  # noqa: S608
    later = not some and rows <= _SORTED
    if later:
        for name in _TREES:
            connection.execute(f"DROP INDEX IF EXISTS {table}_by_{name}")
    yield
    if later:
        _make_trees(connection, table)


def _make_trees(connection: Connection, table: str) -> None:
    for name, keys in _TREES.items():
        connection.execute(f"CREATE INDEX {table}_by_{name} ON {table} {keys}")
