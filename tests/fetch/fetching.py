"""Fetch as tests call it: small bounds, a fixed time, rows as dictionaries."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tasks.fetch import Fetched, History, Intake, Reading, fetch, read_raw
from tasks.sources import SourceProfile
from tasks.store.references import read

WHEN = datetime(2025, 3, 21, 12, tzinfo=UTC)
DEFAULT = SourceProfile(name="default")
Row = dict[str, Any]


def reading(
    *profiles: SourceProfile,
    longest: int = 1 << 20,
    deepest: int = 64,
    shard: int = 1 << 20,
    limit: int | None = None,
) -> Reading:
    return Reading(
        profiles={profile.name: profile for profile in (DEFAULT, *profiles)},
        max_record_bytes=longest,
        max_json_depth=deepest,
        max_archive_depth=2,
        max_unpacked_bytes=1 << 32,
        max_unpacked_ratio=2000,
        shard_bytes=shard,
        limit=limit,
    )


def land(lake: Path, *sources: object, how: Reading | None = None) -> Fetched:
    """Fetch into a lake that has committed nothing."""
    fetched = take_in(lake, *sources, how=how).fetched
    assert fetched is not None
    return fetched


def take_in(
    lake: Path, *sources: object, how: Reading | None = None, history: History | None = None
) -> Intake:
    told = [str(source) for source in sources]
    return fetch(told, lake=lake, reading=how or reading(), fetched_at=WHEN, history=history)


def kept(fetched: Fetched) -> list[Row]:
    return [row for ref in fetched.batch.records for row in read(ref).to_pylist()]


def refused(fetched: Fetched) -> list[Row]:
    rows: list[Row] = [row for ref in fetched.batch.refused for row in read(ref).to_pylist()]
    return rows


def reasons(fetched: Fetched) -> dict[str, str]:
    return {row["record_ref"]: row["reason"] for row in refused(fetched)}


def raw(fetched: Fetched) -> list[Row]:
    folder = fetched.batch.lake / "raw" / fetched.batch.batch_id
    return [row for path in sorted(folder.glob("*.parquet")) for row in read_raw(path).to_pylist()]


def make(folder: Path, files: Mapping[str, bytes | str]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def is_accounted(fetched: Fetched) -> bool:
    """Whether every raw record is kept or refused, once."""
    refs = sorted(row["record_ref"] for row in raw(fetched))
    ended = sorted(row["record_ref"] for row in [*kept(fetched), *refused(fetched)])
    return refs == ended and len(set(refs)) == len(refs) == fetched.records
