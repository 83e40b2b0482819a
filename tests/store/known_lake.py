"""Commits whose outcome is known row by row, and what plain readers see, as one comparable value.

A :class:`Known` says which rows a version must hold; it is worked out from the actions alone and
never read from the lake. A :class:`Sight` is that in short: counts and a digest that does not
depend on the order of rows, so a row that is lost, doubled or old shows.
"""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa

from tasks.store import Lake, keep_up, transaction
from tests.store.lake_batches import article_id, batch, month_of, step_of

COPIED: Final = 100_000
"""What :func:`~tests.store.lake_batches.batch` adds to an article's number to number its copy."""

MAINTAIN: Final = "maintain"

_WORDS: Final = 8  # an article id: 64 hexadecimal digits
_ODD: Final = np.array(
    [0x9E3779B97F4A7C15 * (2 * n + 1) & 0xFFFFFFFFFFFFFFFF for n in range(_WORDS + 2)], np.uint64
)


Values = Sequence[Any] | np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """What changes in an article that is published."""

    copies: int = 1
    revision: int = 1


@dataclass(frozen=True, slots=True)
class Action:
    """One commit: articles ``first`` and following, copies, and new values of published articles.

    ``amended`` rows change in place, ``replaced`` ones are removed and written again. One without a
    name is maintenance: it changes no row.
    """

    name: str
    first: int = 0
    count: int = 0
    copies_of: tuple[int, ...] = ()
    amended: Mapping[int, Row] = field(default_factory=dict)
    replaced: Mapping[int, Row] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """Whether it is a ``batch``, a ``correction`` or to ``maintain``."""
        if self.name == MAINTAIN:
            return MAINTAIN
        return "batch" if self.count else "correction"


@dataclass(frozen=True, slots=True)
class Sight:
    """What readers of the four datasets see: rows, and a digest of ids, copies and revisions."""

    articles: int
    digest: int
    duplicates: int
    ledger: int


class Known:
    """The rows of one version."""

    def __init__(self) -> None:
        self.articles: dict[int, Row] = {}
        self.copied: list[int] = []
        self.ledger = 0
        self.digest = 0

    def after(self, action: Action) -> "Known":
        """Return what the lake holds once the action is committed."""
        known = Known()
        known.articles = dict(self.articles)
        known.copied = [*self.copied, *action.copies_of]
        known.ledger = self.ledger + action.count + len(action.copies_of)
        known.digest = self.digest
        changed = {**action.amended, **action.replaced}
        known.change({n: self.articles[n] for n in changed}, -1)
        known.change(changed | dict.fromkeys(_numbers(action), Row()), 1)
        return known

    def change(self, rows: Mapping[int, Row], sign: int) -> None:
        """Add the rows, or take them out."""
        ids = [article_id(n) for n in rows]
        copies, revisions = [r.copies for r in rows.values()], [r.revision for r in rows.values()]
        self.digest = (self.digest + sign * digest_of(ids, copies, revisions)) % (1 << 64)
        self.articles.update(rows)

    @property
    def sight(self) -> Sight:
        """What readers of it must see."""
        return Sight(len(self.articles), self.digest, len(self.copied), self.ledger)


def digest_of(ids: Values, copies: Values, revisions: Values) -> int:
    """Return the sum of the rows' hashes: the same in any order, another when a row is."""
    if not len(ids):
        return 0
    words = np.array(ids, dtype="S64").view(np.uint64).reshape(-1, _WORDS)
    mixed = (words * _ODD[:_WORDS]).sum(axis=1, dtype=np.uint64)
    mixed ^= np.asarray(copies, np.uint64) * _ODD[_WORDS]
    mixed ^= np.asarray(revisions, np.uint64) * _ODD[_WORDS + 1]
    mixed ^= mixed >> np.uint64(31)
    mixed *= _ODD[0]
    mixed ^= mixed >> np.uint64(29)
    return int(mixed.sum(dtype=np.uint64))


