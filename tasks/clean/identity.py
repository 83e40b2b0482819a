"""Who an article is: a stable id, and the hash of its raw text by which revisions are told."""

import hashlib
from itertools import pairwise
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.text.buffers import texts_of

_HASH_LENGTH: Final = 64
_ID_LENGTH: Final = 24

_HOME_PAGE: Final = r"^https?://[^/?#]*/?$"
"""Scrapers that write their site's home page on every record name no article by it."""


_ROW_NUMBER: Final = "^[0-9]{1,5}$"
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


def article_ids(
    records: pa.Table, addresses: pa.Array, contents: pa.Array, *, opening: int
) -> pa.Array:
    """Return the ids: of source and address, else source and native id, else source and text.

    The source is always part: one text under two mastheads is two articles, one of them a copy.
    ``contents`` are the hashes of title and text; the first ``opening`` letters of a text stand
    for the title of a record without one, where the heading counts.
    """
    by_address = pc.and_(
        pc.greater(pc.binary_length(addresses), 0),
        pc.invert(pc.match_substring_regex(addresses, _HOME_PAGE)),
    ).fill_null(False)
    native = _joined(records["native_id"])
    by_number = pc.match_substring_regex(native, _ROW_NUMBER).fill_null(False)
    by_native = pc.greater(pc.binary_length(native), 0).fill_null(False)
    cases = pc.make_struct(by_address, by_number, by_native)
    kind = pc.case_when(cases, "url", "row", "id", "text")
    numbered = _numbered(records, native, pc.and_(by_number, pc.invert(by_address)), opening)
    name = pc.case_when(cases, addresses, numbered, native, contents)
    told = texts_of(pc.binary_join_element_wise(_joined(records["source"]), kind, name, "\0"))
    view, places = told.data.data, told.offsets.tolist()
    digests = bytearray()
    for start, end in pairwise(places):
        digests += hashlib.sha256(view[start:end]).digest()[: _ID_LENGTH // 2]
    return _hexadecimal(digests, _ID_LENGTH)


def _numbered(records: pa.Table, native: pa.Array, which: pa.Array, opening: int) -> pa.Array:
    """Return the native ids with the headings of those records that a number alone would name."""
    at = pa.array(np.flatnonzero(which.to_numpy(zero_copy_only=False)))
    if not len(at):
        return native
    told = records.select(["title", "text"]).take(at)
    openings = pc.utf8_slice_codeunits(told["text"], 0, opening).cast(pa.string())
    headings = _joined(pc.coalesce(told["title"], openings))
    names = pc.binary_join_element_wise(native.take(at), headings, "\0")
    return pc.replace_with_mask(native, which, names)


def _joined(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks()
