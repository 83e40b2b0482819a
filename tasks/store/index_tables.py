"""The tables of the duplicate index, and how they keep up with the lake's log.

The index is derived from the index steps in the log and from the bodies of the corpus, and heals
itself: it remembers which version it has applied, and applies what is missing, or all, when it is
opened. Nothing is lost with it.

Ids and text keys are digests: each new entry goes to a page of its own, so that adding a thousand
to a large table writes thousands of pages. They go into a small table before, and into the large
one some ten thousand at a time, in order, which writes each page once.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from expectations.lake_schema import INDEX_STEP
from tasks.errors import StopRun
from tasks.store.files import explained
from tasks.store.index_header import is_chosen, read_header, read_sizes, write_header
from tasks.store.index_trees import COLUMNS, TABLES, make_tables, rows_before_trees
from tasks.store.index_wanted import Connection, make_wanted, want
from tasks.store.log import INDEX, LiveFile, LogEntry, dataset_of, entry_path, read_entry
from tasks.store.state import State, read_state
from tasks.text.signature_sizes import DEFAULT_SIZES, Sizes

_WAIT_SECONDS: Final = 120.0
_PAGE_BYTES: Final = 8192
_CACHE_KIB: Final = 64 * 1024
_BATCH_ROWS: Final = 20_000

_RECENT_ROWS: Final = 40_000
"""Entries in the small table when they move: beside a million old ones a commit of 1,000 articles
took 20 ms, not 90, and moving takes a second every 40 commits; beside ten million 120 ms, and 9.7
CPU s with 2.2 GiB written, as nearly each entry then has a page of each tree for itself."""

_TEXT_COLUMNS: Final = ("article_id", "content_hash", "dataset")
_VALUES: Final = ",".join("?" * len(COLUMNS))
_STANDING: Final = ("articles", "duplicates")
_OTHER_SIZES: Final = (
    "The duplicate index was made with other settings, or by a version with other lists of words;"
    " set [deduplicate] back, or make it anew with `warraq maintain --rebuild-index`"
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What an index is opened for: a version of a lake, sizes of signatures, and texts at hand.

    Null ``sizes`` are whatever the index was made with; ``anew`` makes it whatever is there.
    """

    root: Path
    entry: LogEntry
    sizes: Sizes | None = None
    texts: Iterable[pa.Table] = ()
    anew: bool = False


def connect(path: Path, plan: Plan) -> tuple[Connection, int, Sizes]:
    """Return a healed index, a transaction begun on it, with the version and sizes it has.

    Raises :class:`StopRun` when it holds texts whose signatures have other sizes than planned.
    """
    connection = sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None)
    try:
        connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA secure_delete = ON")  # a purged text leaves nothing
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        make_wanted(connection)
        if plan.anew or not _is_as_planned(connection, plan):
            connection.execute("BEGIN IMMEDIATE")
            _heal(connection, path.parent, plan)
            connection.execute("COMMIT")
        connection.execute("BEGIN")
        applied = _applied(connection)
        version = plan.entry.version if applied is None else applied[0]
        return connection, version, read_sizes(connection) or DEFAULT_SIZES
    except BaseException:
        connection.close()
        raise


def find_rows(connection: Connection, column: str, keys: Iterable[Any]) -> list[tuple[Any, ...]]:
    """Return the rows (``COLUMNS``) whose column is among the keys, by ``article_id``."""
    if not has_entries(connection):  # writing down what is wanted costs 4 µs a key
        return []
    want(connection, keys)
    return connection.execute(
        f"SELECT recent.* FROM wanted CROSS JOIN recent ON {column} = key UNION ALL "  # noqa: S608
        f"SELECT articles.* FROM wanted CROSS JOIN articles ON {column} = key "
        "WHERE articles.article_id NOT IN (SELECT article_id FROM recent) "
        "ORDER BY article_id"
    ).fetchall()


def has_entries(connection: Connection) -> bool:
    """Whether any article is in the index: none is while a first batch is built."""
    (found,) = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM recent) OR EXISTS (SELECT 1 FROM articles)"
    ).fetchone()
    return bool(found)


def applied_version(connection: Connection, root: Path) -> int | None:
    """Return the version that the index knows; null when it belongs to another lake or layout."""
    applied = _applied(connection)
    return applied[0] if applied is not None and _in_log(applied, root) else None


def newest_version(path: Path) -> int | None:
    """Return the version that the index knows by now; null when it knows none."""
    with closing(sqlite3.connect(path, timeout=_WAIT_SECONDS)) as connection:
        applied = _applied(connection)
    return None if applied is None else applied[0]


