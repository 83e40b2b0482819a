"""Reading article pages: Warraq side by side with the readers people use, in one run.

Usage, from the project's folder::

    .venv/bin/python -m tests.benchmarks.pages --make-peer /tmp/readers
    .venv/bin/python -m tests.benchmarks.pages --peer-python /tmp/readers/bin/python --rounds 5

The peers live in an environment of their own. ``--make-peer`` makes one; by hand it is
``uv venv /tmp/readers && uv pip install -p /tmp/readers/bin/python trafilatura==2.3.1 newspaper4k
nltk resiliparse``. Readers take turns; of each the median of pages per CPU second counts, beyond
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
        scores = {reader: _scores(folder, reader) for reader in READERS}
    speed = {reader: median(speeds[reader]) for reader in READERS}
    heads = ("reader", "pages/CPU s", "F1 %", "title %", "date %", "failed")
    rows = [(reader, speed[reader], *scores[reader]) for reader in READERS]
    print_table(f"268 real pages, median of {arguments.rounds} rounds", heads, rows)
    ratios = [own / peer for own, peer in zip(speeds["own"], speeds["trafilatura"], strict=True)]
    told = ", ".join(f"{ratio:.1f}" for ratio in ratios)
    fast = speed["own"] / speed["trafilatura-fast"]
    print(f"\nPages per CPU second, of trafilatura's: {median(ratios):.1f} (rounds: {told})")
    print(f"Of its fast way's: {fast:.1f}")
    best = max(scores[reader][0] for reader in ("trafilatura", "trafilatura-fast"))
    if median(ratios) < FASTER or scores["own"][0] <= best:
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


def _scores(folder: Path, reader: str) -> tuple[float, float | str, float | str, int]:
    """Return F1 of the text, right titles and dates in per cent, and pages that failed."""
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
    title: float | str = 100 * sum(titles) / len(titles)
    date: float | str = 100 * sum(dates) / len(dates)
    if not any("title" in each for each in found.values()):
        title = date = "-"
    return 100 * sum(bodies) / len(bodies), title, date, failed


if __name__ == "__main__":
    main()
