"""Datelines and bylines of one shape, whatever separators part elsewhere in them.

«القاهرة 26 شوال 1436 هـ واس», «سرينغار، كشمير الهندية (رويترز) --», «أبوظبي سالم عصفور: أعلنت»:
they are read at once, by a pattern each, where :mod:`tasks.clean.openers` reads part by part.
"""

import re
from typing import Final

from tasks.clean.names import (
    KNOWN,
    PARTICLES,
    REPORT_WORDS,
    WORD,
    is_masthead,
    is_no_name,
    is_place,
    is_verb,
    person_named,
)
from tasks.clean.opener_parts import LABELS, OUTLET, PERSON, Part
from tasks.clean.signature import Signature, tidy
from tasks.text.agencies import agency_named

BODY: Final = 30
"""Letters that a report has at least behind its dateline."""

_BEGIN: Final = frozenset(
    {
        *("تحت", "برعاية", "بحضور", "بمشاركة", "ضمن", "خلال", "بعد", "قبل", "وسط", "رغم", "عقب"),
        *("إثر", "بدأ", "بدأت", "لا", "كان", "كانت", "عاد", *PARTICLES, *REPORT_WORDS),
    }
)
"""Words that follow a name only where a report begins."""

_WORD: Final = WORD + "+"
"""A word that gives no letter back: behind words these patterns want a mark or a digit, after white
space or none; with fewer letters, or fewer words, a letter would stand there."""

_DATED: Final = re.compile(
    rf"(?P<place>{_WORD}(?:\s{_WORD}){{0,2}}+)(?:\s\([^()]{{2,30}}\))?\s*[،,]?\s*"
    r"(?:\d{1,2}[-/]\d{1,2}[-/]\d{4}"
    r"|\d{1,2}\s\w+(?:\s\w+)?\s\d{4}\s?(?:هـ?|م)?(?:\s(?:الموافق\s)?\d{1,2}\s\S{3,12}\s\d{4}\s?م?)?)"
    r"\s*[-–،]?\s*(?P<agency>[\w .]{2,8}?)\s*(?:[-–—:]+\s*|$)"
)

_SLASHED: Final = re.compile(
    rf"(?P<place>{_WORD}(?: {_WORD}){{0,2}}+) ?/ ?\d{{1,2}} {WORD} \d{{4}} ?[/(] ?"
    r"(?P<agency>[\w .]{2,12}?) ?[/)][-– ]*"
)
"""«الرباط/19 يونيو 2018/ومع/»."""

_MAP: Final = {"ومع": "و م ع"}
"""An agency whose initials, side by side, are a word."""

_WIRED: Final = re.compile(
    r"(?P<place>[^()«»\"،,.:؟!\d–—-]{2,40})(?P<land>[،,][^()«»\".:؟!\d–—-]{2,50})?"
    rf"(?P<day> \d{{1,2}} {WORD}(?: {WORD})? ?)?"
    r"\((?P<wire>[^()]{2,20})\)\s*[-–—]+\s*"
)

_RUN_ON: Final = re.compile(
    rf"(?P<who>{WORD}(?: {WORD}){{1,3}}) (?P<outlet>بي بي سي)\s*[-–،]\s*"
    rf"(?P<place>{WORD}(?: {WORD})?)(?=\s)"
)

_PLACE_NAME: Final = re.compile(
    rf"(?P<both>{_WORD}(?: {_WORD}){{2,5}}+)\s?:\s?(?P<report>{_WORD})\s"
)

_PLACE_LETTERS: Final = 60


def read_placed(head: str, part: Part, rest: int) -> Signature | None:
    """Read «سالم عصفور – جدة صرح المتحدث» and «ضفاف الأفق – متابعات أزاحت»: a verb ends it."""
    known = part.kind == OUTLET or (part.kind == PERSON and person_named(part.name, sure=KNOWN))
    sure = known and part.dashed and not part.bracketed
    words = head[rest : rest + _PLACE_LETTERS].split()
    for size in range(min(3, len(words) - 1), 0, -1):
        place = " ".join(words[:size])
        following = words[size]
        if not sure or len(following) < 3 or not is_verb(following):
            continue
        if is_place(place) or place in LABELS:
            end = head.index(following, rest)
            person, outlet = person_named(part.name), part.kind == OUTLET
            authors = (person,) if person and not outlet else ()
            return Signature(
                end, authors, part.name if outlet else None, place if is_place(place) else None
            )
    return None


def read_correspondent(head: str) -> Signature | None:
    """Read «سالم عصفور بي بي سي - لندن كانت»: no mark parts the person from the broadcaster."""
    match = _RUN_ON.match(head) if "بي بي سي" in head[:60] else None
    if match:
        name = person_named(match["who"])
        places = (match["place"], match["place"].split()[0])
        place = next(filter(is_place, places), None)
        if name and place:
            return Signature(match.start("place") + len(place), (name,), match["outlet"], place)
    return None


def read_run_on(head: str) -> Signature | None:
    """Read «أبوظبي سالم عصفور: أعلنت»: no mark parts the place from the person."""
    match = _PLACE_NAME.match(head)
    if match is None or not begins_report(match["report"]):
        return None
    words = match["both"].split()
    for size in range(min(3, len(words) - 2), 0, -1):
        place, name = " ".join(words[:size]), person_named(" ".join(words[size:]), sure=KNOWN)
        if name and is_place(place):
            return Signature(match.start("report"), (name,), None, place)
    return None


def begins_report(word: str) -> bool:
    """Tell whether the word opens a report."""
    return word in _BEGIN or (len(word) > 2 and is_verb(word))


def read_wired(head: str, start: int) -> Signature | None:
    """Read a dateline whose places are in no list: «سرينغار، كشمير الهندية (رويترز) --».

    An agency in brackets before a dash is evidence enough, where what stands before it is parted
    by a comma, or two words at most, and holds no particle or verb.
    """
    match = _WIRED.match(head, start) if "(" in head else None
    if match is None or 0 < len(head) - match.end() < BODY:
        return None
    wire, place, land = match["wire"].strip(), tidy(match["place"]), match["land"]
    words = place.split()
    agency = agency_named(wire)
    told = agency or is_masthead(wire)
    if not told or len(words) > (3 if land or match["day"] else 2) or any(map(is_no_name, words)):
        return None
    if land and (len(land.split()) > 6 or any(is_verb(word) for word in tidy(land).split())):
        return None
    outlet = None if agency else wire
    return Signature(match.end(), (), outlet, place, agency)


def read_dated(head: str, *, whole: bool) -> Signature | None:
    """Read «القاهرة 26 شوال 1436 هـ الموافق 12 أغسطس 2015 م واس», «طوباس 5-7-2012 وفا-»."""
    match = _DATED.match(head) or _SLASHED.match(head)
    agency = _MAP.get(match["agency"]) or agency_named(match["agency"]) if match else None
    if match is None or agency is None:
        return None
    rest = head[match.end() :].strip()
    author = person_named(rest) if whole and rest else None
    length = len(head) if author else match.end()
    return Signature(length, (author,) if author else (), None, match["place"], agency)
