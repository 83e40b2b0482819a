"""The duplicate index: what is known of every article ever published, by id and by text.

It is derived from the index steps in the lake's log and heals itself: it remembers which version it
has applied, and applies what is missing, or all, when it is opened. Nothing is lost with it.

Ids and text keys are digests: each new entry goes to a page of its own, so that adding a thousand
to a large table writes thousands of pages. They go into a small table before, and into the large
one some ten thousand at a time, in order, which writes each page once.
"""

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import pyarrow as pa
import pyarrow.parquet as pq

from expectations.lake_schema import INDEX_STEP
from tasks.errors import RetryLater, StopRun, WarraqError
from tasks.store.databases import is_busy, is_damage, remove_database, way_out
from tasks.store.files import explained, make_folder
from tasks.store.lake import Lake
from tasks.store.log import INDEX, LiveFile, LogEntry, dataset_of, entry_path, read_entry
from tasks.store.state import read_state

_NAME: Final = "duplicates.sqlite"
_WAIT_SECONDS: Final = 120.0
_PAGE_BYTES: Final = 8192
_CACHE_KIB: Final = 64 * 1024
_BATCH_ROWS: Final = 20_000

_RECENT_ROWS: Final = 40_000
"""Entries in the small table when they move: beside a million old ones a commit of 1,000 articles
took 20 ms, not 90, and moving takes a second every 40 commits."""

_COLUMNS: Final = tuple(INDEX_STEP.names)
_TABLES: Final = ("articles", "recent")
_VALUES: Final = ",".join("?" * len(_COLUMNS))


class DuplicateIndex:
    """The index as it was when it was opened; ``version`` is the lake's version that it knows.

    That is the opened lake's version, or a later one when another writer has committed since.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, version: int) -> None:
        self._path = path
        self._connection = connection
        self.version = version

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the snapshot."""
        self._connection.close()

    def find_articles(self, article_ids: pa.Array | pa.ChunkedArray) -> pa.Table:
        """Return the entries (``INDEX_STEP``) of those ids that are known, by ``article_id``."""
        return self._find("article_id", article_ids)

    def find_texts(self, text_keys: pa.Array | pa.ChunkedArray) -> pa.Table:
        """Return the entries whose ``text_key`` is among these, by ``article_id``."""
        return self._find("text_key", text_keys)

    def find_titles(self, title_keys: pa.Array | pa.ChunkedArray) -> pa.Array:
        """Return those of the keys that are titles' of articles that stand or stood, sorted."""
        with _spoken_for(self._path):
            self._want(title_keys)
            found = self._connection.execute(
                "SELECT key FROM wanted WHERE EXISTS "
                "(SELECT 1 FROM recent WHERE title_key = key) OR EXISTS "
                "(SELECT 1 FROM articles WHERE title_key = key) ORDER BY key"
            ).fetchall()
        return pa.array([key for (key,) in found], pa.int64())

    def find_places(self, datasets: Collection[str]) -> pa.Table:
        """Return all entries that stand in one of these datasets; reads the whole index."""
        return self._find("dataset", pa.array(sorted(datasets), pa.string()))

    def _find(self, column: str, keys: pa.Array | pa.ChunkedArray) -> pa.Table:
        with _spoken_for(self._path):
            self._want(keys)
            rows = self._connection.execute(
                f"SELECT recent.* FROM wanted CROSS JOIN recent ON {column} = key UNION ALL "  # noqa: S608
                f"SELECT articles.* FROM wanted CROSS JOIN articles ON {column} = key "
                "WHERE articles.article_id NOT IN (SELECT article_id FROM recent) "
                "ORDER BY article_id"
            ).fetchall()
        return _as_table(rows)

    def _want(self, keys: pa.Array | pa.ChunkedArray) -> None:
        self._connection.execute("DELETE FROM wanted")
        self._connection.executemany(
            "INSERT OR IGNORE INTO wanted VALUES (?)",
            ((key,) for key in keys.to_pylist() if key is not None),
        )


def index_path(root: Path) -> Path:
    """Return the path of the index's database."""
    return root / INDEX / _NAME


def open_index(lake: Lake) -> DuplicateIndex:
    """Open the index, healed, as one snapshot that no concurrent commit changes.

    Use it as a context manager. Raises :class:`StopRun` when it cannot be written. When it turns
    out to be damaged while it is read, it is removed, and :class:`RetryLater` says so: the next
    opening makes it again.
    """
    path = index_path(lake.root)
    with explained("The duplicate index cannot be written", path):
        make_folder(path.parent)
    entry = lake.entry()
    try:
        connection, version = _connect(path, lake.root, entry)
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise _failed(path, error) from error
        remove_database(path)
        with _spoken_for(path):
            connection, version = _connect(path, lake.root, entry)
    return DuplicateIndex(path, connection, version)


def _connect(path: Path, root: Path, entry: LogEntry) -> tuple[sqlite3.Connection, int]:
    connection = sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None)
    try:
        connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        applied = _applied(connection)
        if applied is None or not _is_current(applied, root, entry):
            connection.execute("BEGIN IMMEDIATE")
            _heal(connection, root, entry)
            connection.execute("COMMIT")
        connection.execute("CREATE TEMP TABLE wanted (key PRIMARY KEY) WITHOUT ROWID")
        connection.execute("BEGIN")
        applied = _applied(connection)
    except BaseException:
        connection.close()
        raise
    return connection, entry.version if applied is None else applied[0]


