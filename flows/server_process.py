"""The Prefect API server of our own, started as ``python -P -m flows.server_process``.

Standard input is its life line: it ends when the other side closes or dies, ``kill -9`` included.
"""

import argparse
import asyncio
import fcntl
import gc
import os
import socket
import sqlite3
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.busy_retry import retry_when_busy

if TYPE_CHECKING:
    from fastapi import FastAPI

DRAIN_SECONDS = 10.0
"""How long events that are still in the server's queues may take to reach its database."""

STUCK_SECONDS = 3.0
"""An event that is given up is never counted as handled; nothing moves any more then."""


def main() -> None:
    """Serve the API on the listening socket ``--socket`` until standard input closes."""
    # A collector that runs while 2,000 modules are imported costs a quarter of the start-up.
    gc.disable()
    options = _parser().parse_args()
    home = Path(os.environ["PREFECT_HOME"])
    if not options.interface and not _has_automations(home / "prefect.db"):
        # Watching events for automations that do not exist costs 0.4 CPU s of a run.
        os.environ.setdefault("PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED", "false")
    end_of_input = threading.Event()
    threading.Thread(target=_watch_input, args=(end_of_input,), daemon=True).start()
    _serve(socket.socket(fileno=options.socket), end_of_input, home, options.interface)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--socket", type=int, required=True, help="a listening socket's number")
    parser.add_argument(
        "--interface", action="store_true", help="serve the UI and run every service"
    )
    return parser


def _serve(
    listener: socket.socket, end_of_input: threading.Event, home: Path, interface: bool
) -> None:
    import uvicorn
    from prefect.server.api.server import create_app

    app = create_app(ephemeral=not interface)
    app.router.lifespan_context = _guarded(app.router.lifespan_context, home)
    server = uvicorn.Server(
        uvicorn.Config(
            retry_when_busy(app), log_level="warning", lifespan="on", timeout_graceful_shutdown=2
        )
    )

    def stop() -> None:
        end_of_input.wait()
        server.should_exit = True
        time.sleep(DRAIN_SECONDS + 5)
        os._exit(1)

    threading.Thread(target=stop, daemon=True).start()
    gc.freeze()
    gc.enable()
    server.run(sockets=[listener])


def _watch_input(end_of_input: threading.Event) -> None:
    parent = os.getppid()

    def watch_parent() -> None:
        # A process that the parent forked may hold the other end of the pipe open.
        while os.getppid() == parent:
            time.sleep(1)
        end_of_input.set()

    threading.Thread(target=watch_parent, daemon=True).start()
    while os.read(sys.stdin.fileno(), 1):
        pass
    end_of_input.set()


def _has_automations(database: Path) -> bool:
    """Whether a user made automations here; a database elsewhere is taken to have some."""
    if any("DATABASE" in name and name.startswith("PREFECT_") for name in os.environ):
        return True
    if not database.is_file():
        return False
    try:
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=1) as connection:
            found = connection.execute("SELECT EXISTS (SELECT 1 FROM automation)").fetchone()
    except sqlite3.Error:  # busy, or its first migration is under way
        return True
    return bool(found[0])


def _guarded(inner: Callable[[Any], Any], home: Path) -> Callable[["FastAPI"], Any]:
    """Start one server at a time in one state folder, and let the last events arrive.

    Two that migrate a fresh SQLite file together fail with "table already exists".
    """

    @asynccontextmanager
    async def lifespan(app: "FastAPI") -> AsyncIterator[None]:
        running = inner(app)
        with _start_lock(home):
            await running.__aenter__()
        try:
            yield
            await _drain()
        finally:
            await running.__aexit__(None, None, None)

    return lifespan


@contextmanager
def _start_lock(home: Path) -> Iterator[None]:
    home.mkdir(parents=True, exist_ok=True)
    with (home / "server-start.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


async def _drain() -> None:
    """Wait until the server's queues are empty: Prefect drops what is in them when it stops."""
    from prefect.server.utilities.messaging.memory import METRICS

    deadline = time.monotonic() + DRAIN_SECONDS
    moved, counts = time.monotonic(), (-1, -1)
    while time.monotonic() < min(deadline, moved + STUCK_SECONDS):
        now = (_total(METRICS, "published"), _total(METRICS, "consumed"))
        if now[0] == now[1]:
            return
        if now != counts:
            moved, counts = time.monotonic(), now
        await asyncio.sleep(0.02)


def _total(metrics: Mapping[str, Mapping[str, int]], count: str) -> int:
    return sum(topic.get(count, 0) for topic in metrics.values())


if __name__ == "__main__":
    main()
