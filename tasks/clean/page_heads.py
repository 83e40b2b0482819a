"""What a page dump prints before an article: markup, menus, stamps, share buttons.

«شارك من خلال تويتر فيسبوك جوجل بلس اكتب رأيك أعلنت الوزارة ...»: the buttons go, the report stays.
«... content="..." /> الرئيسية العالم رياضة آخر تحديث: 4 أبريل 2012 10:00 GMT» is remains of a head
of HTML, a menu and a stamp. They stand one behind the other, so heads are peeled in rounds.
"""

import re
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.clean.draft import Draft, Found
from tasks.clean.furniture import DATE, TIME
from tasks.clean.shapes import (
    WORD,
    Cuts,
    Match,
    Numbers,
    Shape,
    any_of,
    joined,
    matches_in_turn,
    note,
    settled,
    windows,
)

_BYTES: Final = 2400
"""The longest head that was seen, a description of 500 letters, has 1,100 bytes."""

_ROUNDS: Final = 8

_MENU: Final = any_of("navigation_words")
_GIVEN: Final = any_of("given_names")
_PRINTED: Final = rf"نشر في [^ ]+(?: [^ ]+){{0,3}} يوم {DATE}$"
_BUTTON: Final = any_of("share_buttons")

_CONTENT: Final = re.compile(r"content=[\"']")
_CLOSED: Final = re.compile(r"[\"'] ?/>")
_TO_CONTENT: Final = 200
_IN_TAG: Final = 800
_IN_OPEN_TAG: Final = 700


def _end_of_tag(text: str) -> int:
    """Return where the last tag ends that has its content near the head, -1 without one."""
    found = -1
    for content in _CONTENT.finditer(text, 0, _TO_CONTENT + len("content='")):
        before = text[content.start() - 1 : content.start()]
        if before.isascii() and (before.isalnum() or before == "_"):
            continue
        close = _CLOSED.search(text, content.end(), content.end() + _IN_TAG + len("' />"))
        if close and close.start() <= content.end() + _IN_TAG:
            found = close.end()
    return found


def _end_of_open_tag(text: str) -> int:
    """Return the end of a text that breaks off in a tag, -1 for any other."""
    for content in _CONTENT.finditer(text, 2, _TO_CONTENT + len(" content='")):
        rest = len(text) - content.end()
        if text[content.start() - 1] == " " and rest <= _IN_OPEN_TAG:
            return len(text)
    return -1


_TITLED_MENU: Final = re.compile(
    r"([A-Za-z]+(?: [A-Za-z]+)? - [^-]{2,30} - .{1,200}?) "
    rf"{_MENU}(?:[ |]+{_MENU}){{3}}", re.ASCII
)  # fmt: skip
_MENUS: Final = re.compile(rf"({_MENU}(?:[ |]+{_MENU}){{3,}})(?:[ |]|\Z)", re.ASCII)
"""Four entries are enough for a match: until then there are few ways to try, and then it is one."""


def _end_of_titles(text: str) -> int:
    """Return where the titles before a menu end, -1 without one."""
    titles = _TITLED_MENU.match(text)
    return titles.end(1) if titles else -1


def _end_of_menu(text: str) -> int:
    """Return where the menu ends that begins a text, -1 without one."""
    menu = _MENUS.match(text)
    return menu.end(1) if menu else -1


_UPDATED: Final = re.compile("آخر تحديث ?:")
_YEAR: Final = re.compile("[0-9]{4}")


def _end_of_stamp(text: str) -> int:
    """Return where the last GMT ends that a year is before, with no stop in between; -1 without."""
    opening = _UPDATED.match(text)
    zone = text.rfind("GMT") if opening else -1
    while opening and zone >= opening.end():
        start = max(text.rfind(".", 0, zone) + 1, opening.end())
        if _YEAR.search(text, start, zone):
            end = zone + len("GMT")
            return end + text.startswith(")", end)
        zone = text.rfind("GMT", 0, start)
    return -1


