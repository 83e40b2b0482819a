"""Text from outside as it may stand in a message or in the ledger: short, on one line."""

from typing import Final

LONGEST: Final = 200
"""Characters of the longest detail."""


def shorten(text: str) -> str:
    """Return the text with control characters and lone surrogates escaped, and cut to size."""
    head = text[: LONGEST + 1]
    shown = "".join(
        char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode()
        for char in head
    )
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…"
