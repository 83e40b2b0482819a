import os
from pathlib import Path

import pytest

from tasks.fetch.folders import split_glob, walk
from tasks.store import open_lake
from tests.fetch.fetching import make


def below(folder: Path, pattern: tuple[str, ...] = ()) -> list[str]:
    return [file.below for file in walk(str(folder), pattern) if file.fault is None]


def faults(folder: Path) -> dict[str, str]:
    return {file.below: file.fault.problem for file in walk(str(folder)) if file.fault is not None}


def test_files_come_at_any_depth_in_the_order_of_their_bytes(tmp_path: Path) -> None:
    names = ["b.txt", "a/z.txt", "a.txt", "ا/خبر.txt", "Z.txt", "a/b/c/d.txt", "a\nb.txt"]
    make(tmp_path, dict.fromkeys(names, "x"))
    assert below(tmp_path) == sorted(names, key=os.fsencode)


def test_hidden_names_are_skipped(tmp_path: Path) -> None:
    make(tmp_path, {".x.txt": "x", ".git/y.txt": "x", "a/.z": "x", "seen.txt": "x"})
    assert below(tmp_path) == ["seen.txt"]


def test_links_stay_in_the_folder_and_never_loop(tmp_path: Path) -> None:
    outside = make(tmp_path / "outside", {"secret.txt": "x"})
    folder = make(tmp_path / "folder", {"a.txt": "x", "sub/b.txt": "x", ".store/c": "x"})
    (folder / "loop").symlink_to(folder)
    (folder / "sub" / "up").symlink_to("..")
    (folder / "self").symlink_to("self")
    (folder / "kept.txt").symlink_to(".store/c")
    (folder / "out.txt").symlink_to(outside / "secret.txt")
    (folder / "outdir").symlink_to(outside)
    assert below(folder) == ["a.txt", "kept.txt", "sub/b.txt"]
    assert set(faults(folder)) == {"self", "out.txt", "outdir"}


def test_what_is_no_regular_file_is_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "dangling").symlink_to("nothing")
    assert faults(tmp_path) == {
        "pipe": "it is a named pipe, not a regular file",
        "dangling": "the file cannot be read: No such file or directory",
    }


def test_a_vanished_folder_is_told(tmp_path: Path) -> None:
    assert faults(tmp_path / "gone") == {
        "gone": "the file cannot be read: No such file or directory"
    }


TREE = {
    "2015/01/a.txt": "x", "2015/01/b.json": "x", "2015/a.txt": "x", "2016/01/a.txt": "x",
    "a.txt": "x", "x.y/a.txt": "x", ".h/a.txt": "x",
}  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        pytest.param("*.txt", ["a.txt"], id="star-in-one-folder"),
        pytest.param("2015/*.txt", ["a.txt"], id="fixed-part-first"),
        pytest.param("201?/*.txt", ["2015/a.txt"], id="question-mark"),
        pytest.param("201[!5]/*", ["2016/01/a.txt"], id="a-folder-that-matches-is-read-whole"),
        pytest.param("2015/**", ["01/a.txt", "01/b.json", "a.txt"], id="any-depth-at-the-end"),
        pytest.param("**/01/*.txt", ["2015/01/a.txt", "2016/01/a.txt"], id="any-depth-between"),
        pytest.param("**/b.json", ["2015/01/b.json"], id="any-depth-first"),
        pytest.param("*.[y]", ["x.y/a.txt"], id="class"),
        pytest.param("**/**/**/nothing", [], id="no-match"),
        pytest.param("*/*/*/*", [], id="too-deep"),
    ],
)
def test_globs(tmp_path: Path, pattern: str, names: list[str]) -> None:
    make(tmp_path, TREE)
    folder, parts = split_glob(str(tmp_path / pattern))
    assert below(Path(folder), parts) == names


def test_a_glob_does_not_look_where_nothing_can_match(tmp_path: Path) -> None:
    make(tmp_path, {"data/a.txt": "x"})
    os.mkfifo(tmp_path / "data" / "pipe")
    (tmp_path / "other").mkdir()
    os.mkfifo(tmp_path / "other" / "pipe")
    folder, parts = split_glob(f"{tmp_path}/d*/*")
    assert {file.below for file in walk(folder, parts)} == {"data/a.txt", "data/pipe"}


def test_a_lake_inside_the_folder_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("عنوان\nنص", encoding="utf-8")
    open_lake(tmp_path / "data" / "lake", create=True)
    assert [file.below for file in walk(str(tmp_path))] == ["a.txt"]
