"""What a person sees while a run works: a bar per stage on a terminal, plain lines elsewhere.

Tasks log one line each through Prefect's run logger; this shows ours and leaves Prefect's own out.
Warnings of what knows no Prefect, such as the lake that was mended, go the same way.
"""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

PLAIN_LOGGER: Final = "tasks"
RUN_LOGGERS: Final = ("prefect.flow_runs", "prefect.task_runs", PLAIN_LOGGER)
Logger = logging.Logger | logging.LoggerAdapter[logging.Logger]

_LINE: Final = "%(asctime)s %(message)s"


def quiet_prefect() -> None:
    """Keep Prefect's own lines off the console; its API still receives them, so the UI has them.

    Call it before Prefect is imported.
    """
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
    os.environ.setdefault("PREFECT_LOGGING_EXTRA_LOGGERS", PLAIN_LOGGER)
    os.environ.setdefault("PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW", "ignore")


def announce(logger: Logger, stage: str, shards: int = 1) -> None:
    """Tell the console that a stage begins with that many tasks; each of them logs one line."""
    logger.info("%s begins, shards=%d", stage, shards, extra={"stage": stage, "shards": shards})


@contextmanager
def show_progress() -> Iterator[None]:
    """Show how the run goes on standard error; enter it after Prefect has been imported."""
    from prefect.logging.configuration import setup_logging

    setup_logging()  # replaces the handlers of these loggers, so before ours comes in
    if sys.stderr.isatty():
        with _stage_bars() as progress, _handling(_BarHandler(progress)):
            yield
    else:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter(_LINE, datefmt="%H:%M:%S"))
        with _handling(handler):
            yield


class _BarHandler(logging.Handler):
    """Turns the lines of tasks into the progress of their stage."""

    def __init__(self, progress: "Progress") -> None:
        super().__init__(logging.INFO)
        self._progress = progress
        self._bars: dict[str, TaskID] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Open a bar when a stage begins, move it when one of its tasks has logged its line."""
        begun: str | None = getattr(record, "stage", None)
        if begun is not None:
            total: int = getattr(record, "shards", 1)
            self._bars[begun] = self._progress.add_task(begun, total=total)
        elif record.levelno >= logging.WARNING:
            self._progress.console.print(record.getMessage(), markup=False, highlight=False)
        elif (bar := self._bars.get(getattr(record, "task_name", ""))) is not None:
            self._progress.advance(bar)


@contextmanager
def _stage_bars() -> Iterator["Progress"]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as progress:
        yield progress


@contextmanager
def _handling(handler: logging.Handler) -> Iterator[None]:
    import prefect

    inside = os.path.dirname(prefect.__file__)  # noqa: PTH120
    handler.setLevel(logging.INFO)
    handler.addFilter(lambda record: not record.pathname.startswith(inside))
    loggers = [logging.getLogger(name) for name in RUN_LOGGERS]
    for logger in loggers:
        logger.addHandler(handler)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
