"""Cut the date stamp that a page prints above an article, with its hour, its outlet or its hits.

«السبت 28 يوليو 2012», «الأفق: تم إضافته يوم الإثنين 21 ربيع الأول 1433 هـ - الموافق 13 فبراير
2012 م», «07/04/2012 3:04 صباحا». Sentences name dates as well, so a stamp is a whole line among
the first, or what stands before « / » and a byline; below a headline it has a weekday or an hour.
Where more lines of the text are dates, they head the parts of a chronology, and stay.
"""

import re
from typing import Final

import numpy as np
import pyarrow.compute as pc

from tasks.clean.draft import Draft, Found
from tasks.clean.furniture import DAY, MONTH, TIME
from tasks.clean.names import is_masthead, is_place
from tasks.clean.shapes import WORD, Cuts, Match, Shape, framed, matches, note

_LINES: Final = 3
"""A stamp stands under a headline and a subtitle at most."""

_WORDS: Final = 24
_BYTES: Final = 320

_LETTERS: Final = r"[\x{0621}-\x{064A}]+(?: [\x{0621}-\x{064A}]+)?"
_MONTHS: Final = rf"{_LETTERS}(?: ?[-/] ?{_LETTERS})?"
"""Any words: the names of months, fifty times in one pattern, would cost more than all else."""
_YEAR: Final = r"(?:1[34]\d\d|19\d\d|20[0-3]\d)(?: ?(?:هـ?|م))?"
_FIGURES: Final = (
    rf"(?:\d{{1,2}} ?[./-] ?\d{{1,2}} ?[./-] ?{_YEAR}|{_YEAR}[./-]\d{{1,2}}[./-]\d{{1,2}})"
)
_DATE: Final = (
    rf"(?:\d{{1,2}}[ ,،/-]{{1,3}}{_MONTHS}[ ,،/-]{{1,3}}{_YEAR}|{_MONTHS} \d{{1,2}}[,،]? {_YEAR}"
    rf"|{_FIGURES})"
)
_HALF: Final = (
    r"(?:صباح[اًا]*|مساء[ًا]*|ظهر[اًا]*|[صم]|[AP]M|[ap]m|بتوقيت(?: [\x{0621}-\x{064A}]+){1,2})"
)
_HOUR: Final = (
    rf"(?:(?:على )?الساع[ةه] ?:? ?(?:{TIME}|\d{{1,2}})|{TIME}|آخر تحديث:? {TIME})(?: ?{_HALF})?"
)
_SAID: Final = (
    r"(?:(?:تم [إا]ضافته|نشر|تاريخ النشر|التاريخ|بتاريخ|تاريخ|تم النشر)(?: في| يوم)? ?:? ?)"
)
_OUTLET: Final = rf"(?:صحيفة {WORD} ?- ?العدد \d+ ?-? ?|{WORD}(?: {WORD}){{0,2}} ?[:|-]? ?)"
_HITS: Final = (
    r"(?: ?[|-]?(?: ?عدد (?:القراءات|الزيارات|المشاهدات) ?:? ?\d+| [أاآ]خر تحديث للصفحة في))"
)
_BETWEEN: Final = r"[ ,،|-]{0,3}"
_DAY: Final = rf"(?:(?:يوم )?{DAY}{_BETWEEN})"
_BEHIND: Final = (
    rf"(?:{_BETWEEN}(?:الموافق )?(?:ل?{_DATE}))?(?:{_BETWEEN}{_HOUR})?{_HITS}?"
    rf"(?: ?-? ?{WORD}(?: {WORD})?)?[ |]*"
)
_END: Final = r"(?:$| / )"

