"""Six more makes of pages, written when the reader stood and nobody had seen what it made of them.

At first sight F1 was .780 (``compiled``), .996, .999, .999, .999 and .981, no related title leaked and
.999 of the tails was kept. Rows of cards were told from the story then, which mends the first.
"""
# ruff: noqa: E501 - markup that is cut into lines is harder to read

from collections.abc import Callable
from html import escape
from typing import Final

from tests.quality.page_templates import Story, head, json_ld, links, menu, paragraphs, teasers

_EXCERPT: Final = (
    "تفاصيل جديدة تكشفها مصادر خاصة عن القضية التي شغلت الرأي العام خلال الأسبوع الماضي، وما الذي "
    "ينتظر الأطراف المعنية بعد القرار الأخير."
)
_BIOGRAPHY: Final = (
    "كاتبة وصحافية مقيمة في القاهرة، عملت مراسلة لعدة صحف عربية، وصدر لها كتابان عن المدن والناس."
)


def _halves(story: Story) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return story.paragraphs[: story.middle], story.paragraphs[story.middle :]


def _join(make: Callable[[str], str], lines: tuple[str, ...]) -> str:
    return "".join(make(escape(line)) for line in lines)


def compiled(story: Story) -> str:
    """Names made by a program and no paragraphs; cards with long excerpts below the story."""
    above, below = _halves(story)
    line: Callable[[str], str] = "<div class='sc-10'><span>{}</span></div>".format
    card: Callable[[str], str] = (
        "<a class='sc-13' href='/r'><div><h3>{}</h3><span>12 مايو 2024</span></div></a>".format
    )
    more: Callable[[str], str] = (
        f"<div class='sc-21'><a href='/z'><h3>{{}}</h3></a><p>{_EXCERPT}</p></div>".format
    )
    return (
        head(story)
        + f"<body><div id='__next'><div class='sc-1'><div class='sc-2'>{menu('div')}</div><div class='sc-3'>"
        f"<div class='sc-4'><span class='sc-5'>محليات</span><h1 class='sc-6'>{escape(story.title)}</h1>"
        f"<div class='sc-7'><div>{story.author}</div><div>{story.printed}</div></div></div>"
        f"<div class='sc-8'><div class='sc-9'>{_join(line, above)}<div class='sc-11'><div class='sc-12'>"
        f"أخبار ذات صلة</div>{_join(card, story.related)}</div>{_join(line, below)}</div>"
        f"<div class='sc-20'>{_join(more, story.related * 3)}</div></div></div></div></div>"
        "<script id='__NEXT_DATA__' type='application/json'>{\"a\":\"<p>نص</p>\"}</script></body></html>"
    )


def opinion(story: Story) -> str:
    """An opinion page: who the writer is above and below it, a picture with words under it."""
    above, below = _halves(story)
    first, second, third = map(escape, story.related)
    return (
        head(story)
        + f"<body><header class='header'>{menu()}</header><div class='row'><div class='col-md-8'>"
        f"<h2 class='news-title'>{escape(story.title)}</h2><div class='opinion-author'><img src='x.jpg'>"
        f"<a href='/w'>{story.author}</a><p>{_BIOGRAPHY}</p></div><div class='news-details'>"
        f"<div class='img-holder'><img src='/a.jpg'><p>صورة تعبيرية للمدينة عند الغروب</p></div>{paragraphs(above)}"
        f"<blockquote class='related-quote'><a href='/k'>{first}</a></blockquote>"
        f"<p>إقرأ أيضا: <a href='/x'>{second}</a></p><p><a href='/y'>{third}</a></p>{paragraphs(below)}"
        f"<p>المصدر: وكالات</p></div><div class='author-bio'><h4>عن الكاتب</h4><p>{_BIOGRAPHY}</p></div>"
        "<div class='tags'><a>وسم</a><a>آخر</a></div><div id='disqus_thread'></div></div><div class='col-md-4'>"
        f"<div class='block'><h3>الأكثر قراءة</h3><ul>{links(story.related * 2)}</ul></div></div></div></body></html>"
    )


def unclosed(story: Story) -> str:
    """Of 2001: no element around the story, paragraphs that are never closed, rules between."""
    above, below = _halves(story)
    line: Callable[[str], str] = "<p align=right><font size=4>{}".format
    cells = "".join(f"<td><a href='/{number}'>قسم {number}</a></td>" for number in range(9))
    return (
        f"<html><head><title>{story.site} : {escape(story.title)}</title>"
        f"<meta name='description' content='{escape(story.paragraphs[0][:120])}...'></head><body>"
        f"<center><img src='logo.gif' alt='{story.site}'></center><table><tr>{cells}</tr></table>"
        f"<h3>{escape(story.title)}</h3><i>{story.printed}</i>{_join(line, above)}<hr>روابط ذات صلة<ul>"
        f"{links(story.related)}</ul><hr>{_join(line, below)}<hr><a href='/'>الصفحة الرئيسية</a> - "
        "<a href='/c'>اتصل بنا</a><p>جميع الحقوق محفوظة 2009</body></html>"
    )


