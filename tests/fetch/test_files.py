import os
import pickle
from pathlib import Path

import pytest

from tasks.fetch import WrongSource, find_files
from tasks.sources import SourceProfile
from tests.fetch.fetching import DEFAULT, make

ONE = {"default": DEFAULT}


def labels(*sources: object, **profiles: SourceProfile) -> list[str]:
    files = find_files([str(source) for source in sources], ONE | profiles)
    return [file.label for file in files]


def test_a_path_is_told_relative_to_its_source(tmp_path: Path) -> None:
    make(tmp_path, {"in/a.txt": "x", "in/sub/b.txt": "x"})
    assert labels(tmp_path / "in") == ["a.txt", "sub/b.txt"]
    assert labels(tmp_path / "in" / "a.txt") == ["a.txt"]
    assert labels(f"{tmp_path}/*/sub/*.txt") == ["in/sub/b.txt"]
    assert labels(f"{tmp_path}/in/") == ["a.txt", "sub/b.txt"]


def test_relative_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, {"in/a.txt": "x"})
    monkeypatch.chdir(tmp_path / "in")
    for source in (".", "a.txt", "../in", "*.txt", "./*", "../in/*"):
        (file,) = find_files([source], ONE)
        assert (file.label, file.outlet) == ("a.txt", "in"), source


def test_sources_keep_their_order_and_a_file_is_read_once(tmp_path: Path) -> None:
    make(tmp_path, {"a.txt": "x", "b.txt": "x", "c.txt": "x"})
    (tmp_path / "d.txt").symlink_to("a.txt")
    assert labels(tmp_path / "b.txt", tmp_path, tmp_path / "a.txt") == ["b.txt", "a.txt", "c.txt"]


def test_equal_paths_of_two_sources_get_their_folders(tmp_path: Path) -> None:
    make(tmp_path, {f"{name}/x.txt": "x" for name in ("1/in", "2/in", "3/out")})
    make(tmp_path, {"3/out/y.txt": "x"})
    sources = [tmp_path / "1" / "in", tmp_path / "2" / "in", tmp_path / "3" / "out"]
    assert labels(*sources) == ["1/in/x.txt", "2/in/x.txt", "out/x.txt", "y.txt"]
    assert sorted(labels(*reversed(sources))) == sorted(labels(*sources))


def test_names_that_are_not_utf8_can_be_told(tmp_path: Path) -> None:
    for name in (b"\xff.txt", b"\\xff.txt"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_text("x")
    found = labels(tmp_path)
    assert len(set(found)) == 2
    assert all("\\xff.txt" in label for label in found)


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        pytest.param("missing.txt", "no file, folder, glob, web address or profile", id="missing"),
        pytest.param("", "no file, folder, glob, web address or profile", id="empty"),
        pytest.param("a\0b", "no file, folder, glob, web address or profile", id="nul"),
        pytest.param("x" * 5000, "no file, folder, glob, web address or profile", id="long"),
        pytest.param("none*.txt", "No file is of this pattern", id="glob-of-nothing"),
        pytest.param("missing/*.txt", "No file is of this pattern", id="glob-in-a-missing-folder"),
        pytest.param("default", "names no paths and no addresses", id="profile-without-paths"),
    ],
)
def test_a_wrong_source_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, problem: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WrongSource, match=problem) as wrong:
        find_files([source], ONE)
    assert wrong.value.facts["source"] == source
    assert str(pickle.loads(pickle.dumps(wrong.value))) == str(wrong.value)


def test_no_source_at_all_is_wrong() -> None:
    with pytest.raises(WrongSource, match="No SOURCE"):
        find_files([], ONE)


def test_a_profile_is_a_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, {"in/a.txt": "x", "b.jsonl": "{}"})
    profile = SourceProfile(name="ours", outlet="الميناء", paths=("in", "*.jsonl"))
    monkeypatch.chdir(tmp_path)
    files = find_files(["ours"], ONE | {"ours": profile})
    assert [(file.label, file.outlet, file.profile) for file in files] == [
        ("a.txt", "الميناء", "ours"),
        ("b.jsonl", "الميناء", "ours"),
    ]
    gone = SourceProfile(name="gone", paths=("nowhere",))
    with pytest.raises(WrongSource, match="path of this profile") as wrong:
        find_files(["gone"], ONE | {"gone": gone})
    assert wrong.value.facts["path"] == "nowhere"


def test_a_file_is_meant_before_a_profile_of_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, {"ours": "x"})
    monkeypatch.chdir(tmp_path)
    profile = SourceProfile(name="ours", paths=("missing",))
    assert [file.profile for file in find_files(["ours"], ONE | {"ours": profile})] == ["default"]


def test_a_folder_named_like_an_outlet_is_read_by_its_profile(tmp_path: Path) -> None:
    make(tmp_path, {"الميناء/a.txt": "x", "mina/b.txt": "x", "other/c.txt": "x"})
    mina = SourceProfile(name="mina", outlet="الميناء")
    files = find_files([str(tmp_path)], ONE | {"mina": mina})
    assert {file.label: (file.outlet, file.profile) for file in files} == {
        "الميناء/a.txt": ("الميناء", "mina"),
        "mina/b.txt": ("الميناء", "mina"),
        "other/c.txt": ("other", "default"),
    }


def test_a_file_with_wildcards_in_its_name_is_itself(tmp_path: Path) -> None:
    make(tmp_path, {"[a]*.txt": "x", "a.txt": "x"})
    assert labels(tmp_path / "[a]*.txt") == ["[a]*.txt"]


def test_an_empty_folder_is_no_fault(tmp_path: Path) -> None:
    """An inbox that is polled has nothing in it most of the time."""
    (tmp_path / "inbox").mkdir()
    assert find_files([str(tmp_path / "inbox")], ONE) == ()
