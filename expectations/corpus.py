"""What a row looks like that the corpus takes: an article, or a copy of one.

The suite reads the columns that ``tasks.validate.measure`` makes from ``schema.ARTICLES`` or
``schema.DUPLICATES``. What fails here is our own mistake, not the outlet's: the border stands
between a stage that went wrong and everybody's dataset.
"""

import great_expectations.expectations as gxe
from great_expectations import ExpectationSuite
from great_expectations.expectations import Expectation

from expectations.checks import ExpectColumnFlagToBeUnset, ExpectColumnNumbersToBeBetween


def corpus_suite() -> ExpectationSuite:
    """Build the suite of the corpus border; each entry names the defect it keeps out."""
    return ExpectationSuite(
        name="corpus",
        expectations=[*_counts(), *_values(), *_lineage()],
    )


def _counts() -> list[Expectation]:
    """Expect one row an article, with sound counts."""
    return [
        # The lake replaces by article_id: of two in one batch, one would vanish.
        gxe.ExpectColumnValuesToBeUnique(
            column="article_id",
            meta={"defect": "repeated-article-id"},
            description="No two rows of a batch are one article.",
        ),
        ExpectColumnNumbersToBeBetween(
            column="revision",
            min_value=1,
            meta={"defect": "revision-below-one"},
            description="Revisions count from 1.",
        ),
        ExpectColumnNumbersToBeBetween(
            column="copies",
            min_value=1,
            meta={"defect": "no-copies"},
            description="A cluster holds at least the article itself.",
        ),
        ExpectColumnNumbersToBeBetween(
            column="word_count",
            min_value=1,
            meta={"defect": "no-words"},
            description="At least one word was counted.",
        ),
        ExpectColumnNumbersToBeBetween(
            column="sentence_count",
            min_value=1,
            meta={"defect": "no-sentences"},
            description="At least one sentence was counted.",
        ),
    ]


def _values() -> list[Expectation]:
    """Expect sound values where readers filter."""
    return [
        ExpectColumnNumbersToBeBetween(
            column="arabic_share",
            min_value=0,
            max_value=1,
            meta={"defect": "impossible-arabic-share"},
            description="The share of Arabic letters lies between 0 and 1.",
        ),
        gxe.ExpectColumnValuesToBeInSet(
            column="language",
            value_set=["ar", "mixed"],
            meta={"defect": "unknown-language"},
            description="The language is ar or mixed.",
        ),
        # One odd partition value turns the whole column to text and breaks everybody's filter.
        ExpectColumnFlagToBeUnset(
            column="month_malformed",
            meta={"defect": "malformed-month"},
            description="published_month is YYYY-MM, or unknown.",
        ),
        ExpectColumnFlagToBeUnset(
            column="month_disagrees",
            meta={"defect": "month-disagrees"},
            description="published_month is the month of published_at in UTC.",
        ),
    ]


def _lineage() -> list[Expectation]:
    """Expect to be told what a row copies, and what made it."""
    return [
        ExpectColumnFlagToBeUnset(
            column="no_cluster",
            meta={"defect": "no-cluster"},
            description="A row belongs to a cluster.",
        ),
        # articles hold canonical rows only, duplicates name the article that they copy.
        ExpectColumnFlagToBeUnset(
            column="half_a_duplicate",
            meta={"defect": "half-a-duplicate"},
            description="A copy has duplicate_of, kind and similarity; an article none.",
        ),
        ExpectColumnFlagToBeUnset(
            column="copy_of_itself",
            meta={"defect": "copy-of-itself"},
            description="No row copies itself.",
        ),
        ExpectColumnNumbersToBeBetween(
            column="similarity",
            min_value=0,
            max_value=1,
            meta={"defect": "impossible-similarity"},
            description="The similarity lies between 0 and 1.",
        ),
        ExpectColumnFlagToBeUnset(
            column="no_lineage",
            meta={"defect": "no-lineage"},
            description="A row says its batch, run, record, version and rules.",
        ),
    ]
