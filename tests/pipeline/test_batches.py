"""The promises about batches: the same input gives the same corpus, however it comes."""

import pickle
import random
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from flows.command_line import main
from flows.run_report import RunSummary
from tasks.fetch import Reading
from tasks.sources import load_profiles
from tasks.store.references import BatchRef, ShardRef
from tests.pipeline.made_up import records
from tests.pipeline.running import (
    CHANGES_WITH_THE_ORDER,
    CHANGES_WITH_THE_RUN,
    SAMPLE,
    Row,
    SampleRun,
    by_place,
    corpus,
    rows,
    run,
    warraq,
    write_lines,
)
from tests.pipeline.sample_files import UNPACKERS, archived, unpacked

pytestmark = pytest.mark.flow


@pytest.fixture(scope="module")
def many(prefect_api: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Row], Path]:
    """Three hundred records and the lake that they make."""
    folder = tmp_path_factory.mktemp("many")
    made = records(300, seed=7)
    run(write_lines(folder / "many.jsonl", made), lake=folder / "lake")
    return made, folder / "lake"


@pytest.fixture
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARRAQ_FETCH__SHARD_BYTES", "20000")


def unpack_into(folder: Path, name: str, content: bytes) -> None:
    """Write what an archive holds, and what archives in it hold, as files in folders."""
    if not name.endswith((".zip", ".tar")):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
        return
    for member, inside in archived(content).items():
        unpack_into(folder, *unpacked(member, inside))


def files_below(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in sorted(folder.rglob("*.parquet"))}


def test_the_made_up_records_end_everywhere(many: tuple[list[Row], Path]) -> None:
    dispositions = {row["disposition"] for row in rows(many[1], "ledger")}
    assert dispositions >= {"published", "duplicate", "revised", "unchanged"}
    assert len(rows(many[1], "ledger")) == 300
    assert warraq("verify", "--lake", many[1]).code == 0


