"""What was purged stays away: whatever comes again, in whatever state, is kept nowhere."""

import os
import shutil
import signal
from pathlib import Path

import pytest

from flows.command_line import main
from tests.copying import copied
from tests.pipeline.made_up import records
from tests.pipeline.retracting import SECRET, STORY, holds, ids, retract, told
from tests.pipeline.run_child import warraq_child
from tests.pipeline.running import (
    CHANGES_WITH_THE_RUN,
    Row,
    by_place,
    corpus,
    rows,
    run,
    warraq,
    write_lines,
)

pytestmark = pytest.mark.flow

AGAIN = [
    told(5, "الخامسة"),
    told(1, "الثانية", text=f"{STORY} وأضافت كلمة."),
    told(1, "الثانية", text=SECRET),
    told(6, "السادسة", url="javascript:alert(1)"),
    told(1, "الثانية", text=f"{SECRET} قال لنا", url="javascript:alert(1)"),
]
"""The same text under another id, another text under the same id, and both where a border refuses
them: too short for the article border, with an address that the raw border refuses."""


@pytest.fixture(scope="module")
def made(prefect_api: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake of a story that three outlets had, purged from everywhere."""
    folder = tmp_path_factory.mktemp("made")
    lake = lake_with_the_story(folder)
    retract(lake, ids(lake)["الثانية"], "--purge", "--copies")
    assert holds(lake, SECRET) == []
    return folder


@pytest.fixture
def lake(made: Path, tmp_path: Path) -> Path:
    return copied(made, tmp_path) / "lake"


def lake_with_the_story(folder: Path, *more: Row) -> Path:
    story = [told(3, "الأولى"), told(1, "الثانية"), told(2, "الثالثة"), *more]
    run(write_lines(folder / "a.jsonl", [*story, *records(10, seed=3)]), lake=folder / "lake")
    return folder / "lake"


def reasons(lake: Path, name: str) -> list[str]:
    """The fates of one file's records."""
    of_file = [row for row in rows(lake, "ledger") if row["record_ref"].startswith(name)]
    of_file.sort(key=lambda row: int(row["record_ref"].rpartition("#")[2]))
    return [row["reason"] for row in of_file if row["disposition"] == "rejected"]


def test_it_is_kept_nowhere_when_it_comes_again(lake: Path, tmp_path: Path) -> None:
    other = records(3, seed=8)
    ran = run(write_lines(tmp_path / "b.jsonl", [*AGAIN, *other]), lake=lake)
    assert ran.dispositions["rejected"] == len(AGAIN)
    assert reasons(lake, "b.jsonl") == ["was-purged"] * len(AGAIN)
    assert holds(lake, SECRET) == []
    assert holds(Path(os.environ["PREFECT_HOME"]), SECRET) == []
    assert warraq("verify", "--lake", lake).code == 0
    assert run(tmp_path / "b.jsonl", lake=lake).told["already_in_version"] == ran.told["version"]
    before = corpus(lake, CHANGES_WITH_THE_RUN)
    assert warraq("rebuild", "--lake", lake).code == 0
    assert corpus(lake, CHANGES_WITH_THE_RUN) == before
    assert warraq("verify", "--lake", lake).code == 0


@pytest.mark.parametrize("work", ["kept", "lost"])
def test_a_run_that_is_cut_off_when_the_raw_zone_is_emptied_is_made_good(
    lake: Path, tmp_path: Path, work: str
) -> None:
    source = write_lines(tmp_path / "b.jsonl", [*AGAIN, *records(3, seed=8)])
    killed = warraq_child("run", source, "--lake", lake, stop_at="are emptied in raw/")
    assert killed.code == -signal.SIGKILL, killed.log
    assert holds(lake / "raw", SECRET) == []
    assert reasons(lake, "b.jsonl") == []
    if work == "lost":
        shutil.rmtree(lake / "work")
    run(source, lake=lake)
    assert reasons(lake, "b.jsonl") == ["was-purged"] * len(AGAIN)
    assert holds(lake, SECRET) == []
    assert warraq("verify", "--lake", lake).code == 0


def test_a_batch_that_landed_but_was_never_committed_is_looked_through(
    prefect_api: str, tmp_path: Path
) -> None:
    lake = lake_with_the_story(tmp_path)
    other = records(3, seed=8)
    source = write_lines(tmp_path / "b.jsonl", [*AGAIN, *other])
    killed = warraq_child("run", source, "--lake", lake, stop_at="fetch files=")
    assert killed.code == -signal.SIGKILL, killed.log
    (lake / "raw" / ".landing-1").mkdir()
    (lake / "raw" / ".landing-1" / "00000.parquet").write_text(STORY)
    done = retract(lake, ids(lake)["الثانية"], "--purge", "--copies")
    (landed,) = done["landed"]
    assert (landed["emptied"], landed["problem"]) == (len(AGAIN), None)
    assert holds(lake, SECRET) == []
    again = retract(lake, ids(lake)["الثانية"], "--purge", "--copies")
    assert (again["version"], again["landed"]) == (None, done["landed"])
    run(source, lake=lake)
    assert reasons(lake, "b.jsonl") == ["was-purged"] * len(AGAIN)
    assert retract(lake, ids(lake)["الثانية"], "--purge", "--copies")["landed"] == []


@pytest.mark.parametrize(
    ("harmed", "problem"), [("*.parquet", "damaged"), ("batch.json", "gone or not whole")]
)
def test_a_landed_batch_that_cannot_be_read_is_named_with_the_way_out(
    lake: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], harmed: str, problem: str
) -> None:
    source = write_lines(tmp_path / "b.jsonl", AGAIN)
    warraq_child("run", source, "--lake", lake, stop_at="fetch files=")
    (shard,) = [path for path in (lake / "raw").glob("*/*.parquet") if holds(path.parent, SECRET)]
    for path in shard.parent.glob(harmed):
        path.write_bytes(path.read_bytes()[:-9])
    done = retract(lake, ids(lake)["الثانية"], "--purge")
    (landed,) = done["landed"]
    assert landed["folder"] == str(shard.parent)
    assert problem in landed["problem"]
    capsys.readouterr()
    command = ["retract", ids(lake)["الثانية"], "--reason", "حكم", "--purge", "--lake", str(lake)]
    assert main(command) == 0
    shown = capsys.readouterr().out
    assert str(shard.parent) in shown
    assert "delete the folder" in shown


