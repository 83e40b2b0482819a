from typing import Any

import pytest

from tasks.deduplicate import DEFAULTS, Way, compare_with
from tasks.deduplicate.ways import EXACT, NEAR, REWORDED, TO_THE_LETTER, Comparing
from tasks.errors import StopRun
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


@pytest.mark.parametrize(
    ("copy", "kind", "least", "most"),
    [
        pytest.param(MUSEUM, EXACT, 1.0, 1.0, id="to-the-letter"),
        pytest.param(MUSEUM.replace("أ", "ا").replace("،", " "), EXACT, 1.0, 1.0, id="respelt"),
        pytest.param(MUSEUM.replace("صباح", "مساء"), NEAR, 0.9, 0.99, id="one-word-swapped"),
        pytest.param("\n".join(MUSEUM.split("\n")[:2]), NEAR, 0.4, 0.7, id="cut-short"),
        pytest.param(MUSEUM.split("\n")[0], NEAR, 0.2, 0.5, id="first-paragraph"),
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


def comparing(*texts: str) -> Comparing:
    """Compare texts of a batch before which nothing was published."""
    rows = (story(text, f"ص{n}", None) for n, text in enumerate(texts))
    return Comparing(candidates_of(*rows), NoHistory(), DEFAULTS)


def known_texts(*texts: str) -> list[dict[str, Any]]:
    """Return the texts as the lake has them, named A, B and so on."""
    rows = candidates_of(*(story(text, f"ص{n}", None) for n, text in enumerate(texts)))
    named = zip("ABCDE", rows.to_pylist(), strict=False)
    return [{**row, "article_id": name} for name, row in named]


def test_each_pair_is_told_by_itself() -> None:
    texts = [MUSEUM, HARBOUR, MUSEUM_RETOLD, HARBOUR.replace("القمح", "الأرز"), SCHOOLS]
    ways = comparing(*texts).ways([(3, 1), (2, 0), (4, 0), (1, 1), (3, 1)], {})
    assert [way.kind for way in ways] == [NEAR, REWORDED, REWORDED, EXACT, NEAR]
    assert ways[2] == Way(REWORDED, 0.0, is_far=True)
    assert ways[3] == TO_THE_LETTER
    assert ways[0] == ways[4]


@pytest.mark.parametrize(
    ("text", "is_far"),
    [
        pytest.param(MUSEUM.split("\n")[0], False, id="all-of-it-is-in-the-other"),
        pytest.param(MUSEUM_RETOLD, False, id="in-other-words"),
        pytest.param(f"{MUSEUM}\n{HARBOUR}\n{SCHOOLS}", False, id="the-other-is-all-in-it"),
        pytest.param(f"{MUSEUM.split(chr(10))[0]}\n{HARBOUR}", True, id="a-paragraph-of-four"),
        pytest.param(SCHOOLS, True, id="nothing"),
    ],
)
def test_far_is_who_has_little_in_common_whichever_copies(text: str, is_far: bool) -> None:
    ways = comparing(MUSEUM, text).ways([(1, 0), (0, 1)], {})
    assert [way.is_far for way in ways] == [is_far, is_far]


def test_texts_of_the_lake_are_named() -> None:
    lake = known_texts(MUSEUM, HARBOUR)
    entries = {entry["article_id"]: entry for entry in lake}
    mine = candidates_of(story(MUSEUM_RETOLD, "أ", None), story(HARBOUR, "ب", None))
    ways = Comparing(mine, NoHistory(lake), DEFAULTS).ways([(0, "A"), (1, "B"), ("B", 0)], entries)
    [retold] = comparing(MUSEUM_RETOLD, MUSEUM).ways([(0, 1)], {})
    assert ways[:2] == [retold, TO_THE_LETTER]
    assert ways[2].is_far


def test_a_text_that_the_index_lacks_stops_the_run() -> None:
    [entry] = known_texts(MUSEUM)
    one = Comparing(candidates_of(story(SCHOOLS, "أ", None)), NoHistory(), DEFAULTS)
    with pytest.raises(StopRun, match="rebuild-index"):
        one.ways([(0, "A")], {"A": entry})


def test_no_pairs() -> None:
    assert comparing().ways([], {}) == []


def test_texts_of_the_lake_compared_with_one_of_them() -> None:
    texts = [MUSEUM_RETOLD, MUSEUM, HARBOUR, MUSEUM.replace("أ", "ا")]
    found = compare_with(NoHistory(known_texts(*texts)).texts, "B")
    [retold, far] = comparing(*texts).ways([(0, 1), (2, 1)], {})
    assert found == {"A": retold, "C": far, "D": TO_THE_LETTER}
    assert (retold.kind, far.is_far) == (REWORDED, True)


@pytest.mark.parametrize("texts", [[MUSEUM], [MUSEUM, MUSEUM]], ids=["alone", "equal"])
def test_texts_of_the_lake_that_are_alone_or_equal(texts: list[str]) -> None:
    found = compare_with(NoHistory(known_texts(*texts)).texts, "A")
    assert found == dict.fromkeys("B"[: len(texts) - 1], TO_THE_LETTER)
