"""Drafts of sources on the web: real servers on loopback in, a profile with its reasons out."""

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import orjson
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from tasks.draft.arab_zones import offset_of, zone_of_country, zones_with
from tasks.draft.site_draft import SiteDraft, draft_site
from tasks.errors import StopRun
from tasks.fetch import WrongSource
from tasks.fetch.feed_head import read_feed_head
from tasks.pages.feed_links import announced_feeds
from tests.fetch.outlet_site import Outlet
from tests.web.sites import QUICK, Handler, Site, page, redirect, robots, status

WHOLE = "افتتح رئيس البلدية معرض الكتاب في قاعة المرفأ وحضره ناشرون من عشر مدن. " * 12
TEASER = "افتتح رئيس البلدية معرض الكتاب في قاعة المرفأ…"
FRENCH = (
    "Le maire a inauguré hier le salon du livre dans la grande salle du port de la ville. " * 12
)
PERSIAN = "گزارش پلیس درباره چاپ کتاب های پژوهشی در گرگان و پیشگیری از گرانی چوب و پنبه. " * 12
DATES = ("Thu, 20 Mar 2025 21:13:30 +0300", "Tue, 16 Jul 2024 10:00:00 +0300")


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as site:
        yield site


def made(source: str) -> SiteDraft:
    draft = draft_site(source, name="marfa", settings=QUICK)
    assert tomllib.loads(draft.toml) == {
        entry.key: list(entry.value) if isinstance(entry.value, tuple) else entry.value
        for entry in draft.entries
        if entry.certain
    }
    assert draft.look.requests <= 6
    return draft


def keys(draft: SiteDraft) -> dict[str, object]:
    return dict(tomllib.loads(draft.toml))


def guesses(draft: SiteDraft) -> dict[str, object]:
    return {entry.key: entry.value for entry in draft.entries if not entry.certain}


def reasons(draft: SiteDraft, key: str) -> str:
    return " ".join(why for entry in draft.entries if entry.key == key for why in entry.why)


def feed(
    site: Site,
    text: str = WHOLE,
    *,
    dates: tuple[str, ...] = DATES,
    head: str = "<title>المرفأ</title>",
    items: int = 6,
) -> Handler:
    """Answer a feed of so many items; their pages have the whole text."""
    told = []
    for number in range(items):
        site.pages[f"/{number}"] = article(WHOLE if text == TEASER else text, number)
        date = f"<pubDate>{dates[number % len(dates)]}</pubDate>" if dates else ""
        told.append(
            f"<item><title>معرض {number}</title><link>{site.url(f'/{number}')}</link>{date}"
            f"<description>{text}</description></item>"
        )
    body = f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{"".join(told)}</channel></rss>'
    return lambda _: web.Response(text=body, content_type="application/rss+xml")


def article(text: str, number: int = 0, name: str = "") -> Handler:
    said = f'<meta property="og:site_name" content="{name}">' if name else ""
    return page(
        f"<!doctype html><html><head><title>معرض الكتاب {number}</title>{said}</head><body>"
        f"<article><h1>معرض الكتاب رقم {number}</h1><p>{text}</p></article></body></html>"
    )


def front(*links: str) -> Handler:
    return page(
        f"<!doctype html><html><head><title>المرفأ</title>{''.join(links)}</head>"
        "<body><h1>المرفأ</h1></body></html>"
    )


def link(href: str, kind: str = "application/rss+xml", title: str = "") -> str:
    return f'<link rel="alternate" type="{kind}" title="{title}" href="{href}">'


def test_a_feed_of_teasers(site: Site) -> None:
    outlet = Outlet(site).open(5)
    draft = made(outlet.feed)
    host = f"127.0.0.1:{site.port}"
    assert keys(draft) == {
        "outlet": "المرفأ",
        "addresses": [outlet.feed],
        "sites": [host],
        "follow": True,
    }
    assert (draft.texts, draft.look.requests, draft.advice) == (3, 4, ())
    assert "3 of 3 pages that were read call the site so" in reasons(draft, "outlet")
    assert "0 of 5 items have texts of 400 characters" in reasons(draft, "follow")
    assert site.paths()[0] == "/feed"


