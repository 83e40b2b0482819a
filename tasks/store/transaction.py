"""The one way to change a lake: a transaction that becomes a new version, whole, or never was."""

import logging
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Final

import pyarrow as pa

from expectations.conformance import check
from expectations.schema import DATASETS
from tasks.errors import StopRun, WarraqError
from tasks.store.corrections import AMENDMENTS, CorrectionSet
from tasks.store.files import delete, explained
from tasks.store.index import open_index
from tasks.store.lake import Lake, land, mend, new_group, sweep_below
from tasks.store.lock import OnWait, writer_lock
from tasks.store.log import (
    HIDDEN,
    INDEX,
    LINES,
    LiveFile,
    LogEntry,
    Operation,
    entry_path,
    read_entry,
    refuse_older,
)
from tasks.store.parts import PartWriter
from tasks.store.state import State, read_state
from tasks.store.views import committed_version

POINTS: Final = (
    *("locked", "files-written", "view-built", "logged", "view-named", "switched"),
    *("state-written", "swept", "indexed"),
)
"""The points of a commit, in order; a ``checkpoint`` is called at each. Fault tests stop there."""

Checkpoint = Callable[[str], None]

_LOG = logging.getLogger(__name__)
_WRITING: Final = "The lake cannot be written"


@dataclass(frozen=True, slots=True)
class Purpose:
    """Who writes, and what: ``batch_id`` is null for whatever commits no batch."""

    run_id: str
    operation: Operation = "batch"
    batch_id: str | None = None


