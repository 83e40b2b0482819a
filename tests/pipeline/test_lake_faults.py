"""A lake that cannot be used, a disk that fills: one clear line, code 1, nothing half done."""

import json
import logging
import os
import resource
import signal
from collections import Counter
from pathlib import Path

import pytest

from tests.copying import copied
from tests.pipeline.made_up import records
from tests.pipeline.run_child import Ended, warraq_child
from tests.pipeline.running import (
    CHANGES_WITH_THE_RUN,
    SAMPLE,
    SampleRun,
    by_place,
    corpus,
    rows,
    run,
    warraq,
    write_lines,
)

pytestmark = pytest.mark.flow

ROOM = 4096
"""Bytes of the largest file that can be written once the disk is full."""

NOBODY = 65534

OF_TESTS = ("pytest-", "popen-gw", "prefect")
"""How folders begin that pytest, its workers and we make."""


def told_in_one_line(log: str) -> str:
    """Return the one line that says what is wrong."""
    assert "Traceback" not in log
    [told] = [line for line in log.splitlines() if line.startswith("warraq: ")]
    return told


class _Filling(logging.Filter):
    """Fills the disk when a stage begins."""

    def filter(self, line: logging.LogRecord) -> bool:
        if getattr(line, "stage", None) == os.environ["STAGE_THAT_FILLS"]:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, ROOM))
        return True


def fill_disk_at_a_stage() -> None:
    logging.getLogger("prefect.flow_runs").addFilter(_Filling())


def become_nobody() -> None:
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


@pytest.fixture
def open_folder(tmp_path: Path, prefect_api: str) -> Path:
    """A folder that any user may enter and write, as may be Prefect's state."""
    for folder in (Path(os.environ["PREFECT_HOME"]), tmp_path):
        for each in (folder, *folder.parents):
            if each.stat().st_uid == os.geteuid() and each.name.startswith(
                ("pytest-", "popen-gw", "prefect")
            ):
                each.chmod(0o755)
    for path in (Path(os.environ["PREFECT_HOME"]), tmp_path):
        path.chmod(0o777)
        for below in path.rglob("*"):
            below.chmod(0o777)
    return tmp_path


@pytest.mark.parametrize("stage", ["fetch", "clean", "deduplicate", "enrich", "publish"])
def test_a_full_disk_stops_the_run_and_the_same_command_goes_on(
    stage: str, sample: SampleRun, tmp_path: Path
) -> None:
    lake = tmp_path / "lake"
    ended = warraq_child(
        *("run", SAMPLE, "--lake", lake), prepare=fill_disk_at_a_stage, STAGE_THAT_FILLS=stage
    )
    assert ended.code == 1, ended.log
    told = told_in_one_line(ended.log)
    assert "ulimit -f" in told
    assert str(lake) in told
    assert rows(lake, "ledger") == []
    assert warraq("verify", "--lake", lake).code == 0
    again = run(SAMPLE, lake=lake)
    assert again.told["committed"]
    assert again.told["resumed"] == (stage != "fetch")
    assert corpus(lake, CHANGES_WITH_THE_RUN) == corpus(sample.lake, CHANGES_WITH_THE_RUN)
    assert list(lake.rglob(".*")) == []


def test_a_file_that_may_not_be_read_is_refused_and_the_rest_goes_on(open_folder: Path) -> None:
    source = open_folder / "source"
    write_lines(source / "a.jsonl", records(3, seed=1))
    write_lines(source / "b.jsonl", records(5, seed=2)).chmod(0)
    source.chmod(0o755)
    lake = open_folder / "lake"
    ended = warraq_child("run", source, "--lake", lake, prepare=become_nobody)
    assert ended.code == 0, ended.log
    ledger = by_place(lake, "ledger")
    refused = ledger.pop("b.jsonl#1")
    assert (refused["disposition"], refused["reason"]) == ("rejected", "unreadable")
    assert "Permission denied" in refused["detail"]
    assert "rejected" not in {row["disposition"] for row in ledger.values()}
    (source / "b.jsonl").chmod(0o644)
    for path in (lake, *lake.rglob("*")):
        if not path.is_symlink():
            os.chown(path, os.geteuid(), os.getegid())
    mended = run(source, lake=lake)
    assert mended.told["committed"], "the file that may be read now is another batch"
    assert (mended.told["records"], mended.told["files_seen"]) == (5, 1)
    places = Counter(row["record_ref"] for row in rows(lake, "ledger"))
    assert places == Counter([f"a.jsonl#{n}" for n in (1, 2, 3)]) + Counter(
        ["b.jsonl#1", *(f"b.jsonl#{n}" for n in range(1, 6))]
    )


