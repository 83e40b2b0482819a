"""Writers that are killed, over and over, on one lake, with every row looked at after each kill.

A writer is a process forked from a server that has imported everything: a kill costs its commit and
the look, not an interpreter. It dies by itself at a point of the commit (``POINT``), by itself
just before its N-th change to the file system that Python makes (``STEP``: names, folders, openings
for writing), or by ``kill -9`` at a random moment (``MOMENT``). In the fourth way, ``RECOVERY``, it
dies before a step, and the opening that mends what it left is killed at a random moment.
"""

import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

import pandas as pd
import pyarrow as pa

from tasks.store import Lake, open_index, open_lake, state, verify, view_path
from tasks.store.state import read_state
from tasks.store.transaction import POINTS
from tests.forking import forks_of
from tests.store.known_lake import (
    MAINTAIN,
    SEEN,
    Action,
    Known,
    Sight,
    a_batch,
    a_correction,
    digest_of,
    digest_of_frame,
    perform,
    sight_of,
)
from tests.store.lake_batches import article_id

POINT, STEP, MOMENT, RECOVERY = WAYS = ("point", "step", "moment", "recovery")
KINDS: Final = ("batch", "correction", MAINTAIN)


_DIED: Final = 42
_SECONDS: Final = 60
_BATCH: Final = 8
_EVERY: Final = 4
_CHANGES: Final = frozenset(
    f"os.{name}" for name in ("rename", "link", "symlink", "remove", "rmdir", "mkdir", "truncate")
)
_COMMITTED: Final = POINTS.index("logged")
_SWITCHED: Final = POINTS.index("switched")


@dataclass(frozen=True, slots=True)
class Death:
    """How a writer dies: ``where`` is a point's name, the number of a step, or nothing."""

    way: str
    where: str | int | None = None

    def __str__(self) -> str:
        return self.way if self.where is None else f"{self.way} {self.where}"


