"""Reading article pages: Warraq side by side with the readers people use, in one run.

Usage, from the project's folder::

    .venv/bin/python -m tests.benchmarks.pages --make-peer /tmp/readers
    .venv/bin/python -m tests.benchmarks.pages --peer-python /tmp/readers/bin/python --rounds 5

The peers live in an environment of their own. ``--make-peer`` makes one; by hand it is
``uv venv /tmp/readers && uv pip install -p /tmp/readers/bin/python trafilatura==2.3.1 newspaper4k nltk
resiliparse``. Readers take turns; of each the median of pages per CPU second counts, beyond
start-up, and the F1 of its text on the gold's pages, captions within the text included. The exit
code is 1 when Warraq's F1 is not above trafilatura's or it is less than five times as fast.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any, Final

from tests.benchmarks.measuring import (
    BAR_MISSED,
    NO_DATA,
    clean_environment,
    make_peer,
    median,
    print_table,
)
from tests.quality.pages import f1, gold_pages
from tests.shared_data import PAGES

PEERS: Final = ("trafilatura==2.3.1", "newspaper4k", "nltk", "resiliparse>=2")
READERS: Final = ("own", "trafilatura", "trafilatura-fast", "resiliparse", "newspaper4k")
PROJECT: Final = Path(__file__).parents[2]
FASTER: Final = 5.0
"""How many times as many pages per CPU second as trafilatura reads by default; ten is the aim."""


def main() -> None:
    """Measure, print the table, end with the bar's exit code."""
    arguments = _arguments()
    if not PAGES.exists():
        sys.stderr.write(f"The gold of pages is not beside the project; looked for at {PAGES}\n")
        sys.exit(NO_DATA)
    peers = make_peer(arguments.make_peer, PEERS) if arguments.make_peer else arguments.peer_python
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        speeds: dict[str, list[float]] = defaultdict(list)
        for _ in range(arguments.rounds):
            for reader in READERS:
                python = Path(sys.executable) if reader == "own" else peers
                speeds[reader].append(_run(reader, python, folder))
        rows = [(reader, median(speeds[reader]), *_scores(folder, reader)) for reader in READERS]
    heads = ("reader", "pages/CPU s", "F1 %", "title %", "date %", "failed")
    print_table(f"268 real pages, median of {arguments.rounds} rounds", heads, rows)
    speed = {row[0]: row[1] for row in rows}
    score = {row[0]: row[2] for row in rows}
    ratios = [pair[0] / pair[1] for pair in zip(speeds["own"], speeds["trafilatura"], strict=True)]
    print(f"\nWarraq reads {median(ratios):.1f} times as many pages as trafilatura (per round: "
          f"{', '.join(f'{ratio:.1f}' for ratio in ratios)}), "
          f"{speed['own'] / speed['trafilatura-fast']:.1f} times as many as its fast way")  # fmt: skip
    if median(ratios) < FASTER or score["own"] <= max(score[name] for name in READERS[1:3]):
        sys.exit(BAR_MISSED)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    peer = parser.add_mutually_exclusive_group(required=True)
    peer.add_argument("--make-peer", type=Path, help="a folder to make the peers' environment in")
    peer.add_argument("--peer-python", type=Path, help="an interpreter that has the peers")
    return parser.parse_args()


def _run(reader: str, python: Path, folder: Path) -> float:
    """Return the pages per CPU second of one reading of all pages."""
    environment = clean_environment(folder) | {"PYTHONPATH": str(PROJECT)}
    script = Path(__file__).with_name("page_peer.py")
    command = [python, script, reader, PAGES, folder / f"{reader}.json"]
    done = subprocess.run(
        list(map(str, command)), check=True, capture_output=True, text=True, env=environment
    )
    told = json.loads(done.stdout.splitlines()[-1])
    return float(told["pages"] / told["seconds"])


def _scores(folder: Path, reader: str) -> tuple[float | str, ...]:
    """Return F1 of the text, titles and dates that are right, in per cent, and pages that failed."""
    found: dict[str, dict[str, Any]] = json.loads((folder / f"{reader}.json").read_text("utf-8"))
    bodies, titles, dates = [], [], []
    for page in gold_pages():
        gold, told = page.gold, found[page.gold["file"]]
        if gold["body"]:
            bodies.append(f1(told.get("text") or "", gold["body"]))
        if gold["title"]:
            titles.append(
                bool(told.get("title")) and told["title"] in " ".join(gold["title"].split())
            )
        if gold.get("date"):
            dates.append((told.get("date") or "") == gold["date"][:10])
    failed = sum("error" in each for each in found.values())
    named = any("title" in each for each in found.values())
    shares = (100 * sum(each) / len(each) for each in (titles, dates))
    return 100 * sum(bodies) / len(bodies), *(shares if named else ("-", "-")), failed


if __name__ == "__main__":
    main()
