"""``warraq run``: one run of ``build-corpus`` in this process."""

import importlib
import sys
from argparse import Namespace
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from flows.command_output import make_console
from flows.foreground_run import run_in_foreground

if TYPE_CHECKING:
    from flows.run_report import RunSummary


def run(options: Namespace) -> int:
    """Run the flow, print its report, return the exit code."""
    return run_in_foreground(
        lambda: _prepare(options),
        lambda summary: _print(summary, as_json=options.json),
        verbose=options.verbose,
    )


def _prepare(options: Namespace) -> "Callable[[], RunSummary]":
    # The borders need it (1.8 s).
    importlib.import_module("great_expectations")
    from flows.build_corpus import CorpusRun, build_corpus

    parameter = CorpusRun(
        sources=tuple(options.sources),
        lake=options.lake,
        limit=options.limit,
        dry_run=options.dry_run,
    )
    return partial(build_corpus, parameter)


def _print(summary: "RunSummary", *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(summary.model_dump_json() + "\n")
        return
    from flows.run_report import print_report

    print_report(summary, make_console())
