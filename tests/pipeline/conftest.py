"""One Prefect server for every test that runs the flow, in this process or in a child."""

import os
from collections.abc import Iterator

import pytest

from flows.local_server import local_server, wait_ready
from tests.pipeline.running import SAMPLE, SampleRun, run


@pytest.fixture(scope="session")
def prefect_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start the server as ``warraq run`` does; children find it in the environment."""
    home = tmp_path_factory.mktemp("prefect")
    before = {name: os.environ.pop(name, None) for name in ("PREFECT_HOME", "PREFECT_API_URL")}
    os.environ["PREFECT_HOME"] = str(home)
    with local_server() as server:
        assert server is not None, "prefect.toml or a profile names another API"
        # Late: Prefect reads the address when it is imported.
        from prefect.settings import (  # noqa: PLC0415
            PREFECT_API_URL,
            PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
            PREFECT_HOME,
            temporary_settings,
        )

        wait_ready(server)
        # Prefect read its settings when some test imported it: tell it again.
        settings = {
            PREFECT_API_URL: server.api_url,
            PREFECT_HOME: home,
            PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None,
        }
        with temporary_settings(settings):
            yield server.api_url
    os.environ |= {name: value for name, value in before.items() if value is not None}


@pytest.fixture(scope="session")
def sample(prefect_api: str, tmp_path_factory: pytest.TempPathFactory) -> SampleRun:
    """Run the embedded sample once; tests read its lake and do not change it."""
    lake = tmp_path_factory.mktemp("sample") / "lake"
    return SampleRun(run(SAMPLE, lake=lake), lake)
