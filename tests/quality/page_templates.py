"""Makes of news pages, written for the tests: real bodies are set into them when the tests run.

Each has what pages of its time have around an article, and a block of related links in the middle
of the story, every time made otherwise. No outlet's page was copied.
"""
# ruff: noqa: E501 - markup that is cut into lines is harder to read

import json
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Final


@dataclass(frozen=True, slots=True)
class Story:
    """What is set into a page; ``related`` are titles of other stories."""

    title: str
    paragraphs: tuple[str, ...]
    related: tuple[str, ...]
    author: str = "ليلى الشوملي"
    site: str = "صدى الضفتين"
    when: str = "2024-05-12T14:05:00+03:00"
    printed: str = "الأحد 12 أيار/مايو 2024 - 02:05 م"

    @property
    def middle(self) -> int:
        """How many paragraphs stand above the related block."""
        return max(1, len(self.paragraphs) // 2)


def paragraphs(lines: tuple[str, ...], tag: str = "p", attributes: str = "") -> str:
    """Return the lines, each in an element of its own."""
    return "\n".join(f"<{tag}{attributes}>{escape(line)}</{tag}>" for line in lines)


def links(titles: tuple[str, ...], item: str = "li", attributes: str = "") -> str:
    """Return titles as links, each in an element of its own."""
    return "".join(
        f"<{item}{attributes}><a href='/news/{number}'>{escape(title)}</a></{item}>"
        for number, title in enumerate(titles, start=900)
    )


def menu(name: str = "nav") -> str:
    """Return the menu of a site."""
    entries = ("الرئيسية", "سياسة", "اقتصاد", "رياضة", "ثقافة", "منوعات", "فيديو", "اتصل بنا")
    return f"<{name}><ul>{links(entries)}</ul></{name}>"


def teasers(story: Story) -> str:
    """Stories of the day with the first words of each, in no element that says so."""
    return "".join(
        f"<div><h4><a href='/a/{n}'>{escape(title)}</a></h4><div>قالت مصادر مطلعة إن التفاصيل "
        f"الكاملة ستعلن خلال الأيام المقبلة بعد انتهاء المشاورات الجارية...</div></div>"
        for n, title in enumerate(story.related)
    )


_COMMENTS: Final = (
    "كلام جميل جدا وشكرا للكاتب على هذا الموضوع المهم الذي يمس حياتنا كلنا كل يوم.",
    "لا أتفق مع ما ورد في الخبر، فالواقع في مدينتنا مختلف تماما عما يقوله المسؤولون للصحف.",
    "متى تنتهي هذه المشكلة؟ نسمع الوعود منذ سنوات ولا نرى شيئا على الأرض حتى الآن.",
)


def head(story: Story, *, article: bool = True, extra: str = "") -> str:
    """Return the head of a page, with OpenGraph of an article or without."""
    og = (
        f"<meta property='og:title' content='{escape(story.title)}'>"
        f"<meta property='og:site_name' content='{story.site}'>"
        "<meta property='og:type' content='article'>"
        f"<meta property='article:published_time' content='{story.when}'>"
    )
    return (
        f"<!doctype html><html lang='ar' dir='rtl'><head><meta charset='utf-8'>"
        f"<title>{escape(story.title)} | {story.site}</title>{og if article else ''}{extra}</head>"
    )


def json_ld(story: Story, **more: object) -> str:
    """Return the JSON-LD of the story, ``more`` fields added."""
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": story.title,
        "datePublished": story.when,
        "author": [{"@type": "Person", "name": story.author}],
        "publisher": {"@type": "Organization", "name": story.site},
        **more,
    }
    text = json.dumps(data, ensure_ascii=False)
    return f"<script type='application/ld+json'>{text}</script>"


