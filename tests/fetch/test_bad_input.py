"""The broken and hostile input of the first edition: a message and a ledger row for each."""

import gzip
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tasks.errors import StopRun
from tests.fetch.archiving import tarred
from tests.fetch.fetching import is_accounted, kept, land, make, raw, reading, refused

SOUND = json.dumps({"id": "s", "source": "الميناء", "title": "ع", "text": "نص"}).encode() + b"\n"
PACKED = gzip.compress(SOUND * 3000)


@pytest.mark.parametrize(
    ("name", "content", "reason", "detail"),
    [
        pytest.param("a.txt", b"", "empty-file", "no record", id="empty-text"),
        pytest.param("a.jsonl", b"", "empty-file", "no record", id="empty-records"),
        pytest.param("a.jsonl", b"\n \r\n", "empty-file", "no record", id="blank-lines"),
        pytest.param(
            "a.jsonl.gz", gzip.compress(b""), "empty-file", "no record", id="packed-nothing"
        ),
        pytest.param(
            "a.txt",
            "خبر\udcff اليوم".encode(errors="surrogateescape"),
            "not-utf8",
            "byte 0xFF at offset 6",
            id="broken-utf-8",
        ),
        pytest.param(
            "a.txt",
            "привет, мир".encode("cp1251"),
            "unknown-encoding",
            "byte 0xEF at offset 0",
            id="russian",
        ),
        pytest.param(
            "a.jsonl", b'{"text": "\xff"}', "not-utf8", "offset 10", id="records-not-utf8"
        ),
        pytest.param("a.jsonl", b'{"text": NaN}', "not-json", "NaN", id="nan"),
        pytest.param("a.jsonl", b'{"text": "\\udc00"}', "not-json", "surrogate", id="surrogate"),
        pytest.param("a.jsonl", b"oops\x00", "not-json", "character 0", id="prose-with-nul"),
        pytest.param("a.jsonl", b'{"id": 1, "id": 1}', "duplicate-key", "id", id="duplicate-key"),
        pytest.param("a.jsonl", b'{"a":' * 10_000, "too-deep", "10,000 deep", id="10,000-deep"),
        pytest.param("a.jsonl", b"x" * 2_000_000, "too-large", "2,000,000 bytes", id="long-line"),
        pytest.param("a.txt", b"x" * 2_000_000, "too-large", "2,000,000 bytes", id="long-text"),
        pytest.param("a.jsonl", b'{"title": "a"}', "no-text", "no text under", id="no-text"),
        pytest.param("a.bin", bytes(range(256)), "unknown-format", "00 01 02 03", id="binary"),
        pytest.param("a.pdf", b"%PDF-1.4", "unknown-format", "a PDF: save its text", id="pdf"),
        pytest.param("a.txt", b"Rar!\x1a\x07\x01", "unknown-format", "a RAR archive", id="rar"),
        pytest.param(
            "a.gz", gzip.compress(PACKED), "unknown-format", "packed twice", id="packed-twice"
        ),
        pytest.param(
            "a", " <!DOCTYPE HTML><p>خبر".encode(), "no-article", "no article stands", id="html"
        ),
        pytest.param("a", b"<?xml version='1.0'?><a/>", "unknown-format", "XML", id="xml"),
        pytest.param("a.tar", bytes(10_240), "empty-file", "nothing but NUL", id="empty-tar"),
        pytest.param("a.gz", PACKED[:12], "truncated", "before its end mark", id="cut-gzip"),
        pytest.param("a.gz", b"\x1f\x8bxxx", "unreadable", "gzip data is damaged", id="no-gzip"),
    ],
)
def test_one_broken_file_is_one_refusal(
    tmp_path: Path, name: str, content: bytes, reason: str, detail: str
) -> None:
    folder = make(tmp_path / "in", {name: content, "sound.jsonl": SOUND})
    fetched = land(tmp_path / "lake", folder)
    assert is_accounted(fetched)
    (row,) = refused(fetched)
    assert (row["record_ref"], row["disposition"], row["reason"]) == (
        f"{name}#1",
        "rejected",
        reason,
    )
    assert detail in row["detail"]
    assert row["detail"].isprintable()
    assert len(kept(fetched)) == 1


@pytest.mark.parametrize("text", ["BZh9 أخبار اليوم", "RIFF أخبار", "ORC، أخبار", "MZ أخبار"])
def test_prose_that_begins_like_a_binary_is_prose(tmp_path: Path, text: str) -> None:
    fetched = land(tmp_path / "lake", make(tmp_path / "in", {"a.txt": text.encode()}))
    assert [row["text"] for row in kept(fetched)] == [text]


