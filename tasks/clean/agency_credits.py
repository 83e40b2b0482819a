"""Cut the credit of a news agency that stands by itself, mostly below a report.

«(د.ب.أ)» on a line of its own, «*وكالة أنباء الأناضول» or «فرانس24/ أ ف ب» as the last, or in
brackets behind the last stop of a line: «... وعائدات استثمارات. (وكالات)». An agency that a
sentence names («ذكرت وكالة الأنباء السعودية (واس).») has the stop behind it, and stays; so does one
that heads a part of the story, as markup says.
"""

import re
from typing import Final

import numpy as np
import pyarrow.compute as pc

from tasks.clean.draft import AGENCY, HEADING, Draft, Flags, Found, Spans
from tasks.clean.names import is_masthead
from tasks.text.agencies import agency_named
from tasks.text.buffers import column_of, gather

CREDIT_WORDS: Final = 8
"""Words of the longest credit, «وكالة المغرب العربي للأنباء - رويترز»."""

LAST_LINES: Final = 3
"""Lines from the end among which a credit without brackets stands, above a signature or a note."""

TAIL_BYTES: Final = 96

_BESIDE: Final = re.compile(r"\s*[-–—/،,|+&]\s*|\s+ـ+\s+|\s+و(?=[اأإآ-ي]{3})")
_LINE: Final = re.compile(r"[\s*|•\-–—]*(?P<open>[(\[]?)(?P<names>[^()\[\]]+?)[)\]]?[\s.*|]*")
_BEHIND: Final = r"[.؟!…»”\"][\s\p{Cf}]*[*\-–—]?\s*([(\[*][^()\[\]]{2,40}[)\]]?)[\s.|]*$"


def find_agencies(draft: Draft) -> Found:
    """Cut agencies' credits: lines of their own, and those behind the last stop of a line."""
    spans: list[tuple[int, int, int]] = []
    agencies: dict[int, str] = {}
    lines = draft.lines
    last = _last_lines(draft)
    short = lines.stands & (lines.words <= CREDIT_WORDS) & (lines.words > 0)
    able = short & (lines.hint != HEADING)
    at = np.flatnonzero(able & (last | _brackets(draft)))
    for line, text in zip(at.tolist(), draft.texts(at).to_pylist(), strict=True):
        name = credited(text, bracketed=not last[line])
        if name:
            row = int(lines.row[line])
            spans.append((row, int(lines.head[line]), int(lines.tail[line])))
            agencies[row] = name
    behind = _brackets(draft)
    behind[draft.last_lines()] = True
    at = np.flatnonzero(behind & ~short)
    for line, size, text in _behind_stops(draft, at):
        name = credited(text, bracketed=not last[line])
        if name:
            row, tail = int(lines.row[line]), int(lines.tail[line])
            spans.append((row, tail - size, tail))
            agencies[row] = name
    kinds = np.full(len(spans), AGENCY, np.int8)
    return Found(Spans.of(spans), kinds, agencies=agencies)


def credited(text: str, *, bracketed: bool = False) -> str | None:
    """Return the first agency of a text that names agencies and nothing else.

    ``bracketed`` wants brackets around it: without them a line is a credit only at the end.
    An outlet may stand beside the agency («فرانس24/ أ ف ب»).
    """
    match = _LINE.fullmatch(text)
    if match is None or (bracketed and not match["open"]):
        return None
    whole = agency_named(match["names"].strip())
    names = [match["names"]] if whole else _BESIDE.split(match["names"])
    agencies = [agency_named(name.strip()) for name in names]
    others = [name for name, agency in zip(names, agencies, strict=True) if agency is None]
    if not all(is_masthead(name.strip()) for name in others):
        return None
    return next((agency for agency in agencies if agency), None)


def _last_lines(draft: Draft) -> Flags:
    """Tell which lines are among the last that stand of their row, and not its first."""
    stands = np.flatnonzero(draft.lines.stands)
    rows = draft.lines.row[stands]
    first = np.searchsorted(rows, rows, side="left")
    behind = np.searchsorted(rows, rows, side="right") - np.arange(len(stands))
    last = np.zeros(len(draft.lines.row), np.bool_)
    last[stands] = (behind <= LAST_LINES) & (np.arange(len(stands)) > first)
    ends = (behind == 1) & (np.arange(len(stands)) == first)
    last[stands[ends]] = True
    return last


def _brackets(draft: Draft) -> Flags:
    """Tell which lines end with a closing bracket, or with the bar of a table behind one."""
    data = draft.repaired.texts.data
    if not len(data):
        return np.zeros(len(draft.lines.tail), np.bool_)
    ends = np.maximum(draft.lines.tail - 1, 0)
    closed: Flags = ((data[ends] == ord(")")) | (data[ends] == ord("|"))) & draft.lines.stands
    return closed


def _behind_stops(draft: Draft, at: np.ndarray) -> list[tuple[int, int, str]]:
    """Return line, size in bytes and text of what stands in brackets behind a line's last stop."""
    lines, data = draft.lines, draft.repaired.texts.data
    starts = np.maximum(lines.head[at], lines.tail[at] - TAIL_BYTES)
    while len(inside := np.flatnonzero((data[starts] & 0xC0 == 0x80) if len(at) else [])):
        starts[inside] += 1
    tails = column_of(gather(draft.repaired.texts, starts, lines.tail[at]))
    opened = pc.match_substring_regex(tails, r"[(\[*]")  # told faster than the pattern
    at, tails = at[opened.to_numpy(zero_copy_only=False)], tails.filter(opened)
    hits = np.flatnonzero(pc.match_substring_regex(tails, _BEHIND).to_numpy(zero_copy_only=False))
    found = []
    for hit, tail in zip(hits.tolist(), tails.take(hits).to_pylist(), strict=True):
        match = _BEHIND_AT.search(tail)
        if match:
            text = tail[match.start(1) :]
            found.append((int(at[hit]), len(text.encode()), text))
    return found


_BEHIND_AT: Final = re.compile(_BEHIND.replace(r"\p{Cf}", "\N{ZERO WIDTH NO-BREAK SPACE}"))
