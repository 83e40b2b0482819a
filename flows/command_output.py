"""What commands print: tables, counts, JSON."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDTH: Final = 100
"""Columns of a table that does not go to a terminal."""


def counted(count: int, one: str, many: str | None = None) -> str:
    """Return «1 batch» or «3,200 batches»; ``many`` is ``one`` with an s when not given."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def tell_wait(holder: str) -> None:
    """Say on standard error who holds the lake that this command waits for."""
    sys.stderr.write(f"Waiting for the lake: {holder} holds it\n")


def make_console() -> Console:
    """Return a console on standard output."""
    return Console(width=None if sys.stdout.isatty() else WIDTH)


def make_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """Return a table of these rows; nulls are empty, columns of numbers stand to the right."""
    numeric = {"rows", "records", "seconds"}
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, justify="right" if column in numeric else "left")
    for row in rows:
        table.add_row(*(Text(_cell(value)) for value in row))
    return table


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else str(value)


def print_json(told: Mapping[str, object]) -> None:
    """Print one JSON object; what JSON has not is written as text."""
    sys.stdout.write(json.dumps(told, ensure_ascii=False, default=_plain) + "\n")


def _plain(value: object) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
