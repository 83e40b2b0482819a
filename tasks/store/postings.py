"""Which texts share a band's key with a new one: sorted runs in files, merged as they grow.

A text has a number and, for each of B bands of its signature, a key of 32 bits; two texts are
candidates when their keys agree in a band (Leskovec, Rajaraman and Ullman, Mining of Massive
Datasets, 3.4). Each batch is written as a run, one immutable file, and eight runs of a level become
one of the next: a log-structured merge tree (O'Neil et al., 1996), tiered, which writes a text once
a level. Of a level there are seven at most, so a look-up costs the batch times the logarithm of
history.

The caller keeps the list of the live runs, in its own transaction: a file that is in no list is
garbage, and nothing here decides what is live. What is listed and cannot be read is a
:class:`DamagedRun`; runs are derived, so the caller makes them anew.

On paper, 100 million texts (from ten, measured by ``tests/benchmarks/history_index.py``):

- On disk 2.0 kB an article as then: 160 GB in one database, 42 GB of runs, three of 33 million.
- A batch of 1,000 looks 52,000 keys up in some 20 runs, not in 11: in memory twice the 0.65 CPU s
  of then. Of texts 64 for each are read at most, and are 48 already: a third more.
- First breaks a query of what is not in memory. The keys of 33 million fill 32,000 pages a band, so
  that nearly each that is sought takes a page, 37 microseconds of CPU and a read: 6 CPU s for three
  such runs. Next is making the index anew, 40 microseconds of CPU an article: over an hour in one
  transaction. Last is merging: 3.5 to 4.6 CPU ms for 1,000 texts a level, of which there are five,
  not four; but the batch that makes a run of 33 million waits two minutes, and 27 GB are moved.
- The plan: runs split by ranges of bands. A run is its bands end to end already; a partition is a
  folder with some bands of each run, and a list. :func:`find_candidates` of one is a task, where
  that folder is in memory (thirteen bands: 10 GB), and returns its :class:`Hits`, some 3 MB. Added
  up by row and number they are what one folder gives, as each band counts for itself. Merging is a
  task for each too, after the commit: the lists before and after give the same hits.
- Texts are split by ranges of numbers, of which only the latest grows: each a database, asked for
  its numbers by a task. Entries stay one, of 60 GB: a batch reads a few thousand pages of it.
"""

import secrets
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from tasks.store.files import delete, make_folder, names, putting
from tasks.store.postings_file import (
    FENCES,
    KEYS,
    NUMBERS,
    SUFFIX,
    DamagedRun,
    Numbers,
    OpenRun,
    Pairs,
    Shape,
    fault_of_band,
    give_back,
    is_run_name,
    open_run,
    read_ahead,
    read_at_random,
    read_band,
    write_run_file,
)
from tasks.store.postings_kernel import find_pairs

FAN_OUT: Final = 8
_LEAST_TEXTS: Final = 1024

_SLICE: Final = 1 << 18
"""Pairs that are merged at a time, 2 MiB: sorting them took 10 ns a pair, a merge by heads 20."""

_FOLDED: Final = 1 << 20
"""Pairs of a query that wait, 8 MiB, before the bands of each are added up."""

_THREADS: Final = 4
"""Bands that are looked through at once. Of 10 million texts that were not in memory 1,000 were
found in 3 s, not in 8, on a disk that takes 85 microseconds a read."""

_HELD: Final = 1 << 22
"""Keys of a run, 16 MiB, that a thread goes over before it gives their pages back: the system maps
far more than it is asked for. Of 33 million keys all came into memory when 1,000 were sought."""


@dataclass(frozen=True, slots=True)
class Run:
    """One row of the caller's list: a file in the folder."""

    name: str
    level: int
    texts: int


@dataclass(frozen=True, slots=True)
class Hits:
    """Each row of the query with each number it meets, once, by row and number.

    ``rows`` are int64, ``numbers`` uint32, ``shared`` int16: the bands in which the two agree.
    """

    rows: npt.NDArray[np.int64]
    numbers: Numbers
    shared: npt.NDArray[np.int16]