def test_a_feed_of_whole_texts(site: Site) -> None:
    site.pages["/rss"] = feed(site)
    draft = made(site.url("/rss"))
    assert keys(draft)["follow"] is False
    assert guesses(draft)["outlet"] == "المرفأ"
    assert "6 of 6 items" in reasons(draft, "follow")


def test_long_teasers_are_told_by_their_pages(site: Site) -> None:
    site.pages["/rss"] = feed(site)
    for number in range(6):
        site.pages[f"/{number}"] = article(WHOLE * 3, number)
    draft = made(site.url("/rss"))
    assert guesses(draft)["follow"] is True
    assert "3.0 times as much" in reasons(draft, "follow")


def test_a_page_that_announces_feeds(site: Site) -> None:
    comments = link("/comments/feed", title="تعليقات")
    site.pages["/"] = front(
        comments,
        link("rss.xml?a=1&amp;b=2", title="الرئيسية"),
        link("/sport", "application/atom+xml"),
        link("javascript:alert(1)"),
        link("/api", "application/json"),
    )
    site.pages["/rss.xml"] = feed(site)
    draft = made(site.url("/"))
    assert keys(draft)["addresses"] == [site.url("/rss.xml?a=1&b=2")]
    assert draft.look.requests == 5
    assert f"- {site.url('/sport')}" in draft.toml
    assert "/comments/feed" in draft.toml
    assert "which it announces" in reasons(draft, "addresses")


def test_what_is_announced_may_be_no_feed(site: Site) -> None:
    """Al-Riyadh's pages of 2012 announce a page as their feed."""
    site.pages["/"] = front(link("/none"), link("/page"), link("/never-asked"))
    site.pages["/page"] = article(WHOLE)
    with pytest.raises(StopRun, match="neither a feed nor an article") as caught:
        made(site.url("/"))
    assert caught.value.facts["feeds"] == "none of 3 feeds that it announces has articles"
    assert site.paths() == ["/", "/none", "/page"]


def test_an_article_without_a_feed_is_the_source(site: Site) -> None:
    site.pages["/خبر"] = article(WHOLE, name="المرفأ")
    draft = made(site.url("/%D8%AE%D8%A8%D8%B1"))
    assert keys(draft) == {
        "addresses": [site.url("/%D8%AE%D8%A8%D8%B1")],
        "sites": [f"127.0.0.1:{site.port}"],
    }
    assert guesses(draft) == {"outlet": "المرفأ"}
    assert (draft.texts, draft.look.requests) == (1, 1)


def test_a_redirect_at_the_host_is_lasting(site: Site) -> None:
    site.pages["/old"] = redirect("/rss")
    site.pages["/rss"] = feed(site)
    draft = made(site.url("/old"))
    assert keys(draft)["addresses"] == [site.url("/rss")]
    assert "to which it leads" in reasons(draft, "addresses")


def test_a_feed_in_json(site: Site) -> None:
    items = [{"id": n, "url": site.url(f"/{n}"), "title": "خبر"} for n in range(2)]
    for number in range(2):
        site.pages[f"/{number}"] = article(WHOLE, number, "المرفأ")
    told = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "المرفأ",
        "language": "ar-DZ",
        "items": items,
    }
    site.pages["/feed"] = lambda _: web.Response(
        body=orjson.dumps(told), content_type="application/feed+json"
    )
    draft = made(site.url("/feed"))
    assert keys(draft)["follow"] is True
    assert guesses(draft)["timezone"] == "Africa/Algiers"


