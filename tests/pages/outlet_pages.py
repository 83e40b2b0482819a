"""Pages that are no article, as outlets build them, and articles that look like one of those.

Written without a look at the rules that tell them apart. Each is made of a few parts: the frame of
a site (WordPress, Blogger, Drupal, one of its own), what stands in its middle, and what its head
claims for machines.
"""
# ruff: noqa: E501 - markup that is cut into lines is harder to read

from typing import Final

from tests.pages.frames import (
    ARTICLE,
    H1,
    HEADLINES,
    REFUSALS,
    STORY,
    TEASERS,
    blogger,
    cards,
    custom,
    drupal,
    lines,
    linked,
    wordpress,
)
from tests.pages.pieces import TITLE

_WP_CARD: Final = (
    "<article class='post type-post'><h2 class='entry-title'><a href='/p/{n}'>{h}</a></h2><div "
    "class='entry-meta'>12 مايو 2024</div><div class='entry-summary'><p>{t} [&hellip;]</p></div>"
    "</article>"
)
_LONG_CARD: Final = (
    "<div class='views-row'><h3><a href='/node/{n}'>{h}</a></h3><p>{t}. {t}، كما جاء في بيان وزع على "
    "الصحافيين مساء أمس.</p><a href='/node/{n}' class='more-link'>اقرأ المزيد</a></div>"
)

FRONTS: Final = {
    "wordpress-category": wordpress(
        "<header class='page-header'><h1 class='page-title'>القسم: محليات</h1></header>"
        + cards(_WP_CARD)
        + "<nav class='pagination'><a href='/page/2'>الصفحة التالية</a></nav>",
        title="محليات",
        body="archive category",
    ),
    "wordpress-tag": wordpress(
        "<h1 class='page-title'>الوسم: <span>قطارات</span></h1>" + cards(_WP_CARD, 7),
        title="قطارات",
        body="archive tag",
        head="<meta property='og:type' content='article'>",
    ),
    "wordpress-author": wordpress(
        "<h1 class='page-title'>الكاتب: ليلى الشوملي</h1><div class='author-bio'>صحافية من رام الله "
        "تكتب عن النقل والمدن منذ عشرة أعوام، وصدر لها كتاب عن تاريخ السكك.</div>"
        + cards(_WP_CARD, 8),
        title="ليلى الشوملي",
        body="archive author",
    ),
    "wordpress-search": wordpress(
        "<h1 class='page-title'>نتائج البحث عن: القطار</h1><form><input name='s'></form>"
        + cards(_WP_CARD, 6),
        title="نتائج البحث عن «القطار»",
        body="search search-results",
    ),
    "blogger-label": blogger(
        "<div class='status-msg'>عرض الرسائل ذات التصنيف <b>محليات</b>. عرض كافة الرسائل</div>"
        + cards(
            "<div class='post hentry'><h3 class='post-title'><a href='/{n}.html'>{h}</a></h3><div "
            "class='post-body'>{t}...<a href='/{n}.html'>تابع القراءة »</a></div></div>"
        ),
        title="محليات",
    ),
    "drupal-long-teasers": drupal(
        "<h1 class='page-title'>أخبار اقتصادية</h1>" + cards(_LONG_CARD), title="أخبار اقتصادية"
    ),
    "custom-front-page": custom(
        cards("<div><a href='story.asp?id={n}'><b>{h}</b></a><br>{t}<br></div>", 10),
        title="صحيفة الساحل اليومية",
    ),
    "custom-titles-alone": custom(
        "<font size=5>أرشيف الأخبار</font>"
        + cards("<li><a href='n{n}.htm'>{h}</a> (12/5/2024)</li>"),
        title="أرشيف الأخبار",
    ),
    "cards-that-are-links": custom(
        "<h1>رياضة</h1>"
        + cards(
            "<a href='/s/{n}'><img src='/{n}.jpg'><h3>{h}</h3><p>{t}</p><span>قبل ساعة</span></a>"
        ),
        title="رياضة | الأفق",
        head=linked({"@context": "https://schema.org", "@type": "CollectionPage", "name": "رياضة"}),
    ),
    "english-wording": drupal(
        "<h1>Search results</h1><p>10 results for القطار</p>"
        + cards(
            "<div class='search-result'><h3><a href='/node/{n}'>{h}</a></h3><p>{t} ...</p></div>"
        ),
        title="Search",
    ),
}
"""Lists of articles: sections, tags, authors, searches, the front page."""

_PLAYER: Final = "<div class='video-player'><iframe src='https://video.example/7'></iframe></div>"
_FILM: Final = {
    "@context": "https://schema.org",
    "@type": "VideoObject",
    "name": TITLE,
    "uploadDate": "2024-05-12",
}
_MORE_FILMS: Final = cards(
    "<div class='video-card'><a href='/video/{n}'><img src='/{n}.jpg'>{h}</a> <span>02:1{n}</span></div>",
    8,
)

