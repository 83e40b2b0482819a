"""Word lists as text files: one entry a line, UTF-8, ``#`` begins a comment line."""

from functools import cache
from pathlib import Path


@cache
def load_lexicon(name: str) -> tuple[str, ...]:
    """Return the entries of ``NAME.txt`` in this folder, in order, each once."""
    text = Path(__file__).with_name(f"{name}.txt").read_text(encoding="utf-8")
    lines = (line.strip() for line in text.splitlines())
    return tuple(dict.fromkeys(line for line in lines if line and not line.startswith("#")))
