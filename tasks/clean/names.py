"""What a word at the head of an article names: a place, an agency, an outlet, a person, or none.

Names are compared folded, and told by word lists; a person's also by its shape. A masthead or a
place is never told from a word by itself («الخليج» is a paper, a gulf and a city): the readers of
openers (:mod:`tasks.clean.openers`) look at what stands beside it.
"""

import re
from functools import cache, lru_cache
from typing import Final

from tasks.sources import Spelling
from tasks.text.letters import fold_letters
from tasks.text.lexicons import load_lexicon

NAME_WORDS: Final = 6
"""The longest name that was counted, «محمد عبد الله آل خليفة» with a title or two."""

PARTICLES: Final = frozenset({"في", "فى", "من", "إلى", "الى", "على", "عن", "أن", "إن", "مع", "هذا"})
"""Words that stand in sentences, behind names too: with one of them nothing is certain."""

REPORT_WORDS: Final = frozenset({"لم", "لما", "لن", "عندما", "حينما", "بينما", "لأول", "منذ"})
"""Words, other than verbs, with which a report begins, and that are in no name."""

WORD: Final = r"[\u0621-\u064A][\u0621-\u0652]*"
HONORIFIC: Final = (
    r"(?:[دأم]\s?\.\s*|(?:الدكتورة?|الأستاذة?|المهندسة?|الزميلة?|دكتورة?)\s+|[دأم]\s+)"
)
"""«د. تيسير التميمي», «أ . خالد»: titles before a name."""

LOOSE, SHAPED, KNOWN = range(3)
"""How sure a name must be: see :func:`person_named`."""

USUAL_SPELLING: Final = Spelling()

_SHAPED_LIKE_AN_OUTLET: Final = re.compile(
    r"(?:(?:صحيفه|جريده|موقع|شبكه|بوابه) )?[\w ]{2,20} "
    r"(?:نت|برس|نيوز|اونلاين|تايمز|بوست|تي في|اف ام)"
    r"|(?:صحيفه|جريده|شبكه) \w+(?: \w+)?"
)
"""«يمن برس», «براقش نت», «صحيفة الأفق»."""

_STYLES: Final = frozenset({"دوله", "مملكه", "جمهوريه", "سلطنه", "اماره"})

_KNOWN: Final = 1 << 14
"""Words whose meaning is remembered: the heads of articles repeat a few thousand."""

_NAME: Final = re.compile(rf"{HONORIFIC}?(?P<name>{WORD}(?:\s+{WORD}){{1,5}})\*?")
_DOMAIN: Final = re.compile(r"[A-Za-z][\w-]+\.(?:info?|com|net|org|ma)", re.IGNORECASE)


@lru_cache(_KNOWN)
def folded(word: str) -> str:
    """Return the word without harakat and tatweel, and with one form of each letter."""
    return fold_letters(word)


@lru_cache(_KNOWN)
def is_verb(word: str, spelling: Spelling = USUAL_SPELLING) -> bool:
    """Tell whether reports open with the verb, in any spelling.

    Final ى may stand for ي («يجرى»), not the other way: «برهانفي» ends with «في», not with «نفى».
    Whole words of an outlet that prints ي for ى are verbs in ى too («نفي المتحدث»).
    """
    strict = word[-1] == "ي" and spelling.alef_maqsura == "ى"
    return folded(word) in _verbs() and (not strict or folded(word) in _verbs_in_ya())


@lru_cache(_KNOWN)
def is_place(name: str) -> bool:
    """Tell whether the name is a city's, a province's or a country's."""
    return folded(name) in _places() or is_country(name)


def begins_like_a_place(word: str) -> bool:
    """Tell whether the name of a place begins with the word, «أبو» of «أبو ظبي»."""
    return folded(word) in _place_heads()


def is_country(name: str) -> bool:
    """Tell whether the name is a country's, also where it is its capital's too («تونس»).

    A state's style may stand before it: «دولة قطر», «مملكة البحرين», «جمهورية كوريا الجنوبية».
    """
    styled = folded(name).partition(" ")
    return folded(name) in _countries() or (styled[0] in _STYLES and styled[2] in _countries())


@lru_cache(_KNOWN)
def is_masthead(name: str) -> bool:
    """Tell whether an outlet signs like this."""
    key = masthead_key(name)
    return key in _mastheads() or _SHAPED_LIKE_AN_OUTLET.fullmatch(key) is not None


@lru_cache(_KNOWN)
def masthead_key(name: str) -> str:
    """Return what is the same in all spellings of a masthead."""
    return " ".join(folded(name).split()).lower()


def is_domain(name: str) -> bool:
    """Tell whether the name is the address of a site («AHDATH.INFO»)."""
    return _DOMAIN.fullmatch(name) is not None


def begins_like_a_name(word: str) -> bool:
    """Tell whether it is a first name: «محمد», «عبدالله», «أبوبكر»."""
    return folded(word) in _folded_lexicon("given_names") or folded(word).startswith("عبدال")


def begins_like_a_particle(word: str) -> bool:
    """Tell whether و or ل is written before the word: «لهموم», but not «ولد» nor «لمرابط»."""
    known = begins_like_a_name(word) or folded(word) in _folded_lexicon("family_names")
    return word[0] in "ول" and not known


@lru_cache(_KNOWN)
def person_named(text: str, *, sure: int = LOOSE) -> str | None:
    """Return the person's name without its title, None where the words can be anything else.

    ``sure`` is ``KNOWN`` where the first name must be one of the list, ``SHAPED`` where a family
    name with an article is enough («هتان النجار»), ``LOOSE`` where any two words are a name that
    do not open prose nor name an institution («كيت إيتون»).
    """
    match = _NAME.fullmatch(text.strip())
    if match is None:
        return None
    words = match["name"].split()
    first = begins_like_a_name(words[0])
    if not first and (sure == KNOWN or len(words) > 4 or is_no_name(words[0])):
        return None
    if not first and (words[0].startswith("ال") or any(map(_is_joined, words))):
        return None
    if not first and sure == SHAPED and not words[-1].startswith("ال"):
        return None
    if any(is_no_name(word) or len(word) == 1 or _is_joined(word) for word in words[1:]):
        return None
    return " ".join(words)


def _is_joined(word: str) -> bool:
    """Tell whether a particle is written with the word: «والشمري», «بالكنيست», «للمرة»."""
    return word.startswith(("وال", "بال", "لل", "كال", "فال"))


@lru_cache(_KNOWN)
def is_no_name(word: str) -> bool:
    """Tell whether a word is in no name: a particle, a verb of reports, an institution."""
    return (
        word in PARTICLES
        or folded(word) in _folded_lexicon("head_words")
        or folded(word).removeprefix("ال") in _folded_lexicon("head_words")
        or is_verb(word)
    )


@cache
def _folded_lexicon(name: str) -> frozenset[str]:
    return frozenset(map(folded, load_lexicon(name)))


@cache
def _verbs() -> frozenset[str]:
    return _folded_lexicon("opening_verbs")


@cache
def _verbs_in_ya() -> frozenset[str]:
    return frozenset(folded(verb) for verb in load_lexicon("opening_verbs") if verb[-1] == "ي")


@cache
def _countries() -> frozenset[str]:
    return _folded_lexicon("countries")


@cache
def _places() -> frozenset[str]:
    return _folded_lexicon("places")


@cache
def _place_heads() -> frozenset[str]:
    return _STYLES.union(name.partition(" ")[0] for name in _places() | _countries())


@cache
def _mastheads() -> frozenset[str]:
    return frozenset(masthead_key(name) for name in load_lexicon("mastheads"))
