"""Crowning through a whole transaction: rows move, records say so, and the lake stays sound."""

from pathlib import Path

import pytest

from flows.command_line import main
from tasks.store import find_article, read_entry, verify
from tests.news_lake import NewsLake, Printed, cut, original, reworded, story


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> NewsLake:
    """An article with two copies whose place an earlier text has taken, and another article."""
    news = NewsLake(tmp_path_factory.mktemp("made"))
    news.publish(original("A", 0, 5), original("D", 1, 5))
    news.publish(cut("B", 0, 6), reworded("C", 0, 7))
    news.publish(cut("F", 0, 2, 3), original("G", 2, 1))
    return news


@pytest.fixture
def news(made: NewsLake, tmp_path: Path) -> NewsLake:
    return made.copied(tmp_path)


def test_rows_move_from_articles_to_duplicates(news: NewsLake) -> None:
    assert set(news.rows("articles")) == {"D", "F", "G"}
    assert news.copies() == {"A": "F", "B": "F", "C": "F"}
    rows = news.rows("duplicates")
    assert {row["copies"] for row in rows.values()} == {4}
    assert {row["cluster_id"] for row in [*rows.values(), news.rows("articles")["F"]]} == {"A"}
    assert (rows["A"]["title"], rows["A"]["body"]) == ("عنوان A", story(0).text)
    assert {name: row["kind"] for name, row in rows.items()} == {
        "A": "near", "B": "exact", "C": "near"
    }  # fmt: skip
    assert rows["A"]["similarity"] == rows["C"]["similarity"] < rows["B"]["similarity"] == 1.0
    assert verify(news.lake) == []


def test_the_ledger_is_restated(news: NewsLake) -> None:
    ids = {name: article_id for article_id, name in news.names.items()}
    told = {
        name: (row["disposition"], row["reason"], row["detail"])
        for name, row in news.rows("ledger").items()
    }
    assert told == {
        "A": ("duplicate", "superseded", f"copy of {ids['F']}"),
        "B": ("duplicate", "exact", f"copy of {ids['F']}"),
        "C": ("duplicate", "near", f"copy of {ids['F']}"),
        "D": ("published", "new", None),
        "F": ("published", "new", f"in place of {ids['A']}"),
        "G": ("published", "new", None),
    }
    batches = {name: row["batch_id"] for name, row in news.rows("ledger").items()}
    assert batches == {"A": "b1", "B": "b2", "C": "b2", "D": "b1", "F": "b3", "G": "b3"}


def test_the_crown_passes_on_and_records_follow(news: NewsLake) -> None:
    news.publish(Printed("E", f"{story(0).text} انتهى.", 2, 4))
    assert news.copies()["E"] == "F", "it was published at the same time"
    news.publish(Printed("H", f"{story(0).text} وانتهى البيان.", 1, 2))
    ids = {name: article_id for article_id, name in news.names.items()}
    assert news.copies() == dict.fromkeys("ABCEF", "H")
    ledger = news.rows("ledger")
    assert (ledger["A"]["reason"], ledger["A"]["detail"]) == ("superseded", f"copy of {ids['H']}")
    assert (ledger["F"]["reason"], ledger["F"]["detail"]) == ("superseded", f"copy of {ids['H']}")
    assert ledger["H"]["detail"] == f"in place of {ids['F']}"
    assert verify(news.lake) == []


def test_a_crowned_article_is_explained(news: NewsLake) -> None:
    ids = {name: article_id for article_id, name in news.names.items()}
    found = find_article(news.lake, ids["A"])
    assert found is not None
    assert (found["dataset"], found["duplicate_of"]) == ("duplicates", ids["F"])


def test_the_log_says_who_was_crowned(news: NewsLake, capsys: pytest.CaptureFixture[str]) -> None:
    ids = {name: article_id for article_id, name in news.names.items()}
    summary = read_entry(news.lake.root, 3).summary
    assert summary["crowned"] == 1
    assert summary["first_crowned"] == [{"of": ids["A"], "by": ids["F"]}]
    assert "crowned" not in read_entry(news.lake.root, 2).summary
    assert main(["log", "--lake", str(news.lake.root)]) == 0
    told = {
        line.split()[1]: line for line in capsys.readouterr().out.splitlines() if "batch b" in line
    }
    assert "published 2, crowned 1" in told["3"]
    assert "crowned" not in told["2"]


def test_a_batch_that_is_published_twice_crowns_once(news: NewsLake) -> None:
    before = news.rows("ledger"), news.copies()
    version = news.lake.version
    decided = news.publish(cut("F", 0, 2, 3), original("G", 2, 1))
    assert len(decided.moved) == 0
    assert set(decided.records["disposition"].to_pylist()) == {"unchanged"}
    assert news.copies() == before[1]
    assert news.lake.version == version + 1
