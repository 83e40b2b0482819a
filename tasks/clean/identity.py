"""Who an article is: a stable id, and the hash of its raw text by which revisions are told."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa

from tasks.text.buffers import texts_of

_HASH_LENGTH: Final = 64
_ID_LENGTH: Final = 24

_HOME_PAGE: Final = re.compile(r"https?://[^/?#]*/?")
"""Scrapers that write their site's home page on every record name no article by it."""


_ROW_NUMBER: Final = re.compile(r"[0-9]{1,5}")
"""A small number is as often that of a row, and every spreadsheet has a 1: the heading counts too,
or the articles of last year's sheet would be older texts of this year's."""


def content_hashes(titles: pa.ChunkedArray, texts: pa.ChunkedArray) -> pa.Array:
    """Return the SHA-256 of each raw title and text, hexadecimal; hashlib is called row by row.

    Raw on purpose: better cleaning rules must not make revisions.
    """
    parts = [texts_of(titles), texts_of(texts)]
    views = [part.data.data for part in parts]
    places = [
        zip(part.offsets[:-1].tolist(), part.offsets[1:].tolist(), strict=True) for part in parts
    ]
    heads = (views[0][start:end] for start, end in places[0])
    bodies = (views[1][start:end] for start, end in places[1])
    digests = bytearray()
    for title, text in zip(heads, bodies, strict=True):
        state = hashlib.sha256(bytes(title) + b"\0")
        state.update(text)
        digests += state.digest()
    return _hexadecimal(digests, _HASH_LENGTH)


def _hexadecimal(digests: bytes | bytearray, length: int) -> pa.Array:
    """Return digests of half so many bytes, which stand end to end, as strings."""
    letters = digests.hex().encode()
    offsets = np.arange(0, len(letters) + 1, length, dtype=np.int32)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(letters)]
    return pa.Array.from_buffers(pa.string(), len(offsets) - 1, buffers)


class Names(NamedTuple):
    """What may name one article: an address, the id that its source gave, its heading, its hash."""

    address: str | None
    native_id: str | None
    heading: str
    content: str


def article_ids(sources: Sequence[str], names: Iterable[Names]) -> pa.Array:
    """Return the ids: of source and address, else source and native id, else source and text.

    The source is always part: one text under two mastheads is two articles, one of them a copy.
    """
    digests = bytearray()
    for source, each in zip(sources, names, strict=True):
        kind, name = _best_name(each)
        told = f"{source}\0{kind}\0{name}".encode()
        digests += hashlib.sha256(told).digest()[: _ID_LENGTH // 2]
    return _hexadecimal(digests, _ID_LENGTH)


def _best_name(names: Names) -> tuple[str, str]:
    if names.address and not _HOME_PAGE.fullmatch(names.address):
        return "url", names.address
    if names.native_id and _ROW_NUMBER.fullmatch(names.native_id):
        return "row", f"{names.native_id}\0{names.heading}"
    if names.native_id:
        return "id", names.native_id
    return "text", names.content
