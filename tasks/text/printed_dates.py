"""Dates as papers print them for people, in words: one text at a time.

«الأحد 12 مارس 2023 - 05:23 م», «14 تشرين أول 2010م/06 ذو القعدة 1431 هـ», «٣ رمضان ١٤٤٤»,
«5 غشت 2023», «منذ ساعتين». Months by their names of Egypt and the Gulf, the Levant and Iraq, Tunisia
and Algeria, Morocco, Sudan (as in the Levant or Egypt), English and French; the Hijra by the calendar
of Umm al-Qura. Where a day is printed in both calendars, the Gregorian counts. What is not sure is
not read: there is no date without a day, and none without a year unless the time of reading is told.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hijridate import Hijri

from tasks.errors import StopRun
from tasks.text.letters import FOLDED, HARAKAT

Precision = Literal["day", "minute", "second"]

LONGEST: Final = 300
"""Characters of the longest text that is tried."""

EARLIEST_YEAR: Final = 1900
LATEST_YEAR: Final = 2100
_HIJRI_YEARS: Final = range(1343, 1501)
"""The years of hijridate's table, 1924 to 2077."""

AHEAD: Final = timedelta(days=2)
"""How far behind the time of reading a date may lie: clocks and time zones differ."""


class PrintedDate(NamedTuple):
    """A point in time in UTC and how exact it was printed; a day is its 00:00 UTC."""

    at: datetime
    precision: Precision


_FOLD: Final = str.maketrans(
    {
        **FOLDED,
        **dict.fromkeys(HARAKAT + "ـ"),
        **dict(zip("٠١٢٣٤٥٦٧٨٩", "0123456789", strict=True)),
        **dict(zip("۰۱۲۳۴۵۶۷۸۹", "0123456789", strict=True)),
        **dict.fromkeys("\u200b\u200c\u200d\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"),
        "\N{NO-BREAK SPACE}": " ", "\n": " ", "\t": " ", "٫": ".", "–": "-", "—": "-", "−": "-",
    }
)  # fmt: skip

_MONTHS: Final = (
    "يناير فبراير مارس ابريل مايو يونيو يوليو اغسطس سبتمبر اكتوبر نوفمبر ديسمبر|"
    "كانون_الثاني شباط اذار نيسان ايار حزيران تموز اب ايلول تشرين_الاول تشرين_الثاني كانون_الاول|"
    "كانون_ثاني _ _ _ _ _ _ _ _ تشرين_اول تشرين_ثاني كانون_اول|"
    "كانون2 _ _ _ _ _ _ _ _ تشرين1 تشرين2 كانون1|"
    "كانون_ثان _ ادار _ _ _ _ _ _ _ تشرين_ثان _|"
    "جانفي فيفري مارس افريل ماي جوان جويليه اوت سبتمبر اكتوبر نوفمبر ديسمبر|"
    "جانفيه فيفريه _ ابريل _ يونيه يوليوز غشت شتنبر اكتوبر نونبر دجنبر|"
    "_ فبرابر _ ابرايل _ يونيوه يوليه اوغسطس ايلول _ نوفمر دسمبر|"
    "جنوري فبروري _ _ _ يونييه يولييو اوغست _ _ _ _|"
    "january february march april may june july august september october november december|"
    "jan feb mar apr _ jun jul aug sep oct nov dec|"
    "_ _ _ _ _ _ _ _ sept _ _ _|"
    "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre|"
    "_ février _ _ _ _ _ août _ _ _ décembre"
)
"""Twelve names a line, the fold of :data:`tasks.text.letters.FOLDED` applied (ة is ه, أ is ا)."""

_HIJRI_MONTHS: Final = (
    "محرم صفر ربيع_الاول ربيع_الثاني جمادي_الاولي جمادي_الاخره رجب شعبان رمضان شوال ذو_القعده ذو_الحجه|"
    "المحرم صفر_الخير ربيع_اول ربيع_الاخر جمادي_الاول جمادي_الثانيه _ _ _ _ ذي_القعده ذي_الحجه|"
    "محرم_الحرام _ _ ربيع_ثاني جمادي_اول جمادي_الاخر _ _ _ _ ذوالقعده ذوالحجه|"
    "_ _ _ ربيع_اخر جماد_الاولي جماد_الاخره _ _ _ _ ذي_قعده ذي_حجه|"
    "_ _ _ _ جماد_الاول جماد_الثاني _ _ _ _ _ _|"
    "_ _ _ _ _ جمادي_الثاني _ _ _ _ _ _"
)


