"""Sources on the web: feeds are read, and what is new in them is downloaded.

A feed that has its articles' whole texts gives its items; of any other the pages are fetched. What
was there in an earlier run is asked for again only when the list says that it was changed since;
what did not come then is asked for again whatever the list says (``tasks.fetch.revisits``).
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from tasks.fetch.archives.warc_records import item_record
from tasks.fetch.files import NAMELESS, Address, SourceFile
from tasks.fetch.folders import state_of
from tasks.fetch.listed_items import Named, name_items
from tasks.fetch.revisits import by_page, is_due, is_owed, pages_of
from tasks.fetch.spool import Kept, Spool
from tasks.fetch.web_lists import (
    MOST_ITEMS,
    Item,
    Listing,
    changes_of,
    has_texts,
    is_list,
    read_listing,
)
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
    """What came, in its spool, and how many of each.

    ``counts`` are by outcome, or by reason where nothing came; ``lost`` are the sources that gave
    nothing, with the reason in words; ``doubted`` those that answered as if something were wrong.
    """

    spool: Spool
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
            for profile, path in self.spool.archives().items()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How sources are asked: when, by whom, read by which profiles, and for how many pages.

    ``known`` has the visits of earlier runs by address; ``limit`` is null for all pages.
    """

    known: Mapping[str, Visit]
    now: datetime
    web: WebSettings
    profiles: Mapping[str, SourceProfile]
    limit: int | None = None


