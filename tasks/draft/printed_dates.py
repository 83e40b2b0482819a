"""What dates look like that are printed for people, whether or not anything reads them."""

import re
from datetime import UTC, datetime
from typing import Final

from tasks.text.date_words import FOLD, HIJRI_NUMBERS, MONTH_NUMBERS

_ARABIC: Final = (name for name in (*MONTH_NUMBERS, *HIJRI_NUMBERS) if name[0] > "\u0600")
_MONTH: Final = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, _ARABIC))})(?!\w)")
"""«12 مارس 2023», in the fold of dates: Egypt, the Levant, the Maghreb and the Hijra."""

_NUMBERS: Final = re.compile(r"(?<!\d)\d{1,4} ?[-/.] ?\d{1,2} ?[-/.] ?\d{1,4}(?!\d)")
"""A day, a month and a year in any order: «الأحد 12/03/2023 - 05:23 م»."""

_DAY, _YEAR = r"(?<!\d)\d{1,2}(?!\d)", r"(?<!\d)(?:1[3489]|20)\d\d(?!\d)"
_DAY_AND_YEAR: Final = re.compile(rf"{_DAY}.*[^\W\d].*{_YEAR}|{_YEAR}.*[^\W\d].*{_DAY}")
"""A month in words of any language stands between: «3 mars 2023», «٣ رمضان ١٤٤٤ هـ»."""

_CLOCK: Final = re.compile(r"\d{1,2}:\d{2}")
_HALF: Final = re.compile(
    r"(?<![^\W\d_])(?:[صم]|(?:ال)?(?:صباح|مساء|ظهر|فجر|عصر|ليل|ضحى)ا?|[ap](?:\. ?m)?)(?![^\W\d_])",
    re.IGNORECASE,
)
"""«02:30 م», «05:10 صباحًا», «2:30 p.m.»: which half of the day, in words strptime has none for."""

_AGO: Final = re.compile(r"^(?:منذ|قبل)\s|^(?:اليوم|[أا]مس)(?!\w)|\bago$", re.IGNORECASE)
"""«منذ ساعتين», «اليوم 05:23», «2 hours ago»: no date without the time when it was fetched."""

_EPOCH: Final = re.compile(r"(\d{9,10})(\d{3})?(?:\.\d+)?")
_TIDY: Final = {
    **str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹\N{NO-BREAK SPACE}", "01234567890123456789 "),
    **dict.fromkeys(map(ord, "\u061c\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\ufeff")),
}
_BARE: Final = re.compile(r"\d+(?:\.\d+)?")
_OLDEST: Final = int(datetime(1990, 1, 1, tzinfo=UTC).timestamp())
_NEWEST: Final = int(datetime(2040, 1, 1, tzinfo=UTC).timestamp())
"""Between these a number is a time rather than an id: the web's age, and ten years and more to
come, because no clock is asked, so that the same source gives the same draft."""


def tidy_date(text: str) -> str:
    """Return what reading dates makes of a text first: European digits, nothing invisible."""
    return text.translate(_TIDY).strip()


def has_arabic_month(text: str) -> bool:
    """Whether a month stands in a text by its Arabic name."""
    return _MONTH.search(text.translate(FOLD)) is not None


def has_unread_half(text: str) -> bool:
    """Whether a time is of a half of the day that strptime does not know: «02:30 م» is 14:30."""
    return _CLOCK.search(text) is not None and _HALF.search(text) is not None


def looks_like_date(text: str) -> bool:
    """Whether a text has the parts of a date: numbers, and a month in words or a third number."""
    told = tidy_date(text)
    if not any(char.isdigit() for char in told):
        return False
    return has_arabic_month(told) or any(shape.search(told) for shape in (_NUMBERS, _DAY_AND_YEAR))


def is_relative(text: str) -> bool:
    """Whether a text says how long ago: «منذ ساعتين»."""
    return _AGO.search(text) is not None


def is_bare_number(text: str) -> bool:
    """Whether a text is a number and nothing else, which may be a time as well as an id."""
    return _BARE.fullmatch(text) is not None


def has_epoch_length(text: str) -> bool:
    """Whether a number has as many digits as seconds or milliseconds since 1970."""
    return _EPOCH.fullmatch(text) is not None


def is_epoch(text: str, *, thousandths: bool = False) -> bool:
    """Whether a number is a plausible time since 1970, with ``thousandths`` in milliseconds."""
    found = _EPOCH.fullmatch(text)
    if found is None or (thousandths and found[2] is None):
        return False
    return _OLDEST <= int(found[1]) < _NEWEST
