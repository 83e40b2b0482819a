import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.text.signature_sizes import DEFAULT_SIZES, Sizes
from tasks.text.signatures import NO_KEY, Keys, sign
from tests.text.coding import code_rows, lay_out

REPORT = (
    "افتتح وزير الثقافة متحف الخط العربي في المدينة القديمة بحضور عدد كبير من الفنانين والخطاطين"
    " ويضم المتحف ثلاثمائة مخطوطة نادرة تعود إلى القرن العاشر وقاعة للورش وأخرى للزوار"
)
REPORT_RETOLD = (
    "وقد افتتح وزير الثقافة متحف الخط العربي فى المدينة القديمة، وذلك بحضور عدد كبير من الفنانين"
    " و الخطاطين، كما أكد أنه يضم المتحف ثلاثمائة مخطوطة نادرة وهي تعود الى القرن العاشر، وقاعة"
    " للورش وأيضا أخرى للزوار"
)

ONE_PLACE_A_BAND = Sizes(bands=200, rows=1, opening_bands=1, opening_rows=1, least_shingles=1)
LONG_ENOUGH = DEFAULT_SIZES.least_shingles + 1
"""Content words of the shortest text that is signed."""


def keys_of(*texts: str, sizes: Sizes = DEFAULT_SIZES) -> Keys:
    return sign(lay_out(code_rows(texts)), sizes)


def sign_words(*rows: Sequence[int], sizes: Sizes = DEFAULT_SIZES) -> Keys:
    """Sign texts of content words; each word is a number."""
    return sign(lay_out([[word << 2 for word in row] for row in rows]), sizes)


def test_inserted_and_swapped_function_words_leave_the_keys() -> None:
    one, other = keys_of(REPORT, REPORT_RETOLD)
    assert one.tolist() == other.tolist()


def test_function_words_alone_are_no_text() -> None:
    assert not keys_of("من إلى على في عن مع " * 20).any()


def test_another_content_word_changes_some_keys_and_not_all() -> None:
    one, other = keys_of(REPORT, REPORT.replace("نادرة", "ثمينة"))
    assert 0 < np.count_nonzero(one == other) < len(one)


@pytest.mark.parametrize(
    ("words", "signed"),
    [
        pytest.param(0, False, id="empty"),
        pytest.param(1, False, id="one-word"),
        pytest.param(LONG_ENOUGH - 1, False, id="too-short"),
        pytest.param(LONG_ENOUGH, True, id="long-enough"),
        pytest.param(5000, True, id="long"),
    ],
)
def test_texts_of_too_few_words_have_no_key(words: int, signed: bool) -> None:
    (keys,) = sign_words(range(1, words + 1))
    assert np.all(keys != NO_KEY) if signed else np.all(keys == NO_KEY)


@given(st.lists(st.integers(0, 3), min_size=LONG_ENOUGH, max_size=60))
def test_no_band_of_a_signed_text_is_without_a_key(words: list[int]) -> None:
    """However few the different shingles are: one word over and over fills all places too."""
    (keys,) = sign_words(words)
    assert keys.shape == (DEFAULT_SIZES.all_bands,)
    assert np.all(keys != NO_KEY)


@given(
    st.lists(st.lists(st.integers(0, 2**30 - 1), max_size=40), min_size=1, max_size=6),
    st.randoms(use_true_random=False),
)
def test_keys_depend_on_the_row_alone(rows: list[list[int]], chance: random.Random) -> None:
    alone = [sign_words(row)[0].tolist() for row in rows]
    order = list(range(len(rows)))
    chance.shuffle(order)
    together = sign_words(*(rows[n] for n in order))
    assert together.tolist() == [alone[n] for n in order]


@given(st.lists(st.integers(0, 50), min_size=LONG_ENOUGH, max_size=40))
def test_repeating_what_is_there_changes_nothing(words: list[int]) -> None:
    """Shingles are a set; only the opening is told by what comes first."""
    said_twice = [*words, *words[:1], *words[1:], *words[:1]]
    once = [*words, *words[:1]]  # the shingle that joins the end to the beginning
    bands = DEFAULT_SIZES.bands
    one, other = sign_words(once, said_twice)
    assert one[:bands].tolist() == other[:bands].tolist()


def test_the_order_of_words_counts() -> None:
    one, other = sign_words(range(1, 60), range(59, 0, -1))
    assert not np.any(one == other)