def _heal(connection: sqlite3.Connection, root: Path, entry: LogEntry) -> None:
    """Apply the missing steps, or all of them when what is there belongs to another history."""
    applied = _applied(connection)  # once more, now that nobody else writes
    if applied is not None and _is_current(applied, root, entry):
        return
    if applied is None or applied[0] > entry.version or not _in_log(applied, root):
        steps = None
    else:
        steps = _steps_after(applied[0], root, entry.version)
    if steps is None:
        _make_empty(connection)
        for file in _every_step(root, entry.version):
            _apply(connection, root / file.name, "articles")
    else:
        for file in steps:
            _apply(connection, root / file.name, "recent")
        _settle(connection)
    connection.execute("DELETE FROM applied")
    connection.execute(
        "INSERT INTO applied VALUES (?, ?, ?)", (entry.version, entry.group, _layout())
    )


def _every_step(root: Path, version: int) -> list[LiveFile]:
    files = read_state(root, version).of_dataset(INDEX)
    return sorted(files, key=lambda file: (file.version, file.part))


def _steps_after(applied: int, root: Path, version: int) -> list[LiveFile] | None:
    """Return what the commits since then have brought, oldest first.

    Null when that is not enough: entries were taken out, or steps were merged and are gone.
    """
    steps: list[LiveFile] = []
    for number in range(applied + 1, version + 1):
        entry = read_entry(root, number)
        if entry.operation == "maintain":
            continue  # the same entries in other files
        if any(dataset_of(name) == INDEX for name in entry.dropped):
            return None
        steps += (file for file in entry.added if file.dataset == INDEX)
    return steps if all((root / file.name).exists() for file in steps) else None


def _settle(connection: sqlite3.Connection) -> None:
    """Move what is recent into the large table when it has become much."""
    (count,) = connection.execute("SELECT count(*) FROM recent").fetchone()
    if count < _RECENT_ROWS:
        return
    connection.execute("INSERT OR REPLACE INTO articles SELECT * FROM recent ORDER BY article_id")
    connection.execute("DELETE FROM recent")


def _apply(connection: sqlite3.Connection, path: Path, table: str) -> None:
    problem = "An index step cannot be read; run `warraq verify`"
    with explained(problem, path), pq.ParquetFile(path) as source:
        for batch in source.iter_batches(batch_size=_BATCH_ROWS):
            # Sorted keys reach the pages of the tree in order: each is touched once.
            rows = pa.table(batch.columns, schema=INDEX_STEP).sort_by("article_id")
            columns = [_plain(column).to_pylist() for column in rows.columns]
            connection.executemany(
                f"INSERT OR REPLACE INTO {table} VALUES ({_VALUES})",  # noqa: S608
                zip(*columns, strict=True),
            )


def _applied(connection: sqlite3.Connection) -> tuple[int, str, str] | None:
    known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'applied'").fetchone()
    if known is None:
        return None
    row = connection.execute("SELECT * FROM applied").fetchone()
    if row is None or [type(value) for value in row] != [int, str, str]:
        return None  # a table of somebody else's
    return row[0], row[1], row[2]


def applied_version(connection: sqlite3.Connection, root: Path) -> int | None:
    """Return the version that the index knows; null when it belongs to another lake or layout."""
    applied = _applied(connection)
    return applied[0] if applied is not None and _in_log(applied, root) else None


def _is_current(applied: tuple[int, str, str], root: Path, entry: LogEntry) -> bool:
    version, group, _ = applied
    if version == entry.version:
        return group == entry.group and applied[2] == _layout()
    return version > entry.version and _in_log(applied, root)


def _in_log(applied: tuple[int, str, str], root: Path) -> bool:
    version, group, layout = applied
    if layout != _layout() or not entry_path(root, version).exists():
        return False
    return read_entry(root, version).group == group


def _make_empty(connection: sqlite3.Connection) -> None:
    connection.execute("DROP TABLE IF EXISTS applied")
    connection.execute("CREATE TABLE applied (version, of_group, layout)")
    # Rows are appended and only the two small key trees are touched at random: half the time and
    # a third of the pages of a table that is kept in the order of its ids (200,000 articles).
    for table in _TABLES:
        connection.execute(f"DROP TABLE IF EXISTS {table}")
        connection.execute(f"CREATE TABLE {table} ({', '.join(_COLUMNS)})")
        connection.execute(f"CREATE UNIQUE INDEX {table}_by_id ON {table} (article_id)")
        connection.execute(f"CREATE INDEX {table}_by_text ON {table} (text_key)")
        connection.execute(
            f"CREATE INDEX {table}_by_title ON {table} (title_key) WHERE title_key IS NOT NULL"
        )


def _layout() -> str:
    columns = (f"{field.name} {field.type}" for field in INDEX_STEP)
    return f"{', '.join(_TABLES)}: {', '.join(columns)}"


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column


def _as_table(rows: list[tuple[object, ...]]) -> pa.Table:
    if not rows:
        return INDEX_STEP.empty_table()
    columns = [
        pa.array(values, pa.int64()).cast(field.type)
        if pa.types.is_timestamp(field.type)
        else pa.array(values, field.type)
        for field, values in zip(INDEX_STEP, zip(*rows, strict=True), strict=True)
    ]
    return pa.table(columns, schema=INDEX_STEP)


@contextmanager
def _spoken_for(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise _failed(path, error) from error
        remove_database(path)
        raise RetryLater(
            "The duplicate index was damaged; it is made again now", path=str(path)
        ) from error


def _failed(path: Path, error: sqlite3.DatabaseError) -> WarraqError:
    if is_busy(error):
        return RetryLater("Another process keeps the duplicate index busy", path=str(path))
    return StopRun(
        f"The duplicate index cannot be used ({error}): {way_out(error)}",
        path=str(path),
    )
