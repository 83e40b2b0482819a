"""Read files, and the archives among them, into raw records: one after the other, within bounds."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, NamedTuple

from tasks.errors import RejectRecord
from tasks.fetch.archives import Archive, find_archive
from tasks.fetch.files import SourceFile
from tasks.fetch.formats import UNKNOWN, Format, Piece, recognise
from tasks.fetch.formats.headers import joined_headers
from tasks.fetch.formats.magic import describe, has_magic
from tasks.fetch.formats.pieces import Overflow
from tasks.fetch.streams import HEAD, Budget, Stream, open_stream
from tasks.fetch.unpacking import bare_name
from tasks.fetch.wording import as_place
from tasks.sources import SourceProfile, host_of, profiles_by_outlet, profiles_by_site
from tasks.text.encodings import decode, detect
from tasks.web.settings import DEFAULTS, WebSettings

_UTF8: Final = "utf-8"

_UNKNOWN_BYTES: Final = 1024 * 1024 * 1024
"""Bytes by which content that no format reads is known; a sparse file may say to have millions."""

_LEADS: Final = {
    encoding: tuple(lead.decode(encoding).encode() for lead in (b"\xd8", b"\xd9"))
    for encoding in ("windows-1256", "iso-8859-6")
}
"""What the first bytes of Arabic letters in UTF-8 are in encodings that have one for any byte."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How sources are read: the profiles by name, and the bounds of ``FetchSettings``.

    ``settle_seconds`` is how long a file is watched that was written just now, ``limit`` the number
    of records after which reading stops, null for all; ``web`` is how sites are asked.
    """

    profiles: Mapping[str, SourceProfile]
    max_record_bytes: int
    max_json_depth: int
    max_archive_depth: int
    max_unpacked_bytes: int
    max_unpacked_ratio: int
    shard_bytes: int
    settle_seconds: float = 0.0
    limit: int | None = None
    web: WebSettings = DEFAULTS

    @cached_property
    def by_outlet(self) -> Mapping[str, str]:
        """The name of each outlet's profile."""
        return profiles_by_outlet(self.profiles)

    @cached_property
    def by_site(self) -> Mapping[str, str]:
        """The name of each site's profile, by its host without ``www.``."""
        return profiles_by_site(self.profiles)


class RawRecord(NamedTuple):
    """One record as it was read: its file, its number there from 1, its format, its bytes."""

    file: SourceFile
    number: int
    format: str
    encoding: str | None
    """The encoding that the payload was recoded from; null when it is as received."""
    piece: Piece
    taken: int
    """Bytes of the file that were read from the disk so far."""


def read_file(file: SourceFile, reading: Reading) -> Iterator[RawRecord]:
    """Yield the records of one file; one that cannot be read is one record with its refusal."""
    if file.fault is not None:
        yield _refused(file, file.fault, 0)
        return
    budget = Budget(file.state[0], reading.max_unpacked_bytes, reading.max_unpacked_ratio)
    with open_stream(file.path, budget) as stream:
        yield from _Reader(reading, stream).read(file, stream, 0)


class _Opened(NamedTuple):
    """A file whose format is known: its name, the encoding that it is recoded from, its records.

    ``tells_nothing`` says that it begins with ASCII alone, so that its encoding shows later, if at
    all: in the first Arabic row; ``reads_headers``, that what its archive tells of it is read too.
    """

    kind: str
    encoding: str | None
    pieces: Iterator[Piece]
    tells_nothing: bool = False
    reads_headers: bool = False


