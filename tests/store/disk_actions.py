"""Everything that is done to a lake and writes: what it begins with, and doing it."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq

from tasks.deduplicate import compare_with
from tasks.retract import Request, retract
from tasks.store import open_lake, read_entry, transaction
from tests.store.known_lake import MAINTAIN, Action, Row, perform
from tests.store.lake_batches import article_id

_BATCH: Final = Action("batch", 4, 1, copies_of=(1,), amended={1: Row(copies=2)})
_CORRECTION: Final = Action("correction", amended={0: Row(copies=5)}, replaced={1: Row(revision=2)})
_MAINTENANCE: Final = Action(MAINTAIN)


@dataclass(frozen=True, slots=True)
class Sight:
    """What plain readers see, whole."""

    articles: tuple[tuple[Any, ...], ...]
    duplicates: tuple[tuple[Any, ...], ...]
    ledger: tuple[tuple[Any, ...], ...]

    @property
    def article_ids(self) -> list[str]:
        """The ids of articles and copies, sorted."""
        return sorted(row[0] for row in (*self.articles, *self.duplicates))


def sight(root: Path) -> Sight | None:
    """Read the lake by its plain paths; null when there is nothing to read yet."""
    try:
        articles = _read(root, "articles", "article_id", "copies", "revision")
        duplicates = _read(root, "duplicates", "article_id")
        ledger = _read(root, "ledger", "record_ref", "disposition")
    except FileNotFoundError:
        return None
    return Sight(articles, duplicates, ledger)


def _read(root: Path, dataset: str, *columns: str) -> tuple[tuple[Any, ...], ...]:
    rows = pq.read_table(root / dataset, columns=list(columns)).select(columns)
    return tuple(sorted(zip(*(column.to_pylist() for column in rows.columns), strict=True)))


@dataclass(frozen=True, slots=True)
class Doing:
    """``act`` is done to a lake that ``prepare`` has made."""

    prepare: Callable[[Path], object]
    act: Callable[[Path], object]


def _grow(root: Path) -> None:
    """Two articles and a copy; ``sweep`` has a state written with the version that follows."""
    perform(open_lake(root, create=True), Action("one", 0, 2, copies_of=(0,)))


def _do(action: Action) -> Callable[[Path], object]:
    return lambda root: perform(open_lake(root), action)


def _retract(root: Path) -> None:
    request = Request(article_id(1), "asked for", purge=True)
    lake = open_lake(root)
    retract(lake, request, run_id="retract", wait_seconds=0, compare_with=compare_with)


def _grow_with_another(root: Path) -> None:
    _grow(root)
    other = root.parent / "other"
    open_lake(other, create=True)
    perform(open_lake(other), Action("one", 0, 3))


def _adopt(root: Path) -> None:
    other = open_lake(root.parent / "other")
    batches = {"one": read_entry(other.root, 1).summary}
    with transaction(
        open_lake(root), run_id="rebuild", operation="rebuild", wait_seconds=0
    ) as changes:
        if not changes.base.entry.rebuilt:
            changes.adopt(other, batches)
            changes.commit({"batches": 1})


def _cut_off(action: Action, point: str) -> Callable[[Path], None]:
    """Grow a lake, and let a process do the action that dies at this point of its commit."""

    def grow_and_die(root: Path) -> None:
        _grow(root)
        child = os.fork()
        if child == 0:
            perform(
                open_lake(root),
                action,
                checkpoint=lambda here: os._exit(0) if here == point else None,
            )
            os._exit(1)
        if os.waitpid(child, 0)[1] != 0:
            raise AssertionError(f"the commit never came to {point}")

    return grow_and_die


def _open(root: Path) -> None:
    open_lake(root)


ACTIONS: Final = {
    "batch": Doing(_grow, _do(_BATCH)),
    "correction": Doing(_grow, _do(_CORRECTION)),
    "maintenance": Doing(_grow, _do(_MAINTENANCE)),
    "purge": Doing(_grow, _retract),
    "rebuild": Doing(_grow_with_another, _adopt),
    "genesis": Doing(lambda _: None, lambda root: open_lake(root, create=True)),
    "opening before the entry": Doing(_cut_off(_BATCH, "view-built"), _open),
    "opening after the entry": Doing(_cut_off(_BATCH, "logged"), _open),
    "opening before the sweep": Doing(_cut_off(_MAINTENANCE, "state-written"), _open),
}
"""What is done, by name; doing one again when it was done changes nothing that readers see."""
