import io
from pathlib import Path

import pytest
from rich.console import Console

from expectations.dispositions import REASONS
from flows.run_report import (
    LedgerLine,
    RunSummary,
    StageLine,
    describe_outcome,
    print_report,
    reading_lines,
    sort_ledger,
    to_markdown,
)

HOSTILE = "<img src=x onerror=alert(1)> [a](javascript:b) | `c` [bold]d[/bold] \n# e"


def summary(**changes: object) -> RunSummary:
    told: dict[str, object] = {
        "run_id": "run-1",
        "batch_id": "0123456789abcdef",
        "lake": Path("/lake"),
        "version": 7,
        "committed": True,
        "records": 4,
        "ledger": (
            LedgerLine(disposition="rejected", reason="not-json", count=1),
            LedgerLine(disposition="published", reason="no-date", count=1),
            LedgerLine(disposition="published", reason="new", count=2),
        ),
        "stages": (
            StageLine(
                stage="fetch", status="done", seconds=0.5, cpu_seconds=0.25, rows_in=4, rows_out=3
            ),
            StageLine(stage="run", status="done", seconds=1.5, cpu_seconds=1.25),
        ),
        "articles_per_second": 1234.5,
    }
    return RunSummary.model_validate(told | changes)


def printed(told: RunSummary) -> str:
    sink = io.StringIO()
    print_report(told, Console(file=sink, width=100))
    return sink.getvalue()


def test_report_names_every_place_reason_and_meaning() -> None:
    text = printed(summary())
    for line in summary().ledger:
        assert line.disposition in text
        assert line.reason in text
        assert REASONS[line.disposition][line.reason] in text
    assert "1,234 articles per second" in text
    assert "pd.read_parquet('/lake/articles'" in text


def test_ledger_follows_the_order_of_the_schema_then_the_counts() -> None:
    order = [(line.disposition, line.reason) for line in sort_ledger(summary().ledger)]
    assert order == [("published", "new"), ("published", "no-date"), ("rejected", "not-json")]


def test_every_reason_of_the_schema_has_a_meaning_in_the_report() -> None:
    lines = [
        LedgerLine(disposition=disposition, reason=reason, count=1)
        for disposition, reasons in REASONS.items()
        for reason in reasons
    ]
    assert [line for line in lines if not line.meaning] == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({}, "4 records went into version 7", id="committed"),
        pytest.param({"records": 1}, "1 record went", id="one"),
        pytest.param({"dry_run": True, "committed": False}, "nothing was committed", id="dry"),
        pytest.param(
            {"committed": False, "already_in_version": 3}, "in version 3 of the lake", id="known"
        ),
        pytest.param({"resumed": True}, "taken over", id="resumed"),
        pytest.param({"committed": False, "batch_id": None}, "No batch", id="nothing"),
    ],
)
def test_outcome_in_words(changes: dict[str, object], words: str) -> None:
    assert words in describe_outcome(summary(**changes))


def test_markdown_escapes_what_comes_from_outside() -> None:
    lines = (LedgerLine(disposition="rejected", reason=HOSTILE, count=1),)
    text = to_markdown(summary(ledger=lines, batch_id=HOSTILE))
    assert "<img" not in text
    assert "](" not in text.replace("\\]", "")
    assert "\n# e" not in text
    rows = [row for row in text.splitlines() if row.startswith("| rejected")]
    assert len(rows) == 1
    assert rows[0].replace("\\|", "").count("|") == 5


def test_terminal_shows_markup_as_text() -> None:
    lines = (LedgerLine(disposition="rejected", reason="[bold]d[/bold]", count=1),)
    assert "[bold]d[/bold]" in printed(summary(ledger=lines))


@pytest.mark.parametrize("name", ["it's", "a\nb", 'q"', "بيانات", "back\\slash"])
def test_reading_lines_are_python_whatever_the_folder_is_called(name: str) -> None:
    compile("\n".join(reading_lines(Path("/") / name)), "printed", "exec")


def test_folder_inside_the_current_one_is_named_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "'data/lake/articles'" in reading_lines(tmp_path / "data" / "lake")[1]


def test_json_round_trip() -> None:
    assert RunSummary.model_validate_json(summary().model_dump_json()) == summary()
