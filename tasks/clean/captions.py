"""A short line right above the dateline of an agency is the caption of the picture at the top.

«متطوعون يوزعون المساعدات⏎لندن، بريطانيا (CNN) -- أعلنت ...»: page dumps print the picture's caption
between headline and report. Of 370 such lines in 20,000 real articles all that were read, some 40,
were captions; above a byline, or above a dateline without an agency, as many were subtitles or the
heads of a digest, which stay. What markup says is a heading or an item of a list is no caption.
"""

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.clean.draft import CAPTION, Draft, Found, first_of_runs
from tasks.clean.openers import read_opener

MOST_WORDS: Final = 18
"""The longest caption that was seen has sixteen words."""

_DATELINE: Final = r"^[^()«».:؟!]{0,60}\([^()]{2,12}\)\s*(?:[-–—]|$)"
_LETTERS: Final = 80


def find_captions(draft: Draft) -> Found:
    """Cut the only line above an agency's dateline, where the article has a title beside it."""
    lines = draft.lines
    first = draft.first_lines()
    below = np.minimum(first + 1, max(len(lines.row) - 1, 0))
    able = (below > first) & (lines.row[below] == lines.row[first]) & lines.stands[below]
    able &= (lines.words[first] <= MOST_WORDS) & ~lines.stop[first] & ~lines.bullet[first]
    able &= (lines.heading_end[first] < 0) & (lines.hint[first] == 0)
    able &= titled_rows(draft)[lines.row[first]]
    first, below = first[able], below[able]
    heads = pc.utf8_slice_codeunits(draft.texts(below), 0, _LETTERS)
    dated = np.flatnonzero(
        pc.match_substring_regex(heads, _DATELINE).to_numpy(zero_copy_only=False)
    )
    whole = pc.equal(pc.utf8_length(draft.texts(below)), pc.utf8_length(heads)).to_pylist()
    certain = [
        i
        for i, head in zip(dated.tolist(), heads.take(pa.array(dated)).to_pylist(), strict=True)
        if _is_of_an_agency(head, whole=whole[i])
    ]
    at = first[np.array(certain, np.int64)]
    rows = lines.row[at].tolist()
    told = draft.texts(at).to_pylist()
    captions = {row: (text,) for row, text in zip(rows, told, strict=True)}
    return Found(draft.cut_lines(at), np.full(len(at), CAPTION, np.int8), captions=captions)


def titled_rows(draft: Draft) -> np.ndarray:
    """Tell of each row whether its title is known, or was cut from its first line."""
    titled: np.ndarray = draft.records["title"].is_valid().to_numpy().copy()
    lines = draft.lines
    first = first_of_runs(lines.row)
    titled[lines.row[first]] |= ~lines.stands[first]
    return titled


def _is_of_an_agency(head: str, *, whole: bool) -> bool:
    opener = read_opener(head, whole=whole)
    return opener is not None and bool(opener.place and (opener.agency or opener.outlet))
