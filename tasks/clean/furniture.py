"""Whole lines that a page prints around an article wherever they stand: stamps, notices, embeds.

«// انتهى //», «18:10 ت م», «يمكنكم استلام إشعارات بأهم الموضوعات ...», «جميع الحقوق محفوظة»,
«للتواصل مع الكاتب ارسل رسالة SMS», «A post shared by ...». A word such as «شارك» or «نشر» is prose
more often than not: every shape is that of a whole line.
"""

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.clean.draft import KINDS, Draft, Found
from tasks.clean.shapes import WORD, Cuts, Shape, any_of, extracted, framed, note, worded

_BYTES_AT_MOST: Final = 300
"""No such line that was seen has more than 160 letters."""

_WORDS: Final = 20
_STOPPED_WORDS: Final = 9
"""A longer line that ends a sentence is prose; so are most short ones, and they are many."""

MONTH: Final = any_of("month_names")
DAY: Final = r"(?:ال)?(?:سبت|[اأ]حد|[اإ]ثنين|ثلاثاء|[اأ]ربعاء|خميس|جمعة)"
DATE: Final = rf"\d{{1,2}}[ /-]+(?:{MONTH}(?: ?/ ?{MONTH})?|\d{{1,2}})[ /,،-]+\d{{4}}"
TIME: Final = r"\d{1,2}:\d{2}(?::\d{2})?"
ABOUT: Final = r"(?:شبكة|قناة|صحيفة|جريدة) [^.؟!]+(?:مستقلة|إخبارية|يومية) [^.؟!]+\."
"""How an outlet says what it is, at the foot of its pages."""

HOST: Final = any_of("embed_hosts")
EMBED: Final = rf"(?:https?://)?(?:www\.|m\.|web\.|mobile\.)?{HOST}/\S+"

_META: Final = (
    Shape(r"// ?(?:[اإ]نتهى|[اإ]نتهت|يتبع) ?//(?: ?\d{1,2}:\d{2} ?ت ?م)?", "// انتهى //"),
    Shape(r"\d{1,2}:\d{2} ?ت ?م", "18:10 ت م"),
    Shape(r"[-_=]{5,}", "-----------"),
    Shape(r"(?:\| ?)+", "| | |"),
    Shape(r"\|[| ]*Maintained by [^|]+[| ]*", "| Maintained by example.com |"),
    Shape(rf"\|[| ]*(?:{DAY} )?{DATE} ?م[^|]*[| ]*", "| | الخميس 14 تشرين أول 2010م |", word="|"),
    Shape(rf"\|[| ]*{any_of('navigation_words')}[| ]*", "| | قصاصات |", word="|"),
    Shape(rf"{DAY} ?[،,] ?{DATE} ?-? ?{TIME}", "الأحد، 11 أبريل 2010 - 19:18", word=":"),
    Shape(rf"(?:تاريخ|تم) النشر ?: ?(?:{DATE})(?: .*)?", "تاريخ النشر :4 أبريل 2012", word="النشر"),
    Shape(
        rf"(?:{WORD} ?: )?تم [إا]ضافته يوم [^.؟!]*\d{{4}}[^.؟!]*",
        "الأفق: تم إضافته يوم الإثنين 13 فبراير 2012 م - الساعه 8:07 مساءً",
    ),
    Shape(r"(?:Top|Bottom) of Form", "Top of Form"),
    Shape(r"آخر تحديث ?: ?.*\d{4}.*", "آخر تحديث: 4 أبريل 2012 10:00 GMT"),
    Shape(r"A (?:post|photo|video) shared by .+", "A post shared by Someone (@someone)"),
    Shape(r"(?:Next|Previous|Prev|Back)(?: (?:Next|Previous|Prev|Back))*", "Next Previous"),
    Shape(rf"(?:{EMBED} ?)+", "https://www.youtube.com/watch?v=abc"),
    Shape(r"رابط الخبر ?: ?https?://\S+", "رابط الخبر : http://example.com/1.html"),
    Shape(r"[-•*]? ?[أا]نت الآن تتصفح .+", "• انت الآن تتصفح عدد نشر قبل 9 أيام"),
    Shape(r"هذه الخدمة تمكنك من تقييم المقالات.*", "هذه الخدمة تمكنك من تقييم المقالات"),
    Shape(r"وذلك وفقا للتدرج ال[آا]تي ?:", "وذلك وفقا للتدرج الآتي:"),
    Shape(r": ?(?:مقبول|متوسط|جيد|جيد جد[اًا]+|ممتاز|ضعيف)", ": جيد جدا"),
    Shape(r"(?:عدد القراءات|عدد المشاهدات|المشاهدات|القراءات|قراءة) ?: ?\d+", "عدد القراءات: 120"),
    Shape(r"(?:تصفح المزيد|عرض المزيد|تحميل المزيد)", "تصفح المزيد"),
    Shape(r"الرابط الدائم ?:?(?: ?https?://\S+)?", "الرابط الدائم:"),
    Shape(r"- العودة للأرشيف", "- العودة للأرشيف"),
    Shape(r"&[A-Z]\d{2,4};", "&S239;"),
    Shape(r"[xX×]", "×"),
    Shape(r"(?:Top|Bottom) of Form", "Bottom of Form"),
)