def blog(story: Story) -> str:
    """A blog's software: entry-content, a box of related posts, a sidebar, a thread of comments."""
    above, below = story.paragraphs[: story.middle], story.paragraphs[story.middle :]
    thread = "".join(
        f"<li class='comment'><cite class='fn'>قارئ {n}</cite><div "
        f"class='comment-content'><p>{text}</p>"
        "</div></li>"
        for n, text in enumerate(_COMMENTS * 3)
    )
    return (
        head(story)
        + f"<body class='single single-post has-sidebar comments-open'><header id='masthead'>{menu()}</header>"
        "<div id='content' class='site-content'><main><article class='post type-post hentry'>"
        f"<h1 class='entry-title'>{escape(story.title)}</h1><div class='entry-meta'>"
        f"<span class='posted-on'><time datetime='{story.when}'>12 مايو، 2024</time></span>"
        f"<span class='author vcard'><a rel='author' "
        f"href='/author/x'>{story.author}</a></span></div>"
        f"<div class='entry-content'>{paragraphs(above)}<div class='jp-relatedposts'><h3>مقالات ذات "
        f"صلة</h3><ul>"
        f"{links(story.related)}</ul></div>{paragraphs(below)}</div>"
        "<footer class='entry-footer'><span class='tags-links'>الوسوم <a rel='tag' "
        "href='/t/1'>النيل</a></span></footer>"
        f"</article><div id='comments'><h2>3 تعليقات</h2><ol "
        f"class='comment-list'>{thread}</ol></div></main>"
        f"<aside id='secondary'><h2>أحدث "
        f"المقالات</h2><ul>{links(story.related)}</ul></aside></div>"
        "<footer>جميع الحقوق محفوظة © 2024</footer></body></html>"
    )


def accelerated(story: Story) -> str:
    """AMP: elements of its own, a lightbox for cookies, related links between two halves."""
    above, below = story.paragraphs[: story.middle], story.paragraphs[story.middle :]
    return (
        head(story, extra=json_ld(story)).replace("<html", "<html amp")
        + "<body><amp-user-notification id='n'>نستخدم ملفات تعريف الارتباط لتحسين تجربتك. <button>موافق</button>"
        f"</amp-user-notification><amp-sidebar id='s' "
        f"layout='nodisplay'>{menu('div')}</amp-sidebar>"
        f"<main><article><header><h1>{escape(story.title)}</h1><p "
        f"class='amp-byline'>{story.author}</p></header>"
        "<amp-img src='/i.jpg' width='9' height='5'></amp-img>"
        f"<section>{paragraphs(above)}</section><section><h4>اقرأ "
        f"أيضاً</h4><ul>{links(story.related)}</ul></section>"
        f"<section>{paragraphs(below)}</section></article></main><amp-ad type='x'></amp-ad>"
        f"<section class='more'><h3>المزيد من الأخبار</h3>{teasers(story)}</section></body></html>"
    )


def hashed(story: Story) -> str:
    """Names made by a program, each paragraph in a block of its own, promos between them."""
    blocks = [
        f"<div class='css-7a1f0x'><p dir='rtl' class='css-1q0x1qg'>{escape(line)}</p></div>"
        for line in story.paragraphs
    ]
    promo = (
        "<section class='css-9zz1ab'><div class='css-k2m1'><strong>قصص مقترحة</strong></div>"
        f"<ul class='css-p0'>{links(story.related)}</ul></section>"
    )
    blocks.insert(story.middle, promo)
    return (
        head(story, extra=json_ld(story))
        + f"<body><div id='root'><header>{menu()}</header><main role='main' class='css-m1'>"
        f"<div class='css-h'><h1 tabindex='-1' class='css-t1'>{escape(story.title)}</h1></div>"
        f"<figure class='css-f'><img src='/a.jpg' alt='صورة'><figcaption "
        f"class='css-c'>التعليق على الصورة، المدينة كما تبدو من الجو</figcaption></figure>"
        f"{''.join(blocks)}<section class='css-z'><h2>اخترنا "
        f"لكم</h2>{teasers(story)}</section></main></div></body></html>"
    )


def tables(story: Story) -> str:
    """Of 2008: tables in tables, fonts, no heading, menus to both sides, no names."""
    above, below = story.paragraphs[: story.middle], story.paragraphs[story.middle :]
    side = "".join(
        f"<tr><td><a href='/{n}'>{escape(t)}</a></td></tr>" for n, t in enumerate(story.related * 3)
    )
    return (
        "<html><head><meta http-equiv='Content-Type' content='text/html; charset=utf-8'>"
        f"<title>{story.site} - {escape(story.title)}</title></head><body><table "
        f"width='980'><tr><td colspan='3'>"
        f"<a href='/'><img src='/logo.gif' alt='{story.site}'></a> اليوم الجمعة 1 حزيران "
        f"2029م</td></tr>"
        f"<tr><td width='150'><table>{side}</table></td><td width='600'><table width='100%'>"
        f"<tr><td><font size='5' color='#cc0000'><b>{escape(story.title)}</b></font></td></tr>"
        f"<tr><td><font size='2'>{story.printed} - بقلم: {story.author}</font></td></tr>"
        f"<tr><td align='justify'><font size='3'>{paragraphs(above)}<table border='1'><tr><td "
        f"bgcolor='#eeeeee'>"
        f"<b>مواضيع ذات صلة</b><br>{'<br>'.join(f'<a href=x>{escape(t)}</a>' for t in story.related)}</td></tr></table>"
        f"{paragraphs(below)}</font></td></tr><tr><td><a href='print'>طباعة</a> |"
        f" <a href='send'>أرسل لصديق</a></td></tr>"
        f"</table></td><td width='200'><table>{side}</table></td></tr></table></body></html>"
    )


