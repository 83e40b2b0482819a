"""Nothing leaves the machine: a whole first run, with every packet that it sends looked at."""

import pytest

from tests.flows.conftest import FirstRun


@pytest.mark.flow
def test_a_first_run_sends_nothing_but_to_loopback(first_run: FirstRun) -> None:
    if first_run.packets is None:
        pytest.skip(first_run.unwatched)
    assert first_run.ended.code == 0, first_run.ended.err
    assert "Traceback" not in first_run.ended.err
    assert first_run.packets.during == []
    assert any("198.51.100.7 port 443" in packet for packet in first_run.packets.after)
    assert any("port 53" in packet for packet in first_run.packets.after)
