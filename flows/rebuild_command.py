"""``warraq rebuild``: the corpus once more from the raw zone, in this process."""

import importlib
import sys
from argparse import Namespace
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from flows.command_output import counted, make_console, make_table
from flows.foreground_run import run_in_foreground

if TYPE_CHECKING:
    from flows.rebuild_lake import RebuildSummary


def rebuild(options: Namespace) -> int:
    """Run the flow, tell what changed, return the exit code."""
    return run_in_foreground(
        lambda: _prepare(options), lambda summary: _print(summary, as_json=options.json)
    )


def _prepare(options: Namespace) -> "Callable[[], RebuildSummary]":
    importlib.import_module("great_expectations")
    from flows.rebuild_lake import LakeRebuild, rebuild_lake

    return partial(rebuild_lake, LakeRebuild(lake=options.lake, since=options.since))


def _print(summary: "RebuildSummary", *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(summary.model_dump_json() + "\n")
        return
    console = make_console()
    resumed = f", {summary.resumed:,} of them by an earlier run" if summary.resumed else ""
    sys.stdout.write(
        f"{summary.lake}: version {summary.version} has "
        f"{counted(summary.batches, 'batch', 'batches')} made anew{resumed}\n"
    )
    lines = [
        (each.source, each.before, each.after, each.added, each.gone, each.changed)
        for each in summary.outlets
        if each.added or each.gone or each.changed
    ]
    if not lines:
        sys.stdout.write("No article is another than it was.\n")
    else:
        columns = ("outlet", "before", "after", "added", "gone", "changed")
        console.print(make_table("Articles that changed", columns, lines))
    cuts = [(kind, *counts) for kind, counts in summary.cuts.items() if counts[0] != counts[1]]
    if cuts:
        console.print(make_table("Cuts by kind", ("kind", "before", "after"), cuts))
