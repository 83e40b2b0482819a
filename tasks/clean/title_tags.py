"""Labels that a page prints behind the last word of a report that has no stop.

«... خلال المداهمات سمات الأكراد تركيا حملة داعش» under «تركيا تعتقل 251 في حملة أمنية تستهدف داعش
والأكراد»: «سمات» means features as well, so two of the words behind it must be the title's, and the
word before it none that features are spoken of with («من سمات»). All seven texts in 20,000 real
articles that end with the word and others without a mark end with labels.
"""

from typing import Final

import numpy as np
import pyarrow.compute as pc

from tasks.clean.draft import TAGS, Draft, Found, Spans
from tasks.clean.names import PARTICLES
from tasks.clean.shapes import settled, windows
from tasks.text.words import fold

_WORD: Final = " سمات "
_BYTES: Final = 320
_TITLE_LETTERS: Final = 500
_MOST_WORDS: Final = 14
_LEAST_TOLD: Final = 2
"""Words that are in the title, too."""

_FEATURES: Final = "ذات له لها لهم هي هو أهم أبرز بعض كل جميع إحدى بين ثلاث أربع خمس"
_BEFORE: Final = frozenset(map(fold, (*PARTICLES, *_FEATURES.split())))
"""What features are spoken of with."""


def find_title_tags(draft: Draft) -> Found:
    """Cut labels that take up words of the record's title from the end of its last line."""
    lines = draft.lines
    titles = draft.records["title"]
    at = draft.last_lines()
    at = at[~lines.stop[at] & titles.is_valid().to_numpy()[lines.row[at]]]
    heads, tails = lines.head[at], lines.tail[at]
    ends = windows(
        draft, settled(draft, np.maximum(heads, tails - _BYTES), (heads, tails), 1), tails
    )
    spans, tags = [], {}
    for k in np.flatnonzero(pc.match_substring(ends, _WORD)).tolist():
        row, tail = int(lines.row[at[k]]), int(tails[k])
        labels = _labels(ends[k].as_py(), titles[row].as_py()[:_TITLE_LETTERS])
        if labels:
            spans.append((row, tail - len((_WORD.lstrip() + labels).encode()), tail))
            tags[row] = (labels,)
    return Found(Spans.of(spans), np.full(len(spans), TAGS, np.int8), tags=tags)


def _labels(end: str, title: str) -> str:
    """Return the labels at the end of a text, "" without any."""
    before, _, labels = end.rpartition(_WORD)
    words = [word.removeprefix("ال") for word in fold(labels).split()]
    told = {word.removeprefix("ال") for word in fold(title).split()}
    known = len(told.intersection(words))
    plain = all(letter.isalnum() or letter == " " for letter in labels)
    spoken_of = fold(before).split()[-1:]
    certain = plain and spoken_of and spoken_of[0] not in _BEFORE
    return labels if certain and len(words) <= _MOST_WORDS and known >= _LEAST_TOLD else ""
