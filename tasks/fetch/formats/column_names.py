"""Names of columns, compared as a reader would: what the eye does not see does not part them.

People type these names by hand over spreadsheets: with marks of direction, tatweel and harakat
(«النـص», «النَّص»), with and without hamza, with spaces, hyphens or underscores. Of a table that
somebody decoded wrongly they are mojibake like all the rest («ط§ظ„ظ†طµ»).
"""

import re
from collections.abc import Iterable
from typing import Final

from tasks.text.mojibake import readings_of

_MARK: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"

_UNSEEN: Final = re.compile(
    "[\N{ARABIC LETTER MARK}\N{ZERO WIDTH SPACE}-\N{RIGHT-TO-LEFT MARK}"
    "\N{LEFT-TO-RIGHT EMBEDDING}-\N{RIGHT-TO-LEFT OVERRIDE}"
    "\N{LEFT-TO-RIGHT ISOLATE}-\N{POP DIRECTIONAL ISOLATE}\N{SOFT HYPHEN}\N{ARABIC TATWEEL}"
    f"\N{ARABIC FATHATAN}-\N{ARABIC SUKUN}\N{ARABIC LETTER SUPERSCRIPT ALEF}{_MARK}]"
    r"|[\s_-]"
)
_SPELLINGS: Final = str.maketrans("أإآٱىة", "اااايه")


def places_of(columns: Iterable[str], wanted: Iterable[str]) -> dict[str, int]:
    """Return the places of the columns of the wanted names; a name that none has is left out.

    A column has a name as it is written, else in whatever case, else as :func:`fold` leaves it,
    else as it was before it was decoded wrongly. One that is named outright has no other name, and
    of several that are alike none has it.
    """
    written, names = list(columns), list(wanted)
    found = _outright(written, names)
    rest = set(range(len(written))) - set(found.values())
    alike = _single((fold(written[place]), place) for place in rest)
    folded = {name: fold(name) for name in names}
    # A header is a few words, without evidence of its own: that a wanted name comes out is enough.
    repaired = _single(
        (name, place)
        for place in rest
        for name in {fold(reading) for reading in readings_of(written[place])}
        if name in folded.values()
    )
    likely = {name: alike.get(folded[name], repaired.get(folded[name])) for name in names}
    return {name: place for name, place in (likely | found).items() if place is not None}


def fold(name: str) -> str:
    """Return what names have in common that are one to a reader: «Publish Date», «publish_date»."""
    return _UNSEEN.sub("", name).lower().translate(_SPELLINGS)


def _outright(columns: list[str], wanted: list[str]) -> dict[str, int]:
    exact: dict[str, int] = {}
    by_case: dict[str, int] = {}
    for place, column in enumerate(columns):
        name = column.strip().strip(_MARK).strip()
        exact.setdefault(name, place)
        by_case.setdefault(name.lower(), place)
    places = {name: exact.get(name, by_case.get(name.lower())) for name in wanted}
    return {name: place for name, place in places.items() if place is not None}


def _single(named: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Return the places by name, but for the names of several."""
    places: dict[str, list[int]] = {}
    for name, place in named:
        places.setdefault(name, []).append(place)
    return {name: some[0] for name, some in places.items() if len(some) == 1}
