"""The libraries that people read a lake with, by path: what they get, and which files they open."""

import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from tasks.store import open_lake
from tests.store.hugging_face import Dataset, load_dataset
from tests.store.lake_batches import batch, commit, month_of

MONTH = "2024-01"
EVERY = range(40)
OF_MONTH = [number for number in EVERY if month_of(number) == MONTH]

Reader = Callable[[Path, str | None], pa.Table | pd.DataFrame | pl.DataFrame | Dataset]
"""Reads the corpus from a folder that holds ``articles``: all of it, or one month."""


def by_pandas(folder: Path, month: str | None) -> pd.DataFrame:
    filters = [("published_month", "==", month)] if month else None
    return pd.read_parquet(folder / "articles", filters=filters)


def by_pandas_on_arrow(folder: Path, month: str | None) -> pd.DataFrame:
    filters = [("published_month", "==", month)] if month else None
    frame = pd.read_parquet(folder / "articles", filters=filters, dtype_backend="pyarrow")
    assert frame.dtypes["published_at"] == pd.ArrowDtype(pa.timestamp("us", tz="UTC"))
    return frame


def by_pyarrow(folder: Path, month: str | None) -> pa.Table:
    found = ds.dataset(folder / "articles", partitioning="hive")
    return found.to_table(filter=ds.field("published_month") == month if month else None)


def by_polars(folder: Path, month: str | None) -> pl.DataFrame:
    found = pl.scan_parquet(folder / "articles")
    return (found.filter(pl.col("published_month") == month) if month else found).collect()


def by_duckdb(folder: Path, month: str | None) -> pa.Table:
    with duckdb.connect() as database:
        return database.sql(query(folder, month)).to_arrow_table()


def query(folder: Path, month: str | None) -> str:
    where = f"WHERE published_month = '{month}'" if month else ""
    return f"SELECT * FROM '{folder}/articles/*/*/*.parquet' {where}"


def by_datasets(folder: Path, month: str | None) -> Dataset:
    if month is None:
        return load_dataset(str(folder), "articles", split="train")
    glob = f"articles/*/published_month={month}/*.parquet"
    return load_dataset(str(folder), data_files=glob, split="train")


READERS = (by_pandas, by_pandas_on_arrow, by_pyarrow, by_polars, by_duckdb, by_datasets)


@pytest.fixture(params=[True, False], ids=["hard-links", "symbolic-links"])
def lake(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two batches, in a view of either kind of link."""

    def refuse(*_: object) -> None:
        raise OSError(1, "Operation not permitted")

    with monkeypatch.context() as without:
        if not request.param:
            without.setattr("os.link", refuse)
        opened = commit(open_lake(tmp_path / "lake", create=True), batch("b1", EVERY[:20]))
        return commit(opened, batch("b2", EVERY[20:])).root


@pytest.fixture(params=["", "versions/v00000002"], ids=["lake", "pinned"])
def folder(request: pytest.FixtureRequest, lake: Path) -> Path:
    """The folders that hold ``articles``."""
    return lake / str(request.param)


def titles(rows: pa.Table | pd.DataFrame | pl.DataFrame | Dataset) -> list[str]:
    return sorted(str(title) for title in rows["title"])


def titles_of(numbers: list[int] | range) -> list[str]:
    return sorted(f"عنوان {number}" for number in numbers)


@pytest.mark.parametrize("reader", READERS)
def test_each_reads_the_whole_corpus(folder: Path, reader: Reader) -> None:
    assert titles(reader(folder, None)) == titles_of(EVERY)


@pytest.mark.parametrize("reader", READERS)
def test_a_month_is_read_from_its_own_files(folder: Path, reader: Reader) -> None:
    """Proven by breaking all others that hold rows: whoever opened one of them would fail."""
    ruined = 0
    for path in sorted((folder / "articles").resolve().rglob("*.parquet")):
        if f"published_month={MONTH}" not in path.parts and "g00000000-" not in str(path):
            path.unlink()  # the file has another name, outside the view
            path.write_bytes(b"ruined")
            ruined += 1
    assert ruined == 6
    assert titles(reader(folder, MONTH)) == titles_of(OF_MONTH)
    with pytest.raises(Exception):  # noqa: B017, PT011 (each library has an error of its own)
        reader(folder, None)


@pytest.mark.parametrize("reader", READERS)
def test_no_reader_takes_the_month_for_a_date(tmp_path: Path, reader: Reader) -> None:
    """Where no row is without a month, nothing but ``2024-01`` tells its type."""
    root = commit(open_lake(tmp_path / "lake", create=True), batch("b1", [1, 5])).root
    shutil.rmtree(next((root / "current" / "articles").glob("g00000000-*")))
    assert titles(reader(root, MONTH)) == titles_of([1, 5])


def test_the_files_that_pyarrow_reads(lake: Path) -> None:
    found = ds.dataset(lake / "articles", partitioning="hive")
    month = ds.field("published_month")
    assert months_in([part.path for part in found.get_fragments(filter=month == MONTH)]) == [MONTH]
    later = [part.path for part in found.get_fragments(filter=month >= "2024-01")]
    assert months_in(later) == ["2024-01", "2024-02", "unknown"]


def test_the_files_that_polars_reads(lake: Path) -> None:
    plan = pl.scan_parquet(lake / "articles").filter(pl.col("published_month") == MONTH).explain()
    assert months_in(plan.split("[")[1].split("]")[0].split(", ")) == [MONTH]


def test_the_files_that_duckdb_reads(lake: Path) -> None:
    with duckdb.connect() as database:
        [(_, plan)] = database.sql(f"EXPLAIN ANALYZE {query(lake, MONTH)}").fetchall()
        names = database.sql(query(lake, MONTH).replace("*", "DISTINCT filename", 1)).fetchall()
    assert "Scanning Files: 2/9" in plan
    assert "Total Files Read: 2" in plan
    assert months_in([name for (name,) in names]) == [MONTH]


def months_in(paths: list[str]) -> list[str]:
    return sorted({path.split("published_month=")[1].split("/")[0] for path in paths})


@pytest.mark.parametrize("dataset", ["duplicates", "quarantine", "ledger"])
def test_datasets_finds_the_others_by_name(lake: Path, dataset: str) -> None:
    commit(lake, batch("b3", [50], copies_of=[3, 4], refused=3))
    rows = load_dataset(str(lake), dataset, split="train")
    assert len(rows) == {"duplicates": 2, "quarantine": 3, "ledger": 46}[dataset]


def test_datasets_reads_the_corpus_when_nothing_is_named(lake: Path) -> None:
    assert len(load_dataset(str(lake), split="train")) == 40


def test_datasets_sees_the_next_version_and_keeps_the_pinned_one(lake: Path) -> None:
    pinned = lake / "versions" / "v00000002"
    assert len(by_datasets(lake, None)) == len(by_datasets(pinned, None)) == 40
    commit(lake, batch("b3", [50]))
    assert (len(by_datasets(lake, None)), len(by_datasets(pinned, None))) == (41, 40)


def test_datasets_asks_no_network(lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert titles(by_datasets(lake, MONTH)) == titles_of(OF_MONTH)
