"""The commit log: one immutable entry per version, naming the files that it brought and dropped.

What a version holds is the sum of the entries up to it: :mod:`tasks.store.state`.
"""

import hashlib
import re
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

import orjson
import pyarrow as pa
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from expectations.conformance import SchemaMismatch
from expectations.lake_schema import INDEX_STEP, LINE_COUNTS
from expectations.schema import (
    DATASETS,
    PARTITION_COLUMN,
    PARTITIONED,
    SCHEMA_VERSION,
    UNKNOWN_MONTH,
    without,
)
from tasks.errors import StopRun
from tasks.store.files import explained, names, put_if_absent

FORMAT_VERSION: Final = 2
"""Version of the lake's layout; a program refuses a lake of a newer one."""

INDEX: Final = "index"
"""The name under which the index's steps stand beside the datasets."""

LINES: Final = "lines"
"""The name under which the counts of lines at the edges of texts stand."""

HIDDEN: Final = frozenset({INDEX, LINES})
"""What a version holds for the runs that come, and no view shows."""

SCHEMAS: Final = {**DATASETS, INDEX: INDEX_STEP, LINES: LINE_COUNTS}

_MONTH: Final = rf"^(?:[0-9]{{4}}-(?:0[1-9]|1[0-2])|{UNKNOWN_MONTH})$"
_GROUP: Final = r"^g[0-9]{8}-[0-9a-f]{8}$"
_ENTRY_NAME: Final = re.compile(r"([0-9]{8})\.json")

Count = Annotated[int, Field(ge=0)]

Operation = Literal["genesis", "batch", "maintain", "retract", "purge", "rebuild", "migrate"]
"""What a commit did."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LiveFile(_Frozen):
    """One immutable data file; its paths follow from checked parts and never leave the lake.

    ``sources`` counts the rows of articles and of copies by outlet; rows of outlets that are not
    counted by name are missing there (see :mod:`tasks.store.parts`).
    """

    dataset: str
    group: str = Field(pattern=_GROUP)
    month: str | None = Field(default=None, pattern=_MONTH)
    part: Count
    rows: Count
    size: Count
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    sources: dict[str, Count] = {}

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.dataset not in SCHEMAS:
            raise ValueError(f"{self.dataset!r} is not a dataset")
        if (self.month is not None) != (self.dataset in PARTITIONED):
            raise ValueError(f"{self.dataset} with month {self.month}")
        return self

    def __hash__(self) -> int:
        """Return the hash of the name, by which files are told apart; a dict has none."""
        return hash(self.name)

    @property
    def name(self) -> str:
        """Where the file stands under the lake's root."""
        return file_name(self.group, self.dataset, self.month, self.part)

    @property
    def version(self) -> int:
        """The version that brought the file."""
        return int(self.group[1:9])

    def shown_as(self, edition: int) -> str:
        """Where a view shows it: the group's level first, the Hive level below (see views)."""
        folder = f"{self.dataset}/{self.group}-e{edition:08d}"
        if self.month is not None:
            folder += f"/{PARTITION_COLUMN}={self.month}"
        return f"{folder}/part-{self.part}.parquet"


class LogEntry(_Frozen):
    """One committed version: what it changed, and why.

    ``summary`` holds the counts of what was done, for a batch where its records went. ``editions``
    says, for each dataset, which version last dropped a file of it. ``dropped`` are the names of
    the files that this version no longer shows. Versions before ``floor`` cannot be read any more.
    ``licences`` are those that source profiles stated so far, by outlet.
    ``rebuilt`` has the counts of all batches whose rows this version brought anew.
    ``sha256`` is the checksum of all that stands before it in the entry's file, ``parent_sha256``
    that of the version before; entries of the first lakes have neither.
    """

    format: int = FORMAT_VERSION
    schema_version: int = SCHEMA_VERSION
    version: Count
    parent: Count | None
    operation: Operation
    batch_id: str | None
    run_id: str
    committed_at: AwareDatetime
    pipeline_version: str
    group: str = Field(pattern=_GROUP)
    summary: dict[str, Any]
    editions: dict[str, Count]
    floor: Count = 0
    licences: dict[str, str] = {}
    added: tuple[LiveFile, ...]
    dropped: tuple[str, ...] = ()
    rebuilt: dict[str, dict[str, Any]] = {}
    parent_sha256: str | None = None
    sha256: str | None = None

    def counts_of(self, batch_id: str) -> dict[str, Any]:
        """Return where the records of a batch went that this version committed."""
        return self.summary if batch_id == self.batch_id else self.rebuilt[batch_id]


def file_name(group: str, dataset: str, month: str | None, part: int) -> str:
    """Return the path of a data file under the lake's root."""
    return f"groups/{group}/{dataset}/{month or 'part'}-{part}.parquet"


