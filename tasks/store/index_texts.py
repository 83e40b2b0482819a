"""Texts in the duplicate index: their words as codes, and where their bands are looked up.

A text has a number, which is never given again, and under it a row with its codes; the keys of its
bands go to sorted runs beside the database (:mod:`tasks.store.postings`), whose list is kept here,
in the same transaction. Rows of a text that is replaced go, what runs say of it is left until they
are merged: no article has its number any more.

Codes are taken from what the batch made when it was decided, and from the bodies of the corpus
where that is not at hand: both give the same.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from expectations.columns import TIMESTAMP
from expectations.lake_schema import CODES
from expectations.schema import ARTICLES
from tasks.store.files import explained
from tasks.store.index_wanted import Connection, want
from tasks.store.log import LiveFile
from tasks.store.postings import (
    Run,
    due_merge,
    find_candidates,
    merge_runs,
    remove_unlisted,
    write_run,
)
from tasks.text.buffers import texts_of
from tasks.text.code_columns import code_column, coded, codes_at
from tasks.text.signature_sizes import Sizes
from tasks.text.signatures import Keys, sign
from tasks.text.word_codes import CodedTexts, code_words

NEW_TEXTS: Final = pa.schema([*(ARTICLES.field(name) for name in ("article_id", "source")), CODES])
"""Texts that an index is to know: made of the corpus, or a batch's candidates with their bands."""

MOST_PER_KEY: Final = 64
"""Texts of one run that are taken of those with one key, the latest: of a series of thousands some
are compared, and the work stays linear."""

_MOST_ALIKE: Final = 64
"""Texts that one is compared with: those that agree with it in most bands."""

_MOST_BY_CHANCE: Final = 8
"""Of those that agree in one band only: in a long history most do so by chance. Of 20,000 real
articles they were 11,124 of 15,995 meetings and 30 of 2,894 links. Beside 10 million made-up ones
a batch of 1,000 met 48,000 texts, 13,700 with sixteen of these each, and found the same copies."""

_RUN_TEXTS: Final = 1 << 17


def make_text_tables(connection: Connection) -> None:
    """Make the tables anew, empty."""
    for table in ("texts", "runs", "gone", "counter"):
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    connection.execute("CREATE TABLE texts (number INTEGER PRIMARY KEY, article_id, source, codes)")
    connection.execute("CREATE TABLE runs (name PRIMARY KEY, level, texts)")
    connection.execute("CREATE TABLE gone (number)")
    connection.execute("CREATE TABLE counter (next)")
    connection.execute("INSERT INTO counter VALUES (1)")


def add_texts(
    connection: Connection, folder: Path, texts: Iterable[pa.Table], sizes: Sizes
) -> Iterator[dict[str, int]]:
    """Add ``NEW_TEXTS``, and yield the numbers that their articles' texts have, by article id.

    Where a table has the ``bands`` of these sizes too, they are not made again.
    """
    keys: list[Keys] = []
    numbers: list[npt.NDArray[np.uint32]] = []
    for table in texts:
        (first,) = connection.execute("SELECT next FROM counter").fetchone()
        given = range(first, first + len(table))
        connection.execute("UPDATE counter SET next = ?", (given.stop,))
        codes = coded(table["codes"].combine_chunks())
        ids = table["article_id"].to_pylist()
        connection.executemany(
            "INSERT INTO texts VALUES (?, ?, ?, ?)",
            zip(
                given,
                ids,
                table["source"].to_pylist(),
                _blobs(codes),
                strict=True,
            ),
        )
        keys.append(_keys_of(table, codes, sizes))
        numbers.append(np.arange(given.start, given.stop, dtype=np.uint32))
        if sum(map(len, keys)) >= _RUN_TEXTS:
            _add_run(connection, folder, numbers, keys)
            keys, numbers = [], []
        yield dict(zip(ids, given, strict=True))
    if keys:
        _add_run(connection, folder, numbers, keys)


