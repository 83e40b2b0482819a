"""What a related link is by its words: a heading, what announces a link behind it, what an item is.

One reading for both stages: extraction asks it of a page's runs (:mod:`tasks.pages.paragraphs`),
cleaning of a text's lines (:mod:`tasks.clean.related_links`). Markup may tell more (a line that is
a link), words tell the same in both.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from collections.abc import Iterable
from functools import cache
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa

from tasks.text import letters
from tasks.text.buffers import texts_of
from tasks.text.kernels import borrowing
from tasks.text.letters import SENTENCE_END
from tasks.text.lexicons import load_lexicon
from tasks.text.utf8 import decode
from tasks.text.words import (
    Hashes,
    Phrases,
    hash_line,
    hash_words,
    known_phrases,
    next_word,
    opening_phrase,
)

HEADING_WORDS: Final = 5
"""No heading over related links that was counted has more words."""

ITEM_WORDS: Final = 18
"""Longest item without a bullet: links are hardly longer, and few paragraphs are as short."""

BULLET_WORDS: Final = 40
INLINE_WORDS: Final = 25
OUTLET_WORDS: Final = 4
ITEMS_AT_MOST: Final = 12

_COUNTED: Final = 64
"""Words of a line that are counted; no item has so many."""


class RelatedBlock(NamedTuple):
    """A heading over related links: its words, and the items behind it or below it in its run."""

    words: int
    items: tuple[str, ...]


def heading_phrases(more: Iterable[str] = ()) -> Phrases:
    """Return the headings that are known, with these more of profiles."""
    return _phrases(tuple(sorted(set(more))))


@cache
def _phrases(more: tuple[str, ...]) -> Phrases:
    return known_phrases([*load_lexicon("related_headings"), *more])


@cache
def in_outlet() -> Any:
    """Return the hash of «في», which stands before an outlet: «اقرأ أيضاً في الأفق: عنوان»."""
    return _hash_of("في")


def _hash_of(word: str) -> Any:
    hashes: Hashes = hash_words(texts_of(pa.array([word]))).hashes
    return hashes[0]


def read_related_block(text: str, headings: Phrases) -> RelatedBlock | None:
    """Return the block that the lines of a text are; None when no heading opens it.

    «اقرأ أيضاً» has no item, «قد يهمك| عنوان» one, «اقرأ أيضاً⏎عنوان⏎عنوان آخر» two. What stands
    behind a heading without a separator («اقرأ أيضاً ما كتبه المؤرخون») is prose, and so is a long
    line below it.
    """
    first, _, below = text.partition("\n")
    data = np.frombuffer(first.encode(), np.uint8)
    table = letters.word_letters()
    heading_end, heading_words = opening_phrase(data, 0, len(data), table, headings)
    if heading_end < 0:
        return None
    words = hash_line(data, 0, len(data), table, _COUNTED)[0]
    items = [line for line in below.split("\n") if line]
    if not all(is_item(line, bulleted=opens_with_bullet(line)) for line in items):
        return None
    if words == heading_words:
        bulleted = all(map(opens_with_bullet, items))
        told = heading_words > 1 or ends_sentence(data, 0, len(data), letters.classes())
        if not (bulleted or told):
            return None  # «المزيد» alone: what stands below may be the story
    else:
        known = (heading_end, heading_words, words)
        item = item_behind(data, len(data), known, table, in_outlet())
        if item < 0:
            return None
        items.insert(0, first.encode()[item:].decode())
    return RelatedBlock(heading_words, tuple(map(without_bullet, items)))


def is_item(line: str, *, bulleted: bool) -> bool:
    """Whether a line under a heading over related links may be one of them."""
    data = np.frombuffer(line.encode(), np.uint8)
    words = hash_line(data, 0, len(data), letters.word_letters(), _COUNTED)[0]
    longest = BULLET_WORDS if bulleted else ITEM_WORDS
    stopped = not bulleted and ends_sentence(data, 0, len(data), letters.classes())
    return bool(words <= longest) and not stopped


def opens_with_bullet(line: str) -> bool:
    """Whether a list mark opens the line."""
    return bool(line) and bool(is_bullet(ord(line[0])))


def without_bullet(line: str) -> str:
    """Return the line without the list marks that open it."""
    data = np.frombuffer(line.encode(), np.uint8)
    return line.encode()[skip_bullet(data, 0, len(data)) :].decode()


def without_heading(line: str, headings: Phrases) -> str:
    """Return a link's title without the heading that is linked with it: «اقرأ أيضاً عنوان»."""
    data = np.frombuffer(line.encode(), np.uint8)
    end, words = opening_phrase(data, 0, len(data), letters.word_letters(), headings)
    if words < 2:
        return line
    place, _ = after_separator(data, end, len(data))
    return line.encode()[place:].decode() or line


@borrowing
def is_bullet(code):
    """Tell whether the character is one that lists are marked with."""
    # - * • – — ▪ ■ ● ◄ ► ◆ » › · >
    return (
        code in (0x2D, 0x2A, 0x2022, 0x2013, 0x2014, 0xBB, 0xB7, 0x203A, 0x3E)
        or (code >= 0x25A0 and code < 0x2600)
    )  # fmt: skip


@borrowing
def skip_bullet(data, i, end):
    """Return the place behind list marks and blanks."""
    while i < end:
        code, length = decode(data, i)
        if code != 0x20 and not is_bullet(code):
            break
        i += length
    return i


@borrowing
def ends_sentence(data, start, end, classes):
    """Tell whether the last character but for closing quotes and brackets is a sentence mark."""
    while end > start:
        end -= 1
        while end > start and data[end] & 0xC0 == 0x80:
            end -= 1
        code, _ = decode(data, end)
        if code >= 0x10000:
            return False
        if code in (0x22, 0x29, 0xBB, 0x5D, 0x20):
            continue
        # A colon announces what follows: «ومن أعماله:» is a story's line and no link.
        return code == 0x3A or classes[code] & SENTENCE_END != 0
    return False


@borrowing
def item_behind(data, tail, known, table, within):
    """Return where the item begins that stands behind a heading on its line, -1 without one.

    ``known`` is where the heading ends, how many words it has, and how many the line has.
    """
    behind, heading_words, words = known
    item, announced = after_separator(data, behind, tail)
    if not announced and heading_words > 1:
        item, announced = _after_outlet(data, behind, tail, table, within)
    told = announced + (heading_words > 1) >= 2
    return item if told and words - heading_words <= INLINE_WORDS else np.int64(-1)


@borrowing
def after_separator(data, i, end):
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
    """Return (place of the item, 2) behind «في OUTLET:», as of :func:`after_separator`."""
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
            return after_separator(data, i, end)
    return i, 0
