"""TOML as a person reads it: keys with their reasons above, guesses commented out.

Our own writer, because what is written is little (strings, lists of them, yes or no) and the
library for it is not among the things that a run needs. Whatever stands in a text, it stays one
string or one comment: control characters, marks of direction and unusual line ends are escaped.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 100
LONGEST_EXAMPLE: Final = 60

Value = str | bool | tuple[str, ...]

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of characters that cannot be seen, or that end a line somewhere."""

_REPLACED: Final = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One key of a draft: ``certain`` ones are keys, others commented out for a person to accept.

    ``why`` are lines above it; ``table`` is the table's name, empty for the top.
    """

    key: str
    value: Value
    certain: bool
    why: tuple[str, ...] = ()
    table: str = ""


def quote(text: str) -> str:
    """Return the text as a TOML string; half of a surrogate pair, which TOML has not, is «�»."""
    return '"' + "".join(map(_escape, text)) + '"'


def _escape(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if (kind := unicodedata.category(char)) not in _HIDDEN:
        return char
    if kind == "Cs":
        return _REPLACED
    code = ord(char)
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


def one_line(text: str, longest: int = LONGEST_EXAMPLE) -> str:
    """Return the beginning of a text as it may stand in a comment: one line, nothing hidden."""
    head = text[: 4 * longest]
    seen = "".join(" " if unicodedata.category(char) in _HIDDEN else char for char in head)
    shown = " ".join(seen.split())
    cut = len(shown) > longest or len(head) < len(text)
    return shown[: longest - 1].rstrip() + "…" if cut else shown


def example(text: str) -> str:
    """Return the beginning of a text between quotes, for a comment."""
    return f"«{one_line(text)}»"


def render(preface: Sequence[str], entries: Iterable[Entry], notes: Sequence[str] = ()) -> str:
    """Return the TOML file: the preface, keys at the top, tables, and notes, each a comment.

    Keys of a table keep their order; a table of guesses alone is commented out with its head.
    """
    told = list(entries)
    blocks = [_comment(preface)]
    blocks += [_entry(entry) for entry in told if not entry.table]
    for table in dict.fromkeys(entry.table for entry in told if entry.table):
        own = [entry for entry in told if entry.table == table]
        mark = "" if any(entry.certain for entry in own) else "# "
        blocks.append("\n".join([f"{mark}[{_key(table)}]", *map(_entry, own)]))
    blocks.append(_comment(notes))
    return "\n\n".join(block for block in blocks if block) + "\n"


def add_entries(toml: str, entries: Iterable[Entry]) -> str:
    """Return a TOML file with keys added at its top level, before its first table.

    Raises :class:`ValueError` when there is no place where they are read as such.
    """
    told = list(entries)
    added = "\n\n".join(map(_entry, told))
    wanted = tomllib.loads(toml)
    for entry in told:
        if entry.certain:
            wanted[entry.key] = list(entry.value) if isinstance(entry.value, tuple) else entry.value
    lines = toml.rstrip().split("\n")
    heads = [number for number, line in enumerate(lines) if line.lstrip().startswith("[")]
    for place in [*heads, len(lines)]:
        while place and lines[place - 1].startswith("#") and place < len(lines):
            place -= 1  # noqa: PLW2901 (what is said of the table stays above it)
        before, after = "\n".join(lines[:place]).rstrip(), "\n".join(lines[place:])
        text = "\n\n".join(part for part in (before, added, after) if part) + "\n"
        if _reads_as(text, wanted):
            return text
    raise ValueError("there is no place for further keys")


def _reads_as(text: str, wanted: object) -> bool:
    try:
        return tomllib.loads(text) == wanted
    except tomllib.TOMLDecodeError:
        return False


def _entry(entry: Entry) -> str:
    mark = "" if entry.certain else "# "
    line = f"{mark}{_key(entry.key)} = {_value(entry.value)}"
    return "\n".join(filter(None, [_comment(entry.why), line]))


def _value(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return quote(value) if isinstance(value, str) else f"[{', '.join(map(quote, value))}]"


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else quote(key)


def _comment(lines: Sequence[str]) -> str:
    """Return the lines as comments, those that are long wrapped at spaces."""
    return "\n".join(f"# {part}".rstrip() for line in lines for part in _wrap(line))


def _wrap(line: str) -> list[str]:
    parts = [""]
    for word in one_line(line, longest=2_000).split(" "):
        if parts[-1] and len(parts[-1]) + 1 + len(word) > WIDTH - 2:
            parts.append(f"  {word}")
        else:
            parts[-1] = f"{parts[-1]} {word}" if parts[-1] else word
    return parts
