"""What first bytes give away about a file."""

import codecs
import itertools
from collections.abc import Iterator
from typing import Final

import numpy as np
import pyarrow as pa

from tasks.fetch.formats.magic import has_magic
from tasks.text.buffers import Bytes, Places

BOM: Final = codecs.BOM_UTF8

_CONTROLS: Final = bytes(code for code in range(32) if code not in b"\t\n\v\f\r\x1a\x1b")
_FEW: Final = 8
_SHARE: Final = 0.1
_MARKUP: Final = ("<", "{", "[")


def is_binary(head: bytes) -> bool:
    """Whether the first bytes are those of a known kind of binary file, or full of controls.

    A stray NUL or control character does not make a text binary: scraped articles have some. Files
    that begin with a mark of UTF-16 are text (that is not UTF-8).
    """
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return False
    if has_magic(head):
        return True
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return controls > max(_FEW, _SHARE * len(head))


def suffix_of(name: str) -> str:
    """Return the suffix of a file name in small letters, with its dot; ``""`` without one."""
    stem, dot, suffix = name.rpartition(".")
    return f".{suffix.lower()}" if dot and stem else ""


def is_mostly_arabic(head: bytes) -> bool:
    """Whether the first bytes are UTF-8 prose whose letters are Arabic for the most part."""
    try:
        # Not final: the head may end inside a character.
        text = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    if text.lstrip("\N{ZERO WIDTH NO-BREAK SPACE} \t\r\n").startswith(_MARKUP):
        return False
    letters = sum(map(str.isalpha, text))
    arabic = sum(1 for char in text if "\N{ARABIC LETTER HAMZA}" <= char <= "ۿ")
    return arabic * 2 > letters


def not_utf8(error: UnicodeDecodeError) -> str:
    """Return the detail of bytes that are not UTF-8: the first of them and its place."""
    return f"byte 0x{error.object[error.start]:02X} at offset {error.start} is not UTF-8"


def buffers(payloads: pa.LargeBinaryArray) -> tuple[Bytes, Places]:
    """View a column without nulls as (data, offsets): row ``i`` is ``data[o[i]:o[i + 1]]``."""
    if len(payloads) == 0:
        return np.empty(0, np.uint8), np.zeros(1, np.int64)
    _, offsets, data = payloads.buffers()
    places = np.frombuffer(offsets, np.int64, len(payloads) + 1, payloads.offset * 8)
    return np.frombuffer(data if data is not None else b"", np.uint8), places


def join(payloads: list[bytes], kind: pa.DataType) -> pa.Array:
    """Return a ``large_binary`` or ``large_string`` column of the payloads, end to end.

    ``pa.array`` takes ten times as long, for its buffer grows again and again; ``b"".join`` three
    times, for numpy asks the system for large pages.
    """
    offsets = np.zeros(len(payloads) + 1, np.int64)
    np.cumsum([len(payload) for payload in payloads], out=offsets[1:])
    data = np.empty(offsets[-1], np.uint8)
    view = data.data
    start = 0
    for payload, end in zip(payloads, offsets[1:].tolist(), strict=True):
        view[start:end] = payload
        start = end
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    return pa.Array.from_buffers(kind, len(payloads), buffers)


def views(payloads: pa.LargeBinaryArray) -> Iterator[memoryview]:
    """Yield each payload of a column without nulls as a view, not a copy."""
    data, offsets = buffers(payloads)
    whole = data.data
    places = offsets.tolist()
    for start, end in itertools.pairwise(places):
        yield whole[start:end]
