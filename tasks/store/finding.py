"""What ``verify`` tells: one fault, in which file, and the way out."""

from dataclasses import dataclass
from typing import Final

RESTORE: Final = "restore this file from a backup"
REPORT: Final = "restore the lake from a backup, and report this: Warraq must never do it"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault of a lake: what is wrong, where, and what to do."""

    problem: str
    file: str
    advice: str

    def __str__(self) -> str:
        return f"{self.file}: {self.problem}; {self.advice}"
