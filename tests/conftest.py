"""Shared by all tests: the machine's own settings stay out, properties have no deadline.

Nobody else writes the files of tests, so a run does not watch them first, unless a test says so.
"""

import os
import signal

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


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the developer's own ``WARRAQ_*`` variables."""
    for name in [name for name in os.environ if name.startswith("WARRAQ_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv(*_UNWATCHED)
