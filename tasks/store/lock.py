"""The writer lock: one writer at a time, in turn; readers never need it.

Who waits for the lock holds the queue's lock meanwhile, and nobody takes the writer lock but by
way of the queue: a writer that commits without a pause cannot come before one that waits.
"""

import fcntl
import logging
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tasks.errors import RetryLater
from tasks.store.files import explained

LOCK: Final = "writer.lock"
QUEUE: Final = "writer.queue"

_POLL_SECONDS: Final = 0.1
_TELL_SECONDS: Final = 5.0
_HOLDER_BYTES: Final = 1024
_WRITING: Final = "The lake cannot be written"

OnWait = Callable[[str], None]

_LOG = logging.getLogger(__name__)

_held: set[tuple[Path, str]] = set()
"""Lakes that runs of this process hold: a run's own transaction passes the door it holds open."""


@contextmanager
def writer_lock(
    root: Path, *, run_id: str, wait_seconds: float, on_wait: OnWait | None = None
) -> Iterator[None]:
    """Hold the lake for writing; wait for the present holder, then raise :class:`RetryLater`.

    ``on_wait`` receives the holder's description at once and every few seconds. The lock is the
    kernel's (flock), so that of a dead process is free; the text in the file only tells people.
    A run that holds the lake may hold it again, within its process.
    """
    mine = (root, run_id)
    if mine in _held:
        yield
        return
    path = root / LOCK
    with _opened(path) as handle:
        _acquire(handle, root, wait_seconds, on_wait)
        try:
            with explained(_WRITING, path):
                if cut_off := _holder(handle):
                    _LOG.warning("The writer before this one was cut off: %s", cut_off)
                _describe(handle, run_id)
            _held.add(mine)
            yield
        finally:
            _held.discard(mine)
            with suppress(OSError):  # it only tells people, and the disk may fail
                os.ftruncate(handle, 0)
            fcntl.flock(handle, fcntl.LOCK_UN)  # also frees it for a forked child's copy


def _acquire(handle: int, root: Path, wait_seconds: float, on_wait: OnWait | None) -> None:
    began = time.monotonic()
    told = float("-inf")
    with _opened(root / QUEUE) as queue:
        is_next = False
        try:
            while not (is_next := is_next or _try(queue)) or not _try(handle):
                now = time.monotonic()
                holder = _holder(handle)
                if now - began >= wait_seconds:
                    raise RetryLater(
                        "Another writer holds the lake; wait until it is done or stop it",
                        lake=str(root),
                        holder=holder or "unknown",
                        waited_seconds=round(now - began, 1),
                    )
                if on_wait is not None and now - told >= _TELL_SECONDS:
                    on_wait(holder)
                    told = now
                time.sleep(min(_POLL_SECONDS, wait_seconds))
        finally:
            fcntl.flock(queue, fcntl.LOCK_UN)


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    with explained(_WRITING, path):
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        yield handle
    finally:
        os.close(handle)


def _holder(handle: int) -> str:
    return os.pread(handle, _HOLDER_BYTES, 0).decode("utf-8", "replace").strip()


def _try(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _describe(handle: int, run_id: str) -> None:
    since = datetime.now(UTC).isoformat(timespec="seconds")
    text = f"run {run_id}, process {os.getpid()} on {socket.gethostname()}, since {since}\n"
    os.ftruncate(handle, 0)
    os.pwrite(handle, text.encode()[:_HOLDER_BYTES], 0)
