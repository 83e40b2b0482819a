"""A process of its own that uses a lake: ``commit_child.py LAKE MODE [ARGUMENT]``."""

import os
import resource
import signal
import sys
import time
from pathlib import Path

from tasks.errors import WarraqError
from tasks.store import find_article, open_lake, transaction, verify
from tests.store.lake_batches import article_id, batch, commit


def commit_many(root: Path, name: str) -> None:
    """Commit ten small batches of articles that no other name has."""
    first = 1000 * (1 + ord(name) - ord("a"))
    for number in range(10):
        start = first + 10 * number
        commit(root, batch(f"{name}-{number}", range(start, start + 10)))


def hold(root: Path, _: str) -> None:
    """Take the lock, say so, and keep it until killed."""
    with transaction(open_lake(root), batch_id="held", run_id="holder", wait_seconds=0):
        print("held", flush=True)
        time.sleep(60)


def fill(root: Path, limit: str) -> None:
    """Commit a batch while no file may grow beyond the limit; print the error."""
    lake = open_lake(root)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
    try:
        commit(lake, batch("too-much", range(1000, 4000)))
    except WarraqError as error:
        print(type(error).__name__, error, flush=True)


def read_only(root: Path, _: str) -> None:
    """Read, then try to write, as a user who may only read."""
    if os.geteuid() == 0:
        os.setuid(65534)
    lake = open_lake(root)
    found = find_article(lake, article_id(3))
    title = str(found and found["title"]).split()[-1]
    print(f"version {lake.version}, {verify(lake) or 'healthy'}, found {title}")
    attempts = (
        lambda: transaction(lake, batch_id="b", run_id="r", wait_seconds=0).__enter__(),
        lambda: open_lake(root, create=True),
    )
    for attempt in attempts:
        try:
            attempt()
        except WarraqError as error:
            print(error, flush=True)


if __name__ == "__main__":
    MODES = {
        "commit_many": commit_many,
        "hold": hold,
        "fill": fill,
        "read_only": read_only,
    }
    MODES[sys.argv[2]](Path(sys.argv[1]), sys.argv[3] if len(sys.argv) > 3 else "")
