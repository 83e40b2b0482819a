import io
import logging
from collections.abc import Iterator
from pathlib import Path

import prefect
import pytest
from prefect.logging.configuration import setup_logging
from prefect.logging.loggers import PrefectLogAdapter
from prefect.settings import PREFECT_LOGGING_TO_API_ENABLED, temporary_settings

from flows.console_log import announce, show_progress

INSIDE = str(Path(prefect.__file__).parent / "task_engine.py")
RUN: dict[str, object] = {"flow_run_name": "sample", "flow_name": "build-corpus"}


@pytest.fixture(autouse=True)
def no_api() -> Iterator[None]:
    """These lines belong to no run, so Prefect's own handler has nowhere to send them."""
    setup_logging()
    with temporary_settings({PREFECT_LOGGING_TO_API_ENABLED: False}):
        yield


def watched(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Take the place of standard error; pytest sets its own anew before each test's body."""
    sink = io.StringIO()
    monkeypatch.setattr("sys.stderr", sink)
    return sink


def flow_logger() -> PrefectLogAdapter:
    return PrefectLogAdapter(logging.getLogger("prefect.flow_runs"), extra=RUN)


def say(message: str, path: str = __file__, level: int = logging.INFO, **extra: object) -> None:
    logger = logging.getLogger("prefect.task_runs")
    known = RUN | {"task_run_name": "clean-00000", "task_name": "clean"} | extra
    record = logger.makeRecord(logger.name, level, path, 1, message, (), None, None, known)
    logger.handle(record)


def test_plain_lines_are_ours_without_those_of_prefect(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = watched(monkeypatch)
    with show_progress():
        announce(flow_logger(), "clean", 2)
        say("clean shard=00000 kept=3")
        say("Finished in state Completed()", path=INSIDE)
    assert "clean begins, shards=2" in terminal.getvalue()
    assert "clean shard=00000 kept=3" in terminal.getvalue()
    assert "Finished" not in terminal.getvalue()


def test_lines_end_with_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = watched(monkeypatch)
    with show_progress():
        pass
    say("clean shard=00001 kept=3")
    assert "00001" not in terminal.getvalue()


def test_a_terminal_gets_a_bar_for_each_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = watched(monkeypatch)
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    with show_progress():
        announce(flow_logger(), "clean", 2)
        say("clean shard=00000 kept=3")
        say("another writer holds the lake", level=logging.WARNING)
    shown = terminal.getvalue()
    assert "clean" in shown
    assert "1/2" in shown
    assert "another writer holds the lake" in shown
