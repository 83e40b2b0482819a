"""``warraq explain``: an article as it came, what was cut out of it, as it is published."""

import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from typing import Final

from rich.table import Table
from rich.text import Text

from flows.command_output import make_console, make_table, print_json
from flows.explain_page import explain_page
from flows.lake_commands import open_named
from flows.received_record import as_received
from tasks.errors import StopRun
from tasks.settings import load_settings
from tasks.store import find_article, find_cluster, find_ledger
from tasks.store.files import explained


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
    raw, text = as_received(lake.root, *place, load_settings())
    cluster = find_cluster(lake, options.article_id)
    if options.html is not None:
        with explained("The page cannot be written", options.html):
            options.html.write_text(explain_page(article, text, ledger, cluster), encoding="utf-8")
    if options.json:
        told = {"article": article, "raw": raw, "ledger": ledger, "cluster": cluster}
        print_json({"lake": str(lake.root), **told})
    elif options.html is not None:
        sys.stdout.write(f"{options.html.absolute()}\n")
    else:
        _print_article(article, raw, ledger)
        _print_cluster(cluster)
    return 0


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


def _print_cluster(cluster: Sequence[Mapping[str, object]]) -> None:
    rows = [[row[name] for name in _CLUSTER_COLUMNS] for row in cluster]
    if rows:
        title = "Its cluster: the article, and who copies it"
        make_console().print(make_table(title, _CLUSTER_COLUMNS, rows))


_CLUSTER_COLUMNS: Final = (
    *("dataset", "article_id", "source", "published_at", "kind", "similarity", "title"),
)
_LEDGER_COLUMNS: Final = ("record_ref", "source", "disposition", "reason", "batch_id", "run_id")
