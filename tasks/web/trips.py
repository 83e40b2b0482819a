"""What is known of a request on its way, and the response that it becomes at the end."""

import hashlib
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Self

from yarl import URL

from tasks.web.messages import Outcome, Purpose, Request, Response, find_header
from tasks.web.settings import WebSettings
from tasks.web.troubles import Answer, NotAsked, Trouble
from tasks.web.visits import Visit

_ACCEPT: Final[Mapping[Purpose, str]] = {
    "feed": "application/rss+xml, application/atom+xml, application/feed+json, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5",
    "page": "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.5",
}
_LANGUAGE: Final = "ar, *;q=0.5"

_WHOLE: Final = frozenset({200, 203})
_GONE: Final = frozenset({404, 410})
_NOT_MODIFIED: Final = 304

_VALIDATOR: Final = re.compile(r"[\x20-\x7e]{1,1024}")
"""What is kept of ETag and Last-Modified, to be sent back: no site can make us send more."""


@dataclass(slots=True, kw_only=True)
class Trip:
    """A request on its way through attempts and redirects."""

    url: str
    accept: str
    priority: int
    longest: int
    most_redirects: int
    is_robots: bool = False
    before: Visit | None = None
    attempts: int = 0
    redirects: list[str] = field(default_factory=list)
    last: str = ""
    started: float = field(default_factory=time.monotonic)
    was_conditional: bool = False

    @classmethod
    def of(cls, request: Request, before: Visit | None, settings: WebSettings) -> Self:
        """Return the trip of a caller's request."""
        return cls(
            url=request.url,
            accept=_ACCEPT[request.purpose],
            priority=request.priority,
            longest=settings.max_body_bytes,
            most_redirects=settings.max_redirects,
            before=before,
        )

    def check_time(self) -> None:
        """Raise ``NotAsked`` when the site asked, at the last visit, to be asked later."""
        until = None if self.before is None else self.before.not_before
        if until is not None and until > datetime.now(UTC):
            raise NotAsked("not-before", f"not to be asked before {until}", not_before=until)

    def begin(self) -> None:
        """Begin an attempt."""
        self.attempts += 1
        self.redirects.clear()

    def leave(self, answer: Answer, following: str) -> None:
        """Follow a redirect, or raise :class:`Trouble` when it leads too far or in a circle."""
        self.redirects.append(answer.url)
        if following in self.redirects:
            raise Trouble("redirects", f"redirects lead back to {following}", answer=answer)
        if len(self.redirects) > self.most_redirects:
            problem = f"there are over {self.most_redirects} redirects"
            raise Trouble("redirects", problem, answer=answer)

    def headers(self, url: URL) -> dict[str, str]:
        """Return the headers for one address; validators go only where they came from."""
        headers = {"Accept": self.accept, "Accept-Language": _LANGUAGE}
        plain = len(headers)
        if self.before is not None and self.before.final_url == str(url):
            if etag := _validator(self.before.etag):
                headers["If-None-Match"] = etag
            if last_modified := _validator(self.before.last_modified):
                headers["If-Modified-Since"] = last_modified
        self.was_conditional = len(headers) > plain
        return headers

    def ended(self, answer: Answer) -> Response:
        """Return the response that an answer makes."""
        if answer.status in _WHOLE:
            return self._response(answer, Outcome.FETCHED)
        if answer.status == _NOT_MODIFIED and self.was_conditional:
            return self._response(answer, Outcome.NOT_MODIFIED)
        problem = f"the site answered {answer.status}"
        if answer.status in _GONE:
            return self._response(answer, Outcome.GONE, "gone", problem)
        return self._response(answer, Outcome.FAILED, "status", problem)

    def failed(self, trouble: Trouble) -> Response:
        """Return the response that a trouble makes."""
        return self._response(
            trouble.answer, trouble.outcome, trouble.reason, trouble.detail, trouble.not_before
        )

    def _response(
        self,
        answer: Answer | None,
        outcome: Outcome,
        reason: str = "",
        detail: str = "",
        not_before: datetime | None = None,
    ) -> Response:
        answer = answer or Answer(url=self.last, status=0, headers=(), body=b"", wire_bytes=0)
        is_page = outcome is Outcome.FETCHED
        return Response(
            url=self.url,
            outcome=outcome,
            fetched_at=datetime.now(UTC),
            final_url=answer.url,
            redirects=tuple(self.redirects),
            status=answer.status,
            headers=answer.headers,
            body=answer.body,
            wire_bytes=answer.wire_bytes,
            seconds=time.monotonic() - self.started,
            attempts=self.attempts,
            etag=_validator(find_header(answer.headers, "etag")),
            last_modified=_validator(find_header(answer.headers, "last-modified")),
            digest=hashlib.sha256(answer.body).hexdigest() if is_page else None,
            reason=reason,
            detail=detail,
            not_before=not_before,
        )


def _validator(value: str | None) -> str | None:
    return value if value is not None and _VALIDATOR.fullmatch(value) else None
