import gzip
import json
import os
import shutil
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expectations.schema import RAW, RECORDS, REFUSED
from tasks.errors import StopRun
from tasks.fetch import Fetched, Progress, decode_raw, fetch, read_raw
from tasks.sources import SourceProfile
from tasks.store.references import read
from tests.fetch.fetching import (
    DEFAULT,
    WHEN,
    is_accounted,
    kept,
    land,
    make,
    raw,
    reading,
    reasons,
    refused,
)

TEXT = "افتتاح المعرض\nافتتح الوزير المعرض.\n"


def lines(*records: object) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


MIXED: dict[str, bytes | str] = {
    "الميناء/a.txt": TEXT,
    "الميناء/empty.txt": "",
    "all.jsonl": lines(
        {"id": 1, "source": "نبض", "title": "ع", "text": "أ", "date": "2015-01-01"},
        {"id": 2, "text": "ب"},
        {"id": 3, "source": "نبض"},
    ),
    "more.jsonl.gz": gzip.compress(lines({"text": "ج", "outlet": "الميناء"}).encode()),
    "picture.png": b"\x89PNG\r\n\x1a\n0000",
}


def test_records_land_raw_and_decoded(tmp_path: Path) -> None:
    folder = make(tmp_path / "in", MIXED)
    fetched = land(tmp_path / "lake", folder)
    assert is_accounted(fetched)
    assert (fetched.files, fetched.records, fetched.known) == (5, 7, False)
    assert fetched.refused == {"empty-file": 1, "no-text": 1, "unknown-format": 1}
    assert reasons(fetched) == {
        "all.jsonl#3": "no-text",
        "picture.png#1": "unknown-format",
        "الميناء/empty.txt#1": "empty-file",
    }
    assert [(row["record_ref"], row["source"], row["text"]) for row in kept(fetched)] == [
        ("all.jsonl#1", "نبض", "أ"),
        ("all.jsonl#2", "in", "ب"),
        ("more.jsonl.gz#1", "الميناء", "ج"),
        ("الميناء/a.txt#1", "الميناء", TEXT),
    ]
    assert [row["title_in_text"] for row in kept(fetched)] == [False, False, False, True]
    first = kept(fetched)[0]
    assert (first["native_id"], first["title"], first["published_raw"]) == ("1", "ع", "2015-01-01")
    assert {row["fetched_at"] for row in kept(fetched)} == {WHEN}
    for ref in fetched.batch.records:
        assert read(ref).schema.equals(RECORDS)
    assert all(read(ref).schema.equals(REFUSED) for ref in fetched.batch.refused)


def test_raw_records_hold_the_bytes_their_range_and_digest(tmp_path: Path) -> None:
    folder = make(tmp_path / "in", MIXED)
    fetched = land(tmp_path / "lake", folder)
    for row in raw(fetched):
        path, _, _ = row["record_ref"].rpartition("#")
        content = (folder / path).read_bytes()
        content = gzip.decompress(content) if path.endswith(".gz") else content
        assert content[row["byte_start"] : row["byte_end"]] == row["payload"]
        assert len(row["digest"]) == 64
    manifest = json.loads(
        (tmp_path / "lake" / "raw" / fetched.batch.batch_id / "batch.json").read_text()
    )
    assert manifest["records"] == sum(shard["rows"] for shard in manifest["shards"]) == 7
    assert manifest["profiles"] == {"default": DEFAULT.digest}


def ids(tmp_path: Path, name: str, files: dict[str, bytes | str], *profiles: SourceProfile) -> str:
    folder = make(tmp_path / name, files)
    return land(tmp_path / "lake", folder, how=reading(*profiles)).batch.batch_id


def test_the_same_contents_are_the_same_batch(tmp_path: Path) -> None:
    one = {"id": 1, "source": "a", "text": "x"}
    two = {"id": 2, "source": "b", "text": "y"}
    first = ids(tmp_path, "first", {"n.jsonl": lines(one, two), "o/t.txt": TEXT})
    assert first == ids(tmp_path, "order", {"n.jsonl": lines(two, one), "o/t.txt": TEXT})
    assert first == ids(
        tmp_path, "place", {"x/y.jsonl": lines(one), "o/1.txt": TEXT, "z.jsonl": lines(two)}
    )
    packed = gzip.compress(lines(one, two).encode())
    assert first == ids(tmp_path, "packed", {"n.jsonl.gz": packed, "o/t.txt": TEXT})
    assert len(list((tmp_path / "lake" / "raw").iterdir())) == 1


