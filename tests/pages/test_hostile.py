"""Pages made to be slow, large or misleading: each is read in linear time, or refused."""
# ruff: noqa: E501 - markup that is cut into lines is harder to read

import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.pages import LARGEST, read_page
from tasks.pages.taming import DEEPEST, TOO_MANY, tame
from tests.pages.pieces import BODY, PARAGRAPHS, TITLE, article

HALF = "".join(f"<p>{line}</p>" for line in PARAGRAPHS[:2])
REST = "".join(f"<p>{line}</p>" for line in PARAGRAPHS[2:])

BOMBS: dict[str, Callable[[int], str]] = {
    "nested-divs": lambda n: "<div>" * n,
    "nested-tables": lambda n: "<table><tr><td>" * n,
    "nested-lists": lambda n: "<ul><li>" * n,
    "fonts-and-paragraphs": lambda n: "".join(f"<font color={i}><p>" for i in range(n)),
    "formatting-outside": lambda n: (
        "<div>" + "".join(f"<b id={i}>" for i in range(n)) + "</div>" + "<p>x</p>" * n
    ),
    "links-and-divs": lambda n: "<a href=x><div>" * n,
    "attributes": lambda n: f"<div {' '.join(f'a{i}=1' for i in range(n))}>",
    "attributes-of-body": lambda n: "".join(f"<body b{i}=1>" for i in range(n)),
    "end-tags-of-nothing": lambda n: "<div>" * n + "</span>" * n + "</p>" * n,
    "open-comment": lambda n: "<p>x</p>" * n + "<!-- " + "- <!--" * n,
    "less-than": lambda n: "<" * n + "</" * n,
    "open-tags": lambda n: "<a href='" * n,
    "scripts-of-json": lambda n: "<script type='application/ld+json'>{" * n,
    "json-of-json": lambda n: "<script type='application/ld+json'>" + "[" * n + "</script>",
    "json-of-quotes": lambda n: (
        '<script type="application/ld+json">{"@type":"NewsArticle","headline":"' + '"' * n + "</script>"
    ),
    "json-of-names": lambda n: "<script type='application/ld+json'>{" + '"name":"' * n + "</script>",
    "many-authors": lambda n: "<span class='author'>س</span>" * n,
    "metas": lambda n: "<meta charset" * n,
    "breaks": lambda n: "<br>" * n,
    "entities": lambda n: "&amp;" * n,
    "spaces": lambda n: "<p>" + " " * n + "</p>" + "\n" * n,
    "dates": lambda n: "<p class='date'>" + "12 مارس " * (n // 8) + "</p><p>1/1/" * (n // 8),
    "names": lambda n: f"<p class='{'article-' * n}'>x</p>",
    "headings": lambda n: "<h1>عنوان آخر للصفحة</h1>" * (n // 8),
    "bylines": lambda n: "<span class='author'>" * (n // 4) + "كتب " * n,
    "related": lambda n: "<p>اقرأ أيضا: <a href=x>خبر آخر من الأخبار</a></p>" * (n // 8),
    "select": lambda n: "<select><option>" * n,
    "svg": lambda n: "<svg><desc>" * n,
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_eight_times_the_page_takes_eight_times_the_time(name: str) -> None:
    """What costs the square of a page takes 64 times as long; a busy machine, twice as long."""
    make = BOMBS[name]
    unit = len(make(64)) / 64
    took = []
    for size in (32_000, 256_000):
        page = article(HALF + make(int(size / unit)))
        took.append(min(_seconds(page), _seconds(page)))
    assert took[1] < 24 * max(took[0], 0.03)
    assert took[1] < 20


def _seconds(page: bytes) -> float:
    began = time.process_time()
    read_page(page)
    return time.process_time() - began


def test_a_hundred_thousand_divs_hide_nothing() -> None:
    page = article("<div>" * 100_000 + HALF + REST)
    assert read_page(page).body == BODY


def test_a_page_of_100_mb_is_refused() -> None:
    page = article("<p>نص</p>" * (100 * 1024 * 1024 // 14))
    began = time.process_time()
    assert read_page(page).refusal == "page-too-large"
    assert time.process_time() - began < 1
    assert read_page(article(" " * LARGEST)).refusal == "page-too-large"


def test_a_page_of_too_many_tags_is_refused() -> None:
    assert read_page(article("<br>" * (TOO_MANY + 1))).refusal == "page-too-large"


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>document.write('<p>لؤلؤة</p>')</script>",
        "<script type='text/template'><p>لؤلؤة</p></script>",
        "<style>p:after{content:'لؤلؤة'}</style>",
        "<noscript><p>لؤلؤة</p></noscript>",
        "<template><p>لؤلؤة</p></template>",
        "<!-- <p>لؤلؤة</p> -->",
        "<!--><p style='display:none'>لؤلؤة</p>",
        "<p style='display: none'>لؤلؤة لا يراها القارئ في الصفحة أبدا مهما فعل.</p>",
        "<div style='color:red;VISIBILITY:HIDDEN'><p>لؤلؤة</p></div>",
        "<p hidden>لؤلؤة</p>",
        "<div aria-hidden='true'><p>لؤلؤة</p></div>",
        "<textarea><p>لؤلؤة</p></textarea>",
        "<select><option>لؤلؤة</option></select>",
        "<button>لؤلؤة</button>",
        "<iframe><p>لؤلؤة</p></iframe>",
        "<svg><title>لؤلؤة</title></svg>",
        "<object><p>لؤلؤة</p></object>",
        "<p title='لؤلؤة' data-x='لؤلؤة'></p>",
        "<img alt='لؤلؤة' src='/x.jpg'>",
        "<SCRIPT>لؤلؤة</SCRIPT >",
        "<style>لؤلؤة</styles>لؤلؤة</style>",
    ],
)
def test_what_no_reader_sees_is_no_text(hidden: str) -> None:
    page = read_page(article(HALF + hidden + REST))
    assert page.body == BODY
    assert "لؤلؤة" not in "".join(each.text for each in page.paragraphs)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("النقل &amp; الطرق &lt;معا&gt; &laquo;اليوم&raquo;", "النقل & الطرق <معا> «اليوم»"),
        ("&#1575;&#x644;نقل &#0; و&#xD800; و&#x110000;", None),
        ("سنة&nbsp;كاملة", "سنة كاملة"),
        ("قبل\0بعد", "قبلبعد"),
        ("قبل\u200fبعد", "قبل\u200fبعد"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "<script>alert(1)</script>"),
        ("&" * 50, "&" * 50),
    ],
)
def test_characters_written_otherwise(written: str, read: str | None) -> None:
    page = read_page(article(f"<p>{written} في الخبر الأول.</p>{HALF}"))
    first = page.paragraphs[0].text
    assert read is None or first == f"{read} في الخبر الأول."
    assert first.startswith("ا") or read is not None
    assert "\0" not in first


def test_an_attribute_of_megabytes_is_no_matter() -> None:
    huge = "x" * 3_000_000
    inner = f"<div class='{huge}' data-a='{huge[:1000]}'>{HALF}</div>{REST}"
    assert read_page(article(inner)).body == BODY


def test_depth_and_attributes_are_bounded() -> None:
    markup, tags = tame(b"<div>" * 10_000 + b"x")
    assert markup.count(b"<div>") == DEEPEST
    assert tags == 10_000
    assert tame(b"<p " + b" ".join(b"a%d=1" % n for n in range(1000)) + b">x")[0] == b"<p>x"


@pytest.mark.parametrize(
    ("markup", "tamed"),
    [
        (b"", b""),
        (b"a < b & c", b"a < b & c"),
        (b"<", b"<"),
        (b"<p", b"<p"),
        (b"<p title='a>b'>x</p>", b"<p title='a>b'>x</p>"),
        (b'<p title=">">x', b'<p title=">">x'),
        (b"<script>if (a<b) '</p>'</script>x", b"x"),
        (b"<script/>x</script>y", b"y"),
        (b"<svg/>x", b"x"),
        (b"<!doctype html><p>", b"<!doctype html><p>"),
        (b"<!--x-->y<!---->z<!-->w", b"yzw"),
        (b"<!-- a --!>b", b"b"),
        (b"<?php x ?>y", b"y"),
        (b"<title>a<b></title>", b"<title>a<b></title>"),
        (b"</p class=x>", b"</p>"),
        (b"</>x", b"x"),
        (b"a\0b<p\0>", b"ab<p>"),
    ],
)  # fmt: skip
def test_tame_markup(markup: bytes, tamed: bytes) -> None:
    assert tame(markup)[0] == tamed


@given(st.binary(max_size=400))
@settings(max_examples=200)
def test_any_bytes_are_read(payload: bytes) -> None:
    for each in (payload, article(HALF).replace(b"<h1>", payload), b"<html><body>" + payload):
        page = read_page(each, fetched_at=None)
        assert page.refusal is None or isinstance(page.refusal, str)


_TAGS = st.sampled_from(
    [
        "<div>",
        "</div>",
        "<p>",
        "</p>",
        "<b>",
        "</b>",
        "<a",
        "href=x>",
        "</a>",
        "<table>",
        "<tr>",
        "<td>",
        "</table>",
        "<!--",
        "-->",
        "<script>",
        "</script>",
        "<ul>",
        "<li>",
        "</ul>",
        "<br>",
        "<br/>",
        "<h1>",
        "</h1>",
        "<article>",
        "<span",
        "class='author'>",
        "</span>",
        "<svg>",
        "</svg>",
        "<title>",
        "</title>",
        "<noscript>",
        "</noscript>",
        "<form>",
        "<body>",
        "</body>",
        "</html>",
        "<time",
        "datetime='2024-05-01'>",
        "<",
        ">",
        "&amp;",
    ]
)


@given(st.lists(st.one_of(_TAGS, st.sampled_from(PARAGRAPHS), st.text(max_size=5)), max_size=40))
@settings(max_examples=200)
def test_any_markup_is_read(parts: list[str]) -> None:
    payload = f"<html><body><h1>{TITLE}</h1>{''.join(parts)}".encode(errors="replace")
    page = read_page(payload)
    assert all(each.text == each.text.strip() for each in page.paragraphs)
    assert page == read_page(payload)
