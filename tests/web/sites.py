"""Real HTTP servers on loopback: outlets that behave, and raw sockets that do not."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import unquote

from aiohttp import web

from tasks.web import Request, Response, Visit, WebSettings, download
from tasks.web.guard import Resolve

# Times to be waited for stand in the tests of what is slow: shared machines stall for seconds.
QUICK: Final = WebSettings(
    allow_private_hosts=True,
    host_delay_seconds=0.0,
    host_connections=8,
    connect_seconds=20.0,
    headers_seconds=20.0,
    read_seconds=20.0,
    answer_seconds=20.0,
    attempts=2,
    backoff_seconds=0.01,
    max_wait_seconds=2.0,
    host_failures=50,
)

HTML: Final = "<html><body><p>افتتح الوزير المعرض.</p></body></html>"

Handler = Callable[[web.BaseRequest], Any]
"""Returns a response or an awaitable of one."""


@dataclass(frozen=True)
class Asked:
    """One request as a server saw it; ``at`` is the monotonic time."""

    path: str
    headers: Mapping[str, str]
    at: float


@dataclass
class Site:
    """An outlet: a handler for each path, 404 for all others; ``asked`` has every request."""

    pages: dict[str, Handler] = field(default_factory=dict)
    host: str = "127.0.0.1"
    tls: Any = None
    asked: list[Asked] = field(default_factory=list)
    port: int = 0

    def url(self, path: str = "/", *, host: str | None = None) -> str:
        scheme = "https" if self.tls else "http"
        return f"{scheme}://{host or self.host}:{self.port}{path}"

    def paths(self) -> list[str]:
        """Return what was asked, robots.txt left out."""
        return [each.path for each in self.asked if each.path != "/robots.txt"]

    def connections(self) -> int:
        """Return how many connections are open."""
        return len(self._server.connections)

    def __enter__(self) -> Self:
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(10)

    async def _serve(self) -> None:
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        self._server = web.Server(self._answer, handler_cancellation=True)
        runner = web.ServerRunner(self._server, shutdown_timeout=0.1)
        await runner.setup()
        place = web.TCPSite(runner, self.host, self.port, ssl_context=self.tls)
        await place.start()
        self.port = self.port or runner.addresses[0][1]
        self._ready.set()
        await self._ended.wait()
        await runner.cleanup()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.asked.append(Asked(request.path_qs, dict(request.headers), time.monotonic()))
        handler = self.pages.get(unquote(request.path))
        if handler is None:
            return web.Response(status=404, text="none")
        made = handler(request)
        answer: web.StreamResponse = await made if asyncio.iscoroutine(made) else made
        return answer


def page(text: str = HTML, **headers: str) -> Handler:
    """Return a handler that answers a page."""
    return lambda request: web.Response(
        text=text,
        content_type="text/html",
        headers={k.replace("_", "-"): v for k, v in headers.items()},
    )


def status(code: int, **headers: str) -> Handler:
    """Return a handler that answers a status."""
    return lambda request: web.Response(
        status=code, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )


def redirect(to: str, code: int = 302) -> Handler:
    """Return a handler that redirects."""
    return lambda request: web.Response(status=code, headers={"Location": to})


def robots(text: str) -> Handler:
    """Return a handler that answers a robots.txt."""
    return lambda request: web.Response(text=text)


def in_turn(*handlers: Handler) -> Handler:
    """Return a handler that answers as each of these, the last one from then on."""
    left = list(handlers)

    def answer(request: web.BaseRequest) -> Any:
        handler = left.pop(0) if len(left) > 1 else left[0]
        return handler(request)

    return answer


@dataclass
class RawSite:
    """A server that writes bytes: ``talk`` gets each connection after the head of its request.

    Its robots.txt is not there, so that faults are the page's; or it talks as all else does.
    """

    talk: Callable[[socket.socket], None]
    robots_too: bool = False
    port: int = 0
    heads: list[bytes] = field(default_factory=list)

    def url(self, path: str = "/page") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def __enter__(self) -> Self:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            connection.settimeout(10)
            try:
                head = b""
                while b"\r\n\r\n" not in head:
                    more = connection.recv(65536)
                    if not more:
                        return
                    head += more
                if head.startswith(b"GET /robots.txt") and not self.robots_too:
                    connection.sendall(
                        b"HTTP/1.1 404 None\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                    )
                    return
                self.heads.append(head)
                self.talk(connection)
            except OSError:
                return


def say(*parts: bytes, pause: float = 0.0) -> Callable[[socket.socket], None]:
    """Return a talk that sends these parts, with a pause before each but the first, and closes."""

    def talk(connection: socket.socket) -> None:
        for number, part in enumerate(parts):
            if number:
                time.sleep(pause)
            connection.sendall(part)

    return talk


def ask(
    *urls: str,
    known: Mapping[str, Visit] | None = None,
    resolve: Resolve | None = None,
    settings: WebSettings = QUICK,
    **changes: Any,
) -> list[Response]:
    """Return the responses of these addresses, in the order of arrival."""
    requests = [Request(url=url) for url in urls]
    chosen = replace(settings, **changes)
    return list(download(requests, settings=chosen, known=known, resolve=resolve))


def ask_one(url: str, **more: Any) -> Response:
    """Return the response of one address."""
    [response] = ask(url, **more)
    return response


def names(**hosts: list[str]) -> Resolve:
    """Return a look-up that knows these hosts; ``_`` in their names stands for a dot."""
    table = {name.replace("_", "."): places for name, places in hosts.items()}

    async def resolve(host: str, port: int) -> list[str]:
        if host not in table:
            raise socket.gaierror(socket.EAI_NONAME, "not known")
        return table[host]

    return resolve
