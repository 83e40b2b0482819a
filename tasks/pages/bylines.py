"""Who signed a page: the persons that a printed byline or its metadata name, and the place.

«القاهرة - رويترز», «كتبت: ليلى الشوملي», «الرويضة - سيف النواش تصوير - سعود السهلي»: parts are told
apart by the lists of words that cleaning uses too; what is no person is no author.
"""

import re
from functools import cache, lru_cache
from typing import Final, NamedTuple

from tasks.text.agencies import agency_named
from tasks.text.letters import fold_letters
from tasks.text.lexicons import load_lexicon

_PARTS: Final = re.compile(r"\s+\.(?=\S)|\s*(?:[-–—|/\\،,؛:\n•·*()\[\]«»\"<>]+|\.{2,})\s*")
_AND: Final = re.compile(r"\s+و\s+|\s+و(?=[اأإآب-ي]{2,})|\s+(?:and|&)\s+")
_HONORIFIC: Final = re.compile(
    r"^(?:[دأام]\s?\.\s*|(?:الدكتوره?|الاستاذه?|المهندسه?|الزميله?|الزميلان|دكتوره?|بروفسور|الشيخ|السفير|الكاتبه?)\s+|[دأ]\s+)"
)
_PICTURES: Final = re.compile(
    r"(?<!\w)(?:عدس[ةه]|تصوير|صور|كاميرا|كاريكاتير|رسم|رسوم|photos?)(?!\w)\s*[:\-–]?\s*",
    re.IGNORECASE,
)
"""Whoever stands behind these took the pictures."""

_AND_PICTURES: Final = re.compile(r"(?<!\S)(\S*) وتصوير(?!\w)")
"""«تغطية وتصوير فلان» wrote, too; «كتب فلان وتصوير فلان» names two."""

_AND_WORK: Final = frozenset({"تقديم", "تحرير", "ترجمه", "اعداد", "متابعه", "حوار"})
"""What else is said of one who wrote, behind a phrase: «إعداد وتقديم فلان»."""

_LEADS: Final = re.compile(
    r"^(?:by|من|عن|بقلم|اعد(?:ه|ها|اد)?|الكاتبه?|المصدر|خاص|ترجم[هة]|نشر(?:ه)? بواسطه|بواسطه|"
    r"المحرره?|المؤلفه?|written by)\b[\s:.\-–]*",
    re.IGNORECASE,
)
_NAME: Final = re.compile(
    r"[\u0621-\u064a][\u0621-\u0652.]*(?:\s+[\u0621-\u064a][\u0621-\u0652.]*){1,5}"
)
_LATIN_NAME: Final = re.compile(r"[A-Z][\w.'-]+(?:\s+[A-Za-z][\w.'-]+){1,4}")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NO_NAME: Final = _words(
    "في من الي عن مع هذا ان كل جميع خاص وكالات وكاله وكالة مراسل مراسلنا مراسلتنا مكتب فريق "
    "قسم هيئه التحرير تحرير محرر محرره صحيفه جريده موقع شبكه قناه بوابه مركز وحده متابعات "
    "تقرير اخبار الاخبار admin administrator editor news newspaper magazine staff team agency "
    "desk زائر المزيد اليوم العدد الساعه مقالات تعليق مشاهده نشر"
)
_DASHES: Final = ("-", "–", "—", ":", "/")
NAMES_AT_MOST: Final = 20


class Byline(NamedTuple):
    """Authors as they are printed, without titles; the place and the agency of the dateline.

    ``whole``: nothing else stands in it, and one of these is known by the lists of words.
    """

    authors: tuple[str, ...]
    place: str | None
    agency: str | None
    whole: bool


@lru_cache(1 << 12)
def read_byline(text: str, *, sites: frozenset[str] = frozenset()) -> Byline:
    """Return who signed by a byline; ``sites`` are folded names of the outlet itself."""
    place = agency = None
    authors: list[str] = []
    pictures = unknown = False
    told = _AND_PICTURES.sub(_and_pictures, one_line(text))
    for raw in _PARTS.split(_PICTURES.sub(" \x00 - ", told)):
        shown = pictures or raw.startswith("\x00")
        pictures = shown or raw.endswith("\x00")
        part = raw.replace("\x00", " ").strip(" .*")
        key = " ".join(fold_letters(part).split())
        known = agency_named(part)
        if known:
            agency = agency or known
        elif key in _places():
            place = place or part
        elif part and not shown and not _is_outlet(key, sites):
            named = _persons(part, sites)
            unknown |= not named and _without_phrase(f"{part} x") != "x"
            authors += [name for name in named if name not in authors]
    if place is None and _is_village(authors, text):
        place = authors.pop(0)
    sure = place is not None or agency is not None or any(map(_is_known, authors))
    return Byline(tuple(authors[:NAMES_AT_MOST]), place, agency, sure and not unknown)


