"""A flow in this process, for a command: a server of its own, progress on the terminal, Ctrl-C."""

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import TypeVar

from flows.console_log import quiet_prefect, show_progress
from flows.interrupt_guard import INTERRUPTED, interrupts_end
from flows.local_server import LocalServer, local_server, wait_ready

Result = TypeVar("Result")

RESUME = (
    "Interrupted: nothing half-done is in the lake. "
    "The same command resumes after the last finished stage."
)


_ALLOCATIONS = 20_000
"""Objects between two collections: a shard's records are some 50,000, and no cycles among them."""


_LOG_SECONDS = 30.0
"""Between two deliveries of log lines to a server of our own; each costs it a hundredth of one."""


def run_in_foreground(
    prepare: Callable[[], Callable[[], Result]],
    tell: Callable[[Result], None],
    *,
    verbose: bool = False,
) -> int:
    """Run a flow, tell what it returned, and return the command's exit code.

    ``prepare`` imports the flow, while the server starts on another core, and returns its call.
    ``verbose`` shows Prefect's own log lines.
    """
    if not verbose:
        quiet_prefect()
    with interrupts_end(RESUME):
        try:
            with _imports_uncollected(), local_server() as server:
                tell(_call(prepare, server, verbose=verbose))
        except BaseException as error:
            if not _is_interrupt(error):
                raise
            sys.stderr.write(RESUME + "\n")
            return INTERRUPTED
    return 0


def _call(
    prepare: Callable[[], Callable[[], Result]], server: LocalServer | None, *, verbose: bool
) -> Result:
    call = prepare()
    from prefect.settings import (
        PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
        PREFECT_LOGGING_TO_API_BATCH_INTERVAL,
        temporary_settings,
    )

    wait_ready(server)
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS, *gc.get_threshold()[1:])
    gc.enable()
    # Heartbeats tell other people's servers that a run is alive, and cost a second at its end. Log
    # lines stand on the terminal; those of a run that nobody follows elsewhere can go together.
    silence = {PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None} if server else {}
    together = {PREFECT_LOGGING_TO_API_BATCH_INTERVAL: _LOG_SECONDS} if server else {}
    settings = temporary_settings(silence, set_defaults=together)
    with settings, nullcontext() if verbose else show_progress():
        return call()


@contextmanager
def _imports_uncollected() -> Iterator[None]:
    """Keep the collector still while thousands of modules are imported: a quarter of their cost."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _is_interrupt(error: BaseException) -> bool:
    if isinstance(error, KeyboardInterrupt):
        return True
    if "prefect" not in sys.modules:
        return False
    from prefect.exceptions import TerminationSignal

    return isinstance(error, TerminationSignal)
