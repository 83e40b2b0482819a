"""Checking a lake against its own log: what is wrong, in which file, and the way out."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from expectations.dispositions import SETTLED_LATER
from expectations.schema import DATASETS
from tasks.store.card import CARD, ending
from tasks.store.files import digest
from tasks.store.lake import Lake
from tasks.store.log import LiveFile, entry_path, read_document, stored_schema
from tasks.store.parts import count_outlets
from tasks.store.state import State
from tasks.store.views import CURRENT, shown_files, shown_version, view_path

_RESTORE: Final = "restore this file from a backup"
_REBUILD_VIEW: Final = "delete this view's folder; the next opening of the lake builds it again"
_REPORT: Final = "restore the lake from a backup, and report this: Warraq must never do it"
_SHOWN: Final = 5  # culprits named in one finding


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault of a lake: what is wrong, where, and what to do."""

    problem: str
    file: str
    advice: str

    def __str__(self) -> str:
        return f"{self.file}: {self.problem}; {self.advice}"


def verify(lake: Lake) -> list[Finding]:
    """Check the lake's version whole; an empty list means that it is healthy.

    Sizes, checksums and schemas of all live files, the view against the log, the ledger's sums
    against the log's, and how the ids of all datasets fit together. Files are read one at a time;
    the ids of the corpus are held in memory, texts never. Damaged files end it early: what is
    in them cannot be judged.
    """
    state = lake.state()
    faults = [*_check_files(lake.root, state.files.values()), *_check_view(lake.root, state)]
    if faults:
        return faults
    return [*_check_ledger(lake.root, state), *_check_ids(lake.root, state)]


def _check_files(root: Path, files: Iterable[LiveFile]) -> Iterator[Finding]:
    for file in files:
        path = root / file.name
        try:
            problem = _file_problem(path, file)
        except FileNotFoundError:
            problem = "it is missing"
        except OSError as error:
            problem = f"it cannot be read ({error.strerror or error})"
        if problem:
            yield Finding(problem, file.name, _RESTORE)


def _file_problem(path: Path, file: LiveFile) -> str | None:
    size = path.stat().st_size
    if size != file.size:
        return f"it has {size} bytes, the log says {file.size}"
    if digest(path) != file.sha256:
        return "its content is not what was written (SHA-256 differs)"
    with pq.ParquetFile(path) as source:
        if not source.schema_arrow.equals(stored_schema(file.dataset)):
            return f"its schema is not that of {file.dataset}"
        if source.metadata.num_rows != file.rows:
            return f"it has {source.metadata.num_rows} rows, the log says {file.rows}"
        if file.sources and not _counted(file, source.read(columns=["source"])):
            return "its rows are not of the outlets that the log says"
    return None


def _counted(file: LiveFile, rows: pa.Table) -> bool:
    return file.sources.items() <= count_outlets(rows).items()


def _check_view(root: Path, state: State) -> Iterator[Finding]:
    view = view_path(root, state.version)
    shown = str(view.relative_to(root))
    if shown_version(root) != state.version:
        yield Finding(
            f"path readers see version {shown_version(root)}, the log has {state.version}",
            "current",
            "open the lake as a user who may write it: that switches it",
        )
    for dataset in DATASETS:
        if (root / dataset).resolve() != (root / "current" / dataset).resolve():
            yield Finding("it does not lead into the current view", dataset, "delete it, reopen")
    yield from _check_card(root, state)
    wanted = shown_files(state)
    found = {str(p.relative_to(view)): p for p in view.rglob("*") if not p.is_dir()}
    found.pop(CARD, None)
    for name in sorted(found.keys() - wanted.keys()):
        yield Finding("readers see it, but no commit made it", f"{shown}/{name}", _REBUILD_VIEW)
    for name, of in wanted.items():
        if name not in found:
            yield Finding("readers miss it", f"{shown}/{name}", _REBUILD_VIEW)
        elif (root / of).exists() and not _same(found[name], root / of):
            yield Finding(f"it is not the file {of}", f"{shown}/{name}", _REBUILD_VIEW)


def _check_card(root: Path, state: State) -> Iterator[Finding]:
    """Check that the version has its card, whole, and that the link beside the datasets shows it.

    A README.md that is no link is the user's own.
    """
    link, card = root / CARD, view_path(root, state.version) / CARD
    if link.is_symlink() and link.resolve() != (root / CURRENT / CARD).resolve():
        yield Finding("it does not lead into the current view", CARD, "delete it, reopen")
    content = card.read_bytes() if card.is_file() else b""
    if not content.rstrip().endswith(ending(state.entry).encode()):
        problem = "it is not the card of this version, whole"
        yield Finding(problem, str(card.relative_to(root)), _REBUILD_VIEW)


def _same(one: Path, other: Path) -> bool:
    return one.exists() and one.samefile(other)


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
            yield Finding(f"records stand in it twice: {_some(twice)}", file.name, _REPORT)
    for batch_id, counter in found.items():
        version = state.batches.get(batch_id)
        if version is None:
            yield Finding(f"no commit names batch {batch_id}", "ledger", _REPORT)
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
                _REPORT,
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
            yield Finding(f"{problem}: {_some(culprits)}", dataset, _REPORT)


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
