"""Repair of Arabic that somebody decoded wrongly before it reached us.

Three accidents are known from news: the bytes of windows-1256 read as latin-1 or windows-1252
(«ÇáÓáÇã» is «السلام»), UTF-8 read as windows-1252 or latin-1 («Ø§Ù„Ø³Ù„Ø§Ù…» is «السلام» too), and
UTF-8 read as windows-1256 («ط§ظ„ط³ظ„ط§ظ…»); one of them or several after each other. A line of the
first two is repaired whole where it has nothing else, else in parts (see
:mod:`tasks.text.mojibake_latin`); the third is found word by word (see
:mod:`tasks.text.mojibake_words`).

Of all of them: a text of which part is mojibake that lost bytes stays whole as it is. Half a repair
would pass for sound, and what stays is found at the article border.
"""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tasks.text.buffers import texts_of
from tasks.text.encoding_kernel import weigh_arabic
from tasks.text.mojibake_kernel import find_suspicious
from tasks.text.mojibake_latin import (
    ACCENTED,
    ARABIC,
    LATIN_LETTER,
    UTF_8,
    WINDOWS_1256,
    has_broken_row,
    reread_parts,
    undo,
)
from tasks.text.mojibake_words import UTF_8_AS_1256, Reread, has_broken_word, reread

__all__ = ["UTF_8", "WINDOWS_1256", "Mended", "readings_of", "repair_beside", "repair_mojibake"]

_MISHAPS: Final = ((UTF_8,), (UTF_8, UTF_8), (UTF_8, WINDOWS_1256), (WINDOWS_1256,))
"""What may have befallen a line, the last mishap first. Of the others, windows-1256 comes last:
any bytes can be read with it."""

_BY_WORDS: Final = (UTF_8_AS_1256,)

_ARABIC_LETTER: Final = re.compile("[ء-غف-يٱ-ە]")  # «س», not «،» or «َ»

_SURE: Final = 12
_SURE_PER_PAIR: Final = 0.5
"""Bits by which windows-1256 is likelier Arabic than chance (see ``encodings``): higher than for
a file, since Latin letters as they stand are the likelier reading of a few of them. Of 14,400
real titles 0.3 % have less for each pair."""

_FEWEST_LETTERS: Final = 3
_LETTERS: Final = re.compile(f"(?:{_ARABIC_LETTER.pattern}[^ء-غف-يٱ-ە]*){{{_FEWEST_LETTERS}}}")


class Mended(NamedTuple):
    """A column as it was given but for repaired texts, and what was wrong with these.

    ``kinds`` is null where nothing was repaired, else what was, joined by ``, ``.
    """

    column: pa.Array | pa.ChunkedArray
    kinds: pa.Array


class _Reading(NamedTuple):
    """A line as it should have been read, and what went wrong.

    ``torn`` is a line that cannot be read so, because bytes of it are lost.
    """

    line: str
    mishaps: tuple[str, ...]
    notes: tuple[str, ...] = ()
    torn: bool = False


def repair_mojibake(column: pa.Array | pa.ChunkedArray) -> Mended:
    """Repair each line that is certainly mojibake of Arabic; any other stays, byte by byte.

    Certain is a line or a part of it in Latin letters and signs that becomes Arabic, by its letters
    and how they follow each other, or a row of ط and ظ and signs that does; and, beside such a
    line, one that becomes plausible by the same reading. A text that lost bytes there stays whole
    as it is. Returns the very same column when there is no mojibake. One kernel pass finds the few
    texts that may have such lines; only these are looked at one by one.
    """
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    kinds: dict[int, str] = {}
    mended = []
    start = 0
    for chunk in chunks:
        texts = _mended_texts(chunk)
        kinds |= {start + row: kind for row, (_, kind) in texts.items()}
        mended.append(_replaced(chunk, {row: text for row, (text, _) in texts.items()}))
        start += len(chunk)
    if not kinds:
        return Mended(column, pa.nulls(len(column), pa.string()))
    whole = pa.chunked_array(mended) if isinstance(column, pa.ChunkedArray) else mended[0]
    return Mended(whole, pa.array(map(kinds.get, range(len(column))), pa.string()))


