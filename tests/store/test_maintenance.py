"""Small files merged, old versions given up: the same rows for every reader at any moment."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from expectations.schema import DATASETS
from tasks.errors import StopRun
from tasks.store import Lake, maintenance, open_index, open_lake, transaction, verify
from tasks.store.log import read_entry
from tasks.store.maintenance import Upkeep, is_due, keep_up
from tests.copying import copied
from tests.store.lake_batches import amendments, article_id, batch, commit, step_of

BIG = 1 << 30
EVER = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight batches: articles, copies and refused records in each."""
    folder = tmp_path_factory.mktemp("made")
    lake = open_lake(folder / "lake", create=True)
    for number in range(8):
        first = 20 * number
        lake = commit(
            lake, batch(f"b{number}", range(first, first + 20), copies_of=[first], refused=2)
        )
    return folder


@pytest.fixture
def lake(made: Path, tmp_path: Path) -> Lake:
    return open_lake(copied(made, tmp_path) / "lake")


def rows_of(root: Path) -> dict[str, pd.DataFrame]:
    """The rows of every dataset, in one order, as a reader by path gets them."""
    frames = {}
    for dataset in DATASETS:
        frame = pd.read_parquet(root / dataset, dtype_backend="pyarrow")
        if "published_month" in frame:
            frame["published_month"] = frame["published_month"].astype(str)
        order = [name for name in ("article_id", "record_ref", "batch_id") if name in frame]
        frames[dataset] = frame.sort_values(order, ignore_index=True)
    return frames


def maintained(
    lake: Lake, *, target: int = BIG, keep_since: datetime = EVER, **purpose: Any
) -> Upkeep:
    lake = open_lake(lake.root)
    with transaction(lake, run_id="r", operation="maintain", wait_seconds=0, **purpose) as changes:
        return keep_up(changes, keep_since=keep_since, target_bytes=target)


def assert_same(one: dict[str, pd.DataFrame], other: dict[str, pd.DataFrame]) -> None:
    for dataset in DATASETS:
        pd.testing.assert_frame_equal(one[dataset], other[dataset], check_like=True)


def test_each_month_becomes_one_file_with_the_same_rows(lake: Lake) -> None:
    before = rows_of(lake.root)
    done = maintained(lake)
    after = open_lake(lake.root)
    assert done.version == after.version == 9
    assert done.merged - done.into == len(lake.state().files) - len(after.state().files)
    places = [(file.dataset, file.month) for file in after.state().files.values()]
    assert len(set(places)) == len(places)
    assert_same(rows_of(lake.root), before)
    assert verify(after) == []


def test_merged_articles_are_sorted_by_outlet_and_time(lake: Lake) -> None:
    maintained(lake)
    for file in open_lake(lake.root).files("articles"):
        frame = pq.read_table(lake.root / file.name).to_pandas()
        assert frame.equals(frame.sort_values(["source", "published_at"], kind="stable"))


