"""One request, one answer: aiohttp with a bound on everything that a server can make large or slow.

No cookies, no proxies or passwords of the environment, no redirects; certificates are verified, and
nothing is tried again without.
"""

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import nullcontext, suppress
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import aiohttp
from yarl import URL

from tasks.errors import StopRun
from tasks.web.content_coding import ACCEPTED, Body
from tasks.web.guard import Guard, GuardedResolver, Resolve
from tasks.web.messages import find_header
from tasks.web.settings import MIB, WebSettings
from tasks.web.troubles import AddressRefused, Answer, NotAsked, Trouble

_NAMES_KEPT: Final = 60
"""Seconds for which the judged addresses of a name are kept."""

_IDLE: Final = 15.0
"""Seconds for which an idle connection is kept."""

_LONGEST_LINE: Final = 8 * 1024
_LONGEST_HEADER: Final = 32 * 1024
_MOST_HEADERS: Final = 128
"""Some outlets send a Content-Security-Policy of over 8 KiB."""

_LARGE: Final = MIB
_LARGE_AT_ONCE: Final = 4
"""Only so many bodies larger than that are read at once, and none while bodies pile up: what is in
memory does not grow with the number of connections. The others wait, their servers too."""

REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})

_LONGEST_ERROR: Final = 64 * 1024
"""What is kept of an error's body; what is wrong with it does not change that it is an error."""

_UNREAD: Final = REDIRECTS | {204, 304}
"""Statuses whose body is none, or not worth reading."""


