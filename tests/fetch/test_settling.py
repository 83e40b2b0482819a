"""Files that somebody is writing while they are read."""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tasks.fetch import find_files
from tasks.fetch.files import SourceFile
from tasks.fetch.reading import RawRecord, read_file
from tasks.fetch.settling import CHANGED, settle, watched
from tests.fetch.fetching import DEFAULT, kept, make, reading, take_in

TEXT = "افتتاح المعرض\nافتتح الوزير المعرض.\n"
OLD = 1_000_000_000


def found(folder: Path) -> tuple[SourceFile, ...]:
    return find_files([str(folder)], {"default": DEFAULT})


def age(path: Path, seconds: float) -> None:
    when = time.time_ns() - int(seconds * 1e9)
    os.utime(path, ns=(when, when))


def test_files_of_some_age_are_not_waited_for(tmp_path: Path) -> None:
    folder = make(tmp_path / "in", {"a.txt": TEXT, "b.txt": TEXT})
    for path in folder.iterdir():
        age(path, 60)
    began = time.monotonic()
    assert settle(found(folder), 30) == (found(folder), ())
    assert time.monotonic() - began < 1


def test_a_fresh_file_is_waited_for_until_it_is_old_enough(tmp_path: Path) -> None:
    folder = make(tmp_path / "in", {"a.txt": TEXT})
    age(folder / "a.txt", 0.2)
    began = time.monotonic()
    assert settle(found(folder), 0.5).growing == ()
    assert 0.1 < time.monotonic() - began < 5


def test_a_clock_that_is_ahead_costs_no_more(tmp_path: Path) -> None:
    folder = make(tmp_path / "in", {"a.txt": TEXT})
    age(folder / "a.txt", -3600)
    began = time.monotonic()
    assert settle(found(folder), 0.2).growing == ()
    assert time.monotonic() - began < 5


def test_a_file_that_grows_is_left_for_the_next_run(tmp_path: Path) -> None:
    folder = make(tmp_path / "in", {"grows.jsonl": "", "old.txt": TEXT})
    age(folder / "old.txt", 60)
    ended = threading.Event()

    def write() -> None:
        with (folder / "grows.jsonl").open("a", buffering=1) as sink:
            while not ended.wait(0.02):
                sink.write(json.dumps({"text": "خبر"}) + "\n")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        time.sleep(0.1)
        how = replace(reading(), settle_seconds=0.5)
        intake = take_in(tmp_path / "lake", folder, how=how)
    finally:
        ended.set()
        writer.join()
    assert intake.growing == ("grows.jsonl",)
    assert intake.fetched is not None
    assert [row["record_ref"] for row in kept(intake.fetched)] == ["old.txt#1"]
    age(folder / "grows.jsonl", 60)
    whole = take_in(tmp_path / "lake", folder, how=how)
    assert whole.fetched is not None
    assert whole.growing == ()
    assert len(kept(whole.fetched)) > 2


def test_nothing_but_a_growing_file_is_no_batch(tmp_path: Path) -> None:
    folder = make(tmp_path / "in", {"a.txt": TEXT})
    ended = threading.Event()

    def write() -> None:
        while not ended.wait(0.02):
            os.utime(folder / "a.txt")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        intake = take_in(tmp_path / "lake", folder, how=replace(reading(), settle_seconds=0.3))
    finally:
        ended.set()
        writer.join()
    assert (intake.fetched, intake.batch_id, intake.growing) == (None, None, ("a.txt",))


def append(path: Path) -> None:
    with path.open("a") as sink:
        sink.write("x")


def truncate(path: Path) -> None:
    os.truncate(path, 10)


def write_over(path: Path) -> None:
    path.write_text(path.read_text().replace("خبر", "نبأ"))
    age(path, 30)


def replace_file(path: Path) -> None:
    other = path.with_name("other")
    other.write_text("{}")
    other.rename(path)


def remove(path: Path) -> None:
    path.unlink()


def read_while(change: Callable[[Path], None], folder: Path, after: int) -> list[RawRecord]:
    """Read the only file, which changes after so many records."""
    (file,) = found(folder)

    def records() -> Iterator[RawRecord]:
        for number, record in enumerate(read_file(file, reading()), start=1):
            yield record
            if number == after:
                change(Path(file.path))

    return list(watched(file, records()))


@pytest.mark.parametrize("change", [append, truncate, write_over])
@pytest.mark.parametrize("after", [1, 3])
def test_the_last_record_of_a_file_that_changed_is_refused(
    tmp_path: Path, change: Callable[[Path], None], after: int
) -> None:
    lines = "".join(json.dumps({"id": number, "text": "خبر"}) + "\n" for number in range(3))
    folder = make(tmp_path / "in", {"a.jsonl": lines})
    age(folder / "a.jsonl", 60)
    records = read_while(change, folder, after)
    assert [record.piece.refusal for record in records] == [None, None, CHANGED]
    assert [record.number for record in records] == [1, 2, 3]
    assert "file" in (records[-1].piece.detail or "")


@pytest.mark.parametrize("change", [replace_file, remove])
def test_a_file_that_is_replaced_or_removed_was_read_as_it_had_been(
    tmp_path: Path, change: Callable[[Path], None]
) -> None:
    lines = "".join(json.dumps({"id": number, "text": "خبر"}) + "\n" for number in range(3))
    folder = make(tmp_path / "in", {"a.jsonl": lines})
    records = read_while(change, folder, 1)
    assert [record.piece.refusal for record in records] == [None, None, None]


def test_a_file_that_vanished_after_it_was_found_is_one_refusal(tmp_path: Path) -> None:
    folder = make(tmp_path / "in", {"a.txt": TEXT, "b.txt": TEXT})
    files = found(folder)
    (folder / "a.txt").unlink()
    steady = settle(files, 0.1).steady
    records = [record for file in steady for record in watched(file, read_file(file, reading()))]
    assert [record.piece.refusal for record in records] == ["unreadable", None]