class _Reader:
    """Reads one file of the disk; ``outer`` is its stream, whatever is nested in it."""

    def __init__(self, reading: Reading, outer: Stream) -> None:
        self._reading = reading
        self._outer = outer

    def read(self, file: SourceFile, stream: Stream, depth: int) -> Iterator[RawRecord]:
        """Yield the records of a file or of a member that is ``depth`` archives deep."""
        archive = find_archive(stream.head())
        if archive is None:
            yield from self._read_records(file, stream)
        elif depth < self._reading.max_archive_depth:
            yield from self._read_members(file, archive, stream, depth)
        else:
            problem = f"archives inside archives; the limit is {self._reading.max_archive_depth}"
            yield _refused(file, RejectRecord(problem, reason="too-deep"), self._outer.taken)

    def _read_members(
        self, file: SourceFile, archive: Archive, stream: Stream, depth: int
    ) -> Iterator[RawRecord]:
        found = False
        try:
            for member in archive.members(stream):
                found = True
                place = replace(self._place(file, member.name), told=member.told)
                yield from self.read(place, member.stream, depth + 1)
                stream.budget.spend(0)  # or every further member would say that too much came out
        except RejectRecord as fault:
            yield _refused(file, fault, self._outer.taken)
            return
        if not found:
            empty = RejectRecord("the archive holds no file", reason="empty-file")
            yield _refused(file, empty, self._outer.taken)

    def _place(self, file: SourceFile, member: str) -> SourceFile:
        """Return where a member stands: an archive is a folder of its name without suffixes.

        A web address stands at its host, whatever it was kept in.
        """
        above, _, name = member.rpartition("/")
        folder = above.rpartition("/")[2] or bare_name(file.name).partition(".")[0] or file.outlet
        profile = file.profile
        host = host_of(member)
        if not file.profile_is_named:
            profile = self._reading.by_outlet.get(folder, file.profile)
            if host is not None:
                profile = self._reading.by_site.get(
                    host, self._reading.by_outlet.get(host, profile)
                )
        outlet = self._reading.profiles[profile].outlet or host or folder
        place = as_place(member)
        label = place if file.is_spool else f"{file.label}!{place}"
        return SourceFile(
            path=file.path,
            name=name,
            label=label,
            outlet=outlet,
            profile=profile,
            state=file.state,
            profile_is_named=file.profile_is_named,
        )

    def _read_records(self, file: SourceFile, stream: Stream) -> Iterator[RawRecord]:
        kind, encoding, pieces, tells_nothing, reads_headers = self._open(file, stream)
        number = 0
        for number, piece in enumerate(pieces, start=1):
            read_as = encoding
            if encoding in _LEADS and _is_utf8_misread(piece.payload, encoding):
                piece, read_as = _as_it_was(piece, encoding)  # noqa: PLW2901
            elif tells_nothing and not piece.payload.isascii():
                piece, read_as = _as_arabic(piece)  # noqa: PLW2901
            if file.told is not None and (piece.header is None or reads_headers):
                header = joined_headers(file.told, piece.header)
                piece = piece._replace(header=header)  # noqa: PLW2901
            yield RawRecord(file, number, kind, read_as, piece, self._outer.taken)
        if number == 0:
            fault = RejectRecord("the file holds no record", reason="empty-file")
            yield _refused(file, fault, self._outer.taken, kind)

    def _open(self, file: SourceFile, stream: Stream) -> _Opened:
        head = stream.head()
        if not head:
            fault = stream.fault
            refusals = [] if fault is None else [Piece(b"", 0, 0, fault.reason, fault.problem)]
            return _Opened(UNKNOWN, None, iter(refusals))
        encoding = find_encoding(head, self._reading.profiles[file.profile])
        kind = find_format(file.name, head, encoding)
        if kind is None:
            return _Opened(UNKNOWN, None, _refuse_unknown(head, stream))
        recoded = encoding if kind.recoded and encoding != _UTF8 else None
        if recoded is not None:
            stream.recode(recoded)
        tells_nothing = kind.recoded and recoded is None and head.isascii()
        pieces = kind.split(stream, self._reading.max_record_bytes)
        return _Opened(kind.name, recoded, pieces, tells_nothing, kind.reads_headers)


def find_encoding(head: bytes, profile: SourceProfile) -> str | None:
    """Return the encoding of a file with these first bytes; null for none that can be told."""
    if has_magic(head):
        return None
    try:
        return detect(head, profile.encoding, final=len(head) < HEAD)
    except RejectRecord:
        return None


def find_format(name: str, head: bytes, encoding: str | None) -> Format | None:
    """Return the format of a file of that name, those first bytes and that encoding."""
    if encoding is not None and encoding != _UTF8:
        try:
            head = decode(head, encoding).text
        except RejectRecord:  # strays, or a pair that the head ends within
            head = head.decode(encoding, "ignore").removeprefix("\ufeff").encode()
    return recognise(bare_name(name), head)


def _is_utf8_misread(payload: bytes, encoding: str) -> bool:
    """Whether text looks as if it were UTF-8 that was taken for an Arabic encoding of one byte.

    Every Arabic letter would be two then, the first of them one of two that are rare in any text:
    ط and ظ in windows-1256.
    """
    marks = sum(map(payload.count, _LEADS[encoding]))
    return marks > 0 and marks * 8 > len(payload) - len(payload.decode(errors="ignore"))


def _as_it_was(piece: Piece, encoding: str) -> tuple[Piece, str | None]:
    """Return the piece as it was received if that is UTF-8: files are put together of both."""
    try:
        text = piece.payload.decode(errors="surrogateescape")
        payload = text.encode(encoding, "surrogateescape")
        payload.decode()
    except UnicodeError:
        return piece, encoding
    return piece._replace(payload=payload), None


def _as_arabic(piece: Piece) -> tuple[Piece, str | None]:
    """Return a piece that is not UTF-8 in UTF-8, where it is Arabic in an encoding of one byte."""
    try:
        piece.payload.decode()
    except UnicodeDecodeError:
        with suppress(RejectRecord):
            text, encoding = decode(piece.payload)
            if encoding in _LEADS:
                return piece._replace(payload=text), encoding
    return piece, None


def _refused(file: SourceFile, fault: RejectRecord, taken: int, kind: str = UNKNOWN) -> RawRecord:
    piece = Piece(b"", 0, 0, fault.reason, fault.problem)
    return RawRecord(file, 1, kind, None, piece, taken)


def _refuse_unknown(head: bytes, stream: Stream) -> Iterator[Piece]:
    whole = Overflow(start=0)
    is_blank = True
    while whole.size < _UNKNOWN_BYTES and (data := stream.read()):
        whole.add(data)
        is_blank = is_blank and not data.strip(b"\0")
    if is_blank and stream.fault is None:
        yield whole.piece("empty-file", "it holds nothing but NUL bytes")
    else:
        yield whole.piece("unknown-format", describe(head))