def _by_name(table: str) -> dict[str, int]:
    names = {}
    for line in table.split("|"):
        for number, name in enumerate(line.split(), start=1):
            if name.strip("_"):
                names[name.replace("_", " ").translate(_FOLD)] = number
    return names


_MONTH_NUMBERS: Final = _by_name(_MONTHS)
_HIJRI_NUMBERS: Final = _by_name(_HIJRI_MONTHS)


def _alternatives(names: dict[str, int]) -> str:
    ordered = sorted(names, key=len, reverse=True)
    return "|".join(re.escape(name).replace(r"\ ", r" ?") for name in ordered)


_MONTH: Final = rf"(?:{_alternatives(_MONTH_NUMBERS)})(?![^\W\d_])\.?"
_HIJRI: Final = rf"(?:{_alternatives(_HIJRI_NUMBERS)})(?![^\W\d_])"
_TWO: Final = rf"(?P<month>{_MONTH})(?: ?[/\-(] ?(?:{_MONTH}) ?\)?)?"
_DAY: Final = r"(?<![\d:./])(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_GAP: Final = r"(?: ?[/.,،\-] ?| (?:من (?:شهر )?|شهر |of )?|)"
_YEAR: Final = r"(?P<year>\d{4})(?!\d) ?(?P<era>هـ|ه(?![^\W\d_])|م(?![^\W\d_]))?"
_OF_YEAR: Final = r"(?: ?[/.,،\-] ?| (?:عام |سنه |من عام |لعام )?|)"

_FLAGS: Final = re.IGNORECASE
_NAMED: Final = re.compile(rf"{_DAY}{_GAP}{_TWO}(?:{_OF_YEAR}{_YEAR})?", _FLAGS)
_NAME_FIRST: Final = re.compile(
    rf"(?<![^\W\d_])(?P<month>{_MONTH}) (?P<day>\d{{1,2}})(?:st|nd|rd|th)?[,،]? {_YEAR}", _FLAGS
)
_YEAR_FIRST_NAMED: Final = re.compile(rf"{_YEAR}[ \-/,،]+{_TWO}[ \-/,،]+{_DAY}(?!\d)", _FLAGS)
_HIJRI_NAMED: Final = re.compile(
    rf"(?<!\d)(?P<day>\d{{1,2}}){_GAP}(?P<month>{_HIJRI})(?:{_OF_YEAR}(?P<year>1[345]\d\d)(?!\d) ?(?:هـ?)?)?", _FLAGS
)
_NUMBERS: Final = re.compile(
    r"(?<![\d:./\-])(?P<a>\d{1,4}) ?(?P<mark>[-/.]) ?(?P<b>\d{1,2}) ?(?P=mark) ?(?P<c>\d{4}|\d{1,2})(?![\d:])"
    r"(?!(?P=mark)\d) ?(?P<era>هـ|ه(?![^\W\d_])|م(?![^\W\d_]))?"
)
_ISO: Final = re.compile(r"(?<!\d)(\d{4})-(\d\d)-(\d\d)[Tt ](?=\d\d:)")

