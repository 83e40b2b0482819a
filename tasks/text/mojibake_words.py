"""UTF-8 that was read as windows-1256, found word by word: «ط§ظ„ط³ظ„ط§ظ…» is «السلام».

Each Arabic letter became ط or ظ and a sign. Such text is Arabic to the eye of a program and stands
beside sound Arabic in one line (a title before it, a name quoted), so that words are told apart
here. Sound text has «فقط،» and «الحظ»», but of 20,000 real articles none has two such pairs in a
row; three are asked for.
"""

import re
from enum import Enum
from itertools import groupby
from typing import Final, NamedTuple

UTF_8_AS_1256: Final = "utf-8 read as windows-1256"
BLANKS: Final = "no-break spaces that had become spaces"
CUT: Final = "half a character at the end dropped"

_SIGNS: Final = bytes(range(0x80, 0xC0)).decode("windows-1256")
"""What the second and later bytes of a character became; the first became none of these."""

_NATURAL: Final = "،؛؟…«»“”‘’–—•\N{NO-BREAK SPACE}\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
"""Signs that may follow a sound word directly («فقط،»), so that they prove nothing."""

_ANY: Final = f"[{re.escape(_SIGNS)}]"
_SIGN: Final = f"[{re.escape(''.join(set(_SIGNS) - set(_NATURAL)))}]"
_CHARACTER: Final = f"(?:[طظعغآأؤإ]{_ANY}|[âï]{_ANY}{{2}}|ً[{re.escape(_SIGNS[0x10:])}]{_ANY}{{2}})"
"""What one character of UTF-8 became («ط§» is ا, «أ©» is é, «â€œ» is “, «ًںکٹ» is an emoji); only
first bytes that Arabic news has, since all of them would be most of the alphabet."""

_CHARACTERS: Final = re.compile(f"{_CHARACTER}+")
_STRETCH: Final = re.compile(f"{_CHARACTER}{{3,}}")
_PAIR: Final = re.compile(f"[طظعغ]{_ANY}")
_EVIDENCE: Final = re.compile(
    f"[طظعغ]{_SIGN}|[طظعغ]{_ANY}[طظعغ]{_ANY}|(?<![ء-ي])(?:ظ…|آ[«»\N{NO-BREAK SPACE}])"
    f"|(?:â€|ï[»؛·¯]){_ANY}|ً[{re.escape(_SIGNS[0x10:])}]{_ANY}{{2}}"
    f"|(?<=[A-Za-z])[أؤإ]{_ANY}|[أؤإ]{_ANY}(?=[A-Za-z])|(?:[آأؤإ]{_ANY}){{2}}"
)
"""What sound text has hardly once: «ط§»; «ط«ظ…» (ثم); «ظ…» (م) and «آ»» that end no sound word;
«â€œ»; an emoji; «Mأ¼ller»; «أ—أ—»."""

_TROUBLE: Final = re.compile(
    f"(?![\x00-\x7f])[^\\W\\d_]|{_SIGN}|[\N{ARABIC FATHATAN}-\N{ARABIC SUKUN}]"
    "|\N{REPLACEMENT CHARACTER}"
)
"""What a word read wrongly has besides characters only if bytes of it were lost, or if it is sound.
"""
_TORN: Final = re.compile("\0[،؛؟…]+\0|\0\\?[،؛؟…]")  # «ط§…ط³»: the first half of «ظ…» is lost
_REST: Final = re.compile("â[€پ]|\N{REPLACEMENT CHARACTER}")  # two thirds of «â€œ»
_HALVES: Final = frozenset("طظ\N{REPLACEMENT CHARACTER}")
_SHARDS: Final = _HALVES | set(_SIGNS) - set(_NATURAL)

