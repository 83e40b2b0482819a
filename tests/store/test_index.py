"""The duplicate index: what it finds, and how it heals."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from expectations.lake_schema import INDEX_STEP
from tasks.errors import RetryLater
from tasks.store import Lake, index_tables, index_trees, open_index, open_lake, transaction
from tasks.store.log import entry_path
from tests.copying import copied
from tests.store.lake_batches import article_id, batch, commit, step_of, text_key


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    lake = open_lake(folder / "lake", create=True)
    lake = commit(lake, batch("b1", range(10)))
    commit(lake, batch("b2", range(10, 20), copies_of=[1]))
    return folder


@pytest.fixture
def lake(made: Path, tmp_path: Path) -> Lake:
    return open_lake(copied(made, tmp_path) / "lake")


def found_ids(lake: Lake, *numbers: int) -> list[str]:
    with open_index(lake) as index:
        keys = pa.array([article_id(n) for n in numbers])
        return list(index.find_articles(keys)["article_id"].to_pylist())


def everything(lake: Lake) -> pa.Table:
    with open_index(lake) as index:
        return index.find_articles(pa.array([article_id(n) for n in (*range(50), 100_001)]))


def test_an_empty_index_knows_nothing(tmp_path: Path) -> None:
    with open_index(open_lake(tmp_path / "lake", create=True)) as index:
        assert index.version == 0
        assert index.find_articles(pa.array([article_id(1)])).equals(INDEX_STEP.empty_table())
        assert index.find_texts(pa.array([text_key(1)], pa.binary(16))).num_rows == 0


def test_entries_come_back_as_they_were_given(lake: Lake) -> None:
    with open_index(lake) as index:
        found = index.find_articles(pa.array([article_id(3), article_id(99), None, article_id(3)]))
    assert found.schema.equals(INDEX_STEP)
    assert found.equals(step_of([3]))
    assert found["published_at"][0].as_py() == datetime(2024, 1, 4, tzinfo=UTC)


def test_texts_find_originals_and_copies_in_order_of_their_ids(lake: Lake) -> None:
    with open_index(lake) as index:
        found = index.find_texts(pa.array([text_key(1), text_key(2), text_key(77)], pa.binary(16)))
    wanted = sorted([article_id(1), article_id(2), article_id(100_001)])
    assert found["article_id"].to_pylist() == wanted


def test_a_later_step_takes_the_place_of_an_earlier(lake: Lake) -> None:
    with transaction(lake, batch_id="b3", run_id="r", wait_seconds=0) as changes:
        changes.index(step_of([3], copies=9))
        changes.commit({})
    with open_index(open_lake(lake.root)) as index:
        assert index.version == 3
        keys = pa.array([article_id(3), article_id(4)])
        assert sorted(index.find_articles(keys)["copies"].to_pylist()) == [1, 9]


@pytest.mark.parametrize("sorted_at_most", [0, 1000])
@pytest.mark.parametrize("anew", [False, True])
def test_an_empty_table_has_every_tree_once_it_is_filled(
    tmp_path: Path, anew: bool, sorted_at_most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether they are made before the rows or behind them, in a first commit or in a rebuild."""
    monkeypatch.setattr(index_trees, "_SORTED", sorted_at_most)
    lake = open_lake(tmp_path / "lake", create=True)
    lake = commit(lake, batch("b1", range(10), copies_of=[1]))
    with open_index(lake, anew=anew) as index:
        found = index.find_texts(pa.array([text_key(1)], pa.binary(16)))
    assert sorted(found["article_id"].to_pylist()) == sorted([article_id(1), article_id(100_001)])
    with closing(sqlite3.connect(lake.root / "index" / "duplicates.sqlite")) as connection:
        trees = connection.execute(
            "SELECT tbl_name, count(*) FROM sqlite_master WHERE type = 'index' "
            "AND tbl_name IN ('articles', 'recent') GROUP BY tbl_name ORDER BY tbl_name"
        ).fetchall()
        assert trees == [("articles", 5), ("recent", 5)]
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.parametrize("most", [1, 5, 12, 1000])
def test_what_is_recent_and_what_is_old_are_one(
    lake: Lake, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Entries move between the tables at any number, are replaced there, and change their text."""
    monkeypatch.setattr(index_tables, "_RECENT_ROWS", most)
    told = dict.fromkeys(range(20), 1)
    for number, changed in enumerate(([3, 4, 19], [4], [0, 19, 7], range(20, 28)), start=2):
        step = step_of([*changed], copies=number)
        if number == 4:
            keys = pa.array([text_key(500 + n) for n in changed], pa.binary(16))
            place = step.schema.get_field_index("text_key")
            step = step.set_column(place, step.schema.field(place), keys)
        with transaction(lake, batch_id=f"c{number}", run_id="r", wait_seconds=0) as changes:
            changes.index(step)
            changes.commit({})
        lake = open_lake(lake.root)
        told |= dict.fromkeys(changed, number)
        with open_index(lake) as index:
            ids = {article_id(n): copies for n, copies in told.items()}
            found = index.find_articles(pa.array([*ids]))
            assert (
                dict(
                    zip(
                        *(found[name].to_pylist() for name in ("article_id", "copies")), strict=True
                    )
                )
                == ids
            )
    with open_index(lake) as index:
        texts = pa.array([text_key(7), text_key(507), text_key(3)], pa.binary(16))
        assert index.find_texts(texts)["article_id"].to_pylist() == sorted(
            [article_id(7), article_id(3)]
        )


def _delete(path: Path) -> None:
    path.unlink()


def _scribble(path: Path) -> None:
    path.write_bytes(b"no database at all" * 100)


def _forget(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE applied SET version = 1, of_group = of_group")
        connection.execute("DELETE FROM recent")


def _run_ahead(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE applied SET version = 7")
        connection.execute("UPDATE recent SET copies = 77")


def _other_history(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE applied SET of_group = 'g00000002-00000000'")
        connection.execute("UPDATE recent SET copies = 77")


def _older_layout(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE applied SET layout = 'article_id string'")
        connection.execute("ALTER TABLE articles DROP COLUMN copies")


@pytest.mark.parametrize(
    "harm", [_delete, _scribble, _forget, _run_ahead, _other_history, _older_layout]
)
def test_it_heals(lake: Lake, harm: Callable[[Path], None]) -> None:
    before = everything(lake)
    assert before.num_rows == 21
    harm(lake.root / "index" / "duplicates.sqlite")
    assert everything(lake).equals(before)


def test_it_applies_what_is_missing(lake: Lake) -> None:
    path = lake.root / "index" / "duplicates.sqlite"
    behind = path.read_bytes()
    lake = commit(lake, batch("b3", range(20, 30)))
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    path.write_bytes(behind)
    assert len(found_ids(lake, 5, 15, 25)) == 3


def test_a_lake_restored_from_a_backup_gets_its_index_back(lake: Lake) -> None:
    entry_path(lake.root, 2).unlink()
    (lake.root / "current").unlink()
    lake = open_lake(lake.root)
    assert lake.version == 1
    assert len(found_ids(lake, 5, 15)) == 1
    lake = commit(lake, batch("b2", range(30, 40)))
    assert len(found_ids(lake, 5, 15, 35)) == 2


def test_a_reader_keeps_its_snapshot_while_another_commits(lake: Lake) -> None:
    with open_index(lake) as index:
        commit(lake, batch("b3", range(20, 30)))
        assert index.version == 2
        assert index.find_articles(pa.array([article_id(25)])).num_rows == 0
    with open_index(lake) as later:
        assert later.version == 3  # says so: another writer was faster than this lake
        assert later.find_articles(pa.array([article_id(25)])).num_rows == 1


def test_damage_met_while_reading_is_mended_at_the_next_opening(lake: Lake) -> None:
    path = lake.root / "index" / "duplicates.sqlite"
    commit(lake, batch("b3", range(1000, 4000)))
    content = bytearray(path.read_bytes())
    content[6 * 8192 :] = b"\xff" * (len(content) - 6 * 8192)  # the first pages stay
    path.write_bytes(content)
    lake = open_lake(lake.root)
    keys = pa.array([article_id(n) for n in range(1000, 1100)])
    with pytest.raises(RetryLater, match="made again"), open_index(lake) as index:
        index.find_articles(keys)
    with open_index(lake) as index:
        assert index.find_articles(keys).num_rows == 100
