"""Emptying records of the raw zone: what is left is a whole batch, wherever it was cut off."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from expectations.lake_schema import RESPONSES
from tasks.errors import StopRun
from tasks.fetch import Fetched, fetch_again, purge_raw, uncommitted_batches
from tasks.fetch.manifests import ANSWERS, MANIFEST
from tasks.store import references
from tasks.store.files import putting
from tasks.store.references import ShardRef
from tests.fetch.fetching import WHEN, land, make, raw, reading, reasons

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


FEED = "https://example.org/feed"
SECRET = "نص 2".encode()


def answer(folder: Path, **bodies: bytes | None) -> Path:
    """Put answers into a batch; ``_`` in a name stands for the address of the feed."""
    rows = [
        {"url": FEED if name == "_" else f"https://example.org/{name}", "status": 200, "reason": ""}
        | {"fetched_at": WHEN, "outcome": "fetched", "headers": [], "body": body}
        for name, body in bodies.items()
    ]
    table = pa.Table.from_pylist(rows, schema=RESPONSES)
    return references.land(table, folder / ANSWERS).path


def bodies(folder: Path) -> list[bytes | None]:
    table = references.read(ShardRef(path=folder / ANSWERS, rows=0))
    assert table.schema == RESPONSES
    return table["body"].to_pylist()  # type: ignore[no-any-return]


@pytest.fixture
def later(fetched: Fetched) -> Path:
    """The folder of a later batch, whose feed has the article too; one list is another's."""
    folder = fetched.batch.lake / "raw" / "later"
    folder.mkdir()
    answer(folder, _=b"<rss>" + SECRET, other=b"<rss>other")
    answer(folder_of(fetched), _=b"<rss>" + SECRET, more=b"<feed>", page=None)
    return folder


def test_lists_that_an_article_came_with_are_emptied_in_every_batch(
    fetched: Fetched, later: Path
) -> None:
    assert purge(fetched, 2) == 1
    assert bodies(folder_of(fetched)) == [None, None, None]
    assert bodies(later) == [None, b"<rss>other"]
    left = [path for path in (fetched.batch.lake / "raw").rglob("*") if path.is_file()]
    assert [path for path in left if SECRET in path.read_bytes()] == []
    before = (later / ANSWERS).stat()
    assert purge(fetched, 2) == 1
    assert (later / ANSWERS).stat() == before


def test_lists_stay_where_nothing_of_their_batch_is_purged(fetched: Fetched, later: Path) -> None:
    assert purge_raw(fetched.batch.lake, [("gone", "a.jsonl#1")], refusal="purged") == 0
    assert bodies(later) == [b"<rss>" + SECRET, b"<rss>other"]


@pytest.mark.parametrize("writes", [0, 1])
def test_the_same_call_empties_the_lists_that_were_left(
    fetched: Fetched, later: Path, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    left = [True] * writes

    def failing(path: Path) -> object:
        if not left:
            raise OSError(28, "No space left on device")
        left.pop()
        return putting(path)

    with monkeypatch.context() as patched:
        patched.setattr("tasks.fetch.purging.putting", failing)
        with pytest.raises(StopRun, match="disk is full"):
            purge(fetched, 2)
    assert purge(fetched, 2) == 1
    assert bodies(folder_of(fetched)) == [None, None, None]
    assert bodies(later) == [None, b"<rss>other"]


def test_damaged_answers_are_told(fetched: Fetched) -> None:
    path = answer(folder_of(fetched), _=SECRET)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(StopRun, match="damaged"):
        purge(fetched, 2)


def test_what_killed_runs_downloaded_goes_too(fetched: Fetched) -> None:
    lake = fetched.batch.lake
    left = make(lake / "work", {".landing-dead/000.warc": SECRET}) / ".landing-dead"
    uncommitted_batches(lake, [])
    assert not left.exists()