_DIGIT: Final = "ظ[،¢£¤¥¦§¨©«¬\N{NO-BREAK SPACE}]"  # «ظ،» is ١, «ظ«» is ٫
_ZEROS: Final = re.compile(
    f"({_DIGIT})?((?:ظ )+)(?={_DIGIT}()|(?:ط(?![Œ›ں])|ظ(?!ھ)|[A-Za-z])()|)"  # not «طŒ», a comma
)
_NO_BREAK: Final = re.compile(
    f"(?:^|(?<=[{re.escape(_SIGNS)}!-~]))آ "
    f"|(?:(?<=^ )|(?<=[{re.escape(_SIGNS)} -~آ] ))آ (?=[ -~]|{_CHARACTER}|آ |$)"  # not «ديالك آ سي»
)
_NO_BREAK_AT_END: Final = re.compile(f"(?:^|(?<=[{re.escape(_SIGNS)}!-~]))(?: *آ)+ *$")
_FILLED: Final = re.compile("[آظ]\N{NO-BREAK SPACE}")
_HALF: Final = re.compile(f"(?:[طظ]|[âï]{_ANY}?|ً{_ANY}{{0,2}})$")
_AFTER_CUT: Final = re.compile(r"(?:\[?\.{2,}\]?|(?<![طظ])…)$")  # not «ظ…», which is م
_SOUND_LETTER: Final = re.compile("[ء-غف-ي]")
_BETWEEN: Final = re.compile(
    f'([\t-\r "()]+|(?<![طظعغآأؤإâïً])(?<![âïً]{_ANY})(?<!ً{_ANY}{{2}})[«»“”])'
)
"""What parts words: spaces and quotes, but for those that are half a character («ط«» is ث)."""


class Reread(NamedTuple):
    """A line with its broken words read anew.

    ``words`` has these and nothing Arabic that was sound; ``notes`` says what was mended besides.
    ``torn`` is a line that has such words, but others that lost bytes: it stays as it is.
    """

    line: str
    words: str = ""
    notes: tuple[str, ...] = ()
    torn: bool = False


class _Word(Enum):
    BROKEN = "read wrongly"
    DAMAGED = "read wrongly, and it lost bytes"
    SOUND = "read rightly"
    EITHER = "of signs and ASCII: as those beside it"


def has_broken_word(line: str) -> bool:
    """Whether three characters in a row, with two different signs, are certainly not Arabic."""
    for stretch in _STRETCH.finditer(line):
        pairs = _PAIR.findall(stretch[0])
        if len(pairs) >= 3 and len({pair for pair in pairs if pair[1] not in _NATURAL}) >= 2:
            return True
    return False


def reread(line: str, *, last: bool) -> Reread | None:
    """Read the broken words of a line as UTF-8; None if it has none.

    It is for the caller to know that there is mojibake at all. ``last`` is the end of a text, which
    may have been cut inside a character.
    """
    try:
        whole = line.encode("windows-1256").decode() if _EVIDENCE.search(line) else ""
    except UnicodeError:
        whole = ""
    if not whole:
        return _reread_words(line, last=last)
    return Reread(whole, whole)


def _reread_words(line: str, *, last: bool) -> Reread | None:
    notes = []
    filled = _with_no_break_spaces(line)
    if filled != line:
        notes.append(BLANKS)
    if last and (uncut := _without_half(filled)) is not None:
        filled = uncut
        notes.append(CUT)
    words = _BETWEEN.split(filled)
    kinds = [_tell(word) for word in words]
    if _Word.BROKEN not in kinds and _Word.SOUND in kinds:
        torn = any(map(_is_surely_damaged, words, kinds))
        return Reread(line, torn=True) if torn else None
    if _Word.DAMAGED in kinds:
        return Reread(line, torn=True)
    if _Word.BROKEN not in kinds:
        return Reread(filled, notes=tuple(notes)) if notes else None
    places = _broken_places(kinds)
    others = [word for at, word in enumerate(words) if at not in places]
    if filled != line and any(_FILLED.search(word) for word in others):
        return Reread(line, torn=True)
    mended = list(words)
    for at in places:
        mended[at] = _CHARACTERS.sub(_read_characters, words[at])
    anew = [new for new, old in zip(mended, words, strict=True) if new != old]
    return Reread("".join(mended), " ".join(anew), tuple(notes))


