"""Nothing leaves the machine: a whole first run, with every packet that it sends looked at."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.flows.command_runs import COMMAND, SECONDS, environment

WATCH = Path(__file__).with_name("network_watch.py")
UNSHARE = ["unshare", "--user", "--map-root-user", "--net"]


def why_not() -> str | None:
    missing = [tool for tool in ("unshare", "ip") if shutil.which(tool) is None]
    if missing:
        return f"{' and '.join(missing)} (util-linux, iproute2) are not installed"
    tried = subprocess.run(
        [*UNSHARE, "ip", "link", "set", "lo", "up"], capture_output=True, text=True, check=False
    )
    return f"network namespaces are not permitted: {tried.stderr}" if tried.returncode else None


@pytest.mark.flow
def test_a_first_run_sends_nothing_but_to_loopback(tmp_path: Path) -> None:
    if reason := why_not():
        pytest.skip(reason)
    done = subprocess.run(
        [*UNSHARE, sys.executable, WATCH, *COMMAND, "run", "--limit", "20"],
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["code"] == 0, told["err"]
    assert "Traceback" not in told["err"]
    assert told["during"] == []
    assert any("198.51.100.7 port 443" in packet for packet in told["after"])
    assert any("port 53" in packet for packet in told["after"])