def test_records_before_the_break_of_a_gzip_are_kept(tmp_path: Path) -> None:
    fetched = land(tmp_path / "lake", make(tmp_path / "in", {"a.jsonl.gz": PACKED[:-100]}))
    assert is_accounted(fetched)
    (row,) = refused(fetched)
    assert row["reason"] == "truncated"
    assert row["record_ref"] == f"a.jsonl.gz#{fetched.records}"
    assert 2000 < len(kept(fetched)) == fetched.records - 1
    broken = raw(fetched)[-1]
    assert SOUND.startswith(broken["payload"])
    assert broken["byte_start"] == len(SOUND) * len(kept(fetched))


def test_nothing_but_refused_records_is_a_batch(tmp_path: Path) -> None:
    fetched = land(tmp_path / "lake", make(tmp_path / "in", {"a.txt": b"", "b.bin": b"\x00"}))
    assert fetched.batch.records == ()
    assert sum(ref.rows for ref in fetched.batch.refused) == fetched.records == 2


def test_an_empty_body_and_a_long_title_are_records(tmp_path: Path) -> None:
    lines = [json.dumps({"title": "ع" * 100_000, "text": ""}), json.dumps({"text": "a\x00b"})]
    fetched = land(tmp_path / "lake", make(tmp_path / "in", {"a.jsonl": "\n".join(lines)}))
    assert [(len(row["title"] or ""), row["text"]) for row in kept(fetched)] == [
        (100_000, ""),
        (0, "a\x00b"),
    ]


def test_two_records_of_one_native_id_both_go_on(tmp_path: Path) -> None:
    fetched = land(tmp_path / "lake", make(tmp_path / "in", {"a.jsonl": SOUND + SOUND}))
    assert [row["native_id"] for row in kept(fetched)] == ["s", "s"]


def test_pipes_devices_and_links_are_refused(tmp_path: Path) -> None:
    folder = make(tmp_path / "in", {"sound.jsonl": SOUND})
    os.mkfifo(folder / "pipe.jsonl")
    (folder / "zero.txt").symlink_to("/dev/zero")
    (folder / "out.jsonl").symlink_to(make(tmp_path, {"outside.jsonl": SOUND}) / "outside.jsonl")
    fetched = land(tmp_path / "lake", folder, "/dev/zero")
    assert is_accounted(fetched)
    assert {row["record_ref"]: row["reason"] for row in refused(fetched)} == dict.fromkeys(
        ["out.jsonl#1", "pipe.jsonl#1", "zero#1", "zero.txt#1"], "unreadable"
    )


def test_a_name_with_a_newline(tmp_path: Path) -> None:
    fetched = land(tmp_path / "lake", make(tmp_path / "in", {"خبر\nعاجل.jsonl": SOUND}))
    assert [row["record_ref"] for row in kept(fetched)] == ["خبر\nعاجل.jsonl#1"]


CHILD = """
import json, os, sys
from pathlib import Path
from tests.fetch.fetching import kept, land, make, refused
warm = Path(sys.argv[3])
land(warm / "lake", make(warm / "in", {"a.jsonl": '{"text": "a"}'}))
if os.getuid() == 0:  # who may read everything, so become nobody, with all modules loaded
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
fetched = land(Path(sys.argv[1]), sys.argv[2])
print(json.dumps([[row["record_ref"], row["reason"], row["detail"]] for row in refused(fetched)]))
print(len(kept(fetched)))
"""


