"""A lake from its making on: what readers see after adding, correcting and amending."""

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from expectations.conformance import SchemaMismatch
from expectations.schema import DATASETS, PARTITIONED
from tasks.errors import RetryLater, StopRun
from tasks.store import Lake, open_lake, transaction, verify
from tasks.store.log import entry_path
from tests.store.lake_batches import (
    amendments,
    article_id,
    batch,
    commit,
    month_of,
    step_of,
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "lake"


@pytest.fixture
def lake(root: Path) -> Lake:
    return open_lake(root, create=True)


def ids(root: Path, dataset: str = "articles") -> list[str]:
    return sorted(pd.read_parquet(root / dataset)["article_id"])


def names_of(*numbers: int) -> list[str]:
    return sorted(article_id(n) for n in numbers)


@pytest.mark.parametrize("dataset", DATASETS)
def test_an_empty_lake_gives_the_columns(lake: Lake, dataset: str) -> None:
    frame = pd.read_parquet(lake.root / dataset)
    assert len(frame) == 0
    assert set(frame.columns) == set(DATASETS[dataset].names)
    assert lake.version == 0
    assert verify(lake) == []


def test_making_a_lake_twice_makes_it_once(lake: Lake) -> None:
    commit(lake, batch("b1", range(4)))
    assert open_lake(lake.root, create=True).version == 1


def test_what_is_written_is_read_back_whole(lake: Lake) -> None:
    wanted = batch("b1", range(10), copies_of=[1, 2], refused=3)
    lake = commit(lake, wanted)
    for dataset, table in wanted.tables.items():
        order = "article_id" if dataset in PARTITIONED else "record_ref"
        found = pq.read_table(lake.root / dataset)
        assert set(found.column_names) == set(table.column_names)
        found = pa.table([found[f.name].cast(f.type) for f in table.schema], schema=table.schema)
        assert found.sort_by(order).equals(table.sort_by(order)), dataset
    assert verify(lake) == []


def test_pandas_filters_and_columns(lake: Lake) -> None:
    lake = commit(lake, batch("b1", range(40)))
    frame = pd.read_parquet(
        lake.root / "articles",
        columns=["title", "word_count", "published_month"],
        filters=[("published_month", ">=", "2024-01"), ("published_month", "<", "unknown")],
    )
    assert list(frame.columns) == ["title", "word_count", "published_month"]
    assert set(frame["published_month"]) == {"2024-01", "2024-02"}
    assert len(frame) == 20


def test_files_carry_the_descriptions_and_no_partition_column(lake: Lake) -> None:
    lake = commit(lake, batch("b1", range(4)))
    for file in lake.files("articles"):
        schema = pq.read_schema(lake.root / file.name)
        assert "published_month" not in schema.names
        assert b"description" in schema.field("title").metadata


def test_the_log_names_every_file(lake: Lake) -> None:
    lake = commit(lake, batch("b1", range(8)))
    entry = json.loads(entry_path(lake.root, 1).read_text())
    assert entry["batch_id"] == "b1"
    assert entry["parent"] == 0
    assert entry["summary"]["records"] == 8
    assert {f["dataset"] for f in entry["added"]} == {"articles", "ledger", "index"}
    assert entry["dropped"] == []
    assert all(len(f["sha256"]) == 64 for f in entry["added"])


def test_a_batch_is_committed_once(lake: Lake) -> None:
    lake = commit(lake, batch("b1", range(4)))
    again = commit(lake, batch("b1", range(4)))
    assert again.version == 1
    found = again.find_batch("b1")
    assert found is not None
    assert found.version == 1
    assert again.find_batch("b2") is None
    with transaction(again, batch_id="b1", run_id="r", wait_seconds=0) as changes:
        assert changes.already_committed == found
        assert changes.commit({}) == 1
    assert sorted(p.name for p in (lake.root / "groups").iterdir())[1:] == [found.group]


def test_leaving_without_commit_changes_nothing(lake: Lake) -> None:
    with transaction(lake, batch_id="b1", run_id="r", wait_seconds=0) as changes:
        changes.write("articles", batch("b1", range(4)).tables["articles"])
    assert open_lake(lake.root).version == 0
    assert len(list((lake.root / "groups").iterdir())) == 1


def test_rows_taken_out_and_written_anew(lake: Lake) -> None:
    lake = commit(lake, batch("b1", range(8)))
    pinned = (lake.root / "articles").resolve()
    newer = batch("b2", [3]).tables["articles"]
    with transaction(lake, batch_id="b2", run_id="r", wait_seconds=0) as changes:
        changes.remove("articles", pa.array([article_id(3)]), pa.array([month_of(3)]))
        changes.remove("articles", pa.array([article_id(4)]))
        changes.write("articles", newer)
        changes.commit({})
    frame = pd.read_parquet(lake.root / "articles").set_index("article_id")
    assert sorted(frame.index) == names_of(0, 1, 2, 3, 5, 6, 7)
    assert frame.loc[article_id(3), "batch_id"] == "b2"
    assert frame.loc[article_id(7), "batch_id"] == "b1"
    assert sorted(pd.read_parquet(pinned)["article_id"]) == names_of(*range(8))
    assert sorted(pd.read_parquet(lake.view("articles"))["article_id"]) == names_of(*range(8))


def test_copies_amended_and_all_else_left(lake: Lake) -> None:
    lake = commit(lake, batch("b1", range(8)))
    before = pd.read_parquet(lake.root / "articles").set_index("article_id")
    with transaction(lake, batch_id="b2", run_id="r", wait_seconds=0) as changes:
        changes.amend("articles", amendments([1, 5, 2], 7))
        changes.remove("articles", pa.array([article_id(6)]), pa.array([month_of(6)]))
        changes.commit({})
    after = pd.read_parquet(lake.root / "articles").set_index("article_id")
    assert {article_id(n): 7 for n in (1, 5, 2)} | {
        article_id(n): 1 for n in (0, 3, 4, 7)
    } == after["copies"].to_dict()
    same = [c for c in before.columns if c not in {"copies", "published_month"}]
    pd.testing.assert_frame_equal(
        before.drop(article_id(6))[same].sort_index(), after[same].sort_index()
    )
    untouched = {f.name for f in lake.files("articles") if f.month in {month_of(0), month_of(3)}}
    assert untouched <= {f.name for f in open_lake(lake.root).files("articles")}


def test_rows_that_are_not_there_cannot_be_corrected(lake: Lake) -> None:
    lake = commit(lake, batch("b1", range(8)))
    with transaction(lake, batch_id="b2", run_id="r", wait_seconds=0) as changes:
        changes.amend("articles", amendments([1, 99], 2))
        with pytest.raises(StopRun, match="not in the lake"):
            changes.commit({})
    assert open_lake(lake.root).version == 1


def test_a_later_writer_builds_on_what_came_between(lake: Lake) -> None:
    commit(lake, batch("b1", range(4)))
    with transaction(lake, batch_id="b2", run_id="r", wait_seconds=0) as changes:
        assert (lake.version, changes.base.version) == (0, 1)
        for dataset, table in batch("b2", range(4, 8)).tables.items():
            changes.write(dataset, table)
        changes.commit(batch("b2", range(4, 8)).summary)
    assert ids(lake.root) == names_of(*range(8))


def test_a_ledger_that_does_not_add_up_is_not_committed(lake: Lake) -> None:
    wanted = batch("b1", range(4), refused=1)
    for summary in (
        {},
        {"records": 6, "dispositions": {"published": 4, "quarantined": 2}},
        {"records": 5, "dispositions": {"published": 5}},
    ):
        with transaction(lake, batch_id="b1", run_id="r", wait_seconds=0) as changes:
            changes.write("ledger", wanted.tables["ledger"])
            with pytest.raises(StopRun, match="does not add up"):
                changes.commit(summary)
    assert open_lake(lake.root).version == 0


@pytest.mark.parametrize(
    "month", ["2024-13", "2024", "../../x", "2024-01/..", "Unknown", "2024-01\n", ""]
)
def test_other_partition_values_are_refused(lake: Lake, month: str) -> None:
    table = batch("b1", [1]).tables["articles"]
    table = table.set_column(
        table.num_columns - 1, table.schema.field("published_month"), pa.array([month])
    )
    with (
        pytest.raises(SchemaMismatch, match="month"),
        transaction(lake, batch_id="b1", run_id="r", wait_seconds=0) as changes,
    ):
        changes.write("articles", table)


def test_a_table_of_another_shape_is_refused(lake: Lake) -> None:
    tables = batch("b1", [1]).tables
    with transaction(lake, batch_id="b1", run_id="r", wait_seconds=0) as changes:
        with pytest.raises(SchemaMismatch, match="missing title"):
            changes.write("articles", tables["articles"].drop_columns(["title"]))
        with pytest.raises(StopRun, match="no such dataset"):
            changes.write("articels", tables["articles"])
        with pytest.raises(StopRun, match="no such dataset"):
            changes.remove("../x", pa.array(["a"]))
        with pytest.raises(SchemaMismatch):
            changes.index(step_of([1]).drop_columns(["text_key"]))


def test_a_version_that_is_taken_is_never_written_over(lake: Lake) -> None:
    taken = entry_path(lake.root, 1)

    def steal(point: str) -> None:
        if point == "view-built":
            taken.write_bytes(entry_path(lake.root, 0).read_bytes())

    with pytest.raises(RetryLater, match="committed this version first"):
        commit(lake, batch("b1", range(4)), checkpoint=steal)
    assert taken.read_bytes() == entry_path(lake.root, 0).read_bytes()
    assert len(list((lake.root / "groups").iterdir())) == 1
    assert [p.name for p in (lake.root / "versions").iterdir()] == ["v00000000"]


def _absent(root: Path) -> None:
    root.parent.mkdir(exist_ok=True)


def _something_else(root: Path) -> None:
    root.mkdir(parents=True)
    (root / "thesis.docx").write_text("x")


def _a_home(root: Path) -> None:
    root.mkdir(parents=True)
    (root / ".profile").write_text("x")


def _a_project(root: Path) -> None:
    (root / "docs").mkdir(parents=True)
    (root / "log").mkdir()


def _a_full_folder_of_our_name(root: Path) -> None:
    (root / "log").mkdir(parents=True)
    (root / "log" / "server.log").write_text("x")


def _a_file(root: Path) -> None:
    root.parent.mkdir(exist_ok=True)
    root.write_text("x")


@pytest.mark.parametrize(
    ("prepare", "create", "message"),
    [
        pytest.param(_absent, False, "no lake here", id="absent"),
        pytest.param(_something_else, False, "holds other things", id="other-folder"),
        pytest.param(_a_file, False, "no lake here: a part of the path is a file", id="a-file"),
        pytest.param(_something_else, True, "holds other things", id="create-in-other-folder"),
        pytest.param(_a_home, True, "holds other things", id="create-among-hidden-files"),
        pytest.param(_a_project, True, "holds other things", id="create-in-a-project"),
        pytest.param(
            _a_full_folder_of_our_name, True, "holds other things", id="create-around-a-log"
        ),
        pytest.param(_a_file, True, "cannot be made here: a file", id="create-on-a-file"),
    ],
)
def test_what_is_no_lake_says_so(
    root: Path, prepare: Callable[[Path], None], create: bool, message: str
) -> None:
    prepare(root)
    with pytest.raises(StopRun, match=message):
        open_lake(root, create=create)


@pytest.mark.parametrize("key", ["format", "schema_version"])
def test_a_newer_lake_is_refused_untouched(lake: Lake, key: str) -> None:
    path = entry_path(lake.root, 0)
    entry = json.loads(path.read_text()) | {key: 99, "novelty": True}
    path.write_text(json.dumps(entry))
    (lake.root / "groups" / "g00000001-0123abcd").mkdir()
    with pytest.raises(StopRun, match="newer Warraq"):
        open_lake(lake.root, create=True)
    with (
        pytest.raises(StopRun, match="newer Warraq"),
        transaction(lake, batch_id="b", run_id="r", wait_seconds=0),
    ):
        pass
    assert (lake.root / "groups" / "g00000001-0123abcd").exists()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda e: e["added"][0].update(group="../../../x"), id="group-leads-out"),
        pytest.param(lambda e: e["added"][0].update(month="../x"), id="month-leads-out"),
        pytest.param(lambda e: e["added"][0].update(dataset="../x"), id="dataset-leads-out"),
        pytest.param(lambda e: e.pop("group"), id="field-missing"),
    ],
)
def test_a_damaged_log_entry_is_named(
    lake: Lake, change: Callable[[dict[str, list[dict[str, str]]]], None]
) -> None:
    path = entry_path(lake.root, 0)
    entry = json.loads(path.read_text())
    change(entry)
    path.write_text(json.dumps(entry))
    with pytest.raises(StopRun, match=r"damaged.*00000000\.json"):
        open_lake(lake.root)
    path.write_text("{")
    with pytest.raises(StopRun, match=r"damaged.*00000000\.json"):
        open_lake(lake.root)
