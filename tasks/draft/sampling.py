"""A bounded look at a source: the same records for the same files, from all over them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from tasks.fetch import Reading, SourceFile
from tasks.fetch.archives import find_archive
from tasks.fetch.reading import RawRecord, find_encoding, find_format, read_file
from tasks.fetch.streams import open_stream

RECORDS: Final = 2_000
"""Records in a sample, at most: a name that stands in one of a hundred is seen twenty times."""

FIRST_OF_FILE: Final = 3
"""Records taken of each file before any other, so that a small file beside a large one is seen."""

FILES: Final = 2_000
LONGEST: Final = 1024 * 1024
"""Bytes of the longest record that is looked at; articles have 3,000."""

KEPT_BYTES: Final = 48 * 1024 * 1024
READ_BYTES: Final = 256 * 1024 * 1024
READ_RECORDS: Final = 200_000
"""What is read of all files together; each file has its share, but at least ``SHARE_BYTES``."""

SHARE_BYTES: Final = 4 * 1024 * 1024
LOOKED_AT_FIRST: Final = 8 * 1024 * 1024
"""Bytes from which a file's head is looked at before the file is read: a film is no source."""

_TOO_MUCH: Final = frozenset({"too-large", "expands-too-far"})
"""Refusals that come from the bounds of a sample, which are narrower than those of a run."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The records looked at, and what was met on the way.

    ``files`` is how many files there are, ``opened`` how many were looked into, ``seen`` the
    readable records that passed, ``left_out`` those too large for a sample; ``refused`` counts
    records by reason, ``formats`` files by format, ``outlets`` files by what their place says.
    """

    files: int
    records: tuple[RawRecord, ...]
    opened: int
    seen: int
    left_out: int
    refused: Counter[str]
    formats: Counter[str]
    outlets: Counter[str]


@dataclass(slots=True)
class _Taker:
    """Keeps every n-th record; n doubles whenever too many are kept, so none need be known."""

    most: int
    most_bytes: int
    kept: list[tuple[int, RawRecord]] = field(default_factory=list)
    size: int = 0
    step: int = 1

    def take(self, place: int, record: RawRecord) -> None:
        if place % self.step:
            return
        self.kept.append((place, record))
        self.size += len(record.piece.payload)
        while len(self.kept) > 1 and (len(self.kept) > self.most or self.size > self.most_bytes):
            self.step *= 2
            self.kept = [each for each in self.kept if each[0] % self.step == 0]
            self.size = sum(len(each.piece.payload) for _, each in self.kept)


def take_sample(files: Sequence[SourceFile], reading: Reading) -> Sample:
    """Read a part of the files, spread over them and within each, in bounded memory and time.

    A loop over records: there are at most ``READ_RECORDS`` of them, and a sample is kept of few.
    """
    chosen = [files[place] for place in _spread(len(files), FILES)]
    narrow = replace(
        reading,
        max_record_bytes=min(reading.max_record_bytes, LONGEST),
        max_unpacked_bytes=min(reading.max_unpacked_bytes, 2 * READ_BYTES),
        limit=None,
    )
    first = _Taker(RECORDS // 4, KEPT_BYTES // 4)
    rest = _Taker(RECORDS - RECORDS // 4, KEPT_BYTES - KEPT_BYTES // 4)
    refused, formats, outlets = Counter[str](), Counter[str](), Counter[str]()
    seen = left_out = 0
    share = max(READ_BYTES // len(chosen), SHARE_BYTES)
    for file in chosen:
        met: dict[str, str] = {}
        taken = 0
        for record in _read_some(file, narrow, share, READ_RECORDS // len(chosen) + 1):
            if record.piece.refusal in _TOO_MUCH:
                left_out += 1
            elif record.piece.refusal is not None:
                refused[record.piece.refusal] += 1
            else:
                met.setdefault(record.file.label, record.format)
                outlets[record.file.outlet] += 1
                (first if taken < FIRST_OF_FILE else rest).take(seen, record)
                taken += 1
                seen += 1
        formats.update(met.values())
    both = sorted([*first.kept, *rest.kept], key=lambda each: each[0])
    return Sample(
        files=len(files),
        records=tuple(record for _, record in both),
        opened=len(chosen),
        seen=seen,
        left_out=left_out,
        refused=refused,
        formats=formats,
        outlets=outlets,
    )


def _spread(count: int, most: int) -> list[int]:
    if count <= most:
        return list(range(count))
    return [place * count // most for place in range(most)]


def _read_some(
    file: SourceFile, reading: Reading, most_bytes: int, most: int
) -> Iterator[RawRecord]:
    if not _is_worth_reading(file, reading):
        return
    size = 0
    for count, record in enumerate(read_file(file, reading), start=1):
        yield record
        size += len(record.piece.payload)
        if count >= most or max(size, record.taken) >= most_bytes:
            return


def _is_worth_reading(file: SourceFile, reading: Reading) -> bool:
    """Whether records may come out of a large file: one of no format is read whole for its name."""
    if file.fault is not None or file.state[0] < LOOKED_AT_FIRST:
        return True
    with open_stream(file.path) as stream:
        head = stream.head()
        if stream.packed is not None or find_archive(head) is not None:
            return True
        kind = find_format(file.name, head, find_encoding(head, reading.profiles[file.profile]))
        return kind is not None and not kind.title_in_text
