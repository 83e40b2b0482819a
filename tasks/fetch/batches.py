"""Land a batch: every record in the raw zone, the readable ones decoded, under one name."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from expectations.schema import REFUSED
from tasks.errors import StopRun
from tasks.fetch.decode import decode_raw
from tasks.fetch.files import SourceFile, find_files
from tasks.fetch.identity import batch_name, entries_of
from tasks.fetch.landing import folder_aside, put
from tasks.fetch.manifests import (
    DECODED,
    MANIFEST,
    DecodedBatch,
    Marker,
    RawBatch,
    RawShard,
    decoding_key,
    load,
    marker_key,
    save,
)
from tasks.fetch.raw import cut_shards, raw_table, read_raw, write_raw
from tasks.fetch.reading import RawRecord, Reading, read_file
from tasks.store.files import delete, digest, explained, sync
from tasks.store.references import BatchRef, ShardRef, land

_TELL_EVERY: Final = 1000
"""Records between two reports of progress."""

_PASSING: Final = "unreadable"
"""The reason that may be gone next time though the file looks the same."""


class Progress(NamedTuple):
    """How far a fetch is: records so far, bytes read from the disk, bytes that there are."""

    records: int
    bytes_read: int
    bytes_in_all: int


OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Fetched:
    """A landed batch: ``records`` is the rows of its shards and ``refused`` (by reason) together.

    ``size`` is that of the raw records in bytes; ``known`` says that they had landed before.
    """

    batch: BatchRef
    files: int
    records: int
    refused: dict[str, int]
    size: int
    known: bool


def fetch(
    sources: Sequence[str],
    *,
    lake: Path,
    reading: Reading,
    fetched_at: datetime,
    on_progress: OnProgress | None = None,
) -> Fetched:
    """Read the SOURCEs into the raw zone and decode them; the same contents are the same batch.

    Files that were fetched before and have not changed since are not read again. Raises
    :class:`WrongSource` for a SOURCE that names nothing and :class:`StopRun` when the lake cannot
    be written.
    """
    lake = lake.absolute()
    files = find_files(sources, reading.profiles)
    marker = lake / "work" / "fetch" / f"{marker_key(sources, files, reading)}.json"
    with explained("The raw zone cannot be written", lake):
        seen = load(Marker, marker)
        batch = None if seen is None else _find_batch(lake, seen.batch_id)
        if batch is not None:
            return _fetched(lake, batch, _find_decoded(lake, batch, reading), known=True)
        landing = _Landing(tuple(sources), files, reading, fetched_at, on_progress)
        fetched = _land(lake, landing)
        if _PASSING not in fetched.refused:
            save(Marker(batch_id=fetched.batch.batch_id), marker)
    return fetched


@dataclass(slots=True)
class _Landing:
    """What one landing reads, and what it has gathered so far."""

    sources: tuple[str, ...]
    files: tuple[SourceFile, ...]
    reading: Reading
    fetched_at: datetime
    on_progress: OnProgress | None
    shards: list[RawShard] = field(default_factory=list)
    entries: bytearray = field(default_factory=bytearray)
    size: int = 0

    def read_records(self) -> Iterator[RawRecord]:
        """Yield the records of all files, telling how far it is."""
        in_all = sum(file.state[0] for file in self.files)
        count = before = 0
        for file in self.files:
            for record in read_file(file, self.reading):
                yield record
                count += 1
                if self.on_progress is not None and count % _TELL_EVERY == 0:
                    self.on_progress(Progress(count, before + record.taken, in_all))
            before += file.state[0]

    def write_shards(self, folder: Path) -> Iterator[pa.Table]:
        """Write the records into the raw zone and yield each shard that was written."""
        records = islice(self.read_records(), self.reading.limit)
        for number, shard in enumerate(cut_shards(records, self.reading.shard_bytes)):
            table = raw_table(shard, self.fetched_at)
            shard.clear()
            path = folder / f"{number:05d}.parquet"
            write_raw(table, path)
            self.shards.append(
                RawShard(
                    file=path.name,
                    rows=table.num_rows,
                    bytes=path.stat().st_size,
                    digest=digest(path),
                )
            )
            self.size += pc.sum(pc.subtract(table["byte_end"], table["byte_start"])).as_py()
            yield table

    def manifest(self) -> RawBatch:
        """Return what has landed, under its name."""
        profiles = {file.profile for file in self.files}
        return RawBatch(
            batch_id=batch_name(bytes(self.entries)),
            fetched_at=self.fetched_at,
            sources=self.sources,
            profiles={name: self.reading.profiles[name].digest for name in sorted(profiles)},
            files=len(self.files),
            records=sum(shard.rows for shard in self.shards),
            bytes=self.size,
            shards=tuple(self.shards),
        )


def _land(lake: Path, landing: _Landing) -> Fetched:
    reading = landing.reading
    with folder_aside(lake / "raw") as raw, folder_aside(lake / "work") as work:
        decoded = _decode(landing.write_shards(raw), work / "records", reading, landing.entries)
        batch = landing.manifest()
        save(batch, raw / MANIFEST)
        sync(raw / shard.file for shard in batch.shards)
        if put(raw, lake / "raw" / batch.batch_id):
            delete(_work(lake, batch))
            put(work / "records", _work(lake, batch) / "records")
            return _fetched(lake, batch, decoded, known=False)
    before = _find_batch(lake, batch.batch_id) or batch
    return _fetched(lake, before, _find_decoded(lake, before, reading), known=True)


def _decode(
    raws: Iterable[pa.Table], folder: Path, reading: Reading, entries: bytearray
) -> DecodedBatch:
    """Decode and land the shards one by one; add what names the batch to ``entries``."""
    rows: dict[str, int] = {}
    refused = [REFUSED.empty_table()]
    for number, raw in enumerate(raws):
        outcome = decode_raw(raw, reading.profiles, max_json_depth=reading.max_json_depth)
        entries += entries_of(raw, outcome, reading.profiles)
        refused.append(outcome.refused)
        if outcome.kept.num_rows:
            name = f"{number:05d}"
            rows[name] = land(outcome.kept, folder / f"{name}.arrow").rows
    whole = pa.concat_tables(refused)
    land(whole, folder / "refused.arrow")
    reasons = Counter(whole["reason"].to_pylist())
    decoded = DecodedBatch(key=decoding_key(reading), shards=rows, refused=dict(reasons))
    save(decoded, folder / DECODED)
    return decoded


def _find_batch(lake: Path, batch_id: str) -> RawBatch | None:
    return load(RawBatch, lake / "raw" / batch_id / MANIFEST)


def _find_decoded(lake: Path, batch: RawBatch, reading: Reading) -> DecodedBatch:
    """Return the decoded shards of a landed batch, decoding them again when they are not there.

    Shards that were decoded by other rules go, with all that later stages made of them.
    """
    place = _work(lake, batch)
    decoded = load(DecodedBatch, place / "records" / DECODED)
    if decoded is not None and decoded.key == decoding_key(reading):
        return decoded
    with folder_aside(lake / "work") as work:
        decoded = _decode(_read_shards(lake, batch), work / "records", reading, bytearray())
        delete(place)
        put(work / "records", place / "records")
    return decoded


def _read_shards(lake: Path, batch: RawBatch) -> Iterator[pa.Table]:
    for shard in batch.shards:
        path = lake / "raw" / batch.batch_id / shard.file
        if digest(path) != shard.digest:
            raise StopRun("A file of the raw zone is damaged; restore it", path=str(path))
        yield read_raw(path)


def _work(lake: Path, batch: RawBatch) -> Path:
    return lake / "work" / batch.batch_id


def _fetched(lake: Path, batch: RawBatch, decoded: DecodedBatch, *, known: bool) -> Fetched:
    folder = _work(lake, batch) / "records"
    return Fetched(
        batch=BatchRef(
            batch_id=batch.batch_id,
            lake=lake,
            work=_work(lake, batch),
            records=tuple(
                ShardRef(path=folder / f"{name}.arrow", rows=rows)
                for name, rows in sorted(decoded.shards.items())
            ),
            refused=ShardRef(path=folder / "refused.arrow", rows=sum(decoded.refused.values())),
        ),
        files=batch.files,
        records=batch.records,
        refused=decoded.refused,
        size=batch.bytes,
        known=known,
    )
