"""Text from outside as it may stand in a message or in the ledger: short, on one line."""

from collections.abc import Sequence
from typing import Final

LONGEST: Final = 200
"""Characters of the longest detail."""

_NAMES_SHOWN: Final = 3


def as_place(path: str) -> str:
    r"""Return a path as it stands in a ``record_ref``, where ``!`` parts an archive and its member.

    In a name that mark has a backslash before it: «a!b» in «c.zip» is ``c.zip!a\!b``, so that no
    two places read the same.
    """
    if "!" not in path and not path.endswith("\\"):
        return path
    return path.replace("\\", "\\\\").replace("!", "\\!")


def describe_no_text(wanted: Sequence[str], there: Sequence[str]) -> str:
    """Return that no text stands under the names that are wanted, and the names that are there."""
    shown = ", ".join(wanted[:_NAMES_SHOWN]) + ", …" * (len(wanted) > _NAMES_SHOWN)
    names = shorten(", ".join(there[:LONGEST]) or "none", LONGEST // 2)
    return (
        f"no text under {shown}; the names there are {names}: a profile's [fields] can name another"
    )


def shorten(text: str, longest: int = LONGEST) -> str:
    """Return the text with control characters and lone surrogates escaped, and cut to size."""
    head = text[: longest + 1]
    shown = "".join(
        char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode()
        for char in head
    )
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"
