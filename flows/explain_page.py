"""The page of one article: as it was read, each cut in the colour of its kind, and as published.

The text runs from right to left, ids and paths from left to right. Everything is escaped, and a
content security policy refuses scripts and addresses whatever a text holds.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any, Final

_HUES: Final = {
    "title": 215,
    "title_repeat": 200,
    "lead_repeat": 185,
    "byline": 135,
    "dateline": 95,
    "agency": 160,
    "signature": 120,
    "source": 75,
    "related": 25,
    "share": 330,
    "promo": 300,
    "tags": 270,
    "caption": 50,
    "legal": 350,
    "meta": 245,
}
_OTHER_HUE: Final = 0
_LONG: Final = frozenset({"body", "removed", "payload"})
_LEDGER: Final = ("record_ref", "source", "disposition", "reason", "batch_id", "run_id")
_CLUSTER: Final = (
    *("dataset", "article_id", "source", "published_at", "kind", "similarity", "title"),
)

Row = Mapping[str, Any]


def explain_page(
    article: Row, text: str | None, ledger: Sequence[Row], cluster: Sequence[Row] = ()
) -> str:
    """Return the page; ``text`` is the decoded raw text, in which the cuts have their places.

    ``cluster`` are the article that is copied and its copies, if there are any.
    """
    cuts: Sequence[Row] = article.get("removed") or ()
    title = str(article.get("title") or article["article_id"])
    published = f'<div class="text" dir="rtl" lang="ar">{escape(article.get("body") or "")}</div>'
    body = [
        f'<h1 dir="auto"><bdi>{escape(title)}</bdi></h1>',
        _legend(cuts),
        '<div class="sides">',
        f"<section><h2>As it was read</h2>{_marked(text, cuts)}</section>",
        f"<section><h2>As it is published</h2>{published}</section>",
        "</div>",
        "<details open><summary>What was cut</summary>",
        _table(("kind", "from", "to", "text"), map(_cut_cells, cuts)),
        *_clustered(cluster),
        "</details><details><summary>All columns</summary>",
        _table(("column", "value"), _facts(article)),
        "</details><details><summary>The records that led to it</summary>",
        _table(_LEDGER, ([row[name] for name in _LEDGER] for row in ledger)),
        "</details>",
    ]
    return _document(title, body)


def _clustered(cluster: Sequence[Row]) -> Iterator[str]:
    if cluster:
        yield "</details><details open><summary>Its cluster: who copies whom</summary>"
        yield _table(_CLUSTER, ([row[name] for name in _CLUSTER] for row in cluster))


def _marked(text: str | None, cuts: Sequence[Row]) -> str:
    if text is None:
        return '<p class="quiet">It is not in the raw zone any more.</p>'
    return f'<div class="text" dir="rtl" lang="ar">{"".join(_pieces(text, cuts))}</div>'


def _pieces(text: str, cuts: Sequence[Row]) -> Iterator[str]:
    at = 0
    for cut in sorted(cuts, key=lambda cut: (cut["start"], cut["end"])):
        start, end = max(cut["start"], at), min(cut["end"], len(text))
        if start >= end:
            continue
        yield escape(text[at:start])
        kind = escape(cut["kind"])
        yield f'<mark style="--hue: {_hue(kind)}" title="{kind}">{escape(text[start:end])}</mark>'
        at = end
    yield escape(text[at:])


def _hue(kind: str) -> int:
    return _HUES.get(kind, _OTHER_HUE)


def _legend(cuts: Sequence[Row]) -> str:
    kinds = dict.fromkeys(escape(cut["kind"]) for cut in cuts)
    if not kinds:
        return '<p class="quiet">Nothing was cut.</p>'
    items = "".join(f'<li><mark style="--hue: {_hue(kind)}">{kind}</mark></li>' for kind in kinds)
    return f'<ul class="legend" aria-label="Kinds of cuts">{items}</ul>'


def _cut_cells(cut: Row) -> tuple[object, ...]:
    return cut["kind"], cut["start"], cut["end"], cut["text"]


def _facts(article: Row) -> Iterator[tuple[str, object]]:
    return ((name, value) for name, value in article.items() if name not in _LONG)


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    told = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    table = f"<thead><tr>{head}</tr></thead><tbody>{told}</tbody>"
    return f'<div class="scroll"><table>{table}</table></div>'


def _cell(value: object) -> str:
    if value is None:
        return '<td class="quiet">–</td>'
    told = value.isoformat() if isinstance(value, datetime) else str(value)
    return f'<td dir="auto"><bdi>{escape(told)}</bdi></td>'


def _document(title: str, body: Iterable[str]) -> str:
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    style = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en" dir="ltr"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<link rel="icon" href="data:,">',
            f"<title>{escape(title)} · Warraq</title>",
            f"<style>{style}</style></head><body>",
            '<header><bdi lang="ar">ورّاق</bdi> Warraq · explain</header><main>',
            *body,
            "</main></body></html>\n",
        ]
    )
