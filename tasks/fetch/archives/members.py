"""What an archive is, and the names of its members: readable, unique, and never leading out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from tasks.errors import RejectRecord
from tasks.fetch.streams import Budget, Source, Stream

MEMBERS_AT_MOST: Final = 1_000_000
NAMES_AT_MOST: Final = 64 * 1024 * 1024
"""Characters of their names, which are remembered: some 200 MB with what they are kept in."""

_LONGEST_NAME: Final = 4096
"""As long as a path may be on Linux."""

_JUNK: Final = "__MACOSX"
"""The folder that Finder adds to every zip, a shadow file beside each file."""

_CODE_PAGES: Final = ("windows-1256", "cp720")
"""Of names in archives made on Arabic Windows; zip has the second, which is the console's."""


class Member(NamedTuple):
    """One file of an archive; ``stream`` has a fault when it cannot be read.

    ``told`` is what the archive knows of how to read it, as the JSON of a record's header.
    """

    name: str
    stream: Stream
    told: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """One kind: ``sniff(head)`` tells it by its first bytes, ``members(stream)`` opens it.

    A member is read before the next one is asked for. Folders and hidden members are passed over.
    Raises :class:`RejectRecord` where the archive is damaged, after the members before the damage.
    """

    name: str
    sniff: Callable[[bytes], bool]
    members: Callable[[Stream], Iterator[Member]]


class Spending:
    """A source whose bytes are counted against a budget."""

    def __init__(self, source: Source, budget: Budget) -> None:
        self._source = source
        self._budget = budget

    def read(self, size: int, /) -> bytes | None:
        """Return up to so many bytes, or raise what the budget raises."""
        self._budget.spend(0)
        data = self._source.read(size)
        self._budget.spend(len(data or b""))
        return data


class Names:
    """The names of one archive's members as they are shown: each once."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}
        self._characters = 0

    def add(self, name: str) -> str:
        """Return the name, with ``~2`` behind it when it is there a second time."""
        if len(name) > _LONGEST_NAME:
            name = f"{name[:_LONGEST_NAME]}…"
        count = self._seen.get(name, 0) + 1
        unique = name
        while count > 1 and (unique := f"{name}~{count}") in self._seen:
            count += 1
        self._seen[name] = count
        self._seen.setdefault(unique, 1)
        self._characters += len(unique)
        if len(self._seen) > MEMBERS_AT_MOST or self._characters > NAMES_AT_MOST:
            problem = (
                f"it has more than {MEMBERS_AT_MOST:,} members, or more than {NAMES_AT_MOST:,} "
                "characters of their names; the rest is not read"
            )
            raise RejectRecord(problem, reason="expands-too-far")
        return unique


def readable_name(raw: bytes) -> str:
    """Return a member's name as text: UTF-8, else an Arabic code page, else with escapes."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        pass
    for page in _CODE_PAGES:
        name = raw.decode(page, "replace")
        others = [char for char in name if not char.isascii()]
        if all("\N{ARABIC LETTER HAMZA}" <= char <= "\N{ARABIC LETTER YEH}" for char in others):
            return name
    return raw.decode("utf-8", "backslashreplace")


def is_hidden(name: str) -> bool:
    """Whether a folder would pass over a file of this name, or it is Finder's shadow of one."""
    parts = name.replace("\\", "/").split("/")
    return any(part == _JUNK or (part.startswith(".") and part.strip(".")) for part in parts)


def path_fault(name: str) -> RejectRecord | None:
    """Return the refusal of a name that leads out of the archive; such archives attack."""
    path = name.replace("\\", "/")
    if path.startswith("/") or path[1:3] == ":/" or ".." in path.split("/"):
        return RejectRecord("its path leads out of the archive", reason="unsafe-path")
    if len(path) > _LONGEST_NAME:
        problem = f"its path has more than {_LONGEST_NAME:,} characters"
        return RejectRecord(problem, reason="unsafe-path")
    return None


def unread(why: str) -> Stream:
    """Return the stream of a member that is not read."""
    return Stream(None, fault=RejectRecord(why, reason="unreadable"))
