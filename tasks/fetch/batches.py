"""Land a batch: every record in the raw zone, the readable ones decoded, under one name."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from expectations.lake_schema import RESPONSES
from tasks.errors import StopRun
from tasks.fetch.decode import decode_raw
from tasks.fetch.downloads import Asking, Downloaded, OnAnswer, download
from tasks.fetch.files import Address, SourceFile, find_addresses, find_files
from tasks.fetch.intake import Landing, OnProgress
from tasks.fetch.landing import folder_aside, put
from tasks.fetch.manifests import (
    ANSWERS,
    DECODED,
    LANDED,
    MANIFEST,
    DecodedBatch,
    Marker,
    RawBatch,
    decoding_key,
    download_key,
    load,
    marker_key,
    reading_key,
    save,
)
from tasks.fetch.raw import read_raw
from tasks.fetch.reading import Reading
from tasks.fetch.seen import (
    FILES_OF_BATCH,
    VISITS_OF_BATCH,
    History,
    SeenFiles,
    cache_path,
    open_seen_files,
)
from tasks.fetch.settling import settle
from tasks.store.files import delete, digest, explained, sync
from tasks.store.references import BatchRef, ShardRef, land, land_parts
from tasks.web.visit_tables import visits_to_table


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Fetched(_Told):
    """A landed batch: ``records`` is the rows of its shards and ``refused`` (by reason) together.

    ``size`` is that of the raw records in bytes; ``known`` says that they had landed before.
    """

    batch: BatchRef
    files: int
    records: int
    refused: dict[str, int]
    size: int
    known: bool


class Intake(_Told):
    """What a fetch found: ``fetched`` is what there is to work on, null when nothing is new.

    ``batch_id`` names that batch; when nothing is new, the committed batch that holds the files,
    the latest of several, or null when none does. ``seen`` counts the files that committed batches
    hold; ``growing`` are those that somebody is writing, which are left for the next run.
    ``asked`` counts what sites answered, by outcome or reason; ``lost`` are web sources that gave
    nothing, ``doubted`` those that answered as if something were wrong, both with what it is in
    words; ``is_cut_off`` says that no site answered at all. ``downloads`` is where what came is
    kept until the run has ended well: a run that was cut off is taken up from there.
    """

    fetched: Fetched | None
    batch_id: str | None
    seen: int
    growing: tuple[str, ...]
    asked: dict[str, int] = {}
    lost: dict[str, str] = {}
    doubted: dict[str, str] = {}
    is_cut_off: bool = False
    downloads: Path | None = None


def fetch(  # noqa: PLR0913 (what to read, how, where to, and whom to tell)
    sources: Sequence[str],
    *,
    lake: Path,
    reading: Reading,
    fetched_at: datetime,
    history: History | None = None,
    on_progress: OnProgress | None = None,
    on_answer: OnAnswer | None = None,
) -> Intake:
    """Read the SOURCEs into the raw zone and decode them; the same contents are the same batch.

    Files whose records ``history`` holds are left out, unless only the first records are wanted;
    so are files that somebody is writing. Files that were fetched before and have not changed since
    are not read again. Raises :class:`WrongSource` for a SOURCE that names nothing and
    :class:`StopRun` when the lake cannot be written.
    """
    lake = lake.absolute()
    history = history or History(raw=lake / "raw", batches={})
    files = find_files(sources, reading.profiles)
    addresses = find_addresses(sources, reading.profiles)
    with (
        explained("The raw zone cannot be written", lake),
        open_seen_files(cache_path(lake / "raw"), history, reading_key(reading)) as seen,
    ):
        web = None
        if addresses:
            folder = _place_of_downloads(lake, addresses, reading, history)
            asking = Asking(
                known=seen.visits(),
                now=fetched_at,
                web=reading.web,
                profiles=reading.profiles,
                limit=reading.limit,
            )
            web = download(addresses, asking, folder=folder, on_answer=on_answer)
            files += web.files()
        goes = _Fetch(lake, tuple(sources), reading, fetched_at, on_progress, history, seen, web)
        intake = goes.run(files)
    if intake.fetched is None and intake.downloads is not None:
        delete(intake.downloads)
    return intake


def _place_of_downloads(
    lake: Path, addresses: Sequence[Address], reading: Reading, history: History
) -> Path:
    """Return the folder of what is downloaded from there; what was committed of it is removed."""
    folder = lake / "work" / f"download-{download_key(addresses, reading.limit)[:16]}"
    landed = load(Marker, folder / LANDED)
    if landed is not None and landed.batch_id in history.batches:
        delete(folder)
    return folder


def fetch_again(lake: Path, batch_id: str, reading: Reading) -> Fetched | None:
    """Decode a batch of the raw zone by today's rules; null when it is not there.

    Raises :class:`StopRun` when a file of it is damaged, or a profile that it was read by is gone.
    """
    batch = _find_batch(lake, batch_id)
    if batch is None:
        return None
    gone = sorted(batch.profiles.keys() - reading.profiles.keys())
    if gone:
        raise StopRun(
            "A batch was read by source profiles that are gone; put them back",
            batch_id=batch_id,
            profiles=", ".join(gone),
        )
    with explained("The batch cannot be decoded", lake):
        return _fetched(lake, batch, _find_decoded(lake, batch, reading), known=True)


def read_landed(lake: Path, batch_id: str) -> Iterator[pa.Table]:
    """Yield the shards of a batch in the raw zone; raises :class:`StopRun` when it is damaged."""
    batch = _find_batch(lake, batch_id)
    if batch is None:
        raise StopRun("The list of a batch's files is gone or not whole", missing=MANIFEST)
    with explained("The raw zone cannot be read", lake):
        yield from _read_shards(lake, batch)


@dataclass(frozen=True, slots=True)
class _Fetch:
    """One fetch: what is not known yet is read, in as many goes as it takes to know what is new."""

    lake: Path
    sources: tuple[str, ...]
    reading: Reading
    fetched_at: datetime
    on_progress: OnProgress | None
    history: History
    seen: SeenFiles
    web: Downloaded | None

    def run(self, files: Sequence[SourceFile]) -> Intake:
        found = {} if self.reading.limit else self.seen.find(files)
        ours = tuple(file for file in files if file.is_spool)
        others = [file for file in _without(files, found) if not file.is_spool]
        new, growing = settle(others, self.reading.settle_seconds)
        new += ours
        fetched = None
        while new and fetched is None:
            taken = self._take(new)
            if isinstance(taken, Fetched):
                fetched = taken
            else:
                found |= taken
                new = _without(new, taken)
        if fetched is None and self.web is not None and self.reading.limit is None:
            # No batch takes them along; what they say of records is in batches that are committed.
            self.seen.note_visits(self.web.spool.visits.values())
        if fetched is not None and self.web is not None:
            save(Marker(batch_id=fetched.batch.batch_id), self.web.spool.folder / LANDED)
        batch_id = fetched.batch.batch_id if fetched else self.seen.latest(found.values())
        return Intake(
            fetched=fetched,
            batch_id=batch_id,
            seen=len(found),
            growing=tuple(file.label for file in growing),
            asked=dict(self.web.counts) if self.web else {},
            lost=self.web.lost if self.web else {},
            doubted=self.web.doubted if self.web else {},
            is_cut_off=bool(self.web and self.web.lost and not self.web.has_answers()),
            downloads=self.web.spool.folder if self.web else None,
        )

    def _take(self, files: Sequence[SourceFile]) -> Fetched | dict[str, str]:
        """Take the files in; or return the batches of those whose records are there, by path."""
        key = marker_key(self.sources, files, self.reading)
        marker = self.lake / "work" / "fetch" / f"{key}.json"
        noted = load(Marker, marker)
        batch = None if noted is None else _find_batch(self.lake, noted.batch_id)
        if batch is None:
            landing = Landing(
                self.sources, tuple(files), self.reading, self.fetched_at, self.on_progress
            )
            fetched = self._land(landing)
            if isinstance(fetched, Fetched) and not landing.may_pass():
                save(Marker(batch_id=fetched.batch.batch_id), marker)
            return fetched
        if batch.batch_id in self.history.batches:
            return dict.fromkeys((file.path for file in files), batch.batch_id)
        return self._known(batch)

    def _land(self, landing: Landing) -> Fetched | dict[str, str]:
        with folder_aside(self.lake / "raw") as raw, folder_aside(self.lake / "work") as work:
            decoded = _decode(landing.write_shards(raw), work / "records", self.reading, landing)
            batch = landing.manifest()
            taken = landing.files_taken(reading_key(self.reading))
            there = self._there(batch, taken, landing.files)
            if there:
                self.seen.note(taken, there)
                return {
                    file.path: there[file.label] for file in landing.files if file.label in there
                }
            land(taken, raw / FILES_OF_BATCH)
            save(batch, raw / MANIFEST)
            aside = [raw / FILES_OF_BATCH, *self._land_answers(raw)]
            sync([*aside, *(raw / shard.file for shard in batch.shards)])
            if put(raw, self.lake / "raw" / batch.batch_id):
                delete(_work(self.lake, batch))
                put(work / "records", _work(self.lake, batch) / "records")
                return _fetched(self.lake, batch, decoded, known=False)
        return self._known(_find_batch(self.lake, batch.batch_id) or batch)

    def _land_answers(self, raw: Path) -> list[Path]:
        """Keep what sites answered beside the records; return the files."""
        if self.web is None:
            return []
        spool = self.web.spool
        answers = [land_parts(spool.answers(), RESPONSES, raw / ANSWERS)]
        if self.reading.limit is None:  # else what came behind the limit would count as seen
            answers.append(land(visits_to_table(spool.visits.values()), raw / VISITS_OF_BATCH))
        return [ref.path for ref in answers]

    def _there(
        self, batch: RawBatch, taken: pa.Table, files: Iterable[SourceFile]
    ) -> dict[str, str]:
        """Return the batches of the files whose records are committed, by label."""
        if batch.batch_id in self.history.batches:
            return dict.fromkeys((file.label for file in files), batch.batch_id)
        return {} if self.reading.limit else self.seen.find_records(taken)

    def _known(self, batch: RawBatch) -> Fetched:
        return _fetched(self.lake, batch, _find_decoded(self.lake, batch, self.reading), known=True)


def _without(files: Iterable[SourceFile], found: Mapping[str, str]) -> tuple[SourceFile, ...]:
    return tuple(file for file in files if file.path not in found)


def _decode(
    raws: Iterable[pa.Table], folder: Path, reading: Reading, landing: Landing | None = None
) -> DecodedBatch:
    """Decode and land the shards one by one, noting in the landing what they are."""
    rows: dict[str, int] = {}
    refused: dict[str, int] = {}
    reasons: Counter[str] = Counter()
    for number, raw in enumerate(raws):
        outcome = decode_raw(raw, reading.profiles, max_json_depth=reading.max_json_depth)
        if landing is not None:
            landing.note(raw, outcome)
        if outcome.kept.num_rows:
            name = f"{number:05d}"
            rows[name] = land(outcome.kept, folder / f"{name}.arrow").rows
        if outcome.refused.num_rows:
            name = f"refused-{number:05d}"
            refused[name] = land(outcome.refused, folder / f"{name}.arrow").rows
            reasons.update(outcome.refused["reason"].to_pylist())
    decoded = DecodedBatch(
        key=decoding_key(reading), shards=rows, refused_shards=refused, refused=dict(reasons)
    )
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
        decoded = _decode(_read_shards(lake, batch), work / "records", reading)
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
            records=_refs(folder, decoded.shards),
            refused=_refs(folder, decoded.refused_shards),
        ),
        files=batch.files,
        records=batch.records,
        refused=decoded.refused,
        size=batch.bytes,
        known=known,
    )


def _refs(folder: Path, rows: Mapping[str, int]) -> tuple[ShardRef, ...]:
    return tuple(
        ShardRef(path=folder / f"{name}.arrow", rows=count) for name, count in sorted(rows.items())
    )
