"""Clusters by links that are given; a text is its letters, each of them a content word."""

import random
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from string import ascii_lowercase
from typing import Any, Final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.deduplicate import DEFAULTS
from tasks.deduplicate.clusters import Clusters, Known, find_clusters, precedence_of
from tasks.deduplicate.ways import EXACT, NEAR, Comparing
from tests.deduplicate.no_history import NoHistory
from tests.deduplicate.test_decide import candidate, table

Entry = Mapping[str, Any]

NAMES: Final = "ABCDEFGH"
COMMON: Final = "abcdefgh"
"""What texts have in common whose ends alone differ."""

FIRST, LINK, LAST, BEYOND = (ascii_lowercase[start : start + 8] for start in (0, 3, 6, 9))
"""A chain: each has something in common with the next, and hardly anything with that after it."""


def codes(text: str) -> list[int]:
    return [ord(letter) << 2 for letter in text]


def article(name: str, text: str, day: int | None, **more: Any) -> dict[str, Any]:
    """Return a candidate whose words are the letters of its text."""
    return candidate(name, text, day, codes=codes(text), **more)


def entry(name: str, day: int | None, copies_of: str | None = None, text: str = "") -> Entry:
    """Return one article of the lake as its index tells it, like the batch's if not told."""
    text = text or COMMON + name
    return {
        "article_id": name,
        "source": "صحيفة",
        "published_at": datetime(2026, 1, day, tzinfo=UTC) if day else None,
        "duplicate_of": copies_of,
        "text_key": text.encode().ljust(16, b"."),
        "codes": codes(text),
    }


def clusters(
    rows: list[dict[str, Any]],
    pairs: Iterable[tuple[int, int]] = (),
    *,
    alike: Iterable[Entry] = (),
    exact: Iterable[Entry] = (),
    heads: Iterable[Entry] = (),
    staying: Iterable[str] = (),
) -> Clusters:
    """Find the clusters of rows; in ``pairs`` texts that are ``alike`` count on from the rows."""
    candidates = table(rows)
    alike, exact = list(alike), list(exact)
    canonical = {each["article_id"]: each for each in [*alike, *exact, *heads]}
    return find_clusters(
        candidates,
        precedence_of(candidates, np.arange(len(rows))),
        np.array(list(pairs), np.int64).reshape(-1, 2),
        Known(exact, alike, canonical, staying=frozenset(staying)),
        Comparing(candidates, NoHistory(canonical.values()), DEFAULTS),
    )


def articles(*days: int | None) -> list[dict[str, Any]]:
    """Return an article for each day: A, B and so on, each with an end of its own."""
    return [article(name, COMMON + name, day) for name, day in zip(NAMES, days, strict=False)]


def test_texts_in_no_company_are_in_no_cluster() -> None:
    assert clusters(articles(1, 2, 3)) == Clusters()


def test_what_is_linked_however_far_around_is_one() -> None:
    found = clusters(articles(5, 4, 3, 2, 1), [(0, 1), (1, 2), (2, 4)])
    assert found.head_of == {0: "E", 1: "E", 2: "E"}
    assert found.rows_of_heads == {"E": 4}
    assert found.crowned == {}


def test_equal_texts_and_links_join_together() -> None:
    rows = [
        article("A", COMMON + "x", 1), article("B", COMMON + "x", 2), article("C", COMMON + "y", 3)
    ]  # fmt: skip
    found = clusters(rows, [(0, 2)])
    assert found.head_of == {1: "A", 2: "A"}
    assert {row: way.kind for row, way in found.ways.items()} == {1: EXACT, 2: NEAR}


@given(
    st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=12),
    st.lists(st.none() | st.integers(1, 3), min_size=8, max_size=8),
    st.randoms(use_true_random=False),
)
def test_clusters_are_the_connected_parts(
    pairs: list[tuple[int, int]], days: list[int | None], chance: random.Random
) -> None:
    """As by spreading from article to article; whatever the order of rows and of links."""
    group = {row: {row} for row in range(8)}
    for one, other in pairs:
        joined = group[one] | group[other]
        group |= dict.fromkeys(joined, joined)
    order = list(range(8))
    chance.shuffle(order)
    rows = [article(NAMES[n], COMMON + NAMES[n], days[n]) for n in order]
    place = {n: row for row, n in enumerate(order)}
    links = [(place[one], place[other]) for one, other in pairs if one != other]
    chance.shuffle(links)
    found = clusters(rows, links)
    for n in range(8):
        head = min(group[n], key=lambda member: (days[member] or 99, NAMES[member]))
        wanted = NAMES[head] if head != n else None
        assert found.head_of.get(place[n]) == wanted
        assert (found.rows_of_heads.get(NAMES[n]) == place[n]) == (
            wanted is None and len(group[n]) > 1
        )


@pytest.mark.parametrize(
    ("rows", "order"),
    [
        pytest.param(articles(3, 1, 2), "BCA", id="first-published"),
        pytest.param(articles(None, 2, None), "BAC", id="undated-last"),
        pytest.param(
            [candidate("A", "a", 1, words=20), candidate("B", "b", 1, words=30)], "BA", id="longest"
        ),
        pytest.param(
            [candidate("B", "b", 1), candidate("C", "c", 1), candidate("A", "a", 1)],
            "ABC",
            id="smallest-id",
        ),
    ],
)
def test_precedence(rows: list[dict[str, Any]], order: str) -> None:
    found = precedence_of(table(rows), np.arange(len(rows)))
    assert "".join(rows[row]["article_id"] for row in found) == order


