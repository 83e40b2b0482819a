import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from tasks.errors import StopRun
from tasks.sources import (
    find_profile_names,
    load_profile,
    load_profiles,
    profiles_by_outlet,
)
from tasks.sources.loader import SHIPPED

SHIPPED_NAMES = sorted(file.stem for file in SHIPPED.glob("*.toml"))


@pytest.mark.parametrize("name", SHIPPED_NAMES)
def test_every_shipped_profile_is_sound(name: str) -> None:
    profile = load_profile(name, folder=None)
    assert profile.name == name
    assert profile.model_fields_set - {"name", "paths"}, "it says nothing of its source"


def test_the_default_profile_is_always_there(tmp_path: Path) -> None:
    assert set(find_profile_names(folder=tmp_path)) == {"default", *SHIPPED_NAMES}
    assert load_profile("default", folder=None).outlet is None


def test_the_users_folder_comes_first(tmp_path: Path) -> None:
    (tmp_path / "default.toml").write_text('timezone = "Asia/Amman"\n')
    (tmp_path / "ours.toml").write_text('[fields]\ntext = "a.b"\n')
    profiles = load_profiles(folder=tmp_path)
    assert profiles["default"].timezone == "Asia/Amman"
    assert profiles["ours"].fields.text == ("a.b",)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("zz-ours", 'outlet = "الأهرام"', id="by-its-outlet"),
        pytest.param("الأهرام", "", id="by-its-name"),
        pytest.param("ahram", 'outlet = "الأهرام"', id="in-place-of-it"),
    ],
)
def test_the_users_profile_of_an_outlet_beats_the_shipped_one(
    tmp_path: Path, name: str, content: str
) -> None:
    assert profiles_by_outlet(load_profiles(folder=None))["الأهرام"] == "ahram"
    (tmp_path / f"{name}.toml").write_text(content)
    assert profiles_by_outlet(load_profiles(folder=tmp_path))["الأهرام"] == name


@pytest.mark.parametrize(
    "others",
    [
        pytest.param({"b": 'outlet = "الميناء"', "a": 'outlet = "الميناء"'}, id="both-by-outlet"),
        pytest.param({"الميناء": "", "a": 'outlet = "الميناء"'}, id="one-by-its-name"),
    ],
)
def test_two_profiles_of_one_outlet_are_named(tmp_path: Path, others: dict[str, str]) -> None:
    files = [tmp_path / f"{name}.toml" for name in sorted(others)]
    for file in files:
        file.write_text(others[file.stem])
    with pytest.raises(StopRun, match="one outlet") as stopped:
        load_profiles(folder=tmp_path)
    assert stopped.value.facts["outlet"] == "الميناء"
    assert stopped.value.facts["files"] == ", ".join(map(str, files))


@pytest.mark.parametrize(
    ("content", "key"),
    [
        pytest.param(b'timezone = "Nowhere"', "timezone", id="wrong-value"),
        pytest.param(b'[fields]\ntitel = "x"', "fields.titel", id="unknown-key"),
        pytest.param(b'name = "other"', "name", id="other-name"),
        pytest.param(b"encoding = 'cp1252'", "encoding", id="unknown-encoding"),
        pytest.param(
            b"[[layout]]\nvalid_until = 2019-12-31\ntitel = 'x'", "layout.0.titel", id="layout"
        ),
        pytest.param(b"outlet = ", None, id="no-toml"),
        pytest.param(b"outlet = '\xff'", None, id="no-utf8"),
    ],
)
def test_an_error_names_file_and_key(tmp_path: Path, content: bytes, key: str | None) -> None:
    file = tmp_path / "bad.toml"
    file.write_bytes(content)
    with pytest.raises(StopRun) as stopped:
        load_profile("bad", folder=tmp_path)
    assert stopped.value.facts["file"] == str(file)
    assert stopped.value.facts.get("key") == key
    assert str(pickle.loads(pickle.dumps(stopped.value))) == str(stopped.value)


@pytest.mark.parametrize(
    "hidden",
    [
        pytest.param("._ours.toml", id="macos-copy"),
        pytest.param(".#ours.toml", id="emacs-lock"),
        pytest.param(".toml", id="no-stem"),
    ],
)
def test_hidden_files_are_no_profiles(tmp_path: Path, hidden: str) -> None:
    (tmp_path / "ours.toml").write_text("")
    (tmp_path / hidden).write_bytes(b"\0\x05\x16\x07 no TOML")
    assert set(load_profiles(folder=tmp_path)) == {"default", "ours", *SHIPPED_NAMES}
    assert set(find_profile_names(folder=tmp_path)) == {"default", "ours", *SHIPPED_NAMES}


@pytest.mark.parametrize(
    "content",
    [
        pytest.param('\N{BYTE ORDER MARK}outlet = "الميناء"\r\n', id="notepad"),
        pytest.param('\N{BYTE ORDER MARK}# ميناء\noutlet = "الميناء"', id="comment-first"),
    ],
)
def test_a_byte_order_mark_is_passed_over(tmp_path: Path, content: str) -> None:
    (tmp_path / "ours.toml").write_text(content, encoding="utf-8", newline="")
    assert load_profile("ours", folder=tmp_path).outlet == "الميناء"


@pytest.mark.parametrize("name", ["my profile", "ours@2019-12-31", "-ours", "x" * 65])
def test_a_file_of_a_wrong_name_is_named_with_its_folder(tmp_path: Path, name: str) -> None:
    file = tmp_path / f"{name}.toml"
    file.write_text("")
    with pytest.raises(StopRun, match="may hold letters") as stopped:
        load_profiles(folder=tmp_path)
    assert stopped.value.facts["file"] == str(file)


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "a/b", "..", "", ".x", "a\0b", "a\n"])
def test_a_name_is_never_a_path(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.toml").write_text("")
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(StopRun, match="cannot be a profile's name"):
        load_profile(name, folder=folder)


def test_an_unknown_name_tells_the_known_ones(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text("")
    with pytest.raises(StopRun, match="ours"):
        load_profile("theirs", folder=tmp_path)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StopRun, match="not there"):
        find_profile_names(folder=tmp_path / "none")


@pytest.mark.parametrize(
    ("make", "why"),
    [
        pytest.param(lambda file: file.symlink_to("nowhere"), "No such file", id="broken-link"),
        pytest.param(lambda file: file.mkdir(), "Is a directory", id="folder"),
    ],
)
def test_an_unreadable_profile_is_named_with_its_folder(
    tmp_path: Path, make: Callable[[Path], None], why: str
) -> None:
    file = tmp_path / "gone.toml"
    make(file)
    with pytest.raises(StopRun, match=why) as stopped:
        load_profiles(folder=tmp_path)
    assert stopped.value.facts["file"] == str(file)
