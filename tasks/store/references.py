"""References to landed files: what crosses task borders instead of tables.

They are pydantic models, so Prefect stores them as JSON and never as pickles. Work files are
uncompressed Arrow IPC, read by memory map: handing a shard to the next stage costs a page fault.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from tasks.store.files import replacing


class ShardRef(BaseModel):
    """One landed Arrow IPC file of a batch: an absolute path and its number of rows."""

    model_config = ConfigDict(frozen=True)

    path: Path
    rows: int

    @property
    def name(self) -> str:
        """The shard's name, the same in every stage (``00000``)."""
        return self.path.stem


class BatchRef(BaseModel):
    """One batch between stages.

    ``work`` is the folder of its intermediate files, ``records`` the decoded shards in order,
    ``refused`` the ledger rows of records that could not be read, by shard too.
    """

    model_config = ConfigDict(frozen=True)

    batch_id: str
    lake: Path
    work: Path
    records: tuple[ShardRef, ...]
    refused: tuple[ShardRef, ...]


def land(table: pa.Table, path: Path) -> ShardRef:
    """Write the table beside ``path`` and rename it there, so that the file is whole or absent."""
    return land_parts([table], table.schema, path)


def land_parts(parts: Iterable[pa.Table], schema: pa.Schema, path: Path) -> ShardRef:
    """Write tables of one schema one after the other, as :func:`land` writes one."""
    rows = 0
    with (
        replacing(path) as aside,
        pa.OSFile(str(aside), "wb") as sink,
        pa.ipc.new_file(sink, schema) as writer,
    ):
        for table in parts:
            writer.write_table(table)
            rows += table.num_rows
    return ShardRef(path=path, rows=rows)


def find(path: Path) -> ShardRef | None:
    """Return the reference to a file that an earlier run landed; None where there is none."""
    if not path.exists():
        return None
    with pa.memory_map(str(path)) as source:
        file = pa.ipc.open_file(source)
        rows = sum(file.get_batch(number).num_rows for number in range(file.num_record_batches))
    return ShardRef(path=path, rows=rows)


def read(ref: ShardRef, columns: Sequence[str] | None = None) -> pa.Table:
    """Map the shard into memory; ``columns`` picks some of them, in that order."""
    with pa.memory_map(str(ref.path)) as source:
        table = pa.ipc.open_file(source).read_all()
    return table if columns is None else table.select(list(columns))
