import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from flows.local_server import (
    answers,
    configured_api_url,
    local_server,
    start_server,
    stop_server,
    wait_ready,
)
from tasks.errors import StopRun
from tests.flows.command_runs import environment, servers_of, wait_for

linux = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")

HOLD_A_SERVER = """
import time
from flows.local_server import local_server, wait_ready
with local_server() as server:
    {wait}
    print(server.api_url, flush=True)
    time.sleep(600)
"""

TASKS_THEN_THE_END = """
from flows.local_server import local_server, wait_ready
with local_server() as server:
    from prefect import flow, task
    @task
    def step(number): return number
    @flow
    def many(): return [step(number) for number in range(40)]
    wait_ready(server)
    many()
"""


@pytest.fixture
def unconfigured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder, a home and a state folder in which nobody has told Prefect anything."""
    for name in [name for name in os.environ if name.startswith("PREFECT")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run_python(code: str, folder: Path, **more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-P", "-c", code],
        cwd=folder,
        env=environment(folder, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@linux
@pytest.mark.flow
@pytest.mark.parametrize("when", ["while-it-starts", "when-it-is-ready"])
def test_server_ends_when_its_parent_is_killed(when: str, tmp_path: Path, state: str) -> None:
    wait = "wait_ready(server)" if when == "when-it-is-ready" else "pass"
    # A state folder of its own, so that only this server is found; the database is warm.
    own = tmp_path / "state"
    own.mkdir()
    (own / "prefect.db").write_bytes(Path(state, "prefect.db").read_bytes())
    parent = run_python(HOLD_A_SERVER.format(wait=wait), tmp_path, PREFECT_HOME=str(own))
    assert parent.stdout is not None
    assert parent.stdout.readline().startswith("http://127.0.0.1:")
    # What a process was started with can be read a moment after it has started.
    wait_for(lambda: len(servers_of(own)) == 1, "the start of the server")
    parent.send_signal(signal.SIGKILL)
    parent.communicate()
    wait_for(lambda: servers_of(own) == [], "the end of the server", seconds=60)


@pytest.mark.flow
def test_two_first_starts_in_one_state_folder_at_once(tmp_path: Path) -> None:
    state = str(tmp_path / "state")
    both = [run_python(TASKS_THEN_THE_END, tmp_path, PREFECT_HOME=state) for _ in range(2)]
    ended = [process.communicate(timeout=240) for process in both]
    assert [process.returncode for process in both] == [0, 0], ended
    assert "Traceback" not in "".join(err for _, err in ended)
    assert "Traceback" not in (tmp_path / "state" / "server.log").read_text()
    code = (
        "import sqlite3; print(sqlite3.connect('state/prefect.db').execute("
        '"SELECT count(*), count(DISTINCT flow_run_id) FROM task_run WHERE state_type = '
        "'COMPLETED'\").fetchall())"
    )
    assert run_python(code, tmp_path).communicate()[0].strip() == "[(80, 2)]"


@pytest.mark.flow
def test_server_answers_and_then_does_not(
    unconfigured: Path, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_HOME", state)
    with local_server() as server:
        assert server is not None
        assert configured_api_url() == server.api_url
        wait_ready(server)
        assert answers(server.api_url)
    assert configured_api_url() is None
    assert not answers(server.api_url)


def test_an_api_that_the_user_runs_is_taken(
    unconfigured: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://prefect.example/api")
    with local_server() as server:
        assert server is None
    assert not (unconfigured / "state").exists()


PROFILE = 'active = "mine"\n[profiles.mine]\nPREFECT_API_URL = "http://profile.example/api"\n'


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        pytest.param("other", "", None, id="nothing"),
        pytest.param("prefect.toml", '[api]\nurl = "http://t/api"', "http://t/api", id="toml"),
        pytest.param(
            "pyproject.toml",
            '[tool.prefect.api]\nurl = "http://p/api"',
            "http://p/api",
            id="pyproject",
        ),
        pytest.param("state/profiles.toml", PROFILE, "http://profile.example/api", id="profile"),
        pytest.param("state/profiles.toml", "active = [", None, id="broken-profile"),
        pytest.param("prefect.toml", 'api = "x"', None, id="odd-toml"),
    ],
)
def test_api_address_is_found_where_prefect_finds_it(
    file: str, text: str, expected: str | None, unconfigured: Path
) -> None:
    (unconfigured / file).parent.mkdir(exist_ok=True)
    (unconfigured / file).write_text(text)
    assert configured_api_url() == expected


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        pytest.param("PREFECT_API_URL", "http://e/api", "http://e/api", id="address"),
        pytest.param("PREFECT_PROFILE", "other", None, id="other-profile"),
    ],
)
def test_variables_come_before_files(
    variable: str,
    value: str,
    expected: str | None,
    unconfigured: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (unconfigured / "state").mkdir()
    (unconfigured / "state" / "profiles.toml").write_text(PROFILE)
    monkeypatch.setenv(variable, value)
    assert configured_api_url() == expected


@pytest.mark.parametrize("file", ["prefect.toml", "profiles.toml"])
def test_prefect_itself_reads_the_same_address(file: str, tmp_path: Path) -> None:
    place = tmp_path / "home" / ".prefect" if file == "profiles.toml" else tmp_path
    place.mkdir(parents=True, exist_ok=True)
    text = PROFILE if file == "profiles.toml" else '[api]\nurl = "http://t.example/api"\n'
    (place / file).write_text(text)
    code = (
        "import flows; from flows.local_server import configured_api_url\n"
        "from prefect.settings import PREFECT_API_URL\n"
        "print(configured_api_url(), PREFECT_API_URL.value())"
    )
    process = run_python(code, tmp_path)
    ours, theirs = process.communicate()[0].split()
    assert ours == theirs
    assert ours.endswith(".example/api")


def test_a_state_folder_that_cannot_be_made_is_named(
    unconfigured: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (unconfigured / "file").touch()
    monkeypatch.setenv("PREFECT_HOME", str(unconfigured / "file" / "state"))
    with pytest.raises(StopRun, match="set PREFECT_HOME"):
        start_server()


def test_a_taken_port_is_named(unconfigured: Path) -> None:
    first = start_server()
    try:
        with pytest.raises(StopRun, match=f"Port {first.port}"):
            start_server(port=first.port)
    finally:
        first.process.kill()
        stop_server(first)


def test_a_server_that_cannot_start_leaves_its_last_words(
    unconfigured: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_API_DATABASE_CONNECTION_URL", "nonsense://")
    server = start_server()
    try:
        with pytest.raises(StopRun, match="nonsense"):
            wait_ready(server)
    finally:
        stop_server(server)
