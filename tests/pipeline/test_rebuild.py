"""``warraq rebuild``: the corpus once more from the raw zone, by one commit."""

import json
import random
import shutil
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.copying import copied
from tests.pipeline.made_up import article, records
from tests.pipeline.run_child import warraq_child
from tests.pipeline.running import (
    CHANGES_WITH_THE_RUN,
    Row,
    by_place,
    corpus,
    rows,
    run,
    warraq,
    write_lines,
)

pytestmark = pytest.mark.flow

STORY = "قال مدير الميناء إن الرصيف الجديد يفتح في الربيع أمام سفن الركاب والصيد معا في يوم واحد."
ANOTHER = "فتحت البلدية حديقة الحي بعد ترميم دام عامين وغرست فيها أشجار زيتون تسقيها بئر قديمة."


@pytest.fixture(scope="module")
def made(prefect_api: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake of three batches: articles, copies, revisions, refusals."""
    folder = tmp_path_factory.mktemp("made")
    for number in range(3):
        rows = [*records(30, seed=number), {"id": "x", "source": "صدى", "text": "قصير"}]
        run(write_lines(folder / f"{number}.jsonl", rows), lake=folder / "lake")
    return folder


@pytest.fixture
def lake(made: Path, tmp_path: Path) -> Path:
    return copied(made, tmp_path) / "lake"


def rebuilt(lake: Path, *options: object) -> Row:
    ran = warraq("rebuild", *options, "--lake", lake)
    assert ran.code == 0, ran.log
    assert warraq("verify", "--lake", lake).code == 0
    assert [path.name for path in (lake / "work").iterdir()] == ["fetch"]
    return dict(ran.told)


def test_the_same_rules_make_the_same_corpus(lake: Path, tmp_path: Path) -> None:
    before = corpus(lake, CHANGES_WITH_THE_RUN)
    done = rebuilt(lake)
    assert (done["version"], done["batches"], done["resumed"]) == (4, 3, 0)
    assert corpus(lake, CHANGES_WITH_THE_RUN) == before
    assert all(each["before"] == each["after"] for each in done["outlets"])
    assert {each["added"] + each["gone"] + each["changed"] for each in done["outlets"]} == {0}
    assert all(before == after for before, after in done["cuts"].values())
    again = run(tmp_path / "1.jsonl", lake=lake)
    assert (again.told["already_in_version"], again.told["records"]) == (4, 31)
    held = lake / "versions" / "v00000003"
    assert pq.read_table(held / "ledger").num_rows == 93


def test_what_other_rules_change_is_told_by_outlet(
    prefect_api: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profiles = tmp_path / "profiles"
    profiles.mkdir()
    monkeypatch.setenv("WARRAQ_PROFILES", str(profiles))
    (profiles / "port.toml").write_text('outlet = "الميناء"\n')
    story = {
        "source": "الميناء",
        "title": "رصيف",
        "id": "1",
        "text": f"ريشة سالم المنصوري\n{STORY}",
    }
    other = {"source": "صدى", "title": "خبر", "id": "2", "text": ANOTHER}
    lake = tmp_path / "lake"
    run(write_lines(tmp_path / "a.jsonl", [story, other]), lake=lake)
    (profiles / "port.toml").write_text('outlet = "الميناء"\nbyline_phrases = ["ريشة"]\n')
    done = rebuilt(lake)
    changed = {each["source"]: each["changed"] for each in done["outlets"]}
    assert changed == {"الميناء": 1, "صدى": 0}
    assert done["cuts"]["byline"] == [0, 1]
    (row,) = [row for row in rows(lake, "articles") if row["source"] == "الميناء"]
    assert (row["authors"], row["body"]) == (["سالم المنصوري"], STORY)


@pytest.mark.parametrize(
    ("number", "moment"),
    [
        (signal.SIGKILL, "rebuild batch 1 of 3"),
        (signal.SIGKILL, "maintain merged"),
        (signal.SIGTERM, "rebuild batch 1 of 3"),
    ],
)
def test_a_rebuild_that_was_cut_off_goes_on_where_it_was(
    lake: Path, number: signal.Signals, moment: str
) -> None:
    before = corpus(lake, frozenset())
    ended = warraq_child("rebuild", "--lake", lake, stop_at=moment, stop_with=number)
    assert ended.code == (130 if number == signal.SIGTERM else -number), ended.log
    assert "Traceback" not in ended.log
    assert corpus(lake, frozenset()) == before
    assert warraq("verify", "--lake", lake).code == 0
    done = rebuilt(lake)
    assert (done["version"], done["resumed"]) == (4, 1 if "batch 1" in moment else 3)
    ignoring = CHANGES_WITH_THE_RUN
    assert {name: len(lines) for name, lines in corpus(lake, ignoring).items()} == {
        name: len(lines) for name, lines in before.items()
    }


def test_only_later_batches_are_made_anew_when_asked(
    lake: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Days are long for a test: the first two versions are said to be of yesterday."""
    today = datetime.now(UTC).date()
    for version, path in enumerate(sorted((lake / "log").glob("*.json"))):
        entry = path.read_text()
        if version < 3:
            entry = entry.replace(str(today), str(today - timedelta(days=1)))
        told = json.loads(entry).items()
        path.write_text(json.dumps({key: value for key, value in told if "sha256" not in key}))
    first = {row["run_id"] for row in rows(lake, "articles")}
    before = corpus(lake, CHANGES_WITH_THE_RUN)
    done = rebuilt(lake, "--since", datetime.now(UTC).date())
    assert (done["batches"], done["version"]) == (1, 4)
    assert corpus(lake, CHANGES_WITH_THE_RUN) == before
    assert len({row["run_id"] for row in rows(lake, "articles")} & first) == 2
    late = warraq("rebuild", "--since", "2999-01-01", "--lake", lake)
    assert (late.code, "on that day or later" in late.log) == (1, True)


def test_what_was_taken_out_by_hand_stays_out(lake: Path) -> None:
    ledger = [row for row in rows(lake, "ledger") if row["disposition"] == "published"]
    one, other = (row["article_id"] for row in (ledger[0], ledger[5]))
    for arguments in ((one,), (other, "--purge")):
        assert warraq("retract", *arguments, "--reason", "حكم", "--lake", lake).code == 0
    before = by_place(lake, "articles").keys()
    kept = {place: row for place, row in by_place(lake, "ledger").items() if row["detail"] == "حكم"}
    rebuilt(lake)
    assert by_place(lake, "articles").keys() == before
    after = by_place(lake, "ledger")
    for place, row in kept.items():
        assert {**after[place], "run_id": ""} == {**row, "run_id": ""}
    again = rebuilt(lake)
    assert again["version"] == 7


def test_a_batch_that_is_gone_from_the_raw_zone_is_named(lake: Path) -> None:
    (entry, *_) = warraq("log", "--lake", lake, "--last", 1).told["entries"]
    shutil.rmtree(lake / "raw" / entry["batch_id"])
    ran = warraq("rebuild", "--lake", lake)
    assert ran.code == 1
    assert entry["batch_id"] in ran.log
    assert "Traceback" not in ran.log
    assert warraq("log", "--lake", lake).told["version"] == 3


def test_articles_that_are_not_there_any_more_are_counted(
    prefect_api: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profiles = tmp_path / "profiles"
    profiles.mkdir()
    monkeypatch.setenv("WARRAQ_PROFILES", str(profiles))
    made = [article(random.Random(n), n) | {"source": "أ"} for n in range(3)]
    lake = tmp_path / "lake"
    run(write_lines(tmp_path / "أ" / "a.jsonl", made), lake=lake)
    (profiles / "one.toml").write_text('outlet = "أ"\n[fields]\ntext = "elsewhere"\n')
    ran = warraq("rebuild", "--lake", lake)
    assert ran.code == 0, ran.log
    assert warraq("verify", "--lake", lake).code == 0
