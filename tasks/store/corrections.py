"""Corrections: rows that leave a dataset or change a value.

The files that hold them are written anew; rows that stay go unaltered into the new group.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from expectations.schema import PARTITION_COLUMN, PARTITIONED
from tasks.errors import StopRun
from tasks.store.log import SCHEMAS, LiveFile
from tasks.store.parts import restored

_KEY = "article_id"
_AMENDED = "copies"

AMENDMENTS = pa.schema(
    [
        SCHEMAS["articles"].field(_KEY),
        SCHEMAS["articles"].field(PARTITION_COLUMN),
        SCHEMAS["articles"].field(_AMENDED),
    ]
)
"""What :meth:`Transaction.amend` takes: the new ``copies`` of an article in that month."""


@dataclass(slots=True)
class Corrections:
    """What one dataset's rows are to lose or change; ``months`` None means any month."""

    removed: list[pa.Array] = field(default_factory=list)
    amended: list[pa.Table] = field(default_factory=list)
    months: set[str] | None = field(default_factory=set)

    def look_in(self, months: set[str] | None) -> None:
        """Widen the months whose files are looked at."""
        self.months = None if months is None or self.months is None else self.months | months


class CorrectionSet:
    """The corrections of one transaction, combined by dataset, so a file is rewritten once."""

    def __init__(self) -> None:
        self._by_dataset: defaultdict[str, Corrections] = defaultdict(Corrections)

    def remove(self, dataset: str, article_ids: pa.Array, months: pa.Array | None) -> None:
        """Note rows to take out."""
        if len(article_ids) == 0:
            return
        noted = self._by_dataset[dataset]
        noted.removed.append(_flat(article_ids))
        if months is None or dataset not in PARTITIONED:
            noted.look_in(None)
        else:
            noted.look_in(set(months.unique().to_pylist()))

    def amend(self, dataset: str, amendments: pa.Table) -> None:
        """Note rows whose ``copies`` change."""
        if amendments.num_rows == 0:
            return
        noted = self._by_dataset[dataset]
        noted.amended.append(amendments)
        noted.look_in(set(amendments[PARTITION_COLUMN].unique().to_pylist()))

    def apply(self, root: Path, files: Iterable[LiveFile]) -> Iterator[tuple[LiveFile, pa.Table]]:
        """Yield, for every of these live files that has to go, its rows as they are written anew.

        A file is read one row group at a time, its ids first. Raises :class:`StopRun` when a row
        that is named is not there: the caller's picture of the lake is wrong.
        """
        by_dataset = defaultdict(list)
        for file in files:
            by_dataset[file.dataset].append(file)
        for dataset, noted in self._by_dataset.items():
            yield from _apply(root, by_dataset[dataset], dataset, noted)


def _apply(
    root: Path, files: Sequence[LiveFile], dataset: str, noted: Corrections
) -> Iterator[tuple[LiveFile, pa.Table]]:
    removed = pa.chunked_array(noted.removed, pa.string()).combine_chunks().unique()
    amended = pa.concat_tables([AMENDMENTS.empty_table(), *noted.amended]).combine_chunks()
    amended_ids = _flat(amended[_KEY])
    if len(amended_ids.unique()) != len(amended_ids):
        raise StopRun("An article is amended twice in one commit", dataset=dataset)
    wanted = pa.concat_arrays([removed, amended_ids]).unique()
    found = []
    for file in files:
        if noted.months is not None and file.month not in noted.months:
            continue
        with pq.ParquetFile(root / file.name, memory_map=True) as source:
            ids = _flat(source.read(columns=[_KEY])[_KEY])
            hits = ids.filter(pc.is_in(ids, value_set=wanted))
            if len(hits) == 0:
                continue
            found.append(hits)
            for number in range(source.num_row_groups):
                rows = restored(source.read_row_group(number), file)
                yield file, _corrected(rows, removed, amended)
    _all_found(wanted, found, dataset)


def _corrected(rows: pa.Table, removed: pa.Array, amended: pa.Table) -> pa.Table:
    rows = rows.filter(pc.invert(pc.is_in(rows[_KEY], value_set=removed)))
    if amended.num_rows == 0:
        return rows
    at = pc.index_in(rows[_KEY], value_set=_flat(amended[_KEY]))
    new = pc.coalesce(amended[_AMENDED].take(at), rows[_AMENDED])
    place = rows.schema.get_field_index(_AMENDED)
    return rows.set_column(place, rows.schema.field(place), new)


def _all_found(wanted: pa.Array, found: list[pa.Array], dataset: str) -> None:
    there = pa.chunked_array(found, pa.string()).combine_chunks()
    missing = wanted.filter(pc.invert(pc.is_in(wanted, value_set=there)))
    if len(missing):
        raise StopRun(
            "Rows to correct are not in the lake; run `warraq verify`",
            dataset=dataset,
            missing=len(missing),
            first=missing[0].as_py(),
        )


def _flat(ids: pa.Array | pa.ChunkedArray) -> pa.Array:
    flat = ids.combine_chunks() if isinstance(ids, pa.ChunkedArray) else ids
    return flat.cast(pa.string())
