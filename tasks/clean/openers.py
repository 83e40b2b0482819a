"""Openers as agencies and desks print them before a report, read from the head of a line.

«عمان - الغد -», «دبي، الإمارات (CNN)--», «خالد علي - سبق - جدة:», «الرياض - محمد الحيدر»: what
separators part is told one by one (place, agency, outlet, person), and the whole is an opener only
in the shapes of :func:`_accepted`; everything else is prose, and stays.
"""

import re
from typing import Final

from tasks.clean.names import (
    HONORIFIC,
    KNOWN,
    NAME_WORDS,
    PARTICLES,
    REPORT_WORDS,
    SHAPED,
    WORD,
    begins_like_a_name,
    begins_like_a_particle,
    is_country,
    is_domain,
    is_masthead,
    is_no_name,
    is_place,
    is_verb,
    masthead_key,
    person_named,
)
from tasks.clean.opener_parts import (
    AGENCY,
    LABEL,
    LABELS,
    OUTLET,
    PERSON,
    PLACE,
    UNKNOWN,
    Part,
    read_parts,
)
from tasks.clean.opener_shapes import (
    BODY,
    begins_report,
    read_correspondent,
    read_dated,
    read_placed,
    read_run_on,
    read_wired,
)
from tasks.clean.signature import Signature, glued_at, tidy
from tasks.text.agencies import agency_named

_APPOSED: Final = 60
"""Letters behind «د. سالم عصفور - » within which a second dash ends an apposition."""

_CRIES: Final = frozenset({"عاجل", "تواصل", "لكم", "صدى", "صفا"})
"""Mastheads that are cries and plain words, too: «عاجل: أعلنت الوزارة»."""

_PHOTO: Final = re.compile(r"\s*\(تصوير ?[:/-]? ?[^()]{3,40}\)[\s:–-]*")
_NEXT_WORD: Final = re.compile(r"\S+\s*")
_BEFORE_MARK: Final = re.compile(r"([\w .]{2,40}?) ?(?:[-–—−:/|،]|$)")
_COLUMNIST: Final = re.compile(
    r"(?:ال)?(?:تحليل|مقال|مقالة|رأي|تقرير|تعليق|قصة|ترجمة)\s+بقلم\s+(?P<who>[^.؟!؛:«\"]{5,80})"
)


def read_opener(head: str, *, whole: bool, own: frozenset[str] = frozenset()) -> Signature | None:
    """Read the opener at ``head``, of a whole line or of its first letters; None without one.

    ``own`` has folded names under which the outlet signs.
    """
    photo = _PHOTO.search(head) if "(تصوير" in head else None
    if photo:  # «سالم عصفور – جدة (تصوير: نادر عصفور) قام»
        signed = _read_parts(head[: photo.start()], whole=True, own=own)
        if signed and signed.length == photo.start():
            return signed._replace(length=photo.end())
    read = _read_parts(head, whole=whole, own=own)
    return read or (_read_columnist(head) if whole else None)


def _read_parts(head: str, *, whole: bool, own: frozenset[str]) -> Signature | None:
    start = len(head) - len(head.lstrip(" |*-–—ـ"))
    first = head[start : start + 24].split(maxsplit=1)[:1]
    if first and _opens_prose(head[start:], first[0]):
        return None
    wired = read_wired(head, start)
    certain = wired and not (begins_like_a_name(first[0]) or is_place(wired.place or ""))
    at_once = read_dated(head, whole=whole) or read_correspondent(head)
    if at_once or certain:  # «وادي النمل، أرض السنابل (CNN)--» names no two persons
        return at_once or wired
    parts, rest = read_parts(head, start, whole=whole, own=own)
    if len(parts) == 1 and parts[0].kind == PLACE and parts[0].closed:
        end = name_before_report(head, rest)
        if end:
            return Signature(end, (tidy(head[rest:end]),), None, parts[0].name)
    placed = read_placed(head, parts[0], rest) if len(parts) == 1 else None
    if placed:
        return placed
    for count in range(len(parts), 0, -1):
        read = parts[:count]
        at_end = whole and read[-1].after >= len(head)
        if _accepted(read, head, at_end=at_end, own=own):
            return _signature(read, _with_agency(head, read[-1]))
    return wired or read_run_on(head)


def _opens_prose(text: str, first: str) -> bool:
    """Tell whether the first word is in no name, nor the first of a masthead («عين اليوم»)."""
    if not is_no_name(first) or first in LABELS:
        return False
    named = _BEFORE_MARK.match(text)
    return named is None or " " not in named[1] or not is_masthead(named[1])


