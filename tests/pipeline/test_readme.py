"""What the README shows is what happens."""

import contextlib
import io
import re
from pathlib import Path

import pytest

from flows.command_line import make_parser
from flows.run_report import LedgerLine
from tests.pipeline.running import SampleRun

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
PYTHON_AND_OUTPUT = re.compile(r"```python\n(.*?)```\s+```text\n(.*?)```", re.DOTALL)


@pytest.mark.flow
def test_python_blocks_print_what_stands_below_them(
    sample: SampleRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "lake").symlink_to(sample.lake)
    monkeypatch.chdir(tmp_path)
    blocks = PYTHON_AND_OUTPUT.findall(README)
    assert len(blocks) == 2
    names: dict[str, object] = {}
    for code, output in blocks:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(code, names)
        assert printed.getvalue().split() == output.split()


@pytest.mark.flow
def test_the_table_is_that_of_the_sample(sample: SampleRun) -> None:
    cells = re.findall(r"^│ (\w+) +│ ([\w-]+) +│ +([\d,]+) │", README, re.MULTILINE)
    shown = {(place, why): int(count.replace(",", "")) for place, why, count in cells}
    told = sample.ran.told
    lines = [LedgerLine(**line) for line in told["ledger"]]
    assert shown == {(line.disposition, line.reason): line.count for line in lines}
    first = f"Batch {told['batch_id'][:12]}: {told['records']} records went into version 1"
    assert f"\n{first} of the lake.\n" in README
    assert re.search(rf"│ all +│ +│ +{told['records']} │", README)


def test_every_command_is_shown() -> None:
    commands = re.search(r"\{([\w,]+)\}|COMMAND", make_parser().format_help())
    assert commands
    for command in ("run", "status", "verify", "explain", "serve", "trigger"):
        assert re.search(rf"warraq (\w+ \| )*{command}\b", README), command
