"""``warraq run``: one run of ``build-corpus`` in this process."""

import gc
import importlib
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flows.console_log import quiet_prefect, show_progress
from flows.interrupt_guard import INTERRUPTED, interrupts_end
from flows.local_server import LocalServer, local_server, wait_ready

if TYPE_CHECKING:
    from flows.run_report import RunSummary

RESUME = (
    "Interrupted: nothing half-done is in the lake. "
    "The same command resumes after the last finished stage."
)


def run(options: Namespace) -> int:
    """Run the flow, print its report, return the exit code."""
    if not options.verbose:
        quiet_prefect()
    with interrupts_end(RESUME):
        try:
            with _imports_uncollected(), local_server() as server:
                _print(_run_flow(options, server), as_json=options.json)
        except BaseException as error:
            if not _is_interrupt(error):
                raise
            sys.stderr.write(RESUME + "\n")
            return INTERRUPTED
    return 0


def _run_flow(options: Namespace, server: LocalServer | None) -> "RunSummary":
    # The borders need it (1.8 s); meanwhile the server starts on another core.
    importlib.import_module("great_expectations")
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

    from flows.build_corpus import CorpusRun, build_corpus

    parameter = CorpusRun(
        sources=tuple(options.sources),
        lake=options.lake,
        limit=options.limit,
        dry_run=options.dry_run,
    )
    wait_ready(server)
    gc.freeze()
    gc.enable()
    # Heartbeats tell other people's servers that a run is alive, and cost a second at its end.
    silence = {PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None} if server else {}
    with temporary_settings(silence), _progress(options):
        return build_corpus(parameter)


@contextmanager
def _progress(options: Namespace) -> Iterator[None]:
    if options.verbose:
        yield
        return
    with show_progress():
        yield


@contextmanager
def _imports_uncollected() -> Iterator[None]:
    """Keep the collector still while thousands of modules are imported: a quarter of their cost."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _print(summary: "RunSummary", *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(summary.model_dump_json() + "\n")
        return
    from rich.console import Console

    from flows.run_report import print_report

    width = None if sys.stdout.isatty() else 100
    print_report(summary, Console(width=width))


def _is_interrupt(error: BaseException) -> bool:
    if isinstance(error, KeyboardInterrupt):
        return True
    if "prefect" not in sys.modules:
        return False
    from prefect.exceptions import TerminationSignal

    return isinstance(error, TerminationSignal)
