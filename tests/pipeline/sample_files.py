"""The sample's files read by the standard library alone, to hold what intake makes of them against.

Only pyarrow, for Parquet, and ``backports.zstd`` are no part of it yet.
"""

import bz2
import csv
import gzip
import io
import json
import lzma
import re
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from typing import Final
from xml.etree import ElementTree

import pyarrow.parquet as pq
from backports import zstd

from tests.pipeline.running import SAMPLE, Row

UNPACKERS: Final[dict[str, Callable[[bytes], bytes]]] = {
    ".gz": gzip.decompress,
    ".zst": zstd.decompress,
    ".bz2": bz2.decompress,
    ".xz": lzma.decompress,
}
TEXT_KEYS: Final = ("text", "articleBody", "body", "content", "maintext")
_DELIMITERS: Final = {"sawaqi.csv": ",", "maraya.csv": ";", "bareed.tsv": "\t"}
_ANSWER: Final = re.compile(
    rb"WARC-Type: response\r\nWARC-Target-URI: (\S+)\r\n.*?HTTP/1.1 .*?\r\n\r\n(.*?)\r\n\r\n",
    re.DOTALL,
)
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")


def raw_text(where: str) -> str:
    """Return the text of a record, ``PATH[!MEMBER]#N``, as whoever wrote it meant it."""
    place, _, number = where.rpartition("#")
    name, content = read_member(place)
    if name.endswith(".txt"):
        return _mended(name, decoded(content))
    if name.endswith(".html"):
        lines = re.finditer(r"^      <(p|h3)>(.*)</\1>$", content.decode(), re.MULTILINE)
        return "\n".join(line[2] for line in lines)
    record = records(name, content)[int(number) - 1]
    return next(str(record[key]) for key in TEXT_KEYS if record.get(key))


def read_member(place: str) -> tuple[str, bytes]:
    """Return the name and the content of a file or a member, unpacked."""
    return list(layers(place))[-1]


def layers(place: str) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of a file, of what it unpacks to, of the member in it, and so on."""
    content = b""
    for depth, name in enumerate(place.split("!")):
        content = archived(content)[name] if depth else (SAMPLE / name).read_bytes()
        yield name, content
        bare, content = unpacked(name, content)
        if bare != name:
            yield bare, content


def unpacked(name: str, content: bytes) -> tuple[str, bytes]:
    """Return a file's name and content without its compression, if it has one by its name."""
    for suffix, unpack in UNPACKERS.items():
        if name.endswith(suffix):
            return name.removesuffix(suffix), unpack(content)
    return name, content


def archived(content: bytes) -> dict[str, bytes]:
    """Return the files of an archive by their names."""
    held = io.BytesIO(content)
    if content.startswith(b"WARC"):
        return {uri.decode(): answer for uri, answer in _ANSWER.findall(content)}
    if content.startswith(b"PK"):
        with zipfile.ZipFile(held) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    with tarfile.open(fileobj=held) as archive:
        streams = {member.name: archive.extractfile(member) for member in archive}
        return {name: stream.read() for name, stream in streams.items() if stream}


def records(name: str, content: bytes) -> list[Row]:
    """Return the records of a file, in their order; those that are broken are empty."""
    found: list[Row]
    if name.endswith(".parquet"):
        found = pq.read_table(io.BytesIO(content)).to_pylist()
    elif name.endswith(".rss"):
        items = ElementTree.fromstring(content).iter("item")
        found = [{"text": _paragraphs(item.findtext("description", ""))} for item in items]
    elif name.endswith(".jsonl"):
        found = [_loaded(line) for line in content.split(b"\n")]
    elif name.endswith(".json"):
        whole = json.loads(content)
        found = whole if isinstance(whole, list) else whole["articles"]
    else:
        table = io.StringIO(decoded(content), newline="")
        rows = csv.DictReader(table, delimiter=_DELIMITERS[name])
        found = [{str(key).lower(): cell for key, cell in row.items()} for row in rows]
    return found


def _paragraphs(markup: str) -> str:
    return "\n".join(re.findall("<p>(.*?)</p>", markup))


def _loaded(line: bytes) -> Row:
    try:
        found: Row = json.loads(line)
    except json.JSONDecodeError:
        return {}
    return found


def decoded(content: bytes) -> str:
    """Return a text in the one encoding of the sample that can be meant."""
    if content.startswith(_UTF_16):
        return content.decode("utf-16")
    for encoding in ("utf-8-sig", "iso-8859-6"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("windows-1256")


def _mended(name: str, text: str) -> str:
    """Return a text read as its writer wrote it, where the file's name says what befell it."""
    if name.endswith("mojibake-1256.txt"):
        return text.encode("latin-1").decode("windows-1256")
    if name.endswith("mojibake-utf-8-as-1256.txt"):
        return text.encode("windows-1256").decode()
    if name.endswith("mojibake-utf-8.txt"):
        return b"".join(map(_octet, text)).decode()
    return text


def _octet(char: str) -> bytes:
    """Return the byte that windows-1252, or latin-1 where that has none, shows as the character."""
    try:
        return char.encode("windows-1252")
    except UnicodeEncodeError:
        return char.encode("latin-1")
