"""The duplicate index: what is known of every article ever published, by id, text and likeness.

A database of SQLite's for entries and texts, which are few reads of a batch, and beside it sorted
runs for the bands (:mod:`tasks.store.postings`), of which a batch asks for tens of thousands.
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from expectations.lake_schema import INDEX_STEP, KNOWN_TEXTS, MET_TEXTS
from tasks.errors import RetryLater, StopRun, WarraqError
from tasks.store.databases import is_busy, is_damage, remove_database, way_out
from tasks.store.files import explained, make_folder
from tasks.store.index_tables import Plan, connect, find_rows, has_entries, newest_version
from tasks.store.index_wanted import want
from tasks.store.known_texts import Alike
from tasks.store.lake import Lake
from tasks.store.log import INDEX
from tasks.store.postings_file import DamagedRun
from tasks.text.signature_sizes import Sizes

if TYPE_CHECKING:
    from tasks.text.signatures import Keys

_NAME: Final = "duplicates.sqlite"


class DuplicateIndex:
    """The index as it was when it was opened; ``version`` is the lake's version that it knows.

    That is the opened lake's version, or a later one when another writer has committed since.
    ``sizes`` are those of the signatures it was made with.
    """

    def __init__(
        self, path: Path, connection: sqlite3.Connection, version: int, sizes: Sizes
    ) -> None:
        self._path = path
        self._connection = connection
        self.version = version
        self.sizes = sizes

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

    def find_copies(self, article_ids: pa.Array | pa.ChunkedArray) -> pa.Table:
        """Return the entries of what copies one of these articles, by ``article_id``."""
        return self._find("duplicate_of", article_ids)

    def find_titles(self, title_keys: pa.Array | pa.ChunkedArray) -> pa.Array:
        """Return those of the keys that are titles' of articles that stand or stood, sorted."""
        with _spoken_for(self._path):
            if not has_entries(self._connection):
                return pa.array([], pa.int64())
            want(self._connection, title_keys.to_pylist())
            found = self._connection.execute(
                "SELECT key FROM wanted WHERE EXISTS "
                "(SELECT 1 FROM recent WHERE title_key = key) OR EXISTS "
                "(SELECT 1 FROM articles WHERE title_key = key) ORDER BY key"
            ).fetchall()
        return pa.array([key for (key,) in found], pa.int64())

    def find_places(self, datasets: Collection[str]) -> pa.Table:
        """Return all entries that stand in one of these datasets; reads the whole index."""
        return self._find("dataset", pa.array(sorted(datasets), pa.string()))

    def count_texts(self) -> int:
        """Return how many texts can be found by their likeness."""
        with _spoken_for(self._path):
            (count,) = self._connection.execute("SELECT count(*) FROM texts").fetchone()
        return int(count)

    def find_alike(self, keys: "Keys") -> Alike:
        """Return the texts of articles and copies that share a band with a row of ``keys``.

        Of those with one key the latest, and of one row those that share most.
        """
        from tasks.store.index_texts import find_met, read_rows  # noqa: PLC0415  # numba: few commands need it

        with _spoken_for(self._path, self.version):
            met = find_met(self._connection, self._path.parent, keys)
            numbers, places = np.unique(met.numbers, return_inverse=True)
            texts = read_rows(self._connection, numbers.tolist())
        known = pc.index_in(pa.array(numbers, pa.int64()), texts["number"].combine_chunks())
        rows = known.fill_null(-1).to_numpy()[places].astype(np.int64)
        pairs = np.stack([met.rows, rows], axis=1)[rows >= 0]
        return Alike(pairs, texts.select(MET_TEXTS.names))

    def read_texts(self, article_ids: pa.Array | pa.ChunkedArray) -> pa.Table:
        """Return the ``KNOWN_TEXTS`` of these articles, as far as they stand in the lake."""
        with _spoken_for(self._path):
            rows = find_rows(self._connection, "article_id", article_ids.to_pylist())
            texts = self._read([row[-1] for row in rows if row[-1] is not None])
        return texts.select(KNOWN_TEXTS.names)

    def _find(self, column: str, keys: pa.Array | pa.ChunkedArray) -> pa.Table:
        with _spoken_for(self._path):
            return _as_table(find_rows(self._connection, column, keys.to_pylist()))

    def _read(self, numbers: Sequence[int]) -> pa.Table:
        """Return ``KNOWN_TEXTS`` and ``number`` of those of these texts that still stand."""
        from tasks.store.index_texts import read_rows  # noqa: PLC0415  # numba: few commands need it

        found = read_rows(self._connection, numbers)
        ids = found["article_id"].to_pylist()
        entries = {row[-1]: row for row in find_rows(self._connection, "article_id", ids)}
        stand = pc.is_in(found["number"], value_set=pa.array([*entries], pa.int64()))
        found = found.filter(stand)
        told = _as_table([entries[number] for number in found["number"].to_pylist()])
        schema = KNOWN_TEXTS.append(found.schema.field("number"))
        columns = [
            told[name] if name in told.column_names else found[name] for name in schema.names
        ]
        return pa.table(
            [column.cast(field.type) for column, field in zip(columns, schema, strict=True)],
            schema=schema,
        )


def index_path(root: Path) -> Path:
    """Return the path of the index's database."""
    return root / INDEX / _NAME


def open_index(
    lake: Lake,
    *,
    sizes: Sizes | None = None,
    texts: Iterable[pa.Table] = (),
    anew: bool = False,
) -> DuplicateIndex:
    """Open the index, healed, as one snapshot that no concurrent commit changes.

    Use it as a context manager. With ``sizes`` it refuses (:class:`StopRun`) an index of other
    signatures that holds texts; ``anew`` makes it whatever is there. ``texts`` are the candidates
    of the batch that the lake's version has committed, if at hand: what the index lacks otherwise
    is made of the corpus. Raises :class:`StopRun` when it cannot be written. When it turns out to
    be damaged while it is read, it is removed, and :class:`RetryLater` says so: the next opening
    makes it again.
    """
    path = index_path(lake.root)
    with explained("The duplicate index cannot be written", path):
        make_folder(path.parent)
    plan = Plan(lake.root, lake.entry(), sizes, texts, anew)
    try:
        return DuplicateIndex(path, *connect(path, plan))
    except (sqlite3.DatabaseError, DamagedRun) as error:
        if isinstance(error, sqlite3.DatabaseError) and not is_damage(error):
            raise _failed(path, error) from error
        remove_database(path)
        with _spoken_for(path):
            return DuplicateIndex(path, *connect(path, plan))


def _as_table(rows: Sequence[tuple[Any, ...]]) -> pa.Table:
    if not rows:
        return INDEX_STEP.empty_table()
    columns = [
        pa.array(values, pa.int64()).cast(field.type)
        if pa.types.is_timestamp(field.type)
        else pa.array(values, field.type)
        for field, values in zip(INDEX_STEP, zip(*rows, strict=True), strict=False)
    ]
    return pa.table(columns, schema=INDEX_STEP)


@contextmanager
def _spoken_for(path: Path, version: int | None = None) -> Iterator[None]:
    """Remove what is damaged, unless the index has gone on since this version.

    Then runs of its list may have been merged and be gone, and nothing is wrong.
    """
    try:
        yield
    except (sqlite3.DatabaseError, DamagedRun) as error:
        if isinstance(error, DamagedRun) and version not in (None, newest_version(path)):
            raise RetryLater("The duplicate index has gone on", path=str(path)) from error
        if isinstance(error, sqlite3.DatabaseError) and not is_damage(error):
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
