"""What ``warraq source new`` tells of a source on the web."""

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from flows.command_output import counted
from tasks.draft.site_draft import SiteDraft
from tasks.draft.toml_text import one_line


def site_as_json(draft: SiteDraft) -> dict[str, Any]:
    """Return what was found, for ``--json``."""
    look = draft.look
    return {
        "profile": draft.name,
        "address": look.address,
        "kind": "page" if look.head is None else "feed",
        "announced": [link.url for link in look.announced],
        "requests": look.requests,
        "items": len(look.items),
        "articles": [
            {
                "url": each.url,
                "title": each.page.title if each.page is not None else None,
                "characters": len(each.body),
                "problem": each.problem or None,
            }
            for each in look.articles
        ],
        "texts": draft.texts,
        "language": {
            "arabic": round(draft.language.arabic, 3),
            "declared": draft.language.declared,
            "problem": draft.language.problem or None,
        },
    }


def print_site(console: Console, draft: SiteDraft) -> None:
    """Print what was found."""
    look = draft.look
    seen = "a page" if look.head is None else f"a feed of {counted(len(look.items), 'item')}"
    articles = counted(len(look.articles), "article")
    told = (
        f"Looked at {seen} with {counted(look.requests, 'request')}; with this profile "
        f"{draft.texts:,} of {articles} give a text."
    )
    console.print(Text(told))
    table = Table(title="Articles", title_justify="left")
    for column in ("title", "characters", "problem"):
        table.add_column(column, justify="right" if column == "characters" else "left")
    for each in look.articles:
        title = one_line((each.page.title if each.page is not None else None) or each.url)
        table.add_row(Text(title), f"{len(each.body):,}", Text(each.problem))
    console.print(table)