def _add_run(
    connection: Connection,
    folder: Path,
    numbers: list[npt.NDArray[np.uint32]],
    keys: list[Keys],
) -> None:
    all_keys = np.concatenate(keys)
    signed = all_keys[:, 0] != 0
    if signed.any():
        _list_run(connection, write_run(folder, np.concatenate(numbers)[signed], all_keys[signed]))


def _list_run(connection: Connection, run: Run) -> None:
    connection.execute("INSERT INTO runs VALUES (?, ?, ?)", (run.name, run.level, run.texts))


def list_runs(connection: Connection) -> list[Run]:
    """Return the runs that the index consists of."""
    return [Run(*row) for row in connection.execute("SELECT * FROM runs ORDER BY name")]


def merge_due_runs(connection: Connection, folder: Path, sizes: Sizes) -> None:
    """Merge runs while there are many of a size, leaving out the numbers that no text has now."""
    remove_unlisted(folder, list_runs(connection))
    while due := due_merge(list_runs(connection)):
        gone = connection.execute("SELECT number FROM gone ORDER BY number").fetchall()
        numbers = np.array([number for (number,) in gone], np.uint32)
        merged = merge_runs(folder, due, bands=sizes.all_bands, gone=numbers)
        for run in due:
            connection.execute("DELETE FROM runs WHERE name = ?", (run.name,))
        _list_run(connection, merged)


def forget_texts(connection: Connection, numbers: Iterable[int]) -> None:
    """Remove the rows of texts that no article has any more; merges leave their numbers out."""
    told = [(number,) for number in numbers]
    connection.executemany("DELETE FROM texts WHERE number = ?", told)
    connection.executemany("INSERT INTO gone VALUES (?)", told)


@dataclass(frozen=True, slots=True)
class Met:
    """Texts that share a band with others: ``pairs`` of (row that was asked about, number)."""

    rows: npt.NDArray[np.int64]
    numbers: npt.NDArray[np.uint32]


def find_met(connection: Connection, folder: Path, keys: Keys) -> Met:
    """Return the texts that the rows of ``keys``, shape (rows, bands), share a band with."""
    signed = np.flatnonzero(keys.any(axis=1))
    runs = list_runs(connection)
    if not len(signed) or not runs:
        return Met(np.empty(0, np.int64), np.empty(0, np.uint32))
    hits = find_candidates(folder, runs, keys[signed], most_per_key=MOST_PER_KEY)
    # The best of each text first; of those that are alike the latest, for news is soon copied.
    latest = -hits.numbers.astype(np.int64)
    order = np.lexsort((latest, -hits.shared.astype(np.int64), hits.rows))
    rows, by_chance = hits.rows[order], hits.shared[order] == 1
    rank = _rank(rows)
    kept = rank < _MOST_ALIKE
    kept[by_chance] &= _rank(rows[by_chance]) < _MOST_BY_CHANCE
    return Met(signed[rows[kept]], hits.numbers[order][kept])


