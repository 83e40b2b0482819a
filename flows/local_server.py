"""A Prefect API server of our own, started before Prefect is imported and ended with its parent.

Prefect's ephemeral server costs 1.7 times the CPU and 2.7 times the wall time of this
(``tests/benchmarks/fixed_cost.py``), survives a ``kill -9`` of its client and loses task records
at the end (Prefect 3.9.1).
"""

import http.client
import os
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tasks.errors import StopRun

HOST: Final = "127.0.0.1"
LOG_FILE: Final = "server.log"
LOG_BYTES: Final = 1 << 20
READY_SECONDS: Final = 180.0
"""A first start migrates the database: 5 s on two idle cores, much longer on a busy machine."""
STOP_SECONDS: Final = 20.0
HAND_OVER_SECONDS: Final = 10.0


class PortTaken(StopRun):
    """Another program listens on the port."""


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A server that this process owns; ``api_url`` answers once :func:`wait_ready` has returned."""

    api_url: str
    port: int
    log: Path
    process: subprocess.Popen[bytes]


@contextmanager
def local_server() -> Iterator[LocalServer | None]:
    """Give the process an API: the one that the user configured (``None``), else its own server.

    Sets ``PREFECT_API_URL``, so enter it before Prefect is imported; the server starts meanwhile.
    """
    if configured_api_url():
        yield None
        return
    server = start_server()
    before = os.environ.get("PREFECT_API_URL")
    os.environ["PREFECT_API_URL"] = server.api_url
    try:
        yield server
    finally:
        _hand_over_records()
        stop_server(server)
        if before is None:
            del os.environ["PREFECT_API_URL"]
        else:
            os.environ["PREFECT_API_URL"] = before


def start_server(*, port: int = 0, interface: bool = False) -> LocalServer:
    """Start a server and return at once; ``port`` 0 takes a free one, ``interface`` adds the UI.

    Without ``interface`` only the services that record a run are on, not those that schedule.
    Raises :class:`StopRun` when the state folder cannot be written, :class:`PortTaken`.
    """
    home = _state_folder()
    log = home / LOG_FILE
    with _listen(port) as listener, _open_log(log) as output:
        number = listener.getsockname()[1]
        api_url = f"http://{HOST}:{number}/api"
        process = subprocess.Popen(  # noqa: S603 (our own module, our own arguments)
            [
                *(sys.executable, "-P", "-m", "flows.server_process"),
                *("--socket", str(listener.fileno())),
                *(["--interface"] if interface else []),
            ],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            env=_server_environment(home, number, api_url, interface=interface),
            pass_fds=[listener.fileno()],
            # Ctrl-C in a terminal reaches the whole group; the server has to outlive the flow.
            start_new_session=True,
        )
    return LocalServer(api_url=api_url, port=number, log=log, process=process)


def wait_ready(server: LocalServer | None, seconds: float = READY_SECONDS) -> None:
    """Wait until the server answers; raise :class:`StopRun` with its last words if it does not.

    Its socket listens from the start, so one request waits for the answer and none is refused.
    Without a server of our own, the one that the user configured has to answer.
    """
    if server is None:
        require_api()
        return
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answers(server.api_url, timeout=max(1.0, deadline - time.monotonic())):
            return
        if server.process.poll() is not None:
            break
        time.sleep(0.05)
    raise StopRun(
        f"Prefect's server did not start. It said: {_last_words(server.log)}", log=str(server.log)
    )


def require_api() -> None:
    """Raise :class:`StopRun` unless the API that Prefect is configured for answers."""
    from prefect.client.orchestration import get_client

    client = get_client(sync_client=True)
    error = client.api_healthcheck()
    if error is not None:
        raise StopRun(
            f"Prefect's API does not answer ({error or type(error).__name__}). Start that server, "
            "or unset PREFECT_API_URL to let Warraq start its own",
            api=str(client.api_url),
        ) from error


def stop_server(server: LocalServer) -> None:
    """Close the server's life line and wait until it has written what it was told."""
    pipe = server.process.stdin
    if pipe is not None:
        pipe.close()
    try:
        server.process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.process.kill()
        server.process.wait()


