"""Which files a lake has taken in: known by place, else by their bytes, else by their records.

The truth stands in ``files.arrow`` beside each raw batch, and only batches that the lake has
committed count. ``raw/files.sqlite`` gathers it for look-ups; it is derived, and made again when it
is damaged, gone, or of another history of the lake.
"""

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson
import pyarrow as pa
from pydantic import TypeAdapter

from tasks.errors import RetryLater, StopRun, WarraqError
from tasks.fetch.files import SourceFile
from tasks.fetch.formats.content import suffix_of
from tasks.fetch.unpacking import bare_name
from tasks.store.databases import is_busy, is_damage, remove_database
from tasks.store.files import digest
from tasks.store.references import ShardRef, find, read
from tasks.web import Visit
from tasks.web.visit_tables import visits_from_table

FILES_OF_BATCH: Final = "files.arrow"
VISITS_OF_BATCH: Final = "visits.arrow"

_NAME: Final = "files.sqlite"
_LAYOUT: Final = 2
_WAIT_SECONDS: Final = 60.0
_VISIT: Final = TypeAdapter(Visit)
_KEYS: Final = ("place_key", "content_key", "records_key")
_TABLES: Final = """
CREATE TABLE known (key TEXT PRIMARY KEY, batch_id TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE sizes (size INTEGER PRIMARY KEY);
CREATE TABLE visits (url TEXT PRIMARY KEY, told BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE batches (batch_id TEXT PRIMARY KEY) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class History:
    """What a lake has committed: its raw zone, and the version of each batch."""

    raw: Path
    batches: Mapping[str, int]


class SeenFiles:
    """The files of all committed batches; made by :func:`open_seen_files`.

    ``context`` is the digest of everything but the file that decides how it is read: profiles,
    bounds, the version of the readers.
    """

    def __init__(self, connection: sqlite3.Connection, history: History, context: str) -> None:
        self._connection = connection
        self._history = history
        self._context = context

    def find(self, files: Sequence[SourceFile]) -> dict[str, str]:
        """Return the batches of the files that need not be read, by their paths.

        A file is hashed only when its place is new and a known one has the same size.
        """
        found: dict[str, str] = {}
        moved: list[tuple[str, str]] = []
        if not self._history.batches:
            return found
        for file in files:
            if file.fault is not None:
                continue
            place = place_key(file, self._context)
            batch = self._batch_of(place)
            if batch is None and (batch := self._find_content(file)) is not None:
                moved.append((place, batch))
            if batch is not None:
                found[file.path] = batch
        self._add(moved)
        return found

    def find_records(self, files: pa.Table) -> dict[str, str]:
        """Return the batches that hold all records of one of these ``FILES``, by their labels."""
        found = {}
        labels, keys = (files[name].to_pylist() for name in ("label", "records_key"))
        for label, key in zip(labels, keys, strict=True):
            if (batch := self._batch_of(key)) is not None:
                found[label] = batch
        return found

    def note(self, files: pa.Table, batches: Mapping[str, str]) -> None:
        """Remember where ``FILES`` stand now whose records committed batches hold, by label."""
        rows = [row for row in files.to_pylist() if row["label"] in batches]
        self._connection.executemany(
            "INSERT OR IGNORE INTO sizes VALUES (?)", ((row["size"],) for row in rows)
        )
        self._add(
            (row[name], batches[row["label"]])
            for row in rows
            for name in _KEYS
            if row[name] is not None
        )

    def visits(self) -> dict[str, Visit]:
        """Return what is remembered of the addresses that were asked, by address."""
        rows = self._connection.execute("SELECT told FROM visits")
        visits = (_VISIT.validate_json(told) for (told,) in rows)
        return {visit.url: visit for visit in visits}

    def note_visits(self, visits: Iterable[Visit]) -> None:
        """Remember these in place of earlier ones."""
        self._connection.executemany(
            "INSERT OR REPLACE INTO visits VALUES (?, ?)",
            ((visit.url, orjson.dumps(visit)) for visit in visits),
        )

    def latest(self, batches: Iterable[str]) -> str | None:
        """Return the batch that was committed last."""
        return max(batches, key=lambda batch: self._history.batches[batch], default=None)

    def _find_content(self, file: SourceFile) -> str | None:
        size = self._connection.execute("SELECT 1 FROM sizes WHERE size = ?", (file.state[0],))
        if size.fetchone() is None:
            return None
        try:
            content = digest(Path(file.path))
        except OSError:
            return None  # reading it will say why
        keys = (content_key(file, content, self._context, packed=packed) for packed in (0, 1))
        return next((batch for key in keys if (batch := self._batch_of(key))), None)

    def _batch_of(self, key: str) -> str | None:
        row = self._connection.execute("SELECT batch_id FROM known WHERE key = ?", (key,))
        found: tuple[str] | None = row.fetchone()
        return None if found is None else found[0]

    def _add(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._connection.executemany("INSERT OR IGNORE INTO known VALUES (?, ?)", pairs)


def place_key(file: SourceFile, context: str) -> str:
    """Return the digest of where a file stands, of its state, and of how it is read."""
    place = os.fsencode(file.path).hex()
    return _digest([place, *file.state, file.profile, file.outlet, file.profile_is_named, context])


def content_key(file: SourceFile, content: str, context: str, *, packed: bool | int) -> str:
    """Return the digest of a file's bytes, whose SHA-256 is ``content``, and of how they are read.

    ``packed`` says that it is an archive: its name is then the outlet of what is in it, of other
    names only the suffix tells anything.
    """
    name = file.name if packed else suffix_of(bare_name(file.name))
    told = [content, name, file.profile, file.outlet, file.profile_is_named, context]
    return _digest(told)


def _digest(told: object) -> str:
    return hashlib.sha256(orjson.dumps(told)).hexdigest()


@contextmanager
def open_seen_files(cache: Path, history: History, context: str) -> Iterator[SeenFiles]:
    """Open what is known, brought up to the history; ``cache`` is where the look-ups are kept.

    What was noted is kept when the block ends well. Damaged look-ups are removed; when that shows
    only inside the block, :class:`RetryLater` says so, and the next opening makes them again.
    """
    if not history.batches and not cache.exists():
        cache = Path(":memory:")
    known = cache_path(history.raw)
    if known != cache and known.exists() and not cache.exists():
        cache.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(known, cache)
    try:
        connection = _connect(cache, history)
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise _failed(cache, error) from error
        remove_database(cache)
        connection = _connect(cache, history)
    try:
        yield SeenFiles(connection, history, context)
        connection.execute("COMMIT")
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            remove_database(cache)
        raise _failed(cache, error) from error
    finally:
        connection.close()


def cache_path(raw: Path) -> Path:
    """Return where the look-ups of a raw zone stand."""
    return raw / _NAME


def _failed(cache: Path, error: sqlite3.DatabaseError) -> WarraqError:
    if is_damage(error) or is_busy(error):
        return RetryLater("The list of files that were taken in was not usable", path=str(cache))
    problem = f"The list of files that were taken in cannot be used ({error}); it may be deleted"
    return StopRun(problem, path=str(cache))


def _connect(cache: Path, history: History) -> sqlite3.Connection:
    cache.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(cache, timeout=_WAIT_SECONDS, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        _bring_up(connection, history)
        connection.execute("COMMIT")
        connection.execute("BEGIN IMMEDIATE")
    except BaseException:
        connection.close()
        raise
    return connection


def _bring_up(connection: sqlite3.Connection, history: History) -> None:
    """Add the batches that were committed since, or all when others are there."""
    if connection.execute("PRAGMA user_version").fetchone() != (_LAYOUT,):
        _make_empty(connection)
    loaded = {batch for (batch,) in connection.execute("SELECT batch_id FROM batches")}
    if loaded - history.batches.keys():
        _make_empty(connection)
        loaded = set()
    seen = SeenFiles(connection, history, "")
    for batch_id in sorted(history.batches.keys() - loaded, key=history.batches.__getitem__):
        path = history.raw / batch_id / FILES_OF_BATCH
        if path.exists():
            files = read(ShardRef(path=path, rows=0))
            seen.note(files, dict.fromkeys(files["label"].to_pylist(), batch_id))
        if (asked := find(history.raw / batch_id / VISITS_OF_BATCH)) is not None:
            seen.note_visits(visits_from_table(read(asked)).values())
        connection.execute("INSERT INTO batches VALUES (?)", (batch_id,))


def _make_empty(connection: sqlite3.Connection) -> None:
    for name in ("known", "sizes", "visits", "batches"):
        connection.execute(f"DROP TABLE IF EXISTS {name}")
    for statement in filter(None, map(str.strip, _TABLES.split(";"))):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {_LAYOUT}")
