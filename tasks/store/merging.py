"""Merging files of one dataset and month: their rows in order, a part at a time.

The order is decided on a few columns of all rows; whole rows are then gathered a part at a time, so
that memory is bounded by ``PART_BYTES``, however large the files are. Row groups without a row of
the part are not read: files that were merged before are in order, and cost one pass.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from expectations.lake_schema import LINE_COUNTS
from expectations.schema import PARTITIONED
from tasks.errors import StopRun
from tasks.store.line_counts import merge_line_counts
from tasks.store.log import INDEX, LINES, LiveFile
from tasks.store.parts import restored

PART_BYTES: Final = 64 * 1024 * 1024
"""Decoded rows gathered at a time: a file of 128 MiB takes some seven parts."""

_BY: Final = ["source", "published_at"]
_KEY: Final = "article_id"

Numbers = npt.NDArray[np.int64]


def merged(
    root: Path, files: Sequence[LiveFile], *, part_bytes: int = PART_BYTES
) -> Iterator[pa.Table]:
    """Yield the rows of the files, oldest first, in the order that they are to be written in.

    Articles and copies come by outlet and time, so that a filter on either skips most row groups.
    Of the index's entries only the last of each article is left, of counts of lines the sums.
    Raises :class:`StopRun` when the files hold other numbers of rows than the log says.
    """
    groups = _row_groups(root, files)
    if files[0].dataset == LINES:
        yield merge_line_counts([_read(root, files, LINE_COUNTS.names)])
        return
    order = _order(root, files)
    decoded = sum(group.decoded for group in groups)
    at_a_time = max(1, part_bytes * len(order) // max(decoded, part_bytes))
    for start in range(0, len(order), at_a_time):
        yield _gathered(root, groups, order[start : start + at_a_time])


class _RowGroup:
    """A row group: its rows have the numbers from ``first`` to before ``end`` among all."""

    __slots__ = ("decoded", "end", "file", "first", "number")

    def __init__(self, file: LiveFile, number: int, first: int, rows: int, decoded: int) -> None:
        self.file = file
        self.number = number
        self.first = first
        self.end = first + rows
        self.decoded = decoded


def _row_groups(root: Path, files: Sequence[LiveFile]) -> list[_RowGroup]:
    found = []
    first = 0
    for file in files:
        about = pq.read_metadata(root / file.name)
        if about.num_rows != file.rows:
            raise StopRun(
                "A file holds another number of rows than the log says; run `warraq verify`",
                file=file.name,
                rows=about.num_rows,
                logged=file.rows,
            )
        for number in range(about.num_row_groups):
            group = about.row_group(number)
            found.append(_RowGroup(file, number, first, group.num_rows, group.total_byte_size))
            first += group.num_rows
    return found


def _order(root: Path, files: Sequence[LiveFile]) -> Numbers:
    """Return the numbers of the rows that stay, in the order that they are written in."""
    dataset = files[0].dataset
    if dataset in PARTITIONED:
        by = [(name, "ascending") for name in _BY]
        return np.asarray(pc.sort_indices(_read(root, files, _BY), sort_keys=by), np.int64)
    if dataset != INDEX:
        return np.arange(sum(file.rows for file in files))
    keys = _read(root, files, [_KEY])
    numbered = keys.append_column("row", pa.array(np.arange(len(keys))))
    last = numbered.group_by(_KEY).aggregate([("row", "max")]).sort_by(_KEY)
    return np.asarray(last["row_max"], np.int64)


def _read(root: Path, files: Sequence[LiveFile], columns: list[str]) -> pa.Table:
    tables = []
    for file in files:
        with pq.ParquetFile(root / file.name) as source:
            tables.append(source.read(columns=columns))
    return pa.concat_tables(tables)


def _gathered(root: Path, groups: Sequence[_RowGroup], wanted: Numbers) -> pa.Table:
    """Return the rows of these numbers, in their order."""
    ascending = np.sort(wanted)
    pieces = []
    for group in groups:
        low, high = np.searchsorted(ascending, (group.first, group.end))
        if low == high:
            continue
        with pq.ParquetFile(root / group.file.name) as source:
            rows = restored(source.read_row_group(group.number), group.file)
        if high - low < len(rows):
            rows = rows.take(pa.array(ascending[low:high] - group.first))
        pieces.append(rows)
    gathered = pa.concat_tables(pieces)
    if np.array_equal(ascending, wanted):
        return gathered
    return gathered.combine_chunks().take(pa.array(np.searchsorted(ascending, wanted)))
