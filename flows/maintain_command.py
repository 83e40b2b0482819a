"""``warraq maintain``: the upkeep of a lake, in this process."""

import sys
from argparse import Namespace
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from flows.command_output import counted
from flows.foreground_run import run_in_foreground

if TYPE_CHECKING:
    from flows.maintain_lake import UpkeepSummary

_MIB = 1024 * 1024


def maintain(options: Namespace) -> int:
    """Run the flow, tell what it did, return the exit code."""
    return run_in_foreground(
        lambda: _prepare(options), lambda summary: _print(summary, as_json=options.json)
    )


def _prepare(options: Namespace) -> "Callable[[], UpkeepSummary]":
    from flows.maintain_lake import LakeUpkeep, maintain_lake

    parameter = LakeUpkeep(
        lake=options.lake,
        target_mib=options.target,
        retention_days=options.keep,
        rebuild_index=options.rebuild_index,
    )
    return partial(maintain_lake, parameter)


def _print(summary: "UpkeepSummary", *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(summary.model_dump_json() + "\n")
        return
    if summary.indexed is not None:
        texts = counted(summary.indexed, "text")
        sys.stdout.write(f"{summary.lake}: the duplicate index was made anew of {texts}\n")
    oldest = f"the oldest version that can be read is {summary.oldest}"
    if not summary.committed:
        sys.stdout.write(f"{summary.lake}: nothing to do; {oldest}\n")
        return
    merged = counted(summary.merged, "small file")
    sys.stdout.write(
        f"{summary.lake}: version {summary.version}: {merged} became {summary.into:,}, "
        f"{summary.freed / _MIB:,.1f} MiB of old versions went; {oldest}\n"
    )
