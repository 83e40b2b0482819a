"""Faults of the log that `warraq verify` names, and what nobody may do to a lake that has them."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tasks.errors import StopRun
from tasks.store import Lake, examine, open_lake, transaction, verify
from tasks.store import state as state_module
from tasks.store.log import entry_path
from tasks.store.state import state_path
from tests.copying import copied
from tests.store.lake_batches import batch, commit, rewrite_log


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five versions after the first, with a state beside the fourth."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(state_module, "EVERY", 4)
        _grown(folder / "lake", 5)
    return folder


@pytest.fixture
def lake(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    monkeypatch.setattr(state_module, "EVERY", 4)
    return open_lake(copied(made, tmp_path) / "lake")


def _grown(root: Path, versions: int) -> Lake:
    lake = open_lake(root, create=True)
    for number in range(versions):
        lake = commit(lake, batch(f"b{number}", range(4 * number, 4 * number + 4)))
    return lake


def _edit(path: Path, **changes: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def _flip(path: Path, at: bytes) -> None:
    """Change one bit of the digit or letter that follows."""
    content = bytearray(path.read_bytes())
    content[content.index(at) + len(at)] ^= 1
    path.write_bytes(content)


def _of_another_lake(path: Path) -> None:
    other = _grown(path.parents[2] / "other", 5)
    shutil.copy(entry_path(other.root, int(path.stem)), path)


BREAK = [
    pytest.param(lambda p: p.write_bytes(p.read_bytes()[:-40]), "damaged", id="cut-off"),
    pytest.param(lambda p: p.write_bytes(b""), "damaged", id="empty"),
    pytest.param(lambda p: p.write_bytes(bytes(p.stat().st_size)), "damaged", id="zero-bytes"),
    pytest.param(lambda p: p.write_text("no JSON"), "damaged", id="no-json"),
    pytest.param(lambda p: p.write_text("[2]"), "it is not a JSON object", id="no-object"),
    pytest.param(lambda p: p.write_bytes(b'{"version":\xff'), "damaged", id="no-text"),
    pytest.param(lambda p: _flip(p, b'"dropp'), "damaged", id="a-bit-of-a-name"),
    pytest.param(lambda p: p.unlink(), "it is missing", id="missing"),
]
HARM = [
    pytest.param(lambda p: _edit(p, version=7), "it says that it is version 7", id="number"),
    pytest.param(lambda p: _edit(p, parent=0), "it follows version 0", id="parent"),
    pytest.param(lambda p: _flip(p, b'"run_id":"'), "SHA-256 differs", id="a-bit-of-a-text"),
    pytest.param(lambda p: _flip(p, b'"records":'), "SHA-256 differs", id="a-bit-of-a-count"),
    pytest.param(lambda p: _flip(p, b',"sha256":"'), "", id="a-bit-of-a-checksum"),
    pytest.param(_of_another_lake, "it does not follow log/0000000", id="of-another-lake"),
]


@pytest.mark.parametrize(("harm", "problem"), [*BREAK, *HARM])
@pytest.mark.parametrize("version", [2, 5], ids=["in-the-middle", "newest"])
def test_a_harmed_entry_is_named(
    lake: Lake, harm: Callable[[Path], None], problem: str, version: int
) -> None:
    harm(entry_path(lake.root, version))
    before = _contents(lake.root)
    found = [f for f in examine(lake.root).findings if problem in f.problem]
    assert f"log/{version:08d}.json" in {finding.file for finding in found}
    assert "backup" in found[0].advice
    assert _contents(lake.root) == before


def _contents(root: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in (root / "groups").rglob("*")}


@pytest.mark.parametrize("harm", [param.values[0] for param in BREAK], ids=lambda _: "")
def test_files_are_checked_beside_a_log_that_is_broken(
    lake: Lake, harm: Callable[[Path], None]
) -> None:
    file = max(lake.files("articles"), key=lambda file: file.version)
    (lake.root / file.name).write_bytes(b"harmed")
    harm(entry_path(lake.root, 2))
    found = {finding.file for finding in examine(lake.root).findings}
    assert found >= {file.name, "log/00000002.json"}


def test_an_entry_of_another_lake_lacks_its_files(lake: Lake) -> None:
    _of_another_lake(entry_path(lake.root, 2))
    found = examine(lake.root).findings
    assert {f.problem for f in found if f.file.startswith("groups/")} >= {"it is missing"}
    assert {"log/00000002.json", "log/00000003.json"} <= {finding.file for finding in found}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        pytest.param(lambda p: p.write_bytes(p.read_bytes()[:50]), "damaged", id="cut-off"),
        pytest.param(lambda p: p.write_bytes(b""), "damaged", id="empty"),
        pytest.param(lambda p: _edit(p, group="g00000004-00000000"), "damaged", id="of-another"),
        pytest.param(lambda p: _flip(p, b'"part":'), "not what the log adds up", id="a-bit"),
        pytest.param(lambda p: _edit(p, files=[]), "not what the log adds up", id="no-files"),
    ],
)
def test_a_harmed_state_is_named_and_nothing_else(
    lake: Lake, change: Callable[[Path], None], problem: str
) -> None:
    change(state_path(lake.root, 4))
    (found,) = examine(lake.root).findings
    assert (found.file, found.advice) == (
        "log/00000004.state.json",
        "delete it: it only saves time",
    )
    assert problem in found.problem
    state_path(lake.root, 4).unlink()
    assert verify(lake) == []


def test_a_lone_entry_far_beyond_the_newest_is_named(lake: Lake) -> None:
    stray = entry_path(lake.root, 99)
    shutil.copy(entry_path(lake.root, 5), stray)
    found = examine(lake.root).findings
    assert [f.file for f in found] == ["log/00000099.json"]
    assert "move it out of the lake" in found[0].advice
    assert len(pd.read_parquet(lake.root / "articles")) == 20
    assert open_lake(lake.root).version == 5
    with pytest.raises(StopRun, match=r"lost an entry.*00000006\.json.*found=99"):
        commit(lake, batch("more", range(90, 94)))
    stray.unlink()
    assert verify(commit(lake, batch("more", range(90, 94)))) == []


@pytest.mark.parametrize("key", ["format", "schema_version"])
@pytest.mark.parametrize("version", [3, 5, 6, 99])
def test_an_entry_of_the_future_is_named(lake: Lake, key: str, version: int) -> None:
    path = entry_path(lake.root, version)
    if version > 5:
        shutil.copy(entry_path(lake.root, 5), path)
    _edit(path, **{key: 99})
    with pytest.raises(StopRun, match="newer Warraq; upgrade") as stopped:
        examine(lake.root)
    assert stopped.value.facts["entry"] == path.name


def _lose_newest(root: Path) -> None:
    entry_path(root, 5).unlink()


def _lose_all(root: Path) -> None:
    for path in (root / "log").iterdir():
        path.unlink()


def _lose_one_after_a_switch_back(root: Path) -> None:
    (root / "current").unlink()
    (root / "current").symlink_to("versions/v00000002")
    entry_path(root, 3).unlink()


@pytest.mark.parametrize("lose", [_lose_newest, _lose_all, _lose_one_after_a_switch_back])
def test_what_lost_entries_brought_is_never_swept(lake: Lake, lose: Callable[[Path], None]) -> None:
    kept = _contents(lake.root)
    lose(lake.root)
    tries: tuple[Callable[[], object], ...] = (
        lambda: open_lake(lake.root),
        lambda: open_lake(lake.root, create=True),
        lambda: transaction(lake, batch_id="b", run_id="r", wait_seconds=0).__enter__(),
    )
    for attempt in tries:
        with pytest.raises(StopRun, match=r"backup.*log/0000000|choose an empty"):
            attempt()
    assert _contents(lake.root) == kept


def test_a_lake_without_checksums_goes_on_with_them(lake: Lake) -> None:
    rewrite_log(lake.root, lambda _: None)
    assert verify(open_lake(lake.root)) == []
    lake = commit(commit(lake, batch("more", range(90, 94))), batch("most", range(94, 98)))
    assert verify(lake) == []
    entries: list[dict[str, Any]] = [
        json.loads(entry_path(lake.root, number).read_text()) for number in (6, 7)
    ]
    assert entries[0]["parent_sha256"] is None
    assert entries[1]["parent_sha256"] == entries[0]["sha256"]
    _flip(entry_path(lake.root, 7), b'"run_id":"')
    assert [finding.file for finding in verify(lake)] == ["log/00000007.json"]
