"""Pages that are no article: refused with the reason, never read as one."""
# ruff: noqa: E501 - markup that is cut into lines is harder to read

import pytest

from tasks.pages import read_page
from tasks.pages.refusals import REASONS
from tests.pages import later_outlet_pages, outlet_pages
from tests.pages.pieces import PARAGRAPHS, TITLE, article

LINKS = "".join(
    f"<li><a href='/{n}'>خبر من أخبار اليوم الكثيرة رقم {n} في القائمة</a></li>" for n in range(40)
)


def page(body: str, head: str = "") -> bytes:
    return f"<html><head><title>الضفة</title>{head}</head><body>{body}</body></html>".encode()


CASES = {
    "empty-page": [b"", b"\xef\xbb\xbf \n", b"\0\0\0", page(""),
    page("<div><script>x()</script></div>")],
    "not-html": [
        b"%PDF-1.7\n%\xe2\xe3", b'{"title": "x"}', b"<?xml version='1.0'?><rss version='2.0'><channel>",
        "نص بلا علامات".encode(), b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    ],
    "unknown-encoding": ["<html>".encode("utf-32")],
    "soft-404": [
        page("<h1>404</h1><p>عفوا، الصفحة غير موجودة.</p>"),
        page("<h1>الصفحة المطلوبة غير موجودة</h1><p>قد تكون حذفت أو نقلت إلى عنوان آخر.</p>" + LINKS),
        page("<p>Page not found</p>"),
    ],
    "consent-wall": [
        page("<div class='consent'><p>نستخدم ملفات تعريف الارتباط لتحسين تجربتك على الموقع.</p><button>أوافق</button></div>"),
        page("<h1>Just a moment...</h1><p>Checking your browser before accessing. Please enable JavaScript.</p>"),
    ],
    "paywall": [
        page(f"<article><h1>{TITLE}</h1><p>{PARAGRAPHS[0]}</p><div>هذا المحتوى للمشتركين فقط</div></article>"),
        page(
            f"<article><h1>{TITLE}</h1><p>{PARAGRAPHS[0]}</p></article>",
            '<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":"False"}</script>',
        ),
    ],
    "video-page": [
        page(f"<h1>{TITLE}</h1><video src='x'></video><p>شاهد التقرير.</p>", "<meta property='og:type' content='video.other'>"),
    ],
    "section-front": [
        page(f"<h1>محليات</h1><ul>{LINKS}</ul>"),
        page(f"<h1>رياضة</h1><div>{LINKS}</div><p>{PARAGRAPHS[0]}</p>", "<meta property='og:type' content='website'>"),
    ],
    "no-article": [page("<h1>الضفة</h1><p>قريبا</p>")],
}  # fmt: skip


@pytest.mark.parametrize(
    ("reason", "payload"), [(reason, each) for reason, some in CASES.items() for each in some]
)
def test_refused(reason: str, payload: bytes) -> None:
    assert read_page(payload).refusal == reason
    assert reason in REASONS


def test_every_reason_has_a_case() -> None:
    assert set(REASONS) == {*CASES, "page-too-large"}


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(article(f"<p>{PARAGRAPHS[0]}</p>"), id="short"),
        pytest.param(article(around="{}<footer>نستخدم ملفات تعريف الارتباط. اشترك الآن لمتابعة الأخبار</footer>"), id="notices"),
        pytest.param(article(around=f"<ul>{LINKS}</ul>{{}}<ul>{LINKS}</ul>"), id="many-links"),
        pytest.param(article("<p>أعلنت الشركة أن الصفحة غير موجودة منذ أيام، وأن خطأ 404 يظهر للزوار.</p>" + "".join(f"<p>{x}</p>" for x in PARAGRAPHS)), id="about-404"),
        pytest.param(article(f"<video></video>{''.join(f'<p>{x}</p>' for x in PARAGRAPHS)}", head="<meta property='og:type' content='video.other'>"), id="video-with-a-story"),
    ],
)  # fmt: skip
def test_articles_are_not_refused(payload: bytes) -> None:
    assert read_page(payload).refusal is None


SETS = {"first": outlet_pages, "later": later_outlet_pages}


@pytest.mark.parametrize(
    ("reason", "html"),
    [
        pytest.param(reason, html, id=f"{reason}-{written}-{name}")
        for written, each in SETS.items()
        for reason, pages in (*each.REFUSED.items(), (None, each.ARTICLES))
        for name, html in pages.items()
    ],
)
def test_pages_as_other_outlets_build_them(reason: str | None, html: str) -> None:
    assert read_page(html.encode()).refusal == reason


@pytest.mark.parametrize("reason", outlet_pages.REFUSED)
def test_no_reason_rests_on_few_pages(reason: str) -> None:
    assert all(len(each.REFUSED[reason]) >= 6 for each in SETS.values())
