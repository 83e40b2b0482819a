"""What makes a column each field: one judge a field, by shares of its values and words of its name.

The numbers are set by eye on the layouts of the tests and on a few real archives: they part prose
from titles and titles from names, which differ by factors, so that their exact size matters little.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from tasks.draft.column_names import is_odd
from tasks.draft.columns import Shape
from tasks.draft.field_words import AGAINST, FOR
from tasks.draft.printed_dates import looks_like_date
from tasks.draft.traits import LOOKED_AT, Traits
from tasks.text.words import fold_column

LONG_TEXT: Final = 80
SHORT_TEXT: Final = 40
"""Median characters of a text under any name, and under one that says so (a summary)."""

MOST: Final = 0.5
"""Share of the values from which a trait is one of the column."""

MANY: Final = 60
"""Different values from which they are no short list, such as that of sections."""

SHORT_VALUE: Final = 60
"""Median characters of the longest name of a section, an outlet or an author."""

_TIMES: Final = FOR["published"] | FOR["modified"] | AGAINST["published"]
"""Words of names under which unique numbers are times, whosever they are, and no ids."""

REPEATS: Final = 4
"""How many times a value of such a list stands on the average, at least."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A column that may be a field: the higher the score the likelier, among those of one field."""

    traits: Traits
    score: float
    certain: bool


Judge = Callable[[Traits, Traits | None], Candidate | None]
"""Says whether a column may be the field; beside it, the column of the text, when it is known."""


def is_sure(found: Candidate, field: str, shape: Shape) -> bool:
    """Whether no person need look: not for a name that is none, nor for the only column there is.

    A table whose delimiter is not read has one column of whole rows, and so has prose.
    """
    if not found.certain or is_odd(found.traits.path) or found.traits.column.misread:
        return False
    return not shape.sole or (field == "text" and is_named("text", found.traits))


def is_named(field: str, traits: Traits) -> bool:
    """Whether the name of the column has a word for the field, and none against it."""
    return bool(FOR[field] & traits.name_words) and not _disowned(field, traits)


def _disowned(field: str, traits: Traits) -> bool:
    return bool(AGAINST[field] & traits.name_words)


def _judge_text(traits: Traits, _text: Traits | None) -> Candidate | None:
    shortest = SHORT_TEXT if is_named("text", traits) else LONG_TEXT
    if not traits.is_string or traits.length < shortest or traits.arabic < 0.4:
        return None
    if traits.distinct < traits.filled * MOST or traits.urls > 0.2 or _disowned("text", traits):
        return None
    size = sum(map(len, traits.told)) * traits.arabic
    size *= 0.3 if traits.tags > 0.3 else 1
    size *= 1.3 if is_named("text", traits) else 1
    return Candidate(traits, size, certain=not traits.column.partial)


def _judge_title(traits: Traits, text: Traits | None) -> Candidate | None:
    if traits.column.partial or not 8 <= traits.length <= 220 or traits.many_lines > 0.1:
        return None
    if traits.words < 2 or traits.arabic < MOST or traits.distinct < traits.filled * 0.6:
        return None
    if text is not None and traits.length * 1.5 > text.length:
        return None
    shared = _words_shared(traits, text)
    if _disowned("title", traits) or (shared < 0.2 and not is_named("title", traits)):
        return None
    named = is_named("title", traits)
    score = traits.filled / traits.rows * (2 if named else 1) + shared
    return Candidate(traits, score, certain=named or shared >= MOST)


def _words_shared(title: Traits, text: Traits | None) -> float:
    """Return the share of a title's words that are in its text, over some records."""
    if text is None:
        return 0.0
    pairs = [
        (one, other[:LOOKED_AT])
        for one, other in zip(title.column.values, text.column.values, strict=True)
        if one and other
    ][:100]
    if not pairs:
        return 0.0
    titles = fold_column(pa.array([one for one, _ in pairs], pa.large_string())).to_pylist()
    texts = fold_column(pa.array([other for _, other in pairs], pa.large_string())).to_pylist()
    shares = [
        len(set(one.split()) & set(other.split())) / max(len(set(one.split())), 1)
        for one, other in zip(titles, texts, strict=True)
    ]
    return sum(shares) / len(shares)


def _judge_url(traits: Traits, _text: Traits | None) -> Candidate | None:
    if traits.urls < 0.8 or traits.distinct < traits.filled * 0.8 or _disowned("url", traits):
        return None
    named = is_named("url", traits)
    score = traits.filled / traits.rows * (2 if named else 1)
    return Candidate(traits, score, certain=not traits.column.partial)


