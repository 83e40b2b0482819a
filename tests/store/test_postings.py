"""The postings: what a look-up finds however texts were written and merged, and what damage is."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.store import postings
from tasks.store.postings import (
    FAN_OUT,
    Run,
    check_run,
    due_merge,
    find_candidates,
    merge_runs,
    remove_unlisted,
    write_run,
)
from tasks.store.postings_file import FENCES, KEYS, NUMBERS, PAGE, DamagedRun, Shape

LAST: Final = 2**32 - 1
MANY: Final = 10**6

Rows = Sequence[Sequence[int]] | npt.NDArray[np.uint32]


def uint32(values: object) -> npt.NDArray[np.uint32]:
    return np.array(values, np.uint32)


def write(folder: Path, texts: dict[int, Sequence[int]]) -> Run:
    bands = len(next(iter(texts.values())))
    return write_run(folder, uint32([*texts]), uint32([*texts.values()]).reshape(-1, bands))


def find(
    folder: Path, runs: Sequence[Run], keys: Rows, most: int = MANY
) -> list[tuple[int, int, int]]:
    hits = find_candidates(folder, runs, uint32(keys), most_per_key=most)
    assert [hits.rows.dtype, hits.numbers.dtype, hits.shared.dtype] == ["i8", "u4", "i2"]
    return list(zip(hits.rows.tolist(), hits.numbers.tolist(), hits.shared.tolist(), strict=True))


def random_keys(texts: int, bands: int, seed: int = 1) -> npt.NDArray[np.uint32]:
    return np.random.default_rng(seed).integers(0, 2**32, (texts, bands), dtype=np.uint32)


@pytest.mark.parametrize(
    ("texts", "sought", "expected"),
    [
        pytest.param({7: (1, 2, 3)}, [(1, 2, 3)], [(0, 7, 3)], id="one-text"),
        pytest.param({7: (1, 2, 3)}, [(1, 9, 3)], [(0, 7, 2)], id="some-bands"),
        pytest.param({7: (1, 2, 3)}, [(2, 3, 1)], [], id="other-bands-do-not-count"),
        pytest.param(
            {7: (1, 2), 3: (1, 2)},
            [(1, 9), (9, 2)],
            [(0, 3, 1), (0, 7, 1), (1, 3, 1), (1, 7, 1)],
            id="by-row-and-number",
        ),
        pytest.param(
            {0: (0, 0), LAST: (LAST, LAST)},
            [(0, LAST), (LAST, 0)],
            [(0, 0, 1), (0, LAST, 1), (1, 0, 1), (1, LAST, 1)],
            id="extremes",
        ),
        pytest.param({5: (10, 10)}, [(9, 9), (11, 11)], [], id="below-and-above"),
        pytest.param({5: (1, 1)}, [(1, 1), (1, 1)], [(0, 5, 2), (1, 5, 2)], id="a-row-twice"),
    ],
)
def test_finds(
    texts: dict[int, Sequence[int]],
    sought: Rows,
    expected: list[tuple[int, int, int]],
    tmp_path: Path,
) -> None:
    assert find(tmp_path, [write(tmp_path, texts)], sought) == expected


def test_nothing_finds_nothing(tmp_path: Path) -> None:
    empty = write_run(tmp_path, uint32([]), uint32([]).reshape(0, 3))
    one = write(tmp_path, {1: (1, 1, 1)})
    assert check_run(tmp_path, empty, bands=3) is None
    assert find(tmp_path, [], [(1, 1, 1)]) == []
    assert find(tmp_path, [empty], [(1, 1, 1)]) == []
    assert find(tmp_path, [empty, one], [(1, 1, 1)]) == [(0, 1, 3)]
    nobody = find_candidates(tmp_path, [one], np.empty((0, 3), np.uint32), most_per_key=9)
    assert len(nobody.rows) == len(nobody.numbers) == len(nobody.shared) == 0
    merged = merge_runs(tmp_path, [empty, one], bands=3, gone=uint32([1]))
    assert (merged.texts, find(tmp_path, [merged], [(1, 1, 1)])) == (0, [])


@pytest.mark.parametrize("held", [postings._HELD, 900])
@pytest.mark.parametrize("texts", [PAGE - 1, PAGE, PAGE + 1, 3 * PAGE, 3 * PAGE + 1])
def test_every_key_of_every_page_is_found(
    texts: int, held: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postings, "_HELD", held)
    keys = random_keys(texts, 2)
    run = write_run(tmp_path, np.arange(texts, dtype=np.uint32), keys)
    assert check_run(tmp_path, run, bands=2) is None
    assert find(tmp_path, [run], keys) == [(n, n, 2) for n in range(texts)]
    for some in (1, 2, 7):
        found = find(tmp_path, [run], keys[5 : 5 + some])
        assert found == [(row, 5 + row, 2) for row in range(some)]


@pytest.mark.parametrize("most", [1, 3, PAGE, PAGE + 3, 5 * PAGE])
def test_of_too_many_texts_the_latest_of_each_run_are_taken(most: int, tmp_path: Path) -> None:
    texts = 4 * PAGE
    keys = np.full((texts, 2), 77, np.uint32)
    runs = [
        write_run(tmp_path, np.arange(texts, dtype=np.uint32), keys),
        write_run(tmp_path, np.arange(texts, 2 * texts, dtype=np.uint32), keys),
    ]
    taken = min(most, texts)
    latest = [*range(texts - taken, texts), *range(2 * texts - taken, 2 * texts)]
    assert find(tmp_path, runs, [(77, 1)], most) == [(0, number, 1) for number in latest]


def test_a_number_that_was_written_twice_counts_once(tmp_path: Path) -> None:
    twice = write_run(tmp_path, uint32([4, 4]), uint32([[1, 2], [1, 3]]))
    again = write(tmp_path, {4: (1, 2)})
    assert find(tmp_path, [twice, again], [(1, 2), (9, 3)]) == [(0, 4, 2), (1, 4, 1)]
    merged = merge_runs(tmp_path, [twice, again], bands=2, gone=None)
    assert find(tmp_path, [merged], [(1, 2), (9, 3)]) == [(0, 4, 2), (1, 4, 1)]


def test_many_hits_are_added_up_as_few_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = random_keys(50, 9) % 4
    run = write_run(tmp_path, np.arange(50, dtype=np.uint32), keys)
    at_once = find(tmp_path, [run], keys)
    monkeypatch.setattr(postings, "_FOLDED", 100)
    assert find(tmp_path, [run], keys) == at_once
    assert {9} == {shared for row, number, shared in at_once if row == number}


def test_numbers_and_keys_belong_together(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="2 numbers"):
        write_run(tmp_path, uint32([1, 2]), random_keys(1, 3))


@pytest.mark.parametrize(
    "gone", [None, [], [0], [5, 700, 2999, 3000], range(0, 3000, 2), range(1500), range(3000)]
)
def test_merging_leaves_out_what_is_gone(
    gone: Sequence[int] | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postings, "_SLICE", 500)
    keys = random_keys(3000, 3)
    numbers = np.arange(3001, dtype=np.uint32) * np.uint32(1367 << 10)  # low bits tell few apart
    runs = [write_run(tmp_path, numbers[:-1][i::5], keys[i::5]) for i in range(5)]
    without = None if gone is None else numbers[[*gone]]
    merged = merge_runs(tmp_path, runs, bands=3, gone=without)
    stay = sorted({*range(3000)} - {*(gone or ())})
    assert (merged.level, merged.texts) == (1, len(stay))
    assert check_run(tmp_path, merged, bands=3) is None
    assert find(tmp_path, [merged], keys) == [(n, numbers[n], 3) for n in stay]


@pytest.mark.parametrize(
    ("levels", "due"),
    [
        pytest.param([], [], id="none"),
        pytest.param([0] * (FAN_OUT - 1), [], id="too-few"),
        pytest.param([0] * FAN_OUT, range(FAN_OUT), id="a-level"),
        pytest.param([0] * (FAN_OUT - 1) + [1], [], id="of-two-levels"),
        pytest.param([1] * (FAN_OUT - 1) + [0] * FAN_OUT, range(2 * FAN_OUT - 1), id="both"),
        pytest.param([2] * 7 + [0] * FAN_OUT, range(7, 7 + FAN_OUT), id="not-beyond-a-gap"),
        pytest.param([3] * FAN_OUT + [0], range(FAN_OUT), id="an-upper-level"),
    ],
)
def test_what_is_due(levels: list[int], due: Sequence[int]) -> None:
    runs = [Run(f"{number}", level, 1) for number, level in enumerate(levels)]
    assert sorted(int(run.name) for run in due_merge(runs)) == [*due]


def test_runs_stay_few_and_texts_are_written_once_a_level() -> None:
    runs: list[Run] = []
    written = 0
    for number in range(8**4):
        runs.append(Run(f"{number}", 0, 1))
        while due := due_merge(runs):
            texts = sum(run.texts for run in due)
            written += texts
            level = max(run.level for run in due) + 1
            runs = [run for run in runs if run not in due] + [Run(f"m{number}", level, texts)]
        assert len(runs) <= 4 * (FAN_OUT - 1)
    assert [run.texts for run in runs] == [8**4]
    assert written <= 4 * 8**4


def test_many_texts_at_once_are_not_merged_with_every_few(tmp_path: Path) -> None:
    sizes = (1, 8191, 8192, 65536)
    runs = [write_run(tmp_path, np.arange(n, dtype=np.uint32), random_keys(n, 1)) for n in sizes]
    assert [run.level for run in runs] == [0, 0, 1, 2]


class Model:
    """What a run holds, as dictionaries: of each band and key the numbers, twice if given twice."""

    def __init__(self, texts: Sequence[tuple[int, Sequence[int]]]) -> None:
        self.texts = texts

    def hits(self, keys: Sequence[int], most: int) -> set[tuple[int, int]]:
        """Return (band, number) of those that agree."""
        of_key: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        for number, own in self.texts:
            for band, key in enumerate(own):
                of_key[band, key].append(number)
        return {
            (band, number)
            for band, key in enumerate(keys)
            for number in sorted(of_key[band, key])[-most:]
        }


BANDS: Final = 3
SOME_KEYS: Final = st.tuples(*[st.sampled_from([0, 1, 2, 2**31, LAST])] * BANDS)
SOME_NUMBERS: Final = st.one_of(st.integers(0, 12), st.sampled_from([LAST - 1, LAST]))
SOME_TEXTS: Final = st.lists(st.tuples(SOME_NUMBERS, SOME_KEYS), max_size=12)
STEPS: Final = st.lists(
    st.one_of(
        SOME_TEXTS,
        st.tuples(st.sets(st.integers(0, 9), min_size=1), st.none() | st.sets(SOME_NUMBERS)),
    ),
    max_size=8,
)


@settings(max_examples=60)
@given(STEPS, st.lists(SOME_KEYS, max_size=6), st.integers(1, 5))
def test_it_finds_what_a_model_finds(steps: list[Any], sought: Rows, most: int) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        live: list[tuple[Run, Model]] = []
        for step in steps:
            if isinstance(step, list):
                numbers, keys = uint32([n for n, _ in step]), uint32([k for _, k in step])
                live.append((write_run(folder, numbers, keys.reshape(-1, BANDS)), Model(step)))
                continue
            chosen, gone = step
            merged = [live[place] for place in sorted(chosen) if place < len(live)]
            if not merged:
                continue
            without = None if gone is None else uint32(sorted(gone))
            run = merge_runs(folder, [run for run, _ in merged], bands=BANDS, gone=without)
            texts = [text for _, model in merged for text in model.texts]
            stay = [text for text in texts if text[0] not in (gone or ())]
            live = [*(each for each in live if each not in merged), (run, Model(stay))]
            assert run.texts == len(stay)
        runs = [run for run, _ in live]
        assert [check_run(folder, run, bands=BANDS) for run in runs] == [None] * len(runs)
        expected = []
        for row, keys in enumerate(sought):
            met = set().union(*(model.hits(keys, most) for _, model in live))
            shared = Counter(number for _, number in met)
            expected += [(row, number, shared[number]) for number in sorted(shared)]
        rows = uint32(sought).reshape(-1, BANDS)
        assert find(folder, runs, rows, most) == expected


def _remove(path: Path) -> None:
    path.unlink()


def _cut(size: int) -> Callable[[Path], None]:
    def cut(path: Path) -> None:
        path.write_bytes(path.read_bytes()[:size])

    return cut


def _lengthen(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


def _flip(place: int) -> Callable[[Path], None]:
    def flip(path: Path) -> None:
        content = bytearray(path.read_bytes())
        content[place] ^= 1
        path.write_bytes(content)

    return flip


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        pytest.param(_remove, "missing", id="missing"),
        pytest.param(_cut(0), "no run", id="empty"),
        pytest.param(_cut(20), "no run", id="within-the-facts"),
        pytest.param(_cut(40), "shorter", id="within-the-header"),
        pytest.param(_cut(-1), "shorter", id="a-byte-short"),
        pytest.param(_lengthen, "longer", id="a-byte-long"),
        pytest.param(_flip(0), "no run", id="magic"),
        pytest.param(_flip(8), "layout", id="layout"),
        pytest.param(_flip(12), "bands", id="bands"),
        pytest.param(_flip(16), "texts", id="texts"),
        pytest.param(_flip(24), "header", id="level"),
        pytest.param(_flip(28), "header", id="checksum"),
        pytest.param(_flip(33), "header", id="a-checksum-of-a-section"),
        pytest.param(_flip(4095), "header", id="behind-the-header"),
    ],
)
def test_damage_is_told_by_whoever_opens_a_run(
    harm: Callable[[Path], None], told: str, tmp_path: Path
) -> None:
    keys = random_keys(50, 3)
    run = write_run(tmp_path, np.arange(50, dtype=np.uint32), keys)
    harm(tmp_path / run.name)
    with pytest.raises(DamagedRun, match=told) as caught:
        find_candidates(tmp_path, [run], keys, most_per_key=9)
    assert caught.value.facts == {"path": str(tmp_path / run.name)}
    with pytest.raises(DamagedRun, match=told):
        merge_runs(tmp_path, [run], bands=3, gone=None)
    fault = check_run(tmp_path, run, bands=3)
    assert fault is not None
    assert told in fault


@pytest.mark.parametrize("bands", [2, 4])
def test_a_run_of_other_bands_is_damage(bands: int, tmp_path: Path) -> None:
    run = write_run(tmp_path, np.arange(9, dtype=np.uint32), random_keys(9, 3))
    with pytest.raises(DamagedRun, match="bands"):
        find_candidates(tmp_path, [run], random_keys(9, bands), most_per_key=9)


@pytest.mark.parametrize("section", [FENCES, KEYS, NUMBERS])
@pytest.mark.parametrize("texts", [50, PAGE + 1])
def test_a_changed_bit_is_found_and_not_merged(texts: int, section: int, tmp_path: Path) -> None:
    keys = random_keys(texts, 3)
    runs = [write_run(tmp_path, np.arange(texts, dtype=np.uint32), keys) for _ in range(2)]
    path = tmp_path / runs[1].name
    whole = path.read_bytes()
    shape = Shape(3, texts, 0)
    for band in range(3):
        first = shape.place(band, section)
        for place in (first, first + 4 * shape.length(section) - 1):
            _flip(place)(path)
            assert f"band {band} was changed" in str(check_run(tmp_path, runs[1], bands=3))
            for gone in (None, uint32([3])) if section != FENCES else ():  # they are made again
                with pytest.raises(DamagedRun, match="changed"):
                    merge_runs(tmp_path, runs, bands=3, gone=gone)
            path.write_bytes(whole)
    assert {each.name for each in tmp_path.iterdir()} == {run.name for run in runs}


def test_unlisted_runs_are_removed_and_nothing_else(tmp_path: Path) -> None:
    listed, unlisted = (write(tmp_path, {1: (1, 2)}) for _ in range(2))
    for name in (f".{unlisted.name}.0a1b2c3d", "duplicates.sqlite", ".hidden", "notes.txt"):
        (tmp_path / name).write_bytes(b"")
    remove_unlisted(tmp_path, [listed])
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {listed.name, "duplicates.sqlite", ".hidden", "notes.txt"}
    remove_unlisted(tmp_path / "none", [])
