"""Blocks of related links under a heading, taken out of the middle of a story that then goes on.

«اقرأ أيضاً⏎- عنوان⏎- عنوان آخر⏎وأضاف الوزير ...»: the heading and its items go, the story stays to
its last word. Inline: «قد يهمك| عنوان». Of 182 short headings counted in real news, 58 had the
article going on behind the block; in 137 the block had no item left: then the heading alone goes.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from typing import Final

import numpy as np
import pyarrow as pa

from tasks.clean.draft import RELATED, Draft, Found, Spans, is_bullet
from tasks.text import letters
from tasks.text.buffers import texts_of
from tasks.text.kernels import borrowing
from tasks.text.utf8 import decode
from tasks.text.words import hash_words, next_word

ITEM_WORDS: Final = 18
"""Longest item without a bullet: links are hardly longer, and few paragraphs are as short."""

BULLET_WORDS: Final = 40
INLINE_WORDS: Final = 25
OUTLET_WORDS: Final = 4
ITEMS_AT_MOST: Final = 12


def find_related_links(draft: Draft) -> Found:
    """Cut headings of related links with the items under them or behind them on the line."""
    lines = draft.lines
    cut = np.zeros(len(lines.row), np.bool_)
    item_start = np.full(len(lines.row), -1, np.int64)
    within = hash_words(texts_of(pa.array(["في"]))).hashes[0]
    data = draft.repaired.texts.data
    _mark_blocks(data, lines, (cut, item_start), letters.word_letters(), within)
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
def _after_separator(data, i, end):
    """Return (place after spaces and separators, how clearly they announce an item: 0, 1 or 2).

    Clearly do «:», «|», «/», « - » and «..»; one dot does behind a heading of several words only.
    """
    announced = 0
    dots = 0
    while i < end:
        code, length = decode(data, i)
        if code in (0x3A, 0x7C, 0xFF1A, 0x2F, 0x2D, 0x2013, 0x2014, 0x2026):  # : | ： / - – — …
            announced = 2
        elif code == 0x2E:
            dots += 1
            announced = max(announced, min(dots, 2))
        elif code not in (0x20, 0xBB, 0x2A, 0x3E):
            break
        i += length
    return i, announced


@borrowing
def _after_outlet(data, i, end, table, within):
    """Return (place of the item, 2) behind «في OUTLET:», as of :func:`_after_separator`."""
    word, _, i = next_word(data, i, end, table)
    if word != within:
        return i, 0
    for _ in range(OUTLET_WORDS):
        word, _, i = next_word(data, i, end, table)
        if word == 0:
            break
        if i < end and data[i] == 0x20 and i + 1 < end and data[i + 1] in (0x3A, 0x7C):
            i += 1
        if i < end and data[i] in (0x3A, 0x7C):
            return _after_separator(data, i, end)
    return i, 0


@borrowing
def _repeats(lines, line, first):
    """Tell whether the line repeats one from ``first`` on."""
    found = False
    for other in range(first, line):
        found |= lines.key[other] == lines.key[line]
    return found


@borrowing
def _is_item(lines, line, heading, under_bullets):
    """Tell whether the line belongs to the block: a link, or nothing but signs between links."""
    if lines.words[line] == 0:
        return True
    if under_bullets:
        return lines.bullet[line] and lines.words[line] <= BULLET_WORDS
    if _repeats(lines, line, heading + 1):
        return True
    return lines.words[line] <= ITEM_WORDS and not lines.stop[line]


@borrowing
def _mark_block(data, lines, heading, cut, item_start):
    """Mark the heading and the items under it; return the line where the story goes on."""
    line = heading + 1
    row = lines.row[heading]
    cut[heading] = True
    under_bullets = line < len(lines.row) and lines.row[line] == row and lines.bullet[line]
    if lines.heading_words[heading] == 1 and not (under_bullets or lines.stop[heading]):
        return line  # «المزيد» alone: what stands below may be the story
    while line < len(lines.row) and lines.row[line] == row and line - heading <= ITEMS_AT_MOST:
        if lines.heading_end[line] >= 0 or not _is_item(lines, line, heading, under_bullets):
            break
        cut[line] = True
        if lines.words[line] > 0:
            item_start[line] = _skip_bullet(data, lines.head[line], lines.tail[line])
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
        rest = lines.words[line] - lines.heading_words[line]
        if rest == 0:
            line = _mark_block(data, lines, line, cut, item_start)
            continue
        behind, tail = lines.heading_end[line], lines.tail[line]
        item, announced = _after_separator(data, behind, tail)
        if not announced and lines.heading_words[line] > 1:
            item, announced = _after_outlet(data, behind, tail, table, within)
        if announced + (lines.heading_words[line] > 1) >= 2 and rest <= INLINE_WORDS:
            cut[line] = True
            item_start[line] = item
        line += 1


@borrowing
def _skip_bullet(data, i, end):
    while i < end:
        code, length = decode(data, i)
        if code != 0x20 and not is_bullet(code):
            break
        i += length
    return i
