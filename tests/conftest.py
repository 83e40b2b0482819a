"""Shared by all tests: the machine's own settings stay out, properties have no deadline."""

import os

import pytest
from hypothesis import settings

# The first example of a property compiles its kernels; shared machines stall at will.
settings.register_profile("warraq", deadline=None, derandomize=True)
settings.load_profile("warraq")


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the developer's own ``WARRAQ_*`` variables."""
    for name in [name for name in os.environ if name.startswith("WARRAQ_")]:
        monkeypatch.delenv(name)
