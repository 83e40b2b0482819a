"""What a run tells at its end: for a terminal, for Prefect's UI, for a program."""

import html
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict, Field

from expectations.dispositions import DISPOSITIONS, REASONS

if TYPE_CHECKING:
    from rich.console import Console

ARTIFACT_KEY: Final = "corpus-run"
_LEFT_SHOWN: Final = 3
_COLUMNS: Final = ("source", "title", "body", "published_at")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LedgerLine(_Part):
    """How many records ended in one place for one reason."""

    disposition: str
    reason: str
    count: int

    @property
    def meaning(self) -> str:
        """What the reason says, in words."""
        return REASONS.get(self.disposition, {}).get(self.reason, "")


class StageLine(_Part):
    """What one stage took and gave; times in seconds, of the whole process."""

    stage: str
    status: str
    seconds: float
    cpu_seconds: float
    rows_in: int | None = None
    rows_out: int | None = None


class RunSummary(_Part):
    """The outcome of one run: what the flow returns and ``warraq run --json`` prints."""

    run_id: str
    batch_id: str | None = Field(description="None when there was no record at all.")
    lake: Path
    version: int | None = Field(description="The lake's version at the end of the run.")
    committed: bool = Field(description="Whether this run made that version.")
    already_in_version: int | None = Field(
        default=None, description="The version that holds this batch since an earlier run."
    )
    files_seen: int = Field(default=0, description="Files that earlier batches hold.")
    files_left: tuple[str, ...] = Field(
        default=(), description="Files that somebody was writing: the next run reads them."
    )
    sources_lost: dict[str, str] = Field(
        default={}, description="Web sources that gave nothing, and why."
    )
    sources_doubted: dict[str, str] = Field(
        default={}, description="Web sources that answered as if something were wrong, and what."
    )
    dry_run: bool = False
    resumed: bool = Field(default=False, description="Whether finished stages were taken over.")
    records: int
    ledger: tuple[LedgerLine, ...]
    stages: tuple[StageLine, ...]
    articles_per_second: float


def sort_ledger(lines: tuple[LedgerLine, ...]) -> list[LedgerLine]:
    """Order the lines as the schema names the dispositions, the largest count first in each."""
    place = {disposition: number for number, disposition in enumerate(DISPOSITIONS)}
    return sorted(
        lines,
        key=lambda line: (place.get(line.disposition, len(place)), -line.count, line.reason),
    )


def describe_outcome(summary: RunSummary) -> str:
    """Say what became of the batch, and which files were no part of it."""
    told = [_describe_batch(summary)]
    if summary.files_seen and summary.already_in_version is None:
        files = "1 file was" if summary.files_seen == 1 else f"{summary.files_seen:,} files were"
        told.append(f"{files} taken in before.")
    if summary.files_left:
        first = ", ".join(summary.files_left[:_LEFT_SHOWN])
        more = len(summary.files_left) - _LEFT_SHOWN
        others = f" and {more:,} more" if more > 0 else ""
        told.append(f"Still being written, so left for the next run: {first}{others}.")
    for source, problem in {**summary.sources_lost, **summary.sources_doubted}.items():
        nothing = "gave nothing: " if source in summary.sources_lost else ""
        told.append(f"{source} {nothing}{problem}.")
    return " ".join(told)


def _describe_batch(summary: RunSummary) -> str:
    if summary.batch_id is None:
        return "No batch: there was nothing to take in."
    batch = f"Batch {summary.batch_id[:12]}"
    if summary.already_in_version is not None:
        return (
            f"{batch} is in version {summary.already_in_version} of the lake already: "
            "nothing new was published."
        )
    if summary.dry_run:
        return f"{batch}: a dry run of {_records(summary)}, nothing was committed."
    if not summary.committed:
        return f"{batch}: nothing was committed."
    taken_over = ", with the stages of an earlier run taken over" if summary.resumed else ""
    return (
        f"{batch}: {_records(summary)} went into version {summary.version} of the lake{taken_over}."
    )


