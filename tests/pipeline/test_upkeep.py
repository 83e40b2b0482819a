"""``warraq log`` and ``warraq maintain``, and the upkeep that a run does by itself."""

from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from tasks.store import maintenance, open_lake
from tests.copying import copied
from tests.pipeline.made_up import records
from tests.pipeline.running import corpus, rows, run, warraq, write_lines

pytestmark = pytest.mark.flow


@pytest.fixture(scope="module")
def made(prefect_api: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake of three batches."""
    folder = tmp_path_factory.mktemp("made")
    for number in range(3):
        source = write_lines(folder / f"{number}.jsonl", records(12, seed=number))
        run(source, lake=folder / "lake")
    return folder


@pytest.fixture
def lake(made: Path, tmp_path: Path) -> Path:
    return copied(made, tmp_path) / "lake"


def test_the_log_tells_what_each_version_changed_and_where_it_is_read(lake: Path) -> None:
    told = warraq("log", "--lake", lake).told
    assert (told["version"], told["oldest"]) == (3, 0)
    assert [entry["version"] for entry in told["entries"]] == [3, 2, 1, 0]
    assert [entry["operation"] for entry in told["entries"]] == [*["batch"] * 3, "genesis"]
    for entry in told["entries"][:-1]:
        dispositions = entry["summary"]["dispositions"]
        assert sum(dispositions.values()) == entry["summary"]["records"] == 12
    counts = [len(pd.read_parquet(f"{e['path']}/ledger")) for e in told["entries"]]
    assert counts == [36, 24, 12, 0]
    assert len(warraq("log", "--lake", lake, "--last", 2).told["entries"]) == 2


def test_upkeep_changes_no_row_and_is_done_once(lake: Path) -> None:
    before = corpus(lake, frozenset())
    files = len(open_lake(lake).state().files)
    done = warraq("maintain", "--lake", lake)
    assert done.code == 0, done.log
    assert (done.told["version"], done.told["committed"]) == (4, True)
    assert done.told["merged"] - done.told["into"] == files - len(open_lake(lake).state().files)
    assert corpus(lake, frozenset()) == before
    again = warraq("maintain", "--lake", lake).told
    assert (again["version"], again["committed"], again["oldest"]) == (4, False, 0)
    assert warraq("verify", "--lake", lake).code == 0


def test_upkeep_gives_up_versions_that_are_older_than_asked(lake: Path) -> None:
    warraq("maintain", "--lake", lake)
    done = warraq("maintain", "--lake", lake, "--keep", 0)
    assert (done.told["oldest"], done.told["freed"] > 0) == (4, True)
    entries = warraq("log", "--lake", lake).told["entries"]
    assert [entry["version"] for entry in entries if entry["path"]] == [5, 4]
    assert len(rows(lake, "ledger")) == 36
    assert warraq("verify", "--lake", lake).code == 0


def test_a_run_merges_when_files_are_many(
    lake: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maintenance, "MANY", 8)
    source = write_lines(tmp_path / "more.jsonl", records(12, seed=9))
    ran = run(source, lake=lake)
    assert ran.told["version"] == 4
    assert "maintain" in {line["stage"] for line in ran.told["stages"]}
    newest = open_lake(lake)
    assert (newest.version, newest.entry().operation) == (5, "maintain")
    monkeypatch.setenv("WARRAQ_STORE__MAINTAIN", "false")
    monkeypatch.setattr(maintenance, "MANY", 1)
    run(write_lines(tmp_path / "last.jsonl", records(12, seed=10)), lake=lake)
    assert open_lake(lake).entry().operation == "batch"
    assert warraq("verify", "--lake", lake).code == 0


def test_what_a_batch_meets_after_upkeep_is_the_same(lake: Path, tmp_path: Path) -> None:
    """The index and the list of files seen do not forget."""
    warraq("maintain", "--lake", lake, "--keep", 0)
    same = run(tmp_path / "0.jsonl", lake=lake)
    assert same.told["files_seen"] == 1
    again = write_lines(tmp_path / "again.jsonl", [*records(12, seed=1), *records(3, seed=77)])
    known = {row["article_id"] for row in rows(lake, "articles")}
    run(again, lake=lake)
    new = [row for row in rows(lake, "articles") if row["article_id"] not in known]
    assert len(new) <= 3


def test_an_earlier_version_by_time(lake: Path) -> None:
    entries = warraq("log", "--lake", lake).told["entries"]
    when = datetime.fromisoformat(entries[1]["committed_at"])
    assert open_lake(lake, at=when + timedelta(microseconds=1)).version == 2
