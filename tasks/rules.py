"""Which rules made a row: a digest of all that decides what a record becomes."""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from tasks.sources import SourceProfile

_ROOMS: Final = ("text", "clean", "learn", "deduplicate", "enrich")


def rules_digest(profiles: Mapping[str, SourceProfile]) -> str:
    """Return 16 hexadecimal digits over the rules' files, lexicons and the profiles' contents.

    Corpora with one digest were made alike; work files of another digest are not reused.
    """
    state = hashlib.sha256(_files_digest())
    for name in sorted(profiles):
        state.update(f"{name}\0{profiles[name].digest}\0".encode())
    return state.hexdigest()[:16]


@cache
def _files_digest() -> bytes:
    state = hashlib.sha256()
    here = Path(__file__).parent
    files = [
        file for room in _ROOMS for kind in ("*.py", "*.txt") for file in (here / room).rglob(kind)
    ]
    for file in sorted(files):
        state.update(file.relative_to(here).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return state.digest()
