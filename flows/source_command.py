"""``warraq source new``: a look at a source, and the draft of its profile. No lake, no Prefect."""

import json
import os
import re
import shlex
import sys
from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from flows.command_output import counted, make_console
from flows.site_report import print_site, site_as_json
from tasks.draft import Draft, draft_profile
from tasks.draft.site_draft import SiteDraft, draft_site
from tasks.draft.toml_text import one_line, quote
from tasks.errors import StopRun
from tasks.fetch import Reading, WrongSource, find_files
from tasks.settings import CONFIG_FILE, Settings, load_settings
from tasks.sources import DEFAULT_PROFILE, SourceProfile, host_of
from tasks.sources.profile import is_profile_name
from tasks.store.files import explained, put_if_absent

FOLDER: Final = Path("profiles")
"""Where profiles are written when neither the command nor ``warraq.toml`` names a folder."""

_LONGEST_NAME: Final = 48
_SHARED: Final = frozenset({"com", "co", "net", "org", "gov", "edu", "ac"})


@dataclass(frozen=True, slots=True)
class Written:
    """A draft and where it was written, null for nowhere; ``next_steps`` are for the person."""

    draft: Draft | SiteDraft
    file: Path | None
    next_steps: tuple[str, ...]


def new(options: Namespace) -> int:
    """Draft a profile, write it unless its file is there, and tell what was found.

    Raises :class:`StopRun` when the file exists, the name is none, or nothing can be read, and
    :class:`WrongSource` when the SOURCE names no file and no address.
    """
    settings = load_settings()
    name = _name(options)
    folder = options.profiles or settings.profiles or FOLDER
    file = folder / f"{name}.toml"
    if not options.stdout:
        _refuse_existing(file)
    draft = _draft(options.source, name, settings)
    if not options.stdout:
        _write(file, draft)
    written = Written(
        draft, None if options.stdout else file, _next_steps(name, folder, settings, draft)
    )
    if options.json:
        sys.stdout.write(json.dumps(_as_json(written), ensure_ascii=False) + "\n")
    elif options.stdout:
        sys.stdout.write(draft.toml)
    else:
        _print(written)
    return 0


def _draft(source: str, name: str, settings: Settings) -> Draft | SiteDraft:
    if host_of(source) is not None:
        return draft_site(source, name=name, settings=settings.fetch.web)
    return draft_profile(source, name=name, reading=_reading(settings))


def _reading(settings: Settings) -> Reading:
    bounds = settings.fetch
    return Reading(
        profiles={},
        max_record_bytes=bounds.max_record_bytes,
        max_json_depth=bounds.max_json_depth,
        max_archive_depth=bounds.max_archive_depth,
        max_unpacked_bytes=bounds.max_unpacked_bytes,
        max_unpacked_ratio=bounds.max_unpacked_ratio,
        shard_bytes=bounds.shard_bytes,
    )


def _name(options: Namespace) -> str:
    name: str = options.name if options.name is not None else name_of(options.source)
    if not is_profile_name(name):
        raise StopRun("This cannot be a profile's name: use letters, digits, _ - .", name=name)
    if name == DEFAULT_PROFILE:
        raise StopRun(
            "The profile of this name reads whatever no other profile reads; give another --name",
            name=name,
        )
    return name


def name_of(source: str) -> str:
    """Return a name made of the SOURCE's: one that `warraq run NAME` takes for the profile."""
    if (host := host_of(source)) is not None:
        return _free(_name_of_host(host))
    fixed = [part for part in Path(source).parts if not re.search(r"[*?\[\]]", part)]
    path = Path(*fixed) if fixed else Path()
    name = path.resolve().name if path.is_dir() else path.name.lstrip(".").partition(".")[0]
    return _free(name)


def _name_of_host(host: str) -> str:
    """Return a host without what many share: «aps» of aps.dz, «alwatan» of alwatan.com.sa."""
    host = re.sub(r":\d*$", "", host)
    labels = host.split(".")
    if labels[-1].isdecimal() or len(labels) < 2:  # an address of numbers, or a name without dots
        return host
    rest = labels[:-1]
    if len(rest) > 1 and len(labels[-1]) == 2 and rest[-1] in _SHARED:
        rest.pop()
    return "-".join(rest)


def _free(name: str) -> str:
    slug = re.sub(r"[^\w-]+", "-", _valid(name)).strip("-._")[:_LONGEST_NAME] or "source"
    taken = slug == DEFAULT_PROFILE or (os.path.lexists(slug) and _is_read_otherwise(slug))
    return f"{slug}-source" if taken else slug


def _is_read_otherwise(name: str) -> bool:
    """Whether a path of that name holds files that a profile of that name would not read.

    `warraq run NAME` takes a path before a profile, and a folder's name for its files' outlet.
    """
    default = {DEFAULT_PROFILE: SourceProfile(name=DEFAULT_PROFILE)}
    try:
        return any(file.outlet != name for file in find_files([name], default))
    except WrongSource:
        return True


