"""Draft: a look at a source that is new, and the profile that it seems to need, for a person."""

from collections import Counter
from dataclasses import dataclass, replace

from tasks.draft.columns import shapes_of
from tasks.draft.composing import Evidence, compose, known_names
from tasks.draft.decoding import decode_sample, find_encodings
from tasks.draft.doubts import JOIN_FIRST, ONE_COLUMN, save_list
from tasks.draft.field_guess import FieldGuess, guess_fields, merge_guesses
from tasks.draft.recurring import find_recurring
from tasks.draft.sampling import Sample, take_sample
from tasks.draft.toml_text import Entry, example
from tasks.errors import StopRun
from tasks.fetch import Reading, WrongSource, find_addresses, find_files
from tasks.sources import DEFAULT_PROFILE, FieldNames, SourceProfile

__all__ = ["Draft", "draft_profile"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A profile as TOML, checked by :class:`SourceProfile`, and what it was drafted from.

    ``entries`` are its keys, those that are certain and those left as comments; ``fields`` where
    each field was found, ``missing`` those that were not; ``texts`` is how many of the records
    looked at give a text with this profile, ``texts_before`` without; ``encodings`` counts them.
    """

    name: str
    toml: str
    profile: SourceProfile
    entries: tuple[Entry, ...]
    fields: dict[str, FieldGuess]
    missing: tuple[str, ...]
    sample: Sample
    encodings: Counter[str]
    refused: Counter[str]
    texts: int
    texts_before: int

    @property
    def advice(self) -> tuple[str, ...]:
        """What is to be done to the source itself before a run, because no profile can do it."""
        guess = self.fields.get("text")
        if guess is None:
            return ()
        told = [
            f"{example(first.path)} reads only the first of up to {first.most:,} texts: "
            f"{save_list(first) if first.articles else JOIN_FIRST}"
            for first in guess.firsts
            if first.most > 1
        ]
        if guess.sole and not guess.certain:
            told += [f"{example(path)} {ONE_COLUMN}" for path in guess.paths]
        return tuple(told)


def draft_profile(source: str, *, name: str, reading: Reading) -> Draft:
    """Look at a part of a SOURCE (a file, folder or glob) and draft the profile of that name.

    Deterministic, read-only, bounded in memory and time (:mod:`tasks.draft.sampling`); the profiles
    of ``reading`` are left aside, its other bounds hold. For web addresses there is ``site_draft``.
    Raises :class:`WrongSource` when no file is named, :class:`StopRun` when no record can be read.
    """
    default = {DEFAULT_PROFILE: SourceProfile(name=DEFAULT_PROFILE)}
    plain = replace(reading, profiles=default, limit=None)
    if find_addresses([source], default):
        problem = (
            "A profile is drafted from files or from one address: give the address of a feed, or "
            "of a page that announces one"
        )
        raise WrongSource(problem, source=source)
    sample = take_sample(find_files([source], default), plain)
    if not sample.records:
        raise _no_record(source, sample)
    shapes = shapes_of(sample.records)
    guesses = [guess for shape in shapes for guess in guess_fields(shape)]
    fields = merge_guesses(guesses, sum(shape.rows for shape in shapes))
    guessed = _field_names(fields)
    decoded = decode_sample(sample, guessed, None, plain)
    encoding = find_encodings(sample, decoded, guessed, plain)
    if encoding.gained > 0:
        decoded = decode_sample(sample, guessed, encoding.pinned, plain)
    evidence = Evidence(
        source=source,
        name=name,
        sample=sample,
        shapes=tuple(shapes),
        fields=fields,
        encoding=encoding,
        decoded=decoded,
        recurring=find_recurring(decoded.texts(), known_names(sample, fields)),
    )
    toml, entries, profile = compose(evidence)
    return Draft(
        name=name,
        toml=toml,
        profile=profile,
        entries=entries,
        fields=fields,
        missing=evidence.missing,
        sample=sample,
        encodings=encoding.counts,
        refused=sample.refused + decoded.refused,
        texts=decoded.kept,
        texts_before=decode_sample(sample, FieldNames(), None, plain).kept,
    )


def _field_names(fields: dict[str, FieldGuess]) -> FieldNames:
    """Return the field names that the draft tells for certain."""
    told = {name: guess.paths for name, guess in fields.items() if guess.paths and guess.certain}
    return FieldNames.model_validate(told)


def _no_record(source: str, sample: Sample) -> StopRun:
    why = [f"{count:,} {reason}" for reason, count in sample.refused.most_common(5)]
    why += [f"{sample.left_out:,} too large to look at"] * bool(sample.left_out)
    return StopRun(
        "No record of this source can be read, so there is nothing to draft a profile from",
        source=source,
        files=sample.files,
        refused=", ".join(why) or "none",
    )
