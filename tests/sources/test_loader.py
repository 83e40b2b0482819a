import pickle
from pathlib import Path

import pytest

from tasks.errors import StopRun
from tasks.sources import find_profile_names, load_profile, load_profiles
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


def test_an_unreadable_profile_is_named(tmp_path: Path) -> None:
    file = tmp_path / "gone.toml"
    file.symlink_to(tmp_path / "gone.toml.target")
    with pytest.raises(StopRun, match="gone"):
        load_profiles(folder=tmp_path)