def ended_without_a_lake(lake: Path, open_folder: Path) -> Ended:
    source = write_lines(open_folder / "f.jsonl", records(1, seed=1))
    ended = warraq_child("run", source, "--lake", lake, prepare=become_nobody)
    assert ended.code == 1, ended.log
    assert str(lake) in told_in_one_line(ended.log)
    return ended


def test_a_folder_that_may_not_be_written_is_named(open_folder: Path) -> None:
    closed = open_folder / "closed"
    closed.mkdir(mode=0o555)
    ended = ended_without_a_lake(closed / "lake", open_folder)
    assert "may not be written by this user" in ended.log


def test_a_lake_that_may_not_be_written_is_named_and_stays(open_folder: Path) -> None:
    lake = open_folder / "lake"
    run(write_lines(open_folder / "old.jsonl", records(3, seed=4)), lake=lake)
    folders = [path for path in (lake, *lake.rglob("*")) if not path.is_symlink()]
    before = corpus(lake, frozenset())
    for path in folders:
        path.chmod(0o555 if path.is_dir() else 0o444)
    ended = ended_without_a_lake(lake, open_folder)
    assert "written by this user" in ended.log
    for path in folders:
        path.chmod(0o755 if path.is_dir() else 0o644)
    assert corpus(lake, frozenset()) == before
    assert warraq("verify", "--lake", lake).code == 0


@pytest.mark.parametrize(
    ("place", "said"),
    [
        pytest.param("a-file", "a-file", id="a file"),
        pytest.param("a-file/lake", "a-file", id="below a file"),
        pytest.param("foreign", "holds other things", id="a folder of other things"),
    ],
)
def test_a_place_that_can_be_no_lake_is_named(
    place: str, said: str, prefect_api: str, tmp_path: Path
) -> None:
    (tmp_path / "a-file").write_text("x")
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "thesis.doc").write_text("x")
    source = write_lines(tmp_path / "f.jsonl", records(1, seed=1))
    ran = warraq("run", source, "--lake", tmp_path / place)
    assert ran.code == 1
    assert said in told_in_one_line(ran.log)
    assert ran.told["error"] in told_in_one_line(ran.log)
    assert (tmp_path / "a-file").read_text() == "x"
    assert [path.name for path in (tmp_path / "foreign").iterdir()] == ["thesis.doc"]


@pytest.fixture(scope="module")
def made(prefect_api: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small lake."""
    folder = tmp_path_factory.mktemp("made")
    run(write_lines(folder / "old.jsonl", records(3, seed=4)), lake=folder / "lake")
    return folder


@pytest.mark.parametrize("command", ["run", "status", "verify"])
@pytest.mark.parametrize("key", ["format", "schema_version"])
def test_a_lake_of_a_newer_version_is_left_alone(
    command: str, key: str, made: Path, tmp_path: Path
) -> None:
    lake = copied(made, tmp_path) / "lake"
    entry = sorted((lake / "log").glob("*.json"))[-1]
    entry.write_text(json.dumps(json.loads(entry.read_text()) | {key: 99}))
    before = {path: path.stat().st_mtime_ns for path in lake.rglob("*")}
    more = [write_lines(tmp_path / "new.jsonl", records(5, seed=5))] if command == "run" else []
    ran = warraq(command, *more, "--lake", lake)
    assert ran.code == 1
    assert "newer Warraq; upgrade" in told_in_one_line(ran.log)
    changed = {path for path in lake.rglob("*") if before.get(path) != path.stat().st_mtime_ns}
    assert changed - {lake / "writer.lock", lake / "writer.queue"} == set()
