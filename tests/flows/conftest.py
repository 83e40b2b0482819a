"""One first run on the sample, shared by every test that needs a lake or a warm Prefect state."""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.flows.command_runs import COMMAND, SECONDS, Ended, environment, warraq

WATCH = Path(__file__).with_name("network_watch.py")
UNSHARE = ("unshare", "--user", "--map-root-user", "--net")


@dataclass(frozen=True)
class Packets:
    """What went to other places than loopback during the run, and once the watch was tried."""

    during: list[str]
    after: list[str]


@dataclass(frozen=True)
class FirstRun:
    folder: Path
    ended: Ended
    packets: Packets | None = None
    unwatched: str = ""
    """Why nobody watched the network."""

    @property
    def state(self) -> Path:
        return self.folder / ".prefect"

    @property
    def lake(self) -> Path:
        return self.folder / "data" / "lake"


@pytest.fixture(scope="session")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> FirstRun:
    """Run where every packet is looked at, if this machine lets us."""
    folder = tmp_path_factory.mktemp("first-run")
    if reason := _why_unwatched():
        return FirstRun(folder, warraq("run", folder=folder), unwatched=reason)
    done = subprocess.run(
        [*UNSHARE, sys.executable, WATCH, *COMMAND, "run"],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    packets = Packets(told["during"], told["after"])
    return FirstRun(folder, Ended(**told["ended"]), packets)


def _why_unwatched() -> str | None:
    missing = [tool for tool in ("unshare", "ip") if shutil.which(tool) is None]
    if missing:
        return f"{' and '.join(missing)} (util-linux, iproute2) are not installed"
    tried = subprocess.run(
        [*UNSHARE, "ip", "link", "set", "lo", "up"], capture_output=True, text=True, check=False
    )
    return f"network namespaces are not permitted: {tried.stderr}" if tried.returncode else None


@pytest.fixture
def state(first_run: FirstRun) -> str:
    """A PREFECT_HOME whose database is there already."""
    assert first_run.ended.code == 0, first_run.ended.err
    return str(first_run.state)
