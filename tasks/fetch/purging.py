"""Taking what was received of a record out of the raw zone; that it was there stays."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from expectations.dispositions import PURGED
from tasks.fetch.manifests import MANIFEST, RawBatch, RawShard, load, save
from tasks.fetch.raw import read_raw, write_raw
from tasks.store.files import aside_of, digest, explained, sync


def purge_raw(root: Path, records: Iterable[tuple[str, str]], reason: str) -> int:
    """Empty the payloads of records, named by batch and ``record_ref``; return how many there were.

    Needs the writer lock. A shard is written beside its place and renamed there; when that is cut
    off, the same call again makes it whole. Raises :class:`StopRun` when the disk fails.
    """
    by_batch = defaultdict(set)
    for batch_id, record_ref in records:
        by_batch[batch_id].add(record_ref)
    count = 0
    for batch_id, references in by_batch.items():
        folder = root / "raw" / batch_id
        manifest = load(RawBatch, folder / MANIFEST)
        if manifest is None:
            continue  # that batch's raw records are not kept here
        with explained("The raw zone cannot be written", folder):
            shards = []
            for shard in manifest.shards:
                purged, found = _purge_shard(folder, shard, references, reason)
                shards.append(purged)
                count += found
            save(manifest.model_copy(update={"shards": tuple(shards)}), folder / MANIFEST)
    return count


def _purge_shard(
    folder: Path, shard: RawShard, references: Iterable[str], reason: str
) -> tuple[RawShard, int]:
    """Return what the manifest says of the shard now, and how many of the records are in it."""
    path = folder / shard.file
    wanted = pa.array(sorted(references), pa.string())
    found = pc.is_in(pq.read_table(path, columns=["record_ref"])["record_ref"], wanted)
    count = pc.sum(found).as_py() or 0
    if not count:
        return shard, 0
    rows = read_raw(path)
    told = {"payload": None, "header": None, "refusal": PURGED, "detail": reason}
    for name, value in told.items():
        place = rows.schema.get_field_index(name)
        field = rows.schema.field(place)
        column = pc.if_else(found, pa.scalar(value, field.type), rows[name])
        rows = rows.set_column(place, field, column)
    aside = aside_of(path)
    write_raw(rows, aside)
    sync([aside])
    aside.replace(path)
    return shard.model_copy(update={"bytes": path.stat().st_size, "digest": digest(path)}), count
