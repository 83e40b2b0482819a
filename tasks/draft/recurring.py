"""Lines that come again in text after text: mastheads, headings over related links, signatures.

What recurs is counted in texts, not in lines. A line is judged by where it stands (mastheads stand
first or last) and by what follows it (headings have links under them); what is not clear, and what
no key of a profile takes out, is told to the person who reads the draft.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import pyarrow as pa

from tasks.text.lexicons import load_lexicon
from tasks.text.words import fold_column

MOST_LINES: Final = 200
"""Lines of one text that are looked at, half of them from its end."""

LINE_WORDS: Final = 8
HEADING_WORDS: Final = 5
LINK_WORDS: Final = 18
"""Longest line that recurs, heading and link: the last two are those of the cleaning rule."""

FEWEST: Final = 4
SHARE: Final = 0.02
SURE_FEWEST: Final = 5
SURE_SHARE: Final = 0.05
"""Texts, and their share of all, in which a line recurs, and in which it is more than chance."""

MOST_TOLD: Final = 8
_ENOUGH: Final = 50
"""Names behind one phrase, or lines under one heading, that are kept: more prove no more."""

_EDGE: Final = 3

FIRST, LAST, INSIDE = "first lines", "last lines", "inside"

_STOP: Final = re.compile(r"[.؟!?…؛][»”\")\]]*$")
_BULLET: Final = re.compile(r"^[-*•–—»·›>■-◿]\s*")
_DIGIT: Final = re.compile(r"\d")
_LETTER: Final = re.compile(r"[^\W\d_]")
_OPENING: Final = re.compile(r"^([^:|/–—\-،.]{3,40}?)\s*(?:[:|/–—]|\s-|-\s)")
_SIGNED: Final = re.compile(r"^([^\W\d][^:|/\d]{1,24}?)\s*:\s*([^\W\d][^:|/\d]{3,39})$")
_HEADING_WORD: Final = re.compile(
    "اقرأ|إقرأ|اقرا|شاهد|طالع|تابع|انظر|المزيد|للمزيد|مواضيع|موضوعات|ذات صلة|ذات الصلة|متعلق|"
    "أرشيف|اخترنا|ننصح|قد يهم|قد يعجب|مقالات|روابط|لا يفوتك|لا تفوت|related",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Recurring:
    """A line, or the opening or phrase of lines, and in how many texts it stands.

    ``place`` says where: «first lines», «last lines» or «inside»; ``sample`` is what stood with it.
    """

    text: str
    texts: int
    place: str
    sample: str = ""
    certain: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What recurs in the texts: by the key that it may belong to, and what no key takes out."""

    outlets: tuple[Recurring, ...] = ()
    headings: tuple[Recurring, ...] = ()
    phrases: tuple[Recurring, ...] = ()
    others: tuple[Recurring, ...] = ()
    built_in: tuple[Recurring, ...] = ()


@dataclass(slots=True)
class _Line:
    texts: int = 0
    opens: int = 0
    first: int = 0
    last: int = 0
    linked: int = 0
    followers: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Counts:
    """What is counted over all texts; ``heads`` are their first lines."""

    lines: dict[str, _Line] = field(default_factory=dict)
    openings: Counter[str] = field(default_factory=Counter)
    phrases: Counter[str] = field(default_factory=Counter)
    signers: dict[str, set[str]] = field(default_factory=dict)
    heads: list[str] = field(default_factory=list)

    def add(self, text: str) -> None:
        own = _lines_of(text)
        _count(own, self.lines)
        self.heads.append(" ⏎ ".join(line[:120] for line in own[:_EDGE]))
        opened = map(_OPENING.match, own[:2])
        self.openings.update({found[1].strip() for found in opened if found})
        edges = dict.fromkeys([*own[:_EDGE], *own[-_EDGE:]])
        signed = {found[1].strip(): found[2] for line in edges if (found := _SIGNED.match(line))}
        self.phrases.update(signed.keys())
        for phrase, name in signed.items():
            if len(self.signers.setdefault(phrase, set())) < _ENOUGH:
                self.signers[phrase].add(name.strip())