def test_copies_that_were_left_stay_when_the_corpus_is_rebuilt(
    prefect_api: str, tmp_path: Path
) -> None:
    lake = lake_with_the_story(tmp_path)
    named = ids(lake)
    done = retract(lake, named["الثانية"], "--purge")
    assert done["copies"] == sorted([named["الأولى"], named["الثالثة"]])
    before = by_place(lake, "articles").keys()
    for _ in range(2):  # the rebuilt lake remembers as much as the one before
        assert warraq("rebuild", "--lake", lake).code == 0
        assert by_place(lake, "articles").keys() == before
    run(write_lines(tmp_path / "b.jsonl", [told(5, "الخامسة"), told(1, "الثانية")]), lake=lake)
    fates = {row["source"]: row["reason"] for row in by_place(lake, "ledger").values()}
    assert (fates["الخامسة"], reasons(lake, "b.jsonl")) == ("exact", ["was-purged"])
    retract(lake, named["الثالثة"], "--purge", "--copies")
    assert holds(lake, SECRET) == []
    late = run(write_lines(tmp_path / "c.jsonl", [told(7, "السابعة")]), lake=lake)
    assert late.dispositions == {"rejected": 1}
    assert holds(lake, SECRET) == []


def test_what_the_quarantine_holds_of_the_text_is_a_copy_too(
    prefect_api: str, tmp_path: Path
) -> None:
    lake = lake_with_the_story(tmp_path, told(6, "السادسة", url="javascript:alert(1)"))
    named = {row["source"]: row["article_id"] for row in rows(lake, "ledger")}
    (held,) = rows(lake, "quarantine")
    assert (held["border"], held["article_id"]) == ("raw", named["السادسة"])
    done = retract(lake, named["الثانية"], "--purge")
    assert named["السادسة"] in done["copies"]
    done = retract(lake, named["الثانية"], "--purge", "--copies")
    assert named["السادسة"] in done["article_ids"]
    assert holds(lake, SECRET) == []


def test_what_was_only_ever_in_quarantine_is_purged_under_any_id(
    prefect_api: str, tmp_path: Path
) -> None:
    lake = lake_with_the_story(tmp_path, told(4, "الرابعة", text=SECRET))
    (held,) = rows(lake, "quarantine")
    retract(lake, held["article_id"], "--purge")
    again = [told(8, "الثامنة", text=SECRET), *records(2, seed=8)]
    run(write_lines(tmp_path / "b.jsonl", again), lake=lake)
    assert reasons(lake, "b.jsonl") == ["was-purged"]
