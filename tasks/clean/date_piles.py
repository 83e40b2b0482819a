"""Dates of other stories that a page piles up below a report, with the box over them.

«... قال الوزير. 2 أيلول 2 أيلول 10:20 1 أيلول تصفح المزيد» on the last line, or a date a line:
«اليوم 06:42⏎20 آب⏎19 آب». Three dates without a year and with nothing between them are no story's.
What :mod:`tasks.clean.page_tails` peels, where a pile follows a sentence and ends the text, is gone
before; the colophon behind a pile goes with it, and so does a topic's box above one. 44 articles of
1,190 of one outlet have such piles left, no other article of 20,000 has one.
"""

from typing import Final

import numpy as np
import pyarrow.compute as pc

from tasks.clean.draft import META, Draft, Flags, Found
from tasks.clean.furniture import TIME
from tasks.clean.shapes import Cuts, Numbers, Shape, any_of, matches, note, settled, windows

LEAST_DATES: Final = 3
_LINE_BYTES: Final = 40
_BYTES: Final = 1_600
_END_BYTES: Final = 32

_DAY: Final = rf"\d{{1,2}} {any_of('month_names')}(?: {TIME})?"
_DATE: Final = rf"(?:{_DAY}|(?:اليوم|أمس)(?: {TIME})?)"
_TOPIC: Final = any_of("topic_boxes").replace(r"\s+", r"[\s/]+")
_ABOUT: Final = r"(?:شبكة|قناة|صحيفة|جريدة) [^.؟!]+(?:مستقلة|إخبارية|يومية) [^.؟!]+\."

SHAPES: Final = (
    Shape(rf"(?P<meta>(?:{_TOPIC}[^|]*? )?{_DATE}(?: {_DATE})*(?: تصفح المزيد)?) "
          rf"(?P<promo>{_ABOUT})",
          "2 أيلول تصفح المزيد شبكة الأفق قناة إخبارية مستقلة انطلقت في عام 2012."),
    Shape(rf"(?P<meta>(?:{_TOPIC}[^|]*? )?{_DATE}(?: {_DATE}){{2,}}(?: تصفح المزيد)?)",
          "2 أيلول 10:20 1 أيلول 29 آب تصفح المزيد"),
)  # fmt: skip

_ENDS: Final = rf"(?:مقر[اًا]+ لها\.|المزيد|{_DAY})$"


def find_date_piles(draft: Draft) -> Found:
    """Cut piles of dates: lines of their own, and the end of last lines."""
    cuts = Cuts()
    last = draft.last_lines()
    heads, tails = draft.lines.head[last], draft.lines.tail[last]
    ends = windows(draft, settled(draft, tails - _END_BYTES, (heads, tails), 1), tails)
    asked = pc.match_substring_regex(ends, _ENDS).to_numpy(zero_copy_only=False)
    last, heads, tails = last[asked], heads[asked], tails[asked]
    starts = settled(draft, np.maximum(heads, tails - _BYTES), (heads, tails), 1)
    groups = matches(windows(draft, starts, tails), SHAPES, "^(?:|.*? )(?:{})$", r"\d")
    note(cuts, draft, groups, draft.lines.row[last], starts)
    piled = _piled_lines(draft)
    for group in groups:
        piled = piled[~np.isin(piled, last[group.where])]
    cuts.add(draft.cut_lines(piled), META)
    return cuts.found()


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
