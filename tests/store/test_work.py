"""What nobody resumes is swept; what may be resumed stays."""

import os
import time
from pathlib import Path

from tasks.store import open_lake, sweep_work
from tasks.store.work import KEPT


def make(path: Path, *, days: float) -> Path:
    """Write a file that was last touched, with its folder, so many days ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    when = time.time() - days * 86_400
    for each in (path, path.parent):
        os.utime(each, (when, when))
    return path


def test_only_what_was_not_touched_for_long_goes(tmp_path: Path) -> None:
    old, new = KEPT.days + 1, KEPT.days - 1
    gone = [
        make(tmp_path / "work" / "batch-a" / "refused.arrow", days=old).parent,
        make(tmp_path / "work" / "fetch" / "a.json", days=old),
    ]
    kept = [
        make(tmp_path / "work" / "batch-b" / "refused.arrow", days=new),
        make(tmp_path / "work" / "fetch" / "b.json", days=new),
        make(tmp_path / "work" / ".landing-1" / "x.arrow", days=old),
        make(tmp_path / "raw" / "batch-a" / "00000.parquet", days=old),
    ]
    resumed = tmp_path / "work" / "batch-c"
    make(resumed / "refused.arrow", days=old)
    kept.append(make(resumed / "cleaned" / "00000.arrow", days=0))
    assert sorted(sweep_work(tmp_path)) == sorted(gone)
    assert not any(path.exists() for path in gone)
    assert all(path.exists() for path in kept)
    assert sweep_work(tmp_path / "absent") == []


def test_a_runs_file_that_was_cut_off_is_swept(tmp_path: Path) -> None:
    root = open_lake(tmp_path / "lake", create=True).root
    left = root / "runs" / ".0b6a.parquet.1f2e3d4c"
    left.write_bytes(b"PAR1")
    open_lake(root)
    assert not left.exists()
