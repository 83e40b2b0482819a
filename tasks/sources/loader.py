"""Find and read source profiles: the user's folder first, then those that ship with Warraq."""

import tomllib
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from tasks.errors import StopRun
from tasks.sources.profile import DEFAULT_PROFILE, SourceProfile, is_profile_name

SHIPPED: Final = Path(__file__).parent / "profiles"


def find_profile_names(*, folder: Path | None) -> tuple[str, ...]:
    """Return the names of all profiles there are, sorted; the default profile is always one."""
    _check_folder(folder)
    files = [file for place in _places(folder) for file in place.glob("*.toml")]
    return tuple(sorted({DEFAULT_PROFILE, *(file.stem for file in files)}))


def load_profile(name: str, *, folder: Path | None) -> SourceProfile:
    """Read the profile of that name; ``folder`` (the user's) is searched first.

    Raises :class:`StopRun` naming the file and the key that is wrong, or the names there are.
    """
    _check_folder(folder)
    if not is_profile_name(name):
        raise StopRun("This cannot be a profile's name: use letters, digits, _ - .", name=name)
    for place in _places(folder):
        file = place / f"{name}.toml"
        if file.is_file():
            return _read(file)
    if name == DEFAULT_PROFILE:
        return SourceProfile(name=DEFAULT_PROFILE)
    known = ", ".join(find_profile_names(folder=folder))
    raise StopRun("There is no profile of this name", name=name, known=known)


def load_profiles(*, folder: Path | None) -> dict[str, SourceProfile]:
    """Read every profile, by name; raises :class:`StopRun` like :func:`load_profile`."""
    names = find_profile_names(folder=folder)
    return {name: load_profile(name, folder=folder) for name in names}


def _places(folder: Path | None) -> list[Path]:
    return [SHIPPED] if folder is None else [folder, SHIPPED]


def _check_folder(folder: Path | None) -> None:
    if folder is not None and not folder.is_dir():
        raise StopRun("The folder of source profiles is not there", folder=str(folder))


def _read(file: Path) -> SourceProfile:
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
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
