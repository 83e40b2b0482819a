"""``warraq learn``: the lines that an outlet prints with text after text, put into its profile."""

import os
import re
import shlex
import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from flows.command_output import counted, make_console, make_table, print_json
from flows.lake_commands import open_named
from flows.received_record import as_received
from tasks.clean.edge_lines import text_keys
from tasks.draft.toml_text import Entry, add_entries, example, render
from tasks.errors import StopRun
from tasks.learn import articles_by_outlet, judge_lines
from tasks.settings import CONFIG_FILE, Settings, load_settings
from tasks.sources import (
    SourceProfile,
    find_profile_file,
    load_profiles,
    profiles_by_outlet,
)
from tasks.store import Lake, find_article, read_line_counts
from tasks.store.files import explained, make_folder, put
from tasks.text.repair import repair_column

FOLDER: Final = Path("profiles")
"""Where the profile is written when neither the command nor ``warraq.toml`` names a folder."""

MOST_LINES: Final = 40
LEAST_ARTICLES: Final = 3
"""Lines that are shown, and articles in which the least of them stands."""

MOST_NAMES: Final = 20
"""Outlets that are named when one is asked for that is not there."""

_ACCEPTED, _KEPT, _LEARNED = "in the profile", "kept by the profile", "learned: cut from now on"
_CUT: Final = "cut as "
"""What a rule that knows it takes it for: naming it in the profile would lose its column."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that recurs; ``text`` is null when no article that has it is in the lake any more."""

    text: str | None
    edge: str
    articles: int
    share: float
    doubt: str | None
    standing: str


def learn(options: Namespace) -> int:
    """Show what the lake has learned of an outlet's lines, and put it into the outlet's profile.

    Raises :class:`StopRun` when nothing of the outlet was counted, naming the outlets there are.
    """
    settings = load_settings()
    lake = open_named(options)
    counts = read_line_counts(lake, options.outlet)
    if not len(counts):
        raise StopRun(
            "No articles of this outlet have been counted; outlets are in the column source",
            outlet=options.outlet,
            lake=str(lake.root),
            known=_known_outlets(lake),
        )
    folder = options.profiles or settings.profiles or FOLDER
    profile, text = _profile_of(options.outlet, folder)
    lines = _lines(lake, counts, profile, settings)
    total = articles_by_outlet(counts)[options.outlet]
    learned = [line for line in lines if line.standing == _LEARNED and line.text is not None]
    toml = _toml(options.outlet, text, profile, lines, total) if learned else None
    file = folder / f"{profile.name if profile else _slug(options.outlet)}.toml"
    if toml is not None and not options.stdout:
        with explained("The profile cannot be written", folder):
            make_folder(folder)
            put(file, toml.encode())
    written = None if toml is None or options.stdout else file
    if options.json:
        print_json(_as_json(options.outlet, total, lines, written, toml))
    elif options.stdout:
        sys.stdout.write(toml or "")
    else:
        _print(options.outlet, total, lines, written, _next_steps(folder, settings))
    return 0


def _known_outlets(lake: Lake) -> str:
    names = articles_by_outlet(read_line_counts(lake))
    return ", ".join(list(names)[:MOST_NAMES]) or "none"


def _profile_of(outlet: str, folder: Path) -> tuple[SourceProfile | None, str | None]:
    """Return the outlet's profile and its text, the user's own or that which ships; else nulls."""
    profiles = load_profiles(folder=folder if folder.is_dir() else None)
    name = profiles_by_outlet(profiles).get(outlet)
    if name is None:
        return None, None
    path = find_profile_file(name, folder=folder if folder.is_dir() else None)
    with explained("The profile cannot be read", path):
        return profiles[name], path.read_text(encoding="utf-8-sig")


def _lines(
    lake: Lake, counts: Any, profile: SourceProfile | None, settings: Settings
) -> list[_Line]:
    """Return the lines that recur most, with their texts out of articles that have them."""
    accepted = set(text_keys(profile.boilerplate).tolist()) if profile else set()
    kept = set(text_keys(profile.kept_lines).tolist()) if profile else set()
    texts: dict[str, dict[int, str]] = {}
    cut: dict[str, dict[int, str]] = {}
    found = []
    for row in judge_lines(counts).slice(0, MOST_LINES).to_pylist():
        if row["articles"] < LEAST_ARTICLES:
            break
        key = row["line_key"] % 2**64
        name = row["example_id"]
        if name is not None and name not in texts:
            article = find_article(lake, name) or {}
            texts[name] = _texts_by_key(lake, article, settings)
            cut[name] = _kinds_by_key(article)
        standing = row["doubt"] or _LEARNED
        if key & ~1 in cut.get(name, {}):
            standing = f"{_CUT}{cut[name][key & ~1]}"
        if key & ~1 in accepted:
            standing = _ACCEPTED
        elif key & ~1 in kept:
            standing = _KEPT
        found.append(
            _Line(
                text=texts.get(name, {}).get(key & ~1),
                edge="end" if key & 1 else "beginning",
                articles=row["articles"],
                share=row["share"],
                doubt=row["doubt"],
                standing=standing,
            )
        )
    return found