def find_recurring(texts: Sequence[str], names: Sequence[str]) -> Found:
    """Return what recurs in these texts of one line a paragraph; ``names`` are the outlet's.

    A loop over the lines of a sample.
    """
    counts = _Counts()
    for text in texts:
        counts.add(text)
    least = max(FEWEST, SHARE * len(texts))
    often = {line: told for line, told in counts.lines.items() if told.texts >= least}
    found = _sort_out(often, len(texts), names)
    taken = {_bare(each.text) for each in (*found.outlets, *found.headings, *found.built_in)}
    whole = any(each.certain for each in found.outlets)
    printed = [] if whole else _printed_names(counts.heads, names, len(texts))
    phrases = _phrases(counts, len(texts), taken)
    signs = tuple(each.text for each in phrases)
    opened = _openings(counts.openings, len(texts), taken)
    mastheads = [each for each in [*opened, *found.outlets] if not each.text.startswith(signs)]
    outlets = _once([*printed, *mastheads])
    return replace(
        found,
        outlets=_without_wholes(outlets, outlets),
        phrases=phrases,
        others=_without_wholes(found.others, outlets),
    )


def _lines_of(text: str) -> list[str]:
    lines = [line.strip() for line in text.split("\n")]
    lines = [line for line in lines if line]
    half = MOST_LINES // 2
    return lines if len(lines) <= MOST_LINES else lines[:half] + lines[-half:]


def _count(own: list[str], lines: dict[str, _Line]) -> None:
    seen: set[str] = set()
    for place, line in enumerate(own):
        if line in seen or len(line) > 100 or len(line.split()) > LINE_WORDS:
            continue
        seen.add(line)
        told = lines.setdefault(line, _Line())
        told.texts += 1
        told.opens += place == 0
        told.first += place < _EDGE
        told.last += place >= max(len(own) - _EDGE, _EDGE)
        below = own[place + 1] if place + 1 < len(own) else ""
        told.linked += _is_link(below)
        if below and len(told.followers) < _ENOUGH:
            told.followers.add(below)


def _is_link(line: str) -> bool:
    if _BULLET.match(line):
        return True
    return 2 <= len(line.split()) <= LINK_WORDS and not _STOP.search(line)


def _fold_all(texts: Iterable[str]) -> list[str]:
    folded: list[str] = fold_column(pa.array(list(texts), pa.large_string())).to_pylist()
    return folded


def _sort_out(often: dict[str, _Line], count: int, names: Sequence[str]) -> Found:
    built_in = set(_fold_all(load_lexicon("related_headings")))
    signs = set(_fold_all(load_lexicon("byline_phrases")))
    own_names = set(filter(None, _fold_all(names)))
    least = max(SURE_FEWEST, SURE_SHARE * count)
    outlets, headings, others, known = [], [], [], []
    for (line, told), key in zip(often.items(), _fold_all(often), strict=True):
        if not _LETTER.search(key) or key.split()[0] in signs:
            continue
        found = Recurring(line, told.texts, _place(told), min(told.followers, default=""))
        if key in built_in:
            known.append(found)
        elif _is_heading(line, key, told):
            certain = _is_sure_heading(line, told, count)
            headings.append(replace(found, text=_bare(line), certain=certain))
        elif found.place == FIRST and told.texts >= least and not line.endswith(":"):
            own = any(f" {name} " in f" {key} " for name in own_names)
            outlets.append(replace(found, sample="", certain=own))
        else:
            others.append(replace(found, sample=""))
    return Found(
        outlets=_most(outlets),
        headings=_most(headings),
        others=_most(others),
        built_in=_most(known),
    )


def _once(some: list[Recurring]) -> tuple[Recurring, ...]:
    return tuple({each.text: each for each in reversed(some)}.values())[::-1][:MOST_TOLD]


