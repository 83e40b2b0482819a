"""Opening a lake tells what it mended, and nothing when nothing was to do."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from tasks.store import Lake, open_lake, verify
from tests.store.lake_batches import batch, commit


def _no_switch(root: Path) -> None:
    (root / "current").unlink()


def _no_view(root: Path) -> None:
    (root / "versions" / "v00000001").rename(root / "versions" / ".v00000001.ab")


def _no_link(root: Path) -> None:
    (root / "ledger").unlink()


def _files_of_a_dead_writer(root: Path) -> None:
    for name in ("g00000002-00000000", "g00000002-00000001"):
        (root / "groups" / name / "articles").mkdir(parents=True)
        (root / "groups" / name / "articles" / "2024-01-0.parquet").write_bytes(b"PAR1")


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        pytest.param(_no_switch, "switched readers to version 1", id="switch"),
        pytest.param(_no_view, "built the view of version 1; ", id="view"),
        pytest.param(_no_link, "linked ledger", id="link"),
        pytest.param(_files_of_a_dead_writer, "cut-off writers had left (2)", id="files"),
    ],
)
def test_what_was_mended_is_told_once(
    harm: Callable[[Path], None], told: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lake: Lake = commit(open_lake(tmp_path / "lake", create=True), batch("b1", range(5)))
    assert caplog.messages == []
    harm(lake.root)
    with caplog.at_level(logging.WARNING):
        assert verify(open_lake(lake.root)) == []
    (message,) = caplog.messages
    assert message.startswith(f"The lake was mended: {lake.root}: ")
    assert told in message
    open_lake(lake.root)
    assert len(caplog.messages) == 1