def _judge_date(field: str, traits: Traits) -> Candidate | None:
    named = is_named(field, traits)
    if not 4 <= traits.length <= 60 or _disowned(field, traits):
        return None
    if traits.bare_numbers > MOST and not (named and _are_times(traits)):
        return None
    score = traits.filled / traits.rows * (2 if named else 1)
    if traits.dates >= 0.8 and traits.digits >= 0.8:
        return Candidate(traits, score, certain=named and not traits.column.partial)
    return _judge_printed(traits, score) if named else None


def _are_times(traits: Traits) -> bool:
    """Whether numbers are times: of those that could be ids too, by their size and their name."""
    could_be_ids = traits.epoch_lengths > MOST
    return not could_be_ids or (traits.epochs >= 0.8 and not FOR["id"] & traits.name_words)


def _judge_printed(traits: Traits, score: float) -> Candidate | None:
    """Judge what is named a date and mostly is not read: it is worth keeping as it is printed.

    It counts little more than what is read and has no name, so that a person is asked which to
    take. «منذ ساعتين» says when only to who knows when it was fetched: never certain.
    """
    if traits.printed_dates < MOST:
        return None
    certain = traits.share(looks_like_date) >= MOST and not traits.column.partial
    return Candidate(traits, score * (0.55 + 0.45 * traits.dates), certain=certain)


def _judge_published(traits: Traits, _text: Traits | None) -> Candidate | None:
    if is_named("modified", traits):
        return None
    found = _judge_date("published", traits)
    if found is None or is_named("published", traits):
        return found
    return Candidate(traits, found.score, certain=not traits.column.partial)


def _judge_modified(traits: Traits, _text: Traits | None) -> Candidate | None:
    return _judge_date("modified", traits)


def _judge_id(traits: Traits, _text: Traits | None) -> Candidate | None:
    if traits.filled < traits.rows * 0.95 or traits.distinct < traits.filled:
        return None
    if traits.length > 64 or traits.words > 8 or traits.share(_has_space) > 0.05:
        return None
    if traits.is_numbering or _disowned("id", traits) or traits.arabic > 0.2 or traits.addresses:
        return None
    if traits.rows < 3:
        return None
    named = is_named("id", traits)
    if not named and traits.dates >= 0.8 and _TIMES & traits.name_words:
        return None
    sure = named and traits.milliseconds < 1 and not traits.column.partial
    return Candidate(traits, 2 if named else 1, certain=sure)


def _has_space(value: str) -> bool:
    return any(char.isspace() for char in value)


def _judge_few(field: str, traits: Traits) -> Candidate | None:
    """Judge a field of few different short values."""
    if traits.length > SHORT_VALUE or traits.many_lines > 0.3 or traits.lettered < 0.9:
        return None
    if traits.addresses > 0.1 or _disowned(field, traits):
        return None
    named = is_named(field, traits)
    few = traits.distinct <= min(MANY, max(traits.filled / REPEATS, 1))
    if not named and not few:
        return None
    if named and traits.distinct > max(200, 0.9 * traits.filled) and traits.filled > 20:
        return None
    return Candidate(traits, traits.filled / traits.rows * (2 if named else 1), certain=named)


def _judge_source(traits: Traits, _text: Traits | None) -> Candidate | None:
    return _judge_few("source", traits) if is_named("source", traits) else None


def _judge_section(traits: Traits, _text: Traits | None) -> Candidate | None:
    if is_named("author", traits) or (traits.distinct == 1 and not is_named("section", traits)):
        return None
    if not is_named("section", traits) and traits.arabic < MOST:
        return None
    return _judge_few("section", traits)


def _judge_author(traits: Traits, _text: Traits | None) -> Candidate | None:
    if traits.length > SHORT_VALUE or traits.words > 8 or traits.addresses > 0.1:
        return None
    if not is_named("author", traits) or traits.lettered < 0.9:
        return None
    return Candidate(traits, traits.filled / traits.rows, certain=True)


JUDGES: Final[dict[str, Judge]] = {
    "text": _judge_text,
    "title": _judge_title,
    "url": _judge_url,
    "published": _judge_published,
    "modified": _judge_modified,
    "id": _judge_id,
    "source": _judge_source,
    "section": _judge_section,
    "author": _judge_author,
}
