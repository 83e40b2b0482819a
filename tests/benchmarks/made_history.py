"""A long history, made up: the entries, words and bands of millions of articles, and new batches.

An article is a function of its number, so that nothing need be kept but the index itself. One in
twenty copies an earlier one, one in a hundred word for word; a near copy has one word in twenty of
its own, and shares four bands of five. One in a hundred belongs to a series of three thousand that
share four bands. Beyond that a text has, in one band of fourteen, the key of a common phrase, whose
frequencies fall as those of words do. So a thousand texts share a band with 1,500 of 19,000 others,
half of them with none. Of real news, 1,000 drawn from 20,000 met 1,700 of the others, six in ten
none; there as here the number grew in proportion to the history, from 190 of 2,000 on.
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from numba import njit

from expectations.lake_schema import INDEX_STEP
from tasks.deduplicate import CANDIDATES
from tasks.store import Lake, open_index, open_lake
from tasks.store.index import index_path
from tasks.store.postings import Run, due_merge
from tasks.store.postings_file import Pairs, Shape, write_run_file
from tasks.text.signature_sizes import DEFAULT_SIZES
from tasks.text.word_codes import CodedTexts
from tests.store.lake_batches import filled

BANDS: Final = DEFAULT_SIZES.all_bands
BATCH: Final = 1000
AT_A_TIME: Final = 40_000
"""Entries that are written at a time, by id, as those that are recent are moved."""

RECENT: Final = 38_500
"""Entries in the small table: the second batch after them moves them to the large one."""

_COPIES: Final = 20
_EXACT: Final = 100
_SERIES_TEXTS: Final = 3000
_SERIES_BANDS: Final = 4
_COMMON: Final = 14
_PHRASES: Final = (20.0, 1e7)
_LEAST_WORDS: Final = 170
_MORE_WORDS: Final = 171
_OUTLETS: Final = 50
_SECONDS_APART: Final = 30
_BEGAN: Final = int(datetime(2015, 1, 1, tzinfo=UTC).timestamp())
_SEED: Final = np.uint64(0x9E3779B97F4A7C15)

Longs = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]


@njit(cache=True, nogil=True)
def _mix(value):
    """Return the finished hash of SplitMix64."""
    value = np.uint64(value) + np.uint64(0x9E3779B97F4A7C15)
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@njit(cache=True, nogil=True)
def _source(number):
    """Return the article that this one copies, or itself."""
    if number % _COPIES != _COPIES - 1:
        return number
    return np.int64(_mix(number) % np.uint64(number // _COPIES + 1)) * _COPIES


@njit(cache=True, nogil=True)
def _keys(numbers, band, keys):
    least, most = np.log(_PHRASES[0]), np.log(_PHRASES[1])
    for i in range(len(numbers)):
        number = np.int64(numbers[i])
        told = _mix(number * BANDS + band)
        source = _source(number)
        if source != number and number % _EXACT != _EXACT - 1 and told % np.uint64(5) == 0:
            source = number
        told = _mix(source * BANDS + band)
        series = source // (_SERIES_TEXTS * 100)
        of_series = (_mix(source) >> np.uint64(8)) % np.uint64(100) == 0
        kind = np.uint64(0)
        if of_series and (band + series) % (BANDS // _SERIES_BANDS) == 0:
            source, kind = series, np.uint64(1 << 60)
        elif (told >> np.uint64(10)) % np.uint64(_COMMON) == 0:
            share = np.float64(told >> np.uint64(32)) / 4294967296.0
            source, kind = np.int64(np.exp(least + share * (most - least))), np.uint64(1 << 61)
        key = _mix(np.uint64(source) * np.uint64(BANDS) + np.uint64(band) + kind) >> np.uint64(32)
        keys[i] = max(key, np.uint64(1))


def keys_of(numbers: npt.NDArray[Any], band: int) -> Longs:
    """Return the made-up keys of these texts in one band: hashes of 32 bits."""
    keys: Longs = np.empty(len(numbers), np.uint64)
    _keys(numbers, band, keys)
    return keys


def all_keys_of(numbers: npt.NDArray[Any]) -> npt.NDArray[np.uint32]:
    """Return the keys as a row of bands for each text."""
    keys = np.empty((len(numbers), BANDS), np.uint32)
    for band in range(BANDS):
        keys[:, band] = keys_of(numbers, band)
    return keys


def _vocabulary() -> npt.NDArray[np.uint32]:
    """Return 65,536 codes, of which common ones stand at many places; one in four is a particle."""
    ranks = np.exp(np.linspace(0, np.log(100_000), 1 << 16)).astype(np.uint64)
    codes = _mixed(ranks).astype(np.uint32) & np.uint32(0xFFFFFFFC)
    kinds = np.where(ranks < 16, 1, np.where(ranks % 16 == 0, 2, 0))
    told: npt.NDArray[np.uint32] = (codes | kinds).astype(np.uint32)
    return told


@njit(cache=True, nogil=True)
def _mixed(values):
    mixed = np.empty(len(values), np.uint64)
    for i in range(len(values)):
        mixed[i] = _mix(values[i])
    return mixed


@njit(cache=True, nogil=True)
def _fill_codes(numbers, offsets, vocabulary, codes):
    for i in range(len(numbers)):
        number = np.int64(numbers[i])
        source = _source(number)
        changed = source != number and number % _EXACT != _EXACT - 1
        for word in range(offsets[i + 1] - offsets[i]):
            of = source
            if changed and _mix(number * 1024 + word) % np.uint64(20) == 0:
                of = number
            codes[offsets[i] + word] = vocabulary[_mix(of * 1024 + word) & np.uint64(0xFFFF)]


_VOCABULARY: Final = _vocabulary()


def sources_of(numbers: Numbers) -> Numbers:
    """Return the articles that these copy, or themselves."""
    earlier = (_mixed(numbers) % (numbers // _COPIES + 1).astype(np.uint64)).astype(np.int64)
    return np.where(numbers % _COPIES == _COPIES - 1, earlier * _COPIES, numbers)


def codes_of(numbers: Numbers) -> CodedTexts:
    """Return the words of these articles."""
    sizes = _LEAST_WORDS + _mixed(sources_of(numbers)) % np.uint64(_MORE_WORDS)
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    codes = np.empty(offsets[-1], np.uint32)
    _fill_codes(numbers, offsets, _VOCABULARY, codes)
    return CodedTexts(codes, offsets)


def _digests(numbers: Numbers, kind: int, size: int) -> list[bytes]:
    """Return ``size`` bytes of hash for each number, of a kind."""
    seed = numbers.astype(np.uint64) * np.uint64(64) + np.uint64(kind << 3)
    told = np.stack([_mixed(seed + np.uint64(word)) for word in range(size // 8)], axis=1)
    data = told.tobytes()
    return [data[at : at + size] for at in range(0, len(data), size)]


def _names(numbers: Numbers, kind: int = 0) -> list[str]:
    return [digest.hex() for digest in _digests(numbers, kind, 32)]


def _columns(numbers: Numbers) -> dict[str, list[Any]]:
    """Return what an index entry and a candidate have in common; times in seconds."""
    copies = numbers % _COPIES == _COPIES - 1
    exact = copies & (numbers % _EXACT == _EXACT - 1)
    texts = np.where(exact, sources_of(numbers), numbers)
    seconds = _BEGAN + numbers * _SECONDS_APART
    months = seconds.astype("datetime64[s]").astype("datetime64[M]").astype(str)
    titles = (_mixed(numbers + (1 << 40)) >> np.uint64(1)).tolist()
    return {
        "article_id": _names(numbers),
        "content_hash": _names(numbers, 1),
        "text_key": _digests(texts, 2, 16),
        "published_at": seconds.tolist(),
        "published_month": months.tolist(),
        "title_key": [title if title % 3 else None for title in titles],
        "source": [f"outlet-{outlet}.example" for outlet in (numbers % _OUTLETS).tolist()],
    }


def new_batch(first: int, *, known: int = 0) -> pa.Table:
    """Return ``CANDIDATES``: articles from this number on, the last ``known`` in history already.

    Those are of the latest; every second has another text now.
    """
    latest = np.arange(first - 1, first - 1 - known, -1, dtype=np.int64)
    numbers = np.concatenate([np.arange(first, first + BATCH - known, dtype=np.int64), latest])
    texts = numbers.copy()
    texts[BATCH - known :: 2] += 10_000_000_000
    columns = _columns(texts)
    columns |= {name: _columns(numbers)[name] for name in ("article_id", "source")}
    columns["published_at"] = [
        datetime.fromtimestamp(_BEGAN + number * _SECONDS_APART, UTC) for number in numbers.tolist()
    ]
    coded, keys = codes_of(texts), all_keys_of(texts)
    offsets = np.arange(len(texts) + 1) * BANDS
    rows = filled(
        CANDIDATES.remove(CANDIDATES.get_field_index("codes")).remove(
            CANDIDATES.get_field_index("bands")
        ),
        len(numbers),
        record_ref=[f"news-{first}.jsonl#{row + 1}" for row in range(len(numbers))],
        facts=_digests(texts, 3, 8),
        words=np.diff(coded.offsets).tolist(),
        **columns,
    )
    lists = {
        "codes": pa.LargeListArray.from_arrays(pa.array(coded.offsets), pa.array(coded.codes)),
        "bands": pa.LargeListArray.from_arrays(pa.array(offsets), pa.array(keys.ravel())),
    }
    return pa.table(
        [
            lists[field.name].cast(field.type) if field.name in lists else rows[field.name]
            for field in CANDIDATES
        ],
        schema=CANDIDATES,
    )


def tiers(texts: int) -> list[Run]:
    """Return the runs, oldest first, that adding so many texts leaves behind."""
    runs: list[Run] = []
    for number in range(texts // BATCH):
        runs.append(Run(f"{number}", 0, BATCH))
        while due := due_merge(runs):
            made = Run(due[0].name, max(run.level for run in due) + 1, sum(r.texts for r in due))
            runs = sorted([*set(runs) - set(due), made], key=lambda run: int(run.name))
    return runs


def make_runs(folder: Path, texts: int) -> Iterator[Run]:
    """Write these runs, a band at a time."""
    first = 0
    for run in tiers(texts):
        numbers = np.arange(first, first + run.texts, dtype=np.uint64)
        shape = Shape(BANDS, run.texts, run.level)
        name = f"{first}.postings"
        with (folder / name).open("wb") as sink:
            write_run_file(sink, shape, ([pairs_of(numbers, band)] for band in range(BANDS)))
        yield Run(name, run.level, run.texts)
        first += run.texts


def pairs_of(numbers: Longs, band: int) -> Pairs:
    """Return the sorted pairs ``key << 32 | number`` of a band."""
    pairs = keys_of(numbers, band) << np.uint64(32) | numbers
    pairs.sort()
    return pairs


@dataclass(frozen=True, slots=True)
class MadeIndex:
    """A lake that holds nothing but its index, of so many articles, and bytes of the index."""

    lake: Lake
    texts: int
    database: int
    postings: int


def make_index(root: Path, texts: int) -> MadeIndex:
    """Make a lake whose index knows so many articles; text ``n`` is of article ``n``.

    Rows go to the index's own tables in the order in which adding them would have left them; the
    trees of keys are made afterwards, full, where grown ones would be full to two thirds.
    """
    lake = open_lake(root, create=True)
    with open_index(lake, sizes=DEFAULT_SIZES):
        pass
    path = index_path(root)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA journal_mode = OFF")
    trees = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'articles'"
    ).fetchall()
    connection.execute("BEGIN")
    for name, _ in trees:
        connection.execute(f"DROP INDEX {name}")
    old = max(0, texts - RECENT)
    edges = [*range(0, old, AT_A_TIME), old, texts] if texts else []
    for start, end in pairwise(edges):
        numbers = np.arange(start, end, dtype=np.int64)
        _fill(connection, "articles" if end <= old else "recent", numbers)
    for _, sql in trees:
        connection.execute(sql)
    for run in make_runs(path.parent, texts):
        connection.execute("INSERT INTO runs VALUES (?, ?, ?)", (run.name, run.level, run.texts))
    connection.execute("UPDATE counter SET next = ?", (max(texts, 1),))
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    postings = sum(each.stat().st_size for each in path.parent.glob("*.postings"))
    return MadeIndex(lake, texts, path.stat().st_size, postings)


def _fill(connection: sqlite3.Connection, table: str, numbers: Numbers) -> None:
    columns = _columns(numbers)
    coded = codes_of(numbers)
    data = coded.codes.view(np.uint8).data
    blobs = (bytes(data[start:end]) for start, end in pairwise((coded.offsets * 4).tolist()))
    told = zip(numbers.tolist(), columns["article_id"], columns["source"], blobs, strict=True)
    connection.executemany("INSERT INTO texts VALUES (?, ?, ?, ?)", told)
    heads = _names(sources_of(numbers))
    copied = (numbers % _COPIES == _COPIES - 1).tolist()
    every = len(numbers)
    columns |= {
        "dataset": ["duplicates" if copy else "articles" for copy in copied],
        "duplicate_of": [name if copy else None for name, copy in zip(heads, copied, strict=True)],
        "cluster_id": heads,
        "copies": [1] * every,
        "revision": [1] * every,
        "published_at": [seconds * 1_000_000 for seconds in columns["published_at"]],
        "modified_at": [None] * every,
    }
    names = INDEX_STEP.names
    rows = sorted(zip(*(columns[name] for name in names), numbers.tolist(), strict=True))
    places = ",".join("?" * (len(names) + 1))
    connection.executemany(f"INSERT INTO {table} VALUES ({places})", rows)
