"""Arabic that came out as Latin letters, undone: a line as a whole, or the broken parts of it.

Two of the accidents of :mod:`tasks.text.mojibake` make such text: windows-1256 read as latin-1 or
windows-1252 («ÇáÓáÇã»), and UTF-8 read so («Ø§Ù„Ø³»). In a line with anything that no octet became
(«→», a sound Arabic word) the parts are told apart here: words of windows-1256, since any octet
stands for a letter there, and characters of UTF-8, which have a form of their own.
"""

import re
from typing import Final

from tasks.text.mojibake_words import BLANKS, CUT, Reread

WINDOWS_1256: Final = "windows-1256 read as latin-1"
UTF_8: Final = "utf-8 read as windows-1252"

ARABIC: Final = re.compile("[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]")  # «س», «ﷺ»
ACCENTED: Final = re.compile("[À-ÖØ-öø-ÿ]")
LATIN_LETTER: Final = re.compile("[A-Za-zÀ-ÖØ-öø-ÿœŒƒ]")

_OCTETS: Final = {
    ord(bytes([octet]).decode("windows-1252", "ignore") or chr(octet)): octet
    for octet in range(0x80, 0xA0)
}
"""windows-1252 differs from latin-1 in these. The five bytes that it has not (81, 8D, 8F, 90, 9D)
come out as the control characters of latin-1."""

_SIGNS: Final = "".join(map(chr, {*_OCTETS, *range(0x80, 0xC0)}))
"""What the second and later bytes of a character of UTF-8 became."""

_NATURAL: Final = "«»“”‘’–—•…\N{NO-BREAK SPACE}"
"""Signs that stand beside sound words too, so that one which is left over proves no loss."""

_ANY: Final = f"[{re.escape(_SIGNS)}]"
_SHARD: Final = f"[{re.escape(''.join(set(_SIGNS) - set(_NATURAL)))}]"
_CHARACTER: Final = f"(?:[ÂÃÅÆËØ-Û]{_ANY}|[âï]{_ANY}{{2}}|ð{_ANY}{{3}})"
"""What one character of UTF-8 became, of those that Arabic news has, read wrongly once or twice."""

_CHARACTERS: Final = re.compile(f"{_CHARACTER}+")
_LOST: Final = re.compile(
    f"\N{REPLACEMENT CHARACTER}|[ÃØ-Û](?![A-Za-z])|â€|\0{_SHARD}|{_SHARD}\0"  # not «Ørsted»
)
"""What is beside the characters of a line (``\\0``) only if bytes of it were lost."""

_LOST_ALONE: Final = re.compile("[Ø-Û]\N{REPLACEMENT CHARACTER}")
_NO_BREAK: Final = re.compile("Â(?: |$)")  # of «Â\N{NO-BREAK SPACE}», with spaces made plain
_HALF: Final = re.compile(rf"(?<!Ù[ -©])(?:[ØÙÚÛÃ]|[âï]{_ANY}?)(?= ?(?:\[?\.{{2,}}\]?)?$)")
"""Half a character where a text was cut; not of a digit behind another, which would be a number."""

_IN_WORDS: Final = re.escape("".join(set(_SIGNS) - {"\N{NO-BREAK SPACE}"}))
_WORD: Final = re.compile(f"[{_IN_WORDS}À-ÿ!-@\\[-`{{-~]+")  # of octets, but no ASCII letters
_LETTERS_IN_A_ROW: Final = re.compile("[À-ÖØ-öø-ÿ]{3}")
_GLUED: Final = re.compile("[!-@]*(?:æ?(?:Çá|[Èßá]Ü)Ü?|æ)[!-@]*")
"""What Arabic writes before a Latin word without a space: «وFacebook», «والـFBI», «بـTwitter»."""
_STOP: Final = re.compile("[!-@]*[¡¿][!-@]*")  # «GPS¡» is «GPS،»

_CHARACTERS_IN_A_ROW: Final = re.compile(f"{_CHARACTER}{{3}}")


def undo(line: str, mishaps: tuple[str, ...]) -> str | None:
    """Return the line as it was before the mishaps, the last first; None if these were not it."""
    for kind in mishaps:
        octets = _octets(line)
        if octets is None:
            return None
        if kind == WINDOWS_1256:
            line = octets.decode("windows-1256")
        elif octets.isascii():
            return None
        else:
            try:
                line = str(octets, "utf-8")
            except UnicodeDecodeError:
                return None
    return line