def _accepted(read: list[Part], head: str, *, at_end: bool, own: frozenset[str]) -> bool:
    """Tell whether the parts, in this order, are an opener, and end like one."""
    kinds = [part.kind for part in read]
    last = read[-1]
    crowded = kinds.count(UNKNOWN) > 1 or kinds.count(PERSON) > 2
    if crowded or LABEL == kinds[-1] == kinds[0] or not (at_end or _word_behind(head, last)):
        return False
    if set(kinds) == {PLACE}:
        return _place_alone(read, head, at_end=at_end)
    if kinds in ([AGENCY], [OUTLET]):
        return _agency_alone(last, _word_behind(head, last), at_end=at_end, own=own)
    if AGENCY in kinds or OUTLET in kinds:
        return _signed(read, at_end=at_end)
    pair = at_end and len(read) == 2 and read[0].dashed
    placed = pair and (_placed(kinds) or _at_unlisted_place(read))
    if not placed and (PLACE in kinds or LABEL in kinds):
        told = PERSON in kinds and UNKNOWN not in kinds and (at_end or last.closed)
        return told and _named_surely(read, head, at_end=at_end)
    return placed or (kinds == [PERSON] and _person_alone(last, head, at_end=at_end))


def _placed(kinds: list[str]) -> bool:
    """Tell of a line's two parts whether they say where a report is from, and no more.

    «مسقط - ش», «متابعات – الرياض», and the name of an outlet in no list: «ضفاف الأفق – بيروت».
    """
    return kinds in ([PLACE, LABEL], [LABEL, PLACE], [UNKNOWN, PLACE], [UNKNOWN, LABEL])


def _at_unlisted_place(read: list[Part]) -> bool:
    """Tell whether a line is a person's name and one in no list: «سالم عصفور – وادي النمل»."""
    return [part.kind for part in read] == [PERSON, UNKNOWN] and bool(
        read[0].dashed and person_named(read[0].name, sure=KNOWN)
    )


def _named_surely(read: list[Part], head: str, *, at_end: bool) -> bool:
    """Tell whether the name beside a place is a person's: in a line, a verb behind it tells too."""
    name = next(part.name for part in read if part.kind == PERSON)
    if at_end or person_named(name, sure=KNOWN):
        return True
    following = _word_behind(head, read[-1])
    return ":" in read[-1].marks and len(following) > 2 and is_verb(following)


def _signed(read: list[Part], *, at_end: bool) -> bool:
    """Accept an agency's or an outlet's name among others: «عمان - الغد -», «دبي: «الخليج» قال»."""
    last = read[-1]
    kinds = [part.kind for part in read]
    if UNKNOWN in kinds and not _is_name_by_place(read, kinds.index(UNKNOWN)):
        return False
    if at_end:
        return True
    people = [part.name for part in read if part.kind == PERSON]
    if not all(person_named(name, sure=SHAPED) for name in people):
        return False
    if set(kinds) <= {OUTLET, LABEL, UNKNOWN} and ":" not in last.marks:
        return False
    latin = any(part.name.isascii() and not part.bracketed for part in read)
    if last.closed and not latin:  # «BBC Arabic - غزة: » is the title of a page
        return True
    parted = last.kind == AGENCY or any(part.closed for part in read[:-1])
    return last.bracketed and kinds[0] == PLACE and parted


def _is_name_by_place(read: list[Part], at: int) -> bool:
    """Tell whether words in no list are a name for what stands beside them: «X - OUTLET:»."""
    beside = read[at + 1] if at + 1 < len(read) else read[at - 1]
    if at == 1 and len(read) == 3 and read[0].kind == PLACE and beside.bracketed:
        return beside.dashed  # «دبي، الإمارت العربية المتحدة (CNN)--», a country misspelt
    if beside.kind not in {AGENCY, OUTLET} or is_domain(beside.name):
        return False
    if beside.kind == AGENCY and at:
        return False
    return bool(at) or beside.closed or not beside.bracketed


def _word_behind(head: str, last: Part) -> str:
    """Return the word behind the opener, "" without one."""
    return head[last.after :].lstrip().partition(" ")[0]


def _names_an_outlet(part: Part) -> bool:
    """Tell whether a masthead before a colon is hardly another word: «الاتحاد: أعلن» may be one."""
    return (
        part.marks.strip() == ":"
        and is_masthead(part.name)
        and not is_place(part.name)
        and part.name not in _CRIES
        and (" " in part.name or not part.name.startswith("ال"))
    )


def _agency_alone(part: Part, following: str, *, at_end: bool, own: frozenset[str]) -> bool:
    """Accept «(CNN)--», «(رويترز):», «رويترز -», an outlet's own before a stop, «سبق: أعلنت»."""
    if at_end:
        return True
    if is_domain(part.name):  # «CNNArabic.com - » is the title of a page
        return False
    if part.bracketed or part.kind == AGENCY:
        return part.dashed or (part.bracketed and part.kind == AGENCY and ":" in part.marks)
    if _names_an_outlet(part) and is_verb(following):
        return True
    return part.closed and not part.name.isascii() and masthead_key(part.name) in own