FILMS: Final = {
    "wordpress-embed": wordpress(
        f"<article class='format-video'><h1 class='entry-title'>{TITLE}</h1><div "
        f"class='entry-content'>{_PLAYER}</div></article>",
        head=linked(_FILM),
    ),
    "a-line-below": drupal(
        f"{H1}<div class='field--name-field-video'><video src='/7.mp4'></video></div><div>شاهد القطار في "
        f"رحلته الأولى</div>{_MORE_FILMS}",
        head="<meta property='og:type' content='video.other'>",
    ),
    "blogger-youtube": blogger(
        f"<div class='post hentry'><h3 class='post-title'>{TITLE}</h3><div class='post-body'><iframe "
        "src='https://www.youtube.com/embed/abc'></iframe><br/>فيديو</div></div>"
    ),
    "custom-player": custom(
        f"<b>{TITLE}</b><br><embed src='player.swf'><br>عدد المشاهدات: 1520<br>"
        + cards("<a href='v{n}.htm'>{h}</a><br>", 6),
        head="<meta property='og:video' content='https://video.example/7.mp4'>",
    ),
    "subscribe-to-the-channel": custom(
        f"<h1>{TITLE}</h1>{_PLAYER}<p>اشترك في قناتنا على يوتيوب ليصلك كل جديد.</p>{_MORE_FILMS}",
        head=linked(_FILM) + "<meta property='og:type' content='video'>",
    ),
    "a-programme": drupal(
        f"<h1>برنامج صباح الضفة: الحلقة 118</h1>{_PLAYER}<p>تقديم: هالة عواد</p><h2>حلقات أخرى</h2>"
        + _MORE_FILMS,
        title="برنامج صباح الضفة: الحلقة 118",
        head=linked({**_FILM, "name": "صباح الضفة"})
        + "<meta property='og:type' content='video.episode'>",
    ),
}

_LOCKED: Final = linked(
    {
        **ARTICLE,
        "isAccessibleForFree": False,
        "hasPart": {
            "@type": "WebPageElement",
            "isAccessibleForFree": False,
            "cssSelector": ".paid",
        },
    }
)

PAYWALLS: Final = {
    "claims-an-article": wordpress(
        f"<article>{H1}<div class='entry-content'><p>{STORY[0]}</p></div><div class='paywall'><h3>هذا "
        "المحتوى للمشتركين فقط</h3><p>اشترك الآن لمتابعة القراءة ابتداء من 5 دولارات في الشهر.</p></div>"
        "</article>",
        head=_LOCKED,
    ),
    "text-of-a-string": custom(
        f"{H1}<p>{STORY[0][:60]}...</p><div>لقراءة المقال كاملا يرجى تسجيل الدخول أو الاشتراك</div>",
        head=linked({**ARTICLE, "isAccessibleForFree": "False"}),
    ),
    "drupal-members": drupal(
        f"{H1}<div class='field--name-body'><p>{STORY[0]}</p></div><div class='membership-message'>هذا "
        "المقال متاح للمشتركين. <a href='/user/login'>سجل الدخول</a> أو <a href='/subscribe'>اشترك</a> "
        "لمواصلة القراءة.</div>"
    ),
    "english-wording": custom(
        f"{H1}<p>{STORY[0]}</p><div class='subscriber-only'><h2>Subscribe to continue reading</h2><p>"
        "Already a subscriber? <a href='/login'>Sign in</a></p></div>",
        head="<meta property='article:content_tier' content='locked'>",
    ),
    "limit-of-articles": wordpress(
        f"<article>{H1}<p>{STORY[0]}</p><div id='meter-wall'>لقد وصلت إلى الحد الأقصى من المقالات المجانية "
        "هذا الشهر. اشترك لتقرأ بلا حدود.</div></article>",
        head=linked(ARTICLE),
    ),
    "two-lines-and-a-price": blogger(
        f"<div class='post hentry'><h3 class='post-title'>{TITLE}</h3><div class='post-body'><p>{STORY[0]}"
        f"</p><p>{STORY[1]}</p><div class='piano-offer'>اشترك الآن لإكمال قراءة هذا المقال. الباقة السنوية "
        "بخمسين دولارا.</div></div></div>",
        head=_LOCKED,
    ),
    "registration": custom(
        f"{H1}<p>{STORY[0]}</p><section class='regwall'><b>أنشئ حسابا مجانيا لمتابعة القراءة</b><form>"
        "</form></section>",
    ),
}

