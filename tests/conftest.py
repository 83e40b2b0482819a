"""Shared by all tests: the machine's own settings stay out, properties have no deadline.

Nobody else writes the files of tests, so a run does not watch them first, unless a test says so.
"""

import fcntl
import gc
import os
import shutil
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from hypothesis import settings

# The first example of a property compiles its kernels; shared machines stall at will.
settings.register_profile("warraq", deadline=None, derandomize=True)
settings.load_profile("warraq")

_UNWATCHED = ("WARRAQ_FETCH__SETTLE_SECONDS", "0")
os.environ.update([_UNWATCHED])  # for fixtures of wider scope than the one below

# A script's background job is started with Ctrl-C ignored, and so would be all that tests start.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


# A collector that runs while thousands of modules are imported costs a fifth of it; what stays for
# good afterwards need not be looked at again.
gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def compiled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Have the kernels compiled, each by one worker, before the whole suite begins."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        return
    from tests.compiling import ROOMS, compile_kernels  # noqa: PLC0415 (imports every stage)

    if {item.path.parent.name for item in request.session.items} >= ROOMS:
        compile_kernels(tmp_path_factory.getbasetemp().parent, int(worker.removeprefix("gw")))


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the developer's own ``WARRAQ_*`` variables."""
    for name in [name for name in os.environ if name.startswith("WARRAQ_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv(*_UNWATCHED)


@contextmanager
def migrated_once(home: Path, shared: Path) -> Iterator[None]:
    """Let the first worker's server make Prefect's database, and give the others a copy of it.

    Migrating an empty one takes 5 CPU s; the others wait for it, for it would take them as long.
    """
    made = shared / "prefect.db"
    with (shared / "prefect.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if made.exists():
            shutil.copy(made, home / made.name)
            fcntl.flock(lock, fcntl.LOCK_UN)
        yield
        if not made.exists():
            with sqlite3.connect(home / made.name) as source, sqlite3.connect(made) as target:
                source.backup(target)


@pytest.fixture(scope="session")
def prefect_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start one Prefect server, as ``warraq run`` does, for all runs in this process or a child.

    Children find it in the environment.
    """
    # Late: what imports ``flows`` has Prefect's settings in its environment for good.
    from flows.local_server import local_server, wait_ready  # noqa: PLC0415

    home = tmp_path_factory.mktemp("prefect")
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    before = {name: os.environ.pop(name, None) for name in ("PREFECT_HOME", "PREFECT_API_URL")}
    os.environ["PREFECT_HOME"] = str(home)
    with ExitStack() as stack:
        with migrated_once(home, shared):
            server = stack.enter_context(local_server())
            assert server is not None, "prefect.toml or a profile names another API"
            wait_ready(server)
        # Late: Prefect reads the address when it is imported.
        from prefect.settings import (  # noqa: PLC0415
            PREFECT_API_URL,
            PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
            PREFECT_HOME,
            temporary_settings,
        )

        # Prefect read its settings when some test imported it: tell it again.
        settings = {
            PREFECT_API_URL: server.api_url,
            PREFECT_HOME: home,
            PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None,
        }
        stack.enter_context(temporary_settings(settings))
        yield server.api_url
    os.environ |= {name: value for name, value in before.items() if value is not None}
