"""The narrow columns by which articles are compared: identity, digest of the folded text, order."""

import hashlib
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from expectations.conformance import check
from expectations.lake_schema import CODES
from expectations.schema import CLEANED, PARTITION_COLUMN
from tasks.text.buffers import texts_of
from tasks.text.code_columns import code_column, codes_at
from tasks.text.dates import months_of
from tasks.text.signature_sizes import DEFAULT_SIZES, Sizes
from tasks.text.signatures import sign
from tasks.text.word_codes import CodedTexts, code_words
from tasks.text.words import digest_words, hash_words

SHORT_TEXT_WORDS: Final = 20
"""A shorter body alone says too little («التفاصيل في الفيديو»): the title counts too."""

CANDIDATES: Final = pa.schema(
    [
        *(
            CLEANED.field(name)
            for name in ("record_ref", "native_id", "source", "article_id", "content_hash",
                         "published_at", "modified_at", "date_problem", "read_as", "title_key")
        ),
        pa.field(PARTITION_COLUMN, pa.string(), nullable=False),
        pa.field("text_key", pa.binary(16), nullable=False),
        pa.field("words", pa.int32(), nullable=False),
        pa.field("facts", pa.binary(8), nullable=False),
        pa.field("bands", CODES.type, nullable=False),
        CODES,
    ]
)  # fmt: skip
"""One row per cleaned record: all that deciding its fate needs, some 500 bytes of it, and the
``codes`` of its words, which are read only of texts that meet another in one of their ``bands``."""


def find_candidates(cleaned: pa.Table, sizes: Sizes = DEFAULT_SIZES) -> pa.Table:
    """Fold, tokenise and hash one cleaned shard; return its ``CANDIDATES``, order kept."""
    check(cleaned, CLEANED, "deduplicate takes")
    body, coded = code_words(texts_of(cleaned["body"]))
    words = pc.subtract(pa.array(body.offsets[1:]), pa.array(body.offsets[:-1])).cast(pa.int32())
    short = pc.less(words, SHORT_TEXT_WORDS)
    titles = pc.if_else(short, cleaned["title"].combine_chunks(), pa.scalar(None, pa.string()))
    bands = np.arange(len(cleaned) + 1) * sizes.all_bands
    columns = {
        PARTITION_COLUMN: months_of(cleaned["published_at"]),
        "text_key": digest_words(hash_words(texts_of(titles)), body),
        "words": words,
        "facts": _digest_facts(cleaned),
        "codes": code_column(coded),
        "bands": code_column(CodedTexts(sign(coded, sizes).ravel(), bands)),
    }
    return pa.table(
        [columns.get(name) if name in columns else cleaned[name] for name in CANDIDATES.names],
        schema=CANDIDATES,
    )


def candidates_at(candidates: pa.Table, rows: npt.NDArray[np.int64]) -> pa.Table:
    """Return the candidates of these rows, which ascend."""
    place = candidates.schema.get_field_index("codes")
    taken = candidates.remove_column(place).take(pa.array(rows))
    codes = code_column(codes_at(candidates["codes"], rows))
    return taken.add_column(place, candidates.schema.field(place), codes)


_FACTS: Final = ("title", "native_id", "url", "section", "published_raw")


def _digest_facts(cleaned: pa.Table) -> pa.Array:
    """Return a digest of what two records of one article and one text may differ in.

    It decides which of them stands, so that their order does not; one hashlib call a row.
    """
    facts = [pc.fill_null(cleaned[name], "\1") for name in _FACTS]
    joined = pc.binary_join_element_wise(*facts, pc.binary_join(cleaned["authors"], "\2"), "\0")
    told = joined.cast(pa.binary()).to_pylist()
    digests = [hashlib.blake2b(row, digest_size=8).digest() for row in told]
    return pa.array(digests, pa.binary(8))
