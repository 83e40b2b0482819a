"""Signatures as they are printed before a report: names, mastheads and places, read from a string.

Scrapers glue them to the first word: «محرر سياسى مصر وناسهاأعلن التحالف» is the byline «محرر سياسى»
of the outlet «مصر وناسها», and the report begins at «أعلن».
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final, NamedTuple

from tasks.clean.names import (
    KNOWN,
    NAME_WORDS,
    PARTICLES,
    REPORT_WORDS,
    USUAL_SPELLING,
    WORD,
    folded,
    is_place,
    is_verb,
    person_named,
)
from tasks.clean.opener_parts import LABELS
from tasks.sources import Spelling
from tasks.text.lexicons import load_lexicon

_NO_NAMES: Final = REPORT_WORDS | {
    *("كتب", "كتبت", "بقلم", "عليه", "عليها", "عليهم", "فيه", "فيها", "منه", "منها", "له", "لها")
}
"""Words that are in no name: «كتب عليها السلام» are books, or a prayer."""

_GLUED_WORDS: Final = frozenset({"عندما", "حينما", "بينما"})
"""Those of them that no name ends with: «حصة القرقعندما» is «حصة القرق» and «عندما»."""

_PREFIXES: Final = frozenset(
    {
        *("ال", "وال", "بال", "كال", "فال", "لل", "ولل"),
        *("الم", "والم", "بالم", "كالم", "فالم", "للم", "وللم"),
    }
)
"""Before a verb's letters these make a noun: «التقرير» is no «ال» glued to «تقرير»."""

_LOOSE: Final = {"ا": "[اأإآ]", "ي": "[يىئ]", "و": "[وؤ]", "ه": "[هة]", " ": r"\s+"}
_ALIKE: Final = str.maketrans(
    {char: plain for plain, chars in _LOOSE.items() if plain != " " for char in chars.strip("[]")}
)
_SEPARATOR: Final = r"[-–—:/|]"
_GAP: Final = r"[\s\-–—:/،,|*«»\"().]*"


class Signature(NamedTuple):
    """A signature at the head of a line: its length, and what it says.

    ``name_only`` tells that it is a line with nothing but a name, which may be a caption too.
    """

    length: int
    authors: tuple[str, ...] = ()
    outlet: str | None = None
    place: str | None = None
    agency: str | None = None
    name_only: bool = False


def read_signature(
    head: str,
    *,
    whole: bool,
    outlets: Sequence[str] = (),
    phrases: tuple[str, ...] = (),
    spelling: Spelling = USUAL_SPELLING,
) -> Signature | None:
    """Read the signature that opens ``head``; None when there is none for certain.

    ``whole`` tells that the head is the whole line; ``outlets`` are the mastheads that may be
    printed, ``phrases`` and ``spelling`` the profile's own.
    """
    signs = opening_pattern(phrases)
    opening = signs.match(head)
    if opening and opening["opinion"]:
        return _signed_opinion(head, opening) if whole else None
    for outlet in outlets:
        found = _signed_for(head, opening, outlet, spelling)
        if found:
            return found
    if opening is None:
        return None
    read = _signed_alone if whole and _is_short(head) else _signed_glued
    return read(head, opening, spelling)


@dataclass(frozen=True, slots=True)
class _Masthead:
    """The outlet's name as it stands in a head, and what is between it and the next word."""

    name: str
    before: str
    after: int
    separated: bool
    glued: bool


def _find_masthead(head: str, outlet: str) -> _Masthead | None:
    pattern = spelling_pattern(outlet)
    match = re.search(pattern, head) if pattern else None
    if match is None or re.search(r"[.؟!؛]", head[: match.start()]):
        return None
    gap = re.compile(_GAP).match(head, match.end())
    after = gap.end() if gap else match.end()
    return _Masthead(
        name=match.group(),
        before=head[: match.start()],
        after=after,
        separated=bool(re.search(_SEPARATOR, head[match.end() : after])),
        glued=after == match.end() < len(head) and head[after].isalpha(),
    )