def answers(api_url: str, timeout: float = 2.0) -> bool:
    """Whether a Prefect API answers under this address on the loopback interface."""
    address = api_url.removeprefix("http://").split("/", 1)[0]
    connection = http.client.HTTPConnection(address, timeout=timeout)
    try:
        connection.request("GET", "/api/health")
        response = connection.getresponse()
        return response.status == http.client.OK and response.read(8) == b"true"
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def configured_api_url() -> str | None:
    """Return the API address that the user gave Prefect, without importing Prefect.

    Reads what Prefect reads, in its order: the environment, ``prefect.toml``, ``pyproject.toml``,
    the active profile.
    """
    if url := os.environ.get("PREFECT_API_URL"):
        return url
    sections = (
        _table(Path("prefect.toml"), "api"),
        _table(Path("pyproject.toml"), "tool", "prefect", "api"),
    )
    named = [str(section["url"]) for section in sections if section.get("url")]
    return named[0] if named else _profile_api_url()


def _hand_over_records() -> None:
    """Send the events and log lines that Prefect would send when the interpreter ends, too late."""
    if "prefect.events.worker" not in sys.modules:
        return
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker

    for worker in (EventsWorker, APILogWorker):
        worker.drain_all(timeout=HAND_OVER_SECONDS)


def _profile_api_url() -> str | None:
    profiles = Path(
        os.environ.get("PREFECT_PROFILES_PATH") or Path(os.environ["PREFECT_HOME"], "profiles.toml")
    )
    active = os.environ.get("PREFECT_PROFILE") or _table(profiles).get("active")
    url = _table(profiles, "profiles", str(active)).get("PREFECT_API_URL")
    return str(url) if url else None


def _table(path: Path, *keys: str) -> Mapping[str, object]:
    try:
        table: object = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # Prefect itself reports a settings file that it cannot read
        return {}
    for key in keys:
        table = table.get(key) if isinstance(table, dict) else None
    return table if isinstance(table, dict) else {}


def _state_folder() -> Path:
    home = Path(os.environ["PREFECT_HOME"]).expanduser().absolute()
    try:
        home.mkdir(parents=True, exist_ok=True)
        (home / "server-start.lock").touch()
    except OSError as error:
        raise StopRun(
            f"Prefect's state folder cannot be written ({error.strerror}). "
            "Start in another folder, or set PREFECT_HOME",
            home=str(home),
        ) from error
    return home


def _listen(port: int) -> socket.socket:
    try:
        return socket.create_server((HOST, port), backlog=128)
    except OSError as error:
        raise PortTaken(
            f"Port {port} of {HOST} cannot be opened ({error.strerror}). Choose another port",
            port=port,
        ) from error


def _open_log(log: Path):  # type: ignore[no-untyped-def]
    mode = "ab" if log.exists() and log.stat().st_size < LOG_BYTES else "wb"
    return log.open(mode)


def _server_environment(home: Path, port: int, api_url: str, *, interface: bool) -> dict[str, str]:
    return {
        **os.environ,
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": api_url,
        # Without the port and this address the UI in the browser calls port 4200.
        "PREFECT_SERVER_API_HOST": HOST,
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_UI_API_URL": api_url,
        "PREFECT_UI_ENABLED": "true" if interface else "false",
        # The default is inside the installed package, which may be read-only.
        "PREFECT_UI_STATIC_DIRECTORY": str(home / "interface"),
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "WARNING",
        # Every 30 s by default: a person who triggered a run behind another waits for it.
        "PREFECT_SERVER_DEPLOYMENTS_CONCURRENCY_SLOT_WAIT_SECONDS": os.environ.get(
            "PREFECT_SERVER_DEPLOYMENTS_CONCURRENCY_SLOT_WAIT_SECONDS", "2"
        ),
    }


def _last_words(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return next((line.strip() for line in reversed(lines) if line.strip()), "nothing")