class Transaction:
    """Changes that become visible together; made by :func:`transaction`.

    ``base`` is what it changes: later than the lake that was opened when another writer was faster.
    ``already_committed`` is the entry that committed this batch before, if any; then nothing is
    written and :meth:`commit` returns that version.
    """

    def __init__(self, root: Path, base: State, purpose: Purpose, *, reached: Checkpoint) -> None:
        self.root = root
        self.base = base
        self._purpose = purpose
        self._reached = reached
        before = base.batches.get(purpose.batch_id or "")
        self.already_committed = None if before is None else read_entry(root, before)
        self._version = base.version + 1
        self._group = new_group(self._version)
        self._parts = PartWriter(root, self._group)
        self._corrections = CorrectionSet()
        self._replaced: set[LiveFile] = set()
        self._rebuilt: dict[str, dict[str, object]] = {}
        self._floor = base.entry.floor
        self._licences: dict[str, str | None] = dict(base.entry.licences)
        self._dispositions: Counter[str] = Counter()
        self._landed = False
        self._texts: list[pa.Table] = []

    def write(self, dataset: str, table: pa.Table) -> None:
        """Add rows to a dataset; call it as often as there are shards.

        Raises :class:`~expectations.conformance.SchemaMismatch` unless the table has the dataset's
        columns, and :class:`StopRun` when the disk is full.
        """
        if dataset not in DATASETS:
            raise StopRun("There is no such dataset", dataset=dataset, known=", ".join(DATASETS))
        self._add(dataset, table)

    def restate(self, dataset: str, rows: pa.Table) -> None:
        """Write rows of earlier commits in another form: no part of what this batch brought."""
        with explained(_WRITING, self.root):
            self._parts.add(dataset, rows)

    def index(self, step: pa.Table, texts: Iterable[pa.Table] = ()) -> None:
        """Add index entries (``INDEX_STEP``) of articles that are new or changed, whole.

        ``texts`` are the candidates of their batch, where they are at hand: what the index is to
        know of their words need not be made of the corpus again.
        """
        self._add(INDEX, step)
        self._texts += texts

    def count_lines(self, counts: pa.Table) -> None:
        """Add counts of lines (``LINE_COUNTS``) to those that the lake has."""
        self._add(LINES, counts)

    def remove(self, dataset: str, article_ids: pa.Array, months: pa.Array | None = None) -> None:
        """Take these articles' rows out of the dataset; ``months`` narrows where to look.

        Rows that this transaction writes are not meant: removing and writing one id replaces it.
        """
        if dataset not in DATASETS:
            raise StopRun("There is no such dataset", dataset=dataset, known=", ".join(DATASETS))
        self._corrections.remove(dataset, article_ids, months)

    def amend(self, dataset: str, amendments: pa.Table) -> None:
        """Set ``copies`` of rows that are in ``articles``: columns as in ``AMENDMENTS``."""
        if dataset != "articles":
            raise StopRun("Only articles can be amended", dataset=dataset)
        rows = check(amendments.select(AMENDMENTS.names), AMENDMENTS, "amendments")
        self._corrections.amend(dataset, pa.table(rows.columns, schema=AMENDMENTS))

    def replace(self, files: Iterable[LiveFile], rows: Iterable[pa.Table]) -> None:
        """Write the rows in place of these live files of one dataset and month, into one file."""
        files = list(files)
        self._replaced.update(files)
        with explained(_WRITING, self.root):
            self._parts.write_one(files[0].dataset, files[0].month, rows)

    def adopt(self, other: Lake, batches: Mapping[str, Mapping[str, object]]) -> None:
        """Show another lake's files in place of all that is here, which then holds its batches.

        ``batches`` has the counts of each. The licences are the other's too.
        """
        self._replaced.update(self.base.files.values())
        self._rebuilt = {name: dict(counts) for name, counts in batches.items()}
        self._licences = dict(other.entry().licences)
        files = sorted(other.state().files.values(), key=lambda file: (file.version, file.part))
        with explained(_WRITING, self.root):
            for file in files:
                self._parts.adopt(other.root, file)

    def raise_floor(self, version: int) -> None:
        """Give up the versions before this one: their views and files go once it is committed."""
        self._floor = max(self._floor, version)

    def state_licences(self, licences: Mapping[str, str | None]) -> None:
        """Note the licences of outlets as their profiles state them now; null when they do not."""
        self._licences.update(licences)

    def commit(self, summary: Mapping[str, object]) -> int:
        """Make everything visible at once and return the new version.

        For a batch, ``summary`` holds at least ``records`` (how many came in) and ``dispositions``
        (how many ended in each). Raises :class:`StopRun` when the ledger rows do not add up to
        them, or when the disk fails, and :class:`RetryLater` when the version is taken; then
        nothing changed.
        """
        if self.already_committed is not None:
            return self.already_committed.version
        if self._purpose.batch_id is not None:
            self._balance(summary)
        with explained(_WRITING, self.root):
            dropped = self._correct() | self._replaced
            entry = self._entry(summary, dropped, self._parts.finish())
            self._reached("files-written")
            land(self.root, self.base.after(self.root, entry), self._reached)
        self._landed = True
        self.already_committed = entry
        with explained(
            "It is committed; what is given up follows when the lake is next opened", self.root
        ):
            sweep_below(self.root, entry.floor)
        self._reached("swept")
        if any(file.dataset == INDEX for file in entry.added):
            self._catch_up()
        self._reached("indexed")
        return self._version

    def discard(self) -> None:
        """Remove what was written unless it was committed; the log alone knows."""
        if self._landed:
            return
        self._parts.abandon()
        logged = entry_path(self.root, self._version).exists()
        if logged and read_entry(self.root, self._version).group == self._group:
            return
        delete(self.root / "groups" / self._group)

    def _add(self, dataset: str, table: pa.Table) -> None:
        if self.already_committed is not None:
            return
        with explained(_WRITING, self.root):
            self._parts.add(dataset, table)
        if dataset == "ledger":
            for count in table["disposition"].value_counts():
                self._dispositions[count["values"].as_py()] += count["counts"].as_py()

    def _balance(self, summary: Mapping[str, object]) -> None:
        stated = summary.get("dispositions", {})
        stated = {name: n for name, n in stated.items() if n} if isinstance(stated, Mapping) else {}
        rows = self._dispositions.total()
        if summary.get("records", 0) != rows or stated != dict(self._dispositions):
            raise StopRun(
                "The ledger does not add up to the records that came in; nothing was committed",
                batch_id=self._purpose.batch_id or "",
                records=summary.get("records", 0),
                ledger_rows=rows,
                stated=stated,
                found=dict(self._dispositions),
            )

    def _correct(self) -> set[LiveFile]:
        dropped = set()
        for file, rows in self._corrections.apply(self.root, self.base.files.values()):
            dropped.add(file)
            self._parts.add(file.dataset, rows)
        return dropped

    def _entry(
        self, summary: Mapping[str, object], dropped: set[LiveFile], added: list[LiveFile]
    ) -> LogEntry:
        shown = {file.dataset for file in dropped} - HIDDEN
        return LogEntry(
            version=self._version,
            parent=self.base.version,
            operation=self._purpose.operation,
            batch_id=self._purpose.batch_id,
            run_id=self._purpose.run_id,
            committed_at=datetime.now(UTC),
            pipeline_version=installed_version("warraq"),
            group=self._group,
            summary=dict(summary),
            editions=self.base.entry.editions | dict.fromkeys(shown, self._version),
            floor=self._floor,
            licences={outlet: told for outlet, told in self._licences.items() if told is not None},
            added=tuple(added),
            dropped=tuple(sorted(file.name for file in dropped)),
            rebuilt=self._rebuilt,
            parent_sha256=self.base.entry.sha256,
        )

    def _catch_up(self) -> None:
        """Apply the step to the index; it is derived, and what fails now is made up later."""
        try:
            with open_index(Lake(self.root, self._version), texts=self._texts):
                pass
        except (WarraqError, OSError, RuntimeError, sqlite3.Error) as error:
            _LOG.warning("The duplicate index is behind and will be mended: %s", error)


@contextmanager
def transaction(  # noqa: PLR0913 (who writes what, how long to wait, and whom to tell)
    lake: Lake,
    *,
    run_id: str,
    wait_seconds: float,
    batch_id: str | None = None,
    operation: Operation = "batch",
    on_wait: OnWait | None = None,
    checkpoint: Checkpoint | None = None,
) -> Iterator[Transaction]:
    """Hold the lake for writing and give the :class:`Transaction` on its newest version.

    ``batch_id`` is the batch that it commits, null when it does something else. While another
    writer holds the lake, ``on_wait`` gets that one's description every few seconds; after
    ``wait_seconds`` :class:`RetryLater` names it. Leaving without :meth:`Transaction.commit`
    changes nothing. ``checkpoint`` is called at each of ``POINTS``.
    """
    reached = checkpoint or _pass
    with writer_lock(lake.root, run_id=run_id, wait_seconds=wait_seconds, on_wait=on_wait):
        with explained(_WRITING, lake.root):
            version = committed_version(lake.root) or 0
            base = read_state(lake.root, version)
            if operation != "migrate":
                refuse_older(lake.root, base.entry)
            mend(lake.root, version)
            purpose = Purpose(run_id, operation, batch_id)
            changes = Transaction(lake.root, base, purpose, reached=reached)
        try:
            reached("locked")
            yield changes
        finally:
            with explained(_WRITING, lake.root):
                changes.discard()


def _pass(_: str) -> None:
    """Take no notice of a point of the commit."""
