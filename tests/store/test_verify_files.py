"""Harm to files, links, the index and old views: each is named, and hides no other."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from flows.command_line import main
from tasks.store import Lake, examine, open_index, open_lake, verify
from tasks.store.index import index_path
from tasks.store.log import entry_path
from tests.copying import copied
from tests.store.known_lake import Action, Row, perform
from tests.store.lake_batches import batch, commit


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three versions; the files of the first articles are shown by the second version only."""
    folder = tmp_path_factory.mktemp("made")
    lake = open_lake(folder / "lake", create=True)
    perform(lake, Action("one", 0, 8))
    perform(open_lake(lake.root), Action("two", 8, 8))
    perform(open_lake(lake.root), Action("three", amended={n: Row(2) for n in range(8)}))
    return folder


@pytest.fixture
def lake(made: Path, tmp_path: Path) -> Lake:
    return open_lake(copied(made, tmp_path) / "lake")


def _dropped(lake: Lake) -> Path:
    return lake.root / lake.entry().dropped[0]


def _live(lake: Lake) -> Path:
    return lake.root / max(lake.files("articles"), key=lambda file: file.rows).name


def _another(path: Path) -> Path:
    """A valid file of the same dataset, whose rows are others."""
    rows = pq.read_table(path, partitioning=None)
    other = path.parents[4] / "other.parquet"
    pq.write_table(rows.slice(0, 1), other)
    return other


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _link_out(path: Path) -> None:
    """Put the very same content elsewhere, where the lake has no say."""
    outside = path.parents[4] / "outside.parquet"
    shutil.copy(path, outside)
    path.unlink()
    path.symlink_to(outside)


def _link_folder_out(path: Path) -> None:
    outside = path.parents[4] / "outside"
    shutil.move(path.parent, outside)
    path.parent.symlink_to(outside)


HARM = [
    pytest.param(_flip, "SHA-256 differs", id="one-bit"),
    pytest.param(lambda p: p.write_bytes(p.read_bytes()[:-9]), "bytes, the log says", id="cut"),
    pytest.param(lambda p: p.write_bytes(b""), "it has 0 bytes", id="empty"),
    pytest.param(lambda p: p.write_bytes(bytes(p.stat().st_size)), "SHA-256", id="zero-bytes"),
    pytest.param(lambda p: shutil.copy(_another(p), p), "the log says", id="another-file"),
    pytest.param(lambda p: p.unlink(), "it is missing", id="missing"),
    pytest.param(_link_out, "it is a link", id="link-out-of-the-lake"),
    pytest.param(_link_folder_out, "behind one", id="folder-out-of-the-lake"),
    pytest.param(lambda p: (p.unlink(), p.mkdir()), "", id="a-folder"),
    pytest.param(lambda p: (p.unlink(), p.symlink_to(p)), "", id="a-link-to-itself"),
]


@pytest.mark.parametrize(("harm", "problem"), HARM)
@pytest.mark.parametrize("choose", [_live, _dropped], ids=["live", "shown-by-an-old-version"])
def test_a_harmed_file_is_named(
    lake: Lake, choose: Callable[[Lake], Path], harm: Callable[[Path], None], problem: str
) -> None:
    path = choose(lake)
    harm(path)
    found = [f for f in verify(lake) if f.file == str(path.relative_to(lake.root))]
    assert [problem in finding.problem for finding in found] == [True]
    assert found[0].advice == "restore this file from a backup"


def test_one_fault_hides_no_other(lake: Lake) -> None:
    harmed = {_live(lake), _dropped(lake)}
    for path in harmed:
        path.write_bytes(b"harmed")
    shown = next((lake.view("duplicates")).rglob("*.parquet"))
    shown.unlink()
    index_path(lake.root).write_bytes(b"x" * 9000)
    found = {finding.file for finding in verify(lake)}
    wanted = {*harmed, shown, index_path(lake.root)}
    assert found >= {str(path.relative_to(lake.root)) for path in wanted}


def test_the_sums_are_checked_beside_a_harmed_article(lake: Lake) -> None:
    _flip(_live(lake))
    path = entry_path(lake.root, 1)
    path.write_text(path.read_text().replace('"records":8', '"records":9'))
    assert [f.problem for f in verify(lake) if "took in 9 records" in f.problem]


@pytest.mark.parametrize(
    ("harm", "problem", "file"),
    [
        pytest.param(shutil.rmtree, "the view is missing", "", id="gone"),
        pytest.param(
            lambda v: next(v.rglob("*.parquet")).unlink(), "readers miss it", "/", id="a-file-gone"
        ),
        pytest.param(
            lambda v: (v / "articles" / "part.parquet").write_bytes(b""),
            "no commit made it",
            "/articles/part.parquet",
            id="a-file-more",
        ),
    ],
)
def test_an_old_view_that_readers_may_hold_is_checked(
    lake: Lake, harm: Callable[[Path], None], problem: str, file: str
) -> None:
    harm(lake.root / "versions" / "v00000001")
    (found,) = verify(lake)
    assert problem in found.problem
    assert found.file.startswith(f"versions/v00000001{file}")
    assert "later version" in found.advice


