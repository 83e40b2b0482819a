"""The room's front: sites are asked in a thread of its own, a plain loop takes what comes."""

import asyncio
import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping
from concurrent.futures import Future
from queue import SimpleQueue
from types import TracebackType
from typing import Final, Self

from tasks.web.asker import Asker
from tasks.web.guard import Resolve, SystemLookup
from tasks.web.messages import Request, Response
from tasks.web.settings import WebSettings
from tasks.web.visits import Visit

WINDOW: Final = 2_000
"""Requests that are taken from their source ahead of their turn."""

_OVERHEAD: Final = 4_000
"""Bytes that a response takes beside what came, about."""

_Batch = list[tuple[Request, Visit | None]]


class _Crew:
    """What runs in the thread: a task for each request; its methods run there only."""

    def __init__(self, asker: Asker, settings: WebSettings) -> None:
        self._asker = asker
        self._most_bytes = settings.buffer_bytes
        self._bytes = 0
        self._tasks: set[asyncio.Task[Response]] = set()
        self.loop = asyncio.get_running_loop()
        self.ended = asyncio.Event()

    def begin(self, batch: _Batch, downloads: "Downloads") -> None:
        """Ask for these, unless the downloads were closed meanwhile, and hand on what comes."""
        if downloads.is_over:
            return

        def deliver(task: asyncio.Task[Response]) -> None:
            self._tasks.discard(task)
            if task.cancelled():
                return
            error = task.exception()
            if error is None:
                self.count(_size(task.result()))
            downloads.arrived.put(error or task.result())

        for request, before in batch:
            task = self.loop.create_task(self._asker.ask(request, before))
            self._tasks.add(task)
            task.add_done_callback(deliver)

    def count(self, size: int) -> None:
        """Count bytes that wait for the caller, or, below zero, wait no longer."""
        self._bytes = max(0, self._bytes + size)
        if self._bytes < self._most_bytes:
            self._asker.slots.room.set()
        else:
            self._asker.slots.room.clear()

    async def cancel(self) -> None:
        """End all that runs; what has arrived is nobody's any more."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.count(-self._bytes)


class Web:
    """Asks sites; a context manager. Turns, robots.txt and connections last as long as it.

    ``resolve`` looks names up; without it the system does. When the block ends, whatever still runs
    is cancelled, and every connection is closed.
    """

    def __init__(self, settings: WebSettings, *, resolve: Resolve | None = None) -> None:
        self._settings = settings
        self._resolve = resolve
        self._ready: Future[_Crew] = Future()
        self._thread = threading.Thread(target=self._live, name="web", daemon=True)
        self._downloads: Downloads | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        self._crew = self._ready.result()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._downloads is not None:
            self._downloads.close()
        self._crew.loop.call_soon_threadsafe(self._crew.ended.set)
        self._thread.join()

    def download(
        self, requests: Iterable[Request] = (), known: Mapping[str, Visit] | None = None
    ) -> "Downloads":
        """Return an iterator of the responses, one for each request, as they arrive.

        ``known`` has the last visits by the requests' addresses, letter by letter. One iterator is
        open at a time: what follows from a response is added to it.
        """
        if self._downloads is not None and not self._downloads.is_over:
            raise RuntimeError("the last download is not over; add requests to it, or close it")
        self._downloads = Downloads(self._crew, {} if known is None else known)
        self._downloads.add(requests)
        return self._downloads

    def _live(self) -> None:
        lookup = SystemLookup()
        try:
            asyncio.run(self._watch(self._resolve or lookup))
        finally:
            lookup.close()

    async def _watch(self, resolve: Resolve) -> None:
        """Work, and hand what keeps it from beginning to who waits for that."""
        work = asyncio.ensure_future(self._work(resolve))
        await asyncio.wait([work])
        if self._ready.done():
            work.result()
        else:
            self._ready.set_exception(work.exception())

    async def _work(self, resolve: Resolve) -> None:
        async with Asker(self._settings, resolve) as asker:
            crew = _Crew(asker, self._settings)
            self._ready.set_result(crew)
            await crew.ended.wait()


class Downloads(Iterator[Response]):
    """The responses to come; made by :meth:`Web.download`, used by one thread.

    Sources of requests are read a bounded number ahead, by the thread that iterates. Responses wait
    within bounds: a caller that is slow makes the asking slow.
    """

    def __init__(self, crew: _Crew, known: Mapping[str, Visit]) -> None:
        self._crew = crew
        self._known = known
        self._sources: deque[Iterator[Request]] = deque()
        self.arrived: SimpleQueue[Response | BaseException | None] = SimpleQueue()
        self._open = 0
        self.is_over = False

    def add(self, requests: Iterable[Request]) -> None:
        """Ask for these too, after those that were added before."""
        self._sources.append(iter(requests))

    def close(self) -> None:
        """Cancel what is not there yet; any thread may do that, and an iteration ends then."""
        if self.is_over:
            return
        self.is_over = True
        asyncio.run_coroutine_threadsafe(self._crew.cancel(), self._crew.loop).result()
        self.arrived.put(None)

    def __next__(self) -> Response:
        """Return the next response; end when there is one for every request."""
        if self.is_over:
            raise StopIteration
        self._ask_more()
        if not self._open:
            self.is_over = True
            raise StopIteration
        arrived = self.arrived.get()
        if arrived is None:
            raise StopIteration
        if isinstance(arrived, BaseException):
            self.close()
            raise arrived
        self._open -= 1
        self._crew.loop.call_soon_threadsafe(self._crew.count, -_size(arrived))
        return arrived

    def _ask_more(self) -> None:
        # Half a window at a time: each message to the other thread costs a system call.
        if self._open > WINDOW // 2:
            return
        batch: _Batch = []
        while self._sources and self._open + len(batch) < WINDOW:
            request = next(self._sources[0], None)
            if request is None:
                self._sources.popleft()
            else:
                batch.append((request, self._known.get(request.url)))
        if batch:
            self._open += len(batch)
            self._crew.loop.call_soon_threadsafe(self._crew.begin, batch, self)


def _size(response: Response) -> int:
    headers = sum(len(name) + len(value) for name, value in response.headers)
    return len(response.body) + headers + _OVERHEAD


def download(
    requests: Iterable[Request],
    *,
    settings: WebSettings,
    known: Mapping[str, Visit] | None = None,
    resolve: Resolve | None = None,
) -> Generator[Response, None, None]:
    """Yield one response for each request, as they arrive; closing it cancels the others.

    For several rounds at the same hosts, or requests that follow from responses, see :class:`Web`.
    """
    with Web(settings, resolve=resolve) as web:
        yield from web.download(requests, known)
