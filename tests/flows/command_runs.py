"""Running the ``warraq`` command as a user does: another process, an empty home, no settings."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

COMMAND = [sys.executable, "-P", "-m", "flows.command_line"]
SECONDS = 240
"""A run takes 5 s on two idle cores; a machine under load gets as long as it needs."""

_OURS = ("PREFECT", "WARRAQ_", "GX_", "DO_NOT_TRACK", "XDG_")


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Return an environment whose home is ``folder/home``, without anything of this machine."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    return {**kept, "HOME": str(home), **more}


def warraq(*arguments: str | Path, folder: Path, **more: str) -> Ended:
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=folder,
        env=environment(folder, **more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


@contextmanager
def started(*arguments: str | Path, folder: Path, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start the command with its output in ``folder/out`` and ``folder/err``; end it at the end."""
    with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
        process = subprocess.Popen(
            [*COMMAND, *map(str, arguments)],
            cwd=folder,
            env=environment(folder, **more),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_for(
    happened: Callable[[], bool],
    what: str,
    seconds: float = SECONDS,
    *,
    of: subprocess.Popen[bytes] | None = None,
) -> None:
    """Wait until it has happened, as long as the process that is to do it lives."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert of is None or of.poll() is None, f"the process ended before {what}: {of.args!r}"
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} s"
        time.sleep(0.1)


def servers_of(state: Path) -> list[int]:
    """Return the ids of the live server processes whose PREFECT_HOME this is (Linux only)."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().split(b"\0")
            given = (process / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"flows.server_process" in command and f"PREFECT_HOME={state}".encode() in given:
            found.append(int(process.name))
    return found
