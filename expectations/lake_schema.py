"""What a lake keeps for the runs that come: files and sites, the index's steps, counts of lines.

Readers of the corpus see none of it. ``tests/golden/schema.txt`` pins it too.
"""

from typing import Final

import pyarrow as pa

from expectations.columns import TIMESTAMP, TITLE_KEY, column, text_column
from expectations.schema import ARTICLES, DUPLICATES, PARTITION_COLUMN

FILES: Final = pa.schema(
    [
        text_column("label", "PATH of the file in its records' record_ref", required=True),
        column("size", pa.int64(), "size of the file as received", unit="bytes", required=True),
        column("records", pa.int64(), "records in it", unit="records", required=True),
        text_column(
            "records_key",
            "digest of its records, in any order, and how they are read",
            required=True,
        ),
        text_column(
            "content_key", "digest of its bytes and how they are read; null when nothing is in it"
        ),
        text_column(
            "place_key", "digest of its path, its state and how it is read; null to look again"
        ),
    ]
)
"""``raw/<batch_id>/files.arrow``: the files of a batch that were read to their end."""

INDEX_STEP: Final = pa.schema(
    [
        ARTICLES.field("article_id"),
        ARTICLES.field("content_hash"),
        column(
            "text_key", pa.binary(16), "128-bit hash of the folded title and body", required=True
        ),
        text_column(
            "dataset",
            "articles or duplicates: where the article stands; or retracted or purged",
            required=True,
        ),
        text_column("duplicate_of", "the article that it copies; null in articles"),
        text_column("cluster_id", "its cluster", required=True),
        column("copies", pa.int32(), "articles in its cluster", unit="articles", required=True),
        column("revision", pa.int32(), "its current revision", unit="revisions", required=True),
        column("published_at", TIMESTAMP, "publication time of the current text", unit="UTC"),
        column(
            "modified_at", TIMESTAMP, "time of the last change that the source states", unit="UTC"
        ),
        text_column(PARTITION_COLUMN, "the partition that holds it", required=True),
        TITLE_KEY,
    ]
)
"""The index's step of one commit: new and changed entries, whole (upsert by ``article_id``)."""

CODES: Final = column(
    "codes",
    pa.large_list(pa.field("item", pa.uint32(), nullable=False)),
    "the words of the text as tasks.text.word_codes tells them, by which it is compared",
    required=True,
)

KNOWN_TEXTS: Final = pa.schema([*INDEX_STEP, ARTICLES.field("source"), CODES])
"""Texts of the lake's articles and copies as the index gives them, each with its entry."""

MET_TEXTS: Final = pa.schema(
    [*(KNOWN_TEXTS.field(name) for name in ("article_id", "source", "published_at")), CODES]
)
"""What is compared of those that share a band with a text: tens of thousands beside millions."""

MOVED: Final = pa.schema(
    [
        *(INDEX_STEP.field(name) for name in ("article_id", PARTITION_COLUMN, "dataset")),
        text_column("deposed", "the article whose place is taken", required=True),
        *(DUPLICATES.field(name) for name in ("duplicate_of", "kind", "similarity", "copies")),
    ]
)
"""Rows of the lake that copy an article from now on which was published before theirs.

``dataset`` is where they stand: ``articles`` for the one that loses its place.
"""

LINE_COUNTS: Final = pa.schema(
    [
        ARTICLES.field("source"),
        column(
            "line_key",
            pa.int64(),
            "key of a line at one edge of texts; 0 stands for the outlet's articles",
            required=True,
        ),
        column("articles", pa.int32(), "articles that have it", unit="articles", required=True),
        column(
            "contexts",
            pa.int64(),
            "64 bits, one set for each cluster of articles that has it: few when it is one story's",
            required=True,
        ),
        column(
            "days",
            pa.int64(),
            "64 bits, one set for each day on which it was published",
            required=True,
        ),
        column(
            "missed",
            pa.int32(),
            "what the counts of the outlet's lines may be too small by; 0 but for line_key 0",
            unit="articles",
            required=True,
        ),
        text_column("example_id", "an article that has it; null where one alone has it"),
    ]
)
"""The counts of lines at the edges of texts, from which an outlet's boilerplate is learned."""

VISITS: Final = pa.schema(
    [
        text_column("url", "the address that was asked for, as its source gave it", required=True),
        column("asked_at", TIMESTAMP, "when that was, last", unit="UTC", required=True),
        text_column(
            "outcome", "fetched, not_modified, gone, refused or failed: what came", required=True
        ),
        column("status", pa.int32(), "HTTP status; 0 where there was no answer", required=True),
        text_column("reason", "why nothing came; empty when something did", required=True),
        column(
            "failures",
            pa.int32(),
            "how often in a row nothing came",
            unit="requests",
            required=True,
        ),
        column(
            "not_before",
            TIMESTAMP,
            "when the site wants to be asked again; null when it did not say",
            unit="UTC",
        ),
        text_column("final_url", "the address behind the redirects that the last body came from"),
        column("fetched_at", TIMESTAMP, "when that body came; null for never", unit="UTC"),
        text_column("etag", "its ETag, as received"),
        text_column("last_modified", "its Last-Modified, as received"),
        text_column("digest", "SHA-256 of that body, without its Content-Encoding"),
        text_column("source", "the address of the list that named it; null where none did"),
    ]
)
"""What is remembered of the addresses that were asked: one row each (``tasks.web.Visit``).

Those that batches of an earlier edition left have no ``source``.
"""

RESPONSES: Final = pa.schema(
    [
        text_column("url", "the address that was asked", required=True),
        text_column("final_url", "the address behind the redirects; empty for no answer"),
        column("redirects", pa.list_(pa.string()), "the addresses that were left, in order"),
        column("status", pa.int32(), "HTTP status; 0 where there was no answer", required=True),
        column(
            "headers",
            pa.list_(pa.struct([("name", pa.string()), ("value", pa.string())])),
            "the headers as received, repeated ones too",
        ),
        column("fetched_at", TIMESTAMP, "when the answer came", unit="UTC", required=True),
        text_column("outcome", "fetched, not_modified, gone, refused or failed", required=True),
        text_column("reason", "why nothing came; empty when something did", required=True),
        text_column("detail", "the same in words"),
        text_column("digest", "SHA-256 of the body, without its Content-Encoding"),
        column(
            "body",
            pa.large_binary(),
            "the body of a list of articles; null for a page, whose body is a raw record",
        ),
    ]
)
"""What sites answered while one batch was fetched, beside its raw records: one row an answer."""