def rows(story: Story) -> str:
    """A table with a row for each paragraph."""
    parts = [f"<tr><td class='MsoNormal'>{escape(line)}</td></tr>" for line in story.paragraphs]
    others = "".join(
        f"<tr><td>• <a href='/q'>{escape(title)}</a></td></tr>" for title in story.related
    )
    parts.insert(
        story.middle,
        f"<tr><td><table class='rel'><tr><th>مواضيع متعلقة</th></tr>{others}</table></td></tr>",
    )
    side = "".join(
        f"<tr><td><a href='/m'>{escape(title)}</a></td></tr>" for title in story.related * 4
    )
    return (
        f"<html><head><title>{escape(story.title)}</title></head><body><table><tr><td valign='top'>"
        f"<table>{side}</table></td><td><table><tr><td class='headline'>{escape(story.title)}</td></tr>"
        f"<tr><td class='small'>{story.printed}</td></tr>{''.join(parts)}"
        "<tr><td><a href='/p'>نسخة للطباعة</a></td></tr></table></td></tr></table></body></html>"
    )


def busy(story: Story) -> str:
    """A paper of today: a ticker, a subtitle, ads, blocks of an editor, invitations to follow."""
    above, below = _halves(story)
    first, second, third = map(escape, story.related)
    text = " ".join(story.paragraphs)
    return (
        head(story, extra=json_ld(story, articleBody=text))
        + f"<body class='rtl'><div class='header-wrap'>{menu()}<div class='breaking-news'><span>عاجل</span><ul>"
        f"{links(story.related)}</ul></div></div><div class='page-wrap'><div class='content-area'>"
        f"<div class='post-wrap'><div class='post-category'>سياسة</div><h1 class='title'>{escape(story.title)}</h1>"
        "<h2 class='sub-title'>عنوان فرعي للخبر يشرح ما جرى باختصار شديد</h2><div class='post-meta'>"
        f"<span>بواسطة <a href='/a'>{story.author}</a></span> <span>{story.printed}</span> "
        "<span>3 دقائق قراءة</span> <span>0 تعليق</span></div><div class='share-icons'>شارك <a>f</a> <a>t</a></div>"
        f"<div class='post-thumb'><img src='/t.jpg'></div><div class='post-text'>{paragraphs(above[:1])}"
        f"<div class='google-ads'>إعلان</div>{paragraphs(above[1:])}<div class='wp-block-group'>"
        f"<p class='has-background'><strong>اقرأ أيضًا: </strong><a href='/1'>{first}</a></p>"
        f"<p class='has-background'><strong>شاهد أيضًا | </strong><a href='/2'>{second}</a></p>"
        f"<ul class='wp-block-latest-posts'><li><a href='/3'>{third}</a></li></ul></div>{paragraphs(below)}"
        "<p><em>تابعونا على قناة الموقع في تلغرام لمتابعة آخر الأخبار</em></p></div>"
        "<div class='post-tags'>الكلمات المفتاحية: <a>مصر</a> <a>النيل</a></div><div class='next-prev'>"
        f"<a href='/n'>{first}</a></div><div class='you-may-like'>{teasers(story)}</div>"
        f"<div class='fb-comments'></div></div></div><div class='sidebar-area'>{teasers(story)}</div></div>"
        "<div class='footer-wrap'><p>صحيفة يومية مستقلة تصدر منذ عام 1999 عن مؤسسة الضفة للنشر والتوزيع، وتعنى "
        "بالشأن المحلي.</p></div></body></html>"
    )


def elements(story: Story) -> str:
    """Elements of a site's own, an ad below each paragraph, a package of stories, a tweet."""
    above, below = _halves(story)
    line: Callable[[str], str] = "<p>{}</p><div class='ad'>إعلان</div>".format
    item: Callable[[str], str] = (
        "<div class='pkg-item'><a href='/p'><img src='p.jpg'></a><div class='pkg-text'><a href='/p'>{}</a></div></div>".format
    )
    view: Callable[[str], str] = (
        f"<div class='op'><h3><a href='/o'>{{}}</a></h3><p>{_EXCERPT}</p></div>".format
    )
    return (
        head(story)
        + f"<body><app-root><app-header>{menu('div')}</app-header><app-article><section class='article-page'>"
        f"<div class='title-holder'><h1>{escape(story.title)}</h1></div><div class='article-body-wrapper'>"
        f"<article class='article__content'>{_join(line, above)}<div class='story-package'>"
        f"<div class='pkg-title'>تغطية خاصة</div><div class='pkg-items'>{_join(item, story.related)}</div></div>"
        "<figure class='tweet'><blockquote class='twitter-tweet'><p>نص تغريدة قصيرة عن الخبر</p>"
        f"— حساب (@x) <a href='t'>May 12, 2024</a></blockquote></figure>{paragraphs(below)}</article></div></section>"
        f"<section class='more-section'><h2>المزيد من القسم</h2>{teasers(story)}</section>"
        f"<section class='opinions'>{_join(view, story.related)}</section></app-article></app-root></body></html>"
    )


LATER_TEMPLATES: Final[dict[str, Callable[[Story], str]]] = {
    "compiled": compiled,
    "opinion": opinion,
    "unclosed": unclosed,
    "rows": rows,
    "busy": busy,
    "elements": elements,
}
