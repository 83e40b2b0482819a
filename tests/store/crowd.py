"""Two writers and four readers on one lake: every read is held against the versions of the log.

Each commit of a batch or correction says in its summary what it did and what readers of it must see
(:class:`~tests.store.known_lake.Sight`), worked out from what all earlier commits say they did;
maintenance changes no row. A read by plain path has to be one of the versions that were shown while
it went on, a read of a version exactly that. What else a reader may meet:

- ``again``: FileNotFoundError by a plain path that a correction or maintenance overtook;
- ``empty``: a frame without columns in the same case, for one that was overtaken before its first
  file (``tasks/store/views.py``);
- ``gone``: an error on a version that maintenance has given up meanwhile, never before its time.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds

from tasks.errors import StopRun
from tasks.store import keep_up, open_lake, read_entry, transaction
from tasks.store.views import committed_version, shown_version
from tests.forking import forks_of
from tests.store.known_lake import (
    MAINTAIN,
    SEEN,
    Action,
    Known,
    Row,
    Sight,
    a_batch,
    a_correction,
    digest_of_frame,
    write,
)

READERS: Final = ("pandas", "pyarrow.dataset", "pinned", "by number")

_UPKEEP_EVERY: Final = 4

OUTCOMES: Final = ("batch", "correction", MAINTAIN, "right", "again", "empty", "gone")
"""What the turns of writers and readers may end in; anything else is a fault, in words."""


_BATCH: Final = 12
_WAIT_SECONDS: Final = 120
_END_SECONDS: Final = 180


@dataclass(slots=True)
class Told:
    """What one of the crowd did: how often what happened, and what must not have."""

    who: str
    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    cpu: float = 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How long the crowd is busy; ``keep`` is for how long versions stay readable."""

    root: Path
    seconds: float
    keep: float
    seed: int = 0


def gather(plan: Plan) -> list[Told]:
    """Let two writers and four readers loose on the lake, and return what each tells."""
    open_lake(plan.root, create=True)
    begun = []
    for number, who in enumerate(("writer a", "writer b", *READERS)):
        ours, theirs = forks_of("store").Pipe(duplex=False)
        process = forks_of("store").Process(target=_live, args=(plan, who, number, theirs))
        process.start()
        theirs.close()
        begun.append((who, process, ours))
    told = []
    for who, process, ours in begun:
        heard = ours.poll(plan.seconds + _END_SECONDS)
        told.append(ours.recv() if heard else Told(who, faults=["it does not end"]))
        process.join(1)
        ours.close()
    return told


def last_sight(root: Path) -> tuple[Known, Sight | None]:
    """Return what the newest version must hold by what all commits did, and by its own entry."""
    history = _History(root)
    version = open_lake(root).version
    return history.known(version), history.sight(version)


def _live(plan: Plan, who: str, number: int, told: Connection) -> None:
    result = Told(who)
    chance = random.Random(1000 * plan.seed + number)
    turn = _writing(plan, who, chance) if who not in READERS else _reading(plan, who, chance)
    ends = time.monotonic() + plan.seconds
    try:
        for what in turn:
            if what in OUTCOMES:
                result.counts[what] += 1
            else:
                result.faults.append(what[:600])
            if time.monotonic() > ends:
                break
    except Exception as error:  # noqa: BLE001 (whatever one of them meets is the result)
        result.faults.append(f"{type(error).__name__}: {error}"[:600])
    result.cpu = time.process_time()
    told.send(result)