SHAPES: Final = (
    Shape(r"(?P<meta>.{0,200}\bcontent=[\"'].{0,800}?[\"'] ?/>)",
          'BBC - العالم content="خبر" />', r"content=[\"'].*[\"'] ?/>", _end_of_tag),
    Shape(r"(?P<meta>.{1,200} content=[\"'].{0,700}$)",
          'BBC - العالم content="خبر', r" content=[\"']", _end_of_open_tag),
    Shape(r"(?P<meta>alt=[\"'].{0,300}?[\"'] ?/>)", 'alt="جسر" />', r"^alt="),
    Shape(r"(?P<meta>[\"'] ?/>)", '" />', r"^[\"'] ?/>"),
    Shape(r"(?P<meta>[A-Za-z]+\.(?:com|net|org) - [^!]{1,160}[^.!]$)",
          "Example.com - عنوان الخبر", r"^[A-Za-z]+\.(?:com|net|org) - "),
    Shape(r"(?P<meta>[A-Za-z]+(?: [A-Za-z]+)? - [^-]{2,30} - .{1,200}?) "
          rf"{_MENU}(?:[ |]+{_MENU}){{3,}}",
          "Example - العالم - افتتاح جسر الرئيسية العالم رياضة صحة", "^[A-Za-z]+ [A-Za-z-]",
          _end_of_titles),
    Shape(rf"(?P<meta>{_MENU}(?:[ |]+{_MENU}){{3,}})(?:[ |]|$)",
          "الرئيسية العالم رياضة صحة", f"^{_MENU}[ |]", _end_of_menu),
    Shape(r"(?P<meta>آخر تحديث ?: ?.*\d{4}[^.]*GMT\)?)",
          "آخر تحديث: 4 مايو 2010, 10:00 GMT", "^آخر تحديث", _end_of_stamp),
    Shape(r"(?P<meta>\d{4} \(GMT[+-]\d{2}:?\d{2}\) - \d{1,2}/\d{1,2}/\d{2,4})",
          "1300 (GMT+04:00) - 28/04/09", r"^\d{4} \(GMT"),
    Shape(rf"(?P<meta>.*{DATE} ?[،,] آخر تحديث {TIME} \(GMT[+-]\d+\))",
          "الأحد، 02 مايو 2010، آخر تحديث 10:00 (GMT+0400)", "[،,] آخر تحديث "),
    Shape(rf"(?P<meta>(?:تاريخ|تم) النشر ?: ?{DATE})",
          "تاريخ النشر :4 أبريل 2012", "^(?:تاريخ|تم) النشر"),
    Shape(rf"(?P<meta>عدد {DATE}$)", "عدد 16 نوفمبر 2010", r"^عدد \d"),
    Shape(rf"(?P<byline>(?P<author>(?:د ?\. ?)?{_GIVEN}(?: {WORD}){{1,4}}?)) ?(?P<meta>{_PRINTED})",
          "سالم المنصورينشر في الأفق يوم 18 - 10 - 2012", r"نشر في .* يوم \d"),
    Shape(rf"(?P<meta>[^.،: ]+(?: [^.،: ]+){{0,4}}? ?{_PRINTED})",
          "الأفقنشر في الأفق يوم 18 - 10 - 2012", r"نشر في .* يوم \d"),
    Shape(r"(?P<meta>Next Previous|Previous Next)\b", "Next Previous", "^(?:Next|Previous) "),
    Shape(r"(?P<meta>\|[ |]*(?:\d{1,4} ?\|[ |]*)?)", "| 0 |", r"^\|"),
    Shape(r"(?P<meta>[-–—_=ـ~. ]+|\*|\*{5,})$", "*****", r"^[-–—_=*ـ~. ]+$"),
    Shape(rf"(?P<source>المصدر ?: ?(?P<credit>{WORD}(?: {WORD}){{0,3}})$)",
          "المصدر : وكالات خارجية", "^المصدر"),
    Shape(r"(?P<byline>(?:بقلم|كتب|كتبت|إعداد|تقرير) ?:$)", "بقلم:", "^[^ ]+ ?:$"),
    Shape(r"(?P<meta>https?://[^ ]+$)", "http://example.com/1", "^http"),
    Shape(r"(?P<signature>[\w.+ -]{2,40}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$)",
          "someone@example.com", "@"),
    Shape(rf"(?P<share>شارك (?:من خلال|عبر|على) ?:? ?{_BUTTON}(?: {_BUTTON})+)(?: |$)",
          "شارك من خلال تويتر فيسبوك اكتب رأيك", "^شارك "),
    Shape(rf"(?P<share>{_BUTTON}(?: {_BUTTON}){{2,}})(?: |$)",
          "تويتر فيسبوك واتساب", f"^{_BUTTON} "),
    Shape(r"(?P<legal>تنبيه ?: ?(?:يحظر|يمنع) (?:نقل|نسخ|إعادة نشر) [^.]+\.)",
          "تنبيه: يحظر نقل هذا المقال إلا بإذن من الصحيفة.", "^تنبيه"),
)  # fmt: skip


