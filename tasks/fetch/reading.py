"""Read files into raw records, one after the other, within bounds."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from tasks.fetch.files import SourceFile
from tasks.fetch.formats import UNKNOWN, Piece, recognise
from tasks.fetch.formats.pieces import Overflow
from tasks.fetch.streams import Stream, open_stream
from tasks.sources import SourceProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How sources are read: the profiles by name, and the bounds of ``FetchSettings``.

    ``limit`` is the number of records after which reading stops, null for all.
    """

    profiles: Mapping[str, SourceProfile]
    max_record_bytes: int
    max_json_depth: int
    shard_bytes: int
    limit: int | None = None


class RawRecord(NamedTuple):
    """One record as it was read: its file, its number there from 1, its format, its bytes."""

    file: SourceFile
    number: int
    format: str
    piece: Piece
    taken: int
    """Bytes of the file that were read from the disk so far."""


def read_file(file: SourceFile, longest: int) -> Iterator[RawRecord]:
    """Yield the records of one file; one that cannot be read is one record with its refusal."""
    if file.fault is not None:
        piece = Piece(b"", 0, 0, file.fault.reason, file.fault.problem)
        yield RawRecord(file, 1, UNKNOWN, piece, 0)
        return
    with open_stream(file.path) as stream:
        kind, pieces = _open(file.name, stream, longest)
        number = 0
        for number, piece in enumerate(pieces, start=1):
            yield RawRecord(file, number, kind, piece, stream.taken)
        if number == 0:
            piece = Piece(b"", 0, 0, "empty-file", "the file holds no record")
            yield RawRecord(file, 1, kind, piece, stream.taken)


def _open(name: str, stream: Stream, longest: int) -> tuple[str, Iterator[Piece]]:
    head = stream.head()
    if not head:
        fault = stream.fault
        refusals = [] if fault is None else [Piece(b"", 0, 0, fault.reason, fault.problem)]
        return UNKNOWN, iter(refusals)
    kind = recognise(name, head)
    if kind is None:
        return UNKNOWN, _refuse_unknown(head, stream)
    return kind.name, kind.split(stream, longest)


def _refuse_unknown(head: bytes, stream: Stream) -> Iterator[Piece]:
    whole = Overflow(start=0)
    while data := stream.read():
        whole.add(data)
    first = head[:8].hex(" ")
    yield whole.piece("unknown-format", f"no format reads it; its first bytes are {first}")
