"""Every fault that `warraq verify` is there to find, and looking one article up."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.store import Lake, find_article, find_ledger, open_lake, transaction, verify
from tasks.store.files import digest
from tasks.store.log import entry_path
from tests.copying import copied
from tests.store.lake_batches import article_id, batch, commit, month_of, rewrite_log


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


def group_file(lake: Lake, dataset: str) -> Path:
    return lake.root / max(lake.files(dataset), key=lambda file: file.rows).name


def shown_file(lake: Lake) -> Path:
    return sorted(lake.view("articles").rglob("*.parquet"))[-1]


def _cut(lake: Lake) -> None:
    path = group_file(lake, "articles")
    path.write_bytes(path.read_bytes()[:-1])


def _flip(lake: Lake) -> None:
    path = group_file(lake, "ledger")
    content = bytearray(path.read_bytes())
    content[50] ^= 1
    path.write_bytes(content)


def _lose(lake: Lake) -> None:
    group_file(lake, "index").unlink()


def _orphan(lake: Lake) -> None:
    stray = shown_file(lake).with_name("part-9.parquet")
    stray.write_bytes(shown_file(lake).read_bytes())


def _unshow(lake: Lake) -> None:
    shown_file(lake).unlink()


def _replace_shown(lake: Lake) -> None:
    path = shown_file(lake)
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content[::-1])


def _misstate(lake: Lake) -> None:
    path = entry_path(lake.root, 1)
    entry = json.loads(path.read_text())
    entry["summary"]["records"] += 1
    path.write_text(json.dumps(entry))


def _switch_back(lake: Lake) -> None:
    (lake.root / "current").unlink()
    (lake.root / "current").symlink_to("versions/v00000001")


def _misroute(lake: Lake) -> None:
    (lake.root / "ledger").unlink()
    (lake.root / "ledger").symlink_to("versions/v00000001/ledger")


@pytest.mark.parametrize(
    ("harm", "problem", "where"),
    [
        pytest.param(_cut, "the log says", "groups/", id="cut-off"),
        pytest.param(_flip, "SHA-256 differs", "/ledger/", id="flipped-bit"),
        pytest.param(_lose, "it is missing", "/index/", id="missing"),
        pytest.param(_orphan, "no commit made it", "part-9.parquet", id="orphan"),
        pytest.param(_unshow, "readers miss it", "versions/v00000002", id="not-shown"),
        pytest.param(_replace_shown, "it is not the file", "versions/v00000002", id="other-file"),
        pytest.param(_misstate, "took in 13 records", "log/00000001.json", id="sums"),
        pytest.param(_switch_back, "path readers see version 1", "current", id="not-switched"),
        pytest.param(_misroute, "does not lead into", "ledger", id="wrong-link"),
    ],
)
def test_harm_is_found(lake: Lake, harm: Callable[[Lake], None], problem: str, where: str) -> None:
    assert verify(lake) == []
    harm(lake)
    (finding,) = {(f.problem, f.file, f.advice) for f in verify(lake) if problem in f.problem}
    assert where in finding[1]
    assert finding[2]


def written(lake: Lake, **tables: pa.Table) -> Lake:
    """Commit tables that no honest stage would write."""
    counts = tables["ledger"]["disposition"].value_counts().to_pylist() if tables else []
    dispositions = {count["values"]: count["counts"] for count in counts}
    with transaction(lake, batch_id="bad", run_id="r", wait_seconds=0) as changes:
        for dataset, table in tables.items():
            changes.write(dataset, table)
        changes.commit({"records": sum(dispositions.values()), "dispositions": dispositions})
    return open_lake(lake.root)


def twice(table: pa.Table) -> pa.Table:
    return pa.concat_tables([table, table])


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        pytest.param(
            lambda t: t | {"articles": twice(t["articles"])}, "ids stand in it twice", id="id-twice"
        ),
        pytest.param(
            lambda t: t | {"duplicates": twice(t["duplicates"])}, "it twice", id="copy-twice"
        ),
        pytest.param(
            lambda t: t | {"ledger": twice(t["ledger"])}, "records stand in it twice", id="record"
        ),
        pytest.param(
            lambda t: t | {"articles": t["articles"].slice(1)}, "are nowhere", id="article-lost"
        ),
        pytest.param(
            lambda t: t | {"ledger": t["ledger"].slice(1)}, "does not know", id="ledger-row-lost"
        ),
        pytest.param(
            lambda _: batch("bad", [], copies_of=[77]).tables, "not in articles", id="no-original"
        ),
        pytest.param(
            lambda _: batch("bad", [100_001]).tables, "stand in articles as well", id="two-places"
        ),
    ],
)
def test_broken_promises_are_found(
    lake: Lake, change: Callable[[dict[str, pa.Table]], dict[str, pa.Table]], problem: str
) -> None:
    lake = written(lake, **change(dict(batch("bad", [50, 51], copies_of=[2]).tables)))
    assert [f for f in verify(lake) if problem in f.problem]


def test_a_file_of_another_schema_is_found(lake: Lake) -> None:
    file = max(lake.files("ledger"), key=lambda file: file.rows)
    path = lake.root / file.name
    table = pq.read_table(path)
    pq.write_table(table.drop_columns(["detail"]), path)

    def relog(entry: dict[str, Any]) -> None:
        for row in entry["added"]:
            if row["sha256"] == file.sha256:
                row.update(size=path.stat().st_size, sha256=digest(path))

    rewrite_log(lake.root, relog)
    assert [f.problem for f in verify(lake)] == ["its schema is not that of ledger"]


def test_findings_read_as_sentences(lake: Lake) -> None:
    _lose(lake)
    (finding,) = verify(lake)
    assert str(finding).startswith("groups/")
    assert "it is missing; restore" in str(finding)


def test_articles_are_looked_up(lake: Lake) -> None:
    article = find_article(lake, article_id(3))
    assert article is not None
    assert (article["dataset"], article["title"]) == ("articles", "عنوان 3")
    assert article["published_month"] == month_of(3)
    copy = find_article(lake, article_id(100_001))
    assert copy is not None
    assert (copy["dataset"], copy["duplicate_of"]) == ("duplicates", article_id(1))
    assert find_article(lake, "no such id") is None
    assert [row["batch_id"] for row in find_ledger(lake, article_id(3))] == ["b1"]
    assert find_ledger(lake, "no such id") == []


def test_quarantined_articles_are_looked_up(lake: Lake) -> None:
    tables = batch("b3", [], refused=1).tables
    known = tables["quarantine"].set_column(
        0, tables["quarantine"].schema.field(0), pa.array(["refused article"])
    )
    lake = written(lake, ledger=tables["ledger"], quarantine=known)
    found = find_article(lake, "refused article")
    assert found is not None
    assert (found["dataset"], found["failed"]) == ("quarantine", ["no-body"])
