"""What short lines around an article say: headings over links and comments, labels, notices.

Lists of words are shared with cleaning (``tasks/text/lexicons``), so that both take the same lines
for the heading of a related block.
"""

import re
from functools import cache, lru_cache
from typing import Final

from tasks.text.letters import fold_letters
from tasks.text.lexicons import load_lexicon

_EDGES: Final = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_BETWEEN: Final = re.compile(r"\s*[|/•·,،\n]\s*|\s{2,}")
_NOT_LETTERS: Final = re.compile(r"[\W_]+")

HEADING_CHARACTERS: Final = 60
_REMEMBERED: Final = 400
"""Characters of the longest text that is remembered; no label is longer."""

_LEGAL: Final = re.compile(
    r"(?:جميع|كل|كافه) (?:ال)?حقوق .{0,20}محفوظ|حقوق (?:الطبع|النشر|الملكيه).{0,30}محفوظ|"
    r"يحظر نقل|يمنع "
    r"(?:نقل|نسخ|اقتباس)|لا يجوز (?:نقل|اعاده)|(?:لا|ولا) ?(?:يعبر|تعبر|تمثل|"
    r"يمثل).{0,40}(?:راي|رؤيه|وجهه|اراء)"
    r"|تعبر عن (?:راي|وجهه نظر|اراء) (?:اصحابها|كتابها|كاتبها|صاحبها)|copyright|"
    r"all rights reserved",
    re.IGNORECASE,
)
"""Notices of rights and of whose opinion it is, in folded text."""

_TELLING: Final = (
    *("حقوق", "يحظر", "يمنع", "يجوز", "عبر", "مثل", "opyright", "OPYRIGHT", "ights", "IGHTS"),
)
"""One of these is in each notice; they are looked for much faster."""

_PROMPT: Final = re.compile(
    r"^(?:تابعونا?|اشتركوا?|انضموا?|حملوا?|حمل|لمتابعه|يمكنكم? متابعه|للاشتراك|لتصلك|تابع)\b.{0,90}"
    r"(?:تطبيق|قناه|قناتنا|واتس|تلغرام|تليغرام|تيليجرام|فيسبوك|تويتر|يوتيوب|نشرتنا|النشره|"
    r"اخبار جوجل|"
    r"جوجل نيوز|google|telegram|whatsapp|انستغرام|الاشعارات)",
    re.IGNORECASE,
)
"""«تابعونا على قناة تلغرام», «اشترك في نشرتنا البريدية»: an outlet speaks of itself."""


_CONTACTS: Final = re.compile(
    r"(?:(?:هاتف|تلفون|تليفون|جوال|فاكس|(?:ال)?بريد(?: (?:ال)?الكتروني)?|ايميل|"
    r"tel|phone|fax|e-?mail)[^\w+]{1,4}(?:\+?\d[\d ()/+-]{4,30}|[\w.+-]+@[\w.-]+)\W*){2,9}",
    re.IGNORECASE,
)
"""«هاتف: 5550123 - بريد: news@example.org», at the foot of a page."""


def letters_of(text: str) -> str:
    """Return the folded letters and digits alone, small: what is the same in all printings."""
    return _letters_of(text) if len(text) <= _REMEMBERED else _letters_of.__wrapped__(text)


@lru_cache(1 << 14)
def _letters_of(text: str) -> str:
    return _NOT_LETTERS.sub("", fold_letters(text)).lower()


@cache
def _phrases(name: str) -> frozenset[str]:
    return frozenset(" ".join(fold_letters(line).lower().split()) for line in load_lexicon(name))


@lru_cache(1 << 14)
def _bare(text: str) -> str:
    return " ".join(_EDGES.sub("", fold_letters(text)).lower().split())


def is_comment_heading(text: str) -> bool:
    """Whether a line stands over readers' comments or the form for them."""
    if len(text) > HEADING_CHARACTERS:
        return False
    bare = _bare(text)
    return bare in _phrases("comment_headings") or bare.startswith("التعليقات المنشوره")


def is_related_heading(text: str) -> bool:
    """Whether a whole line is a heading over related links."""
    return len(text) <= HEADING_CHARACTERS and _bare(text) in _phrases("related_headings")


def is_list_heading(text: str) -> bool:
    """Whether a line stands over a list of other stories: related, most read, latest ones."""
    if len(text) > HEADING_CHARACTERS:
        return False
    bare = _bare(text)
    return bare in _phrases("related_headings") or bare.startswith(_LISTS)


_LISTS: Final = (
    "الاكثر ",
    "اخر الاخبار",
    "احدث ",
    "اخبار اخري",
    "مواضيع ",
    "موضوعات ",
    "مقالات ",
    "المزيد ",
    "قصص ",
    "اقرا ",
    "تابع ",
)
"""How headings over lists begin, in folded letters; under one of them most letters are links."""


def is_furniture(text: str) -> bool:
    """Whether a line is a site's own: a label, a notice, an invitation to follow it."""
    return len(text) <= _REMEMBERED and _is_furniture(text)


@lru_cache(1 << 14)
def _is_furniture(text: str) -> bool:
    small = fold_letters(text)
    if (any(word in small for word in _TELLING) and _LEGAL.search(small)) or _PROMPT.match(small):
        return True
    if len(text) > 120:
        return False
    if _CONTACTS.fullmatch(small):
        return True
    labels = _phrases("page_furniture")
    bare = _bare(text)
    if bare in labels:
        return True
    parts = [_bare(part) for part in _BETWEEN.split(text)]
    return all(not part or part in labels for part in parts)
