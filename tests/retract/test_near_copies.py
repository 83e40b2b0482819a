"""When the article that near copies follow is taken out: what is said of them stays true."""

from pathlib import Path

import pytest

from tasks.deduplicate import compare_with
from tasks.retract import Request, Retraction, retract
from tasks.store import open_index, verify
from tests.news_lake import NewsLake, Printed, cut, original, reworded, story


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> NewsLake:
    """A story, a third of it, another printing of that third, the whole in other words."""
    news = NewsLake(tmp_path_factory.mktemp("made"))
    third = cut("B", 0, 6, share=0.5)
    news.publish(original("A", 0, 5), original("D", 1, 5))
    news.publish(third, reworded("C", 0, 7), Printed("E", third.text, 8, 3))
    return news


@pytest.fixture
def news(made: NewsLake, tmp_path: Path) -> NewsLake:
    return made.copied(tmp_path)


def take_out(
    news: NewsLake, name: str, *, purge: bool = False, with_copies: bool = False
) -> Retraction:
    (article_id,) = [key for key, each in news.names.items() if each == name]
    request = Request(article_id, "حكم محكمة", purge=purge, with_copies=with_copies)
    return retract(news.lake, request, run_id="r", wait_seconds=0, compare_with=compare_with)


def ways(news: NewsLake) -> dict[str, tuple[str, str, float]]:
    return {
        name: (row["duplicate_of"], row["kind"], round(row["similarity"], 3))
        for name, row in news.rows("duplicates").items()
    }


@pytest.mark.parametrize("purge", [False, True], ids=["retracted", "purged"])
def test_copies_are_measured_to_the_one_that_takes_the_place(news: NewsLake, purge: bool) -> None:
    before = ways(news)
    assert before["E"] == before["B"]
    assert before["E"][1] == "near"
    done = take_out(news, "A", purge=purge)
    assert done.promoted is not None
    assert news.names[done.promoted] == "B"
    after = ways(news)
    assert after["E"] == ("B", "exact", 1.0)
    assert after["C"][0] == "B"
    assert after["C"][2] < before["C"][2]
    articles = news.rows("articles")
    assert (articles["B"]["copies"], articles["B"]["cluster_id"]) == (3, "A")
    assert verify(news.lake) == []


def test_what_is_said_is_what_a_batch_would_have_said(news: NewsLake, tmp_path: Path) -> None:
    """Had the article never been there, its copies would copy each other as they do now."""
    take_out(news, "A")
    other = NewsLake(tmp_path / "other")
    third = cut("B", 0, 6, share=0.5)
    other.publish(third, reworded("C", 0, 7), Printed("E", third.text, 8, 3))
    assert ways(news) == ways(other)


def test_records_of_copies_say_how_they_copy_now(news: NewsLake) -> None:
    ids = {name: article_id for article_id, name in news.names.items()}
    take_out(news, "A")
    told = {
        name: (row["disposition"], row["reason"], row["detail"])
        for name, row in news.rows("ledger").items()
    }
    assert told["B"] == ("published", "promoted", f"in place of {ids['A']}")
    assert told["E"] == ("duplicate", "exact", f"copy of {ids['B']}")
    assert told["C"] == ("duplicate", ways(news)["C"][1], f"copy of {ids['B']}")


def test_one_that_was_crowned_over_gets_its_place_back(news: NewsLake) -> None:
    ids = {name: article_id for article_id, name in news.names.items()}
    news.publish(Printed("F", f"{story(0).text} انتهى.", 1, 4))
    assert news.copies() == dict.fromkeys("ABCE", "F")
    done = take_out(news, "F")
    assert done.promoted == ids["A"]
    assert news.copies() == dict.fromkeys("BCE", "A")
    ledger = news.rows("ledger")["A"]
    assert (ledger["disposition"], ledger["reason"]) == ("published", "promoted")
    assert verify(news.lake) == []


def test_near_copies_can_follow_a_retracted_article_out(news: NewsLake) -> None:
    """No article has its text any more: its cluster is known by name."""
    assert len(take_out(news, "A").article_ids) == 1
    done = take_out(news, "A", purge=True, with_copies=True)
    assert {news.names[name] for name in done.article_ids} == set("ABCE")
    assert set(news.rows("articles")) == {"D"}
    assert news.copies() == {}
    assert verify(news.lake) == []


def test_a_copy_that_comes_later_follows_the_promoted_one(news: NewsLake) -> None:
    take_out(news, "A")
    news.publish(cut("H", 0, 9, 4, share=0.6))
    assert news.copies()["H"] == "B"
    with open_index(news.lake) as index:
        assert index.count_texts() == 5
    assert news.rows("articles")["B"]["copies"] == 4


def test_a_retracted_near_copy_is_counted_no_more(news: NewsLake) -> None:
    before = ways(news)
    take_out(news, "C")
    assert ways(news) == {name: way for name, way in before.items() if name != "C"}
    assert news.rows("articles")["A"]["copies"] == 3