def band_count(connection: Connection) -> int | None:
    """Return how many bands its signatures have; null when it has no texts."""
    sizes = read_sizes(connection)
    listed = sizes and connection.execute("SELECT 1 FROM runs LIMIT 1").fetchone()
    return sizes.all_bands if sizes and listed else None


def _is_as_planned(connection: Connection, plan: Plan) -> bool:
    """Tell whether nothing is to be done before the index is used."""
    applied = _applied(connection)
    if applied is None or not _is_current(applied, plan.root, plan.entry):
        return False
    if not _suits(connection, plan.sizes):
        return False
    return plan.sizes is None or is_chosen(connection)


def _suits(connection: Connection, sizes: Sizes | None) -> bool:
    """Tell whether what is there was made with these sizes; if not, it may be made anew.

    Raises :class:`StopRun` when it holds texts and somebody chose the sizes that they have.
    """
    made = read_sizes(connection)
    if sizes is None or made is None or read_header(connection) == sizes.header():
        return made is not None
    texts = connection.execute("SELECT 1 FROM texts LIMIT 1").fetchone()
    if texts and is_chosen(connection):
        _refuse(read_header(connection), sizes.header())
    return False


def _refuse(before: Mapping[str, object], now: Mapping[str, object]) -> None:
    told: dict[str, object] = {}
    told |= {f"{name} here": now[name] for name in now if before.get(name) != now[name]}
    told |= {f"{name} there": before.get(name) for name in now if before.get(name) != now[name]}
    raise StopRun(_OTHER_SIZES, told)


def _heal(connection: Connection, folder: Path, plan: Plan) -> None:
    """Apply the missing steps, or all of them when what is there belongs to another history."""
    if not plan.anew and _is_as_planned(connection, plan):
        return  # now that nobody else writes
    steps = None if plan.anew else _missing_steps(connection, plan)
    state = read_state(plan.root, plan.entry.version)
    chosen = plan.sizes is not None or is_chosen(connection)
    sizes = plan.sizes or read_sizes(connection) or DEFAULT_SIZES
    if steps is None:
        _make_empty(connection)
    if steps is None or plan.sizes is not None:
        write_header(connection, sizes, chosen=chosen)
    if steps is None:
        files = sorted(state.of_dataset(INDEX), key=lambda file: (file.version, file.part))
        with rows_before_trees(connection, "articles", sum(file.rows for file in files)):
            for file in files:
                _apply(connection, plan.root / file.name, "articles")
            _add_texts(connection, folder, plan, state, None)
    else:
        (before,) = connection.execute("SELECT version FROM applied").fetchone()
        numbers = _number_texts(connection, folder, plan, steps[0]) if len(steps) == 1 else None
        with rows_before_trees(connection, "recent", sum(file.rows for file in steps)):
            for file in steps:
                _apply(connection, plan.root / file.name, "recent", numbers)
        _add_texts(connection, folder, plan, state, before)
        _settle(connection)
    connection.execute("DELETE FROM applied")
    told = (plan.entry.version, plan.entry.group, _layout())
    connection.execute("INSERT INTO applied VALUES (?, ?, ?)", told)


def _missing_steps(connection: Connection, plan: Plan) -> list[LiveFile] | None:
    """Return the steps that the index lacks; null when it is to be made anew."""
    applied = _applied(connection)
    if applied is None or applied[0] > plan.entry.version or not _in_log(applied, plan.root):
        return None
    if not _suits(connection, plan.sizes):
        return None
    return _steps_after(applied[0], plan.root, plan.entry.version)


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


def _settle(connection: Connection) -> None:
    """Move what is recent into the large table when it has become much."""
    (count,) = connection.execute("SELECT count(*) FROM recent").fetchone()
    if count < _RECENT_ROWS:
        return
    connection.execute("INSERT OR REPLACE INTO articles SELECT * FROM recent ORDER BY article_id")
    connection.execute("DELETE FROM recent")


def _apply(
    connection: Connection, path: Path, table: str, numbers: Mapping[str, int] | None = None
) -> None:
    """Write the entries of a step; their texts' numbers are known, or those that they had stay."""
    for rows in _read_step(path):
        columns = [_plain(column).to_pylist() for column in rows.columns]
        if numbers is None:
            texts = _carried_over(connection, rows)
        else:
            texts = list(map(numbers.get, columns[rows.column_names.index("article_id")]))
        connection.executemany(
            f"INSERT OR REPLACE INTO {table} VALUES ({_VALUES})",  # noqa: S608
            zip(*columns, texts, strict=True),
        )


