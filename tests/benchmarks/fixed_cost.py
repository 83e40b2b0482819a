"""What a run costs before its first record: ``python tests/benchmarks/fixed_cost.py [RUNS]``.

Compares ``warraq run`` on one new record with a process that imports Great Expectations and runs
an empty flow of six tasks on Prefect's ephemeral server. Both have their state and their compiled
kernels; they alternate, so that a slow minute of the machine hits both. CPU is user and system time
of the whole tree of processes, the server included. Prints medians, their ratio and the bars.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

CPU_BAR = 1.1
WALL_BAR = 0.8
DEFAULT_RUNS = 5

EMPTY_FLOW = """
import great_expectations
from prefect import flow, task

@task
def step(number):
    return number

@flow
def empty():
    for number in range(6):
        step(number)

empty()
"""


@dataclass(frozen=True, slots=True)
class Cost:
    cpu: float
    wall: float


def main() -> int:
    """Measure, print, and return 1 when a bar is missed."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_RUNS
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        rounds = [
            (run_one_record(folder, number), run_empty_flow(folder)) for number in range(1 + runs)
        ]
    ours = median([mine for mine, _ in rounds[1:]])  # the first round makes state and kernels
    theirs = median([other for _, other in rounds[1:]])
    cpu, wall = ours.cpu / theirs.cpu, ours.wall / theirs.wall
    sys.stdout.write(
        f"medians of {runs} alternating runs        CPU s   wall s\n"
        f"warraq run, one record            {ours.cpu:9.2f}{ours.wall:9.2f}\n"
        f"GX + empty flow, ephemeral server {theirs.cpu:9.2f}{theirs.wall:9.2f}\n"
        f"ratio                             {cpu:9.2f}{wall:9.2f}\n"
        f"bar                               {CPU_BAR:9.2f}{WALL_BAR:9.2f}\n"
    )
    return 0 if cpu <= CPU_BAR and wall <= WALL_BAR else 1


def median(costs: list[Cost]) -> Cost:
    return Cost(
        statistics.median(cost.cpu for cost in costs),
        statistics.median(cost.wall for cost in costs),
    )


def run_one_record(folder: Path, number: int) -> Cost:
    text = f"قال مراسلنا إن المدينة شهدت أمس افتتاح مكتبة عامة جديدة في حي البساتين رقم {number}."
    record = {"id": str(number), "source": "صدى", "title": f"خبر {number}", "text": text}
    (folder / "one.jsonl").write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
    command = ["-P", "-m", "flows.command_line", "run", "one.jsonl", "--lake", "lake"]
    return measure(command, folder, {"PREFECT_HOME": str(folder / "ours")})


def run_empty_flow(folder: Path) -> Cost:
    settings = {
        "PREFECT_HOME": str(folder / "theirs"),
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }
    return measure(["-c", EMPTY_FLOW], folder, settings)


def measure(arguments: list[str], folder: Path, settings: dict[str, str]) -> Cost:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT")}
    log = folder / "last.log"
    began = time.perf_counter()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=folder,
            env=clean | settings,
            stdout=output,
            stderr=output,
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - began
    if status:
        raise SystemExit(f"{' '.join(arguments[:4])} failed:\n{log.read_text()}")
    return Cost(usage.ru_utime + usage.ru_stime, wall)


if __name__ == "__main__":
    sys.exit(main())
