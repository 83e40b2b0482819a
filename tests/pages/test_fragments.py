"""Pieces of HTML that are an article's text: a block a line, whatever is in them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.pages.fragments import read_fragment


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
