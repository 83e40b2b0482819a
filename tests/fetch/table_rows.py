"""Tables as their rows, for the tests that cut them and those that read their fields."""

import io
from typing import Any

import pyarrow as pa

from tasks.fetch.formats.content import join
from tasks.fetch.formats.pieces import Piece
from tasks.fetch.formats.tables import decode, split
from tasks.fetch.streams import Stream
from tasks.sources import FieldNames, SourceProfile

HEADER = b"title,text\n"
RLM = "\N{RIGHT-TO-LEFT MARK}"


def pieces(data: bytes, longest: int = 1 << 20) -> list[Piece]:
    return list(split(Stream(io.BytesIO(data)), longest))


def rows(found: list[Piece], **fields: Any) -> list[dict[str, Any]]:
    """Each piece that was not refused as its fields, or as its reason and detail."""
    sound = [piece for piece in found if piece.refusal is None]
    if not sound:
        return []
    profile = SourceProfile(name="x", fields=FieldNames(**fields))
    column = join([piece.payload for piece in sound], pa.large_binary())
    decoded = decode(column, profile, 64, sound[0].header)
    read = pa.table(decoded.columns)
    assert read.schema.field("text").type == pa.large_string()
    told = {
        row: {name: value for name, value in values.items() if value is not None}
        for row, values in zip(decoded.rows, read.to_pylist(), strict=True)
    }
    refused = zip(decoded.refused_rows, decoded.reasons, decoded.details, strict=True)
    told |= {row: {"reason": reason, "detail": detail} for row, reason, detail in refused}
    assert len(told) == len(decoded.rows) + len(decoded.refused_rows) == len(sound)
    return [told[row] for row in range(len(sound))]