CONSENTS: Final = {
    "own-page": custom(
        "<h1>نحن نهتم بخصوصيتك</h1><p>نستخدم نحن وشركاؤنا ملفات تعريف الارتباط لتخزين المعلومات على جهازك "
        "والوصول إليها، ولعرض إعلانات ومحتوى مخصصين وقياس أدائهما.</p><button>موافق على الكل</button>",
        title="الخصوصية",
    ),
    "english-before-you-continue": custom(
        "<h1>Before you continue</h1><p>We and our partners use cookies to store and access information on "
        "your device, to personalise content and ads, and to analyse traffic.</p><button>Accept all"
        "</button><button>Reject all</button>",
        title="Before you continue",
    ),
    "named-dialog": custom(
        "<div id='onetrust-banner-sdk' role='dialog'><h2>إعدادات ملفات تعريف الارتباط</h2><p>بالنقر على قبول "
        "جميع ملفات تعريف الارتباط فإنك توافق على تخزينها على جهازك لتحسين التصفح.</p></div>",
        title="الضفة",
    ),
    "enable-javascript": (
        "<html><head><title>Just a moment...</title></head><body><noscript><h1>Enable JavaScript and "
        "cookies to continue</h1></noscript><div id='challenge'>Checking your browser before accessing "
        "example.org. This process is automatic.</div></body></html>"
    ),
    "arabic-javascript": (
        "<html dir='rtl'><head><title>الضفة</title></head><body><div id='root'></div><p>يجب تفعيل جافا "
        "سكريبت في متصفحك لتشغيل هذا التطبيق.</p></body></html>"
    ),
    "are-you-human": (
        "<html><head><title>Attention Required!</title></head><body><h1>Please verify you are a human</h1>"
        "<p>Complete the security check to access the site. Why do I have to complete a CAPTCHA?</p>"
        "</body></html>"
    ),
    "title-above": wordpress(
        f"{H1}<div class='cmp-container'><p>يحتاج هذا الموقع إلى موافقتك على استخدام ملفات تعريف الارتباط قبل "
        "عرض المحتوى.</p><button>أوافق</button></div>"
    ),
}

_NOT_FOUND: Final = "<h1>الصفحة غير موجودة</h1>"

GONE: Final = {
    "wordpress-arabic": wordpress(
        "<section class='error-404 not-found'><h1 class='page-title'>عذرا! لا يمكن العثور على هذه الصفحة."
        "</h1><p>يبدو أنه لم يتم العثور على شيء في هذا المكان. ربما تجرب البحث؟</p></section>",
        title="الصفحة غير موجودة",
        body="error404",
    ),
    "wordpress-english": wordpress(
        "<h1 class='page-title'>Oops! That page can&rsquo;t be found.</h1><p>It looks like nothing was "
        "found at this location. Maybe try a search?</p>",
        title="Page not found",
        body="error404",
    ),
    "recommended-articles": custom(
        f"{_NOT_FOUND}<p>ربما تم حذف الصفحة أو تغيير عنوانها.</p><h3>مقالات قد تهمك</h3>"
        + cards("<div><h4><a href='/{n}'>{h}</a></h4><p>{t}</p></div>", 8),
        title="الصفحة غير موجودة",
    ),
    "drupal-403-like": drupal(
        "<h1>Page not found</h1>The requested page could not be found.", title="Page not found"
    ),
    "blogger": blogger(
        "<div class='status-msg-body'>عذرا، الصفحة التي تبحث عنها في هذه المدونة ليست موجودة.</div>",
        title="عذرا",
    ),
    "number-alone": custom(
        "<h2>404</h2><p>الرابط الذي اتبعته معطل أو أن الخبر حذف.</p>", title="خطأ 404"
    ),
    "article-was-deleted": custom(
        "<div class='msg'>هذا الخبر غير متوفر أو تم حذفه</div><a href='/'>العودة إلى الرئيسية</a>",
        title="الأفق",
    ),
    "under-the-title-of-the-site": drupal(
        "<div class='error'>لم يتم العثور على المقال المطلوب</div>" + cards(_LONG_CARD, 6),
        title="وكالة السهل",
    ),
}

REFUSED: Final = dict(zip(REFUSALS, (FRONTS, FILMS, PAYWALLS, CONSENTS, GONE), strict=True))

_BODY: Final = lines(STORY)

