import json
import subprocess
import sys
from pathlib import Path

import pytest

from flows.command_line import main, make_parser
from tests.flows.command_runs import environment

COMMANDS = [
    "run",
    "status",
    "log",
    "verify",
    "maintain",
    "retract",
    "rebuild",
    "migrate",
    "explain",
    "serve",
    "trigger",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    assert f"  warraq {command}" in text
    assert "--lake" in text
    assert "--json" in text


def test_drafting_a_profile_has_help_with_an_example_and_no_lake(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["source", "new", "--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    assert "  warraq source new" in text
    assert "--json" in text
    assert "--lake" not in text


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    text = capsys.readouterr().out
    assert [command for command in [*COMMANDS, "source"] if f"    {command} " not in text] == []


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param([], id="no-command"),
        pytest.param(["fly"], id="unknown-command"),
        pytest.param(["run", "--limit", "0"], id="limit-0"),
        pytest.param(["run", "--limit", "-3"], id="limit-negative"),
        pytest.param(["run", "--limit", "ten"], id="limit-word"),
        pytest.param(["run", ""], id="blank-source"),
        pytest.param(["explain"], id="no-article"),
        pytest.param(["maintain", "--keep", "-1"], id="days-negative"),
        pytest.param(["maintain", "--keep", "nan"], id="days-nan"),
        pytest.param(["maintain", "--target", "0"], id="size-0"),
        pytest.param(["source"], id="no-action"),
        pytest.param(["source", "new"], id="nothing-to-look-at"),
        pytest.param(["source", "new", "a", "--lake", "l"], id="no-lake-to-draft-into"),
        pytest.param(["serve", "--port", "70000"], id="port-too-high"),
        pytest.param(["status", "--fast"], id="unknown-option"),
    ],
)
def test_wrong_usage_is_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: warraq" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command", [["status"], ["log"], ["verify"], ["explain", "a1"]], ids=" ".join
)
def test_no_lake_is_a_failure_with_the_next_step(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, "--lake", str(tmp_path), "--json"]) == 1
    told = capsys.readouterr()
    assert told.err.startswith("warraq: ")
    assert "a run makes one" in told.err
    assert json.loads(told.out)["facts"] == {"lake": str(tmp_path)}


def test_wrong_settings_name_the_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "warraq.toml").write_text("laek = 'x'\n")
    monkeypatch.chdir(tmp_path)
    assert main(["status"]) == 1
    assert "laek" in capsys.readouterr().err


def test_trigger_without_a_server_says_what_to_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    assert main(["trigger"]) == 1
    assert "warraq serve" in capsys.readouterr().err


def test_help_and_status_import_neither_prefect_nor_great_expectations(tmp_path: Path) -> None:
    code = (
        "import sys; from flows.command_line import main\n"
        f"main(['status', '--lake', {str(tmp_path)!r}])\n"
        "print([name for name in ('prefect', 'great_expectations', 'pandas', 'numba')"
        " if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stdout.strip() == "[]"


def test_sources_come_in_their_order() -> None:
    options = make_parser().parse_args(["run", "b", "a", "--lake", "l"])
    assert options.sources == ["b", "a"]
    assert options.lake == Path("l")
