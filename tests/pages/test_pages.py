"""What a page says of its article, field by field, and from where it is known."""
# ruff: noqa: E501 - markup that is cut into lines is harder to read

import pickle
from datetime import UTC, datetime

import pytest

from tasks.errors import StopRun
from tasks.pages import LeadImage, Page, Paragraph, read_page
from tests.pages.pieces import BODY, PARAGRAPHS, TITLE, article

LD = "<script type='application/ld+json'>{}</script>"
AT = datetime(2024, 5, 12, 11, 5, tzinfo=UTC)
P = "".join(f"<p>{line}</p>" for line in PARAGRAPHS)


def paragraphs(page: Page, kind: str) -> list[str]:
    return [each.text for each in page.paragraphs if each.kind == kind]


def test_a_plain_page() -> None:
    page = read_page(article())
    assert (page.title, page.body, page.refusal) == (TITLE, BODY, None)
    assert page.origins["title"] == "html"
    assert (page.language, page.encoding) == ("ar", "utf-8")
    assert page.published is None
    assert page.authors == ()
    assert set(page.origins) == {"title", "paragraphs", "language"}


def test_a_page_is_a_value() -> None:
    page = read_page(article())
    assert page == read_page(article()) == pickle.loads(pickle.dumps(page))
    with pytest.raises(AttributeError):
        page.title = "آخر"  # type: ignore[misc]


def test_an_unknown_zone_is_an_error() -> None:
    with pytest.raises(StopRun):
        read_page(b"", timezone="Mars/Olympus")


@pytest.mark.parametrize(
    ("head", "title"),
    [
        pytest.param(f"<title>{TITLE}</title>", TITLE, id="alone"),
        pytest.param(f"<title>{TITLE} - صحيفة الضفة</title><meta property='og:site_name' content='صحيفة الضفة'>", TITLE, id="site-behind"),
        pytest.param(f"<title>الضفة | أخبار | {TITLE}</title><meta name='application-name' content='الضفة'>", TITLE, id="site-before"),
        pytest.param(f"<meta property='og:title' content='{TITLE}'><title>الضفة</title>", TITLE, id="opengraph"),
        pytest.param(LD.format(f'{{"@type":"NewsArticle","headline":"{TITLE}"}}'), TITLE, id="json-ld"),
        pytest.param("<title>الوزير: لا زيادة - حتى الآن - في الأسعار</title>",
        "الوزير: لا زيادة - حتى الآن - في الأسعار", id="separators-of-its-own"),
    ],
)  # fmt: skip
def test_titles_without_a_heading(head: str, title: str) -> None:
    page = read_page(f"<html><head>{head}</head><body><div>{P}</div></body></html>".encode())
    assert page.title == title
    assert page.body == BODY


@pytest.mark.parametrize(
    "heading",
    [
        "<h1>{}</h1>",
        "<h1><a href='/'>صدى الضفة</a></h1><h2>{}</h2>",
        "<div class='post-title'>{}</div>",
        "<header><h1>{}</h1><p class='standfirst'>موجز</p></header>",
        "<h1 class='x'><span>{}</span></h1>",
    ],
)
def test_the_heading_that_metadata_repeat_is_the_title(heading: str) -> None:
    page = read_page(
        f"<html><head><title>{TITLE} | صدى الضفة</title></head><body>{heading.format(TITLE)}"
        f"<div>{P}</div></body></html>".encode()
    )
    assert (page.title, page.origins["title"], page.body) == (TITLE, "html", BODY)


