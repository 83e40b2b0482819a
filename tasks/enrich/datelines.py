"""The place that a report is sent from, where its first line opens with one.

«رام الله – باشرت البلدية», «بيروت (وكالات): افتتح», «دبي، الإمارات العربية المتحدة (CNN)--». The
dateline itself stays in the body; only a known place counts, so that «المدينة: ...» is no dateline.
"""

from functools import cache
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.text.buffers import Texts, column_of, gather, texts_of
from tasks.text.lexicons import load_lexicon
from tasks.text.words import fold_column

_HEAD_BYTES: Final = 160

_DATELINE: Final = (
    r"^[\"«(\[]?(?P<place>[\x{0621}-\x{0652}]+(?: [\x{0621}-\x{0652}]+){0,2})"
    r"(?: ?[،,] ?[\x{0621}-\x{0652} ]{2,40}?)?"
    r" ?(?:\([^()]{1,30}\) ?[:\-–—]+| [\-–—]+ |[\-–—:] ?)"
)


def dateline_places(body: pa.ChunkedArray) -> pa.Array:
    """Return the place of each body's dateline, null where none stands at its head."""
    texts = texts_of(body)
    heads = column_of(gather(texts, texts.offsets[:-1], _head_ends(texts)))
    found = pc.struct_field(pc.extract_regex(heads, _DATELINE), "place").cast(pa.string())
    encoded = pc.fill_null(found, "").dictionary_encode()
    folded = fold_column(encoded.dictionary)
    known = pc.is_in(folded, value_set=_places())
    names = pc.if_else(known, encoded.dictionary, pa.scalar(None, pa.string()))
    return names.take(encoded.indices)


def _head_ends(texts: Texts) -> np.ndarray:
    """Return where the first bytes of each text end, between two characters."""
    ends = np.minimum(texts.offsets[1:], texts.offsets[:-1] + _HEAD_BYTES)
    while True:
        cut = np.flatnonzero(ends < texts.offsets[1:])
        cut = cut[texts.data[ends[cut]] & 0xC0 == 0x80]
        if not len(cut):
            return ends
        ends[cut] -= 1


@cache
def _places() -> pa.Array:
    return pc.unique(fold_column(pa.array(load_lexicon("places"))))
