"""Checking the log: every entry for itself and against the one before it, and the states beside it.

What a version holds is summed up on the way from the entries alone, so no state that is wrong, and
no entry that cannot be read, keeps the files of the others from being checked.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from expectations.schema import SCHEMA_VERSION
from tasks.errors import StopRun
from tasks.store.files import explained
from tasks.store.finding import RESTORE, Finding
from tasks.store.log import LiveFile, LogEntry, entry_path, is_sealed, logged_versions, parse_entry
from tasks.store.state import State, read_written, written_versions
from tasks.store.views import shown_version

_OF_ANOTHER: Final = "one of the two is of another lake or history; restore both from a backup"
_ONLY_SAVES_TIME: Final = "delete it: it only saves time"


@dataclass(slots=True)
class LogCheck:
    """What the log's entries add up to, and what is wrong with them.

    ``live`` are the files of the newest version, ``given_up`` those that only earlier versions
    show, with the version that dropped each. ``older`` are the versions with an older schema. When
    it is ``broken``, entries are missing from these sums.
    """

    findings: list[Finding] = field(default_factory=list)
    newest: LogEntry | None = None
    live: dict[str, LiveFile] = field(default_factory=dict)
    given_up: dict[str, tuple[LiveFile, int]] = field(default_factory=dict)
    batches: dict[str, int] = field(default_factory=dict)
    older: set[int] = field(default_factory=set)
    broken: bool = False

    @property
    def floor(self) -> int:
        """The earliest version that can be read."""
        return 0 if self.newest is None else self.newest.floor

    @property
    def readable(self) -> list[LiveFile]:
        """The files of all versions that can be read."""
        kept = (file for file, dropped in self.given_up.values() if dropped > self.floor)
        return [*self.live.values(), *kept]

    def state(self) -> State:
        """Return what the newest version holds; needs a log that is not broken."""
        if self.newest is None:
            raise ValueError("a log without entries has no state")
        return State(self.newest, self.live, self.batches)


def check_log(root: Path, newest: int | None = None) -> LogCheck:
    """Check the log up to ``newest``, all of it when null, and what stands there beyond it.

    Raises :class:`StopRun` when an entry is of a newer Warraq: its lake cannot be judged.
    """
    with explained("There can be no lake here", root):
        there = logged_versions(root)
        states = written_versions(root)
    check = LogCheck()
    if not there:
        return check
    shown = shown_version(root)
    expected = 0
    for number in there:
        if number > expected:
            if shown is not None and shown < expected:
                _add_strays(check, root, [n for n in there if n >= number], expected)
                break
            _add_missing(check, expected, number - 1)
        expected = number + 1
        entry = _read_one(check, root, number)
        if newest is None or number <= newest:
            _sum_up(check, entry)
            if number in states:
                _check_state(check, root, number)
    if shown is not None and shown > there[-1]:
        _add_missing(check, there[-1] + 1, shown)
    return check


def entry_name(version: int) -> str:
    """Return the path of a version's log entry under the lake's root."""
    return f"log/{version:08d}.json"


def _add_missing(check: LogCheck, first: int, last: int) -> None:
    check.broken = True
    which = "it is missing" if first == last else f"the entries {first} to {last} are missing"
    check.findings.append(Finding(which, entry_name(first), RESTORE))


def _add_strays(check: LogCheck, root: Path, strays: list[int], expected: int) -> None:
    """Name entries beyond the newest version that nothing leads up to; a newer Warraq's raises."""
    for number in strays:
        _read_one(LogCheck(), root, number)
        check.findings.append(
            Finding(
                f"no version leads up to it: the log goes on at {expected}",
                entry_name(number),
                "move it out of the lake, or restore the entries before it from a backup",
            )
        )


def _read_one(check: LogCheck, root: Path, number: int) -> LogEntry | None:
    """Read one entry and check it; null, and the log broken, when it cannot be read."""
    path = entry_path(root, number)
    try:
        content = path.read_bytes()
        entry = parse_entry(root, path, content)
    except OSError as error:
        _break(check, number, f"the log entry cannot be read ({error.strerror or error})")
        return None
    except ValueError as error:
        _break(check, number, f"the log entry is damaged: {error}")
        return None
    if entry.version != number:
        _break(check, number, f"it says that it is version {entry.version}")
        return None
    problems = [problem for problem in _problems(entry, number) if problem]
    if not is_sealed(content, entry):
        problems.append("its content is not what was written (SHA-256 differs)")
    elif problem := _link_problem(check.newest, entry):
        check.findings.append(Finding(problem, entry_name(number), _OF_ANOTHER))
    check.findings += (Finding(problem, entry_name(number), RESTORE) for problem in problems)
    return entry


def _break(check: LogCheck, number: int, problem: str) -> None:
    check.findings.append(Finding(problem, entry_name(number), RESTORE))
    check.broken = True


def _problems(entry: LogEntry, number: int) -> tuple[str, ...]:
    parent = number - 1 if number else None
    files = {int(file.group[1:9]) for file in entry.added} | {int(entry.group[1:9])}
    return (
        f"it says that it follows version {entry.parent}" if entry.parent != parent else "",
        f"it names files of version {min(files - {number})}" if files != {number} else "",
        f"it gives up itself: {entry.floor}" if entry.floor > number else "",
    )


def _link_problem(before: LogEntry | None, entry: LogEntry) -> str | None:
    """Compare the checksum of the entry before with the one that this entry names."""
    if before is None or before.version + 1 != entry.version:
        return None
    if entry.parent_sha256 == before.sha256:
        return None
    return f"it does not follow {entry_name(before.version)} as it is"


def _sum_up(check: LogCheck, entry: LogEntry | None) -> None:
    if entry is None:
        return
    for name in entry.dropped:
        file = check.live.pop(name, None)
        if file is not None:
            check.given_up[name] = (file, entry.version)
        elif not check.broken:
            check.broken = True
            problem = f"it drops a file that is not there: {name}"
            check.findings.append(Finding(problem, entry_name(entry.version), RESTORE))
    given_up = {n: (f, v) for n, (f, v) in check.given_up.items() if v > entry.floor}
    check.given_up = given_up if len(given_up) < len(check.given_up) else check.given_up
    check.live.update((file.name, file) for file in entry.added)
    if entry.batch_id is not None:
        check.batches[entry.batch_id] = entry.version
    check.batches.update(dict.fromkeys(entry.rebuilt, entry.version))
    if entry.schema_version < SCHEMA_VERSION:
        check.older.add(entry.version)
    check.newest = entry


def _check_state(check: LogCheck, root: Path, number: int) -> None:
    """Compare the state beside the log with the sum of the entries."""
    name = f"log/{number:08d}.state.json"
    try:
        written = read_written(root, number)
    except StopRun:
        return  # its entry is damaged, which is told already
    if written is None:
        check.findings.append(Finding("the state is damaged", name, _ONLY_SAVES_TIME))
        return
    files = {file.name: file for file in written.files}
    if not check.broken and (files != check.live or written.batches != check.batches):
        problem = "the state is not what the log adds up to"
        check.findings.append(Finding(problem, name, _ONLY_SAVES_TIME))
