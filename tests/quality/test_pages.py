"""Reading pages: what is right may rise, never fall (``floors.json``)."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from tests.quality.later_page_templates import LATER_TEMPLATES
from tests.quality.page_templates import TEMPLATES, Story
from tests.quality.pages import gold_pages, score_cleaned, score_gold, score_made
from tests.shared_data import needs_news, needs_pages

FLOORS: Final[dict[str, dict[str, Any]]] = json.loads(
    (Path(__file__).parent / "floors.json").read_text(encoding="utf-8")
)["pages"]


@needs_pages
def test_real_pages() -> None:
    scores = score_gold(gold_pages())
    floors = FLOORS["gold"]
    assert {name: scores[name] for name, floor in floors.items() if scores[name] < floor} == {}


@needs_pages
def test_real_pages_the_whole_way() -> None:
    """What rules cut of a body that is right already is what goes to columns."""
    scores = score_cleaned(gold_pages())
    floors = FLOORS["cleaned"]
    assert {name: scores[name] for name, floor in floors.items() if scores[name] < floor} == {}
    assert scores["cleaned"] >= scores["decoded"]


@needs_pages
@pytest.mark.parametrize("names", ["class|id|itemprop|role|rel"])
def test_real_pages_without_any_names(names: str) -> None:
    """What is found by text and structure alone: no element says what it is."""
    scores = score_gold(gold_pages(), without=names)
    floors = FLOORS["gold_without_names"]
    assert {name: scores[name] for name, floor in floors.items() if scores[name] < floor} == {}


@needs_news
@pytest.mark.parametrize(
    ("name", "templates"), [("made", TEMPLATES), ("made_later", LATER_TEMPLATES)]
)
def test_real_stories_in_made_pages(
    name: str, templates: Mapping[str, Callable[[Story], str]]
) -> None:
    scores = score_made(templates)
    assert set(scores) == set(templates) == set(FLOORS[name])
    fallen = {
        (template, name): scores[template][name]
        for template, floors in FLOORS[name].items()
        for name, floor in floors.items()
        if scores[template][name] < floor
    }
    assert fallen == {}
    assert max(score["leaked"] for score in scores.values()) == 0