@dataclass(slots=True)
class Tally:
    """What the kills did; all but ``kills`` and ``survived`` have to stay empty.

    ``half`` counts reads of a version that is being given up which got a part of its rows.
    """

    kills: Counter[tuple[str, str]] = field(default_factory=Counter)
    survived: int = 0
    lost: int = 0
    doubled: int = 0
    torn: int = 0
    half: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether nothing was lost, doubled, torn or found by ``verify``."""
        return not (self.lost or self.doubled or self.torn or self.half or self.faults)


def _child(root: Path, action: Action | None, death: Death, told: Connection) -> None:
    """Commit the action, or only open the lake; say when it begins and what it took."""
    setattr(state, "EVERY", _EVERY)  # noqa: B010 (final to all others; states are rare otherwise)
    steps = _count_steps(death.where if death.way == STEP else None)
    told.send("begun")
    began = time.perf_counter()
    lake = open_lake(root)
    if action is not None:
        perform(lake, action, checkpoint=_dying_at(death.where if death.way == POINT else None))
    told.send((time.perf_counter() - began, steps[0]))
    if death.way == MOMENT:
        told.recv()  # never comes: whoever kills by number must find this process, no other


def _dying_at(point: object) -> Callable[[str], None]:
    return lambda here: os._exit(_DIED) if here == point else None


def _count_steps(last: object) -> list[int]:
    """Count the changes to the file system as Python announces them; die just before ``last``."""
    steps = [0]

    def hear(event: str, arguments: tuple[object, ...]) -> None:
        opens = event == "open" and isinstance(arguments[2], int) and arguments[2] & os.O_CREAT
        if opens or event in _CHANGES:
            steps[0] += 1
            if steps[0] == last:
                os._exit(_DIED)

    sys.addaudithook(hear)
    return steps


class Killing:
    """A lake under fire: what it must hold, and what was seen."""

    def __init__(self, root: Path, *, seed: int = 0) -> None:
        self.root = open_lake(root, create=True).root
        self.known = Known()
        self.tally = Tally()
        self.version = 0
        self._held = {0: self.known.sight}
        self._chance = random.Random(seed)
        self._names = 0
        self._costs = dict.fromkeys((*KINDS, RECOVERY), (0.05, 50))
        self._wanted: dict[str, int] = {}
        self._steps: dict[str, list[int]] = {kind: [] for kind in KINDS}
        for kind in (
            *KINDS,
            *KINDS,
        ):  # the first commits of a lake cost more than those that follow
            self._live(kind)

    def kill(self, kind: str, way: str, point: str = "") -> None:
        """Start a writer that does something of this kind, kill it, and look at every row.

        What was not committed is tried again by the next writer of the kind, as a person would.
        """
        action = self._action(kind)
        death = self._death(kind, way, point)
        after = self.known.after(action)
        self._count(kind, way, self._start(action, death))
        if way == RECOVERY:
            self._count(kind, way, self._start(None, Death(MOMENT)))
        self._look(action, death, after)

    def _count(self, kind: str, way: str, ended: int) -> None:
        if ended == 0:
            self.tally.survived += 1
        elif ended in {_DIED, -signal.SIGKILL}:
            self.tally.kills[kind, way] += 1
        else:
            self.tally.faults.append(f"{kind}, {way}: the writer ended with {ended}")

    def _action(self, kind: str) -> Action:
        """Plan what the kind does next to the lake as it is; its name stays until it is in."""
        if kind == MAINTAIN:
            return Action(MAINTAIN)
        if kind not in self._wanted:
            self._names += 1
            self._wanted[kind] = self._names
        number = self._wanted[kind]
        name = f"{kind}-{number}"
        if kind == "batch":
            return a_batch(self._chance, self.known, name, 20 * number, _BATCH)
        return a_correction(self._chance, self.known, name, 3)

    def _death(self, kind: str, way: str, point: str) -> Death:
        if way == POINT:
            return Death(POINT, point)
        return Death(STEP, self._next_step(kind)) if way in {STEP, RECOVERY} else Death(MOMENT)

    def _next_step(self, kind: str) -> int:
        """Return each step of the kind once, in a random order, before one comes again."""
        left = self._steps[kind]
        if not left:
            left.extend(range(1, self._costs[kind][1] + 1))
            self._chance.shuffle(left)
        return left.pop()

    def _live(self, kind: str) -> None:
        """Let one writer live: what it takes tells when to kill the next."""
        action = self._action(kind)
        after = self.known.after(action)
        self._start(action, Death("never"))
        self._look(action, Death("never"), after)

    def _start(self, action: Action | None, death: Death) -> int:
        """Run one writer to its end; return its exit code, 0 when it was done before the kill."""
        kind = "recovery" if action is None else action.kind
        ours, theirs = forks_of("store").Pipe()
        child = forks_of("store").Process(target=_child, args=(self.root, action, death, theirs))
        child.start()
        theirs.close()
        with ours, suppress(EOFError):
            ours.recv()
            if death.way == MOMENT:
                time.sleep(self._chance.uniform(0, 1.2 * self._costs[kind][0]))
                os.kill(child.pid or 0, signal.SIGKILL)
            self._costs[kind] = ours.recv()
            return 0
        child.join(_SECONDS)
        return -1 if child.exitcode is None else child.exitcode

    def _look(self, action: Action, death: Death, after: Known) -> None:
        """Look as a reader does before anything is mended; then mend, verify, and look again."""
        maintained = action.kind == MAINTAIN
        seen = self._seen(action, death, self.known, after)
        if maintained:
            self._read_held()
        lake = open_lake(self.root)
        committed = lake.version > self.version
        if lake.version - self.version > 1:
            self._blame(death, action, f"version {self.version} was followed by {lake.version}")
        if death.way == POINT and not (maintained and not committed):
            self._check_point(action, death, committed=committed, seen=seen, after=after.sight)
        if committed:
            self.known = after
            self.version = lake.version
            self._held[self.version] = after.sight
            self._wanted.pop(action.kind, None)
        self._count_rows(death, action)
        self._check_lake(lake, action, death)
        if committed and not maintained and self.version % 4 == 0:
            self._repeat(action, death)

    def _seen(self, action: Action, death: Death, before: Known, after: Known) -> Sight | None:
        try:
            seen = sight_of(self.root)
        except (OSError, KeyError, pa.ArrowException) as error:
            self.tally.torn += 1
            self._blame(death, action, f"a reader got {error!r}")
            return None
        if seen not in {before.sight, after.sight}:
            self.tally.torn += 1
            self._blame(death, action, f"a reader saw {seen}, neither before nor after")
        return seen

    def _read_held(self) -> None:
        """Read what readers may still hold: whole, or an error when it was given up."""
        for version, sight in list(self._held.items())[-4:-1]:
            try:
                frame = pd.read_parquet(view_path(self.root, version) / "articles")
            except FileNotFoundError:
                continue
            if not frame.columns.empty:  # a reader whose folder is gone before its first file
                whole = (sight.articles, sight.digest)
                self.tally.half += (len(frame), digest_of_frame(frame)) != whole

    def _check_point(
        self, action: Action, death: Death, *, committed: bool, seen: Sight | None, after: Sight
    ) -> None:
        number = POINTS.index(str(death.where))
        if committed != (number >= _COMMITTED):
            self._blame(death, action, f"committed: {committed}")
        if action.kind != MAINTAIN and (seen == after) != (number >= _SWITCHED):
            self._blame(death, action, f"readers saw the new version: {seen == after}")

    def _count_rows(self, death: Death, action: Action) -> None:
        """Compare the rows that a reader gets with those that were committed."""
        found = pd.read_parquet(self.root / "articles", columns=SEEN)
        counts = Counter(found["article_id"])
        wanted = {article_id(n) for n in self.known.articles}
        self.tally.lost += len(wanted - counts.keys())
        self.tally.doubled += sum(count - 1 for count in counts.values())
        if digest_of_frame(found) != self.known.digest:
            self._blame(death, action, "the mended lake shows other articles than were committed")

    def _check_lake(self, lake: Lake, action: Action, death: Death) -> None:
        for finding in verify(lake):
            self._blame(death, action, str(finding))
        floor = lake.entry().floor
        kept = {name for v in range(floor, lake.version + 1) for name in self._files(v)}
        there = {str(p.relative_to(lake.root)) for p in (lake.root / "groups").rglob("*.parquet")}
        if there != kept:
            self._blame(death, action, f"files kept: {sorted(there ^ kept)} differ")
        if left := [p for p in lake.root.rglob(".*") if "sqlite" not in p.name]:
            self._blame(death, action, f"left behind: {left}")
        numbers = list(self.known.articles)
        with open_index(lake) as index:
            entries = index.find_articles(pa.array([article_id(n) for n in numbers]))
        columns = [entries[name].to_pylist() for name in ("article_id", "copies", "revision")]
        if digest_of(*columns) != self.known.digest:
            self._blame(death, action, "the duplicate index knows other articles")

    def _files(self, version: int) -> set[str]:
        return set(read_state(self.root, version).files)

    def _repeat(self, action: Action, death: Death) -> None:
        """Commit again what is committed: nothing may change, whoever had died of it."""
        perform(open_lake(self.root), action)
        if open_lake(self.root).version != self.version:
            self._blame(death, action, "it was committed twice")

    def _blame(self, death: Death, action: Action, why: str) -> None:
        self.tally.faults.append(f"{action.kind} {action.name}, {death}: {why}")