def test_large_files_stay_and_small_ones_are_cut_to_size(lake: Lake) -> None:
    sizes = [file.size for file in lake.files("articles")]
    target = 3 * max(sizes)
    maintained(lake, target=target)
    after = open_lake(lake.root)
    assert max(file.size for file in after.files("articles")) <= target
    large = {file.name for file in after.state().files.values() if file.size >= target // 2}
    again = maintained(after, target=target)
    assert large <= set(open_lake(lake.root).state().files) or again.version is None
    assert verify(open_lake(lake.root)) == []


def test_nothing_to_merge_is_no_commit(lake: Lake) -> None:
    maintained(lake)
    assert maintained(lake) == Upkeep(None, 0, 0, 0, 0)
    assert open_lake(lake.root).version == 9
    assert len(list((lake.root / "groups").iterdir())) == 10


def test_a_reader_that_holds_a_version_reads_on(lake: Lake) -> None:
    pinned = (lake.root / "articles").resolve()
    before = pd.read_parquet(pinned)
    maintained(lake)
    pd.testing.assert_frame_equal(pd.read_parquet(pinned), before)


def test_the_index_answers_the_same_and_is_not_made_again(lake: Lake) -> None:
    with transaction(lake, run_id="r", batch_id="again", wait_seconds=0) as changes:
        changes.amend("articles", amendments([3], 9))
        changes.index(step_of([3], copies=9))
        changes.commit({})
    wanted = pa.array([article_id(n) for n in range(160)])
    with open_index(open_lake(lake.root)) as index:
        before = index.find_articles(wanted)
    maintained(lake)
    after = open_lake(lake.root)
    with open_index(after) as index:
        assert (index.version, index.find_articles(wanted)) == (after.version, before)
    (lake.root / "index" / "duplicates.sqlite").unlink()
    with open_index(after) as index:
        assert index.find_articles(wanted) == before


@pytest.mark.parametrize("keep_since", [EVER, datetime(2999, 1, 1, tzinfo=UTC)])
def test_an_index_from_before_the_merging_heals(lake: Lake, keep_since: datetime) -> None:
    """Also where the steps that it lacks are gone, merged into others."""
    path = lake.root / "index" / "duplicates.sqlite"
    behind = path.read_bytes()
    commit(lake, batch("late", range(500, 510)))
    maintained(lake)
    maintained(lake, keep_since=keep_since)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    path.write_bytes(behind)
    wanted = pa.array([article_id(n) for n in (*range(160), *range(500, 510))])
    with open_index(open_lake(lake.root)) as index:
        assert len(index.find_articles(wanted)) == 170


def test_steps_that_came_later_still_win_after_merging(lake: Lake) -> None:
    """Only what comes last is merged: a large step in between keeps its place."""
    sizes = sorted(file.size for file in lake.files("index"))
    for copies in (2, 3, 4):
        with transaction(
            open_lake(lake.root), run_id="r", batch_id=f"c{copies}", wait_seconds=0
        ) as changes:
            changes.index(step_of(range(160) if copies == 3 else [5], copies=copies))
            changes.commit({})
        if copies != 2:
            maintained(lake, target=2 * sizes[-1] + 2)
        (lake.root / "index" / "duplicates.sqlite").unlink(missing_ok=True)
        with open_index(open_lake(lake.root)) as index:
            assert index.find_articles(pa.array([article_id(5)]))["copies"].to_pylist() == [copies]


def test_old_versions_give_way_and_the_present_one_stays(lake: Lake) -> None:
    before = rows_of(lake.root)
    maintained(lake)
    files = set((lake.root / "groups").rglob("*.parquet"))
    done = maintained(lake, keep_since=datetime.now(UTC))
    after = open_lake(lake.root)
    assert (done.version, done.floor, after.version) == (10, 9, 10)
    left = set((lake.root / "groups").rglob("*.parquet"))
    assert left == {lake.root / name for name in after.state().files}
    assert files - left
    assert done.freed > 0
    assert sorted(p.name for p in (lake.root / "versions").iterdir()) == ["v00000009", "v00000010"]
    assert_same(rows_of(lake.root), before)
    assert verify(after) == []
    with pytest.raises(StopRun, match="cannot be read"):
        open_lake(lake.root, version=8)


def test_versions_younger_than_the_retention_stay_readable(lake: Lake) -> None:
    maintained(lake)
    cut = read_entry(lake.root, 5).committed_at
    assert maintained(lake, keep_since=cut).floor == 5
    for version in range(5, 11):
        held = open_lake(lake.root, version=version)
        assert len(pd.read_parquet(held.view("articles"))) == 20 * min(version, 8)
    assert maintained(lake, keep_since=cut).version is None


def test_a_sweep_that_was_cut_off_is_made_good(lake: Lake) -> None:
    maintained(lake)

    def fail(point: str) -> None:
        if point == "switched":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        maintained(lake, keep_since=datetime.now(UTC), checkpoint=fail)
    after = open_lake(lake.root)
    assert after.version == 10
    left = set((lake.root / "groups").rglob("*.parquet"))
    assert left == {lake.root / name for name in after.state().files}
    assert verify(after) == []


def test_many_small_files_ask_to_be_merged(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_due(lake.state())
    monkeypatch.setattr(maintenance, "MANY", 30)
    assert is_due(lake.state())
    maintained(lake)
    assert not is_due(open_lake(lake.root).state())


def test_time_runs_backwards(lake: Lake) -> None:
    """A clock that was set back gives up fewer versions, never one that is still read."""
    maintained(lake)
    assert maintained(lake, keep_since=datetime.now(UTC) - timedelta(days=1)).floor == 0
