"""Text from outside as it may stand in a message or in the ledger: short, on one line."""

from typing import Final

LONGEST: Final = 200
"""Characters of the longest detail."""


def as_place(path: str) -> str:
    r"""Return a path as it stands in a ``record_ref``, where ``!`` parts an archive and its member.

    In a name that mark has a backslash before it: «a!b» in «c.zip» is ``c.zip!a\!b``, so that no
    two places read the same.
    """
    if "!" not in path and not path.endswith("\\"):
        return path
    return path.replace("\\", "\\\\").replace("!", "\\!")


def shorten(text: str) -> str:
    """Return the text with control characters and lone surrogates escaped, and cut to size."""
    head = text[: LONGEST + 1]
    shown = "".join(
        char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode()
        for char in head
    )
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…"
