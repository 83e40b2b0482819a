"""Kernels compiled once for all workers of a run, each by another worker.

A fresh clone has no compiled kernels, and every worker would begin with a minute of compiling the
same ones as its neighbours. What is compiled lies beside the code, so later runs only load it.
"""

import fcntl
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, Final

import pyarrow as pa

from expectations.schema import CLEANED
from tasks.clean import clean
from tasks.deduplicate import decide, find_candidates
from tasks.sources import DEFAULT_PROFILE, SourceProfile
from tests.clean.record_tables import records
from tests.deduplicate.no_history import NoHistory
from tests.fetch.fetching import land
from tests.pipeline.running import SAMPLE
from tests.quality.edits_of_words import cut_to, spin_connectives
from tests.quality.stories import Article, articles

ROOMS: Final = frozenset({"clean", "deduplicate", "fetch"})
"""Who tests one of these alone compiles what it needs as it goes."""


def compile_kernels(shared: Path, first: int) -> None:
    """Compile every part that no other worker has; begin with the part of that number.

    Returns when all are compiled, by whomever.
    """
    for number in range(len(_PARTS)):
        part = _PARTS[(first + number) % len(_PARTS)]
        with (shared / f"compiled-{part.__name__}").open("a+") as told:
            fcntl.flock(told, fcntl.LOCK_EX)
            if not told.tell():
                part(shared)
                told.write("done")


def _cleaning(_: Path) -> None:
    rows = (
        {
            "native_id": each.article_id,
            "source": each.outlet,
            "title": each.title,
            "text": each.text,
        }
        for each in articles(real=False)
    )
    clean(records(*rows), {DEFAULT_PROFILE: SourceProfile(name=DEFAULT_PROFILE)})


def _the_others(shared: Path) -> None:
    land(shared / "compiled", SAMPLE)
    decide(find_candidates(_cleaned(articles(real=False))), NoHistory())


_PARTS: Final[Sequence[Callable[[Path], None]]] = (_cleaning, _the_others)


def _cleaned(stories: Sequence[Article]) -> pa.Table:
    """Return stories, cuts of them and other wordings, cleaned without the kernels of cleaning."""
    chance = Random(1)
    rows = []
    for number, story in enumerate(stories):
        cut, spun = cut_to(0.7)(story, chance, []), spin_connectives(story, chance, [])
        for copy, told in enumerate((story, cut, spun)):
            row = {field.name: _filler(field) for field in CLEANED}
            named = {"article_id": f"{number}-{copy}", "record_ref": f"a#{number}-{copy}"}
            rows.append(row | named | {"source": f"{copy}", "body": told.text})
    return pa.Table.from_pylist(rows, schema=CLEANED)


def _filler(field: pa.Field) -> Any:
    if field.nullable:
        return None
    if pa.types.is_timestamp(field.type):
        return datetime(2026, 1, 1, tzinfo=UTC)
    if pa.types.is_list(field.type):
        return []
    return "" if pa.types.is_string(field.type) or pa.types.is_large_string(field.type) else 0
