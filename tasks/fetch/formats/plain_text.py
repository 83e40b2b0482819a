"""Plain text: one article per file, the title on its first line, in any encoding that is read."""

from collections.abc import Iterator
from typing import Final

import pyarrow as pa

from tasks.fetch.formats.content import BOM, buffers, is_mostly_arabic, suffix_of
from tasks.fetch.formats.pieces import DECODED, Decoded, Format, Overflow, Piece, too_large
from tasks.fetch.streams import Stream
from tasks.sources import SourceProfile
from tasks.text.encoding_rows import decode_column

SUFFIXES: Final = frozenset({".txt", ".text"})

_OTHER_TEXT: Final = frozenset(
    {".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".html", ".htm", ".xhtml", ".xml", ".rss"}
)
"""Names of text that is not prose, whatever the letters in it."""


def sniff(name: str, head: bytes) -> bool:
    """Whether the file is text by its name; under an unknown name, whether it is Arabic prose."""
    suffix = suffix_of(name)
    return suffix in SUFFIXES or (suffix not in _OTHER_TEXT and is_mostly_arabic(head))


def split(stream: Stream, longest: int) -> Iterator[Piece]:
    """Yield the whole file as one record."""
    parts: list[bytes] = []
    size = 0
    while data := stream.read():
        parts.append(data)
        size += len(data)
        if size > longest:
            yield _overflow(parts, stream, longest)
            return
    payload = b"".join(parts)
    if stream.fault is not None:
        yield Piece(payload, 0, size, stream.fault.reason, stream.fault.problem)
    elif not payload.removeprefix(BOM).strip():
        yield Piece(payload, 0, size, "empty-file", "the file holds no text")
    else:
        yield Piece(payload, 0, size)


def _overflow(parts: list[bytes], stream: Stream, longest: int) -> Piece:
    whole = Overflow(start=0)
    for data in parts:
        whole.add(data)
    parts.clear()
    while data := stream.read():
        whole.add(data)
    return whole.piece("too-large", too_large(whole.size, longest))


def decode(
    payloads: pa.LargeBinaryArray,
    profile: SourceProfile,
    _deepest: int,
    _header: str | None = None,
) -> Decoded:
    """Read each payload as the text of one article, the title line included.

    The encoding is each file's own; bytes that have none are refused with the first one's place.
    """
    found = decode_column(*buffers(payloads), profile.encoding)
    decoded = Decoded(rows=found.rows.tolist())
    for row, fault in found.faults.items():
        decoded.refuse(row, fault.reason, fault.problem)
    decoded.columns = {name: pa.nulls(len(found.rows), pa.string()) for name in DECODED}
    decoded.columns["text"] = found.texts
    decoded.columns["read_as"] = found.encodings
    return decoded


PLAIN_TEXT: Final = Format(
    name="text",
    sniff=sniff,
    split=split,
    decode=decode,
    title_in_text=True,
    recoded=False,
)