def repair_beside(column: pa.Array | pa.ChunkedArray, kinds: pa.Array) -> Mended:
    """Repair the short fields of records of which another field was repaired.

    ``kinds`` says per row what was wrong there, null where nothing was; the same is undone in the
    column where that makes Arabic («ÇáÃÝÞ» alone would prove nothing). Only rows with kinds are
    looked at, one by one.
    """
    rows = np.flatnonzero(np.asarray(pc.is_valid(kinds)))
    texts = dict(zip(rows.tolist(), column.take(pa.array(rows)).to_pylist(), strict=True))
    told = dict(zip(rows.tolist(), kinds.take(pa.array(rows)).to_pylist(), strict=True))
    mended = {
        row: repaired
        for row, text in texts.items()
        if text and (repaired := _mend_as(text, told[row]))
    }
    if not mended:
        return Mended(column, pa.nulls(len(column), pa.string()))
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    anew = _replaced(whole, {row: text for row, (text, _) in mended.items()})
    found = [mended[row][1] if row in mended else None for row in range(len(column))]
    return Mended(anew, pa.array(found, pa.string()))


def readings_of(name: str) -> list[str]:
    """Return what a name may have been before any of the known mishaps, be it Arabic or not."""
    if name.isascii():
        return []
    if not ARABIC.search(name):
        return [text for mishaps in _MISHAPS if (text := undo(name, mishaps)) is not None]
    try:
        return [name.encode("windows-1256").decode()]
    except UnicodeError:
        return []


def _mended_texts(chunk: pa.Array) -> dict[int, tuple[str, str]]:
    """Return {row: (text, kinds)} of the texts that were repaired; a loop over the suspicious."""
    mended = {}
    for row in _suspicious(chunk).tolist():
        text = chunk[row].as_py()
        if text is not None and (repaired := _mend(text)):
            mended[row] = repaired
    return mended


def _suspicious(chunk: pa.Array) -> npt.NDArray[np.int64]:
    if chunk.null_count:
        # Without the nulls, whose bytes do not matter: filling them would copy the column.
        _, offsets, data = chunk.buffers()
        parts = [None, offsets, data]
        chunk = pa.Array.from_buffers(chunk.type, len(chunk), parts, offset=chunk.offset)
    texts = texts_of(chunk)
    found = np.empty(len(texts), np.int64)
    return found[: find_suspicious(texts.data, texts.offsets, found)]


def _replaced(chunk: pa.Array, texts: dict[int, str]) -> pa.Array:
    if not texts:
        return chunk
    mask = np.zeros(len(chunk), bool)
    mask[list(texts)] = True
    return pc.replace_with_mask(chunk, pa.array(mask), pa.array(texts.values(), chunk.type))


def _mend(text: str) -> tuple[str, str] | None:
    """Return the text with its mojibake repaired, and its kinds; None if it has none, or is torn.

    It is repaired until there is none: each time it has fewer characters, or fewer Latin ones.
    """
    kinds: set[str] = set()
    while once := _mend_once(text):
        if once.torn:
            return None
        text = once.line
        kinds |= {*once.mishaps, *once.notes}
    return (text, ", ".join(sorted(kinds))) if kinds else None


def _mend_once(text: str) -> _Reading | None:
    lines = text.split("\n")
    ends = [False] * (len(lines) - 1) + [True]
    sure = [_sure_reading(line, last=last) for line, last in zip(lines, ends, strict=True)]
    mishaps = dict.fromkeys(reading.mishaps for reading in sure if reading)
    if not mishaps:
        return None
    readings = [
        reading or _beside_others(line, mishaps, last=last) or _Reading(line, ())
        for line, reading, last in zip(lines, sure, ends, strict=True)
    ]
    kinds = dict.fromkeys(kind for reading in readings for kind in reading.mishaps)
    notes = dict.fromkeys(note for reading in readings for note in reading.notes)
    torn = any(reading.torn for reading in readings)
    return _Reading("\n".join(each.line for each in readings), (*kinds,), (*notes,), torn=torn)


def _sure_reading(line: str, *, last: bool) -> _Reading | None:
    """Return the reading that makes the line Arabic, or parts of it; None if none does."""
    if line.isascii():
        return None
    if ARABIC.search(line):
        return _sure_words(line, last=last) or _sure_parts(line, last=last)
    return _sure_parts(line, last=last)


