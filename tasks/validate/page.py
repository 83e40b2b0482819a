"""The HTML of the Data Docs: one page a run, one index; style inside, nothing from outside.

Every value is escaped and isolated, so that an Arabic name does not turn the line around it; paths
and ids run from left to right, or «أرشيف/2025/ص.txt#1» would show its parts in a wrong order. A
content security policy refuses scripts and addresses whatever a value holds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from html import escape
from pathlib import Path
from typing import Final
from urllib.parse import quote

from tasks.validate.verdict import Finding, Report

_BORDERS: Final = {
    "raw": "decoded records, before cleaning",
    "article": "cleaned articles",
    "corpus": "rows on their way into the corpus",
}
_NAMED_DEFECTS: Final = 3
_NONE: Final = '<span class="held">none</span>'


@dataclass(frozen=True, slots=True)
class RunPage:
    """What a page shows; ``name`` is the stem of its file."""

    name: str
    run_id: str
    batch_id: str | None
    made_at: datetime
    borders: Sequence[Report]


def run_page(run: RunPage, *, newer: str | None, older: str | None) -> str:
    """Write the page of one run; ``newer`` and ``older`` are the names of its neighbours."""
    links = ['<a href="../index.html">All runs</a>']
    links += [
        f'<a href="{quote(name)}.html" rel="{kind}">{label}</a>'
        for name, kind, label in ((older, "prev", "← Older run"), (newer, "next", "Newer run →"))
        if name
    ]
    facts = [("Run", run.run_id), ("Batch", run.batch_id or "none"), ("Made", _time(run.made_at))]
    body = [
        f"<nav>{' '.join(links)}</nav>",
        "<h1>What the borders found</h1>",
        '<dl class="facts">',
        *(f"<div><dt>{name}</dt><dd>{_value(value)}</dd></div>" for name, value in facts),
        "</dl>",
        f'<div class="cards">{"".join(_card(report) for report in run.borders)}</div>',
        *(_section(report) for report in run.borders),
    ]
    if not run.borders:
        body.append("<p>Nothing was validated in this run.</p>")
    return _document(f"Run {run.run_id}", body)


def index_page(runs: Sequence[RunPage], *, older: int) -> str:
    """Write the index of the runs, newest first; ``older`` counts those that it does not list."""
    borders = list(dict.fromkeys(report.border for run in runs for report in run.borders))
    borders.sort(key=lambda border: [*_BORDERS, border].index(border))
    body = ["<h1>Data Docs</h1>", "<p>Rows that failed an expectation, by run and border.</p>"]
    if runs:
        head = "".join(f'<th class="number">{escape(border)}</th>' for border in borders)
        body += [
            '<div class="scroll"><table class="runs">',
            f"<thead><tr><th>Made</th><th>Run</th>{head}<th>Most frequent defects</th></tr>",
            "</thead><tbody>",
            *(_index_row(run, borders) for run in runs),
            "</tbody></table></div>",
        ]
    else:
        body.append("<p>No run has been validated yet.</p>")
    if older:
        body.append(
            f"<p>{older:,} older pages are in the folder <code>runs</code>; "
            "the last run of this list leads to them.</p>"
        )
    return _document("Data Docs", body)


def _index_row(run: RunPage, borders: Sequence[str]) -> str:
    reports = {report.border: report for report in run.borders}
    cells = "".join(_index_cell(reports.get(border)) for border in borders)
    worst = sorted(
        (finding for report in run.borders for finding in _failures(report)),
        key=lambda finding: -finding.unexpected,
    )[:_NAMED_DEFECTS]
    chips = "".join(
        f'<span class="chip">{_value(finding.defect)} {finding.unexpected:,}</span>'
        for finding in worst
    )
    link = f'<a href="runs/{quote(run.name)}.html">{_value(run.run_id)}</a>'
    return (
        f'<tr><td class="time">{_time(run.made_at)}</td><td>{link}</td>{cells}'
        f"<td>{chips or _NONE}</td></tr>"
    )


def _index_cell(report: Report | None) -> str:
    if report is None:
        return '<td class="number quiet">–</td>'
    kind = "failed" if report.failed else "held"
    return (
        f'<td class="number"><span class="{kind}">{report.failed:,}</span>'
        f'<span class="quiet"> of {report.rows:,}</span></td>'
    )


def _card(report: Report) -> str:
    passed = report.rows - report.failed
    share = _percent(report.failed, report.rows)
    return (
        f'<a class="card" href="#{quote(report.border)}">'
        f'<h2>{escape(report.border)}</h2><p class="quiet">{_meaning(report)}</p>'
        f'<p class="big {"failed" if report.failed else "held"}">{report.failed:,}</p>'
        f"<p>of {report.rows:,} rows to quarantine ({share})</p>"
        f"{_bar(report.failed, report.rows)}"
        f'<p class="quiet">{passed:,} went on</p></a>'
    )


def _section(report: Report) -> str:
    failures = sorted(_failures(report), key=lambda finding: -finding.unexpected)
    held = [finding for finding in report.findings if finding.success]
    parts = [
        f'<section id="{escape(report.border)}">',
        f'<h2>{escape(report.border)} border <span class="quiet">{_meaning(report)}</span></h2>',
    ]
    if failures:
        parts += [
            '<div class="scroll"><table><thead><tr><th>Defect</th><th>What must hold</th>'
            '<th class="number">Checked</th><th class="number">Failed</th>'
            '<th class="number">Share</th><th>First rows</th></tr></thead><tbody>',
            *(_failure_row(finding) for finding in failures),
            "</tbody></table></div>",
        ]
    summary = f"{len(held)} of {len(report.findings)} expectations held in every row"
    parts.append(f"<details{'' if failures else ' open'}><summary>{summary}</summary><ul>")
    parts += [
        f'<li><span class="held" aria-hidden="true">✓</span> {_code(finding.defect)} '
        f'{_value(finding.description)} <span class="quiet">{finding.checked:,} checked</span></li>'
        for finding in held
    ]
    parts.append("</ul></details></section>")
    return "\n".join(parts)


def _failure_row(finding: Finding) -> str:
    examples = "".join(
        f"<li>{' '.join(_code(value) for value in ids.values())}</li>" for ids in finding.examples
    )
    return (
        f'<tr><td class="failed">{_code(finding.defect)}</td>'
        f"<td>{_value(finding.description)}</td>"
        f'<td class="number">{finding.checked:,}</td>'
        f'<td class="number">{finding.unexpected:,}</td>'
        f'<td class="number">{_percent(finding.unexpected, finding.checked)}'
        f"{_bar(finding.unexpected, finding.checked)}</td>"
        f'<td><ul class="ids">{examples}</ul></td></tr>'
    )


def _failures(report: Report) -> Iterable[Finding]:
    return (finding for finding in report.findings if not finding.success)


def _meaning(report: Report) -> str:
    return escape(_BORDERS.get(report.border, ""))


def _value(text: str) -> str:
    return f"<bdi>{escape(text)}</bdi>"


def _code(text: str) -> str:
    return f'<code dir="ltr">{escape(text)}</code>'


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _percent(part: int, whole: int) -> str:
    if not part:
        return "0%"
    share = part / max(whole, 1)
    return f"{share:.2%}" if share >= 0.0001 else "&lt; 0.01%"


def _bar(part: int, whole: int) -> str:
    """Draw the share; a part that is there is seen, however small (the style's least width)."""
    filled = f'<i style="width:{part / max(whole, 1):.2%}"></i>' if part else ""
    return f'<span class="bar" aria-hidden="true">{filled}</span>'


@cache
def _style() -> str:
    return Path(__file__).with_name("data_docs.css").read_text(encoding="utf-8")


def _document(title: str, body: Iterable[str]) -> str:
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en" dir="ltr"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">',
            f"<title>{escape(title)} · Warraq</title>",
            f"<style>{_style()}</style></head><body>",
            '<header><span class="brand"><bdi lang="ar">ورّاق</bdi> Warraq</span></header>',
            "<main>",
            *body,
            "</main></body></html>\n",
        ]
    )
