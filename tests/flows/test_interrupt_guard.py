import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows.interrupt_guard import GRACE_SECONDS
from tests.flows.command_runs import environment

STUBBORN = """
import time
from flows.interrupt_guard import interrupts_end
with interrupts_end("how to resume"):
    while True:
        try:
            print("ready", flush=True)
            time.sleep(600)
        except KeyboardInterrupt:
            pass
"""

WILLING = """
import signal, time
from flows.interrupt_guard import INTERRUPTED, interrupts_end
try:
    with interrupts_end("how to resume"):
        print("ready", flush=True)
        time.sleep(600)
except KeyboardInterrupt:
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    raise SystemExit(INTERRUPTED)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
@pytest.mark.parametrize("code", [WILLING, STUBBORN], ids=["willing", "stubborn"])
def test_a_signal_ends_the_process_whatever_it_does(
    code: str, number: signal.Signals, tmp_path: Path
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", code],
        cwd=tmp_path,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    began = time.monotonic()
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err == ("how to resume\n" if code == STUBBORN else "")
    assert time.monotonic() - began < GRACE_SECONDS + 20