_BUTTON: Final = any_of("share_buttons")

_SHARE: Final = (
    Shape(rf"(?:شارك (?:من خلال|عبر|على) ?:? ?)?{_BUTTON}(?: {_BUTTON})+", "شارك عبر تويتر فيسبوك"),
    Shape(r"للتواصل (?:مع الكاتب )?[اأ]رسل (?:رسالة )?(?:SMS|sms)\b.*",
          "للتواصل مع الكاتب ارسل رسالة SMS"),
    Shape(r".*تبدأ بالرمز ?\(?\d+\)? (?:ثم )?مسافة ثم .*", "تبدأ بالرمز (10) ثم مسافة ثم نص"),
    Shape(r"\d{5,6} ?- ?(?:Stc|STC|Mobily|Zain|Ooredoo|Etisalat|Du)", "88591 - Stc"),
    Shape(r"تم [إا](?:قفال|غلاق) التعليقات.*", "تم إقفال التعليقات"),
    Shape(r"(?:[أا]ضف تعليق[اًا]*|لا توجد تعليقات|اترك تعليق[اًا]*)\.?", "أضف تعليقا"),
    Shape(r"inShare\d*", "inShare"),
    Shape(r"(?:Share on [A-Za-z+]+ ?){2,}(?:More Sharing Services)?[ \d]*",
          "Share on facebookShare on googleMore Sharing Services"),
)  # fmt: skip

_LEGAL: Final = (
    Shape(r"\*{0,3} ?(?:جميع|كل)? ?(?:المقالات|الآراء) المنشورة .*(?:رأي|آراء) .+",
          "** جميع المقالات المنشورة تمثل رأي كتابها فقط."),
    Shape(r"[*©]{0,3} ?(?:جميع|كل|كافة)? ?(?:ال)?حقوق (?:النشر |الطبع |الملكية )?محفوظة.*",
          "جميع الحقوق محفوظة"),
    Shape(r"(?:تنبيه ?: ?)?(?:يحظر|يمنع) (?:نقل|نسخ|إعادة نشر) (?:هذا|هذه|أي) .+",
          "تنبيه: يحظر نقل هذا المقال إلا بإذن"),
)  # fmt: skip

_CAPTION: Final = (
    Shape(r"\((?:صورة|صور|لقطة) ?(?:أرشيفية|ارشيفية|تعبيرية|من الأرشيف)\)", "(صورة أرشيفية)"),
    Shape(rf"\(?تصوير ?[:/-] ?(?P<told>{WORD}(?: {WORD}){{0,3}})\)?",
          "تصوير: سالم المنصوري"),
    Shape(r"[(\[]?شاهد(?:وا)? (?:الفيديو|الصور)(?: .*)?[)\]]?", "(شاهد الفيديو)"),
    Shape(r"و?لمشاهدة (?:[^ ]+ ){1,4}(?:اضغط|انقر)(?:ي|وا)? هنا.*", "ولمشاهدة النتيجة اضغط هنا"),
    Shape(r"لمشاهدة (?:الصور|الفيديو|المزيد من الصور).*", "لمشاهدة الصور اضغط هنا"),
)  # fmt: skip