def _signed_for(
    head: str, opening: re.Match[str] | None, outlet: str, spelling: Spelling
) -> Signature | None:
    """Read «NAME - OUTLET - PLACE:», «PLACE – «OUTLET»:» and «DESK OUTLET» glued or not."""
    masthead = _find_masthead(head, outlet)
    if masthead is None:
        return None
    if opening and opening.end() <= len(masthead.before):
        return _by_phrase(masthead, opening)
    if not masthead.before.strip(' «"('):
        report = head[masthead.after :]
        opens = masthead.glued and _begins_report(masthead.name, report, spelling)
        if not masthead.separated and not opens:
            return None
        place, end = _place_at(head, masthead.after)
        return Signature(end, (), masthead.name, place)
    return _by_name(head, masthead)


def _by_phrase(masthead: _Masthead, opening: re.Match[str]) -> Signature | None:
    """Read «كتب: NAME - OUTLET -» and «محرر سياسى OUTLET»."""
    name = tidy(masthead.before[opening.end() :])
    ends = masthead.separated or masthead.glued or bool(opening["desk"])
    if len(name.split()) > NAME_WORDS or not ends:
        return None
    return Signature(masthead.after, (name or tidy(opening.group()),), masthead.name)


def _by_name(head: str, masthead: _Masthead) -> Signature | None:
    """Read «NAME - OUTLET - PLACE:» and «PLACE – «OUTLET»:»."""
    name = tidy(masthead.before)
    parted = re.search(_SEPARATOR + r"\s*[«\"(]*$", masthead.before)
    if not masthead.separated or not parted or not _is_name(name):
        return None
    if is_place(name):
        return Signature(masthead.after, (), masthead.name, name)
    place, end = _place_at(head, masthead.after)
    return Signature(end, (name,), masthead.name, place)


def _signed_alone(head: str, opening: re.Match[str], spelling: Spelling) -> Signature | None:
    """Read a signature that has its line for itself: «كتبت ليلى الشوملي», «تقرير: فلان».

    «ترجمة نادر عصفور», «حاوره - نادر عصفور:» need no colon where a first name is known.
    """
    rest = head[opening.end() :]
    name = tidy(rest)
    if re.search(r"[.؟!؛]\s*$", head) or not re.fullmatch(
        r"[\u0621-\u0652\s\-–/،,|ـ*.]*:?", re.sub(r"^ ?[دأم] ?: ", "", rest)
    ):
        return None
    if not name:
        return Signature(len(head), (tidy(opening.group()),)) if opening["desk"] else None
    names = [each for each in map(tidy, re.split(r"[-–/،,|ـ]", rest)) if each]
    surely = all(each in LABELS or person_named(each, sure=KNOWN) for each in names)
    if not opening["colon"] and not surely and not (opening["person"] and _is_person(name)):
        return None
    if any(is_verb(word, spelling) or word in _NO_NAMES for word in name.split()):
        return None
    return Signature(len(head), tuple(each for each in names if each not in LABELS))


def _signed_opinion(head: str, opening: re.Match[str]) -> Signature | None:
    """Read «رأي: NAME» and «راي/NAME», lines of their own; other words tell what is thought."""
    name = person_named(head[opening.end() :], sure=KNOWN) if opening["colon"] else None
    return Signature(len(head), (name,)) if name else None


def _signed_glued(head: str, opening: re.Match[str], spelling: Spelling) -> Signature | None:
    """Read a signature that runs into the report: «كتب: عمار الحلبيتناغمت أوتار العود».

    Without a colon or a desk the words may be prose: «كتب النقد الحديث» are books.
    """
    if not opening["colon"] and not opening["desk"]:
        return None
    place = opening.end()
    for number, token in enumerate(re.finditer(r"\S+", head[place:])):
        word = token.group()
        # «محرر سياسى كبير قال إن» is no signature, but a sentence.
        verb = is_verb(word, spelling)
        sentence = word in PARTICLES or bool(opening["desk"] and verb)
        if sentence or number >= NAME_WORDS or not re.fullmatch(WORD, word):
            return None
        name = tidy(head[place : place + token.start()])
        begins = verb or (number > 1 and word in REPORT_WORDS)
        if number and opening["colon"] and begins:
            return Signature(place + token.start(), (name,))
        if word.startswith("لل"):  # «للمرة الأولى», «للعام»: no part of a name
            return None
        cut = glued_at(word)
        if cut:
            end = place + token.start() + cut
            name = tidy(head[place:end])
            desk = tidy(opening.group()) if opening["desk"] else ""
            return Signature(end, (desk or name,), name if desk else None)
    return None


