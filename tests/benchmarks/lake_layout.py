"""How a merged file is laid out: row groups, page index and dictionaries, by what readers take.

Usage, from the project's folder::

    .venv/bin/python tests/benchmarks/lake_layout.py --articles 20000

One file of articles of real news, sorted by outlet and time as upkeep sorts them, is written in
each layout and read as people do: whole; three columns; one outlet; one outlet in one tenth of the
time; one article by its id. Medians of the CPU in milliseconds, in rounds that alternate; the size
in MiB. Our own layout is that of ``parquet_options`` and ``ROW_GROUP``.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from tasks.store.log import stored_schema
from tasks.store.parts import ROW_GROUP, parquet_options
from tests.benchmarks.made_lake import make_batch, read_pool
from tests.benchmarks.measuring import print_table

_SIZES: Final = (1_000, ROW_GROUP, 4_000, 8_000, 16_000, 1_000_000)
_ROUNDS: Final = 5

Layout = Mapping[str, Any]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", type=int, default=20_000, help="default: 20,000")
    rows = _sorted_rows(parser.parse_args().articles)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _compare("row groups", _row_groups(rows), rows, folder)
        _compare("pages and dictionaries", _variants(rows), rows, folder)
    return 0


def _sorted_rows(articles: int) -> pa.Table:
    made = make_batch(read_pool(), 1, articles, 30).articles
    rows = made.select(stored_schema("articles").names)
    rows = pa.table(rows.columns, schema=stored_schema("articles"))
    return rows.sort_by([("source", "ascending"), ("published_at", "ascending")])


def _row_groups(rows: pa.Table) -> dict[str, Layout]:
    ours = parquet_options(rows.schema)
    return {f"{size:,} rows": ours | {"row_group_size": size} for size in _SIZES}


def _variants(rows: pa.Table) -> dict[str, Layout]:
    ours: dict[str, Any] = parquet_options(rows.schema) | {"row_group_size": ROW_GROUP}
    texts = [f.name for f in rows.schema if pa.types.is_string(f.type)]
    return {
        "ours": ours,
        "page index": ours | {"write_page_index": True},
        "all statistics": ours | {"write_statistics": True},
        "no statistics": ours | {"write_statistics": False},
        "dictionary everywhere": ours | {"use_dictionary": True},
        "no dictionary": ours | {"use_dictionary": False},
        "pages of 128 KiB": ours | {"data_page_size": 128 * 1024},
        "version 2 pages": ours | {"data_page_version": "2.0"},
        "delta lengths": ours
        | {
            "use_dictionary": [n for n in ours["use_dictionary"] if n not in texts],
            "column_encoding": dict.fromkeys(texts, "DELTA_LENGTH_BYTE_ARRAY"),
        },
        "zstd 1": ours | {"compression_level": dict.fromkeys(ours["compression_level"], 1)},
        "zstd 6": ours | {"compression_level": dict.fromkeys(ours["compression_level"], 6)},
        "snappy": ours | {"compression": "snappy", "compression_level": None},
    }


def _compare(title: str, layouts: Mapping[str, Layout], rows: pa.Table, folder: Path) -> None:
    costs: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    sizes = {}
    for _ in range(_ROUNDS):
        for name, options in layouts.items():
            path = folder / "file.parquet"
            write = _write(rows, path, options)
            costs[name, "write"].append(_cpu(write))
            sizes[name] = path.stat().st_size / 2**20
            for what, read in _reads(rows, path).items():
                costs[name, what].append(_cpu(read))
    whats = list(dict.fromkeys(what for _, what in costs))
    cells = [
        [name, f"{sizes[name]:.1f}", *(statistics.median(costs[name, what]) for what in whats)]
        for name in layouts
    ]
    print_table(f"{title}, {len(rows):,} articles", ("layout", "MiB", *whats), cells)


def _write(rows: pa.Table, path: Path, options: Layout) -> Callable[[], object]:
    options = dict(options)
    size = options.pop("row_group_size")
    return lambda: pq.write_table(rows, path, row_group_size=size, **options)


def _reads(rows: pa.Table, path: Path) -> dict[str, Callable[[], object]]:
    middle = rows.slice(len(rows) // 2, 1).to_pylist()[0]
    outlet = ("source", "==", middle["source"])
    times = pd.Series(rows["published_at"].drop_null().to_pandas())
    first, last = times.quantile(0.45), times.quantile(0.55)
    window = [outlet, ("published_at", ">=", first), ("published_at", "<", last)]
    few = ["source", "title", "body"]
    return {
        "whole": lambda: pd.read_parquet(path),
        "3 columns": lambda: pd.read_parquet(path, columns=few),
        "an outlet": lambda: pd.read_parquet(path, columns=few, filters=[outlet]),
        "its tenth": lambda: pd.read_parquet(path, columns=few, filters=window),
        "an id": lambda: pd.read_parquet(
            path, filters=[("article_id", "==", middle["article_id"])]
        ),
    }


def _cpu(does: Callable[[], object]) -> float:
    began = time.process_time()
    does()
    return 1000 * (time.process_time() - began)


if __name__ == "__main__":
    sys.exit(main())
