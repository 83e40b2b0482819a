"""Decisions over candidates, against a real index in a real lake."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.dispositions import DISPOSITIONS, REASONS
from expectations.lake_schema import INDEX_STEP
from tasks.deduplicate import CANDIDATES, Decisions, decide
from tasks.store import Lake, open_index, open_lake, transaction
from tasks.text.signature_sizes import DEFAULT_SIZES
from tests.deduplicate.no_history import NoHistory


def candidate(name: str, text: str, day: int | None = 1, **more: Any) -> dict[str, Any]:
    """One candidate: article ``name`` with ``text``; equal texts have equal keys."""
    at = datetime(2026, 1, day, tzinfo=UTC) if day else None
    return {
        "record_ref": f"{name}-{text}-{day}",
        "source": "صحيفة",
        "article_id": name,
        "content_hash": f"{name}:{text}",
        "published_at": at,
        "date_problem": None if day else "no-date",
        "published_month": "2026-01" if day else "unknown",
        "text_key": text.encode().ljust(16, b"."),
        "words": 30,
        "bands": [0] * DEFAULT_SIZES.all_bands,
        "codes": [],
    } | more


def table(rows: Sequence[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=CANDIDATES)


class Corpus:
    """A lake that only its index is written of."""

    def __init__(self, root: Path) -> None:
        self.root = root
        open_lake(root, create=True)

    def decide(self, *rows: dict[str, Any]) -> Decisions:
        with open_index(open_lake(self.root)) as history:
            return decide(table(rows), history)

    def publish(self, *rows: dict[str, Any]) -> Decisions:
        decided = self.decide(*rows)
        lake: Lake = open_lake(self.root)
        name = f"b{lake.version}"
        with transaction(lake, batch_id=name, run_id=name, wait_seconds=5) as changes:
            changes.index(decided.index_step, [table(rows)])
            changes.commit({"records": 0, "dispositions": {}})
        return decided

    def entries(self) -> dict[str, dict[str, Any]]:
        with open_index(open_lake(self.root)) as index:
            names = pa.array(["A", "B", "C", "D", "E"])
            return {row["article_id"]: row for row in index.find_articles(names).to_pylist()}


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return Corpus(tmp_path / "lake")


def fates(decided: Decisions) -> dict[str, tuple[str, str]]:
    return {
        row["record_ref"]: (row["disposition"], row["reason"])
        for row in decided.records.to_pylist()
    }


def by_id(decided: Decisions) -> dict[str, dict[str, Any]]:
    return {row["article_id"]: row for row in decided.records.to_pylist() if row["dataset"]}


def test_a_copy_follows_the_first_published(corpus: Corpus) -> None:
    rows = by_id(corpus.decide(candidate("A", "x", 3), candidate("B", "x", 2)))
    assert rows["A"]["duplicate_of"] == "B"
    assert (rows["A"]["dataset"], rows["B"]["dataset"]) == ("duplicates", "articles")
    assert (rows["A"]["kind"], rows["A"]["similarity"]) == ("exact", 1.0)
    assert (rows["A"]["cluster_id"], rows["A"]["copies"], rows["B"]["copies"]) == ("B", 2, 2)


@pytest.mark.parametrize(
    ("one", "other", "canonical"),
    [
        pytest.param({"day": 2}, {"day": 1}, "B", id="earlier"),
        pytest.param({"day": None}, {"day": 9}, "B", id="undated-last"),
        pytest.param({"day": 1, "words": 20}, {"day": 1, "words": 30}, "B", id="longer"),
        pytest.param({"day": 1}, {"day": 1}, "A", id="smaller-id"),
    ],
)
def test_the_canonical_article(
    corpus: Corpus, one: dict[str, Any], other: dict[str, Any], canonical: str
) -> None:
    rows = by_id(corpus.decide(candidate("A", "x", **one), candidate("B", "x", **other)))
    assert [name for name, row in rows.items() if row["dataset"] == "articles"] == [canonical]


def test_texts_of_one_article_in_one_batch(corpus: Corpus) -> None:
    late = {"modified_at": datetime(2026, 1, 5, tzinfo=UTC)}
    decided = corpus.decide(
        candidate("A", "new", 1, **late), candidate("A", "old", 1), candidate("A", "old", 2)
    )
    assert fates(decided) == {
        "A-new-1": ("published", "new"),
        "A-old-1": ("revised", "older-text"),
        "A-old-2": ("unchanged", "same-text"),
    }
    assert by_id(decided)["A"]["revision"] == 2


def test_a_later_batch(corpus: Corpus) -> None:
    corpus.publish(candidate("A", "x", 3), candidate("B", "y", 3))
    decided = corpus.publish(
        candidate("A", "x", 3),  # again
        candidate("B", "z", 4),  # another text
        candidate("C", "x", 4),  # a copy
    )
    assert fates(decided) == {
        "A-x-3": ("unchanged", "same-text"),
        "B-z-4": ("revised", "newer-text"),
        "C-x-4": ("duplicate", "exact"),
    }
    assert by_id(decided)["B"]["revision"] == 2
    assert decided.replaced.to_pylist() == [
        {"dataset": "articles", "article_id": "B", "published_month": "2026-01"}
    ]
    assert decided.amended.to_pylist() == [
        {"article_id": "A", "published_month": "2026-01", "copies": 2}
    ]
    assert corpus.entries()["A"]["copies"] == 2


def test_a_text_dated_before_the_published_one_is_older(corpus: Corpus) -> None:
    corpus.publish(candidate("A", "new", 5))
    decided = corpus.publish(candidate("A", "old", 4))
    assert fates(decided) == {"A-old-4": ("revised", "older-text")}
    assert decided.index_step.num_rows == decided.replaced.num_rows == 0


def test_an_undated_text_that_arrives_later_is_newer(corpus: Corpus) -> None:
    corpus.publish(candidate("A", "x", 5))
    assert fates(corpus.publish(candidate("A", "y", None))) == {
        "A-y-None": ("revised", "newer-text")
    }


def test_a_copy_of_a_copy_names_the_published_article(corpus: Corpus) -> None:
    corpus.publish(candidate("A", "x", 1), candidate("B", "x", 2))
    corpus.publish(candidate("A", "changed", 3))
    decided = corpus.publish(candidate("C", "x", 4))
    assert by_id(decided)["C"]["duplicate_of"] == "A"
    assert corpus.entries()["A"]["copies"] == 3


def test_a_copy_that_is_rewritten_becomes_an_article(corpus: Corpus) -> None:
    corpus.publish(candidate("A", "x", 1), candidate("B", "x", 2))
    decided = corpus.publish(candidate("B", "own words", 3))
    assert fates(decided) == {"B-own words-3": ("revised", "newer-text")}
    assert by_id(decided)["B"]["dataset"] == "articles"
    assert decided.replaced.to_pylist()[0]["dataset"] == "duplicates"
    assert corpus.entries()["A"]["copies"] == 1


def test_a_revision_is_never_demoted_to_a_copy(corpus: Corpus) -> None:
    corpus.publish(candidate("A", "x", 1), candidate("B", "y", 2))
    decided = corpus.publish(candidate("B", "x", 3))
    assert by_id(decided)["B"]["dataset"] == "articles"


def test_an_undated_article_says_so(corpus: Corpus) -> None:
    assert fates(corpus.decide(candidate("A", "x", None))) == {"A-x-None": ("published", "no-date")}


def test_an_empty_batch(corpus: Corpus) -> None:
    decided = corpus.decide()
    assert decided.records.num_rows == decided.index_step.num_rows == 0
    assert decided.index_step.schema.equals(INDEX_STEP)


batches = st.lists(
    st.builds(
        candidate,
        st.sampled_from("ABCDE"),
        st.sampled_from(["x", "y", "z"]),
        st.sampled_from([None, 1, 2, 3]),
    ),
    max_size=12,
    unique_by=lambda row: row["record_ref"],
)


@given(batches, st.randoms(use_true_random=False))
def test_order_does_not_matter(rows: list[dict[str, Any]], chance: random.Random) -> None:
    shuffled = list(rows)
    chance.shuffle(shuffled)
    one, other = decide(table(rows), NoHistory()), decide(table(shuffled), NoHistory())
    in_order = [("record_ref", "ascending")]
    assert one.records.sort_by(in_order).equals(other.records.sort_by(in_order))


@given(batches)
def test_every_record_has_one_place(rows: list[dict[str, Any]]) -> None:
    decided = decide(table(rows), NoHistory())
    records = decided.records.to_pylist()
    assert len(records) == len(rows)
    for row in records:
        assert row["disposition"] in DISPOSITIONS
        assert row["reason"] in REASONS[row["disposition"]]
    published = {row["article_id"] for row in records if row["dataset"] == "articles"}
    kept = [row["article_id"] for row in records if row["dataset"]]
    assert len(kept) == len(set(kept)) == len({row["article_id"] for row in rows})
    for row in records:
        assert row["duplicate_of"] is None or row["duplicate_of"] in published
    for head in published:
        copies = [row for row in records if row["duplicate_of"] == head]
        mine = next(r for r in records if r["article_id"] == head and r["dataset"])
        assert mine["copies"] == 1 + len(copies)
