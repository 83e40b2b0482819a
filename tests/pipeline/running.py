"""Run the pipeline as a person does, and read the lake as a reader does."""

import io
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from expectations.schema import DATASETS
from flows.command_line import main

SAMPLE = Path(__file__).parents[2] / "data" / "sample"

Row = dict[str, Any]

CHANGES_WITH_THE_RUN = frozenset({"run_id", "fetched_at"})
CHANGES_WITH_THE_ORDER = CHANGES_WITH_THE_RUN | {"record_ref", "batch_id"}


@dataclass(frozen=True, slots=True)
class Ran:
    """How ``warraq`` ended: exit code, the JSON on standard output, the lines on standard error."""

    code: int
    told: Mapping[str, Any]
    log: str

    @property
    def dispositions(self) -> dict[str, int]:
        """Records by disposition."""
        counts: Counter[str] = Counter()
        for line in self.told["ledger"]:
            counts[line["disposition"]] += line["count"]
        return dict(counts)


@dataclass(frozen=True, slots=True)
class SampleRun:
    """The run of the embedded sample and the lake that it made."""

    ran: Ran
    lake: Path


def warraq(*arguments: object) -> Ran:
    """Run one ``warraq`` command in this process, with ``--json``."""
    output, log = io.StringIO(), io.StringIO()
    with redirect_stdout(output), redirect_stderr(log):
        code = main([*map(str, arguments), "--json"])
    return Ran(code, json.loads(output.getvalue() or "{}"), log.getvalue())


def run(*sources: object, lake: Path) -> Ran:
    """Run a batch that must end well."""
    ran = warraq("run", *sources, "--lake", lake)
    assert ran.code == 0, ran.log
    return ran


def rows(lake: Path, dataset: str) -> list[Row]:
    """Return the rows of a dataset as any reader of Parquet folders gets them."""
    found: list[Row] = pq.read_table(lake / dataset).to_pylist()
    return found


def by_place(lake: Path, dataset: str) -> dict[str, Row]:
    """Return the rows of a dataset by their ``record_ref``."""
    return {row["record_ref"]: row for row in rows(lake, dataset)}


def corpus(lake: Path, ignoring: frozenset[str]) -> dict[str, list[str]]:
    """Return every dataset as sorted lines of JSON, without the columns that may differ."""
    return {
        dataset: sorted(_line(row, ignoring) for row in rows(lake, dataset)) for dataset in DATASETS
    }


def _line(row: Row, ignoring: frozenset[str]) -> str:
    if row.get("payload"):
        row = row | {"payload": _kept(json.loads(row["payload"]), ignoring)}
    return json.dumps(_kept(row, ignoring), ensure_ascii=False, sort_keys=True, default=str)


def _kept(row: Row, ignoring: frozenset[str]) -> Row:
    return {name: value for name, value in row.items() if name not in ignoring}


def write_lines(path: Path, records: Sequence[Mapping[str, object]]) -> Path:
    """Write records as JSON Lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    path.write_text("".join(lines), encoding="utf-8")
    return path
