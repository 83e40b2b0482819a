import pytest

from tasks.deduplicate import DEFAULTS
from tasks.deduplicate.ways import EXACT, NEAR, REWORDED, find_ways
from tests.deduplicate.no_history import NoHistory
from tests.deduplicate.told_stories import (
    HARBOUR,
    MUSEUM,
    MUSEUM_RETOLD,
    SCHOOLS,
    candidates_of,
    decided,
    story,
)

NOTHING_KNOWN = NoHistory().read_texts([])


@pytest.mark.parametrize(
    ("copy", "kind", "least", "most"),
    [
        pytest.param(MUSEUM, EXACT, 1.0, 1.0, id="to-the-letter"),
        pytest.param(MUSEUM.replace("أ", "ا").replace("،", " "), EXACT, 1.0, 1.0, id="respelt"),
        pytest.param(MUSEUM.replace("صباح", "مساء"), NEAR, 0.9, 0.99, id="one-word-swapped"),
        pytest.param("\n".join(MUSEUM.split("\n")[:2]), NEAR, 0.4, 0.7, id="cut-short"),
        pytest.param(f"{MUSEUM}\n{HARBOUR[:200]}", NEAR, 0.4, 0.8, id="with-an-addition"),
        pytest.param(MUSEUM_RETOLD, REWORDED, 0.8, 0.99, id="spun-with-connectives"),
    ],
)
def test_ways_of_copying(copy: str, kind: str, least: float, most: float) -> None:
    first, second = decided(
        story(MUSEUM, "صحيفة الشرق", "2026-05-04"), story(copy, "صحيفة الغرب", "2026-05-05")
    )
    assert (first["kind"], first["similarity"]) == (None, None)
    assert second["duplicate_of"] == first["article_id"]
    assert (second["disposition"], second["reason"]) == ("duplicate", kind)
    assert second["kind"] == kind
    assert least <= second["similarity"] <= most


def test_each_pair_is_told_by_itself() -> None:
    texts = [MUSEUM, HARBOUR, MUSEUM_RETOLD, HARBOUR.replace("القمح", "الأرز"), SCHOOLS]
    candidates = candidates_of(*(story(text, f"ص{n}", None) for n, text in enumerate(texts)))
    ways = find_ways(candidates, NOTHING_KNOWN, [(3, 1), (2, 0), (4, 0)], DEFAULTS)
    assert {pair: way.kind for pair, way in ways.items()} == {
        (3, 1): NEAR,
        (2, 0): REWORDED,
        (4, 0): REWORDED,
    }
    assert ways[4, 0].similarity == 0.0


def test_texts_of_the_lake_count_on_from_the_candidates() -> None:
    both = candidates_of(story(MUSEUM_RETOLD, "أ", None), story(MUSEUM, "ب", None))
    batch, lake = both.slice(0, 1), both.slice(1)
    among_themselves = find_ways(both, NOTHING_KNOWN, [(0, 1)], DEFAULTS)
    assert find_ways(batch, lake, [(0, 1)], DEFAULTS) == among_themselves


def test_no_pairs() -> None:
    assert find_ways(candidates_of(), NOTHING_KNOWN, [], DEFAULTS) == {}
