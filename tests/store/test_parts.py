"""Streaming rows into partition files, within bounds."""

import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.store.log import SCHEMAS, LiveFile, stored_schema
from tasks.store.parts import PartWriter, parquet_options
from tests.store.lake_batches import batch

GROUP = "g00000001-0123abcd"


def written(root: Path, tables: list[pa.Table], **bounds: int) -> list[LiveFile]:
    (root / "groups").mkdir()
    writer = PartWriter(root, GROUP, **bounds)
    for table in tables:
        writer.add("articles", table)
    return writer.finish()


def test_one_file_and_one_row_group_per_partition(tmp_path: Path) -> None:
    tables = [batch("b", range(n, n + 10)).tables["articles"] for n in range(0, 100, 10)]
    files = written(tmp_path, tables)
    assert [(f.month, f.part) for f in files] == [
        ("2023-12", 0),
        ("2024-01", 0),
        ("2024-02", 0),
        ("unknown", 0),
    ]
    for file in files:
        metadata = pq.read_metadata(tmp_path / file.name)
        assert (metadata.num_rows, metadata.num_row_groups) == (25, 1)


def test_a_full_buffer_gives_row_groups_not_files(tmp_path: Path) -> None:
    tables = [batch("b", range(n, n + 40)).tables["articles"] for n in range(0, 400, 40)]
    files = written(tmp_path, tables, buffer_bytes=5 * tables[0].nbytes)
    assert [f.part for f in files] == [0] * 4
    groups = [pq.read_metadata(tmp_path / f.name).num_row_groups for f in files]
    assert groups == [2] * 4


@pytest.mark.parametrize("dataset", SCHEMAS)
def test_every_column_is_packed_but_those_of_a_few_repeated_values(
    tmp_path: Path, dataset: str
) -> None:
    """A column that the options do not name, or name otherwise than Parquet, is written plain."""
    schema = stored_schema(dataset)
    options = parquet_options(schema)
    pq.write_table(schema.empty_table(), tmp_path / "empty.parquet", **options)
    columns = pq.ParquetFile(tmp_path / "empty.parquet").schema
    names = [columns.column(number).path for number in range(len(columns))]
    codecs = options["compression"]
    assert isinstance(codecs, dict)
    assert names == list(codecs)
    plain = {name for name in names if codecs[name] == "none"}
    assert plain <= set(options["use_dictionary"])  # type: ignore[call-overload]
    assert len(plain) < len(names)


@settings(max_examples=25, deadline=None)
@given(
    sizes=st.lists(st.integers(0, 9), min_size=1, max_size=6),
    buffer_bytes=st.integers(1, 20_000),
    open_files=st.integers(1, 5),
)
def test_no_bound_loses_a_row_or_its_order(
    sizes: list[int], buffer_bytes: int, open_files: int
) -> None:
    starts = [sum(sizes[:place]) for place in range(len(sizes))]
    tables = [
        batch("b", range(start, start + size)).tables["articles"]
        for start, size in zip(starts, sizes, strict=True)
    ]
    wanted = pa.concat_tables(tables)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        files = written(root, tables, buffer_bytes=buffer_bytes, open_files=open_files)
        for month in set(wanted["published_month"].to_pylist()):
            rows = [
                number
                for file in files
                if file.month == month
                for number in pq.read_table(root / file.name)["title"].to_pylist()
            ]
            mask = pa.compute.equal(wanted["published_month"], month)
            assert rows == wanted.filter(mask)["title"].to_pylist()
        assert sum(file.rows for file in files) == wanted.num_rows


@pytest.mark.parametrize("open_files", [1, 2])
def test_closed_partitions_go_on_in_a_further_part(tmp_path: Path, open_files: int) -> None:
    tables = [batch("b", range(n, n + 8)).tables["articles"] for n in (0, 8)]
    files = written(tmp_path, tables, buffer_bytes=1, open_files=open_files)
    assert [(f.month, f.part, f.rows) for f in files][:2] == [("2023-12", 0, 2), ("2023-12", 1, 2)]
