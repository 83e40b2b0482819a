"""Chains of links are cut: who has too little in common with the article does not copy it."""

from itertools import permutations
from string import ascii_lowercase
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.deduplicate.clusters import Clusters
from tests.deduplicate.test_clusters import (
    BEYOND,
    FIRST,
    LAST,
    LINK,
    NAMES,
    article,
    clusters,
    entry,
)


def chained(*days: int) -> list[dict[str, Any]]:
    """Return articles A to D of a chain that were published on these days."""
    texts = (FIRST, LINK, LAST, BEYOND)
    return [article(*told) for told in zip(NAMES, texts, days, strict=False)]


CHAIN = [(0, 1), (1, 2), (2, 3)]


def test_the_far_end_of_a_chain_stands_alone() -> None:
    found = clusters(chained(1, 2, 3), CHAIN[:2])
    assert found.head_of == {1: "A"}
    assert found.rows_of_heads == {"A": 0}
    assert found.ways.keys() == {1}


def test_an_article_in_the_middle_holds_both_ends() -> None:
    assert clusters(chained(2, 1, 3), CHAIN[:2]).head_of == {0: "B", 2: "B"}


def test_who_is_far_makes_a_cluster_with_others_of_its_kind() -> None:
    found = clusters(chained(1, 2, 4, 3), CHAIN)
    assert found.head_of == {1: "A", 2: "D"}
    assert found.rows_of_heads == {"A": 0, "D": 3}


def test_equal_texts_leave_together() -> None:
    rows = [*chained(1, 2, 3), article("D", LAST, 4)]
    assert clusters(rows, CHAIN[:2]).head_of == {1: "A", 3: "C"}


def test_who_is_far_from_one_article_of_the_lake_joins_another() -> None:
    of_lake = [entry("Y", 1, text=FIRST), entry("Z", 2, text=LAST)]
    rows = [article("A", LINK, 8), article("B", BEYOND, 9)]
    found = clusters(rows, [(0, 1), (0, 2), (1, 3)], alike=of_lake)
    assert found.head_of == {0: "Y", 1: "Z"}


def test_a_newcomer_that_is_far_from_the_article_is_not_crowned() -> None:
    found = clusters(chained(1, 9), [(0, 1), (1, 2)], alike=[entry("Z", 5, text=LAST)])
    assert found.head_of == {1: "Z"}
    assert (found.crowned, found.rows_of_heads) == ({}, {})


def test_the_next_that_was_published_before_the_article_is_crowned() -> None:
    found = clusters(chained(1, 2), [(0, 1), (1, 2)], alike=[entry("Z", 5, text=LAST)])
    assert found.crowned == {"Z": "B"}
    assert (found.head_of, found.rows_of_heads) == ({}, {"B": 1})


@pytest.mark.parametrize("day", [3, 9], ids=["before-the-lakes", "after-the-lakes"])
def test_copies_of_one_that_is_not_crowned_go_with_it(day: int) -> None:
    """They are as far from the article of the lake as it is."""
    rows = [*chained(1, 8), article("C", f"{FIRST}x", day)]
    found = clusters(rows, [(0, 1), (0, 2), (1, 3)], alike=[entry("Z", 5, text=LAST)])
    assert found.head_of == {1: "Z", 2: "A"}
    assert found.crowned == {}


def test_who_is_far_from_a_crowned_article_does_not_follow_the_deposed_one() -> None:
    """That is a copy itself from now on: nothing may name it as its article."""
    rows = [article("A", FIRST, 1), article("B", LAST, 9), article("C", f"{LAST}x", 9)]
    links = [(0, 3), (1, 3), (1, 2)]
    found = clusters(rows, links, alike=[entry("Z", 5, text=LINK)])
    assert found.crowned == {"Z": "A"}
    assert found.head_of == {2: "B"}


def test_the_first_is_crowned_whichever_copy_of_the_article_each_newcomer_meets() -> None:
    met, head = [entry("X", 6, "Z"), entry("Y", 7, "Z")], entry("Z", 5)
    for days in permutations((1, 2)):
        rows = [article("A", "abcdefghA", days[0]), article("B", "abcdefghB", days[1])]
        found = clusters(rows, [(0, 2), (1, 3)], alike=met, heads=[head])
        first = days.index(1)
        assert found.crowned == {"Z": "AB"[first]}
        assert found.head_of == {1 - first: "AB"[first]}


def test_a_chain_from_an_article_to_itself_is_cut() -> None:
    """A copies nothing of Z, and meets through Y one that does."""
    of_lake = [entry("Y", 6, text=LINK), entry("Z", 5, text=BEYOND)]
    rows = [article("A", FIRST, 1), article("B", LAST, 9)]
    found = clusters(rows, [(0, 2), (1, 2), (1, 3)], alike=of_lake)
    assert found.head_of == {1: "Z"}
    assert found.crowned == {"Y": "A"}


REVISED: Final[dict[str, Any]] = {
    "heads": [entry("Z", 5, text=LAST)],
    "exact": [entry("Y", 6, "Z", text=FIRST)],
}
"""Z was revised after Y had copied its old text."""


@pytest.mark.parametrize("day", [1, 9], ids=["published-before", "published-later"])
def test_a_text_that_stands_in_a_cluster_of_the_lake_stays_with_it(day: int) -> None:
    """However far it is from the article, whose place it does not take either."""
    found = clusters([article("A", FIRST, day)], **REVISED)
    assert (found.head_of, found.crowned) == ({0: "Z"}, {})
    assert found.ways[0].is_far


def test_a_text_that_is_like_one_of_a_cluster_does_not_stay_with_it() -> None:
    rows = [article("A", FIRST, 8), article("B", f"{FIRST}x", 9)]
    found = clusters(rows, [(0, 1)], **REVISED)
    assert (found.head_of, found.crowned) == ({0: "Z"}, {})


def test_a_text_that_stands_in_a_cluster_stays_when_another_is_crowned() -> None:
    rows = [article("A", LINK, 1), article("B", BEYOND, 9)]
    lake: dict[str, Any] = {
        "heads": [entry("Z", 5, text=FIRST)],
        "exact": [entry("Y", 6, "Z", text=BEYOND)],
    }
    found = clusters(rows, [(0, 2)], alike=[entry("Z", 5, text=FIRST)], **lake)
    assert found.crowned == {"Z": "A"}
    assert found.head_of == {1: "A"}


TEXTS = st.integers(0, 12).map(lambda start: ascii_lowercase[start : start + 8])
DAYS = st.none() | st.integers(1, 4)
ROWS = st.lists(st.tuples(TEXTS, DAYS), min_size=6, max_size=6)
OF_LAKE = st.lists(st.tuples(TEXTS, DAYS), min_size=5, max_size=5)
LINKS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 10)), max_size=14)
EXACT = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2)), max_size=2)
"""A text of the batch that is one of the lake's, and the article there that it copies."""


def told(
    rows: list[dict[str, Any]],
    links: list[tuple[int, int]],
    lake: list[tuple[str, int | None]],
    exact: list[tuple[str, str]],
    staying: str,
) -> Clusters:
    """Find the clusters against a lake of articles X, Y, Z and copies V and W of X and Y."""
    told = zip("XYZVW", (None, None, None, "X", "Y"), lake, strict=True)
    alike = [entry(name, day, head, text=text) for name, head, (text, day) in told]
    same = [entry(f"S{n}", 6, head, text=text) for n, (text, head) in enumerate(exact)]
    return clusters(rows, links, alike=alike, exact=same, staying=staying)


@given(
    ROWS,
    LINKS,
    st.tuples(OF_LAKE, EXACT),
    st.sampled_from(["", "A", "AB"]),
    st.permutations(range(6)),
)
def test_whatever_is_linked(
    of_rows: list[tuple[str, int | None]],
    links: list[tuple[int, int]],
    known: tuple[list[tuple[str, int | None]], list[tuple[int, int]]],
    staying: str,
    order: list[int],
) -> None:
    """Nobody copies a copy, or what is far from it but for its very text; order tells nothing."""
    rows = [article(NAMES[n], *each) for n, each in enumerate(of_rows)]
    links = [(one, other) for one, other in links if one != other]
    lake, exact = known
    same = [(of_rows[row][0], "XYZ"[head]) for row, head in exact]
    found = told(rows, links, lake, same, staying)
    assert not {NAMES[row] for row in found.head_of} & {*found.head_of.values(), *staying}
    assert not found.crowned.keys() & {*found.head_of.values(), *staying}
    assert {*found.crowned.values()} <= found.rows_of_heads.keys()
    assert found.ways.keys() == found.head_of.keys()
    known_as = {new: old for old, new in found.crowned.items()}
    for row, way in found.ways.items():
        head = found.head_of[row]
        assert not way.is_far or (of_rows[row][0], known_as.get(head, head)) in same
    places = {row: place for place, row in enumerate(order)} | {n: n for n in range(6, 11)}
    turned = [(places[one], places[other]) for one, other in links]
    again = told([rows[n] for n in order], turned, lake, same, staying)
    assert again.crowned == found.crowned
    assert {order[row]: head for row, head in again.head_of.items()} == found.head_of
