"""The writer lock: in turn, and telling of a writer that died with it."""

import logging
import time
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from tasks.errors import RetryLater
from tasks.store.lock import writer_lock
from tests.forking import forks_of

HELD = 0.02
TURNS = 250


def never_rest(root: Path, tell: Connection) -> None:
    """Take the lock again as soon as it is free, for five seconds in all."""
    for turn in range(TURNS):
        with writer_lock(root, run_id=f"busy-{turn}", wait_seconds=30):
            if turn == 0:
                tell.send("begun")
            time.sleep(HELD)


def test_a_writer_that_never_rests_lets_others_come_in_between(tmp_path: Path) -> None:
    forks = forks_of("store")
    told, tell = forks.Pipe(duplex=False)
    busy = forks.Process(target=never_rest, args=(tmp_path, tell))
    busy.start()
    assert told.recv() == "begun"
    for turn in range(5):
        with writer_lock(tmp_path, run_id=f"patient-{turn}", wait_seconds=2):
            pass
    assert busy.is_alive(), "it had ended before the last turn"
    busy.terminate()
    busy.join()


def test_who_was_cut_off_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "writer.lock").write_text("run r1, process 7 on host, since then\n")
    with caplog.at_level(logging.WARNING), writer_lock(tmp_path, run_id="r2", wait_seconds=0):
        assert caplog.messages == [
            "The writer before this one was cut off: run r1, process 7 on host, since then"
        ]
    with caplog.at_level(logging.WARNING), writer_lock(tmp_path, run_id="r3", wait_seconds=0):
        assert len(caplog.messages) == 1, "who left in peace was told of"


def test_nobody_comes_before_one_that_waits(tmp_path: Path) -> None:
    with (
        writer_lock(tmp_path, run_id="first", wait_seconds=0),
        pytest.raises(RetryLater, match="run first"),
        writer_lock(tmp_path, run_id="second", wait_seconds=0.05),
    ):
        pass
    with writer_lock(tmp_path, run_id="third", wait_seconds=0):
        pass  # who gave up waiting does not hold the queue any more


def test_a_run_may_hold_it_twice(tmp_path: Path) -> None:
    with (
        writer_lock(tmp_path, run_id="one", wait_seconds=0),
        writer_lock(tmp_path, run_id="one", wait_seconds=0),
    ):
        assert (tmp_path / "writer.lock").read_text().startswith("run one")
