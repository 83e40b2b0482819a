"""Find and read source profiles: the user's folder first, then those that ship with Warraq."""

import tomllib
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from tasks.errors import StopRun
from tasks.sources.profile import DEFAULT_PROFILE, SourceProfile, is_profile_name

SHIPPED: Final = Path(__file__).parent / "profiles"

_MARK: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"


def find_profile_names(*, folder: Path | None) -> tuple[str, ...]:
    """Return the names of all profiles there are, sorted; the default profile is always one."""
    return tuple(sorted({DEFAULT_PROFILE, *_find_files(folder)}))


def find_profile_file(name: str, *, folder: Path | None) -> Path:
    """Return the file of a profile that there is: the user's own, or that which ships."""
    return _find_files(folder)[name]


def load_profile(name: str, *, folder: Path | None) -> SourceProfile:
    """Read the profile of that name; ``folder`` (the user's) is searched first.

    Raises :class:`StopRun` naming the file and the key that is wrong, or the names there are.
    """
    files = _find_files(folder)
    if not is_profile_name(name):
        raise StopRun("This cannot be a profile's name: use letters, digits, _ - .", name=name)
    if name in files:
        return _read(files[name])
    if name == DEFAULT_PROFILE:
        return SourceProfile(name=DEFAULT_PROFILE)
    known = ", ".join(find_profile_names(folder=folder))
    raise StopRun("There is no profile of this name", name=name, known=known)


def load_profiles(*, folder: Path | None) -> dict[str, SourceProfile]:
    """Read every profile, by name: those of ``folder`` first, so that an outlet's own is theirs.

    Raises :class:`StopRun` like :func:`load_profile`, and naming two of ``folder`` that claim one
    outlet.
    """
    files = _find_files(folder)
    profiles = {name: _read(file) for name, file in files.items()}
    by_claim: dict[str, str] = {}
    for name, file in files.items():
        claim = profiles[name].claim
        other = by_claim.setdefault(claim, name)
        if other != name and files[other].parent == file.parent:
            raise StopRun(
                "Two source profiles stand for one outlet; merge them, or rename one of the two",
                outlet=claim,
                files=f"{files[other]}, {file}",
            )
    profiles.setdefault(DEFAULT_PROFILE, SourceProfile(name=DEFAULT_PROFILE))
    return profiles


def _find_files(folder: Path | None) -> dict[str, Path]:
    """Return the file of each profile by name, the user's in place of a shipped one and first.

    Hidden files are none: macOS leaves ``._port.toml`` beside a copy, Emacs ``.#port.toml``.
    """
    _check_folder(folder)
    found: dict[str, Path] = {}
    for place in [SHIPPED] if folder is None else [folder, SHIPPED]:
        for file in sorted(place.glob("*.toml")):
            if not file.name.startswith("."):
                found.setdefault(file.stem, file)
    return found


def _check_folder(folder: Path | None) -> None:
    if folder is not None and not folder.is_dir():
        raise StopRun("The folder of source profiles is not there", folder=str(folder))


def _read(file: Path) -> SourceProfile:
    try:
        # Windows' Notepad saves UTF-8 with a mark before it, which TOML does not know.
        told = tomllib.loads(file.read_text(encoding="utf-8").removeprefix(_MARK))
    except OSError as error:
        raise StopRun(f"The profile cannot be read: {error.strerror}", file=str(file)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StopRun(f"The profile is not TOML: {error}", file=str(file)) from error
    if told.setdefault("name", file.stem) != file.stem:
        raise StopRun(
            "A profile is named like its file; correct or drop the key", file=str(file), key="name"
        )
    try:
        return SourceProfile.model_validate(told)
    except ValidationError as error:
        faults = error.errors()
        keys = ", ".join(".".join(map(str, fault["loc"])) for fault in faults)
        told_wrong = "; ".join(fault["msg"] for fault in faults)
        raise StopRun(f"The profile is wrong: {told_wrong}", file=str(file), key=keys) from error
