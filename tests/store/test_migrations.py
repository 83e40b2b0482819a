"""A lake of an older schema: refused, migrated by one commit, its old versions left alone."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from expectations.schema import SCHEMA_VERSION
from tasks.errors import StopRun
from tasks.store import Lake, migrate, open_index, open_lake, transaction, verify
from tasks.store.files import digest
from tasks.store.log import entry_path
from tasks.store.migrations import MIGRATIONS
from tests.store.lake_batches import article_id, batch, commit, rewrite_log

CREDITS = ("agency", "credited_source", "captions", "tags", "glued_words_split")
"""What the step from schema 1 to 2 brings, which is the real one."""

MARKUP = ("subtitle", "images")
"""What the step from schema 3 to 4 brings."""

WITH_ARTICLES = {"articles", "duplicates", "quarantine"}


def older(dataset: str, rows: pa.Table) -> pa.Table:
    """Rows as an older schema had them: without one column, one named otherwise, one of 64 bits."""
    if dataset in WITH_ARTICLES:
        rows = rows.drop_columns(["reading_minutes", *CREDITS, *MARKUP])
        place = rows.schema.get_field_index("word_count")
        rows = rows.set_column(place, "word_count", rows["word_count"].cast(pa.int64()))
        rows = rows.rename_columns({"outlet": "masthead"})
    return rows.drop_columns(["title_key"]) if dataset == "index" else rows


def newer(dataset: str, rows: pa.Table) -> pa.Table:
    """The step back: the new column is made of the words."""
    if dataset in WITH_ARTICLES:
        rows = rows.rename_columns({"masthead": "outlet"})
        minutes = pa.array([words and words / 200 for words in rows["word_count"].to_pylist()])
        place = rows.schema.get_field_index("character_count") + 1
        rows = rows.add_column(place, "reading_minutes", minutes.cast(pa.float32()))
    return rows


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """A lake whose files and log are of schema 0."""
    lake = open_lake(tmp_path / "lake", create=True)
    lake = commit(lake, batch("b1", range(20), copies_of=[3], refused=2))
    lake = commit(lake, batch("b2", range(20, 30)))

    def make_older(entry: dict[str, Any]) -> None:
        entry["schema_version"] = 0
        for file in entry["added"]:
            part = f"{file['month'] or 'part'}-{file['part']}.parquet"
            data = lake.root / "groups" / file["group"] / file["dataset"] / part
            pq.write_table(older(file["dataset"], pq.read_table(data, partitioning=None)), data)
            file.update(size=data.stat().st_size, sha256=digest(data))

    rewrite_log(lake.root, make_older)
    return lake


def migrated(lake: Lake) -> int | None:
    lake = open_lake(lake.root, any_schema=True)
    with transaction(lake, run_id="r", operation="migrate", wait_seconds=0) as changes:
        return migrate(changes)


def test_an_older_lake_is_refused_with_the_way_out(lake: Lake) -> None:
    with pytest.raises(StopRun, match="warraq migrate"):
        open_lake(lake.root)
    with (
        pytest.raises(StopRun, match="warraq migrate"),
        transaction(lake, run_id="r", batch_id="b3", wait_seconds=0),
    ):
        pass
    assert "masthead" in pd.read_parquet(lake.root / "articles")


def test_all_files_of_the_new_version_have_todays_schema(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MIGRATIONS, 0, newer)
    before = pd.read_parquet(lake.root / "articles").set_index("article_id")
    assert migrated(lake) == 3
    after = open_lake(lake.root)
    entry = after.entry()
    assert (after.version, entry.operation, entry.schema_version) == (3, "migrate", SCHEMA_VERSION)
    assert verify(after) == []
    frame = pd.read_parquet(lake.root / "articles").set_index("article_id").loc[before.index]
    assert frame["word_count"].dtype == "int32"
    assert frame["subtitle"].isna().all()
    assert [images.tolist() for images in frame["images"]] == [[]] * len(frame)
    assert (frame["reading_minutes"] == (before["word_count"] / 200).astype("float32")).all()
    assert "masthead" in pd.read_parquet(lake.root / "versions" / "v00000002" / "articles")
    with open_index(after) as index:
        found = index.find_articles(pa.array([article_id(n) for n in range(30)]))
    assert len(found) == 30
    assert migrated(lake) is None
    commit(after, batch("b3", range(30, 40)))
    assert verify(open_lake(lake.root)) == []


def test_an_old_version_says_how_it_is_read(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MIGRATIONS, 0, newer)
    migrated(lake)
    with pytest.raises(StopRun, match="read by their path"):
        open_lake(lake.root, version=2)


def test_without_a_step_nothing_changes(lake: Lake) -> None:
    with pytest.raises(StopRun, match="too old"):
        migrated(lake)
    assert open_lake(lake.root, any_schema=True).version == 2


def test_a_step_that_makes_other_columns_changes_nothing(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MIGRATIONS, 0, lambda _dataset, rows: rows)
    with pytest.raises(StopRun, match="what the schema wants") as stopped:
        migrated(lake)
    assert "reading_minutes" in str(stopped.value.facts["columns"])
    assert open_lake(lake.root, any_schema=True).version == 2
    assert len(list((lake.root / "groups").iterdir())) == 3


def test_a_lake_of_the_first_layout_is_named(lake: Lake) -> None:
    path = entry_path(lake.root, 2)
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 1}))
    with pytest.raises(StopRun, match="into a new lake"):
        open_lake(lake.root)
