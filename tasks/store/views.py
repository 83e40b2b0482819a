"""Views: the folders that plain path readers see, and the one switch between them.

A view shows each live file once, as ``DATASET/GROUP-EDITION/[published_month=…/]part-N.parquet``.
``LAKE/articles`` leads through ``LAKE/current`` into the view of the present version, and
``LAKE/README.md`` to its card.

A reader such as pandas lists the dataset's folder once and then looks at each name it found, by
path, hence perhaps in the next view. What was listed must then be the same or be gone:

- a commit that only adds keeps every listed name with the same files below it, so the reader goes
  on with the version that it listed;
- a commit that takes rows out gives the dataset a new edition, and with it every group a new name.
  pyarrow silently skips a *folder* that vanishes while it lists, but not a *file* it has found: so
  all names change together, and whoever found one file gets FileNotFoundError, never half a corpus.
  A reader caught before its first file gets a frame without rows and without columns.

``Path("LAKE/articles").resolve()`` pins a version.
"""

import re
from pathlib import Path
from typing import Final

from expectations.schema import DATASETS
from tasks.errors import StopRun
from tasks.store.card import CARD, make_card
from tasks.store.files import (
    aside_of,
    link,
    make_folder,
    name_folder,
    names,
    point,
    put_unsynced,
    switch,
    switched_to,
)
from tasks.store.log import HIDDEN, entry_path, logged_versions
from tasks.store.state import State

CURRENT: Final = "current"
_TARGET: Final = re.compile(r"versions/v([0-9]{8})")
_VIEW: Final = re.compile(r"v([0-9]{8})")


def view_path(root: Path, version: int) -> Path:
    """Return the folder of a version's view."""
    return root / "versions" / f"v{version:08d}"


def shown_version(root: Path) -> int | None:
    """Return the version that path readers see; None when there is no view."""
    match = _TARGET.fullmatch(switched_to(root / CURRENT) or "")
    return int(match[1]) if match else None


def old_views(root: Path, floor: int) -> list[int]:
    """Return the versions before ``floor`` that have a view, oldest first."""
    found = (_VIEW.fullmatch(name) for name in names(root / "versions"))
    return [int(match[1]) for match in found if match and int(match[1]) < floor]


def committed_version(root: Path) -> int | None:
    """Return the newest version in the log; None when nothing was ever committed.

    The view may lag by the one commit that is being made or was cut off.
    """
    version = shown_version(root)
    if version is None or not entry_path(root, version).exists():
        return max(logged_versions(root), default=None)
    while entry_path(root, version + 1).exists():
        version += 1
    return version


def refuse_gap(root: Path, version: int) -> None:
    """Raise :class:`StopRun` when the log has lost entries after ``version``; needs the lock.

    What they brought would else be swept as what a writer that was cut off had left.
    """
    shown = shown_version(root)
    beyond = [*logged_versions(root)[-1:], *([] if shown is None else [shown])]
    if max(beyond, default=version) > version:
        raise StopRun(
            "The lake's log has lost an entry: restore this file from a backup; `warraq verify` "
            "tells more",
            path=str(entry_path(root, version + 1)),
            log_ends_at=version,
            found=max(beyond),
        )


def shown_files(state: State) -> dict[str, str]:
    """Return, for each path inside the view, the file under the lake's root that it shows."""
    editions = state.entry.editions
    return {
        file.shown_as(editions[file.dataset]): name
        for name, file in state.files.items()
        if file.dataset not in HIDDEN
    }


def build_view(root: Path, state: State) -> Path:
    """Build the version's view under a hidden name and return its folder.

    Its folders are not synced: a view is derived from the log, journalling file systems keep
    the order of names, and recovery and ``verify`` find a view that a power cut has torn.
    """
    aside = aside_of(view_path(root, state.version))
    made = set()
    for shown, name in shown_files(state).items():
        target = f"{aside}/{shown}"
        folder = target.rpartition("/")[0]
        if folder not in made:
            make_folder(folder)
            made.add(folder)
        link(f"{root}/{name}", target)
    make_folder(aside)
    put_unsynced(aside / CARD, make_card(state).encode())
    return aside


def name_view(root: Path, version: int, aside: Path) -> None:
    """Give the view that was built its final name."""
    name_folder(aside, view_path(root, version))


def show(root: Path, version: int) -> None:
    """Make the version the one that path readers see: the switch."""
    switch(root / CURRENT, f"versions/v{version:08d}")


def show_datasets(root: Path) -> None:
    """Link ``LAKE/articles``, its siblings and the card into the present view where none is."""
    for name in unlinked(root):
        point(root / name, f"{CURRENT}/{name}")


def unlinked(root: Path) -> list[str]:
    """Return the names of the lake that do not lead into the view; a card of one's own may stay."""
    names = [name for name in (*DATASETS, CARD) if not (root / name).is_symlink()]
    return [name for name in names if name != CARD or not (root / name).exists()]
