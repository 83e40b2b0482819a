"""Requests in, responses out: what comes, in which order, and what is remembered."""

from tasks.web import Outcome
from tests.web.sites import HTML, Site, ask_one, page


def test_a_page_comes_as_the_site_gave_it() -> None:
    with Site({"/a": page(ETag='"1"', X_Twice="a")}) as site:
        response = ask_one(site.url("/a"))
    assert (response.outcome, response.status, response.reason) == (Outcome.FETCHED, 200, "")
    assert response.body.decode() == HTML
    assert response.etag == '"1"'
    assert response.header("x-twice") == "a"
    print(response)
