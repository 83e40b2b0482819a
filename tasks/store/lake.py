"""A lake: opened at one committed version, made on request, mended when a writer was cut off."""

import logging
import os
import secrets
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Final

from expectations.schema import DATASETS, PARTITIONED, UNKNOWN_MONTH
from tasks.errors import RetryLater, StopRun
from tasks.store.card import CARD
from tasks.store.files import (
    delete,
    delete_empty,
    explained,
    make_folder,
    may_pass,
    names,
    withdraw,
)
from tasks.store.lock import LOCK, QUEUE, writer_lock
from tasks.store.log import LiveFile, LogEntry, append_entry, read_entry, refuse_older
from tasks.store.parts import PartWriter
from tasks.store.runs import make_runs_folder
from tasks.store.state import State, has_state, read_state, write_state
from tasks.store.views import (
    CURRENT,
    build_view,
    committed_version,
    name_view,
    old_views,
    refuse_gap,
    show,
    show_datasets,
    shown_version,
    unlinked,
    view_path,
)

_FOLDERS: Final = ("log", "groups", "versions")
_OURS: Final = frozenset(
    {*_FOLDERS, *DATASETS, CARD, CURRENT, "raw", "runs", "index", "work", "docs", LOCK, QUEUE}
)
_HARMLESS: Final = frozenset({".DS_Store", ".gitignore", ".gitkeep", "lost+found"})
"""What stands in folders that people call empty."""

_GENESIS_WAIT_SECONDS: Final = 30.0

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Lake:
    """A lake as it was at one committed version; later commits do not change what it answers."""

    root: Path
    version: int

    def entry(self) -> LogEntry:
        """Read the entry that made the version."""
        return read_entry(self.root, self.version)

    def state(self) -> State:
        """Read what the version holds: its files and batches, and the entry that made it."""
        return read_state(self.root, self.version)

    def find_batch(self, batch_id: str) -> LogEntry | None:
        """Return the entry that committed the batch, or None when it is not in this version."""
        version = self.state().batches.get(batch_id)
        return None if version is None else read_entry(self.root, version)

    def files(self, dataset: str) -> tuple[LiveFile, ...]:
        """Return the live files of a dataset, or of ``index``: each at ``root / file.name``."""
        return self.state().of_dataset(dataset)

    def view(self, dataset: str) -> Path:
        """Return the folder that ``pd.read_parquet`` reads this version from, whatever follows."""
        return view_path(self.root, self.version) / dataset


def open_lake(
    root: Path,
    *,
    create: bool = False,
    version: int | None = None,
    at: datetime | None = None,
    any_schema: bool = False,
) -> Lake:
    """Open the lake at its newest version, after finishing or sweeping what a crash left.

    ``create`` makes it when the folder is absent or empty. ``version`` opens an earlier one by its
    number, ``at`` the one that readers saw at that time. Raises :class:`StopRun` when there is no
    lake, when the folder is something else or not writable, when the lake is newer than we, when
    there is no such version, or none any more, or, unless ``any_schema``, when it has an older
    schema.
    """
    root = root.absolute()
    if create:
        with explained("The lake cannot be made here", root):
            _create(root)
    with explained("There can be no lake here", root):
        newest = committed_version(root)
    if newest is None:
        refuse_gap(root, -1)
        _refuse_foreign(root)
        raise StopRun("There is no lake here; a run makes one", lake=str(root))
    read_entry(root, newest)  # refuses a newer lake before anything in it is touched
    try:
        with explained("The lake cannot be mended", root):
            _mend_if_free(root, newest)
    except StopRun as error:
        if not may_pass(error):
            raise
        _LOG.warning("%s; what can be read is read", error)
    newest = _newest_shown(root, newest)
    if at is not None:
        version = _version_at(root, newest, at)
    if version is not None:
        _check_readable(root, newest, version)
    opened = Lake(root, newest if version is None else version)
    if not any_schema:
        refuse_older(root, opened.entry())
    return opened


def _newest_shown(root: Path, newest: int) -> int:
    """Return the newest version that has a view: that of a commit under way comes a moment later.

    So it does for a user who may not finish what a writer that was cut off left.
    """
    newest = committed_version(root) or newest
    if view_path(root, newest).is_dir():
        return newest
    shown = shown_version(root)
    return newest if shown is None else shown


def _version_at(root: Path, newest: int, at: datetime) -> int:
    """Return the version that was the newest at that time."""
    low, high = 0, newest
    while low < high:
        middle = (low + high + 1) // 2
        if read_entry(root, middle).committed_at <= at:
            low = middle
        else:
            high = middle - 1
    if read_entry(root, low).committed_at > at:
        raise StopRun("The lake was made later", lake=str(root), at=at.isoformat())
    return low


def _check_readable(root: Path, newest: int, version: int) -> None:
    oldest = read_entry(root, newest).floor
    if not oldest <= version <= newest:
        raise StopRun(
            "This version cannot be read: it is not there yet, or no longer; see `warraq log`",
            lake=str(root),
            version=version,
            oldest=oldest,
            newest=newest,
        )


def new_group(version: int) -> str:
    """Name the group of files that ``version`` brings; the random part keeps two writers apart."""
    return f"g{version:08d}-{secrets.token_hex(4)}"