_HALF: Final = (
    r"(?:صباحا?|مساءا?|ظهرا?|الظهر|عصرا?|فجرا?|ليلا?|ضحي|الصباح|المساء|ص|م|[ap]\.? ?m\.?)(?![^\W\d_])"
)
_TIME: Final = re.compile(
    rf"(?:(?<![^\W\d_])(?P<before>{_HALF}) ?)?(?<![\d/.\-])(?P<hour>\d{{1,2}}) ?[:.] ?(?P<minute>\d{{2}})"
    rf"(?::(?P<second>\d{{2}})(?:\.\d{{1,9}})?)?(?![\d/\-]) ?(?P<after>{_HALF})?",
    _FLAGS,
)
_HOUR: Final = re.compile(
    rf"(?:الساعه|الساعة|at) (?P<hour>\d{{1,2}})(?![\d:.]) ?(?P<after>{_HALF})", _FLAGS
)
_OFFSET: Final = re.compile(
    r"(?:gmt|utc|ت ?غ|غرينتش|جرينتش)?[ (]*(?P<sign>[+-]) ?(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?(?![\d:/.])", _FLAGS
)
_UTC: Final = re.compile(r"\b(?:gmt|utc)\b|(?<=\d)z\b|غرينتش|جرينتش|ت ?\. ?غ|(?<![^\W\d_])تغ(?![^\W\d_])", _FLAGS)
_ZONES: Final = {
    "مكه": "Asia/Riyadh", "السعوديه": "Asia/Riyadh", "الرياض": "Asia/Riyadh", "الدوحه": "Asia/Qatar",
    "قطر": "Asia/Qatar", "الكويت": "Asia/Kuwait", "البحرين": "Asia/Bahrain", "بغداد": "Asia/Baghdad",
    "العراق": "Asia/Baghdad", "صنعاء": "Asia/Aden", "عدن": "Asia/Aden", "اليمن": "Asia/Aden",
    "ابوظبي": "Asia/Dubai", "ابو ظبي": "Asia/Dubai", "الامارات": "Asia/Dubai", "دبي": "Asia/Dubai",
    "مسقط": "Asia/Muscat", "عمان": "Asia/Amman", "الاردن": "Asia/Amman", "القدس": "Asia/Jerusalem",
    "فلسطين": "Asia/Hebron", "غزه": "Asia/Gaza", "بيروت": "Asia/Beirut", "لبنان": "Asia/Beirut",
    "دمشق": "Asia/Damascus", "سوريا": "Asia/Damascus", "القاهره": "Africa/Cairo",
    "مصر": "Africa/Cairo", "الخرطوم": "Africa/Khartoum", "السودان": "Africa/Khartoum",
    "طرابلس": "Africa/Tripoli", "ليبيا": "Africa/Tripoli", "تونس": "Africa/Tunis",
    "الجزائر": "Africa/Algiers", "الرباط": "Africa/Casablanca", "المغرب": "Africa/Casablanca",
    "نواكشوط": "Africa/Nouakchott", "لندن": "Europe/London", "باريس": "Europe/Paris",
    "موسكو": "Europe/Moscow", "اسطنبول": "Europe/Istanbul", "واشنطن": "America/New_York",
}  # fmt: skip
_BY_CLOCK_OF: Final = re.compile(
    rf"(?:ب?(?:ال)?توقيت) ?(?:مدينه )?(?P<place>{'|'.join(_ZONES)})(?: المكرمه)?|\((?P<near>{'|'.join(_ZONES)})\)"
)

_UNITS: Final = {
    "ثانيه": 1, "ثانيتين": 2, "ثوان": 1, "ثواني": 1, "دقيقه": 60, "دقيقتين": 120, "دقايق": 60, "ساعه": 3600,
    "ساعتين": 7200, "ساعات": 3600, "يوم": 86400, "يومين": 172800, "ايام": 86400, "يوما": 86400,
    "second": 1, "minute": 60, "min": 60, "hour": 3600, "day": 86400,
}  # fmt: skip
_TWOS: Final = frozenset({"ثانيتين", "دقيقتين", "ساعتين", "يومين"})
_COUNTS: Final = {
    "ثلاث": 3, "ثلاثه": 3, "اربع": 4, "اربعه": 4, "خمس": 5, "خمسه": 5, "ست": 6, "سته": 6, "سبع": 7, "سبعه": 7,
    "ثماني": 8, "ثمانيه": 8, "ثمان": 8, "تسع": 9, "تسعه": 9, "عشر": 10, "عشره": 10,
}  # fmt: skip
_AGO: Final = re.compile(
    rf"(?<![^\W\d_])(?:منذ|قبل) ?(?:حوالي |نحو )?(?P<count>\d{{1,3}}|{'|'.join(sorted(_COUNTS, key=len, reverse=True))})? ?"
    rf"(?P<unit>{'|'.join(sorted((u for u in _UNITS if not u.isascii()), key=len, reverse=True))})(?![^\W\d_])"
    r"|(?<!\w)(?P<count_en>\d{1,3}|an?|one) (?P<unit_en>second|minute|min|hour|day)s? ago",
    _FLAGS,
)
_NOW: Final = re.compile(r"^(?:الان|منذ لحظات|منذ قليل|قبل قليل|just now)$", _FLAGS)
_NAMED_DAY: Final = re.compile(r"(?<![^\W\d_])(?P<day>اليوم|امس|اول امس|today|yesterday)(?![^\W\d_])", _FLAGS)
_BACK: Final = {"اليوم": 0, "امس": 1, "اول امس": 2, "today": 0, "yesterday": 1}

