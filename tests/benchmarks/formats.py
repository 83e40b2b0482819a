"""A whole run from each format to committed corpus, on the same real articles, against JSON Lines.

Usage, from the project's folder::

    .venv/bin/python tests/benchmarks/formats.py
    .venv/bin/python tests/benchmarks/formats.py --runs 5 --only tar loose

Every round runs each format and one record of JSON Lines, in turn. Beyond start-up is the CPU that
the lake's ``runs`` tell of the whole run, less that of the one record: the start of Python and of
Prefect's server, which no format changes, differs by more than a format costs. A first round, which
is not counted, makes Prefect's database and compiles the kernels. Texts hold the title on their
first line, their first words where there is none, and stand in a folder of their outlet, as the
other formats tell it; the loose ones are windows-1256, without the characters that it lacks. The
exit code is 1 when the median of a format's ratios is above its bar, or a process of ours takes
more memory than its bar.
"""

import argparse
import csv
import gzip
import io
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from backports import zstd

from flows.run_record import WHOLE_RUN
from tasks.store import read_runs
from tests.benchmarks.measuring import (
    BAR_MISSED,
    MIB,
    Usage,
    clean_environment,
    measure,
    median,
    news,
    print_table,
    warraq_run,
)

BAR: Final = 1.5
"""CPU of a format by that of JSON Lines, both beyond start-up."""

LOOSE_BAR: Final = 2.5
"""The same of loose files: a file takes the system four calls, whoever reads it."""

BAR_MIB: Final = 1536

_TITLE_WORDS: Final = 8

ONE: Final = "one record"
LINES: Final = "jsonl"
LOOSE: Final = "loose files"

Article = dict[str, Any]


def main() -> int:
    options = _parser().parse_args()
    news()
    chosen = [name for name in MAKERS if name in {ONE, LINES, *(options.only or MAKERS)}]
    with tempfile.TemporaryDirectory(prefix="warraq-formats-") as place:
        folder = Path(place)
        # In a process of its own: a child's peak of memory begins with that of its parent.
        with ProcessPoolExecutor(1, get_context("spawn")) as apart:
            sources, count = apart.submit(_make_all, folder, chosen).result()
        environment = clean_environment(folder)
        measured: dict[str, list[Usage]] = {name: [] for name in chosen}
        spent: dict[str, list[float]] = {name: [] for name in chosen}
        for number in range(options.runs + 1):
            for name, source in sources.items():
                lake = folder / f"lake-{source.name}-{number}"
                usage = measure(warraq_run(source, lake), folder=folder, environment=environment)
                seconds = _cpu_of_run(lake, name, 1 if name == ONE else count)
                if number:
                    measured[name].append(usage)
                    spent[name].append(seconds)
    return report(measured, spent, count)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=3, help="rounds that count (default: 3)")
    parser.add_argument(
        "--only", nargs="+", choices=list(MAKERS), help="these formats, beside JSON Lines"
    )
    return parser


def _make_all(folder: Path, chosen: Sequence[str]) -> tuple[dict[str, Path], int]:
    """Write the articles in each format; return the SOURCEs and how many articles there are."""
    with gzip.open(news()) as lines:
        articles = [orjson.loads(line) for line in lines]
    return {name: MAKERS[name](folder, articles) for name in chosen}, len(articles)


def _cpu_of_run(lake: Path, name: str, count: int) -> float:
    """Return the CPU seconds of the run; end the benchmark unless it took in every article."""
    rows = {row["stage"]: row for row in read_runs(lake).to_pylist()}
    if rows["fetch"]["rows_in"] != count:
        sys.exit(f"{name}: {rows['fetch']['rows_in']:,} records were taken in, not {count:,}")
    seconds: float = rows[WHOLE_RUN]["cpu_seconds"]
    return seconds


def _make_one(folder: Path, articles: Sequence[Article]) -> Path:
    return _written(folder / "one.jsonl", orjson.dumps(articles[0]))


