"""A record of the lake as it was received, out of the raw zone."""

import re
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.fetch import decode_raw, read_raw
from tasks.settings import Settings
from tasks.sources import DEFAULT_PROFILE, expand, load_profiles

_BATCH_ID: Final = re.compile(r"[0-9a-f]{8,128}")


def as_received(
    root: Path, batch_id: str, record_ref: str, settings: Settings
) -> tuple[str | None, str | None]:
    """Return the record as it was received, from the raw zone, and the text that was read of it.

    In that text the cuts have their places. Plain text is its own record, in its own encoding.
    Both are None when the raw zone has it no more, the text alone when it cannot be read. The
    default profile stands in for one that is gone since.
    """
    raw = _find_raw(root, batch_id, record_ref)
    if raw is None:
        return None, None
    profiles = expand(load_profiles(folder=settings.profiles))
    name = raw["profile"][0].as_py()
    profiles.setdefault(name, profiles[DEFAULT_PROFILE])
    decoded = decode_raw(raw, profiles, max_json_depth=settings.fetch.max_json_depth)
    text = str(decoded.kept["text"][0].as_py()) if len(decoded.kept) else None
    if text is not None and raw["format"][0].as_py() == "text":
        return text, text
    return bytes(raw["payload"][0].as_py() or b"").decode("utf-8", "replace"), text


def _find_raw(root: Path, batch_id: str, record_ref: str) -> pa.Table | None:
    """Return the record as one row of ``RAW``, if it is there."""
    if not _BATCH_ID.fullmatch(batch_id):
        return None
    for path in sorted((root / "raw" / batch_id).glob("*.parquet")):
        references = pq.read_table(path, columns=["record_ref"])["record_ref"]
        place = pc.index(references, record_ref).as_py()
        if place >= 0:
            return read_raw(path).slice(place, 1).combine_chunks()
    return None
