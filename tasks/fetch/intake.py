"""One landing at work: the files it reads, the shards it writes, and what it took of each file."""

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from expectations.lake_schema import FILES
from tasks.fetch.files import SourceFile
from tasks.fetch.identity import ENTRY_BYTES, batch_name, entries_of
from tasks.fetch.manifests import RawBatch, RawShard
from tasks.fetch.raw import cut_shards, raw_table, write_raw
from tasks.fetch.reading import RawRecord, Reading, read_file
from tasks.fetch.seen import content_key, place_key
from tasks.fetch.settling import CHANGED, digest_of, watched
from tasks.outcome import Outcome
from tasks.store.files import digest

PASSING: Final = frozenset({"unreadable", CHANGED})
"""Reasons that may be gone next time though the file looks the same: it is read again then."""

_TELL_EVERY: Final = 1000
"""Records between two reports of progress."""


class Progress(NamedTuple):
    """How far a fetch is: records so far, bytes read from the disk, bytes that there are."""

    records: int
    bytes_read: int
    bytes_in_all: int


OnProgress = Callable[[Progress], None]


@dataclass(slots=True)
class _Taken:
    """What was read of one file; ``content`` is the SHA-256 of its bytes where that is known."""

    file: SourceFile
    records: int = 0
    is_archive: bool = False
    is_refused: bool = False
    may_pass: bool = False
    content: str | None = None

    def add(self, record: RawRecord) -> RawRecord:
        """Count the record; return it with its digest where that is the file's too."""
        refusal = record.piece.refusal
        self.records += 1
        self.is_archive |= record.file is not self.file
        self.is_refused = self.records == 1 and refusal is not None
        self.may_pass |= refusal in PASSING
        piece = record.piece
        if piece.digest or self.is_archive or len(piece.payload) != self.file.state[0]:
            return record
        self.content = hashlib.sha256(piece.payload).hexdigest()
        return record._replace(piece=piece._replace(digest=self.content))


@dataclass(slots=True)
class Landing:
    """What one landing reads, and what it has gathered so far."""

    sources: tuple[str, ...]
    files: tuple[SourceFile, ...]
    reading: Reading
    fetched_at: datetime
    on_progress: OnProgress | None
    shards: list[RawShard] = field(default_factory=list)
    entries: bytearray = field(default_factory=bytearray)
    size: int = 0
    taken: list[_Taken] = field(default_factory=list)

    def write_shards(self, folder: Path) -> Iterator[pa.Table]:
        """Write the records into the raw zone and yield each shard that was written."""
        records = islice(self._read_records(), self.reading.limit)
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

    def note(self, raw: pa.Table, decoded: Outcome) -> None:
        """Gather what names the batch, shard by shard in their order."""
        self.entries += entries_of(raw, decoded, self.reading.profiles)

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

    def may_pass(self) -> bool:
        """Whether a file could not be read for a reason that may be gone next time."""
        return any(taken.may_pass for taken in self.taken)

    def files_taken(self, context: str) -> pa.Table:
        """Return the files that were read to their end, as ``FILES``."""
        rows = []
        start = 0
        for taken in self.taken:
            end = start + taken.records * ENTRY_BYTES
            rows.append(_file_row(taken, bytes(self.entries[start:end]), context))
            start = end
        return pa.Table.from_pylist(rows, schema=FILES)

    def _read_records(self) -> Iterator[RawRecord]:
        """Yield the records of all files, telling how far it is."""
        in_all = sum(file.state[0] for file in self.files)
        count = before = 0
        for file in self.files:
            taken = _Taken(file)
            for record in watched(file, read_file(file, self.reading)):
                yield taken.add(record)
                count += 1
                if self.on_progress is not None and count % _TELL_EVERY == 0:
                    self.on_progress(Progress(count, before + record.taken, in_all))
            before += file.state[0]
            self.taken.append(taken)  # not reached where a limit ends the reading


def _file_row(taken: _Taken, entries: bytes, context: str) -> dict[str, object]:
    """Return a row of ``FILES``.

    A file that was not read whole, or without a readable record, is known by its name and that of
    its folder too: the empty file of one day is not the empty file of another, and each shall be
    told of. What may be read next time is known by that only, so it is looked at again.
    """
    file = taken.file
    key = batch_name(entries)
    content = None
    if taken.is_refused or taken.may_pass:
        named = os.fsencode("/".join(file.path.split("/")[-2:]))
        key = hashlib.sha256(key.encode() + b"\n" + named).hexdigest()
    elif (found := taken.content or digest_of(file)) is not None:
        content = content_key(file, found, context, packed=taken.is_archive)
    return {
        "label": file.label,
        "size": file.state[0],
        "records": taken.records,
        "records_key": key,
        "content_key": content,
        "place_key": None if taken.may_pass else place_key(file, context),
    }
