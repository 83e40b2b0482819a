"""From what was seen to the keys of a profile: each with its counts, its example and its doubt."""

import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tasks.draft.columns import Shape
from tasks.draft.date_entries import date_entries, date_notes, timezone_entry
from tasks.draft.decoding import Decoded, EncodingsSeen, distinct
from tasks.draft.doubts import coverage, doubts
from tasks.draft.field_guess import FIELDS, FieldGuess
from tasks.draft.recurring import Found, Recurring
from tasks.draft.sampling import Sample
from tasks.draft.toml_text import Entry, example, render
from tasks.fetch.files import NAMELESS
from tasks.sources import FieldNames, SourceProfile

GENERIC: Final = frozenset(
    {"articles", "archive", "corpus", "data", "dataset", "download", "downloads", "export", "files",
     "inbox", "input", "json", "csv", "news", "parquet", "raw", "texts", "tmp", "txt", NAMELESS,
     "أخبار", "مقالات", "بيانات", "نصوص"}
)  # fmt: skip
"""Names of folders that are no outlet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that the look at a source gave."""

    source: str
    name: str
    sample: Sample
    shapes: tuple[Shape, ...]
    fields: dict[str, FieldGuess]
    encoding: EncodingsSeen
    decoded: Decoded
    recurring: Found

    @property
    def missing(self) -> tuple[str, ...]:
        """The fields that nothing was found for; text files have none but the text."""
        found = {field for field, guess in self.fields.items() if guess.filled or guess.paths}
        return tuple(field for field in FIELDS if field not in found) if self.shapes else ()


def compose(evidence: Evidence) -> tuple[str, tuple[Entry, ...], SourceProfile]:
    """Return the TOML, its keys, and the profile that it is when read back.

    Raises pydantic's ``ValidationError`` for what is no profile: a fault of this module.
    """
    entries = (
        *_paths(evidence),
        *_outlet(evidence),
        *_encoding(evidence),
        *timezone_entry(evidence.fields),
        *date_entries(evidence.fields),
        *_recurring(evidence),
        *_fields(evidence),
    )
    toml = render(_preface(evidence), entries, _notes(evidence))
    profile = SourceProfile.model_validate({**tomllib.loads(toml), "name": evidence.name})
    return toml, entries, profile


def _preface(evidence: Evidence) -> list[str]:
    sample = evidence.sample
    formats = ", ".join(f"{count:,} {kind}" for kind, count in sample.formats.most_common())
    encodings = ", ".join(
        f"{count:,} {name}" for name, count in evidence.encoding.counts.most_common()
    )
    lines = [
        f"Drafted by `warraq source new` for a person to read over. Looked at: "
        f"{len(sample.records):,} records, out of {sample.opened:,} of {sample.files:,} files.",
        "Keys that are commented out are guesses: accept one by taking its # away.",
        f"Files by format: {formats}.",
    ]
    if encodings:
        lines.append(f"Records by encoding: {encodings}.")
    refused = sample.refused + evidence.decoded.refused
    if refused:
        told = ", ".join(f"{count:,} {reason}" for reason, count in refused.most_common())
        lines.append(f"Refused even with this profile: {told}.")
    if sample.left_out:
        lines.append(f"Not looked at, being large: {sample.left_out:,} records.")
    if any(shape.cut for shape in evidence.shapes):
        lines.append("Some records have more keys than were looked at.")
    return lines


def _paths(evidence: Evidence) -> Iterator[Entry]:
    try:
        evidence.source.encode()
    except UnicodeEncodeError:
        return  # a path whose bytes are no UTF-8 cannot stand in TOML
    why = (
        f"`warraq run {evidence.name}` reads this; a relative path begins at the current folder.",
    )
    yield Entry(key="paths", value=(evidence.source,), certain=True, why=why)


def known_names(sample: Sample, fields: dict[str, FieldGuess]) -> tuple[str, ...]:
    """Return the name of the one outlet there is, by its records or by its folder; or none."""
    source = fields.get("source")
    if source is not None and source.filled:
        names = distinct(source.values)
        return names if len(names) == 1 and (source.certain or not source.paths) else ()
    places = [name for name in sample.outlets if not _is_generic(name)]
    return tuple(places) if len(sample.outlets) == 1 else ()


def _is_generic(name: str) -> bool:
    return name.strip().lower() in GENERIC or not any(map(str.isalpha, name))


def _outlet(evidence: Evidence) -> Iterator[Entry]:
    source = evidence.fields.get("source")
    if source is not None and source.filled:
        names = Counter(source.values)
        name, count = names.most_common(1)[0]
        whole = len(names) == 1 and source.filled >= 0.9 * source.rows
        why = f"The records say it themselves: {count:,} of {source.rows:,} say {example(name)}"
        why += "." if len(names) == 1 else f"; {len(names):,} outlets in all, so leave it out."
        certain = whole and (source.certain or not source.paths)
        yield Entry(key="outlet", value=name, certain=certain, why=(why,))
        return
    yield _outlet_of_place(evidence)