@pytest.mark.parametrize(
    ("dates", "language", "zone", "certain", "why"),
    [
        pytest.param(
            DATES, "ar-kw", "Asia/Kuwait", True, "+0300 6, as the clocks there are. «ar-kw» names",
            id="country-agrees",
        ),
        pytest.param(DATES, "ar-aa", "Asia/Riyadh", False, "Asia/Baghdad", id="candidates"),
        pytest.param(
            ("Thu, 20 Mar 2025 21:13:30 +0200", "Tue, 16 Jul 2024 10:00:00 +0300"),
            "ar", "Africa/Cairo", False, "Asia/Beirut", id="summer-time",
        ),
        pytest.param(
            ("Thu, 20 Mar 2025 21:13:30 GMT",),
            "ar-DZ", "Africa/Algiers", False, "+0000 6: no Arab", id="utc",
        ),
        pytest.param((), "ar-eg", "Africa/Cairo", False, "No date of the feed", id="no-dates"),
        pytest.param(
            DATES[:1], "ar-dz", "Asia/Riyadh", False, "as the clocks there", id="country-disagrees"
        ),
    ],
)  # fmt: skip
def test_the_time_zone(  # noqa: PLR0917
    site: Site, dates: tuple[str, ...], language: str, zone: str, certain: bool, why: str
) -> None:
    head = f"<title>المرفأ</title><language>{language}</language>"
    site.pages["/rss"] = feed(site, dates=dates, head=head)
    draft = made(site.url("/rss"))
    [entry] = (entry for entry in draft.entries if entry.key == "timezone")
    assert (entry.value, entry.certain) == (zone, certain)
    assert why in " ".join(entry.why)


def test_no_time_zone_is_made_up(site: Site) -> None:
    for dates in ((), ("Thu, 20 Mar 2025 21:13:30 +0530",), ("غدا",)):
        site.pages["/rss"] = feed(site, dates=dates)
        assert "timezone" not in made(site.url("/rss")).toml


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param(
            FRENCH, "not Arabic: 0% of their letters are; the site says «fr»", id="french"
        ),
        pytest.param(PERSIAN, "rather Persian or Urdu", id="persian"),
    ],
)
def test_another_language_is_told(site: Site, text: str, problem: str) -> None:
    head = "<title>Le Port</title><language>fr</language>"
    site.pages["/rss"] = feed(site, text, head=head)
    draft = made(site.url("/rss"))
    assert problem in draft.language.problem
    assert problem in " ".join(draft.advice)
    assert "# MIND: " in draft.toml


def test_a_site_that_shuts_its_pages_is_read_from_its_feed(site: Site) -> None:
    site.pages["/rss"] = feed(site)
    site.pages["/robots.txt"] = robots("User-agent: *\nAllow: /rss\nDisallow: /\n")
    draft = made(site.url("/rss"))
    assert guesses(draft)["follow"] is False
    assert draft.texts == 3
    assert "robots.txt disallows it" in draft.toml
    assert site.paths() == ["/rss"]


def test_pages_in_another_host_are_its_sites(site: Site) -> None:
    with Site() as other:
        handler = feed(other)
        site.pages["/rss"] = handler
        assert keys(made(site.url("/rss")))["sites"] == [f"127.0.0.1:{other.port}"]


@pytest.mark.parametrize(
    ("handler", "problem"),
    [
        pytest.param(status(404), "there is no such page", id="gone"),
        pytest.param(status(500), "answered with an error", id="error"),
        pytest.param(page(""), "neither a feed nor an article", id="empty"),
        pytest.param(front(), "neither a feed nor an article", id="front"),
        pytest.param(
            lambda _: web.Response(body=b"%PDF-1.4 \0\1", content_type="application/pdf"),
            "neither a feed nor an article",
            id="pdf",
        ),
        pytest.param(
            lambda _: web.Response(text="<rss><channel><title>x</title></channel></rss>"),
            "names no article",
            id="no-item",
        ),
    ],
)
def test_what_gives_nothing_is_told(site: Site, handler: Handler, problem: str) -> None:
    site.pages["/x"] = handler
    with pytest.raises(StopRun, match=problem):
        made(site.url("/x"))


def test_articles_that_cannot_be_read_are_counted(site: Site) -> None:
    site.pages["/rss"] = feed(site, TEASER)
    for number in range(6):
        site.pages[f"/{number}"] = status(404)
    with pytest.raises(StopRun, match="No article") as caught:
        made(site.url("/rss"))
    assert "3 the site says that there is no such page" in str(caught.value.facts["articles"])


