"""What a column's values look like: how long, how Arabic, how many different ones."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from statistics import median
from typing import Final

from tasks.draft.columns import LIST, TEXT, Column
from tasks.draft.date_guess import look_at_dates
from tasks.draft.printed_dates import (
    has_epoch_length,
    is_bare_number,
    is_epoch,
    is_relative,
    looks_like_date,
)

LOOKED_AT: Final = 2_000
"""Characters of a value by which its letters are judged."""

LOOKED_AT_DATES: Final = 30
"""Values of a column by which it is told to be dates."""

_NOTHING: Final = frozenset(
    {"n/a", "na", "null", "none", "nan", "nil", "-", "--", "—", "–", "?", "لا يوجد", "غير متوفر",
     "غير متاح", "undefined", "unknown", "غير معروف"}
)  # fmt: skip
"""What programs write where they have nothing, in small letters."""

_URL: Final = re.compile(r"https?://\S+", re.IGNORECASE)
_IMAGE: Final = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|avif|mp[34])(?:[?#]\S*)?$", re.IGNORECASE)
_TAG: Final = re.compile(r"</?(?:p|br|div|span|a|img|strong|h[1-6]|ul|li)\b[^<>]{0,500}>", re.I)
_LETTER: Final = re.compile(r"[^\W\d_]")
_ARABIC: Final = re.compile("[\u0620-\u064a\u066e-\u06d3\ufb50-\ufdff\ufe70-\ufefc]")
_WORDS: Final = re.compile(r"[^\W_]+")
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def is_nothing(value: str | None) -> bool:
    """Whether there is no value, or a program's word for none."""
    return value is None or not value.strip() or value.strip().lower() in _NOTHING


def has_tags(value: str) -> bool:
    """Whether there are HTML tags in the beginning of a text."""
    return _TAG.search(value[:LOOKED_AT]) is not None


def _has_digit(value: str) -> bool:
    return any(char.isdigit() for char in value)


@dataclass(frozen=True)
class Traits:
    """Counts and shares over a column; shares are of the values that say something."""

    column: Column

    @property
    def path(self) -> str:
        """The dotted path, or the column's name."""
        return self.column.path

    @property
    def rows(self) -> int:
        """Records of the shape."""
        return len(self.column.values)

    @cached_property
    def told(self) -> list[str]:
        """The values that say something, trimmed."""
        return [value.strip() for value in self.column.values if value and not is_nothing(value)]

    def rows_told(self) -> set[int]:
        """Return the places of the records with such a value."""
        values = enumerate(self.column.values)
        return {row for row, value in values if not is_nothing(value)}

    @property
    def filled(self) -> int:
        """Records with a value that says something."""
        return len(self.told)

    @cached_property
    def nothings(self) -> int:
        """Records whose value is a word for none, such as «N/A»."""
        return sum(1 for each in self.column.values if each and each.strip() and is_nothing(each))

    @cached_property
    def distinct(self) -> int:
        """Different values among those."""
        return len(set(self.told))

    @cached_property
    def length(self) -> float:
        """The median length in characters, 0 for none."""
        return median(map(len, self.told)) if self.told else 0

    @cached_property
    def words(self) -> float:
        """The median number of words, 0 for none."""
        counts = [len(_WORDS.findall(value[:LOOKED_AT])) for value in self.told]
        return median(counts) if counts else 0

    @cached_property
    def arabic(self) -> float:
        """The share of Arabic letters among letters."""
        some = "".join(value[:LOOKED_AT] for value in self.told)
        return len(_ARABIC.findall(some)) / max(len(_LETTER.findall(some)), 1)

    @cached_property
    def tags(self) -> float:
        """The share of values with an HTML tag."""
        return self.share(has_tags)

    @cached_property
    def urls(self) -> float:
        """The share of web addresses that are no picture or sound."""
        return self.share(
            lambda value: bool(_URL.fullmatch(value)) and not _IMAGE.search(value[:LOOKED_AT])
        )

    @cached_property
    def addresses(self) -> float:
        """The share of values that begin like a web address, pictures too."""
        return self.share(lambda value: value[:4].lower() == "http" or value[:2] == "//")

    @cached_property
    def lettered(self) -> float:
        """The share of values with a letter."""
        return self.share(lambda value: _LETTER.search(value[:LOOKED_AT]) is not None)

    @cached_property
    def many_lines(self) -> float:
        """The share of values with a line end."""
        return self.share(lambda value: "\n" in value)

    @cached_property
    def dates(self) -> float:
        """The share of dates among the first values: formats are tried on each."""
        return look_at_dates(self.told[:LOOKED_AT_DATES]).share

    @cached_property
    def digits(self) -> float:
        """The share of values with a digit."""
        return self.share(_has_digit)

    @cached_property
    def printed_dates(self) -> float:
        """The share of values that look like dates to a person, «منذ ساعتين» too."""
        return self.share(lambda value: looks_like_date(value) or is_relative(value))

    @cached_property
    def maybe_dates(self) -> float:
        """The share of values that could be dates at all: not 0 and 1, yes and no, or «عاجل»."""
        return self.share(lambda v: (len(v) > 3 and _has_digit(v)) or is_relative(v))

    @cached_property
    def bare_numbers(self) -> float:
        """The share of values that are a number and nothing else."""
        return self.share(is_bare_number)

    @cached_property
    def epoch_lengths(self) -> float:
        """The share of numbers with as many digits as times since 1970."""
        return self.share(has_epoch_length)

    @cached_property
    def epochs(self) -> float:
        """The share of numbers that are plausible times since 1970."""
        return self.share(is_epoch)

    @cached_property
    def milliseconds(self) -> float:
        """The share of numbers that are plausible times in milliseconds since 1970."""
        return self.share(lambda value: is_epoch(value, thousandths=True))

    @cached_property
    def is_numbering(self) -> bool:
        """Whether the values count records: whole numbers that rise with them, close together."""
        if not all(re.fullmatch(r"\d{1,9}", value) for value in self.told) or self.filled < 3:
            return False
        numbers = [int(value) for value in self.told]
        return numbers[0] <= 1 and sorted(set(numbers)) == numbers

    @property
    def is_string(self) -> bool:
        """Whether every value is a string, or a list of them."""
        return self.column.kinds <= {TEXT, LIST}

    @cached_property
    def name_words(self) -> frozenset[str]:
        """The words of the last part of the path, in small letters and without «ال»."""
        path = self.column.misread or self.path
        parts = [part for part in path.split(".") if not part.isdecimal()]
        words = _WORDS.findall(_CAMEL.sub(" ", parts[-1] if parts else ""))
        return frozenset(word.lower().removeprefix("ال") for word in words)

    def share(self, holds: Callable[[str], bool]) -> float:
        """Return the share of the values for which it holds."""
        return sum(map(holds, self.told)) / max(self.filled, 1)

    def example(self) -> str:
        """Return a value that stands for the others: the first of about the usual length."""
        if not self.told:
            return ""
        return min(self.told[:50], key=lambda value: abs(len(value) - self.length))