def test_other_contents_outlets_and_profiles_are_other_batches(tmp_path: Path) -> None:
    one = {"id": 1, "source": "a", "text": "x"}
    found = [
        ids(tmp_path, "1", {"n.jsonl": lines(one)}),
        ids(tmp_path, "2", {"n.jsonl": lines(one, one)}),
        ids(tmp_path, "3", {"n.jsonl": lines(one | {"text": "y"})}),
        ids(tmp_path, "4", {"o/t.txt": TEXT}),
        ids(tmp_path, "5", {"p/t.txt": TEXT}),
        ids(tmp_path, "6", {"o/t.txt": TEXT}, SourceProfile(name="o", timezone="Asia/Amman")),
        ids(tmp_path, "7", {"o/t.txt": ""}),
    ]
    assert len(set(found)) == len(found)
    assert found[6] == ids(tmp_path, "8", {"p/t.txt": ""})


def test_shards_do_not_change_the_batch(tmp_path: Path) -> None:
    records = [{"id": number, "source": "s", "text": "نص " * 50} for number in range(100)]
    folder = make(tmp_path / "in", {"n.jsonl": lines(*records)})
    one = land(tmp_path / "one", folder)
    many = land(tmp_path / "many", folder, how=reading(shard=2000))
    assert len(one.batch.records) == 1
    assert len(many.batch.records) > 5
    assert [ref.name for ref in many.batch.records] == sorted(
        ref.name for ref in many.batch.records
    )
    assert one.batch.batch_id == many.batch.batch_id
    assert kept(one) == kept(many)


def test_a_batch_that_landed_is_used_again(tmp_path: Path) -> None:
    folder = make(tmp_path / "in", MIXED)
    first = land(tmp_path / "lake", folder)
    again = land(tmp_path / "lake", folder)
    assert again.batch == first.batch
    assert again.known
    moved = land(tmp_path / "lake", shutil.copytree(folder, tmp_path / "copy" / "in"))
    assert moved.known
    assert moved.batch == first.batch
    assert not list((tmp_path / "lake").rglob(".landing-*"))