def test_robots_and_hosts_that_are_not_there_are_told(site: Site) -> None:
    site.pages["/robots.txt"] = robots("User-agent: *\nDisallow: /\n")
    with pytest.raises(StopRun, match=r"robots\.txt disallows"):
        made(site.url("/rss"))
    assert site.paths() == []
    with pytest.raises(StopRun, match=r"robots\.txt could not be read") as caught:
        made("http://127.0.0.1:9/feed")
    assert "connection failed" in str(caught.value.facts["detail"])


def test_private_hosts_want_the_setting(site: Site) -> None:
    site.pages["/rss"] = feed(site)
    shut = replace(QUICK, allow_private_hosts=False)
    with pytest.raises(StopRun) as caught:
        draft_site("http://127.0.0.1/rss", name="x", settings=shut)
    assert "WARRAQ_FETCH__ALLOW_PRIVATE_HOSTS=true" in str(caught.value)
    assert not isinstance(caught.value, WrongSource)
    assert site.asked == []


def test_a_feed_cannot_lead_to_private_hosts(site: Site) -> None:
    """The guard of runs holds for what is announced: link-local hosts are never asked."""
    site.pages["/"] = front(link("http://169.254.169.254/latest"), link("file:///etc/passwd"))
    with pytest.raises(StopRun, match="neither a feed"):
        made(site.url("/"))


@pytest.mark.parametrize(
    ("body", "title", "language"),
    [
        pytest.param(
            '<rss><channel><image><title>logo</title></image><title>&lt;a&gt; "x"\n y</title>'
            "<language>AR_dz</language><item><title>no</title></item></channel></rss>",
            '<a> "x" y', "ar-dz", id="rss",
        ),
        pytest.param(
            '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr"><title>م</title><entry>',
            "م", "fr", id="atom",
        ),
        pytest.param(
            '<rdf:RDF xmlns:rdf="r" xmlns="p"><channel><title>م</title></channel><item>',
            "م", "", id="rdf",
        ),
        pytest.param("<rss><channel><title>م", "م", "", id="broken"),
        pytest.param("<rss>", "", "", id="nothing"),
        pytest.param('{"version":"https://jsonfeed.org/version/1","title":7}', "", "", id="json"),
        pytest.param(
            '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
            "<rss><channel><title>&x;م</title></channel></rss>", "&x;م", "", id="entity",
        ),
    ],
)  # fmt: skip
def test_what_a_feed_says_of_itself(body: str, title: str, language: str) -> None:
    assert read_feed_head(body.encode()) == (title, language)


@given(st.binary(max_size=400))
def test_any_bytes_have_a_head_and_links(body: bytes) -> None:
    read_feed_head(b"<rss><channel>" + body)
    read_feed_head(b'{"a":"jsonfeed.org/version' + body)
    for found in announced_feeds(b"<html><link rel=alternate type=application/rss+xml href=" + body,
                                 url="https://a.example/"):  # fmt: skip
        assert found.url.lower().startswith(("http://", "https://"))


def test_a_base_is_where_links_begin() -> None:
    body = f"<html><head><base href='/ar/'>{link('feed')}{link('feed')}{link('http://[')}".encode()
    assert [each.url for each in announced_feeds(body, url="https://a.example/x")] == [
        "https://a.example/ar/feed"
    ]


@pytest.mark.parametrize(
    ("printed", "offset"),
    [
        ("Thu, 20 Mar 2025 21:13:30 +0100", 60),
        ("2025-03-20T21:13:30+03:30", 210),
        ("2025-03-20T21:13:30-05:00", -300),
        ("2025-03-20T21:13:30Z", 0),
        ("Thu, 20 Mar 2025 21:13:30 GMT", 0),
        ("2025-03-20", None),
        ("2025-03-20 21:13", None),
    ],
)
def test_offsets(printed: str, offset: int | None) -> None:
    assert offset_of(printed) == offset


def test_zones_are_told_by_their_clocks() -> None:
    winter = datetime(2025, 1, 1, tzinfo=UTC)
    assert zones_with([(winter, 240)]) == ("Asia/Dubai", "Asia/Muscat")
    assert zone_of_country("a.example", "www.aps.dz:443") == ("Africa/Algiers", "www.aps.dz:443")
    assert zone_of_country("dz", "ar", "a.com") is None
