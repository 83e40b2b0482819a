"""Runs of the duplicate index: merged as they grow, under whoever reads."""

import pytest

from tasks.errors import RetryLater
from tasks.store import index_texts as module
from tasks.store import open_index, verify
from tests.news_lake import NewsLake, Printed, cut, story
from tests.store.test_index_texts import answers, found, lose, made, news, runs_of

__all__ = ["made", "news"]  # the fixtures


def test_merged_runs_answer_as_those_they_were_made_of(
    news: NewsLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten batches are more runs than are kept of a size; what was replaced is left out."""
    for n in range(10):
        news.publish(Printed("A6", story(10 + n).text, 10 + n))
    assert len(runs_of(news)) < 13
    grown = answers(news)
    assert found(news, cut("Q", 19, 28)) == {"A6"}
    assert not any(found(news, cut("Q", 10 + n, 28)) for n in range(9))
    monkeypatch.setattr(module, "_RUN_TEXTS", 2)
    lose(news)
    assert answers(news) == grown


def test_a_reader_of_runs_that_are_gone_is_asked_to_try_again(news: NewsLake) -> None:
    """The index has gone on, and is whole: it is not made again for that."""
    keys = news.candidates(cut("Q", 0, 20))["bands"].combine_chunks().flatten().to_numpy()
    with open_index(news.lake) as index:
        gone = runs_of(news)[0]
        for n in range(10):
            news.publish(Printed("A6", story(10 + n).text, 10 + n))
        assert not gone.exists()
        kept = runs_of(news)
        with pytest.raises(RetryLater, match="gone on"):
            index.find_alike(keys.reshape(1, -1))
    assert found(news, cut("Q", 0, 20)) == {"A0", "B0", "C0"}
    assert runs_of(news) == kept
    assert verify(news.lake) == []