def test_unchanged_files_are_not_read_again(tmp_path: Path) -> None:
    folder = make(tmp_path / "in", {"a.txt": TEXT})
    first = land(tmp_path / "lake", folder)
    before = (folder / "a.txt").stat()
    (folder / "a.txt").write_text(TEXT.replace("افتتح", "أغلقق"))
    os.utime(folder / "a.txt", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert land(tmp_path / "lake", folder).batch == first.batch
    os.utime(folder / "a.txt", ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert land(tmp_path / "lake", folder).batch.batch_id != first.batch.batch_id


def test_a_lost_work_folder_is_decoded_again_from_the_raw_zone(tmp_path: Path) -> None:
    folder = make(tmp_path / "in", MIXED)
    first = land(tmp_path / "lake", folder)
    before = kept(first), refused(first)
    shutil.rmtree(first.batch.work)
    shutil.rmtree(folder / "الميناء")
    make(folder, MIXED)
    again = land(tmp_path / "lake", folder)
    assert again.known
    assert (kept(again), refused(again)) == before
    shutil.rmtree(tmp_path / "lake" / "raw")
    fresh = land(tmp_path / "lake", folder)
    assert not fresh.known
    assert (kept(fresh), refused(fresh)) == before


def test_other_bounds_are_not_served_from_what_was_decoded(tmp_path: Path) -> None:
    deep = {"text": "a", "x": [[[[1]]]]}
    folder = make(tmp_path / "in", {"n.jsonl": lines(deep, {"text": "b"})})
    assert land(tmp_path / "lake", folder, how=reading(deepest=3)).refused == {"too-deep": 1}
    wide = land(tmp_path / "lake", folder, how=reading(deepest=8))
    assert (wide.refused, len(kept(wide))) == ({}, 2)
    (wide.batch.work / "clean").mkdir()
    plain = SourceProfile(name="unrelated")
    again = land(tmp_path / "lake", folder, how=reading(plain, deepest=8))
    assert again.known
    assert not (wide.batch.work / "clean").exists()


def test_a_damaged_raw_zone_stops_the_run(tmp_path: Path) -> None:
    folder = make(tmp_path / "in", MIXED)
    first = land(tmp_path / "lake", folder)
    shutil.rmtree(first.batch.work)
    shard = tmp_path / "lake" / "raw" / first.batch.batch_id / "00000.parquet"
    shard.write_bytes(shard.read_bytes()[:-1] + b"?")
    with pytest.raises(StopRun, match="damaged"):
        land(tmp_path / "lake", folder)


def test_what_a_killed_fetch_left_is_swept(tmp_path: Path) -> None:
    left = tmp_path / "lake" / "raw" / ".landing-dead"
    left.mkdir(parents=True)
    (left / "00000.parquet").write_text("half")
    land(tmp_path / "lake", make(tmp_path / "in", MIXED))
    assert not left.exists()


@pytest.mark.parametrize("limit", [1, 3, 6, 100])
def test_a_limit_takes_the_first_records(tmp_path: Path, limit: int) -> None:
    folder = make(tmp_path / "in", MIXED)
    whole = land(tmp_path / "whole", folder)
    some = land(tmp_path / "some", folder, how=reading(limit=limit))
    assert is_accounted(some)
    assert raw(some) == raw(whole)[:limit]


def test_an_outlets_own_profile_goes_with_its_records(tmp_path: Path) -> None:
    mina = SourceProfile(name="mina", outlet="الميناء")
    how = reading(
        mina, SourceProfile(name="archive", outlet="أرشيف", paths=(str(tmp_path / "in"),))
    )
    make(tmp_path, {"in/n.jsonl": lines({"text": "a", "source": "الميناء"}, {"text": "b"})})
    fetched = land(tmp_path / "lake", "archive", how=how)
    assert [(row["source"], row["profile"]) for row in kept(fetched)] == [
        ("الميناء", "mina"),
        ("أرشيف", "archive"),
    ]


def test_an_outlets_name_is_repaired(tmp_path: Path) -> None:
    """A mark of direction, a no-break space or a stray blank makes no other outlet."""
    spelt = ["الميناء", "الميناء\u200f", " \u202bالميناء\u202c", "الم\u0640يناء", "\u200e"]
    make(tmp_path, {"in/n.jsonl": lines(*({"text": "a", "source": name} for name in spelt))})
    fetched = land(tmp_path / "lake", tmp_path / "in")
    assert [row["source"] for row in kept(fetched)] == ["الميناء"] * 4 + ["in"]


def test_a_raw_shard_is_decoded_alone_with_changed_profiles(tmp_path: Path) -> None:
    fetched = land(tmp_path / "lake", make(tmp_path / "in", MIXED))
    (path,) = (tmp_path / "lake" / "raw" / fetched.batch.batch_id).glob("*.parquet")
    better = SourceProfile.model_validate(
        {"name": "default", "fields": {"text": ["text", "source"]}}
    )
    table = read_raw(path)
    outcome = decode_raw(table, {"default": better}, max_json_depth=64)
    assert outcome.kept.num_rows + outcome.refused.num_rows == table.num_rows == 7
    assert outcome.refused["reason"].to_pylist() == ["unknown-format", "empty-file"]
    chunks = pa.concat_tables([table.slice(0, 3), table.slice(3)])
    assert decode_raw(chunks, {"default": better}, max_json_depth=64).kept.equals(outcome.kept)
    part = decode_raw(table.slice(1, 4), {"default": better}, max_json_depth=64)
    assert part.kept["record_ref"].to_pylist() == ["all.jsonl#2", "all.jsonl#3", "more.jsonl.gz#1"]


@pytest.mark.parametrize(
    ("column", "value", "problem"),
    [("format", "tar", "this format"), ("profile", "gone", "profile that reads")],
)
def test_raw_records_of_an_unknown_kind_stop_the_run(
    tmp_path: Path, column: str, value: str, problem: str
) -> None:
    fetched = land(tmp_path / "lake", make(tmp_path / "in", {"a.txt": TEXT}))
    (path,) = (tmp_path / "lake" / "raw" / fetched.batch.batch_id).glob("*.parquet")
    table = read_raw(path)
    place = RAW.get_field_index(column)
    table = table.set_column(place, RAW.field(column), pa.array([value]))
    with pytest.raises(StopRun, match=problem):
        decode_raw(table, {"default": DEFAULT}, max_json_depth=64)


def test_progress_is_told(tmp_path: Path) -> None:
    records = [{"text": str(number)} for number in range(2500)]
    folder = make(tmp_path / "in", {"n.jsonl": lines(*records)})
    told: list[Progress] = []
    fetch(
        [str(folder)],
        lake=tmp_path / "lake",
        reading=reading(),
        fetched_at=WHEN,
        on_progress=told.append,
    )
    size = (folder / "n.jsonl").stat().st_size
    assert [(step.records, step.bytes_in_all) for step in told] == [(1000, size), (2000, size)]


def test_a_lake_that_cannot_be_written_stops_the_run(tmp_path: Path) -> None:
    (tmp_path / "lake").write_text("a file")
    with pytest.raises(StopRun, match="cannot be written"):
        land(tmp_path / "lake", make(tmp_path / "in", MIXED))


WORDS = st.text(st.sampled_from('اب":{}\\\n\u2028 '), max_size=8)
RECORD = st.dictionaries(
    st.sampled_from(["id", "text", "title", "source"]),
    WORDS | st.none() | st.integers(0, 9) | st.lists(WORDS, max_size=2),
)


@given(st.lists(RECORD.map(lines) | WORDS, max_size=12), st.integers(50, 400))
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_landed_is_kept_or_refused(
    tmp_path_factory: pytest.TempPathFactory, parts: list[str], shard: int
) -> None:
    folder = make(tmp_path_factory.mktemp("any"), {"in/n.jsonl": "".join(parts)})
    fetched: Fetched = land(folder / "lake", folder / "in", how=reading(shard=shard))
    assert is_accounted(fetched)