def test_the_same_batch_again_publishes_nothing_new_and_says_so(
    sample: SampleRun, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files_below(sample.lake / "groups")
    assert main(["run", "--lake", str(sample.lake)]) == 0
    assert "is in version 1 of the lake already: nothing new was published" in (
        capsys.readouterr().out
    )
    assert files_below(sample.lake / "groups") == before
    again = run(lake=sample.lake)
    assert (again.told["version"], again.told["already_in_version"]) == (1, 1)
    assert not again.told["committed"]
    assert again.told["batch_id"] == sample.ran.told["batch_id"]
    assert again.dispositions == sample.ran.dispositions


def test_the_same_records_elsewhere_under_other_names_are_the_same_batch(
    sample: SampleRun, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    folder = elsewhere / SAMPLE.name  # the outlet of records that cannot be read
    shutil.copytree(SAMPLE, folder)
    (folder / "agencies.jsonl").rename(folder / "zz.ndjson")
    (folder / "مصر وناسها" / "scrape.txt").rename(folder / "مصر وناسها" / "ي.txt")
    packed = [path for path in folder.iterdir() if path.suffix in UNPACKERS]
    assert {path.suffix for path in packed} == UNPACKERS.keys()
    for path in packed:
        name, content = unpacked(path.name, path.read_bytes())
        (folder / f"0-{name}").write_bytes(content)
        path.unlink()
    ran = run(elsewhere, lake=tmp_path / "lake")
    assert ran.told["batch_id"] == sample.ran.told["batch_id"]
    assert corpus(tmp_path / "lake", CHANGES_WITH_THE_ORDER) == corpus(
        sample.lake, CHANGES_WITH_THE_ORDER
    )
    assert run(elsewhere, lake=sample.lake).told["already_in_version"] == 1


def test_the_same_records_out_of_their_archives_are_the_same_batch(
    sample: SampleRun, tmp_path: Path
) -> None:
    folder = tmp_path / SAMPLE.name
    shutil.copytree(SAMPLE, folder)
    archives = [folder / "folders.zip", folder / "bundle.tar.gz"]
    for path in archives:
        unpack_into(folder, *unpacked(path.name, path.read_bytes()))
        path.unlink()
    assert (folder / "حكايات السوق" / "عطار.txt").exists(), "that was in a zip in the tar"
    ran = run(folder, lake=tmp_path / "lake")
    assert ran.told["batch_id"] == sample.ran.told["batch_id"]
    assert corpus(tmp_path / "lake", CHANGES_WITH_THE_ORDER) == corpus(
        sample.lake, CHANGES_WITH_THE_ORDER
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_order_of_records_does_not_matter(
    seed: int, many: tuple[list[Row], Path], tmp_path: Path
) -> None:
    shuffled = random.Random(seed).sample(many[0], len(many[0]))
    halves = tmp_path / "halves"
    write_lines(halves / "a.jsonl", shuffled[:100])
    write_lines(halves / "b.jsonl", shuffled[100:])
    run(halves, lake=tmp_path / "lake")
    assert corpus(tmp_path / "lake", CHANGES_WITH_THE_ORDER) == corpus(
        many[1], CHANGES_WITH_THE_ORDER
    )


def test_the_size_of_shards_does_not_matter(
    sample: SampleRun, many: tuple[list[Row], Path], tmp_path: Path, small_shards: None
) -> None:
    first = run(lake=tmp_path / "sample")
    assert first.log.count("clean shard=") > 3
    assert corpus(tmp_path / "sample", CHANGES_WITH_THE_RUN) == corpus(
        sample.lake, CHANGES_WITH_THE_RUN
    )
    second = run(write_lines(tmp_path / "many.jsonl", many[0]), lake=tmp_path / "many")
    assert second.log.count("clean shard=") > 3
    assert corpus(tmp_path / "many", CHANGES_WITH_THE_RUN) == corpus(many[1], CHANGES_WITH_THE_RUN)


def test_processes_make_the_same_corpus_as_threads(
    sample: SampleRun, tmp_path: Path, small_shards: None
) -> None:
    from prefect.task_runners import ProcessPoolTaskRunner  # noqa: PLC0415 (see conftest)

    from flows.build_corpus import CorpusRun, build_corpus  # noqa: PLC0415

    runner: Any = ProcessPoolTaskRunner(max_workers=2)  # Prefect's types want another result
    flow = build_corpus.with_options(task_runner=runner)
    summary = flow(CorpusRun(sources=(str(SAMPLE),), lake=tmp_path / "lake"))
    assert summary.committed
    assert corpus(tmp_path / "lake", CHANGES_WITH_THE_RUN) == corpus(
        sample.lake, CHANGES_WITH_THE_RUN
    )


def test_what_crosses_task_borders_is_small_pickles_and_is_json(
    prefect_api: str, tmp_path: Path
) -> None:
    from flows.build_corpus import CorpusRun  # noqa: PLC0415

    ref = ShardRef(path=tmp_path / "00000.arrow", rows=3)
    batch = BatchRef(batch_id="b1", lake=tmp_path, work=tmp_path, records=(ref,), refused=(ref,))
    told = run(lake=tmp_path / "lake").told
    for model in (ref, batch, CorpusRun(limit=3), RunSummary.model_validate(told)):
        assert type(model).model_validate_json(model.model_dump_json()) == model
        assert pickle.loads(pickle.dumps(model)) == model
        assert len(pickle.dumps(model)) < 10_000
    reading = Reading(
        profiles=load_profiles(folder=None),
        max_record_bytes=1,
        max_json_depth=2,
        max_archive_depth=1,
        max_unpacked_bytes=1,
        max_unpacked_ratio=1,
        shard_bytes=1,
    )
    assert pickle.loads(pickle.dumps(reading)) == reading


@pytest.mark.parametrize("batches", [2, 5])
def test_batches_one_after_the_other_hold_what_one_batch_holds(
    batches: int, many: tuple[list[Row], Path], tmp_path: Path
) -> None:
    """Which text of an undated article stands depends on when it came; which articles are, not."""
    size = len(many[0]) // batches
    for start in range(0, len(many[0]), size):
        name = f"{start}.jsonl"
        run(write_lines(tmp_path / name, many[0][start : start + size]), lake=tmp_path / "lake")
    found = {
        name: {row["article_id"] for row in rows(tmp_path / "lake", name)}
        for name in ("articles", "duplicates")
    }
    whole = {row["article_id"] for name in found for row in rows(many[1], name)}
    assert found["articles"] | found["duplicates"] == whole
    assert not found["articles"] & found["duplicates"]
    assert len(rows(tmp_path / "lake", "ledger")) == len(many[0])
    assert warraq("verify", "--lake", tmp_path / "lake").code == 0
    copied = Counter(row["duplicate_of"] for row in rows(tmp_path / "lake", "duplicates"))
    wrong = [
        row
        for row in rows(tmp_path / "lake", "articles")
        if row["copies"] != 1 + copied[row["article_id"]]
    ]
    assert wrong == []


@pytest.fixture(scope="module")
def grown(prefect_api: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake of two batches: two articles, then a copy, a revision and a repeat of them."""
    folder = tmp_path_factory.mktemp("grown")
    first, second = (
        {"id": name, "source": "منبر الشرق", "published_at": "2025-01-05T10:00:00Z", "title": title}
        for name, title in (("a", "افتتاح جسر المدينة"), ("b", "موسم الحصاد يبدأ"))
    )
    first["text"] = "افتتح محافظ المدينة الجسر الجديد صباح اليوم بعد ثلاث سنوات من العمل المتواصل."
    second["text"] = "بدأ المزارعون موسم الحصاد مبكرا هذا العام بسبب ارتفاع درجات الحرارة كثيرا."
    run(write_lines(folder / "one.jsonl", [first, second]), lake=folder / "lake")
    copy = first | {"id": "c", "source": "صدى الساحل", "published_at": "2025-01-06T08:00:00Z"}
    revision = second | {
        "text": second["text"] + " وتوقع الخبراء محصولا وفيرا رغم ذلك كله.",
        "modified_at": "2025-01-06T09:00:00Z",
    }
    run(write_lines(folder / "two.jsonl", [copy, revision, first]), lake=folder / "lake")
    return folder / "lake"


def test_a_copy_of_a_published_article_is_its_duplicate(grown: Path) -> None:
    published = {row["native_id"]: row for row in rows(grown, "articles")}
    assert published.keys() == {"a", "b"}
    [copy] = rows(grown, "duplicates")
    assert copy["duplicate_of"] == published["a"]["article_id"]
    assert copy["cluster_id"] == published["a"]["cluster_id"]
    assert copy["copies"] == published["a"]["copies"] == 2
    assert by_place(grown, "ledger")["two.jsonl#1"]["disposition"] == "duplicate"


def test_a_revision_takes_the_place_of_the_published_text(grown: Path) -> None:
    [revised] = [row for row in rows(grown, "articles") if row["native_id"] == "b"]
    assert revised["revision"] == 2
    assert revised["body"].endswith("رغم ذلك كله.")
    assert revised["published_month"] == "2025-01"
    line = by_place(grown, "ledger")["two.jsonl#2"]
    assert (line["disposition"], line["reason"]) == ("revised", "newer-text")


def test_a_published_article_that_comes_again_is_unchanged(grown: Path) -> None:
    line = by_place(grown, "ledger")["two.jsonl#3"]
    assert (line["disposition"], line["reason"]) == ("unchanged", "same-text")
    assert warraq("verify", "--lake", grown).code == 0


def test_a_file_that_grows_never_flips_the_text_of_an_article(
    prefect_api: str, tmp_path: Path
) -> None:
    """Two undated texts of one article come in every batch: the same one stands each time."""
    made = records(1, seed=3)[0] | {"id": "same"}
    texts = [made, made | {"text": "نص آخر للخبر نفسه. " + made["text"]}]
    seen = []
    for number in range(3):
        more = records(number, seed=4)
        run(write_lines(tmp_path / "f.jsonl", [*texts, *more]), lake=tmp_path / "lake")
        [row] = [row for row in rows(tmp_path / "lake", "articles") if row["native_id"] == "same"]
        seen.append((row["body"], row["revision"]))
    assert len(set(seen)) == 1


def test_limit_takes_the_first_records(prefect_api: str, tmp_path: Path) -> None:
    made = records(20, seed=5)
    path = write_lines(tmp_path / "f.jsonl", made)
    assert warraq("run", path, "--lake", tmp_path / "lake", "--limit", 7).told["records"] == 7
    places = {row["record_ref"] for row in rows(tmp_path / "lake", "ledger")}
    assert places == {f"f.jsonl#{number}" for number in range(1, 8)}


@pytest.mark.parametrize("there", ["absent", "empty", "a lake"])
def test_a_dry_run_changes_nothing(there: str, prefect_api: str, tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    if there == "empty":
        lake.mkdir()
    elif there == "a lake":
        run(write_lines(tmp_path / "old.jsonl", records(3, seed=1)), lake=lake)
    before = sorted(lake.rglob("*")) if lake.exists() else None
    path = write_lines(tmp_path / "new.jsonl", records(20, seed=2))
    ran = warraq("run", path, "--lake", lake, "--dry-run")
    assert ran.code == 0, ran.log
    assert ran.told["records"] == 20
    assert not ran.told["committed"]
    assert ran.told["lake"] == str(lake)
    assert (sorted(lake.rglob("*")) if lake.exists() else None) == before
