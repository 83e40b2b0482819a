"""The formats that Warraq reads, one module each.

A format is added by its module and one line in ``FORMATS``. The first whose ``sniff`` agrees reads
the file, so what is told by unmistakable content stands before what is told by a name.
"""

from typing import Final

from tasks.fetch.formats.content import is_binary
from tasks.fetch.formats.feeds import FEEDS
from tasks.fetch.formats.html_pages import HTML
from tasks.fetch.formats.json_arrays import JSON_ARRAYS
from tasks.fetch.formats.json_lines import JSON_LINES
from tasks.fetch.formats.parquet_files import PARQUET
from tasks.fetch.formats.pieces import DECODED, MARKUP, SHARED, Decoded, Format, Piece
from tasks.fetch.formats.plain_text import PLAIN_TEXT
from tasks.fetch.formats.tables import TABLES

FORMATS: Final = (
    PARQUET,
    FEEDS,
    HTML,
    JSON_LINES,
    JSON_ARRAYS,
    TABLES,
    PLAIN_TEXT,
)

UNKNOWN: Final = "unknown"
"""What the raw zone calls the format of content that no format reads."""


def recognise(name: str, head: bytes) -> Format | None:
    """Return the format of a file of that name and those first bytes in UTF-8, if there is one."""
    binary = is_binary(head)
    kinds = (kind for kind in FORMATS if kind.binary == binary and kind.sniff(name, head))
    return next(kinds, None)


__all__ = [
    "DECODED",
    "FORMATS",
    "MARKUP",
    "SHARED",
    "UNKNOWN",
    "Decoded",
    "Format",
    "Piece",
    "recognise",
]