ARTICLES: Final = {
    "film-with-three-lines": drupal(
        f"{H1}{_PLAYER}<div class='field--name-body'>{lines(STORY[:3])}</div>{_MORE_FILMS}",
        head=linked(_FILM) + "<meta property='og:type' content='video.other'>",
    ),
    "film-above-a-story": wordpress(
        f"<article>{H1}{_PLAYER}<div class='entry-content'>{_BODY}</div></article>", head=linked(_FILM)
    ),
    "live-blog": custom(
        f"{H1}<div>"
        + "".join(
            f"<div class='update'><time>1{hour}:05</time><h3>{headline}</h3><p>{text}</p></div>"
            for hour, headline, text in zip(range(6), HEADLINES, STORY, strict=False)
        )
        + "</div>",
        head=linked({**ARTICLE, "@type": "LiveBlogPosting"}),
    ),
    "gallery-with-a-text": wordpress(
        f"<article>{H1}<div class='entry-content'>{lines(STORY[:4])}<div class='gallery'>"
        + "".join(
            f"<figure><img src='/{n}.jpg'><figcaption>العمال في المحطة رقم {n}</figcaption></figure>"
            for n in range(12)
        )
        + "</div></div></article>"
    ),
    "cookie-wall-before-a-story": custom(
        "<div id='cookie-consent' class='modal'><h2>نحن نهتم بخصوصيتك</h2><p>نستخدم ملفات تعريف الارتباط "
        f"لتحسين تجربتك وعرض الإعلانات.</p><button>موافق</button></div>{H1}{_BODY}"
    ),
    "unnamed-cookie-text-behind": drupal(
        f"<article>{H1}{_BODY}</article><div>We use cookies to personalise content. By continuing you "
        "accept our cookie policy.</div>"
    ),
    "locked-and-there-all-the-same": wordpress(
        f"<article>{H1}<div class='entry-content paid'>{_BODY}{lines(TEASERS)}</div><div class='paywall'>اشترك الآن</div>"
        "</article>",
        head=_LOCKED,
    ),
    "offer-below-a-story": custom(
        f"{H1}{_BODY}<div class='subscribe-box'>اشترك في النشرة البريدية ليصلك ملخص الأسبوع</div>",
        head=linked({**ARTICLE, "isAccessibleForFree": True}),
    ),
    "noscript-notice": custom(
        f"<noscript>يرجى تفعيل جافا سكريبت</noscript><p>يجب تفعيل جافا سكريبت لعرض التعليقات.</p>{H1}{_BODY}"
    ),
    "few-lines-among-many-links": wordpress(
        f"<article>{H1}{lines(STORY[:2])}</article><section>{cards(_WP_CARD, 10)}</section>"
    ),
    "few-lines-among-long-teasers": drupal(
        f"<article>{H1}<div class='field--name-body'>{lines(STORY[:3])}</div></article><h2>آخر الأخبار</h2>"
        + cards(_LONG_CARD, 8)
    ),
    "about-a-missing-page": custom(
        "<h1>«الصفحة غير موجودة»: كيف تضيع أرشيفات الصحف</h1>"
        + lines(("يظهر لمن يفتح روابط قديمة أن الصفحة غير موجودة، وقد ضاع بذلك نصف ما نشر قبل عشرين عاما.", *STORY)),
        title="«الصفحة غير موجودة»: كيف تضيع أرشيفات الصحف",
    ),
    "about-cookies": wordpress(
        "<article><h1>هيئة الاتصالات تنظم ملفات تعريف الارتباط</h1>"
        + lines(("أصدرت الهيئة تعليمات تلزم المواقع بطلب موافقة الزائر على ملفات تعريف الارتباط.", *STORY[:3]))
        + "</article>",
        title="هيئة الاتصالات تنظم ملفات تعريف الارتباط",
    ),
    "about-subscriptions": blogger(
        "<div class='post hentry'><h3 class='post-title'>صحف تغلق مواقعها أمام غير المشتركين</h3><div "
        "class='post-body'>"
        + lines(("قررت ثلاث صحف أن يكون المحتوى للمشتركين فقط ابتداء من مطلع العام.", *STORY[:3]))
        + "</div></div>",
        title="صحف تغلق مواقعها أمام غير المشتركين",
    ),
    "brief": custom(f"{H1}<p>{STORY[0]} {STORY[2]}</p>" + cards("<a href='/{n}'>{h}</a><br>", 5)),
    "headlines-of-the-day": custom(
        "<h1>عناوين الصحف الصادرة صباح الأحد</h1>"
        + lines(f"كتبت «الساحل»: {headline}، و{teaser}." for headline, teaser in zip(HEADLINES, TEASERS, strict=False)),
        title="عناوين الصحف الصادرة صباح الأحد",
    ),
    "links-in-every-line": drupal(
        f"<article>{H1}"
        + lines(f"{text} <a href='/topic'>القطار القديم</a>." for text in STORY)
        + "</article>"
    ),
    "questions-and-answers": custom(
        f"{H1}" + "".join(f"<p><b>- ماذا عن المرحلة {n}؟</b></p><p>{text}</p>" for n, text in enumerate(STORY))
    ),
}  # fmt: skip
"""Articles, however their pages look."""
