"""What is asked of a site, and what comes of it."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

Purpose = Literal["feed", "page"]

Headers = tuple[tuple[str, str], ...]
"""Names and values as received, in order, repeated ones too; bytes as ISO-8859-1."""


class Outcome(enum.StrEnum):
    """What came of a request.

    ``refused`` was not asked for (any more): ours is the reason; ``failed`` was asked and brought
    nothing that can be used.
    """

    FETCHED = "fetched"
    NOT_MODIFIED = "not_modified"
    GONE = "gone"
    REFUSED = "refused"
    FAILED = "failed"


REASONS: Final = {
    "wrong-address": "it is no http or https address that may be asked",
    "private-address": "the host is not on the public internet",
    "robots": "the site's robots.txt disallows it",
    "robots-unreachable": "the site's robots.txt could not be read, which disallows all for now",
    "host-down": "the host failed too often in a row",
    "not-before": "the site wants to be asked later",
    "unknown-host": "the host's name is not known",
    "unreachable": "there was no connection, or it broke before there was an answer",
    "bad-tls": "the TLS handshake failed, or the certificate is not valid for the host",
    "timeout": "the site was too slow",
    "bad-http": "the answer is not HTTP/1.1",
    "truncated": "the body ended early",
    "unreadable": "the body's compression is damaged",
    "too-large": "the body is over the bound",
    "expands-too-far": "the body unpacks to too much",
    "redirects": "a redirect leads in a circle, too far or nowhere",
    "status": "the site answered with an error",
    "gone": "the site says that there is no such page (404 or 410)",
}
"""Every :attr:`Response.reason`, and what it means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One address to ask; of one host the larger ``priority`` goes first, then the earlier one."""

    url: str
    purpose: Purpose = "page"
    priority: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What came of a request.

    ``body`` is without its Content-Encoding, of ``wire_bytes`` as received; ``headers``, ``status``
    (0 for none) and ``body`` are those of ``final_url``, behind the ``redirects`` (the addresses
    that were left, in order). ``seconds`` tells how long it took, waiting included, and
    ``attempts`` how many were made. ``reason`` is a key of ``REASONS``, empty when fetched or not
    modified; ``detail`` says it in words. ``not_before`` is when the site wants to be asked again,
    and ``digest`` the SHA-256 of a fetched body.
    """

    url: str
    outcome: Outcome
    fetched_at: datetime
    final_url: str = ""
    redirects: tuple[str, ...] = ()
    status: int = 0
    headers: Headers = ()
    body: bytes = field(default=b"", repr=False)
    wire_bytes: int = 0
    seconds: float = 0.0
    attempts: int = 0
    etag: str | None = None
    last_modified: str | None = None
    digest: str | None = None
    reason: str = ""
    detail: str = ""
    not_before: datetime | None = None

    def header(self, name: str) -> str | None:
        """Return the first value of a header, whatever the case of its name."""
        return find_header(self.headers, name)


def find_header(headers: Headers, name: str) -> str | None:
    """Return the first value of a header, whatever the case of its name."""
    lower = name.lower()
    return next((value for key, value in headers if key.lower() == lower), None)