def _texts_by_key(lake: Lake, article: Mapping[str, Any], settings: Settings) -> dict[int, str]:
    """Return the lines of an article as it was received, by their keys."""
    place = str(article.get("batch_id")), str(article.get("record_ref"))
    _, text = as_received(lake.root, *place, settings)
    lines = str(repair_column(pa.array([text or ""]))[0]).split("\n")
    return {int(text_keys([line])[0]): line for line in lines if line.strip()}


def _kinds_by_key(article: Mapping[str, Any]) -> dict[int, str]:
    """Return what the rules took each line for that they cut out of the article, by their keys."""
    removed = article.get("removed") or []
    keys = [text_keys([cut["text"]]) for cut in removed]
    return {int(key[0]): cut["kind"] for key, cut in zip(keys, removed, strict=True) if len(key)}


def _slug(outlet: str) -> str:
    """Return a profile's name made of the outlet's."""
    return re.sub(r"[^\w-]+", "-", outlet).strip("-._")[:48] or "outlet"


def _toml(
    outlet: str,
    text: str | None,
    profile: SourceProfile | None,
    lines: Sequence[_Line],
    total: int,
) -> str:
    """Return the profile with what was learned; lines in doubt are comments to accept or not."""
    entries = list(_entries(lines, total, named=bool(profile and profile.boilerplate)))
    if text is not None:
        return add_entries(text, entries)
    preface = (
        f"Written by `warraq learn` from {total:,} articles of «{outlet}» for a person to accept: "
        "take out what is no boilerplate, or name it under kept_lines.",
    )
    return render(preface, [Entry(key="outlet", value=outlet, certain=True), *entries])


def _entries(lines: Sequence[_Line], total: int, *, named: bool) -> list[Entry]:
    entries = []
    for certain in (True, False):
        some = [
            line
            for line in lines
            if line.text and line.standing == (_LEARNED if certain else line.doubt)
        ]
        if not some:
            continue
        why = ["Lines at the edges of many articles:" if certain else "Lines, perhaps:"]
        why += [f"- {example(each.text or '')} {_told(each, total)}" for each in some]
        if named or not certain:
            why.append("To accept one, add it to the list of boilerplate.")
        values = tuple(dict.fromkeys(each.text for each in some if each.text))
        sure = certain and not named
        entries.append(Entry(key="boilerplate", value=values, certain=sure, why=tuple(why)))
    return entries


def _told(line: _Line, total: int) -> str:
    doubt = f"; {line.doubt}" if line.doubt else ""
    return f"at the {line.edge} of {line.articles:,} of {total:,} articles{doubt}"


def _next_steps(folder: Path, settings: Settings) -> list[str]:
    steps = ["read the file over, and take out what is no boilerplate"]
    if settings.profiles is None or settings.profiles.resolve() != folder.resolve():
        steps.append(f"add to {CONFIG_FILE}:  profiles = {shlex.quote(str(folder))}")
    return [*steps, "warraq rebuild, for what is in the lake already"]


def _as_json(
    outlet: str, total: int, lines: Sequence[_Line], file: Path | None, toml: str | None
) -> dict[str, object]:
    told = {
        "outlet": outlet,
        "articles": total,
        "lines": [
            {
                "text": line.text,
                "edge": line.edge,
                "articles": line.articles,
                "share": round(line.share, 4),
                "standing": line.standing,
            }
            for line in lines
        ],
        "file": None if file is None else os.fsencode(file).decode("utf-8", "backslashreplace"),
    }
    return told | ({"toml": toml} if file is None else {})


def _print(
    outlet: str, total: int, lines: Sequence[_Line], file: Path | None, steps: Sequence[str]
) -> None:
    console = make_console()
    title = f"Lines at the edges of {counted(total, 'article')} of {outlet}"
    rows = [
        (f"{line.articles:,}", f"{line.share:.1%}", line.edge, line.text or "?", line.standing)
        for line in lines
    ]
    console.print(make_table(title, ("articles", "share", "at the", "line", "standing"), rows))
    if file is None:
        sys.stdout.write("Nothing new was learned: no profile was written.\n")
        return
    sys.stdout.write(f"Wrote {file}. Next:\n")
    for step in steps:
        sys.stdout.write(f"  {step}\n")
