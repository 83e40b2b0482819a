"""What a run and its stages took, written beside the commit so that failed runs are seen too."""

import resource
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pyarrow as pa

from expectations.schema import RUNS
from flows.run_report import StageLine
from tasks.store import write_runs

WHOLE_RUN: Final = "run"

_CLOCK_SECONDS: Final = 0.1
"""A file's time may lie behind the clock by a tick of the kernel."""


@dataclass(slots=True)
class Stage:
    """One stage while it runs; its task fills in what it took and gave."""

    stage: str
    started_at: datetime
    status: str = "running"
    rows_in: int | None = None
    rows_out: int | None = None
    seconds: float | None = None
    cpu_seconds: float | None = None
    bytes: int | None = None
    peak_memory: int | None = None
    began: tuple[float, float] = field(default_factory=lambda: (time.monotonic(), _cpu_seconds()))

    def end(self, status: str) -> None:
        """Stop the clocks."""
        self.status = "resumed" if (status, self.status) == ("done", "resumed") else status
        self.seconds = time.monotonic() - self.began[0]
        self.cpu_seconds = _cpu_seconds() - self.began[1]
        self.peak_memory = _peak_memory()

    def gave(self, rows_in: int, rows_out: int, files: Iterable[Path] = ()) -> None:
        """Note the rows taken in and handed on, and the size of the files that hold the latter.

        Files that were there before the stage began are those of an earlier run, taken over.
        """
        self.rows_in, self.rows_out = rows_in, rows_out
        found = [file.stat() for file in files]
        self.bytes = sum(file.st_size for file in found)
        before = self.started_at.timestamp() - _CLOCK_SECONDS
        if found and all(file.st_mtime < before for file in found):
            self.status = "resumed"


@dataclass(slots=True)
class RunRecord:
    """The rows of ``runs`` for one run; ``folder`` is the lake, None for a dry run."""

    run_id: str
    folder: Path | None
    lake_version: int | None = None
    batch_id: str | None = None
    stages: list[Stage] = field(default_factory=list)

    @contextmanager
    def stage(self, name: str) -> Iterator[Stage]:
        """Record one stage: running, then done or failed."""
        stage = Stage(name, datetime.now(UTC))
        self.stages.append(stage)
        self.write()
        try:
            yield stage
        except BaseException:
            stage.end("failed")
            self.write()
            raise
        stage.end("done")
        pa.default_memory_pool().release_unused()  # or the peaks of stages add up
        self.write()

    def write(self) -> None:
        """Write the rows as they are now."""
        if self.folder is None:
            return
        common = {
            "run_id": self.run_id,
            "batch_id": self.batch_id,
            "lake_version": self.lake_version,
        }
        rows = [
            common | {name: getattr(stage, name) for name in RUNS.names if name not in common}
            for stage in self.stages
        ]
        write_runs(self.folder, self.run_id, pa.Table.from_pylist(rows, schema=RUNS))

    def lines(self) -> tuple[StageLine, ...]:
        """Return the finished stages for the report, the run as a whole last."""
        ordered = sorted(self.stages, key=lambda stage: stage.stage == WHOLE_RUN)
        return tuple(
            StageLine(
                stage=stage.stage,
                status=stage.status,
                seconds=stage.seconds or 0.0,
                cpu_seconds=stage.cpu_seconds or 0.0,
                rows_in=stage.rows_in,
                rows_out=stage.rows_out,
            )
            for stage in ordered
            if stage.seconds is not None
        )


def _cpu_seconds() -> float:
    mine = resource.getrusage(resource.RUSAGE_SELF)
    workers = resource.getrusage(resource.RUSAGE_CHILDREN)
    return mine.ru_utime + mine.ru_stime + workers.ru_utime + workers.ru_stime


def _peak_memory() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
