"""How a run of postings lies in its file, and what tells that it is damaged.

One page of header or more (magic, layout, bands, texts, level, the CRC-32 of each section, its own
CRC-32) and for each band three sections of uint32: the fences (the first key of each page of keys),
the keys, sorted, and the numbers in that order, sorted among equal keys. Sections begin on pages
when they are longer than one: a key costs one page to look for. That is why there is no Bloom
filter: a thousand keys are on some 880 of the 3,900 pages of four million, and would be on some 690
of the 1,250 pages of a filter of 10 bits a key, which would make the run a sixth larger.
"""

import mmap
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
import numpy.typing as npt
from isal import isal_zlib

from tasks.errors import WarraqError

Numbers = npt.NDArray[np.uint32]
Pairs = npt.NDArray[np.uint64]

SUFFIX: Final = ".postings"

PAGE: Final = 1024
"""Keys on a page of 4 KiB: what a disk is read by at least."""

_PAGES_A_KEY: Final = 4
"""Of 10 million texts, none in memory, 1,000 were found with 3.4 CPU s in 9.7 s, 1,430 MiB read in
62,000 faults; with 1 in place of 4, with 4.7 CPU s in 12.2 s, 780 MiB in 109,000."""

FENCES: Final = 0
KEYS: Final = 1
NUMBERS: Final = 2
_SECTIONS: Final = (FENCES, KEYS, NUMBERS)

_MAGIC: Final = b"WRQPOST\n"
_LAYOUT: Final = 1
_HEAD: Final = struct.Struct("<8sIIQII")
_WORD: Final = 4
_PAGE_BYTES: Final = PAGE * _WORD


class DamagedRun(WarraqError):
    """A run is not what its list says; the caller makes its runs anew, they are derived."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a file's size and the places of its sections follow from."""

    bands: int
    texts: int
    level: int

    def length(self, section: int) -> int:
        """Return how many values the section has."""
        return -(-self.texts // PAGE) if section == FENCES else self.texts

    def place(self, band: int, section: int) -> int:
        """Return the byte at which the section of the band begins."""
        unit = _PAGE_BYTES if self.texts > PAGE else _WORD
        sizes = [_rounded(self.length(each) * _WORD, unit) for each in _SECTIONS]
        return self.header + band * sum(sizes) + sum(sizes[:section])

    @property
    def header(self) -> int:
        """Bytes before the first section."""
        return _rounded(_HEAD.size + self.bands * len(_SECTIONS) * _WORD, _PAGE_BYTES)

    @property
    def size(self) -> int:
        """Bytes of the file; the last section has nothing behind it."""
        if not self.texts or not self.bands:
            return self.header
        return self.place(self.bands - 1, NUMBERS) + self.texts * _WORD


@dataclass(frozen=True, slots=True)
class OpenRun:
    """A run's file, mapped; it is let go with the last array of it."""

    path: Path
    shape: Shape
    checksums: Numbers
    """CRC-32 of each section, by band and section."""
    mapped: mmap.mmap

    def section(self, band: int, section: int) -> Numbers:
        """View the values of a section."""
        start = self.shape.place(band, section)
        return np.frombuffer(self.mapped, np.uint32, self.shape.length(section), start)


def read_at_random(run: OpenRun) -> None:
    """Have single pages read, not what stands around them."""
    _advise(run, "MADV_RANDOM", 0, len(run.mapped))


def give_back(run: OpenRun, band: int) -> None:
    """Give the band's pages back: what is mapped counts as this process's memory."""
    start = run.shape.place(band, FENCES)
    end = min(run.shape.place(band + 1, FENCES), len(run.mapped))
    _advise(run, "MADV_DONTNEED", start, end)


def read_ahead(run: OpenRun, band: int, sought: int) -> None:
    """Have the keys of the band read at once unless they have far more pages than are sought.

    Page by page a disk takes longer for the half of them than for all, and a system 37 microseconds
    of CPU for each.
    """
    if run.shape.length(FENCES) <= _PAGES_A_KEY * sought:
        start = run.shape.place(band, KEYS)
        _advise(run, "MADV_WILLNEED", start, start + run.shape.texts * _WORD)


def _advise(run: OpenRun, advice: str, start: int, end: int) -> None:
    kind = getattr(mmap, advice, None)  # not every system has it
    if kind is not None and start < end:
        start -= start % mmap.PAGESIZE
        run.mapped.madvise(kind, start, end - start)


def open_run(path: Path, *, bands: int, texts: int) -> OpenRun:
    """Map a run; raise :class:`DamagedRun` when it is missing or is not of this shape.

    Other errors of the system are raised as they are: they say nothing of the file.
    """
    try:
        with path.open("rb") as source:
            head = source.read(_HEAD.size)
            shape = _shape_of(head, path)
            if (shape.bands, shape.texts) != (bands, texts):
                told = f"{shape.bands} bands of {shape.texts} texts, not {bands} of {texts}"
                raise DamagedRun(f"A run has {told}", path=str(path))
            rest = source.read(shape.header - _HEAD.size)
            if source.seek(0, 2) != shape.size:
                raise DamagedRun("A run is shorter or longer than it says", path=str(path))
            mapped = mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ)
    except FileNotFoundError as error:
        raise DamagedRun("A run is missing", path=str(path)) from error
    checksums = np.frombuffer(rest, np.uint32, shape.bands * len(_SECTIONS))
    if _header(shape, checksums) != head + rest:
        raise DamagedRun("A run's header was changed", path=str(path))
    return OpenRun(path, shape, checksums.reshape(-1, len(_SECTIONS)), mapped)