def _rank(rows: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Return how many of the same row stand before each; the rows are sorted."""
    return np.arange(len(rows)) - np.searchsorted(rows, rows)


def read_rows(connection: Connection, numbers: Sequence[int]) -> pa.Table:
    """Return ``number`` and ``MET_TEXTS`` of those of these numbers that texts have, by number.

    A text has its row as long as an article or a copy stands that has it.
    """
    want(connection, numbers)
    cursor = connection.execute(_TEXTS_READ)
    columns: tuple[list[Any], ...] = ([], [], [], [])
    codes = bytearray()
    ends = [0]
    while rows := cursor.fetchmany(_READ_AT_ONCE):  # of many texts the words are held once
        *told, blobs = zip(*rows, strict=True)
        for column, values in zip(columns, told, strict=True):
            column.extend(values)
        codes += b"".join(blobs)
        ends += map(len, blobs)
    offsets = np.cumsum(np.array(ends, np.int64)) // 4
    values = pa.array(np.frombuffer(codes, np.uint32))
    return pa.table(
        {
            "number": pa.array(columns[0], pa.int64()),
            **{name: pa.array(columns[n + 1], pa.string()) for n, name in enumerate(_TOLD)},
            "published_at": pa.array(columns[3], pa.int64()).cast(TIMESTAMP),
            "codes": pa.LargeListArray.from_arrays(pa.array(offsets), values),
        }
    )


_READ_AT_ONCE: Final = 256
_TOLD: Final = ("article_id", "source")

_TEXTS_READ: Final = (
    "SELECT number, texts.article_id, source, "
    "CASE WHEN recent.text IS NULL THEN articles.published_at ELSE recent.published_at END, codes "
    "FROM wanted CROSS JOIN texts ON number = key "
    "LEFT JOIN recent ON recent.text = key LEFT JOIN articles ON articles.text = key "
    "ORDER BY key"
)


_TAKEN_AT_ONCE: Final = 2_000
"""Texts whose words are copied together: those of a whole shard need memory that is new."""


def texts_of_candidates(
    tables: Iterable[pa.Table], wanted: Mapping[str, str]
) -> Iterator[pa.Table]:
    """Yield those that are wanted, by article id and content hash, with the bands they have."""
    sought = pa.array([f"{name} {told}" for name, told in wanted.items()], pa.string())
    found = np.zeros(len(sought), np.bool_)
    for table in tables:
        names = pc.binary_join_element_wise(table["article_id"], table["content_hash"], " ")
        places = pc.index_in(names, value_set=sought).fill_null(-1).to_numpy()
        _, firsts = np.unique(places, return_index=True)
        rows = np.sort(firsts[places[firsts] >= 0])
        rows = rows[~found[places[rows]]]
        found[places[rows]] = True
        told = table.select([*_TOLD, "bands"])
        for first in range(0, len(rows), _TAKEN_AT_ONCE):
            some = rows[first : first + _TAKEN_AT_ONCE]
            codes = code_column(codes_at(table["codes"], some))
            yield told.take(pa.array(some)).append_column(CODES, codes)


def texts_of_corpus(
    root: Path, files: Iterable[LiveFile], article_ids: Iterable[str] | None
) -> Iterator[pa.Table]:
    """Yield the ``NEW_TEXTS`` of the rows of these files, a row group at a time.

    Of all their rows when ``article_ids`` is null, else of these articles.
    """
    wanted = None if article_ids is None else pa.array(sorted(article_ids), pa.string())
    columns = ["article_id", "source", "body"]
    for file in files:
        problem = "A file of the lake cannot be read; run `warraq verify`"
        with explained(problem, root / file.name), pq.ParquetFile(root / file.name) as source:
            for number in range(source.num_row_groups):
                if wanted is not None:
                    ids = source.read_row_group(number, columns=columns[:1])["article_id"]
                    if not pc.any(pc.is_in(ids.cast(pa.string()), wanted)).as_py():
                        continue
                rows = source.read_row_group(number, columns=columns)
                if wanted is not None:
                    rows = rows.filter(pc.is_in(rows["article_id"].cast(pa.string()), wanted))
                codes = code_column(code_words(texts_of(rows["body"]))[1])
                told = [rows[name].cast(pa.string()) for name in _TOLD]
                yield pa.table([*told, codes], schema=NEW_TEXTS)


def _keys_of(table: pa.Table, codes: CodedTexts, sizes: Sizes) -> Keys:
    if "bands" not in table.column_names:
        return sign(codes, sizes)
    keys = table["bands"].combine_chunks().flatten().to_numpy()
    return np.asarray(keys.reshape(len(table), sizes.all_bands))


def _blobs(texts: CodedTexts) -> Iterator[bytes]:
    data = texts.codes.view(np.uint8).data
    places = (texts.offsets * 4).tolist()
    for start, end in pairwise(places):
        yield bytes(data[start:end])
