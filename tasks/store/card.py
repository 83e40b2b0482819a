"""The dataset card: a README.md beside the data of each version that tells people what is in it.

It is made of the version's state alone, never of rows, so it costs a look at each file's line in
the log, and the same version has the same card wherever and whenever it is made. Its front matter
is that of the Hugging Face Hub: ``load_dataset("LAKE", "articles")`` finds the files by it.
"""

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from string import Template
from typing import Final

import pyarrow as pa

from expectations.schema import ARTICLES, DATASETS, PARTITION_COLUMN, PARTITIONED, UNKNOWN_MONTH
from tasks.store.log import LiveFile, LogEntry
from tasks.store.state import State

CARD: Final = "README.md"
"""The card's name, that of the form."""

_ABOUT: Final = {
    "articles": "the corpus: canonical articles only, one row each",
    "duplicates": "whole copies of articles, each with the article that it copies",
    "quarantine": "rows that failed a check, whole, with the names of the defects",
    "ledger": "one row for each raw record that ever came in: where it ended, and why",
}
_SHOWN: Final = 200  # outlets or years: what people scroll through; a card is no table of the data
_NAME_LENGTH: Final = 80  # characters; the longest outlet of the sample has 19
_MARKUP: Final = re.compile(r"([\\`*_{}\[\]()#+!|~$^=:@\"])")
_EMBEDDINGS: Final = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
_BREAKS: Final = frozenset({"Cc", "Zl", "Zp"})
_NONE: Final = "–"


def make_card(state: State) -> str:
    """Return the card of the version."""
    files = state.of_dataset("articles")
    outlets = _by_outlet(files)
    rows = Counter[str]()
    for file in state.files.values():
        rows[file.dataset] += file.rows
    return _template().substitute(
        configs=_configs(state.entry),
        version=state.version,
        articles=f"{rows['articles']:,}",
        outlet_count=f"{len(outlets):,} outlet{'' if len(outlets) == 1 else 's'}",
        time=state.entry.committed_at.isoformat(timespec="seconds"),
        datasets="\n".join(f"| `{d}` | {rows[d]:,} | {_ABOUT[d]} |" for d in DATASETS),
        outlets=_outlet_table(outlets, rows["articles"], state.entry.licences),
        months=_month_table(files),
        schemas=_schemas(),
        ending=ending(state.entry),
    )


def ending(entry: LogEntry) -> str:
    """Return the last line of the version's card: one that was cut off, or is of another, has not.

    Whatever else stands in a card may be worded otherwise by another Warraq.
    """
    return f"Made by Warraq {entry.pipeline_version} from log entry {entry.version}, {entry.group}."


def cell(text: str) -> str:
    """Return text from anywhere as one harmless cell of a Markdown table, shortened."""
    shown = "".join(
        " " if unicodedata.category(letter) in _BREAKS else letter
        for letter in text[: 4 * _NAME_LENGTH]
        if unicodedata.bidirectional(letter) not in _EMBEDDINGS
    )
    shown = " ".join(shown.split())
    if len(shown) > _NAME_LENGTH:
        shown = f"{shown[: _NAME_LENGTH - 1]}…"
    return html.escape(_MARKUP.sub(r"\\\1", shown), quote=False) or _NONE


@cache
def _template() -> Template:
    return Template(Path(__file__).with_name("card_template.md").read_text(encoding="utf-8"))


def _configs(entry: LogEntry) -> str:
    """Return one configuration a dataset.

    ``datasets`` names its cache by the folder's name and what stands here, whatever the files are:
    without the description it would go on with the rows of an earlier version, or of another lake.
    The levels of the paths are written out: not every ``**`` follows a symbolic link.
    """
    lines = []
    for dataset in DATASETS:
        lines.append(f"- config_name: {dataset}")
        if dataset == "articles":
            lines.append("  default: true")
        lines.append(f"  description: version {entry.version}, {entry.group}")
        levels = "*/*/*" if dataset in PARTITIONED else "*/*"
        lines.append(f"  data_files: {dataset}/{levels}.parquet")
    return "\n".join(lines)


def _by_outlet(files: Iterable[LiveFile]) -> Counter[str]:
    outlets = Counter[str]()
    for file in files:
        for outlet, rows in file.sources.items():
            outlets[outlet] += rows
    return outlets


def _outlet_table(outlets: Counter[str], articles: int, licences: Mapping[str, str]) -> str:
    lines = ["| outlet | articles | licence |", "|---|---:|---|"]
    ordered = sorted(outlets.items(), key=lambda counted: (-counted[1], counted[0]))
    for outlet, rows in ordered[:_SHOWN]:
        lines.append(f"| {cell(outlet)} | {rows:,} | {cell(licences.get(outlet, ''))} |")
    if more := ordered[_SHOWN:]:
        lines.append(f"| *{len(more):,} more outlets* | {sum(rows for _, rows in more):,} | |")
    if unnamed := articles - outlets.total():
        lines.append(f"| *outlets that are not counted by name* | {unnamed:,} | |")
    return "\n".join(lines)


def _month_table(files: Iterable[LiveFile]) -> str:
    counts = Counter[str]()
    for file in files:
        counts[file.month or UNKNOWN_MONTH] += file.rows
    years = Counter[str]()
    for month, rows in counts.items():
        if month != UNKNOWN_MONTH:
            years[month[:4]] += rows
    numbers = [f"{number:02}" for number in range(1, 13)]
    lines = [f"| year | articles | {' | '.join(numbers)} |", f"|---|{'---:|' * 13}"]
    newest = sorted((year for year in years if years[year]), reverse=True)
    for year in newest[:_SHOWN]:
        months = (counts[f"{year}-{number}"] for number in numbers)
        cells = " | ".join(f"{rows:,}" if rows else "" for rows in months)
        lines.append(f"| {year} | {years[year]:,} | {cells} |")
    if earlier := newest[_SHOWN:]:
        rows = sum(years[year] for year in earlier)
        lines.append(f"| *{len(earlier):,} earlier years* | {rows:,} |{' |' * 12}")
    lines.append(f"| {UNKNOWN_MONTH} | {counts[UNKNOWN_MONTH]:,} |{' |' * 12}")
    return "\n".join(lines)


@cache
def _schemas() -> str:
    return "\n\n".join(_schema(dataset, schema) for dataset, schema in DATASETS.items())


def _schema(dataset: str, schema: pa.Schema) -> str:
    """Return a dataset's columns; where it has all of ``articles``, these are not told again."""
    lines = [f"### {dataset}", ""]
    own = list(schema)
    if dataset != "articles" and {*ARTICLES.names} <= {*schema.names}:
        own = [field for field in schema if field.name not in ARTICLES.names]
        loose = any(schema.field(name).nullable for name in ("source", "body"))
        known = ", each null where it is not known" if loose else ""
        lines += [f"All columns of `articles`{known}, and:", ""]
    lines += ["| column | type | unit | description |", "|---|---|---|---|"]
    return "\n".join(lines + [_column(field) for field in own])


def _column(field: pa.Field) -> str:
    told = {key.decode(): text.decode() for key, text in (field.metadata or {}).items()}
    kind = f"`{field.type}`" + (" or null" if field.nullable else "")
    where = ", told by the path" if field.name == PARTITION_COLUMN else ""
    return f"| `{field.name}` | {kind} | {told.get('unit', '')} | {told['description']}{where} |"
