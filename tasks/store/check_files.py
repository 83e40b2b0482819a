"""Checking what stands on the disk: the data files, and the views that show them to readers."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from expectations.schema import DATASETS
from tasks.store.card import CARD, ending
from tasks.store.check_log import LogCheck
from tasks.store.files import digest, names
from tasks.store.finding import RESTORE, Finding
from tasks.store.log import LiveFile, read_entry, stored_schema
from tasks.store.parts import count_outlets
from tasks.store.state import State
from tasks.store.views import CURRENT, shown_files, shown_version, view_path

_REBUILD_VIEW: Final = "delete this view's folder; the next opening of the lake builds it again"
_OLD_VIEW: Final = (
    "read a later version, which has files of its own view; `warraq maintain` gives this one up"
)
_UNOWNED: Final = "move it out of the lake: no version needs it"


def check_files(root: Path, log: LogCheck) -> Iterator[Finding]:
    """Check every file of every version that can be read: size, checksum, schema, rows, place."""
    base = os.path.realpath(root / "groups")
    for file in log.readable:
        path = root / file.name
        try:
            if os.path.realpath(path) != base + file.name.removeprefix("groups"):
                problem: str | None = "it is a link, or lies behind one, not the file itself"
            else:
                problem = _file_problem(path, file, is_older=file.version in log.older)
        except FileNotFoundError:
            problem = "it is missing"
        except OSError as error:
            problem = f"it cannot be read ({error.strerror or error})"
        except pa.ArrowException as error:
            problem = f"it is no sound Parquet file ({error})"
        if problem:
            yield Finding(problem, file.name, RESTORE)


def _file_problem(path: Path, file: LiveFile, *, is_older: bool) -> str | None:
    size = path.stat().st_size
    if size != file.size:
        return f"it has {size} bytes, the log says {file.size}"
    if digest(path) != file.sha256:
        return "its content is not what was written (SHA-256 differs)"
    with pq.ParquetFile(path) as source:
        if not is_older and not source.schema_arrow.equals(stored_schema(file.dataset)):
            return f"its schema is not that of {file.dataset}"
        if source.metadata.num_rows != file.rows:
            return f"it has {source.metadata.num_rows} rows, the log says {file.rows}"
        if file.sources and not _counted(file, source.read(columns=["source"])):
            return "its rows are not of the outlets that the log says"
    return None


def _counted(file: LiveFile, rows: pa.Table) -> bool:
    return file.sources.items() <= count_outlets(rows).items()


def check_unowned(root: Path, log: LogCheck, version: int) -> Iterator[Finding]:
    """Name files of committed groups that no version shows; later groups are a live writer's."""
    owned = {file.name for file in log.readable}
    for group in names(root / "groups"):
        if not (group[1:9].isdecimal() and int(group[1:9]) <= version):
            continue
        for folder, _, found in os.walk(root / "groups" / group):
            for name in sorted(found):
                path = str(Path(folder, name).relative_to(root))
                if path not in owned:
                    yield Finding("no version has it", path, _UNOWNED)


def check_views(root: Path, state: State, log: LogCheck) -> Iterator[Finding]:
    """Check what path readers see of the newest version, and the views that they may still hold."""
    if shown_version(root) != state.version:
        yield Finding(
            f"path readers see version {shown_version(root)}, the log has {state.version}",
            CURRENT,
            "open the lake as a user who may write it: that switches it",
        )
    for dataset in DATASETS:
        if (root / dataset).resolve() != (root / CURRENT / dataset).resolve():
            yield Finding("it does not lead into the current view", dataset, "delete it, reopen")
    if view_path(root, state.version).is_dir():
        yield from _check_card(root, state)
    inodes: dict[str, int] = {}
    for version in _states_down(root, state, log):
        advice = _REBUILD_VIEW if version is state else _OLD_VIEW
        yield from _check_view(root, version, advice, inodes)


def _states_down(root: Path, state: State, log: LogCheck) -> Iterator[State]:
    """Yield the states of all versions that can be read, the newest first."""
    yield state
    files = dict(state.files)
    entry = state.entry
    for version in range(state.version - 1, log.floor - 1, -1):
        for file in entry.added:
            files.pop(file.name, None)
        files.update((name, log.given_up[name][0]) for name in entry.dropped)
        entry = read_entry(root, version)
        yield State(entry, files, {})


def _check_view(root: Path, state: State, advice: str, inodes: dict[str, int]) -> Iterator[Finding]:
    view = view_path(root, state.version)
    shown = str(view.relative_to(root))
    start = len(f"{view}/")
    if view.is_symlink() or not view.is_dir():
        yield Finding("the view is missing", shown, advice)
        return
    try:
        found = {entry.path[start:]: entry for entry in _below(view)}
    except OSError as error:
        yield Finding(f"it cannot be read ({error.strerror or error})", shown, advice)
        return
    found.pop(CARD, None)
    wanted = shown_files(state)
    for name in sorted(found.keys() - wanted.keys()):
        yield Finding("readers see it, but no commit made it", f"{shown}/{name}", advice)
    for name, of in wanted.items():
        if name not in found:
            yield Finding("readers miss it", f"{shown}/{name}", advice)
        elif not _same(found[name], f"{root}/{of}", inodes):
            yield Finding(f"it is not the file {of}", f"{shown}/{name}", advice)


def _below(folder: Path | str) -> Iterator[os.DirEntry[str]]:
    """Yield every file and link below the folder, whatever the links lead to."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _below(entry.path)
            else:
                yield entry


def _same(shown: os.DirEntry[str], of: str, inodes: dict[str, int]) -> bool:
    """Whether the view shows the file; one that is missing is told as such, once."""
    if of not in inodes:
        inodes[of] = Path(of).stat().st_ino if Path(of).exists() else 0
    # The listing tells the inode: no look at each file of each view, of which there are many.
    if inodes[of] in {0, shown.inode()}:
        return True
    path = Path(shown.path)
    try:
        if path.samefile(of):
            return True
        # A lake that was copied without its hard links has each file twice, and is sound.
        return not shown.is_symlink() and digest(path) == digest(Path(of))
    except OSError:
        return False


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
