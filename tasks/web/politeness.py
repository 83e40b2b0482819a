"""How often a host is asked: one gate for each, at which requests wait for their turn."""

import asyncio
import heapq
import itertools
import math
import random
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from yarl import URL

from tasks.web.settings import WebSettings
from tasks.web.troubles import NotAsked, Trouble

_MOST_HOSTS: Final = 10_000
"""Gates that are kept; of more hosts idle ones are forgotten, those first that came first."""

SHUT: Final = frozenset({"host-down", "not-before"})
"""The reasons of a gate that is shut."""

_USUAL_PORTS: Final = frozenset({80, 443})
_SECONDS: Final = re.compile(r"[0-9]{1,9}")


class Slots:
    """What all hosts share: so many connections at once, none begun while bodies pile up."""

    def __init__(self, connections: int) -> None:
        self._connections = asyncio.Semaphore(connections)
        self.room = asyncio.Event()
        self.room.set()

    async def take(self) -> None:
        """Wait for a connection, and for room for what it brings."""
        await self._connections.acquire()
        try:
            await self.room.wait()
        except BaseException:
            self._connections.release()
            raise

    def give(self) -> None:
        """Give the connection back."""
        self._connections.release()


class Gate:
    """The turns at one host: a delay between two starts, so many at once, none while it is shut.

    Of those that wait the larger priority goes first, then who came first.
    """

    def __init__(self, name: str, settings: WebSettings) -> None:
        self.name = name
        self.delay = settings.host_delay_seconds
        self._settings = settings
        self._running = 0
        self._is_starting = False
        self._last_start = -math.inf
        self._rests_until = -math.inf
        self._failures = 0
        self._shut: NotAsked | None = None
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()
        self._timer: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()

    @property
    def is_idle(self) -> bool:
        """Whether nobody asks or waits."""
        return not self._running and not self._waiting

    @asynccontextmanager
    async def turn(self, slots: Slots, priority: int) -> AsyncIterator[None]:
        """Wait for a turn, and for one of the slots; raise ``NotAsked`` when the host is shut."""
        await self._wait(priority)
        try:
            await slots.take()
        except BaseException:
            self._give_back()
            raise
        # The delay counts from here: while this one waited for a slot no other was let in.
        self._last_start = self._loop.time()
        self._is_starting = False
        self._wake()
        try:
            self._check()
            yield
        finally:
            slots.give()
            self._running -= 1
            self._wake()

    def pause(self, seconds: float) -> None:
        """Let nobody start for so long."""
        self._rests_until = max(self._rests_until, self._loop.time() + seconds)

    def shut(self, reason: str, detail: str, *, until: datetime | None = None) -> None:
        """Refuse all who wait and who come, with this reason."""
        self._shut = NotAsked(reason, detail, not_before=until)
        while self._waiting:
            *_, turn = heapq.heappop(self._waiting)
            if not turn.done():
                turn.set_exception(self._shut.again())

    def note_success(self) -> None:
        """Tell that the host answered."""
        self._failures = 0

    def note_failure(self, trouble: Trouble) -> None:
        """Tell that it did not; after so many times in a row it is shut."""
        self._failures += 1
        if self._failures >= self._settings.host_failures and self._shut is None:
            self.shut(
                "host-down",
                f"{self.name} failed {self._failures} times in a row, at last: {trouble.detail}",
            )

    def _check(self) -> None:
        if self._shut is not None:
            raise self._shut.again()

    async def _wait(self, priority: int) -> None:
        self._check()
        turn = self._loop.create_future()
        heapq.heappush(self._waiting, (-priority, next(self._numbers), turn))
        self._wake()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._give_back()
            raise

    def _give_back(self) -> None:
        """Return a turn that was given and not begun."""
        self._running -= 1
        self._is_starting = False
        self._wake()

    def _wake(self) -> None:
        while (
            self._waiting
            and self._running < self._settings.host_connections
            and not self._is_starting
        ):
            start = max(self._last_start + self.delay, self._rests_until)
            seconds = start - self._loop.time()
            if seconds > 0:
                if self._timer is None:
                    self._timer = self._loop.call_later(seconds, self._on_time)
                return
            *_, turn = heapq.heappop(self._waiting)
            if not turn.done():
                self._running += 1
                self._is_starting = True
                turn.set_result(None)

    def _on_time(self) -> None:
        self._timer = None
        self._wake()


class Gates:
    """The gates of all hosts; http and https, on their usual ports, are one host's."""

    def __init__(self, settings: WebSettings) -> None:
        self._settings = settings
        self._gates: dict[str, Gate] = {}

    def of(self, url: URL) -> Gate:
        """Return the gate of the address's host."""
        host, port = url.raw_host or "", url.port
        name = host.rstrip(".") if port in _USUAL_PORTS else f"{host.rstrip('.')}:{port}"
        gate = self._gates.get(name)
        if gate is None:
            gate = self._gates[name] = Gate(name, self._settings)
            if len(self._gates) > _MOST_HOSTS:
                self._forget_idle()
        return gate

    def _forget_idle(self) -> None:
        """Forget the oldest of the idle; among a few, for it is done for every new host."""
        old = itertools.islice(self._gates.items(), 100)
        idle = next((name for name, gate in old if gate.is_idle), None)
        if idle is not None:
            del self._gates[idle]


def backoff(attempt: int, settings: WebSettings) -> float:
    """Return the seconds before the attempt after this one (1, 2, …).

    They double each time, between half and one and a half of that at random, so that many who
    failed together do not come again together.
    """
    jitter = random.uniform(0.5, 1.5)  # noqa: S311 (no secret)
    return min(settings.backoff_seconds * 2.0 ** (attempt - 1) * jitter, settings.max_wait_seconds)


def read_retry_after(text: str | None, now: datetime) -> float | None:
    """Return the seconds of a Retry-After header (RFC 9110, 10.2.3); null when it has none."""
    text = (text or "").strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    try:
        then = parsedate_to_datetime(text)
        return max(0.0, (then.replace(tzinfo=then.tzinfo or UTC) - now).total_seconds())
    except (ValueError, OverflowError):
        return None