def reading_lines(lake: Path) -> tuple[str, str]:
    """Return the two lines of pandas that read the corpus."""
    place = _short(lake / "articles")
    return "import pandas as pd", f"articles = pd.read_parquet({place!r}, columns={[*_COLUMNS]})"


def print_report(summary: RunSummary, console: "Console") -> None:
    """Print the ledger, the stages and how to read the result as tables."""
    from rich.table import Table
    from rich.text import Text

    ledger = Table(title=_ledger_title(summary), title_justify="left")
    ledger.add_column("place", no_wrap=True)
    ledger.add_column("why", no_wrap=True)
    ledger.add_column("records", justify="right", no_wrap=True)
    ledger.add_column("which means")
    for line in sort_ledger(summary.ledger):
        ledger.add_row(
            Text(line.disposition), Text(line.reason), f"{line.count:,}", Text(line.meaning)
        )
    ledger.add_section()
    ledger.add_row("all", "", f"{summary.records:,}", "")
    stages = Table(title="How long each stage took", title_justify="left")
    stages.add_column("stage", no_wrap=True)
    for name in ("seconds", "CPU seconds", "rows in", "rows out"):
        stages.add_column(name, justify="right", no_wrap=True)
    stages.add_column("status", no_wrap=True)
    for stage in summary.stages:
        stages.add_row(Text(stage.stage), *_stage_cells(stage), Text(stage.status))
    console.print(Text(describe_outcome(summary)))
    console.print(ledger)
    console.print(stages)
    if summary.committed:
        console.print(f"{summary.articles_per_second:,.0f} articles per second", highlight=False)
    if summary.dry_run:
        return
    console.print(Text("Read it:"))
    for row in reading_lines(summary.lake):
        console.print(Text(f"    {row}"), soft_wrap=True)


def _ledger_title(summary: RunSummary) -> str:
    if summary.already_in_version is not None:
        return f"Where each record went when version {summary.already_in_version} was made"
    if summary.dry_run:
        return "Where each record would go"
    return "Where each record went"


def to_markdown(summary: RunSummary) -> str:
    """Write the report as the Markdown of a Prefect artifact; what came from outside is escaped."""
    rows = [
        f"| {_cell(line.disposition)} | {_cell(line.reason)} | {line.count:,} "
        f"| {_cell(line.meaning)} |"
        for line in sort_ledger(summary.ledger)
    ]
    stages = [
        f"| {' | '.join([_cell(stage.stage), *_stage_cells(stage), _cell(stage.status)])} |"
        for stage in summary.stages
    ]
    return "\n".join(
        [
            _cell(describe_outcome(summary)),
            "",
            "| place | why | records | which means |",
            "|---|---|---:|---|",
            *rows,
            f"| **all** | | **{summary.records:,}** | |",
            "",
            "| stage | seconds | CPU seconds | rows in | rows out | status |",
            "|---|---:|---:|---:|---:|---|",
            *stages,
            "",
            f"{summary.articles_per_second:,.0f} articles per second. Read the corpus:",
            "",
            *(f"    {row}" for row in reading_lines(summary.lake)),
        ]
    )


def _records(summary: RunSummary) -> str:
    return "1 record" if summary.records == 1 else f"{summary.records:,} records"


def _stage_cells(stage: StageLine) -> list[str]:
    rows = ["" if count is None else f"{count:,}" for count in (stage.rows_in, stage.rows_out)]
    return [f"{stage.seconds:.2f}", f"{stage.cpu_seconds:.2f}", *rows]


def _short(path: Path) -> str:
    """Name the path as one would type it: from the current folder when it lies inside."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _cell(text: str) -> str:
    escaped = html.escape(" ".join(text.split()), quote=False)
    for mark in "\\`*_[]|~#!":
        escaped = escaped.replace(mark, f"\\{mark}")
    return escaped
