"""What stands behind the last word of an article: sources, signatures, labels, notices.

«... قال الوزير. المصدر (وات)», «*نقلاً عن الأفق», «هاجر السالمي», «سمات الرياض حادث مروري»: on a
line of their own or behind the last sentence mark. They pile up, a source behind a signature
behind a stamp, so tails are peeled in rounds over the articles that changed.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.clean.draft import CAPTION, LIST_ITEM, SIGNATURE, Draft, Found, Spans
from tasks.clean.furniture import ABOUT, EMBED
from tasks.clean.lone_names import WORDS_AT_MOST, read_names
from tasks.clean.shapes import (
    WORD,
    Cuts,
    Match,
    Numbers,
    Shape,
    extracted,
    framed,
    joined,
    likely,
    matches_in_turn,
    note,
    say,
    settled,
    windows,
    worded,
)

_BYTES: Final = 1600
"""The longest tail that was seen, a topic box with its dates and a colophon, has 1,300 bytes."""

_ROUNDS: Final = 8

_PROSE_WORDS: Final = 5
"""A line of more words, or one that ends a sentence, is none of a list of names."""

_MAIL: Final = r"[\w.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
_PAPER: Final = r"(?:صحيفة|جريدة|موقع|مجلة|وكالة|شبكة|قناة|منتدى)"
_NAMED: Final = r"[^ .؟!،:«»()]+"
_INITIALS: Final = r"[ء-ي]{1,2}(?: ?\. ?[ء-ي]{1,2})+\.?"
_ROLE: Final = (
    r"(?:كاتب|كاتبة|باحث|باحثة|أكاديمي|أكاديمية|صحافي|صحافية|صحفي|صحفية|إعلامي|إعلامية|ناقد|ناقدة|"
    r"قاضي|مفتي|وزير|عميد|رئيس|مدير|مديرة|أمين|نائب|إمام|خطيب|داعية|سفير|متخصص|متخصصة|استشاري|"
    r"استشارية|أستاذ|أستاذة|خبير|خبيرة|محلل|محللة|مستشار|مستشارة|محام|روائي|روائية|شاعر|شاعرة|اقتصادي|عضو)"
)
_SCHOLAR: Final = "(?:كاتب|باحث|أستاذ|استشاري|أكاديمي|متخصص|مستشار|محلل|خبير)"

ENDING_SHAPES: Final = (
    Shape(r"(?P<meta>رابط الخبر (?:بصحيفة|بجريدة|بموقع|في صحيفة) [^:]+:) ?(?P<title_repeat>.*)",
          "رابط الخبر بصحيفة الأفق: عنوان الخبر", word="رابط الخبر"),
    Shape(r"(?P<source>المصدر ?\( ?(?P<credit>[^()]+?) ?\)\.?)", "المصدر (وكالات)", word="المصدر"),
    Shape(r"(?P<source>المصدر ?: ?(?P<credit>[^.؟!:]+|[\w-]+(?:\.[\w-]+)+)\.?)",
          "المصدر: وكالات", word="المصدر"),
    Shape(r"(?P<source>\*+ ?نقلا[ًٌَُ]* عن (?P<credit>.+?)\.?)", "*نقلاً عن الأفق", word="نقلا"),
    Shape(rf"(?P<source>نقلا[ًٌَُ]* عن (?P<credit>{_PAPER} {_NAMED}(?: {_NAMED}){{0,3}}"
          rf"|ال{_NAMED}(?: {_NAMED})?)\.?)", "نقلا عن صحيفة الأفق", word="نقلا"),
    Shape(r"(?P<source>\*+ ?(?:ت|ي)?نشر (?:بالاتفاق|بالتعاون|بالتزامن|"
          r"باتفاق) مع (?P<credit>.+?)\.?)",
          "*ينشر بالاتفاق مع موقع الأفق", word="نشر "),
    Shape(r"(?P<source>\*? ?خدمة «(?P<credit>[^»]+)»(?: خاص .+)?)",
          "* خدمة «صحيفة الأفق»", word="خدمة «"),
    Shape(r"(?P<source>\(?عن كتاب (?P<credit>[^.؟!،]+?)\)?)",
          "عن كتاب «النهر» لسليم حداد", word="عن كتاب"),
    Shape(r"(?P<tags>(?:سمات|وسوم) (?P<labels>[^.،؟!:]+))", "سمات الرياض حادث مروري"),
    Shape(r"(?P<tags>(?:كلمات (?:دلالية|مفتاحية|دليلية)|الكلمات (?:الدلالية|المفتاحية)|الوسوم|وسوم|"
          r"Tags) ?: ?(?P<labels>[^.؟!]+))", "كلمات دلالية: الرياض، حادث"),
    Shape(rf"(?P<signature>(?:للتواصل|لمراسلة الكاتب|البريد الإلكتروني)? ?[:*-]? ?{_MAIL})",
          "someone@example.com", word="@"),
    Shape(r"(?P<signature>(?:Twitter|twitter|تويتر) ?:? ?@\w+)", "Twitter @someone", word="@"),
    Shape(r"(?P<signature>[ء-ي](?: [ء-ي]){1,2})", "ع ب م"),
    Shape(rf"(?P<signature>\*+ ?{_ROLE}(?: [^.؟!:*@]+)?(?: {_MAIL})?)", "* كاتب وباحث", word="*"),
    Shape(r"(?P<signature>\[email.protected\](?: ?/\* ?\*/)?)",
          "[email protected] /* */", word="[email"),
    Shape(r"(?P<caption>(?:ملاحظة ?: ?)?الصورة? (?:توضيحية|تعبيرية|أرشيفية))",
          "الصورة توضيحية", word="الصور"),
    Shape(r"(?P<caption>(?:المزيد من|مزيد من|باقي) التفاصيل (?:في |ب)(?:ال)?(?:فيديو|تسجيل)"
          r"[^.؟!]{0,30})",
          "المزيد من التفاصيل في الفيديو", word="التفاصيل"),
    Shape(r"(?P<share>للتواصل مع الكاتب [اأ]رسل رسالة SMS.*)",
          "للتواصل مع الكاتب ارسل رسالة SMS تبدأ بالرمز (27)", word="SMS"),
    Shape(r"(?P<share>للتواصل [اأ]رسل (?:رسالة )?(?:SMS|sms).*)",
          "للتواصل ارسل sms إلى 88548", word="للتواصل"),
    Shape(rf"(?P<meta>(?:{EMBED} ?)+)", "https://www.instagram.com/someone?igshid=1", word="/"),
    Shape(r"(?P<meta>// ?(?:انتهى|يتبع) ?//(?: ?\d{1,2}:\d{2} ت م)?)",
          "// انتهى // 18:10 ت م", word="//"),
    Shape(r"(?P<meta>inShare\d*)", "inShare", word="inShare"),
    Shape(r"(?P<share>[-_ ]*يمكنكم (?:استلام|تسلم|تلقي) [إا]شعارات .+)",
          "يمكنكم تسلم إشعارات بأهم الأخبار", word="يمكنكم"),
    Shape(rf"(?P<promo>{ABOUT}) ?(?P<legal>جميع الحقوق محفوظة\.?)",
          "شبكة الأفق قناة إخبارية مستقلة انطلقت في عام 2012. جميع الحقوق محفوظة", word="محفوظة"),
    Shape(r"(?P<legal>(?:©|\*+)? ?جميع الحقوق محفوظة.*)", "جميع الحقوق محفوظة", word="محفوظة"),
    Shape(r"(?P<legal>\*+ ?جميع المقالات المنشورة .+)",
          "** جميع المقالات المنشورة تمثل رأي كتابها", word="المنشورة"),
    Shape(r"(?P<promo>(?:تابعوا|تابع|شاهدوا) (?:المباراة|البث|مباراة|البرنامج|الحلقة) [^.؟!]*"
          r"(?:على|عبر) (?:موقع|قناة|شاشة|تطبيق|صفحة) .+)",
          "تابعوا المباراة مباشرة على موقع الأفق."),
    Shape(r"(?P<caption>\((?:شاهد(?:وا)? )?(?:الفيديو|فيديو|الصور|صور|صورة)(?: (?:أرشيفية|تعبيرية|"
          r"أعلاه|أدناه|من الأرشيف))?\)\.?)", "(شاهد الفيديو)", word="("),
    Shape(r"(?P<caption>(?:لمشاهدة|شاهدوا?) (?:الصور|الفيديو)(?: (?:اضغط|انقر) هنا)?)",
          "لمشاهدة الصور", word="شاهد"),
    Shape(r"(?P<meta>\|(?: ?\|)* ?(?:[^|]+(?: ?\|)+ ?){2,8})",
          "| | الدخول | | إتصل بنا | |", word="|"),
    Shape(r"(?P<meta>\|[| ]*)", "| |", word="|"),
)  # fmt: skip
"""Tails that stand on a line of their own, or behind the last sentence mark of one."""

LINE_SHAPES: Final = (
    Shape(r"(?P<source>هذا (?:الخبر|المقال) من موقع (?P<credit>.+))",
          "هذا الخبر من موقع جريدة الأفق", word="من موقع"),
    Shape(r"(?P<signature>[-*] ?(?P<author>(?:وحدة|قسم|هيئة) "
          r"(?:التقارير|التحرير|الأبحاث|الدراسات|الترجمة)"
          rf"(?: {WORD}){{0,2}}))", "* وحدة التقارير الاقتصادية"),
    Shape(r"(?P<signature>\*+ ?قسم(?: [^ .؟!:]+){1,4})", "* قسم التثقيف الصحي", word="قسم"),
    Shape(rf"(?P<signature>{_INITIALS}(?: ?[/-] ?{_INITIALS})*"
          r"|[ء-ي](?: [ء-ي]){0,2} ?/ ?[ء-ي](?: [ء-ي]){0,2})", "ي.ط/ف.س"),
    Shape(r"(?P<signature>(?:@|(?:Twitter|twitter|تويتر) ?: ?@?)[A-Za-z]\w{2,})", "@someone"),
    Shape(r"(?P<signature>(?:www\.)[\w-]+(?:\.[\w-]+)+/?)", "www.example.com", word="www."),
    Shape(r"(?P<share>.*الاتصالات ?[،,]? ?\d{5,6} ?موبايلي.*)",
          "الاتصالات، 636250 موبايلي", word="موبايلي"),
    Shape(r"(?P<meta>[-–—_=ـ~.][-–—_=ـ~. ]*)", "-------- ---"),
    Shape(rf"(?P<signature>ت ?[-–:] ?(?P<author>{WORD}(?: {WORD}){{1,3}}))", "ت- هدى حداد"),
    Shape(r"(?P<source>عن \(*(?P<credit>[A-Z][A-Za-z. ]{2,40}?)\)*)",
          "عن ((Horizon Gazette", word="عن "),
    Shape(r"(?P<meta>التاريخ ?: ?\d{1,2}[\d/ -]*)", "التاريخ : 07-08-2012", word="التاريخ"),
    Shape(r"(?P<meta>\.{3,} ?المزيد)", "...المزيد", word="المزيد"),
)  # fmt: skip
"""Tails that are the whole last line."""

_STOP: Final = r"[.؟!…»”\")\]]"

_FRAME: Final = rf"^(?:|.*?[^A-Za-z0-9_]{_STOP} ?|.*?{_STOP} )(?:{{}})$"
"""Behind a sentence mark, but not behind the points of an address: «www.example.com»."""

STOPPED_SHAPES: Final = (
    Shape(r"[ء-ي]{2}[.؟!…]+ ?(?P<signature>(?:كاتب|كاتبة|باحث|باحثة|أستاذ|أستاذة|استشاري|استشارية|"
          r"أكاديمي|أكاديمية|متخصص|متخصصة|مستشار|محلل|خبير)(?: [^ .؟!،:«»\"()]+){1,8})",
          "تم. أستاذ الاقتصاد بجامعة الأفق", rf"[.؟!…] ?{_SCHOLAR}"),
)  # fmt: skip
"""What an author is, behind the last sentence, where no quotation or bracket ends before it."""

TAG_SHAPES: Final = (
    Shape(r"[^ ]*[@A-Za-z0-9\x{0660}-\x{0669}][^ ]* (?P<tags>سمات (?P<labels>[^.،؟!:]+))",
          "someone@example.com سمات الرياض حادث مروري", r"[@\w\x{0660}-\x{0669}][^ ]* سمات "),
)  # fmt: skip
"""Labels that follow an address, a handle or a figure: no mark stands behind one."""

_WHOLE: Final = "^(?:{})$"

_MARKED: Final = re.compile(rf"(?<=[^A-Za-z0-9_]){_STOP}")
_SPACED: Final = re.compile(rf"{_STOP} ")
"""The two ways in which ``_FRAME`` begins a shape."""

_STARTS: Final = 64
"""Places behind sentence marks that are tried one by one; a window of prose has ten or twenty."""

_AT_ONCE: Final = 1000
"""Texts whose places are held at a time: a hundred megabytes, were each as crowded as can be."""

_INNER_SHAPES: Final = (
    *(shape._replace(pattern=f"^(?:|.*? )(?:{shape.pattern})") for shape in TAG_SHAPES),
    *(shape._replace(pattern=f"^.*?{shape.pattern}") for shape in STOPPED_SHAPES),
)
_OUTER_SHAPES: Final = (
    *ENDING_SHAPES,
    *(shape._replace(pattern=f"^(?:{shape.pattern})") for shape in LINE_SHAPES),
)
_SHAPES: Final = _INNER_SHAPES + _OUTER_SHAPES
"""Those that may begin anywhere, which RE2 keeps in mind to the end, are tried by themselves."""

_NAME_BYTES: Final = 120
_BEHIND: Final = r"[ء-ي]{3}[.؟!…]+ ?[ء-ي][ء-ي ]{5,45}$"
_NAME_BEHIND: Final = re.compile(_BEHIND.replace("?[ء-ي][", "?([ء-ي][").replace("$", ")$"))

_SEARCHED: Final = 640
_SIGNS: Final = (
    r"المصدر ?[:(]|نقلا|نشر (?:بال|باتفاق)|خدمة «|عن كتاب|سمات|وسوم|كلمات|الكلمات|Tags|@|SMS|sms|"
    r"//|\.com/|\.be/|t\.co/|t\.me/|email.protected|الصورة? (?:توضيحية|تعبيرية|أرشيفية)|"
    r"التفاصيل (?:في|ب)|[.؟!…»”\")\]] ?\*|[.؟!…»”\")] ?[ء-ي](?: [ء-ي]){1,2}$|"
    rf"[.؟!…] ?{_SCHOLAR}|"
    r"الاتصالات ?[،,]? ?\d|^[@ء-ي] ?[./]|^[ء-ي]{2}[./]|^[ء-ي] [ء-ي][ /]|تويتر ?:|"
    r"^التاريخ|^ت ?[-–:]|^عن \(*[A-Z]|Twitter|twitter|تويتر @|^www|^[–—_=ـ~.]|"
    r"inShare|يمكنكم (?:است|تس|تل)|محفوظة|المنشورة|\||رابط الخبر|من موقع|"
    r"(?:تابعوا|تابع|شاهدوا) (?:ال|مباراة)|\((?:شاهد|(?:ال)?(?:فيديو|صور))|(?:لمشاهدة|شاهدوا?) ال|"
    r"^[-*]|المزيد$"
)
"""Of every tail that a shape matches, one of these is within so many bytes, but for names."""


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
    return cuts.found()


def _peel(draft: Draft, cuts: Cuts, lines: Numbers) -> list[Spans]:
    """Note what comes off the tails of these lines; return it."""
    table = draft.lines
    names, new = _names(draft, cuts, lines)
    lines = lines[~names]
    behind = _names_behind(draft, cuts, lines)
    if behind:
        new += behind
        lines = lines[~np.isin(table.row[lines], joined(behind).row)]
    lines = lines[_suspicious(draft, lines)]
    heads, tails = table.head[lines], table.tail[lines]
    starts = settled(draft, np.maximum(heads, tails - _BYTES), (heads, tails), 1)
    groups = _matches(windows(draft, starts, tails))
    return [*new, *note(cuts, draft, groups, table.row[lines], starts)]


def _suspicious(draft: Draft, lines: Numbers) -> np.ndarray:
    """Tell which lines have near their tail what no shape does without."""
    heads, tails = draft.lines.head[lines], draft.lines.tail[lines]
    starts = settled(draft, np.maximum(heads, tails - _SEARCHED), (heads, tails), 1)
    found = pc.match_substring_regex(windows(draft, starts, tails), _SIGNS)
    mask: np.ndarray = found.to_numpy(zero_copy_only=False)
    return mask


def _matches(texts: pa.Array) -> list[Match]:
    """Return what ``matches`` does with these shapes, but look for groups only where one begins.

    To find groups RE2 keeps every place in mind at which one of the shapes may have begun: a third
    of a millisecond for one text. Where they may begin is tried first, in the frame's order; most
    places are told by a letter.
    """
    likely_ones, tried = likely(texts, _SHAPES, _FRAME, _SIGNS)
    found = []
    for first in range(0, len(tried), _AT_ONCE):
        some = tried.slice(first, _AT_ONCE)
        numbers = likely_ones[first : first + _AT_ONCE]
        groups = matches_in_turn(some, _INNER_SHAPES, _WHOLE)
        left = _others(len(some), groups)
        groups += extracted(some.take(pa.array(left)), left, _OUTER_SHAPES, _WHOLE)
        groups += _matches_behind(some, _others(len(some), groups))
        found += [group._replace(where=numbers[group.where]) for group in groups]
    return found


def _others(count: int, groups: Sequence[Match]) -> Numbers:
    """Return the numbers of texts that none of the groups is in."""
    others = np.ones(count, np.bool_)
    for group in groups:
        others[group.where] = False
    return np.flatnonzero(others)


def _matches_behind(texts: pa.Array, rows: Numbers) -> list[Match]:
    """Return the groups of shapes that begin behind the head of the texts with these numbers."""
    owners: list[int] = []
    before: list[str] = []
    rests: list[str] = []
    crowded: list[int] = []
    for row, text in zip(rows.tolist(), texts.take(pa.array(rows)).to_pylist(), strict=True):
        starts = list(islice(_starts(text), _STARTS + 1))
        if len(starts) > _STARTS:
            crowded.append(row)
            continue
        owners += [row] * len(starts)
        before += [text[:start] for start in starts]
        rests += [text[start:] for start in starts]
    column = pa.array(rests, pa.large_string())
    shapes = framed(worded(column, ENDING_SHAPES), _WHOLE)
    fits = np.flatnonzero(pc.match_substring_regex(column, shapes))
    owner, first = np.unique(np.array(owners, np.int64)[fits], return_index=True)
    chosen = column.take(pa.array(fits[first]))
    begin = np.array([len(before[k].encode()) for k in fits[first].tolist()], np.int64)
    found = extracted(
        texts.take(pa.array(crowded, pa.int64())), np.array(crowded, np.int64), _SHAPES, _FRAME
    )
    for name, at, start, end in extracted(chosen, np.arange(len(owner)), ENDING_SHAPES, _WHOLE):
        found.append(Match(name, owner[at], begin[at] + start, begin[at] + end))
    return found


def _starts(text: str) -> Iterator[int]:
    """Yield where a shape may begin behind the head of a text, in the order of ``_FRAME``."""
    for stop in _MARKED.finditer(text):
        if text[stop.end() : stop.end() + 1] == " ":
            yield stop.end() + 1
        yield stop.end()
    for stop in _SPACED.finditer(text):
        yield stop.end()


def _names(draft: Draft, cuts: Cuts, lines: Numbers) -> tuple[np.ndarray, list[Spans]]:
    """Note which of these lines are nothing but names, under a line of prose."""
    table = draft.lines
    are_names = (table.words[lines] <= WORDS_AT_MOST) & ~table.stop[lines]
    are_names &= _follows_prose(draft, lines) & (table.hint[lines] != LIST_ITEM)
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


def _names_behind(draft: Draft, cuts: Cuts, lines: Numbers) -> list[Spans]:
    """Note the name behind the last sentence of these lines: «... في الختام. سالم حداد».

    The word before the stop has three letters at least: «د.» is before a name, and «3.» in a list.
    """
    table = draft.lines
    lines = lines[~table.stop[lines] & (table.words[lines] > WORDS_AT_MOST)]
    heads, tails = table.head[lines], table.tail[lines]
    texts = windows(draft, settled(draft, tails - _NAME_BYTES, (heads, tails), 1), tails)
    hits = pc.match_substring_regex(texts, _BEHIND).to_numpy(zero_copy_only=False)
    new = []
    for i in np.flatnonzero(hits).tolist():
        name = _NAME_BEHIND.search(texts[i].as_py())
        named = read_names(name[1]) if name else None
        if name and named and not named.titled and len(named.names) == 1:
            tail, size = int(tails[i]), len(name[1].encode())
            row = int(table.row[lines[i]])
            span = Spans.of([(row, tail - size, tail)])
            say(cuts.said["author"], row, named.names)
            cuts.add(span, SIGNATURE)
            new.append(span)
    return new


def _follows_prose(draft: Draft, lines: Numbers) -> np.ndarray:
    """Tell which lines stand under one of many words or one that ends a sentence."""
    table = draft.lines
    left = np.flatnonzero(table.stands)
    before = left[np.maximum(np.searchsorted(left, lines) - 1, 0)]
    prose = table.stop[before] | (table.words[before] > _PROSE_WORDS)
    follows: np.ndarray = prose & (table.row[before] == table.row[lines]) & (before < lines)
    return follows
