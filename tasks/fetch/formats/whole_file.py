"""Files that are one record."""

from tasks.fetch.formats.pieces import Overflow, Piece, too_large
from tasks.fetch.streams import Stream


def read_whole(stream: Stream, longest: int) -> Piece:
    """Return the whole file as one record; of one over ``longest`` bytes, only its head."""
    parts: list[bytes] = []
    size = 0
    while data := stream.read():
        parts.append(data)
        size += len(data)
        if size > longest:
            return _overflow(parts, stream, longest)
    payload = b"".join(parts)
    if stream.fault is not None:
        return Piece(payload, 0, size, stream.fault.reason, stream.fault.problem)
    return Piece(payload, 0, size)


def _overflow(parts: list[bytes], stream: Stream, longest: int) -> Piece:
    whole = Overflow(start=0)
    for data in parts:
        whole.add(data)
    parts.clear()
    while data := stream.read():
        whole.add(data)
    return whole.piece("too-large", too_large(whole.size, longest))
