"""Who an article is: a stable id, and the hash of its raw text by which revisions are told."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import pyarrow as pa

from tasks.text.buffers import texts_of

_ID_LENGTH: Final = 24

_HOME_PAGE: Final = re.compile(r"https?://[^/?#]*/?")
"""Scrapers that write their site's home page on every record name no article by it."""


_ROW_NUMBER: Final = re.compile(r"[0-9]{1,5}")
"""A small number is as often that of a row, and every spreadsheet has a 1: the heading counts too,
or the articles of last year's sheet would be older texts of this year's."""


def content_hashes(titles: pa.ChunkedArray, texts: pa.ChunkedArray) -> pa.Array:
    """Return the SHA-256 of each raw title and text, hexadecimal; one hashlib call a row.

    Raw on purpose: better cleaning rules must not make revisions.
    """
    parts = [texts_of(titles), texts_of(texts)]
    views = [part.data.data for part in parts]
    starts = [part.offsets.tolist() for part in parts]
    hashes = []
    for row in range(len(texts)):
        state = hashlib.sha256(views[0][starts[0][row] : starts[0][row + 1]])
        state.update(b"\0")
        state.update(views[1][starts[1][row] : starts[1][row + 1]])
        hashes.append(state.hexdigest())
    return pa.array(hashes, pa.string())


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
    return pa.array(
        [
            _article_id(source, *_best_name(each))
            for source, each in zip(sources, names, strict=True)
        ],
        pa.string(),
    )


def _best_name(names: Names) -> tuple[str, str]:
    if names.address and not _HOME_PAGE.fullmatch(names.address):
        return "url", names.address
    if names.native_id and _ROW_NUMBER.fullmatch(names.native_id):
        return "row", f"{names.native_id}\0{names.heading}"
    if names.native_id:
        return "id", names.native_id
    return "text", names.content


def _article_id(source: str, kind: str, name: str) -> str:
    return hashlib.sha256(f"{source}\0{kind}\0{name}".encode()).hexdigest()[:_ID_LENGTH]
