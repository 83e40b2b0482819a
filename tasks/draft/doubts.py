"""What a person is told of a field that was found: in how many records, and what may be wrong."""

from collections.abc import Iterator
from typing import Final

from tasks.draft.column_names import is_odd
from tasks.draft.date_entries import date_doubts
from tasks.draft.field_guess import FieldGuess, FirstOfSeveral
from tasks.draft.judges import MOST
from tasks.draft.printed_dates import is_epoch
from tasks.draft.toml_text import example
from tasks.draft.traits import has_tags

JOIN_FIRST: Final = (
    "no path joins a list of objects, so join their texts into one string before, or choose "
    "another column"
)
"""What to do about a text that stands in many objects, of which a path reads the first."""

ONE_COLUMN: Final = (
    "is the only column of its table: either the cells are parted by a sign that is none of the "
    "delimiters (, ; tab |), so save it with commas, or it is prose, so save it as .txt"
)
"""What to look at where a table was cut into no columns."""


def save_list(first: FirstOfSeveral) -> str:
    """Return what to do about a record that is a wrapper of articles."""
    return (
        f"the file seems to be a wrapper of articles: save the list under {example(first.place)} "
        "alone, as an array or one object per line"
    )


def coverage(guess: FieldGuess) -> str:
    """Return in how many records the field was found, with an example."""
    told = f"{guess.filled:,} of {guess.rows:,} records ({guess.filled / max(guess.rows, 1):.0%})"
    nothing = f", {guess.nothing:,} say «N/A» or the like" if guess.nothing else ""
    return f"{told}{nothing}, such as {example(guess.example)}"


def doubts(guess: FieldGuess) -> Iterator[str]:
    """Yield what speaks against a guess, and what it leaves aside."""
    yield from _of_lists(guess)
    yield from _of_names(guess)
    if guess.mended:
        yield f"{guess.mended:,} of them are mojibake; a run repairs them, as those shown here are."
    if guess.filled < MOST * guess.rows:
        yield "It is empty in most of the records."
    if guess.field == "id":
        yield from _of_ids(guess)
    if guess.field in {"published", "modified"}:
        yield from date_doubts(guess)
    if guess.field == "text" and (marked := sum(map(has_tags, guess.values))):
        yield f"{marked:,} of them hold HTML tags."
    if guess.rivals:
        yield "It might be in " + ", ".join(map(example, guess.rivals)) + " instead."


def _of_ids(guess: FieldGuess) -> Iterator[str]:
    if len(set(guess.values)) < len(guess.values):
        yield (
            f"Only {len(set(guess.values)):,} of {len(guess.values):,} differ, and of one id a run "
            "makes one article."
        )
    # An id under its usual name is one whatever its digits are: many systems number by the clock.
    if guess.paths and all(is_epoch(value, thousandths=True) for value in guess.values):
        yield (
            "All of them could be times, in milliseconds since 1970; if they are, name them under "
            "published."
        )


def _of_lists(guess: FieldGuess) -> Iterator[str]:
    for first in guess.firsts:
        if first.most > 1:
            yield _of_first(guess, first)
        elif guess.field == "text":
            yield (
                f"{example(first.path)} reads the first object of a list; none of these records "
                "has more than one there."
            )
    if guess.field == "text" and any(first.most > 1 for first in guess.firsts):
        wrappers = [save_list(first) for first in guess.firsts if first.articles]
        for told in wrappers or [JOIN_FIRST]:
            yield f"{told[:1].upper()}{told[1:]}."


def _of_names(guess: FieldGuess) -> Iterator[str]:
    for path in guess.paths:
        if guess.sole and not guess.certain:
            yield f"{example(path)} {ONE_COLUMN}."
        elif is_odd(path):
            yield f"{example(path)} is rather a sentence or a row than the name of a column."
    for _, better in guess.misread:
        yield (
            f"The name of the column is mojibake of {example(better)}: accept both names, or save "
            "the file anew with its names as they should be."
        )


def _of_first(guess: FieldGuess, first: FirstOfSeveral) -> str:
    counts = (
        f"{first.records:,} of {first.rows:,} records have more than one there, usually "
        f"{first.usually:,} and at most {first.most:,}"
    )
    if guess.field == "text":
        is_named = first.path in {*guess.paths, guess.teaser_of}
        where = example(first.path) if is_named else f"For other records {example(first.path)}"
        return f"{where} reads ONLY THE FIRST object of a list: {counts}."
    return f"{example(first.path)} is the first of several: {counts}."
