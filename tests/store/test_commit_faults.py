"""Writers that meet, disks that are full, lakes that may not be written (kills: test_kills.py)."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd
import pytest

from tasks.errors import RetryLater, StopRun
from tasks.store import Lake, open_lake, transaction, verify
from tasks.store.lock import writer_lock
from tasks.store.log import entry_path
from tasks.store.transaction import POINTS
from tests.store.lake_batches import article_id, batch, commit

CHILD = str(Path(__file__).with_name("commit_child.py"))
PROJECT = Path(__file__).parents[2]


def child(root: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, CHILD, str(root), *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(PROJECT)},
    )


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return commit(open_lake(tmp_path / "lake", create=True), batch("b1", range(20)))


def seen(root: Path) -> tuple[int, int, int]:
    """What plain readers count: articles, copies of article 3, duplicates."""
    articles = pd.read_parquet(root / "articles")
    copies = articles.loc[articles["article_id"] == article_id(3), "copies"].sum()
    return len(articles), int(copies), len(pd.read_parquet(root / "duplicates"))


BEFORE = (20, 1, 0)


def test_points_are_reached_in_order(lake: Lake) -> None:
    reached: list[str] = []
    commit(lake, batch("b2", range(20, 30)), checkpoint=reached.append)
    assert tuple(reached) == POINTS


def test_two_writers_take_turns(lake: Lake) -> None:
    with child(lake.root, "commit_many", "a") as one, child(lake.root, "commit_many", "b") as two:
        assert (one.wait(), two.wait()) == (0, 0)
    assert open_lake(lake.root).version == 21
    assert len(pd.read_parquet(lake.root / "articles")) == 220
    assert verify(open_lake(lake.root)) == []


def test_a_second_writer_hears_of_the_first_and_gives_up(lake: Lake) -> None:
    told: list[str] = []
    with child(lake.root, "hold") as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with (
            pytest.raises(RetryLater, match=f"run holder, process {holder.pid}"),
            transaction(lake, batch_id="b", run_id="r", wait_seconds=0.3, on_wait=told.append),
        ):
            pass
        assert open_lake(lake.root).version == 1  # readers never wait
        holder.kill()
    assert [text.startswith("run holder") for text in told] == [True]
    with transaction(lake, batch_id="b", run_id="r", wait_seconds=5):
        assert (lake.root / "writer.lock").read_text().startswith("run r")
    assert (lake.root / "writer.lock").read_text() == ""


def test_what_a_live_writer_owns_is_not_swept(lake: Lake) -> None:
    with transaction(lake, batch_id="b2", run_id="r", wait_seconds=0) as changes:
        wanted = batch("b2", range(20, 30))
        for dataset, table in wanted.tables.items():
            changes.write(dataset, table)
        assert open_lake(lake.root).version == 1
        changes.commit(wanted.summary)
    assert len(pd.read_parquet(lake.root / "articles")) == 30


@pytest.mark.parametrize("limit", [0, 2_000, 20_000, 60_000])
def test_a_full_disk_changes_nothing(lake: Lake, limit: int) -> None:
    with child(lake.root, "fill", str(limit)) as writer:
        output, _ = writer.communicate()
    assert output.startswith("StopRun ")
    assert str(lake.root) in output
    assert "size limit" in output
    assert open_lake(lake.root).version == 1
    assert len(list((lake.root / "groups").iterdir())) == 2
    assert verify(open_lake(lake.root)) == []


def test_a_lake_that_may_not_be_written(lake: Lake) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "lake"  # pytest's own folders admit no other user
        shutil.move(lake.root, root)
        for path in (root.parent, *root.rglob("*"), root):
            path.chmod(0o555 if path.is_dir() else 0o444)
        with child(root, "read_only") as reader:
            assert reader.stdout is not None
            lines = reader.stdout.read().splitlines()
        for path in (root.parent, root, *root.rglob("*")):
            path.chmod(0o755)
    assert lines[0] == "version 1, healthy, found 3"
    assert "may not be written by this user" in lines[1]
    assert "writer.lock" in lines[1]
    assert "cannot be written by this user" in lines[2]


def test_a_lake_where_no_folder_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StopRun, match="cannot be made here"):
        open_lake(tmp_path / "file" / "lake", create=True)


def test_a_missing_switch_and_view_are_made_again(lake: Lake) -> None:
    (lake.root / "current").unlink()
    (lake.root / "articles").unlink()
    (lake.root / "versions" / "v00000001").rename(lake.root / "versions" / ".v00000001.ab")
    assert open_lake(lake.root).version == 1
    assert seen(lake.root) == BEFORE
    assert verify(open_lake(lake.root)) == []


def test_a_making_that_was_cut_off_is_made_again(tmp_path: Path) -> None:
    root = open_lake(tmp_path / "new", create=True).root
    entry_path(root, 0).unlink()
    (root / "current").unlink()
    with pytest.raises(StopRun, match="no lake here"):
        open_lake(root)
    assert verify(open_lake(root, create=True)) == []
    assert len(list((root / "groups").iterdir())) == 1


def test_the_lock_frees_itself_after_an_error(lake: Lake) -> None:
    def fail() -> None:
        with writer_lock(lake.root, run_id="r", wait_seconds=0):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    with writer_lock(lake.root, run_id="r", wait_seconds=0):
        pass


def test_an_error_after_the_commit_keeps_the_commit(lake: Lake) -> None:
    def fail(point: str) -> None:
        if point == "logged":
            raise OSError(28, "No space left on device", str(lake.root / "versions"))

    with pytest.raises(StopRun, match="disk is full"):
        commit(lake, batch("b2", range(20, 30)), checkpoint=fail)
    assert entry_path(lake.root, 2).exists()
    assert open_lake(lake.root).version == 2
    assert len(pd.read_parquet(lake.root / "articles")) == 30
    assert verify(open_lake(lake.root)) == []
