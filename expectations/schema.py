"""The contract of every zone: columns, types, descriptions, units.

Imports pyarrow only, so that every room may import it. ``tests/golden/schema.txt`` pins what stands
here: a change of the data's shape is seen in review. Readers rely on the names (``README.md``).
"""

from collections.abc import Iterable
from typing import Final

import pyarrow as pa

SCHEMA_VERSION: Final = 3
"""Version of the lake's schema, kept in its log; a program refuses a lake of a newer one."""

PARTITION_COLUMN: Final = "published_month"
UNKNOWN_MONTH: Final = "unknown"

TIMESTAMP: Final = pa.timestamp("us", tz="UTC")
LINK: Final = pa.struct([pa.field("title", pa.string()), pa.field("url", pa.string())])
REMOVED: Final = pa.struct(
    [
        pa.field("kind", pa.string()),
        pa.field("text", pa.string()),
        pa.field("start", pa.int32()),
        pa.field("end", pa.int32()),
    ]
)


def _field(
    name: str, kind: pa.DataType, description: str, *, unit: str = "", required: bool = False
) -> pa.Field:
    metadata = {"description": description} | ({"unit": unit} if unit else {})
    return pa.field(name, kind, nullable=not required, metadata=metadata)


def _text(name: str, description: str, *, required: bool = False) -> pa.Field:
    return _field(name, pa.string(), description, required=required)


_RECORD_REF = _text(
    "record_ref", "PATH[!MEMBER]#N: where the record was read, N from 1", required=True
)
_NATIVE_ID = _text("native_id", "the id that the source gave")
_SOURCE = _text("source", "the outlet that the record came from", required=True)
_URL = _text("url", "the address as the source gave it")
_FETCHED_AT = _field("fetched_at", TIMESTAMP, "when the record was read", unit="UTC", required=True)
_CONTENT_HASH = _text(
    "content_hash", "SHA-256 of the decoded raw title and text, before cleaning", required=True
)
_PUBLISHED_RAW = _text("published_raw", "the publication date as it was printed")
_BATCH_ID = _text("batch_id", "digest of the batch's contents and source profiles", required=True)
_RUN_ID = _text("run_id", "the run that published it", required=True)
_ARTICLE_ID = _text(
    "article_id",
    "digest of source and canonical URL; else source and native id; else raw title and text",
    required=True,
)

_TITLE_KEY = _field(
    "title_key",
    pa.int64(),
    "hash of the outlet and the folded title, by which links to it are known; null where no line "
    "can be told from it",
)

_READ_AS = _text("read_as", "the encoding when not UTF-8, and what was repaired; else null")

RAW: Final = pa.schema(
    [
        _RECORD_REF,
        _SOURCE,
        _text("profile", "name of the source profile that reads it", required=True),
        _text(
            "format",
            "name of the format that reads the payload (text, json, csv, …, unknown)",
            required=True,
        ),
        _text("encoding", "encoding that the payload was recoded from to UTF-8; null as received"),
        _text("header", "columns and delimiter of the table that it is a row of, as JSON"),
        _field(
            "byte_start",
            pa.int64(),
            "first byte in the decompressed file, in its UTF-8 where it was recoded",
            unit="bytes",
            required=True,
        ),
        _field("byte_end", pa.int64(), "one past the last byte", unit="bytes", required=True),
        _FETCHED_AT,
        _text("digest", "SHA-256 of the payload as received, hexadecimal", required=True),
        _text("refusal", "reason for which it was not read whole; null when it was"),
        _text("detail", "what exactly was wrong, and where"),
        _field(
            "payload",
            pa.large_binary(),
            "the record as received (its first 64 KiB when over the limit or of unknown format)",
        ),
    ]
)
"""``raw``: every fetched record as received, immutable, one folder a batch."""

FILES: Final = pa.schema(
    [
        _text("label", "PATH of the file in its records' record_ref", required=True),
        _field("size", pa.int64(), "size of the file as received", unit="bytes", required=True),
        _field("records", pa.int64(), "records in it", unit="records", required=True),
        _text(
            "records_key",
            "digest of its records, in any order, and how they are read",
            required=True,
        ),
        _text(
            "content_key", "digest of its bytes and how they are read; null when nothing is in it"
        ),
        _text("place_key", "digest of its path, its state and how it is read; null to look again"),
    ]
)
"""``raw/<batch_id>/files.arrow``: the files of a batch that were read to their end."""

RECORDS: Final = pa.schema(
    [
        _RECORD_REF,
        _SOURCE,
        _text("profile", "name of the source profile that read it", required=True),
        _NATIVE_ID,
        _URL,
        _text("title", "the title as received; null when there is none or the text holds it"),
        _field("text", pa.large_string(), "the decoded raw text, before cleaning", required=True),
        _field(
            "title_in_text", pa.bool_(), "the first line of the text is the title", required=True
        ),
        _PUBLISHED_RAW,
        _text("modified_raw", "the date of the last change as it was printed"),
        _text("author", "the author field as received"),
        _text("section", "the section or category as received"),
        _READ_AS,
        _FETCHED_AT,
    ]
)
"""The decoded fields of each readable record of a batch: what ``clean`` takes."""

