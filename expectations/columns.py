"""How a column is described, the types of lists, and the columns that several zones share."""

from typing import Final

import pyarrow as pa

TIMESTAMP: Final = pa.timestamp("us", tz="UTC")
LINK: Final = pa.struct([pa.field("title", pa.string()), pa.field("url", pa.string())])
IMAGE: Final = pa.struct([pa.field("url", pa.string()), pa.field("caption", pa.string())])
HINT: Final = pa.struct([pa.field("kind", pa.string()), pa.field("line", pa.int32())])
REMOVED: Final = pa.struct(
    [
        pa.field("kind", pa.string()),
        pa.field("text", pa.string()),
        pa.field("start", pa.int32()),
        pa.field("end", pa.int32()),
    ]
)


def column(
    name: str, kind: pa.DataType, description: str, *, unit: str = "", required: bool = False
) -> pa.Field:
    """Return a column that says what it is; ``required`` ones have no nulls."""
    metadata = {"description": description} | ({"unit": unit} if unit else {})
    return pa.field(name, kind, nullable=not required, metadata=metadata)


def text_column(name: str, description: str, *, required: bool = False) -> pa.Field:
    """Return a column of text."""
    return column(name, pa.string(), description, required=required)


RECORD_REF = text_column(
    "record_ref", "PATH[!MEMBER]#N: where the record was read, N from 1", required=True
)
NATIVE_ID = text_column("native_id", "the id that the source gave")
SOURCE = text_column("source", "the outlet that the record came from", required=True)
URL = text_column("url", "the address as the source gave it")
FETCHED_AT = column("fetched_at", TIMESTAMP, "when the record was read", unit="UTC", required=True)
CONTENT_HASH = text_column(
    "content_hash", "SHA-256 of the decoded raw title and text, before cleaning", required=True
)
PUBLISHED_RAW = text_column("published_raw", "the publication date as it was printed")
BATCH_ID = text_column(
    "batch_id", "digest of the batch's contents and source profiles", required=True
)
RUN_ID = text_column("run_id", "the run that published it", required=True)
ARTICLE_ID = text_column(
    "article_id",
    "digest of source and canonical URL; else source and native id; else raw title and text",
    required=True,
)

TITLE_KEY = column(
    "title_key",
    pa.int64(),
    "hash of the outlet and the folded title, by which links to it are known; null where no line "
    "can be told from it",
)

READ_AS = text_column("read_as", "the encoding when not UTF-8, and what was repaired; else null")