@pytest.mark.parametrize(
    ("head", "inner", "at", "precision", "origin"),
    [
        (LD.format('{"@type":"NewsArticle","datePublished":"2024-05-12T14:05:00+03:00"}'), "",
         AT, "second", "json-ld"),
        ("<meta property='article:published_time' content='2024-05-12T11:05:00Z'>", "", AT,
         "second", "opengraph"),
        ("<meta name='pubdate' content='1715511900'>", "", AT, "second", "meta"),
        ("<meta name='date' content='Sun, 12 May 2024 14:05:00 +0300'>", "", AT, "second", "meta"),
        ("", "<time datetime='2024-05-12T14:05+03:00'>منذ يومين</time>", AT, "minute", "html"),
        ("", "<span itemprop='datePublished' content='2024-05-12T14:05+03:00'></span>", AT,
         "minute", "microdata"),
        ("", "<div class='post-date'>الأحد 12 أيار 2024 - 02:05 م</div>", AT, "minute", "html"),
        ("", "<p>نشر في: 12/05/2024 14:05</p>", AT, "minute", "text"),
        ("", "<p>ليلى الشوملي | 12 مايو 2024</p>", AT.replace(hour=0, minute=0), "day", "text"),
        ("", "<div class='date'>منذ ساعتين</div>", AT, "minute", "html"),
    ],
)  # fmt: skip
def test_dates(head: str, inner: str, at: datetime, precision: str, origin: str) -> None:
    payload = article(inner + P, head=head)
    page = read_page(
        payload, timezone="Asia/Beirut", fetched_at=datetime(2024, 5, 12, 13, 5, tzinfo=UTC)
    )
    assert (page.published, page.published_precision) == (at, precision)
    assert page.origins["published"] == origin
    assert page.body == BODY


def test_todays_date_in_the_head_of_a_page_is_not_the_articles() -> None:
    today = "<div class='today-date'>الجمعة 1 حزيران 2029</div>" + "<p>قسم</p>" * 20 + "{}"
    assert read_page(article(around=today)).published is None
    issue = "<div>الأحد 12 أيار 2024 - العدد 1507</div>" + "<p>قسم</p>" * 20 + "{}"
    assert read_page(article(around=issue)).published == datetime(2024, 5, 12, tzinfo=UTC)


def test_the_address_has_the_day_where_nothing_else_has() -> None:
    page = read_page(article(), url="https://example.org/2024/05/12/story")
    assert (page.published, page.published_precision) == (datetime(2024, 5, 12, tzinfo=UTC), "day")
    assert page.origins["published"] == "url"


@pytest.mark.parametrize(
    "told",
    [
        "2031-05-12T14:05:00Z",
        "12 مارس",
        "0000-00-00",
        "0001-01-01T00:00+05:00",
        "9999-12-31T23:59-05:00",
        "1e9",
        "غدا",
        "31/02/2024",
    ],
)
def test_implausible_dates_are_kept_as_printed_only(told: str) -> None:
    head = f"<meta property='article:published_time' content='{told}'>"
    page = (
        read_page(article(head=head), fetched_at=datetime(2024, 5, 12, tzinfo=UTC))
        if "مارس" not in told
        else read_page(article(head=head))
    )
    assert (page.published, page.published_raw) == (None, told)
    assert page.published_precision is None


def test_modified_is_another_time() -> None:
    data = (
        '{"@type":"NewsArticle","datePublished":"2024-05-12","dateModified":"2024-05-13T10:00:00Z"}'
    )
    page = read_page(article(head=LD.format(data)))
    assert page.modified == datetime(2024, 5, 13, 10, tzinfo=UTC)
    assert (page.published_raw, page.modified_raw) == ("2024-05-12", "2024-05-13T10:00:00Z")


