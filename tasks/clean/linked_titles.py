"""Lines that are titles of other articles: links that no heading announces.

«لافروف: المحادثات تبدأ غداً» stands between two paragraphs of a story, because the page printed a
link there. In 143,638 real articles 1,238 lines were titles of others, 95 % of them without a
heading, and all that were read were links. In 20,000 articles one line in 28 was a subhead that
another outlet had as its title: only titles of the same outlet count. A line that ends a sentence
or announces something («وهذه هي المدن:») is the story's even so, and so is the first line, which
may be its own headline. So is what a page's markup says is a heading, or an item or a quotation
without a link: «الطقس» heads a part of the story.
"""

import numpy as np

from tasks.clean.draft import RELATED, Draft, Found
from tasks.clean.title_keys import (
    LEAST_WORDS,
    MOST_WORDS,
    KeySearch,
    among,
    keys_of,
    outlet_keys,
    phrase_keys,
    with_outlet,
)
from tasks.text.repair import repair

_FULL_STOP, _COLON = 0x2E, 0x3A


def find_linked_titles(draft: Draft, titles: KeySearch | None = None) -> Found:
    """Cut lines whose words are the title of another article of the same outlet.

    ``titles`` tells which keys are titles'; None: those of the shard.
    """
    is_title = among(keys_of(draft.records)) if titles is None else titles
    lines = draft.lines
    able = lines.stands & (lines.words >= LEAST_WORDS) & (lines.words <= MOST_WORDS)
    able[draft.first_lines()] = False
    able &= lines.hint == 0
    at = np.flatnonzero(able)
    outlets = outlet_keys(draft.records["source"])
    at = at[is_title(with_outlet(lines.key[at], outlets[lines.row[at]]))]
    own, _ = phrase_keys(repair(draft.records["title"], one_line=True).texts)
    at = at[own[lines.row[at]] != lines.key[at]]
    marks = draft.repaired.texts.data[lines.tail[at] - 1]
    at = at[(marks != _FULL_STOP) & (marks != _COLON)]
    spans = draft.cut_lines(at)
    return Found(spans, np.full(len(at), RELATED, np.int8), links=spans)
