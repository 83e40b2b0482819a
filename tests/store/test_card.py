"""The dataset card of each version: what it tells, what it never lets in, and where it stands."""

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from expectations.schema import DATASETS
from tasks.errors import StopRun
from tasks.store import Lake, keep_up, open_lake, transaction, verify
from tasks.store.card import CARD, cell, make_card
from tasks.store.parts import OUTLETS
from tests.copying import copied
from tests.store.hugging_face import DatasetCard, load_dataset
from tests.store.lake_batches import Batch, amendments, batch, commit, rewrite_log

PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)
HOSTILE = (
    "a | b",
    "<script>alert(1)</script>",
    "قبل\n\n---\n# بعد",
    "[اضغط](https://example.org) ![x](y)",
    "`رمز` *نجمة* _خط_ ~~لا~~",
    "&lt;b&gt; &amp; &#x3c;",
    "$version ${articles}",
    "\N{RIGHT-TO-LEFT OVERRIDE}محرف\N{POP DIRECTIONAL FORMATTING}",
    "\\",
    "- x",
    "\x00\x1b[31m",
    "\N{LINE SEPARATOR}",
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    lake = open_lake(folder / "lake", create=True)
    lake = commit(lake, batch("b1", range(10), refused=2))
    commit(lake, batch("b2", range(10, 20), copies_of=[1]))
    return folder


@pytest.fixture
def lake(made: Path, tmp_path: Path) -> Lake:
    return open_lake(copied(made, tmp_path) / "lake")


def of_outlets(batch_id: str, start: int, outlets: Sequence[str]) -> Batch:
    """A batch with one article of each outlet."""
    made = batch(batch_id, range(start, start + len(outlets)))
    articles = made.tables["articles"]
    place = articles.schema.get_field_index("source")
    column = pa.array(list(outlets), pa.string())
    articles = articles.set_column(place, articles.schema.field(place), column)
    return replace(made, tables=made.tables | {"articles": articles})


def card_of(lake: Lake) -> str:
    return (lake.root / CARD).read_text(encoding="utf-8")


def rows_of(card: str, heading: str) -> list[list[str]]:
    """The cells of the table below the heading, as a browser shows them."""
    page = MarkdownIt("commonmark", {"html": True}).enable("table").render(card)
    table = page.split(f">{heading}</h")[1].split("<tbody>")[1].split("</tbody>")[0]
    return [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in table.split("</tr>")[:-1]]


def test_the_card_counts_what_readers_see(lake: Lake) -> None:
    card = card_of(lake)
    assert "\n# Arabic news corpus, version 2\n" in card
    assert lake.entry().committed_at.isoformat(timespec="seconds") in card
    assert rows_of(card, "Outlets") == [["نص", "20", "–"]]
    assert rows_of(card, "Months") == [
        ["2024", "10", "5", "5", *[""] * 10],
        ["2023", "5", *[""] * 11, "5"],
        ["unknown", "5", *[""] * 12],
    ]
    for dataset, rows in {"articles": 20, "duplicates": 1, "quarantine": 2, "ledger": 23}.items():
        assert re.search(rf"^\| `{dataset}` \| {rows} \|", card, re.MULTILINE)
        for field in DATASETS[dataset]:
            assert f"\n| `{field.name}` | `{field.type}`" in card


def test_each_version_has_its_own_card_and_the_lake_shows_the_newest(lake: Lake) -> None:
    for version in range(3):
        card = (open_lake(lake.root, version=version).view("articles").parent / CARD).read_text()
        assert f"This is version {version}," in card
        assert f"| `articles` | {10 * version} |" in card
    assert (lake.root / CARD).readlink() == Path("current/README.md")
    lake = commit(lake, batch("b3", range(20, 25)))
    assert "| `articles` | 25 |" in card_of(lake)


def test_the_same_version_has_the_same_card_whenever_it_is_made(lake: Lake) -> None:
    before = card_of(lake)
    assert make_card(lake.state()) == before
    lake.view("articles").parent.rename(lake.root / "versions" / ".v00000002.torn")
    assert card_of(open_lake(lake.root)) == before


def test_the_front_matter_names_the_files_of_each_dataset(lake: Lake) -> None:
    told = front_matter(card_of(lake))
    assert (told["language"], told["pretty_name"]) == ("ar", "Arabic news corpus")
    configs = told["configs"]
    assert isinstance(configs, list)
    assert [config["config_name"] for config in configs] == list(DATASETS)
    assert [config.get("default", False) for config in configs] == [True, False, False, False]
    for config in configs:
        found = list((lake.root / "current").glob(config["data_files"]))
        every = (lake.root / "current" / config["config_name"]).rglob("*.parquet")
        assert sorted(found) == sorted(every)


def front_matter(card: str) -> dict[str, object]:
    """What the Hub reads above the text."""
    told: dict[str, object] = DatasetCard(card).data.to_dict()  # type: ignore[no-untyped-call]
    return told


@pytest.mark.parametrize("folder", ["", "versions/v00000002"])
def test_what_the_card_says_of_reading_works(lake: Lake, folder: str) -> None:
    place = lake.root / folder
    counts = []
    for code in PYTHON.findall((place / CARD).read_text(encoding="utf-8")):
        names: dict[str, object] = {}
        exec(code.replace("LAKE", str(place)), names)
        counts.append(len(names["articles"]))  # type: ignore[arg-type]
    assert counts == [15, 15, 15, 20]
    assert names["load_dataset"] is load_dataset
    assert len(names["of_2024"]) == 10  # type: ignore[arg-type]


@pytest.mark.parametrize("outlet", HOSTILE)
def test_an_outlet_is_text_and_nothing_else(lake: Lake, outlet: str) -> None:
    plain = card_of(lake)
    lake = commit(lake, of_outlets("b3", 20, [outlet]))
    card = card_of(lake)
    [shown] = [cells for cells in rows_of(card, "Outlets") if cells[0] != "نص"]
    assert len(shown) == 3
    assert html.unescape(shown[0]) == normal(outlet)
    assert "<" not in shown[0]
    headings = re.compile(r"^#.*$", re.MULTILINE)
    assert len(headings.findall(card)) == len(headings.findall(plain))
    assert front_matter(card).keys() == front_matter(plain).keys()
    assert verify(lake) == []


def normal(text: str) -> str:
    """The text as a browser shows it: no controls, one space for several."""
    kept = re.sub("[\N{LEFT-TO-RIGHT EMBEDDING}-\N{RIGHT-TO-LEFT OVERRIDE}]", "", text)
    kept = re.sub("[\x00-\x1f\x7f-\x9f\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}]", " ", kept)
    return " ".join(kept.split()) or "–"


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cf"]), max_size=60))
@example("http://x.org www.x.org a@b.org :smile: #1 1. + - = ---")
@example("\\| \\\\| &amp;#124;")
def test_any_name_is_one_cell_that_reads_as_written(name: str) -> None:
    table = f"# T\n\n| a | b |\n|---|---|\n| {cell(name)} | 1 |\n"
    [[shown, other]] = rows_of(table, "T")
    assert (html.unescape(shown), other) == (normal(name), "1")
    assert "<" not in shown


def test_a_long_name_is_shortened(lake: Lake) -> None:
    card = card_of(commit(lake, of_outlets("b3", 20, ["ط" * 150, "ي" * 1_000])))
    shown = [name for name, *_ in rows_of(card, "Outlets")]
    assert shown == ["نص", f"{'ط' * 79}…", "<em>outlets that are not counted by name</em>"]


def test_a_card_of_many_outlets_ends_with_their_number(lake: Lake) -> None:
    card = card_of(commit(lake, of_outlets("b3", 20, [f"صحيفة {n}" for n in range(300)])))
    shown = rows_of(card, "Outlets")
    assert len(shown) == 201
    assert shown[-1] == ["<em>101 more outlets</em>", "101", ""]
    assert "320 articles of 301 outlets." in card


def test_the_log_names_no_more_outlets_than_there_is_room_for(lake: Lake) -> None:
    names = [f"صحيفة {n}" for n in range(4 * OUTLETS + 400)]  # in four months
    lake = commit(lake, of_outlets("b3", 20, names))
    newest = [file for file in lake.files("articles") if file.version == 3]
    assert [len(file.sources) for file in newest] == [OUTLETS] * 4
    [*_, unnamed] = rows_of(card_of(lake), "Outlets")
    assert unnamed == ["<em>outlets that are not counted by name</em>", "400", ""]
    assert verify(lake) == []


def test_counts_follow_corrections_and_merges(lake: Lake) -> None:
    lake = commit(lake, of_outlets("b3", 20, ["الميناء", "الميناء", "المرفأ", "الميناء"]))
    wanted = [["نص", "20", "–"], ["الميناء", "3", "–"], ["المرفأ", "1", "–"]]
    assert rows_of(card_of(lake), "Outlets") == wanted
    with transaction(lake, batch_id="b4", run_id="r", wait_seconds=0) as changes:
        changes.amend("articles", amendments(range(24), 2))
        changes.commit({})
    assert rows_of(card_of(lake), "Outlets") == wanted
    with transaction(lake, run_id="r", operation="maintain", wait_seconds=0) as changes:
        keep_up(changes, keep_since=datetime.now(UTC))
    lake = open_lake(lake.root)
    assert lake.version == 5
    assert rows_of(card_of(lake), "Outlets") == wanted
    assert verify(lake) == []


def test_licences_are_what_profiles_stated_last(lake: Lake) -> None:
    def stated(number: int, licences: dict[str, str | None]) -> dict[str, str]:
        made = of_outlets(f"s{number}", 100 * number, ["الميناء", "المرفأ"])
        card = card_of(commit_stating(lake, made, licences))
        return {name: licence for name, _, licence in rows_of(card, "Outlets")}

    none = {"نص": "–", "المرفأ": "–", "الميناء": "–"}
    assert stated(1, {"الميناء": "CC BY 4.0 | <b>"}) == none | {"الميناء": "CC BY 4.0 | &lt;b&gt;"}
    assert stated(2, {"المرفأ": "MIT"})["الميناء"] == "CC BY 4.0 | &lt;b&gt;"
    assert stated(3, {"الميناء": None}) == none | {"المرفأ": "MIT"}


def commit_stating(lake: Lake, made: Batch, licences: dict[str, str | None]) -> Lake:
    """Commit the batch as a run does whose profiles state these licences."""
    with transaction(lake, batch_id=made.batch_id, run_id="r", wait_seconds=0) as changes:
        for dataset, table in made.tables.items():
            changes.write(dataset, table)
        changes.index(made.step)
        changes.state_licences(licences)
        changes.commit(made.summary)
    return open_lake(lake.root)


def test_a_rebuilt_corpus_brings_its_own_counts_and_licences(lake: Lake, tmp_path: Path) -> None:
    lake = commit_stating(lake, of_outlets("b3", 20, ["الميناء"]), {"الميناء": "MIT", "نص": "MIT"})
    fresh = open_lake(tmp_path / "fresh", create=True)
    made = of_outlets("b1", 0, ["الميناء", "الميناء"])
    fresh = commit_stating(fresh, made, {"الميناء": "CC0"})
    with transaction(lake, run_id="r", operation="rebuild", wait_seconds=0) as changes:
        changes.adopt(fresh, {"b1": made.summary})
        changes.commit({})
    lake = open_lake(lake.root)
    assert rows_of(card_of(lake), "Outlets") == [["الميناء", "2", "CC0"]]
    assert lake.entry().licences == {"الميناء": "CC0"}


def _remove(lake: Lake) -> None:
    (lake.view("articles").parent / CARD).unlink()


def _cut(lake: Lake) -> None:
    path = lake.view("articles").parent / CARD
    path.write_bytes(path.read_bytes()[:-40])


def _swap(lake: Lake) -> None:
    earlier = lake.root / "versions" / "v00000001" / CARD
    (lake.view("articles").parent / CARD).write_bytes(earlier.read_bytes())


@pytest.mark.parametrize("harm", [_remove, _cut, _swap])
def test_a_harmed_card_is_found_and_made_again(lake: Lake, harm: Callable[[Lake], None]) -> None:
    whole = card_of(lake)
    harm(lake)
    [finding] = verify(lake)
    assert "not the card of this version" in finding.problem
    assert finding.file == f"versions/v00000002/{CARD}"
    (lake.view("articles").parent).rename(lake.root / "versions" / ".v00000002.torn")  # the advice
    assert verify(open_lake(lake.root)) == []
    assert card_of(lake) == whole


def test_a_wrong_or_missing_link_is_found_and_made_again(lake: Lake) -> None:
    link = lake.root / CARD
    link.unlink()
    link.symlink_to(f"versions/v00000001/{CARD}")
    assert [(finding.file, finding.advice) for finding in verify(lake)] == [
        (CARD, "delete it, reopen")
    ]
    link.unlink()
    assert verify(open_lake(lake.root)) == []
    assert link.is_symlink()


def test_a_card_of_ones_own_stays(lake: Lake) -> None:
    link = lake.root / CARD
    link.unlink()
    link.write_text("ours")
    lake = commit(lake, batch("b3", [20]))
    assert link.read_text() == "ours"
    assert verify(lake) == []
    assert "This is version 3," in (lake.root / "current" / CARD).read_text()


def test_a_folder_with_a_readme_is_still_no_lake(tmp_path: Path) -> None:
    (tmp_path / CARD).write_text("my project")
    with pytest.raises(StopRun, match="holds other things"):
        open_lake(tmp_path, create=True)


def test_outlets_that_the_log_counts_wrongly_are_found(lake: Lake) -> None:
    def miscount(entry: dict[str, Any]) -> None:
        for file in entry["added"]:
            if entry["version"] == 2 and file["dataset"] == "articles":
                file["sources"]["نص"] += 1

    rewrite_log(lake.root, miscount)
    assert {finding.problem for finding in verify(lake)} == {
        "its rows are not of the outlets that the log says"
    }


def test_files_logged_before_outlets_were_counted_are_read(lake: Lake) -> None:
    def forget(entry: dict[str, Any]) -> None:
        for file in entry["added"]:
            if entry["version"] == 1:
                del file["sources"]

    rewrite_log(lake.root, forget)
    assert verify(lake) == []
    assert rows_of(make_card(lake.state()), "Outlets") == [
        ["نص", "10", "–"],
        ["<em>outlets that are not counted by name</em>", "10", ""],
    ]
    assert len(pd.read_parquet(lake.root / "articles")) == 20
