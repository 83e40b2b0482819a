"""When a page that was asked for before is asked for again."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

import pyarrow as pa

from tasks.text.addresses import canonical_urls
from tasks.web import Outcome, Visit

PAUSES: Final = (timedelta(0), *(timedelta(hours=hours) for hours in (1, 6, 24)))
"""How long a page rests after it failed once, twice, … in a row: what a host loses by being down
for a minute comes with the next run, and one that is down for a day loses nothing."""

MOST_FAILURES: Final = len(PAUSES) + 1
"""After so many in a row a page is not asked for any more."""

_PASSING: Final = frozenset({"host-down", "not-before", "robots-unreachable"})
"""Why we did not ask, where another day may be better; robots.txt that forbids stays."""


def is_due(visit: Visit, changed: datetime | None, now: datetime) -> bool:
    """Whether a page that its list names, as ``changed`` at that time, is asked for again."""
    if visit.outcome == Outcome.GONE or _rests(visit, now):
        return False
    return visit.fetched_at is None or (changed is not None and changed > visit.fetched_at)


def is_owed(visit: Visit, now: datetime) -> bool:
    """Whether a page did not come, the last time, that may come now, whatever its list says."""
    is_passing = visit.outcome == Outcome.REFUSED and visit.reason in _PASSING
    return (visit.outcome == Outcome.FAILED or is_passing) and not _rests(visit, now)


def _rests(visit: Visit, now: datetime) -> bool:
    if visit.not_before is not None and visit.not_before > now:
        return True
    if visit.failures >= MOST_FAILURES:
        return True
    pause = PAUSES[visit.failures - 1] if visit.failures else timedelta(0)
    # A pause of nothing is none, also where the clock was put back.
    return bool(pause) and now < visit.asked_at + pause


def by_page(visits: Iterable[Visit]) -> dict[str, Visit]:
    """Return the visits by the one spelling of their pages."""
    told = list(visits)
    return dict(zip(pages_of([visit.url for visit in told]), told, strict=True))


def pages_of(urls: Sequence[str]) -> list[str]:
    """Return one spelling for all addresses of a page."""
    pages = canonical_urls(pa.array(urls, pa.string())).to_pylist()
    return [page or url for page, url in zip(pages, urls, strict=True)]
