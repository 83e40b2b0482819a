"""One first run on the sample, shared by every test that needs a lake or a warm Prefect state."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.flows.command_runs import Ended, warraq


@dataclass(frozen=True)
class FirstRun:
    folder: Path
    ended: Ended

    @property
    def state(self) -> Path:
        return self.folder / ".prefect"

    @property
    def lake(self) -> Path:
        return self.folder / "data" / "lake"


@pytest.fixture(scope="session")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> FirstRun:
    folder = tmp_path_factory.mktemp("first-run")
    return FirstRun(folder, warraq("run", folder=folder))


@pytest.fixture
def state(first_run: FirstRun) -> str:
    """A PREFECT_HOME whose database is there already."""
    assert first_run.ended.code == 0, first_run.ended.err
    return str(first_run.state)