def _and_pictures(found: re.Match[str]) -> str:
    wrote = fold_letters(found[1]) in _folded("byline_phrases")
    return found[1] if wrote else f"{found[1]} تصوير"


def _is_outlet(key: str, sites: frozenset[str]) -> bool:
    return key in sites or key in _folded("mastheads") or key.startswith("مكتب ")


def _is_village(authors: list[str], text: str) -> bool:
    """Tell whether the first name is a place no list has: «ام رقيبة - مناحي السبيعي»."""
    if len(authors) < 2 or _is_known(authors[0]) or not _is_known(authors[1]):
        return False
    return text.partition(authors[0])[2].lstrip().startswith(_DASHES)


def _is_known(name: str) -> bool:
    first = fold_letters(name).split()[0]
    return first in _folded("given_names") or first.startswith("عبد") or name[0].isascii()


def one_line(text: str) -> str:
    """Return the text on one line of plain spaces, without tatweel; letters stay as they are."""
    return " ".join(text.replace("\N{ARABIC TATWEEL}", "").split())


def _persons(part: str, sites: frozenset[str]) -> list[str]:
    part = _without_phrase(_without_place(_without_phrase(part)))
    names = []
    for each in _AND.split(part) if _many(part) else [part]:
        name = _HONORIFIC.sub("", each.strip(" ."), count=1).strip()
        if is_person(name) and " ".join(fold_letters(name).split()) not in sites:
            names.append(name)
    return names


def _without_place(part: str) -> str:
    """Return a part without the place before a name: «أبها سعد آل حسين», «أبها كتب سعد»."""
    words = part.split()
    for size in (2, 1):
        behind = words[size:]
        if (
            len(behind) > 1
            and fold_letters(" ".join(words[:size])) in _places()
            and (_is_known(behind[0]) or fold_letters(behind[0]) in _folded("byline_phrases"))
            and not _is_known(part)
        ):
            return " ".join(behind)
    return part


def _many(part: str) -> bool:
    """Tell whether «و» joins names here: what follows it must begin like one."""
    pieces = _AND.split(part)
    return len(pieces) > 1 and all(_begins_like_a_name(piece) for piece in pieces[1:])


def _begins_like_a_name(piece: str) -> bool:
    words = fold_letters(_HONORIFIC.sub("", piece.strip())).split()
    return (
        len(words) >= 2 and (words[0] in _folded("given_names") or words[0].startswith("عبد"))
    ) or (len(words) >= 2 and not piece.strip().startswith("ال"))


def _without_phrase(part: str) -> str:
    """Return a part without «كتب», «بقلم», «تقرير», «محرر» before the name."""
    for _ in range(3):
        words = part.split()
        for size in (2, 1):
            if (
                " ".join(fold_letters(" ".join(words[:size])).split()) in _folded("byline_phrases")
                and len(words) > size
            ):
                joined = words[size][0] == "و" and fold_letters(words[size][1:]) in _AND_WORK
                part = " ".join(words[size + (joined and len(words) > size + 1) :])
                break
        else:
            shorter = _LEADS.sub("", fold_letters(part), count=1)
            if len(shorter) == len(fold_letters(part)):
                return part
            part = part[len(part) - len(shorter) :]
    return part


def is_person(name: str) -> bool:
    """Tell whether words can be a person's name, by their shape and what they are not."""
    if _LATIN_NAME.fullmatch(name):
        return _NO_NAME.isdisjoint(name.lower().split())
    if not _NAME.fullmatch(name):
        return False
    words = fold_letters(name).split()
    if (
        not _NO_NAME.isdisjoint(words)
        or " ".join(words) in _places()
        or " ".join(words) in _folded("mastheads")
    ):
        return False
    if any(len(word) < 2 for word in words) or words[0] in _folded("head_words"):
        return False
    if len(words) > 2 and words[1] in {"بن", "ابن"}:
        return True
    return words[0] in _folded("given_names") or not words[0].startswith("ال")


@cache
def _folded(name: str) -> frozenset[str]:
    return frozenset(" ".join(fold_letters(line).split()) for line in load_lexicon(name))


@cache
def _places() -> frozenset[str]:
    return _folded("places") | _folded("countries")
