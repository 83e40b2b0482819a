"""Two writers and four readers on one lake for minutes, every read held against the log.

Usage, from the project's folder::

    .venv/bin/python tests/benchmarks/lake_readers.py
    .venv/bin/python tests/benchmarks/lake_readers.py --minutes 10 --keep 5

The writers commit batches, corrections, and now and then maintenance that merges all small files
and gives up versions older than ``--keep`` seconds. The readers are pandas and pyarrow.dataset by
plain path, one that pins a version by ``resolve()``, and one that opens earlier versions by number.
``tests/store/crowd.py`` says what each read is held against. The exit code is 1 when a reader or a
writer met anything else, or the lake is not what all commits together make it.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tasks.store import open_lake, verify
from tests.benchmarks.measuring import BAR_MISSED, print_table
from tests.store.crowd import READERS, Plan, gather, last_sight
from tests.store.known_lake import MAINTAIN, sight_of


def main() -> int:
    options = _parser().parse_args()
    with tempfile.TemporaryDirectory(prefix="warraq-readers-") as name:
        root = Path(name) / "lake"
        told = gather(Plan(root, 60 * options.minutes, options.keep, options.seed))
        lake = open_lake(root)
        entry = lake.entry()
        known, by_log = last_sight(root)
        faults = [f"{each.who}: {fault}" for each in told for fault in each.faults]
        faults += [str(finding) for finding in verify(lake)]
        if not sight_of(root) == known.sight == by_log:
            faults.append(f"the lake shows {sight_of(root)}, not {known.sight}")
    writers = [each for each in told if each.who not in READERS]
    kinds = ("batch", "correction", MAINTAIN)
    rows = [[each.who, *(each.counts[kind] for kind in kinds), each.cpu] for each in writers]
    print_table("Commits", ("writer", *kinds, "CPU s"), rows)
    ends = ("right", "again", "empty", "gone")
    rows = [
        [each.who, each.counts.total(), *(each.counts[end] for end in ends), len(each.faults)]
        for each in told
        if each.who in READERS
    ]
    print_table("Reads", ("reader", "reads", *ends, "wrong"), rows)
    print(
        f"\n{options.minutes:g} minutes, {lake.version:,} versions, oldest kept {entry.floor:,}; "
        f"{known.sight.articles:,} articles at the end"
    )
    for fault in faults:
        print(fault)
    return BAR_MISSED if faults else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=3, help="how long (default: 3)")
    parser.add_argument("--keep", type=float, default=4, help="retention in seconds (default: 4)")
    parser.add_argument("--seed", type=int, default=0, help="of everything random (default: 0)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
