"""Which encoding a text is in, and the text in UTF-8.

Read are the encodings that Arabic news is found in: UTF-8, UTF-16, windows-1256 and ISO 8859-6.
What is none of them is refused, never guessed at: windows-1256 has a character for every byte, so
whatever is read with it succeeds.
"""

import codecs
from typing import Final, NamedTuple

import numpy as np

from tasks.errors import RejectRecord, StopRun
from tasks.text.encoding_kernel import (
    NOT_ARABIC,
    NOT_UTF8,
    WINDOWS,
    iso_to_utf8,
    tell_single_byte,
    windows_to_utf8,
)

ENCODINGS: Final[tuple[str, ...]] = (
    "utf-8",
    "utf-16-le",
    "utf-16-be",
    "windows-1256",
    "iso-8859-6",
)
"""Names of the encodings we read, as Python's codecs know them."""

_BOMS: Final = (
    (codecs.BOM_UTF32_LE, ""),  # before UTF-16's, with which it begins
    (codecs.BOM_UTF32_BE, ""),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

WIDE_HEAD: Final = 1024
"""Bytes that are looked at for UTF-16; a tenth of the time of reading 4 kB of UTF-8."""

_CONTROLS: Final = bytes(code for code in range(32) if code not in b"\t\n\v\f\r\x1a\x1b")


class Decoded(NamedTuple):
    """A text as valid UTF-8 without byte order mark, and the encoding that it was in."""

    text: bytes
    encoding: str


def detect(data: bytes, told: str | None = None, *, final: bool = True) -> str:
    """Return the encoding of one Arabic text; ``told`` is what its source's profile says of it.

    What the bytes show counts first: a byte order mark, UTF-16, UTF-8. What they do not show the
    profile knows better than we can tell. Unless ``final``, the bytes are the first of a file and
    may end inside a character. Raises :class:`RejectRecord` for broken UTF-8 and for UTF-8 mixed
    with something else, whatever is told (``not-utf8``), and for what is Arabic in no encoding that
    we know (``unknown-encoding``).
    """
    marked = _marked(data)[0]
    if marked:
        return marked
    try:
        found = _unmarked(data, final=final)
    except RejectRecord as fault:
        if told is None or fault.reason == "not-utf8":
            raise
        return told
    if told is None or (found.startswith("utf") and not _says_nothing(data, told)):
        return found
    return told


def _says_nothing(data: bytes, told: str) -> bool:
    """Whether the bytes are ASCII alone, which is the same in all but the encodings of two bytes.

    What follows the first bytes of a file may be Arabic.
    """
    return data.isascii() and not told.startswith("utf-16")


def read(data: bytes, told: str | None = None) -> Decoded:
    """Return the text in UTF-8, read in the encoding that :func:`detect` finds."""
    return decode(data, detect(data, told))


def decode(data: bytes, encoding: str | None = None) -> Decoded:
    """Return the text in UTF-8, read in the encoding given or detected; a byte order mark wins.

    Raises :class:`RejectRecord` as :func:`detect` does, and with the offset of the first byte that
    the encoding does not have: ``not-utf8`` for UTF-8, ``unknown-encoding`` for the others.
    """
    if encoding is not None and encoding not in ENCODINGS:
        raise StopRun("Unknown encoding; use a known one", encoding=encoding, known=ENCODINGS)
    name, start = _marked(data)
    if not name and encoding is None:
        name = _unmarked(data, final=True)
        if name == "utf-8":
            return Decoded(data, name)  # as it was just found to be
    name = name or encoding or ""
    if name in _TRANSCODERS:
        return Decoded(_transcoded(data, name), name)
    try:
        text = str(data[start:] if start else data, name)
    except UnicodeDecodeError as error:
        place = start + error.start
        if name == "utf-8":
            raise RejectRecord(_not_utf8(data, place), reason="not-utf8") from error
        raise _undecodable(data, place, name) from error
    if name == "utf-8":
        return Decoded(data[start:], name)
    return Decoded(text.encode(), name)


_TRANSCODERS: Final = {"windows-1256": windows_to_utf8, "iso-8859-6": iso_to_utf8}


def _transcoded(data: bytes, encoding: str) -> bytes:
    """Return UTF-8; a kernel takes half the time of ``str(data, …).encode()``."""
    if not data:
        return b""
    out = np.empty(3 * len(data), np.uint8)
    size = _TRANSCODERS[encoding](np.frombuffer(data, np.uint8), out)
    if size < 0:
        raise _undecodable(data, -1 - size, encoding)
    return out[:size].tobytes()


def _marked(data: bytes) -> tuple[str, int]:
    """Return the encoding that a byte order mark names and the mark's length; "" without one."""
    if data[:1] not in b"\xef\xff\xfe\0":
        return "", 0
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            if not encoding:
                raise RejectRecord("UTF-32 is not read", reason="unknown-encoding")
            return encoding, len(mark)
    return "", 0


def _unmarked(data: bytes, *, final: bool) -> str:
    # UTF-16 first: Arabic in it is valid UTF-8, of control characters and ASCII.
    if wide := _utf16(data[:WIDE_HEAD]):
        return wide
    try:
        codecs.utf_8_decode(data, "strict", final)
    except UnicodeDecodeError as error:
        return _single_byte(data, error)
    return "utf-8"


def _utf16(head: bytes) -> str:
    """Return the UTF-16 that half of the bytes show, as high bytes of Arabic and ASCII; "" if not.

    The other half are few of these (U+0600 is no letter) and few control characters.
    """
    if len(head) < 4 or 4 * (head.count(6) + head.count(0)) < len(head):
        return ""
    for encoding, low, high in (
        ("utf-16-le", head[::2], head[1::2]),
        ("utf-16-be", head[1::2], head[::2]),
    ):
        controls = len(low) - len(low.translate(None, _CONTROLS))
        if 4 * (high.count(6) + high.count(0)) >= 3 * len(high) and 4 * controls <= len(low):
            return encoding
    return ""


def _single_byte(data: bytes, error: UnicodeDecodeError) -> str:
    """Return the single-byte encoding of bytes that are not UTF-8."""
    kind = tell_single_byte(np.frombuffer(data, np.uint8), error.start)
    if kind == NOT_UTF8:
        raise RejectRecord(_not_utf8(data, error.start), reason="not-utf8") from error
    if kind == NOT_ARABIC:
        problem = f"{_not_utf8(data, error.start)}, nor Arabic in another encoding that we read"
        raise RejectRecord(problem, reason="unknown-encoding") from error
    return "windows-1256" if kind == WINDOWS else "iso-8859-6"


def _not_utf8(data: bytes, place: int) -> str:
    return f"byte 0x{data[place]:02X} at offset {place} is not UTF-8"


def _undecodable(data: bytes, place: int, encoding: str) -> RejectRecord:
    problem = f"byte 0x{data[place]:02X} at offset {place} is not {encoding}"
    return RejectRecord(problem, reason="unknown-encoding")
