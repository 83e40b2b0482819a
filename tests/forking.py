"""Child processes that start with everything imported, forked from a server that did nothing else.

A process has one fork server, which keeps the imports and the environment that it began with. Tests
of the flow want Prefect's address in it and tests of the store none of that, so a server of the
other kind is ended first.
"""

import multiprocessing
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from typing import Final, Literal

_PRELOADED: Final = {
    "flow": [
        *("great_expectations", "flows.run_command", "flows.build_corpus"),
        *("tests.pipeline.run_child", "tasks.store.index_texts"),
    ],
    "store": [
        "tasks.store.index_texts",
        *("tests.store.killing", "tests.store.crowd"),
        *("tests.store.full_disks", "tests.store.closed_lake"),
    ],
}
_FORKS: Final = multiprocessing.get_context("forkserver")
_running: list[str] = []


def forks_of(kind: Literal["flow", "store"]) -> ForkServerContext:
    """Return the context whose processes are forked from a server of that kind."""
    if _running != [kind]:
        forkserver._forkserver._stop()  # type: ignore[attr-defined]  # there is no public way
        _FORKS.set_forkserver_preload(_PRELOADED[kind])
        _running[:] = [kind]
    return _FORKS
