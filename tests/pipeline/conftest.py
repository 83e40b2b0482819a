"""One run of the sample for every test that reads its lake."""

import pytest

from tests.pipeline.running import SAMPLE, SampleRun, run


@pytest.fixture(scope="session")
def sample(prefect_api: str, tmp_path_factory: pytest.TempPathFactory) -> SampleRun:
    """Run the embedded sample once; tests read its lake and do not change it."""
    lake = tmp_path_factory.mktemp("sample") / "lake"
    return SampleRun(run(SAMPLE, lake=lake), lake)
