"""What the benchmarks share: commands measured with all their children, medians, plain tables.

CPU is user + system of the whole process tree: on a machine that others use too it says more than
the wall, and only ratios of runs that alternate say anything at all.
"""

import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from tests.shared_data import NEWS

MIB: Final = 1024 * 1024

NO_DATA: Final = 2
"""Exit code when what is needed to measure is not there."""

BAR_MISSED: Final = 1

_EVERY_SECONDS: Final = 0.05
_MARK_SECONDS: Final = 0.01
_GIVE_UP_SECONDS: Final = 900.0


@dataclass(frozen=True, slots=True)
class Usage:
    """What a command and all its children took.

    ``largest`` is the highest resident memory of one process, ``together`` the highest sum over all
    of them (sampled), ``private`` the highest part of ``largest`` that is no file's; in bytes.
    Mapped work files count in the resident memory although the system may drop them at any time.
    ``begun`` is the CPU that was used when the output first held a mark; 0 without one.
    """

    cpu: float
    wall: float
    largest: int
    together: int
    private: int
    begun: float = 0.0


def measure(
    command: Sequence[str | Path],
    *,
    folder: Path,
    environment: Mapping[str, str],
    mark: bytes | None = None,
) -> Usage:
    """Run the command in the folder; end the benchmark with its last words when it fails."""
    output = folder / "output.txt"
    with output.open("wb") as sink:
        began = time.monotonic()
        process = subprocess.Popen(
            list(map(str, command)), cwd=folder, env=environment, stdout=sink, stderr=sink
        )
        watch = _Watch(process.pid)
        begun = 0.0 if mark is None else _cpu_at(mark, output, process.pid)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        watch.end()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        last = output.read_text(errors="replace").strip().splitlines()[-12:]
        sys.exit("\n".join([f"{process.returncode} from {' '.join(map(str, command))}:", *last]))
    resident = usage.ru_maxrss if sys.platform == "darwin" else usage.ru_maxrss * 1024
    cpu = usage.ru_utime + usage.ru_stime
    return Usage(cpu, wall, resident, max(watch.together, resident), watch.private, begun)


def _cpu_at(mark: bytes, output: Path, pid: int) -> float:
    """Wait for the mark in the output, and return what the process and its children used so far.

    To a hundredth of a second, from ``/proc``; 0 where there is none, or when the mark never came.
    """
    while _state(pid) not in {"", "Z"}:
        if mark in output.read_bytes():
            return sum(map(_cpu, _family(pid)))
        time.sleep(_MARK_SECONDS)
    return 0.0


def _state(pid: int) -> str:
    return _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].strip()[:1]


def _cpu(pid: int) -> float:
    fields = _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")  # its own, its ended children's


class _Watch:
    """Samples the memory of a process and of its children from ``/proc``; 0 where there is none."""

    def __init__(self, pid: int) -> None:
        self.together = 0
        self.private = 0
        self._pid = pid
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()

    def end(self) -> None:
        self._ended.set()
        self._thread.join()

    def _sample(self) -> None:
        latest = time.monotonic() + _GIVE_UP_SECONDS
        while not self._ended.wait(_EVERY_SECONDS):
            taken = [_memory(pid) for pid in _family(self._pid)]
            self.together = max(self.together, sum(resident for resident, _ in taken))
            self.private = max(self.private, *(private for _, private in taken), 0)
            if time.monotonic() > latest:
                os.kill(self._pid, signal.SIGTERM)
                return


def _family(pid: int) -> list[int]:
    family = [pid]
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in _read(listed).split():
            family += _family(int(child))
    return family


def _memory(pid: int) -> tuple[int, int]:
    """Return (resident, private) bytes."""
    lines = dict(line.split(":", 1) for line in _read(Path(f"/proc/{pid}/status")).splitlines())
    resident, private = (int(lines.get(name, "0").split()[0]) for name in ("VmRSS", "RssAnon"))
    return resident * 1024, private * 1024


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # it has just ended
        return ""


@dataclass(slots=True)
class Clock:
    """CPU and wall, in seconds, of this process within a ``with``; can be used again, and adds."""

    cpu: float = 0.0
    wall: float = 0.0

    def __enter__(self) -> Self:
        self.cpu -= time.process_time()
        self.wall -= time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        self.cpu += time.process_time()
        self.wall += time.monotonic()


def status(field: str) -> int:
    """Return what ``/proc`` says of this process's memory: ``VmRSS``, ``VmHWM``; in bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024
    return 0


def forget_peak() -> None:
    """Let ``VmHWM`` begin anew."""
    Path("/proc/self/clear_refs").write_text("5")


def bytes_of(what: str) -> int:
    """Return how many bytes this process has had read from disks, or written (``write``)."""
    lines = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(lines[f"{what}_bytes"])


def drop(path: Path) -> None:
    """Drop a file from the page cache."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)  # pages that are not on the disk yet stay
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(handle)


def warraq_run(source: Path, lake: Path) -> list[str | Path]:
    """Return the command that builds the source into the lake."""
    return [sys.executable, "-P", "-m", "flows.command_line", "run", source, "--lake", lake]


def clean_environment(folder: Path) -> dict[str, str]:
    """Return an environment without settings of this machine; Prefect's state is in the folder.

    Sources were written just now, by nobody else: a run does not wait to see whether they grow.
    """
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("WARRAQ_", "PREFECT_"))}
    unwatched = {"WARRAQ_FETCH__SETTLE_SECONDS": "0"}
    return {**kept, **unwatched, "PREFECT_HOME": str(folder / "prefect")}


def make_peer(folder: Path, needs: Sequence[str]) -> Path:
    """Make a peer's environment, with the registry that pip is set up for; return its Python."""
    python = folder.absolute() / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", *needs], check=True)
    return python


def news() -> Path:
    """Return the corpus of real news, or end with a message."""
    if not NEWS.exists():
        sys.stderr.write(
            f"The corpus of real news is not beside the project; it is looked for at {NEWS}\n"
        )
        sys.exit(NO_DATA)
    return NEWS


def median(values: Iterable[float]) -> float:
    """Return the median."""
    return statistics.median(values)


def print_table(title: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table: the first column to the left, numbers to the right, two decimals."""
    cells = [list(heads), *([_cell(value) for value in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(heads))]
    print(f"\n{title}")
    for number, row in enumerate(cells):
        first, *others = zip(row, widths, strict=True)
        print("  ".join([first[0].ljust(first[1]), *(text.rjust(width) for text, width in others)]))
        if number == 0:
            print("  ".join("-" * width for width in widths))


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
