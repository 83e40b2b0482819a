"""What a decoded record looks like before it is cleaned.

The suite reads the columns that ``tasks.validate.measure`` makes from ``schema.RECORDS``. Bounds
are far above what 20,000 real records of thirty outlets hold, so that only broken or hostile input
fails: the longest URL there has 947 characters, the longest native id 93, the longest title 5,029
(a page's whole menu), the longest text 22,262.
"""

from typing import Final

import great_expectations.expectations as gxe
from great_expectations import ExpectationSuite
from great_expectations.expectations import Expectation

from expectations.checks import ExpectColumnFlagToBeUnset, ExpectColumnNumbersToBeBetween

MAX_TEXT_BYTES: Final = 8_000_000
MAX_TITLE: Final = 20_000
MAX_NATIVE_ID: Final = 1_000
MAX_URL: Final = 8_000
MAX_SOURCE: Final = 500
MAX_AUTHOR: Final = 10_000
MAX_SECTION: Final = 1_000
MAX_DATE_TEXT: Final = 1_000


def raw_suite() -> ExpectationSuite:
    """Build the suite of the raw border; each entry names the defect it keeps out."""
    return ExpectationSuite(
        name="raw",
        expectations=[*_origin(), *_text(), *_fields()],
    )


def _origin() -> list[Expectation]:
    """Expect to be told where a record comes from."""
    return [
        # The ledger has one row a record_ref: without one, or with one twice, its sums lie.
        ExpectColumnFlagToBeUnset(
            column="no_record_ref",
            meta={"defect": "no-record-ref"},
            description="A record says where it was read.",
        ),
        gxe.ExpectColumnValuesToBeUnique(
            column="record_ref",
            meta={"defect": "repeated-record-ref"},
            description="No two records were read at one place.",
        ),
        # The outlet is part of an article's identity.
        ExpectColumnFlagToBeUnset(
            column="no_source",
            meta={"defect": "no-source"},
            description="A record names its outlet.",
        ),
        ExpectColumnNumbersToBeBetween(
            column="source_length",
            max_value=MAX_SOURCE,
            meta={"defect": "source-too-long"},
            description=f"The outlet's name has at most {MAX_SOURCE:,} characters.",
        ),
    ]


def _text() -> list[Expectation]:
    """Expect a text and a title of bearable size."""
    return [
        ExpectColumnNumbersToBeBetween(
            column="text_bytes",
            min_value=1,
            meta={"defect": "empty-text"},
            description="The raw text is not empty.",
        ),
        # Four times the longest body that the article border lets through.
        ExpectColumnNumbersToBeBetween(
            column="text_bytes",
            max_value=MAX_TEXT_BYTES,
            meta={"defect": "text-too-large"},
            description=f"The raw text has at most {MAX_TEXT_BYTES:,} bytes.",
        ),
        # Menus that stand in the title are the cleaner's to judge; a longer one is no title.
        ExpectColumnNumbersToBeBetween(
            column="title_length",
            max_value=MAX_TITLE,
            meta={"defect": "title-too-large"},
            description=f"The raw title has at most {MAX_TITLE:,} characters.",
        ),
    ]


def _fields() -> list[Expectation]:
    """Expect bearable fields beside the text."""
    return [
        ExpectColumnNumbersToBeBetween(
            column="native_id_length",
            max_value=MAX_NATIVE_ID,
            meta={"defect": "native-id-too-long"},
            description=f"The source's own id has at most {MAX_NATIVE_ID:,} characters.",
        ),
        # RFC 9110 asks servers to take 8,000 bytes; nothing longer can be fetched again.
        ExpectColumnNumbersToBeBetween(
            column="url_length",
            max_value=MAX_URL,
            meta={"defect": "url-too-long"},
            description=f"The address has at most {MAX_URL:,} characters.",
        ),
        # javascript:, data: and file: addresses would be links in everybody's reader.
        ExpectColumnFlagToBeUnset(
            column="url_not_http",
            meta={"defect": "url-not-http"},
            description="An address, where there is one, is http or https.",
        ),
        # One paper's author field held whole paragraphs, which the cleaner takes apart.
        ExpectColumnNumbersToBeBetween(
            column="author_length",
            max_value=MAX_AUTHOR,
            meta={"defect": "author-too-long"},
            description=f"The author field has at most {MAX_AUTHOR:,} characters.",
        ),
        ExpectColumnNumbersToBeBetween(
            column="section_length",
            max_value=MAX_SECTION,
            meta={"defect": "section-too-long"},
            description=f"The section has at most {MAX_SECTION:,} characters.",
        ),
        ExpectColumnNumbersToBeBetween(
            column="date_text_length",
            max_value=MAX_DATE_TEXT,
            meta={"defect": "date-text-too-long"},
            description=f"A printed date has at most {MAX_DATE_TEXT:,} characters.",
        ),
        # To a machine whose clock stands at 1970 every article would come from the future.
        ExpectColumnNumbersToBeBetween(
            column="fetched_year",
            min_value=2000,
            max_value=2100,
            meta={"defect": "fetched-at-implausible"},
            description="The record was read between 2000 and 2100.",
        ),
    ]
