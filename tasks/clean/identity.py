"""Who an article is: a stable id, and the hash of its raw text by which revisions are told."""

import hashlib
from collections.abc import Sequence
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
    heads = iter(_rows_of(titles))
    digests = []
    for chunk in texts.chunks:  # by chunk, for joining them is a third of what hashing takes
        bodies = texts_of(chunk)
        view = bodies.data.data
        for start, end in pairwise(bodies.offsets.tolist()):
            state = hashlib.sha256(next(heads) + b"\0")
            state.update(view[start:end])
            digests.append(state.digest())
    return _hexadecimal(digests, _HASH_LENGTH)


def _hexadecimal(digests: Sequence[bytes], length: int) -> pa.Array:
    """Return digests of half so many bytes as strings."""
    letters = b"".join(digests).hex().encode()
    offsets = np.arange(0, len(letters) + 1, length, dtype=np.int32)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(letters)]
    return pa.Array.from_buffers(pa.string(), len(offsets) - 1, buffers)


def article_ids(
    records: pa.Table, addresses: pa.Array, contents: pa.Array, *, opening: int
) -> pa.Array:
    """Return the ids: of source and address, else source and native id, else source and text.

    The source is always part: one text under two mastheads is two articles, one of them a copy. An
    address that items of a feed share names none of them.
    ``contents`` are the hashes of title and text; the first ``opening`` letters of a text stand
    for the title of a record without one, where the heading counts.
    """
    shared = pc.or_kleene(
        _joined(records["address_is_shared"]), pc.match_substring_regex(addresses, _HOME_PAGE)
    )
    by_address = pc.and_(
        pc.greater(pc.binary_length(addresses), 0), pc.invert(shared.fill_null(False))
    ).fill_null(False)
    native = _joined(records["native_id"])
    by_number = pc.match_substring_regex(native, _ROW_NUMBER).fill_null(False)
    by_native = pc.greater(pc.binary_length(native), 0).fill_null(False)
    cases = pc.make_struct(by_address, by_number, by_native)
    kind = pc.case_when(cases, "url", "row", "id", "text")
    numbered = _numbered(records, native, pc.and_(by_number, pc.invert(by_address)), opening)
    name = pc.case_when(cases, addresses, numbered, native, contents)
    told = pc.binary_join_element_wise(_joined(records["source"]), kind, name, "\0")
    digests = [hashlib.sha256(row).digest()[: _ID_LENGTH // 2] for row in _rows_of(told)]
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


def _rows_of(column: pa.Array | pa.ChunkedArray) -> list[bytes]:
    """Return the rows' bytes, those of nulls empty."""
    told = column.fill_null("").cast(pa.large_binary())
    rows: list[bytes] = told.to_numpy(zero_copy_only=False).tolist()
    return rows
