"""The words of printed dates: months, halves of the day, zones and what else stands beside numbers.

All in the fold of :data:`FOLD`: one form of each letter, no marks, European digits.
:mod:`tasks.text.printed_dates` reads by them.
"""

import re
from typing import Final

from tasks.text.letters import FOLDED, HARAKAT, INVISIBLE

FOLD: Final = str.maketrans(
    {
        **FOLDED,
        **dict.fromkeys(HARAKAT + "ـ"),
        **dict(zip("٠١٢٣٤٥٦٧٨٩", "0123456789", strict=True)),
        **dict(zip("۰۱۲۳۴۵۶۷۸۹", "0123456789", strict=True)),
        **dict.fromkeys(INVISIBLE),
        "\N{NO-BREAK SPACE}": " ", "\n": " ", "\t": " ", "٫": ".", "–": "-", "—": "-", "−": "-",
        "\N{FULLWIDTH COLON}": ":", "\N{RATIO}": ":",
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
    "محرم صفر ربيع_الاول ربيع_الثاني جمادي_الاولي جمادي_الاخره رجب شعبان رمضان شوال "
    "ذو_القعده ذو_الحجه|"
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
                names[name.replace("_", " ").translate(FOLD)] = number
    return names


MONTH_NUMBERS: Final = _by_name(_MONTHS)
HIJRI_NUMBERS: Final = _by_name(_HIJRI_MONTHS)


def _alternatives(names: dict[str, int]) -> str:
    ordered = sorted(names, key=len, reverse=True)
    return "|".join(re.escape(name).replace(r"\ ", r" ?") for name in ordered)


_MONTH: Final = rf"(?:{_alternatives(MONTH_NUMBERS)})(?![^\W\d_])\.?"
_HIJRI: Final = rf"(?:{_alternatives(HIJRI_NUMBERS)})(?![^\W\d_])"
_TWO: Final = rf"(?P<month>{_MONTH})(?: ?[/\-(] ?(?:{_MONTH}) ?\)?)?"
_DAY: Final = r"(?<![\d:./])(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_GAP: Final = r"(?: ?[/.,،\-] ?| (?:من (?:شهر )?|شهر |of )?|)"
_YEAR: Final = r"(?P<year>\d{4})(?!\d) ?(?P<era>هـ|ه(?![^\W\d_])|م(?![^\W\d_]))?"
_OF_YEAR: Final = r"(?: ?[/.,،\-] ?| (?:عام |سنه |من عام |لعام )?|)"

FLAGS: Final = re.IGNORECASE
NAMED: Final = re.compile(rf"{_DAY}{_GAP}{_TWO}(?:{_OF_YEAR}{_YEAR})?", FLAGS)
NAME_FIRST: Final = re.compile(
    rf"(?<![^\W\d_])(?P<month>{_MONTH}) (?P<day>\d{{1,2}})(?:st|nd|rd|th)?[,،]? {_YEAR}", FLAGS
)
YEAR_FIRST_NAMED: Final = re.compile(rf"{_YEAR}[ \-/,،]+{_TWO}[ \-/,،]+{_DAY}(?!\d)", FLAGS)
HIJRI_NAMED: Final = re.compile(
    rf"(?<!\d)(?P<day>\d{{1,2}}){_GAP}(?P<month>{_HIJRI})"
    rf"(?:{_OF_YEAR}(?P<year>1[345]\d\d)(?!\d) ?(?:هـ?)?)?",
    FLAGS,
)
NUMBERS: Final = re.compile(
    r"(?<![\d:./\-])(?P<a>\d{1,4}) ?(?P<mark>[-/.]) ?(?P<b>\d{1,2}) ?(?P=mark) ?(?P<c>\d{4}|"
    r"\d{1,2})(?![\d:])"
    r"(?!(?P=mark)\d) ?(?P<era>هـ|ه(?![^\W\d_])|م(?![^\W\d_]))?"
)
ISO: Final = re.compile(r"(?<!\d)(\d{4})-(\d\d)-(\d\d)[Tt ](?=\d\d:)")

_MORNING: Final = r"صباحا?|الصباح|فجرا?|الفجر|(?:ال)?ضحي|قبل الظهر|بعد منتصف (?:ال)?ليل|a\.? ?m\.?"
_NOON: Final = r"ظهرا?|الظهر"
_EVENING: Final = r"مساءا?|المساء|عصرا?|العصر|مغربا|بعد الظهر|p\.? ?m\.?"
_NIGHT: Final = r"ليلا?|الليل|(?:قبل )?منتصف (?:ال)?ليل"
_PART_OF_DAY: Final = rf"{_MORNING}|{_NOON}|{_EVENING}|{_NIGHT}"
_HALF: Final = rf"(?:{_PART_OF_DAY}|ص|م)(?![^\W\d_])"
MORNING, NOON, EVENING, NIGHT = (
    re.compile(part, FLAGS) for part in (f"{_MORNING}|ص", _NOON, f"{_EVENING}|م", _NIGHT)
)

TIME: Final = re.compile(
    rf"(?:(?<![^\W_])(?P<before>{_HALF}) ?)?(?<![\d/.\-])(?P<hour>\d{{1,2}}) ?[:.h] "
    rf"?(?P<minute>\d{{2}})"
    rf"(?::(?P<second>\d{{2}})(?:\.\d{{1,9}})?)?(?![\d/\-]) ?(?P<after>{_HALF})?",
    FLAGS,
)
HOUR: Final = re.compile(
    rf"(?<![^\W_])(?:(?:الساعه|at) (?P<hour>\d{{1,2}})(?![\d:.]) ?(?P<after>{_HALF})"
    rf"|(?<![:./\-])(?P<bare>\d{{1,2}}) ?(?P<part>{_PART_OF_DAY})(?![^\W\d_]))",
    FLAGS,
)
"""«الساعة 7 م»; without that word only what cannot be an era: «7 مساء», «7pm»."""

OFFSET: Final = re.compile(
    r"(?:gmt|utc|ت ?غ|[غج]ريني?تش)?[ (]*(?P<sign>[+-]) ?(?P<hours>\d{1,2})"
    r"(?::?(?P<minutes>\d{2}))?(?![\d:/.])",
    FLAGS,
)
UNIVERSAL: Final = re.compile(
    r"\b(?:gmt|utc)\b|(?<=\d)z\b|[غج]ريني?تش|ت ?\. ?غ|(?<![^\W\d_])تغ(?![^\W\d_])", FLAGS
)
ZONES: Final = {
    "مكه": "Asia/Riyadh", "السعوديه": "Asia/Riyadh", "الرياض": "Asia/Riyadh",
    "الدوحه": "Asia/Qatar",
    "قطر": "Asia/Qatar", "الكويت": "Asia/Kuwait", "البحرين": "Asia/Bahrain",
    "بغداد": "Asia/Baghdad",
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
BY_CLOCK_OF: Final = re.compile(
    rf"(?:ب?(?:ال)?توقيت) ?(?:مدينه )?(?P<place>{'|'.join(ZONES)})(?: "
    rf"المكرمه)?|\((?P<near>{'|'.join(ZONES)})\)"
)

UNITS: Final = {
    "ثانيه": 1, "ثانيتين": 2, "ثوان": 1, "ثواني": 1, "دقيقه": 60, "دقيقتين": 120, "دقايق": 60,
    "ساعه": 3600,
    "ساعتين": 7200, "ساعات": 3600, "يوم": 86400, "يومين": 172800, "ايام": 86400, "يوما": 86400,
    "second": 1, "minute": 60, "min": 60, "hour": 3600, "day": 86400,
}  # fmt: skip
TWOS: Final = frozenset({"ثانيتين", "دقيقتين", "ساعتين", "يومين"})
COUNTS: Final = {
    "ثلاث": 3, "ثلاثه": 3, "اربع": 4, "اربعه": 4, "خمس": 5, "خمسه": 5, "ست": 6, "سته": 6, "سبع": 7,
    "سبعه": 7,
    "ثماني": 8, "ثمانيه": 8, "ثمان": 8, "تسع": 9, "تسعه": 9, "عشر": 10, "عشره": 10,
}  # fmt: skip
_ONE_OF: Final = {
    "counts": "|".join(sorted(COUNTS, key=len, reverse=True)),
    "units": "|".join(
        sorted((unit for unit in UNITS if not unit.isascii()), key=len, reverse=True)
    ),
}
AGO: Final = re.compile(
    rf"(?<![^\W\d_])(?:منذ|قبل) ?(?:حوالي |نحو )?(?P<count>\d{{1,3}}|{_ONE_OF['counts']})? ?"
    rf"(?P<unit>{_ONE_OF['units']})(?![^\W\d_])"
    r"|(?<!\w)(?P<count_en>\d{1,3}|an?|one) (?P<unit_en>second|minute|min|hour|day)s? ago",
    FLAGS,
)
NOW: Final = re.compile(r"^(?:الان|منذ لحظات|منذ قليل|قبل قليل|just now)$", FLAGS)
NAMED_DAY: Final = re.compile(
    r"(?<![^\W\d_])(?P<day>اليوم|امس|اول امس|today|yesterday)(?![^\W\d_])", FLAGS
)
BACK: Final = {"اليوم": 0, "امس": 1, "اول امس": 2, "today": 0, "yesterday": 1}

RELATIVE: Final = re.compile("منذ|قبل|امس|اليوم|الان|day|ago|now", FLAGS)
LONG_NUMBER: Final = re.compile(r"\W{0,3}\d{4}")

FILLER: Final = re.compile(
    r"(?<![^\W\d_])(?:(?:ال)?(?:احد|اثنين|ثلاثاء|اربعاء|خميس|جمعه|سبت)|يوم|"
    r"(?:تم )?(?:ال)?نشر(?:ت)?|منشور|تاريخ|ب?تاريخ|"
    r"(?:ال)?اضافه|في|بتاريخ|(?:اخر )?(?:ال)?تحديث|حدث|عدل|اخر تعديل|الموافق|موافق|من|شهر|"
    r"عام|سنه|الساعه|ساعه|الوقت|علي|"
    r"(?:ب?ال)?توقيت|بتوقيت|المحلي|تمام|(?:ال)?عدد:? ?\(?\d+\)?|هـ?|م|و|at|on|gmt|utc|"
    r"mon(?:day)?|tue(?:sday)?|wed(?:nesday)?|thu(?:rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?|"
    r"lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|published|posted|updated|le|h)(?![^\W_])",
    FLAGS,
)
