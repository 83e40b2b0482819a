"""Where a purge has to look by text: the quarantine, and batches that no commit names."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from expectations.dispositions import WAS_PURGED
from expectations.schema import RECORDS
from tasks.clean import clean_refused
from tasks.deduplicate import CANDIDATES, find_candidates, find_gone
from tasks.deduplicate.candidates import SHORT_TEXT_WORDS
from tasks.errors import StopRun
from tasks.fetch import decode_raw, purge_raw, read_landed, uncommitted_batches
from tasks.settings import Settings
from tasks.sources import DEFAULT_PROFILE, SourceProfile, expand, load_profiles
from tasks.store import Lake, open_index

_NEEDED: Final = [field.name for field in RECORDS if not field.nullable]


@dataclass(frozen=True, slots=True)
class Landed:
    """A batch that landed and was never committed: what a purge did in it.

    ``emptied`` is the number of records that hold nothing any more; ``problem`` says why the batch
    could not be looked through.
    """

    folder: Path
    emptied: int = 0
    problem: str | None = None


def find_quarantined(lake: Lake, settings: Settings) -> dict[str, bytes]:
    """Return the text keys of what stands in the quarantine, by ``article_id``.

    A text of a few words without a title is left out: it names no article.
    """
    profiles = expand(load_profiles(folder=settings.profiles))
    keys: dict[str, bytes] = {}
    for rows in _quarantined_records(lake):
        names = set(rows["profile"].to_pylist()) - profiles.keys()
        known = {**profiles, **dict.fromkeys(names, profiles[DEFAULT_PROFILE])}
        cleaned = clean_refused(rows, known)
        found = find_candidates(cleaned)
        long = pc.greater_equal(found["words"], SHORT_TEXT_WORDS)
        titled = pc.and_(pc.is_valid(cleaned["title"]), pc.greater(found["words"], 0))
        told = found.filter(pc.or_(long, titled))
        keys |= zip(told["article_id"].to_pylist(), told["text_key"].to_pylist(), strict=True)
    return keys


def _quarantined_records(lake: Lake) -> Iterator[pa.Table]:
    for file in lake.files("quarantine"):
        with pq.ParquetFile(lake.root / file.name) as source:
            for number in range(source.num_row_groups):
                payloads = source.read_row_group(number, columns=["payload"])["payload"]
                yield _as_records(payloads.drop_null().to_pylist())


def _as_records(payloads: Iterable[str]) -> pa.Table:
    rows: list[dict[str, Any]] = []
    for payload in payloads:
        row = orjson.loads(payload)
        if all(row.get(name) is not None for name in _NEEDED):
            rows.append(row | {"fetched_at": datetime.fromisoformat(row["fetched_at"])})
    return pa.Table.from_pylist(rows, schema=RECORDS)


def purge_landed(lake: Lake, settings: Settings) -> list[Landed]:
    """Empty what was purged in the batches that landed and were never committed.

    Their records are read as a run reads them. Needs the writer lock.
    """
    profiles = expand(load_profiles(folder=settings.profiles))
    landed = []
    for batch_id in uncommitted_batches(lake.root, lake.state().batches):
        folder = lake.root / "raw" / batch_id
        try:
            names = list(_purged_in(lake, batch_id, profiles, settings.fetch.max_json_depth))
        except StopRun as error:
            landed.append(Landed(folder, problem=str(error)))
            continue
        records = [(batch_id, name) for name in names]
        landed.append(Landed(folder, purge_raw(lake.root, records, refusal=WAS_PURGED)))
    return landed


def _purged_in(
    lake: Lake, batch_id: str, profiles: Mapping[str, SourceProfile], depth: int
) -> Iterator[str]:
    for raw in read_landed(lake.root, batch_id):
        decoded = decode_raw(raw, profiles, max_json_depth=depth)
        refused = decoded.refused
        yield from refused["record_ref"].filter(pc.equal(refused["reason"], WAS_PURGED)).to_pylist()
        found = _candidates(decoded.kept, profiles)
        with open_index(lake) as index:
            known = index.find_articles(found["article_id"]).to_pylist()
            texts = index.find_texts(found["text_key"]).to_pylist()
        gone = pc.equal(find_gone(found, known, texts), WAS_PURGED)
        yield from found["record_ref"].filter(gone).to_pylist()


def _candidates(records: pa.Table, profiles: Mapping[str, SourceProfile]) -> pa.Table:
    if not len(records):
        return CANDIDATES.empty_table()
    return find_candidates(clean_refused(records, profiles)).combine_chunks()