class Client:
    """Asks; an asynchronous context manager of one event loop.

    ``room`` is set while there is room for large bodies.
    """

    def __init__(
        self, settings: WebSettings, guard: Guard, resolve: Resolve, room: asyncio.Event
    ) -> None:
        self._settings = settings
        self._guard = guard
        self._resolve = resolve
        self._room = room
        self._large = asyncio.Semaphore(_LARGE_AT_ONCE)

    async def __aenter__(self) -> Self:
        settings = self._settings
        connector = aiohttp.TCPConnector(
            limit=0,  # who asks has a bound already
            resolver=GuardedResolver(self._guard, self._resolve, settings.connect_seconds),
            socket_factory=self._guard.make_socket,
            ssl=_trust(settings.ca_file),
            ttl_dns_cache=_NAMES_KEPT,
            keepalive_timeout=_IDLE,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            middlewares=(_only_once,),
            headers={"User-Agent": user_agent(settings), "Accept-Encoding": ACCEPTED},
            timeout=aiohttp.ClientTimeout(
                total=None,
                sock_connect=settings.connect_seconds,
                sock_read=settings.read_seconds,
                ceil_threshold=float("inf"),
            ),
            max_line_size=_LONGEST_LINE,
            max_field_size=_LONGEST_HEADER,
            max_headers=_MOST_HEADERS,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._session.close()

    async def ask(
        self,
        url: URL,
        headers: Mapping[str, str],
        *,
        longest: int,
        cut: bool = False,
    ) -> Answer:
        """Return the answer of the address, which the guard has checked; raise :class:`Trouble`.

        The body has ``longest`` bytes at most; with ``cut`` it ends there instead of being refused.
        """
        settings = self._settings
        late = "the headers", settings.connect_seconds + settings.headers_seconds
        try:
            async with asyncio.timeout(late[1]) as deadline:
                call = self._session.get(url, headers=headers, allow_redirects=False)
                async with call as response:
                    late = "the whole answer", settings.answer_seconds
                    deadline.reschedule(asyncio.get_running_loop().time() + late[1])
                    return await self._answer_of(response, deadline, longest, cut=cut)
        except TimeoutError as error:
            raise _slow(error, late, settings) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _told(error) from error

    async def _answer_of(
        self,
        response: aiohttp.ClientResponse,
        deadline: asyncio.Timeout,
        longest: int,
        *,
        cut: bool,
    ) -> Answer:
        headers = tuple((_text(name), _text(value)) for name, value in response.raw_headers)
        is_error = response.status >= 400
        body = Body(
            find_header(headers, "content-encoding") or "",
            longest=min(longest, _LONGEST_ERROR) if is_error else longest,
            ratio=self._settings.max_unpacked_ratio,
            cut=cut or is_error,
        )
        data = b""
        if response.status not in _UNREAD:
            with suppress(Trouble) if is_error else nullcontext():
                await self._read(response, body, deadline)
                data = body.whole()
        return Answer(
            url=str(response.url),
            status=response.status,
            headers=headers,
            body=data,
            wire_bytes=body.wire_bytes,
        )

    async def _read(
        self, response: aiohttp.ClientResponse, body: Body, deadline: asyncio.Timeout
    ) -> None:
        is_large = False
        try:
            async for data in response.content.iter_any():
                for size in body.add(data):
                    if size > _LARGE and not is_large:
                        await self._wait_for_room(deadline)
                        is_large = True
                if body.is_full:
                    response.close()
                    return
        finally:
            if is_large:
                self._large.release()

    async def _wait_for_room(self, deadline: asyncio.Timeout) -> None:
        """Become one of the few large bodies; the wait is ours, so the deadline moves."""
        clock = asyncio.get_running_loop().time
        left = (deadline.when() or 0.0) - clock()
        deadline.reschedule(None)
        await self._large.acquire()
        try:
            await self._room.wait()
        except BaseException:
            self._large.release()
            raise
        deadline.reschedule(clock() + left)


def _trust(ca_file: Path | None) -> ssl.SSLContext | bool:
    """Return whom to trust: the authorities of the file alone, or the system's (``True``)."""
    if ca_file is None:
        return True  # aiohttp reads them once for a process
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        problem = f"The file of trusted certificates cannot be read: {error}"
        raise StopRun(problem, ca_file=str(ca_file)) from error
    context.set_alpn_protocols(["http/1.1"])
    return context


async def _only_once(
    request: aiohttp.ClientRequest, ask: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Keep aiohttp from asking again when a connection breaks: attempts are ours to count."""
    try:
        return await ask(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise _told(error) from error


def user_agent(settings: WebSettings) -> str:
    """Return how we present ourselves: the product, its version, and whom to write to."""
    contact = f"+{settings.contact}" if settings.contact else "Arabic news corpus"
    return f"{settings.user_agent}/{version('warraq')} ({contact})"


def _text(data: bytes) -> str:
    return data.decode("latin-1")


def _slow(error: TimeoutError, late: tuple[str, float], settings: WebSettings) -> Trouble:
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        problem = f"there was no connection within {settings.connect_seconds:g} s"
    elif isinstance(error, aiohttp.SocketTimeoutError):
        problem = f"nothing came for {settings.read_seconds:g} s"
    else:
        problem = f"{late[0]} took over {late[1]:g} s"
    return Trouble("timeout", problem, may_pass=True)


_FAULTS: Final = (
    (aiohttp.ClientConnectorCertificateError, "bad-tls", "the certificate is not valid", False),
    (aiohttp.ClientConnectorSSLError, "bad-tls", "the TLS handshake failed", False),
    (ssl.SSLError, "bad-tls", "the TLS connection failed", False),
    (aiohttp.ClientConnectorDNSError, "unknown-host", "the name was not found", True),
    (aiohttp.ClientPayloadError, "truncated", "the body ended early", True),
    (aiohttp.ClientResponseError, "bad-http", "the answer is not HTTP/1.1", False),
    (ValueError, "bad-http", "the answer cannot be read", False),
    (Exception, "unreachable", "the connection failed", True),
)
"""Errors of aiohttp and of the system, our reason and words for them, whether they may pass."""


def _told(error: Exception) -> Trouble:
    """Say which fault an error of aiohttp or of the system is."""
    cause = error.__cause__ if isinstance(error, aiohttp.ClientConnectorError) else error
    words = " ".join(str(cause).split())[:300] or type(cause).__name__
    if isinstance(cause, AddressRefused):
        return NotAsked("private-address", words)
    if isinstance(error, aiohttp.InvalidURL):
        return NotAsked("wrong-address", f"it is no address: {words}")
    _, reason, problem, may_pass = next(each for each in _FAULTS if isinstance(error, each[0]))
    return Trouble(reason, f"{problem}: {words}", may_pass=may_pass)