class _History:
    """What the log says of each version; every entry is read once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known = Known()
        self._version = 0
        self._sights: dict[int, Sight | None] = {0: Known().sight}

    def sight(self, version: int) -> Sight | None:
        """Return what readers of the version must see."""
        if version not in self._sights:
            told: Any = read_entry(self._root, version).summary.get("sight")
            self._sights[version] = Sight(**told) if told else self.sight(version - 1)
        return self._sights[version]

    def known(self, version: int) -> Known:
        """Return the rows of the version, from what each commit says it did."""
        while self._version < version:
            self._version += 1
            did = read_entry(self._root, self._version).summary.get("did")
            if did is not None:
                self._known = self._known.after(_action(did))
        return self._known

    def sights(self, first: int, last: int) -> set[tuple[int, int]]:
        """Return rows and digest of the articles of all these versions."""
        found = map(self.sight, range(first, last + 1))
        return {(sight.articles, sight.digest) for sight in found if sight is not None}

    def is_renamed(self, first: int, last: int) -> bool:
        """Whether one of the versions after the first took articles out, or merged them."""
        editions = {read_entry(self._root, v).editions["articles"] for v in range(first, last + 1)}
        return len(editions) > 1


def _action(did: Any) -> Action:
    rows = {
        name: {int(n): Row(**row) for n, row in did[name].items()}
        for name in ("amended", "replaced")
    }
    return Action(did["name"], did["first"], did["count"], tuple(did["copies_of"]), **rows)


def _writing(plan: Plan, who: str, chance: random.Random) -> Iterator[str]:
    history = _History(plan.root)
    for number in range(1_000_000):
        kind = chance.choices(("batch", "correction"), (2, 1))[0]
        if number % _UPKEEP_EVERY == _UPKEEP_EVERY - 1:  # not by chance, or a slow machine has none
            kind = MAINTAIN
        name = f"{who}-{number}"
        with transaction(
            open_lake(plan.root),
            run_id=name,
            wait_seconds=_WAIT_SECONDS,
            batch_id=None if kind == MAINTAIN else name,
            operation="maintain" if kind == MAINTAIN else "batch",
        ) as changes:
            if kind == MAINTAIN:
                keep_up(changes, keep_since=datetime.now(UTC) - timedelta(seconds=plan.keep))
            else:
                known = history.known(changes.base.version)
                action = (
                    a_batch(chance, known, name, known.ledger, _BATCH)
                    if kind == "batch"
                    else a_correction(chance, known, name, 4)
                )
                sight = known.after(action).sight
                write(changes, action, {"did": asdict(action), "sight": asdict(sight)})
        yield kind
        # A waiting writer looks for the lock every 0.1 s: one that never rests would starve it.
        time.sleep(chance.uniform(0, 0.3))


def _reading(plan: Plan, who: str, chance: random.Random) -> Iterator[str]:
    history = _History(plan.root)
    if who == "pinned":
        return _reading_pinned(plan, history, chance)
    if who == "by number":
        return _reading_by_number(plan, history, chance)
    return _reading_by_path(plan, history, _by_pandas if who == "pandas" else _by_pyarrow)


def _by_pandas(folder: Path) -> pd.DataFrame:
    return pd.read_parquet(folder)


def _by_pyarrow(folder: Path) -> pd.DataFrame:
    table = ds.dataset(folder, format="parquet", partitioning="hive").to_table()
    frame: pd.DataFrame = table.select([n for n in SEEN if n in table.column_names]).to_pandas()
    return frame


def _reading_by_path(
    plan: Plan, history: _History, look: Callable[[Path], pd.DataFrame]
) -> Iterator[str]:
    while True:
        first = shown_version(plan.root) or 0
        seen, error = _seen(look, plan.root / "articles")
        last = committed_version(plan.root) or 0
        if seen is not None and (seen in history.sights(first, last)):
            yield "right"
        elif history.is_renamed(first, last) and isinstance(error, FileNotFoundError):
            yield "again"
        elif history.is_renamed(first, last) and error is None and seen is None:
            yield "empty"
        else:
            yield f"saw {seen} {error!r} in versions {first} to {last}"


def _seen(
    look: Callable[[Path], pd.DataFrame], folder: Path
) -> tuple[tuple[int, int] | None, Exception | None]:
    """Return rows and digest, or the error; neither for a frame without columns."""
    try:
        frame = look(folder)
    except (OSError, pa.ArrowException) as error:
        return None, error
    if frame.columns.empty:
        return None, None
    return (len(frame), digest_of_frame(frame)), None


def _reading_pinned(plan: Plan, history: _History, chance: random.Random) -> Iterator[str]:
    """Pin the present version; read it at once, within its time, and when its time is over."""
    while True:
        pinned = time.monotonic()
        folder = (plan.root / "articles").resolve()
        version = int(folder.parent.name[1:])
        for wait in (0.0, plan.keep / 3, 3 * plan.keep):
            time.sleep(chance.uniform(0, wait))
            seen, error = _seen(_by_pandas, folder)
            late = time.monotonic() - pinned > plan.keep
            yield _judged(plan, history, version, seen, error, late=late)


def _reading_by_number(plan: Plan, history: _History, chance: random.Random) -> Iterator[str]:
    while True:
        newest = open_lake(plan.root)
        version = chance.randint(newest.entry().floor, max(0, newest.version - 1))
        try:
            folder = open_lake(plan.root, version=version).view("articles")
        except StopRun as refusal:
            yield "gone" if _floor(plan.root) > version else f"{refusal} (version {version})"
            continue
        seen, error = _seen(_by_pyarrow, folder)
        yield _judged(plan, history, version, seen, error, late=True)


def _judged(
    plan: Plan,
    history: _History,
    version: int,
    seen: tuple[int, int] | None,
    error: Exception | None,
    *,
    late: bool,
) -> str:
    if seen is not None and seen in history.sights(version, version):
        return "right"
    if seen is None and late and _floor(plan.root) > version:
        return "gone"
    return f"saw {seen} {error!r} in version {version}, oldest {_floor(plan.root)}"


def _floor(root: Path) -> int:
    return read_entry(root, committed_version(root) or 0).floor
