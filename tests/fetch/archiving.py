"""Archives built in memory, Arabic text in them, and what is found in one."""

import io
import tarfile
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Final

from tasks.errors import RejectRecord
from tasks.fetch.archives import find_archive
from tasks.fetch.streams import Budget, Stream

SHORT: Final = "أخبار قصيرة".encode()
TEXT: Final = "أكدت وزارة النقل استئناف الرحلات بين العاصمتين اليوم.\n".encode()
LONG: Final = TEXT * 30_000
FILES: Final = {"أخبار/أول.txt": SHORT, "أخبار/ثان.txt": LONG, "فارغ.txt": b"", "news.txt": TEXT}

Found = dict[str, bytes | str]


class Pieces:
    """A source that gives as many bytes at once as the sizes say, over and over."""

    def __init__(self, data: bytes, sizes: Sequence[int]) -> None:
        self._file = io.BytesIO(data)
        self._sizes = cycle(sizes)

    def read(self, size: int, /) -> bytes:
        return self._file.read(min(size, next(self._sizes)))


def zipped(files: Mapping[str, bytes] = FILES, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, data in files.items():
            archive.writestr(name, data)
    return held.getvalue()


def tarred(files: Mapping[str, bytes] = FILES, kind: int = tarfile.PAX_FORMAT) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w", format=kind) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return held.getvalue()


def block(
    name: str = "a.txt", data: bytes = b"", *, kind: bytes = b"0", size: bytes = b""
) -> bytes:
    """A header with its padded data; ``size`` stands in it as it is."""
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, len(data)
    header = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    if size:
        header[124 : 124 + len(size)] = size
        header[148:156] = b" " * 8
        header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + data + bytes(-len(data) % 512)


END: Final = bytes(1024)


def pax(key: str, value: str, kind: bytes = b"x") -> bytes:
    bare = len(f" {key}={value}\n".encode())
    length = next(bare + digits for digits in range(1, 9) if len(str(bare + digits)) == digits)
    return block("pax", f"{length} {key}={value}\n".encode(), kind=kind)


def stream(data: bytes, budget: Budget | None = None) -> Stream:
    return Stream(io.BytesIO(data), budget=budget)


def look_into(archive: Stream, depth: int = 4) -> Found:
    """What is found, by name: bytes, or the reason of the fault; "" is the archive's own."""
    found: Found = {}
    kind = find_archive(archive.head())
    assert kind is not None
    try:
        for name, member, _ in kind.members(archive):
            if depth and find_archive(member.head()):
                found |= {
                    f"{name}/{inner}": told for inner, told in look_into(member, depth - 1).items()
                }
            else:
                data = b"".join(iter(member.read, b""))
                found[name] = member.fault.reason if member.fault else data
    except RejectRecord as refused:
        found[""] = refused.reason
    return found
