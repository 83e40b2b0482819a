"""The contract of every zone: columns, types, descriptions, units.

Imports pyarrow only, so that every room may import it. ``tests/golden/schema.txt`` pins what stands
here: a change of the data's shape is seen in review. Readers rely on the names (``README.md``).
"""

from collections.abc import Iterable
from typing import Final

import pyarrow as pa

from expectations.columns import (
    ARTICLE_ID,
    BATCH_ID,
    CONTENT_HASH,
    FETCHED_AT,
    HINT,
    IMAGE,
    LINK,
    NATIVE_ID,
    PUBLISHED_RAW,
    READ_AS,
    RECORD_REF,
    REMOVED,
    RUN_ID,
    SOURCE,
    TIMESTAMP,
    TITLE_KEY,
    URL,
    column,
    text_column,
)

SCHEMA_VERSION: Final = 4
"""Version of the lake's schema, kept in its log; a program refuses a lake of a newer one."""

PARTITION_COLUMN: Final = "published_month"
UNKNOWN_MONTH: Final = "unknown"

RAW: Final = pa.schema(
    [
        RECORD_REF,
        SOURCE,
        text_column("profile", "name of the source profile that reads it", required=True),
        text_column(
            "format",
            "name of the format that reads the payload (text, json, csv, …, unknown)",
            required=True,
        ),
        text_column(
            "encoding", "encoding that the payload was recoded from to UTF-8; null as received"
        ),
        text_column("header", "columns and delimiter of the table that it is a row of, as JSON"),
        column(
            "byte_start",
            pa.int64(),
            "first byte in the decompressed file, in its UTF-8 where it was recoded",
            unit="bytes",
            required=True,
        ),
        column("byte_end", pa.int64(), "one past the last byte", unit="bytes", required=True),
        FETCHED_AT,
        text_column("digest", "SHA-256 of the payload as received, hexadecimal", required=True),
        text_column("refusal", "reason for which it was not read whole; null when it was"),
        text_column("detail", "what exactly was wrong, and where"),
        column(
            "payload",
            pa.large_binary(),
            "the record as received (its first 64 KiB when over the limit or of unknown format)",
        ),
    ]
)
"""``raw``: every fetched record as received, immutable, one folder a batch."""

RECORDS: Final = pa.schema(
    [
        RECORD_REF,
        SOURCE,
        text_column("profile", "name of the source profile that read it", required=True),
        NATIVE_ID,
        URL,
        text_column("title", "the title as received; null when there is none or the text holds it"),
        column("text", pa.large_string(), "the decoded raw text, before cleaning", required=True),
        column(
            "title_in_text", pa.bool_(), "the first line of the text is the title", required=True
        ),
        PUBLISHED_RAW,
        text_column("modified_raw", "the date of the last change as it was printed"),
        text_column("author", "the author field as received; the names in a page's byline"),
        text_column("section", "the section or category as received"),
        READ_AS,
        FETCHED_AT,
        column("address_is_shared", pa.bool_(), "items of its feed share its address; null: no"),
        column(
            "hints",
            pa.list_(HINT),
            "lines of the text that the markup says are a heading, list_item or quote; this and "
            "the columns that follow are null for records without markup",
            unit="lines from 0",
        ),
        text_column("subtitle", "the subtitle that the page shows"),
        text_column("dateline_place", "the place that the page's byline names"),
        text_column("agency", "the news agency that the page's byline names"),
        column(
            "tags", pa.list_(pa.string()), "keywords that the page, or the item of a feed, names"
        ),
        column(
            "captions",
            pa.list_(pa.string()),
            "captions that the markup says are such, the lead image's first; not in the text",
        ),
        column(
            "related",
            pa.list_(LINK),
            "related links that the markup shows, with web addresses in full; not in the text",
        ),
        column("images", pa.list_(IMAGE), "the lead image, with its web address in full"),
    ]
)
"""The decoded fields of each readable record of a batch: what ``clean`` takes."""

_CLEAN_FIELDS: Final = [
    ARTICLE_ID,
    NATIVE_ID,
    CONTENT_HASH,
    SOURCE,
    URL,
    text_column(
        "canonical_url", "the address without fragment, tracking parameters and other variants"
    ),
    FETCHED_AT,
    text_column("title", "the title, repaired; null when the record has none"),
    text_column("subtitle", "the subtitle that the page shows, repaired; null without one"),
    column(
        "body",
        pa.large_string(),
        "the paragraphs of the article, separated by one newline",
        required=True,
    ),
    column(
        "authors",
        pa.list_(pa.string()),
        "who signed it, in order; empty when nobody did",
        required=True,
    ),
    text_column("outlet", "the masthead printed in the text; null when none is"),
    text_column(
        "dateline_place",
        "the place named at the head of the text, else in the page's byline; null when none is",
    ),
    text_column(
        "agency",
        "the news agency that the text, else the page's byline credits; null when none is",
    ),
    text_column(
        "credited_source", "who else the text says that it is taken from; null when nobody"
    ),
    column(
        "captions",
        pa.list_(pa.string()),
        "captions that the page's markup tells, then those cut out of the text, each once",
        required=True,
    ),
    column(
        "tags",
        pa.list_(pa.string()),
        "keywords that the page or its feed names, then those cut out of the text, each once",
        required=True,
    ),
    column(
        "images",
        pa.list_(IMAGE),
        "images that the page or its feed names, with address and caption: the lead image",
        required=True,
    ),
    column(
        "published_at", TIMESTAMP, "publication time; a day without a time is 00:00", unit="UTC"
    ),
    PUBLISHED_RAW,
    column("modified_at", TIMESTAMP, "time of the last change that the source states", unit="UTC"),
    text_column("date_precision", "second, minute or day; null without a date"),
    text_column("section", "the outlet's section or category"),
    column(
        "related",
        pa.list_(LINK),
        "related links: those of the page's markup, then those cut out of the text, each once; "
        "the address is null where only the title is printed",
        required=True,
    ),
    column(
        "removed",
        pa.list_(REMOVED),
        "what was cut out of the text: kind, raw text, and its place in the decoded raw text; "
        "captions and links that the markup tells were never in that text",
        unit="code points",
        required=True,
    ),
    column(
        "glued_words_split",
        pa.list_(pa.int32()),
        "places in the body where a missing space was put in",
        unit="code points",
        required=True,
    ),
]