def _make_lines(folder: Path, articles: Sequence[Article]) -> Path:
    return _written(folder / "news.jsonl", _lines(articles))


def _make_gzip(folder: Path, articles: Sequence[Article]) -> Path:
    return _written(folder / "news.jsonl.gz", gzip.compress(_lines(articles), 6))


def _make_zstd(folder: Path, articles: Sequence[Article]) -> Path:
    return _written(folder / "news.jsonl.zst", zstd.compress(_lines(articles)))


def _make_table(folder: Path, articles: Sequence[Article]) -> Path:
    held = io.StringIO(newline="")
    writer = csv.DictWriter(held, list(articles[0]))
    writer.writeheader()
    writer.writerows(articles)
    return _written(folder / "news.csv", held.getvalue().encode())


def _make_parquet(folder: Path, articles: Sequence[Article]) -> Path:
    path = folder / "news.parquet"
    pq.write_table(pa.Table.from_pylist(list(articles)), path)
    return path


def _make_tar(folder: Path, articles: Sequence[Article]) -> Path:
    path = folder / "news.tar"
    with tarfile.open(path, "w") as archive:
        for name, text in _texts(articles):
            data = text.encode()
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def _make_loose(folder: Path, articles: Sequence[Article]) -> Path:
    place = folder / "loose"
    for name, text in _texts(articles):
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("windows-1256", "ignore"))
    return place


def _texts(articles: Sequence[Article]) -> Iterator[tuple[str, str]]:
    for number, article in enumerate(articles):
        outlet = (article["source"] or "unknown").replace("/", "-")
        title = article["title"] or " ".join(article["text"].split()[:_TITLE_WORDS])
        yield f"{outlet}/{number}.txt", f"{title}\n{article['text']}"


def _lines(articles: Sequence[Article]) -> bytes:
    return b"\n".join(map(orjson.dumps, articles))


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


MAKERS: Final[dict[str, Callable[[Path, Sequence[Article]], Path]]] = {
    ONE: _make_one,
    LINES: _make_lines,
    "jsonl.gz": _make_gzip,
    "jsonl.zst": _make_zstd,
    "csv": _make_table,
    "parquet": _make_parquet,
    "tar": _make_tar,
    LOOSE: _make_loose,
}
"""What is run in each round, in this order."""


def report(measured: dict[str, list[Usage]], spent: dict[str, list[float]], count: int) -> int:
    """Print the table and return the exit code."""
    measured.pop(ONE)
    ones = spent.pop(ONE)
    beyond = {
        name: [own - one for own, one in zip(seconds, ones, strict=True)]
        for name, seconds in spent.items()
    }
    ratios = {
        name: median(own / lines for own, lines in zip(costs, beyond[LINES], strict=True))
        for name, costs in beyond.items()
    }
    largest = {name: median(use.largest for use in usages) for name, usages in measured.items()}
    bars = {name: LOOSE_BAR if name == LOOSE else BAR for name in measured}
    rows = [
        [
            name,
            median(beyond[name]),
            ratios[name],
            bars[name],
            round(count / median(beyond[name])),
            round(count / median(usage.wall for usage in usages)),
            round(largest[name] / MIB),
            round(median(usage.together for usage in usages) / MIB),
        ]
        for name, usages in measured.items()
    ]
    print_table(
        f"{count:,} articles, medians of {len(ones)} rounds; one record: {median(ones):.2f} CPU s",
        (
            *("format", "CPU s beyond", f"by {LINES}", "bar", "articles/CPU s", "articles/s"),
            *("largest process MiB", "with the server MiB"),
        ),
        rows,
    )
    missed = [name for name in measured if ratios[name] > bars[name]]
    missed += [f"memory of {name}" for name in measured if largest[name] > BAR_MIB * MIB]
    print(f"\nThe bar of memory is {BAR_MIB:,} MiB; missed: {', '.join(missed) or 'none'}")
    return BAR_MISSED if missed else 0


if __name__ == "__main__":
    sys.exit(main())