def write_run(folder: Path, numbers: Numbers, keys: Numbers) -> Run:
    """Write texts as a new run: ``numbers`` uint32[n], in any order, and ``keys`` uint32[n, bands].

    The level follows from n, so that many texts at once are not merged with every few. The file is
    durable when this returns; it counts once the caller lists it.
    """
    if keys.ndim != 2 or keys.shape[0] != len(numbers):
        raise ValueError(f"{len(numbers)} numbers, but keys of the shape {keys.shape}")
    level = 0
    while len(numbers) >= _LEAST_TEXTS * FAN_OUT ** (level + 1):
        level += 1
    bands = ([_pairs(keys[:, band], numbers)] for band in range(keys.shape[1]))
    return _write(folder, Shape(keys.shape[1], len(numbers), level), bands)


def due_merge(runs: Sequence[Run]) -> tuple[Run, ...]:
    """Return the runs that should become one now, none when there are few enough of each level.

    A merge that would make the next one due takes that one's runs along, which writes once less.
    """
    due: list[Run] = []
    for level in sorted({run.level for run in runs}):
        here = [run for run in runs if run.level == level]
        made = 1 if due and due[-1].level == level - 1 else 0
        if len(here) + made >= FAN_OUT:
            due += here
        elif due:
            break
    return tuple(due)


def merge_runs(folder: Path, runs: Sequence[Run], *, bands: int, gone: Numbers | None) -> Run:
    """Write one run of all the texts of several but those whose number is in ``gone``, sorted.

    Takes two MiB of pairs at a time, so memory does not grow with the runs, as long as keys are
    hashes: texts of one and the same key are taken at once. Raises :class:`DamagedRun` when a run
    is not what was written; damage is never copied.
    """
    opened = [open_run(folder / run.name, bands=bands, texts=run.texts) for run in runs]
    sieve = None if gone is None or not len(gone) else _sieve(gone)
    texts = sum(run.texts for run in runs)
    if sieve is not None:
        texts = sum(len(part) for part in _merged(opened, 0, sieve))
    level = max(run.level for run in runs) + 1
    merged = (_merged(opened, band, sieve) for band in range(bands))
    return _write(folder, Shape(bands, texts, level), merged)


def _write(folder: Path, shape: Shape, bands: Iterable[Iterable[Pairs]]) -> Run:
    name = f"{shape.level}-{secrets.token_hex(8)}{SUFFIX}"
    make_folder(folder)
    with putting(folder / name) as sink:
        write_run_file(sink, shape, bands)
    return Run(name, shape.level, shape.texts)


def _pairs(keys: Numbers, numbers: Numbers) -> Pairs:
    pairs = keys.astype(np.uint64) << np.uint64(32) | numbers
    pairs.sort()
    return pairs


def _merged(runs: Sequence[OpenRun], band: int, gone: "_Sieve | None") -> Iterator[Pairs]:
    """Yield the band's pairs in order, some at a time: hashes fill equal parts of their range."""
    parts = sum(run.shape.texts for run in runs) // _SLICE + 1
    cuts = ((np.arange(1, parts, dtype=np.uint64) << np.uint64(32)) // np.uint64(parts)).astype(
        np.uint32
    )
    sources = [
        read_band(run, band, [*np.searchsorted(run.section(band, KEYS), cuts), run.shape.texts])
        for run in runs
    ]
    for pieces in zip(*sources, strict=True):
        pairs = np.concatenate(pieces)
        pairs.sort()
        yield pairs if gone is None else gone.without(pairs)


@dataclass(frozen=True, slots=True)
class _Sieve:
    """Sorted numbers, and flags by their lowest bits, by which most others are told at once."""

    numbers: Numbers
    flags: npt.NDArray[np.bool_]

    def without(self, pairs: Pairs) -> Pairs:
        suspects = np.flatnonzero(self.flags[pairs & np.uint64(len(self.flags) - 1)])
        suspected = pairs[suspects].astype(np.uint32)
        places = np.searchsorted(self.numbers, suspected)
        places[places == len(self.numbers)] = 0
        return np.delete(pairs, suspects[self.numbers[places] == suspected])


