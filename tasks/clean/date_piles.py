"""Dates of other stories that a page piles up below a report, with the box over them.

«... قال الوزير. 2 أيلول 2 أيلول 10:20 1 أيلول تصفح المزيد» on the last line, or a date a line:
«اليوم 06:42⏎20 آب⏎19 آب». Three dates without a year and with nothing between them are no story's.
The colophon behind a pile goes with it, and so does a topic's box above one; a text that ends with
a pile may have others in its middle. No article of 20,000 has one but those of one outlet.
"""

from typing import Final

import numpy as np
import pyarrow.compute as pc

from tasks.clean.draft import META, Draft, Flags, Found
from tasks.clean.furniture import ABOUT, TIME
from tasks.clean.shapes import (
    Cuts,
    Numbers,
    Shape,
    any_of,
    joined,
    matches,
    note,
    settled,
    windows,
)

LEAST_DATES: Final = 3
_LINE_BYTES: Final = 40
_BYTES: Final = 1_600
_END_BYTES: Final = 32

_DAY: Final = rf"\d{{1,2}} {any_of('month_names')}(?: {TIME})?"
_DATE: Final = rf"(?:{_DAY}|(?:اليوم|أمس)(?: {TIME})?)"
_TOPIC: Final = any_of("topic_boxes").replace(r"\s+", r"[\s/]+")
_LEGAL: Final = r"(?: (?P<legal>جميع الحقوق محفوظة\.?))?"

SHAPES: Final = (
    Shape(rf"(?P<meta>(?:{_TOPIC}[^|]*? )?{_DATE}(?: {_DATE})*(?: تصفح المزيد)?) "
          rf"(?P<promo>{ABOUT}){_LEGAL}",
          "2 أيلول تصفح المزيد شبكة الأفق قناة إخبارية مستقلة انطلقت في عام 2012."),
    Shape(rf"(?P<meta>(?:{_TOPIC}[^|]*? )?(?:{_DATE}(?: {_DATE})+ تصفح المزيد"
          rf"|{_DATE}(?: {_DATE}){{2,}})){_LEGAL}",
          "2 أيلول 10:20 1 أيلول 29 آب تصفح المزيد"),
)  # fmt: skip

_BETWEEN: Final = (Shape(rf"(?P<meta>{_DATE}(?: {_DATE})+)", "2 أيلول 29 آب"),)

_ENDS: Final = rf"(?:مقر[اًا]+ لها\.|\d{{4}}\.|المزيد|محفوظة\.?|{_DAY})$"


def find_date_piles(draft: Draft) -> Found:
    """Cut piles of dates: lines of their own, and the end of last lines."""
    cuts = Cuts()
    last = draft.last_lines()
    heads, tails = draft.lines.head[last], draft.lines.tail[last]
    ends = windows(draft, settled(draft, tails - _END_BYTES, (heads, tails), 1), tails)
    asked = pc.match_substring_regex(ends, _ENDS).to_numpy(zero_copy_only=False)
    last, heads, tails = last[asked], heads[asked], tails[asked]
    starts = settled(draft, np.maximum(heads, tails - _BYTES), (heads, tails), 1)
    # Not "^(?:|.*? )": the same places, but RE2 then looks for groups in what matches alone.
    groups = matches(windows(draft, starts, tails), SHAPES, "(?:^| )(?:{})$", r"\d")
    note(cuts, draft, groups, draft.lines.row[last], starts)
    piled = _piled_lines(draft)
    of_piles = np.zeros(len(draft.records), np.bool_)
    for group in groups:
        piled = piled[~np.isin(piled, last[group.where])]
        of_piles[draft.lines.row[last[group.where]]] = True
    cuts.add(draft.cut_lines(piled), META)
    _cut_between(draft.without(joined(cuts.spans)), of_piles, cuts)
    return cuts.found()


def _cut_between(draft: Draft, of_piles: Flags, cuts: Cuts) -> None:
    """Cut two dates and more behind a sentence of texts that end with a pile: pages print several.

    Each round finds the first of a line.
    """
    lines = np.flatnonzero(of_piles[draft.lines.row] & draft.lines.stands)
    while len(lines):
        groups = matches(draft.texts(lines), _BETWEEN, r"(?:^|[.؟!»”\") ] ){}(?: |$)", r"\d")
        new = note(cuts, draft, groups, draft.lines.row[lines], draft.lines.head[lines])
        if not new:
            break
        draft = draft.without(joined(new))
        rows = np.unique(joined(new).row)
        lines = np.flatnonzero(np.isin(draft.lines.row, rows) & draft.lines.stands)


def _piled_lines(draft: Draft) -> Numbers:
    """Return the lines that are dates, three or more in a row, and boxes right above them."""
    lines = draft.lines
    left = np.flatnonzero(lines.stands)
    short = (lines.words[left] <= 5) & ~lines.stop[left]
    short &= lines.tail[left] - lines.head[left] <= _LINE_BYTES
    starts, ends = _runs(short, lines.row[left])
    for first, end in zip(starts, ends, strict=True):
        if end - first < LEAST_DATES:
            short[first:end] = False
    dates = np.zeros(len(left), np.bool_)
    dates[short] = pc.match_substring_regex(draft.texts(left[short]), f"^{_DATE}$")
    starts, ends = _runs(dates, lines.row[left])
    long = ends - starts >= LEAST_DATES
    starts, ends = starts[long], ends[long]
    above = starts[starts > 0] - 1
    same = lines.row[left[above]] == lines.row[left[above + 1]]
    above = above[same]
    boxes = pc.match_substring_regex(draft.texts(left[above]), f"^{_TOPIC}")
    piled = [np.arange(first, end) for first, end in zip(starts, ends, strict=True)]
    chosen = np.concatenate([above[boxes.to_numpy(zero_copy_only=False)], *piled])
    found: Numbers = left[np.sort(chosen.astype(np.int64))]
    return found


def _runs(marked: Flags, row: np.ndarray) -> tuple[Numbers, Numbers]:
    """Return where runs of marked lines of one row begin and end."""
    known = np.flatnonzero(marked)
    apart = (np.diff(known) > 1) | (np.diff(row[known]) != 0)
    first = known[np.append(True, apart)] if len(known) else known
    last = known[np.append(apart, True)] if len(known) else known
    return first, last + 1