@lru_cache(1 << 14)
def glued_at(word: str) -> int:
    """Return where a report's first word begins inside ``word``, 0 when it does not for certain.

    Either the report opens with a verb or a word like «عندما» («الحلبيتناغمت»), or the letters
    cannot stand side by side in one word («وناسهاأعلن»: no word has أ after ا, nor a letter after ة
    or final ى).
    """
    for cut in range(2, len(word) - 2):
        if is_verb(word[cut:]) and word[:cut] not in _PREFIXES:
            if word[cut] == "ا" and is_verb(word[cut + 1 :]):
                return cut + 1  # «وناسهاقال»: with a bare alef before it, «قال» reads as «أقال»
            # «فالحأبلغ»: أ is the verb's own («أبلغ»), though without it there is a verb as well.
            return cut - 1 if word[cut - 1] in "أإآ" else cut
    for report_word in _GLUED_WORDS:
        if len(word) > len(report_word) + 1 and word.endswith(report_word):
            return len(word) - len(report_word)
    for cut in range(2, len(word) - 1):
        if word[cut - 1] in "ةى" or (word[cut - 1] == "ا" and word[cut] in "أإآ"):
            return cut
    return 0


def _begins_report(outlet: str, text: str, spelling: Spelling) -> bool:
    word = re.match(WORD, text)
    if word is None:
        return False
    cannot_join = outlet[-1] in "ةى" or (outlet[-1] == "ا" and text[0] in "أإآ")
    return cannot_join or is_verb(word.group(), spelling)


def _place_at(head: str, start: int) -> tuple[str | None, int]:
    """Return the place that stands at ``start`` before a separator, and where that ends."""
    match = re.compile(rf"({WORD}(?:\s{WORD}){{0,2}})\s*[-–—:]+\s*").match(head, start)
    if match and is_place(match.group(1)):
        return match.group(1), match.end()
    return None, start


def _is_name(name: str) -> bool:
    words = name.split()
    return 0 < len(words) <= NAME_WORDS and all(re.fullmatch(WORD, word) for word in words)


def _is_person(name: str) -> bool:
    """Tell whether words after «كتب» can be a person's name: «كتب النقد في المكتبات» are books."""
    words = name.split()
    return (
        2 <= len(words) <= 4
        and not words[0].startswith("ال")
        and not any(word in PARTICLES | _NO_NAMES or glued_at(word) for word in words)
    )


def _is_short(head: str) -> bool:
    return len(head.split()) <= NAME_WORDS + 3


def tidy(name: str) -> str:
    """Return a name without the marks around and between its words."""
    return " ".join(re.sub(r"[\-–—:/،,|*«»\"().]+", " ", name).split())


@cache
def spelling_pattern(name: str) -> str:
    """Return a pattern of the name in any spelling; empty for what cannot be a printed masthead."""
    words = " ".join(folded(name).split())
    if len(words) < 2 or not re.fullmatch(r"[\w .\-]+", words):
        return ""
    return "".join(_LOOSE.get(char, re.escape(char)) for char in words)


def spelling_key(word: str) -> str:
    """Return the one spelling that stands for all that :func:`spelling_pattern` takes of a word."""
    return word.translate(_ALIKE)


def _any_of(phrases: Iterable[str]) -> str:
    return "|".join(sorted(filter(None, map(spelling_pattern, phrases)), key=len, reverse=True))


@cache
def opening_pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """Return the pattern of what opens a signature, with a profile's own phrases.

    RE2 reads it too, which has no look-around.
    """
    desks = _any_of(load_lexicon("editor_desks"))
    opinion = spelling_pattern("رأي") + "|راي"
    people = _any_of(["كتب", "كتبت", "بقلم", "مراسلنا", "مراسلتنا", *phrases])
    others = _any_of(load_lexicon("byline_phrases"))
    return re.compile(
        rf"^(?:محررة?\s+(?P<desk>{desks})|(?P<person>{people})|(?P<opinion>{opinion})|{others})"
        r"(?:\s*(?P<colon>[:/])\s*|\s+|$)"
    )
