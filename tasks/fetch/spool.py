"""What was downloaded, kept on the disk until its batch is committed, whatever happens to the run.

A folder has archives of what came, one for each profile that was named, and a journal of the
answers: an entry for each says what is remembered of the address, what the site answered, and which
part of an archive is its page. It is written after that part, so a run that is killed leaves whole
entries and one that is torn at most: the next run takes up the whole ones, and cuts off the rest.
"""

import struct
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final, NamedTuple, Self
from zlib import crc32

import orjson
import pyarrow as pa
from pydantic import TypeAdapter

from expectations.lake_schema import RESPONSES
from tasks.fetch.archives.warc_records import answer_record
from tasks.web import Response, Visit

_JOURNAL: Final = "answers.log"
_HEAD: Final = struct.Struct(">IIQ")
"""Before each entry: the CRC-32 of what it says and of the body behind that, and both sizes."""

_BYTES_AT_ONCE: Final = 8 * 1024 * 1024
"""Bodies of lists that are held at a time when the answers are read again."""

_VISIT: Final = TypeAdapter(Visit)


class Kept(NamedTuple):
    """A list that an earlier run got: the answer as it is needed to follow it again."""

    url: str
    final_url: str
    fetched_at: datetime
    body: bytes


@dataclass(slots=True)
class _Archive:
    path: Path
    size: int = 0
    file: BinaryIO | None = None


