"""Blocks of related links under a heading, taken out of the middle of a story that then goes on.

«اقرأ أيضاً⏎- عنوان⏎- عنوان آخر⏎وأضاف الوزير ...»: the heading and its items go, the story stays to
its last word. Inline: «قد يهمك| عنوان». Of 182 short headings counted in real news, 58 had the
article going on behind the block, and in 137 the block had no item left: a heading alone is cut alone.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from typing import Final

import numpy as np
from numba import njit

from tasks.clean.draft import RELATED, Draft, Found, Spans
from tasks.text.repair_kernel import decode

ITEM_WORDS: Final = 18
"""Longest item without a bullet: no link among 1,238 counted ones was longer, few paragraphs are as short."""

BULLET_WORDS: Final = 40
INLINE_WORDS: Final = 25
ITEMS_AT_MOST: Final = 12


def find_related_links(draft: Draft) -> Found:
    """Cut headings of related links with the items under them or behind them on the line."""
    lines = draft.lines
    size = len(lines)
    cut = np.zeros(size, np.bool_)
    item_start = np.full(size, -1, np.int64)
    _mark_blocks(
        draft.repaired.texts.data, lines.row, draft.standing, lines.end, lines.words, lines.key,
        lines.heading_end, lines.heading_words, lines.bullet, lines.stop, cut, item_start,
    )  # fmt: skip
    gone = np.flatnonzero(cut)
    items = _first_of_each(draft, np.flatnonzero(item_start >= 0))
    return Found(
        Spans(lines.row[gone], draft.standing[gone], lines.end[gone]),
        np.full(len(gone), RELATED, np.int8),
        links=Spans(lines.row[items], item_start[items], lines.end[items]),
    )


def _first_of_each(draft: Draft, items):
    """Keep the first of items that repeat within one article."""
    pairs = np.stack([draft.lines.row[items].astype(np.uint64), draft.lines.key[items]])
    _, first = np.unique(pairs, axis=1, return_index=True)
    return items[np.sort(first)]


@njit(cache=True, nogil=True)
def _after_separator(data, i, end):
    """Return (place after spaces and separators, whether one of them announces an item)."""
    announced = False
    while i < end:
        code, length = decode(data, i)
        if code in (0x3A, 0x7C, 0xFF1A):  # : | ：
            announced = True
        elif code not in (0x20, 0x2D, 0x2E, 0x2013, 0x2014, 0x2026, 0x22, 0xBB, 0x2A, 0x3E, 0x60C):
            break
        i += length
    return i, announced


@njit(cache=True, nogil=True)
def _is_item(words, bullet, stop, under_bullets, repeats):
    if under_bullets:
        return bullet and words <= BULLET_WORDS
    return repeats or (words <= ITEM_WORDS and not stop)


@njit(cache=True, nogil=True)
def _mark_blocks(
    data, row, standing, ends, words, keys, heading_ends, heading_words, bullets, stops, cut, item_start
):  # fmt: skip
    line = 0
    while line < len(row):
        if heading_ends[line] < 0 or standing[line] >= ends[line]:
            line += 1
            continue
        rest = words[line] - heading_words[line]
        item, announced = _after_separator(data, heading_ends[line], ends[line])
        if rest > 0:
            if announced and rest <= INLINE_WORDS:
                cut[line] = True
                item_start[line] = item
            line += 1
            continue
        heading = line
        cut[heading] = True
        line += 1
        under_bullets = line < len(row) and row[line] == row[heading] and bullets[line]
        while line < len(row) and row[line] == row[heading] and line - heading <= ITEMS_AT_MOST:
            if heading_ends[line] >= 0:
                break
            repeats = False
            for other in range(heading + 1, line):
                if keys[other] == keys[line]:
                    repeats = True
            if words[line] > 0 and not _is_item(
                words[line], bullets[line], stops[line], under_bullets, repeats
            ):
                break
            cut[line] = True
            if words[line] > 0:
                item_start[line] = _skip_bullet(data, standing[line], ends[line])
            line += 1


@njit(cache=True, nogil=True)
def _skip_bullet(data, i, end):
    while i < end:
        code, length = decode(data, i)
        if code not in (0x20, 0x2D, 0x2A, 0x2022, 0x2013, 0x2014, 0xB7, 0x203A, 0x3E) and not (
            code >= 0x25A0 and code < 0x2600
        ):
            break
        i += length
    return i