def _sieve(numbers: Numbers) -> _Sieve:
    flags = np.zeros(1 << max(14, (8 * len(numbers)).bit_length()), np.bool_)
    flags[numbers & np.uint32(len(flags) - 1)] = True
    return _Sieve(numbers, flags)


def find_candidates(folder: Path, runs: Sequence[Run], keys: Numbers, *, most_per_key: int) -> Hits:
    """Return which numbers the rows of ``keys``, uint32[m, bands], share a band's key with.

    Of a key that more texts of a run have than ``most_per_key`` only the latest are taken, and the
    others are not counted in ``shared`` either: a series of ten thousand pages of one template
    would meet each other otherwise. A number that was written twice counts once. Raises
    :class:`DamagedRun`, but does not look for changed bytes: :func:`check_run` does.
    """
    bands = keys.shape[1]
    opened = [open_run(folder / run.name, bands=bands, texts=run.texts) for run in runs]
    for run in opened:
        read_at_random(run)
    find = partial(_find_in_band, opened, keys, np.int64(most_per_key))
    tally = _Tally(np.empty(0, np.uint64), np.empty(0, np.int16))
    waiting: list[Pairs] = []
    with ThreadPoolExecutor(_THREADS) as pool:
        for found in pool.map(find, range(bands if opened and len(keys) else 0)):
            waiting.append(found)
            if sum(map(len, waiting)) > _FOLDED:
                tally, waiting = _add_up(tally, waiting), []
    tally = _add_up(tally, waiting)
    rows = (tally.pairs >> np.uint64(32)).astype(np.int64)
    return Hits(rows, tally.pairs.astype(np.uint32), tally.shared)


def _find_in_band(runs: Sequence[OpenRun], keys: Numbers, most: np.int64, band: int) -> Pairs:
    """Return ``row << 32 | number`` of each row and each number that has its key, once, sorted."""
    rows = np.argsort(keys[:, band])
    sought = keys[rows, band]
    found = []
    for run in runs:
        read_ahead(run, band, len(sought))
        sections = (run.section(band, FENCES), run.section(band, KEYS), run.section(band, NUMBERS))
        step = -(-len(sought) // (run.shape.texts // _HELD + 1))
        for start in range(0, len(sought), step):
            part = slice(start, start + step)
            found.append(find_pairs(sections, sought[part], rows[part], most))
            give_back(run, band)
    return np.unique(np.concatenate(found))


@dataclass(frozen=True, slots=True)
class _Tally:
    """Sorted pairs ``row << 32 | number``, and the bands that each was found in."""

    pairs: Pairs
    shared: npt.NDArray[np.int16]


def _add_up(tally: _Tally, found: Sequence[Pairs]) -> _Tally:
    """Count one band more for each pair in ``found``, where each band has a pair once."""
    pairs, places = np.unique(np.concatenate([tally.pairs, *found]), return_inverse=True)
    shared = np.bincount(places[len(tally.pairs) :], minlength=len(pairs))
    shared[places[: len(tally.pairs)]] += tally.shared
    return _Tally(pairs, shared.astype(np.int16))


def check_run(folder: Path, run: Run, *, bands: int) -> str | None:
    """Return what is wrong with a run, null when nothing is; reads it whole."""
    try:
        opened = open_run(folder / run.name, bands=bands, texts=run.texts)
    except DamagedRun as error:
        return error.problem
    faults = (fault_of_band(opened, band) for band in range(bands))
    return next((fault for fault in faults if fault is not None), None)


def remove_unlisted(folder: Path, runs: Collection[Run]) -> None:
    """Remove the runs in the folder that are not listed, and what was left of unfinished ones.

    For who holds the lock under which runs are written; a reader of an older list may still need
    what is removed.
    """
    listed = {run.name for run in runs}
    for name in names(folder):
        if is_run_name(name) and name not in listed:
            delete(folder / name)