_CLEAN_FIELDS: Final = [
    _ARTICLE_ID,
    _NATIVE_ID,
    _CONTENT_HASH,
    _SOURCE,
    _URL,
    _text("canonical_url", "the address without fragment, tracking parameters and other variants"),
    _FETCHED_AT,
    _text("title", "the title, repaired; null when the record has none"),
    _field(
        "body",
        pa.large_string(),
        "the paragraphs of the article, separated by one newline",
        required=True,
    ),
    _field(
        "authors",
        pa.list_(pa.string()),
        "who signed it, in order; empty when nobody did",
        required=True,
    ),
    _text("outlet", "the masthead printed in the text; null when none is"),
    _text("dateline_place", "the place named at the head of the text; null when none is"),
    _text("agency", "the news agency that the text is credited to; null when none is"),
    _text("credited_source", "who else the text says that it is taken from; null when nobody"),
    _field("captions", pa.list_(pa.string()), "captions taken out of the text", required=True),
    _field("tags", pa.list_(pa.string()), "keywords taken out of the text", required=True),
    _field(
        "published_at", TIMESTAMP, "publication time; a day without a time is 00:00", unit="UTC"
    ),
    _PUBLISHED_RAW,
    _field("modified_at", TIMESTAMP, "time of the last change that the source states", unit="UTC"),
    _text("date_precision", "second, minute or day; null without a date"),
    _text("section", "the outlet's section or category"),
    _field(
        "related",
        pa.list_(LINK),
        "related links taken out of the text, each once, in order",
        required=True,
    ),
    _field(
        "removed",
        pa.list_(REMOVED),
        "what was cut out of the text: kind, raw text, and its place in the decoded raw text",
        unit="code points",
        required=True,
    ),
    _field(
        "glued_words_split",
        pa.list_(pa.int32()),
        "places in the body where a missing space was put in",
        unit="code points",
        required=True,
    ),
]

_RECORD_LINEAGE: Final = [_RECORD_REF]

CLEANED: Final = pa.schema(
    [
        *_CLEAN_FIELDS,
        _text(
            "date_problem",
            "no-date, unreadable-date or implausible-date; null when the date is good",
        ),
        _READ_AS,
        _TITLE_KEY,
        _field(
            "line_keys",
            pa.list_(pa.int64()),
            "keys of the short lines at the edges of the text; the lowest bit tells the end",
            required=True,
        ),
        *_RECORD_LINEAGE,
    ]
)
"""What ``clean`` makes: one row per record, in the order of the shard."""

_ENRICH_FIELDS: Final = [
    _text("language", "ar, or mixed where other scripts take a large part", required=True),
    _field(
        "arabic_share",
        pa.float32(),
        "Arabic letters among all letters of the body",
        unit="0 to 1",
        required=True,
    ),
    _field(
        "word_count",
        pa.int32(),
        "words of the body as camel-tools tokenises",
        unit="words",
        required=True,
    ),
    _field("sentence_count", pa.int32(), "sentences of the body", unit="sentences", required=True),
    _field(
        "character_count", pa.int32(), "characters of the body", unit="code points", required=True
    ),
    _field(
        "reading_minutes",
        pa.float32(),
        "time to read the body aloud in the mind",
        unit="minutes",
        required=True,
    ),
]

_DUPLICATE_FIELDS: Final = [
    _text("cluster_id", "the article_id that the cluster was first named by", required=True),
    _field(
        "copies",
        pa.int32(),
        "published or duplicate articles of the cluster, itself included",
        unit="articles",
        required=True,
    ),
]

_LINEAGE_FIELDS: Final = [
    _BATCH_ID,
    _RUN_ID,
    _RECORD_REF,
    _text("pipeline_version", "the version of Warraq that made the row", required=True),
    _text("rules_digest", "digest of the rules and tables that made the row", required=True),
]

_PARTITION = _text(PARTITION_COLUMN, "month of published_at as YYYY-MM, or unknown", required=True)

ARTICLES: Final = pa.schema(
    [
        *_CLEAN_FIELDS[:2],
        _field(
            "revision",
            pa.int32(),
            "1 for the first text of an article, then counting",
            unit="revisions",
            required=True,
        ),
        *_CLEAN_FIELDS[2:],
        *_ENRICH_FIELDS,
        *_DUPLICATE_FIELDS,
        *_LINEAGE_FIELDS,
        _PARTITION,
    ]
)
"""``articles``, the corpus: canonical articles only, partitioned by ``published_month``."""

DUPLICATES: Final = pa.schema(
    [
        *list(ARTICLES)[:-1],
        _text("duplicate_of", "the published article that it copies", required=True),
        _text("kind", "how it copies: exact", required=True),
        _field(
            "similarity", pa.float32(), "share of the text in common", unit="0 to 1", required=True
        ),
        _PARTITION,
    ]
)
"""``duplicates``: the whole copies, partitioned like the corpus."""

