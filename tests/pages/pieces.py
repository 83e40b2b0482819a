"""Parts of pages that several tests set together; all text is written for them."""

from typing import Final

TITLE: Final = "وزارة النقل تعيد تشغيل خط القطار القديم بين المدينتين"
PARAGRAPHS: Final = (
    "قالت وزارة النقل في بيان صدر صباح الأحد إن العمل على إعادة تأهيل الخط القديم انتهى قبل موعده.",
    "وأوضح البيان أن القطار سيقطع المسافة في ساعة ونصف الساعة، وأن التذاكر ستطرح للبيع عبر "
    "الإنترنت.",
    "وكان الخط قد توقف قبل ثلاثين عاما بعد أن جرفت السيول جسرين على مجرى الوادي الكبير.",
    "ويأمل سكان القرى الواقعة على الطريق أن تعود الأسواق الأسبوعية إلى سابق عهدها بعودة القطار.",
)
BODY: Final = "\n".join(PARAGRAPHS)

MARKED: Final = (
    f"<p>{PARAGRAPHS[0]}</p><figure><img src='/2.jpg'><figcaption>جسر الوادي</figcaption>"
    f"</figure><h2>ماذا<br>بعد؟</h2><p>{PARAGRAPHS[1]}<br>{PARAGRAPHS[2]}</p>"
    "<ul><li>تذاكر جديدة.</li></ul><blockquote>«هذا يوم طال انتظاره».</blockquote>"
)
HINTED: Final = [
    ("heading", "ماذا"),
    ("heading", "بعد؟"),
    ("list_item", "تذاكر جديدة."),
    ("quote", "«هذا يوم طال انتظاره»."),
]
"""A text with headings, a list, a quotation and a caption, and its lines that hints tell of."""


def article(inner: str | None = None, *, head: str = "", around: str = "{}") -> bytes:
    """Return a page around a body, by default of ``PARAGRAPHS``."""
    if inner is None:
        inner = "".join(f"<p>{line}</p>" for line in PARAGRAPHS)
    story = around.format(f"<article><h1>{TITLE}</h1><div>{inner}</div></article>")
    return (
        f"<!doctype html><html lang='ar'><head><meta charset='utf-8'><title>{TITLE} | الضفة</title>"
        f"{head}</head><body>{story}</body></html>"
    ).encode()
