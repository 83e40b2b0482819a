"""From the SOURCEs that a person names to the files that are read, each once and with its name."""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from tasks.errors import RejectRecord, StopRun
from tasks.fetch.folders import Found, State, absolute, is_glob, look_at, split_glob, walk
from tasks.fetch.wording import as_place, shorten
from tasks.sources import DEFAULT_PROFILE, SourceProfile, host_of, profiles_by_outlet

NAMELESS: Final = "unknown"
"""The outlet of a text that stands in the root folder."""

URL_LIST: Final = ".urls"
"""How the name of a file ends that lists web addresses, one a line."""

_LARGEST_LIST: Final = 16 * 1024 * 1024


class Address(NamedTuple):
    """A source on the web, and the name of the profile that was named with it, if one was."""

    url: str
    profile: str | None = None


class WrongSource(StopRun):
    """A SOURCE names nothing that can be read: wrong usage, not a failed run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One file to read, or to refuse for its ``fault``.

    ``name`` tells its format, ``label`` is the path in its records' ``record_ref``, ``outlet`` what
    its place tells about its origin, ``profile`` the name of the profile that reads it; ``state``
    is (size, mtime in ns, inode), which changes when the content does; ``profile_is_named`` says
    that a SOURCE named the profile, which then reads whatever is in an archive too; ``told`` is the
    header of its records where its archive knows it; ``is_spool``, that it is an archive of
    what was downloaded, whose members are known by their addresses alone.
    """

    path: str
    name: str
    label: str
    outlet: str
    profile: str
    state: State
    fault: RejectRecord | None = None
    profile_is_named: bool = False
    told: str | None = None
    is_spool: bool = False


def find_files(
    sources: Sequence[str], profiles: Mapping[str, SourceProfile]
) -> tuple[SourceFile, ...]:
    """Return the files behind the SOURCEs, in their order, those of a folder by their path's bytes.

    A file that several SOURCEs name is read once. Raises :class:`WrongSource` naming the SOURCE
    that is no file, folder, glob or profile, or the glob that no file is of.
    """
    if not sources:
        raise WrongSource("No SOURCE was named: give a file, a folder, an address or a profile")
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


def find_addresses(
    sources: Sequence[str], profiles: Mapping[str, SourceProfile]
) -> tuple[Address, ...]:
    """Return the web addresses behind the SOURCEs, in their order, each once.

    Those are the SOURCEs that are addresses, the lines of files ``*.urls``, and the ``addresses``
    of profiles. Raises :class:`WrongSource` for a line of such a file that is no address.
    """
    found: dict[str, Address] = {}
    for source in sources:
        for address in _addresses_of(source, profiles):
            found.setdefault(address.url, address)
    return tuple(found.values())


def _addresses_of(source: str, profiles: Mapping[str, SourceProfile]) -> list[Address]:
    if host_of(source) is not None:
        return [Address(source)]
    if _is_url_list(source):
        return list(map(Address, _read_urls(source)))
    profile = None if os.path.lexists(source) else profiles.get(source)
    return [Address(url, source) for url in profile.addresses] if profile else []


def _is_url_list(source: str) -> bool:
    return source.lower().endswith(URL_LIST) and "\0" not in source and Path(source).is_file()


def _read_urls(source: str) -> list[str]:
    """Return the lines of a list; blank ones and those that begin with ``#`` are none."""
    path = Path(source)
    if path.stat().st_size > _LARGEST_LIST:
        problem = f"A list of addresses has at most {_LARGEST_LIST:,} bytes; split it"
        raise WrongSource(problem, source=source)
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise WrongSource("This list of addresses cannot be read", source=source) from error
    urls = []
    for number, line in enumerate(map(str.strip, lines), start=1):
        if not line or line.startswith("#"):
            continue
        if host_of(line) is None:
            problem = "A line of this list is no web address"
            raise WrongSource(problem, source=source, line=number, found=shorten(line))
        urls.append(line)
    return urls


def _expand(source: str, profiles: Mapping[str, SourceProfile]) -> list[tuple[Found, str | None]]:
    if host_of(source) is not None or _is_url_list(source):
        return []
    found = _find(source)
    if found is not None:
        return [(file, None) for file in found]
    profile = profiles.get(source)
    if profile is None:
        known = ", ".join(
            name for name in sorted(profiles) if profiles[name].paths or profiles[name].addresses
        )
        facts = {"profiles": known} if known else {}
        problem = "This SOURCE is no file, folder, glob, web address or profile that names any"
        raise WrongSource(problem, source=source, **facts)
    if not profile.paths and not profile.addresses:
        problem = "This profile names no paths and no addresses, so it is no SOURCE"
        raise WrongSource(problem, source=source)
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