def _refuse_existing(file: Path) -> None:
    if os.path.lexists(file):
        raise StopRun(
            "There is a profile of this name, and it is not overwritten; give another --name, "
            "or move the file away first",
            file=_valid(str(file)),
        )


def _write(file: Path, draft: Draft | SiteDraft) -> None:
    with explained("The profile cannot be written", file.parent):
        file.parent.mkdir(parents=True, exist_ok=True)
        if not put_if_absent(file, draft.toml.encode()):
            _refuse_existing(file)


def _next_steps(
    name: str, folder: Path, settings: Settings, draft: Draft | SiteDraft
) -> tuple[str, ...]:
    steps = []
    if settings.profiles is None or settings.profiles.resolve() != folder.resolve():
        steps.append(f"add to {CONFIG_FILE}:  profiles = {quote(str(folder))}")
    steps += draft.advice
    if not draft.texts and not draft.advice:
        steps.append("name the field of the text under [fields]: without it no record has a text")
    guesses = sum(not entry.certain for entry in draft.entries)
    if guesses:
        steps.append(f"read the file over: {counted(guesses, 'guess', 'guesses')} to accept or not")
    if draft.profile.paths or draft.profile.addresses:
        steps.append(f"warraq run {shlex.quote(name)} --limit 20 --dry-run")
    if os.path.lexists(name) and _is_read_otherwise(name):
        steps.append(f"mind that {name!r} is a path here too, which `warraq run` takes first")
    return tuple(steps)


def _as_json(written: Written) -> dict[str, Any]:
    draft = written.draft
    told = {
        **(site_as_json(draft) if isinstance(draft, SiteDraft) else _files_as_json(draft)),
        "file": None if written.file is None else _valid(str(written.file)),
        "keys": {
            f"{entry.table}.{entry.key}".lstrip("."): entry.value
            for entry in draft.entries
            if entry.certain
        },
        "guesses": [
            {"key": f"{entry.table}.{entry.key}".lstrip("."), "value": entry.value}
            for entry in draft.entries
            if not entry.certain
        ],
        "next": written.next_steps,
    }
    return told | ({"toml": draft.toml} if written.file is None else {})


def _files_as_json(draft: Draft) -> dict[str, Any]:
    return {
        "profile": draft.name,
        "files": draft.sample.files,
        "records": len(draft.sample.records),
        "texts": draft.texts,
        "texts_without_it": draft.texts_before,
        "formats": dict(draft.sample.formats),
        "encodings": dict(draft.encodings),
        "refused": dict(draft.refused),
        "fields": {
            field: {
                "paths": guess.paths or guess.usual,
                "usual": not guess.paths,
                "certain": guess.certain,
                "filled": guess.filled,
                "nothing": guess.nothing,
                "records": guess.rows,
            }
            for field, guess in draft.fields.items()
        },
        "missing": draft.missing,
    }


def _print(written: Written) -> None:
    draft = written.draft
    keys = sum(entry.certain for entry in draft.entries)
    guesses = len(draft.entries) - keys
    console = make_console()
    console.print(
        Text(
            f"Wrote {_valid(str(written.file))}: {counted(keys, 'key')}, and "
            f"{counted(guesses, 'guess', 'guesses')} as comments."
        )
    )
    if isinstance(draft, SiteDraft):
        print_site(console, draft)
    else:
        _print_files(console, draft)
    console.print(Text("Next:"))
    for step in written.next_steps:
        console.print(Text(f"  {step}"))


def _print_files(console: Console, draft: Draft) -> None:
    records = len(draft.sample.records)
    console.print(
        Text(
            f"Looked at {counted(records, 'record')} of {counted(draft.sample.files, 'file')}; "
            f"with it {draft.texts:,} of them give a text, without {draft.texts_before:,}."
        )
    )
    if draft.fields:
        console.print(_table(draft))
    if draft.missing:
        console.print(Text(f"Not found: {', '.join(draft.missing)}."))


def _table(draft: Draft) -> Table:
    table = Table(title="Where each field stands", title_justify="left")
    for column in ("field", "found in", "because of", "records"):
        table.add_column(column, justify="right" if column == "records" else "left")
    for field, guess in draft.fields.items():
        paths = ", ".join(one_line(path) for path in guess.paths or guess.usual)
        how = "its usual name" if not guess.paths else "its values"
        sure = how if guess.certain else "its values, perhaps"
        filled = f"{guess.filled:,} of {guess.rows:,}"
        table.add_row(*(Text(cell) for cell in (field, paths, sure, filled)))
    return table


def _valid(text: str) -> str:
    """Return a path as valid text, bytes that are not UTF-8 escaped."""
    return os.fsencode(text).decode("utf-8", "backslashreplace")
