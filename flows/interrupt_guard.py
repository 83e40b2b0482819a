"""Ctrl-C and SIGTERM end a command within seconds, also while a kernel or a lock holds a thread."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

INTERRUPTED: Final = 130
GRACE_SECONDS: Final = 5.0
"""After this the process ends hard, which a lake survives as it survives ``kill -9``."""


@contextmanager
def sigterm_interrupts() -> Iterator[None]:
    """Turn SIGTERM into KeyboardInterrupt; in a thread that gets no signals, change nothing."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _raise_interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def interrupts_end(message: str) -> Iterator[None]:
    """Turn SIGTERM into KeyboardInterrupt, and end the process if a signal is not enough.

    Prefect puts its own SIGTERM handler in place during a flow; the bytes that Python writes to the
    wake-up pipe come for every signal, whoever handles it.
    """
    told, tell = os.pipe()
    os.set_blocking(tell, False)
    wakeup = signal.set_wakeup_fd(tell, warn_on_full_buffer=False)
    done = threading.Event()
    threading.Thread(target=_watch, args=(told, done, message), daemon=True).start()
    try:
        with sigterm_interrupts():
            yield
    finally:
        signal.set_wakeup_fd(wakeup)
        os.close(tell)
        done.set()


def _raise_interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _watch(told: int, done: threading.Event, message: str) -> None:
    endings = {signal.SIGINT, signal.SIGTERM}
    while (numbers := os.read(told, 16)) and not endings.intersection(numbers):
        pass
    ended = done.wait(GRACE_SECONDS if numbers else None)
    os.close(told)  # not earlier: Prefect raises the signal once more at the end
    if ended:
        return
    sys.stderr.write(message + "\n")
    sys.stderr.flush()
    os._exit(INTERRUPTED)
