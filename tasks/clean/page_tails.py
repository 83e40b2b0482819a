"""What stands behind the last word of an article: sources, signatures, labels, notices.

«... قال الوزير. المصدر (وات)», «*نقلاً عن الأفق», «هاجر السالمي», «سمات الرياض حادث مروري»: on a
line of their own or behind the last sentence mark. They pile up, a source behind a signature
behind a stamp, so tails are peeled in rounds over the articles that changed.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.clean.draft import CAPTION, SIGNATURE, Draft, Found, Spans
from tasks.clean.furniture import EMBED, PILED_DATE
from tasks.clean.lone_names import WORDS_AT_MOST, read_names
from tasks.clean.shapes import (
    WORD,
    Cuts,
    Match,
    Numbers,
    Shape,
    any_of,
    extracted,
    framed,
    joined,
    likely,
    matches,
    note,
    say,
    settled,
    windows,
)

_BYTES: Final = 1600
"""The longest tail that was seen, a topic box with its dates and a colophon, has 1,300 bytes."""

_ROUNDS: Final = 8

_PROSE_WORDS: Final = 5
"""A line of more words, or one that ends a sentence, is none of a list of names."""

_MAIL: Final = r"[\w.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
_ABOUT: Final = r"(?:شبكة|قناة|صحيفة|جريدة) [^.؟!]+(?:مستقلة|إخبارية|يومية) [^.؟!]+\."
_TOPIC: Final = any_of("topic_boxes").replace(r"\s+", r"[\s/]+")
_ROLE: Final = (
    r"(?:كاتب|كاتبة|باحث|باحثة|أكاديمي|أكاديمية|صحافي|صحافية|صحفي|صحفية|إعلامي|إعلامية|ناقد|ناقدة|"
    r"أستاذ|أستاذة|خبير|خبيرة|محلل|محللة|مستشار|مستشارة|محام|روائي|روائية|شاعر|شاعرة|اقتصادي|عضو)"
)

ENDING_SHAPES: Final = (
    Shape(r"(?P<meta>رابط الخبر (?:بصحيفة|بجريدة|بموقع|في صحيفة) [^:]+:) ?(?P<title_repeat>.*)",
          "رابط الخبر بصحيفة الأفق: عنوان الخبر"),
    Shape(r"(?P<source>المصدر ?\( ?(?P<credit>[^()]+?) ?\)\.?)", "المصدر (وكالات)"),
    Shape(r"(?P<source>المصدر ?: ?(?P<credit>[^.؟!:]+|[\w-]+(?:\.[\w-]+)+)\.?)", "المصدر: وكالات"),
    Shape(r"(?P<source>\*+ ?نقلا[ًَ]* عن (?P<credit>.+?)\.?)", "*نقلاً عن الأفق"),
    Shape(r"(?P<source>\*+ ?(?:ت|ي)?نشر (?:بالاتفاق|بالتعاون|بالتزامن|"
          r"باتفاق) مع (?P<credit>.+?)\.?)",
          "*ينشر بالاتفاق مع موقع الأفق"),
    Shape(r"(?P<source>\*? ?خدمة «(?P<credit>[^»]+)»(?: خاص .+)?)", "* خدمة «صحيفة الأفق»"),
    Shape(r"(?P<source>\(?عن كتاب (?P<credit>[^.؟!،]+?)\)?)", "عن كتاب «النهر» لسليم حداد"),
    Shape(r"(?P<tags>(?:سمات|وسوم) (?P<labels>[^.،؟!:]+))", "سمات الرياض حادث مروري"),
    Shape(r"(?P<tags>(?:كلمات (?:دلالية|مفتاحية|دليلية)|الكلمات (?:الدلالية|المفتاحية)|الوسوم|وسوم|"
          r"Tags) ?: ?(?P<labels>[^.؟!]+))", "كلمات دلالية: الرياض، حادث"),
    Shape(rf"(?P<signature>(?:للتواصل|لمراسلة الكاتب|البريد الإلكتروني)? ?[:*-]? ?{_MAIL})",
          "someone@example.com"),
    Shape(r"(?P<signature>(?:Twitter|twitter|تويتر) ?:? ?@\w+)", "Twitter @someone"),
    Shape(r"(?P<share>للتواصل مع الكاتب [اأ]رسل رسالة SMS.*)",
          "للتواصل مع الكاتب ارسل رسالة SMS تبدأ بالرمز (27)"),
    Shape(r"(?P<share>للتواصل [اأ]رسل (?:رسالة )?(?:SMS|sms).*)", "للتواصل ارسل sms إلى 88548"),
    Shape(rf"(?P<meta>(?:{EMBED} ?)+)", "https://www.instagram.com/someone?igshid=1"),
    Shape(r"(?P<meta>// ?(?:انتهى|يتبع) ?//(?: ?\d{1,2}:\d{2} ت م)?)", "// انتهى // 18:10 ت م"),
    Shape(r"(?P<meta>inShare\d*)", "inShare"),
    Shape(r"(?P<share>[-_ ]*يمكنكم (?:استلام|تسلم|تلقي) [إا]شعارات .+)",
          "يمكنكم تسلم إشعارات بأهم الأخبار"),
    Shape(rf"(?P<promo>{_ABOUT}) ?(?P<legal>جميع الحقوق محفوظة\.?)",
          "شبكة الأفق قناة إخبارية مستقلة انطلقت في عام 2012. جميع الحقوق محفوظة"),
    Shape(r"(?P<legal>(?:©|\*+)? ?جميع الحقوق محفوظة.*)", "جميع الحقوق محفوظة"),
    Shape(r"(?P<legal>\*+ ?جميع المقالات المنشورة .+)",
          "** جميع المقالات المنشورة تمثل رأي كتابها"),
    Shape(r"(?P<promo>(?:تابعوا|تابع|شاهدوا) (?:المباراة|البث|مباراة|البرنامج|الحلقة) [^.؟!]*"
          r"(?:على|عبر) (?:موقع|قناة|شاشة|تطبيق|صفحة) .+)",
          "تابعوا المباراة مباشرة على موقع الأفق."),
    Shape(r"(?P<caption>\((?:شاهد(?:وا)? )?(?:الفيديو|فيديو|الصور|صور|صورة)(?: (?:أرشيفية|تعبيرية|"
          r"أعلاه|أدناه|من الأرشيف))?\)\.?)", "(شاهد الفيديو)"),
    Shape(r"(?P<caption>(?:لمشاهدة|شاهدوا?) (?:الصور|الفيديو)(?: (?:اضغط|انقر) هنا)?)",
          "لمشاهدة الصور"),
    Shape(r"(?P<meta>\|(?: ?\|)* ?(?:[^|]+(?: ?\|)+ ?){2,8})", "| | الدخول | | إتصل بنا | |"),
    Shape(r"(?P<meta>\|[| ]*)", "| |"),
)  # fmt: skip
"""Tails that stand on a line of their own, or behind the last sentence mark of one."""

PILE_SHAPES: Final = (
    Shape(rf"(?P<meta>(?:{_TOPIC}[^|]*? )?{PILED_DATE}(?: {PILED_DATE})+ (?P<piled>تصفح المزيد))"
          rf"(?: (?P<promo>{_ABOUT}))?(?: (?P<legal>جميع الحقوق محفوظة\.?))?",
          "2 أيلول 29 آب تصفح المزيد"),
)  # fmt: skip
"""Dates piled up where a page lists other stories: they follow the last word without a mark."""

LINE_SHAPES: Final = (
    Shape(r"(?P<source>هذا (?:الخبر|المقال) من موقع (?P<credit>.+))",
          "هذا الخبر من موقع جريدة الأفق"),
    Shape(r"(?P<signature>[-*] ?(?P<author>(?:وحدة|قسم|هيئة) "
          r"(?:التقارير|التحرير|الأبحاث|الدراسات|الترجمة)"
          rf"(?: {WORD}){{0,2}}))", "* وحدة التقارير الاقتصادية"),
    Shape(rf"(?P<signature>\* ?{_ROLE}(?: [^.؟!]+))", "* كاتب وباحث"),
    Shape(r"(?P<meta>\.{3,} ?المزيد)", "...المزيد"),
)  # fmt: skip
"""Tails that are the whole last line."""

_STOP: Final = r"[.؟!…»”\")\]]"

_FRAME: Final = rf"^(?:|.*?[^A-Za-z0-9_]{_STOP} ?|.*?{_STOP} )(?:{{}})$"
"""Behind a sentence mark, but not behind the points of an address: «www.example.com»."""

_WHOLE: Final = "^(?:{})$"

_BEHIND: Final = re.compile(rf"(?<=[^A-Za-z0-9_]){_STOP}")
_SPACED: Final = re.compile(rf"{_STOP} ")
"""The two ways in which ``_FRAME`` begins a shape."""

_STARTS: Final = 64
"""Places behind sentence marks that are tried one by one; a window of prose has ten or twenty."""

_AT_ONCE: Final = 1000
"""Texts whose places are held at a time: a hundred megabytes, were each as crowded as can be."""

_SHAPES: Final = (
    *(Shape(f"^(?:|.*? )(?:{shape.pattern})", shape.example) for shape in PILE_SHAPES),
    *ENDING_SHAPES,
    *(Shape(f"^(?:{shape.pattern})", shape.example) for shape in LINE_SHAPES),
)

_PILE: Final = (Shape(rf"(?P<meta>{PILED_DATE}(?: {PILED_DATE})+)", "2 أيلول 29 آب"),)

_SIGNS: Final = (
    r"المصدر|نقلا|نشر|خدمة|عن كتاب|سمات|وسوم|كلمات|الكلمات|Tags|@|SMS|sms|//|\.com/|\.be/|"
    r"t\.co/|t\.me/|"
    r"inShare|يمكنكم|تصفح المزيد|محفوظة|المنشورة|تابع|شاهد|فيديو|صور|\||رابط الخبر|من موقع|"
    r"^[-*]|المزيد$"
)
"""One of these is in every tail that a shape matches, but for names."""


def find_page_tails(draft: Draft) -> Found:
    """Peel the last lines that stand of each article, while anything comes off."""
    cuts = Cuts()
    rows = np.ones(len(draft.records), np.bool_)
    for _ in range(_ROUNDS):
        lines = draft.last_lines()
        lines = lines[rows[draft.lines.row[lines]]]
        new = _peel(draft, cuts, lines)
        if not new:
            break
        peeled = joined(new)
        rows[:] = False
        rows[peeled.row] = True
        draft = draft.without(peeled)
    _cut_piles(draft, cuts)
    return cuts.found()


def _cut_piles(draft: Draft, cuts: Cuts) -> None:
    """Cut dates that are piled up in the middle of articles whose page piled them at the end."""
    piled = np.zeros(len(draft.records), np.bool_)
    piled[list(cuts.said["piled"])] = True
    for _ in range(_ROUNDS):
        lines = np.flatnonzero(piled[draft.lines.row] & draft.lines.stands)
        groups = matches(draft.texts(lines), _PILE, r"(?:^|[.؟!»”\") ] ){}(?: |$)", r"\d")
        new = note(cuts, draft, groups, draft.lines.row[lines], draft.lines.head[lines])
        if not new:
            break
        draft = draft.without(joined(new))


def _peel(draft: Draft, cuts: Cuts, lines: Numbers) -> list[Spans]:
    """Note what comes off the tails of these lines; return it."""
    table = draft.lines
    names, new = _names(draft, cuts, lines)
    lines = lines[~names]
    heads, tails = table.head[lines], table.tail[lines]
    starts = settled(draft, np.maximum(heads, tails - _BYTES), (heads, tails), 1)
    groups = _matches(windows(draft, starts, tails))
    return [*new, *note(cuts, draft, groups, table.row[lines], starts)]


def _matches(texts: pa.Array) -> list[Match]:
    """Return what ``matches`` does with these shapes, but look for groups only where one begins.

    To find groups RE2 keeps every place in mind at which one of the shapes may have begun: a third
    of a millisecond for one text. Where they may begin is tried first, in the frame's order; most
    places are told by a letter.
    """
    left, tried = likely(texts, _SHAPES, _FRAME, _SIGNS)
    found = []
    for first in range(0, len(left), _AT_ONCE):
        some = tried.slice(first, _AT_ONCE)
        numbers = left[first : first + _AT_ONCE]
        groups = extracted(some, np.arange(len(some)), _SHAPES, _WHOLE)
        behind = np.ones(len(some), np.bool_)
        for group in groups:
            behind[group.where] = False
        groups += _matches_behind(some, np.flatnonzero(behind))
        found += [group._replace(where=numbers[group.where]) for group in groups]
    return found


def _matches_behind(texts: pa.Array, rows: Numbers) -> list[Match]:
    """Return the groups of shapes that begin behind the head of the texts with these numbers."""
    owners: list[int] = []
    places: list[int] = []
    rests: list[str] = []
    crowded: list[int] = []
    for row in rows.tolist():
        text = texts[row].as_py()
        starts = list(islice(_starts(text), _STARTS + 1))
        if len(starts) > _STARTS:
            crowded.append(row)
            continue
        owners += [row] * len(starts)
        places += [len(text[:start].encode()) for start in starts]
        rests += [text[start:] for start in starts]
    column = pa.array(rests, pa.large_string())
    fits = np.flatnonzero(pc.match_substring_regex(column, framed(ENDING_SHAPES, _WHOLE)))
    owner, first = np.unique(np.array(owners, np.int64)[fits], return_index=True)
    begin = np.array(places, np.int64)[fits[first]]
    chosen = column.take(pa.array(fits[first]))
    found = extracted(
        texts.take(pa.array(crowded, pa.int64())), np.array(crowded, np.int64), _SHAPES, _FRAME
    )
    for name, at, start, end in extracted(chosen, np.arange(len(owner)), ENDING_SHAPES, _WHOLE):
        found.append(Match(name, owner[at], begin[at] + start, begin[at] + end))
    return found


def _starts(text: str) -> Iterator[int]:
    """Yield where a shape may begin behind the head of a text, in the order of ``_FRAME``."""
    for stop in _BEHIND.finditer(text):
        if text[stop.end() : stop.end() + 1] == " ":
            yield stop.end() + 1
        yield stop.end()
    for stop in _SPACED.finditer(text):
        yield stop.end()


def _names(draft: Draft, cuts: Cuts, lines: Numbers) -> tuple[np.ndarray, list[Spans]]:
    """Note which of these lines are nothing but names, under a line of prose."""
    table = draft.lines
    are_names = (table.words[lines] <= WORDS_AT_MOST) & ~table.stop[lines]
    are_names &= _follows_prose(draft, lines)
    new = []
    for i in np.flatnonzero(are_names).tolist():
        named = read_names(draft.text(table.head[lines[i]], table.tail[lines[i]]))
        are_names[i] = named is not None
        if named:
            span = draft.cut_lines(lines[i : i + 1])
            say(cuts.said["told" if named.titled else "author"], int(span.row[0]), named.names)
            cuts.add(span, CAPTION if named.titled else SIGNATURE)
            new.append(span)
    return are_names, new


def _follows_prose(draft: Draft, lines: Numbers) -> np.ndarray:
    """Tell which lines stand under one of many words or one that ends a sentence."""
    table = draft.lines
    left = np.flatnonzero(table.stands)
    before = left[np.maximum(np.searchsorted(left, lines) - 1, 0)]
    prose = table.stop[before] | (table.words[before] > _PROSE_WORDS)
    follows: np.ndarray = prose & (table.row[before] == table.row[lines]) & (before < lines)
    return follows