def test_a_file_that_no_version_has_is_named(lake: Lake) -> None:
    stray = _live(lake).with_name("copy of 2024-01-0.parquet")
    shutil.copy(_live(lake), stray)
    (found,) = verify(lake)
    assert (found.problem, found.file) == ("no version has it", str(stray.relative_to(lake.root)))


def _write_foreign(path: Path, *statements: str) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def _harm_page(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[8192:12288] = b"\xff" * 4096
    path.write_bytes(content)


def _of_another_lake(path: Path) -> None:
    other = commit(open_lake(path.parents[2] / "other", create=True), batch("b", [1]))
    shutil.copy(index_path(other.root), path)


@pytest.mark.parametrize(
    ("harm", "problem"),
    [
        pytest.param(_harm_page, "", id="a-page"),
        pytest.param(lambda p: p.write_bytes(b"no database" * 99), "cannot be read", id="no-db"),
        pytest.param(_of_another_lake, "not the index of this lake", id="of-another-lake"),
        pytest.param(
            lambda p: _write_foreign(p, "CREATE TABLE x (y)"), "not the index", id="foreign"
        ),
        pytest.param(
            lambda p: _write_foreign(
                p, "CREATE TABLE applied (y)", "INSERT INTO applied VALUES (1)"
            ),
            "not the index",
            id="foreign-with-our-name",
        ),
    ],
)
def test_a_harmed_index_is_named_and_heals(
    lake: Lake, harm: Callable[[Path], None], problem: str
) -> None:
    harm(index_path(lake.root))
    (found,) = verify(lake)
    assert found.file == "index/duplicates.sqlite"
    assert problem in found.problem
    assert "delete it: it is made again" in found.advice
    index_path(lake.root).unlink()
    with open_index(lake) as index:
        assert len(index.find_places(["articles"])) == 16
    assert verify(lake) == []


@pytest.mark.parametrize("is_made", [False, True], ids=["no-bytes", "no-tables"])
def test_an_index_whose_making_was_cut_off_is_no_fault(lake: Lake, is_made: bool) -> None:
    _write_foreign(index_path(lake.root), *["PRAGMA journal_mode = WAL"] * is_made)
    assert verify(lake) == []


def _dangle(lake: Lake) -> None:
    (lake.root / "current").unlink()
    (lake.root / "current").symlink_to("versions/v00000077")


def _lead_out(lake: Lake) -> None:
    (lake.root / "current").unlink()
    (lake.root / "current").symlink_to(lake.root.parent)


def _cut_card(lake: Lake) -> None:
    card = lake.view("articles").parent / "README.md"
    card.write_text(card.read_text()[:100])


@pytest.mark.parametrize(
    ("harm", "file"),
    [
        pytest.param(lambda lake: _flip(_live(lake)), "groups/", id="data-file"),
        pytest.param(lambda lake: _dropped(lake).unlink(), "groups/", id="old-data-file"),
        pytest.param(
            lambda lake: entry_path(lake.root, 1).write_bytes(b"{"), "log/00000001", id="entry"
        ),
        pytest.param(
            lambda lake: entry_path(lake.root, 3).unlink(), "log/00000003", id="newest-entry"
        ),
        pytest.param(_cut_card, "README.md", id="card"),
        pytest.param(_dangle, "log/00000004.json", id="current-of-no-version"),
        pytest.param(
            lambda lake: index_path(lake.root).write_bytes(b"x" * 999), "index/", id="index"
        ),
    ],
)
@pytest.mark.parametrize("options", [[], ["--json"]], ids=["text", "json"])
def test_the_command_names_the_file_and_the_way_out(
    lake: Lake,
    harm: Callable[[Lake], None],
    file: str,
    options: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    harm(lake)
    assert main(["verify", "--lake", str(lake.root), *options]) == 1
    out, err = capsys.readouterr()
    told = out if options else err
    assert file in told
    assert any(way in told for way in ("backup", "delete", "move it out"))
    assert "Traceback" not in err


def test_a_switch_that_leads_out_of_the_lake_is_mended(lake: Lake) -> None:
    _lead_out(lake)
    assert examine(lake.root).findings == []
    assert (lake.root / "current").readlink() == Path("versions/v00000003")


def test_a_lake_that_was_copied_without_its_hard_links_is_sound(lake: Lake, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(lake.root, copy, symlinks=True)
    assert verify(open_lake(copy)) == []
    shown = next(open_lake(copy).view("articles").rglob("part-*.parquet"))
    _flip(shown)
    (found,) = verify(open_lake(copy))
    assert found.file == str(shown.relative_to(copy))
