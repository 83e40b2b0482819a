"""Which column holds which field: by what stands in it, the name only between likely ones.

A field whose usual name finds it is left alone. What names a field by its content is measured here
as shares of the sample; where the content fits several columns or none of the known words is in the
name, the guess is one for a person to accept.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Final

from tasks.draft.columns import PROSE, Column, Shape
from tasks.draft.judges import JUDGES, Candidate, is_named, is_sure
from tasks.draft.traits import Traits, is_nothing
from tasks.sources import FieldNames

FIELDS: Final = (
    *("text", "title", "url", "published", "modified", "id", "source", "section", "author"),
)
"""In the order of guessing: what is taken by one is none of the next."""

TEASER: Final = 3
"""How many times longer another column's text must be for the usual one to be a teaser."""

SOME: Final = 0.05
"""Share of the records from which a field counts as found."""

OVERLAP: Final = 0.2
"""Share of a column's records up to which another layout's column may tell the same field."""

ARTICLE: Final = 600
"""Median characters from which a text in a list is no paragraph; these have 200 to 400."""

LAYOUTS: Final = 4
"""Layouts of one source that are told apart, at most."""


@dataclass(frozen=True, slots=True)
class FirstOfSeveral:
    """A path that picks the first object of a list, and what it leaves aside.

    Of ``rows`` with a value at the path, ``records`` have more than one object in the list:
    ``usually`` so many (the median), ``most`` at most, which is 1 where none has more.
    """

    path: str
    records: int
    rows: int
    usually: int
    most: int
    articles: bool = False
    """Whether the objects look like an article each, so that the record is a wrapper of them."""

    @property
    def place(self) -> str:
        """The path of the list."""
        return _list_of(self.path)


@dataclass(frozen=True, slots=True)
class FieldGuess:
    """Where one field stands in records of one shape; ``firsts`` are paths into lists.

    ``paths`` are those that the usual names do not find, none when they suffice; ``usual`` are the
    usual names that find something. ``certain`` says that no person need look. Counts are records;
    ``nothing`` those that say «N/A» or the like. ``rivals`` are other columns that it may be.
    ``mended`` values were mojibake, ``misread`` are paths that are, and what they should be.
    ``sole`` says that a table has no other column.
    """

    field: str
    paths: tuple[str, ...]
    usual: tuple[str, ...]
    certain: bool
    rows: int
    filled: int
    nothing: int
    example: str
    rivals: tuple[str, ...] = ()
    teaser_of: str = ""
    values: tuple[str, ...] = ()
    firsts: tuple[FirstOfSeveral, ...] = ()
    mended: int = 0
    misread: tuple[tuple[str, str], ...] = ()
    sole: bool = False


def guess_fields(shape: Shape) -> list[FieldGuess]:
    """Return where each field stands that stands anywhere in the records of this shape."""
    views = _views(shape)
    usual = {field: _usual(field, shape, views[field]) for field in FIELDS}
    known = [each for found in usual.values() for each in found]
    taken = {path for path in shape.columns if any(_is_same(path, each.path) for each in known)}
    text: Traits | None = None
    guesses: dict[str, FieldGuess] = {}
    for field in FIELDS:
        free = [each for path, each in views[field].items() if path not in taken and each.filled]
        guess, chosen = _guess(field, usual[field], free, text, shape)
        if guess is None:
            continue
        guesses[field] = guess
        taken |= {
            each.path for each in free if any(_is_same(each.path, one.path) for one in chosen)
        }
        if field == "text":
            text = max([*usual[field], *chosen], key=lambda each: each.filled)
    return _doubt_lists(guesses, views)


def _doubt_lists(
    guesses: dict[str, FieldGuess], views: dict[str, dict[str, Traits]]
) -> list[FieldGuess]:
    """Return the guesses, none certain that is in a list which the text is the first of.

    Of such a list either the texts are to be joined or the objects are articles themselves.
    """
    if "text" not in guesses:
        return list(guesses.values())
    text = guesses["text"]
    parted = {first.place for first in text.firsts if first.most > 1}
    doubted = {
        field: replace(guess, certain=False)
        for field, guess in guesses.items()
        if any(_list_of(path) in parted for path in guess.paths)
    }
    titled = "title" in guesses and guesses["title"].filled > 0
    firsts = tuple(
        replace(first, articles=first.most > 1 and _are_articles(first, views, titled=titled))
        for first in text.firsts
    )
    told = {**guesses, **doubted}
    return list({**told, "text": replace(told["text"], firsts=firsts)}.values())


