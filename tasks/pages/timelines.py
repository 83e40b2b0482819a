"""Stories told by the day: their dates are headings of the text and none of the page."""

import re
from collections.abc import Sequence
from typing import Final

from tasks.pages.marks import BYLINE, DATE
from tasks.pages.outline import Outline, Run
from tasks.text.printed_dates import read_printed_date

_LONGEST: Final = 100
_YEAR: Final = re.compile(r"(?<!\d)\d{4}(?!\d)")
_TELLING: Final = re.compile(
    "نشر|حدّ?ث|تحديث|عدّ?ل|تعديل|كتب|[أا]ضيف|publi|post|updat|modif", re.IGNORECASE
)
"""«نشر في 12 أيار 2024» says of a page what it is of, wherever it stands."""

_HEADINGS: Final = frozenset({"h2", "h3", "h4", "h5", "h6", "dt"})
_NAMED: Final = DATE | BYLINE
_PARAGRAPHS: Final = 3
"""Plain lines with a day that make a timeline; two may be the page's first and last day."""


def timeline_of(outline: Outline, container: int, pruned: Sequence[int]) -> frozenset[int]:
    """Return the runs of a container that head what happened on a day: «15 مارس 2011».

    They are of one make, of different days, and each has a text below it. One alone is a date line.
    """
    if container < 0:
        return frozenset()
    element = outline.elements[container]
    rows: dict[tuple[str, str, bool], list[int]] = {}
    days: dict[int, str] = {}
    for number in range(element.first, element.last):
        run = outline.runs[number]
        if pruned[number] or not _may_head(outline, run):
            continue
        read = read_printed_date(run.text)
        if read is None:
            continue
        own = outline.elements[run.element]
        days[number] = f"{read.at:%Y%m%d}"
        rows.setdefault((own.tag, own.names, _is_bold(run)), []).append(number)
    found: set[int] = set()
    for (tag, _, bold), row in rows.items():
        heads = [
            number
            for number in row
            if number + 1 < element.last and number + 1 not in days and not pruned[number + 1]
        ]
        fewest = 2 if tag in _HEADINGS or bold else _PARAGRAPHS
        if len({days[number] for number in heads}) >= fewest:
            found.update(heads)
    return frozenset(found)


def _may_head(outline: Outline, run: Run) -> bool:
    if len(run.text) >= _LONGEST or run.linked or outline.elements[run.element].marks & _NAMED:
        return False
    return _YEAR.search(run.text) is not None and not _TELLING.search(run.text)


def _is_bold(run: Run) -> bool:
    return run.bold >= 0.9 * len(run.text)
