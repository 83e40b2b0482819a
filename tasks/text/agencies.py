"""News agencies by all the names that they are printed under."""

import re
from functools import cache, lru_cache
from typing import Final

from tasks.text.letters import fold_letters
from tasks.text.lexicons import load_lexicon

_MARK: Final = re.compile(r"[.()*«»\"]")


@lru_cache(1 << 14)
def agency_named(name: str) -> str | None:
    """Return the one name of an agency («أ ف ب» of «أ.ف.ب» and «AFP»), None for other words."""
    return _agencies().get(_spelt_out(name))


def _spelt_out(name: str) -> str:
    """Return an agency's name folded, with one space for dots: «(أ.ف.ب)» is «ا ف ب»."""
    return " ".join(fold_letters(_MARK.sub(" ", name)).lower().split())


@cache
def _agencies() -> dict[str, str]:
    names = {}
    for line in load_lexicon("agencies"):
        name, _, others = line.partition("=")
        for spelt in (name, *others.split("|")):
            if spelt.strip():
                names[_spelt_out(spelt)] = name.strip()
    return names
