"""Records of articles that were taken out by hand."""

from pathlib import Path

import pyarrow as pa
import pytest

from expectations.schema import QUARANTINE, REFUSED
from tasks.deduplicate import screen
from tasks.store import open_index, open_lake, transaction
from tests.deduplicate.test_decide import Corpus, candidate, fates, table


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return Corpus(tmp_path / "lake")


def take_out(corpus: Corpus, name: str, mark: str) -> None:
    lake = open_lake(corpus.root)
    with open_index(lake) as index:
        entry = index.find_articles(pa.array([name]))
    place = entry.schema.get_field_index("dataset")
    step = entry.set_column(place, entry.schema.field(place), pa.array([mark]))
    with transaction(lake, run_id="r", operation="retract", wait_seconds=0) as changes:
        changes.index(step)
        changes.commit({})


@pytest.mark.parametrize(
    ("mark", "reason", "of_another"),
    [
        pytest.param("retracted", "was-retracted", ("published", "new"), id="retracted"),
        pytest.param("purged", "was-purged", ("rejected", "was-purged"), id="purged"),
    ],
)
def test_what_was_taken_out_does_not_come_back(
    corpus: Corpus, mark: str, reason: str, of_another: tuple[str, str]
) -> None:
    corpus.publish(candidate("A", "one"), candidate("B", "two"))
    take_out(corpus, "A", mark)
    decided = corpus.decide(
        candidate("C", "three"),
        candidate("A", "one"),
        candidate("D", "one", 2),
        candidate("A", "another", 3),
        candidate("B", "two"),
    )
    assert [row["record_ref"] for row in decided.records.to_pylist()] == [
        "C-three-1", "A-one-1", "D-one-2", "A-another-3", "B-two-1",
    ]  # fmt: skip
    assert fates(decided) == {
        "C-three-1": ("published", "new"),
        "A-one-1": ("rejected", reason),
        "D-one-2": of_another,
        "A-another-3": ("rejected", reason),
        "B-two-1": ("unchanged", "same-text"),
    }
    adding = {row["record_ref"] for row in decided.records.to_pylist() if row["dataset"]}
    assert adding == {"C-three-1", "D-one-2"} - ({"D-one-2"} if mark == "purged" else set())
    assert "A" not in decided.index_step["article_id"].to_pylist()


def test_a_purged_text_may_come_while_an_article_that_was_left_has_it(corpus: Corpus) -> None:
    corpus.publish(candidate("A", "one"), candidate("B", "one", 2))
    take_out(corpus, "B", "purged")
    decided = corpus.decide(candidate("A", "one"), candidate("B", "one", 2), candidate("C", "one"))
    assert fates(decided) == {
        "A-one-1": ("unchanged", "same-text"),
        "B-one-2": ("rejected", "was-purged"),
        "C-one-1": ("duplicate", "exact"),
    }
    take_out(corpus, "A", "purged")
    decided = corpus.decide(candidate("C", "one"))
    assert fates(decided) == {"C-one-1": ("rejected", "was-purged")}


def test_what_a_border_refused_is_named_and_rejected_where_it_was_purged() -> None:
    candidates = table([candidate("A", "one"), candidate("B", "two"), candidate("C", "three")])
    names = candidates["record_ref"].to_pylist()
    refused = pa.Table.from_pylist(
        [
            {"record_ref": name, "source": "صحيفة", "disposition": "quarantined", "reason": "raw"}
            | {"detail": "url-not-http"}
            for name in reversed(names)
        ],
        schema=REFUSED,
    )
    quarantine = pa.Table.from_pylist(
        [{"record_ref": name, "border": "raw", "failed": ["url-not-http"]} for name in names],
        schema=QUARANTINE,
    )
    gone = pa.array([None, "was-purged", "was-retracted"])
    screened = screen(refused, quarantine, candidates, gone)
    columns = ("article_id", "disposition", "reason", "detail")
    assert [tuple(row[name] for name in columns) for row in screened.refused.to_pylist()] == [
        ("C", "quarantined", "raw", "url-not-http"),
        ("B", "rejected", "was-purged", None),
        ("A", "quarantined", "raw", "url-not-http"),
    ]
    assert screened.quarantine["article_id"].to_pylist() == ["A", "C"]


def test_a_batch_of_nothing_else_changes_nothing(corpus: Corpus) -> None:
    corpus.publish(candidate("A", "one"))
    take_out(corpus, "A", "retracted")
    decided = corpus.decide(candidate("A", "one"), candidate("A", "two"))
    assert set(fates(decided).values()) == {("rejected", "was-retracted")}
    assert [len(table) for table in (decided.replaced, decided.amended, decided.index_step)] == [
        0
    ] * 3