def run_child(code: str, *arguments: object) -> list[str]:
    told = [sys.executable, "-c", code, *map(str, arguments)]
    root = Path(__file__).parents[2]
    done = subprocess.run(told, cwd=root, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user reaches: those of pytest are for one user only."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_files_and_folders_without_read_permission(open_folder: Path) -> None:
    folder = make(
        open_folder / "in", {"no.jsonl": SOUND, "sound.jsonl": SOUND, "closed/a.txt": "x"}
    )
    lake = open_folder / "lake"
    lake.mkdir()
    lake.chmod(0o777)
    (folder / "no.jsonl").chmod(0)
    (folder / "closed").chmod(0)
    rows, sound = run_child(CHILD, lake, folder, open_folder / "warm")
    assert json.loads(rows) == [
        ["closed#1", "unreadable", "the file cannot be read: Permission denied"],
        ["no.jsonl#1", "unreadable", "the file cannot be read: Permission denied"],
    ]
    assert sound == "1"
    (folder / "no.jsonl").chmod(0o644)
    rows, sound = run_child(CHILD, lake, folder, open_folder / "warm")
    assert (len(json.loads(rows)), sound) == (1, "2")


BOUNDED = """
import resource, sys
from pathlib import Path
from tests.fetch.fetching import kept, land, make, raw, reading, refused

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

folder, how = Path(sys.argv[1]), reading(longest=1 << 22)
land(folder / "warm", make(folder / "in", {"a.jsonl": '{"text": "a"}'}), how=how)
before = peak()
fetched = land(folder / "lake", sys.argv[2], how=how)
print(peak() - before)
(row,) = refused(fetched)
long = raw(fetched)[1]
print(row["reason"], len(kept(fetched)), long["byte_end"] - long["byte_start"])
"""


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_a_line_of_200_mb_takes_bounded_memory(tmp_path: Path, packed: bool) -> None:
    size = 200_000_000
    path = tmp_path / ("a.jsonl.gz" if packed else "a.jsonl")
    with gzip.open(path, "wb", 1) if packed else path.open("wb") as file:
        file.write(SOUND)
        for _ in range(200):
            file.write(b"x" * (size // 200))
        file.write(b"\n" + SOUND)
    grown, told = run_child(BOUNDED, tmp_path, path)
    assert told == f"too-large 2 {size}"
    assert int(grown) < 60


def test_a_file_that_vanishes_between_listing_and_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make(tmp_path / "in", {"a.jsonl": SOUND, "b.jsonl": SOUND})
    seen: list[int] = []
    opened = os.open

    def open_and_remove(path: str, *more: int, **named: int) -> int:
        if str(path).endswith("a.jsonl"):
            (folder / "b.jsonl").unlink()
            seen.append(1)
        return opened(path, *more, **named)

    monkeypatch.setattr(os, "open", open_and_remove)
    fetched = land(tmp_path / "lake", folder, how=reading())
    assert seen == [1]
    assert [row["reason"] for row in refused(fetched)] == ["unreadable"]
    assert is_accounted(fetched)


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond so many bytes."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


@pytest.mark.parametrize("packed", [False, True], ids=["lines", "archive"])
@pytest.mark.parametrize("room", [100, 9_000, 60_000])
def test_no_room_for_the_batch_stops_the_run_and_leaves_nothing(
    tmp_path: Path, room: int, packed: bool
) -> None:
    texts = [os.urandom(400).hex() for _ in range(100)]
    if packed:
        held = {f"{number}.txt": text.encode() for number, text in enumerate(texts)}
        folder = make(tmp_path / "in", {"a.tar.gz": gzip.compress(tarred(held))})
    else:
        lines = (json.dumps({"id": number, "text": text}) for number, text in enumerate(texts))
        folder = make(tmp_path / "in", {"a.jsonl": "\n".join(lines)})
    lake = tmp_path / "lake"
    land(tmp_path / "warm", folder)  # a kernel that is compiled is written too
    with files_of_at_most(room), pytest.raises(StopRun, match="The raw zone cannot be written"):
        land(lake, folder)
    zones = (lake / zone for zone in ("raw", "work"))
    assert [path for zone in zones for path in zone.rglob("*") if path.is_file()] == []
    assert not land(lake, folder).known


def test_a_hundred_thousand_tiny_files(tmp_path: Path) -> None:
    count = 100_000
    folder = tmp_path / "in"
    for outlet in range(100):
        place = folder / f"صحيفة {outlet}"
        place.mkdir(parents=True)
        for number in range(outlet, count, 100):
            name = os.open(f"{place}/{number}.txt", os.O_WRONLY | os.O_CREAT)
            os.write(name, f"خبر {number}".encode())
            os.close(name)
    fetched = land(tmp_path / "lake", folder)
    assert (fetched.records, refused(fetched)) == (count, [])
    found = {row["record_ref"]: (row["source"], row["text"]) for row in kept(fetched)}
    assert len(found) == count
    assert found["صحيفة 42/12342.txt#1"] == ("صحيفة 42", "خبر 12342")


def test_content_that_no_format_reads_is_not_read_for_ever(tmp_path: Path) -> None:
    """A sparse file may say to be of any size."""
    folder = make(tmp_path / "in", {"z.jsonl": b""})
    with (folder / "z.jsonl").open("r+b") as sparse:
        sparse.truncate(1 << 40)
    fetched = land(tmp_path / "lake", folder)
    assert [row["reason"] for row in refused(fetched)] == ["empty-file"]
    assert raw(fetched)[0]["byte_end"] < 2 << 30


def test_refused_records_are_landed_by_shard(tmp_path: Path) -> None:
    folder = make(tmp_path / "in", {"a.jsonl": "1\n" * 25_000})
    fetched = land(tmp_path / "lake", folder)
    assert [ref.rows for ref in fetched.batch.refused] == [10_000, 10_000, 5_000]
    assert fetched.refused == {"not-json": 25_000}
