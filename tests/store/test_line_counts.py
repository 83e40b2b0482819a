"""Counts of lines: they add up in any order, stay small, and say by how much they may be wrong."""

import random
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.lake_schema import LINE_COUNTS
from tasks.store import line_counts as module
from tasks.store import merge_line_counts, open_lake, read_line_counts, transaction
from tasks.store.maintenance import keep_up
from tests.store.lake_batches import batch

Line = tuple[str, int, int]


def counts(*lines: Line, example: str | None = "b") -> pa.Table:
    """A table of (outlet, key, articles), with one bit for each."""
    names = LINE_COUNTS.names
    rows = [
        (s, key, n, 1 << n % 60, 1 << key % 60, 0, example if key else None) for s, key, n in lines
    ]
    return pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows], LINE_COUNTS)


def as_lines(table: pa.Table) -> list[Line]:
    return [(row["source"], row["line_key"], row["articles"]) for row in table.to_pylist()]


def test_counts_of_one_line_add_up() -> None:
    one, other = counts(("صدى", 7, 3), ("صدى", 0, 5)), counts(("صدى", 7, 4), example="a")
    merged = merge_line_counts([one, other])
    assert as_lines(merged) == [("صدى", 0, 5), ("صدى", 7, 7)]
    assert merged["contexts"].to_pylist() == [1 << 5, 1 << 3 | 1 << 4]
    assert merged["example_id"].to_pylist() == [None, "a"]


def test_nothing_adds_up_to_nothing() -> None:
    assert merge_line_counts([]).equals(LINE_COUNTS.empty_table())


LINES = st.lists(
    st.tuples(st.sampled_from(["صدى", "منبر"]), st.integers(1, 9), st.integers(1, 9)), max_size=30
)


@given(lines=LINES, cut=st.integers(0, 30), seed=st.integers())
def test_neither_order_nor_grouping_matters(lines: list[Line], cut: int, seed: int) -> None:
    shuffled = random.Random(seed).sample(lines, len(lines))
    first = merge_line_counts([counts(*shuffled[:cut]), counts(*shuffled[cut:])])
    assert first.equals(merge_line_counts([counts(line) for line in lines]))


def test_a_count_is_never_too_large_nor_more_too_small_than_it_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "LINES_KEPT", 20)
    chance = random.Random(5)
    true: Counter[int] = Counter()
    merged = LINE_COUNTS.empty_table()
    for _ in range(60):
        drawn = [1 + min(int(chance.paretovariate(0.7)), 400) for _ in range(50)]
        true.update(drawn)
        merged = merge_line_counts(
            [merged, counts(("صدى", 0, 50), *(("صدى", k, 1) for k in drawn))]
        )
    told = {key: articles for _, key, articles in as_lines(merged)}
    missed = merged["missed"][0].as_py()
    assert len(told) <= 20 + 1
    assert told.pop(0) == 3000
    assert all(true[key] - missed <= articles <= true[key] for key, articles in told.items())
    assert all(true[key] <= missed for key in true.keys() - told.keys())
    assert missed <= 3000 / 21


def test_outlets_without_end_do_not_fill_the_lake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "OUTLETS_KEPT", 2)
    named = [(f"o{n}", key, n + 1) for n in range(5) for key in (0, 9)]
    kept = as_lines(merge_line_counts([counts(*named)]))
    assert kept == [("o3", 0, 4), ("o3", 9, 4), ("o4", 0, 5), ("o4", 9, 5)]


def test_a_lake_adds_up_its_batches_and_maintenance_merges_them(tmp_path: Path) -> None:
    lake = open_lake(tmp_path / "lake", create=True)
    for number in range(3):
        made = batch(f"b{number}", range(number * 5, number * 5 + 5))
        with transaction(lake, batch_id=made.batch_id, run_id="r", wait_seconds=0) as changes:
            for dataset, table in made.tables.items():
                changes.write(dataset, table)
            changes.index(made.step)
            changes.count_lines(counts(("صدى", 0, 5), ("صدى", 7, number + 1), ("منبر", 7, 1)))
            changes.commit(made.summary)
        lake = open_lake(lake.root)
    before = read_line_counts(lake)
    assert as_lines(before) == [("صدى", 0, 15), ("صدى", 7, 6), ("منبر", 7, 3)]
    with transaction(lake, run_id="r", operation="maintain", wait_seconds=0) as changes:
        keep_up(changes, keep_since=lake.entry().committed_at)
    lake = open_lake(lake.root)
    assert len(lake.state().of_dataset("lines")) == 1
    assert read_line_counts(lake).equals(before)
    assert as_lines(read_line_counts(lake, "منبر")) == [("منبر", 7, 3)]
    assert not (lake.root / "lines").exists()
