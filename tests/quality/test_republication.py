"""Copies as other outlets print them: what is found may rise, never fall (``floors.json``)."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Final

import pytest

from tests.quality.planting import DigestScore, Plantation, Score, planted
from tests.quality.republication import as_floors, measure, set_name
from tests.quality.stories import MOST_ARTICLES, Article, articles
from tests.shared_data import needs_news

FLOORS: Final[dict[str, dict[str, dict[str, float]]]] = json.loads(
    (Path(__file__).parent / "floors.json").read_text(encoding="utf-8")
).get("republication", {})


of_each_set = pytest.mark.parametrize(
    "real", [pytest.param(True, id="news", marks=needs_news), pytest.param(False, id="sample")]
)


@of_each_set
def test_copies_are_found_and_stories_kept_apart(real: bool, tmp_path: Path) -> None:
    reached = as_floors(*measure(tmp_path, real=real))
    floors = FLOORS.get(set_name(real=real), {})
    assert {
        f"{measured} {name}": reached[measured][name]
        for measured, by_name in floors.items()
        for name, floor in by_name.items()
        if reached[measured][name] < floor
    } == {}


@of_each_set
def test_the_articles_are_many_and_of_many_outlets(real: bool) -> None:
    chosen = articles(real=real)
    assert len({article.article_id for article in chosen}) == len(chosen)
    assert len({article.outlet for article in chosen}) > 5
    assert len(chosen) == MOST_ARTICLES if real else len(chosen) > 40


def print_as_it_is(article: Article, *_: object) -> Article:
    return replace(article, text=f"{article.text}\n")


def print_another(_: Article, __: Random, others: Sequence[Article]) -> Article:
    return others[0]


@pytest.fixture
def beds(tmp_path: Path) -> Iterator[Plantation]:
    with planted(articles(real=False)[:4], tmp_path) as plantation:
        yield plantation


def test_exact_copies_count_as_found(beds: Plantation) -> None:
    assert beds.score("same", print_as_it_is) == Score(4, 1.0, 1.0, 1.0, ())


def test_what_an_edit_leaves_as_it_is_does_not_count(beds: Plantation) -> None:
    first = beds.articles[0]
    score = beds.score("one", lambda each, *_: print_as_it_is(each) if each == first else each)
    assert score.copies == 1


def test_copies_of_another_article_count_as_wrong_merges(beds: Plantation) -> None:
    score = beds.score("other", print_another)
    assert (score.in_batch, score.in_history) == (0, 0)
    assert score.apart < 0.5
    assert len(score.lost) == 4


def test_a_digest_that_is_one_story_is_merged_and_joins_none(beds: Plantation) -> None:
    assert beds.score_digests("one", print_another) == DigestScore(2, 1.0, 0.0)
