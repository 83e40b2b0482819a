"""One request from its address to its response: guard, robots.txt, turns, redirects, attempts."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Final, Self
from urllib.parse import quote

from yarl import URL

from tasks.web.client import REDIRECTS, Client
from tasks.web.guard import Guard, Resolve
from tasks.web.messages import Request, Response, find_header
from tasks.web.politeness import SHUT, Gate, Gates, Slots, backoff, read_retry_after
from tasks.web.robots import MAX_BYTES, MAX_REDIRECTS, Robots
from tasks.web.settings import WebSettings
from tasks.web.trips import Trip
from tasks.web.troubles import Answer, Trouble
from tasks.web.visits import Visit

_BUSY: Final = frozenset({429, 503})
_PASSING: Final = frozenset({408, 429, 500, 502, 503, 504})
"""Statuses after which another attempt may help."""

_ROBOTS_FIRST: Final = 1 << 30
"""Its priority: nothing else is asked of a host before."""

_OF_THE_HOST: Final = frozenset({"unknown-host", "unreachable", "bad-tls", "timeout", "bad-http"})
"""Reasons that speak against a host and not against one of its pages."""

_NOT_ASCII: Final = re.compile(r"[^\x00-\x7f]+")


class Asker:
    """Asks sites; an asynchronous context manager of one event loop, for many requests at once."""

    def __init__(self, settings: WebSettings, resolve: Resolve) -> None:
        self._settings = settings
        self._guard = Guard(allow_private=settings.allow_private_hosts)
        self.slots = Slots(settings.connections)
        self._client = Client(settings, self._guard, resolve, self.slots.room)
        self._gates = Gates(settings)
        self._robots = Robots(self._fetch_robots, settings.user_agent)

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._robots.close()
        await self._client.__aexit__(kind, error, trace)

    async def ask(self, request: Request, before: Visit | None = None) -> Response:
        """Return what came of the request, whatever it is; ``before`` is the last visit there."""
        trip = Trip.of(request, before, self._settings)
        try:
            trip.check_time()
            return trip.ended(await self._attempt(trip))
        except Trouble as trouble:
            return trip.failed(trouble)

    async def _fetch_robots(self, url: URL) -> Answer:
        trip = Trip(
            url=str(url),
            accept="text/plain, */*;q=0.5",
            priority=_ROBOTS_FIRST,
            longest=MAX_BYTES,
            most_redirects=MAX_REDIRECTS,
            is_robots=True,
        )
        return await self._attempt(trip)

    async def _attempt(self, trip: Trip) -> Answer:
        last: Trouble | None = None
        while True:
            trip.begin()
            try:
                return await self._follow(trip)
            except Trouble as trouble:
                if last is not None and trouble.reason in SHUT:
                    # It was asked: what it failed of says more than that the host is shut by now.
                    last.not_before = trouble.not_before
                    raise last from trouble
                if not trouble.may_pass or trip.attempts >= self._settings.attempts:
                    raise
                last = trouble
            await asyncio.sleep(backoff(trip.attempts, self._settings))

    async def _follow(self, trip: Trip) -> Answer:
        """Return the answer behind all redirects; each is judged like the first address."""
        url = self._guard.check(trip.url.strip())
        while True:
            trip.last = str(url)
            delay = await self._let_pass(url) if not trip.is_robots else None
            gate = self._gates.of(url)
            gate.delay = gate.delay if delay is None else delay
            answer = await self._ask_once(url, gate, trip)
            if answer.status not in REDIRECTS:
                return answer
            url = self._next_address(url, answer)
            trip.leave(answer, str(url))

    async def _let_pass(self, url: URL) -> float:
        """Return the delay that the site's robots.txt wants, or raise ``NotAsked``."""
        settings = self._settings
        rules = await self._robots.rules_of(url)
        rules.check(url)
        wanted = min(rules.crawl_delay, settings.max_crawl_delay_seconds)
        return max(settings.host_delay_seconds, wanted)

    def _next_address(self, url: URL, answer: Answer) -> URL:
        place = (find_header(answer.headers, "location") or "").strip()
        if not place:
            raise Trouble("redirects", "a redirect does not say where to", answer=answer)
        # Bytes outside ASCII are an address in some encoding: they go back as they came.
        place = _NOT_ASCII.sub(lambda raw: quote(raw[0].encode("latin-1")), place)
        try:
            joined = url.join(URL(place))
        except ValueError as error:
            raise Trouble("redirects", f"a redirect leads to no address: {error}") from error
        return self._guard.check(str(joined))

    async def _ask_once(self, url: URL, gate: Gate, trip: Trip) -> Answer:
        """Return the answer of one server; one that says «later» or «broken» is a trouble."""
        # What the host does counts before the turn ends: the next one is let in there.
        async with gate.turn(self.slots, trip.priority):
            try:
                answer = await self._client.ask(
                    url, trip.headers(url), longest=trip.longest, cut=trip.is_robots
                )
            except Trouble as trouble:
                if trouble.reason in _OF_THE_HOST:
                    gate.note_failure(trouble)
                raise
            if answer.status in _PASSING:
                raise self._not_now(gate, answer)
            gate.note_success()
            return answer

    def _not_now(self, gate: Gate, answer: Answer) -> Trouble:
        """Return the trouble of a passing status; the host rests as long as it asks for."""
        problem = f"the site answered {answer.status}"
        trouble = Trouble("status", problem, may_pass=True, answer=answer)
        if answer.status >= 500:
            gate.note_failure(trouble)
        if answer.status not in _BUSY:
            return trouble
        now = datetime.now(UTC)
        asked = read_retry_after(find_header(answer.headers, "retry-after"), now)
        if asked is None or asked <= self._settings.max_wait_seconds:
            gate.pause(backoff(1, self._settings) if asked is None else asked)
            return trouble
        until = now + timedelta(seconds=asked)
        gate.shut("not-before", f"{gate.name} asks not to be asked for {asked:,.0f} s", until=until)
        return Trouble(
            "status", f"{problem}: not for {asked:,.0f} s", answer=answer, not_before=until
        )