def test_precedence_of_some_rows() -> None:
    assert precedence_of(table(articles(4, 3, 2, 1)), np.array([0, 2])).tolist() == [2, 0]


@pytest.mark.parametrize(
    ("day", "of_lake", "crowned"),
    [
        pytest.param(1, 2, True, id="earlier"),
        pytest.param(2, 2, False, id="of-the-same-time"),
        pytest.param(3, 2, False, id="later"),
        pytest.param(None, 2, False, id="undated"),
        pytest.param(9, None, True, id="the-lakes-is-undated"),
        pytest.param(None, None, False, id="both-undated"),
    ],
)
def test_the_crown_passes_to_an_earlier_date_only(
    day: int | None, of_lake: int | None, crowned: bool
) -> None:
    """Neither length nor id moves what is published: it keeps its place where dates are equal."""
    found = clusters(articles(day), [(0, 1)], alike=[entry("Z", of_lake)])
    assert found.crowned == ({"Z": "A"} if crowned else {})
    assert found.head_of == ({} if crowned else {0: "Z"})
    assert found.rows_of_heads == ({"A": 0} if crowned else {})


def test_the_first_of_several_newcomers_is_crowned_and_the_others_follow_it() -> None:
    found = clusters(articles(3, 1, 2, 9), [(0, 4), (1, 4), (2, 4), (3, 4)], alike=[entry("Z", 5)])
    assert found.crowned == {"Z": "B"}
    assert found.head_of == {0: "B", 2: "B", 3: "B"}


def test_a_copy_in_the_lake_stands_for_the_article_that_it_copies() -> None:
    met, head = entry("Y", 6, "Z"), entry("Z", 5)
    assert clusters(articles(7), [(0, 1)], alike=[met], heads=[head]).head_of == {0: "Z"}
    earlier = clusters(articles(4), [(0, 1)], alike=[met], heads=[head])
    assert earlier.crowned == {"Z": "A"}


def test_an_equal_text_in_the_lake_counts_as_one_that_is_met() -> None:
    rows = [article("A", COMMON + "x", 7), article("B", COMMON + "y", 8)]
    found = clusters(rows, [(0, 1)], exact=[entry("Z", 5, text=COMMON + "x")])
    assert found.head_of == {0: "Z", 1: "Z"}


def test_clusters_of_the_lake_are_not_joined_by_what_is_like_both() -> None:
    """The newcomer joins the one that was published first; the other keeps its article."""
    both = [entry("Y", 4), entry("Z", 3)]
    found = clusters(articles(9), [(0, 1), (0, 2)], alike=both)
    assert (found.head_of, found.crowned) == ({0: "Z"}, {})


def test_an_earlier_newcomer_that_is_like_two_clusters_takes_the_place_of_one() -> None:
    both = [entry("Y", 4), entry("Z", 3)]
    found = clusters(articles(1), [(0, 1), (0, 2)], alike=both)
    assert (found.head_of, found.crowned) == ({}, {"Z": "A"})


def test_articles_that_stay_are_nobodys_copies() -> None:
    """A revision keeps its place, even beside an earlier article that it has become like."""
    found = clusters(articles(1, 2, 3), [(0, 1), (1, 2)], staying="B")
    assert found.head_of == {0: "B", 2: "B"}
    assert found.rows_of_heads == {"B": 1}


def test_an_article_that_stays_is_not_deposed() -> None:
    found = clusters(articles(1, 9), [(0, 1)], staying="B")
    assert (found.head_of, found.crowned) == ({0: "B"}, {})


def test_an_article_that_is_revised_elsewhere_in_the_batch_is_not_deposed() -> None:
    """What is like a copy of its old text follows it, whatever its new text is like."""
    met, head = entry("Y", 6, "Z"), entry("Z", 5)
    rows = [*articles(1), article("Z", LAST, 5)]
    found = clusters(rows, [(0, 2)], alike=[met], heads=[head], staying="Z")
    assert (found.head_of, found.crowned) == ({0: "Z"}, {})


def test_of_two_that_stay_the_first_is_the_article_and_the_other_no_copy() -> None:
    found = clusters(articles(2, 1, 3), [(0, 1), (1, 2)], staying="AB")
    assert found.head_of == {2: "B"}


def test_an_article_that_stays_is_no_copy_of_the_lakes() -> None:
    found = clusters(articles(1, 9), [(0, 2), (1, 2)], alike=[entry("Z", 5)], staying="A")
    assert found.head_of == {1: "A"}
    assert found.crowned == {}
    later = clusters(articles(8, 9), [(0, 2), (1, 2)], alike=[entry("Z", 5)], staying="A")
    assert later.head_of == {1: "Z"}


def test_rows_whose_text_does_not_stand_take_no_part() -> None:
    candidates = table(articles(1, 2, 3))
    found = find_clusters(
        candidates,
        np.array([1, 2]),
        np.array([[1, 2]]),
        Known([], [], {}),
        Comparing(candidates, NoHistory(), DEFAULTS),
    )
    assert found.head_of == {2: "B"}