@pytest.mark.parametrize("likeness", [0.1, 0.3, 0.5, 0.8, 0.95])
def test_places_agree_as_often_as_the_texts_are_alike(likeness: float) -> None:
    """Of 200 places of 150 pairs each; the share of 30,000 is told to three standard errors.

    Places of one pair are not independent, but Fast Similarity Sketching is concentrated as if they
    were (Dahlgaard, Knudsen and Thorup, 2017).
    """
    chance = random.Random(7)
    pairs, size = 150, 200
    agreed, alike = 0, 0.0
    for _ in range(pairs):
        common = round(2 * size * likeness / (1 + likeness))
        words = chance.sample(range(1, 1 << 30), 3 * size)
        shared, mine, yours = words[:common], words[size : 2 * size], words[2 * size :]
        one, other = shared + mine[common:], shared + yours[common:]
        keys = sign_words(one, other, sizes=ONE_PLACE_A_BAND)[:, : ONE_PLACE_A_BAND.bands]
        agreed += int(np.count_nonzero(keys[0] == keys[1]))
        sets = [{*pairwise(row)} for row in (one, other)]
        alike += len(sets[0] & sets[1]) / len(sets[0] | sets[1])
    places = pairs * ONE_PLACE_A_BAND.bands
    expected = alike / pairs
    error = (expected * (1 - expected) / places) ** 0.5
    assert abs(agreed / places - expected) < 3 * error + 2**-31


@pytest.mark.parametrize("likeness", [0.2, 0.5, 0.8])
def test_bands_meet_as_often_as_their_places_agree_together(likeness: float) -> None:
    """A band of three agrees with the probability J³; 200 pairs, 42 bands each, three errors."""
    chance = random.Random(11)
    pairs, size = 200, 300
    bands = DEFAULT_SIZES.bands
    met, expected = 0, 0.0
    for _ in range(pairs):
        common = round(2 * size * likeness / (1 + likeness))
        words = chance.sample(range(1, 1 << 30), 3 * size)
        one = words[:common] + words[size + common : 2 * size]
        other = words[:common] + words[2 * size + common :]
        keys = sign_words(one, other)[:, :bands]
        met += int(np.count_nonzero(keys[0] == keys[1]))
        sets = [{*pairwise(row)} for row in (one, other)]
        expected += (len(sets[0] & sets[1]) / len(sets[0] | sets[1])) ** DEFAULT_SIZES.rows
    share, wanted = met / (pairs * bands), expected / pairs
    assert abs(share - wanted) < 3 * (wanted * (1 - wanted) / (pairs * bands)) ** 0.5


def test_the_same_bins_in_two_bands_give_other_keys() -> None:
    """Where they gave the same, texts would meet across bands, and each band say less."""
    (keys,) = sign_words([5] * 40)  # one shingle: its rounds fill bins alike
    assert len({*keys.tolist()}) == len(keys)


def test_all_keys_of_many_texts_differ() -> None:
    chance = random.Random(3)
    rows = [[chance.randrange(1, 1 << 30) for _ in range(60)] for _ in range(40)]
    keys = sign_words(*rows)
    assert len(np.unique(keys)) == keys.size


def test_a_copy_that_was_cut_short_has_the_opening_s_keys() -> None:
    whole = list(range(1, 400))
    keys = sign_words(whole, whole[: DEFAULT_SIZES.opening_words])[:, DEFAULT_SIZES.bands :]
    assert keys[0].tolist() == keys[1].tolist()
    later = [*range(1, 40), 999, *range(41, 400)]
    keys = sign_words(whole, later)[:, DEFAULT_SIZES.bands :]
    assert keys[0].tolist() != keys[1].tolist()


def test_what_stands_behind_the_opening_leaves_its_keys() -> None:
    opening = list(range(1, DEFAULT_SIZES.opening_words + 1))
    keys = sign_words([*opening, *range(100, 300)], [*opening, *range(500, 700)])
    assert keys[0, DEFAULT_SIZES.bands :].tolist() == keys[1, DEFAULT_SIZES.bands :].tolist()


@pytest.mark.parametrize(
    "sizes",
    [
        pytest.param(replace(DEFAULT_SIZES, bands=7, rows=5), id="bands"),
        pytest.param(replace(DEFAULT_SIZES, opening_bands=3, opening_rows=4), id="opening-bands"),
    ],
)
def test_there_is_a_key_for_each_band(sizes: Sizes) -> None:
    keys = sign_words(range(1, 60), [], sizes=sizes)
    assert keys.shape == (2, sizes.bands + sizes.opening_bands)
    assert np.all(keys[0] != NO_KEY)


def test_no_texts() -> None:
    assert sign_words().shape == (0, DEFAULT_SIZES.all_bands)