@pytest.mark.parametrize(
    ("head", "inner", "authors", "dateline"),
    [
        (LD.format('{"@type":"NewsArticle","author":{"@type":"Person","name":"ليلى الشوملي"}}'), "", ("ليلى الشوملي",), None),
        (LD.format('{"@graph":[{"@id":"#p","@type":"Person","name":"ليلى الشوملي"},{"@type":"Article","author":{"@id":"#p"}}]}'), "", ("ليلى الشوملي",), None),
        ("<meta name='author' content='ليلى الشوملي'>", "", ("ليلى الشوملي",), None),
        ("", "<p class='author'>القاهرة - ليلى الشوملي</p>", ("ليلى الشوملي",), "القاهرة"),
        ("", "<span class='writer'>كتبت: ليلى الشوملي</span>", ("ليلى الشوملي",), None),
        ("", "<a rel='author' href='/w'>د. ليلى الشوملي</a>", ("ليلى الشوملي",), None),
        ("", "<p>كتب: أحمد سعيد</p>", ("أحمد سعيد",), None),
        ("", "<p class='author'>الدمام - تغطية - علي سعيد تصوير- زكريا محمد</p>", ("علي سعيد",),
         "الدمام"),
        ("", "<p class='author'>عنيزة - صالح محمد وبدر العلي</p>", ("صالح محمد", "بدر العلي"),
         "عنيزة"),
        ("", "<p class='author'>لندن - رويترز:</p>", (), "لندن"),
        ("", "<p class='author'>سياف البيشي، يوسف أحمد</p>", ("سياف البيشي", "يوسف أحمد"), None),
        ("<meta name='author' content='الضفة'><meta property='og:site_name' content='الضفة'>",
         "", (), None),
        ("<meta property='article:author' content='https://www.facebook.com/dafa'>", "", (), None),
    ],
)  # fmt: skip
def test_authors(head: str, inner: str, authors: tuple[str, ...], dateline: str | None) -> None:
    page = read_page(article(inner + P, head=head))
    assert (page.authors, page.dateline) == (authors, dateline)
    assert page.body == BODY or inner.startswith("<p>كتب")


def test_a_reader_who_comments_is_no_author() -> None:
    around = (
        "{}<div class='comments'><p class='author'>أحمد سعيد</p><p>"
        + "رأي طويل. " * 90
        + "</p></div>"
    )
    page = read_page(article(around=around))
    assert (page.authors, page.body) == ((), BODY)


@pytest.mark.parametrize(
    "heading",
    ["التعليقات (12)", "تعليقات القراء", "أضف تعليقا", "عدد التعليقات : 5", "شارك برأيك"],
)
def test_comments_without_a_name_are_left_out(heading: str) -> None:
    readers = "".join(f"<div><p>{line} وأنا لا أصدق ذلك أبدا.</p></div>" for line in PARAGRAPHS * 5)
    around = "{}" + f"<div><h3>{heading}</h3>{readers}</div>"
    assert read_page(article(around=around)).body == BODY
    assert read_page(article(f"{P}<div><b>{heading}</b>{readers}</div>")).body == BODY


RELATED = ("الحكومة تقر موازنة العام المقبل بعد جدل", "افتتاح معرض الكتاب في دورته العشرين")


@pytest.mark.parametrize(
    "block",
    [
        "<div class='related'><a href='/1'>{0}</a><br><a href='/2'>{1}</a></div>",
        "<p>اقرأ أيضاً: <a href='/1'>{0}</a></p><p>اقرأ أيضاً: <a href='/2'>{1}</a></p>",
        "<h3>مواضيع ذات صلة</h3><ul><li><a href='/1'>{0}</a></li><li><a "
        "href='/2'>{1}</a></li></ul>",
        "<div><strong>قد يهمك</strong><div><a href='/1'>{0}</a></div><div><a "
        "href='/2'>{1}</a></div></div>",
        "<aside><p>شاهد أيضا</p><a href='/1'><h4>{0}</h4></a><a href='/2'><h4>{1}</h4></a></aside>",
        "<p><a href='/1'>{0}</a></p><p><a href='/2'>{1}</a></p>",
    ],
)
def test_a_related_block_is_taken_out_and_the_story_goes_on(block: str) -> None:
    half = "".join(f"<p>{line}</p>" for line in PARAGRAPHS[:2])
    rest = "".join(f"<p>{line}</p>" for line in PARAGRAPHS[2:])
    page = read_page(article(half + block.format(*RELATED) + rest))
    assert page.body == BODY
    links = [(each.text, each.href) for each in page.paragraphs if each.kind == "related"]
    assert links == [(RELATED[0], "/1"), (RELATED[1], "/2")]


