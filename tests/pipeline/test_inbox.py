"""A folder that is polled: each run takes in what is new and says what it left."""

import json
import random
import shutil
import threading
import time
from pathlib import Path

import pytest

from flows.command_line import main
from tests.fetch.archiving import zipped
from tests.pipeline.made_up import article, records
from tests.pipeline.running import rows, run, warraq, write_lines

pytestmark = pytest.mark.flow


@pytest.fixture(scope="module")
def polled(prefect_api: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """An inbox of two files, both taken in, and its lake."""
    folder = tmp_path_factory.mktemp("polled")
    write_lines(folder / "in" / "one.jsonl", records(20, seed=11))
    write_lines(folder / "in" / "two.jsonl", records(20, seed=12))
    run(folder / "in", lake=folder / "lake")
    return folder / "in", folder / "lake"


@pytest.fixture
def inbox(polled: tuple[Path, Path], tmp_path: Path) -> tuple[Path, Path]:
    """A copy of both, the links of the lake kept."""
    for place in polled:
        shutil.copytree(place, tmp_path / place.name, symlinks=True)
    return tmp_path / "in", tmp_path / "lake"


def test_each_poll_takes_in_the_new_files_only(inbox: tuple[Path, Path]) -> None:
    folder, lake = inbox
    again = run(folder, lake=lake)
    assert (again.told["already_in_version"], again.told["files_seen"]) == (1, 2)
    (folder / "one.jsonl").rename(folder / "renamed.jsonl")
    write_lines(folder / "three.jsonl", records(5, seed=13))
    third = run(folder, lake=lake)
    assert (third.told["version"], third.told["records"], third.told["files_seen"]) == (2, 5, 2)
    assert len(rows(lake, "ledger")) == 45
    assert {row["record_ref"].partition("#")[0] for row in rows(lake, "ledger")} == {
        *("one.jsonl", "two.jsonl", "three.jsonl")
    }
    assert warraq("verify", "--lake", lake).code == 0
    assert run(folder, lake=lake).told["already_in_version"] == 2


def test_what_was_left_out_is_said(
    inbox: tuple[Path, Path],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder, lake = inbox
    monkeypatch.setenv("WARRAQ_FETCH__SETTLE_SECONDS", "2")
    grows = folder / "today.jsonl"
    write_lines(folder / "three.jsonl", records(5, seed=13))
    ended = threading.Event()

    def write() -> None:
        with grows.open("a", buffering=1, encoding="utf-8") as sink:
            for number in range(10_000):
                sink.write(json.dumps({"id": str(number), "text": "خبر"}) + "\n")
                if ended.wait(0.05):
                    return

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert main(["run", str(folder), "--lake", str(lake)]) == 0
    finally:
        ended.set()
        writer.join()
    told = capsys.readouterr()
    assert "5 records went into version 2 of the lake. 2 files were taken in before." in told.out
    left = " ".join(told.out.split())
    assert "Still being written, so left for the next run: today.jsonl." in left
    assert "today.jsonl is being written; it is left for the next run" in told.err
    assert "today.jsonl#1" not in {row["record_ref"] for row in rows(lake, "ledger")}
    time.sleep(0.1)
    count = len(grows.read_text(encoding="utf-8").splitlines())
    assert run(folder, lake=lake).told["records"] == count


def test_nothing_but_files_that_grow_is_no_failure(
    prefect_api: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WARRAQ_FETCH__SETTLE_SECONDS", "1")
    folder = tmp_path / "in"
    folder.mkdir()
    ended = threading.Event()

    def write() -> None:
        with (folder / "a.txt").open("a", buffering=1, encoding="utf-8") as sink:
            while not ended.wait(0.02):
                sink.write("سطر من الخبر\n")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        time.sleep(0.1)
        ran = run(folder, lake=tmp_path / "lake")
    finally:
        ended.set()
        writer.join()
    assert ran.told["batch_id"] is None
    assert ran.told["files_left"] == ["a.txt"]
    assert (ran.told["version"], ran.told["committed"], ran.told["records"]) == (0, False, 0)


def test_a_dry_run_tells_of_the_new_files_only(inbox: tuple[Path, Path]) -> None:
    folder, lake = inbox
    write_lines(folder / "three.jsonl", records(5, seed=13))
    before = sorted(lake.rglob("*"))
    ran = warraq("run", folder, "--lake", lake, "--dry-run")
    assert (ran.told["records"], ran.told["files_seen"]) == (5, 2)
    assert sorted(lake.rglob("*")) == before


def test_what_is_unpacked_from_an_archive_ends_as_unchanged(
    prefect_api: str, tmp_path: Path
) -> None:
    folder, lake = tmp_path / "in", tmp_path / "lake"
    texts = {f"صدى/{number}.txt": text_of(number) for number in range(4)}
    packed = {name: text.encode() for name, text in list(texts.items())[:3]}
    folder.mkdir()
    (folder / "week.zip").write_bytes(zipped(packed))
    assert run(folder, lake=lake).dispositions == {"published": 3}
    for name, text in texts.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    again = run(folder, lake=lake)
    assert again.dispositions == {"unchanged": 3, "published": 1}
    assert again.told["files_seen"] == 1
    assert run(folder, lake=lake).told["files_seen"] == 5


def text_of(number: int) -> str:
    told = article(random.Random(number), number)
    return f"{told['title']}\n{told['text']}"
