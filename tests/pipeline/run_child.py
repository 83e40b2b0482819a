"""``warraq`` in a child process that can be killed, without paying for its imports each time.

A child is forked from a server process that has imported everything and done nothing yet.
"""

import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from flows.command_line import main
from tests.forking import forks_of

SECONDS = 120


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended: its exit code, minus a signal's number, and its standard error."""

    code: int
    log: str


def warraq_child(
    *arguments: object,
    stop_at: str | None = None,
    stop_with: signal.Signals = signal.SIGKILL,
    prepare: Callable[[], None] | None = None,
    **environment: str,
) -> Ended:
    """Run ``warraq`` in a child; ``stop_at`` is a part of the log line that brings the signal.

    ``prepare``, a function of a module, is called in the child first.
    """
    with TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        os.mkfifo(log)
        child = forks_of("flow").Process(
            target=_child, args=([*map(str, arguments)], str(log), environment, prepare)
        )
        child.start()
        lines = []
        with log.open(encoding="utf-8") as source:
            for line in source:
                lines.append(line)
                if stop_at is not None and stop_at in line and child.pid is not None:
                    os.kill(child.pid, stop_with)
        child.join(SECONDS)
        assert child.exitcode is not None, "the child does not end"
        return Ended(child.exitcode, "".join(lines))


def _child(
    arguments: list[str],
    log: str,
    environment: Mapping[str, str],
    prepare: Callable[[], None] | None,
) -> None:
    os.dup2(os.open(log, os.O_WRONLY), sys.stderr.fileno())
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    os.environ.update(environment)
    if prepare is not None:
        prepare()
    sys.exit(main(arguments))