_FIRST: Final = (
    Shape(rf"(?P<meta>{_OUTLET}?{_SAID}?{_DAY}?{_DATE}{_BEHIND}){_END}",
          "السبت 28 يوليو 2012"),
)  # fmt: skip
_BELOW: Final = (
    Shape(rf"(?P<meta>{_OUTLET}?(?:{_SAID}{_DAY}?|{_DAY}){_DATE}{_BEHIND}){_END}",
          "تاريخ النشر: الثلاثاء 14 أغسطس 2012"),
    Shape(rf"(?P<meta>{_DATE}{_BETWEEN}{_HOUR}{_BEHIND}){_END}", "24/07/2012 21:23:35"),
    Shape(rf"(?P<meta>{_FIGURES}){_END}", "2012.11.04"),
)  # fmt: skip
_OPENS: Final = re.compile(
    rf"تم [إا]ضافته|نشر|التاريخ|تاريخ|بتاريخ|تم |يوم |(?:^| ){DAY}[ ،,]|\d|(?:^| ){MONTH} "
)
_DATED: Final = re.compile(rf"{MONTH}[ ,،/-]|\d[./-]\d")
_HITS_END: Final = re.compile(r"(?:\d|آخر تحديث للصفحة في|أخر تحديث للصفحة في|بتوقيت .*)[ |]*$")
SHAPES: Final = (*_FIRST, *_BELOW)

_SIGNS: Final = r"\b(?:1[34]|19|20)\d\d\b"


def find_date_stamps(draft: Draft) -> Found:
    """Cut stamps from the first lines that stand of each article."""
    lines = draft.lines
    short = (lines.words <= _WORDS) & (lines.tail - lines.head <= _BYTES) & lines.stands
    stands = np.flatnonzero(lines.stands)
    rows = lines.row[stands]
    first = np.searchsorted(rows, rows, side="left")
    rank = np.arange(len(stands)) - first
    last = np.searchsorted(rows, rows, side="right") - 1
    near = (rank < _LINES) & (np.arange(len(stands)) < last) & short[stands]
    cuts = Cuts()
    for shapes, at in (
        (_FIRST, stands[near & (rank == 0)]),
        (_BELOW, stands[near & (rank > 0)]),
    ):
        found = matches(draft.texts(at), shapes, "^(?:{})", _SIGNS)
        kept = [_without(group, _are_no_stamps(draft, at, group)) for group in found]
        note(cuts, draft, kept, lines.row[at], lines.head[at])
    return cuts.found()


def _without(group: Match, dropped: np.ndarray) -> Match:
    return Match(group.name, *(each[~dropped] for each in group[1:]))


def _are_no_stamps(draft: Draft, at: np.ndarray, group: Match) -> np.ndarray:
    """Tell which of the matches are of chronologies, or name something else than an outlet."""
    lines = at[group.where]
    starts = draft.lines.head[lines] + group.start
    ends = draft.lines.head[lines] + group.end
    told = [draft.text(*span) for span in zip(starts.tolist(), ends.tolist(), strict=True)]
    mask: np.ndarray = _are_of_chronologies(draft, lines)
    mask |= ~np.array([_is_stamp(text) for text in told], np.bool_)
    return mask


def _is_stamp(text: str) -> bool:
    """Tell whether the words around a date are an outlet's: «الرياض 25 شوال» has a place."""
    before = _OPENS.search(text)
    if not _DATED.search(text):
        return False
    name = text[: before.start()].strip(" :|-") if before else ""
    behind = re.split(r"[\d:|]|[APap][Mm]|بتوقيت|مساءً?|صباحاً?|هـ|م ", text)[-1].strip(" -")
    if len(behind.split()) > 1 and not is_masthead(behind):
        return _HITS_END.search(text) is not None
    outlet = is_masthead(name) and not is_place(name)
    return not name or outlet or "ضافته" in text or "العدد" in name


def _are_of_chronologies(draft: Draft, stamps: np.ndarray) -> np.ndarray:
    """Tell which of these lines have another date as a line of its own far below them."""
    lines = draft.lines
    of_them = np.isin(lines.row, lines.row[stamps]) & lines.stands & (lines.words <= _WORDS)
    at = np.flatnonzero(of_them)
    at = at[pc.match_substring_regex(draft.texts(at), _SIGNS).to_numpy(zero_copy_only=False)]
    dated = pc.match_substring_regex(draft.texts(at), framed(_FIRST, "^(?:{})$"))
    others = at[dated.to_numpy(zero_copy_only=False)]
    mask: np.ndarray = np.zeros(len(stamps), np.bool_)
    for place, stamp in enumerate(stamps.tolist()):
        same = others[lines.row[others] == lines.row[stamp]]
        mask[place] = bool((same > stamp + 2).any())
    return mask
