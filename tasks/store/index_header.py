"""The header of the duplicate index: the sizes that its signatures were made with."""

import json
from typing import Any, Final

from tasks.store.index_wanted import Connection
from tasks.text.signature_sizes import DEFAULT_SIZES, Sizes

_CHOSEN: Final = "chosen"


def read_header(connection: Connection) -> dict[str, Any]:
    """Return what its signatures were made with (:meth:`Sizes.header`)."""
    told = _told(connection)
    return {name: value for name, value in told.items() if name != _CHOSEN}


def is_chosen(connection: Connection) -> bool:
    """Tell whether somebody asked for the sizes that it has.

    What was made by who asked for none, when the index had been lost, has the defaults; then who
    asks for others later has not changed the settings.
    """
    return bool(_told(connection).get(_CHOSEN, False))


def _told(connection: Connection) -> dict[str, Any]:
    known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'header'").fetchone()
    row = connection.execute("SELECT told FROM header").fetchone() if known else None
    told: Any = json.loads(row[0]) if row else {}
    return told if isinstance(told, dict) else {}


def write_header(connection: Connection, sizes: Sizes, *, chosen: bool) -> None:
    """Note the sizes, and whether somebody asked for them."""
    connection.execute("DELETE FROM header")
    told = json.dumps(sizes.header() | {_CHOSEN: chosen})
    connection.execute("INSERT INTO header VALUES (?)", (told,))


def read_sizes(connection: Connection) -> Sizes | None:
    """Return the sizes that the index was made with; null when it has no header of today's."""
    told = {name: value for name, value in read_header(connection).items() if name != "words"}
    return Sizes(**told) if told.keys() == DEFAULT_SIZES.header().keys() - {"words"} else None