def digest_of_frame(frame: pd.DataFrame) -> int:
    """Return the digest of a reader's articles."""
    return digest_of(
        frame["article_id"].to_numpy(object),
        frame["copies"].to_numpy(np.int64),
        frame["revision"].to_numpy(np.int64),
    )


SEEN: Final = ["article_id", "copies", "revision"]
"""The columns of ``articles`` that a :class:`Sight` needs."""


def sight_of(root: Path) -> Sight:
    """Read every dataset by its plain path, as an analyst does."""
    articles = pd.read_parquet(root / "articles", columns=SEEN)
    return Sight(
        len(articles),
        digest_of_frame(articles),
        len(pd.read_parquet(root / "duplicates", columns=["article_id"])),
        len(pd.read_parquet(root / "ledger", columns=["record_ref"])),
    )


def a_batch(chance: random.Random, known: Known, name: str, first: int, count: int) -> Action:
    """New articles, a copy of one that is published, and corrections as a batch brings them."""
    fresh = sorted(known.articles.keys() - set(known.copied))
    copied = tuple(chance.sample(fresh, min(1, len(fresh))))
    amended = {n: Row(known.articles[n].copies + 1, known.articles[n].revision) for n in copied}
    return Action(name, first, count, copied, amended)


def a_correction(chance: random.Random, known: Known, name: str, count: int) -> Action:
    """New numbers of copies for some articles, a new revision of others."""
    chosen = chance.sample(sorted(known.articles), min(2 * count, len(known.articles)))
    rows = {n: known.articles[n] for n in chosen}
    amended = {n: Row(r.copies + 1, r.revision) for n, r in list(rows.items())[:count]}
    replaced = {n: Row(r.copies, r.revision + 1) for n, r in list(rows.items())[count:]}
    return Action(name, amended=amended, replaced=replaced)


def perform(
    lake: Lake,
    action: Action,
    *,
    wait_seconds: float = 0,
    keep: timedelta = timedelta(0),
    checkpoint: Callable[[str], None] | None = None,
) -> int | None:
    """Commit the action; return the version that holds it, null when there was nothing to do."""
    maintains = action.kind == MAINTAIN
    with transaction(
        lake,
        run_id=action.name,
        wait_seconds=wait_seconds,
        batch_id=None if maintains else action.name,
        operation="maintain" if maintains else "batch",
        checkpoint=checkpoint,
    ) as changes:
        if maintains:
            return keep_up(changes, keep_since=datetime.now(UTC) - keep).version
        return write(changes, action)


def write(changes: Any, action: Action, told: Mapping[str, object] | None = None) -> int:
    """Write what a batch or a correction changes, and commit it; ``told`` joins the summary."""
    made = batch(action.name, _numbers(action), copies_of=action.copies_of)
    for dataset, table in made.tables.items():
        changes.write(dataset, table)
    if action.replaced:
        months = pa.array([month_of(n) for n in action.replaced])
        changes.remove("articles", pa.array([article_id(n) for n in action.replaced]), months)
        again = batch(action.name, list(action.replaced)).tables["articles"]
        changes.write("articles", _valued(again, action.replaced.values()))
    if action.amended:
        changes.amend("articles", _amendments(action.amended))
    changed = {**action.amended, **action.replaced}
    changes.index(_valued(step_of(list(changed)), changed.values()))
    changes.index(made.step)
    committed: int = changes.commit(made.summary | dict(told or {}))
    return committed


def _numbers(action: Action) -> range:
    return range(action.first, action.first + action.count)


def _amendments(rows: Mapping[int, Row]) -> pa.Table:
    return pa.table(
        {
            "article_id": [article_id(n) for n in rows],
            "published_month": [month_of(n) for n in rows],
            "copies": pa.array([row.copies for row in rows.values()], pa.int32()),
        }
    )


def _valued(table: pa.Table, rows: Iterable[Row]) -> pa.Table:
    values = list(rows)
    for name in ("copies", "revision"):
        place = table.schema.get_field_index(name)
        column = pa.array([getattr(row, name) for row in values], pa.int32())
        table = table.set_column(place, table.schema.field(place), column)
    return table
