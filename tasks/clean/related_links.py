"""Blocks of related links under a heading, taken out of the middle of a story that then goes on.

«اقرأ أيضاً⏎- عنوان⏎- عنوان آخر⏎وأضاف الوزير ...»: the heading and its items go, the story stays to
its last word. Inline: «قد يهمك| عنوان». Of 182 short headings counted in real news, 58 had the
article going on behind the block; in 137 the block had no item left: then the heading alone goes.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

import numpy as np

from tasks.clean.draft import HEADING, LIST_ITEM, QUOTE, RELATED, Draft, Found, Spans
from tasks.text import letters
from tasks.text.kernels import borrowing
from tasks.text.related_lines import (
    BULLET_WORDS,
    ITEM_WORDS,
    ITEMS_AT_MOST,
    in_outlet,
    item_behind,
    skip_bullet,
)


def find_related_links(draft: Draft) -> Found:
    """Cut headings of related links with the items under them or behind them on the line."""
    lines = draft.lines
    cut = np.zeros(len(lines.row), np.bool_)
    item_start = np.full(len(lines.row), -1, np.int64)
    data = draft.repaired.texts.data
    _mark_blocks(data, lines, (cut, item_start), letters.word_letters(), in_outlet())
    gone = np.flatnonzero(cut)
    items = _first_of_each(draft, np.flatnonzero(item_start >= 0))
    return Found(
        draft.cut_lines(gone),
        np.full(len(gone), RELATED, np.int8),
        links=Spans(lines.row[items], item_start[items], lines.tail[items]),
    )


def _first_of_each(draft: Draft, items):
    """Keep the first of items that repeat within one article."""
    pairs = np.stack([draft.lines.row[items].astype(np.uint64), draft.lines.key[items]])
    _, first = np.unique(pairs, axis=1, return_index=True)
    return items[np.sort(first)]


@borrowing
def _repeats(lines, line, first):
    """Tell whether the line repeats one from ``first`` on."""
    found = False
    for other in range(first, line):
        found |= lines.key[other] == lines.key[line]
    return found


@borrowing
def _is_bullet(lines, line):
    """Tell whether a list mark opens the line, or the markup says that it is an item of a list."""
    return lines.bullet[line] or lines.hint[line] == LIST_ITEM


@borrowing
def _is_item(lines, line, heading, under_bullets):
    """Tell whether the line belongs to the block: a link, or nothing but signs between links."""
    if lines.words[line] == 0:
        return True
    if lines.hint[line] in (HEADING, QUOTE):
        return False
    if under_bullets:
        return _is_bullet(lines, line) and lines.words[line] <= BULLET_WORDS
    if _repeats(lines, line, heading + 1):
        return True
    return lines.words[line] <= ITEM_WORDS and not lines.stop[line]


@borrowing
def _mark_block(data, lines, heading, cut, item_start):
    """Mark the heading and the items under it; return the line where the story goes on."""
    line = heading + 1
    row = lines.row[heading]
    cut[heading] = True
    under_bullets = line < len(lines.row) and lines.row[line] == row
    under_bullets = under_bullets and _is_bullet(lines, line)
    if lines.heading_words[heading] == 1 and not (under_bullets or lines.stop[heading]):
        return line  # «المزيد» alone: what stands below may be the story
    while line < len(lines.row) and lines.row[line] == row and line - heading <= ITEMS_AT_MOST:
        if lines.heading_end[line] >= 0 or not _is_item(lines, line, heading, under_bullets):
            break
        cut[line] = True
        if lines.words[line] > 0:
            item_start[line] = skip_bullet(data, lines.head[line], lines.tail[line])
        line += 1
    while line > heading + 1 and lines.words[line - 1] == 0:
        line -= 1
        cut[line] = False  # a rule under the block is no link
    return line


@borrowing
def _mark_blocks(data, lines, marks, table, within):
    cut, item_start = marks
    line = np.int64(0)
    while line < len(lines.row):
        if lines.heading_end[line] < 0 or lines.head[line] >= lines.tail[line]:
            line += 1
            continue
        words = lines.heading_words[line]
        if words == lines.words[line]:
            line = _mark_block(data, lines, line, cut, item_start)
            continue
        behind, tail = lines.heading_end[line], lines.tail[line]
        item = item_behind(data, tail, (behind, words, lines.words[line]), table, within)
        if item >= 0:
            cut[line] = True
            item_start[line] = item
        line += 1
