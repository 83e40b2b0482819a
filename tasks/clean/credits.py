"""Who signed an article: the author field of the record, then the signature in the text."""

import re
from collections.abc import Mapping
from typing import Final

import pyarrow as pa

from tasks.text.repair import repair_column

_BETWEEN_AUTHORS: Final = re.compile(r"\s*[,،;؛/|]\s*")
_AUTHORS_AT_MOST: Final = 20


def authors_column(fields: pa.ChunkedArray, signed: Mapping[int, tuple[str, ...]]) -> pa.Array:
    """Return the ``authors`` column: each name once; ``signed`` has those found in texts, by row.

    The distinct author fields are split in Python, at ``, ، ; ؛ / |``.
    """
    encoded = repair_column(fields, one_line=True).dictionary_encode()
    split = [_split(field) for field in encoded.dictionary.to_pylist()]
    authors = [split[index] if index is not None else () for index in encoded.indices.to_pylist()]
    for row, names in signed.items():
        authors[row] = tuple(dict.fromkeys((*authors[row], *names)))
    return pa.array(authors, pa.list_(pa.string()))


def _split(field: str) -> tuple[str, ...]:
    names = (name for name in _BETWEEN_AUTHORS.split(field) if name)
    return tuple(dict.fromkeys(names))[:_AUTHORS_AT_MOST]