def has_broken_row(line: str, mishaps: tuple[str, ...]) -> bool:
    """Whether as many characters in a row as a short word has may have had these mishaps.

    In the languages that have them, three accented letters in a row are rare.
    """
    row = _LETTERS_IN_A_ROW if mishaps[0] == WINDOWS_1256 else _CHARACTERS_IN_A_ROW
    return row.search(line) is not None


def reread_parts(line: str, mishaps: tuple[str, ...], *, last: bool) -> Reread | None:
    """Undo the mishaps in the parts of a line that may have had them; None if it has none.

    It is for the caller to know that there were such mishaps. ``last`` is the end of a text, which
    may have been cut inside a character. A line that has such parts, but lost bytes, is torn.
    """
    if mishaps[0] == WINDOWS_1256:
        return _reread_words(line)
    return _reread_characters(line, mishaps, last=last)


def _reread_characters(line: str, mishaps: tuple[str, ...], *, last: bool) -> Reread | None:
    if not _CHARACTERS.search(line):
        return Reread(line, torn=True) if _LOST_ALONE.search(line) else None
    whole = _NO_BREAK.sub("Â\N{NO-BREAK SPACE}", line)
    notes = [BLANKS] if whole != line else []
    half = _HALF.search(whole) if last else None
    if half and not any(part.end() > half.start() for part in _CHARACTERS.finditer(whole)):
        whole = whole[: half.start()] + whole[half.end() :]
        notes.append(CUT)
    parts = _CHARACTERS.findall(whole)
    anew = {part: undo(part, mishaps) for part in parts}
    if None in anew.values() or _LOST.search(_CHARACTERS.sub("\0", whole)):
        words = " ".join(filter(None, map(anew.get, parts)))
        return Reread(line, words, torn=True)
    mended = _CHARACTERS.sub(lambda match: anew[match[0]] or "", whole)
    return Reread(mended, " ".join(filter(None, map(anew.get, parts))), tuple(notes))


def _reread_words(line: str) -> Reread | None:
    mended = []
    words = []
    torn = "\N{REPLACEMENT CHARACTER}" in line
    end = 0
    for match in _WORD.finditer(line):
        anew = _reread_word(line, match)
        if anew is not None:
            around = line[: match.start()][-1:] + line[match.end() :][:1]
            torn |= any(map(_is_foreign_letter, around))
            mended += [line[end : match.start()], anew]
            words.append(anew)
            end = match.end()
    if not words:
        return None
    words_read = " ".join(words)
    if torn:
        return Reread(line, words_read, torn=True)
    return Reread("".join([*mended, line[end:]]), words_read)


def _reread_word(line: str, match: re.Match[str]) -> str | None:
    """Return the word as windows-1256; None if that is no other, or not Arabic («Müller», «à»)."""
    word = match[0]
    anew = None if word.isascii() else undo(word, (WINDOWS_1256,))
    if anew is None or anew == word or LATIN_LETTER.search(anew):
        return None
    before, behind = map(_is_ascii_letter, (line[: match.start()][-1:], line[match.end() :][:1]))
    # «niño», «¡Hola» and «Læsø» have one letter or none beside ASCII, or stand inside a word.
    if not (before or behind) or _LETTERS_IN_A_ROW.search(word):
        return anew
    alone = _GLUED.fullmatch(word) or (before and _STOP.fullmatch(word))
    return anew if alone and not (before and behind) else None


def _is_ascii_letter(char: str) -> bool:
    return char.isascii() and char.isalpha()


def _is_foreign_letter(char: str) -> bool:
    """Whether the letter is neither ASCII nor Arabic: beside a broken word, it was a letter of it.

    «đ» is what the byte of «ð» is in windows-1258: of «ÇáÓđÇã» one letter is lost.
    """
    return char.isalpha() and not char.isascii() and not ARABIC.match(char)


def _octets(line: str) -> bytes | None:
    """Return the bytes that were read as windows-1252 or latin-1; None if they were not."""
    try:
        return line.translate(_OCTETS).encode("latin-1")
    except UnicodeEncodeError:
        return None
