"""Killed at any moment, a run is made good by the same command; interrupted, it ends with 130."""

import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from flows.foreground_run import RESUME
from tests.pipeline.made_up import records
from tests.pipeline.run_child import warraq_child
from tests.pipeline.running import CHANGES_WITH_THE_RUN, corpus, rows, run, warraq, write_lines
from tests.shared_data import NEWS

pytestmark = pytest.mark.flow

RECORDS = 300
SHARD_BYTES = "70000"

MOMENTS = {
    "fetched": "fetch files=",
    "cleaning": "clean shard=00001",
    "judged": "validate border=article",
    "decided": "deduplicate records=",
    "enriching": "enrich shard=00001",
    "publishing": "publish begins",
}
"""A part of the log line at which the run is killed."""

_STAGES = ("fetch", "validate-raw", "clean", "validate-article", "deduplicate", "enrich")
FINISHED = {
    "fetched": _STAGES[:1],
    "cleaning": _STAGES[:2],
    "judged": _STAGES[:4],
    "decided": _STAGES[:4],  # its line comes before its files
    "enriching": _STAGES[:5],
    "publishing": (*_STAGES, "validate-corpus"),
}
"""The stages that the next run takes over."""


@pytest.fixture(autouse=True)
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARRAQ_FETCH__SHARD_BYTES", SHARD_BYTES)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if NEWS.exists():
        return NEWS
    return write_lines(tmp_path_factory.mktemp("made-up") / "many.jsonl", records(RECORDS, seed=9))


@pytest.fixture(scope="module")
def undisturbed(
    prefect_api: str, source: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[str]]:
    """What the lake holds when nobody disturbs the run."""
    lake = tmp_path_factory.mktemp("undisturbed") / "lake"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WARRAQ_FETCH__SHARD_BYTES", SHARD_BYTES)
        ran = run(source, "--limit", RECORDS, lake=lake)
    assert ran.told["records"] == RECORDS
    assert ran.log.count("clean shard=") > 3
    assert not ran.told["resumed"]
    return corpus(lake, CHANGES_WITH_THE_RUN)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_run_is_made_good_by_the_same_command(
    moment: str, undisturbed: dict[str, list[str]], source: Path, tmp_path: Path
) -> None:
    lake = tmp_path / "lake"
    command = ("run", source, "--limit", RECORDS, "--lake", lake)
    killed = warraq_child(*command, stop_at=MOMENTS[moment], WARRAQ_FETCH__SHARD_BYTES=SHARD_BYTES)
    assert killed.code == -signal.SIGKILL, killed.log
    committed = len(rows(lake, "ledger"))
    assert committed in (0, RECORDS)
    assert warraq("verify", "--lake", lake).code == 0
    ran = warraq(*command)
    assert ran.code == 0, ran.log
    assert corpus(lake, CHANGES_WITH_THE_RUN) == undisturbed
    assert warraq("verify", "--lake", lake).code == 0
    assert [path.name for path in (lake / "work").iterdir()] == ["fetch"]
    assert list(lake.rglob(".*")) == []
    assert {row["status"] for row in rows(lake, "runs") if row["stage"] == "run"} == {
        "failed",
        "done",
    }
    if not committed:
        status = {line["stage"]: line["status"] for line in ran.told["stages"]}
        assert ran.told["resumed"]
        resumed = [name for name in status if status[name] == "resumed"]
        assert resumed == [*status][: len(resumed)]
        assert resumed[: len(FINISHED[moment])] == list(FINISHED[moment])


def test_ctrl_c_ends_with_130_and_the_next_run_goes_on(
    prefect_api: str, source: Path, undisturbed: dict[str, list[str]], tmp_path: Path
) -> None:
    lake = tmp_path / "lake"
    stopped = warraq_child(
        *("run", source, "--limit", RECORDS, "--lake", lake),
        stop_at="clean shard=00000",
        stop_with=signal.SIGINT,
        WARRAQ_FETCH__SHARD_BYTES=SHARD_BYTES,
    )
    assert stopped.code == 130, stopped.log
    assert RESUME in stopped.log
    assert "Traceback" not in stopped.log
    assert len(rows(lake, "ledger")) == 0
    assert run(source, "--limit", RECORDS, lake=lake).told["resumed"]
    assert corpus(lake, CHANGES_WITH_THE_RUN) == undisturbed


def test_two_runs_at_once_on_one_lake_wait_for_each_other(prefect_api: str, tmp_path: Path) -> None:
    """Two batches share articles: each is judged against what the other has published."""
    lake, made = tmp_path / "lake", records(120, seed=11)
    sources = [
        write_lines(tmp_path / "a.jsonl", made[:80]),
        write_lines(tmp_path / "b.jsonl", made[40:]),
        tmp_path / "a.jsonl",
    ]
    with ThreadPoolExecutor(len(sources)) as pool:
        children = [pool.submit(warraq_child, "run", path, "--lake", lake) for path in sources]
        ended = [child.result() for child in children]
    assert [each.code for each in ended] == [0, 0, 0], "".join(each.log for each in ended)
    assert sum("publish batch=" in each.log for each in ended) == 2
    assert len(rows(lake, "ledger")) == 160
    assert warraq("verify", "--lake", lake).code == 0