def _without_wholes(
    some: tuple[Recurring, ...], parts: tuple[Recurring, ...]
) -> tuple[Recurring, ...]:
    """Leave out guesses that hold a more frequent part: «عين اليوم – متابعات» holds «عين اليوم»."""
    return tuple(each for each in some if each.certain or not _holds_one(each, parts))


def _holds_one(whole: Recurring, parts: tuple[Recurring, ...]) -> bool:
    text = f" {whole.text} "
    return any(part.texts > whole.texts and f" {part.text} " in text for part in parts)


def _most(some: list[Recurring]) -> tuple[Recurring, ...]:
    return tuple(sorted(some, key=lambda each: (-each.texts, each.text))[:MOST_TOLD])


def _place(told: _Line) -> str:
    if told.first >= 0.8 * told.texts:
        return FIRST
    return LAST if told.last >= 0.8 * told.texts else INSIDE


def _bare(line: str) -> str:
    """Return a heading without its signs, as the lexicon writes them."""
    return _BULLET.sub("", line).rstrip(" :：|.…").strip() or line


def _is_heading(line: str, key: str, told: _Line) -> bool:
    if not 1 <= len(key.split()) <= HEADING_WORDS or told.linked < 0.8 * told.texts:
        return False
    varied = len(told.followers) >= min(_ENOUGH, max(told.texts * 0.5, 2))
    return varied and told.opens < 0.1 * told.texts and _sounds_like_heading(line)


def _sounds_like_heading(line: str) -> bool:
    return line.endswith((":", "：", "|")) or _HEADING_WORD.search(line) is not None


def _is_sure_heading(line: str, told: _Line, count: int) -> bool:
    enough = told.texts >= max(SURE_FEWEST, SURE_SHARE * count / 2)
    return enough and told.linked >= 0.9 * told.texts and bool(_HEADING_WORD.search(line))


def _printed_names(heads: list[str], names: Sequence[str], count: int) -> list[Recurring]:
    """Return the outlet's own names that are printed in the first lines of texts."""
    folded = [f" {head} " for head in _fold_all(heads)]
    found = []
    for name, key in zip(names, _fold_all(names), strict=True):
        hits = [row for row, head in enumerate(folded) if key and f" {key} " in head]
        if len(hits) >= max(FEWEST, SURE_SHARE * count):
            found.append(Recurring(name, len(hits), FIRST, heads[hits[0]], certain=True))
    return found


def _openings(openings: Counter[str], count: int, taken: set[str]) -> list[Recurring]:
    """Return what many first lines open with before a sign, unless it is a place or a byline."""
    least = max(SURE_FEWEST, SURE_SHARE * count)
    often = [(text, number) for text, number in openings.most_common(100) if number >= least]
    known = set(_fold_all([*load_lexicon("places"), *load_lexicon("byline_phrases")]))
    keys = _fold_all(text for text, _ in often)
    return [
        Recurring(text, number, "first lines, before a sign")
        for (text, number), key in zip(often, keys, strict=True)
        if _LETTER.search(key) and text not in taken and not _DIGIT.search(key)
        if not known & {key, *key.split()} and len(key.split()) <= 4
    ]


def _phrases(counts: _Counts, count: int, taken: set[str]) -> tuple[Recurring, ...]:
    """Return words that stand before a colon and ever other names at the edges of texts."""
    least = max(SURE_FEWEST, SURE_SHARE * count)
    often = [(text, number) for text, number in counts.phrases.most_common(100) if number >= least]
    known = set(_fold_all(load_lexicon("byline_phrases")))
    found = []
    for (text, number), key in zip(often, _fold_all(text for text, _ in often), strict=True):
        names = [name for name in counts.signers[text] if 2 <= len(name.split()) <= 5]
        varied = len(names) >= min(3, number) and len(names) >= 0.1 * min(number, _ENOUGH)
        if varied and key not in known and text not in taken and len(key.split()) <= 3:
            found.append(Recurring(text, number, "first or last lines", min(names)))
    return _most(found)
