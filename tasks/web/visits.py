"""What is remembered of an address, so that the next run asks only for what may have changed."""

from dataclasses import dataclass, replace
from datetime import datetime

from tasks.web.messages import Outcome, Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """The last visit to an address; the names of its fields are those of ``lake_schema.VISITS``.

    ``etag``, ``last_modified``, ``digest`` (SHA-256 of the body) and ``fetched_at`` are those of
    the last body that came, from ``final_url``; the rest is of the last time that it was asked for.
    ``source`` is the address of the list that named it, null where none did.
    """

    url: str
    asked_at: datetime
    outcome: str
    status: int = 0
    reason: str = ""
    failures: int = 0
    not_before: datetime | None = None
    final_url: str | None = None
    fetched_at: datetime | None = None
    etag: str | None = None
    last_modified: str | None = None
    digest: str | None = None
    source: str | None = None


def next_visit(
    response: Response, before: Visit | None = None, *, source: str | None = None
) -> Visit:
    """Return what to remember of the address after a response; ``before`` is the last visit there.

    ``source`` is the list that names it now; without one it stays who named it before.
    ``failures`` counts how often in a row it brought nothing (gone counts, refused does not).
    """
    answered = response.outcome in {Outcome.FETCHED, Outcome.NOT_MODIFIED}
    asked = response.outcome is not Outcome.REFUSED
    failures = 0 if answered else (before.failures if before is not None else 0) + asked
    visit = Visit(
        url=response.url,
        asked_at=response.fetched_at,
        outcome=response.outcome.value,
        status=response.status,
        reason=response.reason,
        failures=failures,
        not_before=response.not_before,
        source=source or (None if before is None else before.source),
    )
    if response.outcome is Outcome.FETCHED:
        return replace(
            visit,
            final_url=response.final_url,
            fetched_at=response.fetched_at,
            etag=response.etag,
            last_modified=response.last_modified,
            digest=response.digest,
        )
    if before is None:
        return visit
    # A 304 may renew what it was asked with (RFC 9110, 15.4.5).
    is_same = response.outcome is Outcome.NOT_MODIFIED
    return replace(
        visit,
        final_url=before.final_url,
        fetched_at=before.fetched_at,
        etag=(response.etag if is_same else None) or before.etag,
        last_modified=(response.last_modified if is_same else None) or before.last_modified,
        digest=before.digest,
    )


def brought_news(response: Response, before: Visit | None) -> bool:
    """Whether a body came that differs from the last one; many sites answer 200 to all."""
    return response.outcome is Outcome.FETCHED and (
        before is None or before.digest != response.digest
    )
