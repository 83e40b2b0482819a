"""Pages of HTML as SOURCE: told apart from what is none, read each with what is known of it."""

import time
from pathlib import Path

import orjson
import pyarrow as pa
import pytest

from expectations.dispositions import REASONS
from tasks.fetch.formats import recognise
from tasks.fetch.formats.content import join
from tasks.fetch.formats.html_pages import _REASONS, decode
from tasks.fetch.formats.pieces import Decoded
from tasks.fetch.streams import HEAD
from tasks.pages.refusals import REASONS as REFUSALS
from tasks.sources import SourceProfile
from tests.fetch.archiving import tarred, zipped
from tests.fetch.fetching import is_accounted, kept, land, make, raw, reading, reasons, refused
from tests.pages.pieces import BODY, TITLE, article

NAMED = '<meta property="og:site_name" content="الضفة">'
PLAIN = SourceProfile(name="default")


def decoded(
    *pages: bytes, headers: list[str | None] | None = None, profile: SourceProfile = PLAIN
) -> Decoded:
    told = pa.array(headers or [None] * len(pages), pa.string())
    return decode(join(list(pages), pa.large_binary()), profile, 64, told)


@pytest.mark.parametrize(
    ("name", "head", "kind"),
    [
        pytest.param("a", "<!doctype html><p>", "html", id="doctype"),
        pytest.param("a.txt", "\ufeff \r\n<!-- a --><!-- b --><HTML dir=rtl>", "html", id="mixed"),
        pytest.param("a", '<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "">', "html", id="xhtml"),
        pytest.param("a", "<body>", "html", id="body"),
        pytest.param("a.xhtml", "<div>", "html", id="by-name"),
        pytest.param("a.HTM", "نص <P>", "html", id="by-name-in-capitals"),
        pytest.param("a.html", '<?xml version="1.0"?><rss version="2.0">', "feed", id="feed"),
        pytest.param("a.html", '{"title": "أ", "text": "ب"}', "json", id="json"),
        pytest.param("a.html", '[{"text": "ب"}]', "json-array", id="json-array"),
        pytest.param("a", "<htmlx>", None, id="other-element"),
        pytest.param("a", "<!-- <html> -->", None, id="comment-alone"),
        pytest.param("a.html", "x < y", None, id="no-tag"),
    ],
)  # fmt: skip
def test_pages_are_told_by_content_and_name(name: str, head: str, kind: str | None) -> None:
    found = recognise(name, head.encode())
    assert (found.name if found else None) == kind


@pytest.mark.parametrize("part", ["<!---->", "<!--", "<?xml ?>", "<?", " ", "<!doctype"])
def test_telling_takes_linear_time(part: str) -> None:
    before = time.perf_counter()
    recognise("a", (part.encode() * HEAD)[:HEAD])
    assert time.perf_counter() - before < 5


def test_saved_pages_in_any_encoding_and_archive(tmp_path: Path) -> None:
    page = article(head=NAMED).decode()
    bare = page.replace("<meta charset='utf-8'>", "").replace("الضفة", "الضفه")
    pages = {
        "a.html": page.encode(),
        "b.htm": bare.encode("utf-16"),
        "c.html": bare.encode("windows-1256"),
        "no-suffix": page.upper().replace("UTF-8", "utf-8").encode(),
    }
    folder = make(tmp_path / "in", {f"جريدة/{name}": data for name, data in pages.items()})
    make(folder, {"z.zip": zipped(pages), "t.tar": tarred(pages)})
    fetched = land(tmp_path / "lake", folder)
    assert is_accounted(fetched)
    rows = {row["record_ref"]: row for row in kept(fetched)}
    assert len(rows) == 12, refused(fetched)
    assert {row["format"] for row in raw(fetched)} == {"html"}
    for place in ("جريدة/", "z.zip!", "t.tar!"):
        for name in pages:
            row = rows[f"{place}{name}#1"]
            assert (row["title"], row["text"]) == (TITLE, BODY)
        assert rows[f"{place}a.html#1"]["source"] == "الضفة"
        assert rows[f"{place}b.htm#1"]["read_as"] == "utf-16-le"
        assert rows[f"{place}c.html#1"]["read_as"] == "windows-1256"


def test_what_is_no_article_is_in_the_ledger_with_its_reason(tmp_path: Path) -> None:
    gone = (
        "<!doctype html><html><title>404</title><h1>الصفحة غير موجودة</h1><p>عد إلى الرئيسية.</p>"
    )
    folder = make(
        tmp_path / "in",
        {
            "gone.html": gone,
            "empty.html": "",
            "blank.html": "<!doctype html>",
            "image.html": '<svg xmlns="http://www.w3.org/2000/svg"/>',
            "long.html": article() + b" " * 70_000,
            "whole.html": article(),
        },
    )
    fetched = land(tmp_path / "lake", folder, how=reading(longest=HEAD))
    assert is_accounted(fetched)
    told = reasons(fetched)
    assert told.pop("blank.html#1") in {"no-article", "unknown-format"}
    assert told == {
        "gone.html#1": "soft-404",
        "empty.html#1": "empty-file",
        "image.html#1": "unknown-format",
        "long.html#1": "too-large",
    }


def test_every_refusal_has_a_word_of_the_ledger() -> None:
    words = {_REASONS.get(refusal, refusal) for refusal in REFUSALS}
    assert words <= REASONS["rejected"].keys()


@pytest.mark.parametrize(
    ("outlet", "head", "source"),
    [("جريدة المرفأ", NAMED, "جريدة المرفأ"), (None, NAMED, "الضفة"), (None, "", "النهر")],
    ids=["profile", "page", "folder"],
)
def test_the_outlet_is_the_profiles_then_the_pages_then_the_folders(
    tmp_path: Path, outlet: str | None, head: str, source: str
) -> None:
    page = article(head=head).decode().replace(" | الضفة", "")
    folder = make(tmp_path / "in", {"النهر/1.html": page})
    profile = SourceProfile(name="mine", outlet=outlet, paths=(str(folder),))
    (row,) = kept(land(tmp_path / "lake", "mine", how=reading(profile)))
    assert row["source"] == source


@pytest.mark.parametrize(
    "header",
    [None, "", "{", "[]", '"https://a.org"', '{"url": 7, "charset": []}', '{"charset": "no-such"}',
     '{"url": "http://[::1", "charset": "utf-16"}', '{"url": ""}', '{"url": null}', "?"],
)  # fmt: skip
def test_headers_of_another_version_are_no_trouble(header: str | None) -> None:
    found = decoded(article(), headers=[header])
    assert found.columns["title"].to_pylist() == [TITLE], found.details


def test_a_page_without_an_address_of_its_own_has_that_it_came_from() -> None:
    url = "https://example.org/1"
    told = orjson.dumps({"url": url}).decode()
    own = article(head='<link rel="canonical" href="https://example.org/own">')
    found = decoded(article(), own, article(), headers=[told, told, None])
    assert found.columns["url"].to_pylist() == [url, "https://example.org/own", None]


@pytest.mark.parametrize(
    "head",
    [
        '<meta property="og:url" content="http://[x">',
        '<link rel="canonical" href="http://[::1"><link rel="amphtml" href="//[">',
        '<base href="http://[::1"><meta property="og:image" content="http://[x">',
    ],
)
def test_addresses_that_a_page_makes_up_are_no_trouble(head: str) -> None:
    found = decoded(article(head=head))
    assert found.columns["title"].to_pylist() == [TITLE], found.details
    assert found.columns["url"].to_pylist() == [None]