_FILLER: Final = re.compile(
    r"(?<![^\W\d_])(?:(?:ال)?(?:احد|اثنين|ثلاثاء|اربعاء|خميس|جمعه|سبت)|يوم|(?:تم )?(?:ال)?نشر(?:ت)?|منشور|تاريخ|ب?تاريخ|"
    r"(?:ال)?اضافه|في|بتاريخ|(?:اخر )?(?:ال)?تحديث|حدث|عدل|اخر تعديل|الموافق|موافق|من|شهر|عام|سنه|الساعه|ساعه|علي|"
    r"ال?توقيت|بالتوقيت|بتوقيت|المحلي|تمام|(?:ال)?عدد:? ?\(?\d+\)?|هـ?|م|و|at|on|gmt|utc|"
    r"mon(?:day)?|tue(?:sday)?|wed(?:nesday)?|thu(?:rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?|"
    r"lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|published|posted|updated|le)(?![^\W_])",
    _FLAGS,
)


class _Day(NamedTuple):
    year: int
    month: int
    day: int
    spans: tuple[tuple[int, int], ...]


def read_printed_date(
    text: str,
    *,
    timezone: str = "UTC",
    reference: datetime | None = None,
    whole: bool = False,
) -> PrintedDate | None:
    """Return the first date that a text prints, None when there is none that is sure.

    A time without a zone is in ``timezone`` (IANA). ``reference`` is when the text was read, with a
    zone: «منذ ساعتين», «أمس» and a day without its year are told from it, and what lies more than two
    days behind it is no date. ``whole``: the text is nothing but a date, with words such as «نشر في».
    Raises :class:`StopRun` when the system does not know the time zone.
    """
    told = _tidy(text)
    if told is None:
        return None
    zone = zone_of(timezone)
    found = _absolute(told, zone, reference) or _relative(told, zone, reference)
    if found is None:
        return None
    read, spans = found
    if reference is not None and read.at > reference + AHEAD:
        return None
    if whole and _is_more_than_date(told, spans):
        return None
    return read


def _tidy(text: str) -> str | None:
    if len(text) > LONGEST:
        return None
    told = " ".join(text.translate(_FOLD).split())
    return told if any(map(str.isdigit, told)) or _WITHOUT_DIGITS.search(told) else None


_WITHOUT_DIGITS: Final = re.compile("منذ|قبل|امس|اليوم|الان|day|ago|now", _FLAGS)


@lru_cache(64)
def zone_of(timezone: str) -> ZoneInfo:
    """Return a time zone by its IANA name; raise :class:`StopRun` for one that is not known."""
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise StopRun("There is no such time zone", timezone=timezone) from error


_Found = tuple[PrintedDate, tuple[tuple[int, int], ...]]


def _absolute(told: str, zone: ZoneInfo, reference: datetime | None) -> _Found | None:
    told = _ISO.sub(r"\1-\2-\3 ", told)
    day = _gregorian(told, reference) or _hijri(told)
    if day is None:
        return None
    spans = list(day.spans)
    hijri = _HIJRI_NAMED.search(told) or _hijri_numbers(told)
    if hijri is not None:
        spans.append(hijri.span())
    clock = _clock(told, spans)
    when = datetime(day.year, day.month, day.day, tzinfo=UTC)
    if clock is None:
        return PrintedDate(when, "day"), tuple(spans)
    hour, minute, second, precision, span = clock
    spans.append(span)
    local = when.replace(hour=hour, minute=minute, second=second)
    offset, its_span = _offset_of(told, span, local, zone)
    if its_span is not None:
        spans.append(its_span)
    return PrintedDate(local - offset, precision), tuple(spans)


def _gregorian(told: str, reference: datetime | None) -> _Day | None:
    readers: tuple[Callable[[str], _Day | None], ...] = (_named, _numbers)
    for reader in readers:
        found = reader(told)
        if found is not None:
            return found
    return _without_year(told, reference) if reference is not None else None


