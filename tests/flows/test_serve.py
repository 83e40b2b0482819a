"""Scheduled and manual runs for real, against a server on loopback."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from tests.flows.command_runs import (
    SECONDS,
    environment,
    servers_of,
    started,
    wait_for,
    warraq,
)

pytestmark = [pytest.mark.flow, pytest.mark.timeout(600)]

BODY = "قال مراسلنا إن المدينة شهدت أمس افتتاح مكتبة عامة جديدة في حي البساتين."


def write_article(path: Path, number: int) -> None:
    record = {
        "id": str(number),
        "source": "صدى",
        "title": f"خبر {number}",
        "text": f"{BODY} {number}",
    }
    path.write_text(json.dumps(record, ensure_ascii=False))


def native_ids(lake: Path) -> set[str]:
    if not (lake / "articles").exists():
        return set()
    return set(pd.read_parquet(lake / "articles", columns=["native_id"])["native_id"])


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for number, name in enumerate(("scheduled", "first", "second", "third"), start=1):
        write_article(tmp_path / f"{name}.jsonl", number)
    (tmp_path / "warraq.toml").write_text(
        'lake = "lake"\n[schedule]\nsources = ["scheduled.jsonl"]\ninterval = 60\n'
        'timezone = "Africa/Cairo"\n'
    )
    return tmp_path


def prefect_deployment_run(project: Path, api_url: str, run: dict[str, object]) -> str:
    """Start a run with Prefect's own command, from another folder, and wait for its end."""
    elsewhere = project / "elsewhere"
    elsewhere.mkdir()
    done = subprocess.run(
        [
            *(sys.executable, "-m", "prefect", "deployment", "run", "build-corpus/scheduled"),
            *("--param", f"run={json.dumps(run)}", "--watch"),
        ],
        cwd=elsewhere,
        env=environment(elsewhere, PREFECT_API_URL=api_url, PREFECT_HOME=str(elsewhere / "state")),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return done.stdout + done.stderr


def test_schedule_trigger_and_prefect_command_run_the_deployment(project: Path) -> None:
    lake, other = project / "lake", project / "other-lake"
    with started("serve", "--json", folder=project) as process:
        wait_for(lambda: (project / "out").read_text().endswith("\n"), "its start", of=process)
        served = json.loads((project / "out").read_text())
        assert served["deployment"] == "build-corpus/scheduled"
        assert served["parameters"]["run"]["lake"] == str(lake)

        # Two at once on one lake: the second waits for the first.
        queued = warraq("trigger", "second.jsonl", "--json", folder=project)
        assert queued.code == 0, queued.err
        waited = warraq("trigger", "first.jsonl", "--wait", "--json", folder=project)
        assert waited.code == 0, waited.err + (project / "err").read_text()
        assert json.loads(waited.out)["state"] == "Completed"
        assert "2" in native_ids(lake)

        told = prefect_deployment_run(
            project,
            served["api_url"],
            {"sources": [str(project / "third.jsonl")], "lake": str(other)},
        )
        assert "Completed" in told, told
        assert native_ids(other) == {"4"}

        wait_for(lambda: native_ids(lake) == {"1", "2", "3"}, "all three runs", of=process)
        process.send_signal(signal.SIGINT)
        assert process.wait(90) == 130
    assert sys.platform != "linux" or servers_of(project / ".prefect") == []
    assert "Traceback" not in (project / ".prefect" / "server.log").read_text()
    assert not (project / ".prefect" / "served.json").exists()
    assert warraq("verify", folder=project).code == 0
