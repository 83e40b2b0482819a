"""Writers killed at every point, before every step and at any moment: nothing lost, nothing torn.

The long run is ``tests/benchmarks/lake_kills.py``.
"""

import shutil
from contextlib import suppress
from pathlib import Path

import pandas as pd
import pytest

from tasks.store import open_lake
from tasks.store.files import delete
from tasks.store.transaction import POINTS
from tests.store.killing import KINDS, MOMENT, POINT, RECOVERY, STEP, Killing, Tally
from tests.store.known_lake import MAINTAIN, Action, perform
from tests.store.lake_batches import batch, commit

ROUNDS = {POINT: len(POINTS), STEP: 12, MOMENT: 10, RECOVERY: 6}
"""Writers of each kind to kill in each way: with the recoveries at least 100 kills."""


@pytest.mark.parametrize("way", ROUNDS)
def test_a_killed_writer_leaves_a_version_whole(way: str, tmp_path: Path) -> None:
    killing = Killing(tmp_path / "lake", seed=len(way))
    for number in range(ROUNDS[way]):
        for kind in KINDS:
            killing.kill(kind, way, POINTS[number] if way == POINT else "")
    killed = killing.tally.kills
    assert killing.tally.faults == []
    survived, half = killing.tally.survived, killing.tally.half
    assert killing.tally == Tally(kills=killed, survived=survived, half=half)
    # A kill that comes too late is none: moments, and steps of a commit that had fewer this time.
    assert killed.total() >= len(KINDS) * ROUNDS[way] * (1 if way == POINT else 0.5)


def test_a_version_that_is_given_up_is_whole_or_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when the sweep dies in the middle of it: a reader that pinned it gets no part of it."""
    lake = open_lake(tmp_path / "lake", create=True)
    for number in range(4):
        lake = commit(lake, batch(f"b{number}", range(8 * number, 8 * number + 8)))
    pinned = open_lake(lake.root, version=3).view("articles")

    def die(path: Path) -> None:
        if "00000003" in path.name:
            shutil.rmtree(min((path / "articles").glob("g*1-*")))
            raise KeyboardInterrupt
        delete(path)

    monkeypatch.setattr("tasks.store.files.delete", die)
    with pytest.raises(KeyboardInterrupt):
        perform(lake, Action(MAINTAIN))
    with suppress(FileNotFoundError):
        assert len(pd.read_parquet(pinned)) == 24