def _sure_parts(line: str, *, last: bool) -> _Reading | None:
    """Return the line undone as a whole, or the parts of it that were read wrongly.

    One mishap after another: UTF-8 that lost bytes could as a whole be read as windows-1256.
    """
    if not ACCENTED.search(line):
        return None
    sound = ARABIC.search(line) is not None
    for mishaps in _MISHAPS:
        text = None if sound else undo(line, mishaps)
        if text is not None and _is_sure(text, mishaps):
            return _Reading(text, mishaps)
        anew = reread_parts(line, mishaps, last=last) if has_broken_row(line, mishaps) else None
        if anew and _is_sure(anew.words, mishaps):
            return _Reading(anew.line, mishaps, anew.notes, torn=anew.torn)
    return None


def _is_sure(text: str, mishaps: tuple[str, ...]) -> bool:
    return _is_arabic(text, mishaps[-1]) or has_broken_word(text)


def _sure_words(line: str, *, last: bool) -> _Reading | None:
    anew = reread(line, last=last) if has_broken_word(line) else None
    if anew is None:
        return None
    # Not how letters follow each other: «اشتاقك كثير» is unlikely by that, and no sound text comes
    # so far. What was read wrongly twice has broken words still.
    if anew.torn or _LETTERS.search(anew.words) or has_broken_word(anew.words):
        return _Reading(anew.line, _BY_WORDS, anew.notes, torn=anew.torn)
    return None


def _beside_others(line: str, mishaps: Iterable[tuple[str, ...]], *, last: bool) -> _Reading | None:
    """Return a line that alone proves nothing («ÞÇá:», or a dash) read as those beside it were.

    That needs valid UTF-8. In windows-1256, as which «¡Hola!» could be read too, it needs a line
    without Latin letters or with much Arabic; of another line, words without Latin letters are.
    """
    if line.isascii():
        return None
    for each in mishaps:
        if each == _BY_WORDS:
            if reading := _by_words(line, last=last):
                return reading
            continue
        whole = _beside_as_a_whole(line, each)
        anew = Reread(whole, whole) if whole else reread_parts(line, each, last=last)
        # What is mojibake even then went through more than those beside it: it is for the next
        # pass, with what is beside it then.
        if anew and not _sure_reading(anew.words, last=last):
            return _Reading(anew.line, each, anew.notes, torn=anew.torn)
    return None


def _beside_as_a_whole(line: str, mishaps: tuple[str, ...]) -> str | None:
    text = None if ARABIC.search(line) else undo(line, mishaps)
    if text is None or mishaps[-1] != WINDOWS_1256:
        return text
    return None if LATIN_LETTER.search(text) and _weigh(text)[0] < _SURE else text


def _by_words(line: str, *, last: bool) -> _Reading | None:
    anew = reread(line, last=last)
    return _Reading(anew.line, _BY_WORDS, anew.notes, torn=anew.torn) if anew else None


def _mend_as(text: str, kinds: str) -> tuple[str, str] | None:
    """Return a short text read as one beside it was, with what was wrong; None if it was not so."""
    told = set(kinds.split(", "))
    for mishaps in (*_MISHAPS, _BY_WORDS):
        reading = _beside_others(text, [mishaps], last=False) if set(mishaps) <= told else None
        if reading and not reading.torn and _ARABIC_LETTER.search(reading.line):
            return reading.line, ", ".join(sorted({*reading.mishaps, *reading.notes}))
    return None


def _is_arabic(text: str, kind: str) -> bool:
    """Whether a line that was read anew is mostly Arabic letters that follow each other as such.

    Hardly anything passes for UTF-8 by accident, but anything for windows-1256.
    """
    arabic = len(_ARABIC_LETTER.findall(text))
    if arabic < _FEWEST_LETTERS or arabic <= len(LATIN_LETTER.findall(text)):
        return False
    score, pairs = _weigh(text)
    return score >= (max(_SURE, _SURE_PER_PAIR * pairs) if kind == WINDOWS_1256 else 1)


def _weigh(text: str) -> tuple[int, int]:
    octets = np.frombuffer(text.encode("windows-1256", "replace"), np.uint8)
    score, pairs, _, _ = weigh_arabic(octets)
    return score, pairs
