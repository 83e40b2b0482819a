"""``warraq retract``: out of the corpus, out of everything, and not to come back."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.copying import copied
from tests.pipeline.made_up import records
from tests.pipeline.retracting import SECRET, STORY, holds, ids, retract, told
from tests.pipeline.run_child import warraq_child
from tests.pipeline.running import by_place, rows, run, warraq, write_lines

pytestmark = pytest.mark.flow


@pytest.fixture(scope="module")
def made(prefect_api: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake of a story that three outlets have, one that was refused, and others."""
    folder = tmp_path_factory.mktemp("made")
    story = [told(3, "الأولى"), told(1, "الثانية"), told(2, "الثالثة")]
    short = told(4, "الرابعة", text=SECRET)
    source = write_lines(folder / "a.jsonl", [*story, short, *records(10, seed=3)])
    run(source, lake=folder / "lake")
    return folder


@pytest.fixture
def lake(made: Path, tmp_path: Path) -> Path:
    return copied(made, tmp_path) / "lake"


def test_the_first_published_copy_takes_the_place_of_a_retracted_article(lake: Path) -> None:
    named = ids(lake)
    before = {row["source"]: row for row in rows(lake, "articles")}
    assert before["الثانية"]["copies"] == 3
    done = retract(lake, named["الثانية"])
    assert (done["promoted"], done["version"]) == (named["الثالثة"], 2)
    after = {row["source"]: row for row in rows(lake, "articles")}
    assert "الثانية" not in after
    promoted = after["الثالثة"]
    assert (promoted["article_id"], promoted["copies"]) == (named["الثالثة"], 2)
    assert promoted["body"] == before["الثانية"]["body"]
    assert promoted["cluster_id"] == before["الثانية"]["cluster_id"]
    (copy,) = [row for row in rows(lake, "duplicates") if row["article_id"] in named.values()]
    assert (copy["article_id"], copy["duplicate_of"]) == (named["الأولى"], named["الثالثة"])
    ledger = by_place(lake, "ledger")["a.jsonl#2"]
    assert (ledger["disposition"], ledger["reason"]) == ("rejected", "retracted")
    assert ledger["detail"] == "حكم محكمة"
    settled = by_place(lake, "ledger")
    head, copy_of = settled["a.jsonl#3"], settled["a.jsonl#1"]
    assert (head["disposition"], head["reason"]) == ("published", "promoted")
    assert head["detail"] == f"in place of {named['الثانية']}"
    assert (copy_of["disposition"], copy_of["reason"]) == ("duplicate", "exact")
    assert copy_of["detail"] == f"copy of {named['الثالثة']}"
    explained = warraq("explain", named["الثالثة"], "--lake", lake).told["ledger"]
    assert [(row["disposition"], row["reason"]) for row in explained] == [("published", "promoted")]
    held = lake / "versions" / "v00000001" / "articles"
    assert named["الثانية"] in set(pq.read_table(held)["article_id"].to_pylist())


def test_a_retracted_copy_is_counted_no_more(lake: Path) -> None:
    named = ids(lake)
    done = retract(lake, named["الأولى"])
    assert (done["promoted"], done["copies"]) == (None, [named["الثالثة"]])
    articles = {row["source"]: row for row in rows(lake, "articles")}
    assert articles["الثانية"]["copies"] == 2
    assert named["الأولى"] not in {row["article_id"] for row in rows(lake, "duplicates")}


def test_all_copies_go_together_when_asked(lake: Path) -> None:
    named = ids(lake)
    done = retract(lake, named["الأولى"], "--copies")
    assert len(done["article_ids"]) == 3
    left = {row["article_id"] for name in ("articles", "duplicates") for row in rows(lake, name)}
    assert left.isdisjoint(done["article_ids"])


def test_it_is_done_once(lake: Path) -> None:
    named = ids(lake)
    retract(lake, named["الثانية"])
    again = retract(lake, named["الثانية"])
    assert again["version"] is None
    explained = warraq("explain", named["الثانية"], "--lake", lake)
    assert explained.code == 1
    assert "taken out of the corpus" in explained.log
    assert "حكم محكمة" in explained.log
    whole = retract(lake, named["الثانية"], "--copies")
    assert len(whole["article_ids"]) == 3


def test_what_was_retracted_does_not_come_back_but_other_outlets_may_tell_it(
    lake: Path, tmp_path: Path
) -> None:
    named = ids(lake)
    retract(lake, named["الثانية"], "--copies")
    again = [told(1, "الثانية", text=f"{STORY} وأضافت كلمة."), told(5, "الخامسة")]
    ran = run(write_lines(tmp_path / "b.jsonl", again), lake=lake)
    assert ran.dispositions == {"rejected": 1, "published": 1}
    ledger = by_place(lake, "ledger")
    assert ledger["b.jsonl#1"]["reason"] == "was-retracted"
    assert ledger["b.jsonl#2"]["disposition"] == "published"
    assert warraq("verify", "--lake", lake).code == 0


def test_nothing_but_the_fact_is_left_of_what_is_purged(lake: Path, tmp_path: Path) -> None:
    named = ids(lake)
    assert holds(lake, SECRET)
    warraq_child("rebuild", "--lake", lake, stop_at="rebuild batch 1")
    assert holds(lake / "work", SECRET), "a run that was cut off has left nothing"
    done = retract(lake, named["الثانية"], "--purge", "--copies")
    assert (len(done["article_ids"]), done["raw_records"]) == (3, 3)
    retract(lake, named["الرابعة"], "--purge")
    assert holds(lake, SECRET) == []
    entries = warraq("log", "--lake", lake).told["entries"]
    assert [entry["version"] for entry in entries if entry["path"]] == [3]
    reasons = [by_place(lake, "ledger")[f"a.jsonl#{n}"]["reason"] for n in range(1, 5)]
    assert reasons == ["purged"] * 4
    assert run(tmp_path / "a.jsonl", lake=lake).told["files_seen"] == 1
    other = run(write_lines(tmp_path / "b.jsonl", [told(5, "الخامسة")]), lake=lake)
    assert other.dispositions == {"rejected": 1}
    assert holds(lake, SECRET) == []
    assert warraq("verify", "--lake", lake).code == 0


def test_a_retracted_article_can_still_be_purged(lake: Path) -> None:
    named = ids(lake)
    retract(lake, named["الثانية"])
    done = retract(lake, named["الثانية"], "--purge")
    assert (done["version"], done["raw_records"]) == (3, 1)
    assert by_place(lake, "ledger")["a.jsonl#2"]["reason"] == "purged"


def test_an_unknown_id_is_named(lake: Path) -> None:
    ran = warraq("retract", "0" * 24, "--reason", "x", "--lake", lake)
    assert ran.code == 1
    assert "no article with this id" in ran.log
    assert warraq("log", "--lake", lake).told["version"] == 1
