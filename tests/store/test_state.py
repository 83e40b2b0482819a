"""What a version holds: the log summed up, with states beside it that are only a short cut."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from tasks.errors import StopRun
from tasks.store import Lake, open_lake, verify
from tasks.store import state as state_module
from tasks.store.log import entry_path, read_entry
from tasks.store.state import read_state, state_path
from tests.copying import copied
from tests.store.lake_batches import batch, commit


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten versions, with a state after every fourth."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(state_module, "EVERY", 4)
        lake = open_lake(folder / "lake", create=True)
        for number in range(10):
            lake = commit(lake, batch(f"b{number}", range(10 * number, 10 * number + 10)))
    return folder


@pytest.fixture
def lake(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    monkeypatch.setattr(state_module, "EVERY", 4)
    return open_lake(copied(made, tmp_path) / "lake")


def test_a_state_stands_beside_every_fourth_entry(lake: Lake) -> None:
    assert [p.name for p in sorted((lake.root / "log").glob("*.state.json"))] == [
        "00000004.state.json",
        "00000008.state.json",
    ]


@pytest.mark.parametrize("version", range(11))
def test_every_version_is_the_sum_of_its_entries(lake: Lake, version: int) -> None:
    files = {f.name: f for n in range(version + 1) for f in read_entry(lake.root, n).added}
    state = read_state(lake.root, version)
    assert state.version == version
    assert state.files == files
    assert state.batches == {f"b{n}": n + 1 for n in range(version)}


def _remove(path: Path) -> None:
    path.unlink()


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:50])


def _of_another_history(path: Path) -> None:
    told = json.loads(path.read_text()) | {"group": "g00000008-00000000", "files": []}
    path.write_text(json.dumps(told))


def _of_another_version(path: Path) -> None:
    path.write_bytes(path.with_name("00000004.state.json").read_bytes())


@pytest.mark.parametrize("harm", [_remove, _cut, _of_another_history, _of_another_version])
def test_a_state_that_cannot_be_used_is_passed_over(
    lake: Lake, harm: Callable[[Path], None]
) -> None:
    whole = lake.state()
    harm(state_path(lake.root, 8))
    assert lake.state() == whole
    assert len(pd.read_parquet(lake.root / "articles")) == 100
    assert open_lake(lake.root).version == 10


def test_a_log_that_does_not_add_up_is_named(lake: Lake) -> None:
    path = entry_path(lake.root, 9)
    entry = json.loads(path.read_text())
    entry["dropped"] = ["groups/g00000001-00000000/articles/2024-01-0.parquet"]
    path.write_text(json.dumps(entry))
    with pytest.raises(StopRun, match="drops a file that is not there") as stopped:
        lake.state()
    assert stopped.value.facts["path"] == str(path)


@pytest.mark.parametrize("version", [0, 3, 10])
def test_an_earlier_version_is_opened_by_number_and_by_time(lake: Lake, version: int) -> None:
    earlier = open_lake(lake.root, version=version)
    assert earlier.version == version
    assert len(pd.read_parquet(earlier.view("articles"))) == 10 * version
    assert verify(open_lake(lake.root)) == []
    when = read_entry(lake.root, version).committed_at
    assert open_lake(lake.root, at=when).version == version


def test_a_time_between_two_versions_gives_the_earlier(lake: Lake) -> None:
    first, then = (read_entry(lake.root, n).committed_at for n in (3, 4))
    assert open_lake(lake.root, at=first + (then - first) / 2).version == 3
    assert open_lake(lake.root, at=datetime.now(UTC)).version == 10


def test_what_is_no_version_is_said(lake: Lake) -> None:
    with pytest.raises(StopRun, match="cannot be read") as stopped:
        open_lake(lake.root, version=11)
    assert (stopped.value.facts["oldest"], stopped.value.facts["newest"]) == (0, 10)
    with pytest.raises(StopRun, match="made later"):
        open_lake(lake.root, at=datetime.now(UTC) - timedelta(days=9))