def _shape_of(head: bytes, path: Path) -> Shape:
    if len(head) < _HEAD.size or not head.startswith(_MAGIC):
        raise DamagedRun("This is no run of postings", path=str(path))
    _, layout, bands, texts, level, _ = _HEAD.unpack(head)
    if layout != _LAYOUT:
        raise DamagedRun(f"A run has layout {layout}, not {_LAYOUT}", path=str(path))
    return Shape(bands, texts, level)


def _header(shape: Shape, checksums: Numbers) -> bytes:
    facts = (_MAGIC, _LAYOUT, shape.bands, shape.texts, shape.level)
    told = checksums.tobytes()
    checksum = isal_zlib.crc32(_HEAD.pack(*facts, 0) + told)
    return (_HEAD.pack(*facts, checksum) + told).ljust(shape.header, b"\0")


def write_run_file(sink: BinaryIO, shape: Shape, bands: Iterable[Iterable[Pairs]]) -> None:
    """Write a run: of each band the sorted pairs ``key << 32 | number``, in as many parts as come.

    Raises :class:`ValueError` when a band has not as many as the shape says.
    """
    checksums = np.zeros((shape.bands, len(_SECTIONS)), np.uint32)
    for band, parts in enumerate(bands):
        checksums[band] = _write_band(sink, shape, band, parts)
    sink.seek(0)
    sink.write(_header(shape, checksums))


def _write_band(
    sink: BinaryIO, shape: Shape, band: int, parts: Iterable[Pairs]
) -> tuple[int, int, int]:
    fences = [np.empty(0, np.uint32)]
    of_keys = of_numbers = at = 0
    for pairs in parts:
        keys = (pairs >> np.uint64(32)).astype(np.uint32)
        numbers = pairs.astype(np.uint32)
        fences.append(keys[-at % PAGE :: PAGE])
        _write(sink, shape.place(band, KEYS) + at * _WORD, keys)
        _write(sink, shape.place(band, NUMBERS) + at * _WORD, numbers)
        of_keys = isal_zlib.crc32(keys, of_keys)
        of_numbers = isal_zlib.crc32(numbers, of_numbers)
        at += len(pairs)
    if at != shape.texts:
        raise ValueError(f"band {band} has {at} texts, not {shape.texts}")
    all_fences = np.concatenate(fences)
    _write(sink, shape.place(band, FENCES), all_fences)
    return isal_zlib.crc32(all_fences), of_keys, of_numbers


def _write(sink: BinaryIO, place: int, values: Numbers) -> None:
    sink.seek(place)
    sink.write(values.data)


def read_band(run: OpenRun, band: int, edges: Iterable[int]) -> Iterator[Pairs]:
    """Yield the band's pairs between these places, first to last, and give their pages back.

    Raises :class:`DamagedRun` after the last when they are not what was written.
    """
    keys, numbers = run.section(band, KEYS), run.section(band, NUMBERS)
    of_keys = of_numbers = start = 0
    for end in edges:
        part = keys[start:end], numbers[start:end]
        of_keys = isal_zlib.crc32(part[0], of_keys)
        of_numbers = isal_zlib.crc32(part[1], of_numbers)
        pairs = part[0].astype(np.uint64) << np.uint64(32) | part[1]
        give_back(run, band)
        yield pairs
        start = end
    if [of_keys, of_numbers] != run.checksums[band, [KEYS, NUMBERS]].tolist():
        raise DamagedRun(f"Band {band} of a run was changed", path=str(run.path))


def fault_of_band(run: OpenRun, band: int) -> str | None:
    """Return what is wrong with a band, which is read whole."""
    fences, keys, numbers = (run.section(band, each) for each in _SECTIONS)
    sums = [isal_zlib.crc32(each) for each in (fences, keys, numbers)]
    if sums != run.checksums[band].tolist():
        return f"band {band} was changed"
    if not np.array_equal(fences, keys[::PAGE]) or (keys[1:] < keys[:-1]).any():
        return f"band {band} is not in order"
    give_back(run, band)
    return None


def _rounded(size: int, unit: int) -> int:
    return -(-size // unit) * unit


def is_run_name(name: str) -> bool:
    """Whether a file is called as runs are, or as one that was not written to its end."""
    return name.endswith(SUFFIX) or (name.startswith(".") and f"{SUFFIX}." in name)
