"""Parts of outlets' pages: frames of systems, texts, cards of other stories, claims of heads."""
# ruff: noqa: E501 - markup that is cut into lines is harder to read

import json
from collections.abc import Iterable, Mapping
from typing import Final

from tests.pages.pieces import PARAGRAPHS, TITLE

STORY: Final = (
    *PARAGRAPHS,
    "وقال مدير المشروع إن اللجنة الفنية فحصت السكة مترا مترا قبل أن توقع محضر الاستلام.",
    "ومن المقرر أن تسير ثلاث رحلات في اليوم في كل اتجاه، على أن يزاد عددها في موسم الحصاد.",
)
HEADLINES: Final = (
    "بلدية الساحل تبدأ إزالة الأكشاك المخالفة من الواجهة البحرية",
    "المزارعون في السهل يطالبون بتعويض عن موجة الصقيع",
    "افتتاح جسر المشاة الجديد أمام الجامعة بعد عامين من العمل",
    "منتخب الناشئين يخسر مباراته الودية الأولى في المعسكر",
    "ارتفاع أسعار الطماطم في الأسواق المركزية مع بداية الشتاء",
    "جامعة الشمال تفتح باب القبول لبرنامج علوم المياه",
    "توقف الملاحة في الميناء بسبب العاصفة حتى صباح الخميس",
    "عرض مسرحي للأطفال يجول على مدارس القرى البعيدة",
    "اكتشاف بئر أثرية أثناء حفر أساسات مدرسة ثانوية",
    "اتفاق بين شركتي الكهرباء والمياه على تقسيط الديون",
)
TEASERS: Final = (
    "بدأت فرق البلدية صباح اليوم إزالة عشرات الأكشاك التي أقيمت من دون ترخيص، وسط حضور كثيف لأصحابها الذين طالبوا بمهلة إضافية",
    "قدّر مزارعون خسائر الموسم بنحو نصف المحصول، وقالوا إنهم ينتظرون منذ شهر لجنة الكشف التي وعدت بها مديرية الزراعة في المحافظة",
    "يصل الجسر بين ضفتي الطريق الدائري، وقد زوّد بمصعدين وإنارة تعمل بالطاقة الشمسية ومقاعد للانتظار، وبلغت كلفته مليونين",
    "خسر المنتخب بهدفين لهدف في مباراة شارك فيها معظم اللاعبين البدلاء، ويخوض غدا مباراته الثانية قبل أن يعود إلى العاصمة",
    "قال تجار إن البرد أخّر نضج المحصول في البيوت المكشوفة، وإن الأسعار ستعود إلى ما كانت عليه بعد أسبوعين على أبعد تقدير",
)
MENU: Final = ("الرئيسية", "محليات", "اقتصاد", "رياضة", "ثقافة", "صحة", "آراء", "فيديو")
ARTICLE: Final = {
    "@context": "https://schema.org",
    "@type": "NewsArticle",
    "headline": TITLE,
    "datePublished": "2024-05-12T14:05:00+03:00",
    "author": {"@type": "Person", "name": "ليلى الشوملي"},
}


def linked(data: Mapping[str, object]) -> str:
    return f"<script type='application/ld+json'>{json.dumps(data, ensure_ascii=False)}</script>"


def lines(texts: Iterable[str], make: str = "<p>{}</p>") -> str:
    return "".join(make.format(text) for text in texts)


def menu(make: str = "<li><a href='/{0}'>{0}</a></li>") -> str:
    return "".join(make.format(name) for name in MENU)


def cards(make: str, count: int = 10) -> str:
    """Return cards of other stories: ``{n}`` number, ``{h}`` headline, ``{t}`` teaser."""
    return "".join(
        make.format(n=number, h=HEADLINES[number % 10], t=TEASERS[number % 5])
        for number in range(count)
    )


def wordpress(middle: str, *, title: str = TITLE, head: str = "", body: str = "single-post") -> str:
    return (
        f"<!DOCTYPE html><html lang='ar' dir='rtl'><head><title>{title} - الضفة</title>"
        f"<meta name='generator' content='WordPress 6.4'>{head}</head><body class='{body} rtl'>"
        f"<header id='masthead'><nav class='main-navigation'><ul class='menu'>{menu()}</ul></nav>"
        f"</header><div id='content' class='site-content'><div id='primary'>{middle}</div>"
        "<aside id='secondary'><h2 class='widget-title'>أحدث المقالات</h2><ul>"
        + cards("<li><a href='/p/{n}'>{h}</a></li>", 5)
        + "</ul></aside></div><footer class='site-footer'>جميع الحقوق محفوظة 2024</footer></body></html>"
    )


def blogger(middle: str, *, title: str = TITLE, head: str = "") -> str:
    return (
        f"<html dir='rtl'><head><title>صدى الوادي: {title}</title><meta content='blogger' "
        f"name='generator'/>{head}</head><body class='item-view'><div class='header-inner'>"
        "<h1 class='title'><a href='/'>صدى الوادي</a></h1></div><div class='main section' id='main'>"
        f"<div class='widget Blog' id='Blog1'>{middle}</div></div><div class='sidebar section'>"
        + cards("<div class='item-title'><a href='/2024/05/{n}.html'>{h}</a></div>", 4)
        + "</div><div class='footer'>يتم التشغيل بواسطة Blogger</div></body></html>"
    )


def drupal(middle: str, *, title: str = TITLE, head: str = "") -> str:
    return (
        f"<html lang='ar' dir='rtl' prefix='og: https://ogp.me/ns#'><head><title>{title} | وكالة "
        f"السهل للأنباء</title><meta name='Generator' content='Drupal 10'>{head}</head><body "
        "class='path-node'><div class='region region-primary-menu'><ul>"
        f"{menu()}</ul></div><main role='main'><div class='layout-content'><div class='region "
        f"region-content'>{middle}</div></div></main><footer class='site-footer'><div "
        "class='region'>وكالة السهل للأنباء، تأسست عام 1971</div></footer></body></html>"
    )


def custom(middle: str, *, title: str = TITLE, head: str = "") -> str:
    """Return a page of a site that names nothing: tables and bare blocks."""
    return (
        f"<html><head><title>{title}</title>{head}</head><body><table><tr>"
        + menu("<td><a href='{0}.asp'>{0}</a></td>")
        + f"</tr></table><table><tr><td>{middle}</td></tr></table><center>هاتف: 5550123 - بريد: "
        "news@example.org</center></body></html>"
    )


H1: Final = f"<h1>{TITLE}</h1>"
REFUSALS: Final = ("section-front", "video-page", "paywall", "consent-wall", "soft-404")
