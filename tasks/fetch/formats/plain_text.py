"""Plain text: one article per file, the title on its first line, in any encoding that is read."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import pyarrow as pa

from tasks.fetch.formats.content import BOM, buffers, is_binary, is_mostly_arabic, suffix_of
from tasks.fetch.formats.pieces import DECODED, Decoded, Format, Piece
from tasks.fetch.formats.whole_file import read_whole
from tasks.fetch.streams import Stream
from tasks.sources import SourceProfile
from tasks.text.encoding_rows import decode_column

_MIXED: Final = (
    "other content begins at about byte {:,} of the text, such as UTF-16 behind UTF-8: "
    "save the parts alone"
)

_LOOKED_AT: Final = 1024
"""Bytes behind a NUL by which other content is told from a stray one."""

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
    piece = read_whole(stream, longest)
    if piece.refusal is None and not piece.payload.removeprefix(BOM).strip():
        piece = piece._replace(refusal="empty-file", detail="the file holds no text")
    yield piece


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
    texts, encodings = found.texts, found.encodings
    mixed = _find_mixed(texts)
    if mixed:
        for at, place in mixed.items():
            decoded.refuse(decoded.rows[at], "unknown-encoding", _MIXED.format(place))
        kept = [at for at in range(len(texts)) if at not in mixed]
        decoded.rows = [decoded.rows[at] for at in kept]
        texts, encodings = (
            column.take(pa.array(kept, pa.int64())) for column in (texts, encodings)
        )
    decoded.columns = {name: pa.nulls(len(texts), pa.string()) for name in DECODED}
    decoded.columns["text"] = texts
    decoded.columns["read_as"] = encodings
    return decoded


def _find_mixed(texts: pa.LargeStringArray) -> dict[int, int]:
    """Return where other content follows a text: the places of NULs among many controls, by row.

    Some programs append UTF-16 to a file of UTF-8 («echo >> a.txt»), which is valid UTF-8 too.
    """
    data, offsets = buffers(texts)
    zeros = np.flatnonzero(data[offsets[0] : offsets[-1]] == 0) + offsets[0]
    rows = np.unique(np.searchsorted(offsets, zeros, side="right") - 1)
    mixed = {}
    for row in rows.tolist():
        text = data[offsets[row] : offsets[row + 1]].tobytes()
        place = text.index(0)
        if is_binary(text[place : place + _LOOKED_AT]):
            mixed[row] = place
    return mixed


PLAIN_TEXT: Final = Format(
    name="text",
    sniff=sniff,
    split=split,
    decode=decode,
    title_in_text=True,
    recoded=False,
)
