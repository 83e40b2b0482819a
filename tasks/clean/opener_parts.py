"""What the parts of an opener name, one by one, up to the first that is prose.

«خالد علي - سبق - جدة: عاد» has a person, an outlet and a place, which separators part.
"""

import re
from functools import lru_cache
from typing import Final, NamedTuple

from tasks.clean.names import (
    NAME_WORDS,
    WORD,
    begins_like_a_place,
    is_domain,
    is_masthead,
    is_no_name,
    is_place,
    masthead_key,
    person_named,
)
from tasks.text.agencies import agency_named

PLACE, AGENCY, OUTLET, PERSON, LABEL, UNKNOWN = "place", "agency", "outlet", "person", "label", "?"
"""Kinds of parts; ``LABEL`` says nothing, ``UNKNOWN`` is words that may be any name."""

Names = tuple[tuple[str, str], ...]
"""Kinds and names, in order."""

LABELS: Final = frozenset(
    {"خاص", "متابعة", "متابعات", "متابعه", "بقلم", "كتب", "كتبت", "ش", "تقرير", "مراسلنا", "مكتب"}
)
"""What stands beside names and says nothing of them («عين اليوم – متابعات»)."""
_LABELLED: Final = ("مكتب ", "صحف ", "شبكات ")
"""What others begin with: «مكتب دبي», «صحف عربية-الأفق:»."""
_MARKS: Final = r"-–—−:/|،,*()«»\"“”\[\]"
_SEPARATORS: Final = re.compile(
    rf"[{_MARKS}ـ](?:(?<!ـ)|(?<=\sـ)ـ*(?=\s))[{_MARKS}\s]*+(?:ـ+\s[{_MARKS}\s]*+)*+"
)
"""Marks that part an opener; a tatweel between spaces is a dash, inside a word it is none.

A set comes first, for which the engine skips letters in a loop of its own; a choice has none.
"""
_WORDS: Final = re.compile(rf"{WORD}(?: {WORD})*")
_READ: Final = 140
_PARTS: Final = 8
_PART: Final = 50
"""Letters of an opener, of its parts, and of one of them, at most."""

_OPENING: Final = frozenset('(«[“"')


class Part(NamedTuple):
    """One part of an opener: what it names, where it ends, and the marks behind it."""

    kind: str
    name: str
    end: int
    after: int
    marks: str
    bracketed: bool
    dashed: bool
    closed: bool


def read_parts(
    head: str, start: int, *, whole: bool, own: frozenset[str]
) -> tuple[list[Part], int]:
    """Return the parts that name something, in order, and where the first that does not begins."""
    parts: list[Part] = []
    before = head[:start]
    for separator in _SEPARATORS.finditer(head, start, _READ):
        end, after = separator.span()
        if end == start:
            start, before = after, separator.group()
            continue
        if end - start >= _PART or len(parts) >= _PARTS:
            return parts, start
        bracketed = before.rstrip()[-1:] in _OPENING
        before = separator.group()
        read = _named(head[start:end], own, not parts, bracketed, "//" in before)
        if not read:
            return parts, start
        size, dashed, closed = _marks(before, bracketed)
        for kind, name in read:
            part = Part(kind, name, end, end + size, before[:size], bracketed, dashed, closed)
            parts.append(part)
        start = after
    if whole and 0 < len(head) - start < _PART:
        for kind, name in _named(head[start:], own, not parts):
            parts.append(Part(kind, name, len(head), len(head), "", False, False, False))
    return parts, start


@lru_cache(1 << 14)
def _named(
    text: str, own: frozenset[str], first: bool, bracketed: bool = False, slashed: bool = False
) -> Names:
    """Tell what one part names; nothing for prose."""
    words = text.split()
    text = " ".join(words)
    if not words or len(words) > NAME_WORDS + 1:
        return ()
    kind = _kind_of(text, own, bracketed=bracketed, first=first)
    if kind:
        return ((kind, text),)
    if person_named(text):
        return ((PERSON, text),)
    run_on = _run_on(words, own, slashed=slashed)
    if run_on:
        return run_on
    if len(words) <= 3 and not any(map(is_no_name, words)) and _WORDS.fullmatch(text):
        return ((UNKNOWN, text),)
    return ()


def _run_on(words: list[str], own: frozenset[str], *, slashed: bool) -> Names:
    """Read «لندن د ب أ» and, before slashes, «كود فاس عمر المزين//»: nothing parts the names."""
    if not (slashed or begins_like_a_place(words[0])):
        return ()
    for size in range(len(words) - 1, 0, -1):
        name = " ".join(words[:size])
        kind = PLACE if is_place(name) else ""
        if slashed and not kind:
            kind = _kind_of(name, own, bracketed=False, first=True)
        if kind in {PLACE, OUTLET, AGENCY}:
            rest = _named(" ".join(words[size:]), own, False, False, slashed)
            kinds = {each for each, _ in rest}
            told = {PLACE, AGENCY, OUTLET, PERSON} if slashed else {AGENCY, OUTLET}
            return ((kind, name), *rest) if rest and kinds <= told else ()
    return ()


def _kind_of(text: str, own: frozenset[str], *, bracketed: bool, first: bool) -> str:
    if is_place(text) and not bracketed and not (not first and agency_named(text)):
        return PLACE
    if agency_named(text):
        return AGENCY
    if is_masthead(text) or is_domain(text) or masthead_key(text) in own:
        return OUTLET
    if is_place(text):
        return PLACE
    return LABEL if text in LABELS or text.startswith(_LABELLED) else ""


@lru_cache(1 << 10)
def _marks(marks: str, bracketed: bool) -> tuple[int, bool, bool]:
    """Return how many of the marks are the opener's, and whether a dash or another stop is in them.

    Opening quotes and brackets behind the rest are the body's.
    """
    closers = ')»]”"' if bracketed else ""
    end = 0
    for place, mark in enumerate(marks):
        if mark in closers:
            closers = ""
        elif mark in '(«»[“”")]':
            break
        end = place + 1
    dashed = any(mark in "-–—−ـ" for mark in marks[:end])
    return end, dashed, dashed or any(mark in ":/|*" for mark in marks[:end])
