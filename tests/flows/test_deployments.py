from argparse import Namespace
from datetime import timedelta
from pathlib import Path

import pytest

from flows.build_corpus import build_corpus
from flows.command_line import make_parser
from flows.deployments import absolute_source, make_deployment, make_schedule, merge_run
from tasks.errors import StopRun
from tasks.settings import ScheduleSettings, Settings

CAIRO = "Africa/Cairo"


def test_interval_counts_from_a_fixed_moment() -> None:
    settings = ScheduleSettings(interval=60, timezone=CAIRO)
    first, second = make_schedule(settings), make_schedule(settings)
    assert first is not None
    assert first == second
    assert first.interval == timedelta(seconds=60)
    assert first.timezone == CAIRO


@pytest.mark.parametrize(
    ("settings", "field", "expected"),
    [
        pytest.param({"cron": "0 6 * * *"}, "cron", "0 6 * * *", id="cron"),
        pytest.param({"rrule": "FREQ=DAILY;BYHOUR=6"}, "rrule", "FREQ=DAILY;BYHOUR=6", id="rrule"),
    ],
)
def test_schedule_keeps_its_rhythm_and_zone(
    settings: dict[str, str], field: str, expected: str
) -> None:
    schedule = make_schedule(ScheduleSettings.model_validate(settings | {"timezone": CAIRO}))
    assert schedule is not None
    assert getattr(schedule, field) == expected
    assert schedule.timezone == CAIRO


def test_without_a_rhythm_there_is_no_schedule() -> None:
    assert make_schedule(ScheduleSettings()) is None


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({"cron": "every morning"}, id="cron"),
        pytest.param({"rrule": "FREQ=SOMETIMES"}, id="rrule"),
    ],
)
def test_a_schedule_that_cannot_be_read_names_the_file(settings: dict[str, str]) -> None:
    with pytest.raises(StopRun, match=r"warraq\.toml"):
        make_schedule(ScheduleSettings.model_validate(settings))


def test_deployment_holds_absolute_paths_and_loads_as_a_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in").mkdir()
    monkeypatch.chdir(tmp_path)
    settings = Settings(schedule=ScheduleSettings(sources=("in", "*.jsonl", "bbc"), interval=60))
    deployment = make_deployment(settings, tmp_path / "lake")
    assert deployment.full_name == "build-corpus/scheduled"
    assert deployment.entrypoint == "flows.build_corpus.build_corpus"
    assert deployment.parameters["run"] == {
        "sources": [str(tmp_path / "in"), str(tmp_path / "*.jsonl"), "bbc"],
        "lake": str(tmp_path / "lake"),
        "limit": None,
        "dry_run": False,
    }
    assert deployment.concurrency_limit == 1


def test_the_form_of_the_run_shows_titles_descriptions_and_bounds() -> None:
    schema = build_corpus.parameters.model_dump()
    assert set(schema["properties"]) == {"run"}
    fields = schema["definitions"]["CorpusRun"]["properties"]
    assert set(fields) == {"sources", "lake", "limit", "dry_run"}
    assert [name for name, field in fields.items() if not field.get("title")] == []
    assert [name for name, field in fields.items() if not field.get("description")] == []
    assert fields["limit"]["anyOf"][0]["minimum"] == 1


@pytest.mark.parametrize(
    ("source", "stays"),
    [
        pytest.param("aljazeera", True, id="profile"),
        pytest.param("https://e.example/feed", True, id="url"),
        pytest.param("news.jsonl", False, id="file"),
        pytest.param("sub/none.jsonl", False, id="path"),
        pytest.param("*.txt", False, id="glob"),
    ],
)
def test_paths_become_absolute_and_names_stay(
    source: str, stays: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "news.jsonl").touch()
    monkeypatch.chdir(tmp_path)
    assert absolute_source(source) == (source if stays else str(tmp_path / source))


def options(*arguments: str) -> Namespace:
    return make_parser().parse_args(["trigger", *arguments])


def test_what_is_given_lies_over_what_is_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    served = {"sources": ["/in"], "lake": "/lake", "limit": None, "dry_run": False}
    assert merge_run(served, options()) == served
    assert merge_run(served, options("a/b", "--limit", "3")) == served | {
        "sources": [str(tmp_path / "a" / "b")],
        "limit": 3,
    }
    assert merge_run(served, options("--lake", "l", "--dry-run")) == served | {
        "lake": str(tmp_path / "l"),
        "dry_run": True,
    }