def breaks(story: Story) -> str:
    """One block of text, parted by two breaks; the related links are lines of it."""
    above, below = story.paragraphs[: story.middle], story.paragraphs[story.middle :]
    links = "<br>".join(
        f"<a href='/{n}'>{escape(title)}</a>" for n, title in enumerate(story.related)
    )
    text = "<br>\n<br>\n".join(map(escape, above))
    rest = "<br /><br />".join(map(escape, below))
    return (
        "<html><head><meta charset='utf-8'>"
        f"<title>{escape(story.title)} - {story.site}</title></head><body><div "
        f"id='top'>{menu('div')}</div>"
        f"<div id='wrap'><h2>{escape(story.title)}</h2><div class='info'>نشر في: "
        f"{story.printed}</div>"
        f"<div>{text}<br><br><b>اقرأ أيضا:</b><br>{links}<br><br>{rest}</div>"
        f"<div class='fb'>شارك الخبر</div></div><div id='side'>{teasers(story)}</div>"
        "<div id='foot'>جميع الحقوق محفوظة</div></body></html>"
    )


def live(story: Story) -> str:
    """A live blog: posts with a time each, the latest first, links to other stories between."""
    posts = [
        f"<li class='post' id='p{n}'><time "
        f"datetime='2024-05-12T{14 - n % 9:02}:00:00+03:00'>{14 - n % 9:02}:00</time>"
        f"<div class='post-body'><p>{escape(line)}</p></div></li>"
        for n, line in enumerate(story.paragraphs)
    ]
    posts.insert(
        story.middle,
        f"<li class='related-stories'><h3>قد يهمك أيضا</h3><ul>{links(story.related)}</ul></li>",
    )
    return (
        head(story, extra=json_ld(story, **{"@type": "LiveBlogPosting"}))
        + f"<body>{menu()}<article class='live-blog'><h1>{escape(story.title)}</h1>"
        f"<div class='byline'>إعداد: {story.author}</div><ol "
        f"class='live-posts'>{''.join(posts)}</ol></article>"
        f"<aside class='most-read'><h2>الأكثر "
        f"قراءة</h2><ol>{links(story.related)}</ol></aside></body></html>"
    )


def portal(story: Story) -> str:
    """A portal: everything in divs, cookies over the page, a cloud of tags, share bars, ads between."""
    parts = [f"<div class='article-paragraph'>{escape(line)}</div>" for line in story.paragraphs]
    parts.insert(
        story.middle,
        f"<div class='article-inline-links'>{''.join(f'<p>اقرأ أيضاً: <a href=/r>{escape(t)}</a></p>' for t in story.related)}</div>",
    )
    parts.insert(1, "<div class='ad-slot' id='div-gpt-ad-1'>إعلان</div>")
    cloud = "".join(
        f"<a class='t{n}' href='/tag/{n}'>{word}</a> "
        for n, word in enumerate(("النيل", "القاهرة", "بيروت", "الأسعار") * 5)
    )
    return (
        head(story)
        + "<body><div class='cookie-consent' role='dialog'><p>يستخدم هذا الموقع ملفات تعريف الارتباط لضمان حصولك على "
        "أفضل تجربة، وبمتابعة التصفح فإنك توافق على سياسة الخصوصية وعلى شروط الاستخدام "
        "كلها.</p><button>أوافق</button></div>"
        f"<div class='top-bar'>{menu('div')}</div><div class='container'><div class='right-col'>"
        f"<div class='widget'><div class='widget-title'>الأكثر "
        f"قراءة</div>{teasers(story)}</div></div>"
        f"<div class='main-col'><div class='article-header'><h1>{escape(story.title)}</h1>"
        f"<div class='article-info'><span class='writer'>{story.author}</span><span "
        f"class='date'>{story.printed}</span></div></div>"
        f"<div class='share-bar'><a href='#'>فيسبوك</a><a href='#'>تويتر</a><a "
        f"href='#'>واتساب</a></div>"
        f"<div class='article-text'>{''.join(parts)}</div><div "
        f"class='tag-cloud'>{cloud}</div></div></div></body></html>"
    )


