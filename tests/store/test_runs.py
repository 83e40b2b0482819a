"""The record of runs."""

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from expectations.conformance import SchemaMismatch
from expectations.schema import RUNS
from tasks.errors import StopRun
from tasks.store import fail_cut_off_runs, open_lake, read_runs, write_runs
from tests.store.lake_batches import filled


def run(run_id: str, hour: int, *stages: str) -> pa.Table:
    return filled(
        RUNS,
        len(stages),
        run_id=[run_id] * len(stages),
        stage=stages,
        status=["done"] * len(stages),
        started_at=[
            datetime(2024, 1, 1, hour, minute, tzinfo=UTC) for minute in range(len(stages))
        ],
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return open_lake(tmp_path / "lake", create=True).root


def test_no_runs_give_the_columns(root: Path) -> None:
    assert list(pd.read_parquet(root / "runs").columns) == RUNS.names
    assert read_runs(root).equals(RUNS.empty_table())


def test_a_run_that_was_cut_off_is_no_longer_running(root: Path) -> None:
    write_runs(root, "whole", run("whole", 1, "run", "fetch"))
    killed = run("killed", 2, "run", "fetch", "clean").to_pylist()
    for row in (killed[0], killed[2]):
        row["status"] = "running"
    write_runs(root, "killed", pa.Table.from_pylist(killed, schema=RUNS))
    assert fail_cut_off_runs(root) == ["killed"]
    assert fail_cut_off_runs(root) == []
    told = {(row["run_id"], row["stage"]): row["status"] for row in read_runs(root).to_pylist()}
    assert {where for where, status in told.items() if status == "failed"} == {
        ("killed", "run"),
        ("killed", "clean"),
    }
    assert "running" not in told.values()


def test_the_last_runs_in_order(root: Path) -> None:
    for run_id, hour in (("c", 3), ("a", 2), ("b", 1)):
        write_runs(root, run_id, run(run_id, hour, "fetch", "clean"))
    assert read_runs(root)["run_id"].to_pylist() == ["b", "b", "a", "a", "c", "c"]
    last = read_runs(root, last=2)
    assert last["run_id"].to_pylist() == ["a", "a", "c", "c"]
    assert last["stage"].to_pylist() == ["fetch", "clean"] * 2
    assert read_runs(root, last=0).num_rows == 0
    assert len(pd.read_parquet(root / "runs")) == 6


def test_a_run_is_written_over_as_it_goes_on(root: Path) -> None:
    write_runs(root, "a", run("a", 1, "fetch"))
    write_runs(root, "a", run("a", 1, "fetch", "clean"))
    assert read_runs(root)["stage"].to_pylist() == ["fetch", "clean"]
    assert [p for p in (root / "runs").iterdir() if p.name.startswith(".")] == []


@pytest.mark.parametrize("run_id", ["", "../a", "a/b", ".hidden", "no-rows", "a" * 200])
def test_ids_that_are_no_file_names_are_refused(root: Path, run_id: str) -> None:
    with pytest.raises(StopRun, match="run's id"):
        write_runs(root, run_id, run("a", 1, "fetch"))


def test_another_shape_is_refused(root: Path) -> None:
    with pytest.raises(SchemaMismatch):
        write_runs(root, "a", run("a", 1, "fetch").drop_columns(["stage"]))