def land(root: Path, state: State, reached: Callable[[str], None]) -> None:
    """Commit the state's entry, whose files are on the disk: build the view, log, switch.

    Creating the log entry is the commit: before it nothing has happened, after it
    :func:`mend` brings the view. Raises :class:`RetryLater` when the version is taken.
    """
    entry = state.entry
    aside = build_view(root, state)
    reached("view-built")
    if not append_entry(root, entry):
        delete(aside)
        raise RetryLater(
            "Another writer committed this version first; run it again",
            lake=str(root),
            version=entry.version,
        )
    reached("logged")
    with explained("It is committed; readers see it when the lake is next opened", root):
        name_view(root, entry.version, aside)
        reached("view-named")
        show(root, entry.version)
        reached("switched")
    if has_state(entry.version):
        try:
            write_state(root, state)
        except OSError as error:
            _LOG.warning("No state was written beside the log, reading it takes longer: %s", error)
    reached("state-written")


def mend(root: Path, version: int) -> None:
    """Finish the commit of ``version`` and sweep what never became one; needs the writer lock.

    What was done is logged as a warning: something had gone wrong.
    """
    refuse_gap(root, version)
    done = []
    if not view_path(root, version).is_dir():
        name_view(root, version, build_view(root, read_state(root, version)))
        done.append(f"built the view of version {version}")
    if shown_version(root) != version:
        show(root, version)
        done.append(f"switched readers to version {version}")
    if gone := unlinked(root):
        show_datasets(root)
        done.append(f"linked {', '.join(gone)}")
    if left := _leftovers(root, version):
        for path in left:
            delete(path)
        done.append(f"removed what cut-off writers had left ({len(left)})")
    if given_up := sweep_below(root, read_entry(root, version).floor):
        done.append(f"removed versions that had been given up ({given_up})")
    if done:
        _LOG.warning("The lake was mended: %s: %s", root, "; ".join(done))


def sweep_below(root: Path, floor: int) -> int:
    """Remove what only versions before ``floor`` show: their files, and then their views.

    Returns how many versions went.

    The oldest view says how far an earlier sweep came, so one that was cut off is made good.
    """
    old = old_views(root, floor)
    if not old:
        return 0
    for version in range(old[0] + 1, floor + 1):
        for name in read_entry(root, version).dropped:
            path = root / name
            delete(path)
            for folder in (path.parent, path.parents[1]):  # a dataset's of the group, the group's
                delete_empty(folder)
    for version in old:
        withdraw(view_path(root, version))
    return len(old)


def _mend_if_free(root: Path, version: int) -> None:
    settled = (
        shown_version(root) == version
        and view_path(root, version).is_dir()
        and not unlinked(root)
        and not _leftovers(root, version)
        and not old_views(root, read_entry(root, version).floor)
    )
    if settled or not os.access(root / LOCK, os.W_OK):
        return
    try:
        with writer_lock(root, run_id="recovery", wait_seconds=0):
            mend(root, committed_version(root) or version)
    except RetryLater:
        return  # a live writer is in the middle of its commit


def _leftovers(root: Path, version: int) -> list[Path]:
    """List what a writer that was cut off left: all beyond the newest version, all set aside."""
    left = [
        root / "groups" / name for name in names(root / "groups") if _number(name[:9]) > version
    ]
    left += [
        root / "versions" / name
        for name in names(root / "versions")
        if name.startswith(".v") or _number(name) > version
    ]
    left += [root / "log" / name for name in names(root / "log") if name.startswith(".")]
    left += [root / "runs" / name for name in names(root / "runs") if name.startswith(".")]
    left += [root / name for name in names(root) if name.startswith(f".{CURRENT}.")]
    return left


def _number(name: str) -> int:
    return int(name[1:]) if name[:1] in {"g", "v"} and name[1:].isdecimal() else -1


def _refuse_foreign(root: Path) -> None:
    if foreign := _find_foreign(root):
        raise StopRun(
            "This folder holds other things and is no lake; choose an empty or a new one",
            lake=str(root),
            found=foreign,
        )


def _create(root: Path) -> None:
    make_folder(root)
    if committed_version(root) is None:
        _refuse_foreign(root)
        for folder in _FOLDERS:
            make_folder(root / folder)
        with writer_lock(root, run_id="genesis", wait_seconds=_GENESIS_WAIT_SECONDS):
            if committed_version(root) is None:
                _write_genesis(root)
    if not os.access(root, os.W_OK):
        raise StopRun("The lake cannot be written by this user", lake=str(root))


def _find_foreign(root: Path) -> str | None:
    """Return a name in the folder that no making of a lake that was cut off has left there."""
    # Looked at first: another process may be making the lake, and its lock then shows.
    empty = {name for name in _FOLDERS if not names(root / name)}
    there = set(names(root)) - _HARMLESS
    ours: AbstractSet[str] = empty
    if LOCK in there:
        ours = _OURS | {path.name for path in _leftovers(root, -1)}
    return min(there - ours, default=None)


def _write_genesis(root: Path) -> None:
    """Commit version 0: one file without rows per dataset, so that readers get its columns."""
    refuse_gap(root, -1)
    for path in _leftovers(root, -1):
        delete(path)
    group = new_group(0)
    writer = PartWriter(root, group)
    for dataset in DATASETS:
        writer.add_empty(dataset, UNKNOWN_MONTH if dataset in PARTITIONED else None)
    make_runs_folder(root)
    show_datasets(root)
    entry = LogEntry(
        version=0,
        parent=None,
        operation="genesis",
        batch_id=None,
        run_id="genesis",
        committed_at=datetime.now(UTC),
        pipeline_version=installed_version("warraq"),
        group=group,
        summary={},
        editions=dict.fromkeys(DATASETS, 0),
        added=tuple(writer.finish()),
    )
    land(root, State(entry, {}, {}).after(root, entry), lambda _: None)
