"""Writers killed at every point, before every step and at any moment: nothing lost, nothing torn.

The long run is ``tests/benchmarks/lake_kills.py``.
"""

from pathlib import Path

import pytest

from tasks.store.transaction import POINTS
from tests.store.killing import KINDS, MOMENT, POINT, RECOVERY, STEP, Killing, Tally

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
    assert killing.tally == Tally(kills=killed, survived=killing.tally.survived)
    # A kill that comes too late is none: moments, and steps of a commit that had fewer this time.
    assert killed.total() >= len(KINDS) * ROUNDS[way] * (1 if way == POINT else 0.5)