class Spool:
    """What is being downloaded; a context manager, of one process at a time.

    ``visits`` are by address the last of each, ``count`` is how much the archives hold, ``resumed``
    how many answers an earlier run left, and ``lists`` the addresses of those that were lists.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files = ExitStack()
        self._journal: BinaryIO | None = None
        self._archives: dict[str | None, _Archive] = {}
        self._answers: list[tuple[str, int]] = []
        self._lists: list[int] = []
        self.lists: set[str] = set()
        self.visits: dict[str, Visit] = {}
        self.count = 0
        self.resumed = 0

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / _JOURNAL
        path.touch()
        self._journal = self._files.enter_context(path.open("r+b"))
        self._take_up(self._journal)
        self.resumed = len(self._answers)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._files.close()
        self._journal = None

    def archives(self) -> dict[str | None, Path]:
        """Return the archives that something is in, by the profile that was named."""
        return {name: each.path for name, each in self._archives.items() if each.size}

    def add_page(self, response: Response, visit: Visit, profile: str | None) -> None:
        """Keep an answer that is a page."""
        self._note(visit, response, (profile, answer_record(response)))

    def add_answer(self, response: Response, visit: Visit, *, is_list: bool) -> None:
        """Keep an answer that is none; the body of a list stands in the journal."""
        self._note(visit, response, None, response.body if is_list else b"")

    def add_item(self, item: bytes, visit: Visit, profile: str | None) -> None:
        """Keep an item of a list: its record of an archive (``item_record``)."""
        self._note(visit, None, (profile, item))

    def kept_lists(self) -> Iterator[Kept]:
        """Yield the lists that an earlier run got, one at a time."""
        with (self.folder / _JOURNAL).open("rb") as journal:
            for place in self._lists:
                told, body = _read_entry(journal, place)
                answer = told["answer"]
                at = datetime.fromisoformat(answer["fetched_at"])
                yield Kept(answer["url"], answer["final_url"], at, body)

    def answers(self) -> Iterator[pa.Table]:
        """Yield the answers as ``RESPONSES``, in order of their addresses, some at a time."""
        rows: list[dict[str, Any]] = []
        held = 0
        with (self.folder / _JOURNAL).open("rb") as journal:
            for _, place in sorted(self._answers):
                told, body = _read_entry(journal, place)
                answer = told["answer"]
                answer["fetched_at"] = datetime.fromisoformat(answer["fetched_at"])
                rows.append(answer | {"body": body or None})
                held += len(body) + len(rows[-1]["headers"]) * 100
                if held > _BYTES_AT_ONCE:
                    yield pa.Table.from_pylist(rows, schema=RESPONSES)
                    rows, held = [], 0
        yield pa.Table.from_pylist(rows, schema=RESPONSES)

    def _note(
        self,
        visit: Visit,
        response: Response | None,
        page: tuple[str | None, bytes] | None,
        body: bytes = b"",
    ) -> None:
        if self._journal is None:
            raise ValueError("the spool is not open")
        told: dict[str, Any] = {"visit": visit, "answer": response and _row(response)}
        if page is not None:
            profile, record = page
            archive = self._archive(profile)
            start = archive.size
            told |= {"profile": profile, "start": start, "end": start + len(record)}
            told["crc"] = crc32(record)
            file = self._opened(archive)
            file.write(record)
            file.flush()
        place = self._journal.tell()
        entry = orjson.dumps(told)
        crc = crc32(body, crc32(entry))
        self._journal.write(b"".join((_HEAD.pack(crc, len(entry), len(body)), entry, body)))
        self._journal.flush()
        self._count(told, visit, place, is_list=bool(body))

    def _count(self, told: dict[str, Any], visit: Visit, place: int, *, is_list: bool) -> None:
        self.visits[visit.url] = visit
        if told["answer"] is not None:
            self._answers.append((visit.url, place))
        if is_list:
            self._lists.append(place)
            self.lists.add(visit.url)
        if "end" in told:
            self._archive(told["profile"]).size = told["end"]
            self.count += 1

    def _archive(self, profile: str | None) -> _Archive:
        name = "pages.warc" if profile is None else f"pages-{profile}.warc"
        return self._archives.setdefault(profile, _Archive(self.folder / name))

    def _opened(self, archive: _Archive) -> BinaryIO:
        if archive.file is None:
            archive.path.touch()
            archive.file = self._files.enter_context(archive.path.open("r+b"))
        archive.file.seek(archive.size)
        return archive.file

    def _take_up(self, journal: BinaryIO) -> None:
        """Count the entries that are whole, with their pages, and cut off what is behind them."""
        place = 0
        while (entry := _find_entry(journal, place)) is not None:
            told, size, following = entry
            if not self._has_page(told):
                break
            self._count(told, _VISIT.validate_python(told["visit"]), place, is_list=size > 0)
            place = following
        journal.truncate(place)
        journal.seek(place)
        for archive in self._archives.values():
            self._opened(archive).truncate(archive.size)
        known = {archive.path for archive in self._archives.values()}
        for path in self.folder.glob("*.warc"):
            if path not in known:
                path.unlink()  # it was cut off within its first page

    def _has_page(self, told: dict[str, Any]) -> bool:
        """Whether the page of an entry stands in its archive as it was written."""
        if "end" not in told:
            return True
        archive = self._archive(told["profile"])
        if told["start"] != archive.size:
            return False
        record = self._opened(archive).read(told["end"] - told["start"])
        return crc32(record) == int(told["crc"])


def _find_entry(journal: BinaryIO, place: int) -> tuple[dict[str, Any], int, int] | None:
    """Return what an entry says, the size of its body, and where the next one is; null if torn."""
    journal.seek(place)
    head = journal.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    crc, *sizes = _HEAD.unpack(head)
    following = place + _HEAD.size + sum(sizes)
    # Zeros, which a disk may leave that lost its power, would be an entry of nothing.
    if not sizes[0] or following > Path(journal.name).stat().st_size:
        return None
    entry, body = map(journal.read, sizes)
    if crc32(body, crc32(entry)) != crc:
        return None
    told: dict[str, Any] = orjson.loads(entry)
    return told, sizes[1], following


def _read_entry(journal: BinaryIO, place: int) -> tuple[dict[str, Any], bytes]:
    """Return what a whole entry says, and its body."""
    journal.seek(place)
    _, *sizes = _HEAD.unpack(journal.read(_HEAD.size))
    told, body = map(journal.read, sizes)
    return orjson.loads(told), body


def _row(response: Response) -> dict[str, object]:
    return {
        "url": response.url,
        "final_url": response.final_url,
        "redirects": list(response.redirects),
        "status": response.status,
        "headers": [{"name": name, "value": value} for name, value in response.headers],
        "fetched_at": response.fetched_at,
        "outcome": response.outcome.value,
        "reason": response.reason,
        "detail": response.detail,
        "digest": response.digest,
    }