def _place_alone(read: list[Part], head: str, *, at_end: bool) -> bool:
    """Accept «غزة– لا يأبه», «مسقط: أعلنت»; a country before a colon is a slug, not a dateline."""
    last = read[-1]
    if at_end:
        return last.dashed and last.after > last.end
    if len(head) - last.after < BODY or last.bracketed:
        return False
    following = _word_behind(head, last)
    if last.dashed:
        if ":" in head[last.after : last.after + BODY]:  # «بغداد - زيدان الربيعي: بحث»
            return False
        return not (following[:1].isdigit() or "/" in last.marks or is_place(following))
    country = any(is_country(part.name) for part in read)
    return ":" in last.marks and not country and len(following) > 2 and is_verb(following)


def _person_alone(part: Part, head: str, *, at_end: bool) -> bool:
    """Accept a name on a line of its own, «جمانة النعيمات - لما كان», «د. سالم عصفور - الحياة»."""
    if person_named(part.name, sure=KNOWN) is None:
        return False
    if at_end:
        return ":" not in part.marks and not part.bracketed and _is_signed_name(part.name)
    following = _word_behind(head, part)
    opens = following in PARTICLES | REPORT_WORDS or (len(following) > 2 and is_verb(following))
    apposed = re.search(r"[-–—]", head[part.after : part.after + _APPOSED])
    opens |= re.match(HONORIFIC, part.name) is not None and not apposed
    return part.dashed and opens and len(head) - part.after >= BODY


def _is_signed_name(name: str) -> bool:
    """Tell names from lines of poems that begin with one («الطيب لهموم المشاكل يداوي»)."""
    return not any(map(begins_like_a_particle, name.split()[1:]))


def name_before_report(head: str, start: int) -> int:
    """Return where the name at ``start`` ends before or inside a word that begins the report.

    «دبي: رانيا الغزاوي اختتمت», «رأس الخيمة:عدنان عكاشةاختتم»; 0 when nothing is certain.
    """
    title = re.compile(HONORIFIC).match(head, start)
    start = title.end() if title else start
    for number, token in enumerate(re.finditer(r"\S+", head[start:])):
        word = token.group()
        at = start + token.start()
        opens = begins_report(word)
        if number == 0 and not begins_like_a_name(word):
            return 0
        if number > 1 and opens:
            return at
        prose = opens or is_no_name(word)
        if not re.fullmatch(WORD, word) or (number and prose) or number >= NAME_WORDS - 1:
            return 0
        cut = glued_at(word) if number else 0
        if cut and not begins_like_a_name(word):
            return at + cut
    return 0


def _with_agency(head: str, last: Part) -> int:
    """Return where the opener ends with an agency behind a comma: «غزة: «الخليج»، وكالات أعلنت»."""
    word = _NEXT_WORD.match(head, last.after) if "،" in last.marks else None
    return word.end() if word and agency_named(word.group().strip()) else last.after


def _is_unlisted_place(read: list[Part], at: int) -> bool:
    """Tell whether a name in no list is a place's: «سبق- وادي النمل:», «وادي النمل (رويترز) -»."""
    part = read[at]
    if part.kind == UNKNOWN:
        return True
    if part.kind != PERSON or person_named(part.name, sure=KNOWN):
        return False
    if at:
        return read[at - 1].kind == OUTLET and ":" in part.marks
    return len(read) > 1 and read[1].kind == AGENCY and read[1].bracketed


def _signature(read: list[Part], length: int) -> Signature:
    named: dict[str, str] = {}
    people = []
    for at, part in enumerate(read):
        unlisted = _is_unlisted_place(read, at)
        if part.kind == PERSON and not unlisted:
            people.append(part.name)
        named.setdefault(UNKNOWN if unlisted else part.kind, part.name)
    return Signature(
        length,
        tuple(filter(None, map(person_named, people))),
        named.get(OUTLET),
        named.get(PLACE) or named.get(UNKNOWN),
        agency_named(named.get(AGENCY, "")),
        name_only=len(read) == 1 and bool(people) and not read[0].dashed,
    )


def _read_columnist(head: str) -> Signature | None:
    """Read «التحليل بقلم المحرر الرئيسي بـ ...، كريس سيليزا» on a line of its own."""
    match = _COLUMNIST.fullmatch(head.strip()) if "بقلم" in head else None
    if match is None:
        return None
    who = re.split(r"[،,]", match["who"])[-1].strip()
    return Signature(len(head), (tidy(who),))