def test_kinds_of_paragraphs() -> None:
    inner = (
        "<figure><img src='/1.jpg'><figcaption>المحطة القديمة</figcaption></figure>"
        f"<p>{PARAGRAPHS[0]}</p><h2>ماذا بعد؟</h2><ul><li>تذاكر جديدة.</li><li>جسران "
        f"جديدان.</li></ul>"
        f"<p><strong>كلفة المشروع</strong></p><p>{PARAGRAPHS[1]}</p>"
        "<blockquote><p>«هذا يوم طال انتظاره» قال رئيس البلدية.</p></blockquote>"
        "<figure><img src='/2.jpg'><figcaption>جسر الوادي</figcaption></figure>"
        f"<p>{PARAGRAPHS[2]}<br>{PARAGRAPHS[3]}</p>"
    )
    page = read_page(article(inner))
    assert [(each.text[:13], each.kind) for each in page.paragraphs] == [
        (PARAGRAPHS[0][:13], "paragraph"),
        ("ماذا بعد؟", "heading"),
        ("تذاكر جديدة.", "list_item"),
        ("جسران جديدان.", "list_item"),
        ("كلفة المشروع", "heading"),
        (PARAGRAPHS[1][:13], "paragraph"),
        ("«هذا يوم طال ", "quote"),
        ("جسر الوادي", "caption"),
        (PARAGRAPHS[2][:13], "paragraph"),
    ]
    assert page.lead_image == LeadImage("/1.jpg", "المحطة القديمة")
    assert Paragraph("جسر الوادي", "caption") in page.paragraphs


def test_the_other_fields() -> None:
    head = (
        "<link rel='canonical' href='/news/7'><link rel='amphtml' href='/amp/7'>"
        "<meta property='og:site_name' content='الضفة'><meta property='og:image' content='/og.jpg'>"
        "<meta property='article:section' content='محليات'><meta property='article:tag' "
        "content='قطارات'>"
        "<meta property='article:tag' content='النقل'><meta property='og:locale' content='ar_EG'>"
    )
    inner = f"<h2 class='subtitle'>التذاكر عبر الإنترنت</h2>{P}"
    page = read_page(article(inner, head=head), url="https://dafa.example/x")
    assert page.canonical_url == "https://dafa.example/news/7"
    assert page.amp_url == "https://dafa.example/amp/7"
    assert page.site_name == "الضفة"
    assert page.lead_image == LeadImage("https://dafa.example/og.jpg")
    assert (page.section, page.tags) == ("محليات", ("قطارات", "النقل"))
    assert page.subtitle == "التذاكر عبر الإنترنت"
    assert page.origins["lead_image"] == page.origins["section"] == "opengraph"


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "http://[", "file:///etc/passwd"]
)
def test_what_is_no_web_address_is_none(address: str) -> None:
    head = f"<link rel='canonical' href='{address}'><meta property='og:image' content='{address}'>"
    head += f"<meta property='og:url' content='{address}'>"
    page = read_page(article(head=head), url="https://dafa.example/x")
    assert page.canonical_url is None
    assert page.lead_image is None


@pytest.mark.parametrize(
    ("keywords", "tags"),
    [
        pytest.param("قالت, وزارة, النقل", (), id="how-the-text-begins"),
        pytest.param("قالت", (), id="its-first-word"),
        pytest.param("أخبار, صحيفة, news, النقل", (), id="of-all-pages"),
        pytest.param("وزارة النقل, السيول, اقتصاد", ("وزارة النقل", "السيول", "اقتصاد"), id="tags"),
        pytest.param("السيول", ("السيول",), id="one-tag"),
    ],
)
def test_keywords_are_tags_where_they_are_of_the_article(
    keywords: str, tags: tuple[str, ...]
) -> None:
    assert read_page(article(head=f"<meta name='keywords' content='{keywords}'>")).tags == tags


