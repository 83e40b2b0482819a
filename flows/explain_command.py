"""``warraq explain``: an article as it came, what was cut out of it, as it is published."""

import re
import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from rich.table import Table
from rich.text import Text

from flows.command_output import make_console, make_table, print_json
from flows.explain_page import explain_page
from flows.lake_commands import open_named
from tasks.errors import StopRun
from tasks.fetch import decode_raw, read_raw
from tasks.settings import Settings, load_settings
from tasks.sources import DEFAULT_PROFILE, expand, load_profiles
from tasks.store import find_article, find_ledger
from tasks.store.files import explained

_BATCH_ID: Final = re.compile(r"[0-9a-f]{8,128}")


def explain(options: Namespace) -> int:
    """Show one article as it came, what was cut out of it, and as it is published."""
    lake = open_named(options)
    article = find_article(lake, options.article_id)
    ledger = find_ledger(lake, options.article_id)
    if article is None and ledger:
        raise StopRun(
            "This article was taken out of the corpus",
            article_id=options.article_id,
            reason=ledger[-1]["detail"] or ledger[-1]["reason"],
            lake=str(lake.root),
        )
    if article is None:
        raise StopRun(
            "There is no article with this id; ids are in the column article_id",
            article_id=options.article_id,
            lake=str(lake.root),
        )
    place = str(article.get("batch_id")), str(article.get("record_ref"))
    raw, text = _as_received(lake.root, *place, load_settings())
    if options.html is not None:
        with explained("The page cannot be written", options.html):
            options.html.write_text(explain_page(article, text, ledger), encoding="utf-8")
    if options.json:
        print_json({"lake": str(lake.root), "article": article, "raw": raw, "ledger": ledger})
    elif options.html is not None:
        sys.stdout.write(f"{options.html.absolute()}\n")
    else:
        _print_article(article, raw, ledger)
    return 0


def _as_received(
    root: Path, batch_id: str, record_ref: str, settings: Settings
) -> tuple[str | None, str | None]:
    """Return the record as it was received, from the raw zone, and the text that was read of it.

    In that text the cuts have their places. Plain text is its own record, in its own encoding.
    Both are None when the raw zone has it no more, the text alone when it cannot be read. The
    default profile stands in for one that is gone since.
    """
    raw = _find_raw(root, batch_id, record_ref)
    if raw is None:
        return None, None
    profiles = expand(load_profiles(folder=settings.profiles))
    name = raw["profile"][0].as_py()
    profiles.setdefault(name, profiles[DEFAULT_PROFILE])
    decoded = decode_raw(raw, profiles, max_json_depth=settings.fetch.max_json_depth)
    text = str(decoded.kept["text"][0].as_py()) if len(decoded.kept) else None
    if text is not None and raw["format"][0].as_py() == "text":
        return text, text
    return bytes(raw["payload"][0].as_py() or b"").decode("utf-8", "replace"), text


def _find_raw(root: Path, batch_id: str, record_ref: str) -> pa.Table | None:
    """Return the record as one row of ``RAW``, if it is there."""
    if not _BATCH_ID.fullmatch(batch_id):
        return None
    for path in sorted((root / "raw" / batch_id).glob("*.parquet")):
        references = pq.read_table(path, columns=["record_ref"])["record_ref"]
        place = pc.index(references, record_ref).as_py()
        if place >= 0:
            return read_raw(path).slice(place, 1).combine_chunks()
    return None


def _print_article(
    article: Mapping[str, object], raw: str | None, ledger: Sequence[Mapping[str, object]]
) -> None:
    console = make_console()
    long = {"body", "removed", "related", "payload"}
    facts = [(name, value) for name, value in article.items() if name not in long]
    console.print(make_table("The article", ("column", "value"), facts))
    removed = article.get("removed")
    cuts = [
        (cut["kind"], cut["start"], cut["end"], cut["text"])
        for cut in (removed if isinstance(removed, list) else [])
    ]
    console.print(
        make_table("What was cut out of the raw text", ("kind", "from", "to", "text"), cuts)
    )
    sides = Table(title="Raw and clean", title_justify="left")
    sides.add_column("as received", ratio=1)
    sides.add_column("as published", ratio=1)
    clean = "\n".join(str(article[name]) for name in ("title", "body") if article.get(name))
    sides.add_row(Text(raw if raw is not None else "(not in the raw zone)"), Text(clean))
    console.print(sides)
    places = [[row[name] for name in _LEDGER_COLUMNS] for row in ledger]
    console.print(make_table("The records that led to it", _LEDGER_COLUMNS, places))


_LEDGER_COLUMNS: Final = ("record_ref", "source", "disposition", "reason", "batch_id", "run_id")