_ENTRY: Final = re.compile(rf"([ |]*({_MENU}))(?![^ |])")
_ENTRIES: Final = re.compile(rf"(?:{_ENTRY.pattern})+")

_SEARCHED: Final = 640
_SIGNS: Final = (
    r"content=|^[\"'] ?/>|^[A-Za-z]+\.(?:com|net|org) -|^الرئيسية|^الصفحة|تحديث|GMT|"
    r"^تاريخ النشر|^تم النشر|^عدد |"
    r"نشر في .+ يوم|^Next|^Prev|^\||^شارك|^تويتر|^فيس|^Tweet|^Share|^Facebook|^تنبيه|"
    r"^[-–—_=*ـ~. ]+$|^المصدر|^http|^[^@]{1,40}@|^[^ ]{3,6} ?:$|^alt=|^[A-Za-z]+(?: [A-Za-z]+)? - "
)
"""Before what ends within so many bytes, one of these is in every head that a shape matches."""


def _once(menu: Match, texts: pa.Array) -> Match:
    """End each menu before an entry that it has already: «... العالم رياضة العالم يترقب»."""
    ends = menu.end.copy()
    for k, text in enumerate(texts.take(pa.array(menu.where)).to_pylist()):
        whole = _ENTRIES.match(text)
        entries = _ENTRY.findall(whole[0]) if whole else []
        names = [name for _, name in entries]
        once = len(names)
        if len(set(names)) < once:
            once = next(n for n in range(once) if names[n] in names[:n])
        if once > 1:
            size = len("".join(entry for entry, _ in entries[:once]).encode())
            ends[k] = min(menu.end[k], size)
    return menu._replace(end=ends)


def find_page_heads(draft: Draft) -> Found:
    """Peel the first lines that stand of each article, while anything comes off."""
    cuts = Cuts()
    rows = np.ones(len(draft.records), np.bool_)
    for _ in range(_ROUNDS):
        lines = draft.first_lines()
        lines = lines[rows[draft.lines.row[lines]]]
        lines = lines[_suspicious(draft, lines)]
        heads, tails = draft.lines.head[lines], draft.lines.tail[lines]
        texts = windows(draft, heads, settled(draft, heads + _BYTES, (heads, tails), -1))
        groups = [_once(group, texts) for group in matches_in_turn(texts, SHAPES, "^(?:{})")]
        new = note(cuts, draft, groups, draft.lines.row[lines], heads)
        if not new:
            break
        peeled = joined(new)
        rows[:] = False
        rows[peeled.row] = True
        draft = draft.without(peeled)
    return cuts.found()


def _suspicious(draft: Draft, lines: Numbers) -> np.ndarray:
    """Tell which lines have near their head what no shape does without."""
    heads, tails = draft.lines.head[lines], draft.lines.tail[lines]
    ends = settled(draft, heads + _SEARCHED, (heads, tails), -1)
    found = pc.match_substring_regex(windows(draft, heads, ends), _SIGNS)
    mask: np.ndarray = found.to_numpy(zero_copy_only=False)
    return mask
