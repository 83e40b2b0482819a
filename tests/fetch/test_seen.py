"""A growing inbox: what the lake holds is not taken in twice, whatever became of its files."""

import gzip
import io
import json
import os
import shutil
import sqlite3
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tasks.errors import RetryLater
from tasks.fetch import History, Intake, Reading
from tasks.fetch import seen as seen_files
from tasks.sources import SourceProfile
from tests.fetch.fetching import kept, land, make, reading, reasons, take_in

TEXT = "افتتاح المعرض\nافتتح الوزير المعرض.\n"
OTHER = "عودة المطر\nهطلت أمطار غزيرة.\n"
FIRST = {"id": "1", "source": "نبض", "text": "أ"}
SECOND = {"id": "2", "text": "ب"}


def lines(*records: object) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


class Lake:
    """A lake that commits whatever is fetched into it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.batches: dict[str, int] = {}

    def poll(self, folder: Path, how: Reading | None = None) -> Intake:
        history = History(self.root / "raw", dict(self.batches))
        return take_in(self.root, folder, how=how, history=history)

    def commit(self, intake: Intake) -> str:
        assert intake.fetched is not None
        batch_id = intake.fetched.batch.batch_id
        self.batches[batch_id] = len(self.batches) + 1
        shutil.rmtree(intake.fetched.batch.work)
        return batch_id


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


@pytest.fixture
def inbox(tmp_path: Path, lake: Lake) -> Path:
    """An inbox of five files that were taken in."""
    folder = make(
        tmp_path / "in",
        {
            "الميناء/a.txt": TEXT,
            "الميناء/empty.txt": "",
            "named.jsonl": lines(FIRST),
            "unnamed.jsonl": lines(SECOND),
            "packed.jsonl.gz": gzip.compress(lines(FIRST | {"id": "3"}).encode()),
        },
    )
    lake.commit(lake.poll(folder))
    return folder


def test_an_inbox_that_did_not_change_has_nothing_new(lake: Lake, inbox: Path) -> None:
    again = lake.poll(inbox)
    assert (again.fetched, again.seen, again.growing) == (None, 5, ())
    assert again.batch_id in lake.batches


def test_only_new_files_are_taken_in(lake: Lake, inbox: Path) -> None:
    make(inbox, {"new.jsonl": lines(FIRST | {"id": "4"})})
    intake = lake.poll(inbox)
    assert intake.fetched is not None
    assert [row["record_ref"] for row in kept(intake.fetched)] == ["new.jsonl#1"]
    assert intake.seen == 5
    second = lake.commit(intake)
    again = lake.poll(inbox)
    assert (again.fetched, again.batch_id, again.seen) == (None, second, 6)


def rename(folder: Path) -> None:
    (folder / "named.jsonl").rename(folder / "z.jsonl")
    (folder / "الميناء" / "a.txt").rename(folder / "الميناء" / "ي.txt")


def touch(folder: Path) -> None:
    for path in folder.rglob("*.*"):
        os.utime(path, ns=(1, path.stat().st_mtime_ns + 1))


def copy(folder: Path) -> None:
    shutil.copytree(folder, folder.with_name("copy"))
    shutil.rmtree(folder)
    folder.with_name("copy").rename(folder)


def rename_to_another_suffix(folder: Path) -> None:
    (folder / "named.jsonl").rename(folder / "named.log")


def unpack(folder: Path) -> None:
    packed = folder / "packed.jsonl.gz"
    (folder / "plain.jsonl").write_bytes(gzip.decompress(packed.read_bytes()))
    packed.unlink()


def reorder(folder: Path) -> None:
    """The outlet is told by the record, so the folder does not matter."""
    (folder / "elsewhere").mkdir()
    (folder / "named.jsonl").rename(folder / "elsewhere" / "named.jsonl")


def double(folder: Path) -> None:
    shutil.copy(folder / "named.jsonl", folder / "named (1).jsonl")


@pytest.mark.parametrize(
    "change", [rename, touch, copy, rename_to_another_suffix, unpack, reorder, double]
)
def test_what_was_taken_in_is_known_whatever_became_of_its_file(
    lake: Lake, inbox: Path, change: Callable[[Path], None]
) -> None:
    change(inbox)
    again = lake.poll(inbox)
    assert again.fetched is None
    assert again.batch_id in lake.batches
    make(inbox, {"new.txt": OTHER})
    intake = lake.poll(inbox)
    assert intake.fetched is not None
    assert [row["record_ref"] for row in kept(intake.fetched)] == ["new.txt#1"]


def test_a_file_in_its_known_place_is_not_read(lake: Lake, inbox: Path) -> None:
    path = inbox / "named.jsonl"
    before = path.stat()
    path.write_text(path.read_text().replace("نبض", "شفق"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert lake.poll(inbox).fetched is None


@pytest.mark.parametrize("change", [rename, touch, copy])
def test_known_bytes_do_not_land_even_aside(
    lake: Lake, inbox: Path, change: Callable[[Path], None]
) -> None:
    (inbox / "الميناء" / "empty.txt").unlink()  # known by its records and its name
    change(inbox)
    work = lake.root / "work"
    before = work.stat().st_mtime_ns
    assert lake.poll(inbox).seen == 4
    assert work.stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("files", "found"),
    [
        pytest.param({"named.jsonl": lines(FIRST, FIRST | {"id": "5"})}, 2, id="grown"),
        pytest.param({"named.jsonl": lines(FIRST | {"text": "ت"})}, 1, id="same-size"),
        pytest.param({"ميناء آخر/a.txt": TEXT}, 1, id="other-outlet"),
        pytest.param({"other/unnamed.jsonl": lines(SECOND)}, 1, id="other-outlet-of-a-record"),
    ],
)
def test_other_contents_and_outlets_are_new(
    lake: Lake, inbox: Path, files: dict[str, bytes | str], found: int
) -> None:
    make(inbox, files)
    intake = lake.poll(inbox)
    assert intake.fetched is not None
    assert len(kept(intake.fetched)) == found


def test_a_profile_makes_its_files_new_and_no_others(lake: Lake, inbox: Path) -> None:
    profile = SourceProfile(name="port", outlet="الميناء", timezone="Asia/Amman")
    make(inbox, {"new.txt": OTHER})
    intake = lake.poll(inbox, reading(profile))
    assert intake.fetched is not None
    assert {row["record_ref"] for row in kept(intake.fetched)} == {"new.txt#1", "الميناء/a.txt#1"}
    lake.commit(intake)
    assert lake.poll(inbox, reading(profile)).fetched is None
    unrelated = reading(profile, SourceProfile(name="unrelated"))
    assert lake.poll(inbox, unrelated).fetched is None


def archive(name: str) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        info = tarfile.TarInfo(name)
        info.size = len(TEXT.encode())
        tar.addfile(info, io.BytesIO(TEXT.encode()))
    return packed.getvalue()


def test_the_name_of_an_archive_is_the_outlet_of_what_it_holds(lake: Lake, tmp_path: Path) -> None:
    folder = make(tmp_path / "in", {"paper.tar.gz": archive("a.txt"), "x.tgz": archive("b/a.txt")})
    lake.commit(lake.poll(folder))
    (folder / "paper.tar.gz").rename(folder / "journal.tar.gz")
    (folder / "x.tgz").rename(folder / "y.tgz")
    intake = lake.poll(folder)
    assert intake.fetched is not None
    assert [row["source"] for row in kept(intake.fetched)] == ["journal"]


def test_an_empty_file_of_another_day_is_told_of_again(lake: Lake, inbox: Path) -> None:
    make(inbox, {"الميناء/tomorrow.txt": ""})
    intake = lake.poll(inbox)
    assert intake.fetched is not None
    assert reasons(intake.fetched) == {"الميناء/tomorrow.txt#1": "empty-file"}


def test_what_cannot_be_read_is_tried_again_and_told_of_once(lake: Lake, tmp_path: Path) -> None:
    folder = make(tmp_path / "in", {"a.txt": TEXT})
    (folder / "b.txt").symlink_to("../elsewhere.txt")
    first = lake.poll(folder)
    assert first.fetched is not None
    assert reasons(first.fetched) == {"b.txt#1": "unreadable"}
    lake.commit(first)
    assert lake.poll(folder).fetched is None
    (folder / "b.txt").unlink()
    make(folder, {"b.txt": OTHER})
    intake = lake.poll(folder)
    assert intake.fetched is not None
    assert [row["record_ref"] for row in kept(intake.fetched)] == ["b.txt#1"]


def test_what_was_fetched_but_never_committed_is_not_seen(lake: Lake, inbox: Path) -> None:
    make(inbox, {"new.txt": OTHER})
    cut_off = lake.poll(inbox)
    again = lake.poll(inbox)
    assert again.fetched is not None
    assert cut_off.fetched is not None
    assert again.fetched.known
    assert again.fetched.batch == cut_off.fetched.batch


def test_the_first_records_are_the_same_ones_each_time(lake: Lake, tmp_path: Path) -> None:
    records = [FIRST | {"id": str(number)} for number in range(9)]
    folder = make(tmp_path / "in", {"a.jsonl": lines(*records[:4]), "b.jsonl": lines(*records[4:])})
    some = lake.poll(folder, reading(limit=6))
    batch_id = lake.commit(some)
    again = lake.poll(folder, reading(limit=6))
    assert (again.fetched, again.batch_id) == (None, batch_id)
    whole = lake.poll(folder)
    assert whole.fetched is not None
    assert whole.seen == 1
    assert {row["record_ref"] for row in kept(whole.fetched)} == {
        f"b.jsonl#{number}" for number in range(1, 6)
    }


def lose(path: Path) -> None:
    path.unlink()


def damage(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\0" + b"?" * 5000)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:4096])


@pytest.mark.parametrize("harm", [lose, damage, cut])
def test_the_look_ups_are_made_again(lake: Lake, inbox: Path, harm: Callable[[Path], None]) -> None:
    assert lake.poll(inbox).fetched is None
    harm(lake.root / "raw" / "files.sqlite")
    try:
        found = lake.poll(inbox)
    except RetryLater:
        found = lake.poll(inbox)
    assert (found.fetched, found.seen) == (None, 5)


def test_a_lake_that_was_set_back_takes_in_again_what_it_lost(lake: Lake, inbox: Path) -> None:
    make(inbox, {"new.txt": OTHER})
    lost = lake.commit(lake.poll(inbox))
    assert lake.poll(inbox).fetched is None
    del lake.batches[lost]
    again = lake.poll(inbox)
    assert again.fetched is not None
    assert again.fetched.batch.batch_id == lost


def test_a_batch_without_its_list_of_files_is_known_by_its_records(lake: Lake, inbox: Path) -> None:
    (listed,) = lake.root.glob("raw/*/files.arrow")
    listed.unlink()
    again = lake.poll(inbox)
    assert (again.fetched, again.seen) == (None, 5)
    assert again.batch_id in lake.batches


def test_a_dry_run_asks_the_real_lake_and_leaves_it_alone(
    lake: Lake, inbox: Path, tmp_path: Path
) -> None:
    lake.poll(inbox)
    before = {path: path.stat().st_mtime_ns for path in lake.root.rglob("*")}
    make(inbox, {"new.txt": OTHER})
    history = History(lake.root / "raw", lake.batches)
    intake = take_in(tmp_path / "aside", inbox, history=history)
    assert intake.fetched is not None
    assert [row["record_ref"] for row in kept(intake.fetched)] == ["new.txt#1"]
    assert {path: path.stat().st_mtime_ns for path in lake.root.rglob("*")} == before


def test_a_busy_list_is_told_so(lake: Lake, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake.poll(inbox)
    monkeypatch.setattr(seen_files, "_WAIT_SECONDS", 0.01)
    with sqlite3.connect(lake.root / "raw" / "files.sqlite", isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(RetryLater, match="not usable"):
            lake.poll(inbox)
    other.close()


def test_fetching_without_a_history_takes_all(tmp_path: Path, inbox: Path) -> None:
    assert land(tmp_path / "fresh", inbox).files == 5
