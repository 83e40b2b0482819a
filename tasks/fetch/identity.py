"""What makes two batches the same: contents and how they are read, whatever the order or place."""

import hashlib
from collections.abc import Mapping
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.outcome import Outcome
from tasks.sources import SourceProfile

ENTRY_BYTES: Final = 32
"""Bytes that one record adds: kept in memory until the batch is whole, 32 MB for a million."""

_LENGTH: Final = 24
"""Hexadecimal digits of a batch's name: 96 bits."""


def entries_of(raw: pa.Table, decoded: Outcome, profiles: Mapping[str, SourceProfile]) -> bytes:
    """Return what each record of a shard adds to its batch's identity, end to end.

    That is its payload, its profile, its outlet and the header of its table. The outlet of a
    refused record is only that of its place, so it does not count.
    """
    outlets = [""] * raw.num_rows
    names = raw["profile"].to_pylist()
    kept = decoded.kept
    rows = pc.index_in(kept["record_ref"], value_set=raw["record_ref"]).to_pylist()
    told = zip(rows, kept["source"].to_pylist(), kept["profile"].to_pylist(), strict=True)
    for row, outlet, name in told:
        outlets[row], names[row] = outlet, name
    headers = (f"\n{header}" if header else "" for header in raw["header"].to_pylist())
    digests = zip(raw["digest"].to_pylist(), names, outlets, headers, strict=True)
    return b"".join(
        hashlib.sha256(f"{digest}\n{profiles[name].digest}\n{outlet}{header}".encode()).digest()
        for digest, name, outlet, header in digests
    )


def batch_name(entries: bytes) -> str:
    """Return the name of the batch with these entries, in any order."""
    # numpy compares byte strings as unsigned and with NULs at the end, as bytes do.
    ordered = np.sort(np.frombuffer(entries, f"S{ENTRY_BYTES}"))
    return f"b{hashlib.sha256(ordered.tobytes()).hexdigest()[:_LENGTH]}"
