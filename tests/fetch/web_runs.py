"""Runs over sources on the web, on a lake that commits whatever they fetch."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from aiohttp import web as server

from tasks.fetch import History, Intake, Reading, fetch
from tasks.sources import SourceProfile
from tests.fetch.fetching import Row, kept, reading
from tests.web.sites import QUICK, Handler, Site


@dataclass
class Runs:
    """Runs on one lake, each of which is committed, and each at ``now``."""

    lake: Path
    how: Reading
    batches: dict[str, int] = field(default_factory=dict)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def run(self, *sources: str) -> Intake:
        history = History(raw=self.lake / "raw", batches=dict(self.batches))
        intake = fetch(
            sources, lake=self.lake, reading=self.how, fetched_at=self.now, history=history
        )
        if intake.fetched is not None:
            self.batches[intake.fetched.batch.batch_id] = len(self.batches) + 1
        return intake

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)


def on_web(*profiles: SourceProfile) -> Reading:
    return replace(reading(*profiles), web=QUICK)


def titles(intake: Intake) -> list[str]:
    return sorted(row["title"] for row in kept_of(intake))


def kept_of(intake: Intake) -> list[Row]:
    assert intake.fetched is not None
    return kept(intake.fetched)


def serve(site: Site, path: str, text: str | bytes, kind: str = "text/xml") -> str:
    """Serve a body; return its address."""
    body = text.encode() if isinstance(text, str) else text
    site.pages[path] = lambda _: server.Response(body=body, content_type=kind)
    return site.url(path)


def feed_of(*items: str) -> str:
    return f"<rss><channel>{''.join(items)}</channel></rss>"


def with_etag(handler: Callable[[server.BaseRequest], server.Response]) -> Handler:
    """Return a handler that answers 304 to who has what it would answer."""

    def answer(request: server.BaseRequest) -> server.Response:
        made = handler(request)
        etag = f'"{sha256(str(made.text).encode()).hexdigest()}"'
        if request.headers.get("If-None-Match") == etag:
            return server.Response(status=304)
        made.headers["ETag"] = etag
        return made

    return answer
