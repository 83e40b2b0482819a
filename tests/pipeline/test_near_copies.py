"""Near copies from batch to batch, as a person runs them and as a reader finds them."""

import shutil
import signal
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

from tests.copying import copied
from tests.news_lake import Printed, cut, original, reworded
from tests.pipeline.run_child import warraq_child
from tests.pipeline.running import (
    CHANGES_WITH_THE_RUN,
    Row,
    corpus,
    run,
    warraq,
    write_lines,
)

pytestmark = pytest.mark.flow

BATCHES: Mapping[str, tuple[Printed, ...]] = {
    "originals": tuple(original(f"A{n}", n, 5) for n in range(6)),
    "copies": (cut("B0", 0, 6), reworded("C0", 0, 7), cut("B1", 1, 6), original("D", 8, 6)),
    "earlier": (cut("F0", 0, 2, 3, share=0.9), original("G", 9, 2)),
}
LATER = (cut("H0", 0, 9, 4, share=0.6), reworded("H1", 1, 9, 4), cut("H5", 5, 1, 4, share=0.9))


def source(folder: Path, name: str, printed: tuple[Printed, ...]) -> Path:
    """Write a batch as a scraper leaves it."""
    names = {"native_id": "id", "published_raw": "published_at"}
    rows = [each.record() for each in printed]
    told = [{names.get(key, key): value for key, value in row.items()} for row in rows]
    return write_lines(folder / f"{name}.jsonl", told)


@pytest.fixture(scope="module")
def made(prefect_api: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake of the three batches."""
    folder = tmp_path_factory.mktemp("made")
    for name, printed in BATCHES.items():
        run(source(folder, name, printed), lake=folder / "lake")
    return folder


@pytest.fixture
def lake(made: Path, tmp_path: Path) -> Path:
    return copied(made, tmp_path) / "lake"


def by_name(lake: Path, dataset: str) -> dict[str, Row]:
    """The rows as pandas reads them, by the outlets' own ids."""
    frame = pd.read_parquet(lake / dataset)
    return {row["native_id"]: row for row in frame.to_dict("records")}  # type: ignore[misc]  # pandas


def test_a_reader_sees_who_copied_whom(lake: Path) -> None:
    articles, duplicates = (by_name(lake, name) for name in ("articles", "duplicates"))
    assert set(articles) == {*(f"A{n}" for n in range(1, 6)), "D", "F0", "G"}
    heads = {name: row["article_id"] for name, row in articles.items()}
    copied = {"A0": "F0", "B0": "F0", "C0": "F0", "B1": "A1"}
    assert {name: row["duplicate_of"] for name, row in duplicates.items()} == {
        name: heads[head] for name, head in copied.items()
    }
    assert {row["kind"] for row in duplicates.values()} == {"near"}
    assert all(0.5 < row["similarity"] <= 1 for row in duplicates.values())
    assert {name: row["copies"] for name, row in articles.items() if row["copies"] > 1} == {
        "F0": 4,
        "A1": 2,
    }
    first = duplicates["A0"]
    assert first["cluster_id"] == first["article_id"] == articles["F0"]["cluster_id"]
    ledger = by_name(lake, "ledger")
    fates = {name: (row["disposition"], row["reason"]) for name, row in ledger.items()}
    assert fates["A0"] == ("duplicate", "superseded")
    assert fates["B0"] == fates["C0"] == fates["B1"] == ("duplicate", "near")
    assert ledger["B0"]["detail"] == f"copy of {heads['F0']}"
    assert ledger["F0"]["detail"] == f"in place of {first['article_id']}"
    assert warraq("verify", "--lake", lake).code == 0
    (newest, *_) = warraq("log", "--lake", lake).told["entries"]
    assert newest["summary"]["crowned"] == 1


def test_an_index_that_is_made_anew_decides_the_same(lake: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(lake, other, symlinks=True)
    done = warraq("maintain", "--rebuild-index", "--lake", other)
    assert (done.code, done.told["indexed"]) == (0, 12), done.log
    later = source(tmp_path, "later", LATER)
    one, another = run(later, lake=lake), run(later, lake=other)
    assert one.dispositions == another.dispositions == {"duplicate": 2, "published": 1}
    assert corpus(lake, CHANGES_WITH_THE_RUN) == corpus(other, CHANGES_WITH_THE_RUN)
    assert by_name(other, "duplicates")["A5"]["kind"] == "near"
    assert warraq("verify", "--lake", other).code == 0


def test_a_rebuild_decides_the_same_batch_by_batch(lake: Path) -> None:
    before = corpus(lake, CHANGES_WITH_THE_RUN)
    assert warraq("rebuild", "--lake", lake).code == 0
    assert corpus(lake, CHANGES_WITH_THE_RUN) == before
    assert warraq("verify", "--lake", lake).code == 0


@pytest.fixture
def changed_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ``warraq.toml`` with other bands than the lake's index was made with."""
    config = tmp_path / "warraq.toml"
    config.write_text("[deduplicate]\nbands = 30\n", encoding="utf-8")
    monkeypatch.setenv("WARRAQ_CONFIG", str(config))


def test_other_bands_are_refused_until_the_index_is_made_anew(
    lake: Path, changed_settings: None, tmp_path: Path
) -> None:
    later = source(tmp_path, "later", LATER)
    before = corpus(lake, frozenset())
    refused = warraq("run", later, "--lake", lake)
    assert refused.code == 1
    assert "warraq maintain --rebuild-index" in refused.log
    assert "bands here=30" in refused.log
    assert "bands there=42" in refused.log
    assert "Traceback" not in refused.log
    assert corpus(lake, frozenset()) == before
    done = warraq("maintain", "--rebuild-index", "--lake", lake)
    assert done.code == 0, done.log
    assert run(later, lake=lake).dispositions == {"duplicate": 2, "published": 1}
    assert warraq("verify", "--lake", lake).code == 0


def test_settings_of_ones_own_outlive_the_index(
    prefect_api: str, changed_settings: None, tmp_path: Path
) -> None:
    """It is lost, and a command that does not know the settings makes it again."""
    lake = tmp_path / "lake"
    run(source(tmp_path, "originals", BATCHES["originals"]), lake=lake)
    shutil.rmtree(lake / "index")
    ids = [row["article_id"] for row in by_name(lake, "articles").values()]
    assert warraq("explain", ids[0], "--lake", lake).code == 0
    ran = run(source(tmp_path, "copies", BATCHES["copies"]), lake=lake)
    assert ran.dispositions == {"duplicate": 3, "published": 1}


@pytest.mark.parametrize("similarity", ["0.4", "1.0"], ids=["the-same", "others"])
def test_a_run_that_was_cut_off_does_not_go_on_with_decisions_under_other_settings(
    prefect_api: str, similarity: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake, later = tmp_path / "lake", source(tmp_path, "copies", BATCHES["copies"])
    run(source(tmp_path, "originals", BATCHES["originals"]), lake=lake)
    ended = warraq_child("run", later, "--lake", lake, stop_at="enrich")
    assert ended.code == -signal.SIGKILL, ended.log
    monkeypatch.setenv("WARRAQ_DEDUPLICATE__SIMILARITY", similarity)
    ran = run(later, lake=lake)
    assert ("deduplicate taken over" in ran.log) == (similarity == "0.4")
