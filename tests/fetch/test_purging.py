"""Emptying records of the raw zone: what is left is a whole batch, wherever it was cut off."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tasks.fetch import Fetched, fetch_again, purge_raw, uncommitted_batches
from tasks.fetch.manifests import MANIFEST
from tests.fetch.fetching import land, make, raw, reading, reasons

LINES = "".join(f'{{"id": "{n}", "text": "نص {n}"}}\n' for n in range(1, 5))


@pytest.fixture
def fetched(tmp_path: Path) -> Fetched:
    """A batch of two shards."""
    folder = make(tmp_path / "in", {"a.jsonl": LINES})
    return land(tmp_path / "lake", folder, how=reading(shard=60))


def purge(fetched: Fetched, *numbers: int) -> int:
    names = [(fetched.batch.batch_id, f"a.jsonl#{n}") for n in numbers]
    return purge_raw(fetched.batch.lake, names, refusal="was-purged", detail="حكم")


def folder_of(fetched: Fetched) -> Path:
    return fetched.batch.lake / "raw" / fetched.batch.batch_id


def test_records_are_emptied_and_the_others_are_as_they_were(fetched: Fetched) -> None:
    before = {row["record_ref"]: row for row in raw(fetched)}
    assert len(list(folder_of(fetched).glob("*.parquet"))) == 2
    assert purge(fetched, 2, 99) == 1
    after = {row["record_ref"]: row for row in raw(fetched)}
    emptied = after.pop("a.jsonl#2")
    told = {"payload": None, "header": None, "refusal": "was-purged", "detail": "حكم"}
    assert emptied == before.pop("a.jsonl#2") | told
    assert after == before


def test_they_are_read_as_refused_from_then_on(fetched: Fetched) -> None:
    purge(fetched, 2)
    purge(fetched, 1)
    assert purge(fetched, 1, 2) == 2
    shutil.rmtree(fetched.batch.work)
    again = fetch_again(fetched.batch.lake, fetched.batch.batch_id, reading(shard=60))
    assert again is not None
    assert reasons(again) == {"a.jsonl#1": "was-purged", "a.jsonl#2": "was-purged"}


def _before_the_manifest(folder: Path, before: Path) -> None:
    shutil.copy(before / MANIFEST, folder / MANIFEST)
    shutil.copy(before / "00000.parquet", folder)


def _before_the_old_shard_went(folder: Path, before: Path) -> None:
    shutil.copy(before / "00000.parquet", folder)


@pytest.mark.parametrize("cut_off", [_before_the_manifest, _before_the_old_shard_went])
def test_the_same_call_makes_good_what_was_cut_off(
    fetched: Fetched, tmp_path: Path, cut_off: Callable[[Path, Path], None]
) -> None:
    folder = folder_of(fetched)
    before = tmp_path / "before"
    shutil.copytree(folder, before)
    purge(fetched, 2)
    done = sorted(path.name for path in folder.iterdir())
    cut_off(folder, before)
    shutil.rmtree(fetched.batch.work)
    again = fetch_again(fetched.batch.lake, fetched.batch.batch_id, reading(shard=60))
    assert again is not None, "what is there meanwhile is a whole batch"
    assert purge(fetched, 2) == 1
    assert sorted(path.name for path in folder.iterdir()) == done


def test_batches_that_no_commit_names_are_found(fetched: Fetched) -> None:
    lake, name = fetched.batch.lake, fetched.batch.batch_id
    left = make(lake / "raw", {".landing-dead/00000.parquet": "half"}) / ".landing-dead"
    assert uncommitted_batches(lake, []) == [name]
    assert not left.exists()
    assert uncommitted_batches(lake, {name: 1}) == []
