"""Web: addresses in, what the sites answered out; polite, incremental, safe. Knows no articles.

::

    with Web(settings) as web:
        downloads = web.download([Request(url=feed, purpose="feed")], known=visits)
        for response in downloads:
            before = visits.get(response.url)
            visits[response.url] = next_visit(response, before)
            if brought_news(response, before):
                downloads.add(Request(url=link) for link in links_of(response))

Each request has one response, whatever comes of it (``Outcome``, ``REASONS``): nothing is raised
for what sites do. Addresses are asked as they are given: who wants each page once makes them
canonical first (``tasks.text.addresses``). ``download`` is the same in one call;
``visits_to_table`` and ``visits_from_table`` keep visits as a table (``lake_schema.VISITS``).
"""

from typing import TYPE_CHECKING

from tasks.web.messages import REASONS, Outcome, Purpose, Request, Response
from tasks.web.settings import WebSettings
from tasks.web.visits import Visit, brought_news, next_visit

if TYPE_CHECKING:
    from tasks.web.session import Downloads, Web, download
    from tasks.web.visit_tables import visits_from_table, visits_to_table

__all__ = [
    "REASONS",
    "Downloads",
    "Outcome",
    "Purpose",
    "Request",
    "Response",
    "Visit",
    "Web",
    "WebSettings",
    "brought_news",
    "download",
    "next_visit",
    "visits_from_table",
    "visits_to_table",
]

_SESSION = frozenset({"Downloads", "Web", "download"})


def __getattr__(name: str) -> object:
    """Import the client when it is asked for: settings and visits do without it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name in _SESSION:
        from tasks.web import session as module  # noqa: PLC0415
    else:
        from tasks.web import visit_tables as module  # type: ignore[no-redef]  # noqa: PLC0415
    return getattr(module, name)
