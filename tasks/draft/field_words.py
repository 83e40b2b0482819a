"""Words in the names of columns that speak for a field, and against it, without «ال»."""

from typing import Final

_NO_ARTICLE: Final = "image img photo picture thumb thumbnail video audio logo icon صورة صوره فيديو"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FOR: Final = {
    "text": _words(
        "text body content article story paragraphs description full fulltext details "
        "maintext main نص محتوى محتوي مقال متن خبر تفاصيل وصف فقرات"
    ),
    "title": _words("title headline head heading subject titre عنوان ترويسة"),
    "url": _words("url link href permalink canonical uri address lien رابط وصلة"),
    "published": _words(
        "date published publish publication pub pubdate posted time created datetime timestamp day "
        "تاريخ نشر وقت يوم"
    ),
    "modified": _words(
        "modified updated update edited changed lastmod modification revised تعديل تحديث معدل محدث"
    ),
    "id": _words("id guid uuid nid pid key identifier معرف رقم رمز"),
    "source": _words(
        "source outlet publisher site newspaper provider domain paper media website agency "
        "مصدر صحيفة صحيفه جريدة جريده موقع ناشر وكالة"
    ),
    "section": _words(
        "section category categories rubric rubrique channel desk topic class label "
        "قسم تصنيف باب فئة فئه زاوية"
    ),
    "author": _words(
        "author authors writer byline creator journalist reporter editor auteur "
        "كاتب كتاب محرر مؤلف صحفي مراسل"
    ),
}

AGAINST: Final = {
    "text": _words(f"{_NO_ARTICLE} html raw comment comments bio meta seo keywords تعليق تعليقات"),
    "title": _words(
        f"{_NO_ARTICLE} sub subtitle subhead kicker caption alt seo meta short author source "
        "section category فرعي كاتب مصدر قسم"
    ),
    "url": _words(f"{_NO_ARTICLE} feed rss amp home base site source author comments avatar"),
    "published": _words(
        "crawl crawled scraped scrape fetched downloaded inserted indexed added expires expire "
        "سحب جمع"
    ),
    "modified": _words("crawl crawled scraped fetched downloaded سحب جمع"),
    "id": _words("date time تاريخ user author category section parent title text"),
    "source": _words(f"{_NO_ARTICLE} url link country lang language title رابط"),
    "section": _words(f"{_NO_ARTICLE} author lang language country status type name كاتب مصدر لغة"),
    "author": _words(f"{_NO_ARTICLE} url link email id رابط"),
}