def magazine(story: Story) -> str:
    """A magazine: pictures with captions, a pull quote, a newsletter box, cards of other stories."""
    above, below = story.paragraphs[: story.middle], story.paragraphs[story.middle :]
    cards = "".join(
        f"<div class='card'><a href='/c/{n}'><img src='/c{n}.jpg' "
        f"alt=''><span>{escape(title)}</span></a></div>"
        for n, title in enumerate(story.related)
    )
    return (
        head(story, extra=json_ld(story))
        + f"<body><header class='site-header'>{menu()}</header><main><section class='hero'><h1 class='headline'>{escape(story.title)}</h1>"
        f"<div class='meta'><a class='author-name' href='/w/1'>{story.author}</a> <time "
        f"datetime='{story.when}'>12 مايو 2024</time></div>"
        "<figure class='hero-image'><img src='/h.jpg' alt='مشهد عام'><figcaption>مشهد عام من "
        "السوق القديم (أرشيف)</figcaption></figure>"
        f"</section><section class='story'><div class='story-body'>{paragraphs(above)}"
        f"<div class='inline-cards'><h5>موضوعات متعلقة</h5>{cards}</div>"
        "<figure><img src='/2.jpg'><figcaption>صورة من داخل المصنع قبل إغلاقه</figcaption></figure>"
        f"{paragraphs(below)}<div class='newsletter-box'><p>اشترك في نشرتنا البريدية لتصلك أهم "
        f"الأخبار كل صباح</p></div>"
        "</div></section><section class='comments-section'><h3>التعليقات</h3>"
        + "".join(f"<div><b>زائر</b><p>{text}</p></div>" for text in _COMMENTS)
        + "</section></main></body></html>"
    )


def microdata(story: Story) -> str:
    """Drupal-like: fields, microdata, a block of links inside the field, a related view below."""
    above, below = story.paragraphs[: story.middle], story.paragraphs[story.middle :]
    return (
        head(story, article=False)
        + f"<body class='html not-front node-type-article one-sidebar'><div id='header'>{menu('div')}</div>"
        "<div id='page' itemscope itemtype='http://schema.org/NewsArticle'>"
        f"<h1 class='page-title' itemprop='headline'>{escape(story.title)}</h1>"
        f"<div class='submitted'><span itemprop='author'>{story.author}</span> - "
        f"<span itemprop='datePublished' content='{story.when}'>{story.printed}</span></div>"
        f"<div class='field field-name-body field-type-text-with-summary'><div "
        f"class='field-items'><div class='field-item even'>"
        f"{paragraphs(above)}<div><p><strong>إقرأ "
        f"أيضاً</strong></p>{''.join(f'<p><a href=/q><strong>{escape(t)}</strong></a></p>' for t in story.related)}</div>"
        f"{paragraphs(below)}</div></div></div><div class='view "
        f"view-related-articles'>{teasers(story)}</div></div>"
        f"<div id='sidebar-first'>{teasers(story)}</div><div id='footer'>حقوق النشر "
        f"محفوظة</div></body></html>"
    )


def bare(story: Story) -> str:
    """A small site's own: unnamed divs, the sidebar before the story, readers below in the same make."""
    above, below = story.paragraphs[: story.middle], story.paragraphs[story.middle :]
    readers = "".join(
        f"<div><div>قارئ {n}</div><div>{text}</div><div>{n + 1} مايو 2024</div></div>"
        for n, text in enumerate(_COMMENTS)
    )
    return (
        f"<html><head><title>{escape(story.title)} |"
        f" {story.site}</title></head><body><div>{menu('div')}</div>"
        f"<div><div>{teasers(story)}</div><div><h1>{escape(story.title)}</h1><div>{story.author} | {story.printed}</div>"
        f"<div>{paragraphs(above, 'div')}<div><div>شاهد "
        f"أيضا</div>{links(story.related, 'div')}</div>{paragraphs(below, 'div')}</div>"
        f"<div><div>التعليقات (3)</div>{readers}</div></div></div><div>جميع الحقوق "
        f"محفوظة</div></body></html>"
    )


TEMPLATES: Final[dict[str, Callable[[Story], str]]] = {
    "blog": blog, "amp": accelerated, "hashed-names": hashed, "tables-of-2008": tables, "breaks": breaks,
    "live-blog": live, "portal": portal, "magazine": magazine, "microdata": microdata, "bare": bare,
}  # fmt: skip
