import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.flows.command_runs import environment

FLOWS = Path(__file__).parents[2] / "flows"
TOLD = (
    "import os, flows, sys\n"
    "print(os.environ['PREFECT_HOME'], os.environ['PREFECT_SERVER_ANALYTICS_ENABLED'],"
    " os.environ['DO_NOT_TRACK'], os.environ['GX_ANALYTICS_ENABLED'],"
    " os.environ['PREFECT_CLIENT_RETRY_EXTRA_CODES'],"
    " os.environ.get('PREFECT_PROFILES_PATH'), 'prefect' in sys.modules)"
)


def imported(folder: Path, **more: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-P", "-c", TOLD],
        cwd=folder,
        env=environment(folder, **more),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


def test_state_is_in_the_current_folder_and_nothing_is_told_abroad(tmp_path: Path) -> None:
    state = str(tmp_path / ".prefect")
    assert imported(tmp_path) == [state, "false", "1", "false", "500", "None", "False"]


def test_profiles_of_the_home_still_count(tmp_path: Path) -> None:
    profiles = tmp_path / "home" / ".prefect" / "profiles.toml"
    profiles.parent.mkdir(parents=True)
    profiles.touch()
    assert imported(tmp_path)[5] == str(profiles)


def test_what_the_user_set_stays(tmp_path: Path) -> None:
    told = imported(tmp_path, PREFECT_HOME="/elsewhere", PREFECT_SERVER_ANALYTICS_ENABLED="true")
    assert told[:2] == ["/elsewhere", "true"]


@pytest.mark.parametrize("stem", sorted(path.stem for path in FLOWS.glob("*.py")))
def test_no_flow_file_shadows_a_library(stem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prefect's file entrypoint leaves this folder at the front of ``sys.path`` for good."""
    monkeypatch.setattr(
        sys, "path", [place for place in sys.path if os.path.realpath(place) != str(FLOWS)]
    )
    assert importlib.util.find_spec(stem) is None


def test_folder_of_flows_is_flat() -> None:
    assert [path for path in FLOWS.iterdir() if path.is_dir() and path.name != "__pycache__"] == []
