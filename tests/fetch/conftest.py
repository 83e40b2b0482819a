"""What tests of sources on the web have: a site on loopback, and runs on a lake."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fetch.web_runs import Runs, on_web
from tests.web.sites import Site


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as site:
        yield site


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path, on_web())
