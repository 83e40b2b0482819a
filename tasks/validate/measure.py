"""The narrow columns that the suites read: lengths, flags and ids; never a body.

Great Expectations hashes the frame that it gets and copies columns as it goes: a body there would
cost more than everything else. So each border's table is measured here, whole columns at a time,
and the suites in ``expectations`` say what the measures may be.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from expectations.schema import UNKNOWN_MONTH
from tasks.errors import StopRun
from tasks.text.dates import months_of
from tasks.validate.letter_rows import count_letter_rows
from tasks.validate.scan import (
    CONTROL,
    CURLY_QUOTE,
    INVISIBLE,
    PRESENTATION_FORM,
    UNTIDY_WHITESPACE,
    has_markup,
    scan,
)

Border = Literal["raw", "article", "corpus"]

_HTTP: Final = r"^\s*(?i:https?)://[^\s/?#]"
_DIGEST: Final = r"^[0-9a-f]{24}$"
_MONTH: Final = r"^[0-9]{4}-(?:0[1-9]|1[0-2])$"
_LINEAGE: Final = ("batch_id", "run_id", "record_ref", "pipeline_version", "rules_digest")
_COLUMNS: Final[Mapping[Border, tuple[str, ...]]] = {
    "raw": (
        "record_ref", "source", "text", "title", "native_id", "url", "author", "section",
        "published_raw", "modified_raw", "fetched_at",
    ),
    "article": (
        "article_id", "record_ref", "title", "body", "published_at",
        "date_precision", "date_problem", "removed",
    ),
    "corpus": (
        "article_id", "revision", "copies", "word_count", "sentence_count", "arabic_share",
        "language", "published_at", "published_month", "cluster_id", *_LINEAGE,
    ),
}  # fmt: skip


def measure(table: pa.Table, border: Border) -> pa.Table:
    """Measure the rows of a RECORDS, CLEANED, or ARTICLES or DUPLICATES table for its border.

    Raises :class:`StopRun` naming the columns that the table lacks.
    """
    missing = [name for name in _COLUMNS[border] if name not in table.column_names]
    if missing:
        raise StopRun(
            "A table came to a border without columns that are checked there",
            border=border,
            missing=", ".join(missing),
        )
    return pa.table(_MEASURES[border](table))


Measured = dict[str, pa.ChunkedArray | pa.Array | npt.NDArray[np.generic]]


def _raw(table: pa.Table) -> Measured:
    return {
        "record_ref": table["record_ref"],
        "no_record_ref": _is_blank(table["record_ref"]),
        "no_source": _is_blank(table["source"]),
        "source_length": pc.utf8_length(table["source"]),
        "text_bytes": pc.fill_null(pc.binary_length(table["text"]), 0),
        "title_length": pc.utf8_length(table["title"]),
        "native_id_length": pc.utf8_length(table["native_id"]),
        "url_length": pc.utf8_length(table["url"]),
        "url_not_http": pc.and_not(
            pc.invert(_is_blank(table["url"])), _matches(table["url"], _HTTP)
        ),
        "author_length": pc.utf8_length(table["author"]),
        "section_length": pc.utf8_length(table["section"]),
        "date_text_length": pc.max_element_wise(
            pc.utf8_length(table["published_raw"]), pc.utf8_length(table["modified_raw"])
        ),
        "fetched_year": _year(table["fetched_at"]),
    }


def _article(table: pa.Table) -> Measured:
    title = scan(table["title"], one_line=True)
    body = scan(table["body"])
    title_rows, body_rows = (count_letter_rows(table[name]) for name in ("title", "body"))
    blank = body.words == 0
    flaws = {
        "control_character": CONTROL,
        "invisible_character": INVISIBLE,
        "curly_quote": CURLY_QUOTE,
        "presentation_form": PRESENTATION_FORM,
        "untidy_whitespace": UNTIDY_WHITESPACE,
    }
    return {
        "article_id_malformed": pc.invert(_matches(table["article_id"], _DIGEST)),
        "title_length": title.length,
        "body_blank": blank,
        # Of a blank body only that is said: it is neither short nor in another language.
        "body_words": pa.array(body.words, mask=blank),
        "body_length": body.length,
        "arabic_share": pa.array(body.arabic / np.maximum(body.letters, 1), mask=blank),
        "emphatic_share": pa.array(body.emphatic / np.maximum(body.arabic, 1), mask=blank),
        "accented_in_rows": title_rows.accented + body_rows.accented,
        "emphatic_in_rows": title_rows.emphatic + body_rows.emphatic,
        "published_year": _year(table["published_at"]),
        "date_precision": table["date_precision"],
        "date_unexplained": _date_unexplained(table),
        **{name: title.has(flaw) | body.has(flaw) for name, flaw in flaws.items()},
        "markup": has_markup(table["title"], title) | has_markup(table["body"], body),
        **_removed_flags(table["removed"]),
    }


def _corpus(table: pa.Table) -> Measured:
    copied, kind, similarity = (
        table[name] if name in table.column_names else pa.nulls(len(table), of_type)
        for name, of_type in (
            ("duplicate_of", pa.string()),
            ("kind", pa.string()),
            ("similarity", pa.float32()),
        )
    )
    month = table["published_month"]
    printed = _matches(month, _MONTH)
    malformed = pc.invert(pc.or_(printed, pc.fill_null(pc.equal(month, UNKNOWN_MONTH), False)))
    return {
        "article_id": table["article_id"],
        "revision": table["revision"],
        "copies": table["copies"],
        "word_count": table["word_count"],
        "sentence_count": table["sentence_count"],
        "arabic_share": _number(table["arabic_share"]),
        "language": table["language"],
        "month_malformed": malformed,
        "month_disagrees": pc.and_not(_month_disagrees(table), malformed),
        "no_cluster": _is_blank(table["cluster_id"]),
        "half_a_duplicate": (_given(copied) != _given(kind))
        | (_given(copied) != _given(similarity)),
        "copy_of_itself": pc.fill_null(pc.equal(copied, table["article_id"]), False),
        "similarity": _number(similarity),
        "no_lineage": _any(_is_blank(table[name]) for name in _LINEAGE),
    }


_MEASURES: Final[Mapping[Border, Callable[[pa.Table], Measured]]] = {
    "raw": _raw,
    "article": _article,
    "corpus": _corpus,
}


def _matches(column: pa.ChunkedArray, pattern: str) -> pa.ChunkedArray:
    return pc.fill_null(pc.match_substring_regex(column, pattern), False)


def _is_blank(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.fill_null(pc.equal(pc.utf8_trim_whitespace(column), ""), True)


def _number(column: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray | pa.Array:
    """Turn NaN into -1: to a frame NaN and null are one, and nulls pass."""
    return pc.if_else(pc.is_nan(column), pa.scalar(-1.0, pa.float32()), column)


def _any(masks: Iterable[pa.ChunkedArray]) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = np.logical_or.reduce([np.asarray(mask) for mask in masks])
    return found


def _date_unexplained(table: pa.Table) -> npt.NDArray[np.bool_]:
    dated, precise, explained = (
        _given(table[name]) for name in ("published_at", "date_precision", "date_problem")
    )
    wrong: npt.NDArray[np.bool_] = (dated != precise) | (dated == explained)
    return wrong


def _given(column: pa.ChunkedArray | pa.Array) -> npt.NDArray[np.bool_]:
    given: npt.NDArray[np.bool_] = np.asarray(pc.is_valid(column))
    return given


def _month_disagrees(table: pa.Table) -> pa.ChunkedArray:
    months = months_of(table["published_at"])
    return pc.fill_null(pc.not_equal(table["published_month"], months), False)


def _year(times: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the year in UTC, without asking Arrow for a zone database that may not be there."""
    return pc.year(times.cast(pa.timestamp("us")))


def _removed_flags(column: pa.ChunkedArray) -> dict[str, npt.NDArray[np.bool_]]:
    """Return, per row, whether a removed span lies wrong and whether its text has another length.

    Spans are half-open code points of the raw text.
    """
    spans = pc.list_flatten(column)
    rows = np.asarray(pc.list_parent_indices(column))
    start, end = (
        np.asarray(pc.fill_null(pc.struct_field(spans, name), -1)) for name in ("start", "end")
    )
    length = np.asarray(pc.fill_null(pc.utf8_length(pc.struct_field(spans, "text")), 0))
    misplaced = (start < 0) | (end < start)
    misplaced[1:] |= (rows[1:] == rows[:-1]) & (start[1:] < end[:-1])
    flags = {}
    for name, wrong in (
        ("removed_out_of_place", misplaced),
        ("removed_text_differs", ~misplaced & (end - start != length)),
    ):
        flags[name] = np.zeros(len(column), bool)
        flags[name][rows[wrong]] = True
    return flags
