"""The small JSON files beside a batch: what stands in the raw zone, in the work folder, and why."""

import hashlib
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from tasks.fetch.files import Address, SourceFile
from tasks.fetch.reading import Reading
from tasks.store.files import aside_of

FETCH_VERSION: Final = 10
"""Raised when the same bytes are read differently, so that what was decoded before is not used."""

MANIFEST: Final = "batch.json"
DECODED: Final = "records.json"
ANSWERS: Final = "answers.arrow"
"""What sites answered while the batch was fetched (``lake_schema.RESPONSES``)."""

LANDED: Final = "landed.json"


class _Manifest(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class RawShard(_Manifest):
    """One file of a raw batch."""

    file: str
    rows: int
    bytes: int
    digest: str


class RawBatch(_Manifest):
    """``raw/<batch_id>/batch.json``: what landed, from where; ``profiles`` holds their digests."""

    batch_id: str
    fetched_at: datetime
    sources: tuple[str, ...]
    profiles: dict[str, str]
    files: int
    records: int
    bytes: int
    shards: tuple[RawShard, ...]


class DecodedBatch(_Manifest):
    """``work/<batch_id>/records/records.json``, written last: rows by file, reasons by number."""

    key: str
    shards: dict[str, int]
    refused_shards: dict[str, int]
    refused: dict[str, int]


class Marker(_Manifest):
    """``work/fetch/<key>.json``: the batch that these files, unchanged, became.

    Beside what was downloaded, ``landed.json``: the batch that holds it.
    """

    batch_id: str


Kind = TypeVar("Kind", bound=_Manifest)


def save(manifest: BaseModel, path: Path) -> None:
    """Write the manifest beside its place and rename it there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = aside_of(path)
    aside.write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
    aside.replace(path)


def load(kind: type[Kind], path: Path) -> Kind | None:
    """Read a manifest; null when it is not there or not whole."""
    try:
        return kind.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def decoding_key(reading: Reading) -> str:
    """Return the digest of what decoding depends on beside the raw zone."""
    profiles = {name: profile.digest for name, profile in reading.profiles.items()}
    return _digest([FETCH_VERSION, profiles, reading.max_json_depth])


def reading_key(reading: Reading) -> str:
    """Return the digest of everything but the files that decides which records there are."""
    bounds = [
        reading.max_record_bytes,
        reading.max_archive_depth,
        reading.max_unpacked_bytes,
        reading.max_unpacked_ratio,
    ]
    return _digest([bounds, decoding_key(reading)])


def marker_key(sources: Sequence[str], files: Sequence[SourceFile], reading: Reading) -> str:
    """Return the digest of what a fetch depends on, without reading a file."""
    seen = [(os.fsencode(file.path).hex(), file.label, *file.state) for file in files]
    bounds = [reading.shard_bytes, reading.limit]
    named = [os.fsencode(source).hex() for source in sources]
    return _digest([named, seen, bounds, reading_key(reading)])


def download_key(addresses: Sequence[Address], limit: int | None) -> str:
    """Return the digest of what a download depends on: what one leaves, the same takes up."""
    return _digest([sorted(map(list, addresses), key=str), limit])


def _digest(told: object) -> str:
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()