_PROMO: Final = (
    Shape(r"و?اتخذت من العاصمة .+ مقر[اًا]+ لها\.", "واتخذت من العاصمة بغداد مقرا لها."),
    Shape(r"(?:شبكة|قناة) .+ (?:مستقلة|إخبارية) انطلقت في .+",
          "شبكة الأفق قناة عربية إخبارية مستقلة انطلقت في عام 2012"),
)  # fmt: skip

_NAME: Final = rf"{WORD}(?: {WORD}){{1,3}}"
_SIGNATURE: Final = (
    Shape(r"(?:نقل|ترجم)(?:ه|ته|ها|تها) (?:إلى|الى) العربية ?[:/] ?"
          rf"(?P<author>{_NAME})\.?", "نقلته إلى العربية: سلمى حداد"),
    Shape(r"(?:مونتاج|تصوير ومونتاج|إعداد وتقديم) ?: ?"
          rf"(?P<author>{_NAME}(?: - {_NAME})?)", "مونتاج: سلمى حداد - نادر عصفور"),
)  # fmt: skip

SHAPES: Final = {
    kind: tuple(Shape(f"(?P<{kind}>{s.pattern})", s.example, word=s.word) for s in shapes)
    for kind, shapes in (
        ("meta", _META),
        ("share", _SHARE),
        ("legal", _LEGAL),
        ("caption", _CAPTION),
        ("promo", _PROMO),
        ("signature", _SIGNATURE),
    )
}
"""Shapes by kind: which kind a line is of is told without looking for groups."""


_WHOLE: Final = "^(?:{})$"
_SAYING: Final = frozenset(
    kind for kind, shapes in SHAPES.items() if any(s.pattern.count("?P<") > 1 for s in shapes)
)
"""Kinds with a shape that has a group for what it says."""

_SIGNS: Final = (
    r"of Form|ضافته|"
    r"//|ت ?م$|[-_=]{5}|^[|]|\d:\d\d|النشر|آخر تحديث|shared by|Prev|Next|https?:|\.com/|\.be/|"
    r"t\.co/|"
    r"t\.me/|رابط الخبر|تتصفح|تقييم المقالات|للتدرج|^:|^[xX×]$|^&|المشاهدات|القراءات|قراءة ?:|"
    r"المزيد$|"
    r"للأرشيف|شارك|SMS|sms|تبدأ بالرمز|\d -|تعليق|inShare|المنشورة|محفوظة|يحظر|يمنع|رشيفية|تعبيرية|"
    r"تصوير|شاهد|لمشاهدة|تخذت|مستقلة|إخبارية|تويتر|فيسبوك|Tweet|Facebook|Share on|of Form|"
    r"الرابط الدائم|"
    r"Back|إلى العربية|الى العربية|مونتاج|وتقديم ?:"
)
"""One of these is in every line that a shape matches."""


def find_furniture(draft: Draft) -> Found:
    """Cut lines that are furniture from their first letter to the last."""
    table = draft.lines
    few_words = table.words <= np.where(table.stop, _STOPPED_WORDS, _WORDS)
    few_bytes = table.tail - table.head <= _BYTES_AT_MOST
    short = np.flatnonzero(table.stands & few_words & few_bytes)
    texts = draft.texts(short)
    left = np.flatnonzero(pc.match_substring_regex(texts, _SIGNS))
    cuts = Cuts()
    for kind, shapes in SHAPES.items():
        tried = texts.take(pa.array(left))
        found = pc.match_substring_regex(tried, framed(worded(tried, shapes), _WHOLE))
        hit = found.to_numpy(zero_copy_only=False)
        lines, left = short[left[hit]], left[~hit]
        if kind in _SAYING:
            groups = extracted(tried.filter(found), np.arange(len(lines)), shapes, _WHOLE)
            note(cuts, draft, groups, table.row[lines], table.head[lines])
        else:
            cuts.add(draft.cut_lines(lines), KINDS.index(kind))
    return cuts.found()
