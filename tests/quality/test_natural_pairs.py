"""Copies among real news: what is found may rise, what is wrongly put together may not."""

import json
from pathlib import Path
from typing import Final

import pytest

from tests.quality.natural_pairs import (
    MERGED_PAIRS,
    PAIR_LABELS,
    SERIES,
    read_labels,
    read_natural_pairs,
    read_news,
    series_pairs,
    variant_clusters,
)
from tests.shared_data import needs_news

FLOORS: Final[dict[str, float]] = json.loads(
    (Path(__file__).parent / "floors.json").read_text(encoding="utf-8")
)["natural_pairs"]

pytestmark = needs_news


@pytest.mark.parametrize("likeness", [0.8, 0.5])
def test_natural_pairs_are_found(likeness: float) -> None:
    news = read_news()
    found = [
        news[one].cluster == news[other].cluster
        for share, one, other in read_natural_pairs()
        if share >= likeness
    ]
    assert len(found) > 1000
    assert sum(found) / len(found) >= FLOORS[f"recall_{likeness}"]


def test_texts_of_one_address_are_found() -> None:
    found = [one == other for one, other in variant_clusters()]
    assert len(found) > 300
    assert sum(found) / len(found) >= FLOORS["recall_of_one_address"]


def test_what_is_put_together_is_one_report() -> None:
    news = read_news()
    labels = [
        label
        for one, other, label in read_labels(MERGED_PAIRS)
        if label != "doubt" and news[one].cluster == news[other].cluster
    ]
    assert len(labels) > 300
    assert labels.count("right") / len(labels) >= FLOORS["precision_below_0.6"]


@pytest.mark.parametrize(
    ("label", "floor"), [("copy", "labelled_copies"), ("different", "labelled_different_apart")]
)
def test_labelled_neighbours(label: str, floor: str) -> None:
    news = read_news()
    together = [
        news[one].cluster == news[other].cluster
        for one, other, told in read_labels(PAIR_LABELS)
        if told == label
    ]
    share = sum(together) / len(together)
    assert (share if label == "copy" else 1 - share) >= FLOORS[floor]


@pytest.mark.parametrize("words", [pytest.param(words, id=name) for name, words in SERIES.items()])
def test_editions_of_a_series_stay_apart(words: str) -> None:
    pairs = list(series_pairs(words))
    assert len(pairs) > 100
    assert [(one.title, other.title) for one, other in pairs if one.cluster == other.cluster] == []