def dataset_of(name: str) -> str:
    """Return the dataset of a file by its path under the lake's root."""
    return name.split("/")[2]


def stored_schema(dataset: str) -> pa.Schema:
    """Return the schema inside the dataset's files: partition columns live in paths only."""
    schema = SCHEMAS[dataset]
    return without(schema, {PARTITION_COLUMN}) if dataset in PARTITIONED else schema


def checked_month(month: str | None, dataset: str) -> str:
    """Return the month, or raise :class:`SchemaMismatch` unless it is ``YYYY-MM`` or ``unknown``.

    One other value would turn the whole partition column into another type for every reader.
    """
    if month is None or not re.fullmatch(_MONTH, month):
        raise SchemaMismatch(f"{dataset}: {month!r} is not a month such as 2024-01, nor unknown")
    return month


def entry_path(root: Path, version: int) -> Path:
    """Return the path of a version's log entry."""
    return root / "log" / f"{version:08d}.json"


def logged_versions(root: Path) -> list[int]:
    """Return the versions that have a log entry, ascending."""
    found = map(_ENTRY_NAME.fullmatch, names(root / "log"))
    return [int(match[1]) for match in found if match]


def append_entry(root: Path, entry: LogEntry) -> bool:
    """Create the entry: this is the moment of the commit. False when the version is taken."""
    body = entry.model_dump_json(exclude={"sha256"}).encode()
    return put_if_absent(entry_path(root, entry.version), body[:-1] + _seal(body[:-1]))


def is_sealed(content: bytes, entry: LogEntry) -> bool:
    """Whether the entry's file is as it was written; of one without a checksum nobody knows."""
    if entry.sha256 is None:
        return True
    seal = len(_seal(b""))
    return content[-seal:] == _seal(content[:-seal])


def _seal(content: bytes) -> bytes:
    return f',"sha256":"{hashlib.sha256(content).hexdigest()}"}}'.encode()


def read_entry(root: Path, version: int) -> LogEntry:
    """Read one entry; raise :class:`StopRun` when it is damaged or of a newer Warraq."""
    path = entry_path(root, version)
    content = _read_bytes(path)
    try:
        return parse_entry(root, path, content)
    except ValueError as error:
        raise _damaged(path, str(error)) from error


def parse_entry(root: Path, path: Path, content: bytes) -> LogEntry:
    """Parse an entry; raise ``ValueError`` when it is damaged, :class:`StopRun` when newer."""
    document = _parse(content)
    for key, ours in (("format", FORMAT_VERSION), ("schema_version", SCHEMA_VERSION)):
        theirs = document.get(key)
        if isinstance(theirs, int) and theirs > ours:
            raise StopRun(
                "This lake was made by a newer Warraq; upgrade Warraq to read it",
                lake=str(root),
                entry=path.name,
                **{key: theirs, "known": ours},
            )
    if document.get("format", FORMAT_VERSION) != FORMAT_VERSION:
        raise StopRun(
            "This lake was made by a Warraq before 0.1.0, whose log is not read any more; run the "
            "sources into a new lake",
            lake=str(root),
            entry=path.name,
        )
    try:
        return LogEntry.model_validate(document)
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise ValueError(f"{where}: {fault['msg']}") from error


def refuse_older(root: Path, entry: LogEntry) -> None:
    """Raise :class:`StopRun` when the version has an older schema than this program's."""
    if entry.schema_version < SCHEMA_VERSION:
        raise StopRun(
            "This version of the lake has an older schema: `warraq migrate` makes one of today's; "
            "its own files can be read by their path",
            lake=str(root),
            version=entry.version,
            schema_version=entry.schema_version,
            known=SCHEMA_VERSION,
        )


def read_document(root: Path, version: int) -> dict[str, object]:
    """Read one entry as plain JSON, unchecked: much cheaper when only its summary is wanted."""
    path = entry_path(root, version)
    content = _read_bytes(path)
    try:
        return _parse(content)
    except ValueError as error:
        raise _damaged(path, str(error)) from error


def _read_bytes(path: Path) -> bytes:
    with explained("The lake's log cannot be read", path):
        try:
            return path.read_bytes()
        except FileNotFoundError as error:
            raise StopRun(
                "The lake's log entry is missing; restore this file from a backup", path=str(path)
            ) from error


def _parse(content: bytes) -> dict[str, object]:
    document = orjson.loads(content)
    if not isinstance(document, dict):
        raise ValueError("it is not a JSON object")  # noqa: TRY004 (a fault of the file, no type)
    return document


def _damaged(path: Path, why: str) -> StopRun:
    return StopRun(
        f"The lake's log entry is damaged ({why}); restore this file from a backup", path=str(path)
    )