def _named(told: str) -> _Day | None:
    for shape in (_NAMED, _NAME_FIRST, _YEAR_FIRST_NAMED):
        for found in shape.finditer(told):
            if found["year"] is None or _is_hijri_year(int(found["year"])):
                continue
            day = _valid(int(found["year"]), _month_of(found["month"]), int(found["day"]), found.span())
            if day is not None:
                return day
    return None


def _month_of(name: str) -> int:
    name = name.lower().rstrip(".")
    return _MONTH_NUMBERS.get(name) or _MONTH_NUMBERS[_spaced(name)]


@lru_cache(64)
def _spaced(name: str) -> str:
    """Return a name of two words as the table has it: «كانونالثاني» is one too."""
    return next(each for each in _MONTH_NUMBERS if each.replace(" ", "") == name.replace(" ", ""))


def _is_hijri_year(year: int) -> bool:
    return year in _HIJRI_YEARS


def _valid(year: int, month: int, day: int, span: tuple[int, int]) -> _Day | None:
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        return None
    try:
        date(year, month, day)
    except ValueError:
        return None
    return _Day(year, month, day, (span,))


def _numbers(told: str) -> _Day | None:
    """Return a day in three numbers: the year first or last; of the others the day stands first.

    Unless only the other order is a date: «04/25/2010». A year of two digits is not sure.
    """
    for found in _NUMBERS.finditer(told):
        first, second, third = (int(found[name]) for name in "abc")
        if found["era"] and found["era"].startswith("ه"):
            continue
        if len(found["a"]) == 4:
            day = _valid(first, second, third, found.span())
        elif len(found["a"]) <= 2 and len(found["c"]) == 4:
            day = _valid(third, second, first, found.span()) or _valid(third, first, second, found.span())
        else:
            continue
        if day is not None:
            return day
    return None


def _without_year(told: str, reference: datetime) -> _Day | None:
    """Return the last day of that name before the time of reading."""
    found = _NAMED.search(told)
    if found is None or found["year"] is not None:
        return None
    latest = (reference + AHEAD).date()
    for year in (latest.year, latest.year - 1):
        day = _valid(year, _month_of(found["month"]), int(found["day"]), found.span())
        if day is not None and date(day.year, day.month, day.day) <= latest:
            return day
    return None


def _hijri_numbers(told: str) -> re.Match[str] | None:
    for found in _NUMBERS.finditer(told):
        year = found["c"] if len(found["c"]) == 4 else found["a"]
        if len(year) == 4 and _is_hijri_year(int(year)):
            return found
    return None


def _hijri(told: str) -> _Day | None:
    named = _HIJRI_NAMED.search(told)
    if named is not None and named["year"] is not None:
        name = named["month"]
        month = _HIJRI_NUMBERS.get(name) or next(
            number for each, number in _HIJRI_NUMBERS.items() if each.replace(" ", "") == name.replace(" ", "")
        )
        return _from_hijri(int(named["year"]), month, int(named["day"]), named.span())
    found = _hijri_numbers(told)
    if found is None:
        return None
    first, second, third = (int(found[name]) for name in "abc")
    if first > 31:
        return _from_hijri(first, second, third, found.span())
    return _from_hijri(third, second, first, found.span())


def _from_hijri(year: int, month: int, day: int, span: tuple[int, int]) -> _Day | None:
    if not _is_hijri_year(year):
        return None
    try:
        gregorian = Hijri(year, month, day).to_gregorian()
    except (ValueError, OverflowError):
        return None
    return _Day(gregorian.year, gregorian.month, gregorian.day, (span,))


_Clock = tuple[int, int, int, Precision, tuple[int, int]]


def _clock(told: str, taken: list[tuple[int, int]]) -> _Clock | None:
    """Return (hour, minute, second, precision, place) of the first time beside the date."""
    for found in _TIME.finditer(told):
        if any(found.start("hour") < end and start < found.end("minute") for start, end in taken):
            continue
        hour = _hour(int(found["hour"]), found["after"] or found["before"] or "")
        minute, second = int(found["minute"]), int(found["second"] or 0)
        if hour is not None and minute < 60 and second < 60:
            precision: Precision = "second" if found["second"] else "minute"
            return hour, minute, second, precision, found.span()
    found_hour = _HOUR.search(told)
    if found_hour is not None:
        hour = _hour(int(found_hour["hour"]), found_hour["after"])
        if hour is not None:
            return hour, 0, 0, "minute", found_hour.span()
    return None


