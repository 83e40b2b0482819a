"""Which failures Prefect runs a task again for."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.flows.command_runs import SECONDS, environment

FAILING = """
from flows.console_log import quiet_prefect
quiet_prefect()

from prefect import flow, task
from tasks.errors import RetryLater, StopRun
from tasks.retries import may_pass

tries = {"RetryLater": 0, "StopRun": 0, "KeyError": 0}

@task(retries=2, retry_delay_seconds=0, retry_condition_fn=may_pass)
def fail(error):
    tries[error.__name__] += 1
    raise error("what went wrong")

@flow
def all_fail():
    return [fail(error, return_state=True).name for error in (RetryLater, StopRun, KeyError)]

print(all_fail(), tries)
"""


@pytest.mark.flow
def test_only_a_passing_failure_is_tried_again(tmp_path: Path, prefect_api: str) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-c", FAILING],
        cwd=tmp_path,
        env=environment(tmp_path, PREFECT_API_URL=prefect_api),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.stdout.strip() == (
        "['Failed', 'Failed', 'Failed'] {'RetryLater': 3, 'StopRun': 1, 'KeyError': 1}"
    ), done.stderr
