"""The one way to change a lake: a transaction that becomes a new version, whole, or never was."""

import logging
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
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
from tasks.store.lake import Lake, land, mend, new_group
from tasks.store.lock import OnWait, writer_lock
from tasks.store.log import INDEX, LiveFile, LogEntry, entry_path, read_entry
from tasks.store.parts import PartWriter
from tasks.store.views import committed_version

POINTS: Final = (
    *("locked", "files-written", "view-built", "logged", "view-named", "switched"),
    "indexed",
)
"""The points of a commit, in order; a ``checkpoint`` is called at each. Fault tests stop there."""

Checkpoint = Callable[[str], None]

_LOG = logging.getLogger(__name__)
_WRITING: Final = "The lake cannot be written"


class Transaction:
    """Changes that become visible together; made by :func:`transaction`.

    ``base_version`` is what it changes: later than the lake that was opened when another writer
    was faster. ``already_committed`` is the entry that committed this batch before, if any; then
    nothing is written and :meth:`commit` returns that version.
    """

    def __init__(
        self, root: Path, base: LogEntry, *, batch_id: str, run_id: str, reached: Checkpoint
    ) -> None:
        self._root = root
        self._base = base
        self._batch_id = batch_id
        self._run_id = run_id
        self._reached = reached
        self.base_version = base.version
        before = base.batches.get(batch_id)
        self.already_committed = None if before is None else read_entry(root, before)
        self._version = base.version + 1
        self._group = new_group(self._version)
        self._parts = PartWriter(root, self._group)
        self._corrections = CorrectionSet()
        self._dispositions: Counter[str] = Counter()
        self._landed = False

    def write(self, dataset: str, table: pa.Table) -> None:
        """Add rows to a dataset; call it as often as there are shards.

        Raises :class:`~expectations.conformance.SchemaMismatch` unless the table has the dataset's
        columns, and :class:`StopRun` when the disk is full.
        """
        if dataset not in DATASETS:
            raise StopRun("There is no such dataset", dataset=dataset, known=", ".join(DATASETS))
        self._add(dataset, table)

    def index(self, step: pa.Table) -> None:
        """Add index entries (``INDEX_STEP``) of articles that are new or changed, whole."""
        self._add(INDEX, step)

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

    def commit(self, summary: Mapping[str, object]) -> int:
        """Make everything visible at once and return the new version.

        ``summary`` holds at least ``records`` (how many came in) and ``dispositions`` (how many
        ended in each). Raises :class:`StopRun` when the ledger rows do not add up to them, or when
        the disk fails, and :class:`RetryLater` when the version is taken; then nothing changed.
        """
        if self.already_committed is not None:
            return self.already_committed.version
        self._balance(summary)
        with explained(_WRITING, self._root):
            dropped = self._correct()
            entry = self._entry(summary, dropped, self._parts.finish())
            self._reached("files-written")
            land(self._root, entry, self._reached)
        self._landed = True
        self.already_committed = entry
        self._catch_up()
        self._reached("indexed")
        return self._version

    def discard(self) -> None:
        """Remove what was written unless it was committed; the log alone knows."""
        if self._landed:
            return
        self._parts.abandon()
        logged = entry_path(self._root, self._version).exists()
        if logged and read_entry(self._root, self._version).group == self._group:
            return
        delete(self._root / "groups" / self._group)

    def _add(self, dataset: str, table: pa.Table) -> None:
        if self.already_committed is not None:
            return
        with explained(_WRITING, self._root):
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
                batch_id=self._batch_id,
                records=summary.get("records", 0),
                ledger_rows=rows,
                stated=stated,
                found=dict(self._dispositions),
            )

    def _correct(self) -> set[LiveFile]:
        dropped = set()
        for file, rows in self._corrections.apply(self._root, self._base):
            dropped.add(file)
            self._parts.add(file.dataset, rows)
        return dropped

    def _entry(
        self, summary: Mapping[str, object], dropped: set[LiveFile], added: list[LiveFile]
    ) -> LogEntry:
        newer = dict.fromkeys({file.dataset for file in dropped}, self._version)
        kept = [file for file in self._base.files if file not in dropped]
        return LogEntry(
            version=self._version,
            parent=self._base.version,
            batch_id=self._batch_id,
            run_id=self._run_id,
            committed_at=datetime.now(UTC),
            pipeline_version=installed_version("warraq"),
            group=self._group,
            summary=dict(summary),
            editions=self._base.editions | newer,
            batches=self._base.batches | {self._batch_id: self._version},
            files=(*kept, *added),
        )

    def _catch_up(self) -> None:
        """Apply the step to the index; it is derived, and what fails now is made up later."""
        try:
            with open_index(Lake(self._root, self._version)):
                pass
        except (WarraqError, OSError, sqlite3.Error) as error:
            _LOG.warning("The duplicate index is behind and will be mended: %s", error)


@contextmanager
def transaction(  # noqa: PLR0913 (who writes, how long to wait, and whom to tell)
    lake: Lake,
    *,
    batch_id: str,
    run_id: str,
    wait_seconds: float,
    on_wait: OnWait | None = None,
    checkpoint: Checkpoint | None = None,
) -> Iterator[Transaction]:
    """Hold the lake for writing and give the :class:`Transaction` on its newest version.

    While another writer holds it, ``on_wait`` gets that one's description every few seconds;
    after ``wait_seconds`` :class:`RetryLater` names it. Leaving without :meth:`Transaction.commit`
    changes nothing. ``checkpoint`` is called at each of ``POINTS``.
    """
    reached = checkpoint or _pass
    with writer_lock(lake.root, run_id=run_id, wait_seconds=wait_seconds, on_wait=on_wait):
        with explained(_WRITING, lake.root):
            version = committed_version(lake.root) or 0
            base = read_entry(lake.root, version)
            mend(lake.root, version)
            changes = Transaction(
                lake.root, base, batch_id=batch_id, run_id=run_id, reached=reached
            )
        try:
            reached("locked")
            yield changes
        finally:
            with explained(_WRITING, lake.root):
                changes.discard()


def _pass(_: str) -> None:
    """Take no notice of a point of the commit."""
