"""Pieces of HTML that are an article's text: a block a line, whatever is in them."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.errors import RejectRecord
from tasks.pages import Paragraph, read_page
from tasks.pages.fragments import read_fragment, read_story
from tests.pages.pieces import PARAGRAPHS, TITLE, article


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("", ""),
        ("نص بلا وسوم", "نص بلا وسوم"),
        ("  نص \t مع\u00a0 فراغات  ", "نص مع فراغات"),
        ("سطر\n\n \nثان", "سطر\nثان"),
        ("<p>أول</p>\n<p>ثان</p>", "أول\nثان"),
        ("<p>سطر ملفوف\nفي المصدر</p>", "سطر ملفوف في المصدر"),
        ("أول<br>ثان<BR/>ثالث<hr class='a'>رابع", "أول\nثان\nثالث\nرابع"),
        ("<ul><li>أ<li>ب</ul><h2>ج</h2>د", "أ\nب\nج\nد"),
        ("<b>أ</b><a href='x'>ب</a>", "أب"),
        ("أ &amp; ب &lt; ج&nbsp;د", "أ & ب < ج د"),
        ("&lt;p&gt;أ&lt;/p&gt;&lt;p&gt;ب&lt;/p&gt;", "أ\nب"),
        ("3 < 5 و 7 > 2", "3 < 5 و 7 > 2"),
        ("أ<script>alert('x')</script><style>p{}</style><!-- ج -->ب", "أب"),
        ("أ<figure><img src=a><figcaption>صورة</figcaption></figure>", "أ"),
        ("<img src='a.jpg'>", ""),
        ("<p>أ <b>لم يغلق", "أ لم يغلق"),
        ("أ" + "<br>" * 5_000 + "ب", "أ\nب"),
        ("<b>" * 5_000 + "أ", "أ"),
        ("أ\ud800ب<br>", "أ?ب"),
        ("<p><em>أ.</em></p> </div><div><p>ب <b>ج</b> د</p> <hr /> <p>ه</p>", "أ.\nب ج د\nه"),
        ("<em>أ</em>\nب <i>ج</i> د", "أ ب ج د"),
    ],
)
def test_a_fragment_is_read(markup: str, text: str) -> None:
    assert read_fragment(markup) == text


@pytest.mark.parametrize(
    "part",
    ["<p", "<p ", "<b>", "<b><p>x", "<a></b>", "<br ", "</", "<", "&", "&amp;lt;b", "<a b='",
     "<!--",
     "<table>", "<script>", "<svg>", " \n", "<font a=b>", "&lt;p "],
)  # fmt: skip
def test_any_markup_takes_linear_time(part: str) -> None:
    read_fragment("<b>")
    before = time.perf_counter()
    read_fragment(part * (500_000 // len(part)))
    assert time.perf_counter() - before < 10


@given(st.text(st.sampled_from("<>/&;#pbr' \n!-أب"), max_size=60))
def test_any_text_is_read_and_tidy(markup: str) -> None:
    text = read_fragment(markup)
    assert text == text.strip()
    assert "\n\n" not in text
    assert "  " not in text


PARTS = st.sampled_from(
    [
        *(f"<p>{line}</p>" for line in PARAGRAPHS),
        f"<p>{PARAGRAPHS[0]}<br>{PARAGRAPHS[1]}</p>",
        f"<div>{PARAGRAPHS[2]}</div>",
        "<h2>ماذا بعد؟</h2>",
        "<p><strong>عودة الأسواق</strong></p>",
        "<ul><li>تذاكر جديدة للقطار.</li><li>محطتان بعد الجسر.</li></ul>",
        "<blockquote><p>«هذا يوم طال انتظاره في القرى كلها».</p></blockquote>",
        "<figure><img src='/2.jpg'><figcaption>جسر الوادي</figcaption></figure>",
        "<figure><img src='/2.jpg'>جسر الوادي</figure>",
        "<p>اقرأ أيضا: <a href='/8'>سوق القرية يعود كل خميس</a></p>",
        "<h3>اقرأ أيضاً</h3><ul><li><a href='/8'>سوق القرية يعود كل خميس</a></li></ul>",
        "<p><a href='/9'>القطار الأخير يغادر المحطة القديمة</a></p>",
        "<div class='sharedaddy share-buttons'>شارك هذا: <a href='#'>فيسبوك</a></div>",
        "<div class='jp-relatedposts'><p><a href='/8'>سوق القرية يعود كل خميس</a></p></div>",
        "<p>جميع الحقوق محفوظة</p>",
        "<script>track()</script><!-- شيء -->",
        "<p>&nbsp;</p>",
    ]
)


@given(st.lists(PARTS, max_size=8))
def test_a_fragment_has_the_paragraphs_of_the_page_around_it(parts: list[str]) -> None:
    opening = "".join(f"<p>{line}</p>" for line in PARAGRAPHS)
    inner = "".join([opening, *parts])
    page = read_page(article(inner), url="https://dafa.example/news/7")
    story = read_story(inner, title=TITLE)
    assert story.paragraphs == page.paragraphs
    assert story.body == page.body
    escaped = inner.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert read_story(escaped, title=TITLE) == story


@pytest.mark.parametrize(
    ("markup", "kinds"),
    [
        ("<p>كتب: سالم حداد</p><p>{}</p>", "paragraph paragraph"),
        ("<p>القاهرة - أ ف ب</p><p>{}</p>", "paragraph paragraph"),
        ("<p>الأحد 12 أيار 2024</p><p>{}</p>", "paragraph paragraph"),
        ("<p>{}</p><p>4 - 2</p><p>{}</p>", "paragraph paragraph paragraph"),
        ("<p>***</p><p>{}</p>", "paragraph paragraph"),
    ],
)
def test_no_line_at_the_head_is_set_aside(markup: str, kinds: str) -> None:
    story = read_story(markup.replace("{}", PARAGRAPHS[0]))
    assert [each.kind for each in story.paragraphs] == kinds.split()


@pytest.mark.parametrize(
    "markup",
    ["<p>جميع الحقوق محفوظة</p>", "<div class='share'>شارك</div>", f"<b>{TITLE}</b>",
     "<p>فيديو</p>", "<h2>خبر عاجل</h2>"],
)  # fmt: skip
def test_what_would_leave_no_text_is_the_text(markup: str) -> None:
    (only,) = read_story(markup, title=TITLE).paragraphs
    assert only.text == read_fragment(markup) == re.sub("<[^>]*>", "", markup)


def test_a_title_above_the_text_is_none_of_it() -> None:
    story = read_story(f"<h1>{TITLE}</h1><p>{PARAGRAPHS[0]}</p>", title=TITLE)
    assert story.paragraphs == (Paragraph(PARAGRAPHS[0], "paragraph"),)


@pytest.mark.parametrize(
    ("markup", "image"),
    [
        ("<img src='/1.jpg' alt='x'><p>{}</p>", ("/1.jpg", None)),
        ("<figure><img src='/1.jpg'><figcaption>المحطة</figcaption></figure><p>{}</p>",
         ("/1.jpg", "المحطة")),
        ("<p>{}</p><p>{}</p><p>{}</p><img src='/1.jpg'>", None),
        ("<img src='/icon-print.png'><p>{}</p>", None),
        ("<p>{}</p>", None),
    ],
)  # fmt: skip
def test_the_first_image_is_that_at_the_head(
    markup: str, image: tuple[str, str | None] | None
) -> None:
    found = read_story(markup.replace("{}", PARAGRAPHS[0])).image
    assert (found and (found.url, found.caption)) == image


def test_more_tags_than_are_read_are_refused() -> None:
    with pytest.raises(RejectRecord, match="200,000 tags") as refused:
        read_story("<b></b>" * 200_001)
    assert refused.value.reason == "too-large"
