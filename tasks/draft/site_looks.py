"""A look at a site: what an address answers, the feed behind it, and some of its articles.

At most six requests (robots.txt left out): the address, two feeds that it announces, three
articles.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tasks.errors import StopRun
from tasks.fetch import WrongSource
from tasks.fetch.feed_head import FeedHead, read_feed_head
from tasks.fetch.web_lists import Item, is_list, read_list
from tasks.pages import Page, read_page
from tasks.pages.feed_links import FeedLink, announced_feeds
from tasks.sources import host_of
from tasks.web import REASONS, Outcome, Request, Response, Web, WebSettings

MOST_FEEDS: Final = 2
MOST_ARTICLES: Final = 3

_CHARSET: Final = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_OURS: Final = frozenset({"wrong-address"})
"""Reasons that speak against what the person gave."""

_HINTS: Final = {
    "private-address": "; WARRAQ_FETCH__ALLOW_PRIVATE_HOSTS=true allows private hosts",
    "robots": "; ask the outlet, or take its articles as files",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article that was asked for: what its feed has of it, if one named it, and its page.

    ``page`` is null where the site did not give it; ``problem`` says in words why there is no text.
    """

    url: str
    item: Item | None = None
    page: Page | None = None
    problem: str = ""

    @property
    def body(self) -> str:
        """The text of the page, empty for none."""
        return self.page.body if self.page is not None and not self.problem else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a site answered.

    ``given`` is what a person named, ``address`` what the profile is to name. ``head`` and
    ``items`` are the feed's there, null and empty for a page; ``announced`` are all feeds of the
    page that ``given`` is. ``requests`` is how many were made.
    """

    given: str
    address: str
    head: FeedHead | None
    items: tuple[Item, ...]
    announced: tuple[FeedLink, ...]
    articles: tuple[Article, ...]
    requests: int


def look_at_site(source: str, settings: WebSettings) -> Look:
    """Ask an address, follow it to a feed if it announces one, and read some articles.

    Raises :class:`WrongSource` for what is no address, and :class:`StopRun` when the site gives
    nothing, or neither a feed with articles nor an article.
    """
    with Web(settings) as web:
        return _Visitor(web, source).look()


class _Visitor:
    """One visit at work."""

    def __init__(self, web: Web, source: str) -> None:
        self._web = web
        self._source = source
        self._requests = 0

    def look(self) -> Look:
        """Return what the site answered."""
        [first] = self._ask([Request(url=self._source, purpose="feed")])
        if first.outcome is not Outcome.FETCHED:
            raise _nothing(self._source, first)
        if is_list(first.body):
            return self._of_feed(first, self._source, ())
        url = first.final_url or first.url
        announced = announced_feeds(first.body, url=url, charset=_charset_of(first))
        for link in announced[:MOST_FEEDS]:
            [feed] = self._ask([Request(url=link.url, purpose="feed")])
            if is_list(feed.body) and read_list(feed.body, feed.final_url):
                return self._of_feed(feed, link.url, announced)
        return self._of_page(first, announced)

    def _ask(self, requests: Sequence[Request]) -> list[Response]:
        self._requests += len(requests)
        return list(self._web.download(requests))

    def _of_feed(self, feed: Response, asked: str, announced: tuple[FeedLink, ...]) -> Look:
        items = read_list(feed.body, feed.final_url or feed.url)
        if not items:
            raise StopRun(
                "This feed names no article, so there is nothing to draft from", url=asked
            )
        chosen = {item.url: item for item in _spread(items)}
        responses = {each.url: each for each in self._ask([Request(url=url) for url in chosen])}
        articles = [_article(responses[url], item) for url, item in chosen.items()]
        return Look(
            given=self._source,
            address=_lasting(asked, feed),
            head=read_feed_head(feed.body),
            items=tuple(items),
            announced=announced,
            articles=tuple(articles),
            requests=self._requests,
        )

    def _of_page(self, response: Response, announced: tuple[FeedLink, ...]) -> Look:
        article = _article(response, None)
        if article.problem:
            told = f"none of {len(announced):,} feeds that it announces has articles"
            problem = (
                "This address is neither a feed nor an article; give the address of a feed, or "
                "save some articles in a folder"
            )
            raise StopRun(
                problem,
                source=self._source,
                page=article.problem,
                feeds=told if announced else "it announces none",
            )
        return Look(
            given=self._source,
            address=_lasting(self._source, response),
            head=None,
            items=(),
            announced=announced,
            articles=(article,),
            requests=self._requests,
        )


def _nothing(source: str, response: Response) -> StopRun:
    why = REASONS.get(response.reason, "there was no answer")
    problem = f"This address gives nothing: {why}{_HINTS.get(response.reason, '')}"
    kind = WrongSource if response.reason in _OURS else StopRun
    return kind(problem, source=source, detail=response.detail or response.reason)


def _spread(items: Sequence[Item]) -> Iterator[Item]:
    """Yield the first item, the last one and one between: their dates are furthest apart."""
    last = len(items) - 1
    for place in sorted({0, last // 2, last})[:MOST_ARTICLES]:
        yield items[place]


def _article(response: Response, item: Item | None) -> Article:
    if response.outcome is not Outcome.FETCHED:
        problem = REASONS.get(response.reason, response.outcome.value)
        return Article(url=response.url, item=item, problem=problem)
    page = read_page(
        response.body,
        url=response.final_url or response.url,
        charset=_charset_of(response),
        fetched_at=response.fetched_at,
    )
    return Article(url=response.url, item=item, page=page, problem=page.refusal or "")


def _charset_of(response: Response) -> str | None:
    found = _CHARSET.search(response.header("content-type") or "")
    return found[1] if found else None


def _lasting(asked: str, response: Response) -> str:
    """Return the address to ask next time: behind redirects, as long as they stay with the host.

    A feed that an outlet keeps elsewhere may move there; its own address goes on leading to it.
    """
    final = response.final_url
    return final if final and host_of(final) == host_of(asked) else asked
