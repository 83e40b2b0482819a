"""The title in front of the dateline on a report's own line, where a dump lost its line breaks.

«الميناء يستقبل أول سفينة المدينة - وصلت إلى الميناء أول سفينة ...»: of a record without a title,
what stands before «PLACE -» or «PLACE - OUTLET -» with a verb behind it is the title when the
report takes up its words. A report whose first sentence has a dash in it opens with a verb, or has
none behind the dash. Of 5,582 real articles without a title none is cut so; page dumps are.
"""

import re
from functools import cache
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.clean.draft import TITLE, Draft, Found, Spans
from tasks.clean.names import is_masthead, is_place
from tasks.clean.shapes import WORD, Numbers, settled, windows
from tasks.text.agencies import agency_named
from tasks.text.lexicons import load_lexicon
from tasks.text.words import fold, fold_column

LEAST_WORDS: Final = 4
MOST_WORDS: Final = 20
LINE_WORDS: Final = 25
"""A title and a sentence have more words."""

_BYTES: Final = 1_500
_OPENING_BYTES: Final = 420
_DASH: Final = r"^[^.؟!:|]*[-–—]"
_SHAPE: Final = (
    rf"^(?P<title>[^.؟!:|]{{15,170}}?) (?P<place>{WORD}(?: {WORD})?) ?[-–—]"
    rf"(?: ?(?P<outlet>[^-–—.]{{2,20}}?) ?[-–—])? (?P<verb>{WORD}) "
)
_LONG_WORD: Final = 4


def find_glued_titles(draft: Draft) -> Found:
    """Cut the title from the head of the first line of records that have none."""
    lines = draft.lines
    first = draft.first_lines()
    untitled = draft.records["title"].is_null().to_numpy()[lines.row[first]]
    untitled &= ~draft.records["title_in_text"].to_numpy()[lines.row[first]]
    at = first[untitled & (lines.words[first] > LINE_WORDS) & ~_titles_cut(draft, first)]
    openings = windows(draft, lines.head[at], _ends(draft, at, _OPENING_BYTES))
    at = at[pc.match_substring_regex(openings, _DASH).to_numpy(zero_copy_only=False)]
    texts = windows(draft, lines.head[at], _ends(draft, at, _BYTES))
    shaped = np.flatnonzero(pc.match_substring_regex(texts, _SHAPE))
    spans = []
    for k, text in zip(shaped.tolist(), texts.take(pa.array(shaped)).to_pylist(), strict=True):
        size = _title_size(text)
        if size:
            head = int(lines.head[at[k]])
            spans.append((int(lines.row[at[k]]), head, head + len(text[:size].encode())))
    return Found(Spans.of(spans), np.full(len(spans), TITLE, np.int8))


def _ends(draft: Draft, at: Numbers, size: int) -> Numbers:
    """Return where the first bytes of lines end."""
    heads, tails = draft.lines.head[at], draft.lines.tail[at]
    ends: Numbers = settled(draft, heads + size, (heads, tails), -1)
    return ends


def _titles_cut(draft: Draft, first: np.ndarray) -> np.ndarray:
    """Tell which rows lost a line of a title's size above their first one already."""
    lines = draft.lines
    above = np.maximum(first - 1, 0)
    same: np.ndarray = (lines.row[above] == lines.row[first]) & (above < first)
    lost = (lines.end[above] - lines.start[above] > 0) & (lines.head[above] >= lines.tail[above])
    plain = draft.repaired.texts.data[lines.start[above]] != ord("|")
    gone: np.ndarray = same & lost & plain
    return gone


def _title_size(text: str) -> int:
    """Return how many characters of the text are its title, 0 without one."""
    found = _pattern().match(text)
    if found is None or fold(found["verb"]) not in _verbs():
        return 0
    outlet = (found["outlet"] or "").strip()
    if outlet and not (is_masthead(outlet) or agency_named(outlet)):
        return 0
    size = found.end("title")
    words = found["place"].split()
    if len(words) == 2 and not is_place(found["place"]):
        size += 1 + len(words[0])  # the place has one word
    title = fold(text[:size]).split()
    if not LEAST_WORDS <= len(title) <= MOST_WORDS or title[0] in _verbs():
        return 0
    told = set(fold(text[found.end() :]).split())
    asked = [word for word in title if len(word) >= _LONG_WORD]
    return size if 2 * sum(word in told for word in asked) >= len(asked) > 0 else 0


@cache
def _pattern() -> re.Pattern[str]:
    """Return the shape as Python spells it; a line of 1,500 bytes is tried at most."""
    return re.compile(re.sub(r"\\x\{(\w{4})\}", r"\\u\1", _SHAPE))


@cache
def _verbs() -> frozenset[str]:
    verbs = (*load_lexicon("opening_verbs"), *load_lexicon("teaser_verbs"))
    return frozenset(fold_column(pa.array(verbs, pa.string())).to_pylist())
