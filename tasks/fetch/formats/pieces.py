"""What a format is, and what it hands on."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import pyarrow as pa

from tasks.fetch.streams import HEAD, Stream
from tasks.sources import SourceProfile

FIELD_OF: Final = {
    "source": "source",
    "native_id": "id",
    "url": "url",
    "title": "title",
    "text": "text",
    "published_raw": "published",
    "modified_raw": "modified",
    "author": "author",
    "section": "section",
}
"""Our column, and the profile's key that says where a record has it."""

BETWEEN_NAMES: Final = "، "
"""Joins several authors, or several sections, in one field."""

DECODED: Final = tuple(FIELD_OF)
"""The columns that a format reads out of a record; ``source`` is null when it does not say."""

MARKUP: Final = (
    *("hints", "subtitle", "dateline_place", "agency", "tags", "captions", "related", "images"),
)
"""The columns that only a format with markup reads; they are null in the others."""


SHARED: Final = "address_is_shared"
"""The column that only feeds have: the address of a record is not its own."""


class Piece(NamedTuple):
    """One raw record as it was cut out of a file; ``digest`` is that of the payload when null.

    ``header`` is what its whole file tells about reading it (a table's first row), as JSON.
    """

    payload: bytes
    start: int
    end: int
    refusal: str | None = None
    detail: str | None = None
    digest: str | None = None
    header: str | None = None


@dataclass(slots=True)
class Decoded:
    """Columns of what could be read, and what could not.

    ``rows`` and ``columns`` go together, as do the four lists of the refused; a row is the place of
    a payload in the column that was decoded. The columns have the names of ``DECODED``, and
    ``read_as`` (the encoding, null for UTF-8) where payloads were in several, ``MARKUP`` where
    there is any, and ``SHARED``.
    """

    rows: list[int] = field(default_factory=list)
    columns: dict[str, Any] = field(default_factory=dict)
    refused_rows: list[int] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    native_ids: list[str | None] = field(default_factory=list)
    sources: list[str | None] = field(default_factory=list)

    def refuse(
        self,
        row: int,
        reason: str,
        detail: str,
        *,
        native_id: str | None = None,
        source: str | None = None,
    ) -> None:
        """Set the row aside with one of the schema's reasons for ``rejected``."""
        self.refused_rows.append(row)
        self.reasons.append(reason)
        self.details.append(detail)
        self.native_ids.append(native_id)
        self.sources.append(source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One kind of content.

    ``sniff(name, head)`` tells whether a file of that name (without the suffix of a compression)
    and those first bytes, in UTF-8 when they are text, is of this kind; ``split(stream, longest)``
    cuts it into records of ``longest`` bytes at most; ``decode(payloads, profile, deepest,
    header)`` reads the fields of a ``large_binary`` column of records that have the same header.
    ``title_in_text`` says that the first line of the text is the title; ``recoded``, that the
    stream is made UTF-8 before it is cut; ``binary``, that it is no text: only such a format is
    asked about files that are none; ``reads_headers``, that records have headers of their own:
    ``decode`` is then given the column of them.
    """

    name: str
    sniff: Callable[[str, bytes], bool]
    split: Callable[[Stream, int], Iterator[Piece]]
    decode: Callable[[pa.LargeBinaryArray, SourceProfile, int, Any], Decoded]
    title_in_text: bool = False
    recoded: bool = True
    binary: bool = False
    reads_headers: bool = False


class Overflow:
    """A record that is too large to keep: its digest and its first bytes, in bounded memory."""

    def __init__(self, start: int) -> None:
        self.start = start
        self.size = 0
        self._head = b""
        self._hash = hashlib.sha256()

    def add(self, data: bytes) -> None:
        """Take in the next bytes of the record."""
        if len(self._head) < HEAD:
            self._head += data[: HEAD - len(self._head)]
        self._hash.update(data)
        self.size += len(data)

    def piece(self, reason: str, detail: str) -> Piece:
        """Return the refused record."""
        end = self.start + self.size
        return Piece(self._head, self.start, end, reason, detail, self._hash.hexdigest())


def too_large(size: int, longest: int) -> str:
    """Return the detail of a record over the limit."""
    return f"{size:,} bytes; the limit is {longest:,}"