def _read_step(path: Path, columns: Sequence[str] = INDEX_STEP.names) -> Iterator[pa.Table]:
    problem = "An index step cannot be read; run `warraq verify`"
    schema = pa.schema([INDEX_STEP.field(name) for name in columns])
    with explained(problem, path), pq.ParquetFile(path) as source:
        for batch in source.iter_batches(batch_size=_BATCH_ROWS, columns=columns):
            # Sorted keys reach the pages of the tree in order: each is touched once.
            yield pa.table(batch.columns, schema=schema).sort_by("article_id")


def _number_texts(
    connection: Connection, folder: Path, plan: Plan, step: LiveFile
) -> dict[str, int]:
    """Return the numbers of a step's texts by article id: those carried over, and those at hand.

    Known before the entries are written, they are written with them.
    """
    numbers: dict[str, int] = {}
    wanted: dict[str, str] = {}
    for rows in _read_step(plan.root / step.name, _TEXT_COLUMNS):
        told = (rows[name].to_pylist() for name in _TEXT_COLUMNS)
        for name, text, dataset, number in zip(*told, _carried_over(connection, rows), strict=True):
            if number is not None:
                numbers[name] = number
            elif dataset in _STANDING:
                wanted[name] = text
    if wanted:
        from tasks.store import index_texts as texts  # noqa: PLC0415  # numba, not always needed

        at_hand = texts.texts_of_candidates(plan.texts, wanted)
        sizes = read_sizes(connection) or DEFAULT_SIZES
        for some in texts.add_texts(connection, folder, at_hand, sizes):
            numbers |= some
    return numbers


def _carried_over(connection: Connection, rows: pa.Table) -> list[int | None]:
    """Return the number that each entry's text has already; those of other texts are forgotten."""
    from tasks.store.index_texts import forget_texts  # noqa: PLC0415  # numba, not always needed

    ids, hashes, datasets = (rows[name].to_pylist() for name in _TEXT_COLUMNS)
    place = COLUMNS.index("content_hash")
    before: Mapping[str, tuple[Any, ...]] = {
        row[0]: row for row in find_rows(connection, "article_id", ids) if row[-1] is not None
    }
    kept: list[int | None] = []
    gone = []
    if not before:
        return [None] * len(ids)
    for name, told, dataset in zip(ids, hashes, datasets, strict=True):
        row = before.get(name)
        same = row is not None and row[place] == told and dataset in _STANDING
        kept.append(row[-1] if row is not None and same else None)
        if row is not None and not same:
            gone.append(row[-1])
    if gone:
        forget_texts(connection, gone)
    return kept


def _add_texts(
    connection: Connection, folder: Path, plan: Plan, state: State, after: int | None
) -> None:
    """Give a text to every standing entry that has none: the corpus has it since ``after``."""
    from tasks.store import index_texts as texts  # noqa: PLC0415  # numba, not always needed

    table = "articles" if after is None else "recent"
    lacking = f"FROM {table} WHERE text IS NULL AND dataset IN {_STANDING}"
    sizes = read_sizes(connection) or DEFAULT_SIZES
    if connection.execute(f"SELECT 1 {lacking} LIMIT 1").fetchone() is not None:
        files = [
            file
            for dataset in _STANDING
            for file in state.of_dataset(dataset)
            if after is None or file.version > after
        ]
        wanted = None  # all: an index that is made anew may be of millions
        if after is not None:
            wanted = {name for (name,) in connection.execute(f"SELECT article_id {lacking}")}
        found = texts.texts_of_corpus(plan.root, files, wanted)
        _note(connection, table, texts.add_texts(connection, folder, found, sizes))
    texts.merge_due_runs(connection, folder, sizes)


def _note(connection: Connection, table: str, numbers: Iterable[Mapping[str, int]]) -> None:
    for some in numbers:
        connection.executemany(
            f"UPDATE {table} SET text = ? WHERE article_id = ?",  # noqa: S608
            ((number, name) for name, number in some.items()),
        )


def _applied(connection: Connection) -> tuple[int, str, str] | None:
    known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'applied'").fetchone()
    if known is None:
        return None
    row = connection.execute("SELECT * FROM applied").fetchone()
    if row is None or [type(value) for value in row] != [int, str, str]:
        return None  # a table of somebody else's
    return row[0], row[1], row[2]


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


def _make_empty(connection: Connection) -> None:
    from tasks.store.index_texts import make_text_tables  # noqa: PLC0415  # numba, not always needed

    connection.execute("DROP TABLE IF EXISTS applied")
    connection.execute("CREATE TABLE applied (version, of_group, layout)")
    connection.execute("DROP TABLE IF EXISTS header")
    connection.execute("CREATE TABLE header (told)")
    make_tables(connection)
    make_text_tables(connection)


def _layout() -> str:
    columns = (f"{field.name} {field.type}" for field in INDEX_STEP)
    return f"{', '.join(TABLES)}, texts by number: {', '.join(columns)}"


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column
