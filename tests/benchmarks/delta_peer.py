"""The ``deltalake`` package as the benchmark uses it: a table partitioned by month.

It is no dependency of ours; ``open_peer`` returns None where it is not installed.
"""

import importlib
import shutil
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds

_KEY = "target.article_id = source.article_id"


class Peer:
    """A Delta table of articles, opened anew for each operation, as a command would."""

    def __init__(self, module: Any, path: Path, rows: ds.Dataset) -> None:
        self._module = module
        self._path = path
        self.version = version("deltalake")
        self._zstd = module.WriterProperties(compression="ZSTD", compression_level=3)
        module.write_deltalake(
            path,
            _plain(rows.to_table()),
            partition_by=["published_month"],
            mode="overwrite",
            writer_properties=self._zstd,
        )

    def append(self, rows: pa.Table, *, zstd: bool = True) -> None:
        """Append rows by one commit, with our codec or with the package's own, snappy."""
        codec = self._zstd if zstd else None
        self._module.write_deltalake(
            self._path, _plain(rows), mode="append", writer_properties=codec
        )

    def upsert(self, rows: pa.Table) -> None:
        """Replace or add rows by ``article_id``, looking in their months alone."""
        months = "', '".join(rows["published_month"].unique().to_pylist())
        merge = self._module.DeltaTable(self._path).merge(
            _plain(rows),
            predicate=f"{_KEY} AND target.published_month IN ('{months}') "
            "AND target.published_month = source.published_month",
            source_alias="source",
            target_alias="target",
            writer_properties=self._zstd,
        )
        merge.when_matched_update_all().when_not_matched_insert_all().execute()

    def read(self, columns: list[str], filters: list[Any]) -> pd.DataFrame:
        """Read some columns of some months."""
        table = self._module.DeltaTable(self._path)
        frame: pd.DataFrame = table.to_pandas(columns=columns, filters=filters)
        return frame

    def files(self) -> int:
        """Return how many files the table has."""
        return len(self._module.DeltaTable(self._path).file_uris())


def open_peer(path: Path, rows: ds.Dataset) -> Peer | None:
    """Make a table of these rows in the folder."""
    try:
        module = importlib.import_module("deltalake")
    except ModuleNotFoundError:
        return None
    shutil.rmtree(path, ignore_errors=True)
    return Peer(module, path, rows)


def _plain(rows: pa.Table) -> pa.Table:
    """Leave out the fields' descriptions and the months' dictionary."""
    fields = [
        pa.field(f.name, f.type.value_type if pa.types.is_dictionary(f.type) else f.type)
        for f in rows.schema
    ]
    return rows.cast(pa.schema(fields))