def download(
    addresses: Iterable[Address],
    asking: Asking,
    *,
    folder: Path,
    on_answer: OnAnswer | None = None,
) -> Downloaded:
    """Ask the sources, and for what is new in their lists; what came is in ``folder``.

    What a run that was cut off has left there is taken up, and not asked for again. Nothing is
    raised for what sites do.
    """
    from tasks.web import Web  # noqa: PLC0415  # aiohttp, not always needed

    with Spool(folder) as spool, Web(asking.web) as session:
        crawl = _Crawl(asking, spool)
        requests = crawl.begin(addresses)
        downloads = session.download(requests, crawl.known)
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

    def __init__(self, asking: Asking, spool: Spool) -> None:
        self._asking = asking
        self._spool = spool
        self.known = {**asking.known}
        for url, visit in spool.visits.items():
            before = asking.known.get(url)
            if before is None or before.asked_at <= visit.asked_at:
                self.known[url] = visit
        self._sources: dict[str, str | None] = {}
        """The profile that each was named with."""
        self._source_of: dict[str, str] = {}
        """The list that named a page."""
        self._asked: set[str] = set()
        self._visited = by_page(self.known.values())
        self._waiting: deque[Request] = deque()
        self._open = 0
        self._found = Downloaded(spool)

    def begin(self, addresses: Iterable[Address]) -> list[Request]:
        """Return what is asked first: the sources, and the pages that they owe us."""
        for address in addresses:
            self._sources.setdefault(address.url, address.profile)
        self._asked.update(pages_of(list(self._sources)))
        requests = [
            Request(url=url, purpose="feed", priority=_FEED_FIRST)
            for url in self._sources
            if not self._is_there(url)
        ]
        if self._spool.resumed:
            self._found.counts["resumed"] = self._spool.resumed
        for kept in self._spool.kept_lists():
            if kept.url in self._sources:
                requests += self._follow(kept)
        now = self._asking.now
        for page, visit in self._visited.items():
            is_ours = visit.source in self._sources and page not in self._asked
            if visit.source is not None and is_ours and is_owed(visit, now):
                self._asked.add(page)
                requests.append(self._page(visit.url, visit.source))
        return self._ready(requests)

    def take(self, response: Response) -> list[Request]:
        """Keep what came; return what is to be asked because of it."""
        before = self.known.get(response.url)
        news = brought_news(response, before)
        visit = next_visit(response, before, source=self._source_of.get(response.url))
        found = self._found
        found.counts[response.reason or response.outcome.value] += 1
        if response.url in self._sources and response.outcome not in _ANSWERED:
            found.lost[response.url] = response.detail or response.reason
        self._open -= 1
        if news and response.url in self._sources and is_list(response.body):
            self._spool.add_answer(response, visit, is_list=True)
            final_url = response.final_url or response.url
            kept = Kept(response.url, final_url, response.fetched_at, response.body)
            return self._ready(self._follow(kept))
        if news:
            self._spool.add_page(response, visit, self._profile_of(response.url))
        else:
            self._spool.add_answer(response, visit, is_list=False)
        return self._ready([])

    def finish(self) -> Downloaded:
        """Return what came."""
        if self._waiting:
            self._found.counts["beyond-limit"] += len(self._waiting)
        return self._found

    def _is_there(self, url: str) -> bool:
        """Whether a run that was cut off has got this source, which is a page."""
        visit = self._spool.visits.get(url)
        is_page = visit is not None and url not in self._spool.lists
        return is_page and visit is not None and visit.outcome == Outcome.FETCHED

    def _ready(self, requests: Sequence[Request]) -> list[Request]:
        """Return what is asked now: all, or so many that there may be as many pages as wanted.

        What follows from a source goes before the sources behind it.
        """
        limit = self._asking.limit
        self._waiting.extendleft(reversed(requests))
        wanted = len(self._waiting)
        if limit is not None:
            wanted = min(wanted, max(0, limit - self._spool.count - self._open))
        ready = [self._waiting.popleft() for _ in range(wanted)]
        self._open += len(ready)
        return ready

    def _follow(self, kept: Kept) -> list[Request]:
        listing = read_listing(kept.body, kept.final_url)
        items, again, nameless, _ = listing
        follow = self._asking.profiles[self._sources[kept.url] or DEFAULT_PROFILE].follow
        told = [*items, *again, *(item for item in nameless if item.text)]
        is_whole = follow is False or (follow is None and has_texts(told))
        if is_whole:
            named = name_items([*items, *again, *nameless], self._visited)
            known_as = {name for each in named.items for name in (each.page, each.name)}
            self._doubt(kept.url, listing, known_as, same_id=named.same_id)
            self._found.counts["seen"] += named.same
            self._keep_items(kept, named.items)
            return []
        known_as = set(pages_of([item.url for item in items]))
        self._doubt(kept.url, listing, known_as, no_address=len(nameless))
        requests = [self._page(item.url, kept.url) for item in self._news_among(items)]
        self._found.counts["seen"] += len(items) - len(requests)
        return requests

    def _doubt(
        self,
        url: str,
        listing: Listing,
        known_as: Iterable[str],
        *,
        no_address: int = 0,
        same_id: int = 0,
    ) -> None:
        """Note a feed that has nothing, has moved on further than it is long, or lacks parts.

        ``known_as`` are the names of its items.
        """
        items, _, nameless, beyond = listing
        before = self._asking.known.get(url)
        doubts = []
        if not items and not nameless:
            doubts.append("the feed has no item")
        came_before = before is not None and before.fetched_at is not None
        if items and came_before and self._visited.keys().isdisjoint(known_as):
            doubts.append(
                "no item of the last time is in the feed any more: some may have been missed; "
                "run more often"
            )
        if no_address:
            self._found.counts["no-address"] += no_address
            doubts.append(f"of {no_address:,} items no address of a page can be read")
        if same_id:
            self._found.counts["same-id"] += same_id
            doubts.append(
                f"of {same_id:,} items the address and the id are those of one before them, whose "
                "text was taken"
            )
        if beyond:
            self._found.counts["too-many-items"] += beyond
            doubts.append(f"{beyond:,} items behind the first {MOST_ITEMS:,} were not looked at")
        if doubts:
            self._found.doubted[url] = "; ".join(doubts)

    def _news_among(self, items: Sequence[Item]) -> Iterator[Item]:
        """Yield the items whose pages are not known, or were changed since, each page once."""
        pages = pages_of([item.url for item in items])
        for item, page, changed in zip(items, pages, changes_of(items), strict=True):
            if page in self._asked:
                continue
            self._asked.add(page)
            visit = self._visited.get(page)
            if visit is None or is_due(visit, changed, self._asking.now):
                # Asked as it was before, so that what is known of it is found.
                yield item if visit is None else item._replace(url=visit.url)

    def _keep_items(self, kept: Kept, items: Sequence[Named]) -> None:
        """Keep the items that are new, or that were changed since, each once."""
        limit = self._asking.limit
        for named in items:
            item, page, name = named
            visits = list(filter(None, map(self._visited.get, dict.fromkeys((name, page)))))
            if name in self._asked or any(visit.digest == item.digest for visit in visits):
                self._found.counts["seen"] += 1
                continue
            if limit is not None and self._spool.count >= limit:
                self._found.counts["beyond-limit"] += 1
                continue
            self._asked.add(name)
            self._found.counts[LISTED] += 1
            before = self._visited.get(name)
            url = name if named.shares_address else item.url or name
            new = Visit(
                url=before.url if before else url,
                asked_at=kept.fetched_at,
                outcome=LISTED,
                fetched_at=kept.fetched_at,
                digest=item.digest,
                source=kept.url,
            )
            self._spool.add_item(_record_of(named, kept), new, self._sources[kept.url])

    def _page(self, url: str, source: str) -> Request:
        self._source_of[url] = source
        return Request(url=url)

    def _profile_of(self, url: str) -> str | None:
        return self._sources[self._source_of.get(url, url)]


def _record_of(named: Named, kept: Kept) -> bytes:
    """Return an item as its archive has it; one without an address comes from its list's."""
    item = named.item
    address = item.url or kept.url
    return item_record(address, item.document, item.base, shares_address=named.shares_address)