def _outlet_of_place(evidence: Evidence) -> Entry:
    places = evidence.sample.outlets
    name, count = places.most_common(1)[0]
    generic = _is_generic(name)
    first = evidence.sample.records[0].file.label
    in_folder = Path(evidence.source).is_dir() or "!" in first
    if len(places) > 1:
        why = f"Folders name the outlets of what is in them, {len(places):,} in all, so leave it."
    elif generic or not in_folder:
        why = "Neither the records nor the path say which outlet it is: say so here."
    else:
        why = f"The folder's name, for {count:,} records; write it as the outlet does."
    certain = len(places) == 1 and in_folder and not generic
    value = name if certain or len(places) > 1 else evidence.name
    return Entry(key="outlet", value=value, certain=certain, why=(why,))


def _encoding(evidence: Evidence) -> Iterator[Entry]:
    seen = evidence.encoding
    if seen.pinned is None:
        return
    count = seen.counts[seen.pinned]
    why = f"{count:,} records are in it, and none in another beside UTF-8; it is found by itself"
    if seen.gained > 0:
        why += f", but not of {seen.gained:,} records that are too short to tell."
    else:
        why += ", so it need not be told."
    yield Entry(key="encoding", value=seen.pinned, certain=seen.gained > 0, why=(why,))


def _recurring(evidence: Evidence) -> Iterator[Entry]:
    found = evidence.recurring
    texts = evidence.decoded.kept
    yield from _listed("outlets", found.outlets, texts, "Mastheads, as printed")
    yield from _listed("related_headings", found.headings, texts, "Headings over related links")
    yield from _listed("byline_phrases", found.phrases, texts, "Words before an author's name")


def _listed(key: str, found: tuple[Recurring, ...], texts: int, what: str) -> Iterator[Entry]:
    """Yield the key with what is certain, and again, commented out, with what is not.

    A key stands once in TOML, so a person who accepts a guess adds it to the list.
    """
    for certain in (True, False):
        some = [each for each in found if each.certain is certain]
        if some:
            why = [f"{what}:" if certain else f"{what}, perhaps:"]
            why += [_told(each, texts) for each in some]
            if not certain and any(each.certain for each in found):
                why.append("To accept one, add it to the list above.")
            values = tuple(dict.fromkeys(each.text for each in some))
            yield Entry(key=key, value=values, certain=certain, why=tuple(why))


def _told(found: Recurring, texts: int) -> str:
    behind = f", with {example(found.sample)}" if found.sample else ""
    return f"- {example(found.text)} in {found.texts:,} of {texts:,} texts ({found.place}){behind}"


def _fields(evidence: Evidence) -> Iterator[Entry]:
    for field in FIELDS:
        guess = evidence.fields.get(field)
        if guess is None or not (guess.filled or guess.paths):
            continue
        if guess.paths:
            why = [coverage(guess), *doubts(guess)]
            better = dict(guess.misread)
            paths = [name for path in guess.paths for name in (better.get(path), path) if name]
            yield Entry(
                key=field,
                value=paths[0] if len(paths) == 1 else tuple(dict.fromkeys(paths)),
                certain=guess.certain,
                why=tuple(why),
                table="fields",
            )
        elif guess.teaser_of:
            why = [
                f"«{guess.usual[0]}» is read, being the usual name, and is much shorter than this.",
                coverage(guess),
                *doubts(guess),
            ]
            value = (guess.teaser_of, *guess.usual)
            yield Entry(key=field, value=value, certain=False, why=tuple(why), table="fields")


def _notes(evidence: Evidence) -> list[str]:
    """Return what is found without a key, what is not found, and what no key takes out."""
    lines = []
    plain = [
        guess
        for field in FIELDS
        if (guess := evidence.fields.get(field)) and not guess.paths and guess.filled
    ]
    if plain:
        lines.append("Found under a usual name, so no key is needed:")
        for guess in plain:
            names = ", ".join(map(example, guess.usual))
            doubted = "".join(f" {doubt}" for doubt in doubts(guess))
            lines.append(f"- {guess.field} in {names}: {coverage(guess)}.{doubted}")
    if evidence.missing:
        usual = FieldNames()
        told = "; ".join(f"{field} ({getattr(usual, field)[0]})" for field in evidence.missing)
        lines.append(f"Not found, with a usual name of each: {told}.")
    lines += date_notes(evidence.fields)
    texts = evidence.decoded.kept
    if evidence.recurring.built_in:
        lines.append("Headings over related links that are known already:")
        lines += [_told(each, texts) for each in evidence.recurring.built_in]
    if evidence.recurring.others:
        lines.append("Lines that recur and that no key takes out:")
        lines += [_told(each, texts) for each in evidence.recurring.others]
    return lines
