"""Names of persons as they stand alone on a line: «هاجر السالمي», «سمير حداد/ هدى سالم».

A line is a name for certain when its first word is a given name, and every word is of Arabic
letters without harakat, which verses have, and is no particle. «الأمير سعد بن نايف» names who is in
a picture.
"""

import re
from functools import cache
from typing import Final, NamedTuple

from tasks.clean.signature import spelling_key, spelling_pattern
from tasks.text.lexicons import load_lexicon

WORDS_AT_MOST: Final = 12
"""Three authors have so many."""

_BETWEEN: Final = re.compile(r" ?[/،] ?| - ")
_WORD: Final = re.compile(r"[\u0621-\u064A\u0651]+")
_DEGREE: Final = re.compile(
    r"(?:أ ?\. ?)?د ?\. ?|م ?\. |(?:الدكتور|الدكتورة|الشيخ|المهندس|المهندسة|الكاتب|الكاتبة|"
    r"الشاعر|الشاعرة) "
)
"""What authors are called too: «د. سمير حداد» signs, «الأمير سعد بن نايف» is in a picture."""
_PARTICLES: Final = frozenset(
    {
        "في",
        "فى",
        "من",
        "إلى",
        "الى",
        "على",
        "عن",
        "أن",
        "إن",
        "مع",
        "هذا",
        "هذه",
        "لا",
        "ما",
        "لم",
        "لن",
    }
    | {"هو", "هي", "كان", "قد", "بعد", "قبل", "عند", "بين", "أو", "ثم", "حتى", "كل", "كما", "عليه"}
)


class Named(NamedTuple):
    """Who is named, and whether with the title that stands under pictures."""

    names: tuple[str, ...]
    titled: bool


def read_names(line: str) -> Named | None:
    """Return the names of which a line consists; None when it is none for certain."""
    line = line.strip(" -*.،")
    title = _titles().match(line)
    if title:
        line = line[title.end() :]
    names = tuple(_DEGREE.sub("", name, count=1).strip() for name in _BETWEEN.split(line))
    if not 0 < len(names) <= 3 or not all(map(_is_name, names)):
        return None
    return Named((title[0] + names[0], *names[1:]) if title else names, bool(title))


def _is_name(text: str) -> bool:
    words = text.split()
    return (
        2 <= len(words) <= 5
        and spelling_key(words[0]) in _given_names()
        and all(map(_WORD.fullmatch, words))
        and _PARTICLES.isdisjoint(words)
    )


@cache
def _given_names() -> frozenset[str]:
    """Return the keys of the given names: a pattern of them takes longer to compile than to use."""
    return frozenset(map(spelling_key, load_lexicon("given_names")))


@cache
def _titles() -> re.Pattern[str]:
    known = filter(None, map(spelling_pattern, load_lexicon("honorifics")))
    return re.compile(f"(?:{'|'.join(sorted(known, key=len, reverse=True))}) ")
