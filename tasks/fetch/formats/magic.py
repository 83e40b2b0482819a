"""Kinds of content that are told by their first bytes, and that are no article as they are."""

import re
from typing import Final

_SAVE_TEXT: Final = "save its text as .txt, CSV or JSON"
_UNPACK: Final = "unpack it, or pack it as zip or tar"
_UNPACK_ONCE: Final = "it is packed twice; unpack it once"
_EXPORT: Final = "export its rows as CSV, JSON or Parquet"
_NO_TEXT: Final = "it holds no text"

_BINARY: Final = (
    (rb"PK\x03\x04|PK\x05\x06", "a zip archive", _UNPACK_ONCE),
    (rb"\x1f\x8b", "a gzip file", _UNPACK_ONCE),
    (rb"BZh[1-9](?:1AY&SY|\x17\x72\x45\x38\x50\x90)", "a bzip2 file", _UNPACK_ONCE),
    (rb"\xfd7zXZ\x00", "an xz file", _UNPACK_ONCE),
    (rb"\x28\xb5\x2f\xfd", "a zstd file", _UNPACK_ONCE),
    (rb".{257}ustar", "a tar archive", _UNPACK_ONCE),
    (rb"Rar!\x1a\x07", "a RAR archive", _UNPACK),
    (rb"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACK),
    (rb"%PDF-", "a PDF", _SAVE_TEXT),
    (rb"\xd0\xcf\x11\xe0", "an old Office document (.doc, .xls)", _SAVE_TEXT),
    (rb"\{\\rtf", "an RTF document", _SAVE_TEXT),
    (rb"SQLite format 3\x00", "an SQLite database", _EXPORT),
    (rb"PAR1", "a Parquet file", "it is cut off or damaged; get it anew"),
    (rb"ARROW1", "an Arrow file", _EXPORT),
    (rb"ORC[\x00-\x1f]", "an ORC file", _EXPORT),
    (rb"Obj\x01", "an Avro file", _EXPORT),
    (rb"\x89PNG\r\n", "a PNG picture", _NO_TEXT),
    (rb"\xff\xd8\xff", "a JPEG picture", _NO_TEXT),
    (rb"GIF8[79]a", "a GIF picture", _NO_TEXT),
    (rb"RIFF.{4}(?:WEBP|WAVE|AVI )", "a picture, sound or video", _NO_TEXT),
    (rb"OggS|ID3[\x02-\x04]|.{4}ftyp", "a sound or video", _NO_TEXT),
    (rb"\x7fELF|MZ\x90\x00", "a program", _NO_TEXT),
)
"""How they begin, what they are, and what to do about it."""

_MARKUP: Final = (
    (rb"<!doctype html|<html|<head|<body", "an HTML page", _SAVE_TEXT),
    (rb"<rss|<feed|<rdf", "a feed", _SAVE_TEXT),
    (rb"<\?xml|<!doctype", "an XML document", _SAVE_TEXT),
)
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0e-\x19\x1c-\x1f]")
_SOME_TEXT: Final = 64
"""Bytes of text before a control character from which the content is worth to be told as text."""

_BEFORE_MARKUP: Final = rb"(?i)(?:\xef\xbb\xbf)?\s*"


def _compile(kinds: tuple[tuple[bytes, str, str], ...], before: bytes = b"") -> re.Pattern[bytes]:
    choices = b"|".join(b"(%s)" % begins for begins, _, _ in kinds)
    return re.compile(before + b"(?:" + choices + b")", re.DOTALL)


_ANY_BINARY: Final = _compile(_BINARY)
_ANY_MARKUP: Final = _compile(_MARKUP, _BEFORE_MARKUP)


def has_magic(head: bytes) -> bool:
    """Whether the first bytes are those of a known kind of binary file."""
    return _ANY_BINARY.match(head) is not None


def describe(head: bytes) -> str:
    """Return what content with these first bytes is, as far as they tell, and what to do."""
    for kinds, pattern in ((_BINARY, _ANY_BINARY), (_MARKUP, _ANY_MARKUP)):
        found = pattern.match(head)
        if found is not None and found.lastindex is not None:
            _, name, advice = kinds[found.lastindex - 1]
            return f"it is {name}: {advice}"
    if (place := _text_until(head)) is not None:
        return (
            f"it is text up to byte {place:,} and something else from there on, such as UTF-16 "
            "behind UTF-8: save the parts alone"
        )
    return f"no format reads it; its first bytes are {head[:8].hex(' ')}"


def _text_until(head: bytes) -> int | None:
    """Return where text of some length ends in control characters; null when it is none."""
    found = _CONTROL.search(head)
    if found is None or found.start() < _SOME_TEXT:
        return None
    try:
        head[: found.start()].decode()
    except UnicodeDecodeError as error:
        return None if error.start < found.start() - 4 else found.start()
    return found.start()
