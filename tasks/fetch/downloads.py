"""Sources on the web: feeds are read, and what is new in them is downloaded.

A feed that has its articles' whole texts gives its items; of any other the pages are fetched. What
was there in an earlier run is asked for again only when the list says that it was changed since;
what did not come then is asked for again whatever the list says (``tasks.fetch.revisits``).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

import pyarrow as pa

from expectations.lake_schema import RESPONSES
from tasks.fetch.files import NAMELESS, Address, SourceFile
from tasks.fetch.folders import state_of
from tasks.fetch.revisits import by_page, is_due, is_owed, pages_of
from tasks.fetch.spool import Spool
from tasks.fetch.web_lists import Item, changes_of, has_texts, is_list, read_list
from tasks.sources import DEFAULT_PROFILE, SourceProfile
from tasks.web import (
    Outcome,
    Request,
    Response,
    Visit,
    WebSettings,
    brought_news,
    next_visit,
)

LISTED: Final = "listed"
"""The outcome of an item that was taken from a feed itself; its digest is that of the item."""

OnAnswer = Callable[[int, int], None]
"""Told after each answer: how many there are so far, and how many addresses were to be asked."""

_FEED_FIRST: Final = 1
_ANSWERED: Final = frozenset({Outcome.FETCHED, Outcome.NOT_MODIFIED})


@dataclass(slots=True)
class Downloaded:
    """What came: archives by the profile that was named, visits, answers, and how many of each.

    ``counts`` are by outcome, or by reason where nothing came; ``lost`` are the sources that gave
    nothing, with the reason in words; ``doubted`` those that answered as if something were wrong.
    """

    archives: dict[str | None, Path] = field(default_factory=dict)
    visits: list[Visit] = field(default_factory=list)
    responses: list[dict[str, object]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    lost: dict[str, str] = field(default_factory=dict)
    doubted: dict[str, str] = field(default_factory=dict)

    def has_answers(self) -> bool:
        """Whether any site answered."""
        return any(self.counts[outcome.value] for outcome in _ANSWERED)

    def files(self) -> tuple[SourceFile, ...]:
        """Return the archives as files to read."""
        return tuple(
            SourceFile(
                path=str(path),
                name=path.name,
                label=path.name,
                outlet=NAMELESS,
                profile=profile or DEFAULT_PROFILE,
                profile_is_named=profile is not None,
                state=state_of(path.stat()),
                is_spool=True,
            )
            for profile, path in self.archives.items()
        )

    def answers(self) -> pa.Table:
        """Return the answers as ``RESPONSES``, in order of their addresses."""
        rows = sorted(self.responses, key=lambda row: str(row["url"]))
        return pa.Table.from_pylist(rows, schema=RESPONSES)


def download(  # noqa: PLR0913 (what to ask, how, where to, and whom to tell)
    addresses: Iterable[Address],
    *,
    folder: Path,
    known: Mapping[str, Visit],
    now: datetime,
    web: WebSettings,
    profiles: Mapping[str, SourceProfile],
    on_answer: OnAnswer | None = None,
) -> Downloaded:
    """Ask the sources, and for what is new in their lists; what came is below ``folder``.

    ``known`` has the visits of earlier runs by address. Nothing is raised for what sites do.
    """
    from tasks.web import Web  # noqa: PLC0415  # aiohttp, not always needed

    with ExitStack() as stack:
        crawl = _Crawl(folder, known, now, profiles, stack)
        session = stack.enter_context(Web(web))
        requests = crawl.begin(addresses)
        downloads = session.download(requests, known)
        asked = len(requests)
        for answered, response in enumerate(downloads, start=1):
            more = crawl.take(response)
            downloads.add(more)
            asked += len(more)
            if on_answer is not None:
                on_answer(answered, asked)
        return crawl.finish()


class _Crawl:
    """One download at work: what was asked for, from which source, and what came."""

    def __init__(
        self,
        folder: Path,
        known: Mapping[str, Visit],
        now: datetime,
        profiles: Mapping[str, SourceProfile],
        stack: ExitStack,
    ) -> None:
        self._folder = folder
        self._known = known
        self._now = now
        self._profiles = profiles
        self._stack = stack
        self._spools: dict[str | None, Spool] = {}
        self._sources: dict[str, str | None] = {}
        """The profile that each was named with."""
        self._source_of: dict[str, str] = {}
        """The list that named a page."""
        self._asked: set[str] = set()
        self._visited = by_page(known.values())
        self._found = Downloaded()

    def begin(self, addresses: Iterable[Address]) -> list[Request]:
        """Return what is asked first: the sources, and the pages that they owe us."""
        for address in addresses:
            self._sources.setdefault(address.url, address.profile)
        self._asked.update(pages_of(list(self._sources)))
        requests = [Request(url=url, purpose="feed", priority=_FEED_FIRST) for url in self._sources]
        for page, visit in self._visited.items():
            if (
                visit.source in self._sources
                and page not in self._asked
                and is_owed(visit, self._now)
            ):
                self._asked.add(page)
                requests.append(self._page(visit.url, visit.source))
        return requests

    def take(self, response: Response) -> list[Request]:
        """Keep what came; return what is to be asked because of it."""
        before = self._known.get(response.url)
        news = brought_news(response, before)
        visit = next_visit(response, before, source=self._source_of.get(response.url))
        found = self._found
        found.counts[response.reason or response.outcome.value] += 1
        if response.url in self._sources and response.outcome not in _ANSWERED:
            found.lost[response.url] = response.detail or response.reason
        listed = news and response.url in self._sources and is_list(response.body)
        found.responses.append(_row(response, with_body=listed))
        found.visits.append(visit)
        if listed:
            return self._follow(response)
        if news:
            self._spool(response.url).add_page(response)
        return []

    def finish(self) -> Downloaded:
        """Return what came; archives in which nothing is are left out."""
        self._found.archives = {
            name: spool.path for name, spool in self._spools.items() if spool.count
        }
        return self._found

    def _follow(self, response: Response) -> list[Request]:
        items = read_list(response.body, response.final_url or response.url)
        self._doubt(response.url, items)
        profile = self._sources[response.url]
        follow = self._profiles[profile or DEFAULT_PROFILE].follow
        if follow is False or (follow is None and has_texts(items)):
            self._keep_items(response, items)
            return []
        requests = [self._page(item.url, response.url) for item in self._news_among(items)]
        self._found.counts["seen"] += len(items) - len(requests)
        return requests

    def _doubt(self, url: str, items: Sequence[Item]) -> None:
        """Note a feed that has nothing, and one that has moved on further than it is long."""
        before = self._known.get(url)
        if not items:
            self._found.doubted[url] = "the feed has no item"
        elif before is not None and before.fetched_at is not None:
            pages = pages_of([item.url for item in items])
            if self._visited.keys().isdisjoint(pages):
                self._found.doubted[url] = (
                    "no item of the last time is in the feed any more: some may have been missed; "
                    "run more often"
                )

    def _news_among(self, items: Sequence[Item]) -> Iterator[Item]:
        """Yield the items whose pages are not known, or were changed since, each page once."""
        pages = pages_of([item.url for item in items])
        for item, page, changed in zip(items, pages, changes_of(items), strict=True):
            if page in self._asked:
                continue
            self._asked.add(page)
            visit = self._visited.get(page)
            if visit is None or is_due(visit, changed, self._now):
                # Asked as it was before, so that what is known of it is found.
                yield item if visit is None else item._replace(url=visit.url)

    def _keep_items(self, response: Response, items: Sequence[Item]) -> None:
        """Keep the items that are new, or that were changed since, each page once."""
        spool = self._spool(response.url)
        for item, page in zip(items, pages_of([item.url for item in items]), strict=True):
            visit = self._visited.get(page)
            if page in self._asked or (visit and visit.digest == item.digest):
                self._found.counts["seen"] += 1
                continue
            self._asked.add(page)
            url = visit.url if visit else item.url
            spool.add_item(item.url, item.payload)
            self._found.counts[LISTED] += 1
            self._found.visits.append(
                Visit(
                    url=url,
                    asked_at=response.fetched_at,
                    outcome=LISTED,
                    fetched_at=response.fetched_at,
                    digest=item.digest,
                    source=response.url,
                )
            )

    def _page(self, url: str, source: str) -> Request:
        self._source_of[url] = source
        return Request(url=url)

    def _spool(self, url: str) -> Spool:
        profile = self._sources[self._source_of.get(url, url)]
        if profile not in self._spools:
            path = self._folder / f"{len(self._spools):03d}.warc"
            self._spools[profile] = self._stack.enter_context(Spool(path))
        return self._spools[profile]


def _row(response: Response, *, with_body: bool) -> dict[str, object]:
    return {
        "url": response.url,
        "final_url": response.final_url,
        "redirects": list(response.redirects),
        "status": response.status,
        "headers": [{"name": name, "value": value} for name, value in response.headers],
        "fetched_at": response.fetched_at,
        "outcome": response.outcome.value,
        "reason": response.reason,
        "detail": response.detail,
        "digest": response.digest,
        "body": response.body if with_body else None,
    }
