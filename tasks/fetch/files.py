"""From the SOURCEs that a person names to the files that are read, each once and with its name."""

import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tasks.errors import RejectRecord, StopRun
from tasks.fetch.folders import Found, State, absolute, is_glob, look_at, split_glob, walk
from tasks.fetch.wording import as_place
from tasks.sources import DEFAULT_PROFILE, SourceProfile, profiles_by_outlet

NAMELESS: Final = "unknown"
"""The outlet of a text that stands in the root folder."""

_WEB: Final = re.compile("https?://", re.IGNORECASE)


class WrongSource(StopRun):
    """A SOURCE names nothing that can be read: wrong usage, not a failed run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One file to read, or to refuse for its ``fault``.

    ``name`` tells its format, ``label`` is the path in its records' ``record_ref``, ``outlet`` what
    its place tells about its origin, ``profile`` the name of the profile that reads it; ``state``
    is (size, mtime in ns, inode), which changes when the content does; ``profile_is_named`` says
    that a SOURCE named the profile, which then reads whatever is in an archive too.
    """

    path: str
    name: str
    label: str
    outlet: str
    profile: str
    state: State
    fault: RejectRecord | None = None
    profile_is_named: bool = False


def find_files(
    sources: Sequence[str], profiles: Mapping[str, SourceProfile]
) -> tuple[SourceFile, ...]:
    """Return the files behind the SOURCEs, in their order, those of a folder by their path's bytes.

    A file that several SOURCEs name is read once. Raises :class:`WrongSource` naming the SOURCE
    that is no file, folder, glob or profile, or the glob that no file is of.
    """
    if not sources:
        raise WrongSource("No SOURCE was named: give a file, a folder, a glob or a profile")
    found: dict[str, tuple[Found, str | None]] = {}
    for source in sources:
        for file, profile in _expand(source, profiles):
            found.setdefault(file.real, (file, profile))
    labels = _unique_labels([file for file, _ in found.values()])
    by_outlet = profiles_by_outlet(profiles)
    files = []
    for label, (file, profile) in zip(labels, found.values(), strict=True):
        above, _, own_name = file.path.rpartition("/")
        folder = _shown(above.rpartition("/")[2]) or NAMELESS
        name = profile or by_outlet.get(folder, DEFAULT_PROFILE)
        files.append(
            SourceFile(
                path=file.real,
                name=own_name,
                label=label,
                outlet=profiles[name].outlet or folder,
                profile=name,
                profile_is_named=profile is not None,
                state=file.state,
                fault=file.fault,
            )
        )
    return tuple(files)


def _expand(source: str, profiles: Mapping[str, SourceProfile]) -> list[tuple[Found, str | None]]:
    if _WEB.match(source):
        raise WrongSource(
            "Web sources are not read by this version; save the articles as files", source=source
        )
    found = _find(source)
    if found is not None:
        return [(file, None) for file in found]
    profile = profiles.get(source)
    if profile is None:
        known = ", ".join(name for name in sorted(profiles) if profiles[name].paths)
        facts = {"profiles": known} if known else {}
        problem = "This SOURCE is no file, folder, glob or profile that names paths"
        raise WrongSource(problem, source=source, **facts)
    if not profile.paths:
        raise WrongSource("This profile names no paths, so it is no SOURCE", source=source)
    files: list[tuple[Found, str | None]] = []
    for path in profile.paths:
        found = _find(path)
        if found is None:
            raise WrongSource("A path of this profile is not there", source=source, path=path)
        files += [(file, profile.name) for file in found]
    return files


def _find(source: str) -> list[Found] | None:
    """Return the files of a path or glob, null when it is neither; raise when none is of a glob."""
    if source and "\0" not in source and os.path.lexists(source):
        path = absolute(source)
        file = look_at(path, Path(path).name)
        return walk(path) if file is None else [file]  # an inbox may be empty
    if not source or not is_glob(source):
        return None
    folder, pattern = split_glob(source)
    found = walk(folder, pattern) if Path(folder).is_dir() else []
    if not found:
        raise WrongSource("No file is of this pattern", source=source)
    return found


def _unique_labels(files: list[Found]) -> list[str]:
    """Return ``below`` of each file, with so many folders before it that no two are the same."""
    parts = [_shown(file.path).split("/") for file in files]
    taken = [file.below.count("/") + 1 for file in files]
    while True:
        labels = ["/".join(names[-count:]) for names, count in zip(parts, taken, strict=True)]
        counts = Counter(labels)
        alike = [n for n, label in enumerate(labels) if counts[label] > 1]
        wider = [n for n in alike if taken[n] < len(parts[n])]
        if not wider:
            break
        for number in wider:
            taken[number] += 1
    labels = [as_place(label) for label in labels]
    for number in alike:
        same, order = labels[number], 1
        while (name := f"{same}~{order}") in labels:
            order += 1
        labels[number] = name
    return labels


def _shown(path: str) -> str:
    """Return the path as valid text, bytes of a name that are not UTF-8 escaped."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