_RECORD_LINEAGE: Final = [RECORD_REF]

CLEANED: Final = pa.schema(
    [
        *_CLEAN_FIELDS,
        text_column(
            "date_problem",
            "no-date, unreadable-date or implausible-date; null when the date is good",
        ),
        READ_AS,
        TITLE_KEY,
        column(
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
    text_column("language", "ar, or mixed where other scripts take a large part", required=True),
    column(
        "arabic_share",
        pa.float32(),
        "Arabic letters among all letters of the body",
        unit="0 to 1",
        required=True,
    ),
    column(
        "word_count",
        pa.int32(),
        "words of the body as camel-tools tokenises",
        unit="words",
        required=True,
    ),
    column("sentence_count", pa.int32(), "sentences of the body", unit="sentences", required=True),
    column(
        "character_count", pa.int32(), "characters of the body", unit="code points", required=True
    ),
    column(
        "reading_minutes",
        pa.float32(),
        "time to read the body aloud in the mind",
        unit="minutes",
        required=True,
    ),
]

_DUPLICATE_FIELDS: Final = [
    text_column("cluster_id", "the article_id that the cluster was first named by", required=True),
    column(
        "copies",
        pa.int32(),
        "published or duplicate articles of the cluster, itself included",
        unit="articles",
        required=True,
    ),
]

_LINEAGE_FIELDS: Final = [
    BATCH_ID,
    RUN_ID,
    RECORD_REF,
    text_column("pipeline_version", "the version of Warraq that made the row", required=True),
    text_column("rules_digest", "digest of the rules and tables that made the row", required=True),
]

_PARTITION = text_column(
    PARTITION_COLUMN, "month of published_at as YYYY-MM, or unknown", required=True
)

ARTICLES: Final = pa.schema(
    [
        *_CLEAN_FIELDS[:2],
        column(
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
        text_column("duplicate_of", "the published article that it copies", required=True),
        text_column("kind", "how it copies: exact, near or reworded", required=True),
        column(
            "similarity",
            pa.float32(),
            "Jaccard similarity of their pairs of content words",
            unit="0 to 1",
            required=True,
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
        text_column("border", "the border where it failed: raw, article or corpus", required=True),
        column(
            "failed",
            pa.list_(pa.string()),
            "the defects that the expectations found",
            required=True,
        ),
        column("payload", pa.large_string(), "the raw record as JSON"),
    ]
)
"""``quarantine``: rows that failed an expectation, whole; replayable."""

LEDGER: Final = pa.schema(
    [
        RECORD_REF,
        NATIVE_ID,
        SOURCE,
        text_column("disposition", "where it ended: see expectations.dispositions", required=True),
        text_column("reason", "why: see expectations.dispositions", required=True),
        text_column("detail", "what exactly, and where, in words"),
        column("article_id", pa.string(), "the article that it became, copies or repeats"),
        BATCH_ID,
        RUN_ID,
    ]
)
"""``ledger``: one row per raw record, each in exactly one place."""

REFUSED: Final = pa.schema([field for field in LEDGER if field.name not in {"batch_id", "run_id"}])
"""Records that a stage refuses: ledger rows that do not know their batch and run yet."""

RUNS: Final = pa.schema(
    [
        RUN_ID,
        text_column("batch_id", "the batch; null before it is known"),
        text_column("stage", "the stage, or run for the whole", required=True),
        text_column("status", "running, done, resumed or failed", required=True),
        column("started_at", TIMESTAMP, "when it began", unit="UTC", required=True),
        column("rows_in", pa.int64(), "rows taken in", unit="rows"),
        column("rows_out", pa.int64(), "rows handed on", unit="rows"),
        column("seconds", pa.float64(), "wall time", unit="seconds"),
        column(
            "cpu_seconds",
            pa.float64(),
            "user and system time of the process meanwhile",
            unit="seconds",
        ),
        column("bytes", pa.int64(), "bytes written", unit="bytes"),
        column(
            "peak_memory", pa.int64(), "highest resident memory of the process so far", unit="bytes"
        ),
        column("lake_version", pa.int64(), "the committed version that the run read"),
    ]
)
"""``runs``: one row per run and stage, failed runs too; written outside the commit."""

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