PUBLISHABLE: Final = pa.schema(
    [
        *ARTICLES,
        *(
            DUPLICATES.field(name).with_nullable(True)
            for name in ("duplicate_of", "kind", "similarity")
        ),
    ]
)
"""What ``enrich`` makes and ``publish`` takes: articles, then copies with a ``duplicate_of``."""

QUARANTINE: Final = pa.schema(
    [
        *(field.with_nullable(field.name != "record_ref") for field in ARTICLES),
        _text("border", "the border where it failed: raw, article or corpus", required=True),
        _field(
            "failed",
            pa.list_(pa.string()),
            "the defects that the expectations found",
            required=True,
        ),
        _field("payload", pa.large_string(), "the raw record as JSON"),
    ]
)
"""``quarantine``: rows that failed an expectation, whole; replayable."""

LEDGER: Final = pa.schema(
    [
        _RECORD_REF,
        _NATIVE_ID,
        _SOURCE,
        _text("disposition", "where it ended: see expectations.dispositions", required=True),
        _text("reason", "why: see expectations.dispositions", required=True),
        _text("detail", "what exactly, and where, in words"),
        _field("article_id", pa.string(), "the article that it became, copies or repeats"),
        _BATCH_ID,
        _RUN_ID,
    ]
)
"""``ledger``: one row per raw record, each in exactly one place."""

REFUSED: Final = pa.schema([field for field in LEDGER if field.name not in {"batch_id", "run_id"}])
"""Records that a stage refuses: ledger rows that do not know their batch and run yet."""

RUNS: Final = pa.schema(
    [
        _RUN_ID,
        _text("batch_id", "the batch; null before it is known"),
        _text("stage", "the stage, or run for the whole", required=True),
        _text("status", "running, done, resumed or failed", required=True),
        _field("started_at", TIMESTAMP, "when it began", unit="UTC", required=True),
        _field("rows_in", pa.int64(), "rows taken in", unit="rows"),
        _field("rows_out", pa.int64(), "rows handed on", unit="rows"),
        _field("seconds", pa.float64(), "wall time", unit="seconds"),
        _field(
            "cpu_seconds",
            pa.float64(),
            "user and system time of the process meanwhile",
            unit="seconds",
        ),
        _field("bytes", pa.int64(), "bytes written", unit="bytes"),
        _field(
            "peak_memory", pa.int64(), "highest resident memory of the process so far", unit="bytes"
        ),
        _field("lake_version", pa.int64(), "the committed version that the run read"),
    ]
)
"""``runs``: one row per run and stage, failed runs too; written outside the commit."""

INDEX_STEP: Final = pa.schema(
    [
        _ARTICLE_ID,
        _CONTENT_HASH,
        _field(
            "text_key", pa.binary(16), "128-bit hash of the folded title and body", required=True
        ),
        _text(
            "dataset",
            "articles or duplicates: where the article stands; or retracted or purged",
            required=True,
        ),
        _text("duplicate_of", "the article that it copies; null in articles"),
        _text("cluster_id", "its cluster", required=True),
        _field("copies", pa.int32(), "articles in its cluster", unit="articles", required=True),
        _field("revision", pa.int32(), "its current revision", unit="revisions", required=True),
        _field("published_at", TIMESTAMP, "publication time of the current text", unit="UTC"),
        _field(
            "modified_at", TIMESTAMP, "time of the last change that the source states", unit="UTC"
        ),
        _text(PARTITION_COLUMN, "the partition that holds it", required=True),
        _TITLE_KEY,
    ]
)
"""The index's step of one commit: new and changed entries, whole (upsert by ``article_id``)."""

LINE_COUNTS: Final = pa.schema(
    [
        _SOURCE,
        _field(
            "line_key",
            pa.int64(),
            "key of a line at one edge of texts; 0 stands for the outlet's articles",
            required=True,
        ),
        _field("articles", pa.int32(), "articles that have it", unit="articles", required=True),
        _field(
            "contexts",
            pa.int64(),
            "64 bits, one set for each cluster of articles that has it: few when it is one story's",
            required=True,
        ),
        _field(
            "days",
            pa.int64(),
            "64 bits, one set for each day on which it was published",
            required=True,
        ),
        _field(
            "missed",
            pa.int32(),
            "what the counts of the outlet's lines may be too small by; 0 but for line_key 0",
            unit="articles",
            required=True,
        ),
        _text("example_id", "an article that has it; null where one alone has it"),
    ]
)
"""The counts of lines at the edges of texts, from which an outlet's boilerplate is learned."""

DATASETS: Final = {
    "articles": ARTICLES,
    "duplicates": DUPLICATES,
    "quarantine": QUARANTINE,
    "ledger": LEDGER,
}
"""The datasets that one commit makes visible together."""

PARTITIONED: Final = frozenset({"articles", "duplicates"})


def without(schema: pa.Schema, names: Iterable[str]) -> pa.Schema:
    """Return the schema without the named columns, order kept."""
    gone = set(names)
    return pa.schema([field for field in schema if field.name not in gone])
