"""What is the story's text on a page that is made otherwise: of pictures, of days, of an end."""

from datetime import UTC, datetime

import pytest

from tasks.pages import LeadImage, Page, read_page
from tests.pages.pieces import BODY, PARAGRAPHS, TITLE, article

P = "".join(f"<p>{line}</p>" for line in PARAGRAPHS)
NAMES = ("نواف هاني السالم", "ألين محمد عبد الله", "إبراهيم عادل", "أحمد أسامة الشيخ", "يزيد المطر")
DAYS = ("15 مارس 2011", "20 نيسان 2011", "3/5/2012", "الأحد 7 يونيو 2015")
DATED = datetime(2024, 5, 12, tzinfo=UTC)


def kinds(page: Page) -> list[tuple[str, str]]:
    return [(each.kind, each.text) for each in page.paragraphs]


@pytest.mark.parametrize("shown", [NAMES, PARAGRAPHS], ids=["names", "sentences"])
@pytest.mark.parametrize(
    "make",
    [
        "<figure><img src='/{n}.jpg'><figcaption>{text}</figcaption></figure>",
        "<div class='photo'><img src='/{n}.jpg' alt='{text}'><p>{text}</p></div>",
        "<div class='gallery-item'><p><img src='/{n}.jpg'></p><p class='caption'>{text}</p></div>",
    ],
)
def test_a_page_of_pictures_has_captions_and_no_text(make: str, shown: tuple[str, ...]) -> None:
    pictures = "".join(make.format(n=n, text=text) for n, text in enumerate(shown))
    page = read_page(article(f"<div class='article-body'>{pictures}</div>"))
    assert (page.refusal, page.body, page.authors) == (None, "", ())
    assert page.lead_image == LeadImage("/0.jpg", shown[0])
    assert kinds(page) == [("caption", text) for text in shown[1:]]


def test_a_story_that_is_named_a_caption_is_one_all_the_same() -> None:
    assert (
        read_page(article(f"<img src='/1.jpg'><div class='photo-caption'>{P}</div>")).body == BODY
    )


def test_pictures_between_paragraphs_leave_the_text() -> None:
    picture = "<figure><img src='/{}.jpg'><figcaption>جسر الوادي</figcaption></figure>"
    inner = "".join(f"{picture.format(n)}<p>{line}</p>" for n, line in enumerate(PARAGRAPHS))
    assert read_page(article(inner)).body == BODY


@pytest.mark.parametrize("told", ["", "<span class='date'>12 أيار 2024</span>"], ids=["", "dated"])
@pytest.mark.parametrize(
    ("make", "kind"),
    [
        ("<h3>{day}</h3><p>{text}</p>", "heading"),
        ("<h3>{day}: بدء العمل</h3><p>{text}</p>", "heading"),
        ("<h4 class='event-title'>{day}</h4><div>{text}</div>", "heading"),
        ("<p><strong>{day}</strong></p><p>{text}</p>", "heading"),
        ("<p>{day}</p><p>{text}</p>", "paragraph"),
    ],
)
def test_a_storys_days_are_its_own(make: str, kind: str, told: str) -> None:
    inner = "".join(
        make.format(day=day, text=text) for day, text in zip(DAYS, PARAGRAPHS, strict=True)
    )
    page = read_page(article(told + inner))
    assert page.published == (DATED if told else None)
    found = kinds(page)
    assert [text for _, text in found[1::2]] == list(PARAGRAPHS)
    assert [
        (each, text[: len(day)]) for (each, text), day in zip(found[::2], DAYS, strict=True)
    ] == [(kind, day) for day in DAYS]


@pytest.mark.parametrize(
    "lines",
    [
        "<h3>12 أيار 2024</h3>{}",
        "<p>12 أيار 2024</p><p>تحديث: 13 أيار 2024</p>{}",
        "<p>12 أيار 2024</p>{}<p>13 أيار 2024</p><p>بيروت</p>",
        "<h3>12 أيار 2024</h3><h3>13 أيار 2024</h3>{}",
        "<div class='date'>12 أيار 2024</div>{}<div class='date'>13 أيار 2024</div><p>بيروت</p>",
    ],
)
def test_one_day_above_the_text_is_the_pages(lines: str) -> None:
    page = read_page(article(lines.format(P)))
    assert page.published == DATED
    assert page.paragraphs[0].text == PARAGRAPHS[0]


QUOTE = "«هذا يوم طال انتظاره» قال رئيس البلدية."
ITEMS = ("تذاكر جديدة تباع في المحطة.", "جسران جديدان على الوادي.")
ENDS = (
    (f"<blockquote><p>{QUOTE}</p></blockquote>", [("quote", QUOTE)]),
    (f"<div><blockquote>{QUOTE}</blockquote></div>", [("quote", QUOTE)]),
    (f"<ul><li>{ITEMS[0]}</li><li>{ITEMS[1]}</li></ul>", [("list_item", item) for item in ITEMS]),
    (f"<div><ol><li>{ITEMS[0]}</li></ol></div>", [("list_item", ITEMS[0])]),
)
BEHIND = (
    "<ul><li><a href='/f'>فيسبوك</a></li></ul><p>صحيفة الضفة صحيفة يومية مستقلة تصدر منذ 1950.</p>",
    "<div><a href='/1'>الحكومة تقر موازنة العام المقبل بعد جدل</a></div>",
)


def wrapped(inner: str) -> Page:
    head = f"<html><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1><p>قسم</p>"
    return read_page(f"{head}{inner}</body></html>".encode())


@pytest.mark.parametrize(("end", "told"), ENDS)
@pytest.mark.parametrize("between", ["", "<div class='share'><a href='/f'>فيسبوك</a></div>"])
@pytest.mark.parametrize(("count", "behind"), [(2, ""), *((4, behind) for behind in BEHIND)])
def test_a_quotation_or_a_list_that_ends_a_story_stays(
    end: str, told: list[tuple[str, str]], between: str, count: int, behind: str
) -> None:
    text = "".join(f"<p>{line}</p>" for line in PARAGRAPHS[:count])
    page = wrapped(f"<div><section>{text}</section>{between}{end}{behind}</div>")
    assert kinds(page) == [("paragraph", line) for line in PARAGRAPHS[:count]] + told


@pytest.mark.parametrize(
    "behind",
    [
        "<ul><li>فيسبوك</li><li>تويتر</li></ul>",
        "<ul><li><a href='/t/1'>قطارات</a></li><li><a href='/t/2'>النقل</a></li></ul>",
        f"<p>صحيفة الضفة صحيفة يومية مستقلة.</p><ul><li>{ITEMS[0]}</li></ul>",
        "<h4>شروط التعليق</h4><ul><li>يرجى عدم استخدام ألفاظ غير لائقة.</li></ul>",
    ],
)
def test_what_else_stands_behind_a_story_stays_out(behind: str) -> None:
    assert wrapped(f"<div><div>{P}</div>{behind}</div>").body == BODY
