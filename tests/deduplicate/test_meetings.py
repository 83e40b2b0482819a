import random
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.deduplicate.meetings import MOST_BEFORE, find_meetings
from tasks.text.signatures import NO_KEY, Keys

TABLES = st.integers(1, 4).flatmap(
    lambda bands: st.lists(
        st.lists(st.integers(0, 6), min_size=bands, max_size=bands), min_size=1, max_size=24
    )
)


def as_keys(rows: list[list[int]]) -> Keys:
    return np.array(rows, np.uint32)


def meetings(keys: Keys, order: npt.ArrayLike) -> list[tuple[int, int]]:
    found = find_meetings(keys, np.array(order, np.int64))
    return [(one, other) for one, other in found.tolist()]


@given(TABLES, st.randoms(use_true_random=False))
def test_each_pair_that_agrees_in_a_band_is_found_once(
    rows: list[list[int]], chance: random.Random
) -> None:
    """As by comparing all with all: sorted, the smaller row first, rows left out take no part."""
    keys = as_keys(rows)
    order = [row for row in range(len(rows)) if chance.random() < 0.8]
    chance.shuffle(order)
    wanted = [
        (one, other)
        for one, other in combinations(sorted(order), 2)
        if np.any((keys[one] == keys[other]) & (keys[one] != NO_KEY))
    ]
    assert meetings(keys, order) == wanted


def test_many_texts_against_brute_force() -> None:
    """More pairs than the kernel has room for at first."""
    chance = np.random.default_rng(5)
    keys = chance.integers(1, 100, (6000, 2), dtype=np.uint32)
    wanted = set()
    for band in range(2):
        for key in range(1, 100):
            rows = np.flatnonzero(keys[:, band] == key).tolist()
            for n, row in enumerate(rows):
                wanted |= {(before, row) for before in rows[max(0, n - MOST_BEFORE) : n]}
    assert meetings(keys, np.arange(6000)) == sorted(wanted)
    assert len(wanted) > 2 * (1 << 16)


def test_texts_without_keys_meet_nothing() -> None:
    assert meetings(np.full((50, 3), NO_KEY), np.arange(50)) == []


@pytest.mark.parametrize("texts", [0, 1])
def test_too_few_texts_to_meet(texts: int) -> None:
    assert meetings(np.ones((texts, 3), np.uint32), np.arange(texts)) == []
    assert meetings(np.ones((9, 3), np.uint32), np.arange(texts)) == []


def test_keys_of_two_bands_do_not_meet() -> None:
    assert meetings(as_keys([[1, 2], [2, 1]]), [0, 1]) == []


@pytest.mark.parametrize("texts", [MOST_BEFORE + 1, MOST_BEFORE + 2, 400])
def test_of_a_series_each_meets_so_many_before_it(texts: int) -> None:
    keys = np.ones((texts, 2), np.uint32)
    wanted = [(b, a) for a in range(texts) for b in range(max(0, a - MOST_BEFORE), a)]
    assert meetings(keys, np.arange(texts)) == sorted(wanted)


def test_another_key_in_the_same_slot_does_not_count() -> None:
    """Between two texts of one key there may be any number of another: places are few."""
    slots = 1 << 10  # more than there are for so few texts
    rows = [[slots], *[[2 * slots]] * (2 * MOST_BEFORE), [slots]]
    assert (0, len(rows) - 1) in meetings(as_keys(rows), np.arange(len(rows)))


@given(st.randoms(use_true_random=False))
def test_where_the_rows_stand_does_not_matter(chance: random.Random) -> None:
    """Precedence tells which texts of a long series meet, whatever rows of the table they are."""
    texts = 5 * MOST_BEFORE
    rows = [[chance.randrange(1, 3), chance.randrange(1, 40)] for _ in range(texts)]
    places = list(range(texts))
    chance.shuffle(places)  # text n stands in row places[n]
    moved = np.empty((texts, 2), np.uint32)
    moved[places] = rows
    text_in = {row: text for text, row in enumerate(places)}
    found = {
        tuple(sorted((text_in[one], text_in[other]))) for one, other in meetings(moved, places)
    }
    assert sorted(found) == meetings(as_keys(rows), np.arange(texts))