def test_keywords_that_only_repeat_the_description_are_no_tags() -> None:
    words = PARAGRAPHS[0].split()
    description = f"<meta name='description' content='{PARAGRAPHS[0]}'>"
    page = read_page(
        article(head=f"{description}<meta name='keywords' content='{', '.join(words)}'>")
    )
    assert page.tags == ()
    page = read_page(article(head=f"{description}<meta name='keywords' content='النقل، القطارات'>"))
    assert page.tags == ("النقل", "القطارات")


BROKEN = (
    pytest.param('{"@type":"NewsArticle","headline":"%s","dateline":"x",}', id="last-comma"),
    pytest.param('{"@type":"NewsArticle","description":"سطر\nآخر","headline":"%s"}', id="line-break"),
    pytest.param('{"@type":"NewsArticle","description":"قال "لا" ثم نام","headline":"%s"}', id="quotes"),
    pytest.param('{"@type":"NewsArticle","description":"a\\\'b","headline":"%s"}', id="escape"),
    pytest.param('<!-- {"@type":"NewsArticle","headline":"%s"} -->', id="comment"),
    pytest.param('//<![CDATA[\n{"@type":"NewsArticle","headline":"%s"}\n//]]>', id="cdata"),
    pytest.param('{"@type":"NewsArticle","headline":"%s","articleBody":"', id="cut-off"),
    pytest.param('[{"@type":"WebSite","name":"x"},{"@type":["NewsArticle"],"headline":"%s"}];', id="list"),
    pytest.param('{&quot;@type&quot;:&quot;NewsArticle&quot;,&quot;headline&quot;:&quot;%s&quot;}', id="entities"),
)  # fmt: skip


@pytest.mark.parametrize("data", BROKEN)
def test_broken_json_ld_is_mended(data: str) -> None:
    script = LD.format(data % TITLE)
    page = read_page(f"<html><head>{script}</head><body><div>{P}</div></body></html>".encode())
    assert (page.title, page.origins["title"]) == (TITLE, "json-ld")
    assert page.body == BODY


def test_json_ld_is_a_witness_and_not_the_text() -> None:
    data = '{"@type":"NewsArticle","headline":"%s","articleBody":"نص آخر لا تراه عين على الصفحة أبدا."}'
    assert read_page(article(head=LD.format(data % TITLE))).body == BODY


def test_what_metadata_quote_tells_the_story_from_its_neighbours() -> None:
    other = "".join(f"<p>{line} وهذا خبر آخر عن أمور أخرى كثيرة.</p>" for line in PARAGRAPHS)
    quoted = f"<meta property='og:description' content='{PARAGRAPHS[0]}'>"
    payload = f"<html><head><title>x</title>{quoted}</head><body><div>{P}</div><div>{other}</div></body></html>"
    assert PARAGRAPHS[0] in read_page(payload.encode()).body


@pytest.mark.parametrize(
    "names",
    [
        "post-7 post type-post hentry category-ads tag-comments sticky author-nav",
        "has-sidebar with-comments no-related",
        "elementor-widget elementor-widget-text-editor",
        "jeg_inner_content",
        "ck-editor-content",
        "print-area",
        "reader-view",
        "media-body",
    ],
)
def test_names_that_mislead(names: str) -> None:
    """A part named for something else is the story all the same, though comments are longer."""
    readers = "".join(f"<div><p>{line} وأنا لا أصدق ذلك.</p></div>" for line in PARAGRAPHS * 4)
    payload = (
        f"<html><head><title>{TITLE}</title></head><body><header><h1>{TITLE}</h1></header>"
        f"<div class='{names}'>{P}</div><div><h3>التعليقات</h3>{readers}</div></body></html>"
    )
    assert read_page(payload.encode()).body == BODY
