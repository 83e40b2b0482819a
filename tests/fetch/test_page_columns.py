"""What a page's markup tells beside its text: columns of RECORDS, null where there is no markup."""

from pathlib import Path
from typing import Any, Final

import orjson
import pytest

from tasks.fetch.formats import MARKUP
from tests.fetch.fetching import kept, land, make
from tests.fetch.reading_pages import hinted, read_fields
from tests.pages.pieces import BODY, HINTED, MARKED, PARAGRAPHS, article

URL: Final = "https://dafa.example/news/7"
STORY: Final = "".join(f"<p>{line}</p>" for line in PARAGRAPHS)


def linked(*hrefs: str) -> bytes:
    """A page with a link to each address, below a heading over related ones."""
    items = "".join(
        f"<li><a href='{href}'>عنوان آخر من عناوين الصحيفة {n}</a></li>"
        for n, href in enumerate(hrefs)
    )
    return article(f"{STORY}<h3>اقرأ أيضاً</h3><ul>{items}</ul>")


def addresses(row: dict[str, Any]) -> list[str | None]:
    return [link["url"] for link in row["related"]]


def test_lines_that_are_more_than_paragraphs() -> None:
    row = read_fields(article(MARKED))
    assert hinted(row) == HINTED
    assert row["captions"] == ["جسر الوادي"]
    assert "جسر الوادي" not in row["text"]


def test_the_lead_image_and_its_caption_come_first() -> None:
    inner = (
        "<figure><img src='/1.jpg' alt='قطار'><figcaption>المحطة القديمة</figcaption></figure>"
        f"<h2 class='subtitle'>التذاكر عبر الإنترنت</h2><p>{PARAGRAPHS[0]}</p>"
        f"<figure><img src='/2.jpg'><figcaption>جسر الوادي</figcaption></figure>{STORY}"
    )
    head = "<meta property='article:tag' content='قطارات'>"
    row = read_fields(article(inner, head=head), url=URL)
    assert row["images"] == [{"url": "https://dafa.example/1.jpg", "caption": "المحطة القديمة"}]
    assert row["captions"] == ["المحطة القديمة", "جسر الوادي"]
    assert (row["subtitle"], row["tags"]) == ("التذاكر عبر الإنترنت", ["قطارات"])


@pytest.mark.parametrize(
    ("byline", "told"),
    [
        ("الخرج – فهد السويلم", ("فهد السويلم", "الخرج", None)),
        ("القاهرة - أ. ف. ب :", (None, "القاهرة", "أ ف ب")),
        ("كتبت هدى المنصوري وسالم حداد", ("هدى المنصوري، سالم حداد", None, None)),
    ],
)
def test_what_a_byline_says_has_a_column_each(
    byline: str, told: tuple[str | None, str | None, str | None]
) -> None:
    row = read_fields(article(f"<p class='author'>{byline}</p>{STORY}"))
    assert (row["author"], row["dateline_place"], row["agency"]) == told


@pytest.mark.parametrize("name", ["images/icon-print.jpg", "/logo.png", "data:image/gif;base64,R0"])
def test_an_image_of_the_site_is_none_of_the_article(name: str) -> None:
    row = read_fields(article(f"<img src='{name}'><img src='/photo-7.jpg'>{STORY}"), url=URL)
    assert row["images"] == [{"url": "https://dafa.example/photo-7.jpg", "caption": None}]


def test_a_caption_stays_where_its_image_has_no_address() -> None:
    inner = f"<figure><img><figcaption>المحطة القديمة</figcaption></figure>{STORY}"
    row = read_fields(article(inner), url=URL)
    assert (row["images"], row["captions"]) == ([], ["المحطة القديمة"])


def test_the_title_under_an_image_is_no_caption() -> None:
    page = article(f"<img src='/1.jpg' alt='خط القطار القديم'>{STORY}").decode()
    title = "وزارة النقل تعيد تشغيل خط القطار القديم بين المدينتين"
    assert read_fields(page.encode())["captions"] == ["خط القطار القديم"]
    assert read_fields(page.replace("'خط القطار القديم'", f"'{title}'").encode())["captions"] == []


@pytest.mark.parametrize(
    ("href", "address"),
    [
        ("/8", "https://dafa.example/8"),
        ("8", "https://dafa.example/news/8"),
        ("//cdn.dafa.example/8", "https://cdn.dafa.example/8"),
        (" https://other.example/a b\n", "https://other.example/a%20b"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("file:///etc/passwd", None),
        ("vbscript:x", None),
        ("http://[", None),
        ("mailto:a@dafa.example", None),
        ("#top", None),
        ("", None),
    ],
)
def test_links_lead_to_pages_of_the_web_or_nowhere(href: str, address: str | None) -> None:
    assert addresses(read_fields(linked(href), url=URL)) == [address]


def test_links_of_a_saved_page_lead_from_the_address_that_it_calls_its_own() -> None:
    page = linked("/8").decode()
    assert addresses(read_fields(page.encode())) == [None]
    own = page.replace("</head>", f"<link rel='canonical' href='{URL}'></head>")
    assert addresses(read_fields(own.encode())) == ["https://dafa.example/8"]


def test_other_links_beside_a_text_leave_the_text_alone() -> None:
    texts = {read_fields(linked(href), url=URL)["text"] for href in ("/8", "/9")}
    assert texts == {BODY}


def test_records_without_markup_have_nulls(tmp_path: Path) -> None:
    line = orjson.dumps({"title": "عنوان الخبر", "text": BODY}).decode()
    folder = make(
        tmp_path / "in", {"a.jsonl": line, "b.html": linked("/8"), "c.txt": f"خبر\n{BODY}"}
    )
    rows = {row["record_ref"][0]: row for row in kept(land(tmp_path / "lake", folder))}
    assert {rows[name][column] for name in "ac" for column in MARKUP} == {None}
    assert rows["b"]["related"]
    assert [rows["b"][column] for column in ("hints", "tags", "captions", "images")] == [[]] * 4


def test_what_befell_the_text_of_a_page_befell_its_captions_and_links(tmp_path: Path) -> None:
    inner = f"<figure><img src='/1.jpg'><figcaption>المحطة القديمة</figcaption></figure>{STORY}"
    inner += "<p><a href='/8'>سوق القرية يعود كل خميس</a></p>"
    head = f"<link rel='canonical' href='{URL}'><meta property='article:tag' content='قطارات'>"
    page = article(inner, head=head)
    sound, mended = (
        kept(land(tmp_path / name, make(tmp_path / f"in-{name}", {"a.html": each})))[0]
        for name, each in (("sound", page), ("misread", page.decode("windows-1256").encode()))
    )
    for column in MARKUP:
        assert mended[column] == sound[column], column
