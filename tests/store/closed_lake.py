"""What users can do with a lake of which they may only read a folder, told by their process."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from multiprocessing.connection import Connection
from pathlib import Path

from tasks.store import examine, find_article, open_lake
from tests.store.disk_actions import Sight, sight
from tests.store.known_lake import Action, perform
from tests.store.lake_batches import article_id

NOBODY = 65534


@dataclass(frozen=True, slots=True)
class Told:
    """What reading gave, and the errors of reading, checking and writing, each null for none."""

    seen: Sight | None
    reading: str | None
    findings: list[str]
    writing: str | None


def use(root: Path, told: Connection) -> None:
    """Read, check and write the lake as a user whom the modes of its folders bind."""
    version("warraq")  # imports what this user may not read
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    reading = _error_of(lambda: find_article(open_lake(root), article_id(0)))
    findings = [str(finding) for finding in examine(root).findings]
    writing = _error_of(lambda: perform(open_lake(root), Action("more", 4, 1)))
    told.send(Told(sight(root), reading, findings, writing))


def _error_of(act: Callable[[], object]) -> str | None:
    try:
        act()
    except Exception as error:  # noqa: BLE001 (whatever it is, it is looked at)
        return f"{type(error).__name__}: {error}"
    return None


@contextmanager
def closed(folder: Path, root: Path) -> Iterator[None]:
    """Let anybody write all of the lake but this folder."""
    for path in (root.parent, root, *root.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o777)
    folder.chmod(0o555)
    try:
        yield
    finally:
        folder.chmod(0o777)
