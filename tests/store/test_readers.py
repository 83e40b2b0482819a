"""Plain path readers while commits land: each sees one version, whole."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from tasks.store import open_lake, transaction, verify
from tests.store.crowd import Plan, gather, last_sight
from tests.store.known_lake import MAINTAIN, sight_of
from tests.store.lake_batches import amendments, article_id, batch, commit, month_of


@contextmanager
def looping(look: Callable[[], object]) -> Iterator[list[object]]:
    """Call ``look`` over and over in a thread; the list grows with what it saw or raised."""
    seen: list[object] = []
    done = threading.Event()

    def loop() -> None:
        while not done.is_set():
            try:
                seen.append(look())
            except Exception as error:  # noqa: BLE001 (whatever a reader may meet is the result)
                seen.append(error)

    thread = threading.Thread(target=loop)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join()


@pytest.mark.parametrize("dataset", ["articles", "ledger"])
def test_appends_never_disturb_a_reader(tmp_path: Path, dataset: str) -> None:
    lake = open_lake(tmp_path / "lake", create=True)

    def look() -> int:
        frame = pd.read_parquet(lake.root / dataset)
        assert "article_id" in frame.columns
        return len(frame)

    with looping(look) as seen:
        for number in range(30):
            commit(lake, batch(f"b{number}", range(7 * number, 7 * number + 7)))
    assert [row for row in seen if not isinstance(row, int)] == []
    counts = [row for row in seen if isinstance(row, int)]
    assert len(set(counts)) > 5
    assert counts == sorted(counts)
    assert {count % 7 for count in counts} == {0}


def test_corrections_never_show_a_mixture(tmp_path: Path) -> None:
    """A reader that a correction overtakes may fail by name, but never gets part of the rows."""
    lake = open_lake(tmp_path / "lake", create=True)
    for number in range(8):
        commit(lake, batch(f"b{number}", range(12 * number, 12 * number + 12)))

    def look() -> frozenset[int] | None:
        frame = pd.read_parquet(lake.root / "articles")
        if frame.columns.empty:
            return None  # overtaken before its first file: no columns, so no use goes unnoticed
        assert len(frame) == frame["article_id"].nunique() == 96
        return frozenset(frame["copies"])

    with looping(look) as seen:
        for copies in range(2, 40):
            with transaction(lake, batch_id=f"c{copies}", run_id="r", wait_seconds=0) as changes:
                changes.amend("articles", amendments(range(96), copies))
                changes.commit({})
    whole = [row for row in seen if isinstance(row, frozenset)]
    assert whole
    assert {len(row) for row in whole} == {1}
    others = {type(row) for row in seen if row is not None and not isinstance(row, frozenset)}
    assert others <= {FileNotFoundError}


def test_a_correction_renames_every_group(tmp_path: Path) -> None:
    lake = open_lake(tmp_path / "lake", create=True)
    lake = commit(commit(lake, batch("b1", range(8))), batch("b2", range(8, 16)))
    before = {path.name for path in lake.view("articles").iterdir()}
    ledger = {path.name for path in lake.view("ledger").iterdir()}
    with transaction(lake, batch_id="b3", run_id="r", wait_seconds=0) as changes:
        changes.remove("articles", pa.array([article_id(1)]), pa.array([month_of(1)]))
        changes.commit({})
    after = open_lake(lake.root)
    assert before.isdisjoint(path.name for path in after.view("articles").iterdir())
    assert ledger == {path.name for path in after.view("ledger").iterdir()}


def test_views_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", refuse)
    lake = commit(open_lake(tmp_path / "lake", create=True), batch("b1", range(8)))
    assert len(pd.read_parquet(lake.root / "articles")) == 8
    (tmp_path / "lake").rename(tmp_path / "moved")
    assert len(pd.read_parquet(tmp_path / "moved" / "articles")) == 8


def test_a_crowd_of_writers_and_readers(tmp_path: Path) -> None:
    """In small what ``tests/benchmarks/lake_readers.py`` does for minutes."""
    told = gather(Plan(tmp_path / "lake", seconds=8, keep=2))
    assert {each.who: each.faults for each in told if each.faults} == {}
    assert {each.who for each in told if not each.counts} == set()
    assert sum(each.counts[MAINTAIN] for each in told) > 0
    assert sum(each.counts["right"] for each in told) > 20
    known, by_log = last_sight(tmp_path / "lake")
    assert sight_of(tmp_path / "lake") == known.sight == by_log
    assert verify(open_lake(tmp_path / "lake")) == []


def test_a_version_that_is_opened_can_be_read(tmp_path: Path) -> None:
    """Also at each moment of another writer's commit."""
    lake = open_lake(tmp_path / "lake", create=True)
    missing: list[str] = []

    def look(point: str) -> None:
        if not open_lake(lake.root).view("articles").is_dir():
            missing.append(point)

    commit(lake, batch("b", range(4)), checkpoint=look)
    assert missing == []
