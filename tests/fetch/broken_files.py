"""Broken variants of real records: how an article is written into a file, and how that breaks.

Everything is drawn from one seeded ``random.Random``: the same seed gives the same files.
"""

import bz2
import csv
import gzip
import io
import lzma
import random
import tarfile
import zipfile
from collections.abc import Callable, Sequence
from typing import Any, Final

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from backports import zstd

Article = dict[str, Any]

_MOST_ARTICLES: Final = 4
_MOST_BREAKS: Final = 3
_LONGEST_PART: Final = 200

_STRAY: Final = (
    *(b"\0", b"\x1a", b"\xff", b"\xd8", b'"', b"'", b"\\", b"\n", b"\r", b"\t", b",", b";"),
    *(b"{", b"}", b"[", b"]", b'"text":', b"\\ud800", b"\\u0000", b"NaN", b"1e999", b"null"),
    *(b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xe2\x80\xa8", b"\xc2\x85", b"<html>"),
    *("Ø§Ù„".encode(), "ÇáÓáÇã".encode(), "السلام".encode("windows-1256")),
    *(b"\x1f\x8b\x08\0", b"\x28\xb5\x2f\xfd", b"PK\x03\x04", b"PAR1", b"9" * 400, b"[" * 400),
)
"""What is put in: characters that formats live by, marks of encodings, magic of other formats."""


def make_file(chance: random.Random, articles: Sequence[Article]) -> tuple[str, bytes]:
    """Return the suffix and the bytes of one file that is broken somewhere, seldom nowhere.

    A break is made before the file is compressed or packed, after it, or both.
    """
    some = chance.choices(articles, k=chance.randint(1, _MOST_ARTICLES))
    suffix = chance.choice(list(_WRITERS))
    data = break_bytes(chance, _WRITERS[suffix](some), chance.randint(0, _MOST_BREAKS))
    if chance.random() < 0.5:
        outer = chance.choice(list(_PACKERS))
        data = _PACKERS[outer](f"a{suffix}", data)
        suffix = outer if outer in _ARCHIVES else suffix + outer
        data = break_bytes(chance, data, chance.choice((0, 0, 1, _MOST_BREAKS)))
    if chance.random() < 0.1:
        suffix = chance.choice(["", ".txt", ".json", ".csv", ".parquet", ".gz", ".zip"])
    return suffix, data


def break_bytes(chance: random.Random, data: bytes, times: int) -> bytes:
    """Return the bytes, broken so many times."""
    for _ in range(times):
        data = chance.choice(_BREAKS)(chance, data)
    return data


def _flip(chance: random.Random, data: bytes) -> bytes:
    at = _place(chance, data)
    return (
        data[:at]
        + bytes(byte ^ 1 << chance.randrange(8) for byte in data[at : at + 1])
        + (data[at + 1 :])
    )


def _cut_off(chance: random.Random, data: bytes) -> bytes:
    return data[: _place(chance, data)]


def _cut_out(chance: random.Random, data: bytes) -> bytes:
    at = _place(chance, data)
    return data[:at] + data[at + chance.randint(1, _LONGEST_PART) :]


def _repeat(chance: random.Random, data: bytes) -> bytes:
    at = _place(chance, data)
    part = data[at : at + chance.randint(1, _LONGEST_PART)]
    return data[:at] + part * chance.randint(2, 20) + data[at + len(part) :]


def _swap(chance: random.Random, data: bytes) -> bytes:
    first, second = sorted((_place(chance, data), _place(chance, data)))
    return data[second:] + data[first:second] + data[:first]


def _insert(chance: random.Random, data: bytes) -> bytes:
    at = _place(chance, data)
    return data[:at] + chance.choice(_STRAY) * chance.choice((1, 1, 2, 100)) + data[at:]


def _overwrite(chance: random.Random, data: bytes) -> bytes:
    at = _place(chance, data)
    noise = chance.randbytes(chance.randint(1, 40))
    return data[:at] + noise + data[at + len(noise) :]


def _recode(chance: random.Random, data: bytes) -> bytes:
    """The rest of the file in another encoding, as when files are put together."""
    at = _place(chance, data)
    rest = data[at:].decode(errors="ignore")
    return data[:at] + rest.encode(chance.choice(_ENCODINGS), "ignore")


def _empty(chance: random.Random, data: bytes) -> bytes:
    return data[:0] if chance.random() < 0.1 else data.replace(b"\n", b"")


_BREAKS: Final[tuple[Callable[[random.Random, bytes], bytes], ...]] = (
    *(_flip, _cut_off, _cut_out, _repeat, _swap, _insert, _insert, _overwrite, _recode, _empty),
)


def _place(chance: random.Random, data: bytes) -> int:
    return chance.randint(0, len(data))


def _lines(articles: Sequence[Article]) -> bytes:
    return b"\n".join(map(orjson.dumps, articles)) + b"\n"


def _array(articles: Sequence[Article]) -> bytes:
    return orjson.dumps({"articles": list(articles)}, option=orjson.OPT_INDENT_2)


def _table(articles: Sequence[Article], delimiter: str = ",") -> bytes:
    held = io.StringIO(newline="")
    writer = csv.DictWriter(held, list(articles[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(articles)
    return held.getvalue().encode()


def _parquet(articles: Sequence[Article]) -> bytes:
    held = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(list(articles)), held)
    return held.getvalue()


def _text(articles: Sequence[Article]) -> bytes:
    return f"{articles[0]['title'] or ''}\n{articles[0]['text']}".encode()


def _encoded(encoding: str) -> Callable[[Sequence[Article]], bytes]:
    return lambda articles: _text(articles).decode().encode(encoding, "ignore")


_ENCODINGS: Final = ("windows-1256", "iso-8859-6", "utf-16-le", "utf-16")

_WRITERS: Final[dict[str, Callable[[Sequence[Article]], bytes]]] = {
    ".jsonl": _lines,
    ".json": _array,
    ".csv": _table,
    ".tsv": lambda articles: _table(articles, "\t"),
    ".parquet": _parquet,
    ".txt": _text,
    **{f".{encoding}.txt": _encoded(encoding) for encoding in _ENCODINGS},
    ".windows-1256.csv": lambda articles: (
        _table(articles, ";").decode().encode("windows-1256", "ignore")
    ),
    ".utf-16.jsonl": lambda articles: "\n".join(
        orjson.dumps(article).decode() for article in articles
    ).encode("utf-16"),
}


def _zipped(name: str, data: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(2):
            archive.writestr(f"{number}/{name}", data)
    return held.getvalue()


def _tarred(name: str, data: bytes) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        for number in range(2):
            member = tarfile.TarInfo(f"{number}/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return held.getvalue()


_ARCHIVES: Final = frozenset({".zip", ".tar", ".tar.gz"})

_PACKERS: Final[dict[str, Callable[[str, bytes], bytes]]] = {
    ".gz": lambda _, data: gzip.compress(data),
    ".zst": lambda _, data: zstd.compress(data),
    ".bz2": lambda _, data: bz2.compress(data),
    ".xz": lambda _, data: lzma.compress(data),
    ".zip": _zipped,
    ".tar": _tarred,
    ".tar.gz": lambda name, data: gzip.compress(_tarred(name, data)),
}
