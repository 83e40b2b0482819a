"""What a cleaned article looks like.

The suite reads the columns that ``tasks.validate.measure`` makes from ``schema.CLEANED``.
Thresholds were chosen on 20,000 real articles of thirty outlets; each says what it lets through.
"""

from typing import Final

import great_expectations.expectations as gxe
from great_expectations import ExpectationSuite
from great_expectations.expectations import Expectation

from expectations.checks import ExpectColumnFlagToBeUnset, ExpectColumnNumbersToBeBetween

MAX_TITLE: Final = 1_000
"""Real titles end at 476 characters; the seventeen longer ones hold a page's menu, 851 to 5,029."""

MIN_WORDS: Final = 5
"""All 35 real texts of fewer words are captions («ماجد العساف») or mastheads; the shortest real
brief has 11 («قررت الجمعية العمومية لشركة طيران أبوظبي أمس توزيع 7،5% نقداً .»)."""

MAX_BODY: Final = 1_000_000
"""The longest real text has 22,262 characters; the longest novels have a million."""

MIN_ARABIC_SHARE: Final = 0.4
"""Reviews of Latin-named devices have 0.57 and more; English, French and wrongly decoded text
(«?C??E ????E») has less than 0.1; a page's style sheet glued to an article had 0.33."""


MAX_EMPHATIC_SHARE: Final = 0.15
"""ط and ظ among Arabic letters: 0.063 at most in 20,000 real articles. UTF-8 that was read as
windows-1256 has 0.66 and more («ط§ظ„ط³»); where bytes of it are lost it cannot be repaired, and to
every other check it looks Arabic."""

MAX_IN_ROWS: Final = 12
"""Letters in rows of three or more, in title and body: accented ones from À to ÿ («ÇáÓáÇã»,
«Ø§Ù„Ø³»), or ط and ظ with a sign between them («ط§ظ„ط³»). None in 20,000 real articles. Mojibake
has one for each Arabic letter, so that one line of it is found in an article of any length; two
words of it quoted pass, as do French, German and a paragraph of Icelandic («þýðing»)."""


def article_suite() -> ExpectationSuite:
    """Build the suite of the article border; each entry names the defect it keeps out."""
    return ExpectationSuite(
        name="article",
        expectations=[*_substance(), *_language(), *_dates(), *_leftovers(), *_audit()],
    )


def _substance() -> list[Expectation]:
    """Expect an article."""
    return [
        # Identity: the lake replaces by it, the index looks up by it.
        ExpectColumnFlagToBeUnset(
            column="article_id_malformed",
            meta={"defect": "malformed-article-id"},
            description="article_id is a digest in hexadecimal.",
        ),
        ExpectColumnFlagToBeUnset(
            column="body_blank",
            meta={"defect": "empty-body"},
            description="Something is left of the text after cleaning.",
        ),
        ExpectColumnNumbersToBeBetween(
            column="body_words",
            min_value=MIN_WORDS,
            meta={"defect": "body-too-short"},
            description=f"The body has at least {MIN_WORDS} words.",
        ),
        ExpectColumnNumbersToBeBetween(
            column="body_length",
            max_value=MAX_BODY,
            meta={"defect": "body-too-long"},
            description=f"The body has at most {MAX_BODY:,} characters.",
        ),
        ExpectColumnNumbersToBeBetween(
            column="title_length",
            max_value=MAX_TITLE,
            meta={"defect": "title-too-long"},
            description=f"The title has at most {MAX_TITLE:,} characters.",
        ),
    ]


def _language() -> list[Expectation]:
    """Expect Arabic, and none that was decoded wrongly."""
    return [
        ExpectColumnNumbersToBeBetween(
            column="arabic_share",
            min_value=MIN_ARABIC_SHARE,
            max_value=1,
            meta={"defect": "not-arabic"},
            description=f"At least {MIN_ARABIC_SHARE:.0%} of the letters are Arabic.",
        ),
        ExpectColumnNumbersToBeBetween(
            column="emphatic_share",
            max_value=MAX_EMPHATIC_SHARE,
            meta={"defect": "mojibake"},
            description=f"At most {MAX_EMPHATIC_SHARE:.0%} of the Arabic letters are ط or ظ.",
        ),
        ExpectColumnNumbersToBeBetween(
            column="accented_in_rows",
            max_value=MAX_IN_ROWS,
            meta={"defect": "latin-mojibake"},
            description=f"At most {MAX_IN_ROWS} letters from À to ÿ stand in rows of three.",
        ),
        ExpectColumnNumbersToBeBetween(
            column="emphatic_in_rows",
            max_value=MAX_IN_ROWS,
            meta={"defect": "arabic-mojibake"},
            description=f"At most {MAX_IN_ROWS} of ط and ظ stand in rows of three, with a sign "
            "between each two.",
        ),
    ]


def _dates() -> list[Expectation]:
    """Expect a date, or the reason why there is none."""
    return [
        # What the cleaner could not believe is null by now. Arabic papers begin about 1850.
        ExpectColumnNumbersToBeBetween(
            column="published_year",
            min_value=1850,
            max_value=2100,
            meta={"defect": "published-at-implausible"},
            description="The article was published between 1850 and 2100.",
        ),
        gxe.ExpectColumnValuesToBeInSet(
            column="date_precision",
            value_set=["second", "minute", "day"],
            meta={"defect": "unknown-date-precision"},
            description="The precision of a date is second, minute or day.",
        ),
        # The ledger's reason for a missing date is read from date_problem.
        ExpectColumnFlagToBeUnset(
            column="date_unexplained",
            meta={"defect": "date-unexplained"},
            description="There is a date with its precision, or the reason why there is none.",
        ),
    ]


def _leftovers() -> list[Expectation]:
    """Expect nothing in title and body that cleaning takes out.

    They break searching and comparing: «مصر» with a mark of direction in it is not found.
    """
    return [
        ExpectColumnFlagToBeUnset(
            column="control_character",
            meta={"defect": "control-character"},
            description="No control characters but the newline between paragraphs.",
        ),
        ExpectColumnFlagToBeUnset(
            column="invisible_character",
            meta={"defect": "invisible-character"},
            description="No marks of direction, zero-width spaces or soft hyphens.",
        ),
        ExpectColumnFlagToBeUnset(
            column="curly_quote",
            meta={"defect": "curly-quote"},
            description='Double quotes are straight: "…" or «…».',
        ),
        ExpectColumnFlagToBeUnset(
            column="presentation_form",
            meta={"defect": "presentation-form"},
            description="Letters are letters, not their shapes (قوات, not ﻗﻮﺍﺕ).",
        ),
        ExpectColumnFlagToBeUnset(
            column="markup",
            meta={"defect": "markup"},
            description="No HTML tags or entities.",
        ),
        ExpectColumnFlagToBeUnset(
            column="untidy_whitespace",
            meta={"defect": "untidy-whitespace"},
            description="One plain space between words, one newline between paragraphs.",
        ),
    ]


def _audit() -> list[Expectation]:
    """Expect what was taken out at its place."""
    return [
        # Promise 4: what was cut can be shown at its place in the raw text.
        ExpectColumnFlagToBeUnset(
            column="removed_out_of_place",
            meta={"defect": "removed-out-of-place"},
            description="Removed spans are in order, do not overlap and do not end before "
            "they start.",
        ),
        ExpectColumnFlagToBeUnset(
            column="removed_text_differs",
            meta={"defect": "removed-text-differs"},
            description="A removed span is as long as the text that is kept of it.",
        ),
    ]
