import fcntl
import json
import re
import signal
import sqlite3
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from flows.foreground_run import RESUME
from flows.run_report import ARTIFACT_KEY, RunSummary
from tasks.store import open_lake
from tests.flows.command_runs import servers_of, started, wait_for, warraq
from tests.flows.conftest import FirstRun
from tests.pipeline.run_child import warraq_child

pytestmark = pytest.mark.flow

linux = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
ONE_RECORD = {"id": "1", "source": "صدى", "title": "خبر", "text": "نص الخبر الأول كامل في سطر."}


def test_first_run_on_a_fresh_state_says_only_what_helps(first_run: FirstRun) -> None:
    assert first_run.ended.code == 0, first_run.ended.err
    lines = first_run.ended.err.splitlines()
    assert lines
    assert [line for line in lines if not re.match(r"\d\d:\d\d:\d\d \w", line)] == []
    assert "published" in first_run.ended.out
    assert "pd.read_parquet('data/lake/articles'" in first_run.ended.out
    assert "Traceback" not in (first_run.state / "server.log").read_text()


def test_nothing_is_written_into_the_home(first_run: FirstRun) -> None:
    assert list((first_run.folder / "home").rglob("*")) == []


def test_printed_lines_read_the_corpus(first_run: FirstRun) -> None:
    text = first_run.ended.out
    arguments = re.search(r"pd\.read_parquet\('(.+?)', columns=(\[.+?\])\)", text)
    assert arguments
    read = pd.read_parquet(first_run.folder / arguments[1], columns=["title", "body"])
    assert len(read) > 0


def test_prefect_keeps_the_run_its_tasks_its_report_and_its_lines(first_run: FirstRun) -> None:
    with sqlite3.connect(first_run.state / "prefect.db") as database:
        runs = database.execute(
            "SELECT id, state_type FROM flow_run ORDER BY created LIMIT 1"
        ).fetchall()
        tasks = database.execute(
            "SELECT state_type FROM task_run WHERE flow_run_id = ?", [runs[0][0]]
        ).fetchall()
        report = database.execute(
            "SELECT data FROM artifact WHERE key = ?", [ARTIFACT_KEY]
        ).fetchall()
        lines = database.execute("SELECT message FROM log").fetchall()
    assert runs[0][1] == "COMPLETED"
    assert len(tasks) >= 6
    assert {row[0] for row in tasks} == {"COMPLETED"}
    assert "| published | new |" in str(report[0][0])
    assert any("publish batch=" in row[0] for row in lines)


@linux
def test_server_ends_with_the_run(first_run: FirstRun) -> None:
    assert servers_of(first_run.state) == []


def test_run_again_publishes_nothing_new_and_prints_one_json_object(
    first_run: FirstRun, prefect_api: str, tmp_path: Path
) -> None:
    ended = warraq_child("run", "--lake", first_run.lake, "--json", folder=tmp_path)
    assert ended.code == 0, ended.log
    summary = RunSummary.model_validate(json.loads(ended.out))
    assert not summary.committed
    assert summary.already_in_version == 1
    assert sum(line.count for line in summary.ledger) == summary.records


def test_dry_run_with_a_limit_leaves_no_lake_and_verbose_tells_more(
    prefect_api: str, tmp_path: Path
) -> None:
    arguments = ("run", "--limit", "5", "--dry-run", "--json", "-v")
    ended = warraq(*arguments, folder=tmp_path, PREFECT_API_URL=prefect_api)
    assert ended.code == 0, ended.err
    summary = RunSummary.model_validate(json.loads(ended.out))
    assert summary.dry_run
    assert summary.records == 5
    assert not (tmp_path / "data").exists()
    assert "Finished in state Completed()" in ended.err


def test_a_lake_that_is_a_file_fails_with_one_line(prefect_api: str, tmp_path: Path) -> None:
    (tmp_path / "lake").write_text("not a lake")
    ended = warraq_child("run", "--lake", "lake", "--json", folder=tmp_path)
    assert ended.code == 1
    told = [line for line in ended.log.splitlines() if not re.match(r"\d\d:\d\d:\d\d ", line)]
    assert len(told) == 1
    assert told[0].startswith("warraq: ")
    assert str(tmp_path / "lake") in told[0]
    assert json.loads(ended.out)["error"] in told[0]


@pytest.mark.parametrize("command", ["run", "trigger", "serve"])
def test_an_api_that_does_not_answer_is_named(command: str, tmp_path: Path) -> None:
    ended = warraq(command, folder=tmp_path, PREFECT_API_URL="http://127.0.0.1:9/api")
    assert ended.code == 1
    assert "Traceback" not in ended.err
    assert "http://127.0.0.1:9/api" in ended.err
    assert "unset PREFECT_API_URL" in ended.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_a_signal_ends_a_waiting_run_within_seconds(
    number: signal.Signals, tmp_path: Path, state: str, prefect_api: str
) -> None:
    lake = tmp_path / "lake"
    open_lake(lake, create=True)
    (tmp_path / "two.jsonl").write_text(json.dumps(ONE_RECORD))
    with (lake / "writer.lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with started(
            *("run", "two.jsonl", "--lake", "lake"), folder=tmp_path, PREFECT_HOME=state
        ) as process:
            wait_for(lambda: "lake" in (tmp_path / "err").read_text(), "its wait", of=process)
            began = time.monotonic()
            process.send_signal(number)
            assert process.wait(60) == 130
            assert time.monotonic() - began < 30
    assert RESUME in (tmp_path / "err").read_text()
    assert "Traceback" not in (tmp_path / "err").read_text()
    again = warraq_child("run", "two.jsonl", "--lake", "lake", folder=tmp_path)
    assert again.code == 0, again.log


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_a_signal_ends_a_command_that_waits_for_the_lake(
    number: signal.Signals, tmp_path: Path
) -> None:
    open_lake(tmp_path / "lake", create=True)
    with (tmp_path / "lake" / "writer.lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with started("retract", "0" * 24, "--reason", "x", "--lake", "lake", folder=tmp_path) as it:
            wait_for(lambda: "Waiting" in (tmp_path / "err").read_text(), "its wait", of=it)
            it.send_signal(number)
            assert it.wait(30) == 130
    assert "Traceback" not in (tmp_path / "err").read_text()
