"""Checking a lake against its own log: what is wrong, in which file, and the way out."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from expectations.dispositions import SETTLED_LATER
from tasks.errors import StopRun
from tasks.store.check_files import check_files, check_unowned, check_views
from tasks.store.check_index import check_index
from tasks.store.check_log import LogCheck, check_log
from tasks.store.files import explained
from tasks.store.finding import REPORT, Finding
from tasks.store.lake import Lake, open_lake
from tasks.store.log import LiveFile, entry_path, read_document, read_entry
from tasks.store.state import State
from tasks.store.views import committed_version

_IDS: Final = frozenset({"articles", "duplicates", "ledger"})
_SHOWN: Final = 5  # culprits named in one finding


@dataclass(frozen=True, slots=True)
class Examination:
    """What is wrong with a lake; ``lake`` is null when it is so much that it cannot be opened."""

    lake: Lake | None
    findings: list[Finding]


def examine(root: Path) -> Examination:
    """Check a lake that may not open; its log comes first, before opening trusts and mends by it.

    Where entries are lost, the files that the others name are checked all the same. Raises
    :class:`StopRun` like :func:`open_lake` where there is no lake, or one of a newer Warraq.
    """
    root = root.absolute()
    log = check_log(root)
    if log.broken:
        return Examination(None, [*log.findings, *check_files(root, log)])
    try:
        lake = open_lake(root)
    except StopRun:
        if not log.findings:
            raise
        return Examination(None, [*log.findings, *check_files(root, log)])
    return Examination(lake, verify(lake))


def verify(lake: Lake) -> list[Finding]:
    """Check the lake whole; an empty list means that it is healthy.

    The log; sizes, checksums and schemas of the files of all versions that can be read, and their
    views; the duplicate index; the ledger's sums against the log's, and how the ids of all datasets
    fit together. Files are read one at a time; the ids of the corpus are held in memory, texts
    never. What is in damaged files cannot be judged: sums and ids are left out then.
    """
    with explained("The lake cannot be checked", lake.root):
        log = check_log(lake.root, lake.version)
        faults = _check(lake, log)
        newest = committed_version(lake.root) or 0
        if faults and read_entry(lake.root, newest).floor > log.floor:
            return verify(Lake(lake.root, newest))  # versions were given up meanwhile
        return faults


def _check(lake: Lake, log: LogCheck) -> list[Finding]:
    root = lake.root
    faults = [*log.findings, *check_files(root, log)]
    if log.broken:
        return faults
    state = log.state()
    damaged = {fault.file for fault in faults}
    unread = {file.dataset for file in state.files.values() if file.name in damaged}
    faults += check_unowned(root, log, lake.version)
    faults += check_views(root, state, log)
    faults += check_index(root)
    if "ledger" not in unread:
        faults += _check_ledger(root, state)
    if not unread & _IDS:
        faults += _check_ids(root, state)
    return faults


def _check_ledger(root: Path, state: State) -> Iterator[Finding]:
    """Compare each batch's ledger rows with the counts in the entry that committed it.

    What was taken out by hand since then, or took the place of such an article, had ended elsewhere
    at first: it is counted by itself.
    """
    found: dict[str, Counter[str]] = {batch_id: Counter() for batch_id in state.batches}
    taken_out: Counter[str] = Counter()
    columns = ["batch_id", "disposition", "reason", "record_ref"]
    for file, rows in _read(root, state, "ledger", columns):
        by_hand = pc.is_in(rows["reason"], pa.array(SETTLED_LATER))
        taken_out.update(rows["batch_id"].filter(by_hand).to_pylist())
        counts = rows.filter(pc.invert(by_hand)).group_by(["batch_id", "disposition"])
        for row in counts.aggregate([([], "count_all")]).to_pylist():
            batch = found.setdefault(row["batch_id"], Counter())
            batch[row["disposition"]] += row["count_all"]
        # A batch's rows are written in one commit, and only a closed file starts a further part.
        refs = rows.group_by(["batch_id", "record_ref"]).aggregate([([], "count_all")])
        twice = refs.filter(pc.greater(refs["count_all"], 1))["record_ref"]
        if len(twice):
            yield Finding(f"records stand in it twice: {_some(twice)}", file.name, REPORT)
    for batch_id, counter in found.items():
        version = state.batches.get(batch_id)
        if version is None:
            yield Finding(f"no commit names batch {batch_id}", "ledger", REPORT)
            continue
        records, dispositions = _stated(read_document(root, version), batch_id)
        missing = Counter(dispositions)
        missing.subtract(counter)
        total = counter.total() + taken_out[batch_id]
        if (
            records != total
            or missing.total() != taken_out[batch_id]
            or min(missing.values(), default=0) < 0
        ):
            yield Finding(
                f"batch {batch_id} took in {records} records as {dispositions}, the ledger has "
                f"{total} as {dict(counter)} and {taken_out[batch_id]} that were settled by hand",
                str(entry_path(root, version).relative_to(root)),
                REPORT,
            )


def _stated(document: Mapping[str, Any], batch_id: str) -> tuple[object, dict[str, int]]:
    rebuilt = document.get("rebuilt") or {}
    summary = rebuilt.get(batch_id) or document.get("summary") or {}
    counts = summary.get("dispositions") or {}
    return summary.get("records", 0), {name: n for name, n in counts.items() if n}


def _check_ids(root: Path, state: State) -> Iterator[Finding]:
    """Check that every published or duplicate article stands in exactly one place."""
    articles = _column(root, state, "articles", "article_id")
    duplicates = _column(root, state, "duplicates", "article_id")
    ledger = _became_articles(root, state)
    both = pa.concat_arrays([articles, duplicates])
    originals = _column(root, state, "duplicates", "duplicate_of").unique()
    faults = (
        ("articles", "ids stand in it twice", _repeated(articles)),
        ("duplicates", "ids stand in it twice", _repeated(duplicates)),
        ("duplicates", "ids stand in articles as well", _among(duplicates, articles)),
        ("duplicates", "it names originals that are not in articles", _minus(originals, articles)),
        ("ledger", "articles that it names are nowhere", _minus(ledger, both)),
        ("articles", "the ledger does not know articles", _minus(both, ledger)),
    )
    for dataset, problem, culprits in faults:
        if len(culprits):
            yield Finding(f"{problem}: {_some(culprits)}", dataset, REPORT)


def _became_articles(root: Path, state: State) -> pa.Array:
    parts = []
    for _, rows in _read(root, state, "ledger", ["article_id", "disposition"]):
        made = pc.is_in(rows["disposition"], value_set=pa.array(["published", "duplicate"]))
        parts.extend(rows["article_id"].filter(made).chunks)
    return pa.chunked_array(parts, pa.string()).combine_chunks().drop_null().unique()


def _read(
    root: Path, state: State, dataset: str, columns: list[str]
) -> Iterator[tuple[LiveFile, pa.Table]]:
    for file in state.of_dataset(dataset):
        with pq.ParquetFile(root / file.name) as source:
            yield file, source.read(columns=columns)


def _column(root: Path, state: State, dataset: str, name: str) -> pa.Array:
    chunks = [
        chunk for _, rows in _read(root, state, dataset, [name]) for chunk in rows[name].chunks
    ]
    return pa.chunked_array(chunks, pa.string()).combine_chunks()


def _repeated(ids: pa.Array) -> pa.Array:
    counts = ids.value_counts()
    return counts.field("values").filter(pc.greater(counts.field("counts"), 1))


def _among(ids: pa.Array, others: pa.Array) -> pa.Array:
    return ids.filter(pc.is_in(ids, value_set=others))


def _minus(ids: pa.Array, others: pa.Array) -> pa.Array:
    return ids.filter(pc.invert(pc.is_in(ids, value_set=others)))


def _some(culprits: pa.Array | pa.ChunkedArray) -> str:
    shown = ", ".join(str(value) for value in culprits[:_SHOWN].to_pylist())
    more = len(culprits) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown
