"""Raw records as shards of the raw zone."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from expectations.columns import TIMESTAMP
from expectations.conformance import check
from expectations.schema import RAW
from tasks.fetch.formats.content import join
from tasks.fetch.reading import RawRecord

RECORDS_PER_SHARD: Final = 10_000
"""Records after which a shard is full, however small they are."""

COMPRESSION_LEVEL: Final = 1
"""zstd's level: level 3 takes a tenth less room on real news."""

_REPEATED: Final = ["source", "profile", "format", "encoding", "header", "refusal"]


def cut_shards(records: Iterable[RawRecord], shard_bytes: int) -> Iterator[list[RawRecord]]:
    """Yield the records in lists of ``shard_bytes`` or ``RECORDS_PER_SHARD``, the last one less."""
    shard: list[RawRecord] = []
    size = 0
    for record in records:
        shard.append(record)
        size += len(record.piece.payload)
        if size >= shard_bytes or len(shard) >= RECORDS_PER_SHARD:
            yield shard
            shard, size = [], 0
    if shard:
        yield shard


def raw_table(records: list[RawRecord], fetched_at: datetime) -> pa.Table:
    """Return the records as a table of the raw zone."""
    pieces = [record.piece for record in records]
    columns = {
        "record_ref": [f"{record.file.label}#{record.number}" for record in records],
        "source": [record.file.outlet for record in records],
        "profile": [record.file.profile for record in records],
        "format": [record.format for record in records],
        "encoding": [record.encoding for record in records],
        "header": [piece.header for piece in pieces],
        "byte_start": [piece.start for piece in pieces],
        "byte_end": [piece.end for piece in pieces],
        "fetched_at": pa.repeat(pa.scalar(fetched_at, TIMESTAMP), len(records)),
        "digest": [piece.digest or hashlib.sha256(piece.payload).hexdigest() for piece in pieces],
        "refusal": [piece.refusal for piece in pieces],
        "detail": [piece.detail for piece in pieces],
        "payload": join([piece.payload for piece in pieces], pa.large_binary()),
    }
    return check(pa.table(columns, RAW), RAW, "fetch: raw records")


def write_raw(table: pa.Table, path: Path) -> None:
    """Write one shard of the raw zone."""
    pq.write_table(
        table,
        path,
        compression="zstd",
        compression_level=COMPRESSION_LEVEL,
        use_dictionary=_REPEATED,
        write_statistics=False,
    )


def read_raw(path: Path) -> pa.Table:
    """Return one shard of the raw zone."""
    return check(pq.read_table(path, schema=RAW), RAW, str(path))
