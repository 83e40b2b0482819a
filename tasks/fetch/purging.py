"""Taking what was received of a record out of the raw zone; that it was there stays."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from expectations.dispositions import PURGED, WAS_PURGED
from tasks.errors import StopRun
from tasks.fetch.landing import remove_left
from tasks.fetch.manifests import ANSWERS, MANIFEST, RawBatch, RawShard, load, save
from tasks.fetch.raw import read_raw, write_raw
from tasks.store.files import delete, digest, explained, putting, sync, sync_folder
from tasks.store.references import ShardRef, read

_EMPTIED: Final = pa.array([PURGED, WAS_PURGED])


def purge_raw(
    root: Path, records: Iterable[tuple[str, str]], *, refusal: str, detail: str | None = None
) -> int:
    """Empty the payloads of records, named by batch and ``record_ref``; return how many there were.

    They are refused for that reason from then on. Lists of articles (feeds) that were fetched with
    such a batch may hold their texts too: their bodies go whole, in other batches as well. Needs
    the writer lock. The manifest names the old shards or the new ones; when this is cut off, the
    same call again removes what was left over. Raises :class:`StopRun` when the disk fails.
    """
    by_batch: defaultdict[str, set[str]] = defaultdict(set)
    for batch_id, record_ref in records:
        by_batch[batch_id].add(record_ref)
    count = 0
    for batch_id, references in by_batch.items():
        folder = root / "raw" / batch_id
        manifest = load(RawBatch, folder / MANIFEST)
        if manifest is None:
            continue  # that batch's raw records are not kept here
        with explained("The raw zone cannot be written", folder):
            count += _purge_batch(folder, manifest, references, (refusal, detail))
    with explained("The raw zone cannot be written", root / "raw"):
        _empty_lists(root / "raw", by_batch.keys())
    return count


def uncommitted_batches(root: Path, committed: Collection[str]) -> list[str]:
    """Return the batches that landed in the raw zone and that no commit names.

    Their runs failed or were cut off. What a killed run was landing is removed: no command finds it
    again. Needs the writer lock.
    """
    raw = root / "raw"
    remove_left(raw)
    remove_left(root / "work")
    landed = (path.name for path in raw.glob("*") if path.is_dir() and path.name[0] != ".")
    return sorted(name for name in landed if name not in committed)


def _empty_lists(raw: Path, batches: Collection[str]) -> None:
    """Empty the lists that came with these batches, and what else came from their addresses.

    An article stands in a feed for days, so in the answers of several runs. Those of the batches
    themselves go last: by them the others are found, should this be cut off.
    """
    named = [path for name in sorted(batches) if (path := raw / name / ANSWERS).exists()]
    lists: set[str] = set()
    for path in named:
        answers = _read_answers(path)
        lists.update(answers.filter(pc.is_valid(answers["body"]))["url"].to_pylist())
    wanted = pa.array(sorted(lists), pa.string())
    others = sorted(set(raw.glob(f"[!.]*/{ANSWERS}")) - set(named)) if lists else []
    for path in (*others, *named):
        _empty_bodies(path, wanted)


def _empty_bodies(path: Path, urls: pa.Array) -> None:
    answers = _read_answers(path)
    found = pc.is_in(answers["url"], urls)
    if not pc.any(pc.and_(found, pc.is_valid(answers["body"]))).as_py():
        return
    place = answers.schema.get_field_index("body")
    field = answers.schema.field(place)
    # Made anew: a null of a filtered column has its bytes behind it still, and they are written.
    pairs = zip(found.to_pylist(), answers["body"], strict=True)
    bodies = pa.array([None if hit else body.as_py() for hit, body in pairs], field.type)
    with putting(path) as sink, pa.ipc.new_file(sink, answers.schema) as writer:
        writer.write_table(answers.set_column(place, field, bodies))


def _read_answers(path: Path) -> pa.Table:
    try:
        return read(ShardRef(path=path, rows=0))
    except pa.ArrowInvalid as error:
        problem = "What sites answered for a batch is damaged; restore the file, or delete it"
        raise StopRun(problem, path=str(path)) from error


def _purge_batch(
    folder: Path, manifest: RawBatch, references: Collection[str], told: tuple[str, str | None]
) -> int:
    """Return how many of the records are in the batch."""
    wanted = pa.array(sorted(references), pa.string())
    shards = []
    count = 0
    for shard in manifest.shards:
        rows = pq.read_table(folder / shard.file, columns=["record_ref", "refusal"])
        found = pc.is_in(rows["record_ref"], wanted)
        count += pc.sum(found).as_py() or 0
        full = pc.and_(found, pc.invert(pc.is_in(rows["refusal"], _EMPTIED)))
        emptied = _write_emptied(folder, shard, found, told) if pc.any(full).as_py() else shard
        shards.append(emptied)
    if tuple(shards) != manifest.shards:
        save(manifest.model_copy(update={"shards": tuple(shards)}), folder / MANIFEST)
        sync([folder / MANIFEST])
        sync_folder(folder)
    named = {shard.file for shard in shards}
    for path in folder.glob("*.parquet"):
        if path.name not in named:
            delete(path)
    return count


def _write_emptied(
    folder: Path,
    shard: RawShard,
    found: pa.ChunkedArray,
    told: tuple[str, str | None],
) -> RawShard:
    """Write the shard without these payloads under a name of its own: ``00000-1.parquet``."""
    rows = read_raw(folder / shard.file)
    values = {"payload": None, "header": None, "refusal": told[0], "detail": told[1]}
    for name, value in values.items():
        place = rows.schema.get_field_index(name)
        field = rows.schema.field(place)
        column = pc.if_else(found, pa.scalar(value, field.type), rows[name])
        rows = rows.set_column(place, field, column)
    number, _, before = Path(shard.file).stem.partition("-")
    path = folder / f"{number}-{int(before or 0) + 1}.parquet"
    write_raw(rows, path)
    sync([path])
    return RawShard(file=path.name, rows=shard.rows, bytes=path.stat().st_size, digest=digest(path))
