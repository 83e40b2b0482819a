"""Folders that appear whole, and those that others leave behind."""

import threading
from pathlib import Path

from tasks.fetch.landing import folder_aside, put


def test_what_is_left_of_others_goes_and_what_they_use_stays(tmp_path: Path) -> None:
    (tmp_path / ".landing-left").mkdir()
    with folder_aside(tmp_path) as used, folder_aside(tmp_path) as other:
        assert sorted(tmp_path.iterdir()) == sorted([used, other])
    assert list(tmp_path.iterdir()) == []


def test_a_new_folder_is_not_taken_for_one_that_was_left(tmp_path: Path) -> None:
    """Between making it and locking it another landing may remove it."""
    faults: list[OSError] = []

    def land() -> None:
        for number in range(300):
            try:
                with folder_aside(tmp_path) as aside:
                    (aside / "a").write_text("a")
                    assert put(aside, tmp_path / f"{threading.get_ident()}-{number}")
            except OSError as fault:
                faults.append(fault)

    threads = [threading.Thread(target=land) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(list(tmp_path.iterdir())) == 1_200
