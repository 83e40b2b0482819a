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
    """How a child ended: its exit code, minus a signal's number, and what it wrote."""

    code: int
    out: str
    log: str
    """Its standard error."""


def warraq_child(
    *arguments: object,
    stop_at: str | None = None,
    stop_with: signal.Signals = signal.SIGKILL,
    prepare: Callable[[], None] | None = None,
    folder: Path | None = None,
    **environment: str,
) -> Ended:
    """Run ``warraq`` in a child; ``stop_at`` is a part of the log line that brings the signal.

    ``prepare``, a function of a module, is called in the child first; ``folder`` is where it runs.
    """
    with TemporaryDirectory() as told:
        out, log = Path(told) / "out", Path(told) / "log"
        out.touch()
        os.mkfifo(log)
        setting = _Setting(str(out), str(log), folder, environment, prepare)
        child = forks_of("flow").Process(target=_child, args=([*map(str, arguments)], setting))
        child.start()
        lines = []
        with log.open(encoding="utf-8") as source:
            for line in source:
                lines.append(line)
                if stop_at is not None and stop_at in line and child.pid is not None:
                    os.kill(child.pid, stop_with)
        child.join(SECONDS)
        assert child.exitcode is not None, "the child does not end"
        return Ended(child.exitcode, out.read_text(encoding="utf-8"), "".join(lines))


@dataclass(frozen=True, slots=True)
class _Setting:
    """Where a child writes and runs, and what it finds there."""

    out: str
    log: str
    folder: Path | None
    environment: Mapping[str, str]
    prepare: Callable[[], None] | None


def _child(arguments: list[str], setting: _Setting) -> None:
    os.dup2(os.open(setting.log, os.O_WRONLY), sys.stderr.fileno())
    os.dup2(os.open(setting.out, os.O_WRONLY), sys.stdout.fileno())
    os.environ.update(setting.environment)
    if setting.folder is not None:
        os.chdir(setting.folder)
    if setting.prepare is not None:
        setting.prepare()
    sys.exit(main(arguments))
