"""What asking sites costs, and whether it is as quick as politeness allows; loopback only.

Usage, from the project's folder::

    .venv/bin/python tests/benchmarks/web.py
    .venv/bin/python tests/benchmarks/web.py --rounds 9 --requests 4000

The first table has 1,000 articles of ten outlets with a delay of 50 ms: the wall beside what
politeness allows, and how far memory grew. The second has requests per CPU second of this process,
ours beside bare aiohttp, which asks for the same pages with as many connections and checks nothing;
both in turn in each round, the servers in a process of their own. The exit code is 1 when the wall
or memory is over its bar.
"""

import argparse
import asyncio
import gzip
import multiprocessing
import random
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Final

import aiohttp
from aiohttp import web

from tasks.web import Outcome, Request, WebSettings, download
from tests.benchmarks.measuring import BAR_MISSED, MIB, median, print_table

WALL_BAR: Final = 1.5
"""Wall by what politeness allows."""

MEMORY_BAR: Final = 100 * MIB
"""Growth while a thousand pages of 24 kB pass, which are not kept."""

OUTLETS: Final = 10
ARTICLES: Final = 1_000
DELAY: Final = 0.05
CONNECTIONS: Final = 8

LETTERS: Final = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"


def make_page(size: int = 100_000) -> bytes:
    """Return a page of this size, about: made words, and markup that is most of it, as usual."""
    dice = random.Random(7)
    words = ["".join(dice.choices(LETTERS, k=dice.randint(2, 7))) for _ in range(2_000)]
    parts: list[str] = []
    for number in range(size // 400):
        parts.append(
            f'<div class="item item-{number % 7} col-md-4"><a href="/news/{number * 7919}">'
        )
        parts.append(f'<img src="/thumbs/{dice.getrandbits(48):x}.jpg" loading="lazy"></a><p>')
        parts.append(" ".join(dice.choices(words, k=20)) + '</p><span class="date"></span></div>')
    return "".join(parts).encode()


PAGE: Final = gzip.compress(make_page(), 6)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a number of requests took."""

    cpu: float
    wall: float
    grown: int


def serve(ports: Connection, outlets: int) -> None:
    """Play outlets that answer one page to all addresses; a process of its own."""

    async def answer(request: web.BaseRequest) -> web.Response:
        if request.path == "/robots.txt":
            return web.Response(text="User-agent: *\nDisallow: /private\n")
        headers = {"Content-Type": "text/html", "Content-Encoding": "gzip", "ETag": '"1"'}
        return web.Response(body=PAGE, headers=headers)

    async def run() -> None:
        runner = web.ServerRunner(web.Server(answer))
        await runner.setup()
        for _ in range(outlets):
            await web.TCPSite(runner, "127.0.0.1", 0).start()
        ports.send([place[1] for place in runner.addresses])
        await asyncio.Event().wait()

    asyncio.run(run())


def ours(urls: Sequence[str], settings: WebSettings) -> Cost:
    """Ask for all pages with our client; stop when one does not come."""
    before = _state()
    for response in download((Request(url=url) for url in urls), settings=settings):
        if response.outcome is not Outcome.FETCHED:
            sys.exit(f"{response.url}: {response.reason} {response.detail}")
    return _since(before)


def bare(urls: Sequence[str]) -> Cost:
    """Ask for all pages with aiohttp as it is."""
    before = _state()
    asyncio.run(_bare(urls))
    return _since(before)


async def _bare(urls: Sequence[str]) -> None:
    left = iter(urls)
    async with aiohttp.ClientSession() as session:

        async def work() -> None:
            for url in left:
                async with session.get(url) as response:
                    await response.read()

        await asyncio.gather(*(work() for _ in range(CONNECTIONS)))


def _state() -> tuple[float, float, int]:
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return time.process_time(), time.monotonic(), most


def _since(before: tuple[float, float, int]) -> Cost:
    now = _state()
    return Cost(cpu=now[0] - before[0], wall=now[1] - before[1], grown=now[2] - before[2])


def compare(port: int, requests: int, rounds: int) -> None:
    """Print what our checks cost beside aiohttp alone."""
    urls = [f"http://127.0.0.1:{port}/{n}" for n in range(requests)]
    settings = WebSettings(
        allow_private_hosts=True, host_delay_seconds=0, host_connections=CONNECTIONS
    )
    measured: dict[str, list[Cost]] = {"ours": [], "bare aiohttp": []}
    ours(urls[:200], settings)
    bare(urls[:200])
    for _ in range(rounds):
        measured["ours"].append(ours(urls, settings))
        measured["bare aiohttp"].append(bare(urls))
    rows = []
    for name, costs in measured.items():
        cpu, wall = median(cost.cpu for cost in costs), median(cost.wall for cost in costs)
        rows.append((name, round(requests / cpu), 1e6 * cpu / requests, wall))
    pairs = zip(*measured.values(), strict=True)
    ratio = median(mine.cpu / theirs.cpu for mine, theirs in pairs)
    print_table(
        f"{requests:,} pages of {len(PAGE):,} bytes in gzip, medians of {rounds} rounds",
        ("client", "requests per CPU s", "CPU µs each", "wall s"),
        rows,
    )
    print(f"\nOurs takes {ratio:.2f} times the CPU of bare aiohttp (median of the rounds' ratios)")


def keep_to_politeness(ports: Sequence[int]) -> int:
    """Print how long a thousand articles of ten outlets take; return the exit code."""
    urls = [f"http://127.0.0.1:{port}/{n}" for n in range(ARTICLES // OUTLETS) for port in ports]
    settings = WebSettings(allow_private_hosts=True, host_delay_seconds=DELAY)
    cost = ours(urls, settings)
    allowed = ARTICLES / OUTLETS * DELAY
    print_table(
        f"{ARTICLES:,} articles of {OUTLETS} outlets, {DELAY * 1000:.0f} ms between two of one",
        ("", "wall s", "allowed s", "ratio", "CPU s", "memory grew MiB"),
        [("ours", cost.wall, allowed, cost.wall / allowed, cost.cpu, round(cost.grown / MIB))],
    )
    good = cost.wall <= allowed * WALL_BAR and cost.grown <= MEMORY_BAR
    return 0 if good else BAR_MISSED


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=2_000, help="of a round (default: 2,000)")
    parser.add_argument("--rounds", type=int, default=7, help="of each client (default: 7)")
    options = parser.parse_args()
    ports, far = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(
        target=serve, args=(far, OUTLETS), daemon=True
    )
    server.start()
    try:
        listening = ports.recv()
        code = keep_to_politeness(listening)
        compare(listening[0], options.requests, options.rounds)
        return code
    finally:
        server.kill()


if __name__ == "__main__":
    sys.exit(main())
