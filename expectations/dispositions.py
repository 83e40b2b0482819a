"""Where a record can end, and why: the vocabulary of the ledger.

``tests/golden/schema.txt`` pins it. Programs count by it, so a word once used keeps its meaning.
"""

from typing import Final

RETRACTED: Final = "retracted"
PURGED: Final = "purged"
BY_HAND: Final = (RETRACTED, PURGED)
"""Reasons of records that a person took out later, and where the index says that such stand."""

WAS_RETRACTED: Final = "was-retracted"
WAS_PURGED: Final = "was-purged"
PROMOTED: Final = "promoted"
SUPERSEDED: Final = "superseded"

SETTLED_LATER: Final = (*BY_HAND, PROMOTED, SUPERSEDED)
"""Reasons that a later commit than the batch's own wrote, in place of what the batch had said."""

REASONS: Final = {
    "published": {
        "new": "a new article",
        "no-date": "a new article; it has no date",
        "unreadable-date": "a new article; its date could not be read and is kept in published_raw",
        "implausible-date": "a new article; its date cannot be true and is kept in published_raw",
        PROMOTED: "came as a copy, and took the place of an article that was taken out by hand",
    },
    "revised": {
        "newer-text": "a later text of a published article took its place",
        "older-text": "an earlier text of an article whose later text stands",
    },
    "unchanged": {
        "same-text": "the article is there with the same text",
    },
    "duplicate": {
        "exact": "the folded text of a published article",
        "near": "nearly the text of a published article: cut, added to or edited",
        "reworded": "what a published article says, in other words of the same source",
        SUPERSEDED: "came as an article; the same text came later that was published before it",
    },
    "quarantined": {
        "raw": "failed an expectation at the raw border",
        "article": "failed an expectation at the article border",
        "corpus": "failed an expectation at the corpus border",
    },
    "rejected": {
        "empty-file": "the file holds no record",
        "not-utf8": "the bytes are not UTF-8",
        "unknown-encoding": "the bytes are Arabic in no encoding that is read",
        "not-json": "the record is not JSON",
        "duplicate-key": "the JSON object has one key twice",
        "not-csv": "the row is no row of a table",
        "ragged-row": "the row has more or fewer cells than the table's header",
        "too-large": "the record is larger than the limit",
        "too-deep": "the JSON or the archive is nested deeper than the limit",
        "no-text": "the record has no field that holds the text",
        "truncated": "the file ends before its end mark",
        "expands-too-far": "it unpacks to more than the limit; the rest was not read",
        "unsafe-path": "the member's path leads out of its archive",
        "unreadable": "the file cannot be opened or read",
        "changed-while-read": "the file changed while it was read; the next run reads it again",
        "unknown-format": "no format reads this content",
        "soft-404": "the page says that there is no such article",
        "consent-wall": "the page asks for consent, or for a script, in place of the article",
        "paywall": "the article is for subscribers",
        "video-page": "the page is a film with no article",
        "section-front": "the page lists articles and is none",
        "no-article": "no article stands on the page",
        RETRACTED: "the article was taken out of the corpus by hand",
        PURGED: "the article was taken out of the corpus and of the raw zone by hand",
        WAS_RETRACTED: "the article, or its purged text, had been taken out by hand before",
        WAS_PURGED: "the article or its text had been purged before; what came is kept nowhere",
    },
}
"""Every disposition and, under it, every reason with what it means."""

DISPOSITIONS: Final = tuple(REASONS)
