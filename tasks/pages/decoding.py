"""A page's bytes as UTF-8: what its bytes show, then what the server and the page say.

Declarations are wrong often: windows-1256 said to be UTF-8 or ISO 8859-1, UTF-8 said to be
windows-1256, a description cut within a letter. A byte order mark and valid UTF-8 are certain; then
what is said is kept if the text reads like what it says, else the bytes are judged.
"""

import codecs
import re
from typing import Final

from tasks.errors import RejectRecord
from tasks.text.encodings import ENCODINGS, Decoded, decode, detect

_HEAD: Final = 4096
_DECLARED: Final = re.compile(
    rb"<meta[^>]{0,200}?charset\s{0,5}=\s{0,5}[\"']?\s{0,5}([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE
)
_XML: Final = re.compile(
    rb"^\s{0,20}<\?xml[^>]{0,100}?encoding\s{0,5}=\s{0,5}[\"']([A-Za-z0-9_.:-]{2,40})"
)
_ARABIC: Final = re.compile("[\u0621-\u064a]")
_HIGH: Final = re.compile(r"[^\x00-\x7f]")
_OF_THE_WEB: Final = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "ascii": "cp1252",
    "us-ascii": "cp1252",
                      "iso8859-6": "iso-8859-6", "cp1256": "windows-1256",
                      "gb2312": "gb18030"}  # fmt: skip
_REFUSED: Final = frozenset({"utf-7", "utf-16", "utf-32", "idna", "punycode", "unicode_escape",
                             "raw_unicode_escape", "undefined", "mbcs", "oem", "hz"})  # fmt: skip
_LIKE_ARABIC: Final = 0.5
"""Share of Arabic letters among those beyond ASCII by which text in an Arabic encoding is told."""

_JUDGED: Final = 200_000


def decode_page(payload: bytes, charset: str | None = None) -> Decoded:
    """Return the page in UTF-8 and the encoding it was read in; broken UTF-8 has U+FFFD.

    ``charset`` is what the HTTP header says. Raises :class:`RejectRecord` (``unknown-encoding``)
    for UTF-32 only: a page of any other bytes is read somehow, as browsers do.
    """
    told = _told(payload, charset)
    try:
        return decode(payload, detect(payload))
    except RejectRecord as fault:
        if payload.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
            raise
        for name in told:
            text = _plausible(payload, name)
            if text is not None:
                return Decoded(text.encode(errors="replace"), name)
        if fault.reason == "not-utf8" or "utf-8" in told:
            return Decoded(payload.decode("utf-8", "replace").encode(), "utf-8")
        return Decoded(payload.decode("cp1252", "replace").encode(), "windows-1252")


def _told(payload: bytes, charset: str | None) -> list[str]:
    """Return the encodings that are said, the server's first, as Python's codecs name them."""
    head = payload[:_HEAD]
    said = [charset or "", *(each.decode("ascii") for each in _DECLARED.findall(head)[:2])]
    if found := _XML.match(head):
        said.append(found[1].decode("ascii"))
    names = []
    for each in said:
        try:
            name = codecs.lookup(each.strip().strip("\"'")).name if each.isascii() else ""
        except LookupError:
            continue
        name = _OF_THE_WEB.get(name, name)
        if name and not any(name.startswith(bad) for bad in _REFUSED) and _is_text(name):
            names.append(name)
    return list(dict.fromkeys(names))


def _is_text(name: str) -> bool:
    try:
        return isinstance(b"".decode(name), str)
    except (LookupError, TypeError, AssertionError, ValueError):
        return False


def _plausible(payload: bytes, name: str) -> str | None:
    """Return the text in an encoding that is said, None if it cannot be, or is not what it says."""
    if name == "utf-8":
        return None  # valid UTF-8 was told before
    try:
        text = payload.decode(name)
    except UnicodeDecodeError:
        return None
    high = len(_HIGH.findall(text[:_JUDGED]))
    arabic = len(_ARABIC.findall(text[:_JUDGED]))
    if name in ENCODINGS:
        return text if arabic >= _LIKE_ARABIC * high else None
    return text if not arabic or name not in {"cp1252"} else None
