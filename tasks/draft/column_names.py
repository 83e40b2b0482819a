"""What speaks against a name of a column: it is prose, or a row, or was decoded wrongly."""

from collections.abc import Sequence
from typing import Final

import pyarrow as pa

from tasks.text.mojibake import repair_mojibake

MOST_WORDS: Final = 4
"""Words of the longest name that a person gives a column; headlines have more."""

_PARTING: Final = frozenset("؛،;|\t")
"""Signs between the cells of a row, or the words of a list: «العنوان؛النص؛التاريخ»."""


def is_odd(name: str) -> bool:
    """Whether a name is rather a sentence or a row that no delimiter was found for."""
    return len(name.split()) > MOST_WORDS or not _PARTING.isdisjoint(name)


def mend_names(names: Sequence[str]) -> dict[str, str]:
    """Return what the names that are mojibake should be; a short one is told by those beside it."""
    lines = [name.replace("\n", " ") for name in names]
    mended = repair_mojibake(pa.array(["\n".join(lines)])).column.to_pylist()[0].split("\n")
    if len(mended) != len(names):
        return {}  # of no names a line is made too
    told = zip(names, lines, mended, strict=True)
    return {name: better for name, line, better in told if better != line and better.strip()}