def _are_articles(
    first: FirstOfSeveral, views: dict[str, dict[str, Traits]], *, titled: bool
) -> bool:
    """Whether objects of a list are articles: paragraphs have no addresses, and seldom titles.

    Chapters have titles, but then so has the record (``titled``).
    """
    inside = {
        field
        for field in ("title", "url", "published")
        for path, each in views[field].items()
        if _list_of(path) == first.place and each.filled and is_named(field, each)
    }
    if titled:
        return len(inside) > 1 and "title" in inside
    return "title" in inside or views["text"][first.path].length >= ARTICLE


def _list_of(path: str) -> str:
    """Return the path of the outermost list that a path picks the first of, empty for none."""
    before, step, _ = f"{path}.".partition(".0.")
    return before if step else ""


def _views(shape: Shape) -> dict[str, dict[str, Traits]]:
    """Return the columns by field and path, each as a run reads it for that field."""
    views: dict[str, dict[str, Traits]] = {field: {} for field in FIELDS}
    for path, column in shape.columns.items():
        known: dict[str, Traits] = {}
        whole = Traits(column)
        for field in FIELDS:
            like = field if column.others else str(field in PROSE)
            if like not in known:
                view = column.read_as(field)
                known[like] = whole if view is column else Traits(view)
            views[field][path] = known[like]
    return views


def _is_same(path: str, other: str) -> bool:
    """Whether the paths lead to one value: «author» and «author.name»."""
    return path == other or path in {f"{other}.name", f"{other}.iso", f"{other}.0"}


def _usual(field: str, shape: Shape, traits: dict[str, Traits]) -> list[Traits]:
    found: dict[str, Traits] = {}
    for name in getattr(FieldNames(), field):
        column = shape.find(name)
        if column is not None and _fits_reader(field, traits[column.path]):
            found.setdefault(column.path, traits[column.path])
    return list(found.values())


def _fits_reader(field: str, traits: Traits) -> bool:
    """Whether a run finds the field there; a date's name over what is none hides where it is."""
    if field in {"published", "modified"}:
        return not traits.filled or traits.maybe_dates >= SOME
    return field != "text" or traits.is_string


def _guess(
    field: str, usual: list[Traits], free: list[Traits], text: Traits | None, shape: Shape
) -> tuple[FieldGuess | None, list[Traits]]:
    """Return the guess for one field, and the columns chosen that have no usual name."""
    judge = JUDGES[field]
    judged = [found for each in free if (found := judge(each, text)) is not None]
    judged = [replace(each, certain=is_sure(each, field, shape)) for each in judged]
    judged.sort(key=lambda each: (-each.score, each.traits.path))
    plain = [each for each in usual if each.filled]
    filled = len(_coalesced(plain))
    is_found = filled >= max(SOME * shape.rows, 1)
    chosen = _complete(judged, plain if is_found else [], shape.rows)
    known = [*plain, *(each.traits for each in chosen)]
    aside = _in_lists(judged, known, shape.rows) if field == "text" else []
    if not chosen:
        best = judged[0] if judged else None
        return (_usual_guess(field, usual, best, aside, shape) if usual else None), []
    values = _coalesced(known)
    main = chosen[0].traits
    rivals = [each for each in judged if each not in chosen and _is_rival(each, judged[0])]
    sure = all(each.certain for each in chosen)
    return (
        FieldGuess(
            field=field,
            paths=tuple(each.traits.path for each in chosen),
            usual=tuple(each.path for each in plain),
            certain=sure and (field == "text" or is_found or not _rivalled(judged)),
            rows=shape.rows,
            filled=len(values),
            nothing=main.nothings,
            example=main.example(),
            rivals=tuple(each.traits.path for each in rivals[:3]),
            values=tuple(values),
            firsts=_firsts([*chosen, *aside]),
            mended=sum(each.column.mended for each in known),
            misread=_misread(known),
            sole=shape.sole,
        ),
        [each.traits for each in chosen],
    )


def _in_lists(judged: list[Candidate], known: list[Traits], rows: int) -> list[Candidate]:
    """Return the likeliest text in a list of objects, where nothing known tells those records'.

    It is no other layout to name in a profile, and not to be left unsaid.
    """
    covered = {row for each in known for row in each.rows_told()}
    least = max(SOME * rows, 2)
    parted = (each for each in judged if each.traits.column.partial)
    return [each for each in parted if len(each.traits.rows_told() - covered) >= least][:1]


def _misread(columns: Sequence[Traits]) -> tuple[tuple[str, str], ...]:
    return tuple((each.path, each.column.misread) for each in columns if each.column.misread)


