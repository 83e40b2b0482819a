"""Prompts to look at, listen to or follow something elsewhere, in brackets or at a text's end.

«... في القدس (شاهد الفيديو أعلاه) وقال ...», «( المزيد )», «... غدا. تابعوا المباراة مباشرة على
موقع الأفق.», «ولمشاهدة النتيجة اضغط هنا», «(المزيد من التفاصيل بالتسجيل المرفق)». «(انظر فتح
الباري ج 3)» is a reference, «(شاهد رخت)» a name and «اضغط على أيقونة» a manual's: a prompt names
what is shown, or says «هنا». All 13 cuts in 20,000 real articles were prompts.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from functools import cache
from typing import Final

import numpy as np
from numba import njit

from tasks.clean.draft import PROMO, Draft, Found
from tasks.clean.shapes import Cuts, Shape, joined, matches, note, settled, windows
from tasks.clean.tweet_promos import ADDRESS, ADDRESS_LETTER, tweet_promos
from tasks.text import letters
from tasks.text.seeking import next_of
from tasks.text.words import Phrases, known_phrases, opening_phrase

_BRACKET, _W = np.uint8(0x28), np.uint8(0x77)
_BRACKET_BYTES: Final = 120
_TAIL_BYTES: Final = 320

_SHOWN: Final = (
    r"(?:ال)?(?:فيديو|تقرير|صور|صورة|مقطع|فيلم|إنفوغرافيك|انفوغرافيك|تسجيل|ألبوم|حوار|لقاء)"
)
_PRESS: Final = r"(?:[اإأ]ضغط(?:وا)?|[اأ]نقر(?:وا)?) (?:هنا|على (?:هذا )?الرابط(?: [^.؟!]{1,30})?)"

BRACKETS: Final = (
    Shape(rf"(?P<caption>\( ?(?:شاهد(?:وا)?|لمشاهدة|استمع(?:وا)? إلى) {_SHOWN}"
          r"(?: [^()]{1,30})? ?\))",
          "(شاهد الفيديو أعلاه)"),
    Shape(rf"(?P<related>\( ?(?:المزيد|لقراءة المزيد|اقرأ المزيد|{_PRESS}) ?\))", "( المزيد )"),
)  # fmt: skip

ENDINGS: Final = (
    Shape(r"(?P<promo>(?:تابعوا|شاهدوا|استمعوا إلى) [^.؟!]{3,110} "
          r"(?:مباشرة|مباشر) (?:على|عبر) [^.؟!]{3,60}\.?)",
          "تابعوا المؤتمر الصحفي مباشرة على قناة الأفق"),
    Shape(rf"(?P<caption>و?لمشاهدة [^.؟!]{{3,90}}{_PRESS}\.?)", "ولمشاهدة النتيجة اضغط هنا"),
    Shape(r"(?P<promo>و?(?:لمتابعة|للاستماع|للاشتراك|للتسجيل|لتحميل|لقراءة|للاطلاع على) "
          rf"[^.؟!]{{3,90}}{_PRESS}\.?)",
          "لمتابعة المباراة على الحواسيب، اضغط هنا"),
    Shape(rf"(?P<caption>\(?(?:المزيد من )?التفاصيل (?:في |ب){_SHOWN} (?:المرفق|المرفقة|التالي)"
          r"\)?[.:]?)",
          "(المزيد من التفاصيل بالتسجيل المرفق)"),
)  # fmt: skip

_STOP: Final = r"[.؟!…»”\")]"


def find_media_prompts(draft: Draft) -> Found:
    """Cut tweets that advertise, prompts in brackets, and prompts that end texts."""
    cuts = Cuts()
    data = draft.repaired.texts.data
    opened, tweets = _marks(data, ADDRESS, letters.word_letters(), _first_words())
    found = tweet_promos(draft, tweets)
    cuts.add(found, PROMO)
    draft = draft.without(found)
    lines = draft.lines
    at = np.searchsorted(lines.start, opened, side="right") - 1
    inside = (opened >= lines.head[at]) & (opened < lines.tail[at])
    opened, at = opened[inside], at[inside]
    ends = settled(draft, opened + _BRACKET_BYTES, (opened, lines.tail[at]), -1)
    groups = matches(windows(draft, opened, ends), BRACKETS, "^(?:{})", r"\)")
    new = note(cuts, draft, groups, lines.row[at], opened)
    if new:
        draft = draft.without(joined(new))
        lines = draft.lines
    last = draft.last_lines()
    heads, tails = lines.head[last], lines.tail[last]
    starts = settled(draft, np.maximum(heads, tails - _TAIL_BYTES), (heads, tails), 1)
    signs = r"تابعوا|شاهدوا|استمعوا|ضغط|نقر|التفاصيل"
    frame = rf"^(?:|.*?{_STOP} )(?:{{}})$"
    groups = matches(windows(draft, starts, tails), ENDINGS, frame, signs)
    note(cuts, draft, groups, lines.row[last], starts)
    return cuts.found()


@cache
def _first_words() -> Phrases:
    words = ("شاهد", "شاهدوا", "لمشاهدة", "استمع", "استمعوا", "المزيد", "لقراءة", "اقرأ")
    return known_phrases((*words, "اضغط", "اضغطوا", "انقر", "انقروا"))


@njit(cache=True, nogil=True)
def _is_at(data, start, address):
    if start < 0 or start + len(address) > len(data):
        return False
    k = 0
    while k < len(address) and data[start + k] == address[k]:
        k += 1
    return k == len(address)


@njit(cache=True, nogil=True)
def _marks(data, address, table, words):
    """Return the places of brackets before one of the words, and (start, end) of addresses.

    Brackets and the «w» of an address are looked for 64 bytes at a time: Arabic has few of them.
    """
    brackets, addresses = [], []
    i = next_of(data, np.int64(0), len(data), _BRACKET, _W)
    while i < len(data):
        if data[i] == 0x28:
            if opening_phrase(data, i, min(i + 24, len(data)), table, words)[1]:
                brackets.append(i)
        elif _is_at(data, i - ADDRESS_LETTER, address):
            end = i
            while end < len(data) and data[end] > 0x20 and data[end] < 0x80:
                end += 1
            addresses.append((i - ADDRESS_LETTER, end))
        i = next_of(data, i + 1, len(data), _BRACKET, _W)
    places = np.empty(len(brackets), np.int64)
    for k in range(len(brackets)):
        places[k] = brackets[k]
    spans = np.empty((len(addresses), 2), np.int64)
    for k in range(len(addresses)):
        spans[k, 0], spans[k, 1] = addresses[k]
    return places, spans