def _hour(hour: int, half: str) -> int | None:
    """Return the hour of 24; «12 ص» is midnight, «12 ظهرا» noon, «10 ليلا» 22, «2 ليلا» 2."""
    if hour > 23:
        return None
    half = half.lower().replace(".", "").replace(" ", "").removeprefix("ال")
    if half in {"ص", "am"} or half.startswith(("صباح", "فجر", "ضحي")):
        return 0 if hour == 12 else hour
    if half in {"م", "pm"} or half.startswith(("مساء", "ظهر", "عصر")):
        return hour + 12 if hour < 12 and not (half.startswith("ظهر") and hour >= 10) else hour
    if half.startswith("ليل"):
        return 0 if hour == 12 else hour + 12 if 6 <= hour < 12 else hour
    return hour


def _offset_of(
    told: str, clock: tuple[int, int], local: datetime, zone: ZoneInfo
) -> tuple[timedelta, tuple[int, int] | None]:
    """Return how far east of UTC the clock stands, and where the text says so."""
    for found in _OFFSET.finditer(told):
        named = found[0][0] not in "+-( "
        behind = found.start() >= clock[1] and told[clock[1] : found.start()].strip() in {"", "("}
        if named or behind:
            hours, minutes = int(found["hours"]), int(found["minutes"] or 0)
            if hours <= 14 and minutes < 60:
                east = timedelta(hours=hours, minutes=minutes)
                return (-east if found["sign"] == "-" else east), found.span()
    if universal := _UTC.search(told):
        return timedelta(), universal.span()
    by_place = _BY_CLOCK_OF.search(told)
    if by_place is not None:
        zone = ZoneInfo(_ZONES[by_place["place"] or by_place["near"]])
        return _east(local, zone), by_place.span()
    return _east(local, zone), None


def _east(local: datetime, zone: ZoneInfo) -> timedelta:
    return local.replace(tzinfo=zone).utcoffset() or timedelta()


def _relative(told: str, zone: ZoneInfo, reference: datetime | None) -> _Found | None:
    """Return what is told from the time of reading, to the minute or to the day as it is told."""
    if reference is None:
        return None
    here = reference.astimezone(zone)
    ago = _AGO.search(told)
    if ago is not None:
        unit = (ago["unit"] or ago["unit_en"]).lower()
        count = ago["count"] or ago["count_en"] or ("2" if unit in _TWOS else "1")
        number = 1 if unit in _TWOS else _COUNTS.get(count) or (int(count) if count.isdigit() else 1)
        back = timedelta(seconds=_UNITS[unit] * number)
        if _UNITS[unit] >= _UNITS["يوم"]:
            return _day_of(here - back), (ago.span(),)
        at = (reference - back).astimezone(UTC).replace(second=0, microsecond=0)
        return PrintedDate(at, "minute"), (ago.span(),)
    if found := _NOW.search(told):
        at = reference.astimezone(UTC).replace(second=0, microsecond=0)
        return PrintedDate(at, "minute"), (found.span(),)
    day = _NAMED_DAY.search(told)
    if day is None:
        return None
    spans = [day.span()]
    read = _day_of(here - timedelta(days=_BACK[day["day"].lower()]))
    clock = _clock(told, spans)
    if clock is None:
        return read, tuple(spans)
    hour, minute, second, precision, span = clock
    local = read.at.replace(hour=hour, minute=minute, second=second)
    offset, its_span = _offset_of(told, span, local, zone)
    spans += [span] if its_span is None else [span, its_span]
    return PrintedDate(local - offset, precision), tuple(spans)


def _day_of(local: datetime) -> PrintedDate:
    return PrintedDate(datetime(local.year, local.month, local.day, tzinfo=UTC), "day")


def _is_more_than_date(told: str, spans: tuple[tuple[int, int], ...]) -> bool:
    """Tell whether letters or digits are left beside the date, its time and the usual words."""
    left = list(_ISO.sub(r"\1-\2-\3 ", told))
    for start, end in spans:
        left[start:end] = " " * (end - start)
    rest = _FILLER.sub(" ", _BY_CLOCK_OF.sub(" ", "".join(left)))
    return any(map(str.isalnum, rest))