def _is_rival(each: Candidate, best: Candidate) -> bool:
    """Whether it fits nearly as well, or is whole where the best reads the first of several."""
    is_whole = best.traits.column.partial and not each.traits.column.partial
    return is_whole or each.score > 0.6 * best.score


def _firsts(chosen: Iterable[Candidate | None]) -> tuple[FirstOfSeveral, ...]:
    found = [each.traits.column for each in chosen if each and each.traits.column.objects]
    return tuple(map(_first_of_several, found))


def _first_of_several(column: Column) -> FirstOfSeveral:
    several = [count for count in column.objects if count > 1]
    return FirstOfSeveral(
        path=column.path,
        records=len(several),
        rows=len(column.objects),
        usually=round(median(several or [1])),
        most=max(several, default=1),
    )


def _complete(judged: list[Candidate], found: Sequence[Traits], rows: int) -> list[Candidate]:
    """Return the columns that tell what the ones found do not: other layouts of the records.

    A column that is filled in the same records as those before it is a rival, no other layout.
    """
    covered = {row for each in found for row in each.rows_told()}
    chosen: list[Candidate] = []
    for each in judged:
        own = each.traits.rows_told()
        first = not covered
        apart = len(own & covered) <= OVERLAP * len(own)
        if first or (apart and each.certain and len(own) >= max(SOME * rows, 2)):
            chosen.append(each)
            covered |= own
        if len(chosen) >= LAYOUTS:
            break
    return chosen


def _rivalled(judged: list[Candidate]) -> bool:
    """Whether another column fits about as well, its name too."""
    return len(judged) > 1 and judged[1].certain and judged[1].score > judged[0].score * 0.9


def _usual_guess(
    field: str,
    usual: list[Traits],
    best: Candidate | None,
    aside: list[Candidate],
    shape: Shape,
) -> FieldGuess:
    values = _coalesced(usual)
    fullest = max(usual, key=lambda each: each.filled)
    is_teaser = field == "text" and best and fullest.length * TEASER < best.traits.length
    teaser = best if is_teaser else None
    parted = [teaser, *(each for each in aside if each is not teaser)]
    return FieldGuess(
        field=field,
        paths=(),
        usual=tuple(each.path for each in usual if each.filled or len(usual) == 1),
        certain=True,
        rows=shape.rows,
        filled=len(values),
        nothing=max(each.nothings for each in usual),
        example=fullest.example(),
        teaser_of=teaser.traits.path if teaser else "",
        values=tuple(values),
        firsts=_firsts(parted),
        mended=sum(each.column.mended for each in usual),
        sole=shape.sole,
    )


def _coalesced(columns: Sequence[Traits]) -> list[str]:
    """Return the first value of each record that says something."""
    found: dict[int, str] = {}
    for each in reversed(columns):
        for row, value in enumerate(each.column.values):
            if value is not None and not is_nothing(value):
                found[row] = value.strip()
    return [found[row] for row in sorted(found)]


def merge_guesses(guesses: Iterable[FieldGuess], rows: int) -> dict[str, FieldGuess]:
    """Return one guess a field out of those of several shapes, the most frequent shape first.

    Where one shape needs another name, the usual names that others are found under stand before it,
    as a list in a profile takes the place of the usual names.
    """
    by_field: dict[str, list[FieldGuess]] = {}
    for guess in guesses:
        by_field.setdefault(guess.field, []).append(guess)
    return {field: _merge(by_field[field], rows) for field in FIELDS if field in by_field}


def _merge(some: list[FieldGuess], rows: int) -> FieldGuess:
    told = [guess for guess in some if guess.filled]
    new = [guess for guess in told if guess.paths]
    usual = dict.fromkeys(name for guess in some for name in guess.usual)
    paths: dict[str, None] = {}
    if new:
        paths = usual | dict.fromkeys(path for guess in new for path in guess.paths)
    first = max(some, key=lambda guess: guess.filled)
    return FieldGuess(
        field=first.field,
        paths=tuple(paths),
        usual=tuple(usual),
        certain=all(guess.certain for guess in new),
        rows=rows,
        filled=sum(guess.filled for guess in some),
        nothing=sum(guess.nothing for guess in some),
        example=first.example,
        rivals=tuple(dict.fromkeys(path for guess in new for path in guess.rivals)),
        teaser_of=next((guess.teaser_of for guess in some if guess.teaser_of), ""),
        values=tuple(value for guess in some for value in guess.values),
        firsts=tuple(first for guess in some for first in guess.firsts),
        mended=sum(guess.mended for guess in some),
        misread=tuple(pair for guess in some for pair in guess.misread),
        sole=any(guess.sole for guess in new),
    )