def _is_surely_damaged(word: str, kind: _Word) -> bool:
    """Whether the word lost bytes whatever is beside it: «ط?ظ„ظ‚ط¯ط³», not «خبر?»."""
    return kind is _Word.DAMAGED and len(_EVIDENCE.findall(word)) >= 2


def _read_characters(match: re.Match[str]) -> str:
    return match[0].encode("windows-1256").decode()


def _broken_places(kinds: list[_Word]) -> set[int]:
    """Return the places of broken words and of those between them that may be either."""
    places: set[int] = set()
    for sound, group in groupby(enumerate(kinds), lambda item: item[1] is _Word.SOUND):
        run = list(group)
        broken = [at for at, kind in run if kind is _Word.BROKEN]
        if sound or not broken:
            continue
        # «ط،» beside a sound word may be sound; at either end of the line nothing sound is near.
        first = 0 if run[0][0] == 0 else broken[0]
        end = len(kinds) if run[-1][0] == len(kinds) - 1 else broken[-1] + 1
        places |= set(range(first, end))
    return places


def _tell(word: str) -> _Word:
    if word.isascii():
        return _Word.EITHER
    rest = _CHARACTERS.sub("\0", word)
    troubles = set(_TROUBLE.findall(rest))
    evidence = len(_EVIDENCE.findall(word))
    if not troubles:
        if _TORN.search(rest):
            return _Word.DAMAGED if evidence else _Word.SOUND
        return _Word.BROKEN if evidence else _Word.EITHER
    shards = troubles <= _SHARDS and (evidence or not troubles.isdisjoint(_HALVES))
    # One sign proves nothing beside sound letters («فقط®»).
    torn = shards or evidence >= 2 or _REST.search(rest)
    return _Word.DAMAGED if torn else _Word.SOUND


def _with_no_break_spaces(line: str) -> str:
    """Put A0 back where a plain space can have come from nothing else.

    It was the second byte of the no-break space («آ ») and of ٠ («ظ »), where that stands beside
    another digit. Stripped from the end of a line, it is gone with its space.
    """
    if "آ" in line:
        line = _NO_BREAK_AT_END.sub("", line)
        line = _NO_BREAK.sub("آ\N{NO-BREAK SPACE}", line)
    if "ظ " not in line:
        return line
    collapsed = "  " not in line

    def fill(match: re.Match[str]) -> str:
        digit, zeros = match[1], match[2]
        digit_follows, letter_follows = match[3] is not None, match[4] is not None
        # Of 92 zeros between digits in real news one is «٢٠ ٣٠»: with spaces collapsed, which they
        # are is not to be known. A zero beside no digit may be another character.
        if (digit and digit_follows and collapsed) or not (digit or digit_follows):
            return match[0]
        filled = (digit or "") + zeros.replace(" ", "\N{NO-BREAK SPACE}")
        return f"{filled} " if letter_follows and collapsed else filled

    return _ZEROS.sub(fill, line)


def _without_half(line: str) -> str | None:
    """Return the line without the half of a character that it ends in; None if it does not.

    What follows a cut («...») stays. Half a digit after another digit would make another number.
    """
    end = line.rstrip()
    if cut := _AFTER_CUT.search(end, max(0, len(end) - 9)):
        end = end[: cut.start()].rstrip()
    half = _HALF.search(end, max(0, len(end) - 3))
    if half is None:
        return None
    before = end[: half.start()]
    digit = re.search(f"{_DIGIT}$", before[-2:]) and half[0] == "ظ"
    if digit or _SOUND_LETTER.match(before[-1:]):
        return None
    kinds = [_tell(word) for word in _BETWEEN.split(before[-200:])[-9:]]
    told = [kind for kind in kinds if kind is not _Word.EITHER]
    return None if told and told[-1] is not _Word.BROKEN else before + line[len(end) :]
