"""Merging: the same order and rows in parts of any size, and files chosen so that it pays."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from expectations.schema import ARTICLES, LEDGER
from tasks.errors import StopRun
from tasks.store import LiveFile
from tasks.store.maintenance import ALWAYS_BYTES, runs_to_merge
from tasks.store.merging import merged
from tasks.store.parts import PartWriter, restored
from tests.store.lake_batches import article_id, filled, step_of

TARGET = 128 * 1024 * 1024
MIB = 1024 * 1024
KIB = 1024
DAY = datetime(2024, 1, 1, tzinfo=UTC)


def written(root: Path, dataset: str, *tables: pa.Table) -> list[LiveFile]:
    """A file for each table."""
    files = []
    for number, table in enumerate(tables):
        writer = PartWriter(root, f"g{number:08d}-00000000", buffer_bytes=20_000)
        for start in range(0, len(table), 7):
            writer.add(dataset, table.slice(start, 7))
        files += writer.finish()
    return files


def articles(numbers: list[int]) -> pa.Table:
    """Articles of three outlets and twenty days, some of them without a date."""
    chance = random.Random(len(numbers))
    days = [chance.choice([None, *range(20)]) for _ in numbers]
    return filled(
        ARTICLES,
        len(numbers),
        article_id=[article_id(n) for n in numbers],
        source=[f"صحيفة {chance.randrange(3)}" for _ in numbers],
        title=[str(n) for n in numbers],
        body=["متن " * chance.randrange(400) for _ in numbers],
        published_at=[None if day is None else DAY + timedelta(days=day) for day in days],
        published_month=["2024-01"] * len(numbers),
    )


@pytest.mark.parametrize("part_bytes", [1, 3_000, 100_000, TARGET])
def test_articles_come_by_outlet_and_time_in_parts_of_any_size(
    part_bytes: int, tmp_path: Path
) -> None:
    tables = [articles(list(range(40))), articles(list(range(40, 95))), articles([200])]
    files = written(tmp_path, "articles", *tables)
    parts = list(merged(tmp_path, files, part_bytes=part_bytes))
    expected = pa.concat_tables(tables).sort_by(
        [("source", "ascending"), ("published_at", "ascending")]
    )
    assert pa.concat_tables(parts).equals(expected)
    whole = expected.nbytes
    assert len(parts) == 1 if part_bytes == TARGET else len(parts) >= min(whole // part_bytes, 96)


@pytest.mark.parametrize("part_bytes", [1, 2_000, TARGET])
def test_the_ledger_keeps_its_order(part_bytes: int, tmp_path: Path) -> None:
    tables = [filled(LEDGER, 30, record_ref=[f"{name}#{n}" for n in range(30)]) for name in "abc"]
    files = written(tmp_path, "ledger", *tables)
    parts = list(merged(tmp_path, files, part_bytes=part_bytes))
    assert pa.concat_tables(parts).equals(pa.concat_tables(tables))


@pytest.mark.parametrize("part_bytes", [1, 1_000, TARGET])
def test_of_index_entries_the_last_is_left(part_bytes: int, tmp_path: Path) -> None:
    tables = [step_of(range(20), copies=1), step_of(range(5, 30), copies=2), step_of([7], copies=3)]
    files = written(tmp_path, "index", *tables)
    rows = pa.concat_tables(merged(tmp_path, files, part_bytes=part_bytes))
    found = dict(zip(rows["article_id"].to_pylist(), rows["copies"].to_pylist(), strict=True))
    wanted = dict.fromkeys(range(5), 1) | dict.fromkeys(range(5, 30), 2) | {7: 3}
    assert found == {article_id(n): copies for n, copies in wanted.items()}
    assert list(found) == sorted(found)


def test_what_is_merged_again_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files in order are gathered in one pass: each part reads its own row groups alone."""
    files = written(tmp_path, "articles", articles(list(range(120))))
    writer = PartWriter(tmp_path, "g00000009-00000000")
    writer.write_one("articles", "2024-01", merged(tmp_path, files, part_bytes=3_000))
    (file,) = writer.finish()
    read: list[int] = []

    def noted(rows: pa.Table, of: LiveFile) -> pa.Table:
        read.append(len(rows))
        return restored(rows, of)

    monkeypatch.setattr("tasks.store.merging.restored", noted)
    parts = list(merged(tmp_path, [file], part_bytes=30_000))
    assert len(parts) > 5
    assert sum(read) <= 120 + len(parts) * max(read)


def test_rows_that_are_missing_stop_it(tmp_path: Path) -> None:
    (file,) = written(tmp_path, "articles", articles([1, 2, 3]))
    with pytest.raises(StopRun, match="another number of rows"):
        list(merged(tmp_path, [file.model_copy(update={"rows": 4})]))


def live(dataset: str, version: int, size: int) -> LiveFile:
    return LiveFile(
        dataset=dataset,
        group=f"g{version:08d}-00000000",
        month=None if dataset in {"index", "ledger"} else "2024-01",
        part=0,
        rows=1,
        size=size,
        sha256="0" * 64,
    )


@pytest.mark.parametrize(
    ("dataset", "sizes", "merges"),
    [
        pytest.param("articles", [20 * KIB], [], id="one"),
        pytest.param("articles", [MIB, 20 * KIB], [[0, 1]], id="up to 8 MiB always"),
        pytest.param("articles", [9 * MIB, 20 * KIB], [], id="a large file not for little"),
        pytest.param(
            "articles", [20 * MIB, 20 * KIB, 30 * KIB], [[1, 2]], id="little with its like"
        ),
        pytest.param("articles", [20 * MIB, 3 * MIB], [[0, 1]], id="what grew by an eighth"),
        pytest.param(
            "articles", [20 * MIB, 9 * MIB, 10 * MIB, KIB], [[0, 1, 2]], id="large ones too"
        ),
        pytest.param("articles", [64 * MIB, 64 * MIB, KIB], [], id="half the target is enough"),
        pytest.param("ledger", [50 * MIB] * 4, [[0, 1], [2, 3]], id="cut at the target"),
        pytest.param("index", [KIB, 90 * MIB, KIB, KIB], [[2, 3]], id="the last of the index"),
        pytest.param("index", [20 * MIB, KIB], [], id="a large step not for little"),
        pytest.param("index", [KIB, KIB, 20 * MIB], [[0, 1, 2]], id="little before a large step"),
    ],
)
def test_which_files_are_worth_merging(
    dataset: str, sizes: list[int], merges: list[list[int]]
) -> None:
    files = [live(dataset, version, size) for version, size in enumerate(sizes)]
    found = [[file.version for file in run] for run in runs_to_merge(files, TARGET)]
    assert found == merges


def test_a_month_on_its_way_to_the_target_is_not_written_too_often() -> None:
    """A batch of 100 KiB a day: each byte is written some times, not once a day."""
    sizes: list[int] = []
    put = 0
    most = 0
    for day in range(1_000):
        sizes.append(100 * KIB)
        files = [live("articles", version, size) for version, size in enumerate(sizes)]
        if day % 8 == 7:
            for run in runs_to_merge(files, TARGET):
                numbers = {file.version for file in run}
                whole = sum(sizes[n] for n in numbers)
                sizes = [size for n, size in enumerate(sizes) if n not in numbers] + [whole]
                put += whole
        most = max(most, len(sizes))
    assert put / (1_000 * 100 * KIB) < 12
    assert most <= 16
    assert min(sizes) < ALWAYS_BYTES
